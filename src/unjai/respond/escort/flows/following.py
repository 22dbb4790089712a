"""Core follows the open walks, each second: takes what came, asks, alerts, ends. Between looks it keeps them in memory.

What counts after a restart stands in the walk's row and in its positions: a new core reads both and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.platform.database import Database, Tx
from unjai.respond.escort.flows import alerts
from unjai.respond.escort.flows.streets import hour_of, is_dark_at
from unjai.respond.escort.flows.walks import kept_way
from unjai.respond.escort.rules import walk as rules
from unjai.respond.escort.rules.line import Line
from unjai.respond.escort.rules.ways import ways
from unjai.respond.escort.rules.word import is_duress
from unjai.respond.escort.store import walks as store
from unjai.respond.flows.following import source_moved

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=5)
"""A walk is looked at when something of it came, else so often; a question that waits and a silence each second."""
OVERLAP = timedelta(seconds=4)
"""Positions are looked for so far back again: two processes may have committed in another order than they began."""
LOOK_BACK = timedelta(minutes=4)
TOLD_EVERY = timedelta(seconds=10)
"""How often the incident of a walk hears of a new position."""


@dataclass(kw_only=True, slots=True)
class Followed:
    """A walk in memory: its row as it stands, its rules' state, its line, the positions that were taken."""

    row: dict[str, Any]
    walk: rules.Walk
    line: Line
    taken: set[int] = field(default_factory=set)
    told_at: datetime | None = None
    looked_at: datetime | None = None


class Watch:
    """The open walks of all stations: one `Following` each, one transaction each."""

    def __init__(self) -> None:
        """Know none yet."""
        self._stations: dict[StationId, Following] = {}

    async def once(self, db: Database, clock: Clock, station_ids: Iterable[StationId]) -> int:
        """Look once at every open walk; return how many there are. What was not committed is read anew."""
        found = 0
        for station_id in station_ids:
            following = self._stations.setdefault(station_id, Following(station_id))
            actor = system(station_id, name="escort")
            try:
                async with db.tx(actor) as tx:
                    found += await following.once(tx, actor, clock)
            except BaseException:
                self._stations.pop(station_id, None)
                raise
        return found


class Following:
    """The open walks of one station."""

    def __init__(self, station_id: StationId) -> None:
        """Know none yet."""
        self.station_id = station_id
        self._known: dict[UUID, Followed] = {}
        self._read_at: datetime | None = None

    async def once(self, tx: Tx, actor: Actor, clock: Clock) -> int:
        """Look once at every open walk; return how many there are. One walk's failure stops no other."""
        actor.must("call.take")
        station_ids = [self.station_id]
        now = clock.now()
        since = (self._read_at or now) - OVERLAP
        await self._meet(tx, station_ids, now)
        fixes = await store.fixes_since(tx, station_ids, since) if self._known else []
        fresh = set[UUID]()
        for walk_id, rows in groupby(fixes, key=lambda row: row["walk_id"]):
            one = self._known.get(walk_id)
            if one is None or not (new := [row for row in rows if row["no"] not in one.taken]):
                continue
            fresh.add(walk_id)
            walk, events = rules.hear(one.walk, one.line, map(_fix, new), max(row["came_at"] for row in new))
            one.taken.update(row["no"] for row in new)
            if events or walk.state == "alerted":
                await self._guarded(tx, self._settle(tx, actor, clock, one, walk, events), walk_id)
            one.walk = walk
        for said in await store.take_said(tx, station_ids):
            if (one := self._known.get(said["walk_id"])) is not None:
                await self._guarded(tx, self._said(tx, actor, clock, one, said), said["walk_id"])
        dark = is_dark_at(now)
        for walk_id, one in list(self._known.items()):
            if one.walk.state == "walking" and walk_id not in fresh and not _due(one, now):
                continue
            one.looked_at = now
            walk, events = rules.tick(one.walk, one.line, now, dark=dark)
            if events:
                await self._guarded(tx, self._settle(tx, actor, clock, one, walk, events), walk_id)
        self._known = {walk_id: one for walk_id, one in self._known.items() if one.walk.open}
        self._read_at = now
        return len(self._known)

    async def _guarded(self, tx: Tx, work: Any, walk_id: UUID) -> None:
        """Do one walk's work so that its failure undoes only itself; it is met anew the next time."""
        try:
            async with tx.conn.begin_nested():
                await work
        except DBAPIError:
            raise
        except Exception:
            log.exception("a watched walk could not be followed; it is read anew")
            self._known.pop(walk_id, None)

    async def _meet(self, tx: Tx, station_ids: Sequence[StationId], now: datetime) -> None:
        """Read walks that are not known yet, with what was heard of them lately."""
        open_ids = set(await store.open_ids(tx, station_ids))
        for gone in self._known.keys() - open_ids:
            del self._known[gone]
        new = list(open_ids - self._known.keys())
        rows = await store.walks(tx, new)
        heard = {
            walk_id: list(found)
            for walk_id, found in groupby(
                await store.fixes_of(tx, new, now - LOOK_BACK), key=lambda row: row["walk_id"]
            )
        }
        for row in rows:
            self._known[row["id"]] = await _met(tx, row, heard.get(row["id"], []))

    async def _said(self, tx: Tx, actor: Actor, clock: Clock, one: Followed, said: Mapping[str, Any]) -> None:
        now = clock.now()
        if said["expected_at"] is not None:
            one.walk = rules.take_more(one.walk, said["expected_at"])
            one.row["expected_at"] = one.walk.expected_at
            await store.change(tx, one.row["id"], {"expected_at": one.walk.expected_at})
            return
        asked, one.row["asked_why"] = one.row["asked_why"], None
        meant: rules.Said = "duress" if is_duress(one.row["duress"], said["code"]) else "fine"
        if said["ends"]:
            walk, events = rules.end(one.walk, meant, now)
        else:
            walk, events = rules.answer(one.walk, one.line, meant, now)
        await self._settle(tx, actor, clock, one, walk, events)
        if asked == "strayed" and not said["ends"] and one.walk.open:
            # Whatever she said: her page, and her friend's, must not tell the words apart.
            await _replan(tx, clock, one)

    async def _settle(  # noqa: PLR0917  a step of the story, told where it is called
        self, tx: Tx, actor: Actor, clock: Clock, one: Followed, walk: rules.Walk, events: Sequence[rules.Event]
    ) -> None:
        """Write what came of a look: the row, her page, the incident."""
        was, one.walk = one.walk, walk
        if not events:
            await self._tell_place(tx, actor, clock, one)
            return
        shown: str | None = None
        incident_id = one.row["incident_id"]
        for event in events:
            match event.kind:
                case "begun" | "withdrawn":
                    shown = "walking"
                case "asked":
                    shown = "asked"
                case "arrived" | "ended" | "lapsed":
                    shown = "ended"
                case "alerted" if event.why is not None:
                    incident_id = await alerts.raise_alert(
                        tx, actor, clock, row=one.row, walk=walk, line=one.line, why=event.why
                    )
            told = event.kind in ("reassured", "back", "ended") and was.state == "alerted"
            if told and incident_id is not None:
                await alerts.tell(tx, actor, clock, incident_id=incident_id, kind=event.kind, why=event.why)
        values = {
            "state": walk.state,
            "expected_at": walk.expected_at,
            "asked_why": walk.asked_why if walk.state != "alerted" else one.row["asked_why"],
            "asked_at": walk.asked_at if walk.state != "alerted" else one.row["asked_at"],
            "calm": {why: until.isoformat() for why, until in walk.calm.items()},
            "alert_why": walk.alert_why,
            "alerted_at": walk.alerted_at,
            "incident_id": incident_id,
            "ended_at": walk.ended_at,
        }
        await store.change(tx, one.row["id"], values)
        if shown is not None:
            await store.show(tx, one.row["id"], shown)
        one.row |= values

    async def _tell_place(self, tx: Tx, actor: Actor, clock: Clock, one: Followed) -> None:
        """Let the incident of an alerted walk follow her."""
        now, last = clock.now(), one.walk.last
        due = one.told_at is None or now - one.told_at >= TOLD_EVERY
        if one.walk.state != "alerted" or last is None or not due:
            return
        one.told_at = now
        source = alerts.source_of(one.row["id"])
        await source_moved(tx, actor, clock, source=source, point=last.point, observed_at=last.at)


