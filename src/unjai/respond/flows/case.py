"""An incident held by one transaction: moves by the table of its life, says every step, saves once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
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
from unjai.respond.rules import life
from unjai.respond.store import assignments, incidents, reports, timeline
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


class Case:
    """One incident, locked. Nothing is written to its row before `save`; timeline steps are written at once."""

    def __init__(self, tx: Tx, actor: Actor, clock: Clock, row: Row) -> None:
        """Hold a row that is locked already, or was just made."""
        self.tx = tx
        self.actor = actor
        self.clock = clock
        self.row = row
        self.changes: dict[str, Any] = {}

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
                self.changes[first] = at
            if to == "closed":
                self.changes["closed_at"] = at
        if move == "acknowledge":
            self.set(acknowledged_at=at, acknowledged_by=self.actor.name)

    async def say(
        self, kind: str, known: Mapping[str, object] | None = None, *, by: Actor | None = None, **facts: object
    ) -> None:
        """Write a step with its facts to the timeline, by `by` where it is not the actor's own deed."""
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
        self.set(
            lon=point.lon,
            lat=point.lat,
            accuracy_m=point.accuracy_m,
            place_th=_beside(spoken, address.text_th),
            place_en=_beside(spoken, address.text_en),
        )

    async def step(self, row: Row, to: life.Step, **values: Any) -> Row:
        """Take an assignment's step: its row, the unit's work, the unit's phone; raise where its life forbids it."""
        try:
            life.stepped(row["state"], to)
        except UnjaiError as error:
            raise _worded(error, state="step", to="step") from None
        at = self.clock.now()
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
        work = _WORK.get(row["state"], "free")
        await note_unit_work(self.tx, self.actor, self.clock, unit_id=row["unit_id"], work=work, incident_id=self.id)
        await emit(
            self.tx,
            self.clock,
            OfferChanged(station_id=self.station_id, unit_id=row["unit_id"], account_id=row["account_id"]),
        )

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
        self.row = await incidents.change(self.tx, self.id, self.changes)
        self.changes = {}
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
