"""Who lives and trades where: communities, sub-zones and places of the fictional town, with their Thai words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from shapely import LineString, Polygon, box, unary_union

from unjai.demo.town import plan, tables
from unjai.demo.town.frontage import Frontage
from unjai.demo.town.graph import Edge
from unjai.demo.town.shapes import XY, largest

SubZoneKind = Literal["economic", "risk", "landmark"]
LandUse = Literal["water", "park", "compound", "market", "field"]


@dataclass(frozen=True, kw_only=True)
class SubZone:
    """A part of the zone with the reason why it was drawn."""

    code: str
    kind: SubZoneKind
    th: str
    en: str
    reason_th: str
    ground: Polygon


@dataclass(frozen=True, kw_only=True)
class Community:
    """A registered community (ชุมชน) with its households and people."""

    code: str
    th: str
    en: str
    at: XY
    ground: Polygon
    households: int
    population: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place by the kinds of the territory's table."""

    code: str
    kind: str
    th: str
    en: str
    at: XY
    phone: str
    house_no: str


@dataclass(frozen=True, kw_only=True)
class Land:
    """A coloured ground on the map: water, park, walled compound, market, field."""

    code: str
    kind: LandUse
    th: str
    en: str
    ground: Polygon


@cache
def communities() -> tuple[Community, ...]:
    """Return the six communities; each has the part of the zone that is nearest to its hall."""
    rows = tables.rows("communities")
    halls = [tables.at(row) for row in rows]
    out = []
    for i, row in enumerate(rows):
        ground = plan.zone()
        for other in halls[:i] + halls[i + 1 :]:
            ground = largest(ground.intersection(_nearer(halls[i], other)))
        out.append(
            Community(
                code=f"c{i + 1}",
                th=row["th"],
                en=row["en"],
                at=halls[i],
                ground=ground,
                households=int(row["households"]),
                population=int(row["population"]),
            )
        )
    return tuple(out)


def _nearer(at: XY, other: XY) -> Polygon:
    """Return the half plane of the points nearer to `at` than to `other` (4 km of it)."""
    middle = ((at[0] + other[0]) / 2, (at[1] + other[1]) / 2)
    dx, dy = at[0] - other[0], at[1] - other[1]
    size = (dx * dx + dy * dy) ** 0.5
    ux, uy = 4000 * dx / size, 4000 * dy / size
    return Polygon(
        [
            (middle[0] - uy, middle[1] + ux),
            (middle[0] + uy, middle[1] - ux),
            (middle[0] + uy + ux, middle[1] - ux + uy),
            (middle[0] - uy + ux, middle[1] + ux + uy),
        ]
    )


@cache
def subzones() -> tuple[SubZone, ...]:
    """Return the sub-zones of the three kinds. Their borders follow streets and water."""
    zone, water = plan.zone(), plan.water()
    road = {en: one.line for en, one in plan.roads().items()}
    moat, canal = plan.waters()["moat"].line, plan.waters()["canal"].line
    part = plan.along
    economic = [
        *part(road["Mit Maitri Road"], (-40, 425), (330, 388)),
        *part(road["Thetsaban Damri Road"], (330, 388), (334, -190)),
        *part(road["Wat Klang Road"], (334, -190), (-60, -154)),
        *part(moat, (-66, -150), (-100, 370)),
    ]
    landmark = [
        *part(road["San Chao Road"], (-742, 236), (-408, 230)),
        *part(road["Lak Mueang Road"], (-408, 230), (-418, -180)),
        *part(road["Wat Klang Road"], (-418, -180), (-688, -196)),
        (-735, -100),
        (-775, 40),
        (-772, 160),
    ]
    canal_side = [
        *part(road["Rom Pho Road"], (-100, -394), (578, -352)),
        *part(road["Anamai Road"], (560, -352), (592, -544)),
        *part(canal, (592, -548), (-90, -440)),
    ]
    pond_side = [
        *part(road["Nong Bua Road"], (-200, 594), (148, 562)),
        *part(road["Rat Uthit Road"], (140, 556), (119, 424)),
        *part(road["Mit Maitri Road"], (118, 418), (-100, 414)),
        (-190, 440),
    ]
    borders = {"sz-economic": economic, "sz-landmark": landmark, "sz-risk-canal": canal_side, "sz-risk-pond": pond_side}
    out = []
    for row in tables.rows("subzones"):
        ground = Polygon(borders[row["code"]]).buffer(0).intersection(zone).difference(water["river"])
        out.append(
            SubZone(
                code=row["code"],
                kind=cast("SubZoneKind", row["kind"]),
                th=row["th"],
                en=row["en"],
                reason_th=row["reason_th"],
                ground=largest(ground),
            )
        )
    return tuple(out)


def places(edges: tuple[Edge, ...]) -> tuple[Place, ...]:
    """Return the places: the compounds, the halls of the communities, and shops beside their street."""
    yard = Frontage(edges)
    rows = [(c.kind, c.th, c.en, _middle(ground)) for c, ground in plan.compounds()]
    rows += [("community_centre", f"ศาลา{c.th}", f"{c.en} Hall", yard.beside(c.at)) for c in communities()]
    for row in tables.rows("places"):
        at = tables.at(row)
        rows.append((row["kind"], row["th"], row["en"], at if row["kind"] == "landmark" else yard.beside(at)))
    out = []
    for i, (kind, th, en, at) in enumerate(rows):
        phone = "191" if kind == "police" else f"05590{i + 1:04d}"
        house = f"{7 + i * 13 % 289}/{1 + i % 9} {yard.street(at)}"
        out.append(Place(code=f"p{i + 1:03d}", kind=kind, th=th, en=en, at=at, phone=phone, house_no=house))
    return tuple(out)


def _middle(ground: Polygon) -> XY:
    at = ground.representative_point()
    return round(at.x, 1), round(at.y, 1)


def land(edges: tuple[Edge, ...]) -> tuple[Land, ...]:
    """Return water, parks, compounds, and the fields beyond the last houses."""
    ground = box(*plan.extent().buffer(420).bounds)
    out = []
    built = unary_union([LineString(edge.points).buffer(40) for edge in edges])
    taken = [built, plan.zone(), plan.closed(), *(shape.buffer(14) for shape in plan.water().values())]
    wild = ground.difference(unary_union(taken)).buffer(-24, quad_segs=2).buffer(24, quad_segs=2)
    parts = [largest(part.simplify(5)) for part in getattr(wild, "geoms", []) if part.area > 9_000]
    parts.sort(key=lambda part: (round(part.centroid.x), round(part.centroid.y)))
    for i, field in enumerate(parts):
        out.append(Land(code=f"field-{i + 1}", kind="field", th="ทุ่งนา", en="Rice fields", ground=field))
    for i, (c, shape) in enumerate(plan.compounds()):
        kind: LandUse = (
            "park" if c.kind in ("park", "sports_ground") else "market" if c.kind == "market" else "compound"
        )
        out.append(Land(code=f"ground-{i + 1}", kind=kind, th=c.th, en=c.en, ground=shape))
    for key, shape in plan.water().items():
        known = plan.waters()[key]
        out.append(
            Land(
                code=key,
                kind="water",
                th=known.th,
                en=known.en,
                ground=largest(shape.intersection(ground).simplify(0.5)),
            )
        )
    return tuple(out)
