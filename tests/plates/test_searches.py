"""Searching reads: what is found and by whom, what a search must say, and that none leaves no trace."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests.conftest import NIGHT
from tests.plates.made import CHIEF, CORE, DETECTIVE, HERE, THERE, acting, read, recorded
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import new_id
from unjai.model.plate import skeleton
from unjai.people.flows import four_eyes
from unjai.people.store import account, account_role
from unjai.plates.flows import cases, searches
from unjai.plates.rules.searching import Asked
from unjai.plates.store import searches as store
from unjai.plates.store.reads import held_plate_read
from unjai.platform.audit import audit_log
from unjai.territory.store.tables import device

WHY = {"reason": "stolen", "said": "รถหายหน้าตลาด แจ้งความไว้แล้ว"}
CASE = "คดีอาญา 45/2569"


@pytest.fixture(scope="module")
async def filled(db, worker_db):
    """Reads of a day: a car that goes through three cameras, one that goes along, others; a case at each station."""
    clock = MovedClock(NIGHT)
    at = NIGHT - timedelta(hours=6)
    way = [("LPR-1", 0), ("LPR-2", 300), ("LPR-3", 900)]
    seen = [read(at + timedelta(seconds=s), "1กข1234", "50", camera=key) for key, s in way]
    seen += [read(at + timedelta(seconds=s + 20), "2ขค5678", "10", camera=key) for key, s in way]
    seen += [
        read(at + timedelta(hours=1), "1กข1234", "10", camera="LPR-1"),
        read(at + timedelta(hours=1), "1กข1234", None, camera="LPR-2"),
        read(at + timedelta(hours=2), "1ทข1234", "50", camera="LPR-1"),
        read(at + timedelta(hours=2), "3ฆฆ1234", "65", camera="LPR-3"),
        read(at + timedelta(hours=2), "70-1234", "50", camera="LPR-3"),
        read(at + timedelta(hours=3), None, None, camera="LPR-1", payload={"raw": "SALE"}),
        read(
            at + timedelta(hours=3),
            "9กก99",
            "50",
            camera="LPR-1",
            payload={"vehicle": {"colour": "red", "type": "van"}},
        ),
        read(at, "1กข1234", "50", camera="LPR-9", station=THERE),
    ]
    await recorded(worker_db, *seen)
    root = system(HERE, THERE)
    async with db.tx(root) as tx:
        for station in (HERE, THERE):
            inquiry = acting("inquiry", station)
            async with tx.acting_as(inquiry):
                await cases.open_case(tx, inquiry, clock, number=CASE, about="ลักรถ", until=NIGHT + timedelta(days=30))
        for key, lon in (("LPR-1", 99.0), ("LPR-2", 99.1), ("LPR-3", 99.2)):
            facts: dict[str, Any] = {"id": uuid4(), "station_id": HERE, "key": key, "kind": "camera", "name_th": key}
            facts |= {"owner_kind": "police", "lon": lon, "lat": 18.8, "silent_after_s": 180}
            await tx.execute(insert(device).values(**facts).inline())
    return at


def asked(at, **changed: Any) -> Asked:
    known = {"kind": "exact", "from_at": at - timedelta(hours=1), "to_at": at + timedelta(hours=5), "plate": "1กข 1234"}
    return Asked(**(known | changed))


async def opened(db, clock, question: Asked, actor: Actor = DETECTIVE, **changed: Any) -> UUID:
    async with db.tx(actor) as tx:
        return await searches.open_search(tx, actor, clock, asked=question, **({**WHY, "case_number": CASE} | changed))


async def looked(db, clock, search_id: UUID, actor: Actor = DETECTIVE) -> searches.Answer:
    async with db.tx(actor) as tx:
        return await searches.look(tx, actor, clock, search_id=search_id)


async def found(db, clock, question: Asked, actor: Actor = DETECTIVE) -> list[tuple[str, str, str]]:
    approved = replace(actor, approved=searches.WIDE)
    search_id = await opened(db, clock, question, approved)
    answer = await looked(db, clock, search_id, actor)
    return sorted((row["camera"], row["registration"] or "", row["province"] or "") for row in answer.found)


# What is found


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


@pytest.mark.parametrize("said", ["' OR 1=1", "\\%", "_______", "*", "กขค%ง"])
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


@pytest.fixture
async def accounts(db) -> AsyncIterator[None]:
    async with db.tx(system(HERE)) as tx:
        await tx.execute(
            text(
                "INSERT INTO org_unit (id, path, code, level, name_th, name_en) VALUES (10, '1.10', 't10', 'station', 'ส', 'S') ON CONFLICT DO NOTHING"
            )
        )
        for actor, role in ((DETECTIVE, "detective"), (CHIEF, "supervisor")):
            facts = {
                "username": actor.key,
                "name_th": actor.name,
                "name_en": role,
                "password_hash": "-",
                "locale": "th",
            }
            facts |= {"must_change": False, "home_id": 10, "created_at": NIGHT, "password_at": NIGHT}
            await tx.execute(insert(account).values(id=actor.account_id, **facts).inline())
            given = {"role": role, "org_unit_id": 10, "granted_at": NIGHT, "granted_by": "test"}
            await tx.execute(insert(account_role).values(account_id=actor.account_id, **given).inline())
    yield
    async with db.tx(system(HERE)) as tx:
        await tx.execute(text("DELETE FROM approval"))
        await tx.execute(delete(account_role))
        await tx.execute(delete(account))


# No search without a trace


async def _log(db, search_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    async with db.tx(system(HERE, THERE)) as tx:
        query = select(audit_log.c.action, audit_log.c.facts).where(audit_log.c.subject == f"plate_search:{search_id}")
        return [(row["action"], row["facts"]) for row in await tx.all(query.order_by(audit_log.c.at, audit_log.c.id))]


async def test_opening_and_each_look_stand_in_the_log(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    for _ in range(2):
        clock.move(timedelta(seconds=1))
        await looked(db, clock, search_id)
    (first, facts), *looks = await _log(db, search_id)
    assert first == "plates.search"
    assert (facts["case"], facts["reason"], facts["said"]) == (CASE, WHY["reason"], WHY["said"])
    assert facts["asked"]["plate"] == "1กข 1234"
    assert [what for what, _ in looks] == ["plates.look", "plates.look"]
    assert looks[0][1]["case"] == CASE


async def test_a_search_that_takes_too_long_leaves_its_trace(db, clock, filled, monkeypatch):
    search_id = await opened(db, clock, asked(filled))
    monkeypatch.setattr(store, "WITHIN_MS", 100)
    monkeypatch.setattr(searches, "_FUNCTIONS", {"exact": "pg_temp.slow"})
    slow = "CREATE FUNCTION pg_temp.slow(uuid, uuid, timestamptz, jsonb) RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(60)'"
    with pytest.raises(UnjaiError, match="plates_search_slow"):
        async with db.tx(DETECTIVE) as tx:
            await tx.execute(text(slow))
            await searches.look(tx, DETECTIVE, clock, search_id=search_id)
    assert [what for what, _ in await _log(db, search_id)] == ["plates.search"]


async def test_a_search_that_fails_leaves_its_trace(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    with pytest.raises(RuntimeError):
        async with db.tx(DETECTIVE) as tx:
            assert (await searches.look(tx, DETECTIVE, clock, search_id=search_id)).found
            raise RuntimeError
    assert [what for what, _ in await _log(db, search_id)] == ["plates.search"]


async def test_nothing_is_answered_before_the_log_has_it(db, clock, filled):
    """The row in the log and the answer in one transaction: whoever rolls it back would have read without a trace."""
    with pytest.raises(DBAPIError, match="not committed"):
        async with db.tx(DETECTIVE) as tx:
            search_id = await searches.open_search(tx, DETECTIVE, clock, asked=asked(filled), **WHY, case_number=CASE)
            await searches.look(tx, DETECTIVE, clock, search_id=search_id)


async def test_a_search_without_a_row_in_the_log_is_answered_by_nothing(db, clock, filled):
    """Even by a program that writes the search itself."""
    search_id = await opened(db, clock, asked(filled))
    async with db.tx(DETECTIVE) as tx:
        row = dict(await tx.one(select(store.plate_search).where(store.plate_search.c.id == search_id)) or {})
        row |= {"id": uuid4(), "note": uuid4()}
        await tx.execute(insert(store.plate_search).values(**row).inline())
    with pytest.raises(DBAPIError, match="not committed"):
        await looked(db, clock, row["id"])


async def test_the_right_and_the_asker_are_asked_for_by_the_database_too(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    now = clock.now()
    for actor in (
        replace(DETECTIVE, rights=frozenset()),
        acting("detective", name="another"),
        acting("detective", THERE),
    ):
        with pytest.raises(ProgrammingError, match=r"plates\.search|no open search"):
            async with db.tx(actor) as tx:
                await store.answer(tx, "search_plate_reads", search_id, note=new_id(now), at=now)
    with pytest.raises(UnjaiError, match="right_missing"):
        await opened(db, clock, asked(filled), acting("superintendent"))


async def test_found_reads_are_held_for_their_case(db, worker_db, clock, filled):
    search_id = await opened(db, clock, asked(filled, cameras=("LPR-3",)))
    answer = await looked(db, clock, search_id)
    ids = [row["id"] for row in answer.found]
    clock.move(timedelta(seconds=1))
    async with db.tx(DETECTIVE) as tx:
        assert await searches.hold(tx, DETECTIVE, clock, search_id=search_id, read_ids=[*ids, uuid4()]) == 1
    async with worker_db.tx(CORE) as tx:
        row = await tx.one(select(held_plate_read).where(held_plate_read.c.id == ids[0]))
    assert (row["case_number"], row["registration"], row["held_by"]) == (CASE, "1กข1234", "account:detective-10")
    assert [what for what, _ in await _log(db, search_id)][-1] == "plates.hold"
    with pytest.raises(UnjaiError, match="right_missing"):
        async with db.tx(DETECTIVE) as tx:
            await searches.hold(tx, acting("operator"), clock, search_id=search_id, read_ids=ids)


async def test_a_question_that_means_too_many_plates_says_so(db, worker_db, clock, filled):
    at = filled - timedelta(days=3)
    await recorded(worker_db, *(read(at, f"ษษ{n}", "50", camera="LPR-1") for n in range(1_000, 1_600)))
    many = asked(filled, kind="wildcard", plate="ษษ1*", cameras=("LPR-1",))
    with pytest.raises(UnjaiError, match="plates_search_broad"):
        await looked(db, clock, await opened(db, clock, many))
    few = replace(many, plate="ษษ120*", from_at=at - timedelta(hours=1))
    assert len((await looked(db, clock, await opened(db, clock, few))).found) == 10
