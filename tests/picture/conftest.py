"""A street with eight poles, a phone with its unit, one sub-zone; the picture over them, wired to respond as in life."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select

from tests.conftest import NIGHT
from unjai import app
from unjai.app import Common
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId, named_id, observation_id
from unjai.model.reading import Observation
from unjai.people.flows import create_unit, sign_on
from unjai.people.registry import Refusals, Registry
from unjai.people.rights import ROLES
from unjai.people.store import unit
from unjai.picture.alerts import flows
from unjai.picture.alerts import store as rule_store
from unjai.picture.alerts.schemas import RuleBody
from unjai.picture.health import store as health_store
from unjai.picture.store import last_seen
from unjai.picture.watch import Picture
from unjai.platform.config import Settings
from unjai.platform.database import Database, metadata
from unjai.platform.streams import Bus
from unjai.respond.told import ToRespond
from unjai.sense.rules import happened_at
from unjai.territory.store import device, org_unit, subzone, territory_version, zone
from unjai.territory.store.contacts import device_contact
from unjai.territory.view import forget

HERE, THERE = StationId(10), StationId(11)
POLES = 8
SQUARE = [[99.0, 18.0], [99.1, 18.0], [99.1, 18.1], [99.0, 18.1], [99.0, 18.0]]
EAST = [[99.05, 18.0], [99.1, 18.0], [99.1, 18.1], [99.05, 18.1], [99.05, 18.0]]
SUBZONE = named_id("test", "east")


def acting(role: str, station: StationId = HERE) -> Actor:
    return Actor(kind="account", key=role, name=role, stations=frozenset({station}), rights=ROLES[role].rights)


CHIEF = acting("supervisor")


@dataclass(kw_only=True)
class Street:
    """What the fixture made, and short ways to let things happen."""

    db: Database
    core: Database
    bus: Bus
    clock: MovedClock
    poles: list[DeviceId]
    phone: DeviceId
    unit_id: UnitId
    registry: Registry
    picture: Picture = field(init=False)
    count: int = 0

    async def start(self, stations: tuple[StationId, ...] = (HERE,)) -> Picture:
        """Begin a core: what it remembers comes from the database alone."""
        async with self.core.tx(system(HERE)) as tx:
            await self.registry.load(tx, self.clock.now())
        settings = Settings()
        made = Common(
            settings=settings, db=self.core, bus=self.bus, clock=self.clock, registry=self.registry, refusals=Refusals()
        )
        self.picture = Picture(
            db=self.core,
            bus=self.bus,
            clock=self.clock,
            registry=self.registry,
            responder=ToRespond(),
            steps=app.PICTURE,
            happened_at=happened_at,
        )
        made.station_ids = stations
        await self.picture.load(made.station_ids)
        return self.picture

    def said(self, kind: str, who: DeviceId, point: Point | None = None, /, **payload: Any) -> Observation:
        self.count += 1
        now = self.clock.now()
        return Observation(
            id=observation_id(now, str(who), f"{kind}{self.count}"),
            station_id=HERE,
            kind=kind,
            source=str(who)[:8],
            device_id=who,
            observed_at=now,
            received_at=now,
            clock="ok",
            retention="fleet" if kind == "position" else "device",
            point=point,
            payload=payload,
            digest=f"d{self.count}",
        )

    async def hear(self, kind: str, who: DeviceId, point: Point | None = None, /, **payload: Any) -> Observation:
        seen = self.said(kind, who, point, **payload)
        await self.picture.see(seen)
        return seen

    async def beat(self, *numbers: int) -> None:
        for number in numbers:
            await self.hear("pole_heartbeat", self.poles[number], battery=0.9, firmware="2.1")

    async def second(self) -> None:
        """What the picture does each second."""
        await self.picture.watch_silence()
        await self.picture.watch_rules()
        await self.picture.save()

    async def wait(self, step: timedelta = timedelta(seconds=10), beating: tuple[int, ...] = (), **span: float) -> None:
        until = self.clock.now() + timedelta(**span)
        while self.clock.now() < until:
            self.clock.move(min(step, until - self.clock.now()))
            await self.beat(*beating)
            await self.second()

    async def incidents(self) -> list[dict[str, Any]]:
        table = metadata.tables["incident"]
        async with self.core.tx(system(HERE)) as tx:
            return await tx.all(select(table).order_by(table.c.seq))

    async def steps(self, incident_id: UUID) -> list[str]:
        table = metadata.tables["timeline"]
        async with self.core.tx(system(HERE)) as tx:
            rows = await tx.all(select(table.c.kind).where(table.c.incident_id == incident_id).order_by(table.c.seq))
        return [row["kind"] for row in rows]

    async def alerts(self) -> list[dict[str, Any]]:
        async with self.core.tx(system(HERE)) as tx:
            return list(reversed(await rule_store.alerts_of(tx)))

    async def outages(self) -> list[dict[str, Any]]:
        table = health_store.device_outage
        async with self.core.tx(system(HERE)) as tx:
            return await tx.all(select(table).order_by(table.c.noticed_at, table.c.id))

    async def make(self, kind: str, *, switch: bool = True, **body: Any) -> UUID:
        """Make a rule as a supervisor does, and let the running picture hear of it."""
        async with self.db.tx(CHIEF) as tx:
            row = await flows.make_rule(tx, CHIEF, self.clock, body=RuleBody(kind=kind, **body), enabled=switch)
        await self.picture.rules_changed(HERE)
        return UUID(str(row["id"]))

    async def do(self, flow: Callable[..., Any], actor: Actor = CHIEF, **facts: Any) -> Any:
        async with self.db.tx(actor) as tx:
            found = await flow(tx, actor, self.clock, **facts)
        await self.picture.rules_changed(HERE)
        return found


_KEPT = ("audit", "ledger", "obs_conflict", "plate", "held_plate")
"""Tables of which nothing may be deleted by hand."""


async def _clean(db: Database) -> None:
    async with db.tx(system(HERE, THERE)) as tx:
        for table in reversed(metadata.sorted_tables):
            if table.info.get("guard") == "station" and not table.name.startswith(_KEPT):
                await tx.execute(delete(table))
        await tx.execute(delete(metadata.tables["stream_place"]))


async def _ground(db: Database, clock: MovedClock) -> tuple[list[DeviceId], DeviceId]:
    poles = [DeviceId(named_id("street", f"pole-{n}")) for n in range(POLES)]
    phone = DeviceId(named_id("street", "phone"))
    async with db.tx(system(HERE, THERE)) as tx:
        if await tx.scalar(select(org_unit.c.id).where(org_unit.c.id == HERE)) is None:
            for key, parent, path, level in (
                (1, None, "1", "national"),
                (HERE, 1, "1.10", "station"),
                (THERE, 1, "1.11", "station"),
            ):
                names = {"code": f"หน่วย {key}", "name_th": f"หน่วย {key}", "name_en": f"Unit {key}"}
                await tx.execute(insert(org_unit).values(id=key, parent_id=parent, path=path, level=level, **names))
        for station in (HERE, THERE):
            stamp = named_id("stamp", f"{station}{clock.now()}{id(clock)}")
            await tx.execute(
                insert(territory_version).values(station_id=station, version=1, stamp=stamp, changed_at=NIGHT)
            )
        zone_id = named_id("test", "zone")
        shape = {"type": "Polygon", "coordinates": [SQUARE]}
        await tx.execute(
            insert(zone).values(
                id=zone_id,
                station_id=HERE,
                code="Z",
                name_th="เขตทดสอบ",
                geometry=shape,
                area_m2=1.0,
                lon=99.05,
                lat=18.05,
            )
        )
        await tx.execute(
            insert(subzone).values(
                id=SUBZONE,
                station_id=HERE,
                zone_id=zone_id,
                code="E",
                kind="economic",
                name_th="ย่านเศรษฐกิจ",
                geometry={"type": "Polygon", "coordinates": [EAST]},
                area_m2=1.0,
            )
        )
        for n, key in enumerate(poles):
            await tx.execute(
                insert(device).values(
                    id=key,
                    station_id=HERE,
                    key=f"pole-{n}",
                    kind="sos_pole",
                    name_th=f"เสา {n}",
                    owner_kind="municipality",
                    owner_name="เทศบาล",
                    lon=99.01 + n / 100,
                    lat=18.05,
                    silent_after_s=120,
                )
            )
        await tx.execute(
            insert(device).values(
                id=phone,
                station_id=HERE,
                key="phone",
                kind="phone",
                name_th="โทรศัพท์",
                owner_kind="police",
                silent_after_s=600,
            )
        )
        await tx.execute(
            insert(device).values(
                id=named_id("street", "door"),
                station_id=HERE,
                key="door",
                kind="citizen_door",
                name_th="หน้าประชาชน",
                owner_kind="police",
                silent_after_s=60,
            )
        )
    return poles, phone


@pytest.fixture
async def street(db: Database, worker_db: Database, bus: Bus) -> Street:
    """The street at 01:14 in the night, with a core that has just begun to listen."""
    clock = MovedClock(NIGHT)
    await _clean(db)
    forget()
    poles, phone = await _ground(db, clock)
    async with db.tx(system(HERE)) as tx:
        unit_id = await create_unit(
            tx, system(HERE), clock, call_sign="เวียง 11", kind="car", name_th="สายตรวจ", device_id=phone
        )
        await sign_on(tx, system(HERE), clock, unit_id=unit_id)
    made = Street(
        db=db, core=worker_db, bus=bus, clock=clock, poles=poles, phone=phone, unit_id=unit_id, registry=Registry()
    )
    await made.start()
    return made


__all__ = ["CHIEF", "HERE", "SUBZONE", "THERE", "Street", "acting", "datetime", "device_contact", "last_seen", "unit"]
