"""Searching reads: what is found and by whom, and what a search must say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.plates.made import CHIEF, DETECTIVE, HERE, THERE, acting
from tests.plates.searched import accounts as accounts  # noqa: PLC0414  a fixture
from tests.plates.searched import asked, found, looked, opened
from tests.plates.searched import filled as filled  # noqa: PLC0414  a fixture
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.plate import skeleton
from unjai.people.flows import four_eyes
from unjai.plates.flows import cases, searches
from unjai.platform.audit import audit_log


async def test_one_plate_with_its_province_and_where_it_was_not_read(db, clock, filled):
    mine = [
        ("LPR-1", "1กข1234", "50"),
        ("LPR-2", "1กข1234", ""),
        ("LPR-2", "1กข1234", "50"),
        ("LPR-3", "1กข1234", "50"),
    ]
    assert await found(db, clock, asked(filled, plate="๑กข ๑๒๓๔ เชียงใหม่")) == mine
    assert len(await found(db, clock, asked(filled))) == 5
    assert await found(db, clock, asked(filled, cameras=("LPR-3",))) == [("LPR-3", "1กข1234", "50")]
    assert await found(db, clock, asked(filled, from_at=filled + timedelta(minutes=10), province="50")) == [
        ("LPR-2", "1กข1234", ""),
        ("LPR-3", "1กข1234", "50"),
    ]
    assert await found(db, clock, asked(filled, plate="8กก8888")) == []


@pytest.mark.parametrize(
    ("said", "plates"),
    [
        ("1?ข1234", {"1กข1234", "1ทข1234"}),
        ("*1234", {"1กข1234", "1ทข1234", "3ฆฆ1234", "70-1234"}),
        ("70*", {"70-1234"}),
        ("?????78", {"2ขค5678"}),
        ("?ข?5*", {"2ขค5678"}),
        ("9ก*", {"9กก99"}),
        ("9กก9", set()),
        ("1_ข1234", set()),
        ("%1234", {"1กข1234", "1ทข1234", "3ฆฆ1234", "70-1234"}),
    ],
)
async def test_a_plate_known_in_part(db, clock, filled, said, plates):
    hits = await found(db, clock, asked(filled, kind="wildcard", plate=said))
    assert {plate for _, plate, _ in hits} == plates


@pytest.mark.parametrize("said", ["' OR 1=1", "\\%", "_______", "*", "%", "กขค%ง"])
async def test_what_is_no_wildcard_is_none(db, clock, filled, said):
    with pytest.raises(UnjaiError) as refused:
        await opened(db, clock, asked(filled, kind="wildcard", plate=said), replace(DETECTIVE, approved=searches.WIDE))
    assert refused.value.code.startswith("plate_")


async def test_look_alike_letters(db, clock, filled):
    hits = await found(db, clock, asked(filled, kind="look_alike", province="50"))
    plates = {plate for _, plate, _ in hits}
    assert plates == {one for one in ("1กข1234", "1ทข1234") if skeleton(one) == skeleton("1กข1234")}
    assert "1กข1234" in plates


async def test_digits_with_a_province(db, clock, filled):
    hits = await found(db, clock, asked(filled, kind="digits", plate="1234", province="พิษณุโลก"))
    assert hits == [("LPR-3", "3ฆฆ1234", "65")]
    hits = await found(db, clock, asked(filled, kind="digits", plate="1234", province="50"))
    assert {plate for _, plate, _ in hits} == {"1กข1234", "1ทข1234", "70-1234"}


async def test_everything_at_a_place_by_camera_area_and_colour(db, clock, filled):
    here = asked(filled, kind="place", plate="")
    assert len(await found(db, clock, replace(here, cameras=("LPR-3",)))) == 4
    ring = [[98.9, 18.7], [99.15, 18.7], [99.15, 18.9], [98.9, 18.9], [98.9, 18.7]]
    area = {"type": "Polygon", "coordinates": [ring]}
    assert {camera for camera, _, _ in await found(db, clock, replace(here, area=area))} == {"LPR-1", "LPR-2"}
    red = await found(db, clock, replace(here, area=area, vehicle_colour="red"))
    assert red == [("LPR-1", "9กก99", "50")]
    assert await found(db, clock, replace(here, area=area, vehicle_colour="red", vehicle_type="bus")) == []
    nowhere = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}
    with pytest.raises(UnjaiError, match="plates_search_place"):
        await opened(db, clock, replace(here, area=nowhere))


async def test_a_convoy_passes_one_place_and_then_the_other(db, clock, filled):
    question = asked(filled, kind="convoy", plate="", cameras=("LPR-1",), then_cameras=("LPR-3",), within_s=1_000)
    wide = replace(DETECTIVE, approved=searches.WIDE)
    answer = await looked(db, clock, await opened(db, clock, question, wide))
    assert [(row["registration"], row["passes"]) for row in answer.found] == [("2ขค5678", 1), ("1กข1234", 1)]
    assert answer.found[1]["second_at"] - answer.found[1]["first_at"] == timedelta(seconds=900)
    short = await looked(db, clock, await opened(db, clock, replace(question, within_s=899), wide))
    assert short.found == []
    back = replace(question, cameras=("LPR-3",), then_cameras=("LPR-1",))
    assert (await looked(db, clock, await opened(db, clock, back, wide))).found == []


async def test_who_is_seen_together_with_a_plate(db, clock, filled):
    question = asked(filled, kind="together", plate="1กข1234 เชียงใหม่", within_s=30)
    wide = replace(DETECTIVE, approved=searches.WIDE)
    answer = await looked(db, clock, await opened(db, clock, question, wide))
    assert [(row["registration"], row["meets"], row["cameras"]) for row in answer.found] == [("2ขค5678", 3, 3)]
    alone = await looked(db, clock, await opened(db, clock, replace(question, within_s=10), wide))
    assert alone.found == []


async def test_another_station_finds_its_own_alone(db, clock, filled):
    there = acting("detective", THERE)
    assert await found(db, clock, asked(filled), there) == [("LPR-9", "1กข1234", "50")]
    search_id = await opened(db, clock, asked(filled))
    with pytest.raises(UnjaiError, match="not_found"):
        await looked(db, clock, search_id, there)


# What a search must say


async def test_a_case_that_is_unknown_expired_or_closed_is_refused(db, clock, filled):
    chief, now = acting("superintendent"), clock.now()
    async with db.tx(chief) as tx:
        short = await cases.open_case(tx, chief, clock, number="ปจว. 7", about="", until=now + timedelta(hours=1))
        await cases.open_case(tx, chief, clock, number="ปจว. 8", about="", until=now + timedelta(days=1))
        with pytest.raises(UnjaiError, match="plates_case_known"):
            await cases.open_case(tx, chief, clock, number="ปจว.  8", about="", until=now + timedelta(days=1))
        with pytest.raises(UnjaiError, match="plates_case_until"):
            await cases.open_case(tx, chief, clock, number="ปจว. 9", about="", until=now + timedelta(days=91))
    with pytest.raises(UnjaiError, match="plates_case_unknown"):
        await opened(db, clock, asked(filled), case_number="ไม่มี")
    search_id = await opened(db, clock, asked(filled), case_number="ปจว. 7")
    second = await opened(db, clock, asked(filled), case_number="ปจว. 8")
    clock.move(timedelta(minutes=20))
    assert (await looked(db, clock, search_id)).found
    clock.move(timedelta(minutes=11))
    with pytest.raises(UnjaiError, match="plates_search_over"):
        await looked(db, clock, second)
    clock.move(timedelta(minutes=30))
    with pytest.raises(UnjaiError, match="plates_case_expired"):
        await opened(db, clock, asked(filled), case_number="ปจว. 7")
    async with db.tx(chief) as tx:
        await cases.set_case(tx, chief, clock, case_id=short, until=clock.now() + timedelta(days=1))
    third = await opened(db, clock, asked(filled), case_number="ปจว. 7")
    async with db.tx(chief) as tx:
        await cases.set_case(tx, chief, clock, case_id=short, until=None)
    with pytest.raises(UnjaiError, match="plates_case_closed"):
        await looked(db, clock, third)
    with pytest.raises(UnjaiError, match="plates_case_closed"):
        async with db.tx(chief) as tx:
            await cases.set_case(tx, chief, clock, case_id=short, until=clock.now() + timedelta(days=1))


async def test_a_reason_is_a_code_and_words(db, clock, filled):
    for wrong, code in (({"reason": "curious"}, "plates_reason_unknown"), ({"said": "  -  "}, "plates_reason_missing")):
        with pytest.raises(UnjaiError, match=code):
            await opened(db, clock, asked(filled), **wrong)


@pytest.mark.parametrize(
    ("changed", "wide"),
    [
        ({}, False),
        ({"to_at": timedelta(days=7, hours=-1)}, False),
        ({"to_at": timedelta(days=7)}, True),
        ({"kind": "wildcard", "plate": "1กข*"}, True),
        ({"kind": "wildcard", "plate": "1กข*", "cameras": ("LPR-1",)}, False),
        ({"kind": "look_alike"}, True),
        ({"kind": "place", "plate": ""}, True),
        ({"kind": "place", "plate": "", "cameras": ("LPR-1",)}, False),
        ({"kind": "convoy", "cameras": ("LPR-1",), "then_cameras": ("LPR-2",)}, True),
        ({"kind": "together"}, True),
    ],
)
async def test_wide_searches_need_a_second_person(db, clock, filled, changed, wide):
    if isinstance(changed.get("to_at"), timedelta):
        changed = {"to_at": filled + changed["to_at"]}
    question = asked(filled, **changed)
    if wide:
        with pytest.raises(UnjaiError, match="approval_needed"):
            await opened(db, clock, question)
    else:
        assert await opened(db, clock, question)


async def test_a_second_person_approves_and_the_first_looks(db, clock, filled, accounts):
    question = asked(filled, kind="convoy", plate="", cameras=("LPR-1",), then_cameras=("LPR-3",), within_s=1_000)
    with pytest.raises(UnjaiError) as needed:
        await opened(db, clock, question)
    facts = {name: value for name, value in needed.value.facts.items() if name != "action"}
    async with db.tx(DETECTIVE) as tx:
        row = await four_eyes.propose(
            tx, DETECTIVE, clock, action=searches.WIDE, facts=facts, reason="ติดตามขบวนรถต้องสงสัย"
        )
    assert "45/2569" in row["about_th"]
    async with db.tx(DETECTIVE) as tx:
        before = {row["id"] for row in await searches.own_searches(tx, DETECTIVE, clock)}
    async with db.tx(CHIEF) as tx:
        await four_eyes.approve(tx, CHIEF, clock, key=row["id"], seen=row["digest"].hex())
    async with db.tx(DETECTIVE) as tx:
        (mine,) = [row for row in await searches.own_searches(tx, DETECTIVE, clock) if row["id"] not in before]
    assert mine["wide"]
    clock.move(timedelta(hours=20))
    answer = await looked(db, clock, mine["id"])
    assert len(answer.found) == 2
    async with db.tx(system(HERE)) as tx:
        facts = await tx.scalar(select(audit_log.c.facts).where(audit_log.c.id == mine["note"]))
    assert facts["approval"] == str(row["id"])
