"""A walk from its beginning to an incident, on the real database: what is asked, alerted, shown, kept, forgotten."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.respond.conftest import HERE, OPERATOR, THERE, acting, along
from tests.respond.escort.conftest import WALK_MPS
from unjai.model.actor import system
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.respond.escort.flows import streets
from unjai.respond.escort.flows.following import Watch
from unjai.respond.escort.rules.walk import ANSWER_S
from unjai.respond.escort.store.tables import escort_fix, escort_said, escort_walk
from unjai.respond.store import tables, timeline
from unjai.territory.flows import note_edges

GONE = {"code": "escort_link_dead"}


async def rows(page, table, station=HERE):
    async with page.town.db.tx(system(station)) as tx:
        return await tx.all(select(table))


async def incidents(page):
    return await rows(page, tables.incident)


async def alerted_step(page):
    row = await page.row()
    async with page.town.db.tx(system(HERE)) as tx:
        steps = await timeline.of_incident(tx, row["incident_id"])
    return next(step["facts"] for step in steps if step["kind"] == "escort_alerted")


def code(answer):
    return answer.json()["error"]["code"]


async def test_ways_are_told_with_their_ease(page):
    here, there = along(600), along(1600)
    said = {"from": {"lon": here.lon, "lat": here.lat}, "to": {"lon": there.lon, "lat": there.lat}}
    answer = await page.ask("POST", "/escort/ways", said)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["dark"] is True
    way = told["ways"][0]
    assert way["metres"] == pytest.approx(1000, abs=10)
    assert 0 < way["ease"] < way["at_most"] < 1, "a pole stands there, the rest is not known"
    assert "มีจุดแจ้งเหตุ SOS ในระยะ 100 เมตร" in str(way["streets"])
    far = await page.ask("POST", "/escort/ways", said | {"to": {"lon": 100.5, "lat": 13.7}})
    assert (far.status_code, code(far)) == (422, "escort_off_map")


async def test_a_walk_that_strays_is_asked_then_an_incident_with_cameras_and_the_nearest_unit(walking):
    await walking.go(320, lambda s: along(750 + s * WALK_MPS, 3))
    assert (await walking.row())["state"] == "walking"
    place = lambda s: along(1160, s * 2.0)  # noqa: E731
    await walking.go(60, place)
    shown = (await walking.mine("GET")).json()
    assert (shown["state"], shown["check"]["why"]) == ("asked", "strayed")
    assert await incidents(walking) == []
    await walking.go(60, lambda s: place(s + 60))
    found = await incidents(walking)
    assert [(one["code"], one["priority"], one["channel"]) for one in found] == [("SOS", 1, "citizen")]
    assert "เดินอุ่นใจ" in found[0]["about_th"]
    facts = await alerted_step(walking)
    assert [one["name_en"] for one in facts["ahead"]] == ["Camera 6"]
    assert [one["name_en"] for one in facts["behind"]] == ["Camera 5", "Camera 4"]
    assert facts["unit"] == "motorcycle"
    assert facts["alert"] == "strayed"
    row = await walking.row()
    assert row["incident_id"] == found[0]["id"]
    before = await walking.town.incident(found[0]["id"])
    await walking.go(120, lambda s: place(s + 120))
    assert (await walking.town.incident(found[0]["id"]))["lat"] > before["lat"], "the incident follows her"
    assert len(await incidents(walking)) == 1


async def test_fine_settles_a_question_and_a_new_way_is_followed(walking):
    await walking.go(50, lambda s: along(750, s * 2.0))
    assert (await walking.row())["state"] == "asked"
    answer = await walking.answer("สบายดี")
    assert answer.json()["state"] == "walking"
    await walking.look()
    row = await walking.row()
    assert row["state"] == "walking"
    assert row["way"]["points"][-1] == pytest.approx([along(1600).lon, along(1600).lat], abs=1e-5)
    await walking.go(int(ANSWER_S) + 20, lambda _: along(750, 20))
    assert await incidents(walking) == []


async def test_the_duress_word_looks_exactly_like_fine_and_alerts_silently(walking, page):
    fine = await walking.answer("สบายดี")
    duress = await walking.answer(" ดอก ไม้ ")
    assert (duress.status_code, duress.content, sorted(duress.headers.items())) == (
        fine.status_code,
        fine.content,
        sorted(fine.headers.items()),
    )
    before = await walking.send(along(760))
    await walking.look()
    row = await walking.row()
    assert (row["state"], row["shown"], row["alert_why"]) == ("alerted", "walking", "duress")
    after = await walking.send(along(770))
    assert after.content == before.content
    assert (await walking.mine("GET")).json()["state"] == "walking"
    reports = await rows(walking, tables.report)
    assert [(one["silent"], one["kind"]) for one in reports] == [(True, "escort_alert")]
    assert "ดอกไม้" not in str([await rows(walking, table) for table in (escort_walk, escort_said, audit_log, outbox)])


async def test_ending_with_the_duress_word_ends_the_screen_and_not_the_watch(walking):
    link = (await walking.mine("POST", "/links")).json()["token"]
    ended = await walking.answer("ดอกไม้", ends=True)
    assert ended.json()["state"] == "ended"
    assert (await walking.ask("GET", "/escort/friend", x_unjai_link=link)).status_code == 404
    await walking.look()
    assert (await walking.row())["state"] == "alerted"
    answer = await walking.send(along(790))
    assert answer.json()["state"] == "ended"
    assert max(one["no"] for one in await rows(walking, escort_fix)) == walking.no, "she is followed still"


async def test_ending_with_any_other_word_ends_and_nothing_more_is_kept(walking):
    assert (await walking.answer("ถึงบ้านแล้ว", ends=True)).json()["state"] == "ended"
    await walking.look()
    kept = len(await rows(walking, escort_fix))
    answer = await walking.send(along(790))
    assert answer.json()["state"] == "ended"
    assert len(await rows(walking, escort_fix)) == kept
    assert (await walking.row())["state"] == "ended"
    assert await incidents(walking) == []


async def test_a_phone_that_dies_ends_as_an_incident_at_its_last_place(walking):
    await walking.go(170)
    found = await incidents(walking)
    assert len(found) == 1
    last = along(600 + 115 * WALK_MPS, 3)
    assert (found[0]["lon"], found[0]["lat"]) == pytest.approx((last.lon, last.lat), abs=2e-4)
    assert (await alerted_step(walking))["heard_s"] >= 130
    await walking.send(along(800))
    await walking.look()
    assert "escort_back" in await walking.town.steps(found[0]["id"])


async def test_a_new_core_goes_on_where_the_last_one_was_killed(walking):
    await walking.go(50, lambda s: along(750, s * 2.0))
    asked_at = (await walking.row())["asked_at"]
    walking.watch = Watch()
    await walking.go(30, lambda s: along(750, 100 + s * 2.0))
    assert (await walking.row())["asked_at"] == asked_at, "not asked twice"
    walking.watch = Watch()
    await walking.go(30, lambda s: along(750, 160 + s * 2.0))
    assert len(await incidents(walking)) == 1
    walking.watch = Watch()
    await walking.go(30, lambda s: along(750, 220 + s * 2.0))
    assert len(await incidents(walking)) == 1


async def test_a_wrong_clock_is_nobodys_trouble(page):
    await page.begin(along(600), along(1600))
    for second in range(0, 200, 10):
        await page.send(along(600 + second * WALK_MPS), off_s=-86_400.0 * 400)
        await page.look()
        page.town.clock.move(timedelta(seconds=10))
    assert (await page.row())["state"] == "walking"
    now = page.town.clock.now()
    assert all(now - timedelta(seconds=250) <= one["taken_at"] <= now for one in await rows(page, escort_fix))


async def test_lists_that_come_again_are_kept_once(walking):
    kept = len(await rows(walking, escort_fix))
    walking.no -= 5
    answer = await walking.send(*[along(700)] * 5)
    assert answer.status_code == 200
    assert len(await rows(walking, escort_fix)) == kept


async def test_a_walk_that_never_sends_is_forgotten_without_alarm(page):
    await page.begin(along(600), along(1600))
    await page.go(320)
    assert (await page.row())["state"] == "lapsed"
    assert await incidents(page) == []


async def test_who_guesses_learns_nothing(walking):
    await walking.mine("POST", "/links")
    walking.token, own = walking.token[::-1], walking.token
    known = [
        await walking.mine("GET"),
        await walking.answer(),
        await walking.answer(ends=True),
        await walking.send(along(5)),
    ]
    known += [await walking.mine("POST", "/links"), await walking.mine("GET", "/links")]
    walking.walk_id, walk_id = uuid4(), walking.walk_id
    unknown = [
        await walking.mine("GET"),
        await walking.answer(),
        await walking.answer(ends=True),
        await walking.send(along(5)),
    ]
    unknown += [await walking.mine("POST", "/links"), await walking.mine("GET", "/links")]
    for one, other in zip(known, unknown, strict=True):
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert (one.status_code, code(one)) == (404, "escort_unknown")
    walking.walk_id, walking.token = walk_id, own
    assert (await walking.row())["shown"] == "walking"


async def test_there_are_only_so_many_links(walking):
    answers = [(await walking.mine("POST", "/links")).status_code for _ in range(6)]
    assert answers == [201] * 5 + [409]


async def test_the_desk_sees_a_count_and_only_alerted_walks_and_each_look_is_logged(walking):
    walking.desk = OPERATOR
    told = (await walking.ask("GET", "/escorts")).json()
    assert told == {"open": 1, "alerted": []}
    assert (await walking.ask("GET", f"/escorts/{walking.walk_id}")).status_code == 404
    await walking.go(170)
    told = (await walking.ask("GET", "/escorts")).json()
    assert [(one["why"], one["battery"]) for one in told["alerted"]] == [("lost", 80)]
    detail = (await walking.ask("GET", f"/escorts/{walking.walk_id}")).json()
    assert len(detail["trail"]) == len(await rows(walking, escort_fix))
    looks = [one for one in await rows(walking, audit_log) if one["action"] == "escort.look"]
    assert [one["subject"] for one in looks] == [f"escort:{walking.walk_id}"]
    walking.desk = acting("operator", THERE)
    assert (await walking.ask("GET", "/escorts")).json() == {"open": 0, "alerted": []}
    assert (await walking.ask("GET", f"/escorts/{walking.walk_id}")).status_code == 404
    walking.desk = acting("officer")
    assert (await walking.ask("GET", "/escorts")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"fixes": 1}',
        b'{"fixes": [{"no": 1}]}',
        b'{"fixes": [{"no": -1, "lon": 99, "lat": 18}]}',
        b'{"fixes": [{"no": 1, "lon": 999, "lat": 18}]}',
        b'{"fixes": [{"no": 1, "lon": NaN, "lat": 18}]}',
        b'{"fixes": [{"no": 1, "lon": "x", "lat": 18}]}',
        b'{"fixes": [' + b",".join([b'{"no": 1, "lon": 99, "lat": 18}'] * 721) + b"]}",
    ],
)
async def test_junk_is_refused_with_words_and_the_next_list_is_taken(walking, body):
    import httpx

    transport = httpx.ASGITransport(app=walking.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        answer = await client.post(
            f"/api/escort/walks/{walking.walk_id}/positions", content=body, headers={"x-unjai-walk": walking.token}
        )
    assert (answer.status_code, code(answer)) == (422, "escort_message_wrong")
    assert (await walking.send(along(800))).status_code == 200


async def test_a_strange_battery_accuracy_and_time_never_lose_a_position(walking):
    body = {"fixes": [{"no": 900, "lon": 99.0, "lat": 18.8, "acc": -5, "tst": 9e11, "batt": -1}], "sent": -9e11}
    assert (await walking.mine("POST", "/positions", body)).status_code == 200
    last = next(one for one in await rows(walking, escort_fix) if one["no"] == 900)
    assert (last["battery"], last["accuracy_m"]) == (None, 100_000.0)
    assert last["taken_at"] <= walking.town.clock.now()
    await walking.look()
    assert (await walking.row())["state"] == "walking"


async def test_facts_of_streets_count_now_and_patrols_only_now(page):
    here, there, now = along(600), along(1600), page.town.clock.now()
    async with page.town.db.tx(system(HERE)) as tx:
        noted = {edge: (now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ") for edge in range(1, 11)}
        core = system(HERE)
        await note_edges(tx, core, page.town.clock, station_id=HERE, fact="patrolled_at", values=noted, source="test")
    streets._hours.clear()
    said = {"from": {"lon": here.lon, "lat": here.lat}, "to": {"lon": there.lon, "lat": there.lat}}
    soon = (await page.ask("POST", "/escort/ways", said)).json()["ways"][0]
    later = (await page.ask("POST", "/escort/ways", said | {"at": (now + timedelta(hours=24)).isoformat()})).json()
    assert "สายตรวจผ่านภายใน 30 นาที" in str(soon["streets"])
    assert "ไม่ทราบว่าสายตรวจผ่านเมื่อใด" in str(later["ways"][0]["streets"])
    assert later["ways"][0]["ease"] == pytest.approx(soon["ease"] - 0.15, abs=0.01)
