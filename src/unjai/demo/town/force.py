"""The town's devices and people: cameras, SOS poles, units, shifts and accounts. All of them are invented."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from shapely import Point

from unjai.demo.town import plan
from unjai.demo.town.frontage import Frontage
from unjai.demo.town.graph import Edge
from unjai.demo.town.places import Place
from unjai.demo.town.shapes import XY

UnitKind = Literal["car", "motorcycle", "foot", "volunteer"]
Client = Literal["owntracks_http", "owntracks_mqtt", "osmand"]


@dataclass(frozen=True, kw_only=True)
class Device:
    """A camera, pole, phone or tracker. Phones have no fixed place."""

    key: str
    kind: Literal["camera", "sos_pole", "phone", "tracker"]
    th: str
    en: str
    owner_kind: str
    owner_name: str
    at: XY | None = None
    silent_after_s: int = 120
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit (สายตรวจ) with its phone, the account of who carries it, and the app that tells its position."""

    call_sign: str
    kind: UnitKind
    th: str
    en: str
    capabilities: tuple[str, ...]
    username: str
    person_th: str
    person_en: str
    device_key: str
    client: Client
    shift: int
    start: XY
    role: Literal["officer", "volunteer"] = "officer"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A shift (ผลัด); hours in Asia/Bangkok."""

    th: str
    en: str
    starts: str
    ends: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """Someone who signs in."""

    username: str
    role: str
    th: str
    en: str


SHIFTS = (
    Shift(th="ผลัดดึก", en="Night", starts="00:00", ends="08:00"),
    Shift(th="ผลัดเช้า", en="Morning", starts="08:00", ends="16:00"),
    Shift(th="ผลัดบ่าย", en="Evening", starts="16:00", ends="00:00"),
)

ACCOUNTS = (
    Account(username="operator", role="operator", th="ส.ต.ต. สมมุติ รับแจ้งดี", en="Pol. L/C Sommut Rapchaengdi"),
    Account(username="operator2", role="operator", th="ส.ต.ท.หญิง สมมุติ ฟังชัด", en="Pol. Cpl. Sommut Fangchat"),
    Account(username="supervisor", role="supervisor", th="ร.ต.อ. สมมุติ ดูแลทั่ว", en="Pol. Capt. Sommut Dulaethua"),
    Account(username="superintendent", role="superintendent", th="พ.ต.อ. สมมุติ นำเวียง", en="Pol. Col. Sommut Namwiang"),
    Account(username="oversight", role="oversight", th="นายสมมุติ กต.ตร.", en="Mr Sommut (oversight)"),
    Account(username="evaluator", role="evaluator", th="นางสมมุติ ประเมินตรง", en="Ms Sommut (evaluator)"),
)

_FIRST = {"foot": ("first_aid",), "car": ("first_aid", "road_block", "transport"), "motorcycle": ("first_aid",), "volunteer": ()}
_UNITS: tuple[tuple[str, UnitKind, str, str, str, str, Client, XY], ...] = (
    ("เวียง 11", "car", "w11", "ส.ต.อ. สมมุติ กล้าหาญ", "Pol. Sgt. Sommut Klahan", "", "owntracks_http", (252, 20)),
    ("เวียง 12", "car", "w12", "ด.ต. สมมุติ มั่นคง", "Pol. S/Sgt. Sommut Mankhong", "", "osmand", (-380, 700)),
    ("เวียง 13", "car", "w13", "ส.ต.ท. สมมุติ ว่องไว", "Pol. Cpl. Sommut Wongwai", "", "owntracks_mqtt", (560, 440)),
    ("เวียง 21", "motorcycle", "w21", "ส.ต.ต. สมมุติ รวดเร็ว", "Pol. L/C Sommut Ruatreo", "", "owntracks_mqtt", (-230, 215)),
    ("เวียง 22", "motorcycle", "w22", "ส.ต.ต. สมมุติ แคล่วคล่อง", "Pol. L/C Sommut Khlaeokhlong", "", "osmand", (334, -190)),
    ("เวียง 23", "motorcycle", "w23", "ส.ต.ท. สมมุติ ใจดี", "Pol. Cpl. Sommut Chaidi", "", "owntracks_http", (118, 418)),
    ("เวียง 24", "motorcycle", "w24", "จ.ส.ต. สมมุติ ซื่อตรง", "Pol. Sgt.Maj. Sommut Suetrong", "", "osmand", (-572, -190)),
    ("เวียง 31", "foot", "w31", "ส.ต.อ.หญิง สมมุติ เดินดี", "Pol. Sgt. Sommut Doendi", "women_children", "owntracks_http", (-560, 60)),
    ("เวียง 32", "foot", "w32", "ส.ต.ต.หญิง สมมุติ อุ่นเรือน", "Pol. L/C Sommut Unruean", "women_children", "owntracks_mqtt", (60, 150)),
    ("อาสาตำรวจ 51", "volunteer", "v51", "นายสมมุติ อาสาตำรวจ", "Mr Sommut, police volunteer", "police_volunteer", "owntracks_http", (-100, 720)),
    ("อาสาประชาชน 61", "volunteer", "v61", "นางสมมุติ อาสาประชาชน", "Ms Sommut, citizen volunteer", "citizen_volunteer", "osmand", (300, -400)),
    ("จิตอาสา 71", "volunteer", "v71", "นายสมมุติ จิตอาสา", "Mr Sommut, public-spirit volunteer", "public_spirit", "owntracks_mqtt", (-300, -300)),
)  # fmt: skip
_KIND_TH = {"car": "สายตรวจรถยนต์", "motorcycle": "สายตรวจรถจักรยานยนต์", "foot": "สายตรวจเดินเท้า", "volunteer": "อาสาสมัคร"}
_KIND_EN = {"car": "Car patrol", "motorcycle": "Motorcycle patrol", "foot": "Foot patrol", "volunteer": "Volunteer"}


def units() -> tuple[Unit, ...]:
    """Return the twelve units: three cars, four motorcycles, two on foot, one of each kind of volunteer."""
    return tuple(
        Unit(
            call_sign=sign, kind=kind, th=f"{_KIND_TH[kind]} {sign}", en=f"{_KIND_EN[kind]} {sign.split()[-1]}",
            capabilities=(*_FIRST[kind], *((extra,) if extra else ())), username=name, person_th=person, person_en=person_en,
            device_key=f"phone-{name}", client=client, shift=i % 3, start=start,
            role="volunteer" if kind == "volunteer" else "officer",
        )  # fmt: skip
        for i, (sign, kind, name, person, person_en, extra, client, start) in enumerate(_UNITS)
    )


_POLES: tuple[tuple[str, str, XY], ...] = (
    ("สวนหนองบัวขาว", "Nong Bua Khao Park", (-44, 462)),
    ("ท่าน้ำวัดหลวง", "Wat Luang Pier", (-738, 140)),
    ("ตลาดสดเทศบาล", "Municipal Market", (40, 160)),
    ("สถานีขนส่ง", "Bus Terminal", (170, -270)),
    ("ริมคลองบัวขาว", "Bua Khao Canal", (330, -530)),
    ("คูเมืองประตูเหนือ", "North Gate", (-380, 460)),
    ("โรงเรียนเวียงอุ่นใจวิทยา", "Wiang Unjai Wittaya School", (300, 470)),
    ("หอพักสตรีร่มโพธิ์", "Rom Pho Women's Dormitory", (230, -415)),
)


def poles(edges: tuple[Edge, ...]) -> list[Device]:
    """Return the eight SOS poles, each at the side of a street."""
    yard = Frontage(edges)
    return [
        Device(key=f"pole-{i + 1:02d}", kind="sos_pole", th=f"เสา SOS {i + 1:02d} {th}", en=f"SOS pole {i + 1:02d} {en}",
               owner_kind="municipality", owner_name="เทศบาลเมืองเวียงอุ่นใจ (สมมุติ)", at=yard.beside(at, 5.0), silent_after_s=120)
        for i, (th, en, at) in enumerate(_POLES)
    ]  # fmt: skip


def phones() -> list[Device]:
    """Return the phones that the units carry."""
    return [
        Device(key=unit.device_key, kind="phone", th=f"โทรศัพท์ {unit.call_sign}", en=f"Phone {unit.call_sign.split()[-1]}",
               owner_kind="police", owner_name="สภ.เวียงอุ่นใจ (สมมุติ)", silent_after_s=300)
        for unit in units()
    ]  # fmt: skip


_PRIVATE: tuple[tuple[str, str, str], ...] = (
    ("bank", "business", "ภายนอกธนาคาร"), ("gold_shop", "business", "หน้าร้านทอง"), ("convenience_store", "business", "หน้าร้าน"),
    ("hotel", "business", "ทางเข้าโรงแรม"), ("temple", "temple", "ประตูวัด"), ("school", "school", "ประตูโรงเรียน"),
    ("hospital", "hospital", "ทางเข้าฉุกเฉิน"), ("community_centre", "community", "หน้าศาลาชุมชน"), ("residence", "house", "หน้าอาคาร"),
)  # fmt: skip
PUBLIC_CAMERAS = 36
CAMERAS = 60


def cameras(edges: tuple[Edge, ...], places: tuple[Place, ...]) -> list[Device]:
    """Return sixty camera points: 36 public ones spread over the junctions, 24 private ones at shops, temples, schools."""
    out = _public(edges)
    yard = Frontage(edges)
    zone = plan.zone()
    for kind, owner, what in _PRIVATE:
        quota = {"bank": 4, "gold_shop": 4, "convenience_store": 4, "temple": 2, "hotel": 2, "school": 2}.get(kind, 2)
        for place in [p for p in places if p.kind == kind and zone.contains(Point(p.at))][:quota]:
            number = len(out) + 1
            stand = place.at if owner == "business" else yard.beside(place.at, 7.0)
            name = place.th.removesuffix(" (สมมุติ)")
            out.append(
                Device(key=f"cam-{number:03d}", kind="camera", th=f"กล้อง {number:03d} {what} {name}", en=f"Camera {number:03d} {place.en}",
                       owner_kind=owner, owner_name=place.th, at=stand,
                       settings={"heading_deg": yard.towards_street(stand), "fov_deg": 78, "range_m": 28})
            )  # fmt: skip
    return out[:CAMERAS]


def _public(edges: tuple[Edge, ...]) -> list[Device]:
    """Spread the public cameras over junctions of the larger streets, always the junction farthest from those chosen."""
    zone = plan.zone().buffer(-12)
    ways: dict[int, list[Edge]] = {}
    for edge in edges:
        if edge.kind in ("main", "collector", "soi"):
            ways.setdefault(edge.a, []).append(edge)
            ways.setdefault(edge.b, []).append(edge)
    spots: dict[int, XY] = {}
    for node, around in ways.items():
        larger = [edge for edge in around if edge.kind != "soi"]
        if len(around) >= 3 and len({edge.th for edge in larger}) >= 2:
            at = around[0].points[0] if around[0].a == node else around[0].points[-1]
            if zone.contains(Point(at)):
                spots[node] = at
    chosen = [min(spots, key=lambda node: (math.dist(spots[node], (170, 0)), node))]
    while len(chosen) < PUBLIC_CAMERAS and len(chosen) < len(spots):
        rest = [node for node in spots if node not in chosen]
        chosen.append(max(rest, key=lambda node: (min(math.dist(spots[node], spots[c]) for c in chosen), -node)))
    return [_junction_camera(i + 1, spots[node], ways[node]) for i, node in enumerate(chosen)]


def _junction_camera(number: int, at: XY, ways: list[Edge]) -> Device:
    larger = sorted((edge for edge in ways if edge.kind != "soi"), key=lambda edge: (edge.kind != "main", edge.id))
    first = larger[0]
    other = next((edge for edge in larger if edge.th != first.th), first)
    ahead = first.points[1] if math.dist(first.points[0], at) < math.dist(first.points[-1], at) else first.points[-2]
    heading = round(math.degrees(math.atan2(ahead[0] - at[0], ahead[1] - at[1])) % 360)
    police = number % 3 == 0
    return Device(
        key=f"cam-{number:03d}", kind="camera", th=f"กล้อง {number:03d} แยก{first.th}–{other.th}", en=f"Camera {number:03d} {first.en} / {other.en}",
        owner_kind="police" if police else "municipality",
        owner_name="สภ.เวียงอุ่นใจ (สมมุติ)" if police else "เทศบาลเมืองเวียงอุ่นใจ (สมมุติ)",
        at=(round(at[0] + 5, 1), round(at[1] + 5, 1)), settings={"heading_deg": heading, "fov_deg": 64, "range_m": 60},
    )  # fmt: skip
