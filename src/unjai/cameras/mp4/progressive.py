"""One ordinary MP4 of pieces of recordings, by copy: its index comes first, any player of any office opens it.

The clock of the file is the clock on the wall: where nothing was recorded the last picture stands until recording goes
on, so that two minutes in the file are two minutes in the street. What is missing is told beside it (`Export.gaps`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from unjai.cameras.mp4.boxes import TIMESCALE, box, full, movie_header, track
from unjai.cameras.mp4.reading import Contents, Row

_CHUNK_BYTES = 1 << 20
_ENTRY_SIZE_AT = 32
"""Where width and height stand in a sample entry."""
_STANDS_S = 0.5
"""A jump between two pictures shorter than this is jitter, not a gap."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A recording, what lies in it, and the wall-clock time at which it begins."""

    file: Path
    contents: Contents
    begins_s: float


@dataclass(frozen=True, slots=True)
class _Picture:
    file: Path
    row: Row
    at: int
    entry: int


@dataclass(frozen=True, slots=True)
class Export:
    """What will be written: real begin and end (cuts fall on pictures one can begin with), the gaps, and the size."""

    begins_s: float
    ends_s: float
    gaps: tuple[tuple[float, float], ...]
    size_bytes: int
    head: bytes
    pictures: tuple[_Picture, ...]

    def parts(self) -> Iterator[bytes]:
        """Yield the file, read as it goes; for a thread. Raises `OSError` where a recording has gone meanwhile."""
        yield self.head
        open_file: Path | None = None
        handle = None
        try:
            for picture in self.pictures:
                if picture.file != open_file:
                    if handle is not None:
                        handle.close()
                    handle, open_file = picture.file.open("rb"), picture.file
                assert handle is not None
                handle.seek(picture.row.offset)
                body = handle.read(picture.row.size)
                if len(body) != picture.row.size:
                    msg = f"{picture.file} has become shorter"
                    raise OSError(msg)
                yield body
        finally:
            if handle is not None:
                handle.close()


def export_of(pieces: Sequence[Piece], since_s: float, until_s: float) -> Export | None:
    """Return the export of a time range, or None where nothing of it was recorded."""
    entries: list[bytes] = []
    pictures: list[_Picture] = []
    origin: float | None = None
    for piece in pieces:
        entry = _entry_of(piece.contents.init)
        if entry not in entries:
            entries.append(entry)
        chosen = _chosen(piece, since_s, until_s)
        for at_s, row in chosen:
            if origin is None:
                origin = at_s
            at = max(round((at_s - origin) * TIMESCALE), pictures[-1].at + 1 if pictures else 0)
            pictures.append(_Picture(piece.file, row, at, entries.index(entry) + 1))
    if origin is None:
        return None
    durations = [after.at - one.at for one, after in pairwise(pictures)]
    durations.append(max(1, pictures[-1].row.duration))
    gaps = tuple(
        (origin + (one.at + one.row.duration) / TIMESCALE, origin + (one.at + length) / TIMESCALE)
        for one, length in zip(pictures, durations, strict=True)
        if length - one.row.duration > _STANDS_S * TIMESCALE
    )
    head = _head(pictures, durations, entries)
    total = len(head) + sum(one.row.size for one in pictures)
    ends = origin + (pictures[-1].at + durations[-1]) / TIMESCALE
    return Export(origin, ends, gaps, total, head, tuple(pictures))


def _chosen(piece: Piece, since_s: float, until_s: float) -> list[tuple[float, Row]]:
    """Return the pictures of the range with their times, from the last one before it that one can begin with."""
    fragments = piece.contents.fragments
    if not fragments:
        return []
    origin = fragments[0].first
    rows: list[tuple[float, Row]] = []
    for one in fragments:
        at = one.first
        for row in one.rows:
            at_s = piece.begins_s + (at - origin) / TIMESCALE
            if at_s >= until_s:
                return rows if rows and rows[-1][0] + rows[-1][1].duration / TIMESCALE > since_s else []
            if row.key and at_s <= since_s:
                rows.clear()
            rows.append((at_s, row))
            at += row.duration
    return rows if rows and rows[-1][0] + rows[-1][1].duration / TIMESCALE > since_s else []


def _entry_of(init: bytes) -> bytes:
    """Return the sample entry in an init segment of ours."""
    at = init.index(b"stsd") - 4
    (size,) = struct.unpack_from(">I", init, at)
    return init[at + 16 : at + size]


def _head(pictures: Sequence[_Picture], durations: Sequence[int], entries: Sequence[bytes]) -> bytes:
    total = sum(durations)
    ftyp = box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso2mp41")
    size = sum(one.row.size for one in pictures)
    mdat = struct.pack(">I4sQ", 1, b"mdat", size + 16)
    made = partial(
        _moov, pictures=pictures, durations=durations, entries=entries, chunks=_chunks(pictures), total=total
    )
    moov_bytes = len(made(shift=0))
    shift = len(ftyp) + moov_bytes + len(mdat)
    return ftyp + made(shift=shift) + mdat


def _chunks(pictures: Sequence[_Picture]) -> list[tuple[int, int, int]]:
    """Return chunks as (offset from the first byte of media, pictures, sample entry)."""
    chunks: list[tuple[int, int, int]] = []
    at = begun_at = count = 0
    entry = pictures[0].entry
    for one in pictures:
        if count and (one.entry != entry or at - begun_at > _CHUNK_BYTES):
            chunks.append((begun_at, count, entry))
            begun_at, count = at, 0
        entry = one.entry
        count += 1
        at += one.row.size
    chunks.append((begun_at, count, entry))
    return chunks


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and runs[-1][1] == value:
            runs[-1] = (runs[-1][0] + 1, value)
        else:
            runs.append((1, value))
    return runs


def _table(name: bytes, version: int, form: str, rows: Sequence[tuple[int, ...]]) -> bytes:
    return full(name, version, 0, struct.pack(">I", len(rows)), *(struct.pack(form, *row) for row in rows))


def _moov(
    *,
    pictures: Sequence[_Picture],
    durations: Sequence[int],
    entries: Sequence[bytes],
    chunks: Sequence[tuple[int, int, int]],
    total: int,
    shift: int,
) -> bytes:
    shifts = _runs([one.row.shift for one in pictures])
    stsc: list[tuple[int, ...]] = []
    for number, (_at, count, entry) in enumerate(chunks, 1):
        if not stsc or stsc[-1][1:] != (count, entry):
            stsc.append((number, count, entry))
    tables = box(
        b"stbl",
        full(b"stsd", 0, 0, struct.pack(">I", len(entries)), *entries),
        _table(b"stts", 0, ">II", _runs(durations)),
        _table(b"ctts", 1, ">Ii", shifts) if shifts != [(len(pictures), 0)] else b"",
        _table(b"stss", 0, ">I", [(number,) for number, one in enumerate(pictures, 1) if one.row.key]),
        _table(b"stsc", 0, ">III", stsc),
        full(
            b"stsz",
            0,
            0,
            struct.pack(">II", 0, len(pictures)),
            *(struct.pack(">I", one.row.size) for one in pictures),
        ),
        _table(b"co64", 0, ">Q", [(shift + at,) for at, _count, _entry in chunks]),
    )
    width, height = struct.unpack_from(">HH", entries[0], _ENTRY_SIZE_AT)
    return box(b"moov", movie_header(total), track(width, height, tables, total))
