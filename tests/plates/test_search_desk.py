"""What stands behind the search screen: further pages, sealed packages, the strip of live reads."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from tests.conftest import NIGHT
from tests.plates.made import CHIEF, CORE, DETECTIVE, HERE, THERE, acting, read, recorded
from unjai.cameras.evidence.checking import check_file
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.plates.flows import cases, searches
from unjai.plates.flows.search_exports import export
from unjai.plates.live import row_of
from unjai.plates.rules import search_export as rules
from unjai.plates.rules import searching
from unjai.plates.rules.searching import Asked
from unjai.plates.rules.strip import SHOWN, Strip
from unjai.plates.store.reads import held_plate_read
from unjai.platform.audit import audit_log
from unjai.platform.dated import DatedMedia
from unjai.platform.ledger.roots import sign, signing_key
from unjai.platform.ledger.sealing import seal
from unjai.territory.store import org_unit

WHY = {"reason": "stolen", "said": "รถหายหน้าตลาด แจ้งความไว้แล้ว"}
AT = NIGHT - timedelta(hours=2)
PLATE = "7กง4321"


@pytest.fixture(scope="module")
async def filled(db, worker_db, tmp_path_factory):
    """Five reads of one car, one with pictures of which one is gone, and a case of this module's own."""
    data = tmp_path_factory.mktemp("desk")
    pictures = DatedMedia(data, "plates")
    crop = await pictures.put(b"\xff\xd8 a plate", AT)
    seen = [read(AT + timedelta(minutes=n), PLATE, "50", camera=f"DESK-{n}") for n in range(5)]
    seen[4] = read(AT + timedelta(minutes=4), PLATE, "50", camera="DESK-4", payload={"crop": crop, "still": "ab" * 32})
    await recorded(worker_db, *seen)
    number = f"คดี {uuid4().hex[:8]}"
    inquiry = acting("inquiry")
    async with db.tx(system(HERE)) as tx:
        station = {"id": HERE, "path": "1.10", "code": "t10", "level": "station", "name_th": "ส", "name_en": "S"}
        await tx.execute(pg_insert(org_unit).values(**station).on_conflict_do_nothing())
    async with db.tx(inquiry) as tx:
        await cases.open_case(tx, inquiry, MovedClock(NIGHT), number=number, about="", until=NIGHT + timedelta(days=3))
    return data, pictures, number


async def opened(db, clock, number, actor=DETECTIVE):
    asked = Asked(kind="exact", plate=PLATE, from_at=AT - timedelta(hours=1), to_at=AT + timedelta(hours=1))
    async with db.tx(actor) as tx:
        return await searches.open_search(tx, actor, clock, asked=asked, **WHY, case_number=number)


async def looked(db, clock, search_id, before=None, actor=DETECTIVE):
    async with db.tx(actor) as tx:
        return await searches.look(tx, actor, clock, search_id=search_id, before=before)


async def test_pages_follow_each_other_under_one_row_of_the_log(db, clock, filled, monkeypatch):
    monkeypatch.setattr(searching, "MOST", 2)
    search_id = await opened(db, clock, filled[2])
    cameras, before, looks = [], None, 0
    while True:
        clock.move(timedelta(seconds=1))
        answer = await looked(db, clock, search_id, before)
        looks += 1
        cameras += [row["camera"] for row in answer.found]
        if not answer.more:
            break
        before = answer.found[-1]["id"]
    assert cameras == [f"DESK-{n}" for n in (4, 3, 2, 1, 0)]
    async with db.tx(DETECTIVE) as tx:
        mine = [row for row in await searches.own_searches(tx, DETECTIVE, clock) if row["id"] == search_id]
        pages = [row for row in await searches.own_searches(tx, DETECTIVE, clock) if "page_of" in row["asked"]]
    assert (len(mine), pages) == (1, [])
    async with db.tx(system(HERE, THERE)) as tx:
        query = select(audit_log.c.action, audit_log.c.subject, audit_log.c.facts)
        rows = [row for row in await tx.all(query) if row["facts"].get("case") == filled[2]]
    of_search = [row["action"] for row in rows if row["subject"] == f"plate_search:{search_id}"]
    assert of_search.count("plates.search") == 1
    assert of_search.count("plates.look") == 1  # the first page; the others have their own number
    assert sum(row["action"] == "plates.look" for row in rows) >= looks


async def test_a_page_never_goes_beyond_the_question(db, clock, filled):
    search_id = await opened(db, clock, filled[2])
    whole = [row["id"] for row in (await looked(db, clock, search_id)).found]
    later = await looked(db, clock, search_id, before=UUID(int=(1 << 128) - 1))
    assert [row["id"] for row in later.found] == whole
    with pytest.raises(UnjaiError, match="not_found"):
        await looked(db, clock, search_id, before=whole[0], actor=acting("detective", name="another"))


async def test_what_was_searched_can_be_told_again(db, clock, filled):
    search_id = await opened(db, clock, filled[2])
    async with db.tx(DETECTIVE) as tx:
        (mine,) = [row for row in await searches.own_searches(tx, DETECTIVE, clock) if row["id"] == search_id]
    assert mine["asked"]["told"]["plate"] == PLATE
    assert mine["asked"]["told"]["from_at"]


# Sealing


