"""Starting the process that makes or checks a package, and waiting for it. It dies with whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import TypeVar

import msgspec

from unjai.cameras.evidence.plan import Failed, Made, Plan, ToCheck, Verdict
from unjai.model.errors import UnjaiError
from unjai.platform.engines.process import dies_with_parent

log = logging.getLogger(__name__)

LASTS_S = 3 * 3600.0
_T = TypeVar("_T")
_checks_at_once = asyncio.Semaphore(1)


async def make(plan: Plan) -> Made:
    """Make a package; it lies on the disc when this returns.

    Raises `recording_missing` (404) where nothing of it was recorded, `evidence_no_room` and `disc_full` (507),
    `secrets_unreadable` (500), `evidence_failed` (500) for whatever else the process died of.
    """
    return await _apart("making", msgspec.json.encode(plan), Made, died="evidence_failed")


async def check(file: Path, key: str) -> Verdict:
    """Check a package against the print of its key: what `unjai evidence verify` does. One at a time, others wait.

    Raises `evidence_unreadable` (500), and `evidence_check_failed` (500) for whatever else the process died of. Whoever
    cancels this ends the process.
    """
    asked = ToCheck(file=str(file), key=key)
    async with _checks_at_once:
        return await _apart("checking", msgspec.json.encode(asked), Verdict, died="evidence_check_failed")


async def _apart(module: str, asked: bytes, answer: type[_T], *, died: str) -> _T:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"unjai.cameras.evidence.{module}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        async with asyncio.timeout(LASTS_S):
            told, said = await process.communicate(asked)
    except TimeoutError as error:
        raise UnjaiError(died, 500, reason="timeout") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        if process.returncode == 0:
            return msgspec.json.decode(told, type=answer)
        failed = msgspec.json.decode(told, type=Failed)
    except msgspec.DecodeError as error:
        words = said.decode("utf-8", "replace").strip()
        log.exception("%s of evidence ended badly: %s", module, words[-2000:])
        reason = words.rpartition("\n")[2][:300] or f"exit {process.returncode}"
        raise UnjaiError(died, 500, reason=reason) from error
    raise UnjaiError(failed.error, failed.status, **failed.facts)
