"""From packets to pictures: torn units, lost headers, new sizes, and clocks that lie."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cameras.films import clip
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.worker.track import Packet, Track

STEP = TIMESCALE // 10
BEGAN_S = 1_795_000_000.0


def annexb(units) -> bytes:
    return b"".join(b"\0\0\0\1" + one for one in units)


def packets(count: int = 20, *, size=(320, 180), first: int = 0, began_s: float = BEGAN_S, codec: str = "libx264"):
    taken = clip(codec, *size)
    for number in range(count):
        place = number % len(taken.units)
        units = (*taken.sets, *taken.units[place]) if taken.keys[place] else taken.units[place]
        at = first + number * STEP
        yield Packet(at, at, annexb(units), began_s + number / 10)


def taken(track: Track, some):
    return [picture for one in some if (picture := track.take(one)) is not None]


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_each_packet_is_a_picture_at_its_time(codec):
    track = Track(clip(codec).codec)
    seen = taken(track, packets(first=123_456_789, codec=codec))
    assert [one.sample.at for one in seen] == [number * STEP for number in range(20)]
    assert [one.sample.key for one in seen] == [number % 10 == 0 for number in range(20)]
    assert [one.wall_s for one in seen] == pytest.approx([BEGAN_S + number / 10 for number in range(20)])
    assert {one.epoch for one in seen} == {0}


def test_it_begins_with_the_first_picture_that_one_can_begin_with():
    seen = taken(Track("h264"), list(packets())[4:])
    assert len(seen) == 10
    assert seen[0].sample.key
    assert seen[0].sample.at == 0


def test_a_burst_at_the_beginning_is_dated_back():
    """Cameras that keep their last pictures for whoever connects send seconds at once."""
    burst = [Packet(one.pts, one.dts, one.body, max(one.came_s, BEGAN_S + 1.0)) for one in packets()]
    assert taken(Track("h264"), burst)[-1].wall_s == pytest.approx(BEGAN_S + 1.9)


def test_torn_units_are_left_out_and_counted():
    track = Track("h264")
    torn = [
        Packet(one.pts, one.dts, annexb([b"\xff\x12\x34", b"\x65"]), one.came_s) if number in {3, 4} else one
        for number, one in enumerate(packets())
    ]
    assert len(taken(track, torn)) == 18
    assert track.broken == 4


def test_another_size_begins_another_epoch_with_other_headers():
    track = Track("h264")
    seen = taken(track, [*packets(10), *packets(10, size=(648, 362), first=10 * STEP, began_s=BEGAN_S + 1)])
    assert [(one.epoch, one.headers.width) for one in seen] == [(0, 320)] * 10 + [(1, 648)] * 10
    assert seen[10].sample.at == 0
    assert seen[10].wall_s == pytest.approx(BEGAN_S + 1)


def test_headers_that_make_no_sense_leave_the_old_ones_standing():
    track = Track("h264")
    some = list(packets(20))
    some[10] = Packet(some[10].pts, some[10].dts, annexb([b"\x67\x64\x00", *clip().units[10]]), some[10].came_s)
    seen = taken(track, some)
    assert {one.headers for one in seen} == {track.headers}
    assert len(seen) == 20
    assert track.broken == 1


@pytest.mark.parametrize("jump", [90_000 * 3600, -90_000 * 3600, 2**32])
def test_a_clock_that_jumps_begins_another_epoch_with_a_picture_one_can_begin_with(jump):
    track = Track("h264")
    some = [
        Packet(one.pts + jump, one.dts + jump, one.body, one.came_s) if number >= 5 else one
        for number, one in enumerate(packets(20))
    ]
    seen = taken(track, some)
    assert [one.epoch for one in seen] == [0] * 5 + [1] * 10
    assert seen[5].sample.key
    assert seen[5].wall_s == pytest.approx(BEGAN_S + 1.0)
    assert track.jumps == 1


def test_times_that_stand_still_or_are_missing_still_go_forward():
    for some in (
        [Packet(0, 0, one.body, one.came_s) for one in packets()],
        [Packet(None, None, one.body, one.came_s) for one in packets()],
    ):
        ats = [one.sample.at for one in taken(Track("h264"), some)]
        assert len(ats) == 20
        assert ats == sorted(set(ats))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(2**40), 2**40) | st.none(), st.binary(max_size=60), st.booleans()), max_size=30)
)
def test_whatever_comes_times_go_forward_within_an_epoch(said):
    track = Track("h264")
    body = annexb((*clip().sets, *clip().units[0]))
    last: dict[int, int] = {}
    for number, (pts, junk, good) in enumerate(said):
        picture = track.take(Packet(pts, pts, body if good else b"\0\0\1" + junk, BEGAN_S + number / 10))
        if picture is not None:
            assert picture.sample.at > last.get(picture.epoch, -1)
            last[picture.epoch] = picture.sample.at


def test_random_damage_of_a_real_stream_breaks_nothing():
    dice = random.Random(7)
    track = Track("h264")
    for one in packets(200):
        body = bytearray(one.body)
        for _ in range(dice.randrange(4)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        track.take(Packet(one.pts, one.dts, bytes(body), one.came_s))
    assert track.headers is not None
