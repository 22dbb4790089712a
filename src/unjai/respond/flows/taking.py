"""Reports come in and become incidents: one event per happening, once, whatever is repeated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, IncidentId, ReportId, StationId, UnitId, named_id, new_id
from unjai.model.thai import be_year, parse_phone, plain
from unjai.platform.database import Tx
from unjai.respond.codes import code_of, code_of_kind, event_codes
from unjai.respond.flows.case import Case
from unjai.respond.rules import joins as joining
from unjai.respond.rules.kinds import UNIT_DISTRESS, WATCHED, EventCode, better_name, joined_priority
from unjai.respond.store import incidents, reports
from unjai.territory.view import territory_of

Channel = Literal["pole", "call", "citizen", "unit", "device", "camera", "rule", "plate"]
CROWD_ABOUT = ("อาจเป็นการกดจำนวนมากผิดปกติ", "possibly a flood of presses")
LATE = timedelta(minutes=5)
"""A report that came more than this after it was observed says so on the timeline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReport:
    """One telling of a happening. `source` names who tells: a device's key, `citizen:<help id>`, `unit:<id>`.

    `code` is the event code where one was told; without it the observation's `kind` decides.
    """

    observation_id: UUID
    digest: str
    channel: Channel
    kind: str
    observed_at: datetime
    received_at: datetime
    source: str
    code: str | None = None
    point: Point | None = None
    device_id: DeviceId | None = None
    device_key: str | None = None
    unit_id: UnitId | None = None
    text: str = ""
    place_text: str = ""
    silent: bool = False
    caller_name: str | None = None
    caller_phone: str | None = None
    priority: int | None = None
    crowd: str = ""
    """Which limit it came over, `address` or `all`: it may be part of a flood of presses."""
    about: tuple[str, str] = ("", "")
    """What an incident opened by it is about, Thai and English, where that is no one device."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of a report: the incident it belongs to, and whether it joined it, opened it, or was known before."""

    incident_id: IncidentId
    report_id: ReportId
    joined: bool
    created: bool
    repeated: bool = False


async def take_report(tx: Tx, actor: Actor, clock: Clock, *, report: NewReport) -> Taken:
    """Join the report to an open incident or open one, under the station's lock, in this transaction.

    A report whose observation is known returns what the first made; with another digest it is `id_reused` (409).
    """
    actor.must("call.take")
    return await taken(tx, actor, clock, report)


async def taken(tx: Tx, actor: Actor, clock: Clock, report: NewReport) -> Taken:
    """Do what `take_report` promises for a caller whose right was asserted."""
    code = _code(report)
    station_id = actor.station
    await territory_of(tx, station_id)  # read anew, where it must be, before others wait for the lock
    await incidents.lock_station(tx, station_id)
    known = await reports.by_observation(tx, report.observation_id)
    if known is not None:
        if known["digest"] != report.digest:
            raise UnjaiError("id_reused", 409, id=str(report.observation_id))
        return Taken(
            incident_id=IncidentId(known["incident_id"]),
            report_id=ReportId(known["id"]),
            joined=known["joined_why"] is not None,
            created=False,
            repeated=True,
        )
    report_id = ReportId(new_id(clock.now()))
    held, why = await _joined(tx, actor, clock, report, code)
    if held is not None and why is not None:
        await _write(held, report, report_id, code, why)
        await _add_to(held, report, report_id, code, why)
        return Taken(incident_id=held.id, report_id=report_id, joined=True, created=False)
    case = await open_case(tx, actor, clock, report=report, code=code, station_id=station_id)
    await _write(case, report, report_id, code, None)
    await case.say("opened", _facts(report, report_id, case))
    await case.save("open", report_id=report_id, channel=report.channel)
    return Taken(incident_id=case.id, report_id=report_id, joined=False, created=True)


def _code(report: NewReport) -> EventCode:
    """Return the event code that was told, or the kind's own for one that is unknown or not the teller's to say."""
    told = event_codes().get(report.code or "")
    if told is None or (report.channel == "citizen" and told.group in ("distress", "device")):
        return code_of_kind(report.kind)
    return told


