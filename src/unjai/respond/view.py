"""Incidents as screens see them: rows for lists and the live picture, the whole for the panel, words for citizens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.geometry import Point
from unjai.model.ids import IncidentId, StationId, UnitId
from unjai.model.thai import plain
from unjai.people.flows import unit_of
from unjai.people.flows.own_duty import duty_shown
from unjai.people.schemas.accounts import UnitOut
from unjai.people.schemas.duty import DutyOut
from unjai.people.store.units import units
from unjai.picture.store import last_seen_of
from unjai.platform.database import Tx
from unjai.respond.checklist import sheet_of
from unjai.respond.codes import event_codes
from unjai.respond.flows.watched import asked_vehicles
from unjai.respond.officer_view import caller_place, own_distress, own_talk
from unjai.respond.rules.kinds import WATCHED
from unjai.respond.rules.ranking import STALE_S
from unjai.respond.schemas.base import storable
from unjai.respond.schemas.case import AttachmentOut, CaseFileOut, OverdueOut, PartyOut
from unjai.respond.schemas.incidents import (
    AssignmentOut,
    Caller,
    DoneTask,
    HelpStatus,
    Incident,
    IncidentRow,
    Linked,
    NearCamera,
    Officer,
    ReportOut,
    StripItem,
    Task,
    TimelineEntry,
    UnitPlace,
    UnitState,
)
from unjai.respond.shown import checklist_of
from unjai.respond.store import assignments, attachments, incidents, overdues, parties, reports, timeline
from unjai.respond.words import label, step_words, title
from unjai.territory.view import territory_of

Row = dict[str, Any]
CAMERAS = 4


def _row_of(row: Row, units_of: Sequence[Row], late: Sequence[Row], *, silent: bool) -> IncidentRow:
    named = title(row["code"], row["about_th"], row["about_en"])
    return IncidentRow(
        **{name: row[name] for name in IncidentRow.model_fields if name in row},
        title_th=named.th,
        title_en=named.en,
        units=[UnitState(unit_id=one["unit_id"], call_sign=one["call_sign"], state=one["state"]) for one in units_of],
        overdue=[OverdueOut.model_validate(one) for one in late],
        silent=silent,
    )


async def rows_of(tx: Tx, found: Sequence[Row]) -> list[IncidentRow]:
    """Return the rows for incidents as the table holds them, in their order."""
    ids = [row["id"] for row in found]
    working: dict[UUID, list[Row]] = {key: [] for key in ids}
    for one in await assignments.open_of_incidents(tx, ids):
        working[one["incident_id"]].append(one)
    silent = await reports.silent_ones(tx, ids)
    late = await overdues.of_incidents(tx, ids, unmended=True)
    return [_row_of(row, working[row["id"]], late.get(row["id"], []), silent=row["id"] in silent) for row in found]


async def open_rows(tx: Tx) -> list[IncidentRow]:
    """Return all open incidents, the most urgent and oldest first."""
    return await rows_of(tx, await incidents.open_ones(tx))


async def rows(tx: Tx, incident_ids: Collection[UUID]) -> list[IncidentRow]:
    """Return several incidents, closed ones too, without those that are not to be seen."""
    return await rows_of(tx, await incidents.several(tx, incident_ids))


async def row(tx: Tx, incident_id: UUID) -> IncidentRow | None:
    """Return one incident, closed ones too; None where there is none to be seen."""
    found = await incidents.of(tx, incident_id)
    return None if found is None else (await rows_of(tx, [found]))[0]


def wire(shown: IncidentRow) -> dict[str, Any]:
    """Return a row as JSON values. It holds nothing of a caller."""
    return shown.model_dump(mode="json")


async def listed(
    tx: Tx, *, which: incidents.Which, words: str = "", before: UUID | None = None, limit: int = 50
) -> list[IncidentRow]:
    """Return a page of incidents, newest first, those older than `before`; raise `not_found` (404) for that."""
    key = None
    if before is not None:
        last = await incidents.of(tx, before)
        if last is None:
            raise not_found("incident", before)
        key = (last["opened_at"], IncidentId(last["id"]))
    said = plain(storable(words))
    fold = said.casefold()
    codes = [
        code.code for code in event_codes().values() if fold and fold in f"{code.code} {code.th} {code.en}".casefold()
    ]
    return await rows_of(tx, await incidents.page(tx, which=which, words=said, codes=codes, before=key, limit=limit))


async def incident(tx: Tx, actor: Actor, *, incident_id: UUID) -> Incident:
    """Return all of one incident; callers only for `caller.read`. Raises `not_found` (404)."""
    found = await incidents.of(tx, incident_id)
    if found is None:
        raise not_found("incident", incident_id)
    told = await reports.of_incidents(tx, [incident_id])
    callers = await reports.callers(tx, [one["id"] for one in told]) if actor.may("caller.read") else {}
    asked = await assignments.of_incident(tx, incident_id)
    shown = (await rows_of(tx, [found]))[0]
    sheet = await sheet_of(tx, found)
    into, split_into, out_of = await _links(tx, found)
    return Incident(
        **shown.model_dump(),
        checklist=None if sheet is None else checklist_of(sheet),
        parties=[PartyOut.model_validate(one) for one in await parties.of_incident(tx, incident_id)],
        attachments=[AttachmentOut.model_validate(one) for one in await attachments.of_incident(tx, incident_id)],
        case_files=[
            CaseFileOut.model_validate(one) for one in await attachments.case_files(tx, incident_id=incident_id)
        ],
        merged_from=into,
        split_into=split_into,
        split_out_of=out_of,
        overdue_ever=[
            OverdueOut.model_validate(one)
            for one in (await overdues.of_incidents(tx, [incident_id])).get(incident_id, [])
        ],
        acknowledged_by=found["acknowledged_by"],
        split_from=found["split_from"],
        reports=[_report(one, callers) for one in told],
        assignments=[AssignmentOut.model_validate(one) for one in asked],
        timeline=[_entry(one) for one in await timeline.of_incident(tx, incident_id)],
        nearest_cameras=await _cameras(tx, found),
    )


async def _links(tx: Tx, found: Row) -> tuple[list[Linked], list[Linked], Linked | None]:
    """Return what was merged into an incident, what was split off from it, and what it was split off from."""
    into, split_into, out_of = [], [], None
    for one in await incidents.linked(tx, found["id"], found["split_from"]):
        named = title(one["code"], one["about_th"], one["about_en"])
        link = Linked(id=one["id"], number=one["number"], title_th=named.th, title_en=named.en)
        if one["merged_into"] == found["id"]:
            into.append(link)
        if one["split_from"] == found["id"]:
            split_into.append(link)
        if one["id"] == found["split_from"]:
            out_of = link
    return into, split_into, out_of


def _report(told: Row, callers: Mapping[UUID, Row]) -> ReportOut:
    caller = callers.get(told["id"])
    return ReportOut.model_validate(
        {**told, "caller": None if caller is None else Caller(name=caller["name"], phone=caller["phone"])}
    )


def _entry(step: Row) -> TimelineEntry:
    said = step_words(step["kind"], step["facts"])
    return TimelineEntry(
        id=step["id"],
        at=step["at"],
        actor="ระบบ" if step["actor_kind"] == "system" else step["actor_name"],
        actor_kind=step["actor_kind"],
        kind=step["kind"],
        text_th=said.th,
        text_en=said.en,
        facts=step["facts"],
    )


async def _cameras(tx: Tx, found: Row) -> list[NearCamera]:
    if found["lon"] is None:
        return []
    territory = await territory_of(tx, StationId(found["station_id"]))
    near = territory.nearest_devices(Point(lon=found["lon"], lat=found["lat"]), "camera", CAMERAS)
    return [
        NearCamera(device_id=device.id, name_th=device.name_th, name_en=device.name_en, distance_m=round(distance_m, 1))
        for device, distance_m in near
    ]


async def strip_since(tx: Tx, at: datetime, known: Collection[int] = ()) -> dict[int, StripItem]:
    """Return the steps of all incidents since `at` by their number, oldest first, without the known ones.

    What was said in notes and reports is left out.
    """
    return {step["seq"]: _strip_item(step) for step in await timeline.since(tx, at, known)}


def _strip_item(step: Row) -> StripItem:
    private = ("text", "reason")
    said = step_words(step["kind"], {key: value for key, value in step["facts"].items() if key not in private})
    return StripItem(
        at=step["at"],
        kind=step["kind"],
        priority=step["priority"],
        incident_id=step["incident_id"],
        number=step["number"],
        text_th=f"{step['number']} {said.th}",
        text_en=f"{step['number']} {said.en}",
    )


async def officer(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId) -> Officer:
    """Return what the officer's page shows: the unit, its duty, its task, the last one finished.

    Who may not answer for the unit (a citizen volunteer) learns that it was called, and nothing of the incident.
    """
    answers = actor.may("unit.answer")
    unit = await unit_of(tx, actor, clock, unit_id=unit_id)
    open_one = await assignments.open_of_unit(tx, unit_id)
    done = await assignments.last_cleared(tx, unit_id)
    return Officer(
        unit=UnitOut.model_validate(unit),
        duty=DutyOut.model_validate(await duty_shown(tx, clock, unit=unit, account_id=actor.account_id)),
        assignment=None if open_one is None or not answers else await _task(tx, open_one),
        called=open_one is not None and not answers,
        last_closed=None if done is None or not answers else await _done(tx, done),
        talk=await own_talk(tx, unit_id),
        distress=await own_distress(tx, unit_id),
        now=clock.now(),
    )


async def _task(tx: Tx, asked: Row) -> Task:
    shown = await row(tx, asked["incident_id"])
    if shown is None:
        raise not_found("incident", asked["incident_id"])
    told = await reports.of_incidents(tx, [asked["incident_id"]])
    told_of = await asked_vehicles(tx, StationId(asked["station_id"]), shown.id) if shown.code == WATCHED else []
    return Task.model_validate(
        asked
        | {
            "incident": shown,
            "told": told_of + _told(told),
            "caller": caller_place(asked, told),
            "taken_back_at": await timeline.last_at(tx, asked["incident_id"], "caller_cancelled"),
        }
    )


def _told(rows: Iterable[Row]) -> list[str]:
    """Return what was said, each thing once, in the order in which it happened."""
    return list(dict.fromkeys(one["text"] for one in rows if one["text"]))


async def _done(tx: Tx, asked: Row) -> DoneTask | None:
    found = await incidents.of(tx, asked["incident_id"])
    if found is None:
        return None
    named = title(found["code"], found["about_th"], found["about_en"])
    return DoneTask(
        incident_id=found["id"],
        number=found["number"],
        title_th=named.th,
        title_en=named.en,
        outcome=found["outcome"],
        cleared_at=asked["cleared_at"],
    )


async def progress(tx: Tx, clock: Clock, found: Row, *, key: UUID) -> HelpStatus:
    """Return how far an incident is, as whoever called for help may know it; `key` is the id that they know."""
    status = _STATUS[found["state"]]
    eta_s, place = await _coming(tx, clock, found) if status == "on_the_way" else (None, None)
    whole = None if eta_s is None else max(1, round(eta_s / 60))
    facts = {} if whole is None else {"eta_th": f"{whole} นาที", "eta_en": f"{whole} min"}
    said = label(f"citizen.{status}{'_eta' if facts else ''}", facts)
    return HelpStatus(id=key, status=status, eta_s=eta_s, unit=place, message_th=said.th, message_en=said.en)


_STATUS: Mapping[str, str] = {
    "new": "received",
    "acknowledged": "acknowledged",
    "assigned": "acknowledged",
    "en_route": "on_the_way",
    "on_scene": "arrived",
    "closed": "closed",
}


async def _coming(tx: Tx, clock: Clock, found: Row) -> tuple[float | None, UnitPlace | None]:
    """Return when the first unit on its way will be there, and where it is; nothing where its place is old."""
    now = clock.now()
    territory = await territory_of(tx, StationId(found["station_id"]))
    best: tuple[float | None, UnitPlace | None] = (None, None)
    for one in await assignments.open_of_incidents(tx, [found["id"]]):
        if one["state"] != "en_route":
            continue
        unit = (await units(tx, now, unit_id=one["unit_id"]))[0]
        seen = (await last_seen_of(tx, [unit.device_id])).get(unit.device_id) if unit.device_id else None
        if seen is None or (now - seen.observed_at).total_seconds() > STALE_S:
            continue
        place = UnitPlace(lon=seen.point.lon, lat=seen.point.lat)
        if found["lon"] is None:
            best = (best[0], best[1] or place)
            continue
        way = territory.reach([(seen.point, unit.kind)], Point(lon=found["lon"], lat=found["lat"]))[0]
        if best[0] is None or way.eta_s < best[0]:
            best = (round(way.eta_s), place)
    return best
