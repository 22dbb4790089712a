"""Times of day and moments, read and written: ``01.30 น.``, ``ตี 2 ครึ่ง``, ``22 พ.ย. 69 เวลา 01.30 น.``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.thai.dates import DateStyle, format_date, parse_date, unreadable
from unjai.model.thai.text import MAX_TEXT, plain, shown, thai_digits

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
        raise DecodeError("time_unreadable", text=shown(text))
    total = (hour * _SIXTY + minute) * _SIXTY + second
    if minute >= _SIXTY or second >= _SIXTY or total > _HOURS * _SIXTY * _SIXTY:
        raise DecodeError("time_unreadable", text=shown(text))
    return total


def parse_time(text: str) -> time:
    """Read a time of day: ``01.30 น.``, ``15:30``, ``ตี 2 ครึ่ง``, ``4 ทุ่ม``, ``เที่ยงคืน``; ``24.00 น.`` is 00:00."""
    if len(text) > MAX_TEXT:
        raise DecodeError("time_unreadable", text=shown(text))
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
        raise unreadable(text)
    said = plain(text)
    try:
        if found := _ISO.match(said.lower()):
            return _iso(found, zone).astimezone(UTC)
        return _written(said, zone, near).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise unreadable(text) from error


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
    raise ambiguous or unreadable(said)


def format_time(at: datetime, *, thai: bool = False) -> str:
    """Write the Bangkok time of day as Thai papers do: ``01.30 น.``."""
    said = f"{at.astimezone(BANGKOK):%H.%M} น."
    return thai_digits(said) if thai else said


def format_moment(at: datetime, style: DateStyle = "short", *, thai: bool = False) -> str:
    """Write a moment in Bangkok time: ``22 พ.ย. 2569 เวลา 01.30 น.``; `parse_moment` reads it back to the minute."""
    return f"{format_date(at.astimezone(BANGKOK).date(), style, thai=thai)} เวลา {format_time(at, thai=thai)}"
