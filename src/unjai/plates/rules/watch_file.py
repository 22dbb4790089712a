"""Rows of a file of watched plates: what the columns mean, and what a row says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.plate import GRAMMAR, normalise, parse, place_of
from unjai.model.plate.patterns import ANY, ONE
from unjai.model.thai.dates import parse_date
from unjai.plates.rules.watch_list import LONGEST

ROWS_MOST: Final = 1_200_000
_LINE: Final = 200
_LENGTHS: Final = {"reason": 500, "vehicle_marks": 500, "instruction": 500}

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "registration": ("ทะเบียน", "เลขทะเบียน", "ทะเบียนรถ", "registration", "plate"),
    "province": ("จังหวัด", "province"),
    "vehicle_type": ("ประเภทรถ", "ชนิดรถ", "vehicle type", "type"),
    "vehicle_colour": ("สี", "สีรถ", "colour", "color"),
    "vehicle_marks": ("ตำหนิ", "ลักษณะ", "ตำหนิรูปพรรณ", "marks"),
    "reason": ("เหตุผล", "เหตุที่เฝ้าระวัง", "reason", "why"),
    "legal_basis": ("ฐานอำนาจ", "อาศัยอำนาจ", "legal basis"),
    "case_number": ("เลขคดี", "คดี", "case number", "case"),
    "requested_by": ("ผู้ขอ", "หน่วยที่ขอ", "requested by"),
    "instruction": ("ข้อสั่งการ", "คำสั่ง", "instruction"),
    "notify": ("ผู้รับแจ้ง", "แจ้ง", "notify"),
    "valid_until": ("ถึงวันที่", "สิ้นสุด", "until", "valid until"),
}
"""The headers by which a column is known; the first is the one that templates and exports write."""

_NAMES: Final = {said.casefold(): name for name, several in COLUMNS.items() for said in (name, *several)}
WORDS: Final = tuple(name for name in COLUMNS if name not in {"registration", "province", "valid_until"})


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a file as cells; `torn` where its quotes do not close or it has no end."""

    number: int
    cells: Sequence[str]
    torn: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file as it was read: its fields, or the code that says why it is refused."""

    row: int
    said: str
    code: str | None
    facts: Mapping[str, Any] | None
    registration: str | None = None
    province: str | None = None
    words: tuple[str, ...] = ("",) * len(WORDS)
    valid_until: datetime | None = None


def columns_of(headers: Sequence[str]) -> dict[str, int]:
    """Return field → column. Raises `watch_file_headers` (422) where no column holds the registration."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = _NAMES.get(" ".join(header.replace("\ufeff", "").split()).casefold())
        if name is not None:
            found.setdefault(name, place)
    if "registration" not in found:
        raise UnjaiError("watch_file_headers", 422, header=COLUMNS["registration"][0], other=COLUMNS["province"][0])
    return found


def read_rows(lines: Iterable[FileLine], now: datetime) -> Iterator[FileRow]:
    """Read a file's lines, the first of which are its headers; a bad row comes with its code and stops nothing.

    Raises `watch_file_headers` and `import_too_many` (422).
    """
    columns: dict[str, int] | None = None
    for count, line in enumerate(lines):
        if columns is None:
            columns = columns_of(line.cells)
            continue
        if count > ROWS_MOST:
            raise UnjaiError("import_too_many", 422, count=f"> {ROWS_MOST}", most=ROWS_MOST)
        if line.torn:
            yield FileRow(line.number, line.cells[0][:_LINE].replace("\x00", ""), "watch_row_torn", {})
        else:
            yield _row(line.number, line.cells, columns, now)


def _row(number: int, cells: Sequence[str], columns: Mapping[str, int], now: datetime) -> FileRow:
    told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    text, place = told.get("registration", ""), told.get("province", "")
    said = f"{text} {place}".strip()[:_LINE].replace("\x00", "")
    try:
        registration, province = _plate(text, place)
        until = _until(told.get("valid_until", ""), now)
        words = tuple(_word(name, told.get(name, "")) for name in WORDS)
    except UnjaiError as error:
        return FileRow(number, said, error.code, error.facts)
    return FileRow(number, said, None, None, registration, province, words, until)


def _plate(text: str, place: str) -> tuple[str, str | None]:
    if ONE in text or ANY in text or "%" in text:
        raise UnjaiError("watch_row_partial", 422)
    code = _place(place) if place else None
    bare = normalise(text)
    if GRAMMAR.fullmatch(bare):  # the common row needs no more
        return bare, code
    plate = parse(text, code)
    return plate.registration, plate.province


@lru_cache(maxsize=2_000)
def _place(text: str) -> str:
    return place_of(text).code


def _word(name: str, said: str) -> str:
    most = _LENGTHS.get(name, _LINE)
    if len(said) > most or "\x00" in said:
        raise UnjaiError("watch_row_long", 422, field=COLUMNS[name][0], most=most)
    return said


def _until(said: str, now: datetime) -> datetime | None:
    """Return the end of the day that is named; None where the cell is empty."""
    if not said:
        return None
    moment = _day_end(parse_date(said, near=now.astimezone(BANGKOK).date()))
    if not now < moment <= now + LONGEST:
        raise UnjaiError("watch_time_wrong", 422, days=LONGEST.days)
    return moment


def _day_end(day: date) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=1), time(), BANGKOK).astimezone(UTC)
    except OverflowError as error:
        raise UnjaiError("watch_time_wrong", 422, days=LONGEST.days) from error
