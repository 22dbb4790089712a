"""What a camera sends: NAL units, their kinds, and the few facts of a sequence header that players must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

CodecName = Literal["h264", "hevc"]

_START = b"\x00\x00\x01"
_MOST_SIZE = 16_384
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class NalError(ValueError):
    """A header that makes no sense; the picture before it goes on."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The parameter sets of a stream as they stand now, and what they say.

    `codecs` is the RFC 6381 word that a browser asks for; `vps` is empty for H.264.
    """

    codec: CodecName
    vps: bytes
    sps: bytes
    pps: bytes
    width: int
    height: int
    codecs: str


def is_annex_b(data: bytes | memoryview) -> bool:
    """Tell whether units are parted by start codes (and not preceded by their lengths)."""
    return bytes(data[:3]) == _START or bytes(data[:4]) == b"\x00" + _START


def annex_b_units(data: bytes) -> Iterator[bytes]:
    """Yield the units between start codes, without trailing zeros."""
    at = data.find(_START)
    while at >= 0:
        begin = at + 3
        at = data.find(_START, begin)
        unit = data[begin : at if at >= 0 else len(data)].rstrip(b"\x00")
        if unit:
            yield unit


def length_units(data: bytes, length_size: int = 4) -> Iterator[bytes]:
    """Yield the units of a sample whose units are preceded by their lengths; what is cut off is left out."""
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size])
        at += length_size
        if size == 0 or at + size > len(data):
            return
        yield data[at : at + size]
        at += size


def kind_of(codec: CodecName, unit: bytes) -> int:
    """Return the unit's type, or -1 where its first bit says that it is broken."""
    if unit[0] & 0x80:
        return -1
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def is_picture(codec: CodecName, kind: int) -> bool:
    """Tell whether a unit of this type carries a part of a picture."""
    return 1 <= kind <= 5 if codec == "h264" else 0 <= kind <= 31  # noqa: PLR2004  ITU-T H.264 and H.265, table 7-1


def is_key(codec: CodecName, kind: int) -> bool:
    """Tell whether a picture of this type can be begun with."""
    return kind == 5 if codec == "h264" else 16 <= kind <= 21  # noqa: PLR2004


def is_header(codec: CodecName, kind: int) -> bool:
    """Tell whether a unit of this type is a parameter set."""
    return kind in {7, 8} if codec == "h264" else kind in {32, 33, 34}


def is_message(codec: CodecName, kind: int) -> bool:
    """Tell whether a unit is additional information (SEI); delimiters and filler are not worth their bytes."""
    return kind == 6 if codec == "h264" else kind in {39, 40}  # noqa: PLR2004


def headers_of(codec: CodecName, sets: dict[int, bytes]) -> Headers | None:
    """Return what the parameter sets say, or None while one is missing; raise `NalError` where they make no sense."""
    if codec == "h264":
        sps, pps = sets.get(7), sets.get(8)
        if sps is None or pps is None:
            return None
        width, height = _h264_size(sps)
        return Headers(codec, b"", sps, pps, width, height, f"avc1.{sps[1:4].hex()}")
    vps, sps, pps = sets.get(32), sets.get(33), sets.get(34)
    if vps is None or sps is None or pps is None:
        return None
    width, height = _hevc_size(sps)
    return Headers(codec, vps, sps, pps, width, height, _hevc_word(sps))


class _Bits:
    """Reads Exp-Golomb numbers of a header."""

    def __init__(self, unit: bytes) -> None:
        body = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(body)
        self._left = len(body) * 8

    def take(self, count: int) -> int:
        """Return the next bits as a number."""
        if count > self._left:
            msg = "a header that ends too soon"
            raise NalError(msg)
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def ue(self) -> int:
        """Return the next unsigned number."""
        zeros = 0
        while self.take(1) == 0:
            zeros += 1
            if zeros > 32:  # noqa: PLR2004
                msg = "a number that never begins"
                raise NalError(msg)
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        """Return the next signed number."""
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def _sane(width: int, height: int) -> tuple[int, int]:
    if not (16 <= width <= _MOST_SIZE and 16 <= height <= _MOST_SIZE):  # noqa: PLR2004
        msg = f"a picture of {width}×{height}"
        raise NalError(msg)
    return width, height


def _h264_size(sps: bytes) -> tuple[int, int]:
    bits = _Bits(sps[1:])
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma = 1
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        if chroma == 3:  # noqa: PLR2004
            bits.take(1)
        bits.ue()
        bits.ue()
        bits.take(1)
        if bits.take(1):
            for index in range(8 if chroma != 3 else 12):  # noqa: PLR2004
                if bits.take(1):
                    _skip_scaling(bits, 16 if index < 6 else 64)  # noqa: PLR2004
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.take(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()
    bits.ue()
    bits.take(1)
    width = (bits.ue() + 1) * 16
    height_units = bits.ue() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    height = height_units * 16 * (2 - frames_only)
    if bits.take(1):
        left, right, top, bottom = (bits.ue() for _ in range(4))
        across = 2 if chroma in {1, 2} else 1
        down = (2 if chroma == 1 else 1) * (2 - frames_only)
        width -= (left + right) * across
        height -= (top + bottom) * down
    return _sane(width, height)


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _hevc_size(sps: bytes) -> tuple[int, int]:
    bits = _Bits(sps[2:])
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    bits.take(88)
    bits.take(8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:  # noqa: PLR2004
        bits.take(1)
    width, height = bits.ue(), bits.ue()
    if bits.take(1):
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= (left + right) * (2 if chroma in {1, 2} else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1)
    return _sane(width, height)


def _hevc_word(sps: bytes) -> str:
    plain = sps[2:].replace(b"\x00\x00\x03", b"\x00\x00")
    if len(plain) < 13:  # noqa: PLR2004
        msg = "a header that ends too soon"
        raise NalError(msg)
    space, tier, profile = plain[1] >> 6, (plain[1] >> 5) & 1, plain[1] & 0x1F
    compatible = int(f"{int.from_bytes(plain[2:6]):032b}"[::-1], 2)
    constraints = ".".join(f"{byte:X}" for byte in plain[6:12].rstrip(b"\x00"))
    word = f"hvc1.{('', 'A', 'B', 'C')[space]}{profile}.{compatible:X}.{'LH'[tier]}{plain[12]}"
    return f"{word}.{constraints}" if constraints else word
