"""An hour of the night on paper, for the superintendent's table: what fails and what would help most."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_moment
from unjai.platform.paper import pdf
from unjai.respond.escort.night_schemas import NightOut, NightWorkOut
from unjai.respond.escort.night_view import CLASS_WORDS, KIND_WORDS, STATE_WORDS, amount, place_of, why

TEMPLATE = Path(str(files("unjai.respond") / "data" / "night_sheet.typ"))
WORKS_MOST, STREETS_MOST = 25, 25
_WORDS = {
    "title": ("ความอุ่นใจยามค่ำคืน", "Night-ease"),
    "hour": ("เวลา {hour:02d}.00 น.", "at {hour:02d}:00"),
    "walks": (
        "นาทีทั้งหมดเป็นนาทีเดินจากการเดินสมมติ 1,000 เที่ยว ไม่ใช่การนับคนจริง",
        "All minutes are of a thousand assumed walks; nobody was counted.",
    ),
    "none_yet": ("ยังไม่เคยคำนวณ", "Not reckoned yet"),
    "reckoned": ("คำนวณเมื่อ {at}", "Reckoned {at}"),
    "class": ("ผลรวม", "Altogether"),
    "minutes": ("นาทีเดิน", "minutes"),
    "km": ("กม.", "km"),
    "works": (
        "งานที่ยกความอุ่นใจได้มากที่สุด (ตัวเลขของแต่ละงานเดี่ยว ๆ บวกกันไม่ได้)",
        "Works that lift most (each alone; do not add up)",
    ),
    "work": ("งาน", "Work"),
    "place": ("สถานที่", "Place"),
    "amount": ("ปริมาณ", "Amount"),
    "lifted": ("นาทีที่ยกขึ้น", "Minutes lifted"),
    "state": ("สถานะ", "State"),
    "waits": ("รอ {n}", "{n} wait"),
    "streets": ("ถนนที่ยังไม่อุ่นใจหรือยังไม่ทราบ", "Streets not at ease, or not known"),
    "street": ("ถนน", "Street"),
    "why": ("เหตุผล", "Why"),
    "no_works": ("ไม่มีงานเดี่ยวใดที่ทำให้ถนนสายใดผ่านเกณฑ์", "No single work would bring a street to the mark"),
    "no_streets": ("ไม่มีถนนที่ต่ำกว่าเกณฑ์", "No street is below the mark"),
    "printed": ("พิมพ์โดย {by} เมื่อ {at} จากระบบอุ่นใจ", "Printed by {by}, {at}, from Unjai"),
    "page": ("หน้า", "page"),
}


def facts_of(
    night: NightOut, *, station: tuple[str, str], printed: str, by: str, lang: Literal["th", "en"]
) -> dict[str, Any]:
    """Return what the template needs."""
    number = 0 if lang == "th" else 1
    said = {name: words[number] for name, words in _WORDS.items()}
    parts = {"good": night.totals.good, "unknown": night.totals.unknown, "bad": night.totals.bad}
    works = [one for one in night.works if one.listed][:WORKS_MOST]
    return {
        "lang": lang,
        "station": station[number],
        "words": said,
        "hour": said["hour"].format(hour=night.hour),
        "reckoned": said["none_yet"]
        if night.reckoned_at is None
        else said["reckoned"].format(at=_moment(night.reckoned_at, lang)),
        "totals": [
            [CLASS_WORDS[name][number], f"{part.minutes:,.0f}", f"{part.metres / 1000:.1f}"]
            for name, part in parts.items()
        ],
        "works": [
            [
                KIND_WORDS[one.kind][number],
                place_of(one, number),
                amount(one, number),
                _figure(one, said),
                _state(one, number),
            ]
            for one in works
        ],
        "streets": [
            [place_of(one, number), CLASS_WORDS[one.of][number], f"{one.minutes:,.1f}", why(one, number)]
            for one in night.streets[:STREETS_MOST]
        ],
        "printed": said["printed"].format(by=by, at=printed),
    }


def _figure(work: NightWorkOut, said: dict[str, str]) -> str:
    return said["waits"].format(n=f"{work.waits_min:,.1f}") if work.kind == "look" else f"{work.lifted_min:,.1f}"


def _state(work: NightWorkOut, number: int) -> str:
    if work.mark is None:
        return ""
    return " · ".join(part for part in (STATE_WORDS[work.mark.state][number], work.mark.note) if part)


def _moment(at: datetime, lang: str) -> str:
    return format_moment(at) if lang == "th" else f"{at.astimezone(BANGKOK):%d %b %Y %H:%M}"


async def sheet(
    night: NightOut, *, station: tuple[str, str], printed: str, by: str, lang: Literal["th", "en"]
) -> bytes:
    """Return an hour as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts_of(night, station=station, printed=printed, by=by, lang=lang))
