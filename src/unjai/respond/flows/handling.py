"""What operators do with an incident. Each asserts `incident.work`; `version` guards against working on an old view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import IncidentId, ReportId, StationId
from unjai.platform.database import Tx
from unjai.respond.codes import code_of
from unjai.respond.flows.case import Case
from unjai.respond.flows.checklist import report_gaps
from unjai.respond.flows.taking import NewReport, open_case
from unjai.respond.rules import joins as joining
from unjai.respond.rules import life
from unjai.respond.rules.kinds import LEAST_URGENT, MOST_URGENT
from unjai.respond.store import assignments, incidents, procedures, reports


async def acknowledge(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, version: int | None = None
) -> None:
    """Take an incident up: someone has seen it and answers for it. Of two who press at once the second is refused."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("acknowledge")
    await case.say("acknowledged")
    await case.save("acknowledge")


async def note(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, text: str, version: int | None = None
) -> None:
    """Write a note to the timeline, of a closed incident too."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    await case.say("note", text=text)
    await case.save("note")


async def set_priority(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, priority: int, version: int | None = None
) -> None:
    """Set the priority by hand; reports that join later no longer change it. Raises `request_invalid` (422)."""
    actor.must("incident.work")
    if not MOST_URGENT <= priority <= LEAST_URGENT:
        raise UnjaiError("request_invalid", 422, where="priority: 1–3")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("change")
    await case.say("priority_set", priority=priority, from_priority=case.row["priority"])
    case.set(priority=priority, priority_by_hand=True)
    await case.save("priority", priority=priority)


async def set_code(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, code: str, version: int | None = None
) -> None:
    """Say what the incident really is; its priority follows upward unless it was set by hand."""
    actor.must("incident.work")
    event = code_of(code)
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("change")
    case.set(code=event.code)
    await case.say("code_set", code=event.code)
    if event.priority < case.row["priority"] and not case.row["priority_by_hand"]:
        case.set(priority=event.priority)
        await case.say("priority_raised", priority=event.priority, from_priority=case.row["priority"])
    await case.save("code", code=event.code)


async def set_place(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, point: Point, version: int | None = None
) -> None:
    """Mark where the incident is; reports that join later no longer move it."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("change")
    await case.locate(point)
    case.set(place_by_hand=True)
    await case.say("place_set", place_th=case.now("place_th"), place_en=case.now("place_en"))
    await case.save("place")


async def close(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    outcome: life.Outcome,
    text: str = "",
    version: int | None = None,
) -> None:
    """End an incident with its outcome; its units are free again, those still on their way are recalled."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    await end(case, outcome, text)


async def end(case: Case, outcome: life.Outcome, text: str = "") -> None:
    """Close a held incident and let its units go."""
    case.move(life.close_move(outcome))
    case.set(outcome=outcome, unanswered=False)
    await case.release()
    await case.say("closed", outcome=outcome, text=text or None)
    await report_gaps(case, outcome)
    await case.save("close", outcome=outcome)


async def cancel(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, text: str = "", version: int | None = None
) -> None:
    """End an incident that needs nobody any more."""
    await close(tx, actor, clock, incident_id=incident_id, outcome="cancelled", text=text, version=version)


async def false_alarm(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, text: str = "", version: int | None = None
) -> None:
    """End an incident that was none."""
    await close(tx, actor, clock, incident_id=incident_id, outcome="false_alarm", text=text, version=version)


async def reopen(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, reason: str, version: int | None = None
) -> None:
    """Take a closed incident up again, with a reason; a merged one cannot be (`incident_merged`)."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("reopen")
    await procedures.drop_gaps(tx, incident_id)
    case.set(closed_at=None, outcome=None)
    if case.row["acknowledged_at"] is None:
        case.set(acknowledged_at=clock.now(), acknowledged_by=actor.name)
    await case.say("reopened", reason=reason)
    await case.save("reopen", reason=reason)


