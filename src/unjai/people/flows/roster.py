"""Rosters — ตารางเวรร่วม: which unit goes in which shift, with whom, officers of every line of work and volunteers.

A roster is a plan: it may have gaps, which are told and not refused. Signing on is where the rules bite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, UnitId, new_id
from unjai.people.flows.planned import hours
from unjai.people.flows.sign_off import lock_unit
from unjai.people.rules import crew as crews
from unjai.people.rules.roster import CREW_MOST, Gap, Member, Planned, gaps
from unjai.people.store import crew as crew_store
from unjai.people.store import roster as store
from unjai.people.store import units
from unjai.platform.audit import audit
from unjai.platform.database import Tx

Row = dict[str, Any]
DAYS_MOST = 14
FIELDS = ("call_sign", "vehicle", "registration", "beat", "note")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """Somebody who may be planned: as what they go on duty, and their usual line of work."""

    account_id: AccountId
    username: str
    name_th: str
    name_en: str
    kind: crews.CrewKind
    line: crews.Line


async def hands(tx: Tx, clock: Clock, station_id: StationId) -> list[Hand]:
    """Return who may go on duty at a station: officers first, then volunteers, by name."""
    roles = await crew_store.roles_at(tx, station_id, clock.now())
    names = await crew_store.names_of(tx, roles)
    found = []
    for account_id, held in roles.items():
        kind = crews.crew_kind(held)
        if kind is not None:
            row = names[account_id]
            said = {name: row[name] for name in ("username", "name_th", "name_en")}
            found.append(Hand(account_id=account_id, kind=kind, line=crews.usual_line(held), **said))
    return sorted(found, key=lambda one: (one.kind != "officer", one.kind, one.username))


async def read_roster(tx: Tx, actor: Actor, clock: Clock, *, since: date, days: int) -> list[Row]:
    """Return what is planned from `since` for some days at the actor's station, each row with `crew` and `gaps`."""
    actor.must("unit.read")
    until = since + timedelta(days=days - 1)
    one = timedelta(days=1)
    rows = await store.planned(tx, since - one, until + one, station_id=actor.station)
    kinds = await _kinds(tx, clock, actor.station, rows)
    found: dict[UUID, list[Gap]] = {}
    for gap in gaps([_planned(row, kinds) for row in rows]):
        found.setdefault(gap.planned, []).append(gap)
    shown = []
    for row in rows:
        if since <= row["day"] <= until:
            crew = [{**member, "kind": kinds.get(AccountId(member["account_id"]))} for member in row["crew"]]
            shown.append({**row, "crew": crew, "gaps": found.get(row["id"], [])})
    return shown


async def _kinds(
    tx: Tx, clock: Clock, station_id: StationId, rows: Iterable[Row]
) -> dict[AccountId, crews.CrewKind | None]:
    named = {AccountId(member["account_id"]) for row in rows for member in row["crew"]}
    roles = await crew_store.roles_at(tx, station_id, clock.now(), named)
    return {account_id: crews.crew_kind(roles.get(account_id, ())) for account_id in named}


def _planned(row: Row, kinds: Mapping[AccountId, crews.CrewKind | None]) -> Planned:
    crew = tuple(
        Member(
            account_id=member["account_id"],
            kind=kinds.get(AccountId(member["account_id"])),
            disabled=member["disabled"],
        )
        for member in row["crew"]
    )
    return Planned(id=row["id"], day=row["day"], shift=hours(row), crew=crew, unit_disabled=row["unit_disabled"])


async def plan_unit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    day: date,
    shift_id: UUID,
    unit_id: UnitId,
    crew: Sequence[tuple[AccountId, crews.Line | None]] = (),
    version: int | None = None,
    **said: str,
) -> UUID:
    """Plan a unit for a shift of a day, or change its plan; return the plan's id.

    `version` is the one that was looked at, 0 for none; left out, nobody is asked. Raises `roster_changed` (409),
    `roster_crew_unknown` (422) for an account that may not go on duty here, `shift_gone` (409), `not_found` (404).
    """
    actor.must("unit.admin")
    unit = await lock_unit(tx, unit_id)
    here = StationId(unit["station_id"])
    if all(one.id != shift_id for one in await units.shifts(tx, here)):
        raise UnjaiError("shift_gone", 409)
    before = await store.locked(tx, day=day, shift_id=shift_id, unit_id=unit_id)
    if version is not None and version != (0 if before is None else before["version"]):
        raise UnjaiError("roster_changed", 409, by="–" if before is None else before["changed_by"])
    members = await _members(tx, clock, here, crew)
    values = {name: " ".join(said.get(name, "").split()) for name in FIELDS}
    times = {"changed_at": clock.now(), "changed_by": actor.name}
    if before is None:
        roster_id = new_id(clock.now())
        row = {"id": roster_id, "station_id": here, "day": day, "shift_id": shift_id, "unit_id": unit_id, "version": 1}
        if not await store.add(tx, {**row, **values, **times}):
            raise UnjaiError("roster_changed", 409, by="–")
    else:
        roster_id = UUID(str(before["id"]))
        await store.change(tx, roster_id, {**values, **times, "version": before["version"] + 1})
    await store.set_crew(tx, roster_id, here, members)
    facts: dict[str, object] = {"day": day.isoformat(), "call_sign": unit["call_sign"], "crew": len(members)}
    await audit(tx, actor, clock, action="roster.plan", subject=f"unit:{unit_id}", facts=facts, station_id=here)
    return roster_id


