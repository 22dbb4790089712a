"""What the walker's screens ask for: where to go by name, more time, the way anew; and no word looks like another."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import insert, select

from tests.respond.conftest import HERE, along
from unjai.model.actor import system
from unjai.respond.escort.rules.line import Line
from unjai.respond.escort.rules.walk import LONGEST, Walk, answer
from unjai.respond.escort.store.tables import escort_fix, escort_walk
from unjai.respond.store import tables
from unjai.territory.view import territory_of

OFF_MPS = 2.0
NIGHT = datetime(2026, 11, 22, 15, tzinfo=UTC)


async def more(page, minutes, asking=None):
    return await page.mine("POST", "/more", {"id": str(asking or uuid4()), "minutes": minutes})


def expected(answer):
    return datetime.fromisoformat(answer.json()["expected_at"])


async def strayed(page):
    """Lead her off her way until she is asked."""
    await page.go(60, lambda s: along(750, s * OFF_MPS))
    shown = (await page.mine("GET")).json()
    assert shown["check"]["why"] == "strayed"
    return shown


async def after(page, word):
    """Answer, and return what her page and her friend see before and after core heard of it."""
    link = (await page.mine("POST", "/links")).json()["token"]
    told = (await page.answer(word)).json()
    await page.look()
    shown, way = (await page.mine("GET")).json(), (await page.mine("GET", "/way")).json()
    friend = (await page.ask("GET", "/escort/friend", x_unjai_link=link)).json()
    return told, shown, way, friend


async def test_a_street_is_found_by_its_name_and_nothing_that_is_not_for_everybody(page):
    async with page.town.db.tx(system(HERE)) as tx:
        names = [edge.name_th for edge in (await territory_of(tx, HERE)).graph.edges if edge.name_th]
    found = await page.ask("POST", "/escort/goals", {"q": names[0]})
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    assert found.json()[0] | {"lon": 0, "lat": 0, "name_en": ""} == {
        "type": "street",
        "name_th": names[0],
        "name_en": "",
        "lon": 0,
        "lat": 0,
    }
    assert (await page.ask("POST", "/escort/goals", {"q": ""})).json() == []
    for said in ("Camera", "กล้อง", "pole"):
        assert all(one["type"] != "device" for one in (await page.ask("POST", "/escort/goals", {"q": said})).json())


async def test_streets_of_a_way_lie_end_to_end_on_its_line_and_their_reasons_have_codes(page):
    told = await page.begin(along(600), along(1600))
    way = told["way"]
    ends = [street["until"] for street in way["streets"]]
    assert ends == sorted(ends)
    assert ends[-1] == len(way["points"]) - 1
    said = [one["code"] for part in ("good", "bad", "unknown") for one in way["streets"][0][part]]
    assert len(said) == len(set(said)) == 7
    assert "seen.unknown" in said
    kept = (await page.mine("GET", "/way")).json()
    assert kept == {"way_no": 0, "way": way}


async def test_more_time_moves_the_arrival_once_and_answers_nothing(walking):
    before = expected(await walking.mine("GET"))
    asking = uuid4()
    first, again = await more(walking, 10, asking), await more(walking, 10, asking)
    assert expected(first) == expected(again) == before + timedelta(minutes=10)
    await walking.look()
    assert expected(await walking.mine("GET")) == before + timedelta(minutes=10)
    await strayed(walking)
    await more(walking, 5)
    await walking.look()
    assert (await walking.mine("GET")).json()["state"] == "asked", "time is no answer"
    for _ in range(4):
        await more(walking, 120)
        await walking.look()
    row = await walking.row()
    assert row["expected_at"] == row["began_at"] + LONGEST
    await walking.answer(ends=True)
    assert (await more(walking, 5)).json()["state"] == "ended"


async def test_after_straying_another_way_is_shown_alike_for_every_word(walking):
    """Fine and duress from one and the same state: the second one is played on a copy of the walk."""
    await strayed(walking)
    row = await walking.row()
    async with walking.town.db.tx(system(HERE)) as tx:
        fixes = await tx.all(select(escort_fix).where(escort_fix.c.walk_id == walking.walk_id))
    fine = await after(walking, "สบายดี")
    assert await _incidents(walking) == []
    # the same walk once more, as it stood; core meets it anew
    first = walking.walk_id
    walking.walk_id = uuid4()
    async with walking.town.db.tx(system(HERE)) as tx:
        other = escort_walk.update().where(escort_walk.c.id == first)
        await tx.execute(other.values(token=b"another", state="ended"))
        await tx.execute(insert(escort_walk).values(**row | {"id": walking.walk_id}))
        await tx.execute(insert(escort_fix), [one | {"walk_id": walking.walk_id} for one in fixes])
    await walking.look()
    duress = await after(walking, "ดอกไม้")
    assert (await walking.row())["alert_why"] == "duress"
    assert len(await _incidents(walking)) == 1
    assert duress == fine
    assert fine[1]["way_no"] == 1


def test_who_is_late_gets_the_same_time_whatever_the_word():
    line = Line([(100.0, 18.0), (100.01, 18.0)], [False])
    asked = Walk(began_at=NIGHT, expected_at=NIGHT, planned_s=600, state="asked", asked_why="late", asked_at=NIGHT)
    now = NIGHT + timedelta(minutes=5)
    (fine, _), (duress, told) = answer(asked, line, "fine", now), answer(asked, line, "duress", now)
    assert fine.expected_at == duress.expected_at > now + timedelta(minutes=17)
    assert (fine.state, duress.state, told[0].why) == ("walking", "alerted", "duress")


async def _incidents(page):
    async with page.town.db.tx(system(HERE)) as tx:
        return await tx.all(select(tables.incident))
