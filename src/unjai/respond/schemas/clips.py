"""What of cameras' clips crosses the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class ClipOut(BaseModel):
    """What a rule found on a camera. `since` and `until` bound the held recording; empty where none is kept.

    `box` is left, top, right, bottom in fractions of the picture; `path` is the seconds before `at`, each with the box
    then.
    """

    alert_id: UUID
    rule_id: UUID
    device_id: UUID
    at: datetime
    since: datetime | None
    until: datetime | None
    box: list[float]
    path: list[list[float]]
    text_th: str
    text_en: str
