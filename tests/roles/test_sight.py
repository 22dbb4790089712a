"""The eyes of the cameras' process, whole: a real square as a camera, the real model, the real rules, the real core."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from sqlalchemy import insert, select

from tests.picture.conftest import HERE, Street, street  # noqa: F401
from tests.vision.conftest import built_model, street_clip
from unjai.app import Common
from unjai.cameras.flows.health import set_reference
from unjai.cameras.recording.shelf import folder_of, holds_of, recordings_root, segments_between
from unjai.cameras.specs import Stream
from unjai.cameras.store import health as health_store
from unjai.cameras.store.tables import camera, camera_trouble
from unjai.cameras.worker.room import Room, Shard
from unjai.cameras.worker.wellbeing import Change as Told
from unjai.cameras.worker.wellbeing import Wellbeing
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.model.ids import DeviceId, named_id
from unjai.people.registry import Refusals, Registry
from unjai.platform.config import Settings
from unjai.platform.database import metadata
from unjai.platform.streams import Bus, stream_of
from unjai.roles.cameras import room_of
from unjai.roles.sight import Sight
from unjai.territory.store import device
from unjai.territory.view import forget
from unjai.vision.detector import Detector
from unjai.vision.health import LEVELS, Level

Change = Callable[[np.ndarray, int], np.ndarray]
QUICK = {
    trouble: Level(on=level.on, off=level.off, lasts_s=level.lasts_s / 20, clears_s=level.clears_s / 20)
    for trouble, level in LEVELS.items()
}
"""The same levels, the times a twentieth: nobody waits a minute for a test."""


def film(source: Path, target: Path, *, until: int = 10_000, change: Change | None = None) -> Path:
    """Make of a clip what a camera sends: H.264, a picture a second that stands for itself; filtered by `change`."""
    options = {"g": "10", "preset": "ultrafast", "bf": "0", "forced-idr": "1", "qp": "20"}
    with av.open(str(source)) as clip, av.open(str(target), "w") as out:
        made = out.add_stream("libx264", rate=10, options=options)
        made.width, made.height, made.pix_fmt = 768, 576, "yuv420p"
        for number, frame in enumerate(clip.decode(video=0)):
            if number >= until:
                break
            image = frame.to_ndarray(format="rgb24")
            fresh = av.VideoFrame.from_ndarray(image if change is None else change(image, number), format="rgb24")
            fresh.pts, fresh.time_base = number, Fraction(1, 10)
            out.mux(made.encode(fresh))
        out.mux(made.encode(None))
    return target


@dataclass
class Station:
    """A station with file cameras, a process that serves them, and a core that hears of it."""

    street: Street
    made: Common
    data: Path

    async def camera(self, key: str, file: Path, **told: Any) -> DeviceId:
        """Put a camera into the register."""
        own = DeviceId(named_id("sight", key))
        async with self.street.db.tx(system(HERE)) as tx:
            await tx.execute(
                insert(device).values(
                    id=own,
                    station_id=HERE,
                    key=key,
                    kind="camera",
                    name_th=f"กล้อง {key}",
                    owner_kind="police",
                    lon=99.05,
                    lat=18.05,
                    silent_after_s=120,
                )
            )
            values = {"kind": "file", "main_url": str(file), "record": True, "analyse": False} | told
            now = self.made.clock.now()
            await tx.execute(insert(camera).values(device_id=own, station_id=HERE, changed_at=now, **values))
        forget()
        return own

    @contextlib.asynccontextmanager
    async def served(self, sight: Sight) -> AsyncIterator[Room]:
        """Serve the cameras, and let the core follow what they tell."""
        await self.made.load()
        await self.street.start()
        picture = self.street.picture
        stream = stream_of("device")
        picture.places[stream] = (await self.made.bus.js.stream_info(stream)).state.last_seq
        room = room_of(self.made, Shard(), sight)
        tasks = [asyncio.create_task(job) for job in (room.run(), sight.run(room), picture.follow(stream))]
        try:
            yield room
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for feed in (feed for one in room.cameras.values() for feed in one.feeds.values()):
            await asyncio.to_thread(feed.join, 20)

    async def rows(self, query: Any) -> list[dict[str, Any]]:
        async with self.street.core.tx(system(HERE)) as tx:
            return await tx.all(query)

    async def until(self, wanted: Callable[[], Any], seconds: float = 150) -> Any:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not (found := await wanted()):
                await asyncio.sleep(0.2)
        return found


@pytest.fixture
async def station(street: Street, bus: Bus, tmp_path: Path) -> Station:  # noqa: F811
    settings = Settings(data=tmp_path, recordings_floor_gb=1)
    clock = SystemClock()
    street.clock.move(clock.now() - street.clock.now())
    made = Common(settings=settings, db=street.core, bus=bus, clock=clock, registry=Registry(), refusals=Refusals())
    return Station(street, made, tmp_path)


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real square as a camera sends it."""
    return film(street_clip(), tmp_path_factory.mktemp("film") / "square.mp4")


