"""Cameras with bad manners among good ones, in one room on a real bus: none of them stops another."""

import time
from itertools import pairwise

import av
import pytest

from tests.cameras.films import clip
from tests.cameras.room import World, stream, world_of
from tests.cameras.rtsp import Mount, RtspServer
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.mp4.reading import contents_of
from unjai.cameras.worker import track
from unjai.cameras.worker.stills import WIDTH as STILL_WIDTH

DRIFT_MS = (track._DRIFT_S + track._LONGEST / TIMESCALE + 2) * 1000
"""A camera's time may be off by a drift that is no jump yet, and the last picture by as long as one may stand."""


@pytest.fixture(scope="module")
def server():
    with RtspServer() as made:
        made.mounts["/good"] = Mount(clip())
        yield made


def recorded_whole(world: World, camera) -> float:
    """Return the seconds that were recorded of a camera without a gap; its files play from their beginnings."""
    kept = world.recordings(camera)
    assert kept
    for before, after in pairwise(kept):
        assert after.begins_ms - before.ends_ms < 500
    for one in kept:
        assert contents_of(one.file).fragments[0].begins_with_key
    return (kept[-1].ends_ms - kept[0].begins_ms) / 1000


async def test_a_camera_that_changes_its_resolution_begins_a_new_file_and_stops_nobody(bus, server, tmp_path):
    mount = server.mounts["/changing"] = Mount(clip())
    changing, good = stream("changing", server.url("/changing")), stream("good", server.url("/good"))
    async with world_of(bus, server, tmp_path, changing, good) as world:
        for one in (changing, good):
            await world.until(one, lambda told: told["recording"] == "on")
        mount.clip = clip("libx264", 648, 362)
        state = await world.until(changing, lambda told: told["feeds"]["main"]["width"] == 648)
        assert state["feeds"]["main"]["height"] == 362
        await world.until(changing, lambda _told: len(world.recordings(changing)) == 2)
        begun = time.monotonic()
        await world.until(changing, lambda _told: time.monotonic() - begun > 2)
        assert world.states[good.camera_id]["signal"] == "live"
    sizes = []
    for one in world.recordings(changing):
        with av.open(str(one.file)) as source:
            sizes += [(frame.width, frame.height) for frame in source.decode(video=0)][:1]
    assert sizes == [(320, 180), (648, 362)]
    recorded_whole(world, good)


async def test_a_sub_stream_of_4k_gives_a_small_still_and_takes_none_from_others(bus, server, tmp_path):
    server.mounts["/4k"] = Mount(clip("libx264", 3840, 2160))
    large = stream("large", server.url("/good"), sub_url=server.url("/4k"))
    good = stream("good", server.url("/good"))
    async with world_of(bus, server, tmp_path, large, good) as world:
        state = await world.until(large, lambda told: told["still_at"] and told["feeds"]["sub"]["width"] == 3840)
        assert state["recording"] in {"on", "waiting"}
        await world.until(good, lambda told: told["still_at"] and told["recording"] == "on")
        await world.until(large, lambda _told: {key for key, _shape, _mean in world.greys} == {"large", "good"})
    assert {shape[1] for key, shape, _mean in world.greys if key == "large"} <= {320}
    assert STILL_WIDTH <= 1280
    recorded_whole(world, good)


async def test_one_that_drops_and_one_that_lies_about_time_disturb_no_other(bus, server, tmp_path):
    server.mounts["/dropping"] = Mount(clip(), drop_after=3)
    server.mounts["/lying"] = Mount(clip(), manner="lying")
    dropping, lying = stream("dropping", server.url("/dropping")), stream("lying", server.url("/lying"))
    good = stream("good", server.url("/good"))
    began_ms = time.time() * 1000
    async with world_of(bus, server, tmp_path, dropping, lying, good) as world:
        await world.until(good, lambda told: told["recording"] == "on")
        await world.until(dropping, lambda told: told["signal"] == "lost" and told["why"])
        await world.until(lying, lambda _told: len(world.recordings(lying)) >= 2)
        knocks = [one for one in server.asked if one == ("DESCRIBE", "/dropping")]
        assert len(knocks) <= 6
    ended_ms = time.time() * 1000
    for one in world.recordings(lying):
        assert began_ms - DRIFT_MS <= one.begins_ms <= one.ends_ms <= ended_ms + DRIFT_MS
    recorded_whole(world, good)


async def test_parameter_sets_that_grow_without_end_are_left_out(bus, server, tmp_path):
    """A unit that says it is a parameter set and is a megabyte of nothing."""
    bad = clip()
    huge = b"\x67" + bytes(track._MOST_HEADER + 1)
    server.mounts["/huge"] = Mount(
        type(bad)(bad.codec, bad.fps, tuple((huge, *one) for one in bad.units), bad.keys, bad.sets)
    )
    odd, good = stream("odd", server.url("/huge")), stream("good", server.url("/good"))
    async with world_of(bus, server, tmp_path, odd, good) as world:
        await world.until(odd, lambda told: told["signal"] == "live" and told["feeds"]["main"]["broken_units"] > 2)
        await world.until(good, lambda told: told["recording"] == "on")
    recorded_whole(world, good)
