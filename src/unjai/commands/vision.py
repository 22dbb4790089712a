"""`unjai vision run`: a video file through the whole analysis, as JSON lines or in words."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unjai.model.errors import UnjaiError
from unjai.model.geometry import point
from unjai.vision.detector import Detector, ModelConfig
from unjai.vision.ground import Ground
from unjai.vision.look import Look
from unjai.vision.masks import Masks, corner
from unjai.vision.models import accurate_model, street_model
from unjai.vision.picture import FramePicture
from unjai.vision.rules_file import rules_of, undrawn_rules
from unjai.vision.scene import Hit, SceneRule
from unjai.vision.watch import Watch

_MOST_BROKEN = 500
"""Packets in a row that cannot be decoded; after so many nothing more comes."""
_PARKED_LINE_S = 60.0
_SLOWEST, _FASTEST = 0.1, 60.0
_LEAP_S = 3600.0
"""A time stamp that leaps further is a lie."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What a rules file says of a camera."""

    rules: list[SceneRule]
    masks: Masks
    ground: Ground | None


class Video:
    """The frames of a file with their times; broken packets are left out and counted."""

    def __init__(self, file: Path) -> None:
        """Remember the file; it is opened by `frames`."""
        self._file = file
        self.read = 0
        self.broken = 0
        self.last_s = 0.0

    def frames(self, fps: float) -> Iterator[tuple[float, Any]]:
        """Yield (seconds since the first frame, frame), at most `fps` a second. Raises `video_unreadable`."""
        import av  # noqa: PLC0415  heavy: only where a video is decoded
        from av.error import FFmpegError  # noqa: PLC0415

        due = float("-inf")
        try:
            with av.open(str(self._file)) as container:
                if not container.streams.video:
                    raise self._unreadable("no video stream")
                stream = container.streams.video[0]
                stream.thread_type = "SLICE"  # one core for each camera
                rate = float(stream.average_rate or stream.guessed_rate or 25)
                for frame in self._decoded(container, stream, FFmpegError):
                    t = self._time(frame, rate)
                    if t >= due - 1e-6:
                        due = max(due + 1 / fps, t + 0.5 / fps) if due > float("-inf") else t + 1 / fps
                        yield t, frame
        except (FFmpegError, OSError, ValueError) as error:
            if self.read == 0:
                raise self._unreadable(str(error)) from error
            self.broken += 1
        if self.read == 0:
            raise self._unreadable("no frame")

    def _decoded(self, container: Any, stream: Any, wrong: type[Exception]) -> Iterator[Any]:
        in_a_row = 0
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except wrong:
                self.broken += 1
                in_a_row += 1
                if in_a_row > _MOST_BROKEN:
                    return
                continue
            in_a_row = 0 if frames else in_a_row
            for frame in frames:
                if frame.width and frame.height:
                    self.read += 1
                    yield frame

    def _time(self, frame: Any, rate: float) -> float:
        """Return the frame's own time if it can be believed, else one frame after the last."""
        own = frame.time
        if self.read == 1:
            self._first = own if own is not None else 0.0
            return 0.0
        t = self.last_s + 1 / rate if own is None else float(own) - float(self._first)
        if not self.last_s < t < self.last_s + _LEAP_S:
            self._first = (own or 0.0) - self.last_s - 1 / rate
            t = self.last_s + 1 / rate
        self.last_s = t
        return t

    def _unreadable(self, why: str) -> UnjaiError:
        return UnjaiError("video_unreadable", 422, file=self._file.name, why=why[:200])


def scene_of(file: Path | None) -> Scene:
    """Read a rules file: a list of rules, or an object with `rules`, `masks` and `ground`.

    Without a file every kind runs that needs nothing drawn. Raises `scene_file_unreadable` and what its parts raise.
    """
    if file is None:
        return Scene(rules=undrawn_rules(), masks=Masks(), ground=None)
    given = _json(file)
    if not isinstance(given, Mapping):
        return Scene(rules=rules_of(given), masks=Masks(), ground=None)
    masks, ground = given.get("masks", []), given.get("ground")
    if set(given) - {"rules", "masks", "ground"} or not isinstance(masks, list):
        raise UnjaiError("scene_rules_unreadable", 422)
    rules = rules_of(given["rules"]) if "rules" in given else undrawn_rules()
    return Scene(rules=rules, masks=Masks(masks), ground=None if ground is None else _ground(ground))


