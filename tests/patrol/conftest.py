"""A station with a town in it, checkpoints, whoever may act there, and phones that sign as an officer's does."""

import base64
import hashlib
import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from fastapi import FastAPI
from sqlalchemy import insert, text

from tests.territory import town
from unjai.model.actor import Actor, system
from unjai.model.clock import SystemClock
from unjai.model.ids import AccountId, StationId
from unjai.patrol.api import router
from unjai.patrol.imports import IMPORT_KINDS
from unjai.patrol.plan_imports import IMPORT_KINDS as PLAN_KINDS
from unjai.people import flows as people
from unjai.people.rights import ROLES
from unjai.people.store import duty
from unjai.platform.http import Ground, handle_errors
from unjai.territory import flows
from unjai.territory.api.files import files_router
from unjai.territory.flows import seed_org_units
from unjai.territory.view import forget

HERE, THERE = StationId(105001), StationId(109001)
FORM = {"X-Unjai": "1"}
LON, LAT = 99.0, 16.6
BANK = {"code": "A-01", "name_th": "ธนาคารตลาด", "name_en": "Market bank", "kind": "bank", "lon": LON, "lat": LAT}
NORTH_M = 1 / 111_195
TABLES = ("patrol_owner_message", "patrol_finding", "patrol_photo", "patrol_visit", "patrol_refused", "patrol_item")
TABLES += ("patrol_phone", "patrol_checkpoint", "patrol_beat", "report", "timeline", "incident", "edge_fact")
TABLES += ("street_edge", "zone", "territory_version", "outbox")
_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Phone:
    """What the officer's page does: a key that never leaves it, and a chain of signed items."""

    id: UUID | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    seq: int = 0
    prev: str = ""

    def __post_init__(self) -> None:
        self.prev = hashlib.sha256(self.public).hexdigest()

    @property
    def public(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.DER, form)

    def sign(self, said) -> dict[str, str]:
        """Write an item as it is, and sign it."""
        body = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        r, s = decode_dss_signature(self.key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
        raw = r.to_bytes(32) + s.to_bytes(32)
        return {"body": body, "sig": base64.urlsafe_b64encode(raw).decode().rstrip("=")}

    def item(self, at: datetime, **said) -> dict[str, str]:
        """Make the next item of the chain."""
        self.seq += 1
        told = {"v": 1, "phone": str(self.id), "seq": self.seq, "prev": self.prev, "id": str(uuid4())}
        signed = self.sign({**told, "at": int(at.timestamp() * 1000), **said})
        self.prev = hashlib.sha256(signed["body"].encode()).hexdigest()
        return signed

    def visit(self, at: datetime, checkpoint, **said) -> dict[str, str]:
        """Make a visit at a checkpoint, standing at its position unless told otherwise."""
        here = {"lon": LON, "lat": LAT, "acc": 8.0} | said
        return self.item(at, kind="visit", checkpoint=str(checkpoint), **here)

    def finding(self, at: datetime, what: str, **said) -> dict[str, str]:
        """Make a finding."""
        return self.item(at, kind="finding", what=what, **({"lon": LON, "lat": LAT, "acc": 8.0} | said))

    async def tell(self, client: httpx.AsyncClient, items, sent_at: datetime) -> dict:
        """Send items and return the answer."""
        body = {"phone": str(self.id), "sent_at": int(sent_at.timestamp() * 1000), "items": items}
        answer = await client.post("/api/patrol/visits", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
async def org(db):
    """The police tree in the module's database."""
    async with db.tx(system(name="setup")) as tx:
        await seed_org_units(tx, system(name="setup"), SystemClock())
    return db


@pytest.fixture
async def station(org, clock):
    """The module's database with the town's streets and zone, and nothing of patrol."""
    forget()
    async with org.tx(system(HERE, THERE)) as tx:
        for table in TABLES:
            await tx.execute(text(f"DELETE FROM {table}"))
        await flows.import_zones(tx, system(HERE), clock, station_id=HERE, body=town.ZONES)
        await flows.import_streets(tx, system(HERE), clock, station_id=HERE, body=town.STREETS)
    yield org
    forget()


@pytest.fixture
async def client_of(station, clock, tmp_path):
    """Make screens that act as a role at a station, each with an account of its own; `unit` gives it a unit, on duty."""
    opened = []

    async def make(role="supervisor", at=HERE, *, unit=False, duty=True):
        name = f"{role}.{next(_numbers)}"
        root = system(at)
        async with station.tx(root) as tx:
            account_id = await people.create_account(
                tx,
                root,
                clock,
                username=name,
                name_th=f"คน {name}",
                home_id=at,
                roles=[(role, at)],
                password="ถนนนี้ปลอดภัยดี 5",
            )
            account_id = await people.account_id_of(tx, root, clock, username=name)
            unit_id = None
            if unit:
                unit_id = await people.create_unit(
                    tx, root, clock, call_sign=name, kind="motorcycle", name_th=name, account_id=account_id
                )
                if duty:
                    await signed_on(tx, unit_id, clock.now() - minutes(120))
        actor = Actor(
            kind="account",
            key=name,
            name=name,
            stations=frozenset({at}),
            rights=ROLES[role].rights,
            account_id=AccountId(account_id),
            unit_id=unit_id,
        )

        async def who(_request):
            return actor

        app = FastAPI()
        handle_errors(app)
        app.include_router(router, prefix="/api")
        app.include_router(files_router((*IMPORT_KINDS, *PLAN_KINDS)), prefix="/api")
        app.state.ground = Ground(db=station, clock=clock, who=who, citizen=lambda _request: actor, data=tmp_path)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre", headers=FORM)
        client.unit_id = unit_id
        client.actor = actor
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
async def chief(client_of):
    """The shift chief's screen."""
    return await client_of("supervisor")


@pytest.fixture
async def officer(client_of):
    """An officer's page, with a unit."""
    return await client_of("officer", unit=True)


async def signed_on(tx, unit_id, from_at: datetime, to_at: datetime | None = None) -> None:
    """Put a unit on duty from then on."""
    row = {"id": uuid4(), "station_id": HERE, "unit_id": unit_id, "from_at": from_at, "to_at": to_at}
    await tx.execute(insert(duty).values(**row, signed_on_by="test"))


async def registered(client: httpx.AsyncClient, phone: Phone | None = None, name="เครื่องสายตรวจ") -> Phone:
    """Register a phone for the screen's account."""
    made = phone or Phone()
    body = {"public_key": base64.b64encode(made.public).decode(), "name": name}
    answer = await client.post("/api/patrol/my/phones", json=body)
    assert answer.status_code == 201, answer.text
    made.id = UUID(answer.json()["id"])
    return made


async def checkpoint(client: httpx.AsyncClient, **more) -> dict:
    """Make a checkpoint."""
    answer = await client.post("/api/patrol/checkpoints", json={**BANK, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def away(metres: float) -> float:
    """The latitude so many metres north of the bank."""
    return LAT + metres * NORTH_M


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
