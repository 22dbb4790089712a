"""The town as a planner would lay it out: river, moat, roads, compounds, estates. Sois grow later, in `grow`.

An old town lies on the east bank of a river, inside a moat with a one-way road on either side; a main road leads over the bridge,
past the clock tower and out to the bypass; shop-houses east of the moat, housing estates and sois beyond, fields at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from shapely import LineString, Point, Polygon, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from unjai.demo.town.shapes import XY, box, largest, smooth

StreetClass = Literal["main", "collector", "soi", "footpath"]

RIVER_HALF_M = 36.0
MOAT_HALF_M = 8.0
CANAL_HALF_M = 6.0
ZONE_AREA_M2 = 1_700_000.0
EDGE_M = 470.0
"""How far the streets reach beyond the zone."""


@dataclass(frozen=True, kw_only=True)
class Road:
    """A laid-out road: its points are control points of a curve."""

    th: str
    en: str
    kind: StreetClass
    points: tuple[XY, ...]
    oneway: bool = False
    density: tuple[float, float] = (1.0, 1.0)
    """How densely sois branch off on the left and on the right; 0 = none."""


@dataclass(frozen=True, kw_only=True)
class Compound:
    """A walled ground without public streets: temple, school, market, park …"""

    kind: str
    th: str
    en: str
    centre: XY
    size: tuple[float, float]
    turn_deg: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A housing estate (หมู่บ้านจัดสรร): a ladder of short straight sois behind one gate."""

    th: str
    en: str
    centre: XY
    size: tuple[float, float]
    turn_deg: float
    gate: XY


RIVER_TH, RIVER_EN = "แม่น้ำอุ่น", "Un River"
RIVER: tuple[XY, ...] = (
    (-380, 1560), (-500, 1290), (-600, 1010), (-640, 770), (-705, 520), (-790, 260), (-800, 20),
    (-735, -220), (-640, -440), (-600, -660), (-640, -900), (-750, -1150), (-800, -1450),
)  # fmt: skip
MOAT_TH, MOAT_EN = "คูเมืองเวียงอุ่นใจ", "Wiang Unjai Moat"
MOAT: tuple[XY, ...] = (
    (-718, 452), (-610, 448), (-420, 424), (-220, 408), (-128, 385), (-82, 318), (-58, 100),
    (-72, -110), (-92, -300), (-130, -385), (-215, -418), (-410, -430), (-640, -446),
)  # fmt: skip
CANAL_TH, CANAL_EN = "คลองบัวขาว", "Bua Khao Canal"
CANAL: tuple[XY, ...] = (
    (-128, -382), (-40, -500), (70, -585), (300, -555), (520, -548), (760, -575), (1010, -535), (1300, -575),
)  # fmt: skip

BYPASS: tuple[XY, ...] = (
    (-1300, 1240), (-900, 1168), (-560, 1140), (-200, 1165), (200, 1105), (520, 960), (770, 740), (905, 490),
    (960, 200), (975, -100), (955, -400), (880, -680), (700, -930), (450, -1100), (150, -1215), (-300, -1300),
)  # fmt: skip
BYPASS_HALF_M = 9.0

