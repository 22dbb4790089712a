"""The demo's crossing at one station, and a second station that must see nothing of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from tests.conftest import NIGHT
from unjai.demo.town.crossing import demo_crossing
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.ids import AccountId, DeviceId, StationId
from unjai.people.rights import ROLES
from unjai.people.store.tables import account, account_role
from unjai.people.vault import Vault
from unjai.platform.database import Database
from unjai.signals.controller.base import Make
from unjai.signals.flows import junctions
from unjai.signals.room import Opens, Room
from unjai.signals.rules.definition import junction_of
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.secrets import vault_of
from unjai.signals.store.tables import signal_junction
from unjai.territory.store import device, org_unit

HERE, THERE = StationId(10), StationId(11)
NTCIP = junctions.PlantWish(plant="ntcip", host="192.0.2.7", community="street-secret")
BOX = DeviceId(uuid4())


def the_file(**other: Any) -> JunctionFile:
    return JunctionFile.model_validate({**demo_crossing(), **other})


@pytest.fixture(scope="session")
def file() -> JunctionFile:
    return the_file()


@pytest.fixture(scope="session")
def junction(file):
    return junction_of(file)


def acting(role: str, station: StationId = HERE, key: UUID | None = None) -> Actor:
    return Actor(
        kind="account",
        key=role,
        name=f"คน {role}",
        stations=frozenset({station}),
        rights=ROLES[role].rights,
        account_id=AccountId(key or uuid4()),
        works_at=station,
    )


@dataclass(kw_only=True)
class Ground:
    """Who works at the station, and the vault."""

    supervisor: Actor
    superintendent: Actor
    operator: Actor
    stranger: Actor
    vault: Vault


@pytest.fixture(scope="module")
async def ground(db: Database, tmp_path_factory) -> Ground:
    people = {name: uuid4() for name in ("supervisor", "superintendent", "operator")}
    async with db.tx(system(HERE, THERE)) as tx:
        for key, parent, path, level in (
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ):
            await tx.execute(
                insert(org_unit).values(
                    id=key, parent_id=parent, path=path, level=level, code=f"u{key}", name_th=f"ส {key}", name_en="S"
                )
            )
        for name, key in people.items():
            names = {"username": name, "name_th": f"คน {name}", "name_en": "", "password_hash": "x", "locale": "th"}
            at = {"created_at": NIGHT, "password_at": NIGHT}
            await tx.execute(insert(account).values(id=key, home_id=HERE, must_change=False, **names, **at))
            role = {"account_id": key, "org_unit_id": HERE, "role": name, "granted_at": NIGHT, "granted_by": "t"}
            await tx.execute(insert(account_role).values(**role))
        facts = {"name_th": "กล่อง", "owner_kind": "police", "silent_after_s": 180, "settings": {"junction": "J-01"}}
        await tx.execute(
            insert(device).values(id=BOX, station_id=HERE, key="BOX-1", kind="signal_box", lon=99.9, lat=16.6, **facts)
        )
    return Ground(
        supervisor=acting("supervisor", key=people["supervisor"]),
        superintendent=acting("superintendent", key=people["superintendent"]),
        operator=acting("operator", key=people["operator"]),
        stranger=acting("supervisor", THERE),
        vault=vault_of(tmp_path_factory.mktemp("data")),
    )


@pytest.fixture
async def row(db, clock: MovedClock, ground, file):
    """The crossing in the register, with a controller, in shadow; gone again after the test."""
    async with db.tx(ground.supervisor) as tx:
        made = await junctions.register(tx, ground.supervisor, clock, file=file, plant=NTCIP, vault=ground.vault)
        made = await junctions.watch(tx, ground.supervisor, clock, junction_id=made["id"], on=True)
    yield made
    async with db.tx(system(HERE)) as tx:
        gone = update(signal_junction).where(signal_junction.c.id == made["id"])
        await tx.execute(gone.values(removed_at=NIGHT, mode="off"))


@pytest.fixture
def room_of(db, clock, bus, ground, tmp_path):
    """Return what makes a room of the register as it stands, with controllers of the test's own."""

    async def made(*, make: Make, opens: Opens) -> Room:
        paths = {"db": db, "bus": bus, "clock": clock, "data": tmp_path}
        room = Room(**paths, everywhere=lambda: system(HERE), make=make, opens=opens)
        room._vault = ground.vault
        await room.load()
        return room

    return made
