"""What the signals tell others, after it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalsChanged:
    """A junction was registered, changed, removed, or is driven another way: the process reads it anew at once."""

    subject: ClassVar[str] = "signals.changed"
    station_id: StationId
    junction_id: UUID
