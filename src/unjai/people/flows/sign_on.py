"""Going on duty — ขึ้นเวร — and off, alone or as a crew. Volunteers are on duty only while an officer of the unit is.

A phone without a line keeps its press and tells it later with the time it was made: it counts from then, within
`rules.crew.LATE_MOST`, and is shown as late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId, UnitId, new_id
from unjai.people import rules
from unjai.people.flows.planned import planned_now
from unjai.people.flows.sign_off import close_duty, crew_there, lock_unit, tell
from unjai.people.rules import crew as crews
from unjai.people.store import crew as store
from unjai.people.store import units
from unjai.people.store.units import DutyRow
from unjai.platform.audit import audit
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is said when signing on; what is None comes from the roster, then from the unit.

    `crew` are those who come along, each with a line of work or none; `at` is when a phone says that it was pressed.
    """

    shift_id: UUID | None = None
    call_sign: str | None = None
    vehicle: str | None = None
    registration: str | None = None
    odometer_km: int | None = None
    line: crews.Line | None = None
    crew: Sequence[tuple[AccountId, crews.Line | None]] | None = None
    at: datetime | None = None


PLAIN = Said()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Coming:
    """One who comes on duty; `phone` when by their own phone."""

    account_id: AccountId
    kind: crews.CrewKind
    line: crews.Line
    phone: bool


async def sign_on(
    tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, said: Said = PLAIN, own: bool | None = None
) -> DutyRow:
    """Put a unit on duty, or join the crew that is; asked again, return the interval that is open.

    `own` is signing on oneself (`unit.self`), in one's own unit or one that the roster says; else the shift chief
    (`unit.admin`) signs the unit on for its crew. Who comes along and cannot (off the books, on duty elsewhere) is
    left out; it never stops the one who presses. Raises (409) `unit_disabled`, `duty_elsewhere`,
    `duty_volunteers_alone`, `duty_too_late`, `crew_kind_unknown`, `shift_gone`; `duty_not_planned` (403),
    `not_found` (404).
    """
    myself = not actor.may("unit.admin") if own is None else own
    actor.must("unit.self" if myself else "unit.admin")
    row = await lock_unit(tx, unit_id)
    if row["disabled"]:
        raise UnjaiError("unit_disabled", 409, call_sign=row["call_sign"])
    at = crews.told_at(said.at, clock.now())
    plan = await planned_now(tx, unit_id=unit_id, at=at)
    press = _Press(tx=tx, actor=actor, clock=clock, row=row, said=said, plan=plan, at=at, myself=myself)
    if myself and not press.may_crew():
        raise UnjaiError("duty_not_planned", 403, call_sign=row["call_sign"])
    going = await press.going()
    coming = await press.coming()
    there = {} if going is None else {one.account_id: one for one in await crew_there(tx, going)}
    kinds = [*(one.kind for one in there.values()), *(one.kind for one in coming if one.account_id not in there)]
    crews.check_joint(kinds, call_sign=row["call_sign"])
    fresh = going is None
    if going is None:
        going = await press.begin()
    else:
        await press.fill(going)
    joined = await press.join(going, coming, {key: one.own_phone for key, one in there.items()})
    if fresh or joined:
        facts: dict[str, object] = {"crew": len(joined) + len(there)}
        if late := crews.late_s(at, clock.now()):
            facts |= {"at": at, "late_s": late}
        subject = f"unit:{unit_id}"
        await audit(tx, actor, clock, action="duty.on", subject=subject, facts=facts, station_id=going.station_id)
        await tell(tx, actor, clock, going, [row["account_id"], *joined])
    return going