async def sealed(db, worker_db, clock, filled, actor=DETECTIVE):
    data, pictures, number = filled
    search_id = await opened(db, clock, number, actor)
    answer = await looked(db, clock, search_id, actor=actor)

    async def ask_core() -> None:
        clock.move(timedelta(microseconds=1 + uuid4().int % 900_000))  # roots of one moment are one root
        async with worker_db.tx(CORE) as tx:
            while await seal(tx, clock):
                pass
            await sign(tx, clock, signing_key(data), fresh=True)

    await ask_core()
    clock.move(timedelta(seconds=2))
    async with db.tx(actor) as tx:
        ids = [row["id"] for row in answer.found]
        return search_id, await export(
            tx, actor, clock, search_id=search_id, read_ids=ids, pictures=pictures, sign=ask_core
        )


async def test_found_reads_are_sealed_and_anybody_can_check_them(db, worker_db, clock, filled, tmp_path):
    search_id, (number, made) = await sealed(db, worker_db, clock, filled)
    file = tmp_path / f"{number}.zip"
    with made.file:
        file.write_bytes(made.file.read())
    checked = check_file(file)
    assert checked.good, checked.problems
    assert checked.root is not None
    manifest = checked.found.manifest
    assert (manifest["case_number"], manifest["search"]["id"]) == (filled[2], str(search_id))
    assert manifest["search"]["asked"]["plate"] == PLATE
    assert [one["part"] for one in manifest["missing"]] == ["still"]
    with zipfile.ZipFile(file) as archive:
        rows = json.loads(archive.read(rules.ROWS_JSON))
        assert [row["camera"] for row in rows] == [f"DESK-{n}" for n in (4, 3, 2, 1, 0)]
        assert archive.read(rows[0]["crop"]) == b"\xff\xd8 a plate"
        assert "เชียงใหม่" in archive.read(rules.ROWS_CSV).decode("utf-8-sig")
        archive.extract(rules.PROOF, tmp_path)
    told = subprocess.run(
        [sys.executable, "-m", "unjai", "audit", "verify", str(tmp_path / rules.PROOF), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["leaf"] == manifest["ledger"]["leaf"]
    async with worker_db.tx(CORE) as tx:
        held = await tx.all(select(held_plate_read).where(held_plate_read.c.case_number == filled[2]))
    assert len(held) == 5
    async with db.tx(system(HERE)) as tx:
        query = select(audit_log.c.facts).where(
            audit_log.c.subject == f"plate_search:{search_id}", audit_log.c.action == "plates.export"
        )
        facts = await tx.scalar(query)
    assert (facts["sha256"], facts["reads"], facts["pictures"]) == (made.digest, 5, 1)


async def test_another_search_s_proof_or_a_changed_row_is_seen(db, worker_db, clock, filled, tmp_path):
    packages = []
    for name in "ab":
        _, (_, made) = await sealed(db, worker_db, clock, filled)
        packages.append(tmp_path / f"{name}.zip")
        with made.file:
            packages[-1].write_bytes(made.file.read())
    body = packages[0].read_bytes()
    leaf = check_file(packages[0]).found.manifest["ledger"]["leaf"].encode()
    other = check_file(packages[1]).found.manifest["ledger"]["leaf"].encode()
    packages[0].write_bytes(body.replace(leaf, other))
    assert not check_file(packages[0]).good
    packages[0].write_bytes(body.replace(b"DESK-1", b"DESK-9"))
    assert not check_file(packages[0]).good


async def test_sealing_wants_its_right_and_reads_that_are_found(db, worker_db, clock, filled):
    operator = acting("operator")
    with pytest.raises(UnjaiError, match="right_missing"):
        await sealed(db, worker_db, clock, filled, operator)
    search_id = await opened(db, clock, filled[2], CHIEF)
    with pytest.raises(UnjaiError, match="plates_export_empty"):
        async with db.tx(CHIEF) as tx:
            await export(tx, CHIEF, clock, search_id=search_id, read_ids=[uuid4()], pictures=filled[1], sign=None)


def test_no_cell_is_a_formula_and_pictures_have_plain_names():
    found = [{"id": uuid4(), "at": AT, "received_at": AT, "registration": "=1+1", "province": "", "camera": "@SUM"}]
    found[0] |= dict.fromkeys(("confidence", "vehicle_type", "vehicle_colour"))
    (row,) = rules.told_rows(found, {}, {(1, "crop"): "pictures/1.jpg"})
    line = rules.as_csv([row]).decode("utf-8-sig").splitlines()[1]
    assert "'=1+1" in line
    assert "'@SUM" in line
    assert rules.picture_name(7, found[0], "crop").startswith("pictures/007-2026")
    assert rules.number_of("00000000-0000-0000-0000-00000000ab12") == "PLT-0000AB12"


# The strip


ROWS = st.lists(st.sampled_from(["A", "B", "C"]).map(lambda key: {"camera": key, "id": "1"}), max_size=40)


@given(st.lists(ROWS, max_size=6), st.frozensets(st.sampled_from(["A", "B"]), max_size=2))
def test_the_strip_shows_few_and_counts_all(batches, cameras):
    strip = Strip()
    strip.cameras = cameras
    for rows in batches:
        strip.take(rows, len(rows))
    wanted = [one for rows in batches for one in rows if not cameras or one["camera"] in cameras]
    told = strip.give()
    if not wanted:
        assert told is None
        return
    assert told["reads"] == wanted[-SHOWN:]
    assert len(told["reads"]) + told["more"] == len(wanted)
    assert strip.give() is None


def test_a_read_in_the_strip_is_no_more_than_plate_place_camera_time_and_grade():
    seen = read(AT, PLATE, "50", camera="DESK-1", payload={"crop": "ab", "vehicle": {"type": "car"}})
    assert set(row_of(seen, AT, "alarm")) == {"id", "at", "camera", "registration", "province", "confidence", "grade"}
