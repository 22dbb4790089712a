"""Reading what stands on the wire: JSON, numbers, flags, times, texts. Pure; the only error is `DecodeError`.

Devices send numbers as text, -1 for "unknown", times in seconds, milliseconds or a Buddhist calendar, and sometimes
rubbish. What is merely unusable (a battery of 300 %) becomes None; what makes the message false is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from unjai.model import thai
from unjai.model.errors import DecodeError
from unjai.model.geometry import Point, point
from unjai.model.ids import EPOCH

DEVICE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_FILLING: Final = b" \t\r\n\0"
_BOM: Final = b"\xef\xbb\xbf"
_MAX_WHOLE: Final = 1 << 53
_MAX_DIGITS: Final = 40
_NO_CLOCK: Final = datetime(1980, 1, 6, tzinfo=UTC)
"""GPS time begins here: a device that says it is earlier has no clock (an uptime, 1970, year 1)."""
_MICROS: Final = ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (1e20, 1e-3))
"""Below the first, a time is in seconds; then ms, µs, ns. 1e11 s is the year 5138, 1e11 ms is 1973."""
_TRUE: Final = frozenset({"true", "1", "on", "yes", "open", "y", "t"})
_FALSE: Final = frozenset({"false", "0", "off", "no", "closed", "close", "n", "f"})


def trimmed(body: bytes, max_bytes: int) -> bytes:
    """Return the body without a byte order mark, blanks and NULs around it; too long is `message_too_large`."""
    if len(body) > max_bytes:
        raise DecodeError("message_too_large", size=len(body), limit=max_bytes)
    return body.removeprefix(_BOM).strip(_FILLING)


def parse_json(body: bytes) -> object:
    """Parse JSON in UTF-8, or in the old Thai code page; anything else is `message_unreadable`."""
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        try:
            return msgspec.json.decode(body.decode("cp874").encode())
        except (ValueError, RecursionError) as error:
            raise DecodeError("message_unreadable") from error
    except (ValueError, RecursionError) as error:
        raise DecodeError("message_unreadable") from error


def number(value: object) -> float | None:
    """Return a finite number, also where it was sent as text; None for anything else, true and false among it."""
    kind = type(value)
    if kind is str:
        if len(value) > _MAX_DIGITS or "_" in value:  # type: ignore[arg-type, operator]
            return None
    elif kind is not float and kind is not int:
        return None
    try:
        found = float(value)  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def between(value: object, low: float, high: float) -> float | None:
    """Return a number that can be true, low ≤ number ≤ high; None where it is unknown (-1) or absurd."""
    found = number(value)
    return found if found is not None and low <= found <= high else None


def whole(value: object) -> int | None:
    """Return a whole number that JSON carries unharmed, else None."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < _MAX_WHOLE else None


def flag(value: object) -> bool | None:
    """Return yes or no however it was written (true, 1, "ON", "open"); None where it is neither."""
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower() if isinstance(value, str | int) and not _huge(value) else ""
    return True if said in _TRUE else False if said in _FALSE else None


def _huge(value: str | int) -> bool:
    return isinstance(value, int) and abs(value) > _MAX_WHOLE


def text(value: object, limit: int = 200) -> str | None:
    """Return text as it may be stored and shown: no control or broken characters, at most `limit` long; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        found = number(value)
        value = None if found is None else f"{found:.15g}"
    if not isinstance(value, str):
        return None
    if not value.isprintable():
        value = "".join(char for char in value[: limit * 2] if char.isprintable() or char == "\n")
    return value[:limit].strip() or None


def device_key(value: object) -> str | None:
    """Return a device's key, or None for what cannot be one."""
    said = value if isinstance(value, str) else text(value, _MAX_DIGITS)
    return said if said is not None and DEVICE_KEY.fullmatch(said) else None


def place(lon: object, lat: object, accuracy_m: object = None) -> Point:
    """Return a point; `position_unreadable` without two numbers, `position_outside_earth` beyond 180 and 90 degrees.

    An accuracy of 0 m is a field that nobody filled, so it is unknown.
    """
    east, north = number(lon), number(lat)
    if east is None or north is None:
        raise DecodeError("position_unreadable")
    return point(east, north, between(accuracy_m, 1e-3, 1e7))


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """Return when something was, in UTC: seconds, ms, µs or ns since 1970, ISO 8601, or Thai text (B.E. too).

    None where the device has no clock (nothing, 0, a time before 1980). Text without an offset is in `zone`.
    Raises `date_unreadable` for text that is no time, and for a number beyond all calendars.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    found = number(value)
    if found is None:
        if not isinstance(value, str):
            raise DecodeError("date_unreadable", text=type(value).__name__)
        at = _written(value, zone)
    elif found <= 0:
        return None
    else:
        at = _counted(found)
    return at if at >= _NO_CLOCK else None


def _counted(value: float) -> datetime:
    for bound, factor in _MICROS:
        if value < bound:
            return EPOCH + timedelta(microseconds=round(value * factor))
    raise DecodeError("date_unreadable", text=f"{value:.6g}")


def _written(value: str, zone: tzinfo) -> datetime:
    if "1900" <= value[:4] < "2400" and len(value) < _MAX_DIGITS:
        try:
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # not ISO: the slow way reads, or says what is wrong
    return thai.parse_moment(value, zone=zone)


def millis(at: datetime) -> int:
    """Return milliseconds since 1970: a time as it stands in a message's own id."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def attributes(
    found: Mapping[str, object], known: Iterable[str] = (), *, limit: int = 32, query: bool = False
) -> dict[str, object]:
    """Return what else a device said, as flat JSON values: at most `limit` names of 40 characters, texts of 200.

    In a `query` all is text, so what looks like a number or a yes is one there.
    """
    skip = frozenset(known)
    kept: dict[str, object] = {}
    for name, value in found.items():
        key = text(name, 40)
        if key is None or name in skip or len(kept) >= limit:
            continue
        kept[key] = _scalar(value, query=query)
    return {key: value for key, value in kept.items() if value is not None}


def _scalar(value: object, *, query: bool) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _MAX_WHOLE else None
    if not isinstance(value, str):
        return number(value)
    if not query:
        return text(value)
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    name_like = value.startswith("0") and value[1:2].isdigit()  # 0812345678 is a phone number
    said = None if name_like else number(value)
    return text(value) if said is None else said


def present(**values: object) -> dict[str, object]:
    """Return the values that are not None."""
    return {key: value for key, value in values.items() if value is not None}
