"""The routes by which a station draws its zone: plans, borders of tambons, places to look at, check lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from unjai.platform.http import Ask, actor_of, allowed
from unjai.platform.i18n import render
from unjai.platform.moments import DayIn
from unjai.territory import facts, store
from unjai.territory.api.things import report_out
from unjai.territory.flows.boundaries import find_spots, import_boundaries
from unjai.territory.flows.checklists import add_item, change_item, change_room, checklist_items, room_of
from unjai.territory.flows.zone_reading import StoredPlan
from unjai.territory.flows.zones import Outcome, measured, plan_of, save_plan
from unjai.territory.rules.boundaries import Covered
from unjai.territory.rules.phases import PlannedPhase
from unjai.territory.rules.plan import (
    AREA_TOLERANCE,
    Finding,
    Judged,
    Plan,
    PlannedCommunity,
    PlannedFigure,
    PlannedSubZone,
)
from unjai.territory.schemas.things import ImportOut
from unjai.territory.schemas.zone import (
    BorderOut,
    CheckItemIn,
    CheckItemOut,
    ChecklistsOut,
    CoveredOut,
    FigureIn,
    FindingOut,
    MeasuredOut,
    MeasuredSubZoneOut,
    NewCheckItemIn,
    PlanIn,
    PlanOut,
    PlanReport,
    PlanRow,
    RoomIn,
    RoomOut,
    SpotOut,
)
from unjai.territory.store.zones import borders_near

router = APIRouter(tags=["territory"])

Reader = Annotated[Ask, allowed("zone.read")]
Admin = Annotated[Ask, allowed("zone.admin")]
Key = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]*$")]


async def _body(request: Request) -> bytes:
    """Read a file whole before a transaction opens: a slow upload holds no connection."""
    await actor_of(request, "zone.admin")
    return await request.body()


# ── plans ──────────────────────────────────────────────────────────────────────────────────────────


@router.get("/zone/plans")
async def plans(ask: Reader) -> list[PlanRow]:
    """Return the station's zones."""
    found = await store.zones_of(ask.tx, ask.actor.station)
    return [PlanRow(**{name: getattr(item, name) for name in PlanRow.model_fields}) for item in found]


@router.get("/zone/plans/{key}")
async def plan(ask: Reader, key: UUID) -> PlanReport:
    """Return a zone's plan with what the checks say of it as it stands."""
    station_id = ask.actor.station
    stored = await plan_of(ask.tx, ask.actor, ask.clock, station_id=station_id, zone_id=key)
    judged, tambons, known = await measured(ask.tx, ask.actor, ask.clock, station_id=station_id, plan=stored.plan)
    version = await store.version_of(ask.tx, station_id)
    return _report(Outcome(saved=stored, judged=judged, tambons=tambons, borders_known=known, version=version))


@router.post("/zone/plans")
async def draw_zone(ask: Admin, body: PlanIn, *, dry_run: bool = False) -> PlanReport:
    """Draw a new zone; with `dry_run` only the checks are made."""
    outcome = await save_plan(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, plan=_plan_in(body), dry_run=dry_run
    )
    return _report(outcome)


@router.patch("/zone/plans/{key}")
async def redraw_zone(ask: Admin, key: UUID, body: PlanIn, *, dry_run: bool = False) -> PlanReport:
    """Put a plan in place of the one a zone has; with `dry_run` only the checks are made."""
    outcome = await save_plan(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        plan=_plan_in(body),
        zone_id=key,
        state=body.state,
        dry_run=dry_run,
    )
    return _report(outcome)


def _plan_in(body: PlanIn) -> Plan:
    parts: dict[str, tuple[type[Any], list[Any]]] = {
        "subzones": (PlannedSubZone, list(body.subzones)),
        "communities": (PlannedCommunity, list(body.communities)),
        "phases": (PlannedPhase, list(body.phases)),
        "figures": (PlannedFigure, list(body.figures)),
    }
    told = body.model_dump(exclude={"state", *parts})
    made: dict[str, Any] = {
        name: tuple(kind(**item.model_dump()) for item in rows) for name, (kind, rows) in parts.items()
    }
    return Plan(**told, **made)


def _plan_out(stored: StoredPlan) -> PlanOut:
    names = ("code", "state", "edited_by", "edited_at")
    return PlanOut(id=stored.zone_id, **{name: getattr(stored, name) for name in names}, **asdict(stored.plan))


