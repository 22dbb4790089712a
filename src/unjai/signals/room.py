"""The room of the process `signals`: a post for each junction, which sees, asks its controller, tells each second."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.ids import EPOCH, StationId, new_id
from unjai.model.reading import Observation
from unjai.platform.database import Database
from unjai.platform.streams import Bus, observations
from unjai.sense.rules import happened_at
from unjai.signals.controller.base import Make
from unjai.signals.controller.neighbours import Mail
from unjai.signals.deciding import Deciding
from unjai.signals.going import Going
from unjai.signals.junction import Junction
from unjai.signals.plants.base import Plant, PlantSpec, opened
from unjai.signals.post import Noted, Post
from unjai.signals.rules.beyond import Crossing, Exit, Turned
from unjai.signals.rules.watching import Colour, Vehicle
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.secrets import opened as community_of
from unjai.signals.secrets import vault_of
from unjai.signals.store import junctions as store
from unjai.signals.store.log import note_events
from unjai.signals.troubles import Troubles

log = logging.getLogger(__name__)

HEARS = "obs.*.moment.>"
PLACES = "obs.*.fleet.position.>"
Opens = Callable[[PlantSpec], Plant]


def state_subject(station_id: StationId, junction_id: UUID) -> str:
    """Return where a junction's state is told each second."""
    return f"signals.state.{station_id}.{junction_id}"


class Room:
    """All junctions of this centre. `tick` is one second of it."""

    def __init__(
        self,
        *,
        db: Database,
        bus: Bus,
        clock: Clock,
        data: Path,
        everywhere: Callable[[], Actor],
        make: Make = Deciding,
        opens: Opens = opened,
    ) -> None:
        """Know no junction yet."""
        self._db, self._bus, self._clock, self._everywhere = db, bus, clock, everywhere
        self._vault, self._make, self._opens = vault_of(data), make, opens
        self.posts: dict[UUID, Post] = {}
        self.going = Going()
        self._troubles = Troubles(bus)
        self._boxes: dict[UUID, UUID] = {}
        self._mail: defaultdict[StationId, Mail] = defaultdict(Mail)
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Hear what boxes see, and what changes in the register."""
        await self._bus.hear(HEARS, self._heard)
        await self._bus.hear(PLACES, self._placed)
        await self._bus.hear("evt.*.signals.changed", self._changed)
        await self._bus.hear("evt.*.incident.changed", self._dispatched)

    async def close(self) -> None:
        """Let every junction go."""
        for post in self.posts.values():
            await post.end()

    async def load(self) -> None:
        """Read the register anew; a junction that is not driven any more is let go at once."""
        async with self._one_at_a_time:
            async with self._db.tx(self._everywhere()) as tx:
                rows = {row["id"]: row for row in await store.junctions(tx)}
                self._boxes = await store.boxes(tx)
            for key in [key for key, post in self.posts.items() if key not in rows or post.other_than(rows[key])]:
                await self.posts.pop(key).end()
            for key, row in rows.items():
                if key in self.posts or row["mode"] != "off":
                    await self._drive(key, row)
            await self._load_going()

    async def _load_going(self) -> None:
        stations = {post.station_id for post in self.posts.values()}
        await self.going.load(self._db, self._everywhere(), stations)

    async def _drive(self, key: UUID, row: dict[str, Any]) -> None:
        """Give a junction's post its mode, and the junction a post; one that cannot be served stops no other."""
        try:
            if key not in self.posts:
                self.posts[key] = self._post(row)
            await self.posts[key].drive(row)
        except Exception:
            log.exception("junction %s cannot be served", row["code"])

    def _post(self, row: dict[str, Any]) -> Post:
        file = JunctionFile.model_validate(row["definition"])
        mail = self._mail[StationId(row["station_id"])]
        post = Post(row, file, make=self._make, opens=lambda now: self._plant(now, post.junction), mail=mail)
        return post

    def _plant(self, row: dict[str, Any], junction: Junction) -> Plant | None:
        if row["plant"] == "none":
            return None
        spec = PlantSpec(
            junction=junction,
            kind=row["plant"],
            host=row["host"],
            port=row["port"],
            level=row["mode"] if row["mode"] in ("pattern", "control") else "shadow",
            community="" if row["sealed"] is None else community_of(self._vault, row["id"], row["sealed"]),
        )
        return self._opens(spec)

    async def _heard(self, _subject: str, data: bytes) -> None:
        for seen in observations(data):
            post = self.posts.get(self._boxes[seen.device_id]) if seen.device_id in self._boxes else None
            if post is not None and seen.station_id == post.station_id:
                _take(post, seen)

    async def _placed(self, _subject: str, data: bytes) -> None:
        for seen in observations(data):
            if seen.point is not None and seen.payload.get("mock") is not True:
                at_s, speed = seconds(happened_at(seen)), seen.payload.get("speed_mps")
                own = float(speed) if isinstance(speed, int | float) and math.isfinite(speed) else 0.0
                self.going.placed(seen.device_id, seen.point, at_s, self.posts.values(), own)

    async def _changed(self, _subject: str, _data: bytes) -> None:
        await self.load()

    async def _dispatched(self, _subject: str, _data: bytes) -> None:
        await self._load_going()

    async def tick(self) -> None:
        """Let every junction take its second; one that fails stops no other."""
        await asyncio.gather(*(self._second(post) for post in list(self.posts.values())))
        await self._troubles.tell(self.posts, self._boxes, seconds(self._clock.now()))

    async def _second(self, post: Post) -> None:
        now_s, key = seconds(self._clock.now()), post.junction_id
        post.expect(self.going.to(key, now_s), lambda unit: self.going.passed(key, unit))
        try:
            noted = await post.second(now_s)
        except Exception:
            log.exception("junction %s lost a second; its controller is let go", post.code)
            await post.let_go()
            return
        state = {**post.state(seconds(self._clock.now())), "at": self._clock.now()}
        await self._bus.tell(state_subject(post.station_id, post.junction_id), msgspec.json.encode(state))
        if not noted.empty:
            await self._keep(post, noted)

    async def _keep(self, post: Post, noted: Noted) -> None:
        """Write down what came of a second; while the database is away it is lost, and driving goes on."""
        station_id, key, now = post.station_id, post.junction_id, self._clock.now()
        try:
            async with self._db.tx(system(station_id, name="signals")) as tx:
                for code, facts in noted.notes:
                    await store.note(tx, station_id, key, now, code, facts=facts)
                if noted.ended is not None:
                    await store.add_change(tx, {"station_id": station_id, "junction_id": key, **_row(noted, post.mode)})
                await note_events(tx, station_id, key, noted.events, now)
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("what came of junction %s could not be kept: %s", post.code, error)


