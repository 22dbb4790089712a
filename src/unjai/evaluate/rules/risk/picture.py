"""A station's surface and what stands beside it: simple maps, hours, near repeats, the places of patrols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
from msgspec.structs import replace

from unjai.evaluate.rules.change.intervals import wilson
from unjai.evaluate.rules.guard import Place, guard
from unjai.evaluate.rules.risk.facts import (
    MAPS,
    Came,
    Interval3,
    Pairs,
    RiskCase,
    RiskCell,
    RiskFacts,
    RiskPicture,
    RiskPlace,
    Walked,
    Watched,
)
from unjai.evaluate.rules.risk.grid import CELL_M, Events, Floats, Grid, Ints, degrees, metres
from unjai.evaluate.rules.risk.hours import SLOT_H, SLOTS, by_hour
from unjai.evaluate.rules.risk.near_repeat import near_repeats
from unjai.evaluate.rules.risk.scoring import METHODS, Estimate, simple_maps, walk
from unjai.evaluate.rules.risk.surface import Cut, Model, fit
from unjai.evaluate.rules.risk.words import weights_in_words
from unjai.model.errors import UnjaiError
from unjai.territory.facts import place_kinds

REACH_M = 200.0
"""A visit is felt this far: the street block and the next (Sherman and Weisburd 1995; Koper 1995 for how long)."""
MOST_CELLS = 2000
WALKED_FROM = 150
"""Fewer cases make no walk worth telling: at 2 % of area a forecast would hit one or none."""
_DAY_S, _HOUR_S = 86_400.0, 3600.0
_BANGKOK_S = 7 * 3600.0
_MONDAY_H = 72.0
"""1 January 1970 was a Thursday."""


def picture(facts: RiskFacts) -> RiskPicture:
    """Return the surface that follows from facts; where a year has too few cases it says so and ranks nothing."""
    cases = _in_order(facts.cases)
    at = (facts.through.timestamp() + _BANGKOK_S) / _DAY_S
    bare = RiskPicture(
        through=facts.through, weeks=facts.weeks, known=len(cases), a_year=0.0, guard=_guarded(facts), came=_came(facts)
    )
    if not cases:
        return replace(bare, lack="too_few_to_rank")
    events, middle = _events(cases)
    grid = Grid.over(events)
    cut = Cut(events, grid, 7.0 * facts.weeks)
    try:
        model = fit(events, grid, at=at, weeks=facts.weeks, cut=cut)
    except UnjaiError as lack:
        a_year = float(str(lack.facts.get("a_year", 0)))
        return replace(bare, a_year=a_year, lack=lack.code)
    begun, ended = (
        np.asarray(one) for one in zip(*((_hour(one.begun), _hour(one.ended)) for one in cases), strict=True)
    )
    hours = by_hour(grid, model.cells, cut.cells, begun, ended)
    lon, lat = degrees(*grid.middle(model.cells), middle)
    return replace(
        bare,
        a_year=round(model.a_week * 365 / 7, 1),
        cell_lon=_width(middle),
        cell_lat=float(degrees(0.0, CELL_M, middle)[1]),
        cells=_cells(model, _maps(cut, at, model), hours, lon, lat, facts.weeks),
        looked_at=len(model.cells),
        words_th=tuple(weights_in_words(model.components, model.weights, "th", kinds=_kinds(cases, "th"))),
        words_en=tuple(weights_in_words(model.components, model.weights, "en", kinds=_kinds(cases, "en"))),
        near_repeats=tuple(
            Pairs(
                within_m=one.within_m,
                within_d=one.within_d,
                pairs=one.pairs,
                expected=round(one.expected, 2),
                p=round(one.p, 4),
            )
            for one in near_repeats(events)
        ),
        walked=_walked(events, facts.weeks),
        places=at_places(facts.places, model, hours, middle),
    )


def at_places(places: Sequence[RiskPlace], model: Model, hours: Floats, middle: float) -> dict[str, tuple[float, ...]]:
    """Return the risk of each place for the 168 hours of a week: what is expected within `REACH_M` of it.

    `hours` are each cell's shares by slot, `middle` the latitude the plane is true at. The unit is that of the places'
    own levels: over all places the mean stays what it was, so that a place with a level of its own can stand beside
    them. Where nothing is looked at, the quietest cell's risk stands: not seen is not safe.
    """
    if not places:
        return {}
    x, y = metres(np.asarray([p.lon for p in places]), np.asarray([p.lat for p in places]), middle)
    cell_x, cell_y = model.grid.middle(model.cells)
    by_slot = model.share[:, None] * hours
    quiet = float(model.share.min()) * np.pi * REACH_M**2 / CELL_M**2 * hours.mean(axis=0)
    rows = np.empty((len(places), SLOTS))
    for k in range(len(places)):
        near = np.hypot(cell_x - x[k], cell_y - y[k]) <= REACH_M
        rows[k] = np.maximum(by_slot[near].sum(axis=0), quiet)
    levels = np.asarray([place.level for place in places])
    rows *= levels.mean() / rows.mean()
    week = np.repeat(rows, int(SLOT_H), axis=1)
    return {place.code: tuple(round(float(one), 5) for one in week[k]) for k, place in enumerate(places)}


def _guarded(facts: RiskFacts) -> Watched | None:
    """Let the feedback guard look at the places; each case counts at the nearest place within `REACH_M`."""
    if not facts.places:
        return None
    reported = _counted(facts.places, [(one.lon, one.lat) for one in facts.cases if one.begun >= facts.guarded_from])
    found = _counted(facts.places, facts.found)
    told = guard(
        [
            Place(visits=place.visits, patrol_min=place.patrol_min, reported=reported[k], found=found[k])
            for k, place in enumerate(facts.places)
        ]
    )
    band = told.found_an_hour
    return Watched(
        alarms=told.alarms,
        gini=round(told.gini, 3),
        top_share=told.top_share,
        unvisited=told.unvisited,
        places=len(facts.places),
        found_share=told.found_share,
        found_moves=told.found_moves,
        found_an_hour=None
        if band is None
        else (round(band.low, 3), round(band.high, 3) if isfinite(band.high) else None),
    )


def _came(facts: RiskFacts) -> Came | None:
    """Count what came in the weeks of an earlier surface, and how much of it in the cells that it put first."""
    told = facts.foretold
    if told is None:
        return None
    since = told.through.timestamp()
    cases = [one for one in facts.cases if since <= one.begun < since + facts.weeks * 7 * _DAY_S]
    hits = sum(
        any(
            abs(one.lon - lon) <= told.cell_lon / 2 and abs(one.lat - lat) <= told.cell_lat / 2
            for lon, lat in told.cells
        )
        for one in cases
    )
    band = wilson(hits, len(cases))
    return Came(
        through=told.through, share_of_area=told.share, came=len(cases), hits=hits, low=band.low, high=band.high
    )


def _counted(places: Sequence[RiskPlace], points: Sequence[tuple[float, float]]) -> list[int]:
    counts = [0] * len(places)
    if not points:
        return counts
    middle = float(np.median([place.lat for place in places]))
    x, y = metres(np.asarray([p.lon for p in places]), np.asarray([p.lat for p in places]), middle)
    at_x, at_y = metres(np.asarray([one[0] for one in points]), np.asarray([one[1] for one in points]), middle)
    for k in range(len(points)):
        away = np.hypot(x - at_x[k], y - at_y[k])
        nearest = int(away.argmin())
        counts[nearest] += int(away[nearest] <= REACH_M)
    return counts


def _in_order(cases: Sequence[RiskCase]) -> list[RiskCase]:
    """Put cases as `Events.of` puts its events, so that each keeps its hours."""
    return sorted(cases, key=lambda one: (one.begun, one.lon, one.lat, one.ended, one.kind))


def _events(cases: Sequence[RiskCase]) -> tuple[Events, float]:
    lon, lat = np.asarray([one.lon for one in cases]), np.asarray([one.lat for one in cases])
    middle = float(np.median(lat))
    x, y = metres(lon, lat, middle)
    days = np.asarray([(one.begun + _BANGKOK_S) / _DAY_S for one in cases])
    codes = _codes(cases)
    kind = np.asarray([codes.get(one.kind, -1) for one in cases], dtype=np.int64) if codes else None
    return Events(t=days, x=x, y=y, kind=kind), middle


def _codes(cases: Sequence[RiskCase]) -> Mapping[str, int]:
    return {kind: number for number, kind in enumerate(sorted({one.kind for one in cases} & set(place_kinds())))}


def _kinds(cases: Sequence[RiskCase], language: str) -> list[str]:
    names = place_kinds()
    return [names[kind].name_th if language == "th" else names[kind].name_en for kind in _codes(cases)]


def _times(cases: Sequence[RiskCase]) -> tuple[list[float], list[float]]:
    return [one.begun for one in cases], [one.ended for one in cases]


def _hour(at_s: float) -> float:
    return (at_s + _BANGKOK_S) / _HOUR_S + _MONDAY_H


def _width(middle: float) -> float:
    return float(degrees(CELL_M, 0.0, middle)[0])


def _maps(cut: Cut, at: float, model: Model) -> dict[str, Floats]:
    made = {}
    for name, surface in simple_maps(cut, at, {}).items():
        there = surface.ravel()[model.cells]
        made[name] = there / there.sum() if there.sum() > 0 else there
    return made


def _cells(  # noqa: PLR0917
    model: Model, maps: Mapping[str, Floats], hours: Floats, lon: Floats, lat: Floats, weeks: int
) -> tuple[RiskCell, ...]:
    expected = model.expected(weeks)
    low, high = model.within(weeks)
    return tuple(
        RiskCell(
            lon=round(float(lon[k]), 6),
            lat=round(float(lat[k]), 6),
            earlier=int(model.earlier[k]),
            expected=round(float(expected[k]), 5),
            low=float(low[k]),
            high=float(high[k]),
            maps=tuple(round(float(maps[name][k]), 6) for name in MAPS),  # type: ignore[arg-type]
            hours=tuple(int(one) for one in np.rint(hours[k] * 10_000)),
        )
        for k in _foremost([expected, *(maps[name] for name in MAPS)])
    )


def _foremost(scores: Sequence[Floats]) -> Ints:
    """Return the cells that are kept, by the first score: all, or the foremost of every map."""
    order = np.argsort(-scores[0], kind="stable")
    if len(order) <= MOST_CELLS:
        return order
    kept = np.zeros(len(order), dtype=bool)
    for score in scores:
        kept[np.argsort(-score, kind="stable")[: MOST_CELLS // len(scores)]] = True
    return order[kept[order]]


def _walked(events: Events, weeks: int) -> Walked | None:
    """Walk through the last year; None where too little came for a comparison."""
    if len(events.t) < WALKED_FROM:
        return None
    try:
        score = walk(events, weeks=weeks)
    except UnjaiError:
        return None
    pai = {name: _interval(score.pai(name, 1)) for name in METHODS}
    over = {name: _interval(score.over("ours", name, 1)) for name in MAPS}
    if any(np.isnan(one.value) for one in (*pai.values(), *over.values())):
        return None
    return Walked(pai=pai, over=over, forecasts=len(score.origins), independent=score.independent)


def _interval(told: Estimate) -> Interval3:
    return Interval3(value=round(told.value, 3), low=round(told.low, 3), high=round(told.high, 3))
