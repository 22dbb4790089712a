"""Calls that may be part of a flood: one line for the operators, and a way out for every call that shows life.

A call over the limits of the edge is taken like any other, with a mark. Where it does not stand beside a happening that
is open already, it goes into the one incident of the flood. A word, a touch, a picture or a further position of hers
takes it out again, as an incident of its own.
"""

from __future__ import annotations

from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.codes import code_of
from unjai.respond.flows.case import Case
from unjai.respond.flows.taking import NewReport, open_case
from unjai.respond.store import incidents, reports

Row = dict[str, Any]


async def held_apart(tx: Tx, actor: Actor, clock: Clock, told: Row) -> Case:
    """Hold the incident of the report `told`; where that is a flood's, take the report out of it first."""
    found = await incidents.of(tx, told["incident_id"])
    if found is None or not found["crowd"] or found["state"] == "closed":
        return await Case.hold(tx, actor, clock, told["incident_id"])
    station_id = StationId(found["station_id"])
    await incidents.lock_station(tx, station_id)
    fresh = await reports.of(tx, told["id"])  # another transaction may have taken it out meanwhile
    assert fresh is not None
    case = await Case.hold(tx, actor, clock, fresh["incident_id"])
    if not case.row["crowd"] or case.state == "closed":
        return case
    return await _taken_out(case, fresh, station_id)


async def _taken_out(case: Case, told: Row, station_id: StationId) -> Case:
    rows = await reports.of_incidents(case.tx, [case.id])
    rest = [row for row in rows if row["source"] != told["source"]]
    if not rest:
        case.set(crowd=False, about_th="", about_en="")
        await case.say("crowd_left")
        await case.save("crowd_lost")
        return case
    code = code_of(told["code"])
    new = NewReport(
        observation_id=told["observation_id"],
        digest=told["digest"],
        channel=told["channel"],
        kind=told["kind"],
        code=code.code,
        observed_at=told["observed_at"],
        received_at=told["received_at"],
        source=told["source"],
        point=reports.point_of(told),
        device_id=told["device_id"],
        device_key=told["device_key"],
    )
    own = await open_case(case.tx, case.actor, case.clock, report=new, code=code, station_id=station_id)
    mine = [row for row in rows if row["source"] == told["source"]]
    for row in mine:
        await reports.move_one(case.tx, row["id"], out_of=case.id, into=own.id)
    own.set(
        split_from=case.id,
        report_count=len(mine),
        first_observed_at=min(row["observed_at"] for row in mine),
        last_observed_at=max(row["observed_at"] for row in mine),
    )
    await own.say("crowd_out", number=case.row["number"], code=code.code)
    await own.save("crowd_out", out_of=case.row["number"])
    case.set(report_count=len(rest), barred=sorted({*case.row["barred"], told["source"]}))
    await case.say("split_out", number=own.row["number"], report_id=told["id"])
    await case.save("crowd_lost", into=own.row["number"])
    return own
