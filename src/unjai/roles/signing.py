"""Core's hand in receipts: it signs the newest root when somebody waits for a proof, at most every two seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

_REST_S = 2.0


class Signing:
    """Signs when it is told to; who asks in between shares the next root."""

    def __init__(self, job: Callable[[], Awaitable[None]]) -> None:
        """Sign by `job`."""
        self._job = job
        self._told = asyncio.Event()

    async def heard(self, _subject: str = "", _data: bytes = b"") -> None:
        """Take note that somebody waits."""
        self._told.set()

    async def once(self) -> None:
        """Wait for somebody, sign, rest."""
        await self._told.wait()
        self._told.clear()
        await self._job()
        await asyncio.sleep(_REST_S)
