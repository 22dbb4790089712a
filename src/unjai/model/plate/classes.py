"""Classes of plates — ประเภทป้ายทะเบียน: colours, lines, form and first letters. Hints, never proof of a class.

Compiled from public explainers that disagree in details (the colours of trailers, ค and ฆ on private cars), so each
class says how sure it is. It is no legal source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from unjai.model.plate.alphabet import LETTERS

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlateClass:
    """A class of plates. `pattern` fits a normalised registration; an empty one means free text."""

    class_code: str
    vehicle_th: str
    vehicle_en: str
    background: tuple[str, ...]
    text: str
    lines: int
    pattern: str
    first_letters: str
    confidence: Confidence


_L = f"[{LETTERS}]"
CAR: Final = rf"[1-9]?{_L}{{2}}[0-9]{{1,4}}"
MOTORCYCLE: Final = rf"(?:{_L}{{3}}|[1-9]{_L}{{2}})[0-9]{{1,4}}"
MACHINE: Final = rf"[1-9]?{_L}{{1,2}}[0-9]{{1,4}}"
DEALER: Final = rf"{_L}{{1,2}}[0-9]{{1,5}}"
TRANSPORT: Final = r"[0-9]{2}-[0-9]{4}"
DIPLOMATIC: Final = r"ท[0-9]{2}-[0-9]{4}"
CONSULAR: Final = r"[กพอ][0-9]{2}-[0-9]{4}"
POLICE: Final = r"[0-9]{5}"


def _class(  # noqa: PLR0917  a row of a table
    code: str, th: str, en: str, colours: str, lines: int, pattern: str, first: str, sure: Confidence
) -> PlateClass:
    background, text = colours.split("/")
    return PlateClass(
        class_code=code,
        vehicle_th=th,
        vehicle_en=en,
        background=tuple(background.split("|")) if background else (),
        text=text,
        lines=lines,
        pattern=pattern,
        first_letters=first,
        confidence=sure,
    )


_PRIVATE = "กขคฆงจฉชฌญฎฐธพภวศษส"
_VANS = "นฬอฮ"
_PICKUPS = "ฒณตถบปผยรล"

CLASSES: Final = (
    _class("รย.1", "รถยนต์นั่งส่วนบุคคลไม่เกิน 7 คน", "private car up to 7 seats", "white/black", 2, CAR, _PRIVATE, "high"),
    _class("รย.2", "รถยนต์นั่งส่วนบุคคลเกิน 7 คน", "private van over 7 seats", "white/blue", 2, CAR, _VANS, "high"),
    _class("รย.3", "รถยนต์บรรทุกส่วนบุคคล", "private pickup or light truck", "white/green", 2, CAR, _PICKUPS, "high"),
    _class("รย.4", "รถยนต์สามล้อส่วนบุคคล", "private three-wheeler", "white/red", 2, CAR, "", "medium"),
    _class("รย.5", "รถยนต์รับจ้างระหว่างจังหวัด", "inter-province taxi", "yellow/red", 2, CAR, "", "medium"),
    _class("รย.6", "รถยนต์รับจ้างบรรทุกคนโดยสารไม่เกิน 7 คน (แท็กซี่)", "taxi", "yellow/black", 2, CAR, "ทม", "high"),
    _class("รย.7", "รถยนต์สี่ล้อเล็กรับจ้าง", "four-wheel light hire", "yellow/blue", 2, CAR, "ฟ", "medium"),
    _class("รย.8", "รถยนต์รับจ้างสามล้อ", "tuk-tuk for hire", "yellow/green", 2, CAR, "", "medium"),
    _class("รย.9", "รถยนต์บริการธุรกิจ", "business service car", "green/white", 2, CAR, "", "medium"),
    _class("รย.10", "รถยนต์บริการทัศนาจร", "tour service car", "green/white", 2, CAR, "", "medium"),
    _class("รย.11", "รถยนต์บริการให้เช่า", "rental service car", "green/white", 2, CAR, "", "medium"),
    _class("รย.12", "รถจักรยานยนต์ส่วนบุคคล", "private motorcycle", "white/black", 3, MOTORCYCLE, "", "high"),
    _class("รย.13", "รถแทรกเตอร์", "tractor", "orange/black", 2, MACHINE, "ซฆ", "medium"),
    _class("รย.14", "รถบดถนน", "road roller", "orange/black", 2, MACHINE, "ซฆ", "medium"),
    _class("รย.15", "รถใช้งานเกษตรกรรม", "farm vehicle", "orange/black", 2, MACHINE, "ซฆ", "medium"),
    _class("รย.16", "รถพ่วง", "trailer", "orange/black", 2, MACHINE, "ซฆ", "medium"),
    _class("รย.17", "รถจักรยานยนต์สาธารณะ", "public (hire) motorcycle", "yellow/black", 3, MOTORCYCLE, "", "high"),
    _class("ป้ายแดง", "ป้ายทะเบียนชั่วคราว", "temporary (dealer) plate", "red/black", 2, DEALER, "", "medium"),
    _class(
        "ขส.บัส",
        "รถโดยสารตาม พ.ร.บ.ขนส่งทางบก",
        "bus (Land Transport Act)",
        "yellow|white/black",
        2,
        TRANSPORT,
        "",
        "high",
    ),
    _class(
        "ขส.บรรทุก",
        "รถบรรทุกตาม พ.ร.บ.ขนส่งทางบก",
        "truck (Land Transport Act)",
        "yellow|white/black",
        2,
        TRANSPORT,
        "",
        "high",
    ),
    _class("ทูต", "รถในคณะผู้แทนทางการทูต", "diplomatic mission", "white/black", 1, DIPLOMATIC, "ท", "low"),
    _class(
        "กงสุล", "รถในคณะผู้แทนกงสุล", "consular and international bodies", "light blue/white", 1, CONSULAR, "กพอ", "low"
    ),
    _class("ประมูล", "ป้ายประมูล (กราฟิก)", "auction plate, pictorial ground", "picture/black", 2, CAR, "", "high"),
    _class("พิเศษ", "ป้ายทะเบียนลักษณะพิเศษ (ข้อความ)", "personalised text plate", "picture/black", 2, "", "", "low"),
    _class("ตราโล่", "รถราชการตำรวจ", "police vehicle", "/", 1, POLICE, "", "low"),
)

GRAMMAR: Final = re.compile("|".join(f"(?:{form})" for form in dict.fromkeys(c.pattern for c in CLASSES if c.pattern)))
"""A normalised registration fits it whole (`fullmatch`) or is no plate of the grammar."""

_SURE: Final = {"high": 0, "medium": 1, "low": 2}


@lru_cache(maxsize=64)
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def classes_of(registration: str, colour: str | None = None) -> tuple[PlateClass, ...]:
    """Return the classes a registration may belong to, the likeliest first.

    Its form decides; the first letter and the sureness of the facts only order. `colour` is the ground seen
    (``white``, ``yellow``, ``red``, ``green``, ``orange``, ``light blue``, ``picture``): classes of another ground go,
    those of unknown ground stay. A free text gives the class พิเศษ alone; what is no plate at all gives none.
    """
    letter = next((glyph for glyph in registration if glyph in LETTERS), "")
    fits = [c for c in CLASSES if c.pattern and _form(c.pattern).fullmatch(registration)]
    if not fits and letter:
        fits = [c for c in CLASSES if not c.pattern]
    fits = [c for c in fits if colour is None or not c.background or colour in c.background]
    return tuple(
        sorted(
            fits,
            key=lambda c: (
                bool(c.first_letters) and letter not in c.first_letters,
                not c.first_letters,
                _SURE[c.confidence],
            ),
        )
    )
