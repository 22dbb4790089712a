"""What plates tell others, after it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class HitChanged:
    """A hit is new, was seen again, or was judged; `version` grows by one with every change."""

    subject: ClassVar[str] = "plate.hit"
    station_id: StationId
    hit_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchListChanged:
    """What counts on the watch list is another; whoever holds it in memory asks for what came after its version."""

    subject: ClassVar[str] = "plate.watch_list"
    station_id: StationId
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HitTold:
    """Somebody whom an entry names was told of a hit; their screens ask for it."""

    subject: ClassVar[str] = "plate.told"
    station_id: StationId
    hit_id: UUID
