"""The shift log on paper: its facts in Thai, ready for the template `data/shift_sheet.typ`."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date, format_moment
from unjai.platform.i18n import catalogue
from unjai.platform.paper import pdf
from unjai.respond.schemas.shift import ShiftLog
from unjai.respond.words import label

TEMPLATE = Path(str(files("unjai.respond") / "data" / "shift_sheet.typ"))
STATES = {"running": "กำลังปฏิบัติ", "late": "ยังไม่ส่งเวร", "handed": "ส่งเวรแล้ว รอรับเวร", "done": "รับเวรแล้ว"}


def _clock(at: datetime | None) -> str:
    return "—" if at is None else f"{at.astimezone(BANGKOK):%H.%M}"


def _span(since: datetime, until: datetime | None) -> str:
    """Say from when until when; a stay that has not ended is open."""
    return f"{_clock(since)} –" if until is None else f"{_clock(since)}–{_clock(until)}"


def facts_of(log: ShiftLog, *, station_th: str, now: datetime, by: str) -> dict[str, Any]:
    """Return what the template needs."""
    counts = log.counts
    kinds = catalogue("shiftlog")
    return {
        "station": station_th,
        "name": log.name_th,
        "date": format_date(log.from_at.astimezone(BANGKOK).date(), "long"),
        "hours": f"{_span(log.from_at, log.to_at)} น.",
        "state": STATES[log.state],
        "counts": [
            {"name": "เหตุค้างมา", "value": str(counts.carried_in)},
            {"name": "รับแจ้งใหม่", "value": f"{counts.opened} (ด่วนที่สุด {counts.urgent})"},
            {"name": "ปิดเหตุ", "value": str(counts.closed)},
            {"name": "ค้างส่งต่อ", "value": str(counts.carried_out)},
            {"name": "รอนานเกินกำหนด", "value": str(counts.waits)},
            {"name": "อุปกรณ์ขาดการติดต่อ", "value": str(counts.silences)},
            {"name": "ระบบศูนย์ขัดข้อง", "value": str(counts.pauses)},
            {"name": "ใช้สิทธิ์ฉุกเฉิน", "value": str(counts.emergencies)},
        ],
        "room": [{"name": one.name_th, "chief": one.chief, "span": _span(one.from_at, one.to_at)} for one in log.room],
        "units": [
            {
                "sign": one.call_sign,
                "vehicle": " ".join(part for part in (one.vehicle, one.registration) if part)
                or kinds[f"kind.{one.kind}"]["th"],
                "crew": one.crew or "—",
                "span": _span(one.from_at, one.to_at),
            }
            for one in log.units
        ],
        "lines": [{"at": _clock(one.at), "text": one.text_th} for one in log.lines],
        "note": log.note,
        "unfinished": log.unfinished,
        "equipment": log.equipment,
        "carried": [
            {
                "number": one.number,
                "priority": str(one.priority),
                "title": f"{one.facts['title_th']} · {one.facts['place_th']}",
                "state": label(f"state.{one.facts['state']}").th,
                "seen": f"{one.seen_by} {_clock(one.seen_at)}" if one.seen_at else "ยังไม่รับทราบ",
            }
            for one in log.carried
        ],
        "additions": [{"when": format_moment(one.at), "by": one.by, "text": one.text} for one in log.additions],
        "handed": f"{log.handed_by} · {format_moment(log.handed_at)}" if log.handed_at else "",
        "taken": f"{log.taken_by} · {format_moment(log.taken_at)}" if log.taken_at else "",
        "digest": log.digest,
        "intact": log.intact is not False,
        "printed": f"พิมพ์โดย {by} เมื่อ {format_moment(now)} จากระบบอุ่นใจ",
    }


async def sheet(log: ShiftLog, *, station_th: str, now: datetime, by: str) -> bytes:
    """Return the log as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts_of(log, station_th=station_th, now=now, by=by))
