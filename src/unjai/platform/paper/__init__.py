"""Paper: a typst template and its facts become a PDF in Sarabun, in a process of its own, without any network.

Facts reach the template as JSON (`json(bytes(sys.inputs.data))`), never as markup: what somebody typed stays text.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from unjai.model.errors import UnjaiError

FONTS = Path(__file__).parent / "fonts"
LASTS_S = 30.0
_at_once = asyncio.Semaphore(2)


async def pdf(template: Path, facts: Mapping[str, object]) -> bytes:
    """Set `template` with `facts`; raise `paper_failed` (500) where it cannot be set within half a minute."""
    told = msgspec.json.encode({"template": str(template), "data": facts})
    async with _at_once:
        press = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "unjai.platform.paper.press",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(LASTS_S):
                made, said = await press.communicate(told)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                press.kill()
            await press.wait()
            if isinstance(error, TimeoutError):
                raise UnjaiError("paper_failed", 500, reason="timeout") from error
            raise
    if press.returncode != 0 or not made.startswith(b"%PDF-"):
        raise UnjaiError("paper_failed", 500, reason=said.decode("utf-8", "replace")[-300:])
    return made
