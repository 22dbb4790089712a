"""Stations beside one another without a league table: a funnel (Spiegelhalter 2005)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unjai.evaluate.rules.change.predicted import Predicted
from unjai.evaluate.rules.change.verdict import Verdict

INNER, OUTER = 0.05, 0.002
WINSORISED = 0.1
"""The outermost tenth on either side is drawn in before the spread is measured, so that outliers do not excuse
themselves."""
STATIONS_NEEDED = 5
LEAST = 0.01
"""Expected cases below which a station is left out."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A station's cases over what was expected of it, and where chance leaves it (95 % and 99.8 %)."""

    station: str
    observed: int
    expected: float
    ratio: float
    inner: tuple[float, float]
    outer: tuple[float, float]
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """Stations by what was expected of them, smallest first, never by their ratio; `phi` widens all limits."""

    phi: float
    stations: tuple[Compared, ...]


def funnel(
    observed: Mapping[str, int], expected: Mapping[str, float], *, down_is_better: bool = True, phi: float | None = None
) -> Funnel:
    """Compare stations with what was expected of each (their empirical-Bayes counts, or rate times residents).

    A verdict needs a station outside the outer limits, and at least `STATIONS_NEEDED` stations. Expectations are
    scaled to sum to what was seen; stations of which `LEAST` is not expected are left out.
    """
    told = {key: float(expected[key]) for key in observed if expected.get(key, 0) >= LEAST}
    seen, foreseen = sum(observed[key] for key in told), sum(told.values())
    scale = seen / foreseen if seen and foreseen else 1.0
    told = {key: value * scale for key, value in told.items()}
    spread = _spread(observed, told) if phi is None else max(1.0, phi)
    found = []
    for key, mean in sorted(told.items(), key=lambda one: (one[1], one[0])):
        law = Predicted(mean=mean, variance=spread * mean)
        inner, outer = law.within(INNER), law.within(OUTER)
        verdict: Verdict = "unclaimable"
        if observed[key] not in outer and len(told) >= STATIONS_NEEDED:
            verdict = "better" if (observed[key] < outer.low) == down_is_better else "worse"
        found.append(
            Compared(
                station=key,
                observed=observed[key],
                expected=mean,
                ratio=observed[key] / mean,
                inner=(inner.low / mean, inner.high / mean),
                outer=(outer.low / mean, outer.high / mean),
                verdict=verdict,
            )
        )
    return Funnel(phi=spread, stations=tuple(found))


def _spread(observed: Mapping[str, int], expected: Mapping[str, float]) -> float:
    """Return the mean square of winsorised z-scores (of square roots, which are steady in small counts), at least 1."""
    scores = sorted(2 * (observed[key] ** 0.5 - mean**0.5) for key, mean in expected.items())
    if len(scores) < STATIONS_NEEDED:
        return 1.0
    cut = int(len(scores) * WINSORISED)
    drawn = [min(max(one, scores[cut]), scores[-1 - cut]) for one in scores]
    return max(1.0, float(sum(one * one for one in drawn)) / len(drawn))
