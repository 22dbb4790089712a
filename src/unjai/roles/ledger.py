"""Core's hand in the ledger of watching: each day that is over is counted, written into the log, and stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from unjai.app import Common
from unjai.model.actor import system
from unjai.model.ids import StationId
from unjai.plates.store.told import list_size
from unjai.platform.database import Tx
from unjai.platform.ledger.days import close_days
from unjai.platform.ledger.watching import told_about
from unjai.platform.partitions import late
from unjai.platform.streams import CLASSES


async def close_ledger_days(made: Common) -> None:
    """Close the days of each station that are over; one station's trouble does not keep the others waiting."""

    async def gauge(tx: Tx, station_id: StationId, now: datetime) -> dict[str, Any]:
        return {
            "listed": {"n": told_about(await list_size(tx, station_id, now))},
            "kept": [
                await _kept(
                    tx, now, "plate_read", CLASSES["plates"].partition, timedelta(days=made.settings.plates_days)
                ),
                *[
                    await _kept(tx, now, f"obs_{name}", CLASSES[name].partition, CLASSES[name].table_age)
                    for name in ("citizen", "fleet")
                ],
            ],
        }

    for station_id in made.station_ids:
        actor = system(station_id, name="ledger")
        async with made.db.tx(actor) as tx:
            await close_days(tx, actor, made.clock, station_id=station_id, gauge=gauge)


async def _kept(tx: Tx, now: datetime, table: str, step: timedelta, age: timedelta) -> dict[str, Any]:
    overdue = await late(tx, now, table=table, step=step, age=age)
    return {"what": table, "days": age.days, "on_time": not overdue}
