"""How a walk is forgotten, and the link of a friend with it: the clock is moved by hours and days."""

from datetime import timedelta

from sqlalchemy import select

from tests.respond.conftest import HERE, THERE, along
from tests.respond.escort.conftest import WALK_MPS
from unjai.model.actor import system
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.respond.escort.flows.forgetting import KEPT, forget_walks
from unjai.respond.escort.store.tables import escort_fix, escort_link, escort_said, escort_walk


async def rows(page, table, station=HERE):
    async with page.town.db.tx(system(station)) as tx:
        return await tx.all(select(table))


def code(answer):
    return answer.json()["error"]["code"]


async def test_the_trail_is_gone_after_a_day_unless_an_incident_came_of_it(walking, page):
    await walking.mine("POST", "/links")
    await walking.answer("ถึงแล้ว", ends=True)
    await walking.look()
    quiet = walking.walk_id
    await page.begin(along(600), along(1600))
    await page.go(60, lambda s: along(600 + s * WALK_MPS))
    await page.go(180)
    assert (await page.row())["incident_id"] is not None
    page.town.clock.move(KEPT - timedelta(minutes=20))
    async with page.worker.tx(system(HERE, THERE)) as tx:
        assert await forget_walks(tx, page.town.clock) == (0, 0)
    page.town.clock.move(timedelta(minutes=30))
    async with page.worker.tx(system(HERE, THERE)) as tx:
        assert await forget_walks(tx, page.town.clock) == (1, 0)
    assert [one["id"] for one in await rows(page, escort_walk)] == [page.walk_id]
    assert {one["walk_id"] for table in (escort_fix, escort_said, escort_link) for one in await rows(page, table)} == {
        page.walk_id
    }
    assert quiet != page.walk_id
    assert str(quiet) not in str([await rows(page, audit_log), await rows(page, outbox)])


async def test_a_friend_sees_the_way_and_the_place_and_nothing_else_and_the_link_dies(walking):
    made = (await walking.mine("POST", "/links")).json()
    seen = await walking.ask("GET", "/escort/friend", x_unjai_link=made["token"])
    told = seen.json()
    assert set(told) == {"expected_at", "points", "position"}
    assert set(told["position"]) == {"lon", "lat", "accuracy_m", "at"}
    assert "081" not in seen.text
    await walking.answer("ดอกไม้")
    await walking.look()
    assert set((await walking.ask("GET", "/escort/friend", x_unjai_link=made["token"])).json()) == set(told)
    second = (await walking.mine("POST", "/links")).json()
    gone = await walking.mine("DELETE", f"/links/{second['id']}")
    assert gone.status_code == 204
    revoked = await walking.ask("GET", "/escort/friend", x_unjai_link=second["token"])
    never = await walking.ask("GET", "/escort/friend", x_unjai_link="x" * 43)
    as_walk = await walking.ask("GET", "/escort/friend", x_unjai_link=walking.token)
    walking.town.clock.move(timedelta(hours=3))
    old = await walking.ask("GET", "/escort/friend", x_unjai_link=made["token"])
    assert {one.content for one in (revoked, never, as_walk, old)} == {never.content}
    assert (never.status_code, code(never)) == (404, "escort_link_dead")
    assert (await walking.mine("GET", "/links")).json() == []