def _ground(given: object) -> Ground:
    picture, places = (given.get("picture"), given.get("places")) if isinstance(given, Mapping) else (None, None)
    if not isinstance(picture, list) or not isinstance(places, list):
        raise UnjaiError("calibration_unreadable", 422, count=0)
    return Ground(
        [corner(one, name="ground") for one in picture], [point(*corner(one, name="ground")) for one in places]
    )


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnjaiError("scene_file_unreadable", 422, file=file.name, why=str(error)[:200]) from error


def detector_of(model: Path | None, config: Path | None) -> Detector:
    """Load the default model, or an operator's own with its settings. Raises what `Detector` raises."""
    settings = None if config is None else ModelConfig.read(_json(config))
    if model is not None and str(model) == "accurate" and not model.exists():
        model = accurate_model()
    if model is not None and not model.is_file():
        raise UnjaiError("model_unreadable", 422, why=f"{model.name}?")
    return Detector(street_model() if model is None else model, settings)


def run(
    file: Path, *, as_json: bool, fps: float, rules: Path | None, model: Path | None, model_config: Path | None
) -> None:
    """Write what the analysis finds, line by line, a summary last; raise `vision_fps_wrong`, and as its parts do."""
    if not _SLOWEST <= fps <= _FASTEST:  # false for NaN as well
        raise UnjaiError("vision_fps_wrong", 422, fps=str(fps), least=_SLOWEST, most=_FASTEST)
    scene = scene_of(rules)
    detector = detector_of(model, model_config)
    watch = Watch(detector, masks=scene.masks, ground=scene.ground, rules=scene.rules)
    video, parked = Video(file), Parked()
    tracks: dict[int, str] = {}
    hits: Counter[str] = Counter({rule.name: 0 for rule in scene.rules})
    looked, runs, most, worked_s, present = 0, 0, 0, 0.0, set[int]()
    for t, frame in video.frames(fps):
        began = time.perf_counter()
        outcome = watch.look(t, FramePicture(frame))
        worked_s += time.perf_counter() - began
        looked, runs = looked + 1, runs + outcome.runs
        people = sum(one.person for one in outcome.look.seen)
        most = max(most, people)
        if people:
            present.add(int(t))
        tracks.update((one.track, one.kind) for one in outcome.look.seen)
        hits.update(hit.name for hit in outcome.hits)
        for line in (*parked.lines(outcome.look), *(_hit_line(hit) for hit in outcome.hits)):
            _write(line, as_json=as_json)
        sys.stdout.flush()
    summary = {
        "summary": True,
        "file": file.name,
        "seconds": round(video.last_s, 3),
        "frames_read": video.read,
        "frames_looked": looked,
        "broken_packets": video.broken,
        "tracks": dict(sorted(Counter(tracks.values()).items())),
        "hits": dict(sorted(hits.items())),
        "most_people": most,
        "seconds_with_people": len(present),
        "model": detector.style,
        "model_runs": runs,
        "ms_per_frame": round(1000 * worked_s / max(1, looked), 1),
    }
    _write(summary, as_json=as_json)


class Parked:
    """Leaves out what stands for long, a vehicle or thing, but for a line a minute."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._told: dict[int, float] = {}

    def lines(self, look: Look) -> Iterator[dict[str, Any]]:
        """Yield a line for everything in a picture that is not parked, or was not told for a minute."""
        for one in look.seen:
            if one.parked and look.t - self._told.get(one.track, float("-inf")) < _PARKED_LINE_S:
                continue
            line = {"t": round(look.t, 3), "kind": one.kind, "track": one.track, "box": _edges(one.box)}
            line["score"] = round(one.score, 3)
            if one.metres is not None:
                line["metres"] = [round(value, 2) for value in one.metres]
            if one.parked:
                self._told[one.track] = look.t
                line["parked"] = True
            yield line


def _hit_line(hit: Hit) -> dict[str, Any]:
    return {
        "t": round(hit.t, 3),
        "rule": hit.rule,
        "name": hit.name,
        "since": round(hit.since, 3),
        "track": hit.tracks[0],
        "tracks": list(hit.tracks),
        "box": _edges(hit.box),
        "facts": dict(hit.facts),
        "th": hit.told.th,
        "en": hit.told.en,
    }


def _edges(box: tuple[float, ...]) -> list[float]:
    return [round(edge, 1) for edge in box]


def _write(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    elif "summary" in line:
        for name, value in line.items():
            sys.stdout.write(f"{name}: {value}\n" if name != "summary" else "\n")
    elif "rule" in line:
        sys.stdout.write(f"{line['t']:9.2f} s  ▲ {line['name']}: {line['th']} · {line['en']}\n")
    else:
        sys.stdout.write(f"{line['t']:9.2f} s    {line['kind']} {line['track']} {line['score']:.2f} {line['box']}\n")
