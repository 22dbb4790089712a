"""What an officer at a task may see and say besides its steps: cameras, where the caller is, being safe again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.flows.officer import own_unit
from unjai.respond.store import assignments, incidents, timeline
from unjai.territory.view import territory_of

Row = dict[str, Any]
CAMERAS_MOST, CAMERA_NEAR_M = 4, 250.0
"""Pictures of so many cameras, none farther from the incident than this."""

SAFE_WORDS = frozenset({"ปลอดภัย", "safe"})
"""What is typed in full to say that one's own call for help is over: a pocket cannot, a hand that is forced must."""

_WORKING = ("accepted", "en_route", "on_scene")


async def near_cameras(tx: Tx, actor: Actor) -> list[tuple[Any, float]]:
    """Return the cameras near the incident that one's unit has taken, nearest first; none before it is taken."""
    actor.must("camera.task")
    task = await assignments.open_of_unit(tx, own_unit(actor))
    if task is None or task["state"] not in _WORKING:
        return []
    found = await incidents.of(tx, task["incident_id"])
    if found is None or found["lon"] is None:
        return []
    territory = await territory_of(tx, StationId(found["station_id"]))
    near = territory.nearest_devices(Point(lon=found["lon"], lat=found["lat"]), "camera", CAMERAS_MOST)
    return [(device, metres) for device, metres in near if metres <= CAMERA_NEAR_M]


async def must_be_near(tx: Tx, actor: Actor, *, camera_id: UUID) -> None:
    """Raise `not_found` (404) for a camera that is not near one's own task at this moment."""
    if camera_id not in {device.id for device, _ in await near_cameras(tx, actor)}:
        raise not_found("camera", camera_id)


async def safe_again(tx: Tx, actor: Actor, clock: Clock, *, word: str, at: datetime | None = None) -> None:
    """Say by a word that one's own call for help is over; no open call changes nothing.

    The incident stays open: someone may be forcing the officer's hand, so the centre makes sure by radio and closes it.
    Raises `distress_word_wrong` (422).
    """
    unit_id = own_unit(actor)
    if word.strip().casefold() not in SAFE_WORDS:
        raise UnjaiError("distress_word_wrong", 422)
    own = await incidents.distress_of(tx, unit_id)
    if own is None:
        return
    case = await Case.hold(tx, actor, clock, own)
    if case.state == "closed" or await timeline.has_kind(tx, case.id, "unit_safe"):
        return
    case.told_late(at, after=case.row["opened_at"])
    await case.say("unit_safe", unit_id=unit_id)
    await case.save("unit_safe")
