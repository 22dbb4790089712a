"""The first run through HTTP: a fresh centre, its one administrator, and the way to a station that can work."""

from datetime import time

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.people.conftest import PASSWORD, citizen
from unjai.model.actor import system
from unjai.model.ids import StationId
from unjai.people import flows
from unjai.people.api import router
from unjai.people.api.accounts import COOKIE
from unjai.people.rules import ShiftTime, in_shift
from unjai.people.rules.setup import Counted, steps_of, uncovered
from unjai.platform.audit import audit_log
from unjai.platform.http import Ground, handle_errors
from unjai.territory import flows as territory
from unjai.territory.api import router as territory_router
from unjai.territory.store import territory_version

FORM = {"X-Unjai": "1"}
SETUP = system(name="setup")
HAT_YAI, SONGKHLA, BANGKOK_1 = 109001, 1090, 101
NEW = {"code": "สภ.คอหงส์", "name_th": "สถานีตำรวจภูธรคอหงส์", "parent_id": SONGKHLA, "lon": 100.49, "lat": 7.01}


@pytest.fixture(scope="module")
def app_of(db):
    """The edge of people and territory on a database as `unjai run migrate` leaves it."""

    def make(clock):
        made = FastAPI()
        handle_errors(made)
        made.include_router(router, prefix="/api")
        made.include_router(territory_router, prefix="/api")

        async def who(request):
            async with db.tx(system(name="door")) as tx:
                signed = await flows.session_of(tx, clock, request.cookies.get(COOKIE, ""))
            return None if signed is None else signed.actor

        made.state.ground = Ground(db=db, clock=clock, who=who, citizen=lambda _request: citizen())
        return made

    return make


@pytest.fixture
async def admin(app_of, db, clock):
    """The first administrator, signed in with a password of their own."""
    async with db.tx(SETUP) as tx:
        await territory.seed_org_units(tx, SETUP, clock)
        await flows.first_administrator(tx, SETUP, clock, org_unit_id=1, password=PASSWORD)
    transport = httpx.ASGITransport(app=app_of(clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=FORM) as client:
        for old, new in ((PASSWORD, PASSWORD + " สอง"), (PASSWORD + " สอง", PASSWORD)):
            answer = await client.post("/session", json={"username": "admin", "password": old})
            if answer.status_code == 200:
                if answer.json()["must_change_password"]:
                    answer = await client.post("/session/password", json={"old": old, "new": new})
                assert answer.status_code == 200, answer.text
                break
        yield client


def step(setup, key):
    return next(item for item in setup["steps"] if item["key"] == key)


def lacking(setup, key):
    return {item["code"] for item in step(setup, key)["missing"]}


async def test_from_a_fresh_centre_to_a_station(admin, db, clock):
    """One story: each part stands on the one before."""
    fresh = (await admin.get("/setup")).json()
    assert (fresh["chosen"], fresh["may_choose"], fresh["station"]) == (False, True, None)
    assert lacking(fresh, "station") == {"station_unchosen"}
    # a station is found by name, abbreviation or its province, tone marks forgiven
    for said in ("สภ.หาดใหญ่", "หาดใหญ", "hat yai"):
        found = (await admin.get("/setup/units", params={"q": said})).json()
        assert found[0]["id"] == HAT_YAI, said
    parents = (await admin.get("/setup/units", params={"q": "สงขลา", "what": "parent"})).json()
    assert parents[0]["id"] == SONGKHLA
    # what is no station, and what lies above, is refused
    for wrong, code in (
        ({"station_id": SONGKHLA}, "not_found"),
        ({"new": {**NEW, "parent_id": HAT_YAI}}, "org_parent_wrong"),
        ({"new": {**NEW, "code": "สภ.หาดใหญ่"}}, "org_code_taken"),
        ({"new": {**NEW, "name_th": " "}}, "setup_station_nameless"),
        ({}, "request_invalid"),
    ):
        answer = await admin.post("/setup/station", json=wrong)
        assert answer.json()["error"]["code"] == code, wrong
    # chosen: this account is administrator there and nowhere else, with a new cookie
    before = admin.cookies[COOKIE]
    session = (await admin.post("/setup/station", json={"station_id": HAT_YAI})).json()
    assert (session["station"]["id"], session["stations"], session["roles"]) == (HAT_YAI, [HAT_YAI], ["administrator"])
    assert admin.cookies[COOKIE] != before
    chosen = (await admin.get("/setup")).json()
    assert (chosen["chosen"], chosen["may_choose"], chosen["station"]["id"]) == (True, True, HAT_YAI)
    assert step(chosen, "station")["state"] == "done"
    assert lacking(chosen, "zone") >= {"zone_none", "subzones_none"}
    assert lacking(chosen, "devices") >= {"citizen_door_none"}
    async with db.tx(system(StationId(HAT_YAI))) as tx:
        told = await tx.one(select(audit_log).where(audit_log.c.action == "setup.station"))
        assert (told["actor"], told["station_id"]) == ("account:admin", HAT_YAI)
        assert await tx.scalar(select(territory_version.c.version)) == 1
    # a mistake is mended as long as nothing came of it; then the old station is not served any more
    anew = (await admin.post("/setup/station", json={"new": NEW})).json()
    added = anew["station"]["id"]
    assert (anew["station"]["code"], added > 900_000) == ("สภ.คอหงส์", True)
    async with db.tx(system(StationId(HAT_YAI), StationId(added))) as tx:
        served = await tx.all(select(territory_version.c.station_id))
    assert [row["station_id"] for row in served] == [added]
    # the citizens' door is opened once
    assert (await admin.post("/setup/citizen-door")).json() == {"opened": True}
    assert (await admin.post("/setup/citizen-door")).json() == {"opened": False}
    # from here on the choice stands
    late = await admin.post("/setup/station", json={"station_id": HAT_YAI})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "setup_station_chosen")
    now = (await admin.get("/setup")).json()
    assert (now["may_choose"], lacking(now, "devices")) == (False, {"poles_none", "cameras_none"})
    assert step(now, "devices")["state"] == "done"
    # accounts and shifts are counted
    for role in ("operator", "superintendent", "officer"):
        made = {"username": role, "name_th": role, "roles": [{"role": role, "org_unit_id": added}]}
        assert (await admin.post("/accounts", json=made)).status_code == 201
    shift = {"name_th": "ผลัดเช้า", "name_en": "Morning", "starts": "08:00", "ends": "16:00"}
    assert (await admin.post("/shifts", json=shift)).status_code == 201
    then = (await admin.get("/setup")).json()
    assert (step(then, "accounts")["state"], lacking(then, "accounts")) == ("done", {"supervisor_none"})
    (gap,) = step(then, "shifts")["missing"]
    assert (gap["code"], gap["facts"]) == ("shifts_gap", {"starts": "16:00", "ends": "08:00"})


