"""The ring on the disc: whole after a break, within its days and its room, fair, and never without what is held."""

import errno
import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cameras.test_mp4 import headers, samples, written
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.mp4.reading import contents_of
from unjai.cameras.recording import writer as writing
from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.rules import Usage, budget_of, cut_here, next_to_go
from unjai.cameras.recording.shelf import (
    Hold,
    Segment,
    covered,
    day_of,
    folder_of,
    gaps,
    hold,
    holds_of,
    moment,
    parts_in,
    recovered,
    release,
    segments_between,
)
from unjai.cameras.recording.writer import Piece, Reel, Writer
from unjai.model.ids import DeviceId, StationId

HERE = StationId(10)
CAMERAS = [DeviceId(UUID(int=number)) for number in range(1, 5)]
NOON_MS = 1_795_000_000_000
HOUR_MS = 3_600_000


# -- rules -----------------------------------------------------------------------------------------------------------

usages = st.dictionaries(
    st.integers(0, 20),
    st.builds(
        lambda free, held, oldest: Usage(free, held, oldest if free else None),
        st.integers(0, 1000),
        st.integers(0, 300),
        st.integers(0, 10_000),
    ),
    max_size=12,
)


@given(usages, st.integers(0, 6000))
def test_who_gives_way_is_above_its_fair_share_and_has_the_oldest(cameras, budget):
    total = sum(one.free_bytes + one.held_bytes for one in cameras.values())
    held = sum(one.held_bytes for one in cameras.values())
    key = next_to_go(cameras, budget)
    if total <= budget or not any(one.free_bytes for one in cameras.values()):
        assert key is None
        return
    assert key is not None
    share = max(0, budget - held) / sum(1 for one in cameras.values() if one.free_bytes)
    assert cameras[key].free_bytes > share
    above = [one.oldest_ms for one in cameras.values() if one.free_bytes > share]
    assert cameras[key].oldest_ms == min(above)


@given(st.integers(0, 10**12), st.integers(0, 10**10), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_budget_never_eats_the_floor(asked, floor, used, room):
    budget = budget_of(asked_bytes=asked, floor_bytes=floor, used_bytes=used, room_bytes=room)
    assert 0 <= budget <= max(0, used + room - floor)
    assert asked == 0 or budget <= asked


def test_a_segment_is_cut_at_a_picture_one_can_begin_with_only():
    assert not cut_here(length_s=29.9, size_bytes=0, key=True)
    assert cut_here(length_s=30, size_bytes=0, key=True)
    assert not cut_here(length_s=3000, size_bytes=10**9, key=False)
    assert cut_here(length_s=1, size_bytes=130_000_000, key=True)


intervals = st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), max_size=20)


@settings(deadline=None)
@given(intervals)
def test_what_is_there_and_what_is_missing_make_the_whole_range(given_):
    segments = [Segment(at * 1000, (at + length) * 1000, Path("x")) for at, length in given_]
    present = covered(segments, 100_000, 900_000)
    missing = gaps(present, 100_000, 900_000)
    whole = sorted([*present, *missing])
    assert sum(end - begin for begin, end in whole) == 800_000
    assert all(before[1] == after[0] for before, after in pairwise(whole))
    for begin, end in missing:
        assert not [one for one in segments if one.overlaps(begin, end)]


# -- the disc --------------------------------------------------------------------------------------------------------


def put(root: Path, camera: DeviceId, begins_ms: int, *, size: int = 1000, length_ms: int = 30_000) -> Path:
    folder = folder_of(root, HERE, camera) / day_of(begins_ms)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{begins_ms}-{begins_ms + length_ms}.mp4"
    file.write_bytes(bytes(size))
    return file


def keeper_of(root: Path, *, asked: int = 0, room: int = 10**12, floor: int = 0) -> Keeper:
    keeper = Keeper(root, asked_bytes=asked, floor_bytes=floor, room_bytes=lambda: room)
    keeper.scan()
    return keeper


def held_of(begins_ms: int, ends_ms: int, key: str = "case-1") -> Hold:
    return Hold(key=key, begins=moment(begins_ms), ends=moment(ends_ms), why="คดี 12/2569", by="somsri")


