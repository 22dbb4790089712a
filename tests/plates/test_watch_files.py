"""Files of watched plates: read part by part, agreed on by two, listed part by part; torn ones harm nothing."""

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from tests.conftest import NIGHT
from tests.people.conftest import world as world  # noqa: PLC0414  a fixture
from tests.plates.made import HERE, acting
from tests.plates.two import DEFAULTS, HOME, PLATES, act, approve, loaded, refused
from tests.plates.two import two as two  # noqa: PLC0414  a fixture
from unjai.model.errors import UnjaiError
from unjai.plates import incoming
from unjai.plates.flows import watch_imports as files
from unjai.plates.rules.watch_file import FileLine
from unjai.plates.spool import JOINED_MOST, LINE_MOST, opened, spooled, swept
from unjai.plates.store import watch_files as store

pytestmark = pytest.mark.usefixtures("world")


async def pieces(content, size=1000):
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "incoming"


async def uploaded(folder, content):
    upload = await spooled(pieces(content), folder)
    try:
        await incoming.checked(upload)
    except BaseException:
        upload.gone()
        raise
    return upload


async def brought(db, clock, actor, folder, content, name="โจร.csv"):
    """Bring a file as the route does and wait until it is read."""
    upload = await uploaded(folder, content)
    async with db.tx(actor) as tx:
        row = await files.begin(tx, actor, clock, name=name, upload=upload)
    assert row["state"] == "reading"
    incoming.begin_reading(db, actor, clock, import_id=row["id"], upload=upload)
    await incoming.settled()
    assert list(folder.iterdir()) == [], "the upload is gone"
    return await told(db, clock, actor, row["id"])


async def told(db, clock, actor, key):
    async with db.tx(actor) as tx:
        return await files.one(tx, actor, clock, import_id=key)


def table(*rows):
    return "\n".join(["ทะเบียน,จังหวัด,เลขคดี,ถึงวันที่", *rows]).encode()


async def agreed(db, clock, two, key, until=NIGHT + timedelta(days=60)):
    row = await act(db, two[0], files.propose, clock, import_id=key, defaults=DEFAULTS, valid_until=until)
    await approve(db, clock, two[1], row)


async def test_a_file_is_listed_part_by_part_once_two_agree(db, worker_db, clock, two, folder):
    good = [next(PLATES) for _ in range(40)]
    rows = [f"{plate},เชียงใหม่,," for plate in good]
    rows[3] += "31/12/2569"
    bad = ["ABC 123,เชียงใหม่,,", "กข 12,ไม่มี,,", "?กข12,ชม,,", f"{good[0]},ชม,,", "กข 13,ชม,,1/1/2500", ",,,", ",ชม,,"]
    row = await brought(db, clock, two[0], folder, table(*rows, *bad))
    assert (row["total"], row["accepted"], row["state"]) == (46, 40, "staged")
    assert row["refused"] == {
        "plate_foreign": 1,
        "plate_place_unknown": 1,
        "watch_row_partial": 1,
        "watch_row_twice": 1,
        "watch_time_wrong": 1,
        "plate_empty": 1,
    }
    assert [one["row"] for one in row["refused_rows"]] == [42, 43, 44, 45, 46, 48]
    key = row["id"]
    await agreed(db, clock, two, key)
    assert (await told(db, clock, two[0], key))["state"] == "taking"
    index, changes = await loaded(db)
    assert not {one.registration for one in changes} & set(good)
    async with db.tx(HOME) as tx:  # one part, and core is killed
        assert await files.list_part(tx, HOME, clock, most=15)
    row = await told(db, clock, two[0], key)
    assert (row["state"], row["added"], row["accepted"]) == ("taking", 15, 40)
    index, changes = await loaded(db, index)
    assert [one.registration for one in changes] == good[:15], "what is listed counts, in the order of the file"
    await incoming.list_agreed(worker_db, HOME, clock)
    row = await told(db, clock, two[0], key)
    assert (row["state"], row["added"], row["good_rows"]) == ("done", 40, [])
    assert len(row["refused_rows"]) == 6
    index, changes = await loaded(db, index)
    assert [one.registration for one in changes] == good[15:]
    assert index.near(good[3], "50", NIGHT + timedelta(days=50)) == []
    assert len(index.near(good[5], "50", NIGHT + timedelta(days=50))) == 1
    again = await brought(db, clock, two[0], folder, table(*rows))
    assert again["refused"] == {"watch_row_listed": 40}
    asked = {"import_id": again["id"], "defaults": DEFAULTS, "valid_until": NIGHT + timedelta(days=60)}
    await refused(act(db, two[0], files.propose, clock, **asked), "watch_import_none")
    await act(db, two[0], files.drop, clock, import_id=again["id"])
    await refused(act(db, two[0], files.drop, clock, import_id=again["id"]), "watch_settled")


