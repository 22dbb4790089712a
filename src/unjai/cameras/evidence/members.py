"""One file inside a sealed package, read in its place as a file of its own: nothing in a package is compressed."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from unjai.model.errors import UnjaiError
from unjai.platform.sealed.archive import Laid


class Member(io.RawIOBase):
    """A part of a file, from a byte on, so many bytes long."""

    def __init__(self, source: IO[bytes], begins: int, size: int) -> None:
        """Stand at its beginning; `source` stays its owner's."""
        super().__init__()
        self._source, self._begins, self.size, self._at = source, begins, size, 0

    def again(self) -> Member:
        """Return it at its beginning."""
        self._at = 0
        return self

    def readable(self) -> bool:
        """Tell that it is read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be gone about in."""
        return True

    def tell(self) -> int:
        """Return where it stands."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte of it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, never one beyond its end."""
        left = max(0, self.size - self._at)
        self._source.seek(self._begins + self._at)
        body = self._source.read(left if size is None or size < 0 else min(size, left))
        self._at += len(body)
        return body

    def close(self) -> None:
        """Leave it open: whoever reads it twice closes it once in between."""


@contextmanager
def member_of(package: Path, name: str) -> Iterator[Member]:
    """Open a file of a package that was examined; raise `copy_file_unknown` (422)."""
    with package.open("rb") as source:
        with zipfile.ZipFile(source) as archive:
            try:
                info = archive.getinfo(name)
            except KeyError as error:
                raise UnjaiError("copy_file_unknown", 422, file=name[:100]) from error
        laid = Laid(name=info.filename, size=info.file_size, crc=info.CRC, at=info.header_offset)
        yield Member(source, laid.body_at, info.file_size)


def body_of(package: Path, name: str, most: int = 8_000_000) -> bytes:
    """Return a small file of a package; raise `copy_file_unknown` (422)."""
    with member_of(package, name) as member:
        return member.read(most)
