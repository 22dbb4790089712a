"""The routes of night-ease: streets and works, never persons."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from unjai.model.thai import format_moment
from unjai.platform.audit import audit
from unjai.platform.http import Ask, Ground, allowed
from unjai.respond.escort import night_sheet
from unjai.respond.escort.flows import night
from unjai.respond.escort.night_making import begin_reckoning
from unjai.respond.escort.night_schemas import Hour, NightLitIn, NightLitOut, NightMarkIn, NightOut
from unjai.respond.escort.night_view import CLASS_WORDS, KIND_WORDS, STATE_WORDS, amount, night_out, place_of, why
from unjai.territory.rules.export import as_table
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["night-ease"])

Reads = Annotated[Ask, allowed("night.read")]
Works = Annotated[Ask, allowed("night.work")]
At = Annotated[Hour, Query()]
_HEADERS = ["ประเภท", "งานหรือเหตุผล", "สถานที่", "ปริมาณ", "นาทีเดินต่อ 1,000 เที่ยว", "ผลรวมความอุ่นใจ×นาที", "สถานะ", "หมายเหตุ"]
_HEADERS += ["ลองจิจูด", "ละติจูด"]


async def _night(ask: Ask, hour: int) -> NightOut:
    return night_out(ask.actor.station, hour, await night.night_at(ask.tx, ask.actor, hour=hour))


@router.get("/night-ease")
async def read_night(ask: Reads, hour: At = 22) -> NightOut:
    """Return a zone at an hour: every street's class, those that fail and why, works by what each alone would lift."""
    return await _night(ask, hour)


@router.post("/night-ease/reckon", status_code=202)
async def reckon_night(ask: Works, hour: At = 22) -> NightOut:
    """Reckon all hours anew, beside this request; ask for the hour again until `reckoning` is at rest."""
    ground: Ground = ask.request.app.state.ground
    begin_reckoning(ground.db, ask.actor, ask.clock)
    return await _night(ask, hour)


@router.post("/night-ease/mark")
async def mark_work(body: NightMarkIn, ask: Works) -> NightOut:
    """Mark a work asked for, planned or not possible, or take the mark back."""
    await night.mark(ask.tx, ask.actor, ask.clock, hour=body.hour, key=body.key, state=body.state, note=body.note)
    return await _night(ask, body.hour)


@router.post("/night-ease/lit")
async def note_lit(body: NightLitIn, ask: Works) -> NightLitOut:
    """Write down whether streets are lit, as somebody went and saw; who and when stand with it."""
    await night.note_lit(ask.tx, ask.actor, ask.clock, edges=body.edges, lit=body.lit)
    return NightLitOut(noted=len(set(body.edges)))


@router.get("/night-ease.csv", response_class=Response)
async def export_night(ask: Reads, hour: At = 22) -> Response:
    """Return works and failing streets of an hour as a table; the export stands in the audit log."""
    found = await _night(ask, hour)
    rows: list[list[object]] = [
        [
            "งาน",
            KIND_WORDS[one.kind][0],
            place_of(one, 0),
            amount(one, 0),
            one.waits_min if one.kind == "look" else one.lifted_min,
            one.gain,
            STATE_WORDS[one.mark.state][0] if one.mark else "",
            one.mark.note if one.mark else "",
            one.lon,
            one.lat,
        ]
        for one in found.works
    ]
    rows += [
        [
            f"ถนน: {CLASS_WORDS[one.of][0]}",
            why(one, 0),
            place_of(one, 0),
            f"{one.metres} ม.",
            one.minutes,
            "",
            "",
            "",
            one.lon,
            one.lat,
        ]
        for one in found.streets
    ]
    subject, facts = f"station:{ask.actor.station}", {"hour": hour, "count": len(rows)}
    await audit(ask.tx, ask.actor, ask.clock, action="night.export", subject=subject, facts=facts)
    headers = _file(f"ความอุ่นใจ-{hour:02d}.00.csv", "attachment")
    return Response(as_table(_HEADERS, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/night-ease.pdf", response_class=Response)
async def print_night(ask: Reads, hour: At = 22, lang: Literal["th", "en"] = "th") -> Response:
    """Return an hour for printing: A4, what fails and the works by effect."""
    found = await _night(ask, hour)
    station = await org_unit_of(ask.tx, ask.actor.station)
    names = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    printed = format_moment(ask.clock.now())
    body = await night_sheet.sheet(found, station=names, printed=printed, by=ask.actor.name, lang=lang)
    return Response(body, media_type="application/pdf", headers=_file(f"night-ease-{hour:02d}.pdf", "inline"))


def _file(name: str, how: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
