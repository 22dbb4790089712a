"""A zone's plan as it stands in the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unjai.platform.database import Tx
from unjai.territory.records import Community, SubZone, Zone
from unjai.territory.rules.phases import PlannedPhase
from unjai.territory.rules.plan import Plan, PlannedCommunity, PlannedFigure, PlannedSubZone
from unjai.territory.store import zones


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPlan:
    """A zone's plan as it stands. `state` names exactly this content: who saves says which one they began with."""

    zone_id: UUID
    code: str
    plan: Plan
    state: str
    edited_by: str
    edited_at: datetime | None


def plain_of(value: object) -> bytes:
    """Return a value as JSON with one order of keys, to be compared."""
    return msgspec.json.encode(msgspec.to_builtins(value), order="sorted")


def state_of(plan: Plan, code: str) -> str:
    """Return the name of exactly this content."""
    return hashlib.sha256(plain_of({"code": code, "plan": plan})).hexdigest()[:32]


async def stored_plan(tx: Tx, found: Zone) -> StoredPlan:
    """Read what belongs to a zone."""
    subs, people = await zones.parts_of(tx, found.station_id, found.id)
    note = await zones.note_of(tx, found.station_id, found.id) or {}
    named = [
        PlannedCommunity(id=None, lon=None, lat=None, **{name: row[name] for name in _UNPLACED})
        for row in note.get("unplaced", [])
    ]
    plan = Plan(
        name_th=found.name_th,
        name_en=found.name_en,
        fictional=found.fictional,
        geometry=found.geometry,
        why_th=note.get("why_th", ""),
        declared_area_m2=found.declared_area_m2,
        declared_communities=note.get("declared_communities"),
        declared_source=note.get("declared_source", ""),
        declared_on=note.get("declared_on"),
        subzones=tuple(_subzone(sub) for sub in subs),
        communities=(*(_community(item) for item in people), *named),
        phases=tuple(_phase(row) for row in await zones.phases_of(tx, found.station_id, found.id)),
        figures=tuple(_figure(row) for row in await zones.figures_of(tx, found.station_id, found.id)),
    )
    return StoredPlan(
        zone_id=found.id,
        code=found.code,
        plan=plan,
        state=state_of(plan, found.code),
        edited_by=note.get("edited_by", ""),
        edited_at=note.get("edited_at"),
    )


_UNPLACED = ("name_th", "name_en", "households", "population")


def _subzone(sub: SubZone) -> PlannedSubZone:
    return PlannedSubZone(
        id=sub.id,
        kind=sub.kind,
        name_th=sub.name_th,
        name_en=sub.name_en,
        geometry=sub.geometry,
        reason_th=sub.reason_th,
    )


def _community(item: Community) -> PlannedCommunity:
    return PlannedCommunity(
        id=item.id,
        name_th=item.name_th,
        name_en=item.name_en,
        lon=item.lon,
        lat=item.lat,
        households=item.households,
        population=item.population,
    )


def _phase(row: Mapping[str, Any]) -> PlannedPhase:
    names = ("id", "name_th", "name_en", "starts_on", "ends_on")
    return PlannedPhase(**{name: row[name] for name in names})


def _figure(row: Mapping[str, Any]) -> PlannedFigure:
    names = ("id", "kind", "value", "as_of", "source")
    return PlannedFigure(**{name: row[name] for name in names})
