"""The register through its routes, on a real database: cameras, logins, streams, papers, requests, streets seen."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.cameras.conftest import HERE, POLE_WALK, THERE
from unjai.cameras.flows.health import note_trouble
from unjai.cameras.noter import Noter
from unjai.cameras.secrets import vault_of
from unjai.cameras.store import streams
from unjai.cameras.store.tables import camera, camera_source
from unjai.model.actor import system
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.territory.flows import note_edge
from unjai.territory.store import device_of, devices_of
from unjai.territory.store.edge_facts import edge_facts_of

SECRET = "รหัสกล้อง-กข12"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
PDF = b"%PDF-1.7\n" + b"paper" * 20


async def made(client, **said):
    answer = await client.post("/api/cameras", json={**POLE_WALK, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


async def told(station, clock, *, stations=(HERE,), data=None, on=None):
    async with station.tx(system(*stations)) as tx:
        return await streams(tx, None if data is None else vault_of(data), on)


async def test_a_camera_is_a_device_with_a_stream_and_its_login_is_sealed(client_of, station, clock, tmp_path):
    admin = client_of()
    url = f"rtsp://viewer:{SECRET}@10.0.0.5/main"
    from urllib.parse import quote

    one = await made(
        admin,
        main_url=url.replace(SECRET, quote(SECRET)),
        sub_url="rtsp://10.0.0.5/sub",
        bearing_deg=90,
        fov_deg=60,
        reach_day_m=100,
        reach_night_m=30,
        masks=[[[0, 0], [0.5, 0], [0.5, 2.0], [0, 2.0]]],
        keep_days=7,
        analyse=True,
    )
    assert one["main_url"] == "rtsp://10.0.0.5/main"
    assert one["has_login"]
    assert SECRET not in str(one)
    assert one["masks"] == [[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]] or len(one["masks"][0]) == 4
    assert len(one["sector_day"]) > len(one["sector_night"]) - 1 > 3
    (stream,) = await told(station, clock, data=tmp_path)
    assert (stream.key, stream.kind, stream.main_url, stream.sub_url) == (
        "cam-1",
        "rtsp",
        "rtsp://10.0.0.5/main",
        "rtsp://10.0.0.5/sub",
    )
    assert (stream.username, stream.password) == ("viewer", SECRET)
    assert SECRET not in repr(stream)
    assert (stream.record, stream.keep_days, stream.analyse, stream.enabled) == (True, 7.0, True, True)
    assert max(y for ring in stream.masks for _x, y in ring) == 1.0
    async with station.tx(system(HERE)) as tx:
        (row,) = await tx.all(select(camera))
        assert SECRET.encode() not in row["sealed"]
        log = await tx.all(select(audit_log))
        assert {"device.add", "camera.change"} <= {one["action"] for one in log}
        assert SECRET not in str(log)
        events = [one["subject"] for one in await tx.all(select(outbox))]
        assert f"evt.{HERE}.cameras.changed" in events
        (known,) = await devices_of(tx, HERE)
    assert known.settings == {"heading_deg": 90.0, "fov_deg": 60.0, "range_m": 100.0}


async def test_without_its_key_a_login_is_unknown_and_the_camera_stays(client_of, station, clock, tmp_path):
    await made(client_of(), main_url="rtsp://a:b@10.0.0.5/main")
    (tmp_path / "secrets" / "cameras.key").write_text("ff" * 32, "ascii")
    (stream,) = await told(station, clock, data=tmp_path)
    assert (stream.username, stream.password, stream.enabled) == (None, None, True)
    (bare,) = await told(station, clock)
    assert bare.password is None


async def test_what_is_left_out_stays_and_null_empties(client_of, station, clock, tmp_path):
    admin = client_of()
    one = await made(admin, main_url="rtsp://a:b@10.0.0.5/main", funder="อบจ.", bearing_deg=10, fov_deg=60)
    answer = await admin.patch(f"/api/cameras/{one['id']}", json={"bearing_deg": None, "state": "planned"})
    after = answer.json()
    assert (after["funder"], after["has_login"], after["state"]) == ("อบจ.", True, "planned")
    assert (after["bearing_deg"], after["fov_deg"]) == (None, 60.0)
    half = await admin.patch(f"/api/cameras/{one['id']}", json={"username": "x"})
    assert code(half) == (422, "camera_login_half")
    await admin.patch(f"/api/cameras/{one['id']}", json={"username": "", "password": ""})
    assert not (await admin.get(f"/api/cameras/{one['id']}")).json()["has_login"]
    wrong = await admin.patch(f"/api/cameras/{one['id']}", json={"kind": "still"})
    assert code(wrong) == (422, "camera_url_wrong")


@pytest.mark.parametrize("change", [{"state": "planned"}, {"state": "retired"}])
async def test_only_a_working_camera_streams(client_of, station, clock, change):
    one = await made(client_of(), main_url="rtsp://10.0.0.5/main")
    assert [one.enabled for one in await told(station, clock)] == [True]
    await client_of().patch(f"/api/cameras/{one['id']}", json=change)
    assert [one.enabled for one in await told(station, clock)] == [False]


async def test_the_silence_of_a_camera_that_is_not_there_yet_means_nothing(client_of, station, clock):
    one = await made(client_of(), main_url="rtsp://10.0.0.5/main")

    async def silent_after_s(state):
        answer = await client_of().patch(f"/api/cameras/{one['id']}", json={"state": state})
        assert answer.status_code == 200, answer.text
        async with station.tx(system(HERE)) as tx:
            return (await device_of(tx, UUID(one["id"]))).silent_after_s

    assert [await silent_after_s(state) for state in ("planned", "working", "retired")] == [0, 120, 0]


async def test_addresses_are_for_managers(client_of):
    one = await made(client_of(), main_url="rtsp://10.0.0.5/main", onvif_url="http://10.0.0.5/onvif/device_service")
    seen = (await client_of("operator").get(f"/api/cameras/{one['id']}")).json()
    assert (seen["main_url"], seen["onvif_url"], seen["has_stream"]) == ("", "", True)
    assert code(await client_of("operator").patch(f"/api/cameras/{one['id']}", json={})) == (403, "right_missing")
    assert code(await client_of(at=THERE).get(f"/api/cameras/{one['id']}")) == (404, "not_found")
    assert (await client_of(at=THERE).get("/api/cameras")).json() == []


async def test_a_source_gives_its_login_and_addresses_to_many(client_of, station, clock, tmp_path):
    admin = client_of()
    said = {
        "code": "nvr-1",
        "name_th": "เครื่องบันทึก 1",
        "main_template": "rtsp://10.0.0.9/ch{channel}/0",
        "sub_template": "rtsp://10.0.0.9/ch{channel}/1",
        "username": "unjai",
        "password": SECRET,
    }
    (source,) = (await admin.post("/api/camera-sources", json=said)).json()
    assert source["has_login"]
    assert code(await admin.post("/api/camera-sources", json=said)) == (409, "camera_code_taken")
    for number in ("1", "2"):
        await made(admin, key=f"n{number}", source_id=source["id"], channel=number)
    first, second = await told(station, clock, data=tmp_path)
    assert (first.main_url, second.sub_url) == ("rtsp://10.0.0.9/ch1/0", "rtsp://10.0.0.9/ch2/1")
    assert first.password == second.password == SECRET
    kept = await admin.put(f"/api/camera-sources/{source['id']}", json={**said, "username": None, "password": None})
    assert kept.json()[0]["has_login"]
    assert kept.json()[0]["cameras"] == 2
    assert code(await admin.delete(f"/api/camera-sources/{source['id']}")) == (409, "camera_source_used")
    await admin.put(f"/api/camera-sources/{source['id']}", json={**said, "disabled": True})
    assert [one.enabled for one in await told(station, clock)] == [False, False]
    async with station.tx(system(HERE)) as tx:
        row = await tx.one(select(camera_source))
    assert SECRET.encode() not in row["sealed"]
    assert code(await made_elsewhere(client_of, source["id"])) == (404, "not_found")


async def made_elsewhere(client_of, source_id):
    return await client_of(at=THERE).post("/api/cameras", json={**POLE_WALK, "key": "far", "source_id": source_id})


async def test_a_point_carries_several_cameras(client_of):
    admin = client_of()
    (point,) = (await admin.post("/api/camera-points", json={"code": "p1", "name_th": "เสาตลาด"})).json()
    for key in ("a", "b"):
        await made(admin, key=key, point_id=point["id"])
    assert [one["point"]["code"] for one in (await admin.get("/api/cameras")).json()] == ["p1", "p1"]
    changed = await admin.put(
        f"/api/camera-points/{point['id']}", json={"code": "p2", "name_th": "เสา", "lon": 99.0, "lat": 16.6}
    )
    assert (changed.json()[0]["code"], changed.json()[0]["lat"]) == ("p2", 16.6)
    assert (await admin.delete(f"/api/camera-points/{point['id']}")).json() == []
    assert [one["point"] for one in (await admin.get("/api/cameras")).json()] == [None, None]


async def test_a_private_camera_stops_when_its_papers_end(client_of, station, clock):
    admin = client_of()
    one = await made(admin, owner_kind="business", owner_name="ร้านทอง", main_url="rtsp://10.0.0.5/main")
    assert one["paper"] == "missing"
    assert [item.enabled for item in await told(station, clock, on=date(2026, 11, 22))] == [True]
    paper = {
        "number": "1/2569",
        "from_on": "2026-11-01",
        "until_on": "2026-11-30",
        "hours": "18.00–06.00",
        "part": "ทางเท้า",
    }
    (consent,) = (await admin.post(f"/api/cameras/{one['id']}/consents", json=paper)).json()
    after = (await admin.get(f"/api/cameras/{one['id']}")).json()
    assert (after["paper"], after["consent"]["hours"]) == ("ends_soon", "18.00–06.00")
    for day, runs in ((date(2026, 11, 30), True), (date(2026, 12, 1), False), (date(2026, 10, 31), False)):
        assert [item.enabled for item in await told(station, clock, on=day)] == [runs], day
    wrong = await admin.patch(f"/api/camera-consents/{consent['id']}", json={"until_on": "2026-10-01"})
    assert code(wrong) == (422, "camera_consent_dates")
    open_end = await admin.patch(f"/api/camera-consents/{consent['id']}", json={"until_on": None})
    assert open_end.json()[0]["until_on"] is None
    clock.move(timedelta(days=400))
    assert (await admin.get(f"/api/cameras/{one['id']}")).json()["paper"] == "holds"


async def test_the_paper_itself_is_kept_and_looking_is_logged(client_of, station):
    admin = client_of()
    one = await made(admin, owner_kind="house")
    paper = {"number": "2/2569", "from_on": "2026-11-01"}
    (consent,) = (await admin.post(f"/api/cameras/{one['id']}/consents", json=paper)).json()
    where = f"/api/camera-consents/{consent['id']}"
    assert code(await admin.get(f"{where}/file")) == (404, "not_found")
    assert code(await admin.post(f"{where}/attachments", content=b"<script>")) == (415, "camera_file_kind")
    kept = await admin.post(f"{where}/attachments?name=../หนังสือ<1>.exe", content=PDF)
    assert kept.json()[0]["file_name"].endswith(".pdf")
    back = await admin.get(f"{where}/file")
    assert back.content == PDF
    assert back.headers["content-type"] == "application/pdf"
    async with station.tx(system(HERE)) as tx:
        actions = [row["action"] for row in await tx.all(select(audit_log))]
    assert actions.count("camera.consent.read") == 1


async def test_an_owner_is_asked_turns_and_it_is_checked_by_pictures(client_of, clock):
    admin = client_of()
    one = await made(admin, owner_kind="business", bearing_deg=10, fov_deg=60, reach_day_m=40)
    ask = {"want": "เห็นทางเท้าหน้าร้าน", "want_bearing_deg": 95, "who": "ผู้จัดการร้าน"}
    (asked,) = (await admin.post(f"/api/cameras/{one['id']}/requests", json=ask)).json()
    assert (asked["state"], asked["open"], asked["was_bearing_deg"]) == ("asked", True, 10.0)
    again = await admin.post(f"/api/cameras/{one['id']}/requests", json=ask)
    assert code(again) == (409, "camera_request_open")
    where = f"/api/camera-requests/{asked['id']}"
    late = await admin.post(f"{where}/attachments?what=after", content=JPEG)
    assert code(late) == (409, "camera_picture_late")
    await admin.post(f"{where}/attachments?what=before", content=JPEG)
    assert code(await admin.post(f"{where}/move", json={"to": "turned"})) == (409, "camera_request_move")
    for to in ("agreed", "turned"):
        clock.move(timedelta(days=1))
        await admin.post(f"{where}/move", json={"to": to, "who": "ช่าง", "note": "นัดวันศุกร์"})
    assert code(await admin.post(f"{where}/move", json={"to": "checked"})) == (409, "camera_request_picture")
    (with_picture,) = (await admin.post(f"{where}/attachments?what=after", content=JPEG + b"2")).json()
    clock.move(timedelta(days=1))
    (done,) = (await admin.post(f"{where}/move", json={"to": "checked"})).json()
    assert (done["state"], done["open"], done["moves"]) == ("checked", False, [])
    assert [step["state"] for step in done["steps"]] == ["asked", "agreed", "turned", "checked"]
    assert [picture["what"] for picture in with_picture["pictures"]] == ["before", "after"]
    picture = await admin.get(f"/api/camera-pictures/{done['pictures'][1]['id']}")
    assert picture.content == JPEG + b"2"
    after = (await admin.get(f"/api/cameras/{one['id']}")).json()
    assert (after["bearing_deg"], after["request_state"]) == (95.0, "checked")


async def test_streets_seen_are_counted_and_noted_for_the_escort(client_of, station, clock):
    admin = client_of()
    before = (await admin.get("/api/cameras-seen")).json()
    assert before["blind_m"] == before["total_m"] > 500
    one = await made(admin, bearing_deg=90, fov_deg=60, reach_day_m=200)
    await made(admin, key="new", state="planned", bearing_deg=90, fov_deg=60, reach_day_m=400)
    await made(admin, key="dumb")
    seen = (await admin.get("/api/cameras-seen")).json()
    assert seen["seen_m"] == pytest.approx(200, rel=0.02)
    assert (seen["cameras"], seen["unknown"]) == (1, ["dumb"])
    assert {piece["properties"]["seen"] for piece in seen["pieces"]["features"]} == {"seen", "blind"}
    planned = (await admin.get("/api/cameras-seen?planned=true")).json()
    assert planned["seen_m"] == pytest.approx(400, rel=0.02)

    noter = Noter([HERE])
    await noter.once(station, clock)
    async with station.tx(system(HERE)) as tx:
        facts = await edge_facts_of(tx, HERE, "seen_day", "seen_night")
    assert facts["seen_day"] == facts["seen_night"] != {}
    here, lens = system(HERE), {"station_id": HERE, "camera_id": UUID(one["id"]), "trouble": "no_signal"}
    async with station.tx(here) as tx:
        await note_trouble(tx, here, clock, **lens, holds=True, since=clock.now(), measure=1.0, picture=None)
    for minutes, blind in ((4, False), (2, True)):
        clock.move(timedelta(minutes=minutes))
        await noter.once(station, clock)
        async with station.tx(here) as tx:
            assert (await edge_facts_of(tx, HERE, "seen_day") == {"seen_day": {}}) is blind
        assert ((await admin.get("/api/cameras-seen")).json()["seen_m"] == 0) is blind
    async with station.tx(here) as tx:
        await note_trouble(tx, here, clock, **lens, holds=False, since=clock.now(), measure=0.0, picture=None)
    await noter.once(station, clock)
    async with station.tx(here) as tx:
        assert await edge_facts_of(tx, HERE, "seen_day") == {"seen_day": facts["seen_day"]}

    await admin.patch(f"/api/cameras/{one['id']}", json={"state": "retired"})
    await noter.heard(f"evt.{HERE}.cameras.changed", b"")
    await noter.once(station, clock)
    async with station.tx(system(HERE)) as tx:
        assert await edge_facts_of(tx, HERE, "seen_day") == {"seen_day": {}}


async def test_a_fact_of_one_edge_is_noted_by_who_may_and_of_no_edge_is_passed_over(station, clock):
    here = system(HERE)
    async with station.tx(here) as tx:
        for edge in (1, 99_999):
            await note_edge(tx, here, clock, station_id=HERE, edge_id=edge, fact="seen_day", value=0.5, source="test")
        found = (await edge_facts_of(tx, HERE, "seen_day"))["seen_day"]
    assert set(found.values()) <= {0.5}
    assert 99_999 not in found


async def test_the_notice_is_a_page_of_pdf(client_of):
    one = await made(client_of(), owner_kind="business", owner_name="ร้านทองตัวอย่าง")
    answer = await client_of().get(f"/api/cameras/{one['id']}/notice.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type/Page/") <= 1


async def test_a_list_of_a_provincial_centre(client_of, station, clock, tmp_path):
    admin = client_of()
    source = {"code": "pao", "name_th": "อบจ.", "kind": "centre", "main_template": "rtsp://10.9.0.1/{channel}"}
    await admin.post("/api/camera-sources", json={**source, "username": "u", "password": SECRET})
    head = "รหัสกล้อง,ชื่อกล้อง,จุด,ต้นทาง,ช่อง,สถานะ,ละติจูด,ลองจิจูด,ทิศ,url"
    rows = [
        f",แยกที่ {number},เสา {number // 3},pao,{number},ใช้งาน,16.6{number:03d},99.00{number % 9},{number},"
        for number in range(1, 144)
    ]
    rows[9] = "x,ต้นทางผิด,,ไม่มี,1,ใช้งาน,16.6,99.0,,"
    rows[10] = "y,สถานะผิด,,pao,1,หาย,16.6,99.0,,"
    rows[11] = "z,รหัสในที่อยู่,,,,ใช้งาน,16.6,99.0,,rtsp://admin:1234@10.1.1.1/a"
    body = "\n".join([head, *rows]).encode()
    staged = await import_file(admin, body)
    listed = await admin.post(f"/api/import/files/{staged}/preview", json={"kind": "cameras"})
    report = listed.json()["report"]
    assert (report["total"], report["added"], report["refused_count"]) == (143, 141, 2), listed.text[:2000]
    assert {one["code"] for one in report["refused"]} == {"row_camera_source", "row_kind_unknown"}
    assert {one["code"] for one in report["warnings"]} >= {"note_camera_login"}
    assert (await admin.get("/api/cameras")).json() == []
    taken = await admin.post(f"/api/import/files/{staged}/apply", json={"leave_refused": True})
    assert taken.status_code == 200, taken.text
    found = await told(station, clock, data=tmp_path)
    assert len(found) == 141
    assert {one.password for one in found if one.key != "z"} == {SECRET}
    (odd,) = [one for one in found if one.key == "z"]
    assert (odd.main_url, odd.password) == ("rtsp://10.1.1.1/a", None)
    points = (await admin.get("/api/camera-points")).json()
    assert len(points) == 48
    again = await import_file(admin, body)
    unchanged = (await admin.post(f"/api/import/files/{again}/preview", json={"kind": "cameras"})).json()["report"]
    assert (unchanged["added"], unchanged["updated"], unchanged["unchanged"]) == (0, 0, 141)


async def import_file(client, body):
    answer = await client.post("/api/import/files?kind=cameras&name=list.csv", content=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["file_id"]
