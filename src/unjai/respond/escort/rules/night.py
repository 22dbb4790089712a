"""Which streets fail at an hour, why, and which single work would lift most walking minutes (docs/night-ease.md).

Three classes: a street is vouched for when its ease reaches `FAILS_BELOW`, it fails when even everything unknown being
good would not bring it there, and else it is not known. Not known is never failing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unjai.respond.escort.rules.ease import PATROL_S, POLE_M, WEIGHTS, Factor, Facts, Floats, ease_of, ease_of_all
from unjai.respond.escort.rules.foot import FootGraph

FAILS_BELOW = 0.45
"""A street is vouched for from here up: lit and one thing more known to be good, or unlit and nearly all else."""
EPSILON = 1e-9
"""Sums of weights differ in their last digit; what reaches the threshold by that much reaches it."""

GOOD, UNKNOWN, BAD = 0, 1, 2
CLASSES: tuple[Literal["good", "unknown", "bad"], ...] = ("good", "unknown", "bad")
WorkKind = Literal["lamp", "camera_mend", "camera_turn", "patrol", "pole", "look"]
KINDS: tuple[WorkKind, ...] = ("lamp", "camera_mend", "camera_turn", "patrol", "pole", "look")
KEPT_EACH, STREETS_KEPT = 60, 300
_HALF = 0.5

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class CameraChange:
    """What one camera would do if it were mended, or turned to `bearing_deg`: the seen share of the streets it touches.

    The shares hold what all other cameras see there too.
    """

    kind: Literal["camera_mend", "camera_turn"]
    device_id: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    bearing_deg: float | None
    rows: Rows
    seen_day: Floats
    seen_night: Floats


@dataclass(frozen=True, kw_only=True)
class Work:
    """One work and what it alone would do: minutes lifted above the threshold less those that sink below it.

    `gain` is those minutes times the ease each gains (ease-minutes). `waits_min` belongs to "go and look" alone: the
    minutes of streets that nobody can judge until somebody looked. `key` names the same work at the next reckoning.
    """

    kind: WorkKind
    key: str
    rows: tuple[int, ...]
    lifted_min: float
    gain: float
    waits_min: float = 0.0
    metres: float = 0.0
    lamps: int = 0
    at: tuple[float, float] = (0.0, 0.0)
    device_id: str | None = None
    name_th: str = ""
    name_en: str = ""
    bearing_deg: float | None = None
    lifted_rows: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Street:
    """All stretches of one street (by name; without one a run between junctions) that are of one class, not good."""

    class_index: int
    rows: tuple[int, ...]
    name_th: str
    name_en: str
    metres: float
    minutes: float
    ease: float
    at_most: float
    bad: tuple[Factor, ...]
    unknown: tuple[Factor, ...]
    at: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Night:
    """A zone at an hour: class, ease and walking minutes of every edge, the streets that fail, the works by effect."""

    dark: bool
    class_index: NDArray[np.int8]
    ease: Floats
    at_most: Floats
    minutes: Floats
    streets: tuple[Street, ...]
    works: tuple[Work, ...] = field(default=())


def classed(ease: Floats, at_most: Floats) -> NDArray[np.int8]:
    """Return the class of each street: good, not known, bad."""
    short = ease < FAILS_BELOW - EPSILON
    hopeless = at_most < FAILS_BELOW - EPSILON
    return np.where(hopeless, BAD, np.where(short, UNKNOWN, GOOD)).astype(np.int8)


def effect(ease: Floats, after: Floats, minutes: Floats, rows: Rows) -> tuple[float, float, tuple[int, ...]]:
    """Return the minutes lifted over the threshold, ease-minutes gained by them, and which rows moved up.

    `after` is the ease of `rows` with the work. What sinks below the threshold counts against it.
    """
    low = FAILS_BELOW - EPSILON
    before = ease[rows]
    up, down = (before < low) & (after >= low), (before >= low) & (after < low)
    change = np.where(up, 1.0, 0.0) - np.where(down, 1.0, 0.0)
    lifted = float((minutes[rows] * change).sum())
    gain = float((minutes[rows] * (after - before) * (up | down)).sum())
    return lifted, gain, tuple(int(row) for row in rows[up])


def raised(ease: Floats, factor: Factor, now: Floats, rows: Rows, to: Floats | float = 1.0) -> Floats:
    """Return the ease of `rows` when a factor is known to be `to` good there; `now` is how far it is vouched for."""
    return np.minimum(np.maximum(ease[rows] + WEIGHTS[factor] * (to - now[rows]), 0.0), 1.0)


def shares(facts: Facts, *, dark: bool) -> Mapping[Factor, Floats]:
    """Return how far the factors that a work can change are vouched for: nothing where they are not known."""
    passed = (facts.patrolled_s >= 0) & (facts.patrolled_s <= PATROL_S)
    return {
        "lit": (facts.lit > 0).astype(float) if dark else np.ones_like(facts.lit),
        "seen": np.nan_to_num(np.clip(facts.seen_night if dark else facts.seen_day, 0.0, 1.0), nan=0.0),
        "patrolled": passed.astype(float),
        "pole": (facts.pole_m <= POLE_M).astype(float),
    }


def judged(facts: Facts, *, dark: bool) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Return ease, at most, and class of every edge."""
    ease, at_most = ease_of_all(facts, dark=dark)
    return ease, at_most, classed(ease, at_most)


