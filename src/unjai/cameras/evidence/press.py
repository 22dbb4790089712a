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

from unjai.cameras.evidence.plan import (
    Draft,
    DraftPlan,
    Failed,
    Made,
    Plan,
    SealPlan,
    Stamped,
    ToCheck,
    ToStamp,
    Verdict,
)
from unjai.cameras.evidence.stamping import beside
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


async def check(file: Path, key: str, *, ca: str = "") -> Verdict:
    """Check a package against the print of its key: what `unjai evidence verify` does. One at a time, others wait.

    `ca` is the file of the authority that a time stamp must lead to; one beside the package is looked at too.

    Raises `evidence_unreadable` (500), and `evidence_check_failed` (500) for whatever else the process died of. Whoever
    cancels this ends the process.
    """
    stamp_file = beside(file)
    there = await asyncio.to_thread(stamp_file.is_file)
    asked = ToCheck(file=str(file), key=key, stamp=str(stamp_file) if there else None, ca=ca or None)
    async with _checks_at_once:
        return await _apart("checking", msgspec.json.encode(asked), Verdict, died="evidence_check_failed")


async def stamp(asked: ToStamp) -> Stamped:
    """Stamp a sealed package; raise what `stamping.stamp_package` does, and `stamp_unreachable` (503)."""
    return await _apart("stamping", msgspec.json.encode(asked), Stamped, died="stamp_unreachable")


async def blur(plan: DraftPlan) -> Draft:
    """Hide the faces of a copy; raise `copy_film_unreadable`, `copy_long` (422), `copy_package_changed` (500)."""
    return await _apart("blurring", msgspec.json.encode(plan), Draft, died="copy_failed")


async def seal_copy(plan: SealPlan) -> Made:
    """Seal a copy that a person let go; raise `copy_draft_gone` (500), `evidence_no_room` (507) and the like."""
    return await _apart("releasing", msgspec.json.encode(plan), Made, died="copy_failed")


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
