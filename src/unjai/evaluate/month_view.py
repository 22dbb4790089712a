"""A month as it is shown: every figure goes through `rules.figure.shown`, on the page and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from unjai.evaluate.flows.month import ENTERED
from unjai.evaluate.rules.figure import Figure, indicators, shown
from unjai.evaluate.rules.month.chart import Bar
from unjai.evaluate.rules.month.wire import bar_of, figure_of
from unjai.evaluate.schemas.month import FigureOut, MonthHeadOut, MonthOut, Said

ROWS = {"K1": "cases", "K9": "responses", "K8": "visits", "K7": "cameras"}


def figure_out(figure: Figure, month: date) -> FigureOut:
    """Return a figure for the screens."""
    what, th, en = indicators()[figure.code], shown(figure, "th"), shown(figure, "en")
    return FigureOut(
        code=figure.code,
        kpi=what.kpi,
        unit=what.unit,
        name=Said(th=what.name["th"], en=what.name["en"]),
        definition=Said(th=what.definition["th"], en=what.definition["en"]),
        value=Said(th=th.value, en=en.value),
        interval=en.interval,
        verdict="" if figure.judged is None else figure.judged.verdict,
        change=Said(th=th.change, en=en.change),
        n=en.n,
        complete=figure.complete,
        source=figure.entered,
        may_enter=figure.code in ENTERED,
        rows=_rows(figure, what.kpi, month),
    )


def _rows(figure: Figure, kpi: str, month: date) -> str:
    if figure.value is None:
        return ""
    if kpi == "T":
        return f"/api/figures/technology.csv?month={month:%Y-%m}"
    if kpi == "K4":
        return "/api/figures/committee.csv"
    return f"/api/figures/months/{month:%Y-%m}/rows/{ROWS[kpi]}.csv" if kpi in ROWS else ""


def figures_kept(row: Mapping[str, Any]) -> list[Figure]:
    """Return a closed month's figures as they were kept."""
    return [figure_of(one) for one in row["figures"]["figures"]]


def bars_kept(row: Mapping[str, Any]) -> list[Bar]:
    """Return a closed month's chart as it was kept."""
    return [bar_of(one) for one in row["figures"]["bars"]]


def month_out(
    month: date, row: Mapping[str, Any] | None, figures: Sequence[Figure], *, simulated: bool, trend: str
) -> MonthOut:
    """Return a month for the screens; without a row it is open."""
    return MonthOut(
        month=month,
        state="open" if row is None else row["state"],
        version=0 if row is None else row["version"],
        digest="" if row is None else row["digest"],
        closed_at=None if row is None else row["closed_at"],
        closed_by="" if row is None else row["closed_by"],
        simulated=simulated,
        figures=[figure_out(one, month) for one in figures],
        trend=trend,
    )


def head_out(row: Mapping[str, Any]) -> MonthHeadOut:
    """Return a month for the list."""
    return MonthHeadOut(**{name: row[name] for name in MonthHeadOut.model_fields})


def table_row(figure: Figure) -> list[Any]:
    """Return a figure as a row of the exported table."""
    what, judged = indicators()[figure.code], figure.judged
    th, en = shown(figure, "th"), shown(figure, "en")
    expected = (None, None, None) if judged is None else (judged.expected, judged.expected_low, judged.expected_high)
    verdict = "" if judged is None else judged.verdict
    numbers = (figure.value, figure.low, figure.high, figure.n, figure.complete, *expected)
    return [figure.code, what.name["th"], what.name["en"], *numbers, verdict, th.change, en.change, figure.entered]
