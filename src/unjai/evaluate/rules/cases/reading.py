"""A row of a police list of cases, read forgivingly: three calendars, Excel's day numbers, Thai digits, from–to times."""

# ruff: noqa: E501  a column a line in the table below

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from unjai.evaluate.rules.cases.case import QUALITIES
from unjai.evaluate.rules.cases.offences import group4_of, group5_of, offence_of
from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.thai import arabic_digits, parse_moment, parse_time
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Feature, Note, point_of
from unjai.territory.rules.mapping import Field
from unjai.territory.rules.sheet import Row
from unjai.territory.words import tidy

_FOUND = {
    "แจ้งความ": "reported", "รับแจ้ง": "reported", "ผู้เสียหายแจ้ง": "reported", "ร้องทุกข์": "reported", "ประชาชนแจ้ง": "reported", "รับคำร้องทุกข์": "reported",
    "สายตรวจพบ": "patrol", "ตำรวจพบ": "patrol", "จับกุม": "patrol", "จับซึ่งหน้า": "patrol", "ตรวจพบ": "patrol", "ตั้งด่าน": "patrol", "patrol found": "patrol",
    "กล้อง": "camera", "กล้องพบ": "camera", "cctv": "camera",
}  # fmt: skip

COLUMNS = (
    Field(name="source_key", th="เลขคดี", en="Case number", also=("เลขรับคดี", "คดีที่", "เลขที่คดี", "ลำดับ", "crimes no", "case no", "case id", "id", "number"), example="120/2569", needed=True),
    Field(name="day", th="วันที่เกิดเหตุ", en="Date", also=("วันเกิดเหตุ", "วันที่", "วัน เดือน ปี", "วันเวลาเกิดเหตุ", "เกิดเหตุเมื่อ", "date", "datetime", "occurred", "time from"), example="5 ต.ค. 2569", needed=True),
    Field(name="time", th="เวลาเกิดเหตุ", en="Time", also=("เวลา", "time", "ตั้งแต่เวลา"), example="21.30 น."),
    Field(name="until_day", th="ถึงวันที่", en="Until date", also=("วันที่สิ้นสุด", "date end", "until", "to"), example=""),
    Field(name="until_time", th="ถึงเวลา", en="Until time", also=("เวลาสิ้นสุด", "time end"), example="23.00 น."),
    Field(name="offence", th="ฐานความผิด", en="Offence", also=("ข้อหา", "ประเภทความผิด", "ประเภทคดี", "ประเภท", "offence", "offense", "crime", "type"), example="ลักทรัพย์"),
    Field(name="group4", th="กลุ่มความผิด (4 กลุ่ม)", en="Group of four", also=("กลุ่ม", "กลุ่มคดี", "กลุ่ม 4", "group 4", "group"), example="2"),
    Field(name="group5", th="กลุ่มความผิด (5 กลุ่มเดิม)", en="Group of five", also=("กลุ่ม 5", "5 กลุ่ม", "group 5"), example="3"),
    Field(name="found_by", th="ที่มา", en="How it came", also=("แหล่งที่มา", "รับแจ้งโดย", "การรับแจ้ง", "source", "found by"), words=_FOUND, example="แจ้งความ"),
    Field(name="address", th="สถานที่เกิดเหตุ", en="Where", also=("ที่เกิดเหตุ", "สถานที่", "ที่อยู่ที่เกิดเหตุ", "address", "location text", "block"), example="ตลาดตัวอย่าง"),
    Field(name="street", th="ถนนหรือซอย", en="Street", also=("ถนน", "ซอย", "street", "road"), example="ถนนตัวอย่าง"),
    Field(name="place", th="ประเภทสถานที่", en="Kind of place", also=("ลักษณะสถานที่", "place type", "kind of place"), example="ตลาด"),
    Field(name="quality", th="ความแม่นของจุด", en="Quality of the point", also=("quality", "geocoding"), example=""),
)  # fmt: skip

_EPOCH = date(1899, 12, 30)
_SERIALS = (20_000.0, 80_000.0)  # 1954 to 2119, as Excel counts days
_LONGEST = timedelta(days=60)
_ZERO = 1e-6


def read_case(feature: Feature, note: Note, *, today: date, near: tuple[float, float, float, float] | None) -> Row:
    """Read one row. `today` decides what two-digit years mean; `near` is west, south, east, north of where cases lie.

    A point at 0,0 or far from the station is noted and dropped, the case stays without one. Raises `row_case_day`,
    `row_case_order`, `row_case_future`, `row_case_kind` and what the fields raise.
    """
    said = feature.properties
    begun, sure = _moment(said, "day", "time", today)
    ended = _end(said, begun, sure, today)
    if begun.astimezone(BANGKOK).date() > today:
        raise UnjaiError("row_case_future", 422, day=begun.astimezone(BANGKOK).date().isoformat())
    if ended < begun or ended - begun > _LONGEST:
        raise UnjaiError("row_case_order", 422, begun=begun.isoformat(), ended=ended.isoformat())
    four, five, offence = _kind(said)
    point = _point(feature, note, near)
    address, street = fields.text(said, "address", limit=300), fields.text(said, "street", limit=200)
    values: dict[str, Any] = {
        "begun": begun,
        "ended": ended,
        "group4": four,
        "group5": five,
        "offence": offence,
        "offence_said": fields.text(said, "offence", limit=200),
        "found_by": _found_by(said),
        "address": address,
        "street": street,
        "place": fields.text(said, "place", limit=80) or None,
        "lon": None if point is None else point[0],
        "lat": None if point is None else point[1],
        "quality": _quality(said, point),
    }
    key = fields.text(said, "source_key", limit=80)
    if not key:
        named = repr([values[name] for name in ("begun", "ended", "offence_said", "address", "street", "lon", "lat")])
        key = f"auto:{hashlib.sha256(named.encode()).hexdigest()[:16]}"
        note("note_case_key_made", key=key)
    return Row(row=feature.row, key=key, values=values)