def seconds(at: datetime) -> float:
    """Return a moment as the pure parts count: seconds since 1970."""
    return (at - EPOCH).total_seconds()


class _Seen(msgspec.Struct):
    lanes: list[str]
    vehicles: list[Vehicle]


class _Beyond(msgspec.Struct):
    outs: list[Exit] = []
    inside: list[Crossing] | None = None


class _Turns(msgspec.Struct):
    lasts_s: int
    ways: list[Turned]


class _Shown(msgspec.Struct):
    phase: int
    colour: Colour
    for_s: float | None = None


def _take(post: Post, seen: Observation) -> None:
    at_s = seconds(happened_at(seen))
    try:
        if seen.kind == "signal_seen":
            picture = msgspec.convert(seen.payload, _Seen)
            post.sight.see(at_s, picture.lanes, picture.vehicles)
        elif seen.kind == "signal_beyond":
            beyond = msgspec.convert(seen.payload, _Beyond)
            post.beyond.see(seen.source, at_s, beyond.outs, beyond.inside)
        elif seen.kind == "signal_turns":
            turns = msgspec.convert(seen.payload, _Turns)
            post.beyond.count(seen.source, at_s, turns.lasts_s, turns.ways)
        elif seen.kind == "signal_state":
            shown = msgspec.convert(seen.payload, _Shown)
            post.showed(at_s, shown.phase, shown.colour, shown.for_s)
    except msgspec.ValidationError as error:
        log.warning("what %s says of junction %s cannot be taken: %s", seen.source, post.code, error)


def _row(noted: Noted, mode: str) -> dict[str, Any]:
    ended = noted.ended
    assert ended is not None
    began, over = (datetime.fromtimestamp(one, EPOCH.tzinfo) for one in (ended.began_s, ended.ended_s))
    return {
        "id": new_id(began),
        "mode": mode,
        "began_at": began,
        "ended_at": over,
        "phase": ended.phase,
        "wish": ended.wish,
        "why": ended.why,
        "waited_s": ended.change.waited_s,
        "passed": ended.change.passed,
        "hold_s": ended.change.hold_s,
    }
