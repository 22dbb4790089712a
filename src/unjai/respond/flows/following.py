"""What comes after a report from the same source: it moves, takes itself back, or is heard again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.geometry import Point, distance_m
from unjai.model.ids import DeviceId, IncidentId, UnitId, named_id, new_id
from unjai.people.flows import unit_of
from unjai.picture.store import last_seen_of
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.respond.events import OfferChanged
from unjai.respond.flows.case import Case
from unjai.respond.flows.crowding import held_apart
from unjai.respond.flows.taking import NewReport, Taken, taken
from unjai.respond.rules.help import ends_by_itself, near
from unjai.respond.rules.kinds import DEVICE_SILENT, UNIT_DISTRESS
from unjai.respond.rules.life import close_move
from unjai.respond.store import assignments, helps, incidents, reports, timeline
from unjai.territory.view import territory_of

MOVED_M, TOLD_M = 10.0, 50.0
RESTLESS = 3
"""So many silences of one device in an hour are a fault that somebody must look at."""


async def source_moved(
    tx: Tx, actor: Actor, clock: Clock, *, source: str, point: Point, observed_at: datetime
) -> IncidentId | None:
    """Follow the one who called for help while the incident is open; None where there is none, or nothing is newer.

    The report moves, and with it the incident, unless an operator marked its place or a better-placed report says
    where it is. The timeline tells of every 50 m.
    """
    actor.must("call.take")
    told = await reports.latest_of_source(tx, source)
    if told is None:
        return None
    case = await held_apart(tx, actor, clock, told)
    if told["kind"] == "citizen_sos":
        await helps.put(tx, told, clock.now())
    if case.state == "closed" or observed_at < (told["placed_at"] or told["observed_at"]):
        return None
    was = reports.point_of(told)
    far = None if was is None else distance_m(was, point)
    if was is not None and far is not None and not _worth_it(was, point, far):
        return None
    follows = not case.row["place_by_hand"] and (case.place is None or case.place == was)
    await reports.place(tx, told["id"], point, observed_at)
    if follows:
        await case.locate(point)
    last = await timeline.told_place(tx, case.id, told["id"])
    since = None if last is None else distance_m(last, point)
    if since is None or since >= TOLD_M:
        address = (await territory_of(tx, case.station_id)).address_of(point)
        place_th, place_en = near(address.text_th, address.text_en, point.accuracy_m)
        await case.say(
            "caller_moved",
            report_id=told["id"],
            distance_m=None if since is None else round(since),
            lon=point.lon,
            lat=point.lat,
            place_th=place_th,
            place_en=place_en,
        )
    await case.save("caller_moved")
    await _wake_units(tx, clock, case)
    return case.id


async def _wake_units(tx: Tx, clock: Clock, case: Case) -> None:
    """Let the phones of those who are asked or on their way look again."""
    for row in await assignments.open_of_incidents(tx, [case.id]):
        woken = OfferChanged(station_id=case.station_id, unit_id=row["unit_id"], account_id=row["account_id"])
        await emit(tx, clock, woken)


def _worth_it(was: Point, now: Point, far: float) -> bool:
    """Tell whether a new position says more than the old: it is elsewhere, and not merely vaguer."""
    return far >= MOVED_M and (now.accuracy_m or 0.0) <= max(2 * (was.accuracy_m or 0.0), far)


async def citizen_cancelled(
    tx: Tx, actor: Actor, clock: Clock, *, source: str, observed_at: datetime, reason: str = ""
) -> IncidentId | None:
    """Hear that a citizen takes a call for help back, and why.

    A slip that is taken back at once closes its incident as cancelled (`rules.help.ends_by_itself`). Otherwise nothing
    is closed: someone may be forcing her hand, so an operator is told to make sure first. Told again, it changes
    nothing.
    """
    actor.must("call.take")
    told = await reports.latest_of_source(tx, source)
    if told is None:
        return None
    case = await Case.hold(tx, actor, clock, told["incident_id"])
    if case.state == "closed":
        return None
    if await timeline.says(tx, case.id, "caller_cancelled", observed_at):
        return case.id
    after = observed_at - told["observed_at"]
    known = await helps.call_of(tx, told["id"])
    slip = ends_by_itself(
        after=after,
        new=case.state == "new",
        alone=case.row["report_count"] == 1,
        silent=told["silent"],
        told=await _has_told(tx, told["id"], known),
        reason=reason,
    )
    if told["kind"] == "citizen_sos":
        await helps.put(tx, told, clock.now(), cancelled_at=observed_at, cancel_reason=reason)
    if slip:
        await case.say("caller_took_back", seconds=max(0, round(after.total_seconds())))
        case.move(close_move("cancelled"))
        case.set(outcome="cancelled")
        await case.say("closed", outcome="cancelled")
    else:
        await case.say("caller_cancelled", observed_at=observed_at, reason=reason or None)
    await case.save("caller_cancelled")
    await _wake_units(tx, clock, case)
    return case.id


async def _has_told(tx: Tx, report_id: UUID, known: dict[str, Any] | None) -> bool:
    """Tell whether anything but the press itself came of a call."""
    touched = known is not None and any(known[name] for name in ("what", "many", "hurt", "place_text"))
    return touched or (await helps.counted(tx, report_id))[0] > 0


async def device_back(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> IncidentId | None:
    """Note, once, on a device's open incident of silence that it is heard again; None where there is none."""
    actor.must("call.take")
    row = await incidents.silent_of(tx, device_id, DEVICE_SILENT)
    if row is None:
        return None
    case = Case(tx, actor, clock, row)
    if await timeline.last_kind(tx, case.id) == "device_back":
        return case.id
    await case.say("device_back")
    await case.save("device_back")
    return case.id


