"""A disc that fills up while the centre runs: it is said, and NATS, which does not mend by itself, is started again."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Literal

from unjai.platform.engines.folders import NEEDED_BYTES

_HURT = b"ritical write error"
_MOST = 4_000_000


class DiscWatch:
    """Looks at the room of a folder and at NATS' log, which tells when a stream could not be written.

    Nothing acknowledged is lost meanwhile: the acknowledgement stays away. But the stream stays shut until a restart.
    """

    def __init__(self, folder: Path, nats_log: Path) -> None:
        """Begin at the log's present end."""
        self._folder = folder
        self._log = nats_log
        self._hurt = False
        self._inode, self._offset = 0, 0
        with contextlib.suppress(OSError):
            found = nats_log.stat()
            self._inode, self._offset = found.st_ino, found.st_size

    def look(self) -> Literal["fine", "full", "mended"]:
        """Return `full` while there is too little room, and `mended` once when NATS needs its restart."""
        self._hurt = self._hurt or self._told_of_errors()
        if self.free_bytes() < NEEDED_BYTES:
            return "full"
        if self._hurt:
            self._hurt = False
            return "mended"
        return "fine"

    def free_bytes(self) -> int:
        """Return the room that is left."""
        return shutil.disk_usage(self._folder).free

    def _told_of_errors(self) -> bool:
        try:
            with self._log.open("rb") as text:
                found = os.fstat(text.fileno())
                if found.st_ino != self._inode or found.st_size < self._offset:
                    self._inode, self._offset = found.st_ino, 0
                text.seek(max(self._offset, found.st_size - _MOST))
                fresh = text.read(_MOST)
                self._offset = text.tell()
        except OSError:
            return False
        return _HURT in fresh
