"""Thai forms read and written: digits, Buddhist Era dates, clock times, phone numbers, national IDs, postcodes.

**Which year is meant** is decided by rule, never by guess, and without looking at a clock:

1. A year marked พ.ศ. (B.E.) or ค.ศ. (A.D., C.E.) is what it says.
2. Four digits from 2400 on are B.E., from 1900 to 2199 C.E.; anything else is refused (`date_unreadable`).
3. Two digits are B.E. 25xx ("69" is 2569, that is 2026), as Thai offices write; after ค.ศ. they are 20xx;
   after an English month without an era they are refused (`date_ambiguous`).
   `latest` (a birthday lies in the past) moves a two-digit year back by a century where it would come after it.
   `near` (a happening lies close to now) refuses a two-digit year as `date_ambiguous` where the B.E. reading is more
   than 20 years away and the C.E. reading is not: "22/11/26" is neither 1983 nor surely 2026.
4. Order is day, month, year; year first only with four digits. Month before day is never tried.

What cannot be read raises `DecodeError`; nothing else is raised for any text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError

BE_OFFSET: Final = 543
MAX_TEXT: Final = 120
"""No date, time or number that a person writes is longer; more is refused unread."""

MONTHS: Final = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
MONTHS_SHORT: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
WEEKDAYS: Final = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
"""Monday first, as `date.weekday` counts."""

_ENGLISH: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DIGITS_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_DIGITS_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACE = re.compile(r"\s+")
_FIRST_BE, _LAST_BE, _FIRST_CE, _LAST_CE = 2400, 2743, 1900, 2199
_CENTURY, _NEAR_YEARS = 100, 20


def arabic_digits(text: str) -> str:
    """Write ๐–๙ as 0–9 and leave all else."""
    return text.translate(_DIGITS_TO_ARABIC)


def thai_digits(value: str | float) -> str:
    """Write 0–9 as ๐–๙ and leave all else."""
    return str(value).translate(_DIGITS_TO_THAI)


def plain(text: str) -> str:
    """Return `text` with Arabic digits, single blanks and no zero-width characters: ready to be compared or parsed."""
    return _SPACE.sub(" ", arabic_digits(text).translate(_NOTHING)).strip()


def be_year(year: int) -> int:
    """Return the Buddhist Era year of a C.E. year."""
    return year + BE_OFFSET


def fiscal_year(day: date) -> int:
    """Return the Thai fiscal year (B.E.): 1 October to 30 September, named by the year it ends in."""
    return be_year(day.year + (day.month >= 10))  # noqa: PLR2004  October


# Dates

_MONTH_NUMBER: Final = {
    **{name: number for number, name in enumerate(MONTHS, 1)},
    **{name.replace(".", ""): number for number, name in enumerate(MONTHS_SHORT, 1)},
    **{name: number for number, name in enumerate(_ENGLISH, 1)},
    **{name[:3]: number for number, name in enumerate(_ENGLISH, 1)},
    "sept": 9,
}
_WEEKDAY = re.compile(rf"^(?:วัน)?(?:{'|'.join(WEEKDAYS)}|พฤหัสฯ?)?\s*(?:ที่)?\s*(?=\d)")
_ERA = r"(?P<era>พ\s*\.?\s*ศ\s*\.?|ค\s*\.?\s*ศ\s*\.?|b\.?e\.?|a\.?d\.?|c\.?e\.?)?"
_NAMED = re.compile(
    rf"^(?P<day>\d{{1,2}})[ /.-]*(?P<month>[ก-๎][ก-๎.]*?|[a-z]+\.?)[ /.,-]*{_ERA}\s*(?P<year>\d{{4}}|\d{{2}})$"
)
_DAY_FIRST = re.compile(
    rf"^(?P<day>\d{{1,2}})(?P<sep>\s?[/.-]\s?| )(?P<month>\d{{1,2}})(?P=sep){_ERA}\s*(?P<year>\d{{4}}|\d{{2}})$"
)
_YEAR_FIRST = re.compile(r"^(?P<year>\d{4})(?P<sep>[/.-]?)(?P<month>\d{2})(?P=sep)(?P<day>\d{2})$")


def _shown(text: str) -> str:
    """Return the first of `text` for an error: no broken character may stop the error from being sent."""
    return text[:40].encode("utf-8", "replace").decode()


def _unreadable(text: str) -> DecodeError:
    return DecodeError("date_unreadable", text=_shown(text))


def _year(part: dict[str, str], month: int, near: date | None, latest: date | None) -> int:
    number, short = int(part["year"]), len(part["year"]) == 2  # noqa: PLR2004  two digits
    era = part.get("era", "").replace(" ", "").replace(".", "")
    if era in ("คศ", "ad", "ce"):
        return number + 2000 if short else number
    if not short:
        if era or _FIRST_BE <= number <= _LAST_BE:
            return number - BE_OFFSET
        return number
    year = number + 2500 - BE_OFFSET
    if latest is not None and (year, month, int(part["day"])) > (latest.year, latest.month, latest.day):
        year -= _CENTURY
    far = near is not None and abs(year - near.year) > _NEAR_YEARS >= abs(2000 + number - near.year)
    if not era and (far or part["month"][0].isascii() > part["month"].isdigit()):
        raise DecodeError("date_ambiguous", be=be_year(year), ce=2000 + number)
    return year


def parse_date(text: str, *, near: date | None = None, latest: date | None = None) -> date:
    """Read a date as Thais write it: ``22 พ.ย. 2569``, ``๒๒/๑๑/๖๙``, ``22 พฤศจิกายน พ.ศ. 2569``, ``2026-11-22``.

    The rules for the year stand at the head of this module. Raises `date_unreadable` or `date_ambiguous`.
    """
    if len(text) > MAX_TEXT:
        raise _unreadable(text)
    said = _WEEKDAY.sub("", plain(text).casefold())
    found = _YEAR_FIRST.match(said) or _DAY_FIRST.match(said) or _NAMED.match(said)
    if found is None:
        raise _unreadable(text)
    part = found.groupdict(default="")
    month = int(part["month"]) if part["month"].isdigit() else _MONTH_NUMBER.get(part["month"].replace(".", ""), 0)
    year = _year(part, month, near, latest)
    if not _FIRST_CE <= year <= _LAST_CE:
        raise _unreadable(text)
    try:
        return date(year, month, int(part["day"]))
    except ValueError as error:
        raise _unreadable(text) from error


DateStyle = Literal["long", "short", "numeric"]


def format_date(day: date, style: DateStyle = "short", *, thai: bool = False, two_digits: bool = False) -> str:
    """Write a date in the Buddhist Era: ``22 พฤศจิกายน 2569``, ``22 พ.ย. 2569`` or ``22/11/2569``.

    `thai` writes Thai digits, `two_digits` shortens the year. `parse_date` reads every one of them back,
    two-digit years from B.E. 2500 to 2599 (the long years 1957–2056).
    """
    year = f"{be_year(day.year) % 100:02}" if two_digits else str(be_year(day.year))
    if style == "numeric":
        said = f"{day.day:02}/{day.month:02}/{year}"
    else:
        said = f"{day.day} {(MONTHS if style == 'long' else MONTHS_SHORT)[day.month - 1]} {year}"
    return thai_digits(said) if thai else said


# Times of day

_CLOCK = re.compile(
    r"^(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?:น\.?|นาฬิกา)?$"
)
_O_CLOCK = re.compile(r"^(?P<hour>\d{1,2})\s*(?:น\.|นาฬิกา)$")
_SPOKEN: Final = (
    (re.compile(r"^ตี\s*(\d{1,2})"), range(1, 6), 0),
    (re.compile(r"^(\d{1,2})\s*โมงเช้า"), range(6, 12), 0),
    (re.compile(r"^(\d{1,2})\s*โมงเย็น"), range(4, 7), 12),
    (re.compile(r"^บ่าย\s*(\d{1,2})(?:\s*โมง)?"), range(1, 6), 12),
    (re.compile(r"^บ่าย()โมง"), range(1, 2), 12),
    (re.compile(r"^(\d{1,2})\s*ทุ่ม"), range(1, 6), 18),
    (re.compile(r"^(\d{1,2})\s*โมง"), range(6, 12), 0),
    (re.compile(r"^เที่ยงคืน()"), range(1, 2), -1),
    (re.compile(r"^เที่ยง()(?:วัน)?"), range(1, 2), 11),
)
_MINUTES = re.compile(r"^\s*(?:(?P<half>ครึ่ง)|(?P<minutes>\d{1,2})(?:\s*นาที)?)?$")
_HOURS, _SIXTY = 24, 60


def _spoken(said: str) -> tuple[int, int] | None:
    for form, hours, shift in _SPOKEN:
        found = form.match(said)
        if found is None:
            continue
        rest = _MINUTES.match(said[found.end() :])
        hour = int(found[1] or 1)
        if hour not in hours or rest is None:
            return None
        return hour + shift, 30 if rest["half"] else int(rest["minutes"] or 0)
    return None


def _seconds(text: str) -> int:
    """Return the seconds since midnight, 0 … 86 400 (``24.00 น.`` is the end of the day)."""
    said = re.sub(r"^เวลา\s*", "", plain(text))
    if found := _CLOCK.match(said):
        hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    elif found := _O_CLOCK.match(said):
        hour, minute, second = int(found["hour"]), 0, 0
    elif spoken := _spoken(said):
        hour, minute, second = (*spoken, 0)
    else:
        raise DecodeError("time_unreadable", text=_shown(text))
    total = (hour * _SIXTY + minute) * _SIXTY + second
    if minute >= _SIXTY or second >= _SIXTY or total > _HOURS * _SIXTY * _SIXTY:
        raise DecodeError("time_unreadable", text=_shown(text))
    return total


def parse_time(text: str) -> time:
    """Read a time of day: ``01.30 น.``, ``15:30``, ``ตี 2 ครึ่ง``, ``4 ทุ่ม``, ``เที่ยงคืน``; ``24.00 น.`` is 00:00."""
    if len(text) > MAX_TEXT:
        raise DecodeError("time_unreadable", text=_shown(text))
    total = _seconds(text) % (_HOURS * _SIXTY * _SIXTY)
    return time(total // 3600, total // _SIXTY % _SIXTY, total % _SIXTY)


_ISO = re.compile(
    r"^(?P<date>\d{4}(?P<sep>[-/]?)\d\d(?P=sep)\d\d)(?:t|\s)\s*(?P<hour>\d\d):?(?P<minute>\d\d)"
    r"(?::?(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?\s*(?P<zone>z|utc|[+-]\d\d(?::?\d\d)?)?$"
)


def _iso(found: re.Match[str], zone: tzinfo) -> datetime:
    day = parse_date(found["date"])
    shift = found["zone"]
    if shift in ("z", "utc"):
        zone = UTC
    elif shift:
        digits = shift[1:].replace(":", "").ljust(4, "0")
        sign = -1 if shift[0] == "-" else 1
        zone = UTC
        offset = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return _at(day, found, zone) - offset
    return _at(day, found, zone)


def _at(day: date, found: re.Match[str], zone: tzinfo) -> datetime:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    micros = int((found["part"] or "0")[:6].ljust(6, "0"))
    return datetime(day.year, day.month, day.day, hour, minute, second, micros, zone)


def parse_moment(text: str, *, zone: tzinfo = BANGKOK, near: date | None = None) -> datetime:
    """Read a date with a time, or a date alone (its midnight), and return it in UTC.

    ISO 8601 with any offset, in C.E. or B.E. (phones with a Buddhist calendar send ``2569-11-22T01:30:00Z``), and
    what people write: ``22 พ.ย. 69 เวลา 01.30 น.``. A time without an offset is in `zone`.
    """
    if len(text) > MAX_TEXT:
        raise _unreadable(text)
    said = plain(text)
    try:
        if found := _ISO.match(said.lower()):
            return _iso(found, zone).astimezone(UTC)
        return _written(said, zone, near).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error


def _written(said: str, zone: tzinfo, near: date | None) -> datetime:
    """Try the date at every blank where it could end, longest first: both date and time may hold blanks."""
    ends = [len(said), *(found.start() for found in re.finditer(r"\s*,?\s*เวลา| ", said))]
    ambiguous: DecodeError | None = None
    for end in sorted(set(ends), reverse=True):
        rest = said[end:].strip(" ,")
        try:
            day = parse_date(said[:end].rstrip(" ,"), near=near)
            seconds = _seconds(rest) if rest else 0
        except DecodeError as error:
            if error.code == "date_ambiguous":
                ambiguous = error
            continue
        return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=seconds)
    raise ambiguous or _unreadable(said)


def format_time(at: datetime, *, thai: bool = False) -> str:
    """Write the Bangkok time of day as Thai papers do: ``01.30 น.``."""
    said = f"{at.astimezone(BANGKOK):%H.%M} น."
    return thai_digits(said) if thai else said


def format_moment(at: datetime, style: DateStyle = "short", *, thai: bool = False) -> str:
    """Write a moment in Bangkok time: ``22 พ.ย. 2569 เวลา 01.30 น.``; `parse_moment` reads it back to the minute."""
    return f"{format_date(at.astimezone(BANGKOK).date(), style, thai=thai)} เวลา {format_time(at, thai=thai)}"


# Phone numbers

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
    refusal = DecodeError("phone_unreadable", text=_shown(text))
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


# National ID, postcode

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
        raise DecodeError("postcode_wrong", text=_shown(text))
    return digits
