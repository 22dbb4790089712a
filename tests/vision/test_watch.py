"""The whole analysis on a real square, and the command that prints it."""

import json
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from tests.conftest import shared_data
from tests.vision.conftest import ROOT, frames
from unjai.commands.vision import Video, detector_of, run, scene_of
from unjai.model.errors import UnjaiError
from unjai.vision.masks import Masks
from unjai.vision.picture import ArrayPicture
from unjai.vision.watch import Watch, brightened

LOWER_HALF = [[0, 0.4], [1, 0.4], [1, 1], [0, 1]]


def _people(detector, pictures, **more):
    watch, counts = Watch(detector, **more), []
    for number, rgb in enumerate(pictures):
        outcome = watch.look(number * 0.2, ArrayPicture(rgb))
        assert outcome.runs <= 1, "the model runs once a picture at most"
        counts.append([one for one in outcome.look.seen if one.person])
    return counts


def test_pedestrians_are_found_and_masked_ones_are_not(street, detector):
    pictures = frames(street, every=2, until=60)
    seen = _people(detector, pictures)[5:]
    assert min(len(one) for one in seen) >= 3
    below = [one for people in seen for one in people if one.y > 0.55]
    assert below
    masked = _people(detector, pictures, masks=Masks([LOWER_HALF]))[5:]
    assert not [one for people in masked for one in people if one.y > 0.55]


def test_at_night_nearly_as_many_are_found(street, detector):
    rng = np.random.default_rng(1)
    day = frames(street, every=2, until=50)
    night = [np.clip((one / 255) ** 1.6 * 60 + rng.normal(0, 4, one.shape), 0, 255).astype(np.uint8) for one in day]
    by_day, by_night = (sum(len(one) for one in _people(detector, some)) for some in (day, night))
    assert by_night > 0.7 * by_day
    assert brightened(day[0]) is day[0]


def test_a_still_picture_costs_little(street, detector):
    watch = Watch(detector)
    empty = np.full((360, 640, 3), 90, np.uint8)
    runs = sum(watch.look(n * 0.2, ArrayPicture(empty)).runs for n in range(150))
    assert runs <= 7, "nothing moves and nobody is there: a glance each five seconds"


def test_a_camera_that_pans_is_looked_at_as_often(street, detector):
    watch, picture = Watch(detector), frames(street, until=1)[0]
    seen = []
    for number in range(20):
        outcome = watch.look(number * 0.2, ArrayPicture(np.ascontiguousarray(np.roll(picture, 23 * number, axis=1))))
        assert outcome.runs == 1
        seen.append(sum(one.person for one in outcome.look.seen))
    assert max(seen[4:]) >= 2


def test_a_camera_that_changes_its_size_and_lies_about_time_is_borne(street, detector):
    watch, picture = Watch(detector), frames(street, until=1)[0]
    for t, size in ((0.0, 1), (0.2, 1), (0.1, 2), (0.1, 3), (1e6, 1), (-5.0, 1), (1e6 + 1, 4)):
        outcome = watch.look(t, ArrayPicture(np.ascontiguousarray(picture[::size, ::size])))
        assert all(0 <= one.box.x0 <= one.box.x1 <= picture.shape[1] / size for one in outcome.look.seen)


