"""Lines and areas over which cameras count: drawn, named anew, taken away and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, noted, the_camera
from unjai.cameras.rules.counting import COUNTERS_MOST, CounterKind, corners_of
from unjai.cameras.store import counts as store
from unjai.cameras.store import writes
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx

COUNTS_KEPT = timedelta(days=90)
"""Minutes are kept as long as the observations they come of (class `device`)."""


async def draw_counter(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    camera_id: UUID,
    kind: CounterKind,
    corners: Sequence[Sequence[float]],
    names: Mapping[str, str],
) -> UUID:
    """Draw a line or an area on a camera's picture; raise `counters_many` (409) where there are eight."""
    actor.must(MANAGE)
    camera = await the_camera(tx, actor, camera_id)
    kept = corners_of(kind, corners)
    await _room(tx, camera_id)
    now = clock.now()
    own = new_id(now)
    row = {"id": own, "station_id": camera["station_id"], "device_id": camera_id, "kind": kind, **names}
    await writes.add(tx, store.camera_counter, {**row, "corners": kept, "made_at": now})
    await _told(tx, actor, clock, row, "draw")
    return own


async def name_counter(
    tx: Tx, actor: Actor, clock: Clock, *, counter_id: UUID, names: Mapping[str, str]
) -> dict[str, Any]:
    """Name a line or area, or its sides, anew; return its row as it was. Its figures stay its own."""
    actor.must(MANAGE)
    row = await the_counter(tx, actor, counter_id)
    told = {name: value for name, value in names.items() if row[name] != value}
    if told:
        await writes.change(tx, store.camera_counter, counter_id, told)
        await _told(tx, actor, clock, {**row, **told}, "name")
    return row


async def remove_counter(tx: Tx, actor: Actor, clock: Clock, *, counter_id: UUID) -> dict[str, Any]:
    """Take a line or area away; what it counted stays, `restore_counter` brings it back."""
    actor.must(MANAGE)
    row = await the_counter(tx, actor, counter_id)
    if row["removed_at"] is None:
        await writes.change(tx, store.camera_counter, counter_id, {"removed_at": clock.now()})
        await _told(tx, actor, clock, row, "remove")
    return row


async def restore_counter(tx: Tx, actor: Actor, clock: Clock, *, counter_id: UUID) -> dict[str, Any]:
    """Bring a line or area back."""
    actor.must(MANAGE)
    row = await the_counter(tx, actor, counter_id)
    if row["removed_at"] is not None:
        await _room(tx, row["device_id"])
        await writes.change(tx, store.camera_counter, counter_id, {"removed_at": None})
        await _told(tx, actor, clock, row, "restore")
    return row


async def the_counter(tx: Tx, actor: Actor, counter_id: UUID) -> dict[str, Any]:
    """Return a line or area within the actor's stations; `not_found` (404) else."""
    row = await store.counter_of(tx, counter_id)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("camera_counter", counter_id)
    return row


async def _room(tx: Tx, camera_id: UUID) -> None:
    if len(await store.counters_of(tx, camera_id)) >= COUNTERS_MOST:
        raise UnjaiError("counters_many", 409, most=COUNTERS_MOST)


async def _told(tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], what: str) -> None:
    facts = {"counter": str(row["id"]), "kind": row["kind"], "name": row["name_th"]}
    subject, station_id = f"device:{row['device_id']}", StationId(row["station_id"])
    await noted(tx, actor, clock, station_id=station_id, action=f"camera.counter.{what}", subject=subject, facts=facts)
