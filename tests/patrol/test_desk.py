"""The patrol desk at a station: asked visits in plans and what became of them, festivals, risk, coverage."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text

from tests.patrol.conftest import HERE, LON, THERE, away, checkpoint
from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import new_id, observation_id
from unjai.patrol import plan_making
from unjai.patrol.flows import request_visit, take_risk
from unjai.patrol.flows.coverage import note_patrolled
from unjai.patrol.flows.settling import KEPT, Settling
from unjai.patrol.store import plans as store
from unjai.people import flows as people
from unjai.territory.store import device

SHIFT = "ผลัดทดสอบโต๊ะสายตรวจ"
TABLES = ("patrol_request", "patrol_layer", "patrol_kind_risk", "patrol_hour", "patrol_plan", "patrol_risk")


@pytest.fixture
async def desk(client_of, station, clock):
    """A superintendent, an officer with a unit, three checkpoints, a shift that goes on now."""
    root = system(HERE)
    begin = time(clock.now().astimezone(BANGKOK).hour)
    async with station.tx(root) as tx:
        for table in TABLES:
            await tx.execute(text(f"DELETE FROM {table}"))
        shift = await tx.one(text("SELECT id FROM shift WHERE name_th = :n"), {"n": SHIFT})
        if shift is None:
            made = await people.create_shift(
                tx, root, clock, name_th=SHIFT, name_en="", starts=begin, ends=time((begin.hour + 3) % 24)
            )
            shift = {"id": made}
    chief = await client_of("superintendent")
    for number in range(3):
        await checkpoint(chief, code=f"A-0{number}", lat=away(150 * number))
    chief.officer = await client_of("officer", unit=True)
    chief.day = clock.now().astimezone(BANGKOK).date()
    chief.order = {
        "day": chief.day.isoformat(),
        "shift_id": str(shift["id"]),
        "unit_ids": [str(chief.officer.unit_id)],
        "seconds": 1,
        "break_min": 0,
    }
    return chief


def house(desk, **more) -> dict:
    day = desk.day.isoformat()
    return {
        "kind": "house_watch",
        "partner": "citizen",
        "reference": "ฝ 12/2569",
        "label": "บ้านรั้วเขียว",
        "lon": LON,
        "lat": away(60),
        "from_day": day,
        "to_day": day,
        "minutes": 5,
        "note": "ดูประตูหลัง",
        **more,
    }


async def taken(desk, **more) -> dict:
    answer = await desk.post("/api/patrol/requests", json=house(desk, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def planned(desk, **more) -> dict:
    begun = await desk.post("/api/patrol/plans", json={**desk.order, **more})
    assert begun.status_code == 201, begun.text
    await plan_making.settled()
    plan = (await desk.get(f"/api/patrol/plans/{begun.json()['id']}")).json()
    assert plan["state"] == "draft", plan
    return plan


async def published(desk, **more) -> dict:
    plan = await planned(desk, **more)
    answer = await desk.post(f"/api/patrol/plans/{plan['id']}/publish", json={"version": plan["version"]})
    assert answer.status_code == 200, answer.text
    return plan


def stops_of(plan, request) -> list[dict]:
    return [s for one in plan["result"]["rounds"] for s in one["stops"] if s["request"] == request["id"]]


async def drive(station, desk, plan, stop, *, minutes: int) -> None:
    """Let the officer's phone tell positions at a stop, every twenty seconds."""
    async with station.tx(system(HERE)) as tx:
        row = await store.one(tx, plan["id"])
        phone = uuid4()
        facts = {"key": f"p-{phone.hex[:8]}", "kind": "phone", "name_th": "เครื่อง", "owner_kind": "police"}
        await tx.execute(insert(device).values(id=phone, station_id=HERE, silent_after_s=0, **facts))
        await tx.execute(text("UPDATE unit SET device_id = :d WHERE id = :u"), {"d": phone, "u": desk.officer.unit_id})
        said = text(
            "INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat,"
            " accuracy_m, payload, digest) VALUES (:id, :s, 'position', 't', :d, :at, :at, 'ok', :lon, :lat, 5, '{}', 'x')"
        )
        for number in range(minutes * 3):
            at = row["from_at"] + timedelta(seconds=stop["at_s"] + 20 * number)
            values = {"id": observation_id(at, "t", f"{plan['id']}{number}"), "s": HERE, "d": phone, "at": at}
            await tx.execute(said, {**values, "lon": stop["lon"], "lat": stop["lat"]})


