"""Files that the centre keeps: each under the SHA-256 of its content, on the disc before it is acknowledged.

One content is one file, whoever brings it and how often. What a file means, who may see it and how long it stays is
the business of the capability that keeps its digest.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from unjai.model.errors import UnjaiError, not_found
from unjai.platform.engines.folders import writing

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A file that is on the disc: its SHA-256 in hex and its size."""

    digest: str
    size_bytes: int


class Media:
    """The store under `DATA/media`, two letters a folder."""

    def __init__(self, data: Path) -> None:
        """Keep files under `data`; nothing is made before the first file comes."""
        self.root = data / "media"

    def path(self, digest: str) -> Path:
        """Return where the content of `digest` lies or would lie."""
        if not _DIGEST.fullmatch(digest):
            raise not_found("media", digest[:64])
        return self.root / digest[:2] / digest[2:4] / digest

    async def put(self, body: bytes) -> Stored:
        """Keep `body`; return once it would survive the loss of power."""
        return await asyncio.to_thread(self.keep, [body])

    async def receive(self, chunks: AsyncIterator[bytes], *, most_bytes: int) -> bytes:
        """Return what comes in; raise `body_too_large` (413) as soon as it is more than `most_bytes`."""
        taken = bytearray()
        async for chunk in chunks:
            taken += chunk
            if len(taken) > most_bytes:
                raise UnjaiError("body_too_large", 413, limit_bytes=most_bytes)
        return bytes(taken)

    async def read(self, digest: str) -> bytes:
        """Return the content of `digest`.

        Raises `not_found` (404) where it is gone and `media_damaged` (500) where the disc gives back something else.
        """
        return await asyncio.to_thread(self.load, digest)

    def keep(self, parts: Iterable[bytes]) -> Stored:
        """Keep the parts as one file; for a thread, as it waits for the disc; raise `disc_full` and the like."""
        with writing(self.root):
            return self._keep(parts)

    def _keep(self, parts: Iterable[bytes]) -> Stored:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.root / f"new-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                for part in parts:
                    digest.update(part)
                    size += len(part)
                    out.write(part)
                out.flush()
                os.fsync(out.fileno())
            stored = Stored(digest=digest.hexdigest(), size_bytes=size)
            place = self.path(stored.digest)
            if place.exists():
                fresh.unlink()
            else:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                fresh.replace(place)
            for folder in (place.parent, place.parent.parent, self.root):
                _sync(folder)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return stored

    def load(self, digest: str) -> bytes:
        """Return the content of `digest`, hashed again; for a thread."""
        try:
            body = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise not_found("media", digest) from None
        if hashlib.sha256(body).hexdigest() != digest:
            raise UnjaiError("media_damaged", 500, digest=digest)
        return body


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
