"""Photographs on their way from phones: part by part into a file, until all of it is there, and as announced."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.platform.engines.folders import writing
from unjai.platform.media import Media, Stored

SIZE_MOST = 40 * 1024 * 1024
PART_MOST = 900_000
FORGOTTEN = timedelta(days=14)
_LOOKS_S = 25.0
_CHUNK = 1 << 20
_at_once = asyncio.Semaphore(1)
_HEADS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class Parts:
    """What has come of each photograph, under `DATA/patrol/parts`."""

    def __init__(self, data: Path) -> None:
        """Keep files under `data`; nothing is made before the first part comes."""
        self.root = data / "patrol" / "parts"

    def path(self, photo_id: UUID) -> Path:
        """Return where a photograph's parts lie."""
        return self.root / str(photo_id)

    def have(self, photo_id: UUID) -> int:
        """Return how many bytes have come."""
        with contextlib.suppress(FileNotFoundError):
            return self.path(photo_id).stat().st_size
        return 0

    def add(self, photo_id: UUID, offset: int, part: bytes, size: int) -> int:
        """Append a part and return how many bytes are there, on the disc. What is there already is passed over.

        Raises `photo_part_offset` (409) for a part that leaves a gap, `photo_part_beyond` (422) for one past the end,
        and `disc_full` and the like; for a thread.
        """
        have = self.have(photo_id)
        if offset + len(part) > size:
            raise UnjaiError("photo_part_beyond", 422, size_bytes=size)
        if offset > have:
            raise UnjaiError("photo_part_offset", 409, have=have)
        rest = part[have - offset :]
        if rest:
            with writing(self.root):
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                handle = os.open(self.path(photo_id), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(handle, "ab") as out:
                    out.write(rest)
                    out.flush()
                    os.fsync(out.fileno())
        return have + len(rest)

    def chunks(self, photo_id: UUID) -> Iterator[bytes]:
        """Give a file piece by piece."""
        with self.path(photo_id).open("rb") as source:
            while chunk := source.read(_CHUNK):
                yield chunk

    def digest(self, photo_id: UUID) -> str:
        """Return the SHA-256 of what has come; for a thread."""
        found = hashlib.sha256()
        for chunk in self.chunks(photo_id):
            found.update(chunk)
        return found.hexdigest()

    def kind(self, photo_id: UUID) -> str:
        """Return the media type by the first bytes; empty for what is no photograph."""
        with self.path(photo_id).open("rb") as source:
            head = source.read(16)
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return "image/webp"
        return next((kind for start, kind in _HEADS if head.startswith(start)), "")

    def keep(self, photo_id: UUID, media: Media) -> Stored:
        """Put a whole photograph among the centre's files; for a thread."""
        return media.keep(self.chunks(photo_id))

    def drop(self, photo_id: UUID) -> None:
        """Forget what has come of one photograph."""
        self.path(photo_id).unlink(missing_ok=True)

    def forget(self, now: datetime) -> int:
        """Forget parts that nobody went on with; return of how many photographs. For a thread."""
        gone = 0
        if not self.root.is_dir():
            return 0
        for file in self.root.iterdir():
            if file.stat().st_mtime < (now - FORGOTTEN).timestamp():
                file.unlink(missing_ok=True)
                gone += 1
        return gone


async def looked_at(file: Path) -> int | None:
    """Return the difference hash of a photograph, by a process of its own; None for what cannot be looked at."""
    async with _at_once:
        eye = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "unjai.patrol.look",
            str(file),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_LOOKS_S):
                said, _ = await eye.communicate()
        except TimeoutError:
            said = b""
        finally:
            if eye.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    eye.kill()
                await eye.wait()
    try:
        bits = json.loads(said)["bits"]
    except (ValueError, KeyError, TypeError):
        return None
    return bits if isinstance(bits, int) else None
