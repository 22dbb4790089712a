"""What an attachment really is, and what of it may be shown: content is sniffed, never believed; places are cut out."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from unjai.model.errors import UnjaiError

SIZE_MOST = 25_000_000
NAME_MOST = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of file that is taken: its media type, its ending, and what it is to people."""

    media_type: str
    ending: str
    sort: str


JPEG = Kind(media_type="image/jpeg", ending="jpg", sort="photo")
PNG = Kind(media_type="image/png", ending="png", sort="photo")
WEBP = Kind(media_type="image/webp", ending="webp", sort="photo")
PDF = Kind(media_type="application/pdf", ending="pdf", sort="document")
MP3 = Kind(media_type="audio/mpeg", ending="mp3", sort="audio")
M4A = Kind(media_type="audio/mp4", ending="m4a", sort="audio")
OGG = Kind(media_type="audio/ogg", ending="ogg", sort="audio")
WAV = Kind(media_type="audio/wav", ending="wav", sort="audio")
WEBM = Kind(media_type="audio/webm", ending="webm", sort="audio")
KINDS = {kind.media_type: kind for kind in (JPEG, PNG, WEBP, PDF, MP3, M4A, OGG, WAV, WEBM)}


def sniffed(head: bytes) -> Kind:  # noqa: PLR0911  a table of beginnings
    """Return what a file is by its first bytes; raise `attachment_kind_unknown` (415) for all else (HEIC, a film)."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE"):
        return WEBP if head[8:12] == b"WEBP" else WAV
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return WEBM
    if head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"M4B ", b"mp42", b"isom", b"iso5", b"3gp4", b"3gp5"):
        return M4A
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):  # noqa: PLR2004
        return MP3
    raise UnjaiError("attachment_kind_unknown", 415)


def file_name(said: str, kind: Kind) -> str:
    """Return a name that is safe to save: no folders, no control signs, the ending that the content has."""
    base = said.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*').strip(" .")
    stem = clean.rsplit(".", 1)[0] if "." in clean else clean
    return f"{(stem or kind.sort)[:NAME_MOST]}.{kind.ending}"


def shown(kind: Kind, body: bytes) -> bytes:
    """Return a photograph without what the camera wrote into it (place, time, owner), upright as before.

    Documents and recordings come back as they are. Raises `attachment_damaged` (422) where a photograph does not hold
    what its first bytes promise.
    """
    try:
        if kind is JPEG:
            return _jpeg(body)
        if kind is PNG:
            return _png(body)
        if kind is WEBP:
            return _webp(body)
    except (struct.error, IndexError, ValueError) as error:
        raise UnjaiError("attachment_damaged", 422) from error
    return body


_KEPT_MARKERS = {0xE0, 0xEE}  # JFIF, Adobe: how the colours are to be read
_SOS, _EOI, _APP1, _APP2, _COM = 0xDA, 0xD9, 0xE1, 0xE2, 0xFE


def _jpeg(body: bytes) -> bytes:
    """Copy every segment but the metadata; of Exif only the orientation is written anew."""
    out = bytearray(b"\xff\xd8")
    turn = None
    parts: list[tuple[int, bytes]] = []
    at = 2
    while True:
        if body[at] != 0xFF:  # noqa: PLR2004
            msg = "no marker"
            raise ValueError(msg)
        marker = body[at + 1]
        if marker == 0xFF:  # noqa: PLR2004  a filling byte
            at += 1
            continue
        if marker in (_SOS, _EOI):
            break
        (length,) = struct.unpack_from(">H", body, at + 2)
        segment = body[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:  # noqa: PLR2004
            msg = "segment cut short"
            raise ValueError(msg)
        if marker == _APP1 and segment.startswith(b"Exif\x00\x00"):
            turn = turn or _orientation(segment[6:])
        parts.append((marker, segment))
        at += 2 + length
    kept = [part for part in parts if not _meta(*part)]
    if turn is not None and turn != 1:
        kept.insert(0, (_APP1, b"Exif\x00\x00" + _only_orientation(turn)))
    for marker, segment in kept:
        out += b"\xff" + bytes([marker]) + struct.pack(">H", len(segment) + 2) + segment
    _copy_scans(body, at, out)
    return bytes(out)


def _copy_scans(body: bytes, at: int, out: bytearray) -> None:
    """Copy from the first scan to the picture's own end.

    What stands behind that end (a second picture with a place of its own, a film) is not shown.
    """
    while True:
        mark = body.find(b"\xff", at)
        if mark < 0 or mark + 1 >= len(body):
            msg = "no end"
            raise ValueError(msg)
        marker = body[mark + 1]
        if marker == _EOI:
            out += body[at : mark + 2]
            return
        if marker == 0xFF:  # noqa: PLR2004  a filling byte
            out += body[at : mark + 1]
            at = mark + 1
        elif marker == 0 or 0xD0 <= marker <= 0xD7:  # noqa: PLR2004  a stuffed byte, a restart
            out += body[at : mark + 2]
            at = mark + 2
        else:
            (length,) = struct.unpack_from(">H", body, mark + 2)
            end = mark + 2 + length
            meta = 0xE0 <= marker <= 0xEF or marker == _COM  # noqa: PLR2004
            out += body[at:mark] if meta else body[at:end]
            at = end


def _meta(marker: int, segment: bytes) -> bool:
    """Tell whether a segment is the camera's word about the picture; how its colours are read is not."""
    if marker == _APP2 and segment.startswith(b"ICC_PROFILE\x00"):
        return False
    return (0xE0 <= marker <= 0xEF and marker not in _KEPT_MARKERS) or marker == _COM  # noqa: PLR2004


def _only_orientation(turn: int) -> bytes:
    return b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)


def _orientation(tiff: bytes) -> int | None:
    """Return the orientation (1–8) that an Exif block says, None where it says none that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:  # noqa: PLR2004
        return None
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return None
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for n in range(min(count, 200)):
        entry = first + 2 + 12 * n
        if entry + 12 > len(tiff):
            return None
        tag, form, _many, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == 0x0112 and form == 3 and 1 <= value <= 8:  # noqa: PLR2004
            return int(value)
    return None


_PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"),
}


def _png(body: bytes) -> bytes:
    out = bytearray(body[:8])
    at = 8
    while at < len(body):
        (length,) = struct.unpack_from(">I", body, at)
        name = body[at + 4 : at + 8]
        whole = body[at : at + 12 + length]
        if len(whole) != 12 + length or zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
            msg = "chunk damaged"
            raise ValueError(msg)
        if name in _PNG_KEPT:
            out += whole
        at += 12 + length
        if name == b"IEND":
            return bytes(out)
    msg = "no end"
    raise ValueError(msg)


def _riff(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(body):
        name = body[at : at + 4]
        (length,) = struct.unpack_from("<I", body, at + 4)
        data = body[at + 8 : at + 8 + length]
        if len(data) != length:
            msg = "chunk cut short"
            raise ValueError(msg)
        yield name, data
        at += 8 + length + (length & 1)


def _webp(body: bytes) -> bytes:
    out = bytearray()
    for name, data in _riff(body):
        if name not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            continue
        flags = bytes([data[0] & ~0x0C]) + data[1:] if name == b"VP8X" else data
        out += name + struct.pack("<I", len(flags)) + flags + b"\x00" * (len(flags) & 1)
    if not out:
        msg = "no picture"
        raise ValueError(msg)
    return b"RIFF" + struct.pack("<I", len(out) + 4) + b"WEBP" + bytes(out)
