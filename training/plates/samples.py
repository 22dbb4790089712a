"""One synthetic sample from a seed: the same seed gives the same picture and the same truth, everywhere."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from training.plates import camera, draw, nothing, texts


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop in the sensor's own pixels (grey), what truly stands on it, and how wide its plate is."""

    crop: camera.Bytes
    text: texts.Written
    width_px: float


def sample(
    seed: int, easiest: float, hardest: float, *, kind: texts.Kind | None = None, held_out: bool = False
) -> Sample:
    """Return the sample of a seed, of a difficulty between two (0 clean, 1 hardest).

    Raises FileNotFoundError where the faces were not fetched.
    """
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    d = dice.uniform(easiest, hardest)
    text = texts.written(dice, kind)
    if text.kind == "none":
        crop, width = nothing.nothing(dice, noise, d)
    else:
        crop, width = camera.taken(draw.plate(text, dice, noise, d, held_out=held_out), dice, noise, d)
    return Sample(crop, text, width)
