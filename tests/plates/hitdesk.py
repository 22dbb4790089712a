"""The matcher of a station over real engines, and short ways to let cameras read: for tests of hits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import insert, select

import unjai.app  # noqa: F401  it wires what stands above the plates
from tests.conftest import NIGHT
from tests.plates.made import CORE, HERE, THERE, acting, read
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, named_id
from unjai.model.reading import Observation
from unjai.plates.flows import hits as flows
from unjai.plates.flows.listed import StationLists
from unjai.plates.pictures import plate_pictures
from unjai.plates.store import hits as store
from unjai.plates.store import watch_list as entries
from unjai.plates.watching import STREAM, Watching
from unjai.platform.database import Database, metadata
from unjai.platform.follow import Follower
from unjai.platform.streams import Bus
from unjai.territory.store.tables import device, org_unit, street_edge, territory_version
from unjai.territory.view import forget

OPERATOR = acting("operator", name="ร.ต.ต.หญิง สมใจ")
SECOND = acting("operator", name="ส.ต.อ. วิชัย")
BASE = Point(lon=99.0, lat=18.8)
CAMERAS = ("LPR-1", "LPR-2", "LPR-3", "LPR-4")


def at_camera(number: int) -> Point:
    return Point(lon=BASE.lon + 0.01 * number, lat=BASE.lat)


def camera_id(number: int) -> DeviceId:
    return DeviceId(named_id("hits", CAMERAS[number]))


@dataclass(kw_only=True)
class Desk:
    """The matcher of a station over real engines, and short ways to let cameras read."""

    db: Database
    core: Database
    bus: Bus
    clock: MovedClock
    watching: Watching
    count: int = 0
    told: list[str] = field(default_factory=list)

    async def listed(
        self, registration: str, province: str | None = "50", *, station: StationId = HERE, **more: Any
    ) -> int:
        """Put an approved entry on a station's list; return its number."""
        words = dict.fromkeys(entries.SAID, "")
        values = {
            "id": uuid4(),
            "registration": registration,
            "province": province,
            "partial": False,
            "special": False,
            **words,
            "reason": "รถถูกโจรกรรม",
            "case_number": f"คดี {registration}/2569",
            "instruction": "ห้ามหยุดคนเดียว",
            "valid_from": self.clock.now() - timedelta(days=1),
            "valid_until": self.clock.now() + timedelta(days=30),
            "state": "approved",
            "proposer_name": "ร.ต.อ. หนึ่ง",
            "proposed_at": self.clock.now(),
            "approver_name": "พ.ต.ท. สอง",
            "ended_name": "",
            "ended_why": "",
        } | more
        async with self.core.tx(system(station)) as tx:
            row = await entries.add(tx, station, values | {"version": await entries.bump(tx, station)})
        return int(row["number"])

    async def ended(self, number: int, station: StationId = HERE) -> None:
        async with self.core.tx(system(station)) as tx:
            key = await tx.scalar(select(entries.watch_entry.c.id).where(entries.watch_entry.c.number == number))
            await entries.change(tx, key, state="ended", version=await entries.bump(tx, station))

    def read(self, registration: str, province: str | None = "50", *, camera: int = 0, **more: Any) -> Observation:
        self.clock.move(timedelta(seconds=1))
        more = {"device_id": camera_id(camera), "point": at_camera(camera)} | more
        return read(self.clock.now(), registration, province, camera=CAMERAS[camera], **more)

    async def publish(self, *batch: Observation) -> None:
        """Put a list on the stream as INTAKE does, under a message id of its own: a repeat comes through too."""
        self.count += 1
        subject = f"obs.{batch[0].station_id}.plates.plate_read.{batch[0].source}"
        await self.bus.js.publish(subject, msgspec.json.encode(batch))

    async def match(self, watching: Watching | None = None) -> None:
        """Let the matcher read the stream to its end, from the place in the database on."""
        one = watching or self.watching
        last = (await self.bus.js.stream_info(STREAM)).state.last_seq
        place = await one._place()
        if place >= last:
            return
        follower = Follower(self.bus, STREAM, since=place)
        async for items in follower.batches():
            assert await one.take(items)
            if items[-1].seq >= last:
                return

    async def see(self, registration: str, province: str | None = "50", **more: Any) -> Observation:
        seen = self.read(registration, province, **more)
        await self.publish(seen)
        await self.match()
        return seen

    async def hits(self, registration: str, actor: Actor = CORE) -> list[dict[str, Any]]:
        async with self.core.tx(actor) as tx:
            mine = select(store.plate_hit).where(store.plate_hit.c.registration == registration)
            return await tx.all(mine.order_by(store.plate_hit.c.made_at, store.plate_hit.c.id))

    async def hit(self, registration: str) -> dict[str, Any]:
        (row,) = await self.hits(registration)
        return row

    async def incident(self, incident_id: UUID) -> dict[str, Any]:
        async with self.core.tx(CORE) as tx:
            table = metadata.tables["incident"]
            found = await tx.one(select(table).where(table.c.id == incident_id))
        assert found is not None
        return found

    async def steps(self, incident_id: UUID) -> list[str]:
        table = metadata.tables["timeline"]
        async with self.core.tx(CORE) as tx:
            rows = await tx.all(select(table.c.kind).where(table.c.incident_id == incident_id).order_by(table.c.seq))
        return [row["kind"] for row in rows]

    async def judge(self, hit: dict[str, Any], verdict: str, actor: Actor = OPERATOR, **more: Any) -> dict[str, Any]:
        self.clock.move(timedelta(milliseconds=5))
        said = {"hit_id": hit["id"], "version": hit["version"], "verdict": verdict} | more
        async with self.db.tx(actor) as tx:
            return await flows.judge(tx, actor, self.clock, **said)

    async def tend(self, folder: Any) -> None:
        async with self.core.tx(system(HERE, THERE, name="match")) as tx:
            await flows.tend(tx, tx.actor, self.clock, plate_pictures(folder))


