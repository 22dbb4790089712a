"""The routes of territory through HTTP, on the real database."""

import json

import httpx
import pytest
from fastapi import FastAPI

from tests.territory import town
from tests.territory.conftest import HERE, THERE, acting
from unjai.model.actor import Actor
from unjai.platform.http import Ground, handle_errors
from unjai.territory.api import router
from unjai.territory.view import forget

FORM = {"X-Unjai": "1"}
READER = ("zone.read", "device.read")


@pytest.fixture(scope="module")
async def filled(org):
    """A station with a town."""
    yield org
    forget()


@pytest.fixture
def client_of(filled, clock):
    """Make clients that act with given rights."""

    def make(*rights, station=HERE, nobody=False):
        app = FastAPI()
        handle_errors(app)
        app.include_router(router, prefix="/api")

        async def who(_request):
            return None if nobody else acting(*rights, station=station)

        def citizen(_request):
            return Actor(kind="citizen", key="c", name="c", stations=frozenset({station}))

        app.state.ground = Ground(db=filled, clock=clock, who=who, citizen=citizen)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre/api", headers=FORM)

    return make


@pytest.fixture
async def admin(client_of):
    async with client_of() as client:
        for what in ("zones", "communities", "places", "land", "streets", "devices"):
            answer = await client.post(f"/import/{what}", content=json.dumps(getattr(town, what.upper())))
            assert answer.status_code == 200, answer.text
            assert answer.json()["refused"] == []
        yield client


async def test_the_zone_with_all_that_is_in_it(admin, client_of):
    async with client_of("zone.read") as client:
        found = (await client.get("/zone")).json()
    assert found["station"]["name_en"] == "Chang Phueak Provincial Police Station"
    assert found["zone"]["centre"] == pytest.approx([99.005, 16.602])
    assert found["zone"]["fictional"] is True
    assert [item["kind"] for item in found["subzones"]] == ["economic"]
    assert len(found["communities"]) == 1
    assert len(found["places"]) == 3
    assert found["land"][0]["kind"] == "water"


async def test_a_station_without_a_zone_answers_so(client_of):
    async with client_of("zone.read", "device.read", station=THERE) as client:
        found = (await client.get("/zone")).json()
        assert (found["zone"], found["places"], found["version"]) == (None, [], 0)
        assert (await client.get("/streets")).json() == {"type": "FeatureCollection", "features": []}
        assert (await client.get("/devices")).json() == []
        address = (await client.get("/address", params={"lon": 100.46, "lat": 7.0})).json()
        assert address["known"] is False


