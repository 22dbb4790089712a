"""When in the week: each cell's share by weekday and two-hour slot, drawn to the whole place where it shows little.

Who finds his motorcycle gone in the morning knows from when to when it stood there, not when it went: such a case is
laid evenly over the slots between (aoristic analysis, Ratcliffe 2000).
"""

from __future__ import annotations

import numpy as np

from unjai.evaluate.rules.risk.components import spread
from unjai.evaluate.rules.risk.grid import Floats, Grid, Ints

SLOT_H = 2.0
SLOTS = 84
"""Of a week, Monday 00:00 local time first."""
WEEK_H = 168.0
LONGEST_H = 72.0
"""A case whose time is known no better than this says nothing of hours."""
_MOMENT_H = 1e-6
OWN = 20.0
"""As many cases of the whole place's hours stand behind each cell's own."""
NEIGHBOURS_M = 450.0


def laid_out(begun_h: Floats, ended_h: Floats) -> tuple[Ints, Ints, Floats]:
    """Lay cases over the slots of the week: which case, which slot, how much of it (sum 1 for each that counts).

    Hours since a Monday 00:00; `ended_h` not before `begun_h`. A case longer than `LONGEST_H` is left out.
    """
    long = np.clip(ended_h - begun_h, 0.0, None)
    long[long < _MOMENT_H] = 0.0
    cases, slots, parts = [], [], []
    first = np.floor(begun_h / SLOT_H)
    counts = long <= LONGEST_H
    for off in range(int(LONGEST_H / SLOT_H) + 2):
        begins = (first + off) * SLOT_H
        inside = np.minimum(begins + SLOT_H, begun_h + long) - np.maximum(begins, begun_h)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(long > 0, inside / long, float(off == 0))
        told = counts & (part > 0)
        which = np.flatnonzero(told)
        cases.append(which)
        slots.append(np.mod(first[told] + off, SLOTS).astype(np.int64))
        parts.append(part[told])
    return np.concatenate(cases), np.concatenate(slots), np.concatenate(parts)


def by_hour(grid: Grid, looked_at: Ints, cells: Ints, begun_h: Floats, ended_h: Floats) -> Floats:
    """Return each looked-at cell's share of its cases by slot of the week: (len(looked_at), 84), rows sum to 1.

    A cell's hours are those of the cases around it, behind which stand `OWN` cases of the whole place's: its hours of
    the day times its weekdays, since one slot of 84 has too few of its own.
    """
    case, slot, part = laid_out(begun_h, ended_h)
    whole = np.bincount(slot, weights=part, minlength=SLOTS) + 1.0 / SLOTS
    hours = whole.reshape(7, 12)
    place = np.outer(hours.sum(axis=1), hours.sum(axis=0)).ravel() / hours.sum() ** 2
    size = grid.rows * grid.columns
    own = np.empty((len(looked_at), SLOTS))
    bell = spread(_one(grid), NEIGHBOURS_M).max()
    for k in range(SLOTS):
        there = slot == k
        counted = (
            np.bincount(cells[case[there]], weights=part[there], minlength=size).astype(np.float64).reshape(grid.shape)
        )
        own[:, k] = spread(counted, NEIGHBOURS_M).ravel()[looked_at] / bell
    made: Floats = (own + OWN * place) / (own.sum(axis=1, keepdims=True) + OWN)
    return made


def _one(grid: Grid) -> Floats:
    made: Floats = np.zeros(grid.shape)
    made[grid.rows // 2, grid.columns // 2] = 1.0
    return made
