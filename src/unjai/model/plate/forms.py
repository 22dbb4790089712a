"""Registrations read and written: what a person types, what a box sends, what a reader saw, as one `Plate`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from unjai.model.errors import DecodeError
from unjai.model.plate.alphabet import DIGITS, LETTERS, LONGEST, UNUSED_LETTERS
from unjai.model.plate.classes import GRAMMAR
from unjai.model.plate.places import BY_CODE, named_in, place_of, short_name
from unjai.model.thai.text import MAX_TEXT, arabic_digits, plain
from unjai.model.thai.text import shown as cut

_SPECIAL_MOST: Final = 12
_FILLING: Final = re.compile(
    r"[\s.·•‧∙・˗_\-\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d\u200b-\u200d\u2060\ufeff\u00ad]+"
)
_HYPHENED: Final = re.compile(r"([กทพอ]?[0-9]{2})([0-9]{4})")
_BRACKETS: Final = re.compile(r"[()\[\]{}|/,;:\"']+")
_TAIL: Final = re.compile(r"^(?P<head>.*[0-9]) ?(?P<tail>[ก-๎a-z][ก-๎a-z .]+)$", re.IGNORECASE | re.DOTALL)
_PARTS: Final = re.compile(r"^([1-9]?[ก-ฮ]+)([0-9].*)$")
_CONSONANTS: Final = frozenset(LETTERS)
_SPECIAL: Final = re.compile(r"[ก-ฮะ-ฺเ-๎]{1,11}[0-9]{1,4}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plate:
    """A licence plate — ป้ายทะเบียน: the registration without blanks and the code of its place, None when unknown.

    The same registration exists in 77 provinces, so only both together are a key.
    """

    registration: str
    province: str | None = None

    @property
    def special(self) -> bool:
        """Whether it is a free text (ป้ายทะเบียนลักษณะพิเศษ), which no grammar holds."""
        return GRAMMAR.fullmatch(self.registration) is None


def normalise(text: str) -> str:
    """Return a registration as it is compared: Arabic digits, NFC, no blanks, dots or dashes, but the one of NN-NNNN.

    That hyphen is put back where it was left out: six digits in a row are of no other class. Never raises.
    """
    bare = _FILLING.sub("", arabic_digits(unicodedata.normalize("NFC", text)))
    found = _HYPHENED.fullmatch(bare)
    return f"{found[1]}-{found[2]}" if found else bare


def parse(text: str, province: str | None = None) -> Plate:
    """Read a plate of the grammar from what is written or typed, with its place in any form, in one to three lines.

    ``1กข 1234 กรุงเทพมหานคร``, ``๑กข ๑๒๓๔ กทม``, ``1กก⏎เชียงใหม่⏎123``, ``70-1234 Chiang Mai``. `province` says the place
    apart. Raises `plate_empty`, `plate_too_long`, `plate_vowels` (perhaps `parse_special`), `plate_letter_unused`,
    `plate_foreign`, `plate_grammar`, `plate_place_unknown`, `plate_two_places`.
    """
    said, code = _parted(text, province)
    registration = normalise(said)
    _check(registration, text)
    return Plate(registration=registration, province=code)


def parse_special(text: str, province: str | None = None) -> Plate:
    """Read a free text plate (vowels and tone marks allowed, then one to four digits); one of the grammar is read too.

    Raises as `parse` does.
    """
    said, code = _parted(text, province)
    registration = normalise(said)
    free = len(registration) <= _SPECIAL_MOST and _SPECIAL.fullmatch(registration)
    if not free or any(glyph in UNUSED_LETTERS[:2] for glyph in registration):
        _check(registration, text)
    return Plate(registration=registration, province=code)


def shown(plate: Plate, language: Literal["th", "en"] = "th") -> str:
    """Write a plate for people: ``1กข 1234 เชียงใหม่``; `parse` (a free text: `parse_special`) reads it back."""
    place = BY_CODE.get(plate.province or "")
    name = "" if place is None else f" {place.th if language == 'th' else place.en}"
    return f"{spaced(plate.registration)}{name}"


def spaced(registration: str) -> str:
    """Write a registration with the blank between its letters and its number: ``1กข 1234``, ``70-1234``."""
    found = _PARTS.match(registration)
    return f"{found[1]} {found[2]}" if found else registration


def key(plate: Plate) -> tuple[str, str | None]:
    """Return what a plate is known by: registration and code of its place."""
    return plate.registration, plate.province


def _parted(text: str, province: str | None) -> tuple[str, str | None]:
    """Part a text into the registration and the code of the place."""
    if len(text) > MAX_TEXT:
        raise DecodeError("plate_too_long", text=cut(text))
    said = plain(_BRACKETS.sub(" ", unicodedata.normalize("NFC", text)))
    codes = []
    for code, begin, end in reversed(named_in(said)):
        codes.append(code)
        said = f"{said[:begin]} {said[end:]}".strip()
    said = plain(said)
    if (tail := _TAIL.match(said)) is not None:
        code_of_tail = short_name(tail["tail"])
        if code_of_tail is not None:
            codes.append(code_of_tail)
            said = tail["head"]
        elif GRAMMAR.fullmatch(normalise(tail["head"])):
            raise DecodeError("plate_place_unknown", text=cut(tail["tail"]))
    if province is not None and province.strip():
        codes.append(place_of(province).code)
    if len(set(codes)) > 1:
        raise DecodeError("plate_two_places", text=cut(text))
    return said, codes[0] if codes else None


def _check(registration: str, text: str) -> None:
    """Raise unless a normalised registration is one of the grammar, with the plainest reason."""
    if GRAMMAR.fullmatch(registration):
        return
    if not registration:
        raise DecodeError("plate_empty")
    others = [glyph for glyph in registration if glyph not in _CONSONANTS and glyph not in DIGITS]
    if any(glyph in UNUSED_LETTERS for glyph in others):
        raise DecodeError("plate_letter_unused", text=cut(text))
    if any("ฯ" <= glyph <= "๛" for glyph in others):
        raise DecodeError("plate_vowels", text=cut(text))
    if any(glyph.isalpha() for glyph in others):
        raise DecodeError("plate_foreign", text=cut(text))
    if len(registration) > LONGEST:
        raise DecodeError("plate_too_long", text=cut(text))
    raise DecodeError("plate_grammar", text=cut(text))
