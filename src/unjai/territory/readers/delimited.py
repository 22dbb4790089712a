"""CSV as Thai offices really write it: UTF-8 with or without BOM, TIS-620 from Excel, comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
from collections import Counter

from unjai.model.errors import UnjaiError
from unjai.territory.readers.source import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Line, Source

_DELIMITERS = ",;\t|"
_LOOK = 50
_THAI = range(0x0E01, 0x0E5C)
_LEAST_THAI = 0.6


def read_delimited(content: bytes, *, encoding: str = "", delimiter: str = "") -> Source:
    """Read a CSV file; what is not said is found out.

    Raises `import_encoding`, `import_not_table`, `import_empty`, `import_too_many`, `import_too_wide` or
    `import_cell_long`.
    """
    text, encoding = decoded(content, encoding)
    if "\x00" in text:
        raise UnjaiError("import_not_table", 422)
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        delimiter, text, skipped = delimiter or first.strip()[-1], rest, 1
    else:
        skipped = 0
    delimiter = delimiter or delimiter_of(text)
    lines: list[Line] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            if not any(cell.strip() for cell in cells):
                continue
            _check(number, cells, len(lines))
            lines.append(Line(row=number, cells=tuple(cell.strip() for cell in cells)))
    except csv.Error as error:
        raise UnjaiError("import_not_table", 422) from error
    if not lines:
        raise UnjaiError("import_empty", 422)
    return Source(form="csv", lines=tuple(lines), encoding=encoding, delimiter=delimiter)


def _check(number: int, cells: list[str], taken: int) -> None:
    if taken > MAX_ROWS:
        raise UnjaiError("import_too_many", 422, count=f"> {MAX_ROWS}", most=MAX_ROWS)
    if len(cells) > MAX_COLUMNS:
        raise UnjaiError("import_too_wide", 422, row=number, count=len(cells), most=MAX_COLUMNS)
    if any(len(cell) > MAX_CELL for cell in cells):
        longest = max(map(len, cells))
        raise UnjaiError("import_cell_long", 422, row=number, count=longest, most=MAX_CELL)


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Return a file's text and its encoding: as its BOM says, UTF-8 if it can be, else Windows-874 if it reads Thai."""
    if encoding:
        try:
            return content.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
        except (UnicodeDecodeError, LookupError) as error:
            raise UnjaiError("import_encoding", 422, encoding=encoding[:20]) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise UnjaiError("import_encoding", 422, encoding="UTF-16") from error
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = content.decode("cp874", "replace")
    high = [letter for letter in text if ord(letter) > 0x7F]  # noqa: PLR2004
    thai = sum(ord(letter) in _THAI for letter in high)
    if "�" in text or not high or thai < _LEAST_THAI * len(high):
        raise UnjaiError("import_encoding", 422, encoding="UTF-8, TIS-620")
    return text, "cp874"


def delimiter_of(text: str) -> str:
    """Return the delimiter that parts the first lines most evenly: the widest that most of them agree on."""

    def score(delimiter: str) -> tuple[float, int]:
        widths: Counter[int] = Counter()
        try:
            for _, cells in zip(range(_LOOK), csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):  # noqa: B905
                if any(cell.strip() for cell in cells):
                    widths[len(cells)] += 1
        except csv.Error:
            return 0.0, 0
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            return 0.0, 0
        width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
        return count / sum(widths.values()), width

    scores = {delimiter: score(delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: (scores[delimiter][0], scores[delimiter][1]))
    return best if scores[best][0] > 0 else ","
