"""Beats and checkpoints: the register, undo, labels, screens, one way to import."""

import io
import re

from tests.patrol.conftest import BANK, HERE, LAT, LON, checkpoint
from unjai.model.actor import system
from unjai.patrol.rules.checkpoints import beat_verdict
from unjai.patrol.store.tables import patrol_checkpoint


async def test_a_beat_says_when_it_holds_more_than_a_shift_can_visit(chief):
    beat = (await chief.post("/api/patrol/beats", json={"code": "1", "name_th": "เขตตรวจที่ 1"})).json()[0]
    assert (beat["checkpoints"], beat["verdict"]) == (0, "few")
    for n in range(13):
        await checkpoint(chief, code=f"A-{n:02}", beat_id=beat["id"])
    (beat,) = (await chief.get("/api/patrol/beats")).json()
    assert (beat["checkpoints"], beat["verdict"]) == (13, "many")
    assert [beat_verdict(count) for count in (9, 10, 12, 13)] == ["few", "good", "good", "many"]
    again = await chief.post("/api/patrol/beats", json={"code": "1", "name_th": "อื่น"})
    assert again.json()["error"]["code"] == "beat_taken"
    assert (await chief.delete(f"/api/patrol/beats/{beat['id']}")).json() == []
    assert {one["beat_id"] for one in (await chief.get("/api/patrol/checkpoints")).json()} == {None}


async def test_a_change_is_taken_back_and_a_new_one_goes(chief):
    made = await checkpoint(chief)
    moved = await chief.patch(f"/api/patrol/checkpoints/{made['id']}", json={"lat": LAT + 0.001, "version": 1})
    assert moved.json()["version"] == 2
    stale = await chief.patch(f"/api/patrol/checkpoints/{made['id']}", json={"note": "ก", "version": 1})
    assert stale.json()["error"]["code"] == "checkpoint_changed"
    back = await chief.post(f"/api/patrol/checkpoints/{made['id']}/undo", json={"version": 2})
    assert back.json() == {"there": True}
    found = (await chief.get(f"/api/patrol/checkpoints/{made['id']}")).json()
    assert (found["lat"], found["version"]) == (LAT, 3)
    other = await checkpoint(chief, code="A-02")
    assert (await chief.post(f"/api/patrol/checkpoints/{other['id']}/undo", json={"version": 1})).json() == {
        "there": False
    }
    assert [one["code"] for one in (await chief.get("/api/patrol/checkpoints")).json()] == ["A-01"]


async def test_what_cannot_be_is_refused_in_words(chief):
    await checkpoint(chief)
    for more, code in (
        ({"code": "A-01"}, "checkpoint_taken"),
        ({"code": "X", "kind": "spaceport"}, "row_kind_unknown"),
        ({"code": "X", "proofs": []}, "checkpoint_proofs"),
        ({"code": "X", "proofs": ["nfc"]}, "checkpoint_tag_missing"),
        ({"code": "X", "nfc": "not hex"}, "checkpoint_tag"),
        ({"code": "X", "tell_owner": True}, "checkpoint_owner_missing"),
        ({"code": "X", "lon": 0.0, "lat": 51.0}, "request_invalid"),
        ({"code": "X", "name_th": "ก\x00"}, "request_invalid"),
    ):
        answer = await chief.post("/api/patrol/checkpoints", json={**BANK, **more})
        assert (answer.status_code >= 400, answer.json()["error"]["code"]) == (True, code)


async def test_a_tag_is_kept_as_a_digest_and_never_told(chief):
    made = await checkpoint(chief, nfc="04:A2:B3:C4:D5", proofs=["nfc", "gps"])
    assert made["has_tag"] is True
    assert "04A2" not in str(made).upper().replace(":", "")