def _facts(report: NewReport, report_id: ReportId, case: Case) -> dict[str, object]:
    late = report.received_at - report.observed_at
    return {
        "report_id": report_id,
        "channel": report.channel,
        "code": case.now("code"),
        "about_th": case.now("about_th") or None,
        "about_en": case.now("about_en") or None,
        "observed_at": report.observed_at,
        "lon": report.point.lon if report.point else None,
        "lat": report.point.lat if report.point else None,
        "late_s": round(late.total_seconds()) if late > LATE else None,
        "text": report.text or None,
        "silent": report.silent or None,
    }


async def _seen(tx: Tx, rows: list[dict[str, Any]]) -> list[joining.OpenIncident]:
    """Return incidents as joining sees them."""
    ids = [row["id"] for row in rows]
    sources = await reports.sources(tx, ids)
    places: dict[UUID, list[Point]] = {key: [] for key in ids}
    for row in rows:
        if (own := reports.point_of(row)) is not None:
            places[row["id"]].append(own)
    for row in await incidents.merged_places(tx, ids):
        if (other := reports.point_of(row)) is not None:
            places[row["merged_into"]].append(other)
    return [
        joining.OpenIncident(
            incident_id=IncidentId(row["id"]),
            code=code_of(row["code"]),
            first_at=row["first_observed_at"],
            last_at=row["last_observed_at"],
            places=tuple(places[row["id"]]),
            sources=sources.get(row["id"], frozenset()),
            barred=frozenset(row["barred"]),
            device_id=row["device_id"],
            by_rule=row["channel"] == "rule",
            crowd=row["crowd"],
            closed=row["state"] == "closed",
        )
        for row in rows
    ]


async def _joined(
    tx: Tx, actor: Actor, clock: Clock, report: NewReport, code: EventCode
) -> tuple[Case | None, joining.Joined | None]:
    """Return the incident to join, held; what another transaction changed of it meanwhile is judged anew."""
    telling = joining.Telling(
        code=code,
        observed_at=report.observed_at,
        source=report.source,
        point=report.point,
        device_id=report.device_id,
        crowd=bool(report.crowd),
    )
    near = await incidents.candidates(
        tx,
        actor.station,
        within=joining.reach(telling),
        source=report.source,
        device_id=report.device_id,
        crowd=telling.crowd,
    )
    candidates, versions = await _seen(tx, near), {row["id"]: row["version"] for row in near}
    while (found := joining.best(telling, candidates)) is not None:
        case = await Case.hold(tx, actor, clock, found.incident_id)
        if case.row["version"] == versions[found.incident_id]:
            return case, found
        still = joining.best(telling, await _seen(tx, [case.row]))
        if still is not None:
            return case, still
        candidates = [one for one in candidates if one.incident_id != found.incident_id]
    return None, None


async def _about(tx: Tx, station_id: StationId, report: NewReport) -> tuple[str, str]:
    """Return the name of what an incident is about: the device, in both languages."""
    if report.device_id is None or report.channel not in ("pole", "device", "camera", "rule"):
        return report.about
    device = (await territory_of(tx, station_id)).device_by_id(report.device_id)
    return (device.name_th, device.name_en) if device is not None else (report.device_key or "", "")


async def open_case(
    tx: Tx, actor: Actor, clock: Clock, *, report: NewReport, code: EventCode, station_id: StationId
) -> Case:
    """Open an incident with the next number of the station's year; the caller holds the station's lock."""
    now = clock.now()
    year = be_year(now.astimezone(BANGKOK).year)
    seq = await incidents.next_seq(tx, station_id, year)
    about_th, about_en = CROWD_ABOUT if report.crowd else await _about(tx, station_id, report)
    values = {
        "id": new_id(now),
        "station_id": station_id,
        "be_year": year,
        "seq": seq,
        "number": f"{year}-{seq:06d}",
        "code": code.code,
        "priority": report.priority or code.priority,
        "priority_by_hand": report.priority not in (None, code.priority),
        "state": "new",
        "channel": report.channel,
        "place_th": report.place_text,
        "place_en": report.place_text,
        "about_th": about_th,
        "about_en": about_en,
        "device_id": report.device_id,
        "unit_id": report.unit_id if code.code == UNIT_DISTRESS else None,
        "opened_at": now,
        "first_observed_at": report.observed_at,
        "last_observed_at": report.observed_at,
        "report_count": 1,
        "crowd": bool(report.crowd),
        "version": 0,
    }
    case = Case(tx, actor, clock, await incidents.add(tx, values))
    if report.point is not None and not report.crowd:
        await case.locate(report.point, spoken=report.place_text)
    return case


