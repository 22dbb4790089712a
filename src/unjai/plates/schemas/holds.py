"""What of holds crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from unjai.platform.moments import MomentIn


class HoldEndIn(BaseModel):
    """When a hold ends, and why; null: nobody knows yet."""

    model_config = ConfigDict(extra="forbid")

    case_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    ends_at: MomentIn | None
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class PlateHoldOut(BaseModel):
    """What a case keeps of reads past their days. `ended_by` is empty where the case itself ended it.

    Once let go (`released_at`), `reads` is how many copies were deleted.
    """

    model_config = ConfigDict(from_attributes=True)

    case_number: str
    held_at: datetime
    reads: int
    ends_at: datetime | None
    ended_by: str
    ended_why: str
    released_at: datetime | None
