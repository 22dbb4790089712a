"""Who holds the picture: one core at a time, by a lock of the database; it outlives a restart of the database.

A lock ends with its connection. Whoever loses it that way takes it again at once, unless another core held it
meanwhile: each holder's term is a number, and a term that is over does not come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from unjai.model.actor import system
from unjai.picture import store
from unjai.platform.database import Database

log = logging.getLogger(__name__)

_KEY = 0x70696374  # "pict"
_LOOK_S, _AGAIN_S = 1.0, 0.2
_AWAY = (DBAPIError, OSError, TimeoutError)


class LeadLost(Exception):  # noqa: N818  the news, not a mistake
    """Another core holds the picture, or held it meanwhile."""


class Lead:
    """The lock of one process, held on a connection of its own."""

    def __init__(self, db: Database) -> None:
        """Hold nothing yet."""
        self._db = db
        self._lock: AsyncConnection | None = None
        self.term = 0

    async def take(self) -> None:
        """Wait for the lock as long as it takes, and begin a term."""
        self._lock = await self._db.engine.connect()
        await self._lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _KEY})
        await self._lock.commit()
        async with self._db.tx(system(name="core")) as tx:
            self.term = await store.begin_term(tx)

    async def keep(self) -> None:
        """Hold it for ever; raise `LeadLost` when it is another's."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.look()
            except _AWAY as error:
                log.warning("the database went away (%s); the picture is held on", type(error).__name__)
                await self.retake()

    async def look(self) -> None:
        """Ask on the lock's own connection; raise what SQLAlchemy does where it is gone."""
        assert self._lock is not None
        await self._lock.execute(text("SELECT 1"))
        await self._lock.commit()

    async def retake(self) -> None:
        """Take the lock again as soon as the database is back; raise `LeadLost` if that is too late."""
        while True:
            try:
                await self.let_go()
                self._lock = await self._db.engine.connect()
                got = await self._lock.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY})
                await self._lock.commit()
                async with self._db.tx(system(name="core")) as tx:
                    term = await store.term(tx)
            except _AWAY:
                await asyncio.sleep(_AGAIN_S)
                continue
            if not got or term != self.term:
                raise LeadLost(f"term {self.term} is over: term {term} has begun")
            return

    async def let_go(self) -> None:
        """Give the connection back, and with it the lock."""
        if self._lock is not None:
            with contextlib.suppress(*_AWAY):
                await self._lock.invalidate()
            await self._lock.close()
            self._lock = None
