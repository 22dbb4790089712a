"""Live pictures, stills and recordings through the edge: who may, what is written down, what a player gets."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import av
import msgspec
import pytest
from sqlalchemy import insert, select

from tests.cameras.films import clip
from tests.cameras.room import stream
from tests.cameras.rtsp import Mount, RtspServer
from tests.cameras.test_mp4 import written
from tests.web.edge import HERE, ROOT, THERE, Centre
from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.shelf import Hold, day_of, folder_of, hold, millis, moment
from unjai.cameras.watched import IDLE
from unjai.cameras.worker.room import Room, Shard
from unjai.model.clock import SystemClock
from unjai.model.ids import DeviceId, named_id
from unjai.people.api.accounts import COOKIE
from unjai.platform.audit import audit_log
from unjai.platform.streams import Bus
from unjai.territory.store import device

CAMERA = DeviceId(named_id("web cameras", "camera"))
BEGAN_MS = 1_795_000_000_000


@dataclass
class Screen:
    """A browser's side of one socket, spoken to the application itself."""

    centre: Centre
    said: list[Any] = field(default_factory=list)
    heard: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[None] | None = None
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    closed: int | None = None

    def open(self, camera: object, role: str | None, station=HERE, origin: str = "http://centre") -> None:
        cookie = [] if role is None else [(b"cookie", f"{COOKIE}={self.centre.tokens[role, station]}".encode())]
        scope = {
            "type": "websocket",
            "path": f"/ws/camera/{camera}",
            "raw_path": f"/ws/camera/{camera}".encode(),
            "root_path": "",
            "query_string": b"feed=auto",
            "scheme": "ws",
            "headers": [(b"host", b"centre"), (b"origin", origin.encode()), *cookie],
            "client": ("10.0.0.9", 1234),
            "server": ("centre", 80),
            "subprotocols": [],
            "state": {},
        }
        self.heard.put_nowait({"type": "websocket.connect"})

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "websocket.close":
                self.closed = message["code"]
            elif message["type"] == "websocket.send":
                text = message.get("text")
                self.said.append(message["bytes"] if text is None else msgspec.json.decode(text))
            self.fresh.set()

        self.task = asyncio.create_task(self.centre.app(scope, self.heard.get, send))

    async def until(self, wanted) -> None:
        async with asyncio.timeout(60):
            while not wanted(self):
                self.fresh.clear()
                await self.fresh.wait()

    async def leave(self) -> None:
        self.heard.put_nowait({"type": "websocket.disconnect", "code": 1001})
        assert self.task is not None
        async with asyncio.timeout(20):
            await self.task

    @property
    def film(self) -> bytes:
        return b"".join(one for one in self.said if isinstance(one, bytes))

    def words(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.said if isinstance(one, dict) and one["type"] == kind]


@pytest.fixture(scope="module")
async def street(centre: Centre, bus: Bus) -> AsyncIterator[Centre]:
    """The centre with one camera that sends, served by a room of its own."""
    root = centre.app.state.recordings
    async with centre.db.tx(ROOT) as tx:
        facts = {"key": "web-cam", "name_th": "กล้องหน้าตลาด", "owner_kind": "police", "silent_after_s": 60}
        await tx.execute(
            insert(device).values(id=CAMERA, station_id=HERE, kind="camera", lon=98.99, lat=18.79, **facts)
        )
    with RtspServer() as server:
        server.mounts["/web"] = Mount(clip())
        one = stream("web-cam", server.url("/web"), camera_id=CAMERA)

        async def listed():
            return [one]

        keeper = Keeper(root, asked_bytes=0, floor_bytes=0, room_bytes=lambda: 10**12)
        room = Room(bus=bus, clock=SystemClock(), streams=listed, keeper=keeper, shard=Shard())
        running = asyncio.create_task(room.run())
        desk = centre.app.state.cameras
        async with asyncio.timeout(60):
            while not desk.states().get(CAMERA, {}).get("still_at"):
                await bus.nc.request(f"camera.ask.{HERE}.{CAMERA}", b'{"do":"state"}') if room.cameras else None
                await asyncio.sleep(0.05)
        yield centre
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        for feed in (feed for camera in room.cameras.values() for feed in camera.feeds.values()):
            await asyncio.to_thread(feed.join, 20)


async def log_of(centre: Centre, action: str, camera: object = CAMERA) -> list[dict[str, Any]]:
    async with centre.db.tx(ROOT) as tx:
        return await tx.all(
            select(audit_log)
            .where(audit_log.c.action == action, audit_log.c.subject == f"camera:{camera}")
            .order_by(audit_log.c.id)
        )


