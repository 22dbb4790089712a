"""Which version of which check list an incident works by: pinned at its beginning; an edit changes no open one."""

from __future__ import annotations

from uuid import UUID

from unjai.model.clock import Clock
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx
from unjai.respond.procedures import built_in_for
from unjai.respond.rules.procedures import kept
from unjai.respond.store import procedures


async def pinned(tx: Tx, clock: Clock, station_id: StationId, code: str) -> UUID:
    """Return the station's newest version of the list for `code`.

    Where the station has none of its own, ours becomes its version, so that it can be read as it was for ever.
    """
    while True:
        row = await procedures.newest(tx, station_id, code)
        ours = kept(built_in_for(code))
        if row is not None and (not row["built_in"] or row["steps"] == ours):
            return UUID(str(row["id"]))
        key = new_id(clock.now())
        added = await procedures.add(
            tx,
            {
                "id": key,
                "station_id": station_id,
                "code": code,
                "version": 1 if row is None else row["version"] + 1,
                "steps": ours,
                "built_in": True,
                "made_at": clock.now(),
                "made_by": "unjai",
            },
        )
        if added:
            return key
