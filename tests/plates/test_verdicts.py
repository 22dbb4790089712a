"""What a person says of a hit, what becomes of it then, and what the figures make of it."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

import unjai.app  # noqa: F401  it wires what stands above the plates
from tests.plates.hitdesk import OPERATOR, SECOND
from tests.plates.hitdesk import built as built  # noqa: PLC0414  a fixture
from tests.plates.hitdesk import desk as desk  # noqa: PLC0414  a fixture
from tests.plates.made import CHIEF, CORE, THERE, acting, recorded
from unjai.model.errors import UnjaiError
from unjai.plates.flows import hits as flows
from unjai.plates.flows.hit_figures import MEASURED, figures
from unjai.plates.hit_view import whole_out
from unjai.plates.pictures import plate_pictures
from unjai.plates.store import hits as store
from unjai.plates.store.reads import held_plate_read


async def test_a_confirmed_hit_opens_its_event_and_goes_on_reporting(desk):
    await desk.listed("2ขข2222")
    await desk.see("2ขข2222", None)
    hit = await desk.hit("2ขข2222")
    done = await desk.judge(hit, "confirmed", words="  เทียบแล้ว   ตรง ")
    assert (done["state"], done["words"], done["judged_name"]) == ("confirmed", "เทียบแล้ว ตรง", OPERATOR.name)
    assert await desk.steps(done["incident_id"]) == ["opened", "plate_confirmed"]
    await desk.see("2ขข2222", None, camera=3)
    assert await desk.steps(done["incident_id"]) == ["opened", "plate_confirmed", "joined"]


async def test_two_operators_at_once_one_wins_and_the_other_is_told(desk):
    await desk.listed("3ขข3333")
    await desk.see("3ขข3333", None)
    hit = await desk.hit("3ขข3333")
    results = await asyncio.gather(
        desk.judge(hit, "confirmed"), desk.judge(hit, "rejected", SECOND), return_exceptions=True
    )
    (refused,) = [one for one in results if isinstance(one, UnjaiError)]
    (won,) = [one for one in results if isinstance(one, dict)]
    assert (refused.code, refused.status, refused.facts["state"]) == ("plate_hit_changed", 409, won["state"])
    assert won["judged_name"] in refused.facts["who_th"]
    with pytest.raises(UnjaiError, match="plate_hit_judged"):
        await desk.judge(won, "rejected", SECOND)


async def test_a_verdict_is_taken_back_by_who_gave_it_within_its_time(desk):
    await desk.listed("4ขข4444")
    await desk.see("4ขข4444")
    hit = await desk.judge(await desk.hit("4ขข4444"), "rejected", words="ป้ายอื่น")
    asked = {"hit_id": hit["id"], "version": hit["version"]}
    with pytest.raises(UnjaiError, match="plate_hit_undo_over"):
        async with desk.db.tx(SECOND) as tx:
            await flows.take_back(tx, SECOND, desk.clock, **asked)
    async with desk.db.tx(OPERATOR) as tx:
        back = await flows.take_back(tx, OPERATOR, desk.clock, **asked)
    assert (back["state"], back["words"], back["judged_name"]) == ("waiting", "", None)
    assert (await desk.steps(back["incident_id"]))[-2:] == ["plate_rejected", "plate_undone"]
    hit = await desk.judge(back, "rejected")
    desk.clock.move(timedelta(minutes=11))
    with pytest.raises(UnjaiError, match="plate_hit_undo_over"):
        async with desk.db.tx(OPERATOR) as tx:
            await flows.take_back(tx, OPERATOR, desk.clock, hit_id=hit["id"], version=hit["version"])


async def test_what_was_rejected_stays_silent_until_something_stronger_comes(desk):
    await desk.listed("5ขข5555")
    await desk.see("5ขข5555", None)
    await desk.judge(await desk.hit("5ขข5555"), "rejected")
    await desk.see("5ขข5555", None, camera=1)
    hit = await desk.hit("5ขข5555")
    assert (hit["state"], hit["seen"], hit["incident_id"]) == ("rejected", 2, None)
    await desk.see("5ขข5555", "50", camera=2)
    _old, fresh = await desk.hits("5ขข5555")
    assert (fresh["state"], fresh["grade"]) == ("waiting", "alarm")
    assert fresh["incident_id"] is not None


async def test_a_waiting_hit_lapses_and_waits_again_when_it_is_seen_again(desk, tmp_path):
    await desk.listed("6ขข6666")
    await desk.see("6ขข6666", None)
    desk.clock.move(timedelta(minutes=20))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "waiting"
    await desk.see("6ขข6666", None)
    desk.clock.move(timedelta(minutes=59))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "waiting", "the later sighting counts"
    desk.clock.move(timedelta(minutes=2))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "lapsed"


async def test_what_is_confirmed_is_held_and_what_is_not_forgets_its_plate(desk, tmp_path):
    await desk.listed("7ขข7777")
    await desk.listed("7ขข7778")
    pictures = plate_pictures(tmp_path)
    crop = await pictures.put(b"\xff\xd8 crop", desk.clock.now())
    kept = desk.read("7ขข7777", None, payload={"crop": crop})
    lost = desk.read("7ขข7778", None, payload={"crop": crop})
    await recorded(desk.core, kept, lost)
    await desk.publish(kept, lost)
    await desk.match()
    await desk.judge(await desk.hit("7ขข7777"), "confirmed")
    rejected = await desk.judge(await desk.hit("7ขข7778"), "rejected")
    await desk.tend(tmp_path)
    held = select(held_plate_read.c.case_number, held_plate_read.c.id).where(
        held_plate_read.c.id.in_([kept.id, lost.id])
    )
    async with desk.core.tx(CORE) as tx:
        assert await tx.all(held) == [], "the word may still be taken back"
    desk.clock.move(timedelta(minutes=11))
    await desk.tend(tmp_path)
    async with desk.core.tx(CORE) as tx:
        assert [(row["case_number"], row["id"]) for row in await tx.all(held)] == [("คดี 7ขข7777/2569", kept.id)]
    pictures.forget(desk.clock.now().date() + timedelta(days=9))
    assert await pictures.read(crop, kept.received_at) == b"\xff\xd8 crop"
    desk.clock.move(timedelta(days=31))
    await desk.tend(tmp_path)
    async with desk.core.tx(CORE) as tx:
        gone = await store.hit_of(tx, rejected["id"])
        (sighting,) = await store.sightings_of(tx, [rejected["id"]])
    assert gone is not None
    assert (gone["state"], gone["registration"], gone["crop"], gone["lon"], gone["forgotten"]) == (
        "rejected",
        "",
        None,
        None,
        True,
    )
    assert (sighting["crop"], sighting["lon"]) == (None, None)
    assert (await desk.hit("7ขข7777"))["forgotten"] is False
    desk.clock.move(timedelta(days=-31))


async def test_the_panel_shows_the_way_and_the_cameras_ahead_not_behind(desk):
    await desk.listed("8ขข8888")
    await desk.see("8ขข8888", camera=0)
    desk.clock.move(timedelta(seconds=100))
    await desk.see("8ขข8888", camera=1)
    row = await desk.hit("8ขข8888")
    async with desk.db.tx(OPERATOR) as tx:
        sightings = await store.sightings_of(tx, [row["id"]])
        whole = await whole_out(tx, OPERATOR, row, sightings, desk.clock.now())
    assert [one.camera_en for one in whole.sightings] == ["Camera 2", "Camera 1"]
    assert [one.key for one in whole.onward] == ["LPR-3"], "not the one behind, not the one past the next"
    assert whole.differing is not None
    assert whole.differing.read == []
    assert whole.entry.instruction == "ห้ามหยุดคนเดียว"


def test_what_the_page_says_was_measured_is_what_the_document_says():
    said = (Path(__file__).parents[2] / "docs" / "plates.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\d,]+) \| [\d.]+ % \((\d+)(?: of ([\d,]+))?\) \|", said, re.MULTILINE)
    of = next(float(of.replace(",", "")) for _, _, of in rows if of)
    assert [(int(listed.replace(",", "")), int(hits) / of) for listed, hits, _ in rows] == [*MEASURED]


async def test_the_figures_count_verdicts_and_say_how_sure_they_are(desk):
    desk.clock.move(timedelta(days=2))
    for number in range(4):
        registration = f"9คค900{number}"
        await desk.listed(registration)
        await desk.see(registration, None)
        if number < 3:
            await desk.judge(await desk.hit(registration), "confirmed" if number else "rejected")
    await desk.see("9คค9999", "10")
    async with desk.db.tx(CHIEF) as tx:
        told = await figures(tx, CHIEF, desk.clock, days=1)
    (day,) = told.days
    assert (day.reads, day.probable, day.alarm) == (5, 4, 0)
    assert (day.confirmed, day.rejected, day.waiting) == (2, 1, 1)
    assert (told.rejected.count, told.rejected.of) == (1, 3)
    assert told.rejected.low is not None
    assert told.rejected.high is not None
    assert told.rejected.low < 1 / 3 < told.rejected.high
    assert [one.how for one in told.by_likeness] == ["exact_unplaced"]


async def test_nobody_without_the_right_sees_a_hit(desk):
    await desk.listed("9ขข9999")
    await desk.see("9ขข9999")
    row = await desk.hit("9ขข9999")
    officer = acting("officer")
    with pytest.raises(UnjaiError, match="right_missing"):
        async with desk.db.tx(officer) as tx:
            await flows.hits(tx, officer)
    async with desk.db.tx(officer) as tx:
        assert await store.hit_of(tx, row["id"]) is None
    async with desk.db.tx(acting("operator", THERE)) as tx:
        assert await store.hit_of(tx, row["id"]) is None


async def test_each_verdict_stands_in_the_log(desk):
    await desk.listed("1คค1111")
    await desk.see("1คค1111", None)
    hit = await desk.judge(await desk.hit("1คค1111"), "rejected")
    async with desk.core.tx(CORE) as tx:
        rows = await tx.all(
            text("SELECT action FROM audit WHERE subject = :subject ORDER BY at"), {"subject": f"plate_hit:{hit['id']}"}
        )
    assert [row["action"] for row in rows] == ["plates.hit", "plates.reject"]
