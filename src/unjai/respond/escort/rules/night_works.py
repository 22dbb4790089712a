"""The works that could lift a zone's walking minutes, each with its exact figure alone (docs/night-ease.md)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from unjai.respond.escort.rules.assumed import Walked
from unjai.respond.escort.rules.ease import POLE_M, Facts, Floats
from unjai.respond.escort.rules.foot import FootGraph
from unjai.respond.escort.rules.night import (
    EPSILON,
    FAILS_BELOW,
    GOOD,
    KEPT_EACH,
    UNKNOWN,
    CameraChange,
    Night,
    Rows,
    Work,
    effect,
    judged,
    middle,
    raised,
    shares,
    streets,
)

LAMP_STRETCH_M, LOOK_STRETCH_M, PASS_M = 150.0, 500.0, 1000.0
"""A work's stretch is at most so long, unless one street between two corners is longer."""
LAMP_EVERY_M = 30.0
"""A lamp lights so much of a street: how many a stretch would need."""
SEEN_CHANGE = 0.01
"""A camera's effect on a street below this share is a rounding of its sector."""


def night_of(
    graph: FootGraph, facts: Facts, walked: Walked, *, dark: bool, cameras: Iterable[CameraChange] = ()
) -> Night:
    """Return a zone at an hour. The walks stay as they are: no work leads them elsewhere."""
    found = judged(facts, dark=dark)
    ease, at_most, index = found
    known = shares(facts, dark=dark)
    minutes = walked.minutes
    works = [
        *(_lamps(graph, facts, ease, known["lit"], minutes) if dark else ()),
        *_cameras(ease, known["seen"], minutes, cameras, dark=dark),
        *_passes(graph, ease, known["patrolled"], minutes),
        *_poles(graph, ease, known["pole"], minutes),
        *(_looks(graph, facts, index, minutes) if dark else ()),
    ]
    works.sort(key=_order)
    return Night(
        dark=dark,
        class_index=index,
        ease=ease,
        at_most=at_most,
        minutes=minutes,
        streets=streets(graph, facts, minutes, found, dark=dark),
        works=tuple(works),
    )


def _order(work: Work) -> tuple[float, float, float, str]:
    return -round(work.lifted_min, 6), -round(work.gain, 6), -round(work.waits_min, 6), work.key


def _best(works: list[Work]) -> list[Work]:
    return sorted(works, key=_order)[:KEPT_EACH]


def _stretches(graph: FootGraph, wanted: Rows, most_m: float) -> Iterator[list[int]]:
    """Yield runs of wanted edges one after the other between two junctions, cut where they grow too long."""
    chosen = set(wanted.tolist())
    for chain in sorted({int(graph.chains.edge_chain[row]) for row in chosen}):
        run: list[int] = []
        length = 0.0
        for row in (*graph.chains.members[chain], -1):
            metres = 0.0 if row < 0 else float(graph.length_m[row])
            if run and (row not in chosen or length + metres > most_m):
                yield run
                run, length = [], 0.0
            if row in chosen:
                run, length = [*run, int(row)], length + metres


def _named(graph: FootGraph, rows: Sequence[int]) -> tuple[str, str]:
    edge = next((graph.edges[row] for row in rows if graph.edges[row].name_th), graph.edges[rows[0]])
    return edge.name_th, edge.name_en


def _key(graph: FootGraph, rows: Sequence[int]) -> str:
    """Name a stretch by its first edge and how many there are: the same the next time, and short."""
    ids = sorted(graph.edges[row].id for row in rows)
    return f"{ids[0]}-{ids[-1]}-{len(ids)}"


