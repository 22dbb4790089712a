"""What the command line does beyond starting processes: each module is imported by its command alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from unjai.model.actor import system
from unjai.model.ids import StationId
from unjai.platform.config import Settings

if TYPE_CHECKING:
    from unjai.platform.database import Tx

_Answer = TypeVar("_Answer")


def in_database(
    settings: Settings, job: Callable[[Tx], Awaitable[_Answer]], *, name: str, station_id: StationId | None = None
) -> _Answer:
    """Return what `job` brings from one transaction at the running centre's database, of one station or none."""
    from unjai.platform.database import Database, url_of  # noqa: PLC0415  the supervisor imports this package
    from unjai.platform.engines.secrets import database_password  # noqa: PLC0415

    async def work() -> _Answer:
        db = Database(
            url_of(settings.database_url, "unjai_worker", database_password(settings.data, "unjai_worker")),
            connections=1,
        )
        try:
            async with db.tx(system(*(() if station_id is None else (station_id,)), name=name)) as tx:
                return await job(tx)
        finally:
            await db.close()

    return asyncio.run(work())
