"""What keeps the picture from moving, or what is new from being kept: asked each second, said on the screens' bar."""

from __future__ import annotations

import asyncio
import shutil

from nats.errors import Error as NatsError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from unjai.app import Common
from unjai.model.actor import system
from unjai.platform.engines.folders import NEEDED_BYTES
from unjai.web.live import Why

_PATIENCE_S = 1.5


async def why(made: Common, *, core_lost: bool) -> Why | None:
    """Return `disc` when it is full; else, while core is not heard, which engine does not answer, if one does not."""
    if shutil.disk_usage(made.settings.data).free < NEEDED_BYTES:
        return "disc"
    if not core_lost:
        return None
    try:
        await made.bus.answers(1)
    except (NatsError, OSError, TimeoutError):
        return "stream"
    try:
        async with asyncio.timeout(_PATIENCE_S), made.db.tx(system()) as tx:
            await tx.scalar(text("SELECT 1"))
    except (DBAPIError, PoolTimeoutError, OSError, TimeoutError):
        return "database"
    return None
