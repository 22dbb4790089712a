"""The routes of plain reports: the reporter's, who signs in nowhere, and the desk's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from unjai.model.clock import BANGKOK
from unjai.model.geometry import Point
from unjai.model.thai import format_date
from unjai.platform.http import PUBLIC, Ask, Ground, allowed
from unjai.platform.media import Media
from unjai.respond.plain import schemas as wire
from unjai.respond.plain.flows import desk, telling
from unjai.respond.plain.kept import kept
from unjai.respond.plain.rules.kinds import Kind, Line
from unjai.respond.plain.rules.life import State, reopen_until
from unjai.territory.rules.export import as_table

router = APIRouter(tags=["plain reports"])

Anyone = Annotated[Ask, allowed(PUBLIC)]
Reads = Annotated[Ask, allowed(desk.READ)]
Triages = Annotated[Ask, allowed(desk.TRIAGE)]
Takes = Annotated[Ask, allowed("call.take")]
_SHOWN = frozenset({"more", "not_fixed", "fixed", "answer", "taken", "waiting", "incident", "finding", "lapsed"})
"""What of a report's story its reporter sees."""
_KINDS = {"light": "ไฟดับ", "rubbish": "ขยะ/ความสะอาด", "noise": "เสียงดัง", "drugs": "เบาะแสยาเสพติด", "other": "อื่น ๆ"}
_STATES = {
    "new": "ใหม่",
    "taken": "รับเรื่องแล้ว",
    "waiting": "รอหน่วยงานอื่น",
    "answered": "ตอบแล้ว",
    "reopened": "เปิดใหม่ (ยังไม่เรียบร้อย)",
    "closed": "ปิดแล้ว",
}
_LINES = {
    "": "",
    "patrol": "ป้องกันปราบปราม",
    "detective": "สืบสวน",
    "traffic": "จราจร",
    "community": "ชุมชนสัมพันธ์",
    "municipality": "เทศบาล",
    "electricity": "การไฟฟ้า",
}
_HEADERS = [
    "เลขรับเรื่อง",
    "เรื่อง",
    "ข้อความ",
    "สถานที่",
    "ละติจูด",
    "ลองจิจูด",
    "รับเมื่อ",
    "กำหนดตอบ",
    "ตอบเมื่อ",
    "สถานะ",
    "สายงาน",
    "เปิดใหม่ (ครั้ง)",
]


@asynccontextmanager
async def _telling(ask: Ask, response: Response) -> AsyncIterator[None]:
    """Act as a citizen of the home station, whoever is signed in; what is answered is kept nowhere."""
    response.headers["Cache-Control"] = "no-store"
    ground: Ground = ask.request.app.state.ground
    async with ask.tx.acting_as(ground.citizen(ask.request)):
        yield


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"reopen_days": kept().reopen_days}


@router.post("/plain-reports", status_code=201)
async def tell(body: wire.PlainReportIn, response: Response, ask: Anyone) -> wire.PlainSentOut:
    """Take a report; the same again answers the same."""
    point = None
    if body.lon is not None and body.lat is not None:
        point = Point(lon=body.lon, lat=body.lat, accuracy_m=body.acc)
    told = telling.Told(
        id=body.id,
        secret=body.secret,
        kind=body.kind,
        text=body.text,
        place_text=body.place_text,
        point=point,
        phone=body.phone,
        at=body.at(),
    )
    async with _telling(ask, response):
        row = await telling.tell(ask.tx, ask.tx.actor, ask.clock, told=told)
        return wire.PlainSentOut.model_validate(_sent(row))


@router.post("/plain-reports/mine")
async def mine(body: wire.PlainMineIn, response: Response, ask: Anyone) -> list[wire.PlainMineOut]:
    """Return the reports whose secrets are told, with the station's answers; the newest first."""
    async with _telling(ask, response):
        found = await telling.mine(ask.tx, secrets={one.id: one.secret for one in body.reports})
    found.sort(key=lambda one: one[0]["received_at"], reverse=True)
    return [_mine(row, said) for row, said in found]


def _mine(row: dict[str, Any], said: list[dict[str, Any]]) -> wire.PlainMineOut:
    turns = [one for one in said if one["what"] in _SHOWN]
    for one in turns:
        if one["what"] in ("taken", "waiting"):
            one["text_th"] = one["text_en"] = ""  # which line of work has it is the station's own
    until = reopen_until(telling.stand_of(row), kept().reopen_days)
    return wire.PlainMineOut.model_validate(_sent(row) | {"reopen_until": until, "turns": turns})


@router.post("/plain-reports/{plain_report_id}/photos", status_code=204)
async def add_photo(plain_report_id: UUID, body: wire.PlainPhotoIn, response: Response, ask: Anyone) -> None:
    """Add a photograph to one's own report."""
    async with _telling(ask, response):
        await telling.add_photo(
            ask.tx,
            ask.clock,
            report_id=plain_report_id,
            secret=body.secret,
            photo_id=body.id,
            body=body.body(),
            said_id=body.said_id,
        )


@router.post("/plain-reports/{plain_report_id}/words")
async def say(plain_report_id: UUID, body: wire.PlainWordIn, response: Response, ask: Anyone) -> wire.PlainSentOut:
    """Say more of one's own report, that it is not mended, or that it is."""
    async with _telling(ask, response):
        row = await telling.say(
            ask.tx,
            ask.clock,
            report_id=plain_report_id,
            secret=body.secret,
            said_id=body.id,
            no=body.no,
            what=body.say,
            text=body.text,
            at=body.at(),
        )
        return wire.PlainSentOut.model_validate(_sent(row))