def _lamps(graph: FootGraph, facts: Facts, ease: Floats, lit: Floats, minutes: Floats) -> list[Work]:
    """Lamps on a stretch that is known to be dark: it would be lit."""
    dark = np.flatnonzero((facts.lit <= 0) & (ease < FAILS_BELOW - EPSILON) & (minutes > 0))
    could = _could(ease, raised(ease, "lit", lit, np.arange(len(ease))), minutes)
    found = []
    for run in _stretches(graph, dark, LAMP_STRETCH_M):
        rows = np.asarray(run)
        if not could[rows].any():
            continue
        lifted, gain, moved = effect(ease, raised(ease, "lit", lit, rows), minutes, rows)
        if lifted > 0:
            metres = float(graph.length_m[rows].sum())
            found.append(
                Work(
                    kind="lamp",
                    key=f"lamp:{_key(graph, run)}",
                    rows=tuple(run),
                    lifted_min=lifted,
                    gain=gain,
                    metres=metres,
                    lamps=max(1, math.ceil(metres / LAMP_EVERY_M)),
                    at=middle(graph, run[len(run) // 2]),
                    lifted_rows=moved,
                    name_th=(named := _named(graph, run))[0],
                    name_en=named[1],
                )
            )
    return _best(found)


def _cameras(ease: Floats, seen: Floats, minutes: Floats, changes: Iterable[CameraChange], *, dark: bool) -> list[Work]:
    """A camera mended, or turned: of all bearings the one that lifts most."""
    best: dict[str, Work] = {}
    for one in changes:
        to = one.seen_night if dark else one.seen_day
        held = seen[one.rows]
        target = np.where(np.abs(to - held) < SEEN_CHANGE, held, to)
        lifted, gain, moved = effect(ease, raised(ease, "seen", seen, one.rows, target), minutes, one.rows)
        if lifted <= 0:
            continue
        work = Work(
            kind=one.kind,
            key=f"{one.kind}:{one.device_id}",
            rows=tuple(int(row) for row in one.rows),
            lifted_min=lifted,
            gain=gain,
            at=(one.lon, one.lat),
            device_id=one.device_id,
            name_th=one.name_th,
            name_en=one.name_en,
            bearing_deg=one.bearing_deg,
            lifted_rows=moved,
        )
        held_work = best.get(work.key)
        if held_work is None or _order(work) < _order(held_work):
            best[work.key] = work
    return _best(list(best.values()))


def _passes(graph: FootGraph, ease: Floats, patrolled: Floats, minutes: Floats) -> list[Work]:
    """A patrol that passes along a street at this hour, every night."""
    found = []
    could = _could(ease, raised(ease, "patrolled", patrolled, np.arange(len(ease))), minutes)
    for run in _streets_whole(graph, PASS_M):
        rows = np.asarray(run, dtype=np.int64)
        if not could[rows].any():
            continue
        lifted, gain, moved = effect(ease, raised(ease, "patrolled", patrolled, rows), minutes, rows)
        if lifted > 0:
            found.append(
                Work(
                    kind="patrol",
                    key=f"patrol:{_key(graph, run)}",
                    rows=tuple(run),
                    lifted_min=lifted,
                    gain=gain,
                    metres=float(graph.length_m[run].sum()),
                    at=middle(graph, moved[len(moved) // 2]),
                    lifted_rows=moved,
                    name_th=(named := _named(graph, run))[0],
                    name_en=named[1],
                )
            )
    return _best(found)


def _could(ease: Floats, after: Floats, minutes: Floats) -> NDArray[np.bool_]:
    """Tell of each edge whether a work would lift it over the threshold, with somebody on it."""
    low = FAILS_BELOW - EPSILON
    return (ease < low) & (after >= low) & (minutes > 0)


@lru_cache(maxsize=2)
def _streets_whole(graph: FootGraph, most_m: float) -> tuple[list[int], ...]:
    """Return streets: chains of one name that hang together, a chain without a name alone, cut where they grow long."""
    return tuple(_each_street(graph, most_m))


def _each_street(graph: FootGraph, most_m: float) -> Iterator[list[int]]:
    name = [_named(graph, rows)[0] for rows in graph.chains.members]
    done = [False] * len(name)
    for first in range(len(name)):
        if done[first]:
            continue
        run: list[int] = []
        length = 0.0
        queue = [first]
        done[first] = True
        while queue:
            chain = queue.pop(0)
            if run and length + graph.chain_m[chain] > most_m:
                yield run
                run, length = [], 0.0
            run, length = [*run, *graph.chains.members[chain]], length + graph.chain_m[chain]
            if not name[chain]:
                continue
            for node in (graph.start[chain], graph.end[chain]):
                for _, other in graph.around[node]:
                    if not done[other] and name[other] == name[chain]:
                        done[other] = True
                        queue.append(other)
        if run:
            yield run


def _poles(graph: FootGraph, ease: Floats, pole: Floats, minutes: Floats) -> list[Work]:
    """An SOS point at a corner; of corners within its reach of each other only the one that lifts most."""
    after = raised(ease, "pole", pole, np.arange(len(ease)))
    moved = np.flatnonzero(_could(ease, after, minutes))
    if not len(moved):
        return []
    corners = graph.corners_m
    counts = [len(graph.edges[row].coordinates) for row in moved.tolist()]
    at = graph.plane.metres(np.asarray([pair for row in moved.tolist() for pair in graph.edges[row].coordinates]))
    lines = shapely.linestrings(at, indices=np.repeat(np.arange(len(counts)), counts))
    numbers, near = shapely.STRtree(shapely.points(corners)).query(lines, predicate="dwithin", distance=POLE_M)
    rows = moved[numbers]
    lifted = np.bincount(near, weights=minutes[rows], minlength=len(corners))
    order = np.lexsort((np.arange(len(corners)), -np.round(lifted, 6)))
    kept: list[int] = []
    for corner in order.tolist():
        if lifted[corner] <= 0 or len(kept) == KEPT_EACH:
            break
        if all(math.dist(corners[corner], corners[other]) > POLE_M for other in kept):
            kept.append(corner)
    by_corner = {corner: rows[near == corner] for corner in kept}
    found = []
    for corner, touched in by_corner.items():
        lon, lat = graph.plane.degrees([corners[corner]])[0]
        chosen = np.sort(touched)
        figure, gain, up = effect(ease, after[chosen], minutes, chosen)
        found.append(
            Work(
                kind="pole",
                key=f"pole:{round(float(lon), 5):.5f},{round(float(lat), 5):.5f}",
                rows=tuple(chosen.tolist()),
                lifted_min=figure,
                gain=gain,
                at=(float(lon), float(lat)),
                lifted_rows=up,
                name_th=(named := _named(graph, [int(row) for row in chosen[np.argsort(-minutes[chosen])]]))[0],
                name_en=named[1],
            )
        )
    return _best(found)


def _looks(graph: FootGraph, facts: Facts, index: np.ndarray, minutes: Floats) -> list[Work]:
    """Go and look whether it is lit: streets that nobody can judge. It lifts nothing by itself; minutes wait for it."""
    asked = np.flatnonzero((index == UNKNOWN) & np.isnan(facts.lit) & (minutes > 0))
    found = []
    for run in _stretches(graph, asked, LOOK_STRETCH_M):
        rows = np.asarray(run)
        found.append(
            Work(
                kind="look",
                key=f"look:{_key(graph, run)}",
                rows=tuple(run),
                lifted_min=0.0,
                gain=0.0,
                waits_min=float(minutes[rows].sum()),
                metres=float(graph.length_m[rows].sum()),
                at=middle(graph, run[len(run) // 2]),
                name_th=(named := _named(graph, run))[0],
                name_en=named[1],
            )
        )
    return _best(found)


def totals(night: Night, graph: FootGraph) -> dict[str, dict[str, float]]:
    """Return minutes and metres of streets by class."""
    return {
        name: {
            "minutes": float(night.minutes[night.class_index == number].sum()),
            "metres": float(graph.length_m[night.class_index == number].sum()),
        }
        for number, name in ((GOOD, "good"), (UNKNOWN, "unknown"), (2, "bad"))
    }
