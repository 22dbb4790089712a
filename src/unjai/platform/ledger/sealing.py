"""The sealer: numbers committed rows and lays the tree over them. Idle it costs next to nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from sqlalchemy import delete, insert, select

from unjai.model.clock import Clock
from unjai.platform.audit import audit_log, audit_seal, audit_waiting
from unjai.platform.database import Tx
from unjai.platform.ledger.rows import leaf_of
from unjai.platform.ledger.tree import grow, size

HINT = "audit.waiting"
"""The subject on which a process says that it committed rows; missed hints cost a second, no more."""
BUSY_S, IDLE_S = 0.1, 1.0


async def seal(tx: Tx, clock: Clock, *, at_most: int = 500) -> int:
    """Number committed rows that wait, add them to the tree, return how many. Only core calls this, under its lock."""
    if await tx.scalar(select(audit_waiting.c.audit_id).limit(1)) is None:
        return 0
    rows = await tx.all(
        select(audit_log)
        .join(audit_waiting, audit_waiting.c.audit_id == audit_log.c.id)
        .order_by(audit_log.c.id)
        .limit(at_most)
    )
    if not rows:
        return 0
    before, now = await size(tx), clock.now()
    seals = [
        {
            "seq": seq,
            "audit_id": row["id"],
            "leaf": leaf_of(row),
            "sealed_at": now,
            "station_id": row["station_id"],
        }
        for seq, row in enumerate(rows, before + 1)
    ]
    await tx.execute(insert(audit_seal), seals)
    await grow(tx, before, [one["leaf"] for one in seals])
    await tx.execute(delete(audit_waiting).where(audit_waiting.c.audit_id.in_([row["id"] for row in rows])))
    return len(rows)


class Sealer:
    """Seals a tenth of a second after it is told of rows; untold, it looks once a second."""

    def __init__(self, job: Callable[[], Awaitable[int]]) -> None:
        """Seal by `job`, which returns how many rows it sealed."""
        self._job = job
        self._told = asyncio.Event()

    async def hint(self, _subject: str = "", _data: bytes = b"") -> None:
        """Take note that rows wait."""
        self._told.set()

    async def once(self) -> None:
        """Wait for a hint or a second, then seal what waits."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), IDLE_S)
        self._told.clear()
        if await self._job():
            self._told.set()  # there may be more
            await asyncio.sleep(BUSY_S)