ROADS: tuple[Road, ...] = (
    Road(th="ถนนสุขเกษม", en="Suk Kasem Road", kind="main", density=(1.0, 1.0), points=(
        (-1330, 170), (-1120, 110), (-950, 62), (-800, 42), (-650, 32), (-420, 50), (-220, 22), (-58, 6),
        (170, 0), (400, 26), (590, 80), (780, 140), (960, 205), (1330, 330))),
    Road(th="ถนนราษฎร์อุทิศ", en="Rat Uthit Road", kind="main", points=(
        (30, -1400), (100, -1080), (158, -720), (128, -390), (162, -190), (170, 0), (148, 200), (118, 418),
        (152, 600), (182, 745), (250, 930), (262, 1090), (330, 1420))),
    Road(th="ถนนมิตรไมตรี", en="Mit Maitri Road", kind="collector", points=(
        (-112, 412), (0, 432), (118, 418), (330, 388), (560, 440), (780, 458), (908, 482), (1100, 560), (1300, 590))),
    Road(th="ถนนร่มโพธิ์", en="Rom Pho Road", kind="collector", points=(
        (-120, -392), (0, -402), (128, -390), (350, -420), (560, -352), (760, -360), (956, -395), (1300, -360))),
    Road(th="ถนนศรีอุทัย", en="Si Uthai Road", kind="collector", points=(
        (-1330, 900), (-1100, 850), (-860, 822), (-640, 790), (-350, 752), (-120, 702), (30, 742), (182, 745),
        (400, 712), (610, 690), (795, 705), (1000, 790), (1200, 960))),
    Road(th="ถนนสวนสัก", en="Suan Sak Road", kind="collector", points=(
        (-545, -700), (-335, -742), (-90, -690), (158, -720), (400, -770), (612, -712), (868, -700), (1200, -820))),
    Road(th="ถนนอนามัย", en="Anamai Road", kind="collector", points=(
        (690, -940), (612, -712), (590, -540), (560, -352), (602, -120), (590, 80), (556, 260), (560, 440),
        (616, 600), (610, 690), (570, 830), (560, 935))),
    Road(th="ถนนเทศบาลดำริ", en="Thetsaban Damri Road", kind="collector", points=(
        (330, 388), (318, 220), (352, 20), (334, -190), (350, -420))),
    Road(th="ถนนประชาสรรค์", en="Pracha San Road", kind="collector", points=(
        (-398, 424), (-378, 590), (-350, 752), (-292, 930), (-268, 1160), (-180, 1420))),
    Road(th="ถนนท่าทราย", en="Tha Sai Road", kind="collector", points=(
        (-398, -430), (-352, -580), (-335, -742), (-262, -950), (-285, -1300))),
    Road(th="ถนนท่าเกวียน", en="Tha Kwian Road", kind="collector", density=(0.75, 0.9), points=(
        (-760, 1160), (-790, 980), (-815, 820), (-870, 560), (-952, 300), (-950, 62), (-905, -240), (-800, -470),
        (-752, -680), (-800, -900), (-900, -1150))),
    Road(th="ถนนหลักเมือง", en="Lak Mueang Road", kind="collector", points=(
        (-398, 424), (-408, 230), (-428, 50), (-418, -180), (-398, -430))),
    Road(th="ถนนตลาดเก่า", en="Talat Kao Road", kind="collector", points=(
        (-590, 446), (-584, 240), (-606, 36), (-572, -190), (-540, -441))),
    Road(th="ถนนช่างทอง", en="Chang Thong Road", kind="collector", points=(
        (-212, 407), (-232, 215), (-218, 22), (-240, -170), (-216, -418))),
    Road(th="ถนนศาลเจ้า", en="San Chao Road", kind="collector", points=(
        (-742, 236), (-584, 240), (-408, 230), (-232, 215), (-66, 205))),
    Road(th="ถนนวัดกลาง", en="Wat Klang Road", kind="collector", points=(
        (-688, -196), (-572, -190), (-418, -180), (-240, -170), (-78, -152), (162, -168), (334, -190), (602, -150))),
    Road(th="ถนนหนองบัว", en="Nong Bua Road", kind="collector", points=(
        (-368, 640), (-240, 590), (-120, 610), (152, 560))),
    Road(th="ถนนเวียงเหนือ", en="Wiang Nuea Road", kind="collector", points=(
        (-292, 930), (-100, 955), (90, 905), (250, 925), (380, 890), (575, 815))),
    Road(th="ถนนโรงน้ำแข็ง", en="Rong Nam Khaeng Road", kind="collector", points=(
        (158, -960), (380, -930), (560, -860), (652, -830))),
    Road(th="ถนนทุ่งทอง", en="Thung Thong Road", kind="collector", density=(0.6, 0.4), points=(
        (1000, 790), (1060, 560), (1090, 260), (1110, -50), (1080, -380), (1040, -760))),
)  # fmt: skip

