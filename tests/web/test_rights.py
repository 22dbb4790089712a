"""Every route asked as every role, at one's own station and from another: made from what the routes declare."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select

from tests.conftest import NIGHT
from unjai.app import Common
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, named_id
from unjai.people import flows as people
from unjai.people.api import COOKIE
from unjai.people.page import Declared, declared, rights_page
from unjai.people.registry import Refusals, Registry
from unjai.people.rules import RIGHTS, ROLES
from unjai.platform.audit import audit_log
from unjai.platform.config import Settings
from unjai.platform.database import Database, metadata
from unjai.platform.http import ANYONE, PUBLIC
from unjai.platform.streams import Bus
from unjai.respond import flows as respond
from unjai.roles import web_application
from unjai.territory.store import device, org_unit, territory_version, zone

HERE, THERE = StationId(10), StationId(11)
ROOT = system(HERE, THERE)
PASSWORD = "หมูกระทะริมโขง 3 ชุด"
CALLER = "นางสาวผู้แจ้ง ทดสอบ"
SQUARE = [[98.98, 18.78], [99.0, 18.78], [99.0, 18.8], [98.98, 18.8], [98.98, 18.78]]

FORM = {"X-Unjai": "1", "Idempotency-Key": "from-the-rights-test"}
PLACE = {"lon": 98.99, "lat": 18.79}
BODIES: dict[str, Any] = {
    "POST /api/accounts/{account_id}/roles": {"role": "officer", "org_unit_id": HERE},
    "POST /api/devices/{device_id}/disable": {"disabled": True},
    "PATCH /api/devices/{device_id}": {"name_th": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/close": {"outcome": "resolved"},
    "POST /api/incidents/{incident_id}/code": {"code": "NOI"},
    "POST /api/incidents/{incident_id}/merge": {"into": str(named_id("rights", "second"))},
    "POST /api/incidents/{incident_id}/note": {"text": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/place": PLACE,
    "POST /api/incidents/{incident_id}/priority": {"priority": 1},
    "POST /api/incidents/{incident_id}/reopen": {"reason": "ถูกยึด"},
    "POST /api/incidents/{incident_id}/split": {"report_id": str(named_id("rights", "report"))},
    "POST /api/officer/assignments/{assignment_id}/close": {"outcome": "resolved"},
    "PATCH /api/units/{unit_id}": {"name_th": "ถูกยึด"},
    "POST /api/units/{unit_id}/duty": {"on": False},
}
"""A body that each route with an id in its path takes, so that it comes as far as the thing itself."""


@dataclass(kw_only=True)
class Centre:
    """The whole edge, with two stations and something to see at one of them."""

    app: FastAPI
    db: Database
    clock: MovedClock
    ids: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    tokens: dict[tuple[str, StationId], str] = field(default_factory=dict)

    def client(self, role: str | None = None, station: StationId = HERE) -> httpx.AsyncClient:
        """A screen, signed in with a role at a station."""
        cookies = {} if role is None else {COOKIE: self.tokens[role, station]}
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=FORM, cookies=cookies)

    def routes(self) -> list[Declared]:
        """Every declared route; those that end the session come last."""
        return sorted(
            declared(self.app.routes), key=lambda item: (item.method, item.path) == ("DELETE", "/api/session")
        )

    def path(self, item: Declared, *, known: bool) -> str:
        """The path of a route with real ids in it, or with ids of nothing."""
        path = item.path
        for name in ("incident", "assignment", "device", "unit", "account"):
            path = path.replace(f"{{{name}_id}}", self.ids[name] if known else str(uuid4()))
        path = path.replace("{role}", "officer").replace("{org_unit_id}", str(HERE)).replace("{thing}", "zone")
        return path.replace("{key}", self.ids["zone"] if known else str(uuid4())).replace("{help_id}", str(uuid4()))


async def _stations(db: Database) -> dict[str, DeviceId]:
    devices = {name: DeviceId(named_id("rights", name)) for name in ("pole-secret", "phone-secret", "spare-secret")}
    async with db.tx(ROOT) as tx:
        for key, parent, path, level in (
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ):
            named = {"code": f"หน่วย {key}", "name_th": f"หน่วย {key}", "name_en": f"Unit {key}"}
            await tx.execute(insert(org_unit).values(id=key, parent_id=parent, path=path, level=level, **named))
        for station in (HERE, THERE):
            own = {"station_id": station, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
            await tx.execute(
                insert(zone).values(
                    id=named_id("rights", f"zone {station}"),
                    station_id=station,
                    code=f"Z{station}",
                    name_th=f"เขต {station}",
                    geometry={"type": "Polygon", "coordinates": [SQUARE]},
                    area_m2=1.0,
                    lon=98.99,
                    lat=18.79,
                )
            )
        for name, device_id in devices.items():
            kind = "sos_pole" if name.startswith("pole") else "phone"
            at = PLACE if kind == "sos_pole" else {}
            facts = {"key": name, "name_th": f"เครื่อง {name}", "owner_kind": "police", "silent_after_s": 60}
            await tx.execute(insert(device).values(id=device_id, station_id=HERE, kind=kind, **facts, **at))
    return devices


async def _accounts(db: Database, clock: MovedClock) -> dict[tuple[str, StationId], str]:
    tokens = {}
    for station in (HERE, THERE):
        for role in ROLES:
            name = f"{role}.{station}"
            async with db.tx(ROOT) as tx:
                await people.create_account(
                    tx,
                    ROOT,
                    clock,
                    username=name,
                    name_th=f"คน {name}",
                    home_id=station,
                    roles=[(role, station)],
                    password=PASSWORD,
                    must_change=False,
                )
                signed = await people.sign_in(
                    tx, ROOT, clock, username=name, password=PASSWORD, ip=name, agent="rights"
                )
            assert isinstance(signed, people.SignedIn)
            tokens[role, station] = str(signed.token)
    return tokens


async def _crews_there(db: Database, clock: MovedClock) -> None:
    """Give the other station's officer and volunteer a unit of their own, so that they come as far as ours."""
    there = system(THERE)
    async with db.tx(there) as tx:
        for role in ("officer", "volunteer"):
            crew = await people.account_id_of(tx, there, clock, username=f"{role}.{THERE}")
            unit_id = await people.create_unit(
                tx, there, clock, call_sign=f"นอก {role}", kind="foot", name_th="สายตรวจอื่น", account_id=crew
            )
            await people.sign_on(tx, there, clock, unit_id=unit_id)


