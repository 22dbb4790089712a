"""What of cameras' clips crosses the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from unjai.picture.alerts.lesson_schemas import VerdictOut


class ClipOut(BaseModel):
    """What a rule found on a camera, or of its health. `since` and `until` bound the held recording; empty without one.

    `box` is left, top, right, bottom in fractions of the picture; `path` is the seconds before `at`, each with the box
    then. Both are empty where it was about the camera itself. `verdict` is what somebody said of it.
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
    still: UUID | None
    """What the camera showed at that moment (`/api/camera-stills/…`)."""
    rule_th: str
    rule_en: str
    """The rule's sentence as it is now; empty where the rule is no more."""
    verdict: VerdictOut | None