COMPOUNDS: tuple[Compound, ...] = (
    Compound(kind="temple", th="วัดหลวงเวียงอุ่นใจ", en="Wat Luang Wiang Unjai", centre=(-502, 142), size=(132, 128), turn_deg=-3),
    Compound(kind="temple", th="วัดกลางเวียง", en="Wat Klang Wiang", centre=(-322, -264), size=(118, 104), turn_deg=3),
    Compound(kind="temple", th="วัดโพธิ์งาม", en="Wat Pho Ngam", centre=(258, -492), size=(128, 84), turn_deg=4),
    Compound(kind="temple", th="วัดท่าเกวียน", en="Wat Tha Kwian", centre=(-868, -90), size=(84, 110), turn_deg=12),
    Compound(kind="temple", th="วัดป่าเวียงเหนือ", en="Wat Pa Wiang Nuea", centre=(-120, 858), size=(150, 120), turn_deg=-6),
    Compound(kind="shrine", th="ศาลเจ้าพ่อริมน้ำ", en="Chao Pho Rim Nam Shrine", centre=(-668, 206), size=(50, 36), turn_deg=2),
    Compound(kind="market", th="ตลาดสดเทศบาลเวียงอุ่นใจ", en="Wiang Unjai Municipal Market", centre=(48, 96), size=(150, 118), turn_deg=-5),
    Compound(kind="school", th="โรงเรียนเวียงอุ่นใจวิทยา", en="Wiang Unjai Wittaya School", centre=(392, 560), size=(214, 150), turn_deg=-4),
    Compound(kind="school", th="โรงเรียนเทศบาล 1 (ริมน้ำ)", en="Municipal School 1", centre=(-500, -320), size=(108, 112), turn_deg=4),
    Compound(kind="school", th="โรงเรียนอนุบาลร่มโพธิ์", en="Rom Pho Kindergarten", centre=(466, -296), size=(100, 84), turn_deg=8),
    Compound(kind="hospital", th="โรงพยาบาลเวียงอุ่นใจ", en="Wiang Unjai Hospital", centre=(448, 236), size=(152, 140), turn_deg=-8),
    Compound(kind="park", th="สวนสาธารณะหนองบัวขาว", en="Nong Bua Khao Park", centre=(-36, 520), size=(232, 122), turn_deg=-7),
    Compound(kind="park", th="สวนริมน้ำเฉลิมเวียง", en="Chaloem Wiang Riverside Park", centre=(-716, -60), size=(46, 150), turn_deg=12),
    Compound(kind="government", th="สำนักงานเทศบาลเมืองเวียงอุ่นใจ", en="Wiang Unjai Municipality", centre=(462, -74), size=(124, 104), turn_deg=3),
    Compound(kind="police", th="สภ.เวียงอุ่นใจ (สมมุติ)", en="Wiang Unjai Police Station (fictional)", centre=(252, 52), size=(92, 66), turn_deg=4),
    Compound(kind="bus_station", th="สถานีขนส่งผู้โดยสารเวียงอุ่นใจ", en="Wiang Unjai Bus Terminal", centre=(246, -288), size=(112, 84), turn_deg=2),
    Compound(kind="sports_ground", th="สนามกีฬาเทศบาลเวียงอุ่นใจ", en="Municipal Stadium", centre=(770, -200), size=(210, 150), turn_deg=4),
    Compound(kind="mall", th="ห้างเวียงพลาซ่า", en="Wiang Plaza", centre=(880, 80), size=(96, 150), turn_deg=-2),
    Compound(kind="other", th="โรงสีข้าวสหกรณ์", en="Cooperative Rice Mill", centre=(-150, -1010), size=(130, 110), turn_deg=8),
)  # fmt: skip

