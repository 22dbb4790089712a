"""The trail of a walk is deleted after a day: the walk, its way, its positions, what was said, the links."""

from __future__ import annotations

from datetime import timedelta

from unjai.model.clock import Clock
from unjai.platform.database import Tx
from unjai.respond.escort.store import walks as store

KEPT = timedelta(hours=24)


async def forget_walks(tx: Tx, clock: Clock) -> tuple[int, int]:
    """Delete walks that ended or began more than `KEPT` ago, and older positions; those with an incident stay with it.

    Return how many walks and how many further positions went.
    """
    return await store.forget_before(tx, clock.now() - KEPT)