def _moment(said: Mapping[str, Any], day: str, time: str, today: date) -> tuple[datetime, bool]:
    """Return the moment (UTC) of a day and a time, and whether the time was said; without one it is midnight."""
    told, clock = fields.text(said, day), fields.text(said, time)
    if not told:
        raise UnjaiError("row_case_day", 422, field=day, value="")
    serial = _serial(told)
    if serial is not None:
        begun = datetime.combine(_EPOCH, datetime.min.time(), BANGKOK) + timedelta(seconds=round(serial * 86_400))
    else:
        try:
            begun = parse_moment(told, near=today).astimezone(BANGKOK)
        except DecodeError as error:
            code = "row_date_ambiguous" if error.code == "date_ambiguous" else "row_case_day"
            raise UnjaiError(code, 422, field=day, value=told[:40]) from error
    sure = begun.time() != datetime.min.time()
    if clock:
        begun, sure = _with_time(begun, clock, time), True
    return begun.astimezone(UTC), sure


def _with_time(day: datetime, said: str, field: str) -> datetime:
    part = _part_of_day(said)
    if part is not None:
        return day.replace(hour=0, minute=0, second=0) + part
    try:
        told = parse_time(said)
    except DecodeError as error:
        raise UnjaiError("row_field_wrong", 422, field=field, value=said[:40], wanted="21.30 น.") from error
    return day.replace(hour=told.hour, minute=told.minute, second=told.second)


def _part_of_day(said: str) -> timedelta | None:
    """Read Excel's time of day: a share of one."""
    try:
        share = float(arabic_digits(said))
    except ValueError:
        return None
    return timedelta(seconds=round(share * 86_400)) if 0 < share < 1 and "." in said and len(said) > 5 else None  # noqa: PLR2004  "0.30" is half past midnight


def _serial(said: str) -> float | None:
    try:
        number = float(arabic_digits(tidy(said)))
    except ValueError:
        return None
    return number if _SERIALS[0] <= number <= _SERIALS[1] else None


def _end(said: Mapping[str, Any], begun: datetime, sure: bool, today: date) -> datetime:
    if fields.text(said, "until_day"):
        return _moment(said, "until_day", "until_time", today)[0]
    clock = fields.text(said, "until_time")
    if clock:
        ended = _with_time(begun.astimezone(BANGKOK), clock, "until_time").astimezone(UTC)
        return ended if ended >= begun else ended + timedelta(days=1)
    # Whose hour nobody said may have happened at any hour of the day.
    return begun if sure else begun + timedelta(days=1) - timedelta(minutes=1)


def _kind(said: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    words = fields.text(said, "offence", limit=200)
    found = offence_of(words) if words else None
    four, five = fields.text(said, "group4"), fields.text(said, "group5")
    group4 = group4_of(four) if four else (found.group4 if found else None)
    group5 = group5_of(five) if five else (found.group5 if found else None)
    if group4 is None:
        group4 = {"1": "1", "2": "1", "3": "2", "4": "2", "5": "4"}.get(group5 or "")
    if group4 is None or (five and group5 is None):
        raise UnjaiError("row_case_kind", 422, said=(four or five or words)[:60])
    return group4, group5, found.code if found else None


def _found_by(said: Mapping[str, Any]) -> str:
    return fields.choice(said, "found_by", {"reported": 1, "patrol": 1, "camera": 1}, "reported")


def _point(feature: Feature, note: Note, near: tuple[float, float, float, float] | None) -> tuple[float, float] | None:
    if feature.geometry is None:
        return None
    at = feature.geometry.get("coordinates")
    if isinstance(at, list | tuple) and at and all(isinstance(v, int | float) and abs(v) < _ZERO for v in at[:2]):
        note("note_case_zero")
        return None
    lon, lat = point_of(feature)
    if near is not None and not (near[0] <= lon <= near[2] and near[1] <= lat <= near[3]):
        note("note_case_far", lon=round(lon, 5), lat=round(lat, 5))
        return None
    return lon, lat


def _quality(said: Mapping[str, Any], point: tuple[float, float] | None) -> str:
    if point is None:
        return "none"
    return fields.choice(said, "quality", dict.fromkeys(QUALITIES, 1), "point")
