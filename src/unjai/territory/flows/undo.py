"""Take an import of territory back, as long as nothing of the territory changed since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import store
from unjai.territory.flows.devices import EVIDENCE_KINDS
from unjai.territory.flows.scope import changed, enter
from unjai.territory.store import writes

_RIGHTS = {"devices": "device.admin"}
_TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (store.zone, store.subzone, store.community, store.place, store.land, store.device, store.street_edge)
}


async def witnesses(tx: Tx, *, station_id: StationId, undo: Mapping[str, Any]) -> int:
    """Return how many poles and cameras taking an import back would delete: no one person does that."""
    fresh = [UUID(key) for key in undo.get("tables", {}).get(store.device.name, {}).get("fresh", ())]
    held = select(func.count()).where(
        store.device.c.station_id == station_id,
        store.device.c.id.in_(fresh),
        store.device.c.kind.in_(EVIDENCE_KINDS),
    )
    return int(await tx.scalar(held)) if fresh else 0


async def undo_import(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]) -> int:
    """Delete what an import added and give what it changed or removed its former values; return how many rows.

    Raises `import_undo_late` where the territory has changed since, `import_undo_used` where something holds on to a
    new row.
    """
    what = str(undo["what"])
    await enter(tx, actor, _RIGHTS.get(what, "zone.admin"), station_id)
    if str(await store.stamp_of(tx, station_id)) != undo["stamp"]:
        raise UnjaiError("import_undo_late", 409)
    rows = 0
    point = await tx.conn.begin_nested()
    try:
        for name, noted in reversed(list(undo["tables"].items())):
            table = _TABLES[name]
            fresh = [key if isinstance(key, int) else UUID(key) for key in noted["fresh"]]
            if fresh:
                rows += await writes.remove_rows(tx, table, station_id, fresh)
            by = ("station_id", "id") if table is store.street_edge else ("id",)
            written = await writes.upsert(tx, table, station_id, noted["stood"], by=by)
            rows += written.added + written.updated
    except IntegrityError as error:
        await point.rollback()
        raise UnjaiError("import_undo_used", 409) from error
    await point.commit()
    facts = {"what": what, "rows": rows}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="territory.import.undo", subject=subject, facts=facts, station_id=station_id)
    await changed(tx, clock, station_id, what)
    return rows
