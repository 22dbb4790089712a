"""The figures of a running centre, gathered when somebody asks: for `/metrics` and for the administrator's page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from nats.errors import Error as NatsError
from nats.js.errors import Error as StreamError
from sqlalchemy import func, select, text

from unjai.app import Common
from unjai.people.store import device_refusal
from unjai.picture.store import places
from unjai.platform.audit import unsealed_since
from unjai.platform.engines.device_streams import ACKNOWLEDGED, LIGHT
from unjai.platform.ledger import tree
from unjai.platform.outbox import outbox
from unjai.platform.streams import CLASSES, RECORDED, stream_of

STATS = "stats.core"
_PATIENCE_S = 1.0


@dataclass(kw_only=True)
class Process:
    """What a process has used: seconds of CPU, bytes of memory, since when it runs."""

    cpu_s: float
    rss_bytes: int
    began: str


@dataclass(kw_only=True)
class Stream:
    """How a stream stands: `record` and `picture` are how many messages their readers have not settled yet."""

    messages: int
    bytes: int
    record: int | None = None
    picture: int | None = None


@dataclass(kw_only=True)
class Vitals:
    """Everything at once; what could not be asked is missing."""

    database: dict[str, Any] = field(default_factory=dict)
    nats: dict[str, Any] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    unsealed_s: float = 0.0
    outbox: int = 0
    log_rows: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)


def this_process(began: datetime) -> Process:
    """Return the figures of the process that asks."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return Process(
        cpu_s=used.ru_utime + used.ru_stime, rss_bytes=pages * resource.getpagesize(), began=began.isoformat()
    )


async def answer_for(made: Common, began: datetime) -> None:
    """Let others ask this process for its figures over the bus (core has no door of its own)."""

    async def said(message: Any) -> None:
        await message.respond(msgspec.json.encode(this_process(began)))

    await made.bus.nc.subscribe(STATS, cb=said)


async def vitals(made: Common, began: datetime) -> Vitals:
    """Gather; an engine that is away leaves its figures out."""
    found = Vitals(processes={"web": this_process(began)})
    with contextlib.suppress(Exception):
        async with asyncio.timeout(5):
            await _from_database(made, found)
    with contextlib.suppress(NatsError, StreamError, OSError, TimeoutError):
        async with asyncio.timeout(5):
            await _from_nats(made, found)
    with contextlib.suppress(NatsError, OSError, TimeoutError, msgspec.DecodeError):
        told = await made.bus.nc.request(STATS, b"", timeout=_PATIENCE_S)
        found.processes["core"] = msgspec.json.decode(told.data, type=Process)
    return found


async def _from_database(made: Common, found: Vitals) -> None:
    async with made.db.tx(made.everywhere) as tx:
        waits = await unsealed_since(tx, made.clock.now())
        found.unsealed_s = 0.0 if waits is None else max(0.0, waits.total_seconds())
        found.outbox = int(await tx.scalar(select(func.count()).select_from(outbox)))
        found.log_rows = await tree.size(tx)
        counted = select(device_refusal.c.code, func.sum(device_refusal.c.count)).group_by(device_refusal.c.code)
        found.refusals = {str(row[0]): int(row[1]) for row in await tx.execute(counted)}
        place = await places(tx)
        row = await tx.one(
            text(
                "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,"
                " extract(epoch FROM now() - pg_postmaster_start_time())::float AS up_s"
            )
        )
    found.database = dict(row or {})
    for retention in RECORDED:
        name = stream_of(retention)
        found.streams[name] = Stream(messages=0, bytes=0, picture=-place.get(name, 0))


async def _from_nats(made: Common, found: Vitals) -> None:
    await made.bus.answers(_PATIENCE_S)  # its version was told at connecting: that alone says nothing of now
    server: Mapping[str, Any] = made.bus.nc._server_info  # noqa: SLF001  the client tells it nowhere else
    found.nats = {"version": server.get("version", "?")}
    for name in (*(stream_of(one) for one in CLASSES), ACKNOWLEDGED, LIGHT):
        with contextlib.suppress(StreamError):
            state = (await made.bus.js.stream_info(name)).state
            before = found.streams.get(name)
            one = found.streams[name] = Stream(messages=state.messages, bytes=state.bytes)
            if before is not None and before.picture is not None:
                one.picture = max(0, state.last_seq + before.picture) if state.messages else 0
            with contextlib.suppress(StreamError):
                durable = "record" if name.startswith("OBS_") else "core"
                reader = await made.bus.js.consumer_info(name, durable)
                one.record = int(reader.num_pending or 0) + int(reader.num_ack_pending or 0)


def disc_of(data: Path) -> dict[str, int]:
    """Return the room of the data folder's disc, in bytes."""
    usage = shutil.disk_usage(data)
    return {"total": usage.total, "free": usage.free}


def backup_of(data: Path) -> dict[str, Any] | None:
    """Return what the last backup wrote down, or None."""
    try:
        said: dict[str, Any] = json.loads((data / "run" / "backup.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return said