async def test_an_address_is_drawn_for_telephones(admin):
    rows = (await admin.get("/setup/qr", params={"text": "https://centre.example/officer"})).json()["rows"]
    assert {len(row) for row in rows} == {len(rows)}
    assert all(row[:7] == "1111111" for row in (rows[0], rows[6], rows[-1]))
    assert (await admin.get("/setup/qr", params={"text": "javascript:alert(1)"})).status_code == 422


# ── rules ──────────────────────────────────────────────────────────────────────────────────────────

hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
shifts = st.lists(st.builds(lambda a, b: ShiftTime(starts=a, ends=b), hours, hours), max_size=4)


@given(shifts)
def test_a_minute_is_in_a_gap_or_in_a_shift(told):
    from datetime import datetime

    from unjai.model.clock import BANGKOK

    gaps = [ShiftTime(starts=starts, ends=ends) for starts, ends in uncovered(told)]
    for hour in range(24):
        for minute in (0, 7, 15, 30, 44, 45, 59):
            at = datetime(2026, 11, 22, hour, minute, tzinfo=BANGKOK)
            covered = any(in_shift(shift, at) for shift in told)
            missed = any(in_shift(gap, at) for gap in gaps)
            assert covered is not missed


def test_three_shifts_of_eight_hours_cover_the_day():
    told = [ShiftTime(starts=time(at), ends=time((at + 8) % 24)) for at in (0, 8, 16)]
    assert uncovered(told) == []
    assert uncovered([]) == [(time(0), time(0))]


def test_a_step_is_done_by_what_is_there_and_by_nothing_else():
    nothing = {item.key: item.state for item in steps_of(Counted(chosen=False))}
    assert set(nothing.values()) == {"todo"}
    whole = Counted(
        chosen=True,
        zones=1,
        subzones=2,
        communities=4,
        phases=1,
        population_figures=1,
        streets=100,
        places=10,
        boundaries=3,
        roles={"operator": 4, "superintendent": 1, "officer": 9, "supervisor": 3},
        units=9,
        poles=4,
        cameras=8,
        citizen_doors=1,
        shifts=(ShiftTime(starts=time(0), ends=time(0)),),
        readiness_done=22,
        readiness_total=22,
        room_done=20,
        room_total=20,
        room_named=True,
    )
    assert [(item.key, item.state, item.missing) for item in steps_of(whole)] == [
        (key, "done", ())
        for key in ("station", "readiness", "data", "zone", "accounts", "shifts", "phones", "devices", "room")
    ]
