"""Who starts when: an order drawn by a published seed, so that nobody chose it and anybody can draw it again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def roll_out(sizes: Mapping[str, float], phases: int, seed: str) -> list[list[str]]:
    """Deal stations into `phases` of equal number and like size.

    Stations are sorted by size (cases a month; equal ones by key), largest first, and cut into blocks of `phases`; each
    block sends one station to every phase, in the order of SHA-256 of `SEED|station`. The last, shorter block falls to
    phases in the order of SHA-256 of `SEED|phase|number`. A sheet of paper and any SHA-256 draw it again.
    """
    if phases < 1:
        raise ValueError("at least one phase")
    ordered = sorted(sizes, key=lambda key: (-sizes[key], key))
    found: list[list[str]] = [[] for _ in range(phases)]
    for first in range(0, len(ordered), phases):
        block = sorted(ordered[first : first + phases], key=lambda key: _drawn(seed, key))
        turns = list(range(phases))
        if len(block) < phases:
            turns.sort(key=lambda turn: _drawn(seed, f"phase|{turn + 1}"))
        for turn, key in zip(turns, block, strict=False):
            found[turn].append(key)
    return [sorted(phase) for phase in found]


def _drawn(seed: str, what: str) -> str:
    return hashlib.sha256(f"{seed}|{what}".encode()).hexdigest()