@dataclass(frozen=True, kw_only=True, slots=True)
class _Press:
    """One sign-on with all it rests on: the unit's locked row, what was said, what the roster says, from when."""

    tx: Tx
    actor: Actor
    clock: Clock
    row: dict[str, Any]
    said: Said
    plan: dict[str, Any] | None
    at: datetime
    myself: bool

    def may_crew(self) -> bool:
        """Tell whether who presses belongs to this unit: fixed, planned, or in its crew already."""
        mine = self.actor.account_id
        fixed = mine is not None and mine == self.row["account_id"]
        return fixed or self.actor.unit_id == self.row["id"] or mine in self._planned()

    def _planned(self) -> dict[AccountId, crews.Line]:
        return {} if self.plan is None else {AccountId(one["account_id"]): one["line"] for one in self.plan["crew"]}

    async def going(self) -> DutyRow | None:
        """Return the duty that goes on; a forgotten one is closed first."""
        going = await units.open_duty(self.tx, UnitId(self.row["id"]))
        if going is None or self.clock.now() < rules.duty_end(rules.Interval(from_at=going.from_at)):
            return going
        await self._forget(going)
        return None

    async def _forget(self, going: DutyRow) -> None:
        to_at = going.from_at + rules.DUTY_MOST
        await close_duty(self.tx, self.actor, self.clock, going, to_at=to_at, by="forgotten", why="forgotten")

    async def coming(self) -> list[_Coming]:
        """Return who comes on duty with this press: the one who presses first, then those along who can."""
        planned, said = self._planned(), self.said
        first = self._first()
        lines: dict[AccountId, crews.Line | None] = {}
        if first is not None:
            lines[first] = said.line
        for account_id, line in planned.items() if said.crew is None else said.crew:
            lines.setdefault(account_id, line)
        roles = await store.roles_at(self.tx, StationId(self.row["station_id"]), self.clock.now(), lines)
        found: list[_Coming] = []
        for account_id, line in lines.items():
            presses = self.myself and account_id == first
            kind = crews.crew_kind(roles.get(account_id, ()))
            if kind is None:
                if presses:
                    raise UnjaiError("crew_kind_unknown", 409)
                continue
            work = line or planned.get(account_id) or crews.usual_line(roles[account_id])
            found.append(_Coming(account_id=account_id, kind=kind, line=work, phone=account_id == first))
            if presses and kind != "officer":
                break  # a volunteer speaks for nobody else
        return found

    def _first(self) -> AccountId | None:
        """Return whose own phone signs on: who presses; for the shift chief's press the unit's fixed crew."""
        if self.myself:
            return self.actor.account_id
        alone = self.said.crew is None and not self._planned() and self.row["account_id"] is not None
        return AccountId(self.row["account_id"]) if alone else None

    async def begin(self) -> DutyRow:
        """Open the interval: from the press, never before the unit's last duty ended."""
        tx, row, now = self.tx, self.row, self.clock.now()
        here, unit_id = StationId(row["station_id"]), UnitId(row["id"])
        before = await store.last_end(tx, unit_id)
        begun = DutyRow(
            id=new_id(now),
            station_id=here,
            unit_id=unit_id,
            shift_id=await self._shift(here),
            from_at=self.at if before is None else min(now, max(self.at, before)),
            to_at=None,
        )
        plan = self.plan or {}
        facts = {
            "id": begun.id,
            "station_id": here,
            "unit_id": unit_id,
            "shift_id": begun.shift_id,
            "from_at": begun.from_at,
            "came_at": now,
            "signed_on_by": f"{self.actor.kind}:{self.actor.key}",
            "beat": plan.get("beat", ""),
            "odometer_km": self.said.odometer_km,
        }
        for name in ("call_sign", "vehicle", "registration"):
            given = getattr(self.said, name)
            facts[name] = (given if given is not None else plan.get(name) or row[name] or "").strip()
        if not await units.begin_duty(tx, facts):
            raise UnjaiError("duty_open", 409, call_sign=row["call_sign"])
        return begun

    async def _shift(self, here: StationId) -> UUID | None:
        known = await units.shifts(self.tx, here)
        if self.said.shift_id is not None:
            if all(one.id != self.said.shift_id for one in known):
                raise UnjaiError("shift_gone", 409)
            return self.said.shift_id
        if self.plan is not None:
            return UUID(str(self.plan["shift_id"]))
        index = rules.shift_at([item.hours for item in known], self.at + rules.PARADE)
        return None if index is None else known[index].id

    async def fill(self, going: DutyRow) -> None:
        """Add what the second of a crew knows and the first did not say; what was said stands."""
        facts = (await store.facts_of(self.tx, [going.unit_id], self.clock.now())).get(going.unit_id)
        if facts is None:
            return
        fresh: dict[str, Any] = {}
        for name in ("call_sign", "vehicle", "registration"):
            given = getattr(self.said, name)
            if given and given.strip() and not getattr(facts, name):
                fresh[name] = given.strip()
        if self.said.odometer_km is not None and facts.odometer_km is None:
            fresh["odometer_km"] = self.said.odometer_km
        if fresh:
            await store.set_duty(self.tx, going.id, **fresh)

    async def join(self, going: DutyRow, coming: Sequence[_Coming], there: Mapping[AccountId, bool]) -> list[AccountId]:
        """Begin the stays of those who come; return whose. Who presses raises, who comes along is left out."""
        joined: list[AccountId] = []
        for one in coming:
            if one.account_id in there:
                if not one.phone or there[one.account_id]:
                    continue
                # Named by another before: from their own press on a stay of their own, whose phone may count.
                by, to_at = f"{self.actor.kind}:{self.actor.key}", max(self.at, going.from_at)
                await store.end_stays(self.tx, going.id, to_at=to_at, by=by, why="", account_id=one.account_id)
            if await self._one_joins(going, one):
                joined.append(one.account_id)
        return joined

    async def _one_joins(self, going: DutyRow, one: _Coming) -> bool:
        now, presses = self.clock.now(), self.myself and one.phone
        held = await store.open_stay(self.tx, one.account_id)
        if held is not None and now - held["duty_from_at"] >= rules.DUTY_MOST:
            forgotten = await units.open_duty(self.tx, UnitId(held["unit_id"]))
            if forgotten is not None:
                await self._forget(forgotten)
            held = None
        if held is not None:
            if presses:
                raise UnjaiError("duty_elsewhere", 409, call_sign=held["call_sign"])
            return False
        before = await store.last_stay(self.tx, one.account_id)
        from_at = max(self.at, going.from_at, *(() if before is None else (before["to_at"],)))
        stay = {
            "id": new_id(now),
            "station_id": going.station_id,
            "duty_id": going.id,
            "account_id": one.account_id,
            "kind": one.kind,
            "line": one.line,
            "own_phone": one.phone,
            "from_at": min(from_at, now),
            "came_at": now,
            "signed_on_by": f"{self.actor.kind}:{self.actor.key}",
        }
        began = await store.join(self.tx, stay)
        if not began and presses:
            raise UnjaiError("duty_elsewhere", 409, call_sign="–")
        return began
