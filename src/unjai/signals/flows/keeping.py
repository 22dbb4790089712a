"""What was seen at junctions goes after its days, as the days of the log do (`signals.store.log`)."""

from __future__ import annotations

from unjai.model.clock import Clock
from unjai.platform.database import Tx
from unjai.signals.store import flow, junctions
from unjai.signals.store.log import KEPT


async def forget_signals(tx: Tx, clock: Clock) -> None:
    """Delete what is past its days."""
    before = clock.now() - KEPT
    await flow.forget_lanes(tx, before)
    await junctions.forget(tx, before)
