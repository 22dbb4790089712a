"""A street of two kilometres with a pole, cameras and four units on duty; a second station that must see nothing."""

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, text, update

from tests.conftest import NIGHT
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId, named_id
from unjai.people.flows import create_unit, sign_on
from unjai.people.rights import ROLES
from unjai.people.store import unit
from unjai.picture.store import last_seen
from unjai.platform.database import Database, Tx
from unjai.respond import flows, view
from unjai.respond.flows import NewReport, Taken
from unjai.respond.store import assignments, case_tables, incidents, tables, timeline
from unjai.territory.store.tables import device, org_unit, street_edge, territory_version
from unjai.territory.view import forget

HERE, THERE = StationId(10), StationId(11)
BASE = Point(lon=99.0, lat=18.8)
EAST_M = 111_195.08 * math.cos(math.radians(BASE.lat))


def along(metres: float, north_m: float = 0.0, accuracy_m: float | None = None) -> Point:
    """A place on the street, so many metres from its west end."""
    return Point(lon=BASE.lon + metres / EAST_M, lat=BASE.lat + north_m / 111_195.08, accuracy_m=accuracy_m)


def acting(role: str, *stations: StationId, name: str | None = None, unit_id: UnitId | None = None) -> Actor:
    """Someone signed in with a role."""
    return Actor(
        kind="account",
        key=name or role,
        name=name or role,
        stations=frozenset(stations or (HERE,)),
        rights=ROLES[role].rights,
        unit_id=unit_id,
    )


OPERATOR = acting("operator", name="ร.ต.ต.หญิง สมใจ")
SECOND = acting("operator", name="ส.ต.อ. วิชัย")
CORE = system(HERE)


@dataclass(kw_only=True)
class Town:
    """What the fixture made, and short ways to act in it."""

    db: Database
    clock: MovedClock
    pole: DeviceId
    units: dict[str, UnitId]
    phones: dict[str, DeviceId]
    counter: int = 0
    reports: list[Taken] = field(default_factory=list)

    def officer(self, name: str) -> Actor:
        return acting("officer", name=name, unit_id=self.units[name])

    def report(self, at: Point | None, kind: str = "sos_press", **facts: Any) -> NewReport:
        self.counter += 1
        now = self.clock.now()
        known: dict[str, Any] = {
            "observation_id": uuid4(),
            "digest": f"digest-{self.counter}",
            "channel": "pole" if kind == "sos_press" else "citizen",
            "kind": kind,
            "observed_at": now,
            "received_at": now,
            "source": f"source-{self.counter}",
            "point": at,
        }
        return NewReport(**{**known, **facts})

    async def take(self, report: NewReport, actor: Actor = CORE) -> Taken:
        async with self.db.tx(actor) as tx:
            return await flows.take_report(tx, actor, self.clock, report=report)

    async def press(self, metres: float = 1000.0, **facts: Any) -> UUID:
        return (await self.take(self.report(along(metres), **facts))).incident_id

    async def do(self, flow: Any, actor: Actor = OPERATOR, **facts: Any) -> Any:
        """Let an actor do something, a millisecond after what was done before."""
        self.clock.move(timedelta(milliseconds=1))
        async with self.db.tx(actor) as tx:
            return await flow(tx, actor, self.clock, **facts)

    async def incident(self, incident_id: UUID) -> dict[str, Any]:
        async with self.db.tx(CORE) as tx:
            found = await incidents.of(tx, incident_id)
        assert found is not None
        return found

    async def steps(self, incident_id: UUID) -> list[str]:
        async with self.db.tx(CORE) as tx:
            return [row["kind"] for row in await timeline.of_incident(tx, incident_id)]

    async def asked(self, incident_id: UUID) -> list[tuple[str, str]]:
        async with self.db.tx(CORE) as tx:
            return [(row["call_sign"], row["state"]) for row in await assignments.of_incident(tx, incident_id)]

    async def open_offer(self, incident_id: UUID) -> dict[str, Any]:
        async with self.db.tx(CORE) as tx:
            rows = await assignments.open_of_incidents(tx, [incident_id])
        return next(row for row in rows if row["state"] == "offered")

    async def work(self, name: str) -> str:
        async with self.db.tx(CORE) as tx:
            return str(
                await tx.scalar(unit.select().with_only_columns(unit.c.work).where(unit.c.id == self.units[name]))
            )

    async def stand(self, name: str, at: Point, *, age_s: float = 2.0, mock: bool = False) -> None:
        async with self.db.tx(CORE) as tx:
            await _seen(tx, self.phones[name], at, self.clock, age_s=age_s, mock=mock)


