"""A lane camera through the whole process: a film of a car that passes, our own reader, one read at the intake."""

import warnings
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.picture.conftest import HERE, Street, street  # noqa: F401
from tests.roles.test_sight import Station, station  # noqa: F401
from tests.vision.plates.drawn import vehicle
from unjai.cameras.recording.shelf import recordings_root
from unjai.cameras.worker.room import Shard
from unjai.model.errors import UnjaiError
from unjai.model.plate import BY_CODE
from unjai.model.reading import Observation
from unjai.platform.config import Settings
from unjai.roles import metrics
from unjai.roles.plate_reading import reader_of
from unjai.roles.sight import Sight
from unjai.vision.box import Box
from unjai.vision.detector import Detection
from unjai.vision.plates import net

WIDE, TALL, FPS = 1280, 720, 10


def reader_model() -> Path:
    if not net.FILE.is_file():
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: the plate reader's model is not there"), stacklevel=2)
        pytest.skip("the plate reader's model is not there")
    return net.FILE


def film(target: Path, *, seconds: int = 8) -> Path:
    """A car comes nearer, passes, and the road lies empty for the rest."""
    car = vehicle("กข 1234", "กรุงเทพมหานคร", width=760)
    road = cv2.GaussianBlur(np.random.default_rng(3).integers(90, 130, (TALL, WIDE, 3)).astype(np.uint8), (0, 0), 3)
    with av.open(str(target), "w") as out:
        made = out.add_stream("libx264", rate=FPS, options={"g": "10", "preset": "ultrafast", "bf": "0", "qp": "20"})
        made.width, made.height, made.pix_fmt = WIDE, TALL, "yuv420p"
        for number in range(seconds * FPS):
            picture = road.copy()
            if 10 <= number < 30:
                width = 360 + 20 * (number - 10)
                small = cv2.resize(car, (width, width * 7 // 10), interpolation=cv2.INTER_AREA)
                x, y = 100 + 15 * (number - 10), 60 + 5 * (number - 10)
                picture[y : y + small.shape[0], x : x + width] = small[: TALL - y]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            out.mux(made.encode(frame))
        out.mux(made.encode(None))
    return target


class Eye:
    """Stands for the vehicle detector: whatever is bluer than the road is a car."""

    threshold = 0.5
    side = (300, 300)
    shares: tuple[float, ...] = ()

    def look(self, rgb: np.ndarray) -> list[Detection]:
        blue = rgb[:, :, 2].astype(int) - rgb[:, :, 0] > 40
        rows, columns = np.flatnonzero(blue.any(1)), np.flatnonzero(blue.any(0))
        if len(rows) < 50 or len(columns) < 50:
            return []
        box = Box(float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1]))
        return [Detection(kind="car", score=0.9, box=box)]


async def first_read(station: Station, sight: Sight) -> tuple[list[Observation], dict[str, Any]]:  # noqa: F811
    """Serve until the reading has settled one vehicle; return what came to the intake, and the camera's state."""
    seen: list[Observation] = []
    publisher, put = sight.intake.publisher, sight.intake.publisher.put

    async def noted(observations: Any, *, urgent: bool = False) -> None:
        seen.extend(one for one in observations if one.kind == "plate_read")
        await put(observations, urgent=urgent)

    publisher.put = noted

    async def settled() -> dict[str, Any] | None:
        told = [sight.plates.told(key) or {} for key in sight.room.cameras] if sight.room else []
        return next((one for one in told if one.get("read", 0) + one.get("no_plate", 0) + len(seen)), None)

    async with station.served(sight) as room:
        state = await station.until(settled)
        if state["no_plate"] == 0:
            await station.until(lambda: _some(seen))
        [camera] = room.cameras.values()
        assert camera.state()["signal"] == "live"
        await sight.intake.close()
    return seen, state


async def _some(seen: list[Observation]) -> bool:
    return bool(seen)


