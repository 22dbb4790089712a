"""A small tree of two stations under one division, with a device each."""

from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, insert, select, update

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.ids import AccountId, DeviceId, StationId, named_id
from unjai.people import flows
from unjai.people.api import router
from unjai.people.api.accounts import COOKIE
from unjai.people.flows import Refused, SignedIn
from unjai.people.rights import ROLES
from unjai.people.vault import Vault
from unjai.platform.database import Database
from unjai.platform.http import Ground, handle_errors
from unjai.territory.store import device, org_unit

NATION, DIVISION, HERE, THERE = 1, 2, StationId(10), StationId(11)
PASSWORD = "ฝนตกที่เชียงใหม่ทุกวัน"
ROOT = system(HERE, THERE)
FORM = {"X-Unjai": "1", "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"}


@dataclass(frozen=True)
class World:
    """Ids of what the fixture made."""

    phone_here: DeviceId
    phone_there: DeviceId
    pole_here: DeviceId


def account_actor(role: str, *stations: StationId, account_id: AccountId | None = None) -> Actor:
    """An account with one role at some stations, without a row behind it."""
    return Actor(
        kind="account",
        key=role,
        name=role,
        stations=frozenset(stations or (HERE,)),
        rights=ROLES[role].rights,
        account_id=account_id,
    )


def citizen() -> Actor:
    """Whoever has not signed in."""
    return Actor(kind="citizen", key="127.0.0.1", name="", stations=frozenset({HERE}))


@pytest.fixture(scope="module")
async def world(db: Database) -> World:
    """Two stations and their devices."""
    nodes = [
        (NATION, None, "1", "ตร.", "national"),
        (DIVISION, NATION, "1.2", "ภ.จว.ทดสอบ", "provincial"),
        (HERE, DIVISION, "1.2.10", "สภ.ที่นี่", "station"),
        (THERE, DIVISION, "1.2.11", "สภ.ที่นั่น", "station"),
    ]
    made = {name: DeviceId(named_id("test", name)) for name in ("phone-here", "phone-there", "pole-here")}
    async with db.tx(ROOT) as tx:
        for key, parent, path, code, level in nodes:
            row = {"id": key, "parent_id": parent, "path": path, "code": code, "level": level}
            await tx.execute(insert(org_unit).values(**row, name_th=code, name_en=code))
        for name, device_id in made.items():
            kind, where = name.split("-")
            await tx.execute(
                insert(device).values(
                    id=device_id,
                    station_id=HERE if where == "here" else THERE,
                    key=name,
                    kind="sos_pole" if kind == "pole" else kind,
                    name_th=name,
                    owner_kind="police",
                    silent_after_s=300,
                    lon=98.98 if kind == "pole" else None,
                    lat=18.79 if kind == "pole" else None,
                )
            )
    return World(phone_here=made["phone-here"], phone_there=made["phone-there"], pole_here=made["pole-here"])


async def make_account(
    db: Database, clock: MovedClock, username: str, *roles: tuple[str, int], home: int = HERE, must_change: bool = False
) -> AccountId:
    """An account whose password is `PASSWORD`."""
    async with db.tx(ROOT) as tx:
        made = await flows.create_account(
            tx,
            ROOT,
            clock,
            username=username,
            name_th=f"นาย{username}",
            home_id=home,
            roles=roles,
            password=PASSWORD,
            must_change=must_change,
        )
    return made.account_id


async def enter(
    db: Database, clock: MovedClock, username: str, password: str = PASSWORD, ip: str = "10.0.0.1"
) -> SignedIn | Refused:
    """Sign in, in a transaction of its own."""
    async with db.tx(citizen()) as tx:
        return await flows.sign_in(tx, citizen(), clock, username=username, password=password, ip=ip, agent="test")


async def look(db: Database, clock: MovedClock, token: str | None) -> SignedIn | None:
    """Ask who a token stands for, as the web door does."""
    async with db.tx(system(name="door")) as tx:
        return await flows.session_of(tx, clock, token or "")


async def disable_device(db: Database, device_id: UUID, *, disabled: bool) -> None:
    """Close or open a device."""
    async with db.tx(ROOT) as tx:
        await tx.execute(update(device).where(device.c.id == device_id).values(disabled=disabled))


async def count_of(db: Database, table: object, *where: object, actor: Actor = ROOT) -> int:
    """Count rows as an actor sees them."""
    async with db.tx(actor) as tx:
        return int(await tx.scalar(select(func.count()).select_from(table).where(*where)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the key lies."""
    return tmp_path_factory.mktemp("secrets")


@pytest.fixture
def app(db, clock, folder):
    """The routes of people alone, on the real database."""
    made = FastAPI()
    handle_errors(made)
    made.include_router(router, prefix="/api")

    async def who(request):
        async with db.tx(system(name="door")) as tx:
            signed = await flows.session_of(tx, clock, request.cookies.get(COOKIE, ""))
        return None if signed is None else signed.actor

    made.state.ground = Ground(db=db, clock=clock, who=who, citizen=lambda _request: citizen())
    made.state.vault = Vault(folder)
    return made


@pytest.fixture
def client_of(app):
    """Make clients of the app, each with its own cookies."""
    return lambda: httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre", headers=FORM)
