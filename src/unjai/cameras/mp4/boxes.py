"""Boxes of ISO 14496-12: the init segment, and fragments that live and recordings share byte for byte.

A fragment of ours is `prft moof mdat`: the first says at which wall-clock time its first picture came, so that a
recording knows its real time even where the camera's clock ran wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from unjai.cameras.mp4.nal import Headers

TIMESCALE = 90_000
"""Ticks a second of everything we write."""
TRACK = 1
_NTP_EPOCH_S = 2_208_988_800
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_PRFT_BYTES = 32
_TFDT_AT = _PRFT_BYTES + 8 + 16 + 8 + 16 + 12
_TRUN_SAMPLE = struct.Struct(">IIIi")


@dataclass(slots=True)
class Sample:
    """One picture as it goes into a file: units preceded by their lengths, without parameter sets.

    `at` is its decoding time and `duration` its length in `TIMESCALE`, a guess until the next one came; `shift` is
    presentation less decoding time.
    """

    at: int
    duration: int
    shift: int
    key: bool
    body: bytes


def box(name: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def full(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Return a box with version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def init_segment(headers: Headers) -> bytes:
    """Return `ftyp moov`: what a player must have before the first fragment."""
    nothing = struct.pack(">I", 0)
    tables = box(
        b"stbl",
        full(b"stsd", 0, 0, struct.pack(">I", 1), sample_entry(headers)),
        full(b"stts", 0, 0, nothing),
        full(b"stsc", 0, 0, nothing),
        full(b"stsz", 0, 0, nothing, nothing),
        full(b"stco", 0, 0, nothing),
    )
    extends = box(b"mvex", full(b"trex", 0, 0, struct.pack(">5I", TRACK, 1, 0, 0, 0)))
    return box(b"ftyp", b"iso6", struct.pack(">I", 0), b"iso6mp41") + box(
        b"moov", movie_header(0), track(headers.width, headers.height, tables, 0), extends
    )


def movie_header(duration: int) -> bytes:
    """Return `mvhd` for one track."""
    return full(
        b"mvhd",
        1,
        0,
        struct.pack(">QQIQ", 0, 0, TIMESCALE, duration),
        struct.pack(">IHH8x", 0x10000, 0x0100, 0),
        _MATRIX,
        bytes(24),
        struct.pack(">I", TRACK + 1),
    )


def track(width: int, height: int, tables: bytes, duration: int) -> bytes:
    """Return `trak` with `tables` as its `stbl`."""
    size = struct.pack(">II", width << 16, height << 16)
    return box(
        b"trak",
        full(b"tkhd", 1, 3, struct.pack(">QQIIQ", 0, 0, TRACK, 0, duration), bytes(16), _MATRIX, size),
        box(
            b"mdia",
            full(b"mdhd", 1, 0, struct.pack(">QQIQHH", 0, 0, TIMESCALE, duration, 0x55C4, 0)),
            full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"vide"), b"video\x00"),
            box(
                b"minf",
                full(b"vmhd", 0, 1, bytes(8)),
                box(b"dinf", full(b"dref", 0, 0, struct.pack(">I", 1), full(b"url ", 0, 1))),
                tables,
            ),
        ),
    )


def sample_entry(headers: Headers) -> bytes:
    """Return `avc1` or `hvc1` with the parameter sets in it."""
    hevc = headers.codec == "hevc"
    return box(
        b"hvc1" if hevc else b"avc1",
        struct.pack(">6xH16x", 1),
        struct.pack(">HHIIIH32sHh", headers.width, headers.height, 0x480000, 0x480000, 0, 1, b"", 24, -1),
        _hvcc(headers) if hevc else _avcc(headers),
    )


def _avcc(headers: Headers) -> bytes:
    sps, pps = headers.sps, headers.pps
    return box(
        b"avcC",
        bytes([1, *sps[1:4], 0xFF, 0xE1]),
        struct.pack(">H", len(sps)),
        sps,
        b"\x01",
        struct.pack(">H", len(pps)),
        pps,
    )


def _hvcc(headers: Headers) -> bytes:
    plain = headers.sps[2:].replace(b"\x00\x00\x03", b"\x00\x00")
    arrays = b"".join(
        struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit
        for kind, unit in ((32, headers.vps), (33, headers.sps), (34, headers.pps))
    )
    general = plain[1:13]
    return box(b"hvcC", b"\x01", general, struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, 3), arrays)


def fragment(number: int, samples: Sequence[Sample], *, wall_s: float) -> bytes:
    """Return one fragment of at least one sample; `wall_s` is the wall-clock time of the first, in Unix seconds."""
    head = fragment_head(number, samples, wall_s=wall_s)
    return b"".join((head, *(one.body for one in samples)))


def fragment_head(number: int, samples: Sequence[Sample], *, wall_s: float) -> bytes:
    """Return all of a fragment but the samples' bodies, which follow it."""
    first = samples[0].at
    rows = b"".join(
        _TRUN_SAMPLE.pack(one.duration, len(one.body), _SYNC if one.key else _NOT_SYNC, one.shift) for one in samples
    )
    moof_bytes = 8 + 16 + 8 + 16 + 20 + 20 + len(rows)
    ntp = int((wall_s + _NTP_EPOCH_S) * 4_294_967_296)
    return b"".join(
        (
            struct.pack(">I4sIIQQ", _PRFT_BYTES, b"prft", 0x01000018, TRACK, ntp, first),
            struct.pack(">I4sI4sII", moof_bytes, b"moof", 16, b"mfhd", 0, number),
            struct.pack(">I4sI4sII", moof_bytes - 24, b"traf", 16, b"tfhd", 0x020000, TRACK),
            struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, first),
            struct.pack(">I4sIIi", 20 + len(rows), b"trun", 0x01000F01, len(samples), moof_bytes + 8),
            rows,
            struct.pack(">I4s", 8 + sum(len(one.body) for one in samples), b"mdat"),
        )
    )


def ntp_seconds(ntp: int) -> float:
    """Return Unix seconds of a 64-bit NTP time."""
    return ntp / 4_294_967_296 - _NTP_EPOCH_S


def moved(piece: bytes, ticks: int) -> bytes:
    """Return a fragment of ours with its time moved by `ticks`: a recording is served on a player's own time line."""
    (first,) = struct.unpack_from(">Q", piece, _TFDT_AT)
    at = struct.pack(">Q", max(0, first + ticks))
    return piece[: _PRFT_BYTES - 8] + at + piece[_PRFT_BYTES:_TFDT_AT] + at + piece[_TFDT_AT + 8 :]
