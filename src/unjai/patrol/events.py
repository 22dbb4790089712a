"""What patrol tells: checkpoints changed, a visit was judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointsChanged:
    """A beat or checkpoint was made, changed or removed."""

    subject: ClassVar[str] = "patrol.checkpoints"
    station_id: StationId
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitsTold:
    """A phone told visits or findings; `checkpoint_ids` are those that were visited."""

    subject: ClassVar[str] = "patrol.visits"
    station_id: StationId
    checkpoint_ids: tuple[UUID, ...]
    findings: int
