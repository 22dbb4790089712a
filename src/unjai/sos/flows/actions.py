"""Sirens and lights: asked for, sent, acknowledged by the point, over. What is not acknowledged is said so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId, StationId, new_id
from unjai.model.reading import Observation
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.respond.store import incidents
from unjai.respond.words import label
from unjai.sense.base import nats_subject
from unjai.sense.sos_pole import SosPole
from unjai.sos import rules, store
from unjai.sos.events import SosAsked, SosChanged
from unjai.sos.points import Point, names_of, point_of, tell

Row = dict[str, Any]
Tell = Callable[[str, bytes], Awaitable[None]]


def command_subject(device_key: str) -> str:
    """Return the NATS subject under which a point hears commands."""
    return nats_subject(SosPole.hears[0].format(device=device_key))


async def ask_part(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    device_id: DeviceId,
    part: rules.Part,
    lasts_s: int | None = None,
    incident_id: UUID | None = None,
) -> Row:
    """Ask a point to sound its siren or flash its light for a while; one that is asked for already is that one.

    Raises `not_found` (404), `sos_part_missing` (409), `sos_lasts_wrong` (422).
    """
    actor.must("sos.alarm")
    point = await point_of(tx, device_id)
    if not getattr(point.has, part):
        said = label(f"sos.part.{part}")
        raise UnjaiError("sos_part_missing", 409, part=part, part_th=said.th, part_en=said.en)
    lasting = rules.lasting(part, lasts_s)
    about = await _incident(tx, point, incident_id)
    now = clock.now()
    row = {
        "id": new_id(now),
        "station_id": point.device.station_id,
        "device_id": device_id,
        "device_key": point.device.key,
        "incident_id": about,
        "part": part,
        "lasts_s": lasting,
        "state": "asked",
        "asked_at": now,
        "asked_by": actor.name,
        "account_id": actor.account_id,
    }
    if not await store.add_action(tx, row):
        there = await store.open_action(tx, device_id, part)
        if there is not None:
            return there
        raise UnjaiError(
            "sos_call_move", 409
        )  # it ended this very moment: the screen shows it, the operator asks again
    made = await store.action(tx, cast("UUID", row["id"]))
    assert made is not None
    await audit(
        tx,
        actor,
        clock,
        action="sos.ask",
        subject=f"device:{device_id}",
        facts={"part": part, "lasts_s": lasting, "key": point.device.key},
        station_id=point.device.station_id,
    )
    await tell(tx, actor, clock, made, "pole_asked", part=part, lasts_s=lasting, **point.names)
    await _changed(tx, clock, made, asked=True)
    return made


async def _incident(tx: Tx, point: Point, incident_id: UUID | None) -> UUID | None:
    """Return the incident it is about: the one said, else the open one that the point reported."""
    if incident_id is None:
        return await store.incident_of_point(tx, point.device.id)
    found = await incidents.of(tx, incident_id)
    if found is None or found["station_id"] != point.device.station_id:
        raise not_found("incident", incident_id)
    return incident_id


async def stop_part(tx: Tx, actor: Actor, clock: Clock, *, action_id: UUID) -> Row:
    """Ask a siren or light to stop before its time; one that is over stays as it is. Raises `not_found` (404)."""
    actor.must("sos.alarm")
    row = await store.action(tx, action_id, lock=True)
    if row is None:
        raise not_found("action", action_id)
    if row["state"] not in rules.OPEN_ACTION or row["stop_asked_at"] is not None:
        return row
    names = await names_of(tx, DeviceId(row["device_id"]))
    row = await store.change_action(tx, action_id, stop_asked_at=clock.now(), last_sent_at=None)
    facts = {"part": row["part"], "key": row["device_key"]}
    await audit(
        tx, actor, clock, action="sos.stop", subject=f"device:{row['device_id']}", facts=facts, station_id=_station(row)
    )
    await tell(tx, actor, clock, row, "pole_stop_asked", part=row["part"], **names)
    await _changed(tx, clock, row, asked=True)
    return row


async def send_due(tx: Tx, actor: Actor, clock: Clock, publish: Tell, device_id: DeviceId | None = None) -> int:
    """Send what is to be sent to the points, again while they do not answer, and give up where they never did.

    A command that was sent twice is the same command: it carries its id. Returns how many were sent.
    """
    now, sent = clock.now(), 0
    for row in await store.open_actions(tx, device_id):
        step = rules.due(_seen(row), now)
        if step == "send":
            await publish(command_subject(row["device_key"]), msgspec.json.encode(_command(row)))
            first = {"sent_at": now, "state": "sent"} if row["state"] == "asked" else {}
            changed = await store.change_action(tx, row["id"], last_sent_at=now, **first)
            if first:
                await _changed(tx, clock, changed)
            sent += 1
        elif step is not None:
            changed = await store.change_action(tx, row["id"], state=step, ended_at=now)
            await _told(tx, actor, clock, changed)
            await _changed(tx, clock, changed)
    return sent


def _seen(row: Mapping[str, Any]) -> rules.Action:
    names = ("state", "lasts_s", "asked_at", "last_sent_at", "answered_at", "stop_asked_at")
    return rules.Action(**{name: row[name] for name in names})


def _command(row: Mapping[str, Any]) -> dict[str, object]:
    """Return what a point is told; it says `command` again in its answer."""
    on = row["stop_asked_at"] is None
    return {
        "command": str(row["id"]),
        "do": row["part"],
        "on": on,
        "lasts_s": row["lasts_s"] if on else 0,
        "at": row["asked_at"].isoformat(),
    }


async def take_answers(tx: Tx, actor: Actor, clock: Clock, *, seen: Sequence[Observation]) -> int:
    """Take what points say of commands, in the order in which they came; a repeat changes nothing.

    A point speaks of its own commands only. Returns how many changed something.
    """
    changed = 0
    for one in seen:
        if one.kind != "pole_ack":
            continue
        try:
            action_id = UUID(str(one.payload.get("command")))
        except ValueError:
            continue
        row = await store.action(tx, action_id, lock=True)
        if row is None or row["device_key"] != one.source:
            continue
        said = cast("rules.Heard", one.payload.get("state"))
        state = rules.heard(row["state"], said)
        if state is None or (state == "on" and await _another(tx, row)):
            continue
        why = str(one.payload.get("why") or "")
        row = await store.change_action(tx, action_id, state=state, why=why, **_moments(row, state, one.received_at))
        await _told(tx, actor, clock, row)
        await _changed(tx, clock, row)
        changed += 1
    return changed


async def _another(tx: Tx, row: Row) -> bool:
    """Tell whether the part was asked for anew since this one was given up: the newer one tells of it."""
    there = await store.open_action(tx, DeviceId(row["device_id"]), row["part"])
    return there is not None and there["id"] != row["id"]


def _moments(row: Row, state: rules.ActionState, at: datetime) -> dict[str, datetime | None]:
    answered = row["answered_at"] or at
    return {"answered_at": answered, "ended_at": None if state == "on" else at}


_STEPS = {
    "on": "pole_on",
    "done": "pole_done",
    "refused": "pole_refused",
    "unanswered": "pole_unanswered",
    "unended": "pole_unended",
}


async def _told(tx: Tx, actor: Actor, clock: Clock, row: Row) -> None:
    names = await names_of(tx, DeviceId(row["device_id"]))
    reason = {"reason": row["why"]} if row["why"] else {}
    await tell(tx, actor, clock, row, _STEPS[row["state"]], part=row["part"], **names, **reason)


def _station(row: Mapping[str, Any]) -> StationId:
    return StationId(row["station_id"])


async def _changed(tx: Tx, clock: Clock, row: Row, *, asked: bool = False) -> None:
    device_id = DeviceId(row["device_id"])
    await emit(tx, clock, SosChanged(station_id=_station(row), device_id=device_id))
    if asked:
        await emit(tx, clock, SosAsked(station_id=_station(row), device_id=device_id))