# ── the desk ───────────────────────────────────────────────────────────────────────────────────────


def _asked(
    state: Annotated[list[State] | None, Query()] = None,
    kind: Kind | None = None,
    line: Line | None = None,
    days: Annotated[int | None, Query(ge=1, le=3650)] = None,
    words: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    return {"states": state, "kind": kind, "line": line, "days": days, "words": words.replace("\x00", "").strip()}


Filter = Annotated[dict[str, Any], Depends(_asked)]


@router.get("/plain-reports")
async def list_reports(
    ask: Reads,
    asked: Filter,
) -> list[wire.PlainListedOut]:
    """Return reports: what hurries first, then what waits, the soonest promised first."""
    rows = await desk.list_reports(ask.tx, ask.actor, ask.clock, asked=asked)
    return [wire.PlainListedOut.model_validate(row) for row in rows]


@router.get("/plain-reports/waiting")
async def waiting(ask: Reads) -> wire.PlainWaitingOut:
    """Return how many wait, and how the last 90 days went."""
    return wire.PlainWaitingOut.model_validate(await desk.waiting(ask.tx, ask.actor, ask.clock))


@router.get("/plain-reports/export", response_class=Response)
async def export(
    ask: Reads,
    asked: Filter,
) -> Response:
    """Return the same as a table, without telephones and photographs; the export is on the log."""
    rows = await desk.exported(ask.tx, ask.actor, ask.clock, asked=asked)
    headers = {
        "Content-Disposition": "attachment; filename*=UTF-8''plain-reports.csv",
        "Cache-Control": "private, no-store",
    }
    return Response(as_table(_HEADERS, map(_cells, rows)), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: dict[str, Any]) -> list[object]:
    def when(name: str) -> str:
        at = row[name]
        if at is None:
            return ""
        local = at.astimezone(BANGKOK)
        return f"{format_date(local.date(), 'short')} {local:%H:%M}"

    place = ["" if row[name] is None else f"{row[name]:.6f}" for name in ("lat", "lon")]
    moments = [when(name) for name in ("received_at", "promised_at", "answered_at")]
    ends = [_STATES[row["state"]], _LINES[row["line"]], row["reopened"]]
    return [row["number"], _KINDS[row["kind"]], row["text"], row["place_text"], *place, *moments, *ends]


@router.get("/plain-reports/{plain_report_id}")
async def read_report(plain_report_id: UUID, response: Response, ask: Reads) -> wire.PlainReportOut:
    """Return a report whole."""
    response.headers["Cache-Control"] = "private, no-store"
    row = await desk.read_report(ask.tx, ask.actor, ask.clock, report_id=plain_report_id)
    alike = [other | {"why": one.why, "distance_m": one.distance_m} for one, other in row["alike"]]
    main = row["main"]
    told = row | {"alike": alike, "main_number": None if main is None else main["number"]}
    return wire.PlainReportOut.model_validate(told)


@router.get("/plain-reports/photos/{plain_photo_id}", response_class=Response)
async def read_photo(plain_photo_id: UUID, ask: Reads) -> Response:
    """Return a photograph; the look is on the log."""
    found = await desk.read_photo(ask.tx, ask.actor, ask.clock, photo_id=plain_photo_id)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=300"}
    return Response(found["body"], media_type="image/jpeg", headers=headers)


@router.post("/plain-reports/{plain_report_id}/move", status_code=204)
async def move(plain_report_id: UUID, body: wire.PlainMoveIn, ask: Triages) -> None:
    """Take a report, let it wait, or put it back."""
    await desk.move(
        ask.tx, ask.actor, ask.clock, report_id=plain_report_id, to=body.to, line=body.line, version=body.version
    )


@router.post("/plain-reports/{plain_report_id}/answer", status_code=204)
async def answer(plain_report_id: UUID, body: wire.PlainAnswerIn, ask: Triages) -> None:
    """Answer a report, and all who told the same."""
    await desk.answer(
        ask.tx,
        ask.actor,
        ask.clock,
        report_id=plain_report_id,
        text_th=body.text_th,
        text_en=body.text_en,
        version=body.version,
    )


@router.post("/plain-reports/{plain_report_id}/join", status_code=204)
async def join(plain_report_id: UUID, body: wire.PlainJoinIn, ask: Triages) -> None:
    """Say that a report repeats another."""
    await desk.join(ask.tx, ask.actor, ask.clock, report_id=plain_report_id, into=body.into)


@router.post("/plain-reports/{plain_report_id}/part", status_code=204)
async def part(plain_report_id: UUID, ask: Triages) -> None:
    """Say that a report is a matter of its own after all."""
    await desk.part(ask.tx, ask.actor, ask.clock, report_id=plain_report_id)


@router.post("/plain-reports/{plain_report_id}/incident")
async def to_incident(plain_report_id: UUID, ask: Takes) -> wire.PlainIncidentOut:
    """Make an incident of a report."""
    media = Media(ask.request.app.state.ground.data)
    made = await desk.to_incident(ask.tx, ask.actor, ask.clock, media=media, report_id=plain_report_id)
    return wire.PlainIncidentOut(incident_id=made)
