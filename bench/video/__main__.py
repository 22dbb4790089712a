"""Run every part after the other and print what all of them found.

Quick, `vision` and `analysis` run beside `gate`: all three count processor time, of their own threads or processes.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from typing import Any

import bench.video
from bench.command import Measure, command


def _of(parts: tuple[str, ...]) -> Measure:
    async def measure(quick: bool, began: float) -> dict[str, Any]:
        """Ask each part in its order; their figures stand in one object."""
        found: dict[str, Any] = {}

        async def ask(*some: str) -> None:
            for part in some:
                found.update(await importlib.import_module(f"bench.video.{part}").measure(quick, began))

        beside = tuple(part for part in ("vision", "analysis") if part in parts and "gate" in parts and quick)
        for part in parts:
            if part == "gate":
                await asyncio.gather(ask("gate"), ask(*beside))
            elif part not in beside:
                await ask(part)
        return found | _together(found) | {"seconds": round(time.monotonic() - began, 1)}

    return measure


def _together(found: dict[str, Any]) -> dict[str, Any]:
    """Return what several parts say together.

    `busy_cameras` is how many busy analysed cameras two cores carry at 70 %, reception and recording included.
    """
    analysed, record = found.get("streams_per_core_analysed"), found.get("streams_per_core_record")
    theirs = found.get("motion_streams_per_core")
    told: dict[str, Any] = {}
    if analysed and record:
        told["busy_cameras"] = round(2 * 0.7 / (1 / analysed + 1 / record), 1)
    if analysed and theirs:
        told["ratio_to_motion_analysed"] = round(analysed / theirs, 2)
    return told


def _wanted() -> tuple[str, ...]:
    """Take `--part NAME` off the command line; all parts without it."""
    if "--part" not in sys.argv:
        return bench.video.PARTS
    at = sys.argv.index("--part")
    name = "".join(sys.argv[at + 1 : at + 2])
    if name not in bench.video.PARTS:
        sys.exit(f"--part is one of {', '.join(bench.video.PARTS)}")
    del sys.argv[at : at + 2]
    return (name,)


if __name__ == "__main__":
    command(bench.video.__doc__, _of(_wanted()))
