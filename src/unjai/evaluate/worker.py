"""Heavy reckoning in a process of its own, so that scipy stays out of web and core: bytes in, bytes out."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys

from unjai.model.errors import UnjaiError

_MEMORY_BYTES = 3_000_000_000


async def answered(module: str, told: bytes, *, lasts_s: float) -> bytes:
    """Run `python -m MODULE`, give it `told`, return what it answers; raise `figures_failed` (500)."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(lasts_s):
            made, said = await worker.communicate(told)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
        if isinstance(error, TimeoutError):
            raise UnjaiError("figures_failed", 500, why="timeout") from error
        raise
    if worker.returncode != 0:
        raise UnjaiError("figures_failed", 500, why=said.decode("utf-8", "replace")[-300:])
    return made


def limited() -> None:
    """Bound the memory of this process; a worker calls it first."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
