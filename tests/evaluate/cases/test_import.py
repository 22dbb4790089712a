"""A list of cases from the file to the tables: seen before it is taken, replaced by number, taken back whole."""

import json

import pytest

from tests.evaluate.conftest import LAT, LON
from unjai.evaluate.store import cases as store
from unjai.model.actor import system

HEAD = "เลขคดี,วันที่เกิดเหตุ,เวลาเกิดเหตุ,ฐานความผิด,ที่มา,ละติจูด,ลองจิจูด\n"
ROWS = (
    f"1/2569,5 ต.ค. 2569,21.30 น.,ลักทรัพย์,แจ้งความ,{LAT},{LON}\n"
    f"2/2569,๖/๑๐/๖๙,ตี 2,ยาเสพติด,จับกุม,{LAT},{LON}\n"
    f"3/2569,2026-10-07,,วิ่งราวทรัพย์,แจ้งความ,0,0\n"
)


async def upload(client, rows, name="คดี ต.ค..csv"):
    return await client.post("/api/import/files", params={"kind": "cases", "name": name}, content=rows.encode())


async def taken(client, rows, name="คดี ต.ค..csv"):
    file = await upload(client, rows, name)
    assert file.status_code < 300, file.text
    done = await client.post(f"/api/import/files/{file.json()['file_id']}/apply", json={})
    assert done.status_code < 300, done.text
    return file.json()["report"]


async def kept(client, station):
    async with station.tx(system(client.actor.station)) as tx:
        return {row["source_key"]: row for row in await store.cases_between(tx, client.actor.station)}


async def test_a_list_is_taken_and_the_same_list_changes_nothing(keeper, station):
    report = await taken(keeper, HEAD + ROWS)
    assert (report["added"], report["refused"]) == (3, [])
    found = await kept(keeper, station)
    assert found["2/2569"]["found_by"] == "patrol"
    assert found["2/2569"]["group4"] == "4"
    assert (found["3/2569"]["lon"], found["3/2569"]["quality"]) == (None, "none")
    again = await taken(keeper, HEAD + ROWS + ROWS)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 3)
    assert sum(one["code"] == "note_repeated" for one in again["warnings"]) == 3


async def test_a_newer_list_replaces_by_number_keeps_what_was_and_can_be_taken_back(keeper, station):
    await taken(keeper, HEAD + ROWS)
    newer = HEAD + ROWS.replace("21.30 น.,ลักทรัพย์", "22.00 น.,ชิงทรัพย์").replace("2/2569", "9/2569")
    report = await taken(keeper, newer, name="newer.csv")
    assert (report["added"], report["updated"], report["unchanged"]) == (1, 1, 1)
    found = await kept(keeper, station)
    assert found["1/2569"]["offence"] == "ROB"
    async with station.tx(system(keeper.actor.station)) as tx:
        _, was = await store.case_with_history(tx, found["1/2569"]["id"])
    assert [(one["version"], one["was"]["offence"]) for one in was] == [(1, "THF")]
    runs = (await keeper.get("/api/import/runs")).json()
    newest = next(run for run in runs if run["name"] == "newer.csv")
    undone = await keeper.post(f"/api/import/runs/{newest['id']}/undo")
    assert undone.status_code < 300, undone.text
    found = await kept(keeper, station)
    assert set(found) == {"1/2569", "2/2569", "3/2569"}
    assert (found["1/2569"]["offence"], found["1/2569"]["version"]) == ("THF", 1)


async def test_half_the_heads_renamed_is_read_by_what_was_chosen_and_remembered(keeper):
    renamed = HEAD.replace("เลขคดี", "ก").replace("ฐานความผิด", "ข").replace("ที่มา", "ค")
    file = (await upload(keeper, renamed + ROWS)).json()
    chosen = {"kind": "cases", "columns": file["columns"] | {"source_key": 0, "offence": 3, "found_by": 4}}
    looked = await keeper.post(f"/api/import/files/{file['file_id']}/preview", json=chosen)
    assert looked.status_code < 300, looked.text
    assert looked.json()["report"]["added"] == 3
    done = await keeper.post(f"/api/import/files/{file['file_id']}/apply", json={})
    assert done.status_code < 300, done.text
    later = (await upload(keeper, renamed + ROWS.replace("/2569,", "/2570,"))).json()
    assert later["report"]["added"] == 3


async def test_persons_stay_outside_and_nothing_of_them_is_kept(keeper, station):
    before = (await keeper.get("/api/import/runs")).json()
    answer = await upload(keeper, HEAD.strip() + ",ชื่อผู้เสียหาย\n" + ROWS)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "cases_person_columns"
    assert (await keeper.get("/api/import/runs")).json() == before
    assert await kept(keeper, station) == {}


async def test_persons_inside_a_map_stay_outside_too(keeper, station):
    feature = {
        "type": "Feature",
        "properties": {"เลขคดี": "1/2569", "วันที่เกิดเหตุ": "1/10/2569", "สถานที่เกิดเหตุ": "บ้านของ 1101700230708"},
        "geometry": {"type": "Point", "coordinates": [100.26, 16.82]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    answer = await upload(keeper, content, name="cases.geojson")
    assert answer.status_code == 422
    assert answer.json()["error"]["facts"] == {"columns": "สถานที่เกิดเหตุ"}
    assert await kept(keeper, station) == {}


async def test_bad_rows_are_told_and_leave_nothing_half_done(keeper, station):
    rows = ROWS + "4/2569,ไม่รู้วัน,,ลักทรัพย์,แจ้งความ,,\n5/2569,1/1/2570,,ลักทรัพย์,แจ้งความ,,\n"
    file = (await upload(keeper, HEAD + rows)).json()
    assert [one["code"] for one in file["report"]["refused"]] == ["row_case_day", "row_case_future"]
    refused = await keeper.post(f"/api/import/files/{file['file_id']}/apply", json={})
    assert refused.json()["error"]["code"] == "import_has_refused"
    assert await kept(keeper, station) == {}


async def test_an_address_is_placed_by_the_stations_own_map(keeper, station, client_of):
    head = "เลขคดี,วันที่เกิดเหตุ,เวลาเกิดเหตุ,ฐานความผิด,สถานที่เกิดเหตุ\n"
    report = await taken(keeper, head + "1/69,5/10/69,20.00,ลักทรัพย์,ที่ไหนไม่รู้\n")
    assert [one["code"] for one in report["warnings"]] == ["note_case_unplaced"]


@pytest.mark.parametrize("role", ["operator", "officer", "partner"])
async def test_others_may_not_import(client_of, role):
    client = await client_of(role, more=frozenset({"data.import"}))
    assert (await upload(client, HEAD + ROWS)).status_code == 403


async def test_another_station_sees_none_of_it(client_of, keeper, station):
    await taken(keeper, HEAD + ROWS)
    stranger = await client_of("supervisor", at=109001)
    assert await kept(stranger, station) == {}
    async with station.tx(stranger.actor) as tx:
        assert await store.count_cases(tx, keeper.actor.station) == 0
