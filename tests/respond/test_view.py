"""What screens are shown."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from tests.respond.conftest import CORE, OPERATOR, THERE, acting, along
from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.respond import flows, help_view, view

CITIZEN = Actor(kind="citizen", key="127.0.0.1", name="", stations=CORE.stations)


async def shown(town, call, *args, actor=OPERATOR, **facts):
    async with town.db.tx(actor) as tx:
        return await call(tx, *args, **facts)


async def test_a_row_is_the_contracts_and_json(town):
    taken = await town.take(town.report(along(1000), source="pole-04", device_id=town.pole))
    await town.do(flows.offer, incident_id=taken.incident_id)
    row = await shown(town, view.row, taken.incident_id)
    wired = json.loads(json.dumps(view.wire(row)))
    wanted = {
        "id", "number", "code", "title_th", "title_en", "priority", "state", "channel", "lon", "lat", "place_th",
        "place_en", "opened_at", "acknowledged_at", "assigned_at", "arrived_at", "closed_at", "outcome",
        "report_count", "units", "version",
    }  # fmt: skip
    assert wanted <= set(wired)
    assert wired["title_th"] == "ขอความช่วยเหลือด่วน (SOS) · เสา SOS 04"
    assert wired["title_en"] == "Call for help (SOS) · SOS pole 04"
    assert wired["opened_at"].endswith("Z")
    assert wired["units"] == [{"unit_id": str(town.units["motorcycle"]), "call_sign": "motorcycle", "state": "offered"}]


async def test_the_open_rows_are_the_most_urgent_first(town):
    await town.take(town.report(along(0), "citizen_report", code="NOI"))
    await town.press(1000)
    closed = await town.press(1500)
    await town.do(flows.cancel, incident_id=closed)
    rows = await shown(town, view.open_rows)
    assert [row.priority for row in rows] == [1, 3]


async def test_the_whole_incident(town):
    key = (
        await town.do(flows.take_call, key="k", code="131", point=along(1000), text="ช่วยด้วย", caller_phone="191")
    ).incident_id
    await town.do(flows.offer, incident_id=key)
    found = await shown(town, view.incident, OPERATOR, incident_id=key)
    assert [entry.kind for entry in found.timeline] == ["opened", "acknowledged", "offered"]
    assert found.timeline[0].text_th == "เปิดเหตุ ชิงทรัพย์ แจ้งทางโทรศัพท์ 191 — “ช่วยด้วย”"
    assert found.timeline[0].actor == OPERATOR.name
    assert [camera.name_th for camera in found.nearest_cameras] == [f"กล้อง {n}" for n in (1, 2, 3, 4)]
    assert found.reports[0].caller.phone == "191"
    assert found.assignments[0].eta_s > 0
    assert "{" not in "".join(entry.text_th + entry.text_en for entry in found.timeline)


async def test_a_page_follows_the_last_row_and_words_find(town):
    keys = []
    for number in range(7):
        keys.append(await town.press(200.0 * number))
        town.clock.move(timedelta(seconds=1))
    first = await shown(town, view.listed, which="all", limit=3)
    second = await shown(town, view.listed, which="all", limit=3, before=first[-1].id)
    third = await shown(town, view.listed, which="all", limit=3, before=second[-1].id)
    assert [row.id for row in (*first, *second, *third)] == keys[::-1]
    await town.do(flows.false_alarm, incident_id=keys[0])
    assert [row.id for row in await shown(town, view.listed, which="closed")] == keys[:1]
    assert len(await shown(town, view.listed, which="open")) == 6
    assert [row.id for row in await shown(town, view.listed, which="all", words="๒๕๖๙-๐๐๐๐๐๓")] == [keys[2]]
    assert len(await shown(town, view.listed, which="all", words="ถนนทดสอบ")) == 7
    assert len(await shown(town, view.listed, which="all", words="SOS")) == 7
    assert await shown(town, view.listed, which="all", words="100%_\\") == []
    with pytest.raises(UnjaiError, match="not_found"):
        await shown(town, view.listed, which="all", before=uuid4())


FILL = """
    INSERT INTO incident (station_id, id, be_year, seq, number, code, priority, state, outcome, channel, opened_at,
                          first_observed_at, last_observed_at, closed_at)
    SELECT 10, gen_random_uuid(), 2569, n, '2569-' || n, 'SOS', 1, 'closed', 'resolved', 'pole', at, at, at, at
    FROM (SELECT n, timestamptz '2026-01-01' + n * interval '1 min' AS at FROM generate_series(100, 5100) AS n) AS t
