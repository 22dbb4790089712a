"""Routes of the shift chief: visits, what was refused, findings, phones, words for owners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date, format_time
from unjai.patrol import view
from unjai.patrol.api.checkpoints import sent
from unjai.patrol.flows import findings as finding_flows
from unjai.patrol.flows import phones as phone_flows
from unjai.patrol.flows.photos import read_photo
from unjai.patrol.rules.items import LATE_S
from unjai.patrol.schemas.visits import (
    FindingSettleIn,
    OfficerPhoneOut,
    OwnerMessageOut,
    OwnerToldIn,
    PatrolRefusedOut,
    PhoneRevokeIn,
    ReportFindingOut,
    State,
    VisitFindingOut,
    VisitsOut,
)
from unjai.patrol.store import phones
from unjai.patrol.store import visits as store
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.platform.i18n import render
from unjai.platform.media import Media
from unjai.platform.moments import DayIn, MomentIn
from unjai.territory.rules.export import as_table

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Manages = Annotated[Ask, allowed("patrol.manage")]
Triages = Annotated[Ask, allowed("report.triage")]
PAGE, EXPORT_MOST, LIST_MOST = 100, 20_000, 200
_STATES = {"proven": "ยืนยันแล้ว", "doubted": "ยังไม่แน่ชัด", "refused": "ไม่รับ"}
_HEADERS = [
    "วันที่",
    "เวลา",
    "จุดตรวจ",
    "ชื่อจุดตรวจ",
    "ผู้ตรวจ",
    "สายตรวจ",
    "คะแนน",
    "ผล",
    "ได้รับเมื่อ",
    "ช้า (นาที)",
    "เวลาอยู่ (นาที)",
    "เหตุผล",
    "Why",
]


def _asked(ask: Ask, day: date | None, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"station_id": ask.actor.station, **more}
    if day is not None:
        begin = datetime.combine(day, time(), BANGKOK)
        asked |= {"from_at": begin, "to_at": begin + timedelta(days=1)}
    return asked


@router.get("/patrol/visits")
async def list_visits(
    ask: Reads,
    *,
    day: DayIn | None = None,
    checkpoint: UUID | None = None,
    state: State | None = None,
    late: Annotated[bool, Query()] = False,
    before: MomentIn | None = None,
) -> VisitsOut:
    """Return visits of a Bangkok day or of all, the newest first; `late` those alone that came late."""
    more = {"checkpoint_id": checkpoint, "state": state, "late_s": LATE_S if late else None}
    rows = await store.visits(ask.tx, _asked(ask, day, **more), PAGE, before)
    onward = rows[-1]["happened_at"] if len(rows) == PAGE else None
    return VisitsOut(visits=[view.visit(row) for row in rows], next=onward)


@router.get("/patrol/visits.csv", response_class=Response)
async def export_visits(
    ask: Reads, day: DayIn | None = None, checkpoint: UUID | None = None, state: State | None = None
) -> Response:
    """Return the visits as a table; the export stands in the audit."""
    asked = _asked(ask, day, checkpoint_id=checkpoint, state=state)
    rows = [_cells(row) for row in await store.visits(ask.tx, asked, EXPORT_MOST)]
    facts = {"day": None if day is None else day.isoformat(), "count": len(rows)}
    subject = f"station:{ask.actor.station}"
    await audit(ask.tx, ask.actor, ask.clock, action="patrol.visits.export", subject=subject, facts=facts)
    name = "การเข้าตรวจ.csv" if day is None else f"การเข้าตรวจ-{day.isoformat()}.csv"
    return sent(as_table(_HEADERS, rows), "text/csv; charset=utf-8", name, download=True)


def _cells(row: dict[str, Any]) -> list[object]:
    at, got = row["happened_at"].astimezone(BANGKOK), row["received_at"].astimezone(BANGKOK)
    parts = [view.part(one) for one in row["parts"]]
    late = row["late_s"] > LATE_S
    return [
        format_date(at.date(), "short"),
        format_time(at),
        row["checkpoint_code"],
        row["checkpoint_th"],
        row["by_th"],
        row["call_sign"] or "",
        row["score"],
        _STATES[row["state"]],
        f"{format_date(got.date(), 'short')} {format_time(got)}",
        round(row["late_s"] / 60) if late else "",
        round(row["said"]["dwell_s"] / 60, 1) or "",
        "; ".join(f"{one.th}{_points(one.points)}" for one in parts),
        "; ".join(f"{one.en}{_points(one.points)}" for one in parts),
    ]


def _points(points: int) -> str:
    return f" ({points:+d})" if points else ""


@router.get("/patrol/refused")
async def list_refused(ask: Reads, day: DayIn | None = None) -> list[PatrolRefusedOut]:
    """Return what was not believed, of a Bangkok day by when it came, or of the last week."""
    asked = _asked(ask, day)
    now = ask.clock.now()
    from_at, to_at = asked.get("from_at", now - timedelta(days=7)), asked.get("to_at", now + timedelta(days=1))
    rows = await phones.refused(ask.tx, ask.actor.station, from_at, to_at, LIST_MOST)
    return [view.refused(row) for row in rows]


@router.get("/patrol/photos/{photo_id}", response_class=Response)
async def photo(photo_id: UUID, ask: Reads) -> Response:
    """Return a photograph; the look is on the log."""
    row = await read_photo(ask.tx, ask.actor, ask.clock, photo_id=photo_id)
    body = await Media(ask.request.app.state.ground.data).read(row["digest"])
    return sent(body, row["media_type"], f"{row['digest'][:12]}.{row['media_type'].rpartition('/')[2]}")


# ── findings ───────────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/findings")
async def list_findings(
    ask: Reads,
    day: DayIn | None = None,
    waiting: Annotated[bool, Query()] = False,
) -> list[VisitFindingOut]:
    """Return what units found, the newest first; `waiting` leaves out what was seen to."""
    asked = _asked(ask, day, open_only=waiting)
    return [view.finding(row) for row in await store.findings(ask.tx, asked, LIST_MOST)]


@router.post("/patrol/plain-reports/{plain_report_id}/finding")
async def find_of_report(plain_report_id: UUID, ask: Triages) -> ReportFindingOut:
    """Make a finding of a citizen's plain report: a candidate for works."""
    made = await finding_flows.find_of_report(ask.tx, ask.actor, ask.clock, report_id=plain_report_id)
    return ReportFindingOut(finding_id=made)


