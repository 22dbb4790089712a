"""One plate in several frames of a track, as alike as frames are: what is wrong with one is wrong with all.

The worst case on purpose: each frame is the same look of the camera, nearer or farther, a little turned, with grain and
compression of its own. A vote that is honest here is honest where frames differ more.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates.samples import Sample, sample

SEEDS = 720_000_000
FRAMES = 5


@dataclass(frozen=True, slots=True)
class Track:
    """What truly stands on the plate, and its crops (grey) with the plate's width in each."""

    first: Sample
    crops: list[tuple[NDArray[np.uint8], float]]


def tracks(count: int) -> list[Track]:
    """Return so many tracks of plates of all kinds, every fifth of faces that were never taught."""
    return [_track(SEEDS + number, held_out=number % 5 == 4) for number in range(count)]


def _track(seed: int, *, held_out: bool) -> Track:
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    first = sample(seed, 0.0, 1.0, held_out=held_out)
    crops = []
    for factor in sorted(dice.uniform(0.6, 1.0) for _ in range(FRAMES)):
        rows, columns = first.crop.shape
        turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), dice.gauss(0, 1.0), 1.0)
        turn[:, 2] += [dice.gauss(0, 0.012 * columns), dice.gauss(0, 0.02 * rows)]
        turned = cv2.warpAffine(first.crop, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
        size = max(16, round(columns * factor)), max(8, round(rows * factor))
        small = cv2.resize(turned, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        small += noise.normal(0, dice.uniform(0.5, 4), small.shape)
        coded = cv2.imencode(".jpg", np.clip(small, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        crops.append((np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8), first.width_px * factor))
    return Track(first, crops)