async def test_streets_are_sent_once(admin):
    first = await admin.get("/streets")
    assert first.headers["content-type"].startswith("application/geo+json")
    assert len(first.json()["features"]) == 4
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = await admin.get("/streets", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert (await admin.get("/streets", headers={"If-None-Match": '"x"'})).status_code == 200


async def test_devices_one_by_one(admin, client_of):
    rows = (await admin.get("/devices")).json()
    assert [row["key"] for row in rows] == ["cam-01", "cam-02", "phone-01", "pole-01"]
    own = rows[0]["id"]
    changed = await admin.patch(f"/devices/{own}", json={"name_th": "กล้องตลาด"})
    assert changed.json()["name_th"] == "กล้องตลาด"
    assert (await admin.patch(f"/devices/{own}", json={"key": "x"})).status_code == 422
    off = await admin.post(f"/devices/{own}/disable", json={"disabled": True})
    assert off.json()["disabled"] is True
    async with client_of(station=THERE) as other:
        for answer in (
            await other.patch(f"/devices/{own}", json={"name_th": "x"}),
            await other.post(f"/devices/{own}/disable", json={"disabled": False}),
            await other.delete(f"/devices/{own}"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    alone = await admin.delete(f"/devices/{own}")
    assert (alone.status_code, alone.json()["error"]["code"]) == (409, "approval_needed")
    assert (await admin.delete(f"/devices/{rows[2]['id']}")).status_code == 200


async def test_a_box_that_is_made_with_its_place_keeps_it(admin):
    box = {"key": "box-01", "kind": "hook", "name_th": "กล่องอ่านป้าย", "lon": 99.0051, "lat": 16.6021}
    made = await admin.post("/devices", json=box)
    assert (made.status_code, made.json()["lon"], made.json()["lat"]) == (201, 99.0051, 16.6021)
    (told,) = [one for one in (await admin.get("/devices")).json() if one["key"] == "box-01"]
    assert (told["lon"], told["lat"]) == (99.0051, 16.6021)
    half = await admin.post("/devices", json={**box, "key": "box-02", "lat": None})
    assert (half.status_code, half.json()["error"]["code"]) == (422, "device_place_half")
    assert (await admin.delete(f"/devices/{made.json()['id']}")).status_code == 200


async def test_search_shows_devices_only_to_those_who_may_read_them(admin, client_of):
    found = (await admin.get("/search", params={"q": "๐๑"})).json()
    assert {hit["type"] for hit in found} == {"device"}
    async with client_of("zone.read") as client:
        assert (await client.get("/search", params={"q": "๐๑"})).json() == []
        assert (await client.get("/search", params={"q": "ตลาด"})).json()[0]["name_th"] == "ตลาดเช้า"


async def test_an_address(admin):
    found = (await admin.get("/address", params={"lon": 99.0042, "lat": 16.60002})).json()
    assert found["text_th"] == "ถนนสุขสันต์ · หน้าตลาดเช้า (33 ม.)"
    assert found["distance_m"] == pytest.approx(33, abs=1)
    wrong = await admin.get("/address", params={"lon": 990, "lat": 16})
    assert wrong.json()["error"]["code"] == "position_outside_earth"


async def test_an_import_tells_each_row_in_thai_and_english(admin):
    body = town.file(town.feature(town.dot(16.6, 99.0), name_th="ก"), town.feature(town.dot(99.0, 16.6), kind="bank"))
    found = (await admin.post("/import/places", content=json.dumps(body), params={"dry_run": True})).json()
    assert (found["total"], found["accepted"], found["refused_count"], found["dry_run"]) == (2, 0, 2, True)
    assert [(note["row"], note["code"]) for note in found["refused"]] == [
        (1, "row_position_swapped"),
        (2, "row_name_missing"),
    ]
    assert "สลับ" in found["refused"][0]["th"]
    assert "swapped" in found["refused"][0]["en"]
    junk = await admin.post("/import/zones", content=b"\x00\x01")
    assert (junk.status_code, junk.json()["error"]["code"]) == (400, "import_unreadable")
    assert junk.json()["error"]["th"]


async def test_long_reports_are_cut(admin):
    body = town.file(*[town.feature(None, name_th="ก")] * 1500)
    found = (await admin.post("/import/places", content=json.dumps(body))).json()
    assert (found["refused_count"], len(found["refused"]), found["notes_left_off"]) == (1500, 1000, 500)


async def test_the_police_tree_and_the_kinds(admin):
    (root,) = (await admin.get("/org")).json()
    assert root["code"] == "ตร."
    assert len((await admin.get("/org", params={"parent": 1050})).json()) == 10
    kinds = (await admin.get("/kinds")).json()
    assert {"bank", "gold_shop"} <= {kind["kind"] for kind in kinds["places"] if kind["risk"]}
    assert {"kind": "police", "name_th": "ตำรวจ", "name_en": "Police", "risk": False} in kinds["owners"]


async def test_things_are_taken_off_the_map(admin):
    place = (await admin.get("/zone")).json()["places"][0]["id"]
    assert (await admin.delete(f"/territory/place/{place}")).json()["version"] > 0
    assert (await admin.delete(f"/territory/place/{place}")).status_code == 404
    assert (await admin.delete(f"/territory/station/{place}")).status_code == 422


ROUTES = [
    ("GET", "/zone", "zone.read"),
    ("GET", "/search", "zone.read"),
    ("GET", "/org", "zone.read"),
    ("GET", "/kinds", "zone.read"),
    ("GET", "/devices", "device.read"),
    ("POST", "/import/zones", "zone.admin"),
    ("POST", "/import/streets", "zone.admin"),
    ("POST", "/import/devices", "device.admin"),
]


@pytest.mark.parametrize(("method", "path", "right"), ROUTES)
async def test_each_route_asks_for_its_right(client_of, method, path, right):
    async with client_of("nothing") as client:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["error"]["facts"]) == (403, {"right": right})
    async with client_of(nobody=True) as client:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_in_needed")
