"""The living sessions of an account: seen, ended, and left alone for too long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.people.conftest import HERE, ROOT, THERE, make_account
from tests.people.screens import error_of, sign_in
from unjai.people import flows
from unjai.people.rules.policy import Policy
from unjai.people.store import oversight, session

pytestmark = pytest.mark.usefixtures("world")


async def test_sessions_are_listed_and_ended(client_of, db, clock):
    await make_account(db, clock, "s26", ("operator", HERE))
    clients = [client_of() for _ in range(4)]
    for client in clients:
        await sign_in(client, "s26")
    rows = (await clients[0].get("/api/me/sessions")).json()
    assert len(rows) == 4
    assert [row["mine"] for row in rows].count(True) == 1
    assert {row["agent"]["browser"] for row in rows} == {"Chrome"}
    victim = next(row["id"] for row in rows if not row["mine"])
    assert (await clients[0].delete(f"/api/me/sessions/{victim}")).status_code == 204
    assert (await clients[0].delete(f"/api/me/sessions/{victim}")).status_code == 404
    assert sum([(await client.get("/api/session")).status_code == 401 for client in clients]) == 1
    assert (await clients[0].post("/api/me/sessions/end-others")).json() == {"ended": 2}
    assert [(await client.get("/api/session")).status_code for client in clients] == [200, 401, 401, 401]


async def test_nobody_ends_a_session_of_another(client_of, db, clock):
    for name, role, station in (("s27", "operator", HERE), ("s28", "operator", HERE), ("s29", "administrator", THERE)):
        await make_account(db, clock, name, (role, station), home=station)
    victim, other, there = client_of(), client_of(), client_of()
    for client, name in ((victim, "s27"), (other, "s28"), (there, "s29")):
        await sign_in(client, name)
    mine = (await victim.get("/api/me/sessions")).json()[0]["id"]
    key = (await victim.get("/api/session")).json()["account_id"]
    assert (await other.delete(f"/api/me/sessions/{mine}")).status_code == 404
    assert (await other.get(f"/api/accounts/{key}/sessions")).status_code == 403
    assert error_of(await there.get(f"/api/accounts/{key}/sessions")) == (403, "account_beyond_scope")
    assert error_of(await there.delete(f"/api/accounts/{key}/sessions/{mine}")) == (403, "account_beyond_scope")
    assert (await victim.get("/api/session")).status_code == 200


async def test_an_idle_session_ends_where_the_station_says_so(client_of, db, clock):
    await make_account(db, clock, "s30", ("operator", HERE))
    client = client_of()
    await sign_in(client, "s30")
    clock.move(timedelta(hours=9))
    assert (await client.get("/api/session")).status_code == 200, "by default nobody is signed out mid-shift"
    async with db.tx(ROOT) as tx:
        await oversight.put_policy(tx, HERE, Policy(idle_minutes=30), now=clock.now(), by="test")
    for _ in range(4):
        clock.move(timedelta(minutes=20))
        assert (await client.get("/api/session")).status_code == 200, "whoever works is not idle"
    clock.move(timedelta(minutes=31))
    assert (await client.get("/api/session")).status_code == 401
    async with db.tx(ROOT) as tx:
        await oversight.put_policy(tx, HERE, Policy(), now=clock.now(), by="test")
        key = await flows.account_id_of(tx, ROOT, clock, username="s30")
        assert await tx.scalar(select(session.c.revoked_at).where(session.c.account_id == key)) == clock.now()
