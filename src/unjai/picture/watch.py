"""PICTURE: every observation once through skip_seen → locate → enrich → live state → rules → report.

The place in each stream is stored with `last_seen` in one transaction; a restart goes on from there, and what is
told twice is told in vain: reports are unique on the observation's id.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import DecodeError as BodyError
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, ObservationId, StationId, UnitId
from unjai.model.reading import Observation
from unjai.people.registry import DeviceEntry, Registry
from unjai.people.store.devices import refusals_of
from unjai.picture import rules, store
from unjai.picture.alerts import store as alert_store
from unjai.picture.alerts.board import RuleBoard, alarm_of_alert, alert_row, measured_of, notices, strip_line
from unjai.picture.alerts.rules.facts import SIGNAL_TROUBLE, SignalSaid
from unjai.picture.alerts.rules.rule import Alert, Cleared
from unjai.picture.health.silences import Silences, watched
from unjai.picture.incidents import Changes
from unjai.picture.live import STRIP_FOR, STRIP_MOST, StationLive, heard_row, saved_row
from unjai.picture.responder import Responder
from unjai.picture.rules import Alarm
from unjai.picture.views import View, frames
from unjai.platform.database import Database, Tx
from unjai.platform.follow import Follower
from unjai.platform.streams import RECORDED, Bus, observations, stream_of

log = logging.getLogger(__name__)

TICK_S = 0.1
SAVE_EVERY = timedelta(seconds=1)
VIEW_FOR = timedelta(seconds=60)
_AGAIN_S = 0.5
_REMEMBERED = 20_000


@dataclass(kw_only=True, slots=True)
class Sight:
    """One observation on its way through the picture."""

    seen: Observation
    seq: int
    at: datetime
    live: StationLive
    device: DeviceEntry | None = None
    point: Point | None = None
    unit_id: UnitId | None = None
    alarm: Alarm | None = None
    back: bool = False


Step = Callable[[Sight, "Picture"], Awaitable[bool]]


@dataclass(kw_only=True)
class Picture:
    """The live picture of all stations this core holds."""

    db: Database
    bus: Bus
    clock: Clock
    registry: Registry
    responder: Responder
    steps: Sequence[Step]
    happened_at: Callable[[Observation], datetime]
    stations: dict[StationId, StationLive] = field(default_factory=dict)
    views: dict[tuple[StationId, str], tuple[View, datetime]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    recent: OrderedDict[ObservationId, None] = field(default_factory=OrderedDict)
    silences: dict[StationId, Silences] = field(default_factory=dict)
    rule_board: RuleBoard = field(init=False)
    changes: Changes = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the board of rules over the stations, and what hears of incidents."""
        self.rule_board = RuleBoard(clock=self.clock, live_of=self.stations.get)
        self.changes = Changes(db=self.db, clock=self.clock, teller=self.responder, live_of=self.stations.get)

    @property
    def listening_since(self) -> datetime:
        """When this core began to listen; silence before it is ours, not a device's."""
        return self.started_at or self.clock.now()

    async def load(self, station_ids: Sequence[StationId]) -> None:
        """Take the last state from the database; `run` goes on from the stream places stored with it."""
        self.started_at = self.clock.now()
        for station_id in station_ids:
            await self.refresh(station_id)
            live = self.stations[station_id]
            async with self.db.tx(system(station_id, name="picture")) as tx:
                live.heard = {row.device_id: row for row in map(heard_row, await store.all_last_seen(tx))}
                live.incidents = await self.responder.open_incidents(tx)
                live.since = dict(await store.since_of(tx))
                live.states = {key: heard.state(self.clock.now()) for key, heard in live.heard.items()}
                told = await self.responder.strip(tx, self.clock.now() - STRIP_FOR, set())
                self.changes.begin(station_id, told)
                lines = [*told.values(), *await notices(tx, self.clock.now())]
                live.strip = sorted(lines, key=lambda line: str(line["at"]))[-STRIP_MOST:]
                self.places = await store.places(tx)
                await self._silences(live).load(tx)
                await self.rule_board.load(tx, live, self.listening_since)
            live.clear()

    def _silences(self, live: StationLive) -> Silences:
        return self.silences.setdefault(live.station_id, Silences(live=live, clock=self.clock))

    async def refresh(self, station_id: StationId) -> None:
        """Take the unit board and the devices anew (duty, registry or territory changed)."""
        live = self.stations.setdefault(station_id, StationLive(station_id=station_id))
        async with self.db.tx(system(station_id, name="picture")) as tx:
            units = await self.responder.board(tx, station_id)
        live.set_devices(entry for entry in self.registry.entries if entry.station_id == station_id)
        live.set_units(units)
        async with self.db.tx(system(station_id, name="picture")) as tx:
            if station_id in self.rule_board.engines:
                await self.rule_board.refresh(tx, live)
            else:  # a station that was set up while this core ran: its rules count at once
                await self.rule_board.load(tx, live, self.listening_since)

    async def count_refusals(self) -> None:
        """Take the number of refused messages of each device; both processes write them to the database."""
        for live in self.stations.values():
            async with self.db.tx(system(live.station_id, name="picture")) as tx:
                counted: Counter[DeviceId] = Counter()
                for row in await refusals_of(tx):
                    counted[DeviceId(row["device_id"])] += row["count"]
            fresh = {key: count for key, count in counted.items() if live.refusals.get(key) != count}
            live.dirty_devices |= fresh.keys()
            live.refusals = dict(counted)
            await self.follow_rules(live, self.rule_board.refused(live, fresh))

    async def hear_signals(self, _subject: str, data: bytes) -> None:
        """Take what the process of signals says of a junction's trouble."""
        said = msgspec.json.decode(data, type=SignalSaid)
        if (live := self.stations.get(StationId(said.station_id))) is not None:
            found = self.rule_board.own(live, SIGNAL_TROUBLE, DeviceId(said.device_id), said.facts)
            await self.follow_rules(live, found)

    async def follow_rules(self, live: StationLive, out: Sequence[Alert | Cleared]) -> None:
        """Do what follows of what the rules found: each alert is written and told in one transaction, once."""
        for one in out:
            fresh: list[dict[str, Any]] = []

            async def job(tx: Tx, actor: Actor, one: Alert | Cleared = one, fresh: list[Any] = fresh) -> None:
                if isinstance(one, Cleared):
                    await alert_store.clear_alert(tx, one.alert_id, one.at)
                    return
                row = alert_row(one)
                if await alert_store.add_alert(tx, row):
                    if one.do == "incident":
                        await self.responder.tell(tx, actor, self.clock, alarm_of_alert(one, self.clock.now()))
                    elif one.do == "notice":
                        fresh.append(row)

            await self.told(live.station_id, job)
            for row in fresh:
                live.note(strip_line(row), self.clock.now())

    async def watch_rules(self) -> None:
        """Let what rules wait for come due; once in a while see that they are the stored ones."""
        for live in list(self.stations.values()):
            await self.follow_rules(live, self.rule_board.advance(live.station_id))

    async def check_rules(self) -> None:
        """Read rules anew where an event was missed."""
        for live in list(self.stations.values()):
            async with self.db.tx(system(live.station_id, name="picture")) as tx:
                if await self.rule_board.is_stale(tx, live.station_id):
                    await self.rule_board.refresh(tx, live)

    async def rules_changed(self, station_id: StationId) -> None:
        """Take a station's rules as they are now."""
        live = self.stations.get(station_id)
        if live is not None:
            async with self.db.tx(system(station_id, name="picture")) as tx:
                await self.rule_board.refresh(tx, live)

    async def follow(self, stream: str) -> None:
        """Read one stream for ever, in order."""
        follower = Follower(self.bus, stream, since=self.places.get(stream, 0))
        async for items in follower.batches():
            for item in items:
                try:
                    batch = observations(item.data)
                except BodyError:
                    log.exception("message %s of %s cannot be read", item.seq, stream)
                    batch = []
                for seen in batch:
                    await self.see(seen, item.seq)
                self.places[stream] = item.seq

    async def see(self, seen: Observation, seq: int = 0) -> None:
        """Take one observation through all steps."""
        live = self.stations.get(seen.station_id)
        if live is None:
            return
        sight = Sight(seen=seen, seq=seq, at=self.happened_at(seen), live=live)
        for step in self.steps:
            if not await step(sight, self):
                return

    async def told(self, station_id: StationId, job: Callable[[Tx, Actor], Awaitable[None]]) -> None:
        """Run a job upward in its own transaction, again and again while the database is away."""
        actor = system(station_id, name="picture")
        while True:
            try:
                async with self.db.tx(actor) as tx:
                    await job(tx, actor)
            except UnjaiError as error:
                log.warning("respond refused: %s", error)
                return
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("an alarm waits for the database: %s", error)
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def telling(self, alarm: Alarm) -> Callable[[Tx, Actor], Awaitable[None]]:
        """Return the job that tells respond of an alarm."""
        return lambda tx, actor: self.responder.tell(tx, actor, self.clock, alarm)

    async def watch_silence(self) -> None:
        """Note every device that fell silent since the last look; tell what is due, take back what is over."""
        now = self.clock.now()
        for live in list(self.stations.values()):
            silences = self._silences(live)
            for key, heard in list(live.heard.items()):
                entry = watched(live.devices.get(key))
                if entry is not None and rules.falls_silent(heard, entry.silent_after_s, now, self.listening_since):
                    silences.fell(key, heard.heard_at)
                    live.hear(rules.fallen_silent(heard), now)
                elif live.states.get(key) not in (None, heard.state(now)):
                    live.hear(heard, now)
            silences.drop_unwatched(now)
            told = partial(self.told, live.station_id)
            await silences.tell(self.responder, told, self.listening_since)
            await silences.settle(self.responder, told)

    async def save(self) -> None:
        """Write what changed and the stream places that it reflects."""
        now = self.clock.now()
        places = dict(self.places)
        for live in self.stations.values():
            keys, live.unsaved = live.unsaved, set()
            rows = [saved_row(live.heard[key], now, live.since.get(key)) for key in keys]
            dirty, gone = self.rule_board.take_dirty(live.station_id)
            silences = self._silences(live)
            changed = len(silences.dirty)
            try:
                async with self.db.tx(system(live.station_id, name="picture")) as tx:
                    await store.save(tx, rows, places)
                    await self.rule_board.save(tx, live.station_id, dirty, gone)
                    await silences.save(tx)
                silences.saved(changed)
            except (DBAPIError, OSError, TimeoutError) as error:
                live.unsaved |= keys
                self.rule_board.put_back(live.station_id, dirty, gone)
                log.warning("the picture waits for the database: %s", error)

    async def tick(self) -> None:
        """Publish one frame a view class of what changed."""
        now = self.clock.now()
        for key, (_view, until) in list(self.views.items()):
            if until < now:
                del self.views[key]
        for live in self.stations.values():
            mine = [view for (station_id, _name), (view, _until) in self.views.items() if station_id == live.station_id]
            for where, body in frames(live, mine, now):
                await self.bus.tell(where, body)

    def snapshot(self, station_id: StationId, name: str) -> bytes:
        """Return a class's snapshot and keep its frames coming for a minute."""
        return self.keep(station_id, name).snapshot(self.clock.now())

    def keep(self, station_id: StationId, name: str) -> View:
        """Keep a class's frames coming for a minute: somebody reads them."""
        live = self.stations.get(station_id)
        if live is None:
            raise UnjaiError("station_not_set_up", 503)
        now = self.clock.now()
        known = self.views.get((station_id, name))
        view = known[0] if known else View(live, name, int(now.timestamp() * 10) & 0x7FFFFFFF)
        self.views[(station_id, name)] = (view, now + VIEW_FOR)
        return view

    async def run(self) -> None:
        """Follow every stream, tick, save and listen for silence, for ever."""
        async with asyncio.TaskGroup() as group:
            for retention in RECORDED:
                group.create_task(self.follow(stream_of(retention)))
            group.create_task(self.changes.run())
            group.create_task(self._every(TICK_S, self.tick))
            group.create_task(self._every(1.0, self.save))
            group.create_task(self._every(1.0, self.watch_silence))
            group.create_task(self._every(1.0, self.watch_rules))
            group.create_task(self._every(30.0, self.check_rules))

    async def _every(self, pause_s: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await job()
            except Exception:
                log.exception("the picture stumbled; it goes on")
            await asyncio.sleep(pause_s)


async def skip_seen(sight: Sight, picture: Picture) -> bool:
    """Pass over repeats; what the stored place reflects is not read again, what a restart reads twice is harmless."""
    if sight.seen.id in picture.recent:
        return False
    picture.recent[sight.seen.id] = None
    if len(picture.recent) > _REMEMBERED:
        picture.recent.popitem(last=False)
    return sight.seen.device_id is not None


async def locate(sight: Sight, _picture: Picture) -> bool:
    """Find where it happened: its own position, or the device's known place."""
    key = sight.seen.device_id
    assert key is not None
    sight.device = sight.live.devices.get(key)
    sight.point = sight.seen.point or sight.live.place_of(key)
    return True


async def enrich(sight: Sight, _picture: Picture) -> bool:
    """Find whose it is: the unit that carries the device."""
    sight.unit_id = sight.device.unit_id if sight.device is not None else None
    return True


async def live_state(sight: Sight, picture: Picture) -> bool:
    """Bring the device's live state up to date; older news never undoes newer."""
    key = sight.seen.device_id
    assert key is not None
    before = sight.live.heard.get(key)
    after = rules.hear(before, sight.seen, sight.at)
    sight.live.hear(after, picture.clock.now())
    sight.back = before is not None and before.silent and not after.silent
    return True


async def apply_station_rules(sight: Sight, picture: Picture) -> bool:
    """Let the station's own alert rules see it; what they raise is committed before the place in the stream moves."""
    found = picture.rule_board.observe(sight.live, sight.seen, sight.at, sight.device, sight.point)
    await picture.follow_rules(sight.live, found)
    measured = measured_of(sight.seen)
    if measured is not None:
        await picture.told(sight.seen.station_id, lambda tx, _actor: alert_store.measure_alert(tx, **measured))
    return True


async def apply_rules(sight: Sight, _picture: Picture) -> bool:
    """Decide whether it is an alarm, says more of one, or ends a silence."""
    sight.alarm = rules.alarm_of(sight.seen, at=sight.at, point=sight.point, unit_id=sight.unit_id)
    return sight.alarm is not None or sight.back


async def report(sight: Sight, picture: Picture) -> bool:
    """Tell respond, in one transaction; return once it is committed."""
    if sight.alarm is not None:
        await picture.told(sight.alarm.station_id, picture.telling(sight.alarm))
    if sight.back and sight.seen.device_id is not None:
        key = sight.seen.device_id
        silences = picture.silences.get(sight.seen.station_id)
        if silences is not None:
            silences.came_back(key, sight.seen.received_at)
        await picture.told(
            sight.seen.station_id, lambda tx, actor: picture.responder.back(tx, actor, picture.clock, key)
        )
    return True
