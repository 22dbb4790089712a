"""Checkpoints from a sheet, such as a station's list of its red boxes; and the sheet of all that are there."""

# ruff: noqa: E501  a column a line in the table below

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId, named_id
from unjai.patrol.events import CheckpointsChanged
from unjai.patrol.flows.checkpoints import MANAGE, READ
from unjai.patrol.rules.checkpoints import FIELDS, RADIUS_M, checked, proofs_of, tag_digest
from unjai.patrol.store import checkpoints as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.facts import place_kinds
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note, point_of
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows

_PLACES = {
    said.strip(): kind.kind for kind in place_kinds().values() for said in (*kind.name_th.split("หรือ"), kind.name_en)
} | {
    "ชุมชน": "community_centre",
    "โรงรับจำนำ": "gold_shop",
    "แหล่งมั่วสุม": "youth_spot",
    "ห้าง": "mall",
    "หมู่บ้าน": "residence",
}
_PROOFS = {
    "QR": "qr",
    "คิวอาร์": "qr",
    "QR หมุนเวียน": "qr_rotating",
    "พิกัด": "gps",
    "GPS": "gps",
    "NFC": "nfc",
    "ภาพถ่าย": "photo",
    "รูป": "photo",
    "ภาพ": "photo",
}
_YES_NO = {"ใช่": "true", "ส่ง": "true", "แจ้ง": "true", "ไม่": "false", "ไม่ส่ง": "false", "ไม่แจ้ง": "false"}

COLUMNS = (
    Field(name="code", th="รหัสจุดตรวจ", en="Checkpoint code", also=("รหัส", "เลขที่ตู้แดง", "ตู้แดงที่", "ลำดับตู้", "code", "id"), example="A-01", needed=True),
    Field(name="name_th", th="ชื่อจุดตรวจ", en="Name", also=("ชื่อ", "สถานที่", "ชื่อสถานที่", "จุดติดตั้ง", "ตู้แดง"), example="ธนาคารตัวอย่าง สาขาตลาด", needed=True),
    Field(name="name_en", th="ชื่อภาษาอังกฤษ", en="English name", also=("ชื่ออังกฤษ",), example="Example Bank, Market branch"),
    Field(name="beat", th="เขตตรวจ", en="Beat", also=("เขต", "สายตรวจ", "beat"), example="เขตตรวจที่ 1"),
    Field(name="kind", th="ประเภทสถานที่", en="Kind of place", also=("ประเภท", "ชนิด", "kind"), words=_PLACES, example="ธนาคาร"),
    Field(name="radius_m", th="รัศมี (ม.)", en="Radius (m)", also=("รัศมี", "radius"), example="40"),
    Field(name="proofs", th="หลักฐานที่ต้องมี", en="Proofs asked for", also=("หลักฐาน", "proofs"), example="QR, พิกัด"),
    Field(name="nfc", th="หมายเลขแท็ก NFC", en="NFC tag", also=("nfc", "tag"), example=""),
    Field(name="owner_name", th="เจ้าของหรือผู้ดูแล", en="Owner", also=("เจ้าของ", "ผู้ดูแล", "ผู้ติดต่อ"), example="ผู้จัดการสาขา"),
    Field(name="owner_contact", th="ช่องทางติดต่อเจ้าของ", en="Owner's contact", also=("โทรศัพท์", "โทร", "เบอร์โทร", "contact"), example="02-000-0000"),
    Field(name="tell_owner", th="แจ้งเจ้าของทุกครั้งที่ตรวจ", en="Tell the owner of visits", words=_YES_NO, example="ไม่"),
    Field(name="note", th="หมายเหตุ", en="Note", also=("บันทึก",)),
)  # fmt: skip


def read_checkpoint(feature: Feature, note: Note) -> Row:
    """Read one row; what it says nothing of is None, so that it stays."""
    del note
    said = feature.properties
    code = fields.text(said, "code", limit=40)
    if not code:
        raise UnjaiError("row_key_missing", 422)
    name_th, name_en = fields.names(said)
    lon, lat = point_of(feature)
    values: dict[str, Any] = {"code": code, "name_th": name_th, "name_en": name_en or None, "lon": lon, "lat": lat}
    values["beat"] = fields.text(said, "beat", limit=80)
    values["kind"] = fields.choice(said, "kind", place_kinds(), "") or None
    values["radius_m"] = fields.real(said, "radius_m", 5, 300)
    told = fields.text(said, "proofs")
    words = [part.strip() for part in told.replace("/", ",").replace(";", ",").split(",") if part.strip()]
    values["proofs"] = proofs_of([_PROOFS.get(word, word.casefold()) for word in words]) if words else None
    tag = fields.text(said, "nfc", limit=80)
    values["nfc_digest"] = tag_digest(tag) if tag else None
    values["tell_owner"] = fields.flag(said, "tell_owner")
    for name, limit in (("owner_name", 200), ("owner_contact", 200), ("note", 1000)):
        values[name] = fields.text(said, name, limit=limit) or None
    return Row(row=feature.row, key=code, values=values)


_FRESH: Mapping[str, Any] = {
    "kind": "other",
    "radius_m": RADIUS_M,
    "proofs": ["qr", "gps"],
    "name_en": "",
    "nfc_digest": "",
}


