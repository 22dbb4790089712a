"""Thai text as it is kept and as it is sought: marks in one order, nothing invisible, digits and tones forgiven."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD]
_CONTROL = [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0)]
_NOTHING = dict.fromkeys([*_INVISIBLE, *_CONTROL])
_BLANKS = re.compile(r"\s+")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_MARKS = re.compile(r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}")
_TONES = re.compile(r"[\u0e47-\u0e4c\u0e4e]")
_RANK = {
    **dict.fromkeys("\u0e38\u0e39\u0e3a", 1),  # below the consonant
    **dict.fromkeys("\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e4d", 2),  # above it
    **dict.fromkeys("\u0e48\u0e49\u0e4a\u0e4b", 3),  # tones
    **dict.fromkeys("\u0e4c\u0e4e", 4),  # silencer
}
_SARA_AM = re.compile(r"\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
_DOUBLED = re.compile(r"([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\1+")
_SHORT = (
    (re.compile(r"(?:^|(?<=\s))ถ\.\s*"), "ถนน"),
    (re.compile(r"(?:^|(?<=\s))ซ\.\s*"), "ซอย"),
    (re.compile(r"(?:^|(?<=\s))รร\.\s*"), "โรงเรียน"),
    (re.compile(r"(?:^|(?<=\s))รพ\.\s*"), "โรงพยาบาล"),
    (re.compile(r"(?:^|(?<=\s))สน\.\s*"), "สถานีตำรวจนครบาล"),
    (re.compile(r"(?:^|(?<=\s))สภ\.\s*"), "สถานีตำรวจภูธร"),
)
_GENERIC = re.compile(r"^(?:ถนน|ซอย|ตรอก|ชุมชน|โรงเรียน|โรงพยาบาล|ร้าน|วัด|the|soi|thanon|community)\s*")
_PUNCTUATION = re.compile(r"[\s|.,;:/()\[\]{}'\"“”‘’·–—_-]+")


def _ordered(found: re.Match[str]) -> str:
    return "".join(sorted(found[0], key=lambda mark: _RANK.get(mark, 5)))


def tidy(text: str) -> str:
    """Return text as it is kept: one form of each letter, marks in writing order, no invisible or control characters.

    Digits stay as they were written.
    """
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text).strip()
    text = unicodedata.normalize("NFC", text).translate(_NOTHING).replace("เเ", "แ")
    if "\u0e4d" in text:
        text = _SARA_AM.sub(lambda found: f"{found[1] or found[2] or ''}\u0e33", text)
    text = _MARKS.sub(_ordered, text)
    return _BLANKS.sub(" ", _DOUBLED.sub(r"\1", text)).strip()


@lru_cache(maxsize=4096)
def search_key(text: str) -> str:
    """Return text as it is compared: tidy, small letters, Arabic digits, abbreviations written out, no punctuation."""
    said = tidy(text).translate(_DIGITS).casefold()
    for short, full in _SHORT:
        said = short.sub(full, said)
    return _PUNCTUATION.sub("", said)


def loose_key(text: str) -> str:
    """Return a search key without tone marks, for those who type them wrongly or not at all."""
    return _TONES.sub("", search_key(text))


def without_generic(text: str) -> str:
    """Return the search key of a name without the word every name of its kind begins with (ถนน, ซอย, ชุมชน …)."""
    return search_key(_GENERIC.sub("", tidy(text).casefold()))
