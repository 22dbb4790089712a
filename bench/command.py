"""The command line that every bench has: `python -m bench.NAME [--json] [--quick]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Measure = Callable[[bool, float], Awaitable[dict[str, Any]]]
"""Called with whether it must be quick (under 50 s in all) and the monotonic moment at which the bench began."""


def command(about: str | None, measure: Measure, *, nought: tuple[str, ...] = ()) -> None:
    """Run a bench and print what it found; with a figure of `nought` that is not 0 the status is 1."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="under 50 s")
    given = parser.parse_args()

    async def run() -> dict[str, Any]:
        return await measure(given.quick, began)

    found = asyncio.run(run())
    print(json.dumps(found) if given.json else "\n".join(f"{name}: {value}" for name, value in found.items()))
    if any(found[name] for name in nought):
        sys.exit(1)
