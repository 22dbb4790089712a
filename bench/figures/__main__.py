"""Honest figures on real series (`../shared/data/crime`, the part for development), each part a file of this folder."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.command import command
from bench.figures import coverage, feedback, forecast, placebo, wedge

PARTS = (forecast, coverage, placebo, wedge, feedback)


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Run every part, one after the other."""
    found: dict[str, Any] = {"bench": "figures", "quick": quick}
    for part in PARTS:
        found |= await asyncio.to_thread(part.run, quick)
    return found | {"took_s": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    command(__doc__, measure)
