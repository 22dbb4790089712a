"""Plans at a station: made in a process of their own, changed by hand, published, printed, set beside the track."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, text

from tests.patrol.conftest import HERE, THERE, away, checkpoint
from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.ids import observation_id
from unjai.patrol import plan_making
from unjai.patrol.flows.plan_risk import take_risk
from unjai.patrol.store import plans as store
from unjai.people import flows as people
from unjai.territory.store import device

SHIFT = "ผลัดทดสอบแผน"


@pytest.fixture
async def desk(client_of, station, clock):
    """A superintendent, an officer with a unit and a phone, two checkpoints, and a shift that goes on now."""
    root = system(HERE)
    async with station.tx(root) as tx:
        for table in ("patrol_plan", "patrol_risk"):
            await tx.execute(text(f"DELETE FROM {table}"))
        shift = await tx.one(text("SELECT id FROM shift WHERE name_th = :n"), {"n": SHIFT})
        begin = time(clock.now().astimezone(BANGKOK).hour)
        if shift is None:
            made = await people.create_shift(
                tx, root, clock, name_th=SHIFT, name_en="", starts=begin, ends=time((begin.hour + 3) % 24)
            )
            shift = {"id": made}
    chief = await client_of("superintendent")
    for number in range(3):
        await checkpoint(chief, code=f"A-0{number}", lat=away(150 * number))
    officer = await client_of("officer", unit=True)
    chief.officer = officer
    day = clock.now().astimezone(BANGKOK).date().isoformat()
    chief.order = {
        "day": day,
        "shift_id": str(shift["id"]),
        "unit_ids": [str(officer.unit_id)],
        "seconds": 1,
        "break_min": 20,
    }
    return chief


async def made(desk, **more) -> dict:
    begun = await desk.post("/api/patrol/plans", json={**desk.order, **more})
    assert begun.status_code == 201, begun.text
    assert begun.json()["state"] == "making"
    await plan_making.settled()
    return (await desk.get(f"/api/patrol/plans/{begun.json()['id']}")).json()


def _wishes(plan) -> dict:
    names = ("place", "task", "at_s", "minutes", "why")
    rounds = [
        {"unit": one["unit"], "stops": [{name: stop[name] for name in names} for stop in one["stops"]]}
        for one in plan["result"]["rounds"]
    ]
    return {"version": plan["version"], "rounds": rounds}


async def test_a_plan_is_made_changed_published_printed_and_seen_by_its_unit(desk):
    plan = await made(desk)
    assert plan["state"] == "draft", plan
    assert "seed" not in plan
    assert plan["result"]["seed"] == ""
    assert plan["result"]["ways"] == "streets"
    assert plan["result"]["broken"] == []
    stops = plan["result"]["rounds"][0]["stops"]
    assert "break" in [stop["why"] for stop in stops]

    order = _wishes(plan)
    same = (await desk.put(f"/api/patrol/plans/{plan['id']}/rounds", json=order)).json()
    assert same["result"]["rounds"] == plan["result"]["rounds"]  # the same order is the same plan
    order["version"] = same["version"]
    order["rounds"][0]["stops"] = [s for s in order["rounds"][0]["stops"] if s["why"] == "break"]
    order["rounds"][0]["stops"].append({"place": "A-01", "at_s": None, "minutes": 12, "why": "hand"})
    changed = (await desk.put(f"/api/patrol/plans/{plan['id']}/rounds", json=order)).json()
    assert [stop["why"] for stop in changed["result"]["rounds"][0]["stops"]] == ["break", "hand"]
    assert changed["result"]["covered_share"] < plan["result"]["covered_share"]
    stale = await desk.put(f"/api/patrol/plans/{plan['id']}/rounds", json=order)
    assert stale.json()["error"]["code"] == "patrol_plan_changed"

    assert (await desk.officer.get("/api/patrol/rounds/mine")).json()["round"] is None
    told = await desk.post(f"/api/patrol/plans/{plan['id']}/publish", json={"version": changed["version"]})
    assert told.json()["state"] == "published"
    mine = (await desk.officer.get("/api/patrol/rounds/mine")).json()
    assert mine["plan_id"] == plan["id"]
    assert [stop["place"] for stop in mine["round"]["stops"]] == [None, "A-01"]
    paper = await desk.get(f"/api/patrol/plans/{plan['id']}/sheet.pdf")
    assert paper.content.startswith(b"%PDF-")
    again = await desk.put(f"/api/patrol/plans/{plan['id']}/rounds", json={**order, "version": changed["version"]})
    assert again.json()["error"]["code"] == "patrol_plan_published"


async def test_a_second_plan_takes_the_place_of_the_first(desk):
    first, second = await made(desk), await made(desk)
    for plan in (first, second):
        await desk.post(f"/api/patrol/plans/{plan['id']}/publish", json={"version": plan["version"]})
    states = {one["id"]: one["state"] for one in (await desk.get("/api/patrol/plans")).json()}
    assert states == {first["id"]: "replaced", second["id"]: "published"}


async def test_what_cannot_be_planned_is_told(desk, station):
    failed = await made(desk, break_min=0, requests=[{"place": "nowhere"}])
    assert failed["state"] == "failed"
    assert [one["code"] for one in failed["reasons"]] == ["request_place_unknown"]
    wrong = await desk.post(
        "/api/patrol/plans", json={**desk.order, "unit_ids": ["00000000-0000-0000-0000-000000000001"]}
    )
    assert wrong.json()["error"]["code"] == "patrol_plan_units"
    odd = await desk.post("/api/patrol/plans", json={**desk.order, "requests": [{"where": "x"}]})
    assert odd.json()["error"]["code"] == "request_invalid"
    unknown = await desk.put(
        f"/api/patrol/plans/{failed['id']}/rounds", json={"version": failed["version"], "rounds": []}
    )
    assert unknown.json()["error"]["code"] == "patrol_plan_unfinished"


async def test_a_stop_that_is_not_in_the_plan_changes_nothing(desk):
    plan = await made(desk)
    order = {
        "version": plan["version"],
        "rounds": [{"unit": plan["result"]["rounds"][0]["unit"], "stops": [{"place": "x"}]}],
    }
    answer = await desk.put(f"/api/patrol/plans/{plan['id']}/rounds", json=order)
    assert answer.json()["error"]["code"] == "patrol_plan_stop_unknown"
    assert (await desk.get(f"/api/patrol/plans/{plan['id']}")).json()["version"] == plan["version"]


async def test_only_who_may_plans_and_no_other_station_sees_it(desk, client_of):
    plan = await made(desk)
    chief = await client_of("supervisor")
    assert (await chief.get(f"/api/patrol/plans/{plan['id']}")).status_code == 200
    assert (await chief.post("/api/patrol/plans", json=desk.order)).status_code == 403
    assert (await desk.officer.get(f"/api/patrol/plans/{plan['id']}")).status_code == 403
    stranger = await client_of("superintendent", THERE)
    assert (await stranger.get(f"/api/patrol/plans/{plan['id']}")).status_code == 404
    assert (await stranger.get(f"/api/patrol/plans/{plan['id']}/driven")).status_code == 404


async def test_the_driven_track_is_set_beside_the_plan(desk, station, clock):
    plan = await made(desk, break_min=0)
    await desk.post(f"/api/patrol/plans/{plan['id']}/publish", json={"version": plan["version"]})
    stop = plan["result"]["rounds"][0]["stops"][0]
    root = system(HERE)
    async with station.tx(root) as tx:
        row = await store.one(tx, plan["id"])
        phone = uuid4()
        facts = {"key": f"p-{phone.hex[:8]}", "kind": "phone", "name_th": "เครื่อง", "owner_kind": "police"}
        await tx.execute(insert(device).values(id=phone, station_id=HERE, silent_after_s=0, **facts))
        await tx.execute(text("UPDATE unit SET device_id = :d WHERE id = :u"), {"d": phone, "u": desk.officer.unit_id})
        said = text(
            "INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat,"
            " accuracy_m, payload, digest) VALUES (:id, :s, 'position', 't', :d, :at, :at, 'ok', :lon, :lat, 5, '{}', 'x')"
        )
        for number in range(40):
            at = row["from_at"] + timedelta(seconds=stop["at_s"] + 20 * number)
            values = {"id": observation_id(at, "t", f"{plan['id']}{number}"), "s": HERE, "d": phone, "at": at}
            await tx.execute(said, {**values, "lon": stop["lon"], "lat": stop["lat"]})
    clock.move(timedelta(hours=4))
    driven = (await desk.get(f"/api/patrol/plans/{plan['id']}/driven")).json()
    states = [one["state"] for one in driven["units"][0]["stops"]]
    assert states[0] == "done"
    assert set(states[1:]) <= {"unknown", "missed", "early", "late"}
    assert driven["units"][0]["place_min"] >= 10
    hours = next(one for one in driven["visits_by_hour"] if one["place"] == stop["place"])["hours"]
    assert sum(hours) == 1


async def test_risk_is_taken_whole_or_not_at_all_and_steers_the_plan(desk, station, clock):
    root = system(HERE)
    async with station.tx(root) as tx:
        await take_risk(tx, root, clock, station_id=HERE, by_place={"A-02": [5.0] * 24}, source="test")
        with pytest.raises(UnjaiError, match="patrol_risk_hours"):
            await take_risk(tx, root, clock, station_id=HERE, by_place={"A-01": [1.0] * 23}, source="test")
        who = Actor(kind="account", key="x", name="x", stations=frozenset({HERE}), rights=frozenset({"patrol.read"}))
        with pytest.raises(UnjaiError, match="right_missing"):
            await take_risk(tx, who, clock, station_id=HERE, by_place={}, source="test")
    plan = await made(desk)
    risk = {one["place"]: one["risk"] for one in plan["result"]["places"]}
    assert risk["A-02"] > 3 * risk["A-01"] > 0


async def test_a_table_of_risk_comes_by_the_one_way_to_import(desk, station, client_of):
    importer = await client_of("administrator")
    hours = ",".join(f"{hour:02d}.00" for hour in range(24))
    body = f"รหัสจุดตรวจ,{hours}\nA-01,{','.join(['2'] * 24)}\nA-02,{','.join([''] * 24)}\n".encode()
    file = await importer.post("/api/import/files", params={"kind": "patrol-risk", "name": "risk.csv"}, content=body)
    assert file.status_code == 200, file.text
    assert [one["code"] for one in file.json()["report"]["refused"]] == ["patrol_risk_hours"]
    done = await importer.post(f"/api/import/files/{file.json()['file_id']}/apply", json={"leave_refused": True})
    assert done.status_code == 200, done.text
    async with station.tx(system(HERE)) as tx:
        rows = await store.risk(tx, HERE)
    assert [(row["place"], row["by_hour"]) for row in rows] == [("A-01", [2.0] * 24)]