def _command(*given_args, ok=True):
    done = subprocess.run(
        [sys.executable, "-m", "unjai", "vision", "run", *map(str, given_args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert (done.returncode == 0) is ok, done.stderr
    return done


def _lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def short(street, tmp_path_factory):
    """The first six seconds of the square, small, at an odd rate, as H.264."""
    file = tmp_path_factory.mktemp("clips") / "short.mp4"
    with av.open(str(file), "w") as out:
        stream = out.add_stream("libx264", rate=7)
        stream.width, stream.height, stream.pix_fmt = 384, 288, "yuv420p"
        for rgb in frames(street, every=1, until=42):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file


def test_the_command_prints_tracks_rule_hits_and_a_summary(short, model, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text(
        json.dumps(
            {
                "rules": [
                    {"rule": "loitering", "seconds": 5},
                    {"rule": "crowd", "name": "plaza", "people": 2, "seconds": 2},
                    {"rule": "closed_area", "area": [[0, 0], [1, 0], [1, 1], [0, 1]]},
                ],
                "ground": {
                    "picture": [[0.1, 0.95], [0.9, 0.95], [0.65, 0.3], [0.35, 0.3]],
                    "places": [[98.98, 18.8], [98.98008, 18.8], [98.98008, 18.80036], [98.98, 18.80036]],
                },
            }
        ),
        "utf-8",
    )
    lines = _lines(_command(short, "--json", "--fps", "5", "--rules", rules).stdout)
    summary = lines.pop()
    assert summary["summary"] is True
    assert summary["frames_read"] == 42
    assert 26 <= summary["frames_looked"] <= 31
    assert summary["seconds"] == pytest.approx(41 / 7, abs=0.05)
    seen = [line for line in lines if "kind" in line and "rule" not in line]
    assert {"t", "kind", "track", "box", "score"} <= set(seen[0])
    assert all(0 <= x0 < x1 <= 384 and 0 <= y0 < y1 <= 288 for x0, y0, x1, y1 in (line["box"] for line in seen))
    assert all(len(line["metres"]) == 2 for line in seen if line["kind"] == "person" and line["box"][3] > 150)
    hits = [line for line in lines if "rule" in line]
    assert {"loitering", "crowd", "closed_area"} == {hit["rule"] for hit in hits}
    assert summary["hits"]["plaza"] == 1
    assert all(hit["th"] and hit["en"] and hit["track"] in hit["tracks"] for hit in hits)
    assert lines == sorted(lines, key=lambda line: line["t"])


def test_a_cut_file_is_read_as_far_as_it_goes(short, model, tmp_path):
    """MPEG-TS needs no index at its end; a piece in the middle is noise."""
    whole, torn = tmp_path / "whole.ts", tmp_path / "torn.ts"
    with av.open(str(short)) as source, av.open(str(whole), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    body = bytearray(whole.read_bytes())
    third = len(body) // 3
    body[third : third + 8000] = np.random.default_rng(3).bytes(8000)
    torn.write_bytes(body[: len(body) * 9 // 10])
    summary = _lines(_command(torn, "--json").stdout)[-1]
    assert 5 <= summary["frames_read"] <= 42


@pytest.mark.parametrize("body", [None, b"", b"this is no video\n" * 100])
def test_what_is_no_video_is_a_clear_error(body, model, tmp_path):
    file = tmp_path / "broken.mp4"
    if body is not None:
        file.write_bytes(body)
    done = _command(file, "--json", ok=False)
    assert "[video_unreadable]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_sound_is_a_clear_error(model, tmp_path):
    file = tmp_path / "sound.wav"
    with av.open(str(file), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
    assert "[video_unreadable]" in _command(file, ok=False).stderr


@pytest.mark.parametrize("fps", [0, -1, 0.01, 61, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_a_clear_error(tmp_path, fps):
    with pytest.raises(UnjaiError) as error:
        run(tmp_path / "x.mp4", as_json=True, fps=fps, rules=None, model=None, model_config=None)
    assert error.value.code == "vision_fps_wrong"


@pytest.mark.parametrize(("name", "codec", "size"), [("a.avi", "mpeg4", (96, 160)), ("a.mkv", "ffv1", (160, 96))])
def test_other_containers_gaps_in_time_and_upright_pictures_are_read(tmp_path, name, codec, size):
    file = tmp_path / name
    ats = [0, 1, 2, 30, 31, 90] if name.endswith("mkv") else range(6)
    with av.open(str(file), "w") as out:
        stream = out.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for at in ats:
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), 90 + at, np.uint8), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    video = Video(file)
    seen = list(video.frames(5.0))
    assert video.read == 6
    assert seen[-1][0] == pytest.approx(video.last_s, abs=0.21)
    assert video.last_s == pytest.approx(ats[-1] / 10, abs=0.05)
    assert all((frame.width, frame.height) == size for _t, frame in seen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "scene_file_unreadable"),
        ("{}x", "scene_file_unreadable"),
        ('{"rule": 1}', "scene_rules_unreadable"),
        ('{"masks": [[[0,0]]]}', "polygon_unreadable"),
        ('{"ground": {"picture": [[0,0]]}}', "calibration_unreadable"),
    ],
)
def test_a_wrong_rules_file_is_a_clear_error(tmp_path, text, code):
    rules = tmp_path / "rules.json"
    rules.write_text(text, "utf-8")
    with pytest.raises(UnjaiError) as error:
        scene_of(rules)
    assert error.value.code == code


def test_a_wrong_model_is_a_clear_error(tmp_path):
    (tmp_path / "junk.onnx").write_bytes(b"junk")
    for name in ("junk.onnx", "absent.onnx"):
        with pytest.raises(UnjaiError) as error:
            detector_of(tmp_path / name, None)
        assert error.value.code == "model_unreadable"


def test_every_visit_is_seen_and_is_one_track(detector):
    """Six visits by one person at a time; the room is empty between them."""
    clip = shared_data("video/one-by-one-person-detection.mp4")
    visits = [(60, 200), (228, 447)]
    watch, tracks = Watch(detector), [set() for _ in visits]
    for number, rgb in enumerate(frames(clip, every=2, until=460)):
        outcome = watch.look(number * 0.2, ArrayPicture(rgb))
        people = {one.track for one in outcome.look.seen if one.person}
        frame = number * 2
        for visit, (begin, end) in enumerate(visits):
            if begin <= frame <= end:
                tracks[visit] |= people
    assert all(tracks)
    assert sum(len(one) for one in tracks) <= 3, "a visit is one track, but for one break"
