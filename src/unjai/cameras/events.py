"""What cameras tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class CamerasChanged:
    """The station's registry of cameras has changed: who streams or draws them reads it anew. `what` is for people."""

    subject: ClassVar[str] = "cameras.changed"

    station_id: StationId
    what: str
