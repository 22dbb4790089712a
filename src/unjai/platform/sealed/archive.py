"""A ZIP whose every byte follows from its entries and their order: nothing compressed, no times, no comments.

It is what Python's `zipfile` makes of the same entries, so that any program opens it; it is written here because files
of gigabytes have to be written in one go, and because what checks it must know each byte that is not an entry's own.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

LONG = 0xFFFFFFFF
"""From this on a number stands in ZIP64's fields."""
_MANY = 0xFFFF
_DAY = 0x21  # 1 January 1980
_UNIX, _MODE = 3, 0o600 << 16
_PLAIN, _ZIP64, _UTF8 = 20, 45, 0x800
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR = struct.Struct("<4sLQL")


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """An entry as it lies in the archive: `at` is where its header begins."""

    name: str
    size: int
    crc: int
    at: int
    sha256: str = ""

    def header(self) -> bytes:
        """Return what stands before its bytes."""
        name, long = _named(self.name), self.size >= LONG
        extra = struct.pack("<HHQQ", 1, 16, self.size, self.size) if long else b""
        size = LONG if long else self.size
        version = _ZIP64 if long else _PLAIN
        head = (b"PK\x03\x04", version, _flags(self.name), 0, 0, _DAY, self.crc, size, size, len(name), len(extra))
        return _LOCAL.pack(*head) + name + extra

    @property
    def body_at(self) -> int:
        """Return where its bytes begin."""
        return self.at + len(self.header())

    @property
    def end(self) -> int:
        """Return where the next thing begins."""
        return self.body_at + self.size

    def line(self) -> bytes:
        """Return its line in the directory at the end."""
        name, size, at = _named(self.name), self.size, self.at
        longs = [*((size, size) if size >= LONG else ()), *((at,) if at >= LONG else ())]
        extra = struct.pack(f"<HH{len(longs)}Q", 1, 8 * len(longs), *longs) if longs else b""
        version = _ZIP64 if longs else _PLAIN
        told = min(size, LONG)
        return (
            _CENTRAL.pack(
                b"PK\x01\x02",
                version,
                _UNIX,
                version,
                _flags(self.name),
                0,
                0,
                _DAY,
                self.crc,
                told,
                told,
                len(name),
                len(extra),
                0,
                0,
                0,
                _MODE,
                min(at, LONG),
            )
            + name
            + extra
        )


def _named(name: str) -> bytes:
    return name.encode("utf-8")


def _flags(name: str) -> int:
    return 0 if name.isascii() else _UTF8


def ending(entries: Sequence[Laid]) -> bytes:
    """Return what follows the last entry: the directory and the archive's end."""
    lines = b"".join(one.line() for one in entries)
    at, many = entries[-1].end if entries else 0, len(entries)
    tail = b""
    if max(at, len(lines)) >= LONG or many >= _MANY:
        tail = _END64.pack(b"PK\x06\x06", 44, _ZIP64, _ZIP64, 0, 0, many, many, len(lines), at)
        tail += _LOCATOR.pack(b"PK\x06\x07", 0, at + len(lines), 1)
    count = min(many, _MANY)
    return lines + tail + _END.pack(b"PK\x05\x06", 0, 0, count, count, min(len(lines), LONG), min(at, LONG), 0)


class Archive:
    """Writes entries one after another into an open file that can seek; `end` finishes it."""

    def __init__(self, out: IO[bytes]) -> None:
        """Begin at the file's beginning."""
        self.out = out
        self.entries: list[Laid] = []

    def add(self, name: str, size: int, parts: Iterable[bytes]) -> Laid:
        """Write an entry of `size` bytes and return how it lies; raise `ValueError` if it has another size."""
        at = self.entries[-1].end if self.entries else 0
        self.out.write(Laid(name=name, size=size, crc=0, at=at).header())
        crc, digest, taken = 0, hashlib.sha256(), 0
        for part in parts:
            crc = zlib.crc32(part, crc)
            digest.update(part)
            taken += len(part)
            self.out.write(part)
        if taken != size:
            msg = f"{name} has {taken} bytes, not {size}"
            raise ValueError(msg)
        made = Laid(name=name, size=size, crc=crc, at=at, sha256=digest.hexdigest())
        self.out.seek(at)
        self.out.write(made.header())
        self.out.seek(made.end)
        self.entries.append(made)
        return made

    def end(self) -> None:
        """Write the directory; nothing can be added after it."""
        self.out.write(ending(self.entries))


def whole_as(entries: Sequence[Laid], source: IO[bytes], size: int) -> bool:
    """Tell whether every byte of an archive that is no entry's own is the one that these entries make."""
    for one in entries:
        if _read(source, one.at, len(one.header())) != one.header():
            return False
    last = ending(entries)
    begins = entries[-1].end if entries else 0
    return begins + len(last) == size and _read(source, begins, len(last)) == last


def _read(source: IO[bytes], at: int, size: int) -> bytes:
    source.seek(at)
    return source.read(size)


def chunks(source: IO[bytes], most: int = 1 << 20) -> Iterator[bytes]:
    """Yield what is left of a file, some at a time."""
    while chunk := source.read(most):
        yield chunk
