"""Plans that are being made: a process each, one at a time; what came of it stands in the plan's row."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.patrol.store import plans as store
from unjai.platform.database import Database

log = logging.getLogger(__name__)

BEYOND_S = 60.0
"""A process that takes so much longer than asked is ended."""
LOST = timedelta(minutes=5)
"""A plan that is still being made after so long never will be: its process ended with the centre."""
_makings: dict[UUID, asyncio.Task[None]] = {}
_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def begin_making(db: Database, actor: Actor, clock: Clock, *, plan_id: UUID, order: dict[str, Any]) -> None:
    """Make a plan beside whatever else is done; `settled` waits for it."""
    making = asyncio.create_task(_make(db, actor, clock, plan_id, order))
    _makings[plan_id] = making
    making.add_done_callback(lambda _: _makings.pop(plan_id, None))


def break_off(plan_id: UUID) -> bool:
    """End the process that makes a plan, or let one that waits not begin; tell whether it was made here."""
    making = _makings.get(plan_id)
    return making is not None and making.cancel()


async def settled() -> None:
    """Wait for the plans that are being made in this process."""
    while _makings:
        await asyncio.wait(_makings.values())


async def _make(db: Database, actor: Actor, clock: Clock, plan_id: UUID, order: dict[str, Any]) -> None:
    try:
        async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1)):
            found = await planned(order)
    except Exception:
        log.exception("the plan %s could not be made", plan_id)
        found = {"infeasible": []}
    values: dict[str, Any] = {"changed_at": clock.now()}
    if "result" in found:
        values |= {"state": "draft", "town": found["town"], "result": found["result"]}
    else:
        values |= {"state": "failed", "failure": {"reasons": found["infeasible"]}}
    async with db.tx(actor) as tx:
        row = await store.one(tx, plan_id, lock=True)
        if row is not None and row["state"] == "making":
            await store.change(tx, plan_id, values)


async def planned(order: dict[str, Any]) -> dict[str, Any]:
    """Return what the process says; raise `TimeoutError` or `RuntimeError` where it says nothing."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unjai.patrol.plan_worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(order["seconds"] + BEYOND_S):
            told, said = await worker.communicate(msgspec.json.encode(order))
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
        raise
    if worker.returncode != 0:
        raise RuntimeError(said.decode("utf-8", "replace")[-500:])
    found: dict[str, Any] = msgspec.json.decode(told)
    return found