def test_what_is_past_its_days_goes_and_empty_days_with_it(tmp_path):
    old = [put(tmp_path, CAMERAS[0], NOON_MS - 50 * HOUR_MS + number * 30_000) for number in range(3)]
    young = put(tmp_path, CAMERAS[0], NOON_MS - HOUR_MS)
    keeper = keeper_of(tmp_path)
    done = keeper.tidy({CAMERAS[0]: 2.0}, NOON_MS)
    assert (done.too_old, done.for_room) == (3, 0)
    assert [one.exists() for one in (*old, young)] == [False] * 3 + [True]
    assert not old[0].parent.exists()
    assert keeper.used() == {CAMERAS[0]: 1000}


def test_a_camera_that_left_the_register_keeps_its_month(tmp_path):
    file = put(tmp_path, CAMERAS[0], NOON_MS - 24 * HOUR_MS * 29)
    gone = put(tmp_path, CAMERAS[0], NOON_MS - 24 * HOUR_MS * 32)
    keeper_of(tmp_path).tidy({}, NOON_MS)
    assert file.exists()
    assert not gone.exists()


def test_a_large_camera_does_not_push_a_small_one_out(tmp_path):
    small = [put(tmp_path, CAMERAS[0], NOON_MS - (40 - number) * 60_000, size=100) for number in range(10)]
    large = [put(tmp_path, CAMERAS[1], NOON_MS - (20 - number) * 60_000, size=10_000) for number in range(10)]
    keeper = keeper_of(tmp_path, asked=50_000)
    done = keeper.tidy({}, NOON_MS)
    assert all(one.exists() for one in small)
    assert [one.exists() for one in large] == [False] * 6 + [True] * 4
    assert done.for_room == 6
    assert done.used_bytes == 41_000
    assert keeper.tidy({}, NOON_MS).for_room == 0


def test_among_those_above_their_share_the_oldest_goes_first(tmp_path):
    files = {
        number: put(tmp_path, CAMERAS[number % 2], NOON_MS - 24 * HOUR_MS + number * 60_000) for number in range(20)
    }
    keeper_of(tmp_path, asked=15_000).tidy({}, NOON_MS)
    assert [one.exists() for one in files.values()] == [False] * 5 + [True] * 15


def test_the_disc_s_own_room_counts_where_nothing_was_asked_for(tmp_path):
    files = [put(tmp_path, CAMERAS[0], NOON_MS - (30 - number) * 60_000) for number in range(10)]
    keeper_of(tmp_path, room=1_000, floor=4_000).tidy({}, NOON_MS)  # a quarter of the floor more is freed
    assert sum(one.exists() for one in files) == 6


def test_what_is_held_stays_past_its_days_and_past_the_room(tmp_path):
    files = [put(tmp_path, CAMERAS[0], NOON_MS - 100 * 24 * HOUR_MS + number * 60_000) for number in range(6)]
    young = [put(tmp_path, CAMERAS[0], NOON_MS - (30 - number) * 60_000) for number in range(6)]
    first = NOON_MS - 100 * 24 * HOUR_MS
    hold(tmp_path, HERE, CAMERAS[0], held_of(first + 80_000, first + 130_000))
    keeper = keeper_of(tmp_path, asked=3_000)
    keeper.tidy({CAMERAS[0]: 30}, NOON_MS)
    assert [one.exists() for one in files] == [False, True, True, False, False, False]
    assert [one.exists() for one in young] == [False] * 5 + [True]
    assert release(tmp_path, HERE, CAMERAS[0], "case-1")
    assert not release(tmp_path, HERE, CAMERAS[0], "case-1")
    keeper.tidy({CAMERAS[0]: 30}, NOON_MS)
    assert not any(one.exists() for one in files)


def test_a_hold_that_came_later_counts_at_once(tmp_path):
    files = [put(tmp_path, CAMERAS[0], NOON_MS - (30 - number) * 60_000) for number in range(6)]
    keeper = keeper_of(tmp_path, asked=5_000)
    keeper.tidy({}, NOON_MS)
    hold(tmp_path, HERE, CAMERAS[0], held_of(NOON_MS - 29 * 60_000, NOON_MS - 29 * 60_000 + 1))
    put(tmp_path, CAMERAS[0], NOON_MS)
    later = keeper_of(tmp_path, asked=2_000)
    later.tidy({}, NOON_MS)
    assert [one.exists() for one in files] == [False, True, False, False, False, False]


