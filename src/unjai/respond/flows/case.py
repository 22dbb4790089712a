"""An incident held by one transaction: moves by the table of its life, says every step, saves once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import IncidentId, StationId
from unjai.people.flows import note_unit_work
from unjai.people.rules import UnitWork
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.respond.events import IncidentChanged, OfferChanged
from unjai.respond.flows.pins import pinned
from unjai.respond.rules import life
from unjai.respond.rules.help import near
from unjai.respond.rules.overdue import Waiting, pending
from unjai.respond.store import assignments, incidents, overdues, reports, timeline
from unjai.respond.words import label
from unjai.territory.view import territory_of

Row = dict[str, Any]

_WORK: Mapping[life.Step, UnitWork] = {
    "offered": "offered",
    "accepted": "en_route",
    "en_route": "en_route",
    "on_scene": "on_scene",
}
"""What the unit board says of a unit; one that accepted is bound, so it counts as on its way."""

_FIRST_TIMES: Mapping[life.State, str] = {
    "assigned": "assigned_at",
    "en_route": "en_route_at",
    "on_scene": "arrived_at",
}


_LET_DOWN = frozenset({"stand_down", "back_to_assigned", "back_to_en_route"})
"""Moves after which the clocks of what is waited for start anew, if nobody was there yet."""

IN_DISTRESS: UnitWork = "on_scene"
"""A unit that calls for help is where its own incident is; it is free for nothing else."""

LATE_LEAST, LATE_MOST = timedelta(seconds=10), timedelta(hours=12)


class Case:
    """One incident, locked. Nothing is written to its row before `save`; timeline steps are written at once."""

    def __init__(self, tx: Tx, actor: Actor, clock: Clock, row: Row) -> None:
        """Hold a row that is locked already, or was just made."""
        self.tx = tx
        self.actor = actor
        self.clock = clock
        self.row = row
        self.changes: dict[str, Any] = {}
        self.said_at: datetime | None = None

    @classmethod
    async def hold(cls, tx: Tx, actor: Actor, clock: Clock, incident_id: UUID, *, version: int | None = None) -> Case:
        """Lock an incident; raise `not_found` (404), or `incident_changed` (409) where `version` is not its own."""
        row = await incidents.locked(tx, incident_id)
        if row is None:
            raise not_found("incident", incident_id)
        if version is not None and version != row["version"]:
            raise UnjaiError("incident_changed", 409, state=row["state"], version=row["version"], sent=version)
        return cls(tx, actor, clock, row)

    @property
    def id(self) -> IncidentId:
        """The incident's id."""
        return IncidentId(self.row["id"])

    @property
    def station_id(self) -> StationId:
        """Whose incident it is."""
        return StationId(self.row["station_id"])

    def now(self, name: str) -> Any:
        """Return a column as it will be saved."""
        return self.changes.get(name, self.row[name])

    @property
    def state(self) -> life.State:
        """The state it will be saved in."""
        return cast("life.State", self.now("state"))

    @property
    def place(self) -> Point | None:
        """Where it is; None where nobody knows yet."""
        return reports.point_of({name: self.now(name) for name in ("lon", "lat", "accuracy_m")})

    def deed_at(self) -> datetime:
        """When the deed was done: now, or when the officer's phone says that it was."""
        return self.said_at or self.clock.now()

    def told_late(self, said: datetime | None, after: datetime) -> None:
        """Take the moment that a phone says for a deed it could not tell at once: never before `after`, never ahead.

        A phone that is more than `LATE_MOST` behind is not believed; both moments stand on the timeline.
        """
        now = self.clock.now()
        if said is not None and now - LATE_MOST <= said and max(said, after) <= now - LATE_LEAST:
            self.said_at = max(said, after)

    def set(self, **values: Any) -> None:
        """Change columns."""
        self.changes.update(values)

    def move(self, move: life.Move) -> None:
        """Move by the table; raise `incident_move_illegal` or `incident_merged` (409)."""
        if self.row["merged_into"] is not None:
            raise UnjaiError("incident_merged", 409, merged_into=str(self.row["merged_into"]))
        try:
            to = life.moved(self.state, move)
        except UnjaiError as error:
            raise _worded(error, state="state", move="move") from None
        at = self.clock.now()
        if to != self.state:
            self.changes["state"] = to
            first = _FIRST_TIMES.get(to)
            if first is not None and self.now(first) is None:
                self.changes[first] = self.deed_at()
            if to == "closed":
                self.changes["closed_at"] = at
            if move == "reopen" or (move in _LET_DOWN and self.now("arrived_at") is None):
                self.changes["timed_from"] = at
        if move == "acknowledge":
            self.set(acknowledged_at=at, acknowledged_by=self.actor.name)

    async def say(
        self, kind: str, known: Mapping[str, object] | None = None, *, by: Actor | None = None, **facts: object
    ) -> None:
        """Write a step with its facts to the timeline, by `by` where it is not the actor's own deed."""
        if self.said_at is not None and by is None:
            late = self.clock.now() - self.said_at
            facts |= {"said_at": self.said_at, "late_s": max(1, round(late.total_seconds()))}
        await timeline.add(
            self.tx,
            by or self.actor,
            station_id=self.station_id,
            incident_id=self.id,
            at=self.clock.now(),
            kind=kind,
            facts={key: value for key, value in {**(known or {}), **facts}.items() if value is not None},
        )

    async def acknowledge_by_the_way(self) -> None:
        """Take up an incident that is still new, for who works on it has seen it."""
        if self.state == "new":
            self.move("acknowledge")
            await self.say("acknowledged")

    async def locate(self, point: Point, *, spoken: str = "") -> None:
        """Give it a place and that place's address; what was `spoken` of the place stands before it."""
        address = (await territory_of(self.tx, self.station_id)).address_of(point)
        text_th, text_en = near(address.text_th, address.text_en, point.accuracy_m)
        self.set(
            lon=point.lon,
            lat=point.lat,
            accuracy_m=point.accuracy_m,
            place_th=_beside(spoken, text_th),
            place_en=_beside(spoken, text_en),
        )

    async def step(self, row: Row, to: life.Step, **values: Any) -> Row:
        """Take an assignment's step: its row, the unit's work, the unit's phone; raise where its life forbids it."""
        try:
            life.stepped(row["state"], to)
        except UnjaiError as error:
            raise _worded(error, state="step", to="step") from None
        at = self.deed_at()
        times: dict[str, datetime] = {}
        if to in ("accepted", "refused"):
            times["answered_at"] = at
        if f"{to}_at" in ("accepted_at", "en_route_at", "on_scene_at", "cleared_at"):
            times[f"{to}_at"] = at
        if to not in life.OPEN_STEPS:
            times["ended_at"] = at
        changed = await assignments.change(self.tx, row["id"], {"state": to, **times, **values})
        await self.tell_unit(changed)
        return changed

    async def tell_unit(self, row: Row) -> None:
        """Write what the unit now does to the unit board, and wake its phone."""
        work, doing = _WORK.get(row["state"], "free"), self.id
        if work == "free" and (own := await incidents.distress_of(self.tx, row["unit_id"])) is not None:
            work, doing = IN_DISTRESS, own
        await note_unit_work(self.tx, self.actor, self.clock, unit_id=row["unit_id"], work=work, incident_id=doing)
        await emit(
            self.tx,
            self.clock,
            OfferChanged(station_id=self.station_id, unit_id=row["unit_id"], account_id=row["account_id"]),
        )

    async def tell_caller_unit(self) -> None:
        """Write to the board that the unit which calls for help here is not free, or is so again when this is over."""
        unit_id = self.row["unit_id"]
        if unit_id is None or await assignments.open_of_unit(self.tx, unit_id) is not None:
            return
        own = await incidents.distress_of(self.tx, unit_id)
        work: UnitWork = "free" if own is None else IN_DISTRESS
        with contextlib.suppress(UnjaiError):  # a unit that is no longer kept: its call for help counts all the same
            await note_unit_work(self.tx, self.actor, self.clock, unit_id=unit_id, work=work, incident_id=own)

    async def _mend(self) -> None:
        """End the waits that are over: what was waited for came, or the incident is closed."""
        rows = (await overdues.of_incidents(self.tx, [self.id], unmended=True)).get(self.id, [])
        waiting = waiting_of(self.row)
        over = [row["id"] for row in rows if row["since"] != waiting.since or not pending(waiting, row["wait"])]
        await overdues.mend(self.tx, over, self.clock.now())

    async def units_left(self) -> None:
        """Fall back to what the remaining units do, where the one furthest ahead has gone."""
        rows = await assignments.open_of_incidents(self.tx, [self.id])
        move = life.fallen_back(self.state, [row["state"] for row in rows])
        if move is not None:
            self.move(move)

    async def release(self) -> None:
        """Let all units go, for the incident ends."""
        for row in await assignments.open_of_incidents(self.tx, [self.id]):
            if row["state"] == "on_scene":
                await self.step(row, "cleared")
            else:
                await self.step(row, "withdrawn")
                await self.say("recalled", unit=row["call_sign"])

    async def save(self, action: str, **facts: object) -> Row:
        """Write the changes with the next version, the audit row, and tell everyone."""
        if self.now("procedure_id") is None or self.now("code") != self.row["code"]:
            self.set(procedure_id=await pinned(self.tx, self.clock, self.station_id, self.now("code")))
        moved = self.changes.keys() & {"state", "timed_from", "arrived_at"}
        ended_or_not = "closed" in (self.row["state"], self.state) and self.row["state"] != self.state
        self.row = await incidents.change(self.tx, self.id, self.changes)
        self.changes = {}
        if moved:
            await self._mend()
        if self.row["unit_id"] is not None and (ended_or_not or action == "open"):
            await self.tell_caller_unit()
        await audit(
            self.tx,
            self.actor,
            self.clock,
            action=f"incident.{action}",
            subject=f"incident:{self.id}",
            facts={"number": self.row["number"], **{key: value for key, value in facts.items() if value is not None}},
            station_id=self.station_id,
        )
        event = IncidentChanged(station_id=self.station_id, incident_id=self.id, version=self.row["version"])
        await emit(self.tx, self.clock, event)
        return self.row


def waiting_of(row: Mapping[str, Any]) -> Waiting:
    """Return an incident as its clocks see it."""
    return Waiting(
        state=row["state"],
        priority=row["priority"],
        code=row["code"],
        since=row["timed_from"] or row["opened_at"],
        arrived_at=row["arrived_at"],
    )


def _beside(spoken: str, address: str) -> str:
    return " · ".join(part for part in (spoken.strip(), address) if part)


def _worded(error: UnjaiError, **labelled: str) -> UnjaiError:
    """Put the words of states and moves beside their names, so that the message can say them."""
    words: dict[str, object] = {}
    for fact, kind in labelled.items():
        if fact in error.facts:
            said = label(f"{kind}.{error.facts[fact]}")
            words |= {f"{fact}_th": said.th, f"{fact}_en": said.en}
    return UnjaiError(error.code, error.status, **error.facts, **words)
