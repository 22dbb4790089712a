"""Draw a zone: read its plan, hold a new one against the checks, save it whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, named_id, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import store
from unjai.territory.flows.scope import changed, enter
from unjai.territory.flows.zone_reading import StoredPlan, plain_of, state_of, stored_plan
from unjai.territory.records import Community, OrgUnit
from unjai.territory.rules.boundaries import Covered, covered
from unjai.territory.rules.phases import phase_at
from unjai.territory.rules.plan import Judged, Plan, PlannedCommunity, judge
from unjai.territory.rules.shapes import centre_of, geojson_of
from unjai.territory.store import community, subzone, writes, zone, zones
from unjai.territory.store.zone_tables import zone_figure, zone_phase
from unjai.territory.words import search_key, tidy


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the checks said, and whether it was saved. `borders_known` is False where no tambon border was brought."""

    saved: StoredPlan | None
    judged: Judged
    tambons: tuple[Covered, ...]
    borders_known: bool
    version: int


async def plan_of(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, zone_id: UUID) -> StoredPlan:
    """Return a zone's plan; `not_found` (404) for a zone that is not the station's."""
    del clock
    actor.must("zone.read")
    found = await zones.zone_of(tx, station_id, zone_id) if station_id in actor.stations else None
    if found is None:
        raise not_found("zone", zone_id)
    return await stored_plan(tx, found)


async def measured(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, plan: Plan
) -> tuple[Judged, tuple[Covered, ...], bool]:
    """Return what the checks say of a plan, and the tambons it covers by the borders the station has brought."""
    actor.must("zone.read")
    judged = await asyncio.to_thread(judge, plan, clock.now().astimezone(BANGKOK).date())
    known = await zones.borders_known(tx, station_id)
    if judged.border is None or not known:
        return judged, (), known
    near = await zones.borders_near(tx, station_id, "tambon", judged.border.bounds)
    return judged, await asyncio.to_thread(covered, judged.border, near), known


