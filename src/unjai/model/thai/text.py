"""What every Thai form begins with: digits, blanks, and how much of a text is read at all."""

from __future__ import annotations

import re
from typing import Final

MAX_TEXT: Final = 120
"""No date, time or number that a person writes is longer; more is refused unread."""

_DIGITS_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_DIGITS_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACE = re.compile(r"\s+")


def arabic_digits(text: str) -> str:
    """Write ๐–๙ as 0–9 and leave all else."""
    return text.translate(_DIGITS_TO_ARABIC)


def thai_digits(value: str | float) -> str:
    """Write 0–9 as ๐–๙ and leave all else."""
    return str(value).translate(_DIGITS_TO_THAI)


def plain(text: str) -> str:
    """Return `text` with Arabic digits, single blanks and no zero-width characters: ready to be compared or parsed."""
    return _SPACE.sub(" ", arabic_digits(text).translate(_NOTHING)).strip()


def shown(text: str) -> str:
    """Return the first of `text` for an error: no broken character may stop the error from being sent."""
    return text[:40].encode("utf-8", "replace").decode()
