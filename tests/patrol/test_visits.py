"""What phones tell: signed, chained, judged, late or not; nothing real lost, nothing counted twice."""

import base64
import json
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from tests.patrol.conftest import BANK, HERE, LAT, LON, Phone, away, checkpoint, minutes, registered
from unjai.model.actor import system
from unjai.model.ids import observation_id
from unjai.patrol.rules import codes
from unjai.patrol.secrets import vault_of
from unjai.patrol.store.tables import patrol_checkpoint, patrol_item, patrol_visit
from unjai.territory.store.edge_facts import edge_facts_of


async def visits(chief, **asked):
    return (await chief.get("/api/patrol/visits", params=asked)).json()["visits"]


async def code_at(station, tmp_path, chief, place, at=None):
    """What a checkpoint's label (or with a moment its screen) says; its label is printed first."""
    assert (await chief.post(f"/api/patrol/checkpoints/{place['id']}/screen")).status_code == 200
    async with station.tx(system(HERE)) as tx:
        row = await tx.one(select(patrol_checkpoint).where(patrol_checkpoint.c.code == place["code"]))
    secret = vault_of(tmp_path).open(row["id"], row["sealed"])
    made = codes.static_code(secret, row["id"], row["serial"])
    return made if at is None else codes.rotating_code(secret, row["id"], row["serial"], at)


async def test_a_visit_is_proven_told_to_the_chief_and_noted_at_its_street(station, chief, officer, clock, tmp_path):
    place = await checkpoint(chief)
    code = await code_at(station, tmp_path, chief, place)
    phone = await registered(officer)
    told = await phone.tell(officer, [phone.visit(clock.now(), place["id"], code=code)], clock.now())
    assert [(one["state"], one["visit_state"], one["late"]) for one in told["answers"]] == [
        ("accepted", "proven", False)
    ]
    assert told["head_seq"] == 1
    (seen,) = await visits(chief)
    assert (seen["checkpoint_code"], seen["call_sign"], seen["state"]) == (
        "A-01",
        seen["by_th"].removeprefix("คน "),
        "proven",
    )
    assert {one["code"] for one in seen["parts"]} == {"code_static", "gps"}
    assert all(one["th"] and one["en"] and "{" not in one["th"] for one in seen["parts"])
    async with station.tx(system(HERE)) as tx:
        facts = (await edge_facts_of(tx, HERE, "patrolled_at"))["patrolled_at"]
    assert list(facts.values()) == ["2026-11-21T18:14:09Z"]
    (shown,) = (await chief.get("/api/patrol/checkpoints")).json()
    assert (shown["last_score"], shown["last_state"]) == (seen["score"], "proven")


