"""The kinds of things of a territory that come from files and go into files: columns, import, export."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace as with_more
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory import facts, flows, listings
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.flows.undo import undo_import
from unjai.territory.kinds import Field, ImportKind, Take
from unjai.territory.rules.geojson import Broken, Feature
from unjai.territory.rules.rows import LAND_KINDS, ZONE_KINDS
from unjai.territory.rules.sheet import ImportReport

_YES_NO = {"ใช่": "true", "มี": "true", "ไม่ใช่": "false", "ไม่มี": "false", "ไม่": "false", "x": "true", "✓": "true"}
_DEVICE_WORDS = {
    **{said: kind.kind for kind in DEVICE_KINDS.values() for said in (kind.th, kind.en)},
    "เสา": "sos_pole",
    "เสารับแจ้งเหตุ": "sos_pole",
    "เสารับแจ้งเหตุ SOS": "sos_pole",
    "ตู้ SOS": "sos_pole",
    "SOS": "sos_pole",
    "กล้องวงจรปิด": "camera",
    "CCTV": "camera",
    "GPS": "tracker",
    "โทรศัพท์": "phone",
    "มือถือ": "phone",
    "NVR": "recorder",
    "DVR": "recorder",
}
_STREET_WORDS = {
    "ถนนสายหลัก": "main",
    "ถนนหลัก": "main",
    "ถนนสายรอง": "collector",
    "ถนน": "collector",
    "ซอย": "soi",
    "ทางเท้า": "footpath",
    "ตรอก": "footpath",
    "ทางเดิน": "footpath",
    "ไม่ระบุ": "unclassified",
}


def _words(kinds: Mapping[str, facts.Kind]) -> dict[str, str]:
    """Return every way to say a kind: its Thai and English names, and each part of "… หรือ …"."""
    said = {
        part.strip(): kind.kind for kind in kinds.values() for name in (kind.name_th,) for part in name.split("หรือ")
    }
    return said | {name: kind.kind for kind in kinds.values() for name in (kind.name_th, kind.name_en)}


def _thai(words: Mapping[str, str]) -> dict[str, str]:
    return {said: kind for kind, said in words.items()}


_PLACE_WORDS = {
    "ร้านสะดวกชื้อ": "convenience_store",
    "เซเว่น": "convenience_store",
    "convenience": "convenience_store",
    "attraction": "landmark",
    "sight": "landmark",
    "bar": "nightlife",
    "pub": "nightlife",
    "clinic": "hospital",
    "department_store": "mall",
    "jewelry": "gold_shop",
    "marketplace": "market",
    "residential_place": "residence",
    "transit": "bus_station",
    "bus": "bus_station",
    "rail": "railway_station",
    "uni": "university",
}
"""Words of lists that others made, in the middle of "landmark:mall" and "amenity=bank" too."""


CODE = Field(name="code", th="รหัส", en="Code", also=("id", "ลำดับรหัส", "เลขที่", "รหัสอ้างอิง"))
NAME_TH = Field(name="name_th", th="ชื่อ", en="Name", also=("ชื่อภาษาไทย", "ชื่อไทย", "name thai", "thai name"), needed=True)
NAME_EN = Field(name="name_en", th="ชื่อภาษาอังกฤษ", en="English name", also=("ชื่ออังกฤษ", "name english", "name (en)"))


def _named(field: Field, example: str, *also: str) -> Field:
    return with_more(field, example=example, also=(*field.also, *also))


DEVICE_FIELDS = (
    Field(
        name="key",
        th="รหัสอุปกรณ์",
        en="Device key",
        also=("รหัส", "code", "id", "หมายเลขเครื่อง", "serial", "รหัสกล้อง", "เลขกล้อง"),
        example="cam-101",
        needed=True,
    ),
    Field(
        name="kind",
        th="ประเภท",
        en="Kind",
        also=("ชนิด", "ประเภทอุปกรณ์", "type", "ชนิดอุปกรณ์"),
        words=_DEVICE_WORDS,
        example="กล้อง",
        needed=True,
    ),
    _named(NAME_TH, "กล้องปากซอย 5", "จุดติดตั้ง", "ชื่อจุด", "ชื่ออุปกรณ์", "สถานที่ติดตั้ง"),
    _named(NAME_EN, "Soi 5 camera"),
    Field(
        name="owner_kind",
        th="ประเภทเจ้าของ",
        en="Owner kind",
        also=("ประเภทผู้ดูแล", "สังกัด"),
        words=_words(facts.owner_kinds()) | {"เทศบาล": "municipality", "อปท.": "municipality", "เอกชน": "business"},
        example="เทศบาล",
    ),
    Field(name="owner_name", th="เจ้าของ", en="Owner", also=("ชื่อเจ้าของ", "หน่วยงาน", "หน่วยงานเจ้าของ", "ผู้ดูแล")),
    Field(name="silent_after_s", th="เงียบเกิน (วินาที)", en="Silent after (s)", also=("silent",)),
    Field(
        name="installed_on",
        th="วันที่ติดตั้ง",
        en="Installed on",
        also=("ติดตั้งเมื่อ", "วันติดตั้ง", "install date", "date installed"),
        example="15/06/2568",
    ),
    Field(name="heading_deg", th="ทิศที่หันไป (องศา)", en="Heading (deg)", also=("ทิศ", "heading", "azimuth", "มุมกล้อง")),
    Field(name="fov_deg", th="มุมมองภาพ (องศา)", en="Field of view (deg)", also=("fov", "มุมภาพ")),
    Field(name="range_m", th="มองเห็นไกล (ม.)", en="Range (m)", also=("range", "ระยะ")),
    Field(name="settings", th="การตั้งค่า (JSON)", en="Settings (JSON)", form="json"),
)

PLACE_FIELDS = (
    CODE,
    _named(NAME_TH, "ธนาคารตัวอย่าง สาขาตลาด", "สถานที่", "ชื่อสถานที่", "ชื่อร้าน"),
    _named(NAME_EN, "Example Bank, Market branch"),
    Field(
        name="kind",
        th="ประเภท",
        en="Kind",
        also=("ชนิด", "ประเภทสถานที่", "type", "category", "หมวด", "หมวดหมู่"),
        words=_words(facts.place_kinds()) | _PLACE_WORDS,
        example="ธนาคาร",
    ),
    Field(
        name="phone",
        th="โทรศัพท์",
        en="Telephone",
        also=("โทร", "เบอร์โทร", "เบอร์โทรศัพท์", "หมายเลขโทรศัพท์", "phone", "tel"),
        example="02-000-0000",
    ),
    Field(name="house_no", th="บ้านเลขที่", en="House number", also=("house no", "เลขที่บ้าน", "address no"), example="๙๙/๑"),
)

COMMUNITY_FIELDS = (
    CODE,
    _named(NAME_TH, "ชุมชนตัวอย่าง", "ชุมชน", "ชื่อชุมชน", "หมู่บ้าน"),
    _named(NAME_EN, "Example community"),
    Field(name="zone", th="รหัสพื้นที่", en="Zone", also=("โซน", "พื้นที่ SSZ")),
    Field(name="households", th="ครัวเรือน", en="Households", also=("จำนวนครัวเรือน", "หลังคาเรือน"), example="240"),
    Field(name="population", th="ประชากร", en="Population", also=("จำนวนประชากร", "จำนวนคน"), example="๖๘๐"),
)

STREET_FIELDS = (
    Field(name="id", th="รหัส", en="Code", also=("code", "key", "osm_id")),
    _named(NAME_TH, "ซอยตัวอย่าง 1", "ถนน", "ชื่อถนน", "name"),
    _named(NAME_EN, "Example Soi 1"),
    Field(
        name="class",
        th="ประเภท",
        en="Class",
        also=("ชั้นทาง", "highway", "ชนิด", "type", "fclass"),
        words=_STREET_WORDS,
        example="ซอย",
    ),
    Field(name="oneway", th="เดินรถทางเดียว", en="One-way", also=("oneway", "วันเวย์"), words=_YES_NO, example="ไม่"),
    Field(name="lit", th="มีไฟส่องสว่าง", en="Lit", also=("ไฟฟ้าส่องสว่าง", "ไฟทาง"), words=_YES_NO, example="มี"),
    Field(name="length_m", th="ความยาว (ม.)", en="Length (m)", also=("length", "ระยะทาง")),
    Field(name="u", th="จุดต้นทาง", en="Node from", also=("from", "node_a")),
    Field(name="v", th="จุดปลายทาง", en="Node to", also=("to", "node_b")),
)

ZONE_FIELDS = (
    CODE,
    _named(NAME_TH, "พื้นที่ตัวอย่าง", "ชื่อพื้นที่", "zone_name"),
    _named(NAME_EN, "Example zone"),
    Field(
        name="kind",
        th="ประเภท",
        en="Kind",
        also=("ชนิด", "type"),
        words=_thai(ZONE_KINDS) | {"เสี่ยง": "risk", "พื้นที่เสี่ยง": "risk", "ท่องเที่ยว": "landmark", "ย่านเศรษฐกิจ": "economic"},
        example="พื้นที่",
    ),
    Field(name="zone", th="รหัสพื้นที่หลัก", en="Within zone", also=("อยู่ในพื้นที่",)),
    Field(name="phase", th="ระยะ", en="Phase", also=("เฟส",)),
    Field(name="declared_area_m2", th="พื้นที่ประกาศ (ตร.ม.)", en="Declared area (m²)", also=("area_m2", "เนื้อที่")),
    Field(name="started_on", th="วันเริ่ม", en="Started on", also=("เริ่มเมื่อ",), example="1 ต.ค. 2568"),
    Field(name="reason_th", th="เหตุผล", en="Reason", also=("เหตุผลที่เลือก", "reason")),
    Field(name="fictional", th="พื้นที่สมมติ", en="Fictional", words=_YES_NO),
)

LAND_FIELDS = (
    CODE,
    _named(NAME_TH, "สระน้ำตัวอย่าง", "name"),
    _named(NAME_EN, "Example pond"),
    Field(
        name="kind",
        th="ประเภท",
        en="Kind",
        also=("ชนิด", "type", "fclass"),
        words=_thai(LAND_KINDS) | {"สวนสาธารณะ": "park", "แหล่งน้ำ": "water"},
        example="น้ำ",
        needed=True,
    ),
)

_Flow = Callable[..., Awaitable[ImportReport]]


def _take(flow: _Flow, *, replaces: bool = False) -> Take:
    async def take(
        tx: Tx,
        actor: Actor,
        clock: Clock,
        *,
        station_id: StationId,
        features: Sequence[Feature | Broken],
        dry_run: bool,
        replace: bool,
    ) -> ImportReport:
        more: dict[str, Any] = {"replace": replace} if replaces else {}
        return await flow(
            tx, actor, clock, station_id=station_id, body=features, dry_run=dry_run, undoable=True, **more
        )

    return take


IMPORT_KINDS = (
    ImportKind(
        key="devices",
        th="อุปกรณ์",
        en="Devices",
        right="device.admin",
        read_right="device.read",
        fields=DEVICE_FIELDS,
        take=_take(flows.import_devices),
        listing=listings.devices,
        shapes=frozenset({"point"}),
        undo=undo_import,
    ),
    ImportKind(
        key="places",
        th="สถานที่",
        en="Places",
        right="zone.admin",
        read_right="zone.read",
        fields=PLACE_FIELDS,
        take=_take(flows.import_places),
        listing=listings.places,
        shapes=frozenset({"point"}),
        undo=undo_import,
        osm="places",
    ),
    ImportKind(
        key="communities",
        th="ชุมชน",
        en="Communities",
        right="zone.admin",
        read_right="zone.read",
        fields=COMMUNITY_FIELDS,
        take=_take(flows.import_communities),
        listing=listings.communities,
        shapes=frozenset({"point", "polygon"}),
        undo=undo_import,
    ),
    ImportKind(
        key="streets",
        th="ถนน",
        en="Streets",
        right="zone.admin",
        read_right="zone.read",
        fields=STREET_FIELDS,
        take=_take(flows.import_streets, replaces=True),
        listing=listings.streets,
        shapes=frozenset({"line"}),
        undo=undo_import,
        replaces=True,
        osm="streets",
    ),
    ImportKind(
        key="zones",
        th="พื้นที่และพื้นที่ย่อย",
        en="Zone and sub-zones",
        right="zone.admin",
        read_right="zone.read",
        fields=ZONE_FIELDS,
        take=_take(flows.import_zones),
        listing=listings.zones,
        shapes=frozenset({"polygon"}),
        undo=undo_import,
    ),
    ImportKind(
        key="land",
        th="น้ำ สวน และพื้นดิน",
        en="Water, parks and land",
        right="zone.admin",
        read_right="zone.read",
        fields=LAND_FIELDS,
        take=_take(flows.import_land),
        listing=listings.land,
        shapes=frozenset({"polygon"}),
        undo=undo_import,
        osm="land",
    ),
)
"""What territory brings to `IMPORT_KINDS` of `roles/web.py`."""
