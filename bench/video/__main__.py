"""Run every part after the other and print what all of them found."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import bench.video
from bench.command import Measure, command


def _of(parts: tuple[str, ...]) -> Measure:
    async def measure(quick: bool, began: float) -> dict[str, Any]:
        """Ask each part in its order; their figures stand in one object."""
        found: dict[str, Any] = {}
        for part in parts:
            found |= await importlib.import_module(f"bench.video.{part}").measure(quick, began)
        return found

    return measure


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
