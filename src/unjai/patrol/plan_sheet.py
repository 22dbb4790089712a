"""A plan on paper: a page for each unit, large enough to be read in a car; template `data/plan_sheet.typ`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date, format_moment
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.patrol") / "data" / "plan_sheet.typ"))
_KINDS = {"car": "รถยนต์", "motorcycle": "รถจักรยานยนต์", "foot": "เดินเท้า", "volunteer": "อาสา"}

PLAIN = frozenset({"risk", "break"})
"""Why these are there needs no words on paper; so a round fits on a page."""


def facts_of(row: Mapping[str, Any], *, station_th: str, now: datetime, by: str) -> dict[str, Any]:
    """Return what the template needs."""
    result = row["result"]
    begin, end = (row[name].astimezone(BANGKOK) for name in ("from_at", "to_at"))
    return {
        "station": station_th,
        "date": format_date(row["day"], "long"),
        "hours": f"{begin:%H.%M}–{end:%H.%M} น.",
        "state": "" if row["state"] == "published" else "ร่าง ยังไม่ประกาศใช้",
        "rounds": [
            {
                "unit": one["name"]["th"],
                "kind": _KINDS.get(one["kind"], one["kind"]),
                "visits": str(one["visits"]),
                "stops": [
                    {
                        "at": stop["arrive"].replace(":", "."),
                        "until": stop["leave"].replace(":", "."),
                        "name": "พัก" if stop["why"] == "break" else stop["name"]["th"],
                        "why": "" if stop["why"] in PLAIN else stop["words"]["th"],
                        "note": stop.get("note", ""),
                        "pause": stop["why"] == "break",
                    }
                    for stop in one["stops"]
                ],
            }
            for one in result["rounds"]
        ],
        "printed": f"พิมพ์โดย {by} เมื่อ {format_moment(now)} จากระบบอุ่นใจ",
    }


async def sheet(row: Mapping[str, Any], *, station_th: str, now: datetime, by: str) -> bytes:
    """Return a plan as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts_of(row, station_th=station_th, now=now, by=by))