async def test_labels_are_printed_and_a_screen_shows_another_code_each_half_minute(chief, clock, station):
    made = await checkpoint(chief)
    none = await chief.get("/api/patrol/labels.pdf", params={"beat": made["id"]})
    assert none.json()["error"]["code"] == "labels_none"
    sheet = await chief.get("/api/patrol/labels.pdf")
    assert sheet.content.startswith(b"%PDF-")
    screen = (await chief.post(f"/api/patrol/checkpoints/{made['id']}/screen")).json()
    page = await chief.get(screen["page"])
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "<script" not in page.text
    first = (await chief.get(f"{screen['page']}/code")).json()
    clock.move(clock.now().replace(second=0, microsecond=0) - clock.now() + _half())
    second = (await chief.get(f"{screen['page']}/code")).json()
    assert re.fullmatch(r"UNJAI:R:[0-9A-F]{32}:1:[A-Z2-7]{16}", second["code"])
    assert first["code"] != second["code"]
    wrong = screen["page"].rpartition("/")[0] + "/AAAAAAAAAAAAAAAA"
    assert (await chief.get(wrong)).status_code == 404
    await chief.post(f"/api/patrol/checkpoints/{made['id']}/void")
    assert (await chief.get(screen["page"])).status_code == 404
    async with station.tx(system(HERE)) as tx:
        row = await tx.one(patrol_checkpoint.select())
    assert screen["seed"].encode() not in bytes(row["sealed"])


def _half():
    from datetime import timedelta

    return timedelta(seconds=90)


SHEET = "รหัส,ชื่อ,ประเภท,เขต,ละติจูด,ลองจิจูด,หลักฐาน,แจ้งเจ้าของทุกครั้งที่ตรวจ\n"


async def test_a_list_of_red_boxes_is_imported_looked_at_first_and_taken_back(client_of, chief):
    importer = await client_of("administrator")
    await checkpoint(chief, note="เดิม")
    rows = (
        f'A-01,ธนาคารใหม่,ธนาคาร,เขต 1,{LAT},{LON},QR,ไม่\nA-02,ร้านทองสุข,ร้านทอง,เขต 1,{LAT},{LON},"QR, พิกัด, ภาพถ่าย",ไม่\n'
    )
    rows += f"A-03,ร้าน,ร้านค้า,เขต 2,{LAT},{LON},โทรจิต,ไม่\nA-04,ร้าน,ร้านค้า,เขต 2,{LAT},{LON},QR,ใช่\n"
    body = io.BytesIO((SHEET + rows).encode()).getvalue()
    file = await importer.post("/api/import/files", params={"kind": "checkpoints", "name": "ตู้แดง.csv"}, content=body)
    assert file.status_code < 300, file.text
    report = file.json()["report"]
    assert (report["added"], report["updated"]) == (1, 1)
    assert sorted(one["code"] for one in report["refused"]) == ["checkpoint_owner_missing", "checkpoint_proofs"]
    assert len((await chief.get("/api/patrol/checkpoints")).json()) == 1
    done = await importer.post(f"/api/import/files/{file.json()['file_id']}/apply", json={"leave_refused": True})
    assert done.status_code < 300, done.text
    found = {one["code"]: one for one in (await chief.get("/api/patrol/checkpoints")).json()}
    assert found["A-01"]["name_th"] == "ธนาคารใหม่"
    assert found["A-01"]["note"] == "เดิม"
    assert found["A-02"]["proofs"] == ["qr", "gps", "photo"]
    runs = (await importer.get("/api/import/runs")).json()
    undone = await importer.post(f"/api/import/runs/{runs[0]['id']}/undo")
    assert undone.status_code < 300, undone.text
    found = {one["code"]: one for one in (await chief.get("/api/patrol/checkpoints")).json()}
    assert set(found) == {"A-01"}
    assert found["A-01"]["name_th"] == BANK["name_th"]


async def test_another_station_sees_none_of_it(client_of, chief):
    made = await checkpoint(chief)
    there = await client_of("supervisor", at=109001)
    assert (await there.get("/api/patrol/checkpoints")).json() == []
    assert (await there.get(f"/api/patrol/checkpoints/{made['id']}")).status_code == 404
    assert (await there.post(f"/api/patrol/checkpoints/{made['id']}/void")).status_code == 404
