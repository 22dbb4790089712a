"""XLSX, read row by row without trusting it: no zip bomb, no formula, no password, one sheet of the asker's choice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from warnings import catch_warnings, simplefilter

from unjai.model.errors import UnjaiError
from unjai.territory.readers.source import MAX_CELL, MAX_COLUMNS, Line, Remark, Source

MAX_XLSX_ROWS = 100_000
MAX_UNPACKED = 400_000_000
MAX_RATIO = 200
MAX_PARTS = 2_000
_OLE = b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_EMPTY_AT_END = 1_000
_SMALL = 10_000_000


def read_workbook(content: bytes, *, sheet: str = "") -> Source:
    """Read a sheet: the one named, or the first that is not empty. Formulas count as the value Excel last saw.

    Raises `import_old_excel`, `import_not_workbook`, `import_zip_bomb`, `import_sheet_unknown`, `import_empty`,
    `import_too_many`, `import_too_wide` or `import_cell_long`.
    """
    if content.startswith(_OLE):
        raise UnjaiError("import_old_excel", 422)
    formulas = _check(content)
    import openpyxl  # noqa: PLC0415  heavy

    with catch_warnings():
        simplefilter("ignore")  # openpyxl remarks on styles it passes over
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            names = tuple(one.title for one in book.worksheets)
            for name in _asked(sheet, names):
                lines = _lines(book[name])
                if lines:
                    remarks = _unseen(content, name, lines) if formulas else ()
                    return Source(form="xlsx", lines=lines, sheets=names, sheet=name, remarks=remarks)
        except UnjaiError:
            raise
        except Exception as error:
            raise UnjaiError("import_not_workbook", 422) from error
    raise UnjaiError("import_empty", 422)


def _asked(sheet: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if sheet and sheet not in names:
        raise UnjaiError("import_sheet_unknown", 422, sheet=sheet[:60], known=", ".join(names)[:200])
    return (sheet,) if sheet else names


def _check(content: bytes) -> bool:
    """Refuse what unpacks to more than it should; tell whether any sheet has formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            steep = any(
                part.file_size > _SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
            )
            if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or steep:
                raise UnjaiError("import_zip_bomb", 422, megabytes=unpacked // 1_000_000)
            if "xl/workbook.xml" not in packed.namelist():
                raise UnjaiError("import_not_workbook", 422)
            return any(
                _has_formula(packed, part.filename) for part in parts if part.filename.startswith("xl/worksheets/sheet")
            )
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise UnjaiError("import_not_workbook", 422) from error


def _has_formula(packed: zipfile.ZipFile, name: str) -> bool:
    with packed.open(name) as part:
        tail = b""
        while chunk := part.read(1_000_000):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-20:]
    return False


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    empty = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            empty += 1
            if empty > _EMPTY_AT_END:  # a sheet that claims a million rows and has ten
                return
            continue
        empty = 0
        yield number, cells


def _lines(sheet: Any) -> tuple[Line, ...]:
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    lines: list[Line] = []
    for number, cells in _rows(sheet):
        if len(lines) > MAX_XLSX_ROWS:
            raise UnjaiError("import_too_many", 422, count=f"> {MAX_XLSX_ROWS}", most=MAX_XLSX_ROWS)
        if len(cells) > MAX_COLUMNS:
            raise UnjaiError("import_too_wide", 422, row=number, count=len(cells), most=MAX_COLUMNS)
        if any(len(cell) > MAX_CELL for cell in cells):
            raise UnjaiError("import_cell_long", 422, row=number, count=max(map(len, cells)), most=MAX_CELL)
        lines.append(Line(row=number, cells=tuple(cells)))
    return tuple(lines)


def _text(value: object) -> str:
    """Return a cell as a person would write it: whole numbers without a point, dates as year-month-day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).strip()


def _unseen(content: bytes, name: str, lines: tuple[Line, ...]) -> tuple[Remark, ...]:
    """Remark on formulas whose value the file does not hold (written by a program, never opened in Excel)."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    sheet = book[name]
    sheet.reset_dimensions()
    known = {line.row: line.cells for line in lines}
    remarks: list[Remark] = []
    formulas = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if number > lines[-1].row:
            break
        for place, cell in enumerate(row):
            if getattr(cell, "data_type", "") != "f":
                continue
            formulas += 1
            cells = known.get(number, ())
            if place >= len(cells) or not cells[place]:
                remarks.append(Remark(row=number, code="note_formula_empty", facts={"column": place + 1}))
    if formulas:
        remarks.insert(0, Remark(row=0, code="note_formulas", facts={"count": formulas}))
    return tuple(remarks[:1000])
