"""A night as the page reads it, and as rows of a table: works and streets in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unjai.model.ids import StationId
from unjai.respond.escort.night_making import standing
from unjai.respond.escort.night_schemas import NightEdgeOut, NightMarkOut, NightOut, NightStreetOut, NightWorkOut
from unjai.respond.escort.rules.assumed import WALKS
from unjai.respond.escort.rules.ease_words import factor_words
from unjai.respond.escort.rules.night import CLASSES, FAILS_BELOW

Row = dict[str, Any]
_NOTHING = {"minutes": 0.0, "metres": 0.0}
KIND_WORDS: Mapping[str, tuple[str, str]] = {
    "lamp": ("ติดตั้งไฟส่องสว่าง", "put up lamps"),
    "camera_mend": ("ซ่อมกล้อง", "mend a camera"),
    "camera_turn": ("ปรับมุมกล้อง", "turn a camera"),
    "patrol": ("จัดสายตรวจผ่านชั่วโมงนี้", "have a patrol pass in this hour"),
    "pole": ("ติดตั้งจุดแจ้งเหตุ SOS", "put up an SOS point"),
    "look": ("ออกไปดูว่ามีไฟหรือไม่", "go and look whether it is lit"),
}
STATE_WORDS: Mapping[str, tuple[str, str]] = {
    "asked": ("ขอแล้ว", "asked for"),
    "planned": ("อยู่ในแผน", "planned"),
    "not_possible": ("ทำไม่ได้", "not possible"),
}
CLASS_WORDS: Mapping[str, tuple[str, str]] = {
    "good": ("อุ่นใจ", "at ease"),
    "unknown": ("ยังไม่ทราบ", "not known"),
    "bad": ("ยังไม่อุ่นใจ", "not at ease"),
}
_USUAL = {
    "no": ("สายตรวจไม่ผ่านเป็นประจำชั่วโมงนี้", "no patrol passes usually in this hour"),
    "unknown": ("ไม่ทราบว่าสายตรวจผ่านชั่วโมงนี้หรือไม่", "patrols of this hour not known"),
}


def night_out(station_id: StationId, hour: int, found: tuple[datetime | None, Row | None, Sequence[Row]]) -> NightOut:
    """Return an hour for the page."""
    at, document, marks = found
    kept: Row = document or {
        "dark": True,
        "fails_below": FAILS_BELOW,
        "walks": {"count": int(WALKS), "model": "none", "origins": 0},
        "totals": dict.fromkeys(CLASSES, _NOTHING),
        "edges": [],
        "streets": [],
        "works": [],
    }
    return NightOut.model_validate(
        {
            "hour": hour,
            "reckoning": standing(station_id),
            "reckoned_at": at,
            **{name: kept[name] for name in ("dark", "fails_below", "walks", "totals")},
            "edges": [
                NightEdgeOut(id=one, of=CLASSES[index], ease=ease, at_most=most, minutes=minutes)
                for one, index, ease, most, minutes in kept["edges"]
            ],
            "streets": [NightStreetOut(**{**one, "of": one["class"]}) for one in kept["streets"]],
            "works": works_of(kept["works"], marks, hour),
        }
    )


def works_of(works: Sequence[Row], marks: Sequence[Row], hour: int) -> list[NightWorkOut]:
    """Return the works with what was decided; those that only a mark still knows stand last."""
    by_key = {row["key"]: row for row in marks}
    listed = [NightWorkOut(**one, hour=hour, listed=True, mark=_mark(by_key.pop(one["key"], None))) for one in works]
    gone = [row for row in marks if row["key"] in by_key]
    return listed + [
        NightWorkOut(
            **{name: row[name] for name in ("kind", "key", "hour", "lifted_min", "lon", "lat", "edges")},
            **{name: row[name] for name in ("name_th", "name_en")},
            gain=0.0,
            waits_min=0.0,
            metres=0,
            lamps=0,
            device_id=None,
            bearing_deg=None,
            near_th="",
            near_en="",
            lifted=[],
            listed=False,
            mark=_mark(row),
        )
        for row in gone
    ]


def _mark(row: Row | None) -> NightMarkOut | None:
    if row is None:
        return None
    return NightMarkOut(state=row["state"], note=row["note"], by=row["marked_by"], at=row["marked_at"])


def why(street: NightStreetOut, lang: int) -> str:
    """Return why a street is not vouched for: what is bad, then what is not known; `lang` 0 Thai, 1 English."""
    said = []
    for state, factors in (("no", street.bad), ("unknown", street.unknown)):
        for factor in factors:
            if factor == "patrolled":
                said.append(_USUAL[state][lang])
            else:
                words = factor_words(factor, "no" if state == "no" else "unknown")
                said.append(words.th if lang == 0 else words.en)
    return " · ".join(said)


def place_of(one: NightStreetOut | NightWorkOut, lang: int) -> str:
    """Return the street's name, or what it is near to."""
    name, near = (one.name_th, one.near_th) if lang == 0 else (one.name_en or one.name_th, one.near_en or one.near_th)
    if isinstance(one, NightWorkOut) and one.kind == "pole":
        return near or name
    return name or near or ("ถนนไม่มีชื่อ", "unnamed street")[lang]


def amount(work: NightWorkOut, lang: int) -> str:
    """Return how much of it: lamps and metres, the bearing of a camera."""
    if work.kind == "lamp" and work.lamps:
        return (f"{work.lamps} ดวง ({work.metres} ม.)", f"{work.lamps} lamps ({work.metres} m)")[lang]
    if work.kind == "camera_turn" and work.bearing_deg is not None:
        return (f"หันไป {work.bearing_deg}°", f"to {work.bearing_deg}°")[lang]
    return (f"{work.metres} ม.", f"{work.metres} m")[lang] if work.metres else ""