async def test_an_operator_sees_a_live_picture_and_both_ends_of_it_are_written_down(street):
    before = len(await log_of(street, "camera.watch"))
    screen = Screen(street)
    screen.open(CAMERA, "operator")
    await screen.until(lambda one: len(one.film) and len(one.said) > 8)
    assert len(await log_of(street, "camera.watch")) == before + 1
    (begin,) = screen.words("begin")
    assert begin["mime"].startswith('video/mp4; codecs="avc1.')
    with av.open(io.BytesIO(screen.film)) as source:
        assert next(source.decode(video=0)).key_frame
    assert screen.words("state")[0]["signal"] == "live"
    assert await log_of(street, "camera.watch_end") == []
    await screen.leave()
    (end,) = await log_of(street, "camera.watch_end")
    assert end["facts"]["way"] == "live"
    assert end["station_id"] == HERE
    assert end["actor"].startswith("account:")


@pytest.mark.parametrize(
    ("camera", "role", "station", "code", "closed"),
    [
        (CAMERA, None, HERE, "sign_in_needed", 4401),
        (CAMERA, "officer", HERE, "right_missing", 4403),
        (CAMERA, "partner", HERE, "right_missing", 4403),
        (CAMERA, "administrator", HERE, "right_missing", 4403),
        (CAMERA, "operator", THERE, "not_found", 4404),
        (uuid4(), "operator", HERE, "not_found", 4404),
    ],
)
async def test_who_may_not_sees_nothing_and_nothing_is_told(street, camera, role, station, code, closed):
    rows = len(await log_of(street, "camera.watch", camera))
    screen = Screen(street)
    screen.open(camera, role, station)
    await screen.until(lambda one: one.closed is not None)
    assert screen.closed == closed
    assert [one["error"]["code"] for one in screen.said] == [code]
    assert screen.film == b""
    assert len(await log_of(street, "camera.watch", camera)) == rows


async def test_a_page_of_another_origin_gets_no_pictures(street):
    screen = Screen(street)
    screen.open(CAMERA, "operator", origin="https://elsewhere.example")
    await screen.until(lambda one: one.closed is not None)
    assert screen.closed == 4403
    assert screen.film == b""


async def test_a_camera_that_nobody_serves_says_so(street):
    other = DeviceId(named_id("web cameras", "unserved"))
    async with street.db.tx(ROOT) as tx:
        facts = {"key": "web-none", "name_th": "กล้องไม่มีสัญญาณ", "owner_kind": "police", "silent_after_s": 60}
        await tx.execute(insert(device).values(id=other, station_id=HERE, kind="camera", lon=98.99, lat=18.79, **facts))
    screen = Screen(street)
    screen.open(other, "operator")
    await screen.until(lambda one: one.closed is not None)
    assert [one["error"]["code"] for one in screen.said] == ["camera_unserved"]
    async with street.client("operator") as client:
        answer = await client.get(f"/api/cameras/{other}/still")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "camera_unserved")


