"""Calls between a point and the centre: rung, taken by whoever answers first, held, ended, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId, StationId, new_id
from unjai.model.thai import plain
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.respond.schemas.base import storable
from unjai.respond.store import incidents
from unjai.sos import rules, store
from unjai.sos.events import SosChanged
from unjai.sos.points import Point, must_be, names_of, point_of, tell

Row = dict[str, Any]
Who = Literal["public", "officer"]
SAID_MOST = 60


async def beat(
    tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, by: str, voice: str, call_id: UUID | None = None
) -> None:
    """Note that a point is there, and whether it can be talked to; keeps its call alive."""
    point = await point_of(tx, device_id)
    must_be(actor, point)
    now = clock.now()
    row = {"device_id": device_id, "station_id": point.device.station_id, "seen_at": now, "by": by, "voice": voice}
    before = await store.presence(tx, device_id)
    await store.beat(tx, row)
    if call_id is not None:
        await store.change_call(tx, call_id, point_seen_at=now)
    if before is None or before["voice"] != voice or now - before["seen_at"] >= rules.READY:
        await emit(tx, clock, SosChanged(station_id=point.device.station_id, device_id=device_id))


async def leave(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> None:
    """Note that a point's page was closed: it cannot be talked to until it is back. Its call waits for it."""
    point = await point_of(tx, device_id)
    must_be(actor, point)
    await store.gone(tx, device_id, clock.now() - rules.READY)
    await emit(tx, clock, SosChanged(station_id=point.device.station_id, device_id=device_id))


async def ring(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, who: Who = "public", said: str = "") -> Row:
    """Let a point ring at the centre; a call that it has already is that one."""
    point = await point_of(tx, device_id)
    must_be(actor, point)
    now = clock.now()
    about = await store.incident_of_point(tx, device_id) if who == "public" else None
    made = await _begun(
        tx,
        point,
        {
            "id": new_id(now),
            "began_by": "point",
            "who": who,
            "said": plain(storable(said))[:SAID_MOST],
            "incident_id": about,
            "rang_at": now,
            "point_seen_at": now,
        },
    )
    if made is None:
        there = await store.open_call_of(tx, device_id)
        if there is None:
            raise UnjaiError("sos_call_over", 409)
        return there
    await _audited(tx, actor, clock, made, "sos.ring", who=who)
    await tell(tx, actor, clock, made, "voice_rang", who=who, **point.names)
    await _changed(tx, clock, made)
    return made


async def call_point(
    tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, incident_id: UUID | None = None
) -> Row:
    """Call a point from the centre. Raises `sos_point_deaf`, `sos_point_busy` or `sos_call_busy` (409)."""
    actor.must("sos.talk")
    point = await point_of(tx, device_id)
    await _free(tx, actor)
    now = clock.now()
    there = await store.presence(tx, device_id)
    if there is None or there["voice"] != "ready" or now - there["seen_at"] >= rules.READY:
        raise UnjaiError("sos_point_deaf", 409)
    if incident_id is not None:
        found = await incidents.of(tx, incident_id)
        if found is None or found["station_id"] != point.device.station_id:
            raise not_found("incident", incident_id)
    facts = {"began_by": "desk", "who": "public", "rang_at": now, "desk_seen_at": now}
    facts |= {"account_id": actor.account_id, "operator": actor.name}
    facts |= {"incident_id": incident_id or await store.incident_of_point(tx, device_id)}
    made = await _begun(tx, point, {"id": new_id(now), **facts})
    if made is None:
        open_one = await store.open_call_of(tx, device_id)
        by = "" if open_one is None or not open_one["operator"] else f" ({open_one['operator']})"
        raise UnjaiError("sos_point_busy", 409, by_th=by, by_en=by)
    await _audited(tx, actor, clock, made, "sos.call")
    await tell(tx, actor, clock, made, "voice_asked", **point.names)
    await _changed(tx, clock, made)
    return made


async def _begun(tx: Tx, point: Point, row: Mapping[str, Any]) -> Row | None:
    """Write a new call; None where the point has an open one."""
    whole = {"station_id": point.device.station_id, "device_id": point.device.id, "state": "ringing", **row}
    return await store.call(tx, whole["id"]) if await store.add_call(tx, whole) else None


async def _free(tx: Tx, actor: Actor) -> None:
    if actor.account_id is None:
        return
    await store.one_at_a_time(tx, actor.account_id)
    if await store.open_call_of_account(tx, actor.account_id) is not None:
        raise UnjaiError("sos_call_busy", 409)


async def _held(tx: Tx, call_id: UUID) -> Row:
    row = await store.call(tx, call_id, lock=True)
    if row is None:
        raise not_found("call", call_id)
    return row


