"""Cameras from a sheet: a provincial centre's list of 143, a recorder's channels; and the sheet of all that are there.

Name, owner and place go through the import of devices; the rest is the register's own. A login inside an address is
left out with a note: a centre or recorder has one login, set at its source, and no file keeps it.
"""

# ruff: noqa: E501  a column a line in the table below

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from unjai.cameras.events import CamerasChanged
from unjai.cameras.flows.changes import MANAGE
from unjai.cameras.rules.registry import address_of, channel_of
from unjai.cameras.store import reads, writes
from unjai.cameras.store.tables import camera_point
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId, named_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.facts import owner_kinds
from unjai.territory.flows import import_devices
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note
from unjai.territory.rules.sheet import ImportReport, Row, RowNote, Sheet, read_rows

STATES = {
    "ใช้งาน": "working",
    "ใช้งานได้": "working",
    "ปกติ": "working",
    "แผน": "planned",
    "แผนติดตั้ง": "planned",
    "จะติดตั้ง": "planned",
    "เลิกใช้": "retired",
    "ยกเลิก": "retired",
    "ปลดระวาง": "retired",
}
_YES_NO = {"ใช่": "true", "มี": "true", "บันทึก": "true", "ไม่": "false", "ไม่มี": "false", "ไม่บันทึก": "false"}
_OWNERS = {
    said.strip(): kind.kind for kind in owner_kinds().values() for said in (*kind.name_th.split("หรือ"), kind.name_en)
}

FIELDS = (
    Field(name="key", th="รหัสกล้อง", en="Camera key", also=("รหัส", "code", "id", "เลขกล้อง", "หมายเลขกล้อง", "camera id"), example="pao-001"),
    Field(name="name_th", th="ชื่อ", en="Name", also=("ชื่อกล้อง", "จุดติดตั้ง", "สถานที่ติดตั้ง", "camera name", "ตำแหน่งติดตั้ง"), example="แยกตลาด กล้อง 1", needed=True),
    Field(name="name_en", th="ชื่อภาษาอังกฤษ", en="English name", also=("ชื่ออังกฤษ",), example="Market junction, camera 1"),
    Field(name="point", th="จุด", en="Point", also=("จุดกล้อง", "เสา", "ชื่อจุด", "รหัสจุด"), example="แยกตลาด"),
    Field(name="owner_kind", th="ประเภทเจ้าของ", en="Owner kind", also=("สังกัด",), words=_OWNERS | {"เทศบาล": "municipality", "เอกชน": "business", "จังหวัด": "province", "อบจ.": "province", "ร้านค้า": "business", "บ้าน": "house"}, example="จังหวัด"),
    Field(name="owner_name", th="เจ้าของ", en="Owner", also=("ชื่อเจ้าของ", "หน่วยงาน", "ผู้ดูแล"), example="อบจ.พิษณุโลก"),
    Field(name="funder", th="ผู้สนับสนุนงบประมาณ", en="Funder", also=("งบประมาณ", "แหล่งงบ", "ผู้สนับสนุน"), example="อบจ.พิษณุโลก"),
    Field(name="state", th="สถานะ", en="State", also=("สภาพ", "status"), words=STATES, example="ใช้งาน"),
    Field(name="source", th="ต้นทาง", en="Source", also=("ศูนย์", "เครื่องบันทึก", "NVR", "source"), example="pao-centre"),
    Field(name="channel", th="ช่อง", en="Channel", also=("ช่องสัญญาณ", "ch", "channel no"), example="12"),
    Field(name="kind", th="ชนิดสัญญาณ", en="Stream kind", words={"RTSP": "rtsp", "ภาพนิ่ง": "still", "snapshot": "still", "ไฟล์": "file"}, example="rtsp"),
    Field(name="main_url", th="ที่อยู่ภาพหลัก", en="Main address", also=("url", "rtsp", "ลิงก์", "stream", "main stream"), example="rtsp://10.20.0.11/main"),
    Field(name="sub_url", th="ที่อยู่ภาพรอง", en="Sub address", also=("sub stream", "substream"), example="rtsp://10.20.0.11/sub"),
    Field(name="heading_deg", th="ทิศที่หันไป (องศา)", en="Bearing (deg)", also=("ทิศ", "heading", "bearing", "azimuth", "มุมกล้อง"), example="135"),
    Field(name="fov_deg", th="มุมมองภาพ (องศา)", en="Field of view (deg)", also=("fov", "มุมภาพ"), example="90"),
    Field(name="range_m", th="ระยะกลางวัน (ม.)", en="Reach by day (m)", also=("range", "ระยะ", "ระยะมองเห็น"), example="50"),
    Field(name="reach_night_m", th="ระยะกลางคืน (ม.)", en="Reach by night (m)", also=("ระยะอินฟราเรด", "ir range", "night range"), example="30"),
    Field(name="height_m", th="ความสูง (ม.)", en="Height (m)", also=("height", "สูง"), example="5"),
    Field(name="record", th="บันทึกภาพ", en="Record", words=_YES_NO, example="ใช่"),
    Field(name="keep_days", th="เก็บภาพ (วัน)", en="Keep (days)", also=("จำนวนวัน", "keep days"), example="30"),
    Field(name="installed_on", th="วันที่ติดตั้ง", en="Installed on", also=("ติดตั้งเมื่อ", "install date"), example="15/06/2568"),
)  # fmt: skip
_OF_DEVICE = ("name_th", "name_en", "owner_kind", "owner_name", "heading_deg", "fov_deg", "range_m", "installed_on")


