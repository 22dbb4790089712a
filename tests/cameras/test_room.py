"""The whole room on a real bus: many cameras at once, of which some hang, refuse, tear; live, stills, recordings."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import av
import msgspec
import numpy as np
import pytest

from tests.cameras.films import clip, film
from tests.cameras.room import FULL, HERE, stream, world_of
from tests.cameras.rtsp import Mount, RtspServer
from unjai.cameras.desk import Desk, Viewer
from unjai.cameras.mp4.reading import contents_of
from unjai.cameras.recording.shelf import folder_of, parts_in
from unjai.cameras.wire import KEY, Asked, piece_of, pieces_of
from unjai.cameras.worker.room import Shard
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId
from unjai.platform.streams import Bus


@pytest.fixture(scope="module")
def server():
    with RtspServer() as made:
        made.mounts["/main"] = Mount(clip("libx264", 648, 362))
        made.mounts["/sub"] = Mount(clip())
        made.mounts["/h265"] = Mount(clip("libx265"))
        made.mounts["/hang"] = Mount(manner="hang")
        made.mounts["/closed"] = Mount(clip(), user="u", password="p")
        made.mounts["/torn"] = Mount(clip(), manner="broken")
        yield made


@pytest.fixture
async def desk(bus: Bus) -> AsyncIterator[Desk]:
    made = Desk(bus)
    await made.start()
    yield made


async def shown(viewer: Viewer, count: int) -> tuple[dict[str, Any], list[bytes]]:
    """What a screen gets: what it is told at the beginning, and the bytes that it plays."""
    said: dict[str, Any] = {}
    pieces: list[bytes] = []
    async with asyncio.timeout(60):
        while len(pieces) < count + 1:
            what, body = await viewer.next()
            if what == "begin":
                said, pieces = body[0], [body[1]]
            elif what == "piece":
                assert pieces, "a fragment before the beginning"
                pieces.append(body)
    return said, pieces


def pictures(body: bytes) -> list[tuple[float, bool]]:
    import io

    with av.open(io.BytesIO(body)) as source:
        return [(frame.time, frame.key_frame) for frame in source.decode(video=0)]


async def test_one_that_hangs_refuses_or_tears_stops_no_other(bus, server, tmp_path):
    fine = [stream(f"fine-{number}", server.url("/sub")) for number in range(4)]
    bad = {
        "hang": stream("hang", server.url("/hang")),
        "refused": stream("refused", server.url("/closed"), username="u", password="wrong"),
        "missing": stream("missing", server.url("/nothing")),
        "away": stream("away", "rtsp://127.0.0.1:9/x"),
        "junk": stream("junk", "http://127.0.0.1:9/x"),
    }
    torn = stream("torn", server.url("/torn"))
    async with world_of(bus, server, tmp_path, *bad.values(), torn, *fine) as world:
        for one in fine:
            state = await world.until(one, lambda told: told["recording"] == "on" and told["still_at"])
            assert state["live"] == "plays"
            assert state["feeds"]["main"]["codec"] == "h264"
        await world.until(torn, lambda told: told["signal"] == "live" and told["feeds"]["main"]["broken_units"])
        for why, key in (("refused", "refused"), ("not_found", "missing"), ("away", "away"), ("unreadable", "junk")):
            state = await world.until(bad[key], lambda told, why=why: told["why"] == why)
            assert state["signal"] == "lost"
        assert world.states[bad["hang"].camera_id]["signal"] in {"connecting", "lost"}
        assert "wrong" not in str(world.states)
    for one in fine:
        (kept,) = world.recordings(one)
        assert kept.file.suffix == ".mp4"
        assert contents_of(kept.file).fragments[0].begins_with_key


async def test_a_screen_gets_a_picture_at_once_and_nothing_is_sent_when_nobody_watches(bus, server, tmp_path, desk):
    camera = stream("one", server.url("/sub"), record=False)
    sent: list[bytes] = []

    async def heard(_subject: str, data: bytes) -> None:
        sent.append(data)

    ear = await bus.hear("live.>", heard)
    async with world_of(bus, server, tmp_path, camera) as world:
        await world.until(camera, lambda told: told["signal"] == "live")
        assert sent == []
        async with desk.watch(HERE, camera.camera_id, "auto") as viewer:
            said, pieces = await shown(viewer, 12)
            assert said["mime"].startswith('video/mp4; codecs="avc1.')
            assert (said["width"], said["height"], said["feed"]) == (320, 180, "main")
            times = pictures(b"".join(pieces))
            assert times[0][1]
            assert len(times) >= 12
            async with desk.watch(HERE, camera.camera_id, "auto") as other:
                _said, theirs = await shown(other, 1)
                assert pictures(b"".join(theirs))[0][1]
        state = await world.until(camera, lambda told: told["feeds"]["main"]["readers"] == 0)
        assert state["signal"] == "live"
        await bus.answers(2)
        sent.clear()
        await world.until(camera, lambda _told, seen=[]: (seen.append(1), len(seen) > 2)[1])
        assert sent == []
        assert world.recordings(camera) == []
    await ear.unsubscribe()


async def test_h265_is_recorded_and_the_sub_stream_is_shown(bus, server, tmp_path, desk):
    camera = stream("two", server.url("/h265"), sub_url=server.url("/sub"))
    alone = stream("alone", server.url("/h265"))
    async with world_of(bus, server, tmp_path, camera, alone) as world:
        state = await world.until(camera, lambda told: told["recording"] == "on" and told["live"] == "plays")
        assert state["feeds"]["main"]["codec"] == "hevc"
        await world.until(alone, lambda told: told["live"] == "h265")
        async with desk.watch(HERE, camera.camera_id, "auto") as viewer:
            said, _pieces = await shown(viewer, 1)
            assert (said["feed"], said["codec"]) == ("sub", "h264")
        async with desk.watch(HERE, camera.camera_id, "main") as viewer:
            said, pieces = await shown(viewer, 1)
            assert said["mime"].startswith('video/mp4; codecs="hvc1.')
            assert pictures(b"".join(pieces))
    (kept,) = world.recordings(camera)
    with av.open(str(kept.file)) as source:
        assert source.streams.video[0].codec_context.name == "hevc"


async def test_a_main_stream_that_nobody_records_is_opened_only_to_be_watched(bus, server, tmp_path, desk):
    camera = stream("demand", server.url("/main"), sub_url=server.url("/sub"), record=False)
    async with world_of(bus, server, tmp_path, camera) as world:
        state = await world.until(camera, lambda told: told["feeds"]["sub"]["signal"] == "live")
        assert state["feeds"]["main"]["signal"] in {"idle", "connecting"}
        assert not server.mounts["/main"].players
        async with desk.watch(HERE, camera.camera_id, "main") as viewer:
            said, _pieces = await shown(viewer, 1)
            assert said["width"] == 648


async def test_a_still_is_small_masked_and_carries_its_time(bus, server, tmp_path, desk):
    masked = stream(
        "masked", server.url("/main"), masks=(((0, 0), (0.5, 0), (0.5, 1), (0, 1)), ((9, 9), (10, 9), (9, 10)))
    )
    async with world_of(bus, server, tmp_path, masked) as world:
        await world.until(masked, lambda told: told["still_at"])
        still = await desk.still(HERE, masked.camera_id)
    assert still is not None
    assert still.masked, "who keeps it knows that something was blackened"
    with av.open(__import__("io").BytesIO(still.jpeg)) as source:
        grey = next(source.decode(video=0)).to_ndarray(format="gray")
    assert grey.shape == (358, 640)
    assert grey[:, :315].max() < 40
    assert grey[:, 330:].std() > 20
    assert np.mean([mean for _key, _shape, mean in world.greys]) < 90
    assert {shape for _key, shape, _mean in world.greys} == {(179, 320)}
    age_s = (SystemClock().now() - still.at).total_seconds()
    assert -1 < age_s < 60


@pytest.mark.parametrize(
    ("path", "copies", "codec"), [("/main", True, "h264"), ("/h265", True, "h264"), ("/main", False, "h264")]
)
async def test_what_a_mask_covers_is_neither_recorded_nor_sent(bus, server, tmp_path, desk, path, copies, codec):
    camera = stream("masked", server.url(path), masks=(((0, 0), (0.5, 0), (0.5, 1), (0, 1)),), mask_copies=copies)
    async with world_of(bus, server, tmp_path, camera) as world:
        await world.until(camera, lambda told: told["recording"] == "on")
        async with desk.watch(HERE, camera.camera_id, "main") as viewer:
            _said, pieces = await shown(viewer, 12)
    (kept,) = world.recordings(camera)
    for body in (b"".join(pieces), kept.file.read_bytes()):
        with av.open(__import__("io").BytesIO(body)) as source:
            assert source.streams.video[0].codec_context.name == codec
            greys = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
        assert len(greys) >= 10
        half = greys[0].shape[1] // 2
        assert bool(max(grey[:, : half - 16].max() for grey in greys) < 40) is copies
        assert min(grey[:, half + 16 :].std() for grey in greys) > 20


async def test_every_picture_of_an_analysed_camera_is_handed_on_and_of_no_other(bus, server, tmp_path):
    some = [stream("looked-at", server.url("/sub"), analyse=True), stream("not", server.url("/sub"))]
    async with world_of(bus, server, tmp_path, *some) as world:
        for one in some:
            await world.until(one, lambda told: told["recording"] == "on")
    assert {key for key, _key in world.analysed} == {"looked-at"}
    assert [begins for _name, begins in world.analysed[:10]] == [True] + [False] * 9


async def test_a_changed_entry_is_taken_over_and_a_gone_camera_is_let_go(bus, server, tmp_path, desk):
    camera = stream("moved", server.url("/nothing"))
    async with world_of(bus, server, tmp_path, camera) as world:
        await world.until(camera, lambda told: told["why"] == "not_found")
        world.listed = [replace(camera, main_url=server.url("/sub"))]
        await bus.tell("evt.10.cameras.changed", b"{}")
        await world.until(camera, lambda told: told["recording"] == "on")
        async with desk.watch(HERE, camera.camera_id, "auto") as viewer:
            await shown(viewer, 1)
            world.listed = []
            await bus.tell("evt.10.cameras.changed", b"{}")
            await world.until(camera, lambda told: told["signal"] == "off")
        with pytest.raises(UnjaiError) as told:
            await desk.still(HERE, camera.camera_id)
        assert told.value.code == "camera_unserved"
        assert camera.camera_id not in desk.states()


async def test_a_pulled_cable_is_told_and_mends_itself(bus, server, tmp_path):
    mount = server.mounts["/pulled"] = Mount(clip())
    camera = stream("pulled", server.url("/pulled"))
    async with world_of(bus, server, tmp_path, camera) as world:
        await world.until(camera, lambda told: told["recording"] == "on")
        mount.manner = "missing"
        server.close_all("/pulled")
        state = await world.until(camera, lambda told: told["signal"] == "lost")
        assert state["since"]
        mount.manner = "fine"
        await world.until(camera, lambda told: told["signal"] == "live")
        await world.until(camera, lambda _told: len(world.recordings(camera)) == 2)
    assert len({one.begins_ms for one in world.recordings(camera)}) == 2


async def test_a_full_disc_stops_the_recording_and_nothing_else(bus, server, tmp_path, desk):
    camera = stream("full", server.url("/sub"))
    async with world_of(bus, server, tmp_path, camera) as world:
        world.disc_room = 0
        await world.until(camera, lambda told: told["recording"] == "disc_full")
        async with desk.watch(HERE, camera.camera_id, "auto") as viewer:
            _said, pieces = await shown(viewer, 5)
            assert len(pictures(b"".join(pieces))) >= 5
        world.disc_room = FULL
        await world.until(camera, lambda told: told["recording"] == "on")


async def test_what_was_being_written_is_finished_by_the_next_process_and_each_share_serves_its_own(
    bus, server, tmp_path
):
    cameras = [
        replace(stream(f"s{number}", server.url("/sub")), camera_id=DeviceId(UUID(int=number))) for number in (4, 5)
    ]
    folder = folder_of(tmp_path, HERE, cameras[0].camera_id) / "2026-11-22"
    folder.mkdir(parents=True)
    with av.open(str(film())):
        pass
    from tests.cameras.test_mp4 import written

    written(folder / "1795000000000.part")
    other = folder_of(tmp_path, HERE, cameras[1].camera_id) / "2026-11-22"
    other.mkdir(parents=True)
    written(other / "1795000000000.part")
    async with world_of(bus, server, tmp_path, *cameras, shard=Shard(1, 2)) as world:
        await world.until(cameras[0], lambda told: told["recording"] == "on")
        assert cameras[1].camera_id not in world.states
    assert (folder / "1795000000000-1795000002000.mp4").exists()
    assert parts_in(other.parent) == [other / "1795000000000.part"]


async def test_two_hundred_cameras_of_one_name_are_two_hundred_cameras(bus, server, tmp_path):
    many = [stream("เหมือนกัน", "rtsp://127.0.0.1:9/x", record=False) for _ in range(200)]
    async with world_of(bus, server, tmp_path, *many) as world:
        for one in many:
            await world.until(one, lambda told: told["signal"] == "lost")


async def test_junk_on_the_bus_is_borne(bus, server, tmp_path, desk):
    camera = stream("junk", server.url("/sub"), record=False)
    async with world_of(bus, server, tmp_path, camera) as world:
        await world.until(camera, lambda told: told["still_at"])
        for junk in (b"", b"\xff", b"[]", b'{"do":"fly"}', b'{"do":"keep","feed":7}'):
            await bus.tell(f"camera.ask.10.{camera.camera_id}", junk)
        await bus.tell(f"live.{desk.reader}.10.{camera.camera_id}.main", b"x")
        assert await desk.still(HERE, camera.camera_id) is not None


# -- the way over the bus --------------------------------------------------------------------------------------------


def test_a_large_fragment_crosses_in_parts():
    body = bytes(range(256)) * 8000
    parts = [piece_of(one) for one in pieces_of(KEY, 2**32 + 7, body)]
    assert len(parts) == 3
    assert [one.last for one in parts] == [False, False, True]
    assert {(one.kind, one.number) for one in parts} == {(KEY, 7)}
    assert b"".join(one.body for one in parts) == body
    assert all(len(one) <= 1_000_000 for one in pieces_of(KEY, 0, body))


async def test_a_screen_that_is_slow_or_a_lost_piece_begins_anew_and_shows_nothing_torn():
    viewer = Viewer()
    viewer.give(("piece", b"lost"), 4)
    viewer.give(("piece", b"key"), 3, key=True)
    for _ in range(10):
        viewer.give(("piece", bytes(1_000_000)), 1_000_000)
    viewer.give(("piece", b"key 2"), 5, key=True)
    said = [await viewer.next() for _ in range(len(viewer.waiting))]
    assert [what if what != "piece" else body for what, body in said] == ["skipped", b"key 2"]
    assert viewer.held_bytes == 0


def test_a_question_is_one_of_four():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"do":"delete"}', type=Asked)
