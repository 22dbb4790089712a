"""Whole pictures with plates in them, to choose a finder by: synthetic plates on frames of a real street.

The frames are of `shared/data/video` (no Thai plate can be read in them); where that is missing, this part is skipped.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates import draw, texts
from unjai.vision.box import Box
from unjai.vision.plates.vote import box_of

SEEDS = 710_000_000
_LARGER = 1.6
_EVERY = 23


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture (RGB), where its plate is, what stands on it."""

    picture: NDArray[np.uint8]
    plate: Box
    text: texts.Written


def scenes(clip: Path, count: int) -> list[Scene]:
    """Return so many pictures; plates are 70 to 170 px wide, of medium difficulty."""
    video, frames = cv2.VideoCapture(str(clip)), []
    while len(frames) < count:
        there, frame = video.read()
        if not there:
            break
        frames.append(cv2.resize(frame[:, :, ::-1], None, fx=_LARGER, fy=_LARGER))
        for _ in range(_EVERY):
            video.grab()
    return [_scene(frames[n % len(frames)], n) for n in range(count)]


def _scene(frame: NDArray[np.uint8], number: int) -> Scene:
    dice, noise = random.Random(SEEDS + number), np.random.default_rng(SEEDS + number)
    text = texts.written(dice, dice.choice(("car", "car", "transport", "graphic", "service", "motorcycle")))
    face = draw.plate(text, dice, noise, 0.4).face
    rows, columns = face.shape
    wide = math.exp(dice.uniform(math.log(70), math.log(170)))
    tall = wide * rows / columns
    turn = math.radians(dice.gauss(0, 5))
    x = dice.uniform(0.2, 0.8) * frame.shape[1]
    y = dice.uniform(0.4, 0.9) * frame.shape[0]
    square = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2
    turned = square @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    turned[:, 1] += square[:, 0] * dice.gauss(0, 0.05)
    quad = (turned + np.array([x, y]) + noise.normal(0, 0.008 * wide, (4, 2))).astype(np.float32)
    flat = np.float32([[0, 0], [columns, 0], [columns, rows], [0, rows]])
    fine = 2
    matrix = cv2.getPerspectiveTransform(flat, quad * fine)
    size = frame.shape[1] * fine, frame.shape[0] * fine
    ink = cv2.resize(
        cv2.warpPerspective(face, matrix, size), (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_AREA
    )
    cover = cv2.warpPerspective(np.ones_like(face), matrix, size)
    share = cv2.resize(cover, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_AREA)[:, :, None]
    made = frame * (1 - share) + ink[:, :, None] * share
    made = cv2.GaussianBlur(made, (0, 0), dice.uniform(0.3, 1.0)) + noise.normal(0, dice.uniform(1, 6), made.shape)
    coded = cv2.imencode(".jpg", np.clip(made, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    seen = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return Scene(np.asarray(seen, np.uint8), box_of([(float(a), float(b)) for a, b in quad]), text)  # type: ignore[arg-type]