async def save_plan(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    plan: Plan,
    zone_id: UUID | None = None,
    state: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Save a zone with its sub-zones, communities, phases and figures, all or nothing.

    Nothing is saved when the checks refuse anything, or in a dry run. Raises `not_found` (404) for a zone that is not
    the station's and `zone_changed` (409) when somebody else saved since `state` was read.
    """
    station = await enter(tx, actor, "zone.admin", station_id)
    before: StoredPlan | None = None
    if zone_id is not None:
        found = await zones.zone_of(tx, station_id, zone_id)
        if found is None:
            raise not_found("zone", zone_id)
        before = await stored_plan(tx, found)
        if not dry_run and before.state != state:
            by = before.edited_by or "–"
            at = "–" if before.edited_at is None else before.edited_at.isoformat()
            raise UnjaiError("zone_changed", 409, name=before.plan.name_th, by=by, at=at)
    plan = _tidied(plan)
    judged, tambons, known = await measured(tx, actor, clock, station_id=station_id, plan=plan)
    version = await store.version_of(tx, station_id)
    if dry_run or judged.refused or judged.border is None:
        return Outcome(saved=None, judged=judged, tambons=tambons, borders_known=known, version=version)
    job = _Saving(tx=tx, actor=actor, clock=clock, station=station, before=before, plan=plan, judged=judged)
    zone_id = await job.write()
    written = await zones.zone_of(tx, station_id, zone_id)
    assert written is not None
    after = await stored_plan(tx, written)
    if before is None or before.state != after.state:
        await job.tell(after)
        version = await changed(tx, clock, station_id, "zones")
    return Outcome(saved=after, judged=judged, tambons=tambons, borders_known=known, version=version)


def _tidied(plan: Plan) -> Plan:
    """Return the plan with every text in the form it is kept."""
    names = ("name_th", "name_en", "why_th", "declared_source", "reason_th", "source")

    def clean(item: Any) -> Any:
        return replace(item, **{name: tidy(getattr(item, name)) for name in names if hasattr(item, name)})

    parts = {name: tuple(map(clean, getattr(plan, name))) for name in ("subzones", "communities", "phases", "figures")}
    whole: Plan = replace(clean(plan), **parts)
    return whole


@dataclass(frozen=True, kw_only=True, slots=True)
class _Saving:
    """One plan on its way into the tables."""

    tx: Tx
    actor: Actor
    clock: Clock
    station: OrgUnit
    before: StoredPlan | None
    plan: Plan
    judged: Judged

    @property
    def station_id(self) -> StationId:
        return StationId(self.station.id)

    async def write(self) -> UUID:
        zone_id, code = await self._zone()
        await self._subzones(zone_id, code)
        unplaced = await self._communities(zone_id, code)
        now = self.clock.now()
        await self._phases(zone_id)
        await self._figures(zone_id, now)
        note = {
            "why_th": self.plan.why_th,
            "declared_communities": self.plan.declared_communities,
            "declared_source": self.plan.declared_source,
            "declared_on": self.plan.declared_on,
            "unplaced": unplaced,
        }
        had = await zones.note_of(self.tx, self.station_id, zone_id)
        if had is None or any(had[name] != value for name, value in note.items()) or self._differs():
            stamp = {"edited_by": self.actor.name, "edited_at": now}
            await zones.keep_note(self.tx, self.station_id, zone_id, {**note, **stamp})
        return zone_id

    def _differs(self) -> bool:
        return self.before is None or state_of(self.before.plan, self.before.code) != state_of(
            self.plan, self.before.code
        )

    async def _zone(self) -> tuple[UUID, str]:
        assert self.judged.border is not None
        plan, border = self.plan, self.judged.border
        if self.before is None:
            code = _free("Z", await zones.codes_of(self.tx, self.station_id, zone))
            zone_id = named_id("zone", f"{self.station_id}:{code}")
        else:
            code, zone_id = self.before.code, self.before.zone_id
        lon, lat = centre_of(border)
        today = self.clock.now().astimezone(BANGKOK).date()
        now = phase_at(plan.phases, today)
        row = {
            "id": zone_id,
            "code": code,
            "name_th": plan.name_th,
            "name_en": plan.name_en,
            "phase": now.name_th[:40] if now else "",
            "fictional": plan.fictional,
            "geometry": geojson_of(border),
            "area_m2": round(self.judged.area_m2 or 0.0, 1),
            "declared_area_m2": plan.declared_area_m2,
            "lon": lon,
            "lat": lat,
            "started_on": min((phase.starts_on for phase in plan.phases), default=None),
        }
        await writes.upsert(self.tx, zone, self.station_id, [row])
        return zone_id, code

    async def _subzones(self, zone_id: UUID, code: str) -> None:
        subs, _ = await zones.parts_of(self.tx, self.station_id, zone_id)
        known = {sub.id: sub.code for sub in subs}
        taken = await zones.codes_of(self.tx, self.station_id, subzone)
        rows = []
        for sub, shape, found in zip(self.plan.subzones, self.judged.shapes, self.judged.subzones, strict=True):
            assert shape is not None
            assert found is not None
            own = known.get(sub.id) if sub.id is not None else None
            if own is None:
                own = _free(f"{code}-{sub.kind[0].upper()}", taken)
                taken.add(own)
            key = sub.id if sub.id in known else named_id("subzone", f"{self.station_id}:{own}")
            rows.append(
                {
                    "id": key,
                    "zone_id": zone_id,
                    "code": own,
                    "kind": sub.kind,
                    "name_th": sub.name_th,
                    "name_en": sub.name_en,
                    "geometry": geojson_of(shape),
                    "area_m2": round(found.area_m2, 1),
                    "reason_th": sub.reason_th,
                }
            )
        await zones.remove_all(self.tx, subzone, self.station_id, list(set(known) - {row["id"] for row in rows}))
        await writes.upsert(self.tx, subzone, self.station_id, rows)

    async def _communities(self, zone_id: UUID, code: str) -> list[dict[str, Any]]:
        """Write those that have a place; return the others."""
        _, there = await zones.parts_of(self.tx, self.station_id, zone_id)
        known = {item.id: item for item in there}
        taken = await zones.codes_of(self.tx, self.station_id, community)
        rows, unplaced = [], []
        for item in self.plan.communities:
            facts = {
                "name_th": item.name_th,
                "name_en": item.name_en,
                "households": item.households,
                "population": item.population,
            }
            if item.lon is None or item.lat is None:
                unplaced.append(facts)
                continue
            had = known.get(item.id) if item.id is not None else None
            own = had.code if had is not None else _free(f"{code}-C", taken)
            taken.add(own)
            key = had.id if had is not None else named_id("community", f"{self.station_id}:{own}")
            border = _kept_border(had, item)
            place = {"zone_id": zone_id, "lon": round(item.lon, 7), "lat": round(item.lat, 7), "geometry": border}
            rows.append({"id": key, "code": own, **facts, **place})
        await zones.remove_all(self.tx, community, self.station_id, list(set(known) - {row["id"] for row in rows}))
        await writes.upsert(self.tx, community, self.station_id, rows)
        return unplaced

    async def _phases(self, zone_id: UUID) -> None:
        at = self.clock.now()
        known = {row["id"] for row in await zones.phases_of(self.tx, self.station_id, zone_id)}
        rows = [
            {
                "id": phase.id if phase.id in known else new_id(at),
                "ordinal": number,
                "name_th": phase.name_th,
                "name_en": phase.name_en,
                "starts_on": phase.starts_on,
                "ends_on": phase.ends_on,
            }
            for number, phase in enumerate(self.plan.phases)
        ]
        await zones.replace_rows(self.tx, zone_phase, self.station_id, zone_id, rows)

    async def _figures(self, zone_id: UUID, now: datetime) -> None:
        had = {row["id"]: row for row in await zones.figures_of(self.tx, self.station_id, zone_id)}
        rows = []
        for figure in self.plan.figures:
            told = {"kind": figure.kind, "value": figure.value, "as_of": figure.as_of, "source": figure.source}
            old = had.get(figure.id) if figure.id is not None else None
            same = old is not None and all(old[name] == value for name, value in told.items())
            stamp = zones.stamped(old["noted_by"], old["noted_at"]) if same and old else None
            key = old["id"] if old else new_id(now)
            rows.append({"id": key, **told, **(stamp or zones.stamped(self.actor.name, now))})
        await zones.replace_rows(self.tx, zone_figure, self.station_id, zone_id, rows)

    async def tell(self, after: StoredPlan) -> None:
        """Write down what became different; a border that was changed is kept as it was."""
        facts: dict[str, object] = {"name": self.plan.name_th, "area_m2": round(self.judged.area_m2 or 0.0, 1)}
        if self.before is not None:
            old = self.before.plan
            facts["changed"] = [
                name for name in _PARTS if plain_of(getattr(old, name)) != plain_of(getattr(after.plan, name))
            ]
            if old.geometry != after.plan.geometry:
                facts["border_before"] = dict(old.geometry or {})
            facts["subzones_gone"] = sorted(
                sub.name_th for sub in old.subzones if sub.id not in {item.id for item in after.plan.subzones}
            )
        if self.judged.warnings:
            facts["warned"] = sorted({finding.code for finding in self.judged.warnings})
        await audit(
            self.tx,
            self.actor,
            self.clock,
            action="zone.draw" if self.before is None else "zone.redraw",
            subject=f"zone:{after.zone_id}",
            facts=facts,
            station_id=self.station_id,
        )


_PARTS = (
    "name_th",
    "name_en",
    "fictional",
    "geometry",
    "why_th",
    "declared_area_m2",
    "declared_communities",
    "declared_source",
    "declared_on",
    "subzones",
    "communities",
    "phases",
    "figures",
)


def _kept_border(had: Community | None, item: PlannedCommunity) -> Mapping[str, Any] | None:
    """Return the border a community came with, as long as its point was not moved out of it."""
    if had is None or had.geometry is None or item.lon is None or item.lat is None:
        return None
    rings = had.geometry["coordinates"]
    inside = shapely.covers(shapely.Polygon(rings[0], rings[1:]), shapely.Point(item.lon, item.lat))
    return had.geometry if inside else None


def _free(stem: str, taken: Iterable[str]) -> str:
    """Return the first code of a stem that nobody has, such as Z1."""
    known = {search_key(code) for code in taken}
    number = 1
    while search_key(f"{stem}{number}") in known:
        number += 1
    return f"{stem}{number}"
