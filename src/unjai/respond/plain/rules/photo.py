"""What a photograph of a plain report must be: a JPEG of sane size, shown without what the phone wrote into it."""

from __future__ import annotations

import struct
from typing import Final

from unjai.model.errors import UnjaiError
from unjai.respond.rules.attachments import JPEG, shown

BYTES_MOST: Final = 700_000
SIDE_MOST: Final = 4_096
PHOTOS_MOST: Final = 3
"""Of one telling; a report takes three times as many over its life."""
_STARTS = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


def clean(body: bytes) -> bytes:
    """Return a photograph that may be kept and shown: no place, no time, no name in it.

    Raises `plain_photo_large` (413), `plain_photo_kind` (415), `attachment_damaged` (422).
    """
    if len(body) > BYTES_MOST:
        raise UnjaiError("plain_photo_large", 413, most_kb=BYTES_MOST // 1000)
    if not body.startswith(b"\xff\xd8\xff"):
        raise UnjaiError("plain_photo_kind", 415)
    bare = shown(JPEG, body)
    wide, high = _size(bare)
    if not (0 < wide <= SIDE_MOST and 0 < high <= SIDE_MOST):
        raise UnjaiError("attachment_damaged", 422)
    return bare


def _size(body: bytes) -> tuple[int, int]:
    """Return width and height as the frame says; (0, 0) where there is no frame."""
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:  # noqa: PLR2004
        marker = body[at + 1]
        if marker in _STARTS:
            high, wide = struct.unpack_from(">HH", body, at + 5)
            return wide, high
        (length,) = struct.unpack_from(">H", body, at + 2)
        at += 2 + length
    return 0, 0