def read_camera(feature: Feature, note: Note) -> Row:
    """Read what the register alone keeps of a row; a missing key is made of source and channel."""
    said = feature.properties
    source, channel = fields.text(said, "source"), channel_of(fields.text(said, "channel"))
    key = fields.text(said, "key") or (f"{source}-{channel}" if source and channel else "")
    if not key:
        raise UnjaiError("row_key_missing", 422)
    values: dict[str, Any] = {"source": source, "point": fields.text(said, "point"), "channel": channel}
    values["kind"] = kind = fields.choice(said, "kind", dict.fromkeys(("rtsp", "still", "file")), "rtsp")
    for name in ("main_url", "sub_url"):
        taken = address_of(kind, fields.text(said, name, limit=500))
        values[name] = taken.url
        if taken.username is not None:
            note("note_camera_login", source=source or "–")
    states = dict.fromkeys(("planned", "working", "retired"))
    values |= {"state": fields.choice(said, "state", states, "working"), "funder": fields.text(said, "funder")}
    values["reach_night_m"] = fields.real(said, "reach_night_m", 0, 5_000)
    values["height_m"] = fields.real(said, "height_m", 0, 200)
    values["keep_days"] = fields.real(said, "keep_days", 0, 365)
    values["record"] = fields.flag(said, "record")
    return Row(row=feature.row, key=key, values=values)


def _device_row(feature: Feature, key: str) -> Feature:
    kept = {name: feature.properties[name] for name in _OF_DEVICE if feature.properties.get(name) not in (None, "")}
    return Feature(row=feature.row, properties={**kept, "key": key, "kind": "camera"}, geometry=feature.geometry)


@dataclass(kw_only=True)
class _Taking:
    """One sheet on its way into the register."""

    tx: Tx
    clock: Clock
    station_id: StationId
    told: frozenset[str]
    sources: dict[str, UUID] = field(default_factory=dict)
    points: dict[str, UUID] = field(default_factory=dict)
    there: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def load(self) -> None:
        """Read what stands."""
        for row in await reads.sources_of(self.tx, self.station_id):
            self.sources |= {row["name_th"]: row["id"], row["code"]: row["id"]}
        for row in await reads.points_of(self.tx, self.station_id):
            self.points |= {row["name_th"]: row["id"], row["code"]: row["id"]}
        await self.load_cameras()

    async def load_cameras(self) -> None:
        """Read the cameras anew: the devices of this sheet stand now."""
        self.there = {row["key"]: row for row in await reads.cameras_of(self.tx, self.station_id)}

    async def row(self, row: Row) -> bool:
        """Write one camera's own columns; tell whether that changed anything."""
        found, said = self.there[row.key], row.values
        values = {
            name: said[name]
            for name in ("channel", "kind", "main_url", "sub_url", "state", "funder")
            if name in self.told or not found["registered"]
        }
        for name in ("reach_night_m", "height_m", "keep_days", "record"):
            if said[name] is not None:
                values[name] = said[name]
        if said["source"]:
            values["source_id"] = self.sources[said["source"]]
        if said["point"]:
            values["point_id"] = await self._point(said["point"], found)
        changed = {name: value for name, value in values.items() if found[name] != value}
        if not changed and found["registered"]:
            return False
        own = {"device_id": found["id"], "station_id": self.station_id, "changed_at": self.clock.now()}
        await writes.put_camera(self.tx, {**own, **changed})
        return True

    async def _point(self, said: str, found: Mapping[str, Any]) -> UUID:
        """Return the point that is meant; one that nobody has named yet is made where its first camera is."""
        if said not in self.points:
            own = named_id("camera_point", f"{self.station_id}:{said}")
            place = {"lon": found["lon"], "lat": found["lat"]}
            row = {"id": own, "station_id": self.station_id, "code": said[:80], "name_th": said, **place}
            await writes.claim(self.tx, camera_point, row)
            self.points[said] = own
        return self.points[said]