async def more_silent(
    tx: Tx, actor: Actor, clock: Clock, *, observation_id: UUID, names: tuple[str, str]
) -> IncidentId | None:
    """Write on the incident of many silent devices that more have joined; None where it is over."""
    actor.must("call.take")
    told = await reports.by_observation(tx, observation_id)
    if told is None:
        return None
    case = await Case.hold(tx, actor, clock, told["incident_id"])
    if case.state == "closed":
        return None
    await case.say("silent_more", names_th=names[0], names_en=names[1])
    await case.save("silent_more")
    return case.id


async def recovered(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    device_id: DeviceId | None,
    observation_id: UUID | None = None,
    count: int = 1,
    times: int = 1,
) -> IncidentId | None:
    """Hear that a silence is over and stayed over: what nobody took up is closed by itself, the rest says so.

    The incident is that of the silent device, or the one a report made (`observation_id`: of many at once). A device
    that fell silent `RESTLESS` times in an hour has a fault of its own: its incident stays open for a person.
    """
    actor.must("call.take")
    if device_id is not None:
        row = await incidents.silent_of(tx, device_id, DEVICE_SILENT)
        case = None if row is None else Case(tx, actor, clock, row)
    else:
        told = None if observation_id is None else await reports.by_observation(tx, observation_id)
        case = None if told is None else await Case.hold(tx, actor, clock, told["incident_id"])
    if case is None or case.state == "closed" or case.row["code"] != DEVICE_SILENT:
        return None
    if times >= RESTLESS:
        await case.say("silent_again", times=times)
    else:
        await case.say("silence_over", count=count)
        if case.state == "new":
            case.move(close_move("false_alarm"))
            case.set(outcome="false_alarm")
            await case.say("closed", outcome="false_alarm")
    await case.save("silence_over")
    return case.id


async def distress(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    unit_id: UnitId,
    point: Point | None = None,
    text: str = "",
    key: str | None = None,
) -> Taken:
    """Take an officer's call for help, the most urgent there is; without `point`, the unit's last known place counts.

    Pressed again within five minutes it joins what the first press made. `key` is the phone's own id of the press:
    sent again it is the same press.
    """
    actor.must("unit.self")
    now = clock.now()
    unit = await unit_of(tx, actor, clock, unit_id=unit_id)
    if point is None and unit.device_id is not None:
        seen = (await last_seen_of(tx, [unit.device_id])).get(unit.device_id)
        point = seen.point if seen is not None else None
    pressed = new_id(now) if key is None else named_id(f"distress:{unit_id}", key)
    report = NewReport(
        observation_id=pressed,
        digest="",
        channel="unit",
        kind="unit_distress",
        code=UNIT_DISTRESS,
        observed_at=now,
        received_at=now,
        source=f"unit:{unit_id}",
        point=point,
        unit_id=unit_id,
        text=text,
    )
    return await taken(tx, actor, clock, report)