async def answer(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Take a ringing call: of two who answer at once the second hears who took it (`sos_call_taken`, 409)."""
    actor.must("sos.talk")
    row = await _held(tx, call_id)
    if row["account_id"] is not None and row["account_id"] != actor.account_id and row["state"] != "ended":
        raise UnjaiError("sos_call_taken", 409, operator=row["operator"])
    if row["began_by"] == "desk" and row["state"] == "ringing":
        raise UnjaiError("sos_call_move", 409)
    if row["state"] != "ringing" and row["account_id"] == actor.account_id and row["state"] != "ended":
        return row  # said twice
    rules.moved(row["state"], "answer")
    await _free(tx, actor)
    now = clock.now()
    facts = {"state": "talking", "answered_at": now, "desk_seen_at": now}
    row = await store.change_call(tx, call_id, account_id=actor.account_id, operator=actor.name, **facts)
    names = await names_of(tx, DeviceId(row["device_id"]))
    await _audited(tx, actor, clock, row, "sos.answer")
    await tell(tx, actor, clock, row, "voice_answered", **names)
    await _changed(tx, clock, row)
    return row


async def picked_up(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Hear from a point that it opened its microphone for a call of the centre: the talk begins."""
    row = await _held(tx, call_id)
    point = await point_of(tx, DeviceId(row["device_id"]))
    must_be(actor, point)
    if row["state"] != "ringing" or row["began_by"] != "desk":
        return row
    now = clock.now()
    row = await store.change_call(tx, call_id, state="talking", answered_at=now, point_seen_at=now)
    await _audited(tx, actor, clock, row, "sos.answer")
    await tell(tx, actor, clock, row, "voice_answered", **point.names)
    await _changed(tx, clock, row)
    return row


def _mine(actor: Actor, row: Row) -> None:
    if row["account_id"] is not None and row["account_id"] != actor.account_id:
        raise UnjaiError("sos_call_others", 409, operator=row["operator"])


async def hold(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Put one's own call on hold: neither side hears the other."""
    actor.must("sos.talk")
    row = await _held(tx, call_id)
    _mine(actor, row)
    if row["state"] == "held":
        return row
    row = await store.change_call(tx, call_id, state=rules.moved(row["state"], "hold"), held_at=clock.now())
    await _audited(tx, actor, clock, row, "sos.hold")
    await _changed(tx, clock, row)
    return row


async def resume(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Go on with one's own call that is on hold."""
    actor.must("sos.talk")
    row = await _held(tx, call_id)
    _mine(actor, row)
    if row["state"] == "talking":
        return row
    state = rules.moved(row["state"], "resume")
    held_s = row["held_s"] + (clock.now() - row["held_at"]).total_seconds()
    row = await store.change_call(tx, call_id, state=state, held_at=None, held_s=held_s)
    await _audited(tx, actor, clock, row, "sos.resume")
    await _changed(tx, clock, row)
    return row


async def end(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Hang up at the centre; a call that is over stays as it is. Whose call it is ends it, or who turns it away."""
    actor.must("sos.talk")
    row = await _held(tx, call_id)
    _mine(actor, row)
    return row if row["state"] == "ended" else await _ended(tx, actor, clock, row, "desk")


async def hang_up(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Hang up at the point."""
    row = await _held(tx, call_id)
    must_be(actor, await point_of(tx, DeviceId(row["device_id"])))
    return row if row["state"] == "ended" else await _ended(tx, actor, clock, row, "point")


async def _ended(tx: Tx, actor: Actor, clock: Clock, row: Row, why: rules.Ended) -> Row:
    rules.moved(row["state"], "end")
    now = clock.now()
    held_s = row["held_s"] + ((now - row["held_at"]).total_seconds() if row["state"] == "held" else 0)
    row = await store.change_call(
        tx, row["id"], state="ended", ended_at=now, ended_why=why, held_s=held_s, held_at=None
    )
    names = await names_of(tx, DeviceId(row["device_id"]))
    talked_s = 0.0 if row["answered_at"] is None else (now - row["answered_at"]).total_seconds()
    await _audited(tx, actor, clock, row, "sos.end", why=why, talked_s=round(talked_s), held_s=round(held_s))
    if row["answered_at"] is None:
        await tell(tx, actor, clock, row, "voice_missed", ended_why=why, **names)
    else:
        await tell(tx, actor, clock, row, "voice_ended", ended_why=why, talked_s=talked_s, **names)
    await _changed(tx, clock, row)
    return row


async def desk_seen(tx: Tx, actor: Actor, clock: Clock, *, call_id: UUID) -> Row:
    """Note that the operator of a call is at it; raise unless it is theirs and open."""
    actor.must("sos.talk")
    row = await store.call(tx, call_id)
    if row is None:
        raise not_found("call", call_id)
    if row["account_id"] is None or row["account_id"] != actor.account_id:
        raise UnjaiError("sos_call_others", 409, operator=row["operator"])
    if row["state"] == "ended":
        raise UnjaiError("sos_call_over", 409)
    return await store.change_call(tx, call_id, desk_seen_at=clock.now())


async def tend(tx: Tx, actor: Actor, clock: Clock) -> None:
    """End calls that are over by themselves, and find the incident of a press that came just after its call."""
    now = clock.now()
    for row in await store.open_calls(tx):
        seen = {name: row[name] for name in ("state", "began_by", "rang_at", "answered_at", "point_seen_at")}
        why = rules.over(rules.Call(desk_seen_at=row["desk_seen_at"], **seen), now)
        if why is not None:
            await _ended(tx, actor, clock, row, why)
        elif row["incident_id"] is None and row["who"] == "public":
            about = await store.incident_of_point(tx, DeviceId(row["device_id"]))
            if about is None:
                continue
            found = await store.change_call(tx, row["id"], incident_id=about)
            names = await names_of(tx, DeviceId(row["device_id"]))
            await tell(tx, actor, clock, found, "voice_rang", who=row["who"], **names)
            if row["answered_at"] is not None:
                await tell(tx, actor, clock, found, "voice_answered", **names)
            await _changed(tx, clock, found)


async def _audited(tx: Tx, actor: Actor, clock: Clock, row: Row, action: str, **facts: object) -> None:
    said = {"call": str(row["id"]), **facts}
    await audit(
        tx,
        actor,
        clock,
        action=action,
        subject=f"device:{row['device_id']}",
        facts=said,
        station_id=StationId(row["station_id"]),
    )


async def _changed(tx: Tx, clock: Clock, row: Row) -> None:
    station_id, device_id = StationId(row["station_id"]), DeviceId(row["device_id"])
    await emit(tx, clock, SosChanged(station_id=station_id, device_id=device_id, call_id=row["id"]))
