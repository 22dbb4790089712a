"""Run the bench."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import secrets
import time
from collections import Counter
from typing import Any

import bench.fuzz
from bench.command import command
from bench.fuzz.held import EXAMPLES, piece
from unjai.sense.base import sensors

INPUTS, QUICK_INPUTS, PIECE = 1_000_000, 20_000, 10_000


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Send them all, on every core."""
    return await asyncio.to_thread(_measure, QUICK_INPUTS if quick else INPUTS)


def _measure(inputs: int) -> dict[str, Any]:
    seed = secrets.randbits(32)
    tasks = [(key, seed + number, PIECE) for key in sensors() for number in range(inputs // PIECE)]
    came: dict[str, Counter[str]] = {key: Counter() for key in sensors()}
    examples: list[str] = []
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for key, counts, wrong in pool.imap_unordered(piece, tasks):
            came[key] += counts
            examples += wrong
    return {
        "inputs": {key: sum(came[key][what] for what in ("decoded", "nothing", "refused", "raised")) for key in came},
        "unexpected": sum(counts["unexpected"] for counts in came.values()),
        "decoded": {key: counts["decoded"] for key, counts in came.items()},
        "refused": {key: counts["refused"] for key, counts in came.items()},
        "seed": seed,
        "took_s": round(time.perf_counter() - began, 1),
        "examples": examples[:EXAMPLES],
    }


if __name__ == "__main__":
    command(bench.fuzz.__doc__, measure, nought=("unexpected",))
