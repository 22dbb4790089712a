"""The town as a planner would lay it out: river, moat, roads, compounds, estates. Sois grow later, in `grow`.

An old town lies on the east bank of a river, inside a moat with a one-way road on either side; a main road leads over
the bridge, past the clock tower and out to the bypass; shop-houses east of the moat, housing estates and sois beyond,
fields at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from shapely import LineString, Point, Polygon, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from unjai.demo.town import tables
from unjai.demo.town.shapes import XY, box, largest, smooth

StreetClass = Literal["main", "collector", "soi", "footpath"]

RIVER_HALF_M = 36.0
BYPASS_HALF_M = 9.0
BANK_M = 9.0
"""No soi comes nearer to the water."""
ZONE_AREA_M2 = 1_700_000.0
EDGE_M = 470.0
"""How far the streets reach beyond the zone."""


@dataclass(frozen=True, kw_only=True)
class Water:
    """A river, moat, canal or pond; `line` is its middle, or its shore where it has no width."""

    key: str
    th: str
    en: str
    half_m: float | None
    line: LineString


@dataclass(frozen=True, kw_only=True)
class Road:
    """A laid-out road; `density` says how densely sois branch off on the left and on the right (0 = none)."""

    th: str
    en: str
    kind: StreetClass
    line: LineString
    density: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Compound:
    """A walled ground without public streets: temple, school, market, park and the like."""

    kind: str
    th: str
    en: str
    centre: XY
    size: tuple[float, float]
    turn_deg: float


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A housing estate (หมู่บ้านจัดสรร): a ladder of short straight sois behind one gate."""

    th: str
    en: str
    centre: XY
    size: tuple[float, float]
    turn_deg: float
    gate: XY


@cache
def waters() -> dict[str, Water]:
    """Return the waters by key: river, moat, canal, pond."""
    return {
        row["key"]: Water(
            key=row["key"],
            th=row["th"],
            en=row["en"],
            half_m=float(row["half_m"]) if row["half_m"] else None,
            line=smooth(tables.points(row)),
        )
        for row in tables.rows("water")
    }


@cache
def roads() -> dict[str, Road]:
    """Return the laid-out roads by their English name."""
    return {
        row["en"]: Road(
            th=row["th"],
            en=row["en"],
            kind=cast("StreetClass", row["kind"]),
            line=smooth(tables.points(row)),
            density=(float(row["density_left"]), float(row["density_right"])),
        )
        for row in tables.rows("roads")
    }


BYPASS = "Wiang Unjai Bypass"
"""A dual carriageway: its row holds the line between the two."""


@cache
def estates() -> tuple[Estate, ...]:
    """Return the housing estates."""
    return tuple(
        Estate(
            th=row["th"],
            en=row["en"],
            centre=tables.at(row),
            size=(float(row["width_m"]), float(row["height_m"])),
            turn_deg=float(row["turn_deg"]),
            gate=tables.at(row, "gate_x", "gate_y"),
        )
        for row in tables.rows("estates")
    )


@cache
def water() -> dict[str, Polygon]:
    """Return the waters' grounds by key."""
    known = waters()
    river = known["river"].line.buffer(RIVER_HALF_M, cap_style="flat")
    moat = largest(known["moat"].line.buffer(known["moat"].half_m).difference(river))
    canal = largest(known["canal"].line.buffer(known["canal"].half_m).difference(unary_union([river, moat])))
    return {"river": river, "moat": moat, "canal": canal, "pond": known["pond"].line.convex_hull.buffer(4)}


def along(curve: LineString, start: XY, end: XY) -> list[XY]:
    """Return the points of a curve between the places nearest to `start` and `end`, in that direction."""
    part = substring(curve, curve.project(Point(start)), curve.project(Point(end)))
    return [(x, y) for x, y in part.coords]


@cache
def zone() -> Polygon:
    """Return the safety zone: river, Si Uthai Road, Anamai Road, the canal and the moat bound it.

    The border runs an even distance outside the middle of those streets, chosen so that the zone measures 1.70 km².
    """
    road, line = roads(), {key: one.line for key, one in waters().items()}
    border = [
        *along(road["Si Uthai Road"].line, (-640, 790), (610, 690)),
        *along(road["Anamai Road"].line, (610, 690), (592, -544)),
        *along(line["canal"], (592, -548), (-110, -404)),
        *along(line["moat"], (-140, -388), (-622, -446)),
        *along(line["river"], (-636, -446), (-640, 790)),
    ]
    core = largest(Polygon(border).buffer(0))
    low, high = -60.0, 120.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if core.buffer(middle).area < ZONE_AREA_M2 else (low, middle)
    return core.buffer(high).simplify(0.5)


@cache
def extent() -> Polygon:
    """Return the ground on which there are streets: the zone and `EDGE_M` round it."""
    return zone().buffer(EDGE_M)


@cache
def old_town() -> Polygon:
    """Return the ground between the moat and the river."""
    inside = Polygon(waters()["moat"].line.coords)
    return largest(inside.difference(unary_union([water()["river"], water()["moat"]])))


@cache
def compounds() -> tuple[tuple[Compound, Polygon], ...]:
    """Return each compound with its ground: its rectangle less the laid-out roads and the water."""
    reach = {"main": 10.0, "collector": 8.0}
    paved = [road.line.buffer(22.0 if road.en == BYPASS else reach[road.kind]) for road in roads().values()]
    kept = unary_union([*paved, *(ground.buffer(3) for ground in _channels())])
    out = []
    for row in tables.rows("compounds"):
        compound = Compound(
            kind=row["kind"],
            th=row["th"],
            en=row["en"],
            centre=tables.at(row),
            size=(float(row["width_m"]), float(row["height_m"])),
            turn_deg=float(row["turn_deg"]),
        )
        ground = box(compound.centre, *compound.size, compound.turn_deg)
        out.append((compound, largest(ground.difference(kept))))
    return tuple(out)


def _channels() -> list[Polygon]:
    return [ground for key, ground in water().items() if key != "pond"]


@cache
def wet() -> BaseGeometry:
    """Return everything a soi must not enter: river, moat and canal, with their banks."""
    return unary_union([ground.buffer(BANK_M) for ground in _channels()])


@cache
def closed() -> BaseGeometry:
    """Return the grounds without public streets."""
    return unary_union([ground for _, ground in compounds()])