async def take_checkpoints(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a list of checkpoints; each row is taken whole or refused whole, nothing is removed."""
    del replace
    actor.must(MANAGE)
    mark = len(tx.emitted)
    whole = await tx.conn.begin_nested()
    sheet = read_rows(features, read_checkpoint)
    done, undo = await _write(tx, clock, station_id, sheet)
    if dry_run:
        await whole.rollback()
        del tx.emitted[mark:]
    else:
        await whole.commit()
        facts: dict[str, object] = {**{name: len(keys) for name, keys in done.items()}, "refused": len(sheet.refused)}
        await audit(
            tx,
            actor,
            clock,
            action="patrol.checkpoint.import",
            subject=f"station:{station_id}",
            facts=facts,
            station_id=station_id,
        )
        await emit(tx, clock, CheckpointsChanged(station_id=station_id, what="patrol.checkpoint.import"))
    outcome = repr((sorted(done.items()), [(row.key, sorted(row.values.items(), key=str)) for row in sheet.rows]))
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(sheet.refused),
        added=len(done["added"]),
        updated=len(done["updated"]),
        unchanged=len(done["unchanged"]),
        removed=0,
        refused=tuple(sheet.refused),
        warnings=tuple(sheet.warnings),
        version=0,
        dry_run=dry_run,
        outcome=hashlib.sha256(outcome.encode()).hexdigest(),
        undo=None if dry_run else undo,
    )


async def _write(
    tx: Tx, clock: Clock, station_id: StationId, sheet: Sheet
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    there = {row["code"]: row for row in await store.checkpoints(tx, station_id)}
    beats = {said: row["id"] for row in await store.beats(tx, station_id) for said in (row["name_th"], row["code"])}
    done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    undo: dict[str, Any] = {"fresh": [], "stood": []}
    now = clock.now()
    for row in list(sheet.rows):
        values = {name: value for name, value in row.values.items() if value is not None and name != "beat"}
        if row.values["beat"]:
            values["beat_id"] = await _beat(tx, station_id, row.values["beat"], beats)
        found = there.get(row.key)
        after = {**_FRESH, "tell_owner": False, "owner_contact": "", **(found or {}), **values}
        try:
            checked(after)
        except UnjaiError as error:
            sheet.refuse(row.row, row.key, error)
            sheet.rows.remove(row)
            continue
        if found is None:
            own = named_id("patrol_checkpoint", f"{station_id}:{row.key}", now)
            own_row = {**_FRESH, **values, "id": own, "station_id": station_id, "changed_at": now}
            await store.add_checkpoint(tx, own_row)
            undo["fresh"].append(str(own))
            done["added"].append(row.key)
            continue
        changed = {name: value for name, value in values.items() if found[name] != value}
        if changed:
            number = found["version"] + 1
            await store.set_checkpoint(tx, found["id"], **changed, version=number, changed_at=now)
            before = msgspec.to_builtins({name: found[name] for name in FIELDS})
            undo["stood"].append({"id": str(found["id"]), "version": number, "before": before})
        done["updated" if changed else "unchanged"].append(row.key)
    return done, undo


async def _beat(tx: Tx, station_id: StationId, said: str, known: dict[str, UUID]) -> UUID:
    """Return the beat that is meant; one that nobody has named yet is made."""
    if said not in known:
        own = named_id("patrol_beat", f"{station_id}:{said}")
        row = {"id": own, "station_id": station_id, "code": said[:40], "name_th": said, "name_en": ""}
        await store.put_beat(tx, row)
        known[said] = own
    return known[said]


async def undo_checkpoints(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]
) -> int:
    """Take an import back, if none of its checkpoints was changed or visited since; else `import_undo_late` (409)."""
    actor.must(MANAGE)
    for key in undo["fresh"]:
        row = await store.checkpoint_of(tx, UUID(key), lock=True)
        if row is None or row["version"] != 1 or not await store.remove_checkpoint(tx, UUID(key)):
            raise UnjaiError("import_undo_late", 409)
    for stood in undo["stood"]:
        row = await store.checkpoint_of(tx, UUID(stood["id"]), lock=True)
        if row is None or row["version"] != stood["version"]:
            raise UnjaiError("import_undo_late", 409)
        values = {name: stood["before"][name] for name in FIELDS}
        await store.set_checkpoint(tx, row["id"], **values, version=row["version"] + 1, changed_at=clock.now())
    rows = len(undo["fresh"]) + len(undo["stood"])
    await audit(
        tx,
        actor,
        clock,
        action="patrol.checkpoint.import.undo",
        subject=f"station:{station_id}",
        facts={"rows": rows},
        station_id=station_id,
    )
    await emit(tx, clock, CheckpointsChanged(station_id=station_id, what="patrol.checkpoint.import.undo"))
    return rows


async def list_checkpoints(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List all checkpoints as a sheet that an import would leave unchanged; no secret, no tag, owners for managers only."""
    actor.must(READ)
    beats = {row["id"]: row["name_th"] for row in await store.beats(tx, station_id)}
    listed: list[Feature] = []
    for number, row in enumerate(await store.checkpoints(tx, station_id), 1):
        told = {name: row[name] for name in ("code", "name_th", "name_en", "kind", "radius_m", "note")}
        told |= {"beat": beats.get(row["beat_id"], ""), "proofs": ", ".join(row["proofs"])}
        if actor.may(MANAGE):
            told |= {name: row[name] for name in ("owner_name", "owner_contact", "tell_owner")}
        at = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        said = {name: value for name, value in told.items() if value not in (None, "")}
        listed.append(Feature(row=number, properties=said, geometry=at))
    return listed


CHECKPOINTS = ImportKind(
    key="checkpoints",
    th="จุดตรวจสายตรวจ",
    en="Patrol checkpoints",
    right=MANAGE,
    read_right=READ,
    fields=COLUMNS,
    take=take_checkpoints,
    listing=list_checkpoints,
    shapes=frozenset({"point"}),
    undo=undo_checkpoints,
)

IMPORT_KINDS = (CHECKPOINTS,)
"""What patrol brings to `IMPORT_KINDS` of `roles/web.py`."""
