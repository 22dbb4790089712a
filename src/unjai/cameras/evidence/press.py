"""Starting the process that makes a package, and waiting for it. It dies with whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import msgspec

from unjai.cameras.evidence.plan import Failed, Made, Plan
from unjai.model.errors import UnjaiError
from unjai.platform.engines.process import dies_with_parent

log = logging.getLogger(__name__)

LASTS_S = 3 * 3600.0


async def make(plan: Plan) -> Made:
    """Make a package; it lies on the disc when this returns.

    Raises `recording_missing` (404) where nothing of it was recorded, `evidence_no_room` and `disc_full` (507),
    `secrets_unreadable` (500), `evidence_failed` (500) for whatever else the process died of.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unjai.cameras.evidence.making",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        async with asyncio.timeout(LASTS_S):
            told, said = await process.communicate(msgspec.json.encode(plan))
    except TimeoutError as error:
        raise UnjaiError("evidence_failed", 500, reason="timeout") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        if process.returncode == 0:
            return msgspec.json.decode(told, type=Made)
        failed = msgspec.json.decode(told, type=Failed)
    except msgspec.DecodeError as error:
        words = said.decode("utf-8", "replace").strip()
        log.exception("package %s was not made: %s", plan.id, words[-2000:])
        reason = words.rpartition("\n")[2][:300] or f"exit {process.returncode}"
        raise UnjaiError("evidence_failed", 500, reason=reason) from error
    raise UnjaiError(failed.error, failed.status, **failed.facts)