def _due(one: Followed, now: datetime) -> bool:
    """Tell whether a walk of which nothing new came must be looked at: for its silence, or because time passed."""
    heard = one.walk.heard_at
    silent = heard is not None and (now - heard).total_seconds() > rules.LOST_S
    return silent or one.looked_at is None or now - one.looked_at >= LOOK_EVERY


async def _met(tx: Tx, row: dict[str, Any], heard: Sequence[Mapping[str, Any]]) -> Followed:
    """Return a walk as its row and its last positions tell, as if it had been followed all the time."""
    line = Line([(lon, lat) for lon, lat in row["way"]["points"]], row["way"]["unlit"])
    walk = rules.Walk(
        began_at=row["began_at"],
        expected_at=row["expected_at"],
        planned_s=row["planned_s"],
        state=row["state"],
        asked_why=row["asked_why"] if row["state"] == "asked" else None,
        asked_at=row["asked_at"] if row["state"] == "asked" else None,
        calm={why: datetime.fromisoformat(until) for why, until in row["calm"].items()},
        alert_why=row["alert_why"],
        alerted_at=row["alerted_at"],
    )
    if not heard and row["state"] != "begun":
        last = await store.last_fix(tx, row["id"])
        heard = [] if last is None else [last]
    if heard and row["state"] != "begun":
        walk = rules.recalled(walk, line, [_fix(one) for one in heard], max(one["came_at"] for one in heard))
        return Followed(row=row, walk=walk, line=line, taken={one["no"] for one in heard})
    return Followed(row=row, walk=walk, line=line)


def _fix(row: Mapping[str, Any]) -> rules.Fix:
    point = Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
    return rules.Fix(no=row["no"], at=row["taken_at"], point=point, battery=row["battery"])


async def _replan(tx: Tx, clock: Clock, one: Followed) -> None:
    """Follow the way from where she is now: she said that she is fine there. Off the map the old one stays."""
    last, row, now = one.walk.last, one.row, clock.now()
    if last is None:
        return
    goal = Point(lon=row["to_lon"], lat=row["to_lat"])
    try:
        hour = await hour_of(tx, StationId(row["station_id"]), now, now)
        way = (await asyncio.to_thread(ways, hour, last.point, goal))[0]
    except UnjaiError:
        return
    expected_at = now + timedelta(seconds=way.seconds)
    kept = kept_way(hour, way)
    values = {"way": kept, "way_no": row["way_no"] + 1, "expected_at": expected_at, "planned_s": way.seconds}
    await store.change(tx, row["id"], values)
    one.row |= values
    one.line = Line(way.points, kept["unlit"])
    one.walk = rules.replanned(one.walk, expected_at, way.seconds)