async def test_what_was_listed_since_the_file_was_read_is_not_listed_twice(db, worker_db, clock, two, folder):
    plates = [next(PLATES) for _ in range(3)]
    rows = [f"{plate},ชม,คดี 12/2569," for plate in plates]
    one, other = [await brought(db, clock, two[0], folder, table(*rows)) for _ in range(2)]
    await agreed(db, clock, two, one["id"])
    await agreed(db, clock, two, other["id"])
    await incoming.list_agreed(worker_db, HOME, clock)
    found = [await told(db, clock, two[0], row["id"]) for row in (one, other)]
    assert sorted(row["added"] for row in found) == [0, 3]
    assert sorted(row["refused"].get("watch_row_listed", 0) for row in found) == [0, 3]


async def test_rubbish_among_ten_thousand_rows_harms_none_of_the_others(db, clock, two, folder):
    good = [f"{digit}ฬฬ{n},เชียงใหม่,," for digit in (1, 2) for n in range(1, 5001)]
    torn = ['"1กข 12,เชียงใหม่,,', 'กข 1234,"ชม,,', "\\N\tกข 1\\.,ชม,,", "x" * (LINE_MOST + 9), "=1+1,ลำพูน,,"]
    for place, one in enumerate(torn):
        good.insert(700 * (place + 1), one)
    row = await brought(db, clock, two[0], folder, table(*good))
    assert (row["total"], row["accepted"]) == (10_005, 10_000)
    assert sum(row["refused"].values()) == len(torn)
    assert row["refused"]["watch_row_torn"] == 3
    assert [one["row"] for one in row["refused_rows"]] == [700 * (place + 1) + 2 for place in range(len(torn))]
    async with db.tx(two[0]) as tx:
        staged = select(func.count()).select_from(store.watch_import_row)
        mine = staged.where(store.watch_import_row.c.import_id == row["id"])
        assert await tx.scalar(mine) == 10_005
    await act(db, two[0], files.drop, clock, import_id=row["id"])


async def test_a_reading_that_breaks_off_says_so_and_keeps_nothing(db, clock, two, folder, monkeypatch):
    monkeypatch.setattr("unjai.plates.rules.watch_file.ROWS_MOST", 20)
    monkeypatch.setattr(incoming, "PART", 10)
    row = await brought(db, clock, two[0], folder, table(*(f"1กก {n},ชม,," for n in range(1, 40))))
    assert (row["state"], row["why"]["code"], row["good_rows"]) == ("failed", "import_too_many", [])
    await act(db, two[0], files.drop, clock, import_id=row["id"])


async def test_a_reading_whose_process_was_ended_is_told_by_its_silence(db, clock, two, folder):
    upload = await uploaded(folder, table("1กก 1,ชม,,"))
    async with db.tx(two[0]) as tx:
        row = await files.begin(tx, two[0], clock, name="a.csv", upload=upload)
    clock.move(files.SILENT + timedelta(seconds=1))
    row = await told(db, clock, two[0], row["id"])
    assert (row["state"], row["why"]["code"]) == ("failed", "watch_file_stopped")
    swept(folder)
    assert list(folder.iterdir()) == []


