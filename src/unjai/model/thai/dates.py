"""Dates in the Buddhist Era, read and written.

**Which year is meant** is decided by rule, never by guess, and without looking at a clock:

1. A year marked พ.ศ. (B.E.) or ค.ศ. (A.D., C.E.) is what it says.
2. Four digits from 2400 on are B.E., from 1900 to 2199 C.E.; anything else is refused (`date_unreadable`).
3. Two digits are B.E. 25xx ("69" is 2569, that is 2026), as Thai offices write; after ค.ศ. they are 20xx;
   after an English month without an era they are refused (`date_ambiguous`).
   `latest` (a birthday lies in the past) moves a two-digit year back by a century where it would come after it.
   `near` (a happening lies close to now) refuses a two-digit year as `date_ambiguous` where the B.E. reading is more
   than 20 years away and the C.E. reading is not: "22/11/26" is neither 1983 nor surely 2026.
4. Order is day, month, year; year first only with four digits. Month before day is never tried.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from unjai.model.errors import DecodeError
from unjai.model.thai.text import MAX_TEXT, plain, shown, thai_digits

BE_OFFSET: Final = 543

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
_FIRST_BE, _LAST_BE, _FIRST_CE, _LAST_CE = 2400, 2743, 1900, 2199
_CENTURY, _NEAR_YEARS = 100, 20


def be_year(year: int) -> int:
    """Return the Buddhist Era year of a C.E. year."""
    return year + BE_OFFSET


def fiscal_year(day: date) -> int:
    """Return the Thai fiscal year (B.E.): 1 October to 30 September, named by the year it ends in."""
    return be_year(day.year + (day.month >= 10))  # noqa: PLR2004  October


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


def unreadable(text: str) -> DecodeError:
    """Return the error for a date that says nothing."""
    return DecodeError("date_unreadable", text=shown(text))


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
        raise unreadable(text)
    said = _WEEKDAY.sub("", plain(text).casefold())
    found = _YEAR_FIRST.match(said) or _DAY_FIRST.match(said) or _NAMED.match(said)
    if found is None:
        raise unreadable(text)
    part = found.groupdict(default="")
    month = int(part["month"]) if part["month"].isdigit() else _MONTH_NUMBER.get(part["month"].replace(".", ""), 0)
    year = _year(part, month, near, latest)
    if not _FIRST_CE <= year <= _LAST_CE:
        raise unreadable(text)
    try:
        return date(year, month, int(part["day"]))
    except ValueError as error:
        raise unreadable(text) from error


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
