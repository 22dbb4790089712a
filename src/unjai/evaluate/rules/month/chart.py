"""Cases by month as SVG: the counts, and the band that was to be expected; nothing is drawn that points up or down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from unjai.evaluate.rules.change.verdict import judge_count
from unjai.evaluate.rules.month.facts import MonthFacts
from unjai.evaluate.rules.month.figures import HISTORY, counts, months_before
from unjai.model.thai import MONTHS_SHORT, be_year

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 10, 34


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A month's cases, and the band that the months before it gave (None: too few of them)."""

    month: date
    cases: int
    low: float | None
    high: float | None


def bars_of(facts: MonthFacts) -> list[Bar]:
    """Return the month and up to a year before it, each with the band by what lay before it alone."""
    if facts.kept_since is None:
        return []
    seen, history = counts(facts, lambda _group: True)
    months = [month for month in months_before(facts.month, HISTORY) if month >= facts.kept_since]
    whole = list(zip([*months, facts.month], [*history, seen], strict=True))
    made = []
    for at in range(max(0, len(whole) - 13), len(whole)):
        month, cases = whole[at]
        judged = judge_count(observed=cases, history=[one for _, one in whole[:at]])
        made.append(Bar(month=month, cases=cases, low=judged.expected_low, high=judged.expected_high))
    return made


def trend(bars: Sequence[Bar], *, thai: bool, ink: str = "#1F2328", band: str = "#0969DA") -> str:
    """Return the chart; `ink` and `band` are colours (on screens CSS variables)."""
    if not bars:
        return ""
    most = max([1.0, *(float(bar.cases) for bar in bars), *(bar.high or 0.0 for bar in bars)])
    step = (WIDTH - _LEFT - _RIGHT) / len(bars)
    name = "คดีต่อเดือนและช่วงที่คาดได้" if thai else "cases a month, and the band to be expected"
    look = f'font-family="Sarabun, IBM Plex Sans Thai, sans-serif" font-size="12" fill="{ink}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}" {look}>'
    ]
    for tick in sorted({0, round(most / 2), round(most)}):
        y = _y(tick, most)
        parts.append(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="{ink}" stroke-opacity="0.15"/>'
        )
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{tick}</text>')
    for number, bar in enumerate(bars):
        x = _LEFT + number * step
        if bar.low is not None and bar.high is not None:
            top, low = _y(bar.high, most), _y(bar.low, most)
            parts.append(
                f'<rect x="{x:.1f}" y="{top}" width="{step:.1f}" height="{max(low - top, 1):.1f}" fill="{band}"'
                ' fill-opacity="0.16" shape-rendering="crispEdges"/>'
            )
        at = f'cx="{x + step / 2:.1f}" cy="{_y(bar.cases, most)}"'
        outside = bar.low is not None and bar.high is not None and not bar.low <= bar.cases <= bar.high
        hollow = f'fill="none" stroke="{ink}" stroke-width="2"'
        parts.append(f'<circle {at} r="5" {hollow}/>' if outside else f'<circle {at} r="4"/>')
        year = f"{be_year(bar.month.year) % 100:02}" if thai else f"{bar.month.year % 100:02}"
        label = MONTHS_SHORT[bar.month.month - 1] if thai else bar.month.strftime("%b")
        parts.append(f'<text x="{x + step / 2:.1f}" y="{HEIGHT - 18}" text-anchor="middle">{label}</text>')
        if number == 0 or bar.month.month == 1:
            parts.append(f'<text x="{x + step / 2:.1f}" y="{HEIGHT - 3}" text-anchor="middle">{year}</text>')
    return "".join([*parts, "</svg>"])


def _y(value: float, most: float) -> float:
    return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / most), 1)