@router.post("/patrol/findings/{finding_id}/settle", status_code=204)
async def settle_finding(finding_id: UUID, body: FindingSettleIn, ask: Manages) -> None:
    """Say that a finding was seen to, or that it is open again."""
    await finding_flows.settle_finding(
        ask.tx, ask.actor, ask.clock, finding_id=finding_id, settled=body.settled, note=body.note
    )


# ── phones ─────────────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/phones")
async def list_phones(ask: Manages) -> list[OfficerPhoneOut]:
    """Return every phone that was registered, those in use first."""
    return [view.phone(row) for row in await phones.phones(ask.tx, ask.actor.station)]


@router.post("/patrol/phones/{phone_id}/revoke")
async def revoke_phone(phone_id: UUID, body: PhoneRevokeIn, ask: Manages) -> list[OfficerPhoneOut]:
    """Stop a phone that was lost; what it sent before stands."""
    await phone_flows.revoke_phone(ask.tx, ask.actor, ask.clock, phone_id=phone_id, why=body.why, own=False)
    return await list_phones(ask)


# ── words for owners ───────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/owner-messages")
async def list_owner_messages(ask: Manages) -> list[OwnerMessageOut]:
    """Return words for owners of places that were visited, those that wait first."""
    rows = await store.owner_messages(ask.tx, ask.actor.station, LIST_MOST)
    return [OwnerMessageOut.model_validate({**row, **_failure(row)}) for row in rows]


def _failure(row: Mapping[str, Any]) -> dict[str, str]:
    """Return why the gateway did not take a message, in both languages."""
    words = render(row["failure"], {"status": row["status"]}, kind="gateway") if row["failure"] else {}
    return {f"failure_{language}": text for language, text in words.items()}


@router.post("/patrol/owner-messages/{owner_message_id}/sent", status_code=204)
async def mark_sent(owner_message_id: UUID, body: OwnerToldIn, ask: Manages) -> None:
    """Say that an owner was told, or that it was not after all."""
    await finding_flows.message_sent(ask.tx, ask.actor, ask.clock, message_id=owner_message_id, sent=body.sent)
