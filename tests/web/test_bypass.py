"""Row-level security alone: the application's own checks are switched off, and every route and table is asked."""

import asyncio
import json

import pytest
from sqlalchemy import select

from tests.web.asking import direct_sql, everybody_at_home, strangers, unguarded
from tests.web.edge import HERE, ROOT, THERE
from unjai.model.actor import Actor, system
from unjai.people.api.accounts import COOKIE
from unjai.people.flows.sessions import revoke
from unjai.people.rights import ROLES
from unjai.people.store import account
from unjai.platform.database import metadata
from unjai.platform.http import actor_of
from unjai.sense.base import sensors


@pytest.mark.parametrize("role", ROLES)
async def test_without_our_checks_another_station_still_sees_nothing(centre, role):
    with unguarded():
        found = await strangers(centre, role)
    assert found.asked > 100
    assert found.leaks == []


def test_the_checks_are_really_switched_off():
    nobody = Actor(kind="account", key="x", name="x")
    with unguarded():
        nobody.must("account.admin")
        assert nobody.may("account.admin")
    assert not nobody.may("account.admin")


async def test_the_bench_would_see_a_leak(centre):
    """What counts leaks is itself tried on one: a role that is let through without its right."""
    with unguarded():
        found = await everybody_at_home(centre, "evaluator")
    assert found.leaks, "with our checks off, a role gets further at home: that must be noticed"


async def test_by_sql_in_the_others_scope_no_row_comes_out_or_changes(centre, worker_db):
    found = await direct_sql(centre, centre.db, worker_db)
    assert found.asked > 30
    assert found.leaks == []


async def test_there_is_something_to_leak(centre):
    filled = []
    async with centre.db.tx(system(HERE)) as tx:
        for name in ("incident", "report", "unit", "duty", "device", "zone", "break_glass", "approval", "audit"):
            table = metadata.tables[name]
            if await tx.one(select(table).where(table.c.station_id == HERE).limit(1)):
                filled.append(name)
    assert set(filled) == {"incident", "report", "unit", "duty", "device", "zone", "break_glass", "approval", "audit"}


class Socket:
    """A WebSocket spoken by hand, as a server speaks ASGI."""

    def __init__(self, app, path, *, cookie="", origin=None):
        headers = [(b"host", b"centre")]
        if cookie:
            headers.append((b"cookie", f"{COOKIE}={cookie}".encode()))
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        self.said, self.told = asyncio.Queue(), asyncio.Queue()
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "subprotocols": [],
            "client": ("127.0.0.1", 1),
            "server": ("centre", 80),
            "state": {},
        }
        self.said.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(app(scope, self.said.get, self.told.put))

    async def next(self, kind):
        """The next message of a kind."""
        async with asyncio.timeout(10):
            while True:
                message = await self.told.get()
                if message["type"] == kind:
                    return message

    async def close(self):
        """Hang up and wait for the end."""
        self.said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait({self.task}, timeout=10)


@pytest.mark.parametrize("path", ["/api/live", "/api/officer/live"])
@pytest.mark.parametrize(
    ("cookie", "origin", "code"), [("", None, 4401), ("nonsense", None, 4401), ("good", "http://evil.example", 4403)]
)
async def test_a_socket_opens_for_a_session_of_our_own_page_only(centre, path, cookie, origin, code):
    token = centre.tokens["officer", HERE] if cookie == "good" else cookie
    socket = Socket(centre.app, path, cookie=token, origin=origin)
    assert (await socket.next("websocket.close"))["code"] == code
    await socket.close()


@pytest.mark.parametrize("role", ROLES)
async def test_a_socket_hears_its_own_station_and_class(centre, role, bus):
    socket = Socket(centre.app, "/api/live", cookie=centre.tokens[role, THERE])
    await socket.next("websocket.accept")
    await asyncio.sleep(0)
    secret = "ลับ-ของ-สถานีแรก"
    for view in ("cdiuz", "diuz", "iz", "z", "ciduz", "none"):
        await bus.tell(
            f"view.{HERE}.{view}", b"\x01\x00\x00\x00T" + json.dumps({"type": "delta", "x": secret}).encode()
        )
    await bus.tell(f"evt.{HERE}.breakglass.changed", b"{}")
    await bus.nc.flush()
    await socket.close()
    told = []
    while not socket.told.empty():
        told.append(str(socket.told.get_nowait()))
    assert not any(secret in message or "notice" in message for message in told)


async def test_the_end_of_a_session_closes_its_sockets(centre, bus):
    token = centre.tokens["officer", HERE]
    for path in ("/api/live", "/api/officer/live"):
        socket = Socket(centre.app, path, cookie=token)
        await socket.next("websocket.accept")
        async with centre.db.tx(ROOT) as tx:
            account_id = await tx.scalar(select(account.c.id).where(account.c.username == f"officer.{HERE}"))
            await revoke(tx, ROOT, centre.clock, account_id=account_id)
        async with asyncio.timeout(10):
            while not socket.task.done():
                await bus.tell(f"evt.{HERE}.session.revoked", json.dumps({"account_id": str(account_id)}).encode())
                await asyncio.wait({socket.task}, timeout=0.3)
        closed = [message for message in list(socket.told._queue) if message["type"] == "websocket.close"]
        assert [message["code"] for message in closed] == [4401], path
        token = await _anew(centre)


async def _anew(centre):
    from tests.web.asking import _signed_again

    await _signed_again(centre, "officer", HERE)
    return centre.tokens["officer", HERE]


@pytest.mark.parametrize("role", [None, "officer", "administrator"])
async def test_no_door_of_a_sensor_opens_without_its_secret(centre, role):
    """A session opens only the door that says so, and only for one's own unit."""
    asked = 0
    async with centre.client(role, THERE) as client:
        for kind in sensors().values():
            for push in kind.routes:
                if "public" in push.auth:
                    continue
                for path in push.paths:
                    url = path.replace("{secret}", "wrong").replace("{device}", "pole-secret")
                    answer = await client.request(push.methods[0], url, content=b"{}")
                    asked += 1
                    assert answer.status_code in {400, 401, 403, 409, 422}, (url, answer.text)
                    assert not any(secret in answer.text for secret in centre.secrets if secret not in url), url
    assert asked > 2


async def test_who_asks_is_never_taken_from_the_request(centre):
    async with centre.client("officer", THERE) as client:
        answer = await client.get(
            "/api/session", headers={"X-Forwarded-User": "administrator.10", "unjai.stations": str(HERE)}
        )
    assert answer.json()["stations"] == [THERE]
    assert callable(actor_of)
