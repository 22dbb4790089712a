"""What territory tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class TerritoryChanged:
    """The station's territory has a new state; `what` is what changed (zones, streets, devices …)."""

    subject: ClassVar[str] = "territory.changed"

    station_id: StationId
    version: int
    what: str
