"""A file of plates on its way in: on the disc piece by piece, then read line by line; never whole in memory.

A file is somebody else's: a quote that nobody closed must not swallow the rows after it, and a line without an end
must not fill the memory. Such a line is torn: it is told as a refused row, and reading goes on with the next.
"""

from __future__ import annotations

import asyncio
import codecs
import csv
import errno
import hashlib
import io
import os
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from unjai.model.errors import UnjaiError
from unjai.plates.rules.watch_file import FileLine
from unjai.platform.engines.folders import disc_full
from unjai.territory.readers import Options, form_of, read
from unjai.territory.readers.delimited import decoded, delimiter_of

PIECE: Final = 1 << 20
LINE_MOST: Final = 1 << 16
"""Letters in a line; what is longer is no row of plates."""
JOINED_MOST: Final = 20
"""Lines that one quoted cell may go over."""
_HEAD: Final = 100_000
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that lies on the disc; whoever has it removes it."""

    path: Path
    size: int
    digest: str

    def gone(self) -> None:
        """Remove it."""
        self.path.unlink(missing_ok=True)


async def spooled(pieces: AsyncIterator[bytes], folder: Path) -> Upload:
    """Write what comes to a file of its own under `folder`; what breaks off leaves nothing behind."""
    handle, name = await asyncio.to_thread(_opened, folder)
    path, size, told = Path(name), 0, hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as into:
            held = bytearray()
            async for piece in pieces:
                held += piece
                size += len(piece)
                if len(held) >= PIECE:
                    full, held = bytes(held), bytearray()
                    await asyncio.to_thread(_put, into, told, full)
            await asyncio.to_thread(_put, into, told, bytes(held))
    except BaseException as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise disc_full(folder, 0) from error
        raise
    return Upload(path=path, size=size, digest=told.hexdigest())


def _opened(folder: Path) -> tuple[int, str]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.mkstemp(prefix="watch-", dir=folder)


def _put(into: BinaryIO, told: Any, piece: bytes) -> None:
    told.update(piece)
    into.write(piece)


def swept(folder: Path) -> None:
    """Remove what a process that was killed left behind; called before any file is taken."""
    if folder.is_dir():
        for path in folder.glob("watch-*"):
            path.unlink(missing_ok=True)


class Source:
    """The lines of an upload, and how far they were read."""

    def __init__(self, lines: Iterator[FileLine], text: io.TextIOWrapper | None, size: int) -> None:
        """Hold an open file."""
        self.lines, self._text, self._size = lines, text, size
        self._file = None if text is None else text.fileno()

    @property
    def at(self) -> int:
        """Return how many bytes were read."""
        if self._file is None or self._text is None or self._text.closed:
            return self._size
        return os.lseek(self._file, 0, os.SEEK_CUR)

    def close(self) -> None:
        """Close the file."""
        if self._text is not None:
            self._text.close()


async def opened(upload: Upload) -> Source:
    """Open an upload to be read. Raises `import_empty`, `import_not_table`, `import_encoding` and what `read` does."""
    with upload.path.open("rb") as file:
        form = form_of(file.read(_HEAD))
    if form == "csv":
        return await asyncio.to_thread(_csv, upload)
    if form != "xlsx":
        raise UnjaiError("import_not_table", 422)
    source = await read(await asyncio.to_thread(upload.path.read_bytes), Options())
    lines = (FileLine(line.row, line.cells) for line in source.lines)
    return Source(lines, None, upload.size)


def _csv(upload: Upload) -> Source:
    encoding = _encoding(upload.path)
    text = upload.path.open(encoding=encoding, errors="replace", newline="")
    try:
        head = text.read(_HEAD)
        text.seek(0)
        first, _, rest = head.partition("\n")
        named = first.lstrip("\ufeff").strip()
        if named.casefold().startswith("sep=") and len(named) == len("sep=") + 1:
            text.readline()
            return Source(_table(text, named[-1], 1), text, upload.size)
        return Source(_table(text, delimiter_of(head if rest else first), 0), text, upload.size)
    except BaseException:
        text.close()
        raise


def _encoding(path: Path) -> str:
    """Return how a file is written, as `decoded` would say of the whole: UTF-8 if all of it can be."""
    with path.open("rb") as file:
        head = file.read(PIECE)
        if head.startswith(_UTF_16):
            return "utf-16"
        utf8, piece, nul = codecs.getincrementaldecoder("utf-8")(), head, False
        try:
            while piece:
                nul = nul or b"\x00" in piece
                utf8.decode(piece)
                piece = file.read(PIECE)
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            _, encoding = decoded(_thai(path))
        else:
            encoding = "utf-8-sig"
    if nul:
        raise UnjaiError("import_not_table", 422)
    return encoding


def _thai(path: Path) -> bytes:
    """Return the letters past ASCII of a file that is not UTF-8, a few of each piece: enough to tell its writing."""
    found = bytearray()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found += bytes(one for one in piece[: PIECE // 16] if one > 0x7F)  # noqa: PLR2004  past ASCII
            if b"\x00" in piece:
                raise UnjaiError("import_not_table", 422)
    return bytes(found[:PIECE]) or b"\xff"


def _table(text: io.TextIOWrapper, delimiter: str, skipped: int) -> Iterator[FileLine]:
    """Yield the rows of a table, blank ones left out."""
    ahead: deque[str] = deque()
    number, width = skipped, 0

    def line() -> str:
        return ahead.popleft() if ahead else text.readline(LINE_MOST)

    while said := line():
        number += 1
        bare = said.rstrip("\r\n")
        if len(bare) >= LINE_MOST:
            while (rest := line()) and not rest.endswith(("\n", "\r")):
                pass
            yield FileLine(number, (bare[:200],), torn=True)
            continue
        if '"' not in bare:
            cells: Sequence[str] = bare.split(delimiter)
            extra = 0
        else:
            found, more = _quoted(said, line, delimiter, width)
            if found is None:
                ahead.extendleft(reversed(more))
                yield FileLine(number, (bare[:200],), torn=True)
                continue
            cells, extra = found, len(more)
        if any(map(str.strip, cells)):
            width = width or len(cells)
            yield FileLine(number, cells)
        number += extra


def _quoted(said: str, line: Any, delimiter: str, width: int) -> tuple[Sequence[str] | None, list[str]]:
    """Return the cells of a line with quotes, and the lines that belong to it; None where its quotes do not close."""
    more: list[str] = []
    quotes = said.count('"')
    while quotes % 2 and len(more) < JOINED_MOST and (after := line()):
        more.append(after)
        quotes += after.count('"')
    if quotes % 2:
        return None, more
    try:
        cells = next(csv.reader(io.StringIO(said + "".join(more), newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return None, more
    if more and width and len(cells) != width:
        return None, more
    return [cell.replace("\r", "").replace("\n", " ") for cell in cells] if more else cells, more
