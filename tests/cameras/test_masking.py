"""Masks over live pictures and recordings: nothing under them is left, each picture keeps its time."""

import av
import numpy as np
import pytest

from tests.cameras.films import clip
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.worker.masking import Masking
from unjai.cameras.worker.track import Packet, Track

LEFT = (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),)
STEP = TIMESCALE // 10


def packets(codec="libx264", begin=0, width=320, height=180):
    made = clip(codec, width, height)
    start = b"\x00\x00\x00\x01"
    sets = b"".join(start + one for one in made.sets)
    for number, (units, key) in enumerate(zip(made.units, made.keys, strict=True)):
        body = (sets if key else b"") + b"".join(start + one for one in units)
        at = begin + number * STEP
        yield Packet(at, at, body, 1000.0 + number / 10)


def decoded(masked):
    decoder = av.CodecContext.create("h264", "r")
    return [frame.to_ndarray(format="gray") for one in masked for frame in decoder.decode(av.Packet(one.body))] + [
        frame.to_ndarray(format="gray") for frame in decoder.decode(None)
    ]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_each_picture_is_masked_and_keeps_its_times(codec):
    given = list(packets("libx264" if codec == "h264" else "libx265"))
    masked = list(Masking(codec, b"", LEFT).packets(given))
    assert [one.pts for one in masked] == [one.pts for one in given][: len(masked)]
    assert len(masked) >= len(given) - 2
    assert [one.came_s for one in masked] == [one.came_s for one in given][: len(masked)]
    greys = decoded(masked)
    assert len(greys) == len(masked)
    assert max(grey[:, :152].max() for grey in greys) < 30
    assert min(grey[:, 168:].std() for grey in greys) > 20


def test_what_comes_out_is_a_stream_that_one_can_begin_with_every_two_seconds():
    track = Track("h264")
    given = [*packets(), *packets(begin=20 * STEP), *packets(begin=40 * STEP)]
    pictures = [track.take(one) for one in Masking("h264", b"", LEFT).packets(given)]
    assert all(pictures)
    assert [n for n, one in enumerate(pictures) if one.sample.key] == [0, 20, 40]
    assert {one.epoch for one in pictures} == {pictures[0].epoch}


def test_a_jump_back_a_torn_packet_and_another_size_are_borne():
    given = [
        *packets(begin=500 * TIMESCALE),
        Packet(0, 0, b"\x00\x00\x00\x01\x65junk", 0.0),
        *packets(),
        *packets(begin=30 * STEP, width=648, height=362),
    ]
    masked = list(Masking("h264", b"", LEFT).packets(given))
    shapes = {grey.shape for grey in decoded(masked)}
    assert shapes == {(180, 320), (362, 648)}
    assert len(masked) >= 55
    assert all(np.max(grey[:, : grey.shape[1] // 2 - 8]) < 30 for grey in decoded(masked))


def test_pictures_are_left_out_before_the_mask_is(monkeypatch):
    now = iter(range(10_000))
    monkeypatch.setattr("unjai.cameras.worker.masking.time.thread_time", lambda: next(now) * 0.3)
    masking = Masking("h264", b"", LEFT)
    given = [one for n in range(20) for one in packets(begin=n * 20 * STEP)]
    masked = list(masking.packets(given))
    assert masking.every >= 3
    assert len(masked) < len(given) * 0.7
    assert max(grey[:, :152].max() for grey in decoded(masked)) < 30
