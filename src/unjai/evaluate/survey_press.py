"""Makes a questionnaire's workbook or its ODK form in a process of its own: openpyxl and pyxform stay out of web."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import resource
import sys
from typing import Literal

from unjai.evaluate.rules.survey.questionnaire import Sheets
from unjai.model.errors import UnjaiError

LASTS_S = 60.0
_MEMORY_BYTES = 1_500_000_000
_WIDTH = 38


async def pressed(sheets: Sheets, kind: Literal["xlsx", "xml"]) -> bytes:
    """Return an XLSForm as a workbook, or as the XForm that ODK reads; raise `figures_failed` (500)."""
    press = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unjai.evaluate.survey_press", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LASTS_S):
            made, said = await press.communicate(json.dumps(sheets).encode())
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            press.kill()
        await press.wait()
        if isinstance(error, TimeoutError):
            raise UnjaiError("figures_failed", 500, why="timeout") from error
        raise
    if press.returncode != 0:
        raise UnjaiError("figures_failed", 500, why=said.decode("utf-8", "replace")[-300:])
    return made


def workbook(sheets: Sheets) -> bytes:
    """Return the sheets as an .xlsx file, heads in the first row."""
    import openpyxl  # noqa: PLC0415  heavy: in this process alone

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        heads = list(dict.fromkeys(head for row in rows for head in row))
        page = book.create_sheet(name)
        page.append(heads)
        for row in rows:
            page.append([row.get(head) for head in heads])
        page.freeze_panes = "A2"
        for column, head in enumerate(heads, 1):
            page.column_dimensions[page.cell(1, column).column_letter].width = _WIDTH if "::" in head else _WIDTH / 2
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def xform(sheets: Sheets) -> bytes:
    """Return the XForm; raise ValueError where the form gives so much as a warning."""
    from pyxform.xls2xform import convert  # noqa: PLC0415  heavy: in this process alone

    made = convert(sheets)
    if made.warnings:
        raise ValueError("; ".join(made.warnings))
    told: str = made.xform
    return told.encode()


def main() -> None:
    """Make one file and end."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    sheets: Sheets = json.load(sys.stdin)
    sys.stdout.buffer.write(workbook(sheets) if sys.argv[1] == "xlsx" else xform(sheets))


if __name__ == "__main__":
    main()
