"""What cameras tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class CamerasChanged:
    """The station's registry of cameras has changed: who streams or draws them reads it anew. `what` is for people."""

    subject: ClassVar[str] = "cameras.changed"

    station_id: StationId
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceChanged:
    """Something was done with a package of evidence: core makes what was asked for."""

    subject: ClassVar[str] = "evidence.changed"

    station_id: StationId
    evidence_id: UUID
