"""Run the bench: PostgreSQL and NATS alone, and the edge as one ASGI application in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bench.rights
from bench.centre import a_folder
from bench.command import command
from tests.web.asking import Asked, direct_sql, everybody_at_home, strangers, unguarded
from tests.web.conftest import make_centre
from unjai.people.rights import ROLES
from unjai.platform.database import Database
from unjai.platform.engines.alone import start_nats, start_postgres
from unjai.platform.migrate import migrate
from unjai.platform.streams import Bus

QUICK_S = 42.0
QUICK_ROLES = ("operator", "administrator", "oversight")


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Start the engines, make two stations, ask everything, and return what was counted."""
    roles: Sequence[str] = QUICK_ROLES if quick else tuple(ROLES)
    with a_folder() as folder:
        cluster = await asyncio.to_thread(start_postgres, _made(folder / "pg"))
        nats = await asyncio.to_thread(start_nats, _made(folder / "nats"))
        try:
            await asyncio.to_thread(migrate, cluster.dsn("unjai_owner"))
            db, worker = Database(cluster.dsn("unjai_app")), Database(cluster.dsn("unjai_worker"), connections=2)
            bus = await Bus.connect(nats.url("core"), name="bench")
            await bus.make_streams()
            ready_s = time.monotonic() - began
            try:
                return await _asked(db, worker, bus, folder, roles, ready_s=round(ready_s, 2), deadline=began + QUICK_S)
            finally:
                await bus.close()
                await db.close()
                await worker.close()
        finally:
            nats.stop()
            cluster.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o755)
    return folder


async def _asked(
    db: Database, worker: Database, bus: Bus, folder: Path, roles: Sequence[str], *, ready_s: float, deadline: float
) -> dict[str, Any]:
    centre = await make_centre(db, bus, _made(folder / "data"))
    routes = len(centre.routes())
    guarded, bare = Asked(), Asked()
    done = []
    took_s = 0.0
    for role in roles:
        began = time.monotonic()
        if done and len(roles) < len(ROLES) and began + took_s > deadline:
            break  # quick, on a slow machine: `roles` says how many were asked
        with unguarded():
            bare += await strangers(centre, role)
        guarded += await strangers(centre, role)
        guarded += await everybody_at_home(centre, role)
        done.append(role)
        took_s = time.monotonic() - began
    tables = await direct_sql(centre, db, worker)
    return {
        "routes": routes,
        "roles": len(done),
        "tables": tables.asked,
        "asked": guarded.asked + bare.asked + tables.asked,
        "leaks": len(guarded.leaks),
        "rls_leaks": len(bare.leaks) + len(tables.leaks),
        "broken": len({*guarded.broken, *bare.broken}),
        "which": [*guarded.leaks, *bare.leaks, *tables.leaks][:20],
        "ready_s": ready_s,
    }


command(bench.rights.__doc__, measure, nought=("leaks", "rls_leaks"))