async def _write(
    case: Case, report: NewReport, report_id: ReportId, code: EventCode, why: joining.Joined | None
) -> None:
    tx = case.tx
    point = report.point
    await reports.add(
        tx,
        {
            "id": report_id,
            "station_id": case.station_id,
            "observation_id": report.observation_id,
            "digest": report.digest,
            "incident_id": case.id,
            "channel": report.channel,
            "kind": report.kind,
            "code": code.code,
            "observed_at": report.observed_at,
            "received_at": report.received_at,
            "lon": point.lon if point else None,
            "lat": point.lat if point else None,
            "accuracy_m": point.accuracy_m if point else None,
            "source": report.source,
            "device_id": report.device_id,
            "device_key": report.device_key,
            "unit_id": report.unit_id,
            "text": report.text,
            "place_text": report.place_text,
            "silent": report.silent,
            "crowd": report.crowd,
            "joined_why": why.why if why else None,
            "distance_m": why.distance_m if why else None,
        },
    )
    if report.caller_name or report.caller_phone:
        await reports.add_caller(tx, report_id, case.station_id, report.caller_name, report.caller_phone)


async def _add_to(case: Case, report: NewReport, report_id: ReportId, code: EventCode, why: joining.Joined) -> None:
    """Let an incident grow by a report: span, place, name, priority."""
    row = case.row
    case.set(
        report_count=row["report_count"] + 1,
        first_observed_at=min(row["first_observed_at"], report.observed_at),
        last_observed_at=max(row["last_observed_at"], report.observed_at),
    )
    facts = _facts(report, report_id, case) | {"why": why.why, "distance_m": why.distance_m, "gap_s": why.gap_s}
    await case.say("joined", facts)
    follows = code.code == WATCHED and report.observed_at >= row["last_observed_at"]
    better = (report.point or case.place) if follows else joining.sharper(case.place, report.point)
    held = row["place_by_hand"] or row["crowd"]  # a flood is nowhere
    if better is not None and better is not case.place and better is report.point and not held:
        await case.locate(better, spoken=report.place_text)
    name = better_name(code_of(row["code"]), code)
    if name.code != row["code"]:
        case.set(code=name.code)
        await case.say("code_told", code=name.code)
    told = report.priority or code.priority
    priority = joined_priority(row["priority"], told, by_hand=row["priority_by_hand"])
    if priority != row["priority"]:
        case.set(priority=priority)
        await case.say("priority_raised", priority=priority, from_priority=row["priority"])
    elif told < priority:
        await case.say("more_urgent_told", priority=told)
    await case.save("join", report_id=report_id, channel=report.channel, why=why.why)


async def take_call(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    key: str,
    code: str,
    point: Point | None = None,
    place_text: str = "",
    caller_name: str | None = None,
    caller_phone: str | None = None,
    text: str = "",
    priority: int | None = None,
) -> Taken:
    """Take a telephone call (191) as a report of now. `key` is the operator's own id for it.

    The same key again returns what the first made; with other content it is `id_reused` (409).
    Raises `event_code_unknown` (422).
    """
    actor.must("call.take")
    event = code_of(code)
    now = clock.now()
    said = [code, point and (point.lon, point.lat), place_text, caller_name, caller_phone, text, priority]
    observation_id = named_id(f"call:{actor.station}:{actor.key}", key)
    phone = _phone(caller_phone)
    report = NewReport(
        observation_id=observation_id,
        digest=hashlib.sha256(msgspec.json.encode(said)).hexdigest(),
        channel="call",
        kind="call",
        code=event.code,
        observed_at=now,
        received_at=now,
        source=_caller(phone, observation_id),
        point=point,
        text=plain(text),
        place_text=plain(place_text),
        caller_name=plain(caller_name) or None if caller_name else None,
        caller_phone=phone,
        priority=priority,
    )
    return await taken(tx, actor, clock, report)


def _phone(said: str | None) -> str | None:
    """Return a number as one dials it; what cannot be read is kept as it was said, for a call is never turned away."""
    if not said or not said.strip():
        return None
    try:
        return parse_phone(said).number
    except DecodeError:
        return plain(said)


def _caller(phone: str | None, observation_id: UUID) -> str:
    """Name who calls without the number itself, which only `caller.read` may see."""
    if phone is None:
        return f"call:{observation_id}"
    return f"phone:{hashlib.sha256(phone.encode()).hexdigest()[:24]}"
