"""The examination during the training: new plates of known and of unseen faces, never taught."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.plates import targets
from training.plates.net import Net
from training.plates.samples import sample
from unjai.model.plate import LONGEST
from unjai.vision.plates.heads import BLANK, SLOTS
from unjai.vision.plates.sheet import HEIGHT, WIDTH, sheet

SEEDS = 900_000_000
KNOWN, UNSEEN = 1200, 400
HARD = (0.2, 1.0)


@dataclass(frozen=True, slots=True)
class Papers:
    """Sheets, their rows, and the plates' widths; the last `UNSEEN` are of unseen faces."""

    sheets: NDArray[np.uint8]
    rows: NDArray[np.int16]
    widths: NDArray[np.float32]


def papers(folder: Path) -> Papers:
    """Return the examination, drawn once and kept in a folder."""
    file = folder / "examination.npz"
    if not file.exists():
        sheets = np.empty((KNOWN + UNSEEN, HEIGHT, WIDTH), np.uint8)
        rows = np.empty((KNOWN + UNSEEN, targets.ROW), np.int16)
        widths = np.empty(KNOWN + UNSEEN, np.float32)
        for place in range(KNOWN + UNSEEN):
            one = sample(SEEDS + place, *HARD, held_out=place >= KNOWN)
            sheets[place], rows[place], widths[place] = sheet(one.crop), targets.row(one.text), one.width_px
        np.savez(file, sheets=sheets, rows=rows, widths=widths)
    with np.load(file) as kept:
        return Papers(kept["sheets"], kept["rows"], kept["widths"])


@torch.no_grad()
def marks(net: Net, given: Papers) -> dict[str, float]:
    """Return shares of plates read exactly: by each head, by both, of places, by width and kind."""
    steps, slots, places, legible = [], [], [], []
    for begin in range(0, len(given.sheets), 100):
        with torch.autocast("cpu", torch.bfloat16):
            read = net(torch.from_numpy(given.sheets[begin : begin + 100]))
        steps.append(read.steps.float().argmax(-1).numpy())
        slots.append(read.slots.float().argmax(-1).numpy())
        places.append(read.place.float().argmax(-1).numpy())
        legible.append(read.legible.float().numpy())
    spelt, slotted, named, clear = (np.concatenate(one) for one in (steps, slots, places, legible))
    rows = given.rows
    plain = rows[:, 0] == targets.PLAIN
    known = np.arange(len(rows)) < KNOWN
    by_steps = np.array([_collapsed(one) == _truth(row) for one, row in zip(spelt, rows, strict=True)])
    by_slots = (slotted == rows[:, 2 + LONGEST : 2 + LONGEST + SLOTS]).all(1)
    both_say = np.array(
        [_collapsed(one) == [int(g) for g in two if g != BLANK] for one, two in zip(spelt, slotted, strict=True)]
    )
    place = named == rows[:, -1]
    wide = given.widths >= 90
    told = {
        "ctc": by_steps[plain & known].mean(),
        "slots": by_slots[plain & known].mean(),
        "ctc_90px": by_steps[plain & known & wide].mean(),
        "slots_90px": by_slots[plain & known & wide].mean(),
        "place": place[plain & known].mean(),
        "place_90px": place[plain & known & wide].mean(),
        "agree": both_say[plain & known].mean(),
        "agree_right": by_slots[plain & known & both_say].mean() if (plain & known & both_say).any() else 0.0,
        "unseen_ctc": by_steps[plain & ~known].mean(),
        "unseen_slots": by_slots[plain & ~known].mean(),
        "legible": ((clear > 0) == plain).mean(),
    }
    return {name: round(float(value), 4) for name, value in told.items()}


def _collapsed(steps: NDArray[np.int64]) -> list[int]:
    found, last = [], BLANK
    for one in steps.tolist():
        if one not in (BLANK, last):
            found.append(one)
        last = one
    return found


def _truth(row: NDArray[np.int16]) -> list[int]:
    return [int(one) for one in row[2 : 2 + int(row[1])]]
