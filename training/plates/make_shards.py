"""Draw samples into shards that the training reads: `python -m training.plates.make_shards FOLDER [--shards N]`.

A shard is a pair of files: `NNN.sheets.npy` (uint8, samples × 64 × 160) and `NNN.rows.npy` (int16, see `targets`).
Shard `n` holds the seeds from n × 1,000,000 on, so it can be made at any time, by any process, and always the same.
The first ones are easy, the rest as hard as it gets. A shard that is there is left alone: stop and start as you like.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

from training.plates import fonts, targets
from training.plates.samples import sample
from unjai.vision.plates.sheet import HEIGHT, WIDTH, sheet

SAMPLES = 8192
SHARDS = 40
SEEDS = 1_000_000
EASY = 2
"""Shards of the easy sort come first."""


def difficulty(number: int) -> tuple[float, float]:
    """Return the range of difficulty of a shard."""
    if number == 0:
        return 0.0, 0.3
    if number <= EASY:
        return 0.0, 0.6
    return 0.05, 1.0


def make(folder: Path, number: int, samples: int = SAMPLES) -> None:
    """Draw one shard; it appears whole or not at all."""
    low, high = difficulty(number)
    sheets = np.empty((samples, HEIGHT, WIDTH), np.uint8)
    rows = np.empty((samples, targets.ROW), np.int16)
    began = time.process_time()
    for place in range(samples):
        one = sample(number * SEEDS + place, low, high)
        sheets[place], rows[place] = sheet(one.crop), targets.row(one.text)
        if place % 512 == 511:
            cost = 1000 * (time.process_time() - began) / (place + 1)
            sys.stdout.write(f"shard {number}: {place + 1}/{samples}, {cost:.1f} ms CPU a sample\n")
            sys.stdout.flush()
    for name, values in (("rows", rows), ("sheets", sheets)):
        draft = folder / f".{number:03}.{name}.npy"
        np.save(draft, values)
        os.replace(draft, folder / f"{number:03}.{name}.npy")  # noqa: PTH105  the sheets come last: then it is whole


def main() -> None:
    """Make the shards that are missing, in their order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=SHARDS)
    given = parser.parse_args()
    fonts.fetch()
    given.folder.mkdir(parents=True, exist_ok=True)
    for number in range(given.shards):
        if not (given.folder / f"{number:03}.sheets.npy").exists():
            make(given.folder, number)


if __name__ == "__main__":
    main()
