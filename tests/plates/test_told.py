"""Whom an entry names is told of its hits; urgent words raise the event; the plate stands where it may."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.plates.hitdesk import built as built  # noqa: PLC0414  a fixture
from tests.plates.hitdesk import desk as desk  # noqa: PLC0414  a fixture
from tests.plates.made import CORE, HERE, THERE, acting
from unjai.model.errors import UnjaiError
from unjai.model.plate import Plate
from unjai.plates.flows import notices
from unjai.plates.rules.urgency import priority_of, urgent_word
from unjai.platform.audit import audit_log
from unjai.respond.flows.watched import asked_vehicles, covered

NAMED, OTHER = acting("superintendent"), acting("officer")


async def notices_of(desk, actor):
    async with desk.db.tx(actor) as tx:
        return await notices.own(tx, actor, desk.clock)


async def test_a_confirmed_hit_is_told_to_whom_the_entry_names_and_to_nobody_else(desk):
    await desk.listed("1ณณ1111", notify_accounts=[NAMED.account_id], notify_probable=False)
    await desk.see("1ณณ1111", None)
    hit = await desk.hit("1ณณ1111")
    assert await notices_of(desk, NAMED) == []
    hit = await desk.judge(hit, "confirmed")
    (told,) = await notices_of(desk, NAMED)
    assert (told["grade"], told["said"]["plate_th"], told["said"]["camera"]) == ("confirmed", "1ณณ 1111", "LPR-1")
    assert told["said"]["instruction"] == "ห้ามหยุดคนเดียว"
    assert UUID(told["said"]["incident_id"]) == hit["incident_id"]
    assert [one for one in await notices_of(desk, OTHER) if one["hit_id"] == hit["id"]] == []
    await desk.see("1ณณ1111", None, camera=1)
    assert len(await notices_of(desk, NAMED)) == 1, "the same hit is told once"
    with pytest.raises(UnjaiError, match="not_found"):
        async with desk.db.tx(OTHER) as tx:
            await notices.seen(tx, OTHER, desk.clock, notice_id=told["id"])
    async with desk.db.tx(NAMED) as tx:
        await notices.seen(tx, NAMED, desk.clock, notice_id=told["id"])
    (told,) = await notices_of(desk, NAMED)
    assert told["seen_at"] == desk.clock.now()
    async with desk.core.tx(CORE) as tx:
        subject = f"plate_hit:{hit['id']}"
        log = await tx.all(select(audit_log.c.action, audit_log.c.facts).where(audit_log.c.subject == subject))
    (row,) = [one for one in log if one["action"] == "plates.told"]
    assert row["facts"]["accounts"] == [str(NAMED.account_id)]


async def test_by_choice_a_hit_is_told_before_it_is_confirmed_and_a_rejected_one_never_again(desk):
    named = {"notify_accounts": [OTHER.account_id], "notify_probable": True}
    await desk.listed("2ณณ2222", **named)
    await desk.listed("2ณณ2223", notify_accounts=[uuid4()])
    await desk.see("2ณณ2222", None)
    await desk.see("2ณณ2223")
    (told,) = await notices_of(desk, OTHER)
    assert (told["grade"], told["said"]["plate_th"]) == ("probable", "2ณณ 2222")
    await desk.judge(await desk.hit("2ณณ2222"), "rejected")
    await desk.see("2ณณ2222", None, camera=2)
    assert len(await notices_of(desk, OTHER)) == 1
    there = acting("officer", THERE)
    assert await notices_of(desk, there) == []


@pytest.mark.parametrize(
    ("reason", "instruction", "word"),
    [
        ("รถหาย", "", None),
        ("รถหาย", "อย่าเข้าตรวจค้นเพียงลำพัง", "เพียงลำพัง"),
        ("ชิงทรัพย์ร้านทอง", "ติดตามห่าง ๆ", "ชิงทรัพย์"),
        ("รถหาย", "Do not stop ALONE", "alone"),
        ("ผู้ต้องหามีอาวุธปืน", "", "อาวุธ"),
        ("เจ้าของอยู่คนเดียว", "", None),
        ("The gunman fled", "", "gun"),
        ("The alarm had begun", "grapes", None),
    ],
)
def test_the_words_of_an_entry_say_how_urgent_it_is(reason, instruction, word):
    assert urgent_word(reason, instruction) == word
    assert priority_of(reason, instruction) == (2 if word is None else 1)


@pytest.mark.parametrize(
    "said",
    [
        "รถหาย ผู้ขับไม่มีอาวุธ",
        "ไม่มีอาวุธปืน",
        "ผู้ต้องหาไม่มีปืนหรือวัตถุระเบิด",
        "ไม่ได้พกอาวุธ",
        "ไม่ใช่คดีปล้น เป็นรถหาย",
        "ปราศจากอาวุธ",
        "driver is not armed",
        "No weapons or guns.",
        "an unarmed driver",
        "without any weapon",
    ],
)
def test_a_word_that_is_plainly_denied_makes_nothing_urgent(said):
    assert urgent_word(said, "") is None


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("อาจไม่มีอาวุธ", "อาวุธ"),
        ("ไม่ทราบว่ามีอาวุธหรือไม่", "อาวุธ"),
        ("ไม่มีอาวุธหรือไม่ ยังไม่ทราบ", "อาวุธ"),
        ("ไม่แน่ใจว่าไม่มีอาวุธ", "อาวุธ"),
        ("ไม่พบปืน", "ปืน"),
        ("ไม่มีปืนแต่มีระเบิด", "ระเบิด"),
        ("ไม่มีอาวุธ ปืนอยู่ในรถ", "ปืน"),
        ("ไม่มีใบขับขี่พกปืน", "ปืน"),
        ("ไม่ใช่ปืนปลอม", "ปืน"),
        ("ไม่ได้มีแค่ปืน", "ปืน"),
        ("ไม่มีอาวุธและฆ่าคนมาแล้ว", "ฆ่า"),
        ("ไม่ใช่ไม่มีอาวุธ", "อาวุธ"),
        ("not known to be armed", "armed"),
        ("no gun was found", "gun"),
        ("maybe no weapons", "weapon"),
        ("not armed, but a bomb in the boot", "bomb"),
        ("if not armed let him pass", "armed"),
    ],
)
def test_what_is_doubted_asked_or_merely_not_found_stays_urgent(said, word):
    assert urgent_word(said, "") == word


def test_backup_that_need_not_be_waited_for_is_no_danger():
    assert urgent_word("รถหาย", "ไม่ต้องรอกำลัง ตรวจค้นได้") is None
    assert urgent_word("รถหาย", "ห้ามหยุดคนเดียว ให้รอกำลัง") == "คนเดียว"


async def test_the_title_covers_the_plate_and_the_unit_that_is_asked_gets_it_whole(desk):
    await desk.listed("3ณณ3456", vehicle_type="กระบะ", vehicle_colour="ดำ", instruction="ติดตามห่าง ๆ")
    await desk.see("3ณณ3456")
    hit = await desk.hit("3ณณ3456")
    event = await desk.incident(hit["incident_id"])
    assert (event["about_th"], event["about_en"]) == ("3ณณ ••56 เชียงใหม่", "3ณณ ••56 Chiang Mai")
    assert event["priority"] == 2
    officer = acting("officer")
    async with desk.db.tx(officer) as tx:
        assert await asked_vehicles(tx, HERE, hit["incident_id"]) == ["3ณณ 3456 เชียงใหม่ · กระบะ · ดำ"]
    assert covered(Plate(registration="กข7", province=None)) == ("กข 7", "กข 7")