async def _seen(
    tx: Tx, device_id: DeviceId, at: Point, clock: MovedClock, *, age_s: float = 2.0, mock: bool = False
) -> None:
    await tx.execute(delete(last_seen).where(last_seen.c.device_id == device_id))
    moment = clock.now() - timedelta(seconds=age_s)
    await tx.execute(
        insert(last_seen).values(
            device_id=device_id,
            station_id=HERE,
            state="ok",
            heard_at=moment,
            observed_at=moment,
            lon=at.lon,
            lat=at.lat,
            mock=mock,
        )
    )


def _street() -> list[dict[str, Any]]:
    """Two kilometres of one street, in edges of 200 m."""
    return [
        {
            "station_id": HERE,
            "id": number + 1,
            "key": f"e{number}",
            "node_a": number,
            "node_b": number + 1,
            "name_th": "ถนนทดสอบ",
            "name_en": "Test Road",
            "class": "collector",
            "length_m": 200.0,
            "geometry": {
                "type": "LineString",
                "coordinates": [[along(west).lon, BASE.lat], [along(west + 200).lon, BASE.lat]],
            },
        }
        for number, west in enumerate(range(0, 2000, 200))
    ]


def _device(key: str, kind: str, name_th: str, name_en: str, at: Point | None = None) -> dict[str, Any]:
    return {
        "station_id": HERE,
        "id": named(key),
        "key": key,
        "kind": kind,
        "name_th": name_th,
        "name_en": name_en,
        "owner_kind": "police",
        "lon": at.lon if at else None,
        "lat": at.lat if at else None,
        "silent_after_s": 180,
    }


CASE = (
    case_tables.party_detail,
    case_tables.party,
    case_tables.attachment,
    case_tables.case_file,
    case_tables.overdue,
    case_tables.procedure_gap,
    case_tables.procedure_mark,
    case_tables.procedure,
    case_tables.wait_limit,
    case_tables.message_template,
)


def named(name: str) -> UUID:
    return named_id("test", name)


UNITS = {"car": ("car", 100.0), "motorcycle": ("motorcycle", 600.0), "foot": ("foot", 1800.0)}
VOLUNTEER = ("volunteer", 990.0)


@pytest.fixture(scope="module")
async def built(db: Database) -> Town:
    """The town, built once a module."""
    forget()
    clock = MovedClock(NIGHT)
    root = system(HERE, THERE)
    async with db.tx(root) as tx:
        for key, parent, path, level in [
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ]:
            await tx.execute(
                insert(org_unit)
                .values(
                    id=key,
                    parent_id=parent,
                    path=path,
                    code=f"t{key}",
                    level=level,
                    name_th=f"สภ.{key}",
                    name_en=f"S{key}",
                )
                .inline()
            )
        devices = [_device("pole-04", "sos_pole", "เสา SOS 04", "SOS pole 04", along(1000))]
        devices += [
            _device(f"cam-{n}", "camera", f"กล้อง {n}", f"Camera {n}", along(1000 + 30 * n)) for n in range(1, 7)
        ]
        devices += [_device(f"phone-{name}", "phone", name, name) for name in (*UNITS, "volunteer")]
        await tx.execute(insert(device), devices)
        await tx.execute(insert(street_edge), _street())
        await tx.execute(
            insert(territory_version).values(station_id=HERE, version=1, stamp=uuid4(), changed_at=clock.now()).inline()
        )
        units, phones = {}, {}
        for name, (kind, metres) in {**UNITS, "volunteer": VOLUNTEER}.items():
            phones[name] = DeviceId(named(f"phone-{name}"))
            units[name] = await create_unit(
                tx, root, clock, call_sign=name, kind=kind, name_th=name, device_id=phones[name], station_id=HERE
            )
            await sign_on(tx, root, clock, unit_id=units[name])
            await _seen(tx, phones[name], along(metres), clock)
    return Town(db=db, clock=clock, pole=DeviceId(named("pole-04")), units=units, phones=phones)


@pytest.fixture
async def town(built: Town) -> Town:
    """The town with no incident, everyone free and where they began."""
    async with built.db.tx(system(HERE, THERE)) as tx:
        for table in (*CASE, tables.timeline, tables.assignment, tables.report_caller, tables.report, tables.incident):
            await tx.execute(delete(table))
        await tx.execute(update(unit).values(work="free", incident_id=None))
        await tx.execute(text("DELETE FROM outbox"))
        for name, (_, metres) in {**UNITS, "volunteer": VOLUNTEER}.items():
            await _seen(tx, built.phones[name], along(metres), built.clock)
    return built


async def shown(town, key, actor=OPERATOR):
    """Return an incident as a screen shows it."""
    async with town.db.tx(actor) as tx:
        return await view.incident(tx, actor, incident_id=key)