async def test_an_asked_visit_is_in_the_plan_and_told_done_after_the_shift(desk, station, clock):
    request = await taken(desk)
    due = (await desk.get("/api/patrol/plan-due", params={k: desk.order[k] for k in ("day", "shift_id")})).json()
    assert (due["house_watches"], due["requests"]) == (1, 0)
    plan = await published(desk)
    [stop] = stops_of(plan, request)
    assert (stop["name"]["th"], stop["why"], stop["note"]) == ("บ้านรั้วเขียว", "house_watch", "ดูประตูหลัง")
    await drive(station, desk, plan, stop, minutes=6)
    settling = Settling([HERE])
    assert await settling.once(station, clock) == 0  # the shift goes on
    clock.move(timedelta(hours=4))
    assert await settling.once(station, clock) == 1
    [row] = (await desk.get("/api/patrol/requests", params={"when": "all"})).json()
    assert [(one["state"], one["plan_id"], one["by_hand"]) for one in row["outcomes"]] == [("done", plan["id"], "")]
    assert row["outcomes"][0]["at"] is not None
    assert await settling.once(station, clock) == 0  # what is done stays


async def test_what_no_position_speaks_of_is_not_known_until_a_person_says(desk, station, clock):
    request = await taken(desk, place="A-01", lon=None, lat=None, kind="request", partner="business")
    plan = await published(desk)
    assert [stop["place"] for stop in stops_of(plan, request)] == ["A-01"]
    path = f"/api/patrol/requests/{request['id']}/outcomes/{plan['id']}"
    clock.move(timedelta(hours=4))
    await Settling([HERE]).once(station, clock)
    assert (await desk.get("/api/patrol/requests")).json()[0]["outcomes"][0]["state"] == "unknown"
    said = await desk.put(path, json={"state": "done", "note": "แจ้งทางวิทยุ"})
    assert said.status_code == 204, said.text
    await Settling([HERE]).once(station, clock)
    [row] = (await desk.get("/api/patrol/requests")).json()
    assert [(one["state"], one["note"]) for one in row["outcomes"]] == [("done", "แจ้งทางวิทยุ")]
    assert row["outcomes"][0]["by_hand"].startswith("superintendent.")
    table = (await desk.get("/api/patrol/requests.csv")).text
    assert "ตรวจแล้ว" in table
    assert "ภาคธุรกิจ" in table


