"""The routes of respond over HTTP: answers, statuses, errors in both languages."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.respond.conftest import CORE, acting, along
from unjai.model.actor import Actor
from unjai.platform.http import Ground, handle_errors
from unjai.respond import flows
from unjai.respond.api import router

FORM = {"X-Unjai": "1"}
CITIZEN = Actor(kind="citizen", key="127.0.0.1", name="", stations=CORE.stations)
ROBBERY = {
    "code": "131",
    "lon": along(1000).lon,
    "lat": along(1000).lat,
    "text": "ชิงสร้อย",
    "caller_phone": "081-234-5678",
}


@pytest.fixture
def client_of(town):
    """Make clients that speak as an actor; None is nobody."""
    app = FastAPI()
    handle_errors(app)
    app.include_router(router, prefix="/api")
    actors: dict[str, Actor] = {}

    async def who(request: Any) -> Actor | None:
        return actors.get(request.headers.get("x-test", ""))

    app.state.ground = Ground(db=town.db, clock=town.clock, who=who, citizen=lambda _request: CITIZEN)

    def make(actor: Actor | None) -> httpx.AsyncClient:
        name = uuid4().hex
        if actor is not None:
            actors[name] = actor
        transport = httpx.ASGITransport(app=app)
        return httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers={**FORM, "x-test": name})

    return make


@pytest.fixture
def desk(client_of):
    return client_of(acting("operator", name="ร.ต.ต.หญิง สมใจ"))


def error(answer: httpx.Response) -> tuple[int, str]:
    said = answer.json()["error"]
    assert said["th"] != said["code"]
    assert said["en"] != said["code"]
    assert "{" not in said["th"] + said["en"]
    return answer.status_code, said["code"]


async def call(desk, key="key-1", **more):
    return await desk.post("/calls", json={**ROBBERY, **more}, headers={"Idempotency-Key": key})


async def test_a_call_answers_with_its_incident_and_once(desk):
    first = await call(desk)
    assert first.status_code == 201
    made = first.json()
    assert (made["number"], made["state"], made["title_th"]) == ("2569-000001", "new", "ชิงทรัพย์")
    assert made["reports"][0]["caller"] == {"name": None, "phone": "0812345678"}
    again = await call(desk)
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    assert error(await call(desk, text="คนละเรื่อง")) == (409, "id_reused")


@pytest.mark.parametrize(
    ("more", "headers", "expected"),
    [
        ({}, {}, (400, "idempotency_key_needed")),
        ({}, {"Idempotency-Key": "x" * 129}, (400, "idempotency_key_needed")),
        ({"code": "ไม่มี"}, {"Idempotency-Key": "k"}, (422, "event_code_unknown")),
        ({"lat": 91}, {"Idempotency-Key": "k"}, (422, "request_invalid")),
        ({"priority": 4}, {"Idempotency-Key": "k"}, (422, "request_invalid")),
        ({"text": "ก" * 4001}, {"Idempotency-Key": "k"}, (422, "request_invalid")),
        ({"prority": 1}, {"Idempotency-Key": "k"}, (422, "request_invalid")),
    ],
)
async def test_a_call_that_cannot_be_taken_says_why_and_leaves_nothing(desk, more, headers, expected):
    assert error(await desk.post("/calls", json={**ROBBERY, **more}, headers=headers)) == expected
    assert (await desk.get("/incidents?state=all")).json() == []


async def test_junk_in_a_text_is_cleaned_and_the_call_is_taken(desk):
    body = b'{"code": "131", "text": "a\\u0000b\\ud800c\\n\xe0\xb8\x81", "caller_name": "\\u0007\xe0\xb8\x82"}'
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await desk.post("/calls", content=body, headers=headers)
    if answer.status_code == 201:
        assert answer.json()["reports"][0]["text"] == "abc ก"
    else:
        assert error(answer) == (422, "request_invalid")
    for junk in ("\x00", "%", "\\", "' OR 1=1 --", "๑" * 200):
        assert (await desk.get("/incidents", params={"q": junk, "state": "all"})).status_code == 200
    assert error(await desk.get("/incidents", params={"q": "x" * 201})) == (422, "request_invalid")


async def test_nan_is_no_position(desk):
    body = '{"code": "131", "lon": NaN, "lat": 18.8}'
    answer = await desk.post(
        "/calls", content=body, headers={"Idempotency-Key": "k", "Content-Type": "application/json"}
    )
    assert error(answer) == (422, "request_invalid")


async def test_the_loop_over_http(desk, client_of, town):
    key = (await call(desk)).json()["id"]
    row = (await desk.get("/incidents")).json()[0]
    assert row["id"] == key
    ranked = (await desk.get(f"/incidents/{key}/proposals")).json()
    assert ranked[0]["call_sign"] == "motorcycle"
    assert ranked[0]["fits"]
    assert ranked[0]["reasons_th"]
    offered = (await desk.post(f"/incidents/{key}/offer")).json()
    assert offered["units"][0]["state"] == "offered"
    assert error(await desk.post(f"/incidents/{key}/offer", json={})) == (409, "offer_open")
    phone = client_of(town.officer("motorcycle"))
    task = (await phone.get("/officer")).json()["assignment"]
    assert task["incident"]["id"] == key
    for step, state in (("accept", "accepted"), ("en-route", "en_route"), ("on-scene", "on_scene")):
        page = await phone.post(f"/officer/assignments/{task['id']}/{step}")
        assert (page.status_code, page.json()["assignment"]["state"]) == (200, state)
    assert error(await phone.post(f"/officer/assignments/{task['id']}/refuse")) == (409, "assignment_move_illegal")
    done = await phone.post(f"/officer/assignments/{task['id']}/close", json={"outcome": "resolved", "text": "จับได้"})
    assert done.json()["assignment"] is None
    closed = (await desk.get(f"/incidents/{key}")).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "resolved")
    assert [entry["kind"] for entry in closed["timeline"]][-3:] == ["cleared", "closed", "steps_left_out"]
    assert (await desk.get("/incidents")).json() == []
    assert error(await desk.post(f"/incidents/{key}/close", json={"outcome": "resolved"})) == (
        409,
        "incident_move_illegal",
    )
    assert (await desk.post(f"/incidents/{key}/reopen", json={"reason": "ผู้แจ้งโทรกลับ"})).json()[
        "state"
    ] == "acknowledged"


async def test_the_unit_on_its_way_learns_that_the_caller_asked_to_cancel(desk, client_of, town):
    taken = await town.take(town.report(along(1000), "citizen_sos", source="citizen:a"))
    key = str(taken.incident_id)
    await desk.post(f"/incidents/{key}/acknowledge")
    await desk.post(f"/incidents/{key}/offer", json={"unit_id": str(town.units["motorcycle"])})
    phone = client_of(town.officer("motorcycle"))
    task = (await phone.get("/officer")).json()["assignment"]
    assert task["taken_back_at"] is None
    await phone.post(f"/officer/assignments/{task['id']}/accept")
    at = town.clock.now() + timedelta(seconds=90)
    await town.do(flows.citizen_cancelled, CORE, source="citizen:a", observed_at=at)
    told = (await phone.get("/officer")).json()["assignment"]
    assert told["taken_back_at"] is not None
    assert told["state"] == "accepted"


async def test_every_command_of_the_desk(desk, town):
    key = (await call(desk)).json()["id"]
    version = (await desk.get(f"/incidents/{key}")).json()["version"]
    assert (await desk.post(f"/incidents/{key}/acknowledge", json={"version": version})).status_code == 200
    assert error(await desk.post(f"/incidents/{key}/note", json={"text": "x", "version": version})) == (
        409,
        "incident_changed",
    )
    assert (await desk.post(f"/incidents/{key}/note", json={"text": "  ตรวจกล้องแล้ว  "})).json()["timeline"][-1][
        "text_th"
    ] == "บันทึก — “ตรวจกล้องแล้ว”"
    assert error(await desk.post(f"/incidents/{key}/note", json={"text": "   "})) == (422, "request_invalid")
    assert (await desk.post(f"/incidents/{key}/priority", json={"priority": 3})).json()["priority"] == 3
    assert (await desk.post(f"/incidents/{key}/code", json={"code": "GUN"})).json()["code"] == "GUN"
    moved = (await desk.post(f"/incidents/{key}/place", json={"lon": along(300).lon, "lat": along(300).lat})).json()
    assert moved["lon"] == pytest.approx(along(300).lon)
    await town.take(town.report(along(310)))
    told = (await desk.get(f"/incidents/{key}")).json()["reports"]
    own = (await desk.post(f"/incidents/{key}/split", json={"report_id": told[1]["id"]})).json()
    assert own["split_from"] == key
    kept = (await desk.post(f"/incidents/{own['id']}/merge", json={"into": key})).json()
    assert (kept["id"], kept["report_count"]) == (key, 2)
    offered = (await desk.post(f"/incidents/{key}/offer", json={"unit_id": str(town.units["car"])})).json()
    withdrawn = await desk.post(f"/assignments/{offered['assignments'][0]['id']}/withdraw")
    assert withdrawn.json()["assignments"][0]["state"] == "withdrawn"
    assert (await desk.post(f"/incidents/{key}/false-alarm", json={"text": "สุนัข"})).json()["outcome"] == "false_alarm"
    other = (await call(desk, "key-2")).json()["id"]
    assert (await desk.post(f"/incidents/{other}/cancel")).json()["outcome"] == "cancelled"


async def test_an_officer_in_distress_and_a_phone_that_sends_it_twice(client_of, town, desk):
    phone = client_of(town.officer("car"))
    for _ in range(2):
        answer = await phone.post("/officer/distress", json={}, headers={"Idempotency-Key": "press-1"})
        assert answer.status_code == 201
    rows = (await desk.get("/incidents")).json()
    assert [(row["code"], row["priority"], row["report_count"]) for row in rows] == [("UDS", 1, 1)]
    assert error(await client_of(acting("officer")).post("/officer/distress")) == (409, "unit_missing")


async def test_a_citizen_needs_no_login_to_follow_her_call(client_of, town):
    help_id = uuid4()
    await town.take(town.report(along(1000), "citizen_sos", source=f"citizen:{help_id}"))
    nobody = client_of(None)
    said = (await nobody.get(f"/citizen/help/{help_id}")).json()
    assert said["status"] == "received"
    assert "191" in said["message_th"]
    assert error(await nobody.get(f"/citizen/help/{uuid4()}")) == (404, "not_found")
    assert error(await nobody.get("/incidents")) == (401, "sign_in_needed")


async def test_the_event_codes_say_what_joins_what(desk):
    codes = {row["code"]: row for row in (await desk.get("/event-codes")).json()}
    assert "131" in codes["SOS"]["compatible"]
    assert "SOS" in codes["131"]["compatible"]
    assert codes["131"]["radio"] == "เหตุ 131"


async def test_a_screen_of_another_origin_is_refused(client_of):
    client = client_of(acting("operator"))
    del client.headers["X-Unjai"]
    assert error(await client.post("/calls", json=ROBBERY, headers={"Idempotency-Key": "k"})) == (403, "request_forged")
