"""The shift log — สมุดบันทึกประจำผลัด: it writes itself, is handed over, taken over, and added to; never edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, id_time, new_id
from unjai.people.store.units import ShiftRow, shifts
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond import shift_view as view
from unjai.respond.rules import shift_log as rules
from unjai.respond.store import shift_facts as facts
from unjai.respond.store import shift_logs as logs

Row = dict[str, Any]
BACK = timedelta(days=14)
"""A centre that was away writes the logs it missed, at most this far back."""


async def keep_logs(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> int:
    """Write the row of each occurrence that has begun and has none yet; return how many. Core calls it each minute."""
    del actor
    now, made = clock.now(), 0
    first = await logs.first(tx, station_id)
    for shift in await shifts(tx, station_id):
        end = await logs.last_end(tx, shift.id)
        if end is None:
            since = now - timedelta(days=1) if first is None else max(first, id_time(shift.id), now - BACK)
        else:
            since = max(end - timedelta(seconds=1), now - BACK)
        for begin, to_at in rules.occurrences(shift.hours, since, now):
            if first is None and to_at <= now:
                continue  # a station begins with the shift that goes on
            made += await _begin(tx, shift, begin, to_at)
    return made


async def _begin(tx: Tx, shift: ShiftRow, begin: datetime, to_at: datetime) -> bool:
    return await logs.begin(
        tx,
        {
            "id": new_id(begin),
            "station_id": shift.station_id,
            "shift_id": shift.id,
            "name_th": shift.name_th,
            "name_en": shift.name_en,
            "from_at": begin,
            "to_at": to_at,
            "covers_from": begin,
        },
    )


async def _held(tx: Tx, log_id: UUID) -> Row:
    row = await logs.locked(tx, log_id)
    if row is None:
        raise not_found("shift_log", log_id)
    return row


def _unhanded(row: Row) -> None:
    if row["handed_at"] is not None:
        raise UnjaiError("shift_handed_already", 409, by=row["handed_by"])


async def write_note(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    log_id: UUID,
    note: str,
    unfinished: str = "",
    equipment: str = "",
    version: int | None = None,
) -> Row:
    """Write (or rewrite) the hand-over note — บันทึกส่งเวร — of a shift that was not handed over yet.

    Raises `shift_handed_already` or `shift_log_changed` (409), `not_found` (404).
    """
    actor.must("shift.log")
    row = await _held(tx, log_id)
    _unhanded(row)
    _fresh(row, version)
    said = {"note": note, "unfinished": unfinished, "equipment": equipment}
    changed = await logs.change(tx, log_id, {**said, "noted_at": clock.now(), "noted_by": actor.name})
    await audit(tx, actor, clock, action="shift.note", subject=f"shift_log:{log_id}", station_id=_station(row))
    return changed


def _fresh(row: Row, version: int | None) -> None:
    if version is not None and version != row["version"]:
        raise UnjaiError("shift_log_changed", 409, by=row["noted_by"] or row["handed_by"])


def _station(row: Row) -> StationId:
    return StationId(row["station_id"])


async def hand_over(tx: Tx, actor: Actor, clock: Clock, *, log_id: UUID, version: int | None = None) -> Row:
    """Sign a shift's log and hand it over — ส่งเวร: from now on nothing of it changes, the next log begins here.

    Freezes the log with its digest and lists the open incidents that the next shift must acknowledge one by one.
    Raises `shift_handover_early`, `shift_handed_already` or `shift_log_changed` (409), `not_found` (404).
    """
    actor.must("shift.log")
    row = await _held(tx, log_id)
    _unhanded(row)
    _fresh(row, version)
    now = clock.now()
    until = rules.covered_until(row["to_at"], now)
    here = _station(row)
    carried = [_carry(row, one) for one in await facts.open_now(tx, here)]
    await logs.carry(tx, carried)
    signed = {"handed_at": now, "handed_by": actor.name, "handed_account": actor.account_id, "covers_to": until}
    whole = {**row, **signed, "frozen": await view.gathered(tx, row, until)}
    digest = rules.digest_of(view.sealed_content(whole, carried))
    changed = await logs.change(tx, log_id, {**signed, "frozen": whole["frozen"], "digest": digest})
    await _open_next(tx, clock, changed, until)
    told = {"digest": digest, "carried": len(carried), "shift": row["name_th"]}
    await audit(tx, actor, clock, action="shift.hand_over", subject=f"shift_log:{log_id}", facts=told, station_id=here)
    return changed


def _carry(row: Row, incident: Row) -> Row:
    said = view.brief(incident)
    kept = {name: said[name] for name in ("title_th", "title_en", "place_th", "place_en", "state")}
    return {
        "station_id": row["station_id"],
        "log_id": row["id"],
        "incident_id": incident["id"],
        "number": incident["number"],
        "priority": incident["priority"],
        "facts": {**kept, "opened_at": incident["opened_at"].isoformat()},
    }


async def _open_next(tx: Tx, clock: Clock, row: Row, until: datetime) -> None:
    """Let the next occurrence's log begin where this one ended, made now if its shift has not begun."""
    del clock
    known: Sequence[ShiftRow] = await shifts(tx, _station(row))
    coming = rules.next_after([one.hours for one in known], row["to_at"])
    if coming is not None and coming[1][0] - row["to_at"] < rules.LATE:
        index, (begin, to_at) = coming
        await _begin(tx, known[index], begin, to_at)
    after = await logs.next_of(tx, row)
    if after is not None and after["handed_at"] is None and after["from_at"] - row["to_at"] < rules.LATE:
        await logs.change(tx, after["id"], {"covers_from": until})


