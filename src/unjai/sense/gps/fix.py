"""What all protocols of phones and trackers come to: a position, a sign of life, a call for help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from unjai.model.geometry import Point
from unjai.model.reading import Reading
from unjai.sense import wire

_DISTRESS: Final = frozenset(
    {"sos", "panic", "distress", "duress", "emergency", "help", "alarm_sos", "man_down", "mandown"}
)


def heading(value: object) -> float | None:
    """Return degrees from north, 0 ≤ degrees < 360; None where the direction is unknown."""
    degrees = wire.between(value, 0, 360)
    return None if degrees is None else degrees % 360


def fix(
    *,
    key: str | None,
    at: datetime | None,
    place: tuple[object, object, object] | None,
    payload: Mapping[str, object],
    own_id: str | None,
    alarm: object = None,
) -> tuple[Reading, ...]:
    """Return the position, or the sign of life where there is none, and the call for help where there is one.

    0 north, 0 east is a receiver without a fix, not a place in the Gulf of Guinea.
    """
    where: Point | None = None if place is None else wire.place(*place)
    if where is not None and where.lat == 0 == where.lon:
        where, payload = None, {**payload, "no_fix": True}
    kind = "phone_status" if where is None else "position"
    found = Reading(kind=kind, device_key=key, observed_at=at, point=where, payload=payload, own_id=own_id)
    said = wire.text(alarm, 40)
    if said is None or said.lower().replace("-", "_").replace(" ", "_") not in _DISTRESS:
        return (found,)
    return (found, replace(found, kind="unit_distress", payload={**payload, "alarm": said}))