async def test_a_car_that_passes_a_lane_camera_becomes_one_read_with_its_pictures(station: Station, tmp_path: Path):  # noqa: F811
    reader_model()
    told = {"analyse": True, "read_plates": True, "plate_lane": "1", "plate_direction": "ขาเข้า", "record": False}
    await station.camera("lane", film(tmp_path / "lane.mp4"), **told)
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""), detector=Eye)
    seen, state = await first_read(station, sight)
    read = seen[0]
    assert (read.source, read.station_id) == ("lane", HERE)
    assert read.payload["registration"] == "กข1234"
    assert BY_CODE[str(read.payload["province"])].th == "กรุงเทพมหานคร"
    assert read.payload["frames"] >= 3
    assert read.payload["confidence"] >= 0.9
    assert (read.payload["lane"], read.payload["direction"]) == ("1", "ขาเข้า")
    assert read.payload["vehicle"] == {"type": "car"}
    assert read.payload["reader"] == "unjai"
    assert len({one.payload["track"] for one in seen}) == len(seen)  # one a passage, however often the film came
    pictures = sight.intake.pictures
    assert pictures is not None
    crop, still = [await pictures.read(str(read.payload[name]), read.received_at) for name in ("crop", "still")]
    plate, scene = (cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in (crop, still))
    assert plate is not None
    assert scene is not None
    assert 60 <= plate.shape[1] <= 400
    assert scene.shape[1] == 960
    assert state["state"] in {"ready", "plate_finder_missing"}


async def test_what_a_mask_covers_is_never_read(station: Station, tmp_path: Path):  # noqa: F811
    reader_model()
    masks = [[[0.0, 0.35], [1.0, 0.35], [1.0, 1.0], [0.0, 1.0]]]
    told = {"analyse": True, "read_plates": True, "record": False, "masks": masks, "mask_copies": False}
    await station.camera("masked", film(tmp_path / "masked.mp4"), **told)
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""), detector=Eye)
    seen, state = await first_read(station, sight)
    assert seen == []
    assert state["no_plate"] >= 1
    assert not (station.data / "plates").exists()


def refused(settings: Settings) -> str:
    with pytest.raises(UnjaiError) as caught:
        reader_of(settings)
    return caught.value.code


def test_models_of_the_settings_are_used_and_wrong_ones_are_told(tmp_path: Path):
    model = reader_model()
    (tmp_path / "mine.onnx").write_bytes(b"no model")
    assert refused(Settings(data=tmp_path, plate_model=str(tmp_path / "mine.onnx"))) == "plate_model_unknown"
    assert refused(Settings(data=tmp_path, plate_model=str(tmp_path / "none.onnx"))) == "plate_model_missing"
    assert refused(Settings(data=tmp_path, plate_finder=str(tmp_path / "none.onnx"))) == "plate_finder_missing"
    copied = tmp_path / "ours.onnx"
    copied.write_bytes(model.read_bytes())
    _reader, state = reader_of(Settings(data=tmp_path, plate_model=str(copied)))
    assert state in {"ready", "plate_finder_missing"}


def test_what_became_of_vehicles_is_added_up_for_the_metrics():
    lanes = [
        {
            "plates": {
                "state": "ready",
                "passages": 9,
                "read": 5,
                "unreadable": 3,
                "no_plate": 1,
                "far": 4,
                "dropped": 2,
            }
        },
        {"plates": {"state": "plate_model_missing", "passages": 0, "read": 0, "unreadable": 0, "no_plate": 0}},
        {"plates": None},
        {},
    ]
    found = {
        (sample.name, sample.labels.get("outcome")): sample.value
        for family in metrics.plate_families(lanes)
        for sample in family.samples
    }
    assert found["unjai_plate_passages_total", "read"] == 5
    assert found["unjai_plate_passages_total", "unreadable"] == 3
    assert found["unjai_plate_passages_total", "no_plate"] == 1
    assert found["unjai_plate_passages_total", "far"] == 4
    assert found["unjai_plate_looks_dropped_total", None] == 2
    assert found["unjai_plate_lanes", None] == 2
    assert found["unjai_plate_lanes_unwell", None] == 1