async def test_loitering_and_a_crowd_open_incidents_with_the_clip(station: Station, square: Path):
    built_model()
    watched = await station.camera("square", square, analyse=True)
    other = await station.camera("other", square, analyse=False)
    follow = {"do": "incident", "code": "SUS", "priority": 2}
    where = {"device_ids": [str(watched)]}
    loitering = await station.street.make("scene_loitering", params={"seconds": 30}, where=where, follow=follow)
    crowd = await station.street.make(
        "scene_crowd", params={"people": 5, "seconds": 10}, where=where, follow={**follow, "code": "600"}
    )
    await station.street.make("scene_lying", where={"device_ids": [str(other)]}, follow=follow)
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""))

    async def both() -> list[dict[str, Any]]:
        rows = await station.street.alerts()
        return rows if {row["rule_id"] for row in rows} >= {loitering, crowd} else []

    async with station.served(sight):
        alerts = await station.until(both)
        [incident] = [one for one in await station.street.incidents() if one["code"] == "600"]
        held = holds_of(folder_of(recordings_root(station.data, ""), HERE, watched))

    reports = await station.rows(select(metadata.tables["report"]).order_by("received_at"))
    found_by = {row["observation_id"] for row in reports}
    assert {row["id"] for row in alerts if row["does"] == "incident"} <= found_by  # the clip is found from the incident
    assert {row["device_id"] for row in alerts} == {watched}
    assert (incident["lon"], incident["lat"], incident["channel"]) == (99.05, 18.05, "rule")
    found = next(row for row in alerts if row["rule_id"] == crowd)
    assert found["facts"]["scene"] == "crowd"
    assert found["facts"]["facts"]["people"] >= 5
    assert "มีคนรวมกลุ่ม" in found["text_th"]
    assert "people together" in found["text_en"]
    assert all(0 <= edge <= 1 for edge in found["facts"]["box"])
    stay = next(row for row in alerts if row["rule_id"] == loitering)
    assert len(stay["facts"]["path"]) > 10
    assert len({row["id"] for row in await station.street.alerts()}) == len(await station.street.alerts())
    for row in (found, stay):
        since, until = (datetime.fromisoformat(row["facts"]["clip"][name]) for name in ("from", "until"))
        assert until - since == timedelta(seconds=20)
        assert min(abs(one.begins - since) for one in held) < timedelta(milliseconds=2)
    first = min(held, key=lambda one: one.begins)
    folder = folder_of(recordings_root(station.data, ""), HERE, watched)
    assert any(first.covers(segment) for segment in segments_between(folder, 0, 10**14))


def turned(image: np.ndarray, _number: int) -> np.ndarray:
    """Another view, as sharp: what a camera sees that somebody pushed aside."""
    return np.ascontiguousarray(np.concatenate([image[:, 400:], image[:, :400][:, ::-1]], axis=1))


def covered(image: np.ndarray, number: int) -> np.ndarray:
    """A bag over the lens, cloth with a little grain, for the first half of the film."""
    if number >= 100:
        return image
    grain = np.random.default_rng(number).integers(-10, 11, image.shape)
    return np.clip(70 + grain, 0, 255).astype(np.uint8)


