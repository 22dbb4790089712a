"""A rule as the engine holds it: its kind with parameters, who and where it is about, when, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import shapely
from pydantic import BaseModel

from unjai.model.geometry import Point
from unjai.model.ids import StationId, UnitId, named_id
from unjai.picture.alerts.rules.facts import Thing, Words
from unjai.picture.alerts.rules.kind import AlertKind, Does
from unjai.picture.alerts.rules.when import When

STALE = timedelta(minutes=15)
"""What happened longer ago than this and comes only now is written down, but wakes nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Who and where a rule is about. `shape` None is everywhere; `lost` means that what was chosen is no more."""

    devices: frozenset[UUID] = frozenset()
    device_kinds: frozenset[str] = frozenset()
    units: frozenset[UUID] = frozenset()
    shape: Any = None
    lost: bool = False

    def concerns(self, thing: Thing) -> bool:
        """Tell whether a device, or the unit that carries it, is one of those chosen."""
        if self.lost:
            return False
        if (self.devices or self.device_kinds) and not (thing.id in self.devices or thing.kind in self.device_kinds):
            return False
        return not self.units or (thing.unit is not None and thing.unit.id in self.units)

    def holds(self, point: Point | None) -> bool:
        """Tell whether a place lies in the area; what has no place lies in no drawn area."""
        if self.shape is None:
            return True
        return point is not None and bool(self.shape.covers(shapely.Point(point.lon, point.lat)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """What follows: an incident with a code and a priority, a notice on the console, or only a line in the log."""

    do: Does = "notice"
    code: str = "OTH"
    priority: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule of a station."""

    id: UUID
    station_id: StationId
    version: int
    kind: type[AlertKind]
    params: BaseModel
    name: str = ""
    where: Where = field(default_factory=Where)
    when: When = field(default_factory=When)
    follow: Follow = field(default_factory=Follow)
    lasts_s: int = 0
    clear_s: int = 0
    holdoff_s: int = 0
    sentence: Words = field(default_factory=lambda: Words(th="", en=""))

    def same_watch(self, other: Rule) -> bool:
        """Tell whether what was remembered for `other` still means the same here."""
        return self.kind is other.kind and self.params == other.params and self.where == other.where


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A rule that fired. `id` is made of the rule and of what set it off: told twice, it is the same alert."""

    id: UUID
    rule: Rule
    subject: str
    at: datetime
    since: datetime
    do: Does
    quiet: bool = False
    thing: Thing | None = None
    point: Point | None = None
    unit_id: UnitId | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> Words:
        """Return what happened, with whose it is in front unless the kind says so itself."""
        said = self.rule.kind.told(self.rule.params, self.facts)
        thing = self.thing
        if thing is None or self.rule.kind.names:
            return said
        if thing.unit is not None:
            return Words(th=f"{thing.unit.call_sign}: {said.th}", en=f"{thing.unit.call_sign}: {said.en}")
        return Words(th=f"{thing.name_th}: {said.th}", en=f"{thing.name_en or thing.name_th}: {said.en}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """The state that an alert told of is over."""

    alert_id: UUID
    at: datetime


def alert_id(rule_id: UUID, subject: str, trigger: str, at: datetime) -> UUID:
    """Make an alert's id of the rule and what set it off (an observation's id, or since when a state holds)."""
    return named_id("alert", f"{rule_id}:{subject}:{trigger}", at)