async def see_carried(tx: Tx, actor: Actor, clock: Clock, *, log_id: UUID, incident_id: UUID) -> None:
    """Acknowledge one carried incident as the incoming shift; seen again it changes nothing.

    Raises `shift_not_handed` (409), `shift_self` (409) for whoever handed over, `not_found` (404).
    """
    actor.must("shift.log")
    row = await _held(tx, log_id)
    _incoming(actor, row)
    if incident_id not in {one["incident_id"] for one in await logs.carried(tx, log_id)}:
        raise not_found("incident", incident_id)
    if await logs.see(tx, log_id, incident_id, at=clock.now(), by=actor.name):
        told = {"incident": str(incident_id)}
        subject, here = f"shift_log:{log_id}", _station(row)
        await audit(tx, actor, clock, action="shift.carry_seen", subject=subject, facts=told, station_id=here)


def _incoming(actor: Actor, row: Row) -> None:
    if row["handed_at"] is None:
        raise UnjaiError("shift_not_handed", 409)
    if row["taken_at"] is not None:
        raise UnjaiError("shift_taken_already", 409, by=row["taken_by"])
    if actor.account_id is not None and actor.account_id == row["handed_account"]:
        raise UnjaiError("shift_self", 409)


async def take_over(tx: Tx, actor: Actor, clock: Clock, *, log_id: UUID) -> Row:
    """Sign that the shift is taken over — รับเวร — once every carried incident was acknowledged.

    Raises `shift_carry_unseen`, `shift_not_handed`, `shift_taken_already` or `shift_self` (409), `not_found` (404).
    """
    actor.must("shift.log")
    row = await _held(tx, log_id)
    _incoming(actor, row)
    unseen = [one["number"] for one in await logs.carried(tx, log_id) if one["seen_at"] is None]
    if unseen:
        raise UnjaiError("shift_carry_unseen", 409, count=len(unseen), numbers=", ".join(unseen[:5]))
    signed = {"taken_at": clock.now(), "taken_by": actor.name, "taken_account": actor.account_id}
    changed = await logs.change(tx, log_id, signed)
    told = {"digest": row["digest"], "shift": row["name_th"]}
    here = _station(row)
    await audit(tx, actor, clock, action="shift.take_over", subject=f"shift_log:{log_id}", facts=told, station_id=here)
    return changed


async def add(tx: Tx, actor: Actor, clock: Clock, *, log_id: UUID, text: str) -> None:
    """Add to a log, handed over or not: a correction stands beside what it corrects. Raises `not_found` (404)."""
    actor.must("shift.log")
    row = await _held(tx, log_id)
    now = clock.now()
    made = {"id": new_id(now), "station_id": row["station_id"], "log_id": log_id}
    await logs.add(tx, {**made, "at": now, "by": actor.name, "text": text})
    here = _station(row)
    await audit(tx, actor, clock, action="shift.add", subject=f"shift_log:{log_id}", station_id=here)
