"""A station's nights: reckoned in a process of their own, kept, decided about; what is noted at streets by the hour."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update

from tests.respond.conftest import HERE, THERE, Town, acting, along
from unjai.model.actor import system
from unjai.model.clock import BANGKOK
from unjai.patrol.flows.nights import note_patrolled_hours, shares
from unjai.patrol.store.street_hours import note_hours
from unjai.platform.http import Ground, handle_errors
from unjai.respond.escort import night_api, night_making, night_worker
from unjai.respond.escort.flows import streets
from unjai.respond.escort.flows.reported import note_reports
from unjai.respond.escort.night_sheet import facts_of
from unjai.respond.escort.night_view import night_out
from unjai.respond.escort.rules.around import BAND_H, DAYS, banded, reports_around
from unjai.respond.escort.store import night as store
from unjai.respond.store import tables
from unjai.territory.flows import note_edges
from unjai.territory.store.edge_facts import edge_facts_of
from unjai.territory.view import territory_of

CHIEF = acting("superintendent", name="พ.ต.อ. สมศักดิ์")
CORE = system(HERE)


@pytest.fixture
async def desk(town: Town):
    """Who asks as the chief of the station, whose nights were never reckoned."""
    async with town.db.tx(CORE) as tx:
        await tx.execute(delete(store.night_ease))
        await tx.execute(delete(store.night_work))
        for fact in ("lit", "reports_hours", "patrolled_hours"):
            await note_edges(tx, CORE, town.clock, station_id=HERE, fact=fact, values={}, source="test", whole=True)
    app = FastAPI()
    asking = [CHIEF]

    async def who(_request):
        return asking[0]

    app.state.ground = Ground(db=town.db, clock=town.clock, who=who, citizen=lambda _request: CHIEF)
    handle_errors(app)
    app.include_router(night_api.router, prefix="/api")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers={"X-Unjai": "1"}) as client:
        client.asking = asking  # type: ignore[attr-defined]
        yield client
    await night_making.settled()


async def reckoned(desk, hour: int = 22):
    assert (await desk.post("/api/night-ease/reckon")).status_code == 202
    await night_making.settled()
    return (await desk.get("/api/night-ease", params={"hour": hour})).json()


async def facts(town: Town, *names: str):
    async with town.db.tx(CORE) as tx:
        return await edge_facts_of(tx, HERE, *names)


async def test_nothing_reckoned_is_said_and_a_wish_reckons_every_hour(desk):
    before = (await desk.get("/api/night-ease")).json()
    assert (before["reckoned_at"], before["streets"], before["reckoning"]) == (None, [], "rest")
    night = await reckoned(desk)
    assert night["reckoned_at"]
    assert len(night["edges"]) == 10
    assert sum(part["metres"] for part in night["totals"].values()) == pytest.approx(2000, rel=0.02)
    noon = (await desk.get("/api/night-ease", params={"hour": 12})).json()
    assert (night["dark"], noon["dark"]) == (True, False)
    assert (await desk.get("/api/night-ease", params={"hour": 24})).status_code == 422


async def test_who_may_only_look_decides_nothing_and_another_station_sees_nothing(desk):
    await reckoned(desk)
    desk.asking[0] = acting("operator")
    assert (await desk.get("/api/night-ease")).status_code == 200
    for path, body in (("reckon", None), ("mark", {"hour": 22, "key": "x"}), ("lit", {"edges": [1], "lit": True})):
        assert (await desk.post(f"/api/night-ease/{path}", json=body)).status_code == 403
    desk.asking[0] = acting("superintendent", THERE)
    assert (await desk.get("/api/night-ease")).json()["reckoned_at"] is None


async def test_that_a_street_is_lit_is_written_with_who_and_the_next_reckoning_knows_it(desk, town):
    answer = await desk.post("/api/night-ease/lit", json={"edges": [1, 2, 3], "lit": False})
    assert answer.json() == {"noted": 3}
    assert (await facts(town, "lit"))["lit"] == {1: False, 2: False, 3: False}
    night = await reckoned(desk)
    assert not [one for one in night["works"] if one["kind"] == "look" and {1, 2, 3} & set(one["edges"])]
    strange = await desk.post("/api/night-ease/lit", json={"edges": [1, 99], "lit": True})
    assert (strange.status_code, strange.json()["error"]["code"]) == (422, "night_edges_unknown")
    streets._hours.clear()
    async with town.db.tx(CORE) as tx:
        hour = await streets.hour_of(tx, HERE, town.clock.now(), town.clock.now())
    assert hour.facts.lit[[hour.graph.row(one) for one in (1, 2, 3)]].tolist() == [0, 0, 0]


async def test_a_decision_about_a_work_stays_when_the_work_is_listed_no_more(desk, town):
    async with town.db.tx(CORE) as tx:
        quiet = {edge: [0] * 24 for edge in range(1, 11)}
        await note_edges(tx, CORE, town.clock, station_id=HERE, fact="reports_hours", values=quiet, source="test")
    await desk.post("/api/night-ease/lit", json={"edges": list(range(1, 11)), "lit": False})
    work = next(one for one in (await reckoned(desk))["works"] if one["kind"] == "lamp")
    body = {"hour": 22, "key": work["key"], "state": "asked", "note": "ขอเทศบาลแล้ว"}
    marked = (await desk.post("/api/night-ease/mark", json=body)).json()
    mine = next(one for one in marked["works"] if one["key"] == work["key"])
    assert (mine["mark"]["state"], mine["mark"]["note"], mine["mark"]["by"]) == ("asked", "ขอเทศบาลแล้ว", CHIEF.name)
    await desk.post("/api/night-ease/lit", json={"edges": list(range(1, 11)), "lit": True})
    held = [one for one in (await reckoned(desk))["works"] if one["key"] == work["key"]]
    assert [(one["listed"], one["mark"]["state"], one["lifted_min"]) for one in held] == [
        (False, "asked", work["lifted_min"])
    ]
    body |= {"state": "planned"}
    assert (await desk.post("/api/night-ease/mark", json=body)).status_code == 200
    away = (await desk.post("/api/night-ease/mark", json={"hour": 22, "key": work["key"]})).json()
    assert not [one for one in away["works"] if one["key"] == work["key"]]
    assert (await desk.post("/api/night-ease/mark", json={"hour": 22, "key": "lamp:none"})).status_code == 404
    assert (await desk.post("/api/night-ease/mark", json=body)).status_code == 404


async def test_the_table_and_the_sheet_tell_the_same(desk):
    await desk.post("/api/night-ease/lit", json={"edges": [1, 2], "lit": False})
    night = await reckoned(desk)
    table = (await desk.get("/api/night-ease.csv")).content.decode("utf-8-sig").splitlines()
    assert len(table) == 1 + len(night["works"]) + len(night["streets"])
    sheet = await desk.get("/api/night-ease.pdf")
    assert sheet.content.startswith(b"%PDF-")
    out = night_out(HERE, 22, (None, None, []))
    said = facts_of(out, station=("สน.", "Station"), printed="วันนี้", by="ใคร", lang="en")
    assert said["reckoned"] == "Not reckoned yet"


async def test_reports_are_known_only_where_they_were_taken_long_enough(desk, town):
    assert desk
    incident_id = await town.press(1000.0)
    town.clock.move(timedelta(seconds=1))
    now = town.clock.now()
    async with town.db.tx(CORE) as tx:
        await note_reports(tx, CORE, town.clock, station_id=HERE)
    assert (await facts(town, "reports_hours"))["reports_hours"] == {}
    async with town.db.tx(CORE) as tx:
        await tx.execute(update(tables.report).values(received_at=now - timedelta(days=DAYS + 1)))
        await note_reports(tx, CORE, town.clock, station_id=HERE)
    found = (await facts(town, "reports_hours"))["reports_hours"]
    hour = now.astimezone(BANGKOK).hour
    assert len(found) == 10
    assert {edge for edge, counts in found.items() if counts[hour] == 1} == {5, 6}
    assert found[5][(hour + BAND_H) % 24] == 1
    assert found[5][(hour + BAND_H + 1) % 24] == 0
    streets._hours.clear()
    async with town.db.tx(CORE) as tx:
        seen = await streets.hour_of(tx, HERE, now, now)
    assert seen.facts.reports[seen.graph.row(5)] == 1
    assert incident_id


async def test_reports_around_midnight_and_at_corners(town):
    async with town.db.tx(CORE) as tx:
        graph = streets.graph_of(await territory_of(tx, HERE))
    at = town.clock.now().astimezone(BANGKOK).replace(hour=23, minute=59)
    corner, off = along(1000.0), along(500.0, north_m=60.0)
    found = reports_around(graph, [(corner.lon, corner.lat, at), (off.lon, off.lat, at)], BANGKOK)
    assert {edge for edge, counts in found.items() if any(counts)} == {5, 6}
    assert [hour for hour in range(24) if found[5][hour]] == [0, 22, 23]
    assert banded([1] * 24) == [3] * 24
    assert reports_around(graph, [], BANGKOK)[1] == [0] * 24


async def test_patrols_usual_at_an_hour_are_known_after_two_weeks(desk, town):
    assert desk
    now = town.clock.now()
    ten = now.astimezone(BANGKOK).replace(hour=22, minute=0, second=0, microsecond=0) - timedelta(days=1)
    async with town.db.tx(CORE) as tx:
        await note_hours(tx, HERE, {ten - timedelta(days=day): [1, 2] for day in range(10)})
        await note_patrolled_hours(tx, CORE, town.clock, station_id=HERE)
    assert (await facts(town, "patrolled_hours"))["patrolled_hours"] == {}
    async with town.db.tx(CORE) as tx:
        await note_hours(tx, HERE, {ten - timedelta(days=day): [1] for day in range(10, 20)})
        await note_patrolled_hours(tx, CORE, town.clock, station_id=HERE)
    found = (await facts(town, "patrolled_hours"))["patrolled_hours"]
    assert found[1][22] == pytest.approx(1.0, abs=0.06)  # twenty days, begun ones counted: 20 or 21 by the hour of now
    assert found[2][22] == pytest.approx(0.5, abs=0.03)
    assert (found[3][22], found[1][3]) == (0.0, 0.0)
    assert shares([(ten, [1])], ten + timedelta(days=1), [1, 2])[2] == [0.0] * 24


def test_the_worker_takes_null_for_not_known_and_no_streets_for_none():
    nothing = {"lit": [], "pole_m": [], "seen_day": [], "seen_night": [], "patrolled": [], "reports": []}
    found = night_worker.work(
        {"edges": [], "facts": nothing, "places": [], "cameras": [], "borders": [], "hours": [22]}
    )
    assert found["hours"]["22"]["streets"] == []
    said = {"lit": [1.0, None], "pole_m": [None, 5.0], "seen_day": [None] * 2, "seen_night": [None] * 2}
    said |= {"patrolled": [[0.5] * 24, None], "reports": [None, [2] * 24]}
    known = night_worker.facts_at(said, 2, 22)
    assert known.at(0, dark=True).patrolled_s == 0
    assert known.at(1, dark=True).reports == 2
    assert known.at(1, dark=True).lit is None


async def test_core_reckons_what_is_old_and_only_that(desk, town, worker_db):
    assert desk
    nights = night_making.Nights(lambda: [HERE])
    assert await nights.once(worker_db, town.clock) == 1
    assert await nights.once(worker_db, town.clock) == 0
    town.clock.move(timedelta(hours=21))
    assert await nights.once(worker_db, town.clock) == 1
