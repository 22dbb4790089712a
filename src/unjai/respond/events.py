"""What respond tells others, after it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unjai.model.ids import AccountId, IncidentId, StationId, UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentChanged:
    """Something of an incident is other than before; `version` grows by one with every change."""

    subject: ClassVar[str] = "incident.changed"
    station_id: StationId
    incident_id: IncidentId
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferChanged:
    """What a unit is asked for or works on has changed: its phone should look again."""

    subject: ClassVar[str] = "offer.changed"
    station_id: StationId
    unit_id: UnitId
    account_id: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TalkSaid:
    """A unit and the centre said something to each other, or read it."""

    subject: ClassVar[str] = "talk.said"
    station_id: StationId
    unit_id: UnitId