async def take_cameras(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a list of cameras; each row is taken whole or refused whole. Nothing is removed."""
    del replace
    actor.must(MANAGE)
    known = [feature for feature in features if isinstance(feature, Feature)]
    told = frozenset(name for feature in known for name, value in feature.properties.items() if value not in (None, ""))
    mark = len(tx.emitted)
    whole = await tx.conn.begin_nested()
    taking = _Taking(tx=tx, clock=clock, station_id=station_id, told=told)
    await taking.load()
    sheet = read_rows(features, read_camera)
    _known_sources(sheet, taking.sources)
    before = {key: row["id"] for key, row in taking.there.items()}
    by_row = {feature.row: feature for feature in known}
    rows = [_device_row(by_row[row.row], row.key) for row in sheet.rows]
    devices = await import_devices(tx, actor, clock, station_id=station_id, body=rows, right=MANAGE)
    lost = {note.row for note in devices.refused}
    taken = [row for row in sheet.rows if row.row not in lost]
    moved = await _moved(taking, taken)
    done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    for row in taken:
        changed = await taking.row(row)
        same = not changed and row.key not in moved
        done["added" if row.key not in before else "unchanged" if same else "updated"].append(row.key)
    refused = (*sheet.refused, *(_shown(note, rows) for note in devices.refused))
    if dry_run:
        await whole.rollback()
        del tx.emitted[mark:]
    else:
        await whole.commit()
        facts: dict[str, object] = {**{name: len(keys) for name, keys in done.items()}, "refused": len(refused)}
        subject = f"station:{station_id}"
        await audit(tx, actor, clock, action="camera.import", subject=subject, facts=facts, station_id=station_id)
        await emit(tx, clock, CamerasChanged(station_id=station_id, what="camera.import"))
    outcome = repr((sorted(done.items()), [(row.key, sorted(row.values.items(), key=str)) for row in taken]))
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(refused),
        added=len(done["added"]),
        updated=len(done["updated"]),
        unchanged=len(done["unchanged"]),
        removed=0,
        refused=tuple(sorted(refused, key=lambda item: item.row)),
        warnings=tuple(sorted((*sheet.warnings, *devices.warnings), key=lambda item: item.row)),
        version=devices.version,
        dry_run=dry_run,
        outcome=hashlib.sha256(outcome.encode()).hexdigest(),
    )


async def _moved(taking: _Taking, taken: Sequence[Row]) -> set[str]:
    """Read the cameras after their devices were written; return the keys whose device changed."""
    before = taking.there
    await taking.load_cameras()
    names = ("name_th", "name_en", "owner_kind", "owner_name", "lon", "lat", "bearing_deg", "fov_deg", "reach_day_m")
    keys = [row.key for row in taken if row.key in before]
    return {key for key in keys if any(before[key][name] != taking.there[key][name] for name in names)}


def _shown(note: RowNote, rows: Sequence[Feature]) -> RowNote:
    key = next((str(row.properties["key"]) for row in rows if row.row == note.row), note.key)
    return RowNote(row=note.row, key=key, code=note.code, facts=note.facts)


def _known_sources(sheet: Sheet, known: Mapping[str, UUID]) -> None:
    """Refuse rows of a source that nobody has set up."""
    for row in list(sheet.rows):
        if row.values["source"] and row.values["source"] not in known:
            listed = ", ".join(sorted(known)) or "–"
            sheet.refuse(
                row.row, row.key, UnjaiError("row_camera_source", 422, source=row.values["source"], known=listed)
            )
            sheet.rows.remove(row)


async def list_cameras(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List all cameras as a sheet that an import would leave unchanged. No login ever; addresses for managers only."""
    actor.must("camera.read")
    listed: list[Feature] = []
    for number, row in enumerate(await reads.cameras_of(tx, station_id), 1):
        told = {
            name: row[name] for name in ("key", "name_th", "name_en", "owner_kind", "owner_name", "funder", "state")
        }
        told |= {
            "point": row["point_code"],
            "source": row["source_code"],
            "channel": row["channel"],
            "kind": row["kind"],
        }
        if actor.may(MANAGE):
            told |= {"main_url": row["main_url"], "sub_url": row["sub_url"]}
        told |= {"heading_deg": row["bearing_deg"], "fov_deg": row["fov_deg"], "range_m": row["reach_day_m"]}
        told |= {name: row[name] for name in ("reach_night_m", "height_m", "record", "keep_days")}
        told["installed_on"] = row["installed_on"] and row["installed_on"].isoformat()
        at = None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        said = {name: value for name, value in told.items() if value not in (None, "")}
        listed.append(Feature(row=number, properties=said, geometry=at))
    return listed


CAMERAS = ImportKind(
    key="cameras",
    th="กล้องวงจรปิด",
    en="Cameras",
    right=MANAGE,
    read_right="camera.read",
    fields=FIELDS,
    take=take_cameras,
    listing=list_cameras,
    shapes=frozenset({"point"}),
)

IMPORT_KINDS = (CAMERAS,)
"""What cameras bring to `IMPORT_KINDS` of `roles/web.py`."""