"""


async def test_a_page_is_read_from_the_index(town, postgres, database_name):
    query = (
        "EXPLAIN SELECT * FROM incident WHERE (opened_at, id) < ('2026-01-02', '01999999-0000-7000-8000-000000000000')"
        " ORDER BY opened_at DESC, id DESC LIMIT 50"
    )
    async with town.db.tx(CORE) as tx:
        await tx.execute(text(FILL))
    owner = create_engine(postgres.dsn("unjai_owner", database_name))
    with owner.begin() as connection:
        connection.execute(text("ANALYZE incident"))
    owner.dispose()
    async with town.db.tx(CORE) as tx:
        plan = "\n".join(row["QUERY PLAN"] for row in await tx.all(text(query)))
        open_plan = "\n".join(
            row["QUERY PLAN"] for row in await tx.all(text("EXPLAIN SELECT * FROM incident WHERE state <> 'closed'"))
        )
    assert "Index Scan using ix_incident_opened" in plan
    assert "Index Cond: (ROW(opened_at, id)" in plan
    assert "Sort" not in plan
    assert "ix_incident_open" in open_plan


async def test_the_strip_tells_what_happened_without_what_was_said(town):
    since = town.clock.now()
    key = (await town.do(flows.take_call, key="k", code="131", point=along(0), text="ความลับของผู้แจ้ง")).incident_id
    await town.do(flows.note, incident_id=key, text="ความลับของผู้แจ้ง")
    items = list((await shown(town, view.strip_since, since)).values())
    assert [item.kind for item in items] == ["opened", "note"]
    assert items[0].text_th.startswith("2569-000001 เปิดเหตุ ชิงทรัพย์")
    assert "ความลับ" not in "".join(item.text_th + item.text_en for item in items)


async def test_the_officers_page_holds_the_task_and_the_last_one(town):
    officer = town.officer("motorcycle")
    unit_id = town.units["motorcycle"]

    async def page():
        return await shown(town, view.officer, officer, town.clock, unit_id=unit_id, actor=officer)

    assert (await page()).assignment is None
    key = (await town.do(flows.take_call, key="k", code="131", point=along(1000), text="คนร้ายสองคน")).incident_id
    await town.do(flows.offer, incident_id=key)
    asked = await page()
    assert asked.duty.on
    assert asked.assignment.state == "offered"
    assert asked.assignment.incident.number == "2569-000001"
    assert asked.assignment.told == ["คนร้ายสองคน"]
    for flow in (flows.accept, flows.en_route, flows.on_scene):
        await town.do(flow, officer, assignment_id=asked.assignment.id)
    await town.do(flows.close_assignment, officer, assignment_id=asked.assignment.id, outcome="no_trace")
    done = await page()
    assert done.assignment is None
    assert (done.last_closed.number, done.last_closed.outcome) == ("2569-000001", "no_trace")


async def test_a_citizen_follows_her_own_call_in_calm_words(town):
    help_id = uuid4()
    key = (await town.take(town.report(along(1000), "citizen_sos", source=f"citizen:{help_id}"))).incident_id

    async def status():
        return await shown(town, help_view.own_call, town.clock, help_id=help_id, actor=CITIZEN)

    assert (await status()).status == "received"
    await town.do(flows.acknowledge, incident_id=key)
    assert (await status()).status == "acknowledged"
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    officer = town.officer("motorcycle")
    await town.do(flows.accept, officer, assignment_id=offered)
    waiting = await status()
    assert (waiting.status, waiting.unit) == ("acknowledged", None)
    await town.do(flows.en_route, officer, assignment_id=offered)
    coming = await status()
    assert coming.status == "on_the_way"
    assert coming.unit.lon == pytest.approx(along(600).lon)
    assert 0 < coming.eta_s < 120
    assert "นาที" in coming.message_th
    assert "min" in coming.message_en
    await town.stand("motorcycle", along(900), age_s=600)
    assert (await status()).unit is None
    assert (await status()).message_th == "สายตรวจกำลังไปหาคุณ"
    await town.do(flows.on_scene, officer, assignment_id=offered)
    assert (await status()).status == "arrived"
    await town.do(flows.close_assignment, officer, assignment_id=offered, outcome="resolved")
    assert (await status()).status == "closed"
    with pytest.raises(UnjaiError, match="not_found"):
        await shown(town, help_view.own_call, town.clock, help_id=uuid4(), actor=CITIZEN)
    with pytest.raises(UnjaiError, match="not_found"):
        await shown(town, help_view.own_call, town.clock, help_id=help_id, actor=acting("operator", THERE))


async def test_a_call_that_must_be_silent_says_so(town):
    key = (await town.take(town.report(along(1000), "citizen_sos", silent=True))).incident_id
    row = await shown(town, view.row, key)
    assert row.silent
