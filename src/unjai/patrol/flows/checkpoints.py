"""Beats and checkpoints: made, changed, put back, their labels made void."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.patrol.events import CheckpointsChanged
from unjai.patrol.rules.checkpoints import FIELDS, RADIUS_M, checked, proofs_of, tag_digest
from unjai.patrol.secrets import fresh
from unjai.patrol.store import checkpoints as store
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.facts import place_kinds

MANAGE, READ = "patrol.manage", "patrol.read"
_EMPTY: Mapping[str, Any] = {
    "beat_id": None,
    "name_en": "",
    "kind": "other",
    "radius_m": RADIUS_M,
    "proofs": ["qr", "gps"],
    "nfc_digest": "",
    "owner_name": "",
    "owner_contact": "",
    "tell_owner": False,
    "note": "",
    "retired": False,
}


async def the_checkpoint(tx: Tx, actor: Actor, checkpoint_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a checkpoint within the actor's stations; `not_found` (404) else."""
    found = await store.checkpoint_of(tx, checkpoint_id, lock=lock)
    if found is None or found["station_id"] not in actor.stations:
        raise not_found("checkpoint", checkpoint_id)
    return found


async def set_beat(
    tx: Tx, actor: Actor, clock: Clock, *, beat_id: UUID | None, code: str, name_th: str, name_en: str
) -> UUID:
    """Make a beat (without `beat_id`) or change one. Raises `beat_taken` (409), `not_found` (404)."""
    actor.must(MANAGE)
    station_id = actor.station
    if beat_id is not None:
        station_id = StationId((await _the_beat(tx, actor, beat_id))["station_id"])
    own = beat_id or new_id(clock.now())
    row = {"id": own, "station_id": station_id, "code": code, "name_th": name_th, "name_en": name_en}
    if not await store.put_beat(tx, row):
        raise UnjaiError("beat_taken", 409, beat=code)
    action = "patrol.beat.change" if beat_id else "patrol.beat.add"
    facts = {"code": code, "name_th": name_th}
    await audit(tx, actor, clock, action=action, subject=f"beat:{own}", facts=facts, station_id=station_id)
    await emit(tx, clock, CheckpointsChanged(station_id=station_id, what=action))
    return own


async def remove_beat(tx: Tx, actor: Actor, clock: Clock, *, beat_id: UUID) -> None:
    """Remove a beat; its checkpoints stay without one."""
    actor.must(MANAGE)
    row = await _the_beat(tx, actor, beat_id)
    await store.remove_beat(tx, beat_id)
    station_id = StationId(row["station_id"])
    facts = {"code": row["code"]}
    await audit(
        tx, actor, clock, action="patrol.beat.remove", subject=f"beat:{beat_id}", facts=facts, station_id=station_id
    )
    await emit(tx, clock, CheckpointsChanged(station_id=station_id, what="patrol.beat.remove"))


async def _the_beat(tx: Tx, actor: Actor, beat_id: UUID) -> dict[str, Any]:
    row = await store.beat_of(tx, beat_id)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("beat", beat_id)
    return row


async def add_checkpoint(tx: Tx, actor: Actor, clock: Clock, *, said: Mapping[str, Any]) -> UUID:
    """Make a checkpoint; `said` holds `code`, `name_th`, `lon`, `lat` and whatever else.

    Raises `checkpoint_taken` (409) and (422) `checkpoint_proofs`, `checkpoint_tag`, `checkpoint_owner_missing`,
    `checkpoint_tag_missing`, `row_kind_unknown`; `not_found` (404) for another station's beat.
    """
    actor.must(MANAGE)
    now = clock.now()
    own = new_id(now)
    row = {**_EMPTY, **await _told(tx, actor, said), "id": own, "station_id": actor.station}
    checked(row)
    await _free(tx, row)
    row |= {"version": 1, "serial": 1, "changed_at": now}
    await store.add_checkpoint(tx, row)
    facts = {"code": row["code"], "name_th": row["name_th"]}
    await _log_checkpoint(tx, actor, clock, row, action="patrol.checkpoint.add", facts=facts)
    return own


async def change_checkpoint(
    tx: Tx, actor: Actor, clock: Clock, *, checkpoint_id: UUID, said: Mapping[str, Any], version: int | None = None
) -> int:
    """Change what is told of a checkpoint; what is not in `said` stays. Return the version that stands now.

    Raises as `add_checkpoint`, and `checkpoint_changed` (409) where another version than `version` stands.
    """
    actor.must(MANAGE)
    row = await the_checkpoint(tx, actor, checkpoint_id, lock=True)
    if version is not None and version != row["version"]:
        raise UnjaiError("checkpoint_changed", 409, version=row["version"])
    told = await _told(tx, actor, said)
    changed = {name: value for name, value in told.items() if row[name] != value}
    if not changed:
        return int(row["version"])
    after = {**row, **changed}
    checked(after)
    if "code" in changed:
        await _free(tx, after)
    number = row["version"] + 1
    await store.set_checkpoint(tx, checkpoint_id, **changed, version=number, changed_at=clock.now())
    await _keep(tx, actor, clock, row, number)
    await _log_checkpoint(
        tx,
        actor,
        clock,
        row,
        action="patrol.checkpoint.change",
        facts={"code": row["code"], "changed": sorted(changed)},
    )
    return int(number)


