"""How the pictures of before and after a camera was turned compare, in a process of its own.

`compared` starts it and waits; `main` is that process: two pictures on stdin, the answer as JSON on stdout. `web`
imports no library of pictures, and one that was made to break it breaks that process alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import Any

import msgspec

LASTS_S = 15.0
_PIXELS_MOST = 50_000_000
_HEAD = 8
_UNREADABLE: dict[str, Any] = {"verdict": "unreadable", "changed": None, "why": ""}
_at_once = asyncio.Semaphore(2)


async def compared(before: bytes, after: bytes) -> dict[str, Any]:
    """Return `verdict`, `changed` and `why` as `vision.health.compare` says, or the verdict `unreadable`."""
    async with _at_once:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "unjai.cameras.comparing",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OPENCV_IO_MAX_IMAGE_PIXELS": str(_PIXELS_MOST)},
        )
        try:
            async with asyncio.timeout(LASTS_S):
                made, _ = await process.communicate(len(before).to_bytes(_HEAD) + before + after)
        except TimeoutError:
            return _UNREADABLE
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        said: dict[str, Any] = msgspec.json.decode(made)
    except msgspec.DecodeError:
        return _UNREADABLE
    return said


def main() -> None:
    """Compare two pictures."""
    from dataclasses import asdict  # noqa: PLC0415

    from unjai.cameras.worker.wellbeing import grey_of  # noqa: PLC0415  heavy: in this process alone
    from unjai.vision.health import compare  # noqa: PLC0415

    told = sys.stdin.buffer.read()
    size = int.from_bytes(told[:_HEAD])
    before, after = grey_of(told[_HEAD : _HEAD + size]), grey_of(told[_HEAD + size :])
    found = _UNREADABLE if before is None or after is None else asdict(compare(before, after))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