@pytest.fixture(scope="module")
async def built(db: Database) -> MovedClock:
    """Two stations on one street with four cameras, built once a module."""
    forget()
    root = system(HERE, THERE)
    async with db.tx(root) as tx:
        for key, parent, path, level in [
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ]:
            named = {"code": f"h{key}", "name_th": f"สภ.{key}", "name_en": f"S{key}"}
            await tx.execute(
                insert(org_unit).values(id=key, parent_id=parent, path=path, level=level, **named).inline()
            )
        for station in (HERE, THERE):
            own = {"station_id": station, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
        for number, key in enumerate(CAMERAS):
            place = at_camera(number)
            own = {"id": camera_id(number), "station_id": HERE, "key": key, "kind": "camera"}
            names = {"name_th": f"กล้อง {number + 1}", "name_en": f"Camera {number + 1}", "owner_kind": "police"}
            await tx.execute(insert(device).values(**own, **names, lon=place.lon, lat=place.lat, silent_after_s=60))
        for number in range(8):
            west, east = BASE.lon + 0.005 * number, BASE.lon + 0.005 * (number + 1)
            line = {"type": "LineString", "coordinates": [[west, BASE.lat], [east, BASE.lat]]}
            own = {"station_id": HERE, "id": number + 1, "key": f"e{number}", "node_a": number, "node_b": number + 1}
            names = {
                "name_th": "ถนนทดสอบ",
                "name_en": "Test Road",
                "class": "main",
                "length_m": 526.3,
                "geometry": line,
            }
            await tx.execute(insert(street_edge).values(**own, **names))
    return MovedClock(NIGHT)


@pytest.fixture
async def desk(db: Database, worker_db: Database, bus: Bus, built: MovedClock) -> AsyncIterator[Desk]:
    """The desk, with the matcher's place at the end of what other tests said."""
    last = (await bus.js.stream_info(STREAM)).state.last_seq
    async with worker_db.tx(CORE) as tx:
        await store.set_place(tx, STREAM, last)
    watching = Watching(worker_db, bus, built, StationLists())
    yield Desk(db=db, core=worker_db, bus=bus, clock=built, watching=watching)
