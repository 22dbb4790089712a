"""Reads files of ours: which fragments are whole, when each was. A file cut off in the middle is fine."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from unjai.cameras.mp4.boxes import TIMESCALE, ntp_seconds

_HEADER = struct.Struct(">I4s")
_TRUN_SAMPLE = struct.Struct(">IIIi")
_MOST_INIT = 65_536
_MOST_MOOF = 4_000_000
_NOT_SYNC_BIT = 0x00010000


@dataclass(frozen=True, slots=True)
class Row:
    """A picture in a fragment: its length in ticks, where its bytes lie, whether one can begin with it."""

    duration: int
    shift: int
    key: bool
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """A whole fragment of a file. `first` and `duration` are in `TIMESCALE`; `wall_s` is Unix time of its beginning."""

    offset: int
    size: int
    first: int
    duration: int
    wall_s: float
    rows: tuple[Row, ...]

    @property
    def begins_with_key(self) -> bool:
        """Tell whether a player can begin here."""
        return self.rows[0].key


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a recording: its init segment and its whole fragments; `end` is where the last of them ends."""

    init: bytes
    fragments: tuple[Fragment, ...]
    end: int

    @property
    def duration_s(self) -> float:
        """Return how long the recording lasts."""
        if not self.fragments:
            return 0.0
        last = self.fragments[-1]
        return (last.first + last.duration - self.fragments[0].first) / TIMESCALE


def contents_of(file: Path) -> Contents:
    """Return what lies in `file`; raise `OSError`, and `ValueError` where it is no recording of ours."""
    with file.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(0)
        init = _init(handle)
        fragments = tuple(_fragments(handle, len(init), size))
    end = fragments[-1].offset + fragments[-1].size if fragments else len(init)
    return Contents(init, fragments, end)


def init_of(file: Path) -> bytes:
    """Return a file's init segment alone; raise `OSError`, and `ValueError` where it is no recording of ours."""
    with file.open("rb") as handle:
        return _init(handle)


def _init(handle: BinaryIO) -> bytes:
    head = handle.read(_HEADER.size)
    if len(head) < _HEADER.size or head[4:] != b"ftyp":
        msg = "no recording of ours"
        raise ValueError(msg)
    found = head + handle.read(_HEADER.unpack(head)[0] - _HEADER.size)
    head = handle.read(_HEADER.size)
    if len(head) < _HEADER.size or head[4:] != b"moov" or _HEADER.unpack(head)[0] > _MOST_INIT:
        msg = "no recording of ours"
        raise ValueError(msg)
    size = _HEADER.unpack(head)[0]
    moov = head + handle.read(size - _HEADER.size)
    if len(moov) < size:
        msg = "a recording that ends in its first bytes"
        raise ValueError(msg)
    return found + moov


def _fragments(handle: BinaryIO, at: int, size: int) -> Iterator[Fragment]:
    while at + 40 <= size:
        handle.seek(at)
        head = handle.read(40)
        prft_bytes, name = _HEADER.unpack_from(head)
        moof_bytes, moof_name = _HEADER.unpack_from(head, 32)
        if (prft_bytes, name, moof_name) != (32, b"prft", b"moof") or not 88 <= moof_bytes <= _MOST_MOOF:  # noqa: PLR2004
            return
        rest = handle.read(moof_bytes)
        if len(rest) < moof_bytes:
            return
        (mdat_bytes,) = struct.unpack_from(">I", rest, moof_bytes - 8)
        whole = 32 + moof_bytes + mdat_bytes
        if rest[moof_bytes - 4 :] != b"mdat" or at + whole > size:
            return
        (ntp,) = struct.unpack_from(">Q", head, 16)
        (first,) = struct.unpack_from(">Q", head, 24)
        rows = tuple(_rows(rest, moof_bytes, at + 32 + moof_bytes + 8))
        if not rows or rows[-1].offset + rows[-1].size != at + whole:
            return
        yield Fragment(at, whole, first, sum(row.duration for row in rows), ntp_seconds(ntp), rows)
        at += whole


def _rows(rest: bytes, moof_bytes: int, data_at: int) -> Iterator[Row]:
    trun_at = 16 + 8 + 16 + 20
    (count,) = struct.unpack_from(">I", rest, trun_at + 12)
    if count * _TRUN_SAMPLE.size != moof_bytes - 88:
        return
    for number in range(count):
        duration, size, flags, shift = _TRUN_SAMPLE.unpack_from(rest, trun_at + 20 + number * _TRUN_SAMPLE.size)
        yield Row(duration, shift, not flags & _NOT_SYNC_BIT, data_at, size)
        data_at += size