async def test_a_file_that_is_dropped_while_it_is_read_keeps_nothing(db, clock, two, folder):
    upload = await uploaded(folder, table("1กก 1,ชม,,", "1กก 2,ชม,,"))
    async with db.tx(two[0]) as tx:
        row = await files.begin(tx, two[0], clock, name="a.csv", upload=upload)
    await act(db, two[0], files.drop, clock, import_id=row["id"])
    await incoming.read_in(db, two[0], clock, import_id=row["id"], upload=upload)
    async with db.tx(two[0]) as tx:
        assert await store.some_rows(tx, row["id"], 5) == []
        kept = await store.import_of(tx, HERE, row["id"])
    assert kept is not None
    assert kept["state"] == "dropped"


async def test_a_workbook_is_read_too(db, clock, two, folder):
    book, into = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Plate", "Province"])
    book.active.append([plate := next(PLATES), "Chiang Mai"])
    book.save(into)
    row = await brought(db, clock, two[0], folder, into.getvalue())
    assert [one["registration"] for one in row["good_rows"]] == [plate]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_empty"),
        ("ชื่อ,สี\nก,ข".encode(), "watch_file_headers"),
        ("ทะเบียน,จังหวัด\n".encode(), "import_empty"),
        (b"\x00\x01ab,c\n", "import_not_table"),
        (b'{"a": 1}', "import_not_table"),
    ],
)
async def test_what_is_no_list_is_refused_before_it_is_noted(folder, content, code):
    await refused(uploaded(folder, content), code)
    assert list(folder.iterdir()) == []


async def test_nobody_without_the_right_brings_a_file(db, clock, folder):
    upload = await uploaded(folder, table("1กก 1,ชม,,"))
    await refused(act(db, acting("officer"), files.begin, clock, name="a", upload=upload), "right_missing")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\r\n\n3,4", [(1, ["a", "b"]), (2, ["1", "2"]), (4, ["3", "4"])]),
        (b"sep=;\na;b\n1;2", [(2, ["a", "b"]), (3, ["1", "2"])]),
        ("ทะเบียน,จังหวัด\nกข 1,ตาก".encode("cp874"), [(1, ["ทะเบียน", "จังหวัด"]), (2, ["กข 1", "ตาก"])]),
        ("ทะเบียน\tจังหวัด\nกข 1\tตาก".encode("utf-16"), [(1, ["ทะเบียน", "จังหวัด"]), (2, ["กข 1", "ตาก"])]),
        ("\ufeffa,b\n1,2".encode(), [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b'a,b\n"1\n2",3\n4,5', [(1, ["a", "b"]), (2, ["1 2", "3"]), (4, ["4", "5"])]),
        (b'a,b\n"1,2\n3,4\n5,6"', [(1, ["a", "b"]), (2, None), (3, ["3", "4"]), (4, None)]),
        (
            b'a,b\n"1,2\n' + b"3,4\n" * (JOINED_MOST + 2),
            [(1, ["a", "b"]), (2, None)] + [(3 + n, ["3", "4"]) for n in range(JOINED_MOST + 2)],
        ),
    ],
)
async def test_lines_are_read_as_offices_write_them(folder, content, rows):
    upload = await spooled(pieces(content, 3), folder)
    source = await opened(upload)
    try:
        found: list[FileLine] = list(source.lines)
    finally:
        source.close()
    assert [(line.number, None if line.torn else list(line.cells)) for line in found] == rows


async def test_an_upload_that_breaks_off_leaves_nothing(folder):
    async def broken():
        yield b"abc"
        raise UnjaiError("line_cut", 400)

    await refused(spooled(broken(), folder), "line_cut")
    assert list(folder.iterdir()) == []
