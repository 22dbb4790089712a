"""Core's hand in the ledger: it seals rows, signs roots, and counts each day of watching that is over, which stays."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from unjai.app import Common, every
from unjai.model.actor import system
from unjai.model.ids import StationId
from unjai.plates.store.told import list_size
from unjai.platform import audit
from unjai.platform.anchors import write_root
from unjai.platform.database import Tx
from unjai.platform.ledger import roots, sealing
from unjai.platform.ledger.days import close_days
from unjai.platform.ledger.receipts import SIGN
from unjai.platform.ledger.watching import told_about
from unjai.platform.partitions import late
from unjai.platform.streams import CLASSES
from unjai.roles.signing import Signing

log = logging.getLogger(__name__)


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


async def seal(made: Common) -> int:
    """Seal what was committed since; return how many rows."""
    async with made.db.tx(made.everywhere) as tx:
        return await sealing.seal(tx, made.clock)


async def watch_seals(made: Common) -> None:
    """Look again and again whether rows wait unsealed."""
    await asyncio.sleep(5.0)  # what waited while no core was there is sealed first
    await every(5.0, lambda: _unsealed(made))


async def _unsealed(made: Common) -> None:
    """Raise the alarm when committed rows wait for their seal: somebody may be stopping the sealer."""
    async with made.db.tx(made.everywhere) as tx:
        waits = await audit.unsealed_since(tx, made.clock.now())
    if waits is not None and waits > audit.UNSEALED_ALARM:
        log.error("the log has rows unsealed for %s", waits)


async def sign(made: Common, *, fresh: bool = False) -> None:
    """Sign the root of a day that is over; the newest each ten minutes or when somebody waits, if rows came."""
    fresh = fresh or made.clock.now().minute % 10 == 0
    key = await asyncio.to_thread(roots.signing_key, made.settings.data)
    async with made.db.tx(made.everywhere) as tx:
        signed = await roots.sign(tx, made.clock, key, fresh=fresh)
    if signed is not None:
        await asyncio.to_thread(write_root, made.settings.data, signed)


async def sign_when_asked(made: Common) -> None:
    """Sign the newest root whenever somebody waits for the proof of what was just done."""
    signing = Signing(lambda: sign(made, fresh=True))
    await made.bus.hear(SIGN, signing.heard)
    await every(0.0, signing.once)
