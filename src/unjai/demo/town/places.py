"""Who lives and trades where: communities, sub-zones and places of the fictional town, with their Thai words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from shapely import LineString, Polygon, unary_union

from unjai.demo.town import plan
from unjai.demo.town.frontage import Frontage
from unjai.demo.town.graph import Edge
from unjai.demo.town.shapes import XY, largest, smooth

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


_COMMUNITIES: tuple[tuple[str, str, XY, int, int], ...] = (
    ("ชุมชนตลาดเก่าริมน้ำ", "Talat Kao Rim Nam Community", (-600, 30), 318, 842),
    ("ชุมชนวัดกลางเวียง", "Wat Klang Wiang Community", (-250, -190), 276, 731),
    ("ชุมชนหนองบัวขาว", "Nong Bua Khao Community", (-240, 560), 341, 967),
    ("ชุมชนราษฎร์อุทิศพัฒนา", "Rat Uthit Phatthana Community", (350, 520), 402, 1_108),
    ("ชุมชนหอนาฬิกา", "Clock Tower Community", (230, 60), 455, 1_196),
    ("ชุมชนร่มโพธิ์ริมคลอง", "Rom Pho Rim Khlong Community", (300, -380), 289, 803),
)


@cache
def communities() -> tuple[Community, ...]:
    """Return the six communities; each has the part of the zone that is nearest to its hall."""
    out = []
    for i, (th, en, at, households, population) in enumerate(_COMMUNITIES):
        ground = plan.zone()
        for j, (_, _, other, _, _) in enumerate(_COMMUNITIES):
            if i != j:
                ground = largest(ground.intersection(_nearer(at, other)))
        out.append(
            Community(code=f"c{i + 1}", th=th, en=en, at=at, ground=ground, households=households, population=population)
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
            (middle[0] - uy, middle[1] + ux), (middle[0] + uy, middle[1] - ux),
            (middle[0] + uy + ux, middle[1] - ux + uy), (middle[0] - uy + ux, middle[1] + ux + uy),
        ]  # fmt: skip
    )


@cache
def subzones() -> tuple[SubZone, ...]:
    """Return the sub-zones of the three kinds. Their borders follow streets and water."""
    zone, water = plan.zone(), plan.water()
    road = {r.en: smooth(r.points) for r in plan.ROADS}
    part = plan.along
    economic = [
        *part(road["Mit Maitri Road"], (-40, 425), (330, 388)),
        *part(road["Thetsaban Damri Road"], (330, 388), (334, -190)),
        *part(road["Wat Klang Road"], (334, -190), (-60, -154)),
        *part(smooth(plan.MOAT), (-66, -150), (-100, 370)),
    ]
    landmark = [
        *part(road["San Chao Road"], (-742, 236), (-408, 230)),
        *part(road["Lak Mueang Road"], (-408, 230), (-418, -180)),
        *part(road["Wat Klang Road"], (-418, -180), (-688, -196)),
        (-735, -100), (-775, 40), (-772, 160),
    ]  # fmt: skip
    risk = [
        *part(road["Rom Pho Road"], (-100, -394), (578, -352)),
        *part(road["Anamai Road"], (560, -352), (592, -544)),
        *part(smooth(plan.CANAL), (592, -548), (-90, -440)),
    ]
    behind = [
        *part(road["Nong Bua Road"], (-200, 594), (148, 562)),
        *part(road["Rat Uthit Road"], (140, 556), (119, 424)),
        *part(road["Mit Maitri Road"], (118, 418), (-100, 414)),
        (-190, 440),
    ]  # fmt: skip
    rows: tuple[tuple[str, SubZoneKind, str, str, str, list[XY]], ...] = (
        ("sz-economic", "economic", "ย่านตลาดสด–หอนาฬิกา", "Market and Clock Tower quarter",
         "ย่านการค้าหลักของเทศบาล มีตลาดสด ธนาคาร 4 แห่ง ร้านทอง 5 ร้าน และร้านสะดวกซื้อเปิด 24 ชั่วโมง "
         "คนหนาแน่นช่วง 05.00–09.00 น. และ 16.00–21.00 น. เสี่ยงต่อการวิ่งราว ลักทรัพย์ และชิงทรัพย์ร้านทอง", economic),
        ("sz-landmark", "landmark", "ย่านเมืองเก่าวัดหลวง–ริมน้ำ", "Old town: Wat Luang and riverside",
         "แหล่งท่องเที่ยวสำคัญ มีวัดหลวง ศาลเจ้า สวนริมน้ำ และถนนคนเดินทุกวันศุกร์–อาทิตย์ "
         "นักท่องเที่ยวเดินเท้าถึงราว 22.00 น. ต้องดูแลเรื่องล้วงกระเป๋า คนพลัดหลง และความปลอดภัยริมตลิ่ง", landmark),
        ("sz-risk-canal", "risk", "แนวคลองบัวขาว–หลังสถานีขนส่ง", "Bua Khao Canal behind the bus terminal",
         "ทางเดินเลียบคลองมืดหลายช่วง ซอยตันมาก มีอาคารร้างและจุดรวมกลุ่มของวัยรุ่นหลังเที่ยงคืน "
         "ผู้โดยสารรถเที่ยวดึกต้องเดินผ่าน ชุมชนแจ้งความหวาดกลัวสูงที่สุดในการประชุมภาคีหกฝ่าย", risk),
        ("sz-risk-pond", "risk", "รอบสวนหนองบัวขาว", "Around Nong Bua Khao Park",
         "สวนสาธารณะเปิดถึง 21.00 น. หลังปิดไฟส่องสว่างเหลือครึ่งหนึ่ง มีเหตุทะเลาะวิวาทและลักรถจักรยานยนต์ "
         "ผู้หญิงที่ออกกำลังกายช่วงค่ำขอให้เพิ่มสายตรวจและเสา SOS", behind),
    )  # fmt: skip
    out = []
    for code, kind, th, en, reason, border in rows:
        ground = largest(Polygon(border).buffer(0).intersection(zone).difference(water["river"]))
        out.append(SubZone(code=code, kind=kind, th=th, en=en, reason_th=reason, ground=ground))
    return tuple(out)


_PLACES: tuple[tuple[str, str, str, XY], ...] = (
    ("police", "ตู้ยามตลาดสด", "Market Police Box", (-20, 170)),
    ("police", "ตู้ยามริมน้ำ", "Riverside Police Box", (-690, 60)),
    ("police", "ตู้ยามสถานีขนส่ง", "Bus Terminal Police Box", (180, -300)),
    ("landmark", "หอนาฬิกาเวียงอุ่นใจ", "Wiang Unjai Clock Tower", (170, 0)),
    ("landmark", "ประตูเมืองด้านเหนือ", "North City Gate", (-398, 440)),
    ("landmark", "ศาลหลักเมือง", "City Pillar Shrine", (-400, 80)),
    ("monument", "ลานอนุสรณ์เจ้าเมืองอุ่น", "Founders' Court", (-200, 60)),
    ("government", "ที่ว่าการอำเภอเวียงอุ่นใจ", "Wiang Unjai District Office", (420, -40)),
    ("government", "ที่ทำการไปรษณีย์เวียงอุ่นใจ", "Post Office", (220, -40)),
    ("government", "สำนักงานการประปา", "Waterworks Office", (300, 440)),
    ("bank", "ธนาคารอุ่นทรัพย์ สาขาหอนาฬิกา", "Un Sap Bank, Clock Tower", (200, 30)),
    ("bank", "ธนาคารเกษตรเวียง สาขาสุขเกษม", "Kaset Wiang Bank, Suk Kasem", (300, 10)),
    ("bank", "ธนาคารออมใจ สาขาตลาดสด", "Om Chai Bank, Market", (140, 130)),
    ("bank", "ธนาคารบัวทอง สาขาราษฎร์อุทิศ", "Bua Thong Bank, Rat Uthit", (150, 270)),
    ("atm", "ตู้เอทีเอ็มหน้าวัดหลวง", "Cash Machine, Wat Luang", (-440, 80)),
    ("gold_shop", "ห้างทองเวียงเยาวราช", "Wiang Yaowarat Gold", (110, 30)),
    ("gold_shop", "ห้างทองแม่บัว", "Mae Bua Gold", (90, -12)),
    ("gold_shop", "ห้างทองสุขเกษม", "Suk Kasem Gold", (20, 22)),
    ("gold_shop", "ห้างทองช่างทองเก่า", "Chang Thong Gold", (-228, 120)),
    ("gold_shop", "ร้านทองศรีเวียง", "Si Wiang Gold", (160, 90)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท หอนาฬิกา", "Un Mart, Clock Tower", (190, -60)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท ร่มโพธิ์", "Un Mart, Rom Pho", (300, -405)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท สถานีขนส่ง", "Un Mart, Bus Terminal", (140, -260)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท ศรีอุทัย", "Un Mart, Si Uthai", (-60, 720)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท ริมน้ำ", "Un Mart, Riverside", (-600, 20)),
    ("convenience_store", "ร้านสะดวกซื้ออุ่นมาร์ท อนามัย", "Un Mart, Anamai", (570, 150)),
    ("market", "ถนนคนเดินริมน้ำอุ่น", "Riverside Walking Street", (-735, 120)),
    ("market", "ตลาดโต้รุ่งคูเมือง", "Moat Night Market", (-40, -60)),
    ("market", "ตลาดนัดคลองบัวขาว", "Bua Khao Canal Market", (130, -540)),
    ("nightlife", "ร้านอาหารกึ่งผับ บ้านเสียงเพลง", "Ban Siang Phleng Bar", (330, -240)),
    ("nightlife", "ร้านเหล้าหลังขนส่ง", "Lang Khon Song Bar", (300, -350)),
    ("nightlife", "คาราโอเกะริมคลอง", "Canal Karaoke", (420, -480)),
    ("hotel", "โรงแรมเวียงอินน์", "Wiang Inn", (240, 130)),
    ("hotel", "โรงแรมริมน้ำบูติค", "Rim Nam Boutique Hotel", (-700, 320)),
    ("hotel", "โรงแรมหอนาฬิกาเพลส", "Clock Tower Place", (110, -70)),
    ("hotel", "เกสต์เฮาส์คูเมือง", "Moat Guesthouse", (-120, 300)),
    ("hospital", "คลินิกหมออุ่นใจ", "Mo Unjai Clinic", (-150, 20)),
    ("hospital", "ศูนย์บริการสาธารณสุขเทศบาล", "Municipal Health Centre", (560, 330)),
    ("school", "โรงเรียนสอนดนตรีเวียงศิลป์", "Wiang Sin Music School", (-330, 320)),
    ("shrine", "ศาลเจ้าแม่ทับทิม", "Mae Thapthim Shrine", (-590, 170)),
    ("mosque", "มัสยิดร่มเย็น", "Rom Yen Mosque", (420, 460)),
    ("church", "คริสตจักรเวียงอุ่นใจ", "Wiang Unjai Church", (480, 380)),
    ("fuel", "ปั๊มน้ำมันสหกรณ์สุขเกษม", "Suk Kasem Fuel", (540, 70)),
    ("fuel", "ปั๊มน้ำมันศรีอุทัย", "Si Uthai Fuel", (330, 730)),
    ("restaurant", "ก๋วยเตี๋ยวเรือคูเมือง", "Moat Boat Noodles", (-300, 440)),
    ("restaurant", "ข้าวมันไก่หอนาฬิกา", "Clock Tower Chicken Rice", (210, -20)),
    ("restaurant", "ครัวริมน้ำ", "Riverside Kitchen", (-700, -250)),
    ("shop", "ร้านขายยาเวียงเภสัช", "Wiang Pharmacy", (130, 60)),
    ("shop", "ร้านมือถือเวียงโฟน", "Wiang Phone", (70, 10)),
    ("parking", "ลานจอดรถตลาดสด", "Market Car Park", (-35, 130)),
    ("pier", "ท่าน้ำวัดหลวง", "Wat Luang Pier", (-735, 152)),
    ("pier", "ท่าน้ำตลาดเก่า", "Talat Kao Pier", (-700, -120)),
    ("bridge", "สะพานเวียงอุ่นใจ", "Wiang Unjai Bridge", (-780, 44)),
    ("youth_spot", "ลานใต้สะพานคลองบัวขาว", "Under the Canal Bridge", (150, -560)),
    ("youth_spot", "ลานสเกตสวนหนองบัวขาว", "Nong Bua Khao Skate Court", (60, 560)),
    ("abandoned", "โกดังร้างริมคลอง", "Abandoned Warehouse", (500, -500)),
    ("residence", "หอพักสตรีร่มโพธิ์", "Rom Pho Women's Dormitory", (220, -430)),
    ("residence", "แฟลตการเคหะราษฎร์อุทิศ", "Rat Uthit Housing Block", (240, 480)),
    ("office", "สำนักงานหนังสือพิมพ์เวียงสาร", "Wiang San Newspaper", (280, 200)),
)


def places(edges: tuple[Edge, ...]) -> tuple[Place, ...]:
    """Return the places: the compounds, the halls of the communities, and shops beside their street."""
    yard = Frontage(edges)
    rows = [(c.kind, c.th, c.en, _middle(ground)) for c, ground in plan.compounds()]
    rows += [("community_centre", f"ศาลา{c.th}", f"{c.en} Hall", yard.beside(c.at)) for c in communities()]
    rows += [(kind, th, en, yard.beside(at) if kind != "landmark" else at) for kind, th, en, at in _PLACES]
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
    names = {
        "river": (plan.RIVER_TH, plan.RIVER_EN), "moat": (plan.MOAT_TH, plan.MOAT_EN),
        "canal": (plan.CANAL_TH, plan.CANAL_EN), "pond": ("หนองบัวขาว", "Nong Bua Khao"),
    }  # fmt: skip
    ground = plan.extent().buffer(260)
    out = []
    built = unary_union([LineString(edge.points).buffer(46) for edge in edges])
    wild = ground.difference(unary_union([built, plan.zone(), *(shape.buffer(14) for shape in plan.water().values()), plan.closed()]))
    parts = [part for part in getattr(wild.buffer(-22).buffer(22), "geoms", []) if part.area > 9_000]  # noqa: PLR2004
    parts.sort(key=lambda part: (round(part.centroid.x), round(part.centroid.y)))
    for i, part in enumerate(parts):
        field = largest(part.simplify(4))
        out.append(Land(code=f"field-{i + 1}", kind="field", th="ทุ่งนา", en="Rice fields", ground=field))
    for i, (c, shape) in enumerate(plan.compounds()):
        kind: LandUse = "park" if c.kind in ("park", "sports_ground") else "market" if c.kind == "market" else "compound"
        out.append(Land(code=f"ground-{i + 1}", kind=kind, th=c.th, en=c.en, ground=shape))
    for key, shape in plan.water().items():
        th, en = names[key]
        out.append(Land(code=key, kind="water", th=th, en=en, ground=largest(shape.intersection(ground).simplify(0.5))))
    return tuple(out)