async def undo_checkpoint(tx: Tx, actor: Actor, clock: Clock, *, checkpoint_id: UUID, version: int) -> bool:
    """Take back the change that made `version`, if it is still the newest; a new checkpoint is removed (return False).

    Raises `checkpoint_changed` (409), and `checkpoint_visited` (409) for a new one that was visited already.
    """
    actor.must(MANAGE)
    row = await the_checkpoint(tx, actor, checkpoint_id, lock=True)
    if version != row["version"]:
        raise UnjaiError("checkpoint_changed", 409, version=row["version"])
    if version == 1:
        if not await store.remove_checkpoint(tx, checkpoint_id):
            raise UnjaiError("checkpoint_visited", 409, code=row["code"])
        await _log_checkpoint(
            tx, actor, clock, row, action="patrol.checkpoint.undo", facts={"code": row["code"], "removed": True}
        )
        return False
    stood = await store.change_of(tx, checkpoint_id, version)
    if stood is None:
        raise UnjaiError("checkpoint_changed", 409, version=row["version"])
    values = {name: stood["before"][name] for name in FIELDS}
    values["beat_id"] = await _still(tx, values["beat_id"])
    await _free(tx, {**row, **values})
    await store.set_checkpoint(tx, checkpoint_id, **values, version=version + 1, changed_at=clock.now())
    await _keep(tx, actor, clock, row, version + 1)
    await _log_checkpoint(
        tx, actor, clock, row, action="patrol.checkpoint.undo", facts={"code": values["code"], "removed": False}
    )
    return True


async def void_labels(tx: Tx, actor: Actor, clock: Clock, *, checkpoint_id: UUID) -> int:
    """Make every label and screen of a checkpoint void: one was photographed, copied or lost. Return the new serial."""
    actor.must(MANAGE)
    row = await the_checkpoint(tx, actor, checkpoint_id, lock=True)
    serial = int(row["serial"]) + 1
    await store.set_checkpoint(tx, checkpoint_id, serial=serial)
    await _log_checkpoint(
        tx, actor, clock, row, action="patrol.checkpoint.void", facts={"code": row["code"], "serial": serial}
    )
    return serial


async def secret_of(tx: Tx, vault: Vault, row: Mapping[str, Any]) -> bytes:
    """Return a checkpoint's secret, made now where it has none; the caller may print or show its codes."""
    sealed: bytes | None = row["sealed"]
    if sealed is None:
        held = await store.checkpoint_of(tx, row["id"], lock=True)
        sealed = held["sealed"] if held is not None else None
        if sealed is None:
            sealed = fresh(vault, row["id"])
            await store.set_checkpoint(tx, row["id"], sealed=sealed)
    return vault.open(row["id"], sealed)


async def _still(tx: Tx, beat_id: str | None) -> UUID | None:
    found = None if beat_id is None else await store.beat_of(tx, UUID(beat_id))
    return None if found is None else found["id"]


async def _told(tx: Tx, actor: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: said[name] for name in FIELDS if name in said and name != "nfc_digest"}
    if "nfc" in said:
        values["nfc_digest"] = tag_digest(said["nfc"])
    if "proofs" in values:
        values["proofs"] = proofs_of(values["proofs"])
    if "kind" in values and values["kind"] not in place_kinds():
        allowed = ", ".join(place_kinds())
        raise UnjaiError("row_kind_unknown", 422, field="kind", kind=str(values["kind"])[:40], allowed=allowed)
    if values.get("beat_id") is not None:
        await _the_beat(tx, actor, values["beat_id"])
    return values


async def _free(tx: Tx, row: Mapping[str, Any]) -> None:
    if await store.code_taken(tx, StationId(row["station_id"]), row["code"], row["id"]):
        raise UnjaiError("checkpoint_taken", 409, checkpoint=row["code"])


async def _keep(tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], version: int) -> None:
    before = msgspec.to_builtins({name: row[name] for name in FIELDS})
    by = f"{actor.kind}:{actor.key}"
    stood = {"checkpoint_id": row["id"], "station_id": row["station_id"], "version": version}
    await store.note_change(tx, {**stood, "before": before, "at": clock.now(), "by": by})


async def _log_checkpoint(
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], *, action: str, facts: Mapping[str, object]
) -> None:
    station_id = StationId(row["station_id"])
    subject = f"checkpoint:{row['id']}"
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=station_id)
    await emit(tx, clock, CheckpointsChanged(station_id=station_id, what=action))