async def _night(centre: Centre, devices: dict[str, DeviceId]) -> None:
    """A unit on duty, a call with its caller, an offer: things that another station must not see."""
    db, clock = centre.db, centre.clock
    here = system(HERE)
    async with db.tx(here) as tx:
        crew = await people.account_id_of(tx, here, clock, username=f"officer.{HERE}")
        unit_id = await people.create_unit(
            tx,
            here,
            clock,
            call_sign="ลับ 1",
            kind="car",
            name_th="สายตรวจลับ",
            account_id=crew,
            device_id=devices["phone-secret"],
        )
        await people.sign_on(tx, here, clock, unit_id=unit_id)
        spare = await people.create_account(tx, here, clock, username="spare", name_th="คนสำรอง", home_id=HERE)
        taken = await respond.take_call(
            tx,
            Actor(kind="account", key="op", name="op", stations=frozenset({HERE}), rights=ROLES["operator"].rights),
            clock,
            key="rights",
            code="NOI",
            point=Point(lon=98.99, lat=18.79),
            caller_name=CALLER,
            caller_phone="0812345678",
        )
    async with db.tx(here) as tx:
        await respond.offer(tx, here, clock, incident_id=taken.incident_id, unit_id=unit_id)
        offered = metadata.tables["assignment"]
        assignment_id = await tx.scalar(select(offered.c.id).where(offered.c.incident_id == taken.incident_id))
    centre.ids = {
        "incident": str(taken.incident_id),
        "assignment": str(assignment_id),
        "device": str(devices["spare-secret"]),
        "unit": str(unit_id),
        "account": str(spare.account_id),
        "zone": str(named_id("rights", f"zone {HERE}")),
    }
    centre.secrets = [
        *centre.ids.values(),
        *(str(one) for one in devices.values()),
        *devices,
        "ลับ",
        CALLER,
        "0812345678",
    ]


@pytest.fixture(scope="module")
async def centre(db: Database, bus: Bus) -> Centre:
    """The edge as `unjai run web` makes it, on the real engines."""
    clock = MovedClock(NIGHT)
    devices = await _stations(db)
    tokens = await _accounts(db, clock)
    await _crews_there(db, clock)
    made = Common(settings=Settings(), db=db, bus=bus, clock=clock, registry=Registry(), refusals=Refusals())
    await made.load()
    application, _hub = await web_application(made)
    whole = Centre(app=application, db=db, clock=clock, tokens=tokens)
    await _night(whole, devices)
    return whole


async def _ask(client: httpx.AsyncClient, centre: Centre, item: Declared, *, known: bool) -> httpx.Response:
    body = BODIES.get(f"{item.method} {item.path}")
    return await client.request(item.method, centre.path(item, known=known), json=body)