async def test_stills_carry_their_age_and_the_same_one_is_not_sent_twice(street):
    async with street.client("operator") as client:
        first = await client.get(f"/api/cameras/{CAMERA}/still")
        assert first.status_code == 200
        assert first.headers["content-type"] == "image/jpeg"
        assert first.content.startswith(b"\xff\xd8")
        assert int(first.headers["age"]) >= 0
        assert first.headers["x-still-at"]
        again = await client.get(f"/api/cameras/{CAMERA}/still", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code in {304, 200}
        assert again.status_code == 200 or again.content == b""


async def test_many_stills_are_one_watching_with_its_end(street):
    async with street.client("supervisor") as client:
        before = len(await log_of(street, "camera.watch")), len(await log_of(street, "camera.watch_end"))
        for _ in range(5):
            assert (await client.get(f"/api/cameras/{CAMERA}/still")).status_code == 200
        assert len(await log_of(street, "camera.watch")) == before[0] + 1
    watched = street.app.state.watched
    written_down = []

    async def write(one) -> None:
        written_down.append((one.actor.name, one.camera_id, one.way))

    await watched.settle(street.clock.now(), write)
    assert not [one for one in written_down if one[2] == "still"]
    await watched.settle(street.clock.now() + IDLE * 2, write)
    assert ("still" in {one[2] for one in written_down}) is True
    assert {one[1] for one in written_down} == {CAMERA}


async def test_the_states_are_of_one_s_own_station(street):
    async with street.client("operator") as client:
        told = (await client.get("/api/camera-states")).json()["cameras"]
    assert [one["key"] for one in told] == ["web-cam"]
    assert told[0]["feeds"]["main"]["codec"] == "h264"
    async with street.client("operator", THERE) as client:
        assert (await client.get("/api/camera-states")).json()["cameras"] == []


@pytest.fixture(scope="module")
async def past(street: Centre) -> Centre:
    """Two recordings of last night, eight seconds apart."""
    folder = folder_of(street.app.state.recordings, HERE, CAMERA) / day_of(BEGAN_MS)
    folder.mkdir(parents=True, exist_ok=True)
    for at_ms in (BEGAN_MS, BEGAN_MS + 10_000):
        written(folder / f"{at_ms}-{at_ms + 2000}.mp4", first=777, began_s=at_ms / 1000)
    hold(
        street.app.state.recordings,
        HERE,
        CAMERA,
        Hold(key="k", begins=moment(BEGAN_MS), ends=moment(BEGAN_MS + 500), why="คดี", by="x"),
    )
    return street


def span(begin_s: float, end_s: float) -> dict[str, str]:
    return {
        "since": moment(BEGAN_MS + begin_s * 1000).isoformat(),
        "until": moment(BEGAN_MS + end_s * 1000).isoformat(),
    }


def seconds(interval: dict[str, str]) -> tuple[float, float]:
    parsed = [msgspec.convert(interval[name], type=__import__("datetime").datetime) for name in ("since", "until")]
    return tuple((millis(one) - BEGAN_MS) / 1000 for one in parsed)  # type: ignore[return-value]


async def test_the_gap_map_tells_what_is_there_and_what_is_not(past):
    async with past.client("operator") as client:
        told = (await client.get(f"/api/cameras/{CAMERA}/recordings", params=span(-5, 20))).json()
    assert [seconds(one) for one in told["present"]] == [(0, 2), (10, 12)]
    assert [seconds(one) for one in told["missing"]] == [(-5, 0), (2, 10), (12, 20)]
    assert [seconds(one) for one in told["held"]] == [(0, 0.5)]
    assert len(told["segments"]) == 2


async def test_a_playlist_plays_on_the_wall_s_own_time(past):
    async with past.client("operator") as client:
        base = f"/api/cameras/{CAMERA}"
        answer = await client.get(f"{base}/recordings.m3u8", params=span(-5, 20))
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        lines = answer.text.splitlines()
        assert lines[0] == "#EXTM3U"
        assert lines.count("#EXT-X-DISCONTINUITY") == 1
        (head,) = [line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP")]
        media = [line for line in lines if line.startswith("recordings/")]
        init = await client.get(f"{base}/{head}")
        times = []
        for one in media:
            piece = await client.get(f"{base}/{one}")
            assert int(piece.headers["content-length"]) == len(piece.content)
            with av.open(io.BytesIO(init.content + piece.content)) as source:
                times.append(next(frame.time for frame in source.decode(video=0)))
    assert times == pytest.approx([0, 10])


async def test_a_clip_leaves_with_a_row_in_the_log_and_says_its_real_ends(past):
    async with past.client("operator") as client:
        answer = await client.get(f"/api/cameras/{CAMERA}/clip", params=span(1.5, 11))
    assert answer.status_code == 200
    assert answer.headers["x-clip-gaps"] == "1"
    assert (
        millis(msgspec.convert(answer.headers["x-clip-since"], type=__import__("datetime").datetime)) == BEGAN_MS + 1000
    )
    with av.open(io.BytesIO(answer.content)) as source:
        assert sum(1 for _ in source.decode(video=0)) == 20
    assert len(await log_of(past, "camera.clip")) == 1


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("recordings.m3u8", span(100, 200), 404, "recording_missing"),
        ("clip", span(100, 200), 404, "recording_missing"),
        ("recordings", span(5, 5), 422, "range_invalid"),
        ("recordings", span(0, timedelta(days=32).total_seconds()), 422, "range_invalid"),
        ("clip", span(0, 7201), 422, "range_invalid"),
        ("recordings/5/init.mp4", {}, 404, "not_found"),
        ("recordings/99999999999999999/media.mp4", {}, 422, "range_invalid"),
        ("recordings/x/media.mp4", {}, 422, "request_invalid"),
    ],
)
async def test_what_cannot_be_played_is_told(past, path, params, status, code):
    async with past.client("operator") as client:
        answer = await client.get(f"/api/cameras/{CAMERA}/{path}", params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_another_station_plays_nothing(past):
    async with past.client("operator", THERE) as client:
        for path in ("still", "recordings", "recordings.m3u8", "clip", f"recordings/{BEGAN_MS}/media.mp4"):
            answer = await client.get(f"/api/cameras/{CAMERA}/{path}", params=span(0, 12))
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found"), path