async def test_the_same_again_changes_nothing(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    items = [phone.visit(clock.now(), place["id"]), phone.finding(clock.now(), "light_out", text="เสาไฟหน้าวัด")]
    first = await phone.tell(officer, items, clock.now())
    clock.move(minutes(1))
    again = await phone.tell(officer, items + items, clock.now())
    assert [one["state"] for one in first["answers"]] == ["accepted", "accepted"]
    assert [one["state"] for one in again["answers"]] == ["repeat"] * 4
    assert len(await visits(chief)) == 1
    assert len((await chief.get("/api/patrol/findings")).json()) == 1


async def test_a_shift_without_a_line_comes_whole_and_says_how_late(chief, officer, clock):
    places = [await checkpoint(chief, code=f"B-{n:02}", lat=away(n * 200)) for n in range(12)]
    phone = await registered(officer)
    begin = clock.now()
    items = [
        phone.visit(
            begin + minutes(20 * n),
            place["id"],
            lat=away(n * 200),
            left=int((begin + minutes(20 * n + 12)).timestamp() * 1000),
        )
        for n, place in enumerate(places)
    ]
    clock.move(minutes(260))
    Random(1).shuffle(items)
    told = await phone.tell(officer, items, clock.now())
    assert {one["state"] for one in told["answers"]} <= {"accepted", "waiting"}
    assert told["head_seq"] == 12
    seen = await visits(chief)
    assert len(seen) == 12
    assert [one["late_s"] for one in seen] == [(260 - 20 * n) * 60 for n in reversed(range(12))]
    assert all(one["late"] and one["dwell_s"] == 720 and one["chain"] in ("next", "joined") for one in seen)
    assert "speed_impossible" not in {part["code"] for one in seen for part in one["parts"]}
    assert len(await visits(chief, late=True)) == 12


async def test_what_comes_after_a_gap_waits_and_is_joined_when_the_gap_closes(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    one, two, three = (phone.visit(clock.now() + minutes(15 * n), place["id"]) for n in range(3))
    clock.move(minutes(40))
    told = await phone.tell(officer, [three, two], clock.now())
    assert [(answer["state"], answer["code"]) for answer in told["answers"]] == [("waiting", "chain_gap")] * 2
    assert told["head_seq"] == 0
    before = {one["happened_at"]: one["score"] for one in await visits(chief)}
    assert {part["code"] for one in await visits(chief) for part in one["parts"]} >= {"chain_gap"}
    assert (await officer.get("/api/patrol/my/phones")).json()[0]["waiting"] == 2
    told = await phone.tell(officer, [one], clock.now())
    assert told["head_seq"] == 3
    after = await visits(chief)
    assert [one["chain"] for one in after] == ["joined", "joined", "next"]
    assert all(one["score"] > before[one["happened_at"]] for one in after[:2])


async def test_a_second_past_is_kept_and_never_counted(station, chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    copy = Phone(id=phone.id, key=phone.key)
    await phone.tell(officer, [phone.visit(clock.now(), place["id"])], clock.now())
    told = await phone.tell(officer, [copy.visit(clock.now() - minutes(30), place["id"])], clock.now())
    assert [(one["state"], one["visit_state"], one["score"]) for one in told["answers"]] == [("fork", "refused", 0)]
    assert told["head_seq"] == 1
    async with station.tx(system(HERE)) as tx:
        assert len(await tx.all(select(patrol_item.c.digest).where(patrol_item.c.phone_id == phone.id))) == 2


async def test_one_thing_signed_twice_counts_once(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    own = str(uuid4())
    items = [phone.visit(clock.now(), place["id"], id=own), phone.visit(clock.now(), place["id"], id=own)]
    told = await phone.tell(officer, items, clock.now())
    assert [one["code"] for one in told["answers"]] == ["", "item_doubled"]
    assert told["head_seq"] == 2
    assert len(await visits(chief)) == 1


async def test_forged_foreign_and_broken_items_are_kept_and_refused_while_the_rest_goes_on(chief, officer, clock):
    place = await checkpoint(chief)
    phone, other = await registered(officer), await registered(officer, name="เครื่องสำรอง")
    good = phone.visit(clock.now(), place["id"])
    forged = {**good, "body": good["body"].replace('"acc":8.0', '"acc":1.0')}
    foreign = phone.sign({**json.loads(good["body"]), "phone": str(other.id)})
    broken = phone.sign({"v": 1, "kind": "visit"})
    nul = phone.sign({**json.loads(good["body"]), "text": "\x00"})
    told = await phone.tell(officer, [forged, foreign, broken, nul, good], clock.now())
    assert [one["code"] for one in told["answers"]] == [
        "item_unsigned",
        "item_other_phone",
        "item_unreadable",
        "item_unreadable",
        "",
    ]
    assert [one["state"] for one in told["answers"]] == ["refused"] * 4 + ["accepted"]
    await phone.tell(officer, [forged], clock.now())
    refused = (await chief.get("/api/patrol/refused")).json()
    assert max((one["code"], one["times"]) for one in refused) == ("item_unsigned", 2)
    assert len(refused) == 4
    assert len(await visits(chief)) == 1


async def test_a_phone_of_yesterdays_holder_or_a_lost_one_is_refused(chief, officer, client_of, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    item = phone.visit(clock.now(), place["id"])
    today = await client_of("officer")
    told = await phone.tell(today, [item], clock.now())
    assert told["answers"][0]["code"] == "phone_other_holder"
    taken = await today.post("/api/patrol/my/phones", json={"public_key": _text(phone.public), "name": "ของฉัน"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "phone_key_taken")
    mine = await phone.tell(officer, [item], clock.now())
    assert mine["answers"][0]["state"] == "accepted"
    assert (await today.post(f"/api/patrol/my/phones/{phone.id}/revoke", json={})).status_code == 404
    lost = await chief.post(f"/api/patrol/phones/{phone.id}/revoke", json={"why": "ทำหาย"})
    assert lost.json()[0]["revoked_why"] == "ทำหาย"
    told = await phone.tell(officer, [phone.visit(clock.now(), place["id"])], clock.now())
    assert told["answers"][0]["code"] == "phone_revoked"
    assert len(await visits(chief)) == 1
    again = await officer.post("/api/patrol/my/phones", json={"public_key": _text(phone.public), "name": "เดิม"})
    assert again.json()["error"]["code"] == "phone_revoked"


def _text(key):
    return base64.b64encode(key).decode()


async def test_only_a_key_of_the_right_kind_is_registered(officer):
    for wrong in ("", "AAAA", "////", _text(b"\x30\x00")):
        answer = await officer.post("/api/patrol/my/phones", json={"public_key": wrong, "name": "ก"})
        assert answer.status_code == 422, wrong


async def test_yesterdays_clock_is_mended_and_said(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    yesterday = clock.now() - timedelta(days=1)
    told = await phone.tell(officer, [phone.visit(yesterday - minutes(2), place["id"])], yesterday)
    assert not told["answers"][0]["late"]
    (seen,) = await visits(chief)
    assert seen["happened_at"] == "2026-11-21T18:12:09Z"
    assert seen["observed_at"] == "2026-11-20T18:12:09Z"
    assert "clock_off" in {one["code"] for one in seen["parts"]}


async def test_a_clock_set_back_between_two_visits_is_seen(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    items = [phone.visit(clock.now() - minutes(10), place["id"]), phone.visit(clock.now() - minutes(70), place["id"])]
    await phone.tell(officer, items, clock.now())
    assert [any(part["code"] == "clock_changed" for part in one["parts"]) for one in await visits(chief)] == [
        False,
        True,
    ]


async def test_codes_scanned_elsewhere_or_late_are_seen(station, chief, officer, clock, tmp_path):
    place = await checkpoint(chief)
    static = await code_at(station, tmp_path, chief, place)
    old = await code_at(station, tmp_path, chief, place, clock.now() - minutes(45))
    fresh = await code_at(station, tmp_path, chief, place, clock.now())
    phone = await registered(officer)
    items = [
        phone.visit(clock.now(), place["id"], code=static, lat=away(900)),
        phone.visit(clock.now(), place["id"], code=old),
        phone.visit(clock.now(), place["id"], code="UNJAI:S:" + "0" * 32 + ":1:" + "A" * 16),
        phone.visit(clock.now(), place["id"], code=fresh),
    ]
    told = await phone.tell(officer, items, clock.now())
    states = [one["visit_state"] for one in told["answers"]]
    assert states[:3] == ["refused"] * 3
    assert (await chief.post(f"/api/patrol/checkpoints/{place['id']}/void")).json()["serial"] == 2
    told = await phone.tell(officer, [phone.visit(clock.now(), place["id"], code=static)], clock.now())
    assert told["answers"][0]["visit_state"] == "doubted"


async def test_a_position_on_another_continent_is_refused_and_kept(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    told = await phone.tell(officer, [phone.visit(clock.now(), place["id"], lon=-0.12, lat=51.5)], clock.now())
    assert told["answers"][0]["visit_state"] == "refused"
    assert (await visits(chief, state="refused"))[0]["parts"][0]["code"] == "position_elsewhere"
    assert (await chief.get("/api/patrol/checkpoints")).json()[0]["last_at"] is None


@pytest.mark.parametrize("page", [False, True], ids=["tracker", "the page that scans"])
async def test_the_units_own_track_speaks_for_a_visit_or_against_it(station, chief, officer, clock, page):
    place = await checkpoint(chief)
    phone = await registered(officer)
    tracker = uuid4()
    async with station.tx(system(HERE)) as tx:
        named = {"key": f"t-{tracker.hex[:8]}", "kind": "tracker", "name_th": "เครื่องติดตาม", "owner_kind": "police"}
        devices = patrol_visit.metadata.tables["device"]
        await tx.execute(insert(devices).values(id=tracker, station_id=HERE, silent_after_s=0, **named))
        units = patrol_visit.metadata.tables["unit"]
        await tx.execute(units.update().where(units.c.id == officer.unit_id).values(device_id=tracker))
        for second, lat in ((0, LAT), (20, LAT), (3600, away(3000))):
            await _position(tx, tracker, clock.now() + timedelta(seconds=second), lat, page=page)
    clock.move(timedelta(seconds=3700))
    items = [phone.visit(clock.now() - timedelta(seconds=3700), place["id"]), phone.visit(clock.now(), place["id"])]
    await phone.tell(officer, items, clock.now())
    last, first = await visits(chief)
    assert ("track" in {one["code"] for one in first["parts"]}) is not page, "what scans is no other witness"
    assert "track_elsewhere" in {one["code"] for one in last["parts"]}
    assert first["score"] > last["score"]


async def _position(tx, device, at, lat, *, page=False):
    said = "INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat, accuracy_m, payload, digest) VALUES (:id, :s, 'position', 't', :d, :at, :at, 'ok', :lon, :lat, 5, :payload, 'x')"
    values = {"id": observation_id(at, "t", f"{device} {at}"), "s": HERE, "d": device, "at": at, "lon": LON, "lat": lat}
    values["payload"] = '{"page": true}' if page else "{}"
    await tx.execute(text(said), values)


async def test_five_hundred_items_at_once_are_taken_whole(chief, officer, clock):
    place = await checkpoint(chief)
    phone = await registered(officer)
    begin = clock.now()
    clock.move(minutes(600))
    items = [phone.finding(begin + minutes(n), "light_out") for n in range(499)]
    items.append(phone.visit(begin + minutes(500), place["id"]))
    told = await phone.tell(officer, items, clock.now())
    assert {one["state"] for one in told["answers"]} == {"accepted"}
    assert told["head_seq"] == 500
    too_many = {"phone": str(phone.id), "sent_at": 0, "items": [items[0]] * 501}
    assert (await officer.post("/api/patrol/visits", json=too_many)).status_code == 422


async def test_what_wants_somebody_at_once_opens_an_incident_but_not_when_late(station, chief, officer, clock):
    phone = await registered(officer)
    now = clock.now()
    items = [
        phone.finding(now - minutes(90), "gathering", lat=away(800)),
        phone.finding(now, "gathering", text="สิบคนหน้าร้าน"),
    ]
    items += [phone.finding(now, "light_out"), phone.finding(now, "vehicle", lat=away(1500))]
    await phone.tell(officer, items, now)
    found = (await chief.get("/api/patrol/findings")).json()
    opened = {(one["what"], one["late"]): one["incident_id"] is not None for one in found}
    assert opened == {
        ("gathering", True): False,
        ("gathering", False): True,
        ("light_out", False): False,
        ("vehicle", False): True,
    }
    assert {one["what"]: one["candidate"] for one in found} == {
        "gathering": "risk_spot",
        "light_out": "works",
        "vehicle": "none",
    }
    async with station.tx(system(HERE)) as tx:
        kinds = await tx.all(text("SELECT code, priority, channel FROM incident"))
    assert [(row["code"], row["priority"], row["channel"]) for row in kinds] == [("SUS", 3, "unit")] * 2
    one = next(one for one in found if one["what"] == "light_out")
    settle = await chief.post(f"/api/patrol/findings/{one['id']}/settle", json={"settled": True, "note": "แจ้งเทศบาล"})
    assert settle.status_code == 204
    assert len((await chief.get("/api/patrol/findings", params={"waiting": True})).json()) == 3


async def test_an_owner_who_wants_it_has_words_waiting_for_each_proven_visit(station, chief, officer, clock, tmp_path):
    place = await checkpoint(chief, tell_owner=True, owner_contact="02-000-0000", owner_name="ผู้จัดการ")
    quiet = await checkpoint(chief, code="A-02")
    phone = await registered(officer)
    codes_ = [await code_at(station, tmp_path, chief, one) for one in (place, quiet)]
    items = [phone.visit(clock.now(), one["id"], code=code) for one, code in zip((place, quiet), codes_, strict=True)]
    await phone.tell(officer, items, clock.now())
    (message,) = (await chief.get("/api/patrol/owner-messages")).json()
    assert (message["checkpoint_code"], message["owner_contact"]) == ("A-01", "02-000-0000")
    assert "01.14 น." in message["text_th"]
    assert BANK["name_en"] in message["text_en"]
    done = await chief.post(f"/api/patrol/owner-messages/{message['id']}/sent", json={"sent": True})
    assert done.status_code == 204
    assert (await chief.get("/api/patrol/owner-messages")).json()[0]["sent_at"] is not None


async def test_a_volunteer_sees_their_own_visits_and_no_owner(client_of, chief, officer, clock):
    place = await checkpoint(chief, owner_name="ผู้จัดการลับ", owner_contact="0899990000", tell_owner=True)
    await (phone := await registered(officer)).tell(officer, [phone.visit(clock.now(), place["id"])], clock.now())
    volunteer = await client_of("volunteer")
    own = await registered(volunteer)
    await own.tell(volunteer, [own.visit(clock.now(), place["id"])], clock.now())
    assert len((await volunteer.get("/api/patrol/my/visits")).json()) == 1
    round_ = await volunteer.get("/api/patrol/my/checkpoints")
    assert round_.json()[0]["last_own_at"] is not None
    assert "0899990000" not in round_.text
    assert [one["id"] for one in (await volunteer.get("/api/patrol/my/phones")).json()] == [str(own.id)]
    assert (await volunteer.get("/api/patrol/rounds/mine")).json()["round"] is None
    assert (await volunteer.post(f"/api/patrol/my/phones/{phone.id}/revoke", json={})).status_code == 404
    for path in ("visits", "checkpoints", "findings", "phones", "refused", "visits.csv"):
        assert (await volunteer.get(f"/api/patrol/{path}")).status_code == 403


async def test_visits_leave_as_a_table(chief, officer, clock):
    place = await checkpoint(chief, name_th="=ธนาคาร")
    phone = await registered(officer)
    await phone.tell(officer, [phone.visit(clock.now(), place["id"])], clock.now())
    table = (await chief.get("/api/patrol/visits.csv", params={"day": "2026-11-22"})).text
    assert "22 พ.ย. 2569" in table
    assert "\n=" not in table
    assert ",=ธนาคาร" not in table
    assert (await chief.get("/api/patrol/visits.csv", params={"day": "2026-11-21"})).text.count("\n") == 1
