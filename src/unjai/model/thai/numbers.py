"""Phone numbers, national IDs and postcodes, read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from unjai.model.errors import DecodeError
from unjai.model.thai.text import MAX_TEXT, plain, shown

PhoneKind = Literal["mobile", "landline", "short", "foreign"]
_MOBILE, _LANDLINE = re.compile(r"^0[689]\d{8}$"), re.compile(r"^0[2-57]\d{7}$")
_SHORT, _FOREIGN = re.compile(r"^1\d{2,3}$"), re.compile(r"^[1-9]\d{6,14}$")
_EXTENSION = re.compile(r"\s*(?:ต่อ|ext\.?|x|#)\s*(?P<ext>\d{1,6})$")
_LINES = re.compile(r"^(0[2-57][\d -]*\d)\s*(?:-|ถึง)\s*\d{1,2}$")
_PHONE_FILLING = re.compile(r"[\s().\-–/]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """A phone number. `number` is how one dials it in Thailand (``0812345678``, ``191``), foreign ones with ``+``."""

    number: str
    kind: PhoneKind
    extension: str | None = None

    @property
    def e164(self) -> str | None:
        """The international form (``+66812345678``); None for a short number, which has none."""
        if self.kind == "short":
            return None
        return self.number if self.kind == "foreign" else f"+66{self.number[1:]}"

    @property
    def display(self) -> str:
        """As Thais write it: ``081-234-5678``, ``02-123-4567 ต่อ 12``, ``053-123-456``."""
        said = self.number
        if self.kind == "mobile":
            said = f"{said[:3]}-{said[3:6]}-{said[6:]}"
        elif self.kind == "landline":
            cut = 2 if said.startswith("02") else 3
            said = f"{said[:cut]}-{said[cut : cut + 3]}-{said[cut + 3 :]}"
        return f"{said} ต่อ {self.extension}" if self.extension else said


def parse_phone(text: str) -> Phone:
    """Read a phone number: Thai digits, blanks, ``+66`` / ``0066`` / ``66``, an extension (``ต่อ 12``).

    Of a range of lines (``02-123-4567-9``) the first is taken. Foreign numbers need ``+`` or ``00``.
    Raises `phone_unreadable`.
    """
    refusal = DecodeError("phone_unreadable", text=shown(text))
    if len(text) > MAX_TEXT:
        raise refusal
    said = re.sub(r"^(?:โทร\.?|tel\.?:?)\s*", "", plain(text).casefold())
    extension = None
    if found := _EXTENSION.search(said):
        said, extension = said[: found.start()], found["ext"]
    if (found := _LINES.match(said)) and _LANDLINE.match(_PHONE_FILLING.sub("", found[1])):
        said = found[1]
    said = _PHONE_FILLING.sub("", said)
    abroad = said.startswith(("+", "00"))
    digits = said.removeprefix("+").removeprefix("00") if abroad else said
    if digits.startswith("66") and (abroad or len(digits) > 9):  # noqa: PLR2004  66… of 9 digits is no Thai number
        digits, abroad = "0" + digits[2:].removeprefix("0"), False
    kinds: tuple[tuple[PhoneKind, re.Pattern[str]], ...] = (
        (("foreign", _FOREIGN),) if abroad else (("mobile", _MOBILE), ("landline", _LANDLINE), ("short", _SHORT))
    )
    for kind, form in kinds:
        if digits.isascii() and form.match(digits):
            return Phone(number=f"+{digits}" if abroad else digits, kind=kind, extension=extension)
    raise refusal


_ID_DIGITS: Final = 13


def national_id_check(first_twelve: str) -> int:
    """Return the thirteenth digit of a national ID: (11 - Σ d[i]·(13-i) mod 11) mod 10."""
    total = sum(int(digit) * (_ID_DIGITS - place) for place, digit in enumerate(first_twelve))
    return (11 - total % 11) % 10


def parse_national_id(text: str) -> str:
    """Read a national ID (blanks, dashes and Thai digits allowed) and return its 13 digits.

    Raises `national_id_wrong`, which carries no digit of it.
    """
    digits = re.sub(r"[ -]", "", plain(text[:MAX_TEXT]))
    if not re.fullmatch(r"[0-9]{13}", digits) or national_id_check(digits[:12]) != int(digits[12]):
        raise DecodeError("national_id_wrong")
    return digits


def format_national_id(digits: str) -> str:
    """Write 13 digits as on the card: ``N NNNN NNNNN NN N``."""
    return f"{digits[0]} {digits[1:5]} {digits[5:10]} {digits[10:12]} {digits[12]}"


def parse_postcode(text: str) -> str:
    """Read a Thai postcode, five digits from 10xxx to 96xxx, or raise `postcode_wrong`."""
    digits = plain(text[:MAX_TEXT])
    if not re.fullmatch(r"[0-9]{5}", digits) or not 10 <= int(digits[:2]) <= 96:  # noqa: PLR2004  Bangkok … Narathiwat
        raise DecodeError("postcode_wrong", text=shown(text))
    return digits