async def test_covering_turning_freezing_and_pulling_raise_their_own_alarms(station: Station, square: Path, tmp_path):
    clip = street_clip()
    still = first_frames(clip)[0]
    files = {
        "well": square,
        "covered": film(clip, tmp_path / "covered.mp4", until=200, change=covered),
        "turned": film(clip, tmp_path / "turned.mp4", until=60, change=turned),
        "frozen": film(clip, tmp_path / "frozen.mp4", until=60, change=lambda _image, _number: still),
        "gone": tmp_path / "gone.mp4",
    }
    keys = {name: await station.camera(name, file, record=False) for name, file in files.items()}
    good = cv2.imencode(".jpg", cv2.resize(still, (640, 480))[..., ::-1])[1].tobytes()
    for name in ("well", "covered", "turned", "frozen"):
        async with station.street.db.tx(system(HERE)) as tx:
            await set_reference(tx, system(HERE), station.made.clock, camera_id=keys[name], picture=good)
    rule = await station.street.make("camera_health", follow={"do": "incident", "code": "TMP", "priority": 2})
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""))
    sight.wellbeing = Wellbeing(sight._changed, levels=QUICK, every_s=0)
    wanted = {("covered", "covered"), ("turned", "turned"), ("frozen", "frozen"), ("gone", "no_signal")}
    names = {key: name for name, key in keys.items()}

    async def all_told() -> bool:
        """Tell whether each trouble was told, and the hand that covered a lens was taken off again."""
        rows = await station.rows(select(camera_trouble))
        alerts = [row for row in await station.street.alerts() if row["rule_id"] == rule]
        lifted = [row for row in alerts if names[row["device_id"]] == "covered" and row["cleared_at"] is not None]
        over = [row for row in rows if row["trouble"] == "covered" and row["until"] is not None]
        told = {(names[row["device_id"]], row["trouble"]) for row in rows}
        alarmed = {names[row["device_id"]] for row in alerts}
        gone = station.street.picture.stations[HERE].heard.get(keys["gone"])
        return bool(gone and told >= wanted and alarmed >= {"covered", "turned", "frozen"} and lifted and over)

    async with station.served(sight):
        await station.until(all_told)
        rows = await station.rows(select(camera_trouble))
        heard = dict(station.street.picture.stations[HERE].heard)
        incidents = [one for one in await station.street.incidents() if one["code"] == "TMP"]

    assert {(names[row["device_id"]], row["trouble"]) for row in rows} == wanted  # and nothing of the one that is well
    assert all(row["until"] is None for row in rows if row["trouble"] != "covered")
    for row in rows:
        assert row["picture"] is None if row["trouble"] == "no_signal" else row["picture"][:2] == b"\xff\xd8"
    assert {one["about_th"] for one in incidents} <= {"กล้อง covered", "กล้อง turned", "กล้อง frozen"}
    assert incidents
    assert heard[keys["gone"]].gone
    assert not heard[keys["turned"]].gone


def first_frames(clip: Path) -> list[np.ndarray]:
    with av.open(str(clip)) as source:
        return [next(source.decode(video=0)).to_ndarray(format="rgb24")]


async def test_what_was_wrong_is_known_to_the_next_process(station: Station, square: Path):
    own = await station.camera("square", square)
    now = station.made.clock.now()
    row = {"id": named_id("sight", "t"), "station_id": HERE, "device_id": own, "trouble": "covered", "measure": 0.9}
    async with station.street.db.tx(system(HERE)) as tx:
        await health_store.begin_trouble(tx, {**row, "since": now, "noticed_at": now, "picture": None})
        await health_store.begin_trouble(tx, {**row, "since": now, "noticed_at": now, "picture": None})
    sight = Sight(station.made, Shard(), station.data)
    await station.made.load()
    await sight._remember()
    assert sight.wellbeing.known() == {own}
    others = Sight(station.made, Shard(1 + (own.int + 1) % 2, 2), station.data)
    await others._remember()
    assert others.wellbeing.known() == set()


async def test_the_model_that_cannot_be_read_stops_no_camera(station: Station, square: Path, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    own = await station.camera("square", square, analyse=True)
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""), detector=lambda: Detector(broken))

    async with station.served(sight) as room:

        async def recorded() -> bool:
            return own in room.cameras and room.cameras[own].state()["recording"] == "on"

        await station.until(recorded, 40)
        assert not sight.analyst.worked() or sight.analyst.worked()[own].looked == 0


def a_stream(key: str, *, record: bool = False) -> Stream:
    own = DeviceId(named_id("sight", key))
    return Stream(
        camera_id=own,
        station_id=HERE,
        key=key,
        kind="file",
        main_url="",
        sub_url=None,
        username=None,
        password=None,
        record=record,
        keep_days=1,
        masks=(),
        analyse=True,
        enabled=True,
    )


async def test_what_is_told_of_a_camera_that_is_gone_holds_up_nobody(station: Station):
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""))
    dark = Told(
        camera=a_stream("gone"), trouble="dark", holds=True, measure=1.0, since_s=1.0, at_s=2.0, troubles=("dark",)
    )
    next_one = asyncio.Event()

    async def after() -> None:
        next_one.set()

    async with station.served(sight):
        while sight._loop is None:
            await asyncio.sleep(0)
        sight._changed(dark)
        sight._put(after)
        async with asyncio.timeout(60):
            await next_one.wait()
    assert await station.rows(select(camera_trouble)) == []


async def test_a_disc_that_cannot_hold_a_recording_keeps_no_alarm_from_anybody(station: Station, tmp_path: Path):
    (tmp_path / "full").write_text("no folder")
    sight = Sight(station.made, Shard(), tmp_path / "full")
    told = []

    async def tell(_camera: Stream, message: dict[str, Any]) -> None:
        told.append(message)

    sight._tell = tell
    hit = {"say": "hit", "at": 1_795_000_000.0, "rule_id": "0" * 36, "tracks": [1], "clip": {"from": 1, "until": 2}}
    await sight._hit(a_stream("square", record=True), hit)
    [message] = told
    assert message["say"] == "hit"
    assert "clip" not in message
