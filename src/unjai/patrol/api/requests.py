"""Routes of asked visits: take, change, withdraw, say what became of them, list, export."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date
from unjai.patrol.api.checkpoints import sent
from unjai.patrol.flows import requests as flows
from unjai.patrol.schemas.desk import (
    PatrolRequestChangeIn,
    PatrolRequestIn,
    PatrolRequestOut,
    RequestOutcomeIn,
)
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.territory.rules.export import as_table

router = APIRouter(tags=["patrol"])

Requests = Annotated[Ask, allowed("patrol.requests")]
When = Literal["now", "past", "all"]
Kind = Literal["request", "house_watch"]
_KINDS = {"request": "ขอให้ตรวจ", "house_watch": "ฝากบ้าน"}
_PARTNERS = {
    "citizen": "ประชาชน",
    "police": "ตำรวจ",
    "residents": "ชุมชนและนิติบุคคล",
    "local_government": "องค์กรปกครองส่วนท้องถิ่น",
    "business": "ภาคธุรกิจ",
    "state_agency": "หน่วยงานรัฐ",
    "media": "สื่อมวลชน",
}
_BECAME = {
    "done": "ตรวจแล้ว",
    "short": "แวะไม่นาน",
    "missed": "ไม่ได้ไป",
    "unknown": "ไม่ทราบ",
    "unplanned": "ไม่ได้จัดในแผน",
}
_HEADERS = [
    "ประเภท",
    "ผู้ขอ",
    "เลขรับเรื่อง",
    "สถานที่",
    "ตั้งแต่",
    "ถึง",
    "ช่วงเวลา",
    "นาที",
    "ต้องไป",
    "ผล",
    "ครั้งที่ตรวจแล้ว",
    "ผลัดที่ครบกำหนด",
]


async def _listed(ask: Ask, when: When, kind: Kind | None) -> list[dict[str, Any]]:
    today = ask.clock.now().astimezone(BANGKOK).date()
    since, until = None, None
    if when == "now":
        since = today
    elif when == "past":
        until = today - timedelta(days=1)
    rows = await flows.listed(ask.tx, ask.actor, station_id=ask.actor.station, since=since, until=until, kind=kind)
    return [row for row in rows if when != "past" or row["to_day"] < today]


@router.get("/patrol/requests")
async def list_requests(ask: Requests, when: When = "now", kind: Kind | None = None) -> list[PatrolRequestOut]:
    """Return asked visits: those whose last day is today or later (`now`), those that are over, or all."""
    return [PatrolRequestOut.model_validate(row) for row in await _listed(ask, when, kind)]


@router.get("/patrol/requests.csv", response_class=Response)
async def export_requests(ask: Requests, when: When = "now", kind: Kind | None = None) -> Response:
    """Return asked visits as a table; the export stands in the audit."""
    rows = await _listed(ask, when, kind)
    subject, facts = f"station:{ask.actor.station}", {"count": len(rows), "when": when}
    await audit(ask.tx, ask.actor, ask.clock, action="patrol.requests.export", subject=subject, facts=facts)
    return sent(as_table(_HEADERS, map(_cells, rows)), "text/csv; charset=utf-8", "คำขอให้ตรวจ.csv", download=True)


def _cells(row: dict[str, Any]) -> list[object]:
    became = row["outcomes"]
    window = ""
    if row["window_from"] is not None:
        window = "–".join(f"{row[name] // 60:02d}.{row[name] % 60:02d}" for name in ("window_from", "window_to"))
    last = "ถอนคำขอ" if row["withdrawn"] else _BECAME[became[-1]["state"]] if became else ""
    done = sum(one["state"] == "done" for one in became)
    return [
        _KINDS[row["kind"]],
        _PARTNERS[row["partner"]],
        row["reference"],
        row["label"],
        format_date(row["from_day"], "short"),
        format_date(row["to_day"], "short"),
        window,
        row["minutes"],
        "ต้องไป" if row["must"] else "ถ้าไปได้",
        last,
        done,
        len(became),
    ]


@router.post("/patrol/requests", status_code=201)
async def take_request(body: PatrolRequestIn, ask: Requests) -> PatrolRequestOut:
    """Take a request; plans of its days hold it from now on."""
    key = await flows.request_visit(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, values=body.model_dump()
    )
    return PatrolRequestOut.model_validate(await flows.the_request(ask.tx, ask.actor, key))


@router.put("/patrol/requests/{patrol_request_id}")
async def change_request(patrol_request_id: UUID, body: PatrolRequestChangeIn, ask: Requests) -> PatrolRequestOut:
    """Change a request, withdraw it, or take that back."""
    values = body.model_dump(exclude={"version"})
    await flows.change_request(
        ask.tx, ask.actor, ask.clock, request_id=patrol_request_id, version=body.version, values=values
    )
    return PatrolRequestOut.model_validate(await flows.the_request(ask.tx, ask.actor, patrol_request_id))


@router.put("/patrol/requests/{patrol_request_id}/outcomes/{plan_id}", status_code=204)
async def say_outcome(patrol_request_id: UUID, plan_id: UUID, body: RequestOutcomeIn, ask: Requests) -> None:
    """Say by hand what became of a visit on the shift of a plan."""
    await flows.say_outcome(
        ask.tx,
        ask.actor,
        ask.clock,
        request_id=patrol_request_id,
        plan_id=plan_id,
        state=body.state,
        note=body.note,
    )
