"""How long the points' calls and commands are kept."""

from __future__ import annotations

from datetime import timedelta

from unjai.model.clock import Clock
from unjai.platform.database import Tx
from unjai.sos import store

KEPT = timedelta(days=90)
"""As long as what the points themselves sent. The incident's timeline and the log say for ever who did what."""


async def forget(tx: Tx, clock: Clock) -> int:
    """Forget calls, sirens and lights that were over long ago; return how many calls."""
    return await store.forget(tx, clock.now() - KEPT)
