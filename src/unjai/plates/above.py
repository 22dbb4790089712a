"""What hits must tell the capability above: a vehicle was seen, a person judged; `app.py` wires it at start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, IncidentId
from unjai.model.plate import Plate
from unjai.plates.rules.hits import Judgement, Limits
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighted:
    """A sighting that is to be an event. `source` names the vehicle, so that the next sighting joins the same event."""

    observation_id: UUID
    digest: str
    source: str
    plate: Plate
    at: datetime
    received_at: datetime
    point: Point | None
    device_id: DeviceId | None
    camera: str
    instruction: str = ""
    priority: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a person said of a hit; None: the word was taken back."""

    incident_id: IncidentId
    plate: Plate
    verdict: Judgement | None
    words: str = ""


Seen = Callable[[Tx, Actor, Clock, Sighted], Awaitable[IncidentId]]
Judging = Callable[[Tx, Actor, Clock, Judged], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Above:
    """Open or join the event of a vehicle; write a verdict on its timeline. `limits` are the settings'."""

    seen: Seen
    judged: Judging
    limits: Limits = field(default_factory=Limits)


_wired: list[Above] = []


def wire(above: Above) -> None:
    """Say what stands above."""
    _wired[:] = [above]


def above() -> Above:
    """Return what `app.py` wired; a program without it is put together wrongly."""
    if not _wired:
        msg = "nobody wired what stands above the plates"
        raise LookupError(msg)
    return _wired[0]
