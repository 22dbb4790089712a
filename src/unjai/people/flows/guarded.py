"""What of territory two people do together: deleting a zone, deleting SOS poles or cameras, also by an undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.platform.database import Tx
from unjai.territory import flows as territory
from unjai.territory.flows.staging import undo_run
from unjai.territory.flows.undo import witnesses
from unjai.territory.import_kinds import IMPORT_KINDS
from unjai.territory.store import device_of, subzone, zone
from unjai.territory.store.imports import run_of


def _key(facts: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(facts.get("key")))
    except ValueError as error:
        raise UnjaiError("request_invalid", 422, where="key") from error


async def _look_zone(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    key = _key(facts)
    row = await tx.one(select(zone).where(zone.c.id == key, zone.c.station_id == actor.station))
    if row is None:
        raise not_found("zone", key)
    inside = int(await tx.scalar(select(func.count()).where(subzone.c.zone_id == key)))
    code, name_th, name_en = row["code"], row["name_th"], row["name_en"] or row["name_th"]
    return Look(
        subject=f"zone:{key}",
        th=f"ลบพื้นที่ {name_th} ({code}) พร้อมพื้นที่ย่อย {inside} แห่ง",
        en=f"Delete the zone {name_en} ({code}) with its {inside} sub-zones",
        facts={"key": str(key), "code": code, "name": name_th, "area_m2": row["area_m2"], "subzones": inside},
    )


async def _remove_zone(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    return await territory.remove_thing(
        tx, actor, clock, station_id=actor.station, thing="zone", key=UUID(facts["key"])
    )


async def _look_device(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    key = _key(facts)
    found = await device_of(tx, DeviceId(key))
    if found is None or found.station_id != actor.station:
        raise not_found("device", key)
    return Look(
        subject=f"device:{key}",
        th=f"ลบอุปกรณ์ {found.name_th} ({found.key})",
        en=f"Delete the device {found.name_en or found.name_th} ({found.key})",
        facts={"key": str(key), "device": found.key, "kind": found.kind, "disabled": found.disabled},
    )


async def _remove_device(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    return await territory.remove_device(tx, actor, clock, device_id=DeviceId(UUID(facts["key"])))


async def _look_import(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    key = _key(facts)
    row = await run_of(tx, actor.station, key)
    if row is None:
        raise not_found("import", key)
    if row["undo"] is None:
        raise UnjaiError("import_undo_late", 409)
    count = await witnesses(tx, station_id=actor.station, undo=msgspec.json.decode(row["undo"]))
    return Look(
        subject=f"import:{key}",
        th=f"ย้อนการนำเข้าจากไฟล์ {row['name']} ซึ่งจะลบเสา SOS หรือกล้อง {count} จุด",
        en=f"Take the import of {row['name']} back, which deletes {count} SOS poles or cameras",
        facts={"key": str(key), "name": row["name"], "digest": row["digest"], "witnesses": count},
    )


async def _undo_import(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    kinds = {kind.key: kind for kind in IMPORT_KINDS}
    return await undo_run(tx, actor, clock, station_id=actor.station, kinds=kinds, run_id=UUID(facts["key"]))


ACTIONS.add(
    Action(
        name="zone.remove",
        th="ลบพื้นที่ปลอดภัยทั้งพื้นที่",
        en="delete a whole zone",
        asks="zone.admin",
        look=_look_zone,
        execute=_remove_zone,
    )
)
ACTIONS.add(
    Action(
        name="device.remove",
        th="ลบเสา SOS หรือกล้อง",
        en="delete an SOS pole or a camera",
        asks="device.admin",
        look=_look_device,
        execute=_remove_device,
    )
)
ACTIONS.add(
    Action(
        name="import.undo",
        th="ย้อนการนำเข้าที่จะลบเสา SOS หรือกล้อง",
        en="take an import back that deletes SOS poles or cameras",
        asks="data.import",
        look=_look_import,
        execute=_undo_import,
    )
)