async def _members(
    tx: Tx, clock: Clock, here: StationId, crew: Sequence[tuple[AccountId, crews.Line | None]]
) -> list[tuple[AccountId, str]]:
    wanted = dict(crew[:CREW_MOST])
    roles = await crew_store.roles_at(tx, here, clock.now(), wanted)
    unknown = [account_id for account_id in wanted if crews.crew_kind(roles.get(account_id, ())) is None]
    if unknown:
        names = await crew_store.names_of(tx, unknown[:1])
        shown = names[unknown[0]]["name_th"] if unknown[0] in names else "–"
        raise UnjaiError("roster_crew_unknown", 422, name=shown)
    return [(account_id, line or crews.usual_line(roles[account_id])) for account_id, line in wanted.items()]


async def unplan_unit(
    tx: Tx, actor: Actor, clock: Clock, *, day: date, shift_id: UUID, unit_id: UnitId, version: int | None = None
) -> None:
    """Take a unit out of a shift of a day; nothing happens where it is not planned. Raises `roster_changed` (409)."""
    actor.must("unit.admin")
    unit = await lock_unit(tx, unit_id)
    before = await store.locked(tx, day=day, shift_id=shift_id, unit_id=unit_id)
    if before is None:
        return
    if version is not None and version != before["version"]:
        raise UnjaiError("roster_changed", 409, by=before["changed_by"])
    await store.drop(tx, [before["id"]])
    facts: dict[str, object] = {"day": day.isoformat(), "call_sign": unit["call_sign"]}
    here = StationId(unit["station_id"])
    await audit(tx, actor, clock, action="roster.unplan", subject=f"unit:{unit_id}", facts=facts, station_id=here)


async def copy_days(tx: Tx, actor: Actor, clock: Clock, *, since: date, to: date, days: int) -> list[UUID]:
    """Copy what is planned from `since` to as many days from `to`, where nothing is planned yet; return the new ids.

    Units out of use, shifts out of use and people who may no longer go on duty are left out.
    Raises `roster_copy_same` (422) where the days overlap.
    """
    actor.must("unit.admin")
    if abs((to - since).days) < days:
        raise UnjaiError("roster_copy_same", 422)
    here = actor.station
    last = timedelta(days=days - 1)
    rows = await store.planned(tx, since, since + last, station_id=here)
    taken = await store.there(tx, here, to, to + last)
    known = {one.id for one in await units.shifts(tx, here)}
    kinds = await _kinds(tx, clock, here, rows)
    made: list[UUID] = []
    for row in rows:
        day = to + (row["day"] - since)
        if row["unit_disabled"] or row["shift_id"] not in known or (day, row["shift_id"], row["unit_id"]) in taken:
            continue
        fresh = {name: row[name] for name in (*FIELDS, "shift_id", "unit_id")}
        roster_id = new_id(clock.now())
        fresh |= {"id": roster_id, "station_id": here, "day": day, "version": 1}
        fresh |= {"changed_at": clock.now(), "changed_by": actor.name, "note": ""}
        if not await store.add(tx, fresh):
            continue
        crew = [(AccountId(one["account_id"]), one["line"]) for one in row["crew"]]
        able = [(key, line) for key, line in crew if kinds.get(key) is not None]
        await store.set_crew(tx, roster_id, here, able)
        made.append(roster_id)
    facts: dict[str, object] = {"from": since.isoformat(), "to": to.isoformat(), "units": len(made)}
    await audit(tx, actor, clock, action="roster.copy", subject=f"org:{here}", facts=facts, station_id=here)
    return made


async def take_back(tx: Tx, actor: Actor, clock: Clock, *, roster_ids: Sequence[UUID]) -> int:
    """Take back what was copied a moment ago; return how many plans went. Raises `not_found` (404) for none."""
    actor.must("unit.admin")
    gone = await store.drop(tx, roster_ids)
    if not gone:
        raise not_found("roster", roster_ids[0] if roster_ids else "")
    here = actor.station
    facts: dict[str, object] = {"units": len(gone)}
    await audit(tx, actor, clock, action="roster.unplan", subject=f"org:{here}", facts=facts, station_id=here)
    return len(gone)
