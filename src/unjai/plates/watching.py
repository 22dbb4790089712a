"""Matching: every read is held against its station's watch list, in the order of the stream, each exactly once.

The place in the stream is kept in the database and moved in the transaction that counts the reads, after what they
came to is written. So nothing is lost by a restart, and what a restart reads twice is known by (observation, entry).
RECORD has nothing to do with it: a matching that fails holds up no table, and no read is acknowledged by it.
A read whose matching fails for a reason of its own is put aside and tried again until it does not; an engine that is
away is waited for. Before each batch the list's version is asked: no read passes against an old list.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import DecodeError as BodyError
from nats.errors import Error as NatsError
from nats.js.errors import Error as StreamError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.model.reading import Observation
from unjai.plates.flows.hits import Read, take_sighting
from unjai.plates.index import Near, WatchIndex
from unjai.plates.live import tell
from unjai.plates.rules.matching import Seen, Verdict, trusted_province, verdict
from unjai.plates.store import hits as store
from unjai.plates.store.reads import KIND
from unjai.platform.database import Database, Tx
from unjai.platform.follow import Follower, Item
from unjai.platform.streams import Bus, observations, stream_of

log = logging.getLogger(__name__)

STREAM = stream_of("plates")
_AGAIN_S = 0.5
_GATHER_S = 0.1
_RETRY = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))


class WatchList(Protocol):
    """What matching asks of the watch list."""

    async def versions(self, tx: Tx, stations: Collection[StationId]) -> Mapping[StationId, int]:
        """Return the version of each station's list; 0 or absent: it has none."""
        ...

    async def refresh(self, tx: Tx, station_id: StationId, index: WatchIndex) -> None:
        """Bring an index to the version that stands."""
        ...

    async def listed(self, tx: Tx, station_id: StationId, numbers: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return entries in words, as JSON, by their numbers: what a hit keeps of them."""
        ...


class Watching:
    """The station's lists in memory, and the reader of the stream. One a process; core holds it alone."""

    def __init__(self, db: Database, bus: Bus, clock: Clock, watch_list: WatchList) -> None:
        """Remember nothing yet."""
        self.db, self.bus, self.clock, self.watch_list = db, bus, clock, watch_list
        self.lists: dict[StationId, WatchIndex] = {}

    async def run(self) -> None:
        """Match for ever."""
        follower = Follower(self.bus, STREAM, since=await self._place(), gather_s=_GATHER_S)
        async for items in follower.batches():
            while not await self.take(items):  # noqa: ASYNC110  nobody tells when the database is back
                await asyncio.sleep(_AGAIN_S)

    async def _place(self) -> int:
        """Return where to go on: a stream that was made anew begins again."""
        while True:
            try:
                async with self.db.tx(system(name="match")) as tx:
                    place = await store.place(tx, STREAM)
                last = (await self.bus.js.stream_info(STREAM)).state.last_seq
            except (DBAPIError, OSError, TimeoutError, NatsError, StreamError) as error:
                log.warning("matching waits for its engines: %s", error)
                await asyncio.sleep(_AGAIN_S)
            else:
                return place if place <= last else 0

    async def take(self, items: Sequence[Item]) -> bool:
        """Match what a batch holds and move the place; False where it must be tried again."""
        batch = [seen for item in items for seen in _readable(item) if seen.kind == KIND]
        if not batch:
            return True
        try:
            worth = await self.match(batch)
            async with self.db.tx(system(*{one.station_id for one in batch}, name="match")) as tx:
                await self._count(tx, batch)
                await store.set_place(tx, STREAM, items[-1].seq)
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("matching waits for the database: %s", error)
            return False
        except Exception:
            log.exception("a batch could not be matched; it is tried again")
            return False
        await tell(self.bus, self.clock.now(), [(seen, _when(seen)) for seen in batch], worth)
        return True

    async def match(self, batch: Sequence[Observation]) -> dict[UUID, Verdict]:
        """Hold reads against the lists; each hit has a transaction of its own, so that none holds up another.

        Return what the reads that resemble an entry are worth.
        """
        worth: dict[UUID, Verdict] = {}
        read: list[tuple[Observation, Read]] = []
        for seen in batch:
            try:
                one = read_of(seen)
            except Exception as error:  # noqa: BLE001  whatever a box sends, the others go on
                await self._put_aside(seen, error, 0)
                continue
            if one is not None:
                read.append((seen, one))
        stations = {one.station_id for _, one in read}
        if not stations:
            return worth
        async with self.db.tx(system(*stations, name="match")) as tx:
            await self.refresh(tx, stations)
        for (station_id, at), group in _grouped(read).items():
            index = self.lists.get(station_id)
            if index is None or not len(index):
                continue
            asked = [(one.said.registration, trusted_province(one.said)) for _, one in group]
            try:
                found = index.near_each(asked, at)
            except Exception as error:  # noqa: BLE001  one read that breaks the index must not stop the others
                for seen, _one in group:
                    await self._put_aside(seen, error, 0)
                continue
            for (seen, one), near in zip(group, found, strict=True):
                if near:
                    await self._hit(seen, one, near, 0)
                    if told := [found for found in (verdict(one.said, way.how) for way in near) if found is not None]:
                        worth[seen.id] = min(told)  # "alarm" comes before "probable"
        return worth

    async def refresh(self, tx: Tx, stations: Collection[StationId]) -> None:
        """Bring the lists to the version that stands in the database."""
        versions = await self.watch_list.versions(tx, stations)
        for station_id in stations:
            held = self.lists.get(station_id)
            if versions.get(station_id, 0) == (0 if held is None else held.version):
                continue
            if held is None or held.version > versions.get(station_id, 0):
                held = WatchIndex()
            await self.watch_list.refresh(tx, station_id, held)
            self.lists[station_id] = held

    async def _hit(self, seen: Observation, read: Read, near: Sequence[Near], tries: int) -> None:
        for one in near:
            actor = system(read.station_id, name="match")
            try:
                async with self.db.tx(actor) as tx:
                    await self._sight(tx, actor, read, one)
            except (OSError, TimeoutError, OperationalError, InterfaceError):
                raise
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise
                await self._put_aside(seen, error, tries)
            except Exception as error:  # noqa: BLE001  a read that breaks matching must not stop the others
                await self._put_aside(seen, error, tries)

    async def _sight(self, tx: Tx, actor: Actor, read: Read, near: Near) -> None:
        entries = await self.watch_list.listed(tx, read.station_id, [near.number])
        listed = entries.get(near.number)
        if listed is None:
            return  # it was ended since the list was read
        await take_sighting(tx, actor, self.clock, read=read, how=near.how, entry=near.number, listed=listed)

    async def _put_aside(self, seen: Observation, error: Exception, tries: int) -> None:
        """Keep a read whose matching failed; it is tried again."""
        log.error("the matching of read %s failed and is tried again", seen.id, exc_info=error)
        async with self.db.tx(system(seen.station_id, name="match")) as tx:
            await store.put_aside(
                tx,
                {
                    "observation_id": seen.id,
                    "station_id": seen.station_id,
                    "body": _bare(msgspec.to_builtins(seen)),
                    "tries": tries + 1,
                    "error": _bare(f"{type(error).__name__}: {error}"[:400]),
                    "next_at": self.clock.now() + _RETRY[min(tries, len(_RETRY) - 1)],
                },
            )

    async def again(self, stations: Collection[StationId]) -> None:
        """Try reads again whose matching failed."""
        async with self.db.tx(system(*stations, name="match")) as tx:
            due = await store.put_aside_due(tx, self.clock.now())
            await self.refresh(tx, {StationId(row["station_id"]) for row in due})
        for row in due:
            seen = msgspec.convert(row["body"], Observation)
            try:
                one = read_of(seen)
                if one is not None and (index := self.lists.get(one.station_id)) is not None:
                    near = index.near(one.said.registration, trusted_province(one.said), one.at)
                    for found in near:
                        actor = system(one.station_id, name="match")
                        async with self.db.tx(actor) as tx:
                            await self._sight(tx, actor, one, found)
            except (OSError, TimeoutError, OperationalError, InterfaceError):
                raise
            except Exception as error:  # noqa: BLE001  it stays put aside
                await self._put_aside(seen, error, row["tries"])
                continue
            async with self.db.tx(system(seen.station_id, name="match")) as tx:
                await store.matched_after_all(tx, seen.id)

    async def _count(self, tx: Tx, batch: Sequence[Observation]) -> None:
        reads: Counter[tuple[StationId, date]] = Counter()
        unreadable: Counter[tuple[StationId, date]] = Counter()
        for seen in {one.id: one for one in batch}.values():
            key = (seen.station_id, _when(seen).astimezone(BANGKOK).date())
            reads[key] += 1
            unreadable[key] += _registration(seen) is None
        for (station_id, day), count in sorted(reads.items()):
            await store.count_reads(tx, station_id, day, reads=count, unreadable=unreadable[station_id, day])


def _readable(item: Item) -> list[Observation]:
    try:
        return observations(item.data)
    except BodyError:
        log.exception("message %s of %s cannot be read", item.seq, item.subject)
        return []


def _grouped(
    read: Iterable[tuple[Observation, Read]],
) -> dict[tuple[StationId, datetime], list[tuple[Observation, Read]]]:
    """Return reads by station and second, for an entry begins and ends on a second."""
    groups: dict[tuple[StationId, datetime], list[tuple[Observation, Read]]] = defaultdict(list)
    for seen, one in read:
        groups[one.station_id, one.at.replace(microsecond=0)].append((seen, one))
    return groups


def _when(seen: Observation) -> datetime:
    """Return when it was: our own time where the camera's clock is not to be believed, never in our future."""
    return seen.received_at if seen.clock in ("wrong", "none") else min(seen.observed_at, seen.received_at)


def _registration(seen: Observation) -> str | None:
    value = seen.payload.get("registration")
    return value if isinstance(value, str) and value else None


def read_of(seen: Observation) -> Read | None:
    """Return what a read says of one vehicle; None where nothing was readable."""
    registration, said = _registration(seen), seen.payload
    if registration is None:
        return None
    frames, vehicle = said.get("frames"), said.get("vehicle")
    return Read(
        observation_id=seen.id,
        station_id=seen.station_id,
        digest=seen.digest,
        at=_when(seen),
        received_at=seen.received_at,
        said=Seen(
            registration=registration[:80],
            province=_text(said.get("province")),
            confidence=_share(said.get("confidence")),
            province_confidence=_share(said.get("province_confidence")),
            frames=frames if isinstance(frames, int) else None,
        ),
        camera=_text(said.get("camera")) or seen.source,
        device_id=seen.device_id,
        point=seen.point,
        crop=_text(said.get("crop")),
        still=_text(said.get("still")),
        vehicle={str(k): v for k, v in vehicle.items()} if isinstance(vehicle, Mapping) else None,
    )


def _text(value: object) -> str | None:
    return value[:80] if isinstance(value, str) and value else None


def _share(value: object) -> float | None:
    return min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else None


def _bare(said: Any) -> Any:
    """Return JSON without the one character that the database does not take."""
    if isinstance(said, str):
        return said.replace("\x00", "")
    if isinstance(said, Mapping):
        return {_bare(key): _bare(value) for key, value in said.items()}
    return [_bare(one) for one in said] if isinstance(said, list | tuple) else said
