"""The process that hides faces in a copy of evidence: a plan as JSON on stdin, what it hid on stdout.

The only place where pictures of cameras are encoded anew. Each clip is gone through twice: first everything is found,
then everything is hidden, so that what is found at one moment is hidden before and after it. What was found is kept
beside the draft: a rectangle that a person adds costs no second search.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import msgspec
import numpy as np

from unjai.cameras.evidence import drafts
from unjai.cameras.evidence.members import Member, member_of
from unjai.cameras.evidence.plan import Blurred, Draft, DraftFile, DraftMark, DraftPlan, Failed, Shot
from unjai.cameras.rules.release import PICTURES_MOST_S, Mark
from unjai.model.errors import UnjaiError
from unjai.platform.engines.folders import writing
from unjai.platform.sealed.parcel import EVIDENCE, examine
from unjai.vision.box import Box
from unjai.vision.detector import Detector, ModelConfig
from unjai.vision.faces import FaceFinder
from unjai.vision.hiding import STYLES, Style, hide, regions_of, squares_of, through_time
from unjai.vision.masks import Masks
from unjai.vision.models import default_model, face_model
from unjai.vision.picture import Rgb

_NICE = 10
LOOKS_PER_S = 8.0
HOLD_S, BRIDGE_S = 0.4, 1.5
FACES_FROM, PERSONS_FROM = 0.2, 0.3
SHOTS_MOST = 12
_PICTURES_PER_S_MOST = 61
_SURE_LEFT = 0.5
"""A face that is found so surely after hiding is told to who looks."""
_JPEG = {"qmin": "3", "qmax": "3"}
_FILM = {"crf": "21", "preset": "veryfast", "bf": "0", "threads": "1"}


class Found(msgspec.Struct, kw_only=True):
    """What was found in a file: per picture that was looked at, what to hide."""

    width: int
    height: int
    pictures: int = 0
    seconds: float = 0.0
    per_s: float = 0.0
    looks: dict[int, list[tuple[float, float, float, float]]] = {}
    faces: int = 0
    heads: int = 0


class Finder:
    """Faces, and heads of persons whose face nobody finds."""

    def __init__(self) -> None:
        """Load both models. Raises `face_model_missing` and `model_missing` (500)."""
        self.faces = FaceFinder(face_model(), threshold=FACES_FROM)
        self._persons = Detector(default_model(), ModelConfig(threshold=PERSONS_FROM))

    def look(self, rgb: Rgb) -> tuple[list[Box], int, int]:
        """Return what to hide in a picture, how many faces and how many persons were found."""
        height, width = rgb.shape[:2]
        faces = [one.box for one in self.faces.find(rgb)]
        persons: list[Box] = []
        for x0, y0, x1, y1 in [(0, 0, width, height), *squares_of(width, height)]:
            seen = self._persons.look(rgb[y0:y1, x0:x1])
            persons += [one.box.moved(x0, y0) for one in seen if one.kind == "person" and one.score >= PERSONS_FROM]
        regions = regions_of(faces, persons, (width, height))
        return regions, len(faces), len(regions) - len(faces)


def draft(plan: DraftPlan) -> Draft:
    """Make a draft. Raises `UnjaiError` with what may be told, and `OSError`."""
    if plan.style not in STYLES:
        raise UnjaiError("request_invalid", 422, where="style")
    package, data = Path(plan.package), Path(plan.data)
    _assert_package(package, plan)
    folder = drafts.draft_of(data, plan.station_id, UUID(plan.id))
    with writing(folder.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _assert_room(folder, package.stat().st_size, plan.floor_bytes)
        finder = Finder()
        done = []
        for number, file in enumerate(plan.files):
            tell = _teller(folder, number, len(plan.files))
            with member_of(package, file.name) as member:
                done.append(_File(plan, folder, number, file, finder).made(member, tell))
        drafts.note_progress(folder, 1.0)
    return Draft(files=done)


def _assert_package(package: Path, plan: DraftPlan) -> None:
    """Raise `copy_package_changed` (500) unless the package is, byte for byte, what was sealed."""
    try:
        with package.open("rb") as source:
            found = examine(EVIDENCE, source, os.fstat(source.fileno()).st_size, key_print=plan.package_key)
    except OSError as error:
        raise UnjaiError("evidence_file_gone", 500) from error
    if found.problems or found.digest != plan.package_digest:
        raise UnjaiError("copy_package_changed", 500)


def _assert_room(folder: Path, package: int, floor: int) -> None:
    free = shutil.disk_usage(folder).free
    needed = 2 * package + 50_000_000
    if free - needed < floor:
        facts = {"needed_mb": (needed + floor) // 1_000_000 + 1, "free_mb": free // 1_000_000}
        raise UnjaiError("evidence_no_room", 507, **facts)


def _teller(folder: Path, number: int, of: int) -> Callable[[float], None]:
    last = [-1.0]

    def tell(share: float) -> None:
        whole = (number + min(1.0, share)) / of
        if whole - last[0] >= 0.01:  # noqa: PLR2004
            last[0] = whole
            drafts.note_progress(folder, min(whole, 0.99))

    return tell


class _File:
    """One file on its way."""

    def __init__(self, plan: DraftPlan, folder: Path, number: int, file: DraftFile, finder: Finder) -> None:
        self._folder, self._number, self._file, self._finder = folder, number, file, finder
        self._style: Style = "solid" if plan.style == "solid" else "mosaic"
        self._marks = [_mark(one) for one in plan.marks if one.file == file.name]
        self._masks = Masks(file.masks)

    def made(self, member: Member, tell: Callable[[float], None]) -> Blurred:
        """Make the file with its pictures to compare; return what was hidden."""
        found = self._found(member, tell)
        return self._hidden(member, found, tell)

    # -- finding -------------------------------------------------------------------------------------------------------

    def _found(self, member: Member, tell: Callable[[float], None]) -> Found:
        kept = self._folder / f"{self._number}-found.json"
        try:
            return msgspec.json.decode(kept.read_bytes(), type=Found)
        except (OSError, msgspec.DecodeError):
            found = self._searched(member, tell)
        kept.write_bytes(msgspec.json.encode(found))
        return found

    def _searched(self, member: Member, tell: Callable[[float], None]) -> Found:
        found: Found | None = None
        step, last_s = 1, 0.0
        for picture in self._pictures(member):
            rgb = picture.rgb
            if found is None:
                found = Found(width=rgb.shape[1], height=rgb.shape[0], per_s=picture.per_s, looks={})
                step = max(1, round(picture.per_s / LOOKS_PER_S))
            # what stands for longer than usual is a gap: look at it whatever its number is
            if picture.number % step == 0 or picture.at_s - last_s > 2 / LOOKS_PER_S:
                regions, faces, heads = self._finder.look(self._covered(rgb))
                found.looks[picture.number] = [tuple(one) for one in regions]  # type: ignore[misc]
                found.faces += faces
                found.heads += heads
                last_s = picture.at_s
            found.pictures, found.seconds = picture.number + 1, picture.at_s
            tell(0.8 * picture.share)
        if found is None:
            raise UnjaiError("copy_film_unreadable", 422, file=self._file.name)
        return found

    def _covered(self, rgb: Rgb) -> Rgb:
        if self._file.masks:
            rgb = rgb.copy()
            self._masks.paint(rgb)
        return rgb

    # -- hiding --------------------------------------------------------------------------------------------------------

    def _hidden(self, member: Member, found: Found, tell: Callable[[float], None]) -> Blurred:
        looks = {number: [Box(*one) for one in boxes] for number, boxes in found.looks.items()}
        hold, bridge = math.ceil(HOLD_S * found.per_s), math.ceil(BRIDGE_S * found.per_s)
        regions = through_time(looks, found.pictures, hold=max(1, hold), bridge=max(1, bridge))
        shots_at = _shots(found, regions)
        for old in self._folder.glob(f"{self._number}-*-*.jpg"):
            old.unlink()
        shots: list[Shot] = []
        hidden_pictures = 0
        made = drafts.draft_file(self._folder, self._number, self._file.sort)
        fresh = made.with_name(f"{made.name}.new")
        with _writer(fresh, self._file.sort, found) as write:
            for picture in self._pictures(member, size=(found.width, found.height)):
                here = list(regions[picture.number]) if picture.number < found.pictures else []
                here += [
                    Box(one.x0 * found.width, one.y0 * found.height, one.x1 * found.width, one.y1 * found.height)
                    for one in self._marks
                    if one.holds(picture.at_s)
                ]
                covered = self._covered(picture.rgb)
                after = hide(covered, here, self._style)
                hidden_pictures += bool(here)
                write(after, picture)
                if picture.number in shots_at:
                    shots.append(self._shot(len(shots), picture.at_s, covered, after, len(here)))
                tell(0.8 + 0.2 * picture.share)
        fresh.replace(made)
        return Blurred(
            name=self._file.name,
            sort=self._file.sort,
            width=found.width,
            height=found.height,
            seconds=round(found.seconds, 3),
            pictures=found.pictures,
            looked=len(found.looks),
            faces=found.faces,
            heads=found.heads,
            hidden_pictures=hidden_pictures,
            shots=shots,
        )

    def _shot(self, shot: int, at_s: float, before: Rgb, after: Rgb, hidden: int) -> Shot:
        for rgb, first in ((before, True), (after, False)):
            drafts.shot_file(self._folder, self._number, shot, before=first).write_bytes(jpeg_of(rgb))
        left = sum(one.score >= _SURE_LEFT for one in self._finder.faces.find(after))
        return Shot(at_s=round(at_s, 3), hidden=hidden, left=left)

    # -- pictures ------------------------------------------------------------------------------------------------------

    def _pictures(self, member: Member, size: tuple[int, int] | None = None) -> Iterator[_Picture]:
        """Yield every picture; all in the size of the first one, sides even."""
        try:
            with av.open(member.again(), "r", format="mp4" if self._file.sort == "clip" else None) as film:
                stream = film.streams.video[0]
                per_s = float(stream.average_rate or 1) if self._file.sort == "clip" else 1.0
                length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
                begins: float | None = None
                for number, frame in enumerate(film.decode(stream)):
                    size = size or (max(2, frame.width // 2 * 2), max(2, frame.height // 2 * 2))
                    at = float(frame.time or 0.0)
                    begins = at if begins is None else begins
                    at_s = max(0.0, at - begins)
                    if at_s > PICTURES_MOST_S * 1.2 or number > PICTURES_MOST_S * _PICTURES_PER_S_MOST:
                        raise UnjaiError("copy_long", 422, most_min=int(PICTURES_MOST_S // 60), minutes=at_s // 60)
                    rgb = frame.to_ndarray(format="rgb24", width=size[0], height=size[1])
                    share = at_s / length if length else 1.0
                    rgb = np.asarray(rgb, np.uint8)
                    yield _Picture(rgb=rgb, number=number, at_s=at_s, per_s=per_s, share=share)
        except (av.error.FFmpegError, IndexError) as error:
            raise UnjaiError("copy_film_unreadable", 422, file=self._file.name) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Picture:
    """One picture of a file: which, when, and how far through the file it is."""

    rgb: Rgb
    number: int
    at_s: float
    per_s: float
    share: float


def _mark(told: DraftMark) -> Mark:
    return Mark(**msgspec.to_builtins(told))


def _shots(found: Found, regions: Sequence[Sequence[Box]]) -> set[int]:
    """Return which pictures a person compares: spread over all, and those with the most and the largest to hide."""
    if found.pictures <= SHOTS_MOST:
        return set(range(found.pictures))
    spread = {round(n * (found.pictures - 1) / (SHOTS_MOST // 2 - 1)) for n in range(SHOTS_MOST // 2)}
    looked = sorted(found.looks)
    by_count = sorted(looked, key=lambda n: -len(regions[n]))
    by_size = sorted(looked, key=lambda n: -max((one.area for one in regions[n]), default=0.0))
    chosen = set(spread)
    for one in (number for pair in zip(by_count, by_size, strict=True) for number in pair):
        apart = min(abs(one - other) for other in chosen) >= max(2.0, found.per_s)
        if len(chosen) < SHOTS_MOST and apart:
            chosen.add(one)
    return chosen


@contextmanager
def _writer(fresh: Path, sort: str, found: Found) -> Iterator[Callable[[Rgb, _Picture], None]]:
    if sort == "still":

        def keep(rgb: Rgb, _picture: _Picture) -> None:
            fresh.write_bytes(jpeg_of(rgb))

        yield keep
        return
    with av.open(str(fresh), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        rate = Fraction(found.per_s or 25).limit_denominator(1000)
        stream = film.add_stream("libx264", rate=rate, options=_FILM)
        stream.width, stream.height, stream.pix_fmt = found.width, found.height, "yuv420p"
        ticks = Fraction(1, 90_000)
        stream.codec_context.time_base = ticks
        last = [-1]

        def write(rgb: Rgb, picture: _Picture) -> None:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            last[0] = frame.pts = max(last[0] + 1, round(picture.at_s * 90_000))
            frame.time_base = ticks
            film.mux(stream.encode(frame))

        yield write
        film.mux(stream.encode(None))


def jpeg_of(rgb: Rgb) -> bytes:
    """Return a picture as a JPEG, sides even, nothing in it but the picture."""
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    pen: Any = av.CodecContext.create("mjpeg", "w")
    pen.width, pen.height, pen.pix_fmt, pen.time_base, pen.options = width, height, "yuvj420p", Fraction(1, 25), _JPEG
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
    frame = frame.reformat(format="yuvj420p")
    frame.pts, frame.time_base = 1, pen.time_base
    return b"".join(bytes(packet) for packet in [*pen.encode(frame), *pen.encode(None)])


def settings_of(style: str) -> dict[str, Any]:
    """Return how faces are found and hidden, as a copy's manifest says it."""
    return {
        "style": style,
        "models": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (face_model(), default_model())
        },
        "faces_from": FACES_FROM,
        "persons_from": PERSONS_FROM,
        "looks_per_s": LOOKS_PER_S,
        "hold_s": HOLD_S,
        "bridge_s": BRIDGE_S,
    }


def main() -> None:
    """Make one draft and end: 0 and what was hidden, or 1 and why not."""
    os.nice(_NICE)
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=DraftPlan)
    told: Draft | Failed
    try:
        told = draft(plan)
    except UnjaiError as error:
        told = Failed(error=error.code, facts=dict(error.facts), status=error.status)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    sys.stdout.buffer.flush()
    raise SystemExit(0 if isinstance(told, Draft) else 1)


if __name__ == "__main__":
    main()