def _report(outcome: Outcome) -> PlanReport:
    return PlanReport(
        saved=outcome.saved is not None,
        refused=_findings(outcome.judged.refused),
        warnings=_findings(outcome.judged.warnings),
        measured=_measured(outcome.judged, outcome.tambons, known=outcome.borders_known),
        plan=None if outcome.saved is None else _plan_out(outcome.saved),
        version=outcome.version,
    )


def _findings(found: Iterable[Finding]) -> list[FindingOut]:
    return [
        FindingOut(code=item.code, where=item.where, facts=dict(item.facts), **render(item.code, item.facts))
        for item in found
    ]


def _measured(judged: Judged, tambons: Iterable[Covered], *, known: bool) -> MeasuredOut:
    covered = [_covered(item) for item in tambons]
    return MeasuredOut(
        area_m2=judged.area_m2,
        differs_share=judged.differs_share,
        tolerance=AREA_TOLERANCE,
        subzones=[None if item is None else MeasuredSubZoneOut.model_validate(item) for item in judged.subzones],
        communities_named=judged.communities_named,
        population=None if judged.population is None else FigureIn(**asdict(judged.population)),
        households=None if judged.households is None else FigureIn(**asdict(judged.households)),
        density_per_km2=judged.density_per_km2,
        tambons=covered,
        tambons_share=min(sum(item.share for item in covered), 1.0),
        borders_known=known,
    )


def _covered(item: Covered) -> CoveredOut:
    district = facts.districts().get(int(item.code[:4]))
    province = facts.provinces().get(int(item.code[:2]))
    return CoveredOut(
        **asdict(item),
        district_th=district.name_th if district else "",
        district_en=district.name_en if district else "",
        province_th=province.name_th if province else "",
        province_en=province.name_en if province else "",
    )


# ── borders and places to look at ──────────────────────────────────────────────────────────────────


@router.post(
    "/import/boundaries",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/geo+json": {"schema": {"type": "object"}}}}
    },
)
async def bring_boundaries(
    body: Annotated[bytes, Depends(_body)],
    ask: Admin,
    *,
    source: Annotated[str, Query(max_length=300)] = "",
    as_of: DayIn | None = None,
    schematic: bool = False,
    dry_run: bool = False,
) -> ImportOut:
    """Import borders of tambons, districts or provinces from GeoJSON, with their source."""
    report = await import_boundaries(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        body=body,
        source=source,
        as_of=as_of,
        schematic=schematic,
        dry_run=dry_run,
    )
    return report_out(report)


@router.get("/boundaries")
async def boundaries(ask: Reader, west: float, south: float, east: float, north: float) -> list[BorderOut]:
    """Return the borders of tambons that meet a box, 400 at most."""
    found = await borders_near(ask.tx, ask.actor.station, "tambon", (west, south, east, north))
    return [BorderOut.model_validate(item) for item in found]


@router.get("/spots")
async def spots(ask: Reader, q: Annotated[str, Query(max_length=100)] = "") -> list[SpotOut]:
    """Find a province, district, tambon or police station to look at first."""
    found = await find_spots(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, text=q)
    return [SpotOut.model_validate(item) for item in found]


# ── check lists ────────────────────────────────────────────────────────────────────────────────────


@router.get("/checklists")
async def checklists(ask: Reader) -> ChecklistsOut:
    """Return the check lists before a zone is chosen and of the operations room, and where that room is."""
    items = await checklist_items(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station)
    room = await room_of(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station)
    return ChecklistsOut(items=[CheckItemOut.model_validate(item) for item in items], room=RoomOut.model_validate(room))


@router.post("/checklists/items", status_code=201)
async def add_check_item(ask: Admin, body: NewCheckItemIn) -> CheckItemOut:
    """Add an item at the end of a list."""
    item = await add_item(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, **body.model_dump())
    return CheckItemOut.model_validate(item)


@router.patch("/checklists/items/{key}")
async def change_check_item(ask: Admin, key: Key, body: CheckItemIn) -> CheckItemOut:
    """Change an item: its words, who did it and when, a note; `removed` takes it off the list, or puts it back."""
    changes = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name == "done_on"
    }
    item = await change_item(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, key=key, changes=changes)
    return CheckItemOut.model_validate(item)


@router.put("/checklists/room")
async def keep_room(ask: Admin, body: RoomIn) -> RoomOut:
    """Say where the operations centre is."""
    room = await change_room(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, changes=body.model_dump())
    return RoomOut.model_validate(room)
