"""The routes of people through HTTP, with the real cookie."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from tests.people.conftest import HERE, PASSWORD, ROOT, THERE, citizen, make_account
from unjai.model.actor import system
from unjai.people import flows
from unjai.people.api import router
from unjai.people.api.accounts import COOKIE, HASHING_WAITING_MOST
from unjai.people.rights import RIGHTS, ROLES
from unjai.platform.http import Ground, handle_errors

FORM = {"X-Unjai": "1"}


@pytest.fixture
def app(db, clock, world):
    """The routes of people alone, on the real database."""
    made = FastAPI()
    handle_errors(made)
    made.include_router(router, prefix="/api")

    async def who(request):
        async with db.tx(system(name="door")) as tx:
            signed = await flows.session_of(tx, clock, request.cookies.get(COOKIE, ""))
        return None if signed is None else signed.actor

    made.state.ground = Ground(db=db, clock=clock, who=who, citizen=lambda _request: citizen())
    return made


@pytest.fixture
def client_of(app):
    """Make clients of the app, each with its own cookies."""

    def make(scheme="http"):
        transport = httpx.ASGITransport(app=app)
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://centre", headers=FORM)

    return make


async def signed_client(client_of, db, clock, name, *roles, **facts):
    """A client signed in as a new account."""
    await make_account(db, clock, name, *roles, **facts)
    client = client_of()
    answer = await client.post("/api/session", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return client


async def test_the_cookie_is_strict_and_closed_to_scripts(client_of, db, clock):
    await make_account(db, clock, "c1", ("operator", HERE))
    for scheme, secure in (("http", False), ("https", True)):
        async with client_of(scheme) as client:
            answer = await client.post("/api/session", json={"username": "c1", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
        assert ("Secure" in cookie) == secure
        assert re.search(r"[A-Za-z0-9_-]{43}", cookie)
        assert answer.headers["cache-control"] == "no-store"
        assert COOKIE not in answer.text


async def test_a_session_says_who_where_and_what(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c2", ("supervisor", HERE))
    said = (await client.get("/api/session")).json()
    assert said["username"] == "c2"
    assert said["roles"] == ["supervisor"]
    assert said["rights"] == sorted(ROLES["supervisor"].rights)
    assert said["station"] == {"id": HERE, "code": "สภ.ที่นี่", "name_th": "สภ.ที่นี่", "name_en": "สภ.ที่นี่"}
    assert (said["must_change_password"], said["unit_id"], said["locale"]) == (False, None, "th")
    assert said["expires_at"].endswith("Z")


async def test_wrong_passwords_are_counted_though_refused(client_of, db, clock):
    await make_account(db, clock, "c3", ("operator", HERE))
    client = client_of()
    answers = [await client.post("/api/session", json={"username": "c3", "password": "wrong"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
    assert answers[0].json()["error"]["facts"] == {"left": 4}
    assert "รหัสผ่านไม่ถูกต้อง" in answers[0].json()["error"]["th"]
    assert answers[5].headers["retry-after"] == "30"
    assert "set-cookie" not in answers[5].headers


async def test_signing_out_ends_it(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c4", ("operator", HERE))
    token = client.cookies[COOKIE]
    assert (await client.delete("/api/session")).status_code == 204
    assert COOKIE not in client.cookies
    again = client_of()
    again.cookies.set(COOKIE, token)
    answer = await again.get("/api/session")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_in_needed")
    assert (await again.delete("/api/session")).status_code == 204


async def test_the_first_password_must_go(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c5", ("administrator", HERE), must_change=True)
    assert (await client.get("/api/session")).json()["must_change_password"]
    assert (await client.get("/api/accounts")).status_code == 403
    weak = await client.post("/api/session/password", json={"old": PASSWORD, "new": "1234567890"})
    assert (weak.status_code, weak.json()["error"]["code"]) == (422, "password_guessable")
    wrong = await client.post("/api/session/password", json={"old": "wrong", "new": "ปลาทูแม่กลอง 12 ตัว"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (403, "password_wrong")
    changed = await client.post("/api/session/password", json={"old": PASSWORD, "new": "ปลาทูแม่กลอง 12 ตัว"})
    assert changed.status_code == 200
    assert not changed.json()["must_change_password"]
    assert (await client.get("/api/accounts")).status_code == 200


async def test_an_account_from_made_to_closed(client_of, db, clock):
    admin = await signed_client(client_of, db, clock, "c6", ("administrator", HERE))
    body = {"username": "Malee", "name_th": "มาลี", "roles": [{"role": "operator", "org_unit_id": HERE}]}
    made = await admin.post("/api/accounts", json=body)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()["account_id"]
    malee = client_of()
    first = await malee.post("/api/session", json={"username": "malee", "password": made.json()["password"]})
    assert first.json()["must_change_password"]
    grant = {"role": "supervisor", "org_unit_id": HERE}
    assert (await admin.post(f"/api/accounts/{key}/roles", json=grant)).status_code == 204
    row = next(row for row in (await admin.get("/api/accounts")).json() if row["username"] == "malee")
    assert [item["role"] for item in row["roles"]] == ["operator", "supervisor"]
    assert "password_hash" not in row
    assert (await admin.delete(f"/api/accounts/{key}/roles/supervisor/{HERE}")).status_code == 204
    reset = await admin.post(f"/api/accounts/{key}/reset-password")
    assert (await malee.get("/api/session")).status_code == 401
    assert (await malee.post("/api/session", json={"username": "malee", **reset.json()})).status_code == 200
    assert (await admin.post(f"/api/accounts/{key}/disable")).status_code == 204
    assert (await malee.get("/api/session")).status_code == 401
    assert (await admin.post(f"/api/accounts/{key}/enable")).status_code == 204


async def test_units_shifts_and_duty(client_of, db, clock):
    chief = await signed_client(client_of, db, clock, "c7", ("supervisor", HERE))
    officer = await signed_client(client_of, db, clock, "c8", ("officer", HERE))
    who = (await officer.get("/api/session")).json()
    alone = await officer.post("/api/officer/duty", json={"on": True})
    assert (alone.status_code, alone.json()["error"]["code"]) == (409, "crew_missing")
    shift = await chief.post("/api/shifts", json={"name_th": "ผลัดดึก", "starts": "00:00", "ends": "08:00"})
    assert shift.json()["starts"] == "00:00"
    assert [row["name_th"] for row in (await chief.get("/api/shifts")).json()] == ["ผลัดดึก"]
    body = {"call_sign": "เวียง 1", "kind": "car", "name_th": "สายตรวจรถยนต์", "account_id": who["account_id"]}
    made = await chief.post("/api/units", json=body)
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["on_duty"]) == ("off", False)
    key = made.json()["id"]
    assert (await officer.get("/api/session")).json()["unit_id"] == key
    on = (await officer.post("/api/officer/duty", json={"on": True})).json()
    assert (on["on"], on["shift"]["name_th"]) == (True, "ผลัดดึก")
    row = (await chief.get("/api/units")).json()[0]
    assert (row["state"], row["shift"]["name_th"], row["call_sign"]) == ("free", "ผลัดดึก", "เวียง 1")
    off = (await chief.post(f"/api/units/{key}/duty", json={"on": False})).json()
    assert {name: off[name] for name in ("on", "since", "shift", "crew")} == {
        "on": False,
        "since": None,
        "shift": None,
        "crew": [],
    }
    renamed = (await chief.patch(f"/api/units/{key}", json={"name_en": "Car patrol"})).json()
    assert (renamed["name_en"], renamed["call_sign"], renamed["account_id"]) == (
        "Car patrol",
        "เวียง 1",
        who["account_id"],
    )
    freed = (await chief.patch(f"/api/units/{key}", json={"account_id": None})).json()
    assert freed["account_id"] is None
    assert (await officer.get("/api/units")).status_code == 403


async def test_a_devices_secret_is_shown_once(client_of, db, clock, world):
    admin = await signed_client(client_of, db, clock, "c9", ("administrator", HERE))
    made = await admin.post(f"/api/devices/{world.pole_here}/credential")
    assert made.status_code == 201
    async with db.tx(ROOT) as tx:
        assert await flows.verify_credential(tx, key="pole-here", secret=made.json()["secret"])
    assert (await admin.delete(f"/api/devices/{world.pole_here}/credential")).status_code == 204
    assert (await admin.post(f"/api/devices/{world.phone_there}/credential")).status_code == 404


async def test_changing_the_station_changes_the_rights(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c10", ("operator", HERE), ("officer", THERE))
    before = client.cookies[COOKIE]
    moved = await client.post("/api/session/station", json={"station_id": THERE})
    assert moved.json()["station"]["id"] == THERE
    assert "dispatch" not in moved.json()["rights"]
    assert client.cookies[COOKIE] != before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"username": 1, "password": []}',
        b'{"username": "x"}',
        b"\xff\xfe",
        b'{"username": "x", "password": "y", "role": "operator"}',
    ],
)
async def test_junk_at_the_door_is_answered_with_an_error(client_of, body):
    answer = await client_of().post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "request_invalid"
    assert answer.json()["error"]["th"]


async def test_names_with_nul_and_lone_surrogates_are_just_wrong(client_of):
    for name in ("a\\u0000b", "\\ud800", "ก" * 200):
        body = f'{{"username": "{name}", "password": "{name}"}}'.encode()
        answer = await client_of().post("/api/session", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {401, 422}, answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/accounts", {"username": "ok", "name_th": "a\x00b"}),
        ("/api/accounts", {"username": "a\x00b", "name_th": "x"}),
        ("/api/accounts", {"username": "ok", "name_th": "x", "home_id": 10**12}),
        ("/api/accounts", {"username": "ok", "name_th": "x", "roles": [{"role": "\x00", "org_unit_id": 1}]}),
        ("/api/accounts", {"username": "ok", "name_th": "x", "roles": [{"role": "officer", "org_unit_id": -1}]}),
        ("/api/units", {"call_sign": "\x00", "kind": "car", "name_th": "x"}),
        ("/api/units", {"call_sign": "x", "kind": "car", "name_th": "x", "capabilities": ["\x00"]}),
        ("/api/shifts", {"name_th": "\x00", "starts": "00:00", "ends": "08:00"}),
        ("/api/shifts", {"name_th": "x", "starts": "24:00", "ends": "08:00"}),
        ("/api/session/station", {"station_id": 10**12}),
        ("/api/session/password", {"old": "\x00", "new": "\x00" * 12}),
    ],
)
async def test_what_the_tables_cannot_hold_is_refused_by_name(client_of, db, clock, path, body):
    name = f"junk{abs(hash((path, str(body))))}"
    client = await signed_client(client_of, db, clock, name, ("administrator", HERE))
    answer = await client.post(path, json=body)
    assert answer.status_code in {403, 422}, answer.text
    key = (await client.get("/api/session")).json()["account_id"]
    assert (await client.delete(f"/api/accounts/{key}/roles/%00/{10**12}")).status_code == 422


async def test_a_request_without_our_header_is_refused(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c11", ("administrator", HERE))
    del client.headers["X-Unjai"]
    answer = await client.post("/api/accounts", json={"username": "forged", "name_th": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "request_forged")


async def test_a_rush_of_sign_ins_waits_without_taking_connections(client_of, app, db, clock):
    await make_account(db, clock, "c12", ("operator", HERE))
    clients = [client_of() for _ in range(12)]
    body = {"username": "c12", "password": PASSWORD}
    answers = await asyncio.gather(*(client.post("/api/session", json=body) for client in clients))
    assert [answer.status_code for answer in answers] == [200] * 12
    app.state.password_gate.waiting = HASHING_WAITING_MOST
    full = await client_of().post("/api/session", json=body)
    assert (full.status_code, full.json()["error"]["code"]) == (503, "sign_in_busy")


async def test_a_session_is_over_after_its_life(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c13", ("operator", HERE))
    clock.move(timedelta(hours=16))
    assert (await client.get("/api/session")).status_code == 401


async def test_rights_and_roles_are_told_in_both_languages(client_of, db, clock):
    client = await signed_client(client_of, db, clock, "c14", ("officer", HERE))
    said = (await client.get("/api/rights")).json()
    assert set(said["rights"]) == set(RIGHTS)
    assert set(said["roles"]) == set(ROLES)
    assert said["roles"]["officer"]["th"] == "สายตรวจ"


async def test_who_has_not_signed_in_gets_nothing(client_of, world):
    client = client_of()
    for method, path in (
        ("GET", "/api/session"),
        ("GET", "/api/accounts"),
        ("GET", "/api/units"),
        ("POST", "/api/officer/duty"),
        ("POST", f"/api/devices/{world.pole_here}/credential"),
    ):
        answer = await client.request(method, path, json={"on": True} if method == "POST" else None)
        assert answer.status_code == 401, path
