"""`unjai station`: a station that the built-in list lacks."""

from __future__ import annotations

from unjai.commands import in_database
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.platform.config import Settings
from unjai.platform.database import Tx
from unjai.territory.flows import add_station


def add(settings: Settings, *, code: str, name_th: str, name_en: str, parent: str) -> int:
    """Add a station below `parent`, or change the names of the one with this code; return its number."""
    actor = system(name="console")

    async def work(tx: Tx) -> int:
        made = await add_station(
            tx, actor, SystemClock(), code=code, name_th=name_th, name_en=name_en or name_th, parent_code=parent
        )
        return made.id

    return in_database(settings, work, name="console")