def _code(answer: httpx.Response) -> str:
    if answer.status_code < 400 or "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json()["error"]["code"])


async def test_every_route_declares_a_right_that_exists(centre):
    wrong = [item for item in centre.routes() if item.right not in {PUBLIC, ANYONE, *RIGHTS}]
    assert wrong == []
    assert len(centre.routes()) > 50


async def test_what_is_open_to_everybody_is_this_and_no_more(centre):
    assert {f"{item.method} {item.path}" for item in centre.routes() if item.right == PUBLIC} == {
        "POST /api/session",
        "DELETE /api/session",
        "GET /api/citizen/help/{help_id}",
    }


async def test_who_has_not_signed_in_is_asked_to(centre):
    wrong = []
    async with centre.client() as client:
        for item in centre.routes():
            answer = await _ask(client, centre, item, known=True)
            if (answer.status_code == 401) == (item.right == PUBLIC):
                wrong.append((item.method, item.path, answer.status_code))
            if answer.status_code >= 500:
                wrong.append((item.method, item.path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_it_may_and_nothing_else(centre, role):
    wrong = []
    async with centre.client(role) as client:
        for item in centre.routes():
            answer = await _ask(client, centre, item, known=False)
            code, status = _code(answer), answer.status_code
            if item.right in {PUBLIC, ANYONE, *ROLES[role].rights}:
                good = status < 500 and code not in {"right_missing", "request_forged", "sign_in_needed"}
            else:
                good = (status, code) == (403, "right_missing")
            if not good:
                wrong.append((item.method, item.path, item.right, status, code))
    assert wrong == []
    async with centre.db.tx(ROOT) as tx:
        signed = await people.sign_in(
            tx, ROOT, centre.clock, username=f"{role}.{HERE}", password=PASSWORD, ip="again", agent="rights"
        )
    assert isinstance(signed, people.SignedIn)
    centre.tokens[role, HERE] = str(signed.token)


async def _state(centre: Centre) -> dict[str, Any]:
    """Every row of the first station, but its audit."""
    told = {}
    async with centre.db.tx(system(HERE)) as tx:
        for table in metadata.sorted_tables:
            if table.info.get("guard") == "station" and table is not audit_log:
                told[table.name] = await tx.all(select(table).where(table.c.station_id == HERE))
    return {name: sorted(map(str, rows)) for name, rows in told.items()}


@pytest.mark.parametrize("role", ROLES)
async def test_another_station_sees_and_changes_nothing(centre, role):
    before = await _state(centre)
    assert before["incident"]
    assert before["assignment"]
    wrong = []
    async with centre.client(role, THERE) as client:
        for item in centre.routes():
            if item.right not in ROLES[role].rights:
                continue
            answer = await _ask(client, centre, item, known=True)
            if any(secret in answer.text for secret in centre.secrets if secret not in str(answer.request.url)):
                wrong.append((item.method, item.path, "tells", answer.text[:300]))
            if "_id}" in item.path or "{key}" in item.path:
                code = _code(answer)
                if answer.status_code not in {403, 404} or code not in {
                    "not_found",
                    "account_beyond_scope",
                    "right_missing",
                }:
                    wrong.append((item.method, item.path, answer.status_code, code, answer.text[:200]))
    assert wrong == []
    assert await _state(centre) == before


async def test_a_caller_is_known_only_to_who_may(centre):
    for role in ROLES:
        async with centre.client(role) as client:
            answer = await client.get(f"/api/incidents/{centre.ids['incident']}")
        if "incident.read" not in ROLES[role].rights:
            assert answer.status_code == 403
            continue
        told = "0812345678" in answer.text or CALLER in answer.text
        assert told == ("caller.read" in ROLES[role].rights), role


def test_every_route_with_an_id_has_a_body_to_try(centre):
    needing = {
        f"{item.method} {item.path}"
        for item in centre.routes()
        if item.method in {"POST", "PATCH"} and "{" in item.path
    }
    assert set(BODIES) <= needing
    assert isinstance(UUID(centre.ids["assignment"]), UUID)


async def test_the_table_of_rights_in_the_docs_is_true(centre):
    """`UNJAI_WRITE_DOCS=1 pytest tests/web/test_rights.py` writes it anew."""
    page, file = rights_page(centre.app.routes), Path(__file__).resolve().parents[2] / "docs" / "rights.md"
    if os.environ.get("UNJAI_WRITE_DOCS"):
        file.write_text(page, "utf-8")
    assert file.read_text("utf-8") == page
