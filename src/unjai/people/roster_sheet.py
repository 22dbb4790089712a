"""A roster on paper: a page a day, its shifts with units and crews; template `data/roster_sheet.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.model.thai import format_date, format_moment
from unjai.people.rules.crew import CREW_WORDS, LINE_WORDS
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.people") / "data" / "roster_sheet.typ"))
_GAPS = {
    "volunteers_alone": "ยังไม่มีเจ้าหน้าที่ตำรวจ",
    "nobody": "ยังไม่มีชื่อ",
    "twice": "มีชื่อซ้ำเวลาเดียวกัน",
    "not_crew": "มีผู้ที่ขึ้นเวรไม่ได้",
    "unit_disabled": "ชุดเลิกใช้แล้ว",
    "account_disabled": "มีบัญชีที่ปิดแล้ว",
}


def facts_of(
    rows: Sequence[Mapping[str, Any]], *, since: date, days: int, station_th: str, now: datetime, by: str
) -> dict[str, Any]:
    """Return what the template needs."""
    return {
        "station": station_th,
        "days": [_day(rows, since + timedelta(days=step)) for step in range(days)],
        "printed": f"พิมพ์โดย {by} เมื่อ {format_moment(now)} จากระบบอุ่นใจ",
    }


def _day(rows: Sequence[Mapping[str, Any]], day: date) -> dict[str, Any]:
    shifts: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["day"] == day:
            shifts.setdefault(row["shift_id"], []).append(row)
    return {
        "date": format_date(day, "long"),
        "shifts": [
            {
                "name": units[0]["shift_th"],
                "hours": f"{units[0]['starts']:%H.%M}–{_until(units[0])} น.",
                "units": [_unit(one) for one in units],
            }
            for units in shifts.values()
        ],
    }


def _until(row: Mapping[str, Any]) -> str:
    return "24.00" if f"{row['ends']:%H.%M}" == "00.00" else f"{row['ends']:%H.%M}"


def _unit(row: Mapping[str, Any]) -> dict[str, Any]:
    vehicle = " ".join(
        part
        for part in (row["vehicle"] or row["unit_vehicle"], row["registration"] or row["unit_registration"])
        if part
    )
    return {
        "sign": row["call_sign"] or row["unit_sign"],
        "unit": row["unit_sign"] if row["call_sign"] else "",
        "vehicle": vehicle or "–",
        "beat": row["beat"],
        "note": row["note"],
        "crew": [{"name": one["name_th"], "what": _what(one)} for one in row["crew"]],
        "gaps": "; ".join(dict.fromkeys(_GAPS[gap.kind] for gap in row["gaps"])),
    }


def _what(one: Mapping[str, Any]) -> str:
    kind = one["kind"]
    if kind is not None and kind != "officer":
        return CREW_WORDS[kind].th
    return LINE_WORDS[one["line"]].th


async def sheet(
    rows: Sequence[Mapping[str, Any]], *, since: date, days: int, station_th: str, now: datetime, by: str
) -> bytes:
    """Return a roster as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts_of(rows, since=since, days=days, station_th=station_th, now=now, by=by))
