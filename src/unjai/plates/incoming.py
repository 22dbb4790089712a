"""Files of watched plates: web reads one at a time beside its work, core puts agreed ones on the list.

Reading is done in a thread, some thousand rows at a time, each part in a transaction of its own, so that neither
memory nor a transaction grows with the file. A file is staged whole or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.plates.flows import watch_imports as flows
from unjai.plates.rules.watch_file import FileRow, columns_of, read_rows
from unjai.plates.spool import Upload, opened
from unjai.plates.store import watch_files as store
from unjai.platform.database import Database

log = logging.getLogger(__name__)

PART: Final = 5_000
_SIGN_S = 20.0
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_readings: set[asyncio.Task[None]] = set()


async def checked(upload: Upload) -> None:
    """See that a file is a table with a column for plates, before anything is said of it. Raises what `opened` does.

    Raises `watch_file_headers` and `import_empty` (422).
    """
    source = await opened(upload)
    try:
        head = await asyncio.to_thread(next, source.lines, None)
        if head is None:
            raise UnjaiError("import_empty", 422)
        columns_of(head.cells)
        if await asyncio.to_thread(next, source.lines, None) is None:
            raise UnjaiError("import_empty", 422)
    finally:
        source.close()


def begin_reading(db: Database, actor: Actor, clock: Clock, *, import_id: UUID, upload: Upload) -> None:
    """Read a file beside whatever else is done; `settled` waits for it."""
    reading = asyncio.create_task(read_in(db, actor, clock, import_id=import_id, upload=upload))
    _readings.add(reading)
    reading.add_done_callback(_readings.discard)


async def settled() -> None:
    """Wait for the files that are being read in this process."""
    while _readings:
        await asyncio.wait(_readings)


async def read_in(db: Database, actor: Actor, clock: Clock, *, import_id: UUID, upload: Upload) -> None:
    """Stage a file part by part; what breaks it off is told on its row. The upload is removed at the end."""
    sign = asyncio.create_task(_signs(db, actor, clock, import_id))
    try:
        async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1)):
            await _staged(db, actor, clock, import_id, upload)
    except UnjaiError as error:
        await _broken(db, actor, import_id, error)
    except Exception:
        log.exception("the file of plates %s could not be read", import_id)
        await _broken(db, actor, import_id, UnjaiError("watch_file_stopped", 422))
    finally:
        sign.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sign
        upload.gone()


async def _staged(db: Database, actor: Actor, clock: Clock, import_id: UUID, upload: Upload) -> None:
    source = await opened(upload)
    try:
        rows, total = read_rows(source.lines, clock.now()), 0
        while True:
            count, part = await asyncio.to_thread(_part, rows, actor.station, import_id)
            if not count:
                break
            total += count
            async with db.tx(actor) as tx:
                said: dict[str, Any] = {"rows": part, "total": total, "at": source.at}
                if not await flows.add_part(tx, actor, clock, import_id=import_id, **said):
                    break
    finally:
        source.close()
    async with db.tx(actor) as tx:
        await flows.settle(tx, actor, clock, import_id=import_id)


async def _broken(db: Database, actor: Actor, import_id: UUID, error: UnjaiError) -> None:
    try:
        async with db.tx(actor) as tx:
            await flows.give_up(tx, actor, import_id=import_id, error=error)
    except (DBAPIError, OSError, TimeoutError):
        log.warning("the database is away; the file of plates %s is told as broken off by its silence", import_id)


async def _signs(db: Database, actor: Actor, clock: Clock, import_id: UUID) -> None:
    """Give a sign of life on the file's row, also while it waits for another one."""
    while True:
        await asyncio.sleep(_SIGN_S)
        with contextlib.suppress(DBAPIError, OSError, TimeoutError):
            async with db.tx(actor) as tx:
                await store.grow(tx, import_id, clock.now())


def _part(rows: Iterator[FileRow], station_id: StationId, key: UUID) -> tuple[int, bytes]:
    """Return how many rows come next and themselves as text of COPY."""
    begins = f"{station_id}\t{key}\t"
    lines = [begins + "\t".join(map(_cell, _values(row))) for row in islice(rows, PART)]
    return len(lines), "".join(f"{line}\n" for line in lines).encode()


def _values(row: FileRow) -> tuple[str | None, ...]:
    facts = None if row.facts is None else msgspec.json.encode(row.facts).decode()
    until = None if row.valid_until is None else row.valid_until.isoformat()
    return (str(row.row), row.said, row.code, facts, row.registration, row.province, *row.words, until)


def _cell(value: str | None) -> str:
    return "\\N" if value is None else value.translate(_ESCAPED)


async def list_agreed(db: Database, actor: Actor, clock: Clock) -> None:
    """Put files that two people agreed on wholly on their lists, part by part (core's job)."""
    while True:
        async with db.tx(actor) as tx:
            if not await flows.list_part(tx, actor, clock):
                return