async def split(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    report_id: ReportId,
    version: int | None = None,
) -> IncidentId:
    """Make a report an incident of its own and return that; the two are never joined again by rule.

    Further reports of its source go with it. Raises `report_last` (409) for an incident's only report.
    """
    actor.must("incident.work")
    station_id = await _station(tx, incident_id)
    await incidents.lock_station(tx, station_id)
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("change")
    rows = await reports.of_incidents(tx, [incident_id])
    mine = next((row for row in rows if row["id"] == report_id), None)
    if mine is None:
        raise not_found("report", report_id)
    rest = [row for row in rows if row["id"] != report_id]
    if not rest:
        raise UnjaiError("report_last", 409)
    code = code_of(mine["code"])
    point = reports.point_of(mine)
    told = NewReport(
        observation_id=mine["observation_id"],
        digest=mine["digest"],
        channel=mine["channel"],
        kind=mine["kind"],
        code=code.code,
        observed_at=mine["observed_at"],
        received_at=mine["received_at"],
        source=mine["source"],
        point=point,
        device_id=mine["device_id"],
        device_key=mine["device_key"],
        unit_id=mine["unit_id"],
        place_text=mine["place_text"],
    )
    own = await open_case(tx, actor, clock, report=told, code=code, station_id=station_id)
    await reports.move_one(tx, report_id, out_of=incident_id, into=own.id)
    others = {row["source"] for row in rest}
    own.set(split_from=incident_id, barred=sorted(others - {mine["source"]}))
    await own.say("split_off", number=case.row["number"], code=code.code)
    await own.acknowledge_by_the_way()
    await own.save("split_off", out_of=case.row["number"])
    case.set(
        report_count=len(rest),
        first_observed_at=min(row["observed_at"] for row in rest),
        last_observed_at=max(row["observed_at"] for row in rest),
        barred=sorted({*case.row["barred"], mine["source"]}),
    )
    if not case.row["place_by_hand"] and point is not None and case.place == point:
        await _placed_by(case, [there for row in rest if (there := reports.point_of(row)) is not None])
    await case.say("split_out", number=own.row["number"], report_id=report_id)
    await case.save("split_out", into=own.row["number"])
    return own.id


async def _station(tx: Tx, incident_id: IncidentId) -> StationId:
    row = await incidents.of(tx, incident_id)
    if row is None:
        raise not_found("incident", incident_id)
    return StationId(row["station_id"])


async def _placed_by(case: Case, points: list[Point]) -> None:
    """Let the most exact of the remaining reports say where an incident is."""
    best: Point | None = None
    for point in points:
        best = joining.sharper(best, point)
    if best is not None and best != case.place:
        await case.locate(best)


async def merge(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    into: IncidentId,
    version: int | None = None,
) -> None:
    """Make one event of two: `incident_id` ends, its reports, units and places go to `into`.

    Raises `incident_merge_self` (422), `incident_elsewhere` (409), and `incident_move_illegal` or `incident_merged`
    (409) where either is closed.
    """
    actor.must("incident.work")
    if incident_id == into:
        raise UnjaiError("incident_merge_self", 422)
    station_id = await _station(tx, into)
    if await _station(tx, incident_id) != station_id:
        raise UnjaiError("incident_elsewhere", 409)
    await incidents.lock_station(tx, station_id)
    held: dict[IncidentId, Case] = {}
    for one in sorted((incident_id, into)):
        held[one] = await Case.hold(tx, actor, clock, one, version=version if one == incident_id else None)
    case, target = held[incident_id], held[into]
    target.move("change")
    steps = await assignments.open_of_incidents(tx, [incident_id])
    case.move("merge")
    case.set(merged_into=into, unanswered=False)
    for row in steps:
        if row["state"] == "offered":
            await case.step(row, "withdrawn")
            await case.say("withdrawn", unit=row["call_sign"])
    moved = await reports.move(tx, incident_id, into)
    await assignments.move_open(tx, incident_id, into)
    await incidents.repoint_merged(tx, incident_id, into)
    await case.say("merged_into", number=target.row["number"])
    await case.save("merge", into=target.row["number"])
    await _grow(target, case, moved)
    for row in steps:
        if row["state"] != "offered":
            await _bring(target, row)
    await target.save("merged_from", number=case.row["number"])
    if case.row["unit_id"] is not None:
        await target.tell_caller_unit()


async def _grow(target: Case, case: Case, moved: int) -> None:
    """Let the incident that takes another in grow by what that one knew."""
    mine, other = target.row, case.row
    await target.acknowledge_by_the_way()
    sources = (await reports.sources(target.tx, [target.id])).get(target.id, frozenset())
    target.set(
        report_count=mine["report_count"] + moved,
        first_observed_at=min(mine["first_observed_at"], other["first_observed_at"]),
        last_observed_at=max(mine["last_observed_at"], other["last_observed_at"]),
        barred=sorted({*mine["barred"], *other["barred"]} - sources),
    )
    if mine["unit_id"] is None and other["unit_id"] is not None:
        target.set(unit_id=other["unit_id"])
    if target.place is None and case.place is not None:
        await target.locate(case.place)
    await target.say("merged_from", number=other["number"], count=moved)
    if other["priority"] < mine["priority"] and not mine["priority_by_hand"]:
        target.set(priority=other["priority"])
        await target.say("priority_raised", priority=other["priority"], from_priority=mine["priority"])


async def _bring(target: Case, row: Mapping[str, Any]) -> None:
    """Let a unit that worked on the merged incident work on this one."""
    target.move("assign")
    if row["state"] in ("en_route", "on_scene"):
        target.move("set_out")
    if row["state"] == "on_scene":
        target.move("arrive")
    await target.tell_unit(dict(row))
    await target.say(str(row["state"]), unit=row["call_sign"])
