"""Pictures that go with their day: each under the SHA-256 of its content in the folder of the day it came.

To forget a day is to remove a folder; no list must be right for it. What a case keeps longer is copied to `held`.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from unjai.model.errors import not_found
from unjai.platform.media import Media

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DatedMedia:
    """The store under `DATA/<name>`, a folder a UTC day."""

    def __init__(self, data: Path, name: str) -> None:
        """Keep files under `data/name`; nothing is made before the first file comes."""
        self.root = data / name

    def _of(self, day: date) -> Media:
        return Media(self.root / day.isoformat())

    @property
    def _held(self) -> Media:
        return Media(self.root / "held")

    async def put(self, body: bytes, came_at: datetime) -> str:
        """Keep `body` with the day it came; return its digest once it would survive the loss of power."""
        return (await self._of(came_at.astimezone(UTC).date()).put(body)).digest

    async def read(self, digest: str, came_at: datetime) -> bytes:
        """Return the content of `digest`; raise `not_found` (404) where its day is over and no case holds it."""
        return await asyncio.to_thread(self._load, digest, came_at.astimezone(UTC).date())

    def _load(self, digest: str, day: date) -> bytes:
        for media in (self._of(day), self._held):
            if media.path(digest).is_file():
                return media.load(digest)
        raise not_found("media", digest)

    async def hold(self, digest: str, came_at: datetime) -> bool:
        """Copy a content to where no day is forgotten; False where it is gone already."""
        return await asyncio.to_thread(self._hold, digest, came_at.astimezone(UTC).date())

    def _hold(self, digest: str, day: date) -> bool:
        if self._held.path(digest).is_file():
            return True
        if not self._of(day).path(digest).is_file():
            return False
        self._held.keep([self._of(day).load(digest)])
        return True

    async def let_go(self, digests: Iterable[str]) -> None:
        """Remove copies that no case holds any more; where its day is not over, the picture itself stays."""
        paths = [self._held.path(digest) for digest in digests]

        def remove() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        await asyncio.to_thread(remove)

    def forget(self, before: date) -> list[str]:
        """Remove the days before `before`; for a thread. Return their names."""
        if not self.root.is_dir():
            return []
        gone = sorted(
            folder for folder in self.root.iterdir() if _DAY.fullmatch(folder.name) and folder.name < before.isoformat()
        )
        for folder in gone:
            shutil.rmtree(folder)
        return [folder.name for folder in gone]
