"""Junctions in the register: registered and changed as a file, watched or not, removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.signals.events import SignalsChanged
from unjai.signals.rules.definition import junction_of
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.secrets import seal
from unjai.signals.store import junctions as store

MANAGE = "signals.manage"
READ = "signals.read"
DRIVEN = ("pattern", "control")
Plant = Literal["none", "ntcip"]
Mode = Literal["off", "shadow", "pattern", "control", "local"]
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantWish:
    """How the junction's controller is reached; `community` None leaves the one that is kept."""

    plant: Plant = "none"
    host: str = ""
    port: int = 161
    community: str | None = field(default=None, repr=False)


async def the_junction(tx: Tx, actor: Actor, junction_id: UUID, *, lock: bool = False) -> Row:
    """Return a junction of the actor's stations; raise `not_found` (404)."""
    row = await store.junction(tx, junction_id, lock=lock)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("junction", junction_id)
    return row


async def register(
    tx: Tx, actor: Actor, clock: Clock, *, file: JunctionFile, plant: PlantWish, vault: Vault | None = None
) -> Row:
    """Write a junction into the register; nothing watches it before it is set to shadow.

    Raises `signals_code_taken` (409), `signals_host_missing`, `signals_community_missing` (422), and what
    `junction_of` raises.
    """
    actor.must(MANAGE)
    junction_of(file)
    now, station_id = clock.now(), actor.station
    key = new_id(now)
    if await store.junction_coded(tx, station_id, file.code) is not None:
        raise UnjaiError("signals_code_taken", 409, code=file.code)
    row = {
        "id": key,
        "station_id": station_id,
        **_kept(file),
        **_plant(key, plant, vault, None),
        "mode": "off",
        "mode_at": now,
        "mode_by": actor.name,
        "version": 1,
        "changed_at": now,
        "changed_by": actor.name,
    }
    try:
        async with tx.conn.begin_nested():
            await store.add_junction(tx, row)
    except IntegrityError as error:  # two at once
        raise UnjaiError("signals_code_taken", 409, code=file.code) from error
    await _tell(tx, actor, clock, row, action="signals.register", note="registered", plant=plant.plant)
    return await the_junction(tx, actor, key)


async def change(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    junction_id: UUID,
    version: int,
    file: JunctionFile,
    plant: PlantWish,
    vault: Vault | None = None,
) -> Row:
    """Change a junction that nothing drives now; its code stays.

    Raises `signals_driven`, `signals_changed`, `signals_code_fixed` (409), and what `register` raises.
    """
    actor.must(MANAGE)
    row = await the_junction(tx, actor, junction_id, lock=True)
    _check(row, version)
    if file.code != row["code"]:
        raise UnjaiError("signals_code_fixed", 409, code=row["code"])
    junction_of(file)
    values = _kept(file) | _plant(junction_id, plant, vault, row)
    values |= {"version": row["version"] + 1, "changed_at": clock.now(), "changed_by": actor.name}
    row = await store.change_junction(tx, junction_id, **values)
    await _tell(tx, actor, clock, row, action="signals.change", note="changed", plant=plant.plant)
    return row


async def remove(tx: Tx, actor: Actor, clock: Clock, *, junction_id: UUID, version: int) -> None:
    """Take a junction out of the register; what was counted there stays for its days."""
    actor.must(MANAGE)
    row = await the_junction(tx, actor, junction_id, lock=True)
    _check(row, version)
    values = {"removed_at": clock.now(), "mode": "off", "sealed": None, "version": row["version"] + 1}
    row = await store.change_junction(tx, junction_id, **values)
    await _tell(tx, actor, clock, row, action="signals.remove", note="removed")


async def watch(tx: Tx, actor: Actor, clock: Clock, *, junction_id: UUID, on: bool) -> Row:
    """Set a junction to shadow, in which it only says what it would do, or off; out of local too.

    Raises `signals_driven` (409) for one that is driven: that ends by local alone.
    """
    actor.must(MANAGE)
    row = await the_junction(tx, actor, junction_id, lock=True)
    mode: Mode = "shadow" if on else "off"
    if row["mode"] == mode:
        return row
    if row["mode"] in DRIVEN:
        raise UnjaiError("signals_driven", 409, code=row["code"])
    return await set_mode(tx, actor, clock, row=row, mode=mode)


async def set_mode(tx: Tx, actor: Actor, clock: Clock, *, row: Row, mode: Mode, reason: str = "") -> Row:
    """Write a mode down, with who did it; whoever calls has judged that it may be."""
    now, before = clock.now(), row["mode"]
    changed = await store.change_junction(
        tx, row["id"], mode=mode, mode_at=now, mode_by=actor.name, version=row["version"] + 1
    )
    facts = {"reason": reason} if reason else {}
    await _tell(
        tx, actor, clock, changed, action="signals.mode", note=f"mode_{mode}", mode=mode, before=before, **facts
    )
    return changed


def _check(row: Row, version: int) -> None:
    if row["mode"] in DRIVEN:
        raise UnjaiError("signals_driven", 409, code=row["code"])
    if row["version"] != version:
        raise UnjaiError("signals_changed", 409, code=row["code"])


def _kept(file: JunctionFile) -> dict[str, Any]:
    named = {"code": file.code, "name_th": file.name_th, "name_en": file.name_en, "lon": file.lon, "lat": file.lat}
    return {**named, "definition": file.model_dump(mode="json")}


def _plant(key: UUID, wish: PlantWish, vault: Vault | None, before: Row | None) -> dict[str, Any]:
    """Return the columns of how the controller is reached; another host never gets the old community."""
    if wish.plant == "none":
        return {"plant": "none", "host": "", "port": 161, "sealed": None}
    if not wish.host.strip():
        raise UnjaiError("signals_host_missing", 422)
    host = wish.host.strip()
    values: dict[str, Any] = {"plant": wish.plant, "host": host, "port": wish.port}
    if wish.community:
        assert vault is not None, "a community needs a vault"
        return values | {"sealed": seal(vault, key, wish.community)}
    same = before is not None and (before["host"], before["port"]) == (host, wish.port)
    if before is None or not same or before["sealed"] is None:
        raise UnjaiError("signals_community_missing", 422)
    return values | {"sealed": before["sealed"]}


async def _tell(tx: Tx, actor: Actor, clock: Clock, row: Row, *, action: str, note: str, **facts: object) -> None:
    station_id, key = StationId(row["station_id"]), row["id"]
    told = {"code": row["code"], **facts}
    await audit(tx, actor, clock, action=action, subject=f"junction:{key}", facts=told, station_id=station_id)
    await store.note(tx, station_id, key, clock.now(), note, by=actor.name, facts=facts)
    await emit(tx, clock, SignalsChanged(station_id=station_id, junction_id=key))
