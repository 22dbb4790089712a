"""Files through the routes: looked at, imported whole or not at all, taken back, and in the log."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.territory import town
from tests.territory.asking import PLACES, apply, book, look, rows_of, table
from tests.territory.conftest import HERE, THERE, TOWN
from unjai.model.actor import system
from unjai.platform.audit import audit_log
from unjai.territory import store
from unjai.territory.store.imports import import_file, import_run


@pytest.mark.parametrize("make", [table, lambda *rows: table(*rows, encoding="cp874", delimiter=";"), book])
async def test_a_table_is_looked_at_and_then_stands(admin, clean, make):
    seen = await look(admin, "places", make(*PLACES))
    assert (seen["report"]["accepted"], seen["report"]["added"], seen["report"]["refused"]) == (2, 2, [])
    assert {name: seen["heads"][column]["title"] for name, column in seen["columns"].items()} == {
        "code": "รหัส",
        "name_th": "ชื่อสถานที่",
        "kind": "ประเภท",
        "lat": "ละติจูด",
        "lon": "ลองจิจูด",
        "phone": "เบอร์โทร",
    }
    assert [shape["at"] for shape in seen["shapes"]] == [[[99.004, 16.601]], [[99.005, 16.602]]]
    assert await rows_of(clean, store.place) == []
    done = await apply(admin, seen)
    assert done.status_code == 200, done.text
    stands = {row["code"]: row for row in await rows_of(clean, store.place)}
    assert (stands["p1"]["kind"], stands["p1"]["lat"], stands["p1"]["phone"]) == ("bank", 16.601, "02 000 0000")
    assert stands["p2"]["kind"] == "gold_shop"


async def test_nothing_is_half_imported(admin, clean):
    bad = (*PLACES, ("p3", "ไกล", "ธนาคาร", "99.9", "16.6", ""), ("p4", "", "ตลาด", "16.6", "99.0", ""))
    seen = await look(admin, "places", table(*bad))
    assert [(note["row"], note["code"]) for note in seen["report"]["refused"]] == [
        (4, "row_position_swapped"),
        (5, "row_name_missing"),
    ]
    refused = await apply(admin, seen)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "import_has_refused")
    assert await rows_of(clean, store.place) == []
    assert (await apply(admin, seen, leave_refused=True)).status_code == 200
    assert {row["code"] for row in await rows_of(clean, store.place)} == {"p1", "p2"}


async def test_what_would_differ_from_the_preview_is_not_imported(admin, clean):
    seen = await look(admin, "places", table(*PLACES))
    other = town.file(town.feature(town.dot(99.004, 16.601), code="p1", name_th="ก", kind="bank"))
    await admin.post("/import/places", content=json.dumps(other))
    changed = await apply(admin, seen)
    assert (changed.status_code, changed.json()["error"]["code"]) == (409, "import_changed")
    assert [row["name_th"] for row in await rows_of(clean, store.place)] == ["ก"]
    again = await admin.post(f"/import/files/{seen['file_id']}/preview", json={"kind": "places"})
    assert (again.json()["report"]["added"], again.json()["report"]["updated"]) == (1, 1)
    assert (await apply(admin, seen)).status_code == 200


async def test_a_change_that_changes_nothing_of_the_result_is_no_hindrance(admin):
    seen = await look(admin, "places", table(*PLACES))
    other = town.file(town.feature(town.dot(99.01, 16.61), code="elsewhere", name_th="ก", kind="bank"))
    await admin.post("/import/places", content=json.dumps(other))
    assert (await apply(admin, seen)).status_code == 200


async def test_an_import_is_applied_once(admin):
    seen = await look(admin, "places", table(*PLACES))
    assert (await apply(admin, seen)).status_code == 200
    again = await apply(admin, seen)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "import_not_previewed")


@pytest.mark.parametrize("what", TOWN)
async def test_an_import_is_taken_back_whole(filled, clean, what):
    kinds = {"zones": (store.zone, store.subzone), "streets": (store.street_edge,), "communities": (store.community,)}
    tables = kinds.get(what) or ({"places": store.place, "land": store.land, "devices": store.device}[what],)

    async def state():
        return [sorted(map(str, await rows_of(clean, one))) for one in tables]

    before = await state()
    changed = json.loads(json.dumps(getattr(town, what.upper())))
    for feature in changed["features"]:
        feature["properties"]["name_th"] = feature["properties"].get("name_th", "") + "ใหม่"
        feature["properties"].pop("name", None)
    fresh = json.loads(json.dumps(changed["features"][-1]))
    for name in ("code", "id", "key"):
        fresh["properties"].pop(name, None)
    fresh["properties"] |= {"key": "fresh-1"} if what == "devices" else {"code": "fresh-1"}
    if what != "streets":
        changed["features"].append(fresh)
    seen = await look(filled, what, json.dumps(changed), "x.geojson")
    assert seen["report"]["refused"] == []
    done = (await apply(filled, seen)).json()
    assert done["may_undo"] is True
    assert await state() != before
    back = await filled.post(f"/import/runs/{done['run_id']}/undo")
    assert back.status_code == 200, back.text
    assert back.json()["rows"] > 0
    assert await state() == before
    twice = await filled.post(f"/import/runs/{done['run_id']}/undo")
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "import_undo_late")


async def test_an_import_is_not_taken_back_once_something_changed(filled, clock):
    done = (await apply(filled, await look(filled, "places", table(*PLACES)))).json()
    await filled.post("/import/land", content=json.dumps(town.file(town.feature(town.LAND["features"][0]["geometry"], code="w2", kind="water"))))  # fmt: skip
    late = await filled.post(f"/import/runs/{done['run_id']}/undo")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "import_undo_late")
    done = (
        await apply(filled, await look(filled, "places", table(*PLACES[:2], ("p9", "ก", "ตลาด", 16.6, 99.0, ""))))
    ).json()
    assert (await filled.get("/import/runs")).json()[0]["may_undo"] is True
    clock.move(timedelta(minutes=61))
    assert (await filled.get("/import/runs")).json()[0]["may_undo"] is False
    late = await filled.post(f"/import/runs/{done['run_id']}/undo")
    assert late.json()["error"]["code"] == "import_undo_late"


async def test_replaced_streets_come_back(filled, clean):
    before = sorted(map(str, await rows_of(clean, store.street_edge)))
    line = {"type": "LineString", "coordinates": [[99.0, 16.6], [99.001, 16.6]]}
    only = json.dumps(town.file(town.feature(line, code="only", name_th="ถนนเดียว")))
    seen = await look(filled, "streets", only)
    seen = (
        await filled.post(f"/import/files/{seen['file_id']}/preview", json={"kind": "streets", "replace": True})
    ).json()
    assert (seen["report"]["added"], seen["report"]["removed"]) == (1, 4)
    done = (await apply(filled, seen)).json()
    assert len(await rows_of(clean, store.street_edge)) == 1
    assert (await filled.post(f"/import/runs/{done['run_id']}/undo")).status_code == 200
    assert sorted(map(str, await rows_of(clean, store.street_edge))) == before


async def test_what_a_file_says_nothing_of_stays(filled, clean):
    await apply(filled, await look(filled, "places", table(*PLACES)))
    named = table(("รหัส", "ชื่อ", "พิกัด"), ("p1", "ธนาคารใหม่", "16.601, 99.004"))
    assert (await apply(filled, await look(filled, "places", named))).status_code == 200
    place = next(row for row in await rows_of(clean, store.place) if row["code"] == "p1")
    assert (place["name_th"], place["kind"], place["phone"]) == ("ธนาคารใหม่", "bank", "02 000 0000")


async def test_columns_are_matched_by_hand_and_remembered(admin):
    odd = table(("A", "B", "C", "D"), ("p1", "ธนาคารเช้า", "16.601", "99.004"))
    seen = await look(admin, "places", odd)
    assert seen["columns"] == {}
    assert seen["report"]["accepted"] == 0
    body = {"kind": "places", "columns": {"code": 0, "name_th": 1, "lat": 2, "lon": 3}}
    seen = (await admin.post(f"/import/files/{seen['file_id']}/preview", json=body)).json()
    assert seen["report"]["accepted"] == 1
    assert (await apply(admin, seen)).status_code == 200
    again = await look(admin, "places", odd)
    assert again["columns"] == {"code": 0, "name_th": 1, "lat": 2, "lon": 3}
    assert (await look(admin, "land", odd))["columns"] == {}


async def test_a_title_above_the_headers_is_no_header(admin):
    seen = await look(admin, "places", book(("ข้อมูลสถานที่ ปี 2569",), (), *PLACES))
    assert (seen["header_row"], seen["report"]["accepted"]) == (1, 2)
    assert seen["samples"][0]["row"] == 4


async def test_swapped_columns_and_grid_positions_are_told(admin):
    swapped = table(("ชื่อ", "ละติจูด", "ลองจิจูด"), ("ก", "99.004", "16.601"), ("ข", "99.005", "16.602"))
    seen = await look(admin, "places", swapped)
    assert [note["code"] for note in seen["report"]["warnings"]] == ["note_columns_swapped"]
    assert seen["report"]["accepted"] == 2
    grid = table(("ชื่อ", "x", "y"), ("ก", "500427", "1835340"))
    seen = await look(admin, "places", grid)
    assert [note["code"] for note in seen["report"]["warnings"]] == ["note_grid"]
    assert seen["shapes"][0]["at"][0] == pytest.approx([99.004, 16.6], abs=1e-3)
    body = {"kind": "places", "system": "utm48"}
    seen = (await admin.post(f"/import/files/{seen['file_id']}/preview", json=body)).json()
    assert seen["shapes"][0]["at"][0] == pytest.approx([105.004, 16.6], abs=1e-3)


async def test_a_report_by_row_is_a_table(admin):
    bad = (*PLACES, ("=1+1", "", "ตลาด", "16.6", "99.0", ""))
    seen = await look(admin, "places", table(*bad))
    answer = await admin.get(f"/import/files/{seen['file_id']}/report.csv")
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[1][0] == "4"
    assert rows[1][1] == "'=1+1"
    assert rows[1][-1] == "row_name_missing"


async def test_a_file_belongs_to_whoever_uploaded_it(admin, client_of, clock):
    seen = await look(admin, "places", table(*PLACES))
    for other in (client_of(key="b"), client_of(station=THERE)):
        async with other as client:
            for answer in (
                await apply(client, seen),
                await client.post(f"/import/files/{seen['file_id']}/preview", json={"kind": "places"}),
                await client.get(f"/import/files/{seen['file_id']}/report.csv"),
                await client.delete(f"/import/files/{seen['file_id']}"),
            ):
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    clock.move(timedelta(minutes=61))
    gone = await apply(admin, seen)
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "import_file_gone")


async def test_old_and_many_files_are_forgotten(admin, clean, clock):
    for _ in range(7):
        await look(admin, "places", table(*PLACES))
    assert len(await rows_of(clean, import_file)) == 5
    clock.move(timedelta(minutes=61))
    await look(admin, "places", table(*PLACES))
    assert len(await rows_of(clean, import_file)) == 1


async def test_a_kind_asks_for_its_own_right(client_of):
    async with client_of("data.import", "data.export", "zone.admin", "zone.read") as client:
        answer = await client.post("/import/files", params={"kind": "devices"}, content=table(*PLACES))
        assert (answer.status_code, answer.json()["error"]["facts"]) == (403, {"right": "device.admin"})
        answer = await client.get("/export/devices.csv")
        assert (answer.status_code, answer.json()["error"]["facts"]) == (403, {"right": "device.read"})
        kinds = {kind["key"]: kind for kind in (await client.get("/import/kinds")).json()}
        assert (kinds["devices"]["may_import"], kinds["places"]["may_import"]) == (False, True)
        unknown = await client.get("/export/secrets.csv")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "import_kind_unknown")


async def test_imports_and_exports_are_in_the_audit_log(admin, clean):
    await apply(admin, await look(admin, "places", table(*PLACES), "สถานที่.csv"))
    await admin.get("/export/places.csv")
    async with clean.tx(system(HERE)) as tx:
        told = {row["action"]: row["facts"] for row in await tx.all(select(audit_log))}
    assert (told["data.import"]["name"], told["data.import"]["added"]) == ("สถานที่.csv", 2)
    assert told["data.export"]["rows"] == 2
    assert [row["name"] for row in await rows_of(clean, import_run)] == ["สถานที่.csv"]
