"""What hangs at a checkpoint: printed labels with a signed code, and the page of a small screen."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.patrol") / "data" / "labels.typ"))
SCREEN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def _drawn(text: str, *, border: int = 4) -> str:
    import segno  # noqa: PLC0415  only who prints or shows a code needs it

    into = io.BytesIO()
    segno.make(text, error="m", micro=False).save(into, kind="svg", xmldecl=False, svgns=True, border=border, scale=10)
    return into.getvalue().decode()


def typed(code: str) -> str:
    """Return what is typed where no camera works: the label's number and its sixteen letters."""
    serial, mac = code.split(":")[-2:]
    return " ".join([serial, *(mac[at : at + 4] for at in range(0, len(mac), 4))])


async def label_sheet(
    rows: Sequence[tuple[Mapping[str, Any], str]], *, station: tuple[str, str], now: datetime
) -> bytes:
    """Return the labels of checkpoints, four on a page of A4, as a PDF; each row is a checkpoint and its code."""
    drawn = await asyncio.to_thread(lambda: [_drawn(code, border=2) for _, code in rows])
    labels = [
        {
            "code": row["code"],
            "name_th": row["name_th"],
            "name_en": row["name_en"] or "",
            "serial": row["serial"],
            "qr": picture,
            "typed": typed(code),
        }
        for (row, code), picture in zip(rows, drawn, strict=True)
    ]
    printed = format_date(now.astimezone(BANGKOK).date(), "long")
    return await pdf(TEMPLATE, {"labels": labels, "station": station, "printed": printed})


def screen_page(row: Mapping[str, Any], code: str, *, now: datetime, until: datetime) -> str:
    """Return the page of a small screen: the turning code, drawn; it asks for the next one by itself."""
    waits = max(1, round((until - now).total_seconds()) + 1)
    name_en = f'<p lang="en">{escape(row["name_en"])}</p>' if row["name_en"] else ""
    shown = until.astimezone(BANGKOK).strftime("%H:%M:%S")
    return (
        '<!doctype html><html lang="th"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="{waits}"><title>{escape(row["code"])}</title>'
        "<style>body{margin:0;min-height:100vh;display:grid;place-content:center;justify-items:center;background:#fff;"
        "color:#000;font:1.25rem/1.6 sans-serif;text-align:center}svg{width:min(80vw,70vh);height:auto}p{margin:0}"
        "b{font-size:1.5rem}</style>"
        f"<p>จุดตรวจสายตรวจ <b>{escape(row['code'])}</b></p><p>{escape(row['name_th'])}</p>{name_en}"
        f'{_drawn(code)}<p>ใช้ได้ถึง {shown} น. · <span lang="en">valid until {shown}</span></p></html>'
    )
