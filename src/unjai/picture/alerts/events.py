"""What alert rules tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesChanged:
    """A rule was made, changed, switched or removed: whoever runs the rules reads them anew."""

    subject: ClassVar[str] = "rules.changed"
    station_id: StationId
    rule_id: UUID
