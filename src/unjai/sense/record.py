"""RECORD: each class's stream is written to its table in batches; a repeat changes nothing, the ack comes last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from msgspec import DecodeError as BodyError
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import system
from unjai.model.reading import Observation, RetentionClass
from unjai.people.registry import Refusals
from unjai.platform.database import Database, Tx
from unjai.platform.follow import Follower, Item
from unjai.platform.streams import CLASSES, RECORDED, Bus, observations, stream_of
from unjai.sense import store

log = logging.getLogger(__name__)

_AGAIN_S = 0.5
_GATHER_S = 0.25
"""A transaction costs much the same for one observation or a hundred; nobody waits for the tables."""

Step = Callable[["Writing"], Awaitable[None]]


class Writing:
    """One batch on its way into a table."""

    def __init__(self, tx: Tx, retention: RetentionClass, batch: Sequence[Observation], refusals: Refusals) -> None:
        """Hold the batch, without repeats inside it."""
        self.tx, self.retention, self.refusals = tx, retention, refusals
        self.batch = list({(one.id, one.digest): one for one in batch}.values())
        self.conflicts: list[Observation] = []


async def copy_rows(writing: Writing) -> None:
    """COPY into a temporary table, then insert what is not there yet; a class with its own table has its own step."""
    if CLASSES[writing.retention].own_table:
        return
    writing.conflicts = await store.record(writing.tx, writing.retention, writing.batch)


async def count_conflicts(writing: Writing) -> None:
    """Show on the device's row that it reused an id with other content; both messages are kept."""
    for one in writing.conflicts:
        writing.refusals.note(one.source, "id_reused")


async def run(db: Database, bus: Bus, refusals: Refusals, steps: Sequence[Step]) -> None:
    """Write every class's stream, for ever."""
    async with asyncio.TaskGroup() as group:
        for retention in RECORDED:
            group.create_task(_write(db, bus, refusals, steps, retention))


async def _write(db: Database, bus: Bus, refusals: Refusals, steps: Sequence[Step], retention: RetentionClass) -> None:
    follower = Follower(bus, stream_of(retention), durable="record", gather_s=_GATHER_S)
    async for items in follower.batches():
        while not await _written(db, refusals, steps, retention, items):  # noqa: ASYNC110  nobody tells when it is back
            await asyncio.sleep(_AGAIN_S)
        await follower.done(items)


async def _written(
    db: Database, refusals: Refusals, steps: Sequence[Step], retention: RetentionClass, items: list[Item]
) -> bool:
    batch = [one for item in items for one in readable(item)]
    if not batch:
        return True
    actor = system(*{one.station_id for one in batch}, name="record")
    try:
        async with db.tx(actor) as tx:
            writing = Writing(tx, retention, batch, refusals)
            for step in steps:
                await step(writing)
    except (DBAPIError, OSError, TimeoutError) as error:
        log.warning("recording %s waits for the database: %s", retention, error)
        return False
    return True


def readable(item: Item) -> list[Observation]:
    """Read a stream message; one that no version of ours could read is logged and passed over."""
    try:
        return observations(item.data)
    except BodyError:
        log.exception("message %s of %s cannot be read", item.seq, item.subject)
        return []
