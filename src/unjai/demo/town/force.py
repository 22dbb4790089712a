"""The town's devices and people: cameras, SOS poles, units, shifts and accounts. All of them are invented."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, cast

from shapely import Point

from unjai.demo.town import plan, tables
from unjai.demo.town.frontage import Frontage
from unjai.demo.town.graph import Edge
from unjai.demo.town.places import Place
from unjai.demo.town.shapes import XY

UnitKind = Literal["car", "motorcycle", "foot", "volunteer"]
Client = Literal["owntracks_http", "owntracks_mqtt", "osmand"]


@dataclass(frozen=True, kw_only=True)
class Device:
    """A camera, pole, phone, or the citizens' door. Phones and the door have no fixed place."""

    key: str
    kind: Literal["camera", "sos_pole", "phone", "citizen_door"]
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
    role: str = "officer"
    officer: str = ""
    """Who signs a unit of volunteers on: the officer who goes with them."""
    officer_th: str = ""
    officer_en: str = ""

    @property
    def signs_on(self) -> str:
        """Return the user name that goes on duty for the unit."""
        return self.officer or self.username


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


@cache
def accounts() -> tuple[Account, ...]:
    """Return who signs in at the centre; the units' own accounts are with the units."""
    return tuple(
        Account(username=row["username"], role=row["role"], th=row["th"], en=row["en"])
        for row in tables.rows("accounts")
    )


_SKILLS: dict[UnitKind, tuple[str, ...]] = {
    "car": ("first_aid", "road_block", "transport"),
    "motorcycle": ("first_aid",),
    "foot": ("first_aid",),
    "volunteer": (),
}
_KIND_TH: dict[UnitKind, str] = {
    "car": "สายตรวจรถยนต์",
    "motorcycle": "สายตรวจรถจักรยานยนต์",
    "foot": "สายตรวจเดินเท้า",
    "volunteer": "อาสาสมัคร",
}
_KIND_EN: dict[UnitKind, str] = {
    "car": "Car patrol",
    "motorcycle": "Motorcycle patrol",
    "foot": "Foot patrol",
    "volunteer": "Volunteer",
}


@cache
def units() -> tuple[Unit, ...]:
    """Return the twelve units: three cars, four motorcycles, two on foot, one of each kind of volunteer."""
    out = []
    for i, row in enumerate(tables.rows("units")):
        sign, kind = row["call_sign"], cast("UnitKind", row["kind"])
        out.append(
            Unit(
                call_sign=sign,
                kind=kind,
                th=f"{_KIND_TH[kind]} {sign}",
                en=f"{_KIND_EN[kind]} {sign.split()[-1]}",
                capabilities=(*_SKILLS[kind], *filter(None, (row["capability"],))),
                username=row["username"],
                person_th=row["person_th"],
                person_en=row["person_en"],
                device_key=f"phone-{row['username']}",
                client=cast("Client", row["client"]),
                shift=i % len(SHIFTS),
                start=tables.at(row),
                role=row["capability"] if kind == "volunteer" else "officer",
                officer=row["officer"],
                officer_th=row["officer_th"],
                officer_en=row["officer_en"],
            )
        )
    return tuple(out)


POLE_SILENT_AFTER_S = 90
"""Three heartbeats of 30 s."""
MUNICIPALITY = "เทศบาลเมืองเวียงอุ่นใจ (สมมุติ)"
POLICE = "สภ.เวียงอุ่นใจ (สมมุติ)"


_FITTED: dict[int, dict[str, object]] = {
    7: {"point": "box", "siren": True, "light": True, "voice": True},
    8: {"point": "alarm"},
}
"""Two that are not poles: a box with a screen (its page is `/pole`), and a button alone."""


def poles(edges: tuple[Edge, ...]) -> list[Device]:
    """Return the eight SOS poles, each at the side of a street or path."""
    yard = Frontage(edges, paths=True)
    return [
        Device(
            key=f"pole-{number:02d}",
            kind="sos_pole",
            th=f"เสา SOS {number:02d} {row['th']}",
            en=f"SOS pole {number:02d} {row['en']}",
            owner_kind="municipality",
            owner_name=MUNICIPALITY,
            at=yard.beside(tables.at(row), 5.0),
            silent_after_s=POLE_SILENT_AFTER_S,
            settings=dict(_FITTED.get(number, {"point": "pole", "siren": True, "light": True})),
        )
        for number, row in enumerate(tables.rows("poles"), 1)
    ]


def phones() -> list[Device]:
    """Return the phones that the units carry."""
    return [
        Device(
            key=unit.device_key,
            kind="phone",
            th=f"โทรศัพท์ {unit.call_sign}",
            en=f"Phone of {unit.en}",
            owner_kind="volunteer" if unit.kind == "volunteer" else "police",
            owner_name=unit.person_th if unit.kind == "volunteer" else POLICE,
            silent_after_s=300,
        )
        for unit in units()
    ]


def citizen_door() -> Device:
    """Return the door through which citizens' calls for help come in."""
    return Device(
        key="citizen-door",
        kind="citizen_door",
        th="ประตูรับแจ้งจากประชาชน",
        en="Citizens' door",
        owner_kind="police",
        owner_name=POLICE,
        silent_after_s=604_800,
    )


_PRIVATE: tuple[tuple[str, str, str, int], ...] = (
    ("bank", "business", "ภายนอกธนาคาร", 4),
    ("gold_shop", "business", "หน้าร้านทอง", 4),
    ("convenience_store", "business", "หน้าร้าน", 4),
    ("hotel", "business", "ทางเข้าโรงแรม", 2),
    ("temple", "temple", "ประตูวัด", 2),
    ("school", "school", "ประตูโรงเรียน", 2),
    ("hospital", "hospital", "ทางเข้าฉุกเฉิน", 2),
    ("community_centre", "community", "หน้าศาลาชุมชน", 2),
    ("residence", "house", "หน้าอาคาร", 2),
)
"""Kind of place, kind of owner, where the camera hangs, how many of them have one."""
PUBLIC_CAMERAS = 36


def cameras(edges: tuple[Edge, ...], places: tuple[Place, ...]) -> list[Device]:
    """Return sixty camera points: 36 public ones spread over the junctions, 24 private ones at shops and temples."""
    out = _public(edges)
    yard = Frontage(edges)
    zone = plan.zone()
    for kind, owner, where, quota in _PRIVATE:
        for place in [p for p in places if p.kind == kind and zone.contains(Point(p.at))][:quota]:
            number = len(out) + 1
            stand = place.at if owner == "business" else yard.beside(place.at, 7.0)
            out.append(
                Device(
                    key=f"cam-{number:03d}",
                    kind="camera",
                    th=f"กล้อง {number:03d} {where} {place.th}",
                    en=f"Camera {number:03d} {place.en}",
                    owner_kind=owner,
                    owner_name=place.th,
                    at=stand,
                    settings={"heading_deg": yard.towards_street(stand), "fov_deg": 78, "range_m": 28},
                )
            )
    return out


def _public(edges: tuple[Edge, ...]) -> list[Device]:
    """Spread the public cameras over the larger junctions: always the one farthest from those chosen."""
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
        key=f"cam-{number:03d}",
        kind="camera",
        th=f"กล้อง {number:03d} แยก{first.th}–{other.th}",
        en=f"Camera {number:03d} {first.en} / {other.en}",
        owner_kind="police" if police else "municipality",
        owner_name=POLICE if police else MUNICIPALITY,
        at=(round(at[0] + 5, 1), round(at[1] + 5, 1)),
        settings={"heading_deg": heading, "fov_deg": 64, "range_m": 60},
    )
