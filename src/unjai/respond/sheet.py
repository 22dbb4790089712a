"""The print sheet of an incident: its facts in Thai, ready for the template `data/incident_sheet.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date, format_moment
from unjai.platform.paper import pdf
from unjai.respond.checklist import Sheet
from unjai.respond.rules.parties import FIELDS
from unjai.respond.rules.procedures import path
from unjai.respond.schemas.incidents import Incident, TimelineEntry
from unjai.respond.words import label

TEMPLATE = Path(str(files("unjai.respond") / "data" / "incident_sheet.typ"))
COVERED = "ใบนี้ปิดบังชื่อ หมายเลข และทะเบียนของผู้เกี่ยวข้อง ฉบับเต็มอยู่ในแฟ้มที่ผนึกส่งพนักงานสอบสวน"


def _when(at: datetime | None) -> str:
    return "" if at is None else f"{format_date(at.astimezone(BANGKOK).date())} {at.astimezone(BANGKOK):%H.%M.%S} น."


def _clock(at: datetime | None) -> str:
    return "—" if at is None else f"{at.astimezone(BANGKOK):%H.%M.%S}"


def _on_day(at: datetime, day: datetime) -> str:
    """Return the time alone on the day it began, the whole moment on others."""
    same = at.astimezone(BANGKOK).date() == day.astimezone(BANGKOK).date()
    return f"{_clock(at)} น." if same else _when(at)


def _told(entries: Sequence[TimelineEntry]) -> list[dict[str, str]]:
    """Return the steps as they stand on paper; the day is named where it changes."""
    days = [None, *(one.at for one in entries)]
    return [
        {
            "when": _when(one.at) if before is None else _on_day(one.at, before),
            "text": one.text_th,
            "by": f"— {one.actor}",
        }
        for before, one in zip(days, entries, strict=False)
    ]


def _spoken(party: Mapping[str, Any]) -> str:
    """Return a party as it stands on paper: all that is known where it was read, else the covered line."""
    facts = party.get("facts")
    if not facts:
        return str(party["masked"])
    told = [(name, facts[name]) for name in FIELDS[party["kind"]] if facts.get(name)]
    return " · ".join(
        value if name in ("name", "registration", "note") else f"{label(f'party.{name}').th} {_value(name, value)}"
        for name, value in told
    )


def _value(name: str, value: str) -> str:
    return label(f"party.sex.{value}").th if name == "sex" else value


def _steps(sheet: Sheet | None) -> list[dict[str, str]]:
    if sheet is None:
        return []
    found = []
    for step in path(sheet.steps, sheet.done):
        mark = sheet.marks.get(step.key)
        answer = next((one.th for one in step.answers if mark and one.key == mark.done.answer), "")
        skipped = mark is not None and mark.done.mark == "skipped"
        who = "" if mark is None else f"{_clock(mark.at)} {mark.by or 'ระบบ'}"
        found.append(
            {
                "mark": "[—]" if skipped else "[  ]" if mark is None else "[/]",
                "text": step.th,
                "answer": f"ข้าม: {mark.done.reason}" if mark is not None and skipped else answer,
                "who": who,
            }
        )
    return found


def facts_of(
    incident: Incident,
    *,
    station_th: str,
    sheet: Sheet | None,
    parties: Sequence[Mapping[str, Any]],
    attachments: Sequence[Mapping[str, Any]],
    now: datetime,
    by: str,
    masked: bool,
    key_print: str = "",
) -> dict[str, Any]:
    """Return what the template needs; a masked sheet names no caller either."""
    place = incident.place_th or "ยังไม่ทราบที่เกิดเหตุ"
    where = "" if incident.lon is None else f"{incident.lat:.6f}, {incident.lon:.6f}"
    facts = [
        ("สถานที่", place),
        ("พิกัด", where),
        ("รับแจ้ง", _when(incident.opened_at)),
        ("รับเรื่อง", _when(incident.acknowledged_at)),
        ("ส่งกำลัง", _when(incident.assigned_at)),
        ("ถึงที่เกิดเหตุ", _when(incident.arrived_at)),
        ("ปิดเหตุ", _when(incident.closed_at)),
        ("ผล", label(f"outcome.{incident.outcome}").th if incident.outcome else ""),
    ]
    return {
        "heading": "ใบสรุปเหตุ",
        "station": station_th,
        "number": incident.number,
        "title": incident.title_th,
        "priority": label(f"priority.{incident.priority}").th,
        "state": label(f"state.{incident.state}").th,
        "masked": masked,
        "masked_note": COVERED,
        "facts": [{"name": name, "value": value} for name, value in facts if value],
        "reports": [
            {
                "when": _when(one.observed_at),
                "channel": label(f"channel.{one.channel}").th,
                "caller": ""
                if masked or one.caller is None
                else " ".join(part for part in (one.caller.name, one.caller.phone) if part),
                "text": one.text,
            }
            for one in incident.reports
        ],
        "units": [
            {
                "sign": one.call_sign,
                "accepted": _clock(one.answered_at),
                "set_out": _clock(one.en_route_at),
                "arrived": _clock(one.on_scene_at),
                "cleared": _clock(one.cleared_at),
            }
            for one in incident.assignments
            if one.answered_at is not None and one.state != "refused"
        ],
        "parties": [{"role": label(f"party.role.{one['role']}").th, "value": _spoken(one)} for one in parties],
        "steps": _steps(sheet),
        "steps_version": "" if sheet is None else f"รหัส {sheet.code} ฉบับที่ {sheet.version}",
        "attachments": [
            {
                "name": one["name"],
                "about": " · ".join(part for part in (one["caption"], one["by"], _when(one["at"])) if part),
                "digest": one["digest"],
            }
            for one in attachments
            if one["removed_at"] is None
        ],
        "timeline": _told(incident.timeline),
        "printed": f"พิมพ์โดย {by} {format_moment(now)} จากระบบอุ่นใจ",
        "key_print": key_print,
    }


async def printed(facts: Mapping[str, Any]) -> bytes:
    """Return the sheet as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts)
