"""The analyst beside the stream: looks at what is due, naps, drops rather than lags, tells what rules find."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest

from tests.cameras.room import stream
from tests.cameras.rtsp import record
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.specs import Counter, SceneSpec, Stream
from unjai.cameras.worker.analyst import Analyst, Seat, Worked
from unjai.cameras.worker.track import Packet, Picture, Track
from unjai.cameras.worker.wellbeing import grey_of
from unjai.model.ids import DeviceId
from unjai.vision.box import Box
from unjai.vision.detector import Detection
from unjai.vision.scene import scene_kinds

BEGIN_S = 1_795_300_020.0
RULE = UUID(int=7)


class Eye:
    """Stands for the model: one person stands in the middle of whatever it is shown; it counts how often."""

    threshold = 0.5
    side = (300, 300)
    shares: tuple[float, ...] = ()

    def __init__(self) -> None:
        self.looks: list[np.ndarray] = []

    def look(self, rgb: np.ndarray) -> list[Detection]:
        self.looks.append(rgb)
        height, width = rgb.shape[:2]
        if width < 300:
            return []
        return [Detection(kind="person", score=0.9, box=Box(width * 0.4, height * 0.3, width * 0.5, height * 0.8))]


def pictures_of(file: Path, times: int = 1) -> list[Picture]:
    """A file's pictures as a feed hands them over, played so many times."""
    found: list[Picture] = []
    for turn in range(times):
        with av.open(str(file)) as source:
            track = Track("h264", "length")
            track.offer_headers(bytes(source.streams.video[0].codec_context.extradata or b""))
            for packet in source.demux(video=0):
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                pts, dts = (round(at * packet.time_base * TIMESCALE) for at in (packet.pts, packet.dts))
                came_s = BEGIN_S + turn * 2.0 + dts / TIMESCALE
                if (picture := track.take(Packet(pts, dts, bytes(packet), came_s))) is not None:
                    found.append(replace(picture, wall_s=came_s))
    return found


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("analyst") / "moving.mp4", width=640, height=360, fps=25, gop=25)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing moves in it at all."""
    file = tmp_path_factory.mktemp("analyst") / "still.mp4"
    with av.open(str(file), "w") as out:
        made = out.add_stream("libx264", rate=25, options={"g": "25", "preset": "ultrafast", "bf": "0"})
        made.width, made.height, made.pix_fmt = 640, 360, "yuv420p"
        ramp = np.tile(np.linspace(40, 200, 640, dtype=np.uint8), (360, 1))
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(np.dstack([ramp] * 3), format="rgb24")
            frame.pts = number
            out.mux(made.encode(frame))
        out.mux(made.encode(None))
    return file


def work(
    camera: Stream, pictures: Sequence[Picture], eye: Any, *specs: SceneSpec, nap: bool = False
) -> tuple[Seat, list[dict[str, Any]]]:
    seat, told = Seat(camera, Worked()), []
    for picture in pictures:
        seat.newest_s = picture.wall_s
        seat.work([picture], eye, specs, 5.0, lambda _camera, message: told.append(message), nap=nap)
    return seat, told


def spec(scene: str, version: int = 1, **params: Any) -> SceneSpec:
    return SceneSpec(rule_id=RULE, version=version, scene=scene, params=scene_kinds()[scene].Params(**params))


def test_five_looks_a_second_and_no_more(moving):
    seat, _told = work(stream("a", "x", analyse=True), pictures_of(moving, 3), Eye())
    assert seat.worked.decoded >= 3 * 49
    assert 28 <= seat.worked.looked <= 31


def test_a_hit_says_which_rule_where_and_since_when(moving):
    seat, told = work(
        stream("a", "x", analyse=True), pictures_of(moving, 4), Eye(), spec("loitering", version=3, seconds=5.0)
    )
    [hit] = [one for one in told if one["say"] == "hit"]
    assert (hit["rule_id"], hit["version"], hit["scene"]) == (str(RULE), 3, "loitering")
    assert 5.0 <= hit["at"] - hit["since"] <= 6.0
    assert hit["clip"] == {"from": hit["at"] - 10.0, "until": hit["at"] + 10.0}
    assert hit["box"] == pytest.approx([0.4, 0.3, 0.5, 0.8], abs=0.05)
    assert hit["path"][-1][0] == pytest.approx(0.0, abs=0.5)
    assert len(hit["path"]) > 5
    assert hit["jpeg"].startswith(b"\xff\xd8")
    assert hit["th"]
    assert seat.worked.hits == 1


def test_what_is_masked_is_never_seen(moving):
    masks = (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)
    eye = Eye()
    _seat, told = work(
        stream("a", "x", analyse=True, masks=masks), pictures_of(moving, 4), eye, spec("loitering", seconds=5.0)
    )
    stills = [grey_of(one["jpeg"]) for one in told if one["say"] == "hit"]
    assert all(one is not None and not one.any() for one in stills)
    assert all(not one.any() for one in eye.looks)


def test_while_nothing_moves_only_pictures_that_stand_for_themselves_are_decoded(still, moving):
    class Nobody(Eye):
        def look(self, rgb: np.ndarray) -> list[Detection]:
            super().look(rgb)
            return []

    eye = Nobody()
    seat, _told = work(stream("a", "x", analyse=True), pictures_of(still, 20), eye, nap=True)
    awake = 25 * 15  # until the background is known and ten seconds have passed
    assert seat.worked.decoded < awake
    assert seat.worked.decoded >= 40  # two a film: it never goes blind
    before = seat.worked.looked
    told: list[Any] = []
    for picture in pictures_of(moving, 3):
        later = replace(picture, wall_s=picture.wall_s + 60.0)
        seat.newest_s = later.wall_s
        seat.work([later], eye, (), 5.0, lambda _camera, message: told.append(message), nap=True)
    assert seat.worked.looked - before > 20  # awake again


def test_a_minute_is_counted_once_it_is_over(moving):
    pictures = [replace(one, wall_s=one.wall_s) for one in pictures_of(moving, 31)]
    line = Counter(id=UUID(int=21), kind="line", corners=((0.0, 0.1), (1.0, 0.1)))
    whole = Counter(id=UUID(int=22), kind="area", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    empty = Counter(id=UUID(int=23), kind="area", corners=((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)))
    _seat, told = work(stream("a", "x", analyse=True, counters=(line, whole, empty)), pictures, Eye())
    counts = [one for one in told if one["say"] == "count"]
    assert [one["from"] % 60 for one in counts] == [0.0] * len(counts)
    assert len(counts) == 1
    assert counts[0]["there"]["person"]["most"] == 1
    assert counts[0]["looks"] > 15
    assert counts[0]["crossed"] == []
    assert counts[0]["counters"] == [str(UUID(int=number)) for number in (21, 22, 23)]
    assert [(one["area"], one["kind"], one["most"]) for one in counts[0]["inside"]] == [
        (str(UUID(int=22)), "person", 1)
    ]


def test_changed_rules_keep_the_tracks_and_what_stays_of_the_rules(moving):
    camera, eye = stream("a", "x", analyse=True), Eye()
    seat, told = Seat(camera, Worked()), []
    stays = spec("loitering", seconds=7.0)
    other = SceneSpec(rule_id=UUID(int=8), version=1, scene="crowd", params=scene_kinds()["crowd"].Params())
    first, second = (stays,), (stays, other)
    pictures = pictures_of(moving, 5)
    for number, picture in enumerate(pictures):
        seat.newest_s = picture.wall_s
        specs = first if number < 100 else second
        seat.work([picture], eye, specs, 5.0, lambda _camera, message: told.append(message), nap=False)
    assert [one["rule_id"] for one in told if one["say"] == "hit"] == [str(RULE)]


def test_what_cannot_be_kept_up_with_is_dropped_up_to_the_next_beginning(moving):
    seat = Seat(stream("a", "x", analyse=True), Worked())
    pictures = pictures_of(moving, 10)
    assert not seat.put(pictures[3])  # nothing begins with it
    for picture in pictures:
        if seat.put(picture):
            assert seat.waiting[0].sample.key
            assert picture.wall_s - seat.waiting[0].wall_s <= 4.1
    assert seat.worked.dropped > 100
    seat.put(pictures[0])
    assert seat.take()[0].sample.key
    assert seat.take() == []


def test_a_late_picture_is_decoded_and_not_looked_at(moving):
    seat, eye = Seat(stream("a", "x", analyse=True), Worked()), Eye()
    pictures = pictures_of(moving)
    seat.newest_s = pictures[-1].wall_s + 30.0
    seat.work(pictures, eye, (), 5.0, lambda _camera, _message: None, nap=False)
    assert seat.worked.looked == 0
    assert seat.worked.decoded >= 49


def test_torn_pictures_stop_nobody(moving):
    pictures = pictures_of(moving, 2)
    torn = [
        replace(one, sample=replace(one.sample, body=one.sample.body[:8] + b"\xff" * 64)) if n % 7 == 3 else one
        for n, one in enumerate(pictures)
    ]
    seat, _told = work(stream("a", "x", analyse=True), torn, Eye())
    assert seat.worked.looked >= 2


def test_a_camera_always_has_the_same_thread():
    analyst = Analyst(detector=Eye, say=lambda _camera, _message: None, threads=3)  # type: ignore[arg-type]
    camera = stream("a", "x", analyse=True)
    analyst.take_rules({camera.camera_id: (spec("crowd"),)})
    assert analyst.specs_of(camera.camera_id)[0].scene == "crowd"
    assert analyst.specs_of(DeviceId(UUID(int=1))) == ()
    assert analyst.worked() == {}
