"""What tells of persons stays outside: a file with such a column is refused whole, before anything of it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.thai import parse_national_id, parse_phone

_HEADS = re.compile(
    r"ชื่อ(?!.*(สถานที่|ถนน|ชุมชน|ฐานความผิด|สถานี|คดี|จุด))|นามสกุล|สกุล|ผู้เสียหาย|ผู้ต้องหา|ผู้แจ้ง|พยาน|ผู้กระทำ|เลข(ที่)?บัตร|บัตรประชาชน|เลขประจำตัวประชาชน"
    r"|โทรศัพท์|เบอร์|โทร\.?$|^อายุ|^เพศ$|เพศ(ผู้|เหยื่อ)|วันเกิด(?!เหตุ)|สัญชาติ|เชื้อชาติ|ศาสนา|อาชีพ|ทะเบียนรถ|หนังสือเดินทาง|พาสปอร์ต|อีเมล|ไลน์"
    r"|victim|suspect|offender|witness|complainant|reporter(?!ed)|first.?name|last.?name|full.?name|surname|person"
    r"|national.?id|citizen.?id|id.?card|passport|phone|mobile|e.?mail|\bage\b|\bsex\b|gender|race|ethnic|nationality|religion"
    r"|occupation|birth|\bdob\b|plate|licen[cs]e",
    re.IGNORECASE,
)
_ID = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12}(?![\d]|\.\d)")
"""Thirteen digits, ours or Thai, with blanks or dashes; not the decimals of a number."""
_MOBILE = re.compile(r"(?<![\d.])(?:[0๐]|\+?(?:66|๖๖) ?-?)[689๖๘๙]\d(?:[ -]?\d){7}(?![\d]|\.\d)")
_SHARE = 0.2
_IN_TEXT = 0.01


def refuse_persons(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Raise `cases_person_columns` (422), naming the columns whose heads or cells tell of persons.

    Every cell is looked at. A single national ID is enough, also inside a longer text (by its check digit); of phone
    numbers a fifth of a column, of mobile numbers inside longer texts one in a hundred, and two at least.
    """
    told = [head for head in heads if head and _HEADS.search(head.strip())]
    told += [
        head or str(column + 1)
        for column, head in enumerate(heads)
        if head not in told and _cells_tell([row[column] for row in rows if column < len(row)])
    ]
    if told:
        raise UnjaiError("cases_person_columns", 422, columns=", ".join(head.strip()[:40] for head in told[:12]))


def _cells_tell(cells: Sequence[str]) -> bool:
    said = [cell for cell in cells if cell and not cell.isspace()]
    text = "\n".join(said)
    if any(_is(parse_national_id, found[0]) for found in _ID.finditer(text)):
        return True
    mobiles = sum(1 for _ in _MOBILE.finditer(text))
    if mobiles >= max(2, _IN_TEXT * len(said)):
        return True
    phones = sum(
        _is(parse_phone, cell.strip())
        for cell in said
        if len(cell) >= 9 and cell.lstrip().startswith(("0", "๐", "+66"))  # noqa: PLR2004
    )
    return bool(said) and phones >= max(2, _SHARE * len(said))


def _is(parse: object, cell: str) -> bool:
    try:
        parse(cell)  # type: ignore[operator]
    except DecodeError:
        return False
    return True