ESTATES: tuple[Estate, ...] = (
    Estate(th="หมู่บ้านร่มฉัตร", en="Rom Chat Village", centre=(405, 835), size=(190, 76), turn_deg=-12, gate=(395, 905)),
    Estate(th="หมู่บ้านศรีเวียงทอง", en="Si Wiang Thong Village", centre=(748, 592), size=(170, 150), turn_deg=6, gate=(640, 590)),
    Estate(th="หมู่บ้านกาสะลอง", en="Kasalong Village", centre=(752, 322), size=(210, 150), turn_deg=9, gate=(570, 330)),
    Estate(th="หมู่บ้านธารบัว", en="Than Bua Village", centre=(430, -648), size=(200, 112), turn_deg=-4, gate=(430, -780)),
    Estate(th="หมู่บ้านสวนสักธานี", en="Suan Sak Thani Village", centre=(768, -790), size=(150, 110), turn_deg=12, gate=(700, -700)),
    Estate(th="หมู่บ้านเอื้ออุ่น", en="Uea Un Village", centre=(-180, -840), size=(190, 110), turn_deg=14, gate=(-290, -850)),
    Estate(th="หมู่บ้านท่าเกวียนวิลล์", en="Tha Kwian Ville", centre=(-1050, -180), size=(120, 170), turn_deg=12, gate=(-930, -170)),
    Estate(th="หมู่บ้านเวียงเหนือ", en="Wiang Nuea Village", centre=(70, 1010), size=(200, 120), turn_deg=-8, gate=(60, 915)),
    Estate(th="หมู่บ้านราษฎร์พัฒนา", en="Rat Phatthana Village", centre=(268, -860), size=(150, 100), turn_deg=-3, gate=(140, -850)),
)  # fmt: skip


@cache
def water() -> dict[str, Polygon]:
    """Return the river, the moat, the canal and the park's pond as polygons in the plane."""
    river = smooth(RIVER).buffer(RIVER_HALF_M, cap_style="flat")
    moat = largest(smooth(MOAT).buffer(MOAT_HALF_M).difference(river))
    canal = largest(smooth(CANAL).buffer(CANAL_HALF_M).difference(unary_union([river, moat])))
    pond = smooth(((-100, 524), (-60, 552), (-10, 540), (22, 512), (-20, 492), (-70, 498), (-100, 524))).convex_hull.buffer(4)
    return {"river": river, "moat": moat, "canal": canal, "pond": pond}


def along(curve: LineString, start: XY, end: XY) -> list[XY]:
    """Return the points of a curve between the places nearest to `start` and `end`, in that direction."""
    part = substring(curve, curve.project(Point(start)), curve.project(Point(end)))
    return [(x, y) for x, y in part.coords]


@cache
def zone() -> Polygon:
    """Return the safety zone: river, Si Uthai Road, Anamai Road, the canal and the moat bound it.

    The border runs an even distance outside the middle of those streets, chosen so that the zone measures 1.70 km².
    """
    curve = {road.en: smooth(road.points) for road in ROADS}
    border = [
        *along(curve["Si Uthai Road"], (-640, 790), (610, 690)),
        *along(curve["Anamai Road"], (610, 690), (592, -544)),
        *along(smooth(CANAL), (592, -548), (-110, -404)),
        *along(smooth(MOAT), (-140, -388), (-622, -446)),
        *along(smooth(RIVER), (-636, -446), (-640, 790)),
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
    return largest(Polygon(smooth(MOAT).coords).difference(unary_union([water()["river"], water()["moat"]])))


@cache
def compounds() -> tuple[tuple[Compound, Polygon], ...]:
    """Return each compound with its ground: its rectangle less the laid-out roads and the water."""
    roads = unary_union([smooth(road.points).buffer(10 if road.kind == "main" else 8) for road in ROADS])
    kept: BaseGeometry = unary_union([roads, smooth(BYPASS).buffer(22), *(shape.buffer(3) for shape in _channels())])
    return tuple((c, largest(box(c.centre, *c.size, c.turn_deg).difference(kept))) for c in COMPOUNDS)


def _channels() -> list[Polygon]:
    return [shape for name, shape in water().items() if name != "pond"]


@cache
def wet() -> BaseGeometry:
    """Return everything a soi must not enter: river, moat and canal, with their banks."""
    return unary_union([shape.buffer(9) for shape in _channels()])


@cache
def closed() -> BaseGeometry:
    """Return the grounds without public streets."""
    return unary_union([ground for _, ground in compounds()])


__all__ = [
    "BYPASS", "CANAL", "COMPOUNDS", "ESTATES", "MOAT", "RIVER", "ROADS", "Compound", "Estate", "Road", "StreetClass", "closed", "compounds", "extent", "old_town", "water", "wet", "zone",
]  # fmt: skip
