"""What the page of who goes on duty proposes, and what it shows of the duty that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import UnitId
from unjai.people import rules
from unjai.people.flows.planned import ends, planned_for, planned_now
from unjai.people.flows.roster import Hand, hands
from unjai.people.rules import crew as crews
from unjai.people.rules.roster import span
from unjai.people.store import crew as store
from unjai.people.store import units
from unjai.people.store.crew import CrewRow
from unjai.people.store.units import ShiftRow, UnitRow
from unjai.platform.database import Tx

NOTE_AGE = timedelta(hours=24)
"""How long the line of the crew before is shown to the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A unit that one may go on duty with, and what is proposed for it."""

    unit: UnitRow
    why: str
    shift_id: UUID | None
    call_sign: str
    vehicle: str
    registration: str
    beat: str
    ends_at: datetime | None
    crew: Sequence[dict[str, Any]]
    there: Sequence[CrewRow]
    note: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The sign-on form: the first choice is the proposed one."""

    kind: crews.CrewKind | None
    line: crews.Line
    shifts: Sequence[ShiftRow]
    shift_id: UUID | None
    choices: Sequence[Choice]
    people: Sequence[Hand]
    last: dict[str, Any] | None
    now: datetime


async def sign_on_form(tx: Tx, actor: Actor, clock: Clock) -> Form:
    """Return what the sign-on form proposes: the roster's unit of this hour first, then one's own."""
    actor.must("unit.self")
    here, now = actor.station, clock.now()
    shifts = await units.shifts(tx, here)
    index = rules.shift_at([one.hours for one in shifts], now + rules.PARADE)
    people = await hands(tx, clock, here)
    me = next((one for one in people if one.account_id == actor.account_id), None)
    choices: list[Choice] = []
    known = {row.id: row for row in await units.units(tx, now)}
    planned = [] if actor.account_id is None else await planned_for(tx, account_id=actor.account_id, at=now)
    for plan in planned:
        row = known.get(UnitId(plan["unit_id"]))
        if row is not None and all(one.unit.id != row.id for one in choices):
            choices.append(await _choice(tx, now, row, plan, "roster"))
    own = next((row for row in known.values() if row.account_id == actor.account_id is not None), None)
    if own is not None and all(one.unit.id != own.id for one in choices):
        choices.append(await _choice(tx, now, own, await planned_now(tx, unit_id=own.id, at=now), "own"))
    mine = next((one for plan in planned[:1] for one in plan["crew"] if one["account_id"] == actor.account_id), None)
    last = None if actor.account_id is None else await store.last_stay(tx, actor.account_id)
    return Form(
        kind=None if me is None else me.kind,
        line=mine["line"] if mine is not None else "prevention" if me is None else me.line,
        shifts=shifts,
        shift_id=None if index is None else shifts[index].id,
        choices=choices,
        people=[one for one in people if one.account_id != actor.account_id],
        last=last,
        now=now,
    )


async def unit_to_sign(tx: Tx, actor: Actor, clock: Clock, *, asked: UnitId | None, on: bool) -> UnitId | None:
    """Return the unit of a press: the one asked for, else where one is on duty, else what the form proposes first."""
    if asked is not None or not on or actor.account_id is None:
        return asked if on else actor.unit_id
    there = await store.unit_on_duty(tx, actor.account_id, clock.now())
    if there is not None:
        return there
    form = await sign_on_form(tx, actor, clock)
    return form.choices[0].unit.id if form.choices else None


async def _choice(tx: Tx, now: datetime, row: UnitRow, plan: dict[str, Any] | None, why: str) -> Choice:
    facts = (await store.facts_of(tx, [row.id], now)).get(row.id)
    said = plan or {}
    return Choice(
        unit=row,
        why=why,
        shift_id=said.get("shift_id"),
        call_sign=said.get("call_sign") or row.call_sign,
        vehicle=said.get("vehicle") or row.vehicle,
        registration=said.get("registration") or row.registration,
        beat=said.get("beat", ""),
        ends_at=None if plan is None else ends(plan),
        crew=said.get("crew", ()),
        there=() if facts is None else facts.crew,
        note=await store.last_note(tx, row.id, now - NOTE_AGE),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDuty:
    """One's duty as the page shows it. `carries` tells whether one's own phone tells the unit's place."""

    on: bool
    since: datetime | None
    shift: ShiftRow | None
    ends_at: datetime | None = None
    call_sign: str = ""
    vehicle: str = ""
    registration: str = ""
    beat: str = ""
    late_s: int = 0
    carries: bool = True
    crew: Sequence[CrewRow] = field(default_factory=tuple)
    missing: Sequence[dict[str, Any]] = field(default_factory=tuple)


async def duty_shown(tx: Tx, clock: Clock, *, unit: UnitRow, account_id: UUID | None) -> OwnDuty:
    """Return a unit's duty as one of its crew sees it: who is there, who the roster says and is not, until when."""
    now = clock.now()
    facts = (await store.facts_of(tx, [unit.id], now)).get(unit.id)
    if facts is None or unit.since is None:
        return OwnDuty(on=unit.on_duty, since=unit.since, shift=unit.shift)
    plan = await planned_now(tx, unit_id=unit.id, at=now)
    there = {one.account_id for one in facts.crew}
    missing = [] if plan is None else [one for one in plan["crew"] if one["account_id"] not in there]
    mine = next((one for one in facts.crew if one.account_id == account_id), None)
    if account_id is not None and facts.crew and mine is None:
        return OwnDuty(on=False, since=None, shift=None)
    return OwnDuty(
        on=unit.on_duty,
        since=unit.since if mine is None else mine.from_at,
        shift=unit.shift,
        ends_at=_ends(unit.shift, unit.since),
        call_sign=facts.call_sign,
        vehicle=facts.vehicle,
        registration=facts.registration,
        beat=facts.beat,
        late_s=facts.late_s if mine is None else mine.late_s,
        carries=not facts.crew or crews.carrier([one.stay for one in facts.crew], now) == account_id,
        crew=facts.crew,
        missing=missing,
    )


def _ends(shift: ShiftRow | None, since: datetime) -> datetime | None:
    """Return when the shift that was signed on for ends: the first end after the parade before it."""
    if shift is None:
        return None
    day = since.astimezone(BANGKOK).date()
    found = [span(day + timedelta(days=step), shift.hours)[1] for step in (-1, 0, 1)]
    return next((at for at in found if at > since + rules.PARADE), None)
