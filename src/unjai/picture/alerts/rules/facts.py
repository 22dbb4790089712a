"""What the engine is told: something was seen, or a moment came. And what a kind of rule finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, UnitId

AREA = "area"
"""The subject of a rule that watches a place and neither a device nor a unit."""

REFUSED = "refused"
"""The kind of what the picture itself tells: how many messages of a device were refused so far (`count`)."""

SIGNAL_TROUBLE = "signal_trouble"
"""The kind of what the centre tells of a junction (`troubles`, codes), by the box that speaks of that junction. The box
itself was not heard by it."""

QUIET_KINDS = frozenset({"phone", "tracker", "hook", "citizen_door"})
"""Kinds of devices that have no heartbeat: they speak when somebody has something to say, so silence means nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One text in Thai and English."""

    th: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitNow:
    """A unit and what it was doing at the time."""

    id: UnitId
    call_sign: str
    kind: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """A device as rules see it; `point` is its known place, `unit` carries it."""

    id: DeviceId
    key: str
    kind: str
    name_th: str
    name_en: str
    point: Point | None = None
    unit: UnitNow | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """An observation. `at` is when it happened as far as can be believed, `heard_at` when it came.

    `inside` is whether it lies where the rule counts; True where the rule counts everywhere. `rule_id` is the one rule
    that it is for, where a camera's process has looked on a rule's behalf.
    """

    id: UUID
    kind: str
    at: datetime
    heard_at: datetime
    thing: Thing
    point: Point | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    inside: bool = True
    rule_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A moment that a kind asked for: nothing need have been heard. Time before `listening_since` is nobody's fault."""

    at: datetime
    listening_since: datetime
    thing: Thing | None = None


Fact = Seen | Look


SIGNALS_SAY = "signals.trouble"
"""Where the process of signals says `SignalSaid`: at each change and now and then, so that a lost one does no harm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalSaid:
    """What is wrong at a junction now (`facts`: `troubles`, `junction_th`, `junction_en`), and the box it goes by."""

    station_id: int
    device_id: UUID
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a kind finds about its subject.

    `happened`: it happened now, once. `holds`: a state begins or goes on (True), is over (False), or is as it was
    (None); `since` is when it began, where that was before now. `look_at`: ask again then, whatever comes.
    `memory` is remembered for the next fact about the same subject: JSON values only.
    """

    memory: Mapping[str, Any] = field(default_factory=dict)
    happened: bool = False
    holds: bool | None = None
    since: datetime | None = None
    look_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