async def test_a_request_is_changed_withdrawn_and_given_back_by_its_version(desk):
    request = await taken(desk)
    body = {**house(desk), "version": 1}
    changed = await desk.put(f"/api/patrol/requests/{request['id']}", json={**body, "minutes": 9})
    assert (changed.json()["minutes"], changed.json()["version"]) == (9, 2)
    stale = await desk.put(f"/api/patrol/requests/{request['id']}", json=body)
    assert stale.json()["error"]["code"] == "patrol_request_changed"
    gone = await desk.put(f"/api/patrol/requests/{request['id']}", json={**body, "version": 2, "withdrawn": True})
    assert gone.json()["withdrawn"]
    plan = await planned(desk)
    assert stops_of(plan, request) == []
    assert "บ้านรั้วเขียว" not in str(plan)
    back = await desk.put(f"/api/patrol/requests/{request['id']}", json={**body, "version": 3, "withdrawn": False})
    assert not back.json()["withdrawn"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to_day": "2020-01-01"}, "patrol_request_days"),
        ({"window_from": 60}, "patrol_request_days"),
        ({"window_from": 60, "window_to": 63}, "patrol_request_window"),
        ({"lon": None}, "patrol_request_place"),
        ({"place": "nowhere"}, "patrol_request_place"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_words(desk, wrong, code):
    answer = await desk.post("/api/patrol/requests", json=house(desk, **wrong))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_empty_houses_are_seen_by_few_and_forgotten(desk, station, client_of, clock):
    request = await taken(desk)
    plan = await published(desk)
    administrator = await client_of("administrator")
    assert (await administrator.get("/api/patrol/requests")).status_code == 403
    stranger = await client_of("superintendent", THERE)
    assert (await stranger.get("/api/patrol/requests", params={"when": "all"})).json() == []
    unseeing = Actor(kind="account", key="x", name="x", stations=frozenset({HERE}), rights=frozenset({"patrol.read"}))
    async with station.tx(unseeing) as tx:
        assert await tx.all(text("SELECT 1 FROM patrol_request")) == []
    clock.move(KEPT)
    await Settling([HERE]).once(station, clock)
    assert (await desk.get("/api/patrol/requests", params={"when": "past"})).json()[0]["id"] == request["id"]
    clock.move(timedelta(days=1))
    await Settling([HERE]).once(station, clock)
    assert (await desk.get("/api/patrol/requests", params={"when": "past"})).json() == []
    async with station.tx(system(HERE)) as tx:
        row = await store.one(tx, UUID(plan["id"]))
    assert "บ้านรั้วเขียว" not in str(row)
    assert "ประตูหลัง" not in str(row)
    assert (await desk.get(f"/api/patrol/plans/{plan['id']}/sheet.pdf")).status_code == 200


async def test_a_request_comes_from_a_capability_above_by_its_flow(station, clock, desk):
    root = system(HERE)
    async with station.tx(root) as tx:
        values = {"kind": "request", "partner": "residents", "label": "หน้าตลาด", "lon": LON, "lat": away(10)}
        days = {"from_day": desk.day, "to_day": desk.day}
        await request_visit(tx, root, clock, station_id=HERE, values={**values, **days})
        nobody = Actor(kind="account", key="x", name="x", stations=frozenset({HERE}))
        with pytest.raises(UnjaiError, match="right_missing"):
            await request_visit(tx, nobody, clock, station_id=HERE, values={**values, **days})
    assert [row["label"] for row in (await desk.get("/api/patrol/requests")).json()] == ["หน้าตลาด"]


async def test_a_festival_is_previewed_held_by_plans_and_taken_out(desk):
    day = desk.day.isoformat()
    layer = {"name_th": "ลอยกระทง", "from_day": day, "to_day": day, "factor": 4, "kinds": ["bank"]}
    told = (await desk.post("/api/patrol/layer-preview", json={**layer, "day": day})).json()
    assert told["touched"] == 3
    assert sum(told["after"]) == pytest.approx(4 * sum(told["before"]), rel=0.001)
    bare = await planned(desk)
    made = (await desk.post("/api/patrol/layers", json=layer)).json()
    rich = await planned(desk)
    risk = [sum(one["risk"] for one in plan["result"]["places"]) for plan in (bare, rich)]
    assert risk[1] == pytest.approx(4 * risk[0], rel=0.01)
    due = (await desk.get("/api/patrol/plan-due", params={k: desk.order[k] for k in ("day", "shift_id")})).json()
    assert [one["name_th"] for one in due["layers"]] == ["ลอยกระทง"]
    gone = await desk.put(f"/api/patrol/layers/{made['id']}", json={**layer, "version": 1, "removed": True})
    assert gone.json()["removed"]
    assert (await desk.get("/api/patrol/layers")).json() == []
    stale = await desk.put(f"/api/patrol/layers/{made['id']}", json={**layer, "version": 1})
    assert stale.json()["error"]["code"] == "patrol_layer_changed"
    odd = await desk.post("/api/patrol/layers", json={**layer, "to_day": "2020-01-01"})
    assert odd.json()["error"]["code"] == "patrol_layer_days"


async def test_a_making_that_is_broken_off_writes_nothing(desk):
    begun = (await desk.post("/api/patrol/plans", json={**desk.order, "seconds": 60})).json()
    gone = (await desk.post(f"/api/patrol/plans/{begun['id']}/cancel")).json()
    assert (gone["state"], gone["reasons"][0]["code"]) == ("failed", "cancelled")
    await plan_making.settled()
    assert (await desk.get(f"/api/patrol/plans/{begun['id']}")).json()["state"] == "failed"


async def test_the_risk_form_sets_places_and_kinds_and_takes_them_back(desk):
    table = (await desk.get("/api/patrol/risk")).json()
    assert {one["source"] for one in table["places"] if one["kind"] == "bank"} == {"project"}
    put = {"places": [{"place": "A-00", "by_hour": [3.0] * 168}]}
    before = (await desk.put("/api/patrol/risk", json=put)).json()
    assert before == {"places": [{"place": "A-00", "by_hour": None, "source": "form"}]}
    kind = (await desk.put("/api/patrol/risk/kinds/bank", json={"by_hour": [2.0] * 24})).json()
    assert kind == {"by_hour": None}
    places = {one["id"]: one for one in (await desk.get("/api/patrol/risk")).json()["places"]}
    assert (places["A-00"]["source"], len(places["A-00"]["by_hour"])) == ("form", 168)
    assert (places["A-01"]["source"], places["A-01"]["by_hour"]) == ("kind", [2.0] * 24)
    assert places["A-00"]["taken_by"].startswith("superintendent.")
    base = (await desk.get("/api/patrol/risk/base", params={"kind": "bank", "reports": 20})).json()
    assert base["own"]
    assert min(base["by_hour"]) > 2.0
    await desk.put("/api/patrol/risk", json=before)
    await desk.put("/api/patrol/risk/kinds/bank", json=kind)
    assert (await desk.get("/api/patrol/risk")).json() == table
    wrong = await desk.put("/api/patrol/risk", json={"places": [{"place": "ไม่มี", "by_hour": [1.0] * 24}]})
    assert wrong.json()["error"]["code"] == "patrol_risk_place"
    odd = await desk.put("/api/patrol/risk/kinds/moon", json={"by_hour": [1.0] * 24})
    assert odd.json()["error"]["code"] == "patrol_kind_unknown"
    short = await desk.put("/api/patrol/risk", json={"places": [{"place": "A-00", "by_hour": [1.0] * 25}]})
    assert short.json()["error"]["code"] == "patrol_risk_hours"


async def happen(station, clock, *, code="THEFT", found=False, lat=0.0, outcome=None, seq=[0]) -> None:  # noqa: B006
    """An incident of two weeks ago."""
    at = clock.now() - timedelta(days=14)
    seq[0] += 1
    async with station.tx(system(HERE)) as tx:
        key = new_id(at)
        closed = {"state": "closed", "closed_at": at, "outcome": outcome or "resolved"}
        await tx.execute(
            text(
                "INSERT INTO incident (id, station_id, be_year, seq, number, code, priority, state, closed_at, outcome,"
                " channel, lon, lat, opened_at, first_observed_at, last_observed_at) VALUES (:id, :s, 2569, :n, :number,"
                " :code, 3, :state, :closed_at, :outcome, 'call', :lon, :lat, :at, :at, :at)"
            ),
            {
                "id": key,
                "s": HERE,
                "n": 9000 + seq[0],
                "number": f"T{seq[0]}",
                "code": code,
                "lon": LON,
                "lat": lat,
                "at": at,
                **closed,
            },
        )
        await tx.execute(
            text(
                "INSERT INTO report (id, station_id, observation_id, digest, incident_id, channel, kind, code,"
                " observed_at, received_at, source) VALUES (:id, :s, :id, 'd', :i, 'call', :kind, :code, :at, :at, 'x')"
            ),
            {
                "id": new_id(at),
                "s": HERE,
                "i": key,
                "kind": "patrol_finding" if found else "call",
                "code": code,
                "at": at,
            },
        )


async def test_the_past_is_shown_and_taken_as_risk_with_findings_apart(desk, station, clock):
    codes = [one for one in (await desk.get("/api/patrol/risk")).json()["places"] if one["id"].startswith("A-")]
    assert len(codes) == 3
    for _ in range(3):
        await happen(station, clock, lat=away(300))
    await happen(station, clock, lat=away(0), found=True)
    await happen(station, clock, lat=away(300), outcome="false_alarm")
    await happen(station, clock, lat=away(5000))
    body = {"months": 1, "codes": ["THEFT"]}
    told = (await desk.post("/api/patrol/risk/history-preview", json=body)).json()
    counts = {one["place"]: (one["called"], one["found"]) for one in told["places"]}
    assert counts == {"A-02": (3, 0), "A-00": (0, 1)}
    assert told["away"] == 1
    before = (await desk.post("/api/patrol/risk/history", json=body)).json()
    places = {one["id"]: one for one in (await desk.get("/api/patrol/risk")).json()["places"]}
    assert places["A-02"]["source"] == "history"
    assert sum(places["A-02"]["by_hour"]) > sum(places["A-01"]["by_hour"])
    await desk.put("/api/patrol/risk", json=before)
    after = {one["id"]: one["source"] for one in (await desk.get("/api/patrol/risk")).json()["places"]}
    assert after["A-02"] == "project"


async def test_a_table_of_a_week_comes_in_and_is_taken_back(desk, station, client_of, clock):
    async with station.tx(system(HERE)) as tx:
        await take_risk(tx, system(HERE), clock, station_id=HERE, by_place={"A-00": [1.0] * 24}, source="form")
    importer = await client_of("administrator")
    hours = ",".join(f"{hour:02d}.00" for hour in range(24))
    lines = [f"รหัสจุดตรวจ,วัน,{hours}", f"A-00,,{','.join(['2'] * 24)}", f"A-00,เสาร์,{','.join(['5'] * 24)}"]
    lines += [f"A-01,จ.,{','.join(['1'] * 24)}", f"A-02,,{','.join(['4'] * 24)}"]
    body = "\n".join(lines).encode()
    file = await importer.post("/api/import/files", params={"kind": "patrol-risk", "name": "risk.csv"}, content=body)
    assert [one["code"] for one in file.json()["report"]["refused"]] == ["patrol_risk_days"], file.text
    done = await importer.post(f"/api/import/files/{file.json()['file_id']}/apply", json={"leave_refused": True})
    assert done.status_code == 200, done.text
    async with station.tx(system(HERE)) as tx:
        rows = {row["place"]: row["by_hour"] for row in await store.risk(tx, HERE)}
    assert set(rows) == {"A-00", "A-02"}
    assert (rows["A-00"][0], rows["A-00"][5 * 24]) == (2.0, 5.0)
    run = done.json()["run_id"]
    back = await importer.post(f"/api/import/runs/{run}/undo")
    assert back.status_code == 200, back.text
    async with station.tx(system(HERE)) as tx:
        rows = {row["place"]: (row["by_hour"], row["source"]) for row in await store.risk(tx, HERE)}
    assert rows == {"A-00": ([1.0] * 24, "form")}


async def test_coverage_tells_streets_areas_and_hours_and_no_unit(desk, station, clock):
    monday = date(2026, 11, 16)
    at = datetime(2026, 11, 16, 21, 30, tzinfo=BANGKOK)
    beat = (await desk.post("/api/patrol/beats", json={"code": "1", "name_th": "เขตหนึ่ง"})).json()[0]
    await desk.patch(
        f"/api/patrol/checkpoints/{(await desk.get('/api/patrol/checkpoints')).json()[0]['id']}",
        json={"beat_id": beat["id"]},
    )
    async with station.tx(system(HERE)) as tx:
        seen = [(Point(lon=LON, lat=away(offset), accuracy_m=5), at) for offset in range(0, 60, 5)]
        await note_patrolled(tx, clock, station_id=HERE, seen=seen, source="test")
        await note_patrolled(tx, clock, station_id=HERE, seen=seen, source="test")
    told = (await desk.get("/api/patrol/coverage", params={"week": str(monday + timedelta(days=7)), "weeks": 2})).json()
    assert told["weeks"] == ["2026-11-16", "2026-11-23"]
    assert told["streets"], told
    assert {one["hours"][21] for one in told["streets"]} == {"1"}
    assert {sum(map(int, one["hours"])) for one in told["streets"]} == {1}
    [area] = [one for one in told["areas"] if one["kind"] == "beat"]
    assert (area["name_th"], area["weeks_unseen"]) == ("เขตหนึ่ง", ["2026-11-23"])
    assert area["seen_m"] > 0
    assert 21 not in told["quiet"]
    assert {tuple(one["weeks_unseen"]) for one in told["places"]} == {("2026-11-16", "2026-11-23")}
    table = (await desk.get("/api/patrol/coverage.csv", params={"week": str(monday)})).text
    assert "จันทร์" in table
    assert "21.00" in table
    assert not {"unit", "account", "call_sign"} & set(str(told).replace("'", " ").split())


async def test_concentration_counts_published_plans_and_visits(desk, clock):
    bare = (await desk.get("/api/patrol/concentration")).json()
    assert bare["planned"]["visits"] == 0
    assert bare["planned"]["verdict"] == "few"
    assert bare["planned"]["places"] >= 3
    plan = await published(desk)
    clock.move(timedelta(hours=1))
    told = (await desk.get("/api/patrol/concentration")).json()
    assert told["planned"]["visits"] == plan["result"]["visits"] > 0
    assert told["seen"] == {"visits": 0, "places": 3, "top_share": None, "unseen": 3, "verdict": "few"}