def streets(
    graph: FootGraph, facts: Facts, minutes: Floats, found: tuple[Floats, Floats, NDArray[np.int8]], *, dark: bool
) -> tuple[Street, ...]:
    """Return the streets that are not vouched for, most walking minutes first; known bad before not known at a tie."""
    ease, at_most, index = found
    groups: dict[tuple[str, int, int], list[int]] = {}
    for row in np.flatnonzero(index != GOOD).tolist():
        edge = graph.edges[row]
        run = -1 if edge.name_th else int(graph.chains.edge_chain[row])
        groups.setdefault((edge.name_th, run, int(index[row])), []).append(row)
    listed = [_street(graph, facts, minutes, (ease, at_most), key[2], rows, dark=dark) for key, rows in groups.items()]
    listed.sort(key=lambda one: (-round(one.minutes, 6), -one.class_index, -one.metres, one.rows))
    return tuple(listed[:STREETS_KEPT])


def _street(  # noqa: PLR0917  one call
    graph: FootGraph,
    facts: Facts,
    minutes: Floats,
    found: tuple[Floats, Floats],
    class_index: int,
    rows: Sequence[int],
    *,
    dark: bool,
) -> Street:
    listed = np.asarray(rows)
    length = graph.length_m[listed]
    whole = float(length.sum())
    why: dict[Factor, list[float]] = {name: [0.0, 0.0] for name in WEIGHTS}
    for row, metres in zip(rows, length.tolist(), strict=True):
        for name, state in ease_of(facts.at(row, dark=dark), dark=dark).states.items():
            why[name][0] += metres * (state == "no")
            why[name][1] += metres * (state == "unknown")
    longest = rows[int(np.argmax(minutes[listed] + length * EPSILON))]
    return Street(
        class_index=class_index,
        rows=tuple(rows),
        name_th=graph.edges[rows[0]].name_th,
        name_en=graph.edges[rows[0]].name_en,
        metres=whole,
        minutes=float(minutes[listed].sum()),
        ease=float((found[0][listed] * length).sum() / whole),
        at_most=float((found[1][listed] * length).sum() / whole),
        bad=tuple(name for name in WEIGHTS if why[name][0] > whole * _HALF),
        unknown=tuple(name for name in WEIGHTS if why[name][1] > whole * _HALF),
        at=middle(graph, longest),
    )


def middle(graph: FootGraph, row: int) -> tuple[float, float]:
    """Return the middle corner of an edge, for a mark on a map."""
    line = graph.edges[row].coordinates
    if len(line) > 2:  # noqa: PLR2004
        return line[len(line) // 2]
    return (line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2