def test_a_hold_that_cannot_be_read_holds_the_whole_camera(tmp_path):
    file = put(tmp_path, CAMERAS[0], NOON_MS - 100 * 24 * HOUR_MS)
    other = put(tmp_path, CAMERAS[1], NOON_MS - 100 * 24 * HOUR_MS)
    hold(tmp_path, HERE, CAMERAS[0], held_of(0, 1))
    torn = folder_of(tmp_path, HERE, CAMERAS[0]) / "holds" / "case-1.json"
    torn.write_bytes(b'{"key": "ca')
    with pytest.raises(ValueError, match="case-1"):
        holds_of(torn.parents[1])
    keeper = keeper_of(tmp_path, asked=1)
    keeper.tidy({}, NOON_MS)
    assert file.exists()
    assert not other.exists()


@pytest.mark.parametrize("key", ["../../etc", "a/b", "", "x" * 200])
def test_a_hold_s_name_stays_in_its_folder(tmp_path, key):
    with pytest.raises(ValueError, match="hold"):
        hold(tmp_path, HERE, CAMERAS[0], Hold(key=key, begins=moment(0), ends=moment(1), why="x", by="y"))
    assert not release(tmp_path, HERE, CAMERAS[0], key)


def test_recordings_of_a_range_are_found_over_midnight_and_one_that_is_written_counts(tmp_path):
    midnight = (NOON_MS // 86_400_000 + 1) * 86_400_000
    before, after = put(tmp_path, CAMERAS[0], midnight - 10_000), put(tmp_path, CAMERAS[0], midnight + 20_000)
    folder = folder_of(tmp_path, HERE, CAMERAS[0])
    written(after.parent / f"{midnight + 50_000}.part")
    found = segments_between(folder, midnight - 5_000, midnight + 60_000)
    assert [one.file.name for one in found] == [before.name, after.name, f"{midnight + 50_000}.part"]
    assert found[2].ends_ms == midnight + 52_000
    assert segments_between(folder, midnight + 52_001, midnight + 60_000) == []
    (after.parent / "notes.txt").write_text("x")
    assert len(segments_between(folder, 0, midnight * 2)) == 3


def test_what_was_being_written_when_all_was_killed_is_finished_at_the_next_start(tmp_path):
    folder = folder_of(tmp_path, HERE, CAMERAS[0]) / day_of(NOON_MS)
    folder.mkdir(parents=True)
    part = written(folder / f"{NOON_MS}.part")
    body = part.read_bytes()
    part.write_bytes(body[:-100])
    (folder / f"{NOON_MS + 99_000}.part").write_bytes(body[:300])
    left = parts_in(folder.parent)
    assert len(left) == 2
    found = [recovered(one) for one in left]
    assert found == [Segment(NOON_MS, NOON_MS + 1500, folder / f"{NOON_MS}-{NOON_MS + 1500}.mp4"), None]
    assert len(contents_of(found[0].file).fragments) == 3
    assert parts_in(folder.parent) == []


# -- the writer ------------------------------------------------------------------------------------------------------


class Desk:
    """A writer at work on a folder."""

    def __init__(self, root: Path, room: int = 10**12) -> None:
        self.root, self.room = root, room
        self.keeper = Keeper(root, asked_bytes=0, floor_bytes=0, room_bytes=lambda: self.room)
        self.writer = Writer(self.keeper, threads=1)
        self.reel = Reel(HERE, CAMERAS[0])
        self.number = 0

    def give(self, count: int = 10, *, fresh: bool = False, from_key: bool = True) -> None:
        whole = samples(first=self.number * TIMESCALE, count=count)
        self.writer.put(
            self.reel,
            Piece(headers(), whole if from_key else whole[1:], NOON_MS / 1000 + self.number, fresh),
        )
        self.number += 1

    def done(self) -> None:
        assert self.writer.close(self.reel).wait(10)

    def files(self) -> list[str]:
        return sorted(one.name for one in self.root.rglob("*") if one.is_file())


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    made.writer.start()
    yield made
    made.writer.stop()


def test_fragments_become_a_segment_with_its_times_as_its_name(desk):
    desk.give(fresh=True)
    desk.give()
    desk.done()
    assert desk.files() == [f"{NOON_MS}-{NOON_MS + 2000}.mp4"]
    assert desk.reel.state == "on"
    assert desk.keeper.used() == {CAMERAS[0]: next(desk.root.rglob("*.mp4")).stat().st_size}
    held = contents_of(next(desk.root.rglob("*.mp4")))
    assert [len(one.rows) for one in held.fragments] == [10, 10]


def test_a_fresh_piece_ends_the_segment_before_it(desk):
    for fresh in (True, False, True):
        desk.give(fresh=fresh)
    desk.done()
    assert desk.files() == [f"{NOON_MS}-{NOON_MS + 2000}.mp4", f"{NOON_MS + 2000}-{NOON_MS + 3000}.mp4"]


def test_a_segment_that_is_written_is_whole_at_every_moment(desk):
    desk.give(fresh=True)
    desk.give()
    desk.writer.stop()
    (part,) = parts_in(folder_of(desk.root, HERE, CAMERAS[0]))
    assert len(contents_of(part).fragments) == 2


def test_a_full_disc_ends_the_segment_is_told_and_is_gone_on_with_later(desk, monkeypatch):
    desk.give(fresh=True)
    desk.writer.close(desk.reel).wait(10)
    real, calls = os.writev, []

    def full(handle: int, buffers: list[bytes]) -> int:
        calls.append(len(buffers))
        os.write(handle, b"half of it")
        raise OSError(errno.ENOSPC, "full")

    desk.give(fresh=True)
    desk.writer.close(desk.reel).wait(10)
    monkeypatch.setattr(writing.os, "writev", full)
    desk.give(fresh=True)
    desk.writer.close(desk.reel).wait(10)
    assert desk.reel.state == "disc_full"
    assert desk.writer.full.is_set()
    monkeypatch.setattr(writing.os, "writev", real)
    desk.give()  # too soon
    desk.done()
    assert desk.reel.lost == 2
    desk.reel.not_before_s = 0.0
    desk.give(from_key=False)  # nothing can be begun with this
    desk.give()
    desk.done()
    assert desk.reel.state == "on"
    assert desk.files() == [
        f"{NOON_MS}-{NOON_MS + 1000}.mp4",
        f"{NOON_MS + 1000}-{NOON_MS + 2000}.mp4",
        f"{NOON_MS + 5000}-{NOON_MS + 6000}.mp4",
    ]


def test_a_write_that_breaks_off_in_the_middle_leaves_what_was_whole(desk, monkeypatch):
    desk.give(fresh=True)
    real = os.writev
    done = desk.writer.close(Reel(HERE, CAMERAS[0]))  # all before it is written
    done.wait(10)

    def half(handle: int, buffers: list[bytes]) -> int:
        real(handle, buffers[:2])
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(writing.os, "writev", half)
    desk.give()
    desk.done()
    assert desk.files() == [f"{NOON_MS}-{NOON_MS + 1000}.mp4"]
    held = contents_of(next(desk.root.rglob("*.mp4")))
    assert held.end == next(desk.root.rglob("*.mp4")).stat().st_size


def test_recording_stops_before_the_disc_s_last_room_is_taken(desk):
    desk.room = 0
    desk.give(fresh=True)
    desk.done()
    assert desk.reel.state == "disc_full"
    assert desk.files() == []


def test_a_disc_too_slow_costs_pictures_and_never_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_CAMERA_WAITING_BYTES", 100_000)
    made = Desk(tmp_path)  # its threads have not begun: the slowest disc there is
    size = Piece(headers(), samples(count=10), 0, fresh=True).size
    for number in range(200):
        made.give(fresh=number == 0)
    assert made.reel.waiting_bytes <= 100_000
    assert made.reel.lost == 200 - 100_000 // size
    assert made.reel.state == "disc_slow"
    made.writer.start()
    made.done()
    made.give()
    made.done()
    made.writer.stop()
    assert made.reel.state == "on"
    assert made.reel.waiting_bytes == 0


def test_hold_times_are_kept_as_they_were_said(tmp_path):
    said = held_of(NOON_MS, NOON_MS + 1)
    hold(tmp_path, HERE, CAMERAS[0], said)
    assert holds_of(folder_of(tmp_path, HERE, CAMERAS[0])) == [said]
    assert said.ends - said.begins == timedelta(milliseconds=1)
