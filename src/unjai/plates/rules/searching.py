"""What may be asked of plate reads, pure: what a question must say, when it is wide, how it is put to the database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.ids import id_floor
from unjai.model.plate import DIGITS, Plate, parse, parse_special, pattern, place_of, skeleton
from unjai.plates.rules.heads import heads

Kind = Literal["exact", "wildcard", "look_alike", "digits", "place", "convoy", "together"]

WIDE_OVER: Final = timedelta(days=7)
"""A longer stretch of time needs a second person."""
LASTS: Final = timedelta(minutes=30)
WIDE_LASTS: Final = timedelta(hours=24)
"""How long the answer of a search may be looked at, again and again, before it must be asked anew."""
CASE_LASTS: Final = timedelta(days=90)
MOST: Final = 500
REASON_LEAST: Final = 10
AHEAD: Final = timedelta(hours=12)
"""So far may a box's clock be ahead and be believed: what is asked until now takes such reads too."""
_LATELY: Final = timedelta(minutes=5)
CONVOY_S: Final = (10, 3_600)
TOGETHER_S: Final = (5, 300)
DIGITS_MOST: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A text in Thai and English."""

    th: str
    en: str


REASONS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "stolen": Words(th="รถถูกลัก ชิง หรือปล้น", en="a stolen or robbed vehicle"),
        "crime": Words(th="รถที่ใช้กระทำความผิดหรือหลบหนี", en="a vehicle used in a crime or to flee"),
        "hit_and_run": Words(th="ชนแล้วหนี", en="hit and run"),
        "warrant": Words(th="ติดตามบุคคลตามหมายจับ", en="a person under a warrant of arrest"),
        "missing": Words(th="คนหายหรือผู้ที่อาจตกอยู่ในอันตราย", en="a missing person or one in danger"),
        "traffic": Words(th="สืบสวนอุบัติเหตุจราจร", en="inquiry into a traffic accident"),
        "complaint": Words(th="ตรวจสอบข้อร้องเรียนเรื่องการใช้ข้อมูล", en="a complaint about the use of these data"),
    }
)
"""Why plates are searched — เหตุผลการค้นหา: a code that the public ledger can count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question. `cameras` are keys of the register; `zone_id` and `area` (GeoJSON polygon) become cameras.

    `plate` is as typed: a registration, one with ``*`` and ``?``, or the digits alone. `within_s` is the time between
    the two places of a convoy, or to each side of a meeting.
    """

    kind: Kind
    from_at: datetime
    to_at: datetime
    plate: str = ""
    province: str | None = None
    cameras: tuple[str, ...] = ()
    zone_id: UUID | None = None
    area: Mapping[str, Any] | None = None
    then_cameras: tuple[str, ...] = ()
    vehicle_type: str | None = None
    vehicle_colour: str | None = None
    within_s: float | None = None

    @property
    def placed(self) -> bool:
        """Whether it is limited to some cameras."""
        return bool(self.cameras) or self.zone_id is not None or self.area is not None


def wide(asked: Asked) -> bool:
    """Tell whether a second person must approve.

    Over seven days; convoys and company; every camera of the station, unless one registration is named in full.
    """
    return bool(why_wide(asked))


Wide = Literal["days", "kind", "everywhere"]


def why_wide(asked: Asked) -> tuple[Wide, ...]:
    """Return what makes a question wide; nothing for one that a person may put alone."""
    followed = asked.kind in ("convoy", "together")
    reasons: list[tuple[Wide, bool]] = [
        ("days", asked.to_at - asked.from_at > WIDE_OVER),
        ("kind", followed),
        ("everywhere", asked.kind != "exact" and not asked.placed and not followed),
    ]
    return tuple(name for name, holds in reasons if holds)


def understood(asked: Asked) -> tuple[str, str | None]:
    """Return the registration (or pattern, or digits) and the place that a question means; raise as `check` does."""
    place = place_of(asked.province).code if asked.province else None
    match asked.kind:
        case "exact" | "look_alike" | "together":
            plate = _plate(asked.plate, place)
            return plate.registration, plate.province
        case "wildcard":
            return pattern(asked.plate).text, place
        case "digits":
            return "".join(asked.plate.split()), place
        case _:
            return "", place


def check(asked: Asked, now: datetime) -> None:
    """Raise `plates_search_span`, `plates_search_place`, `plates_search_within`, or what `model.plate` raises (422)."""
    if asked.from_at >= asked.to_at or asked.from_at > now:
        raise UnjaiError("plates_search_span", 422)
    if asked.kind == "convoy" and not (asked.placed and asked.then_cameras):
        raise UnjaiError("plates_search_place", 422)
    least, most = CONVOY_S if asked.kind == "convoy" else TOGETHER_S
    if asked.kind in ("convoy", "together") and not least <= within_s(asked) <= most:
        raise UnjaiError("plates_search_within", 422, least=least, most=most)
    _by(asked)


def within_s(asked: Asked) -> float:
    """Return the time between, or its usual value: ten minutes between places, a minute around a meeting."""
    return asked.within_s if asked.within_s is not None else 600.0 if asked.kind == "convoy" else 60.0


def check_reason(code: str, said: str) -> str:
    """Return what is said beside the code; raise `plates_reason_unknown` or `plates_reason_missing` (422)."""
    kept = " ".join(said.split())
    if code not in REASONS:
        raise UnjaiError("plates_reason_unknown", 422)
    if len(kept) < REASON_LEAST:
        raise UnjaiError("plates_reason_missing", 422, least=REASON_LEAST)
    return kept


def check_case(case: Mapping[str, Any] | None, number: str, now: datetime) -> None:
    """Raise `plates_case_unknown` (422), `plates_case_closed` or `plates_case_expired` (409)."""
    if case is None:
        raise UnjaiError("plates_case_unknown", 422, number=number)
    if case["closed_at"] is not None:
        raise UnjaiError("plates_case_closed", 409, number=number)
    if now >= case["until"]:
        raise UnjaiError("plates_case_expired", 409, number=number, until=case["until"].isoformat())


def put(asked: Asked, cameras: tuple[str, ...] | None, now: datetime) -> dict[str, Any]:
    """Return the question as the guarded functions take it; `cameras` are those of its place, None for all."""
    until = now + AHEAD if asked.to_at >= now - _LATELY else asked.to_at
    said: dict[str, Any] = {
        "low": str(id_floor(asked.from_at)),
        "high": str(id_floor(until)),
        "most": MOST,
        **_by(asked),
    }
    if cameras is not None:
        said["cameras"] = list(cameras)
    if asked.then_cameras:
        said["then_cameras"] = list(asked.then_cameras)
    if asked.kind in ("convoy", "together"):
        said["within_s"] = within_s(asked)
        said["later"] = str(id_floor(until + timedelta(seconds=within_s(asked))))
    return said | {
        name: value
        for name in ("vehicle_type", "vehicle_colour")
        if (value := getattr(asked, name)) is not None and asked.kind not in ("convoy", "together")
    }


def _by(asked: Asked) -> dict[str, Any]:
    """Return by what plates are found; nothing for questions about places alone."""
    try:
        return _said(asked)
    except DecodeError as error:
        raise UnjaiError(error.code, 422, **error.facts) from error


def _said(asked: Asked) -> dict[str, Any]:
    place = place_of(asked.province).code if asked.province else None
    where = {} if place is None else {"province": place}
    match asked.kind:
        case "exact" | "together" | "look_alike":
            found = _plate(asked.plate, place)
            where = {} if found.province is None else {"province": found.province}
            if asked.kind == "look_alike":
                return {"by": "look_alike", "plate": skeleton(found.registration), **where}
            return {"by": "exact", "plate": found.registration, **where}
        case "wildcard":
            wanted = pattern(asked.plate)
            known = indexed(wanted.text)
            found_by = heads(wanted.text, indexed=known)
            sorted_by = {} if found_by is None else {"way": found_by.way, "heads": list(found_by.heads)}
            return {"by": "wildcard", "plate": wanted.like, "indexed": known, **sorted_by, **where}
        case "digits":
            digits = "".join(asked.plate.split())
            if not 0 < len(digits) <= DIGITS_MOST or any(one not in DIGITS for one in digits):
                raise UnjaiError("plates_digits_wrong", 422)
            if place is None:
                raise UnjaiError("plates_province_needed", 422)
            return {"by": "digits", "plate": digits, **where}
        case _:
            return {}


def _plate(said: str, place: str | None) -> Plate:
    try:
        return parse(said, place)
    except DecodeError as error:
        if error.code != "plate_vowels":
            raise
        return parse_special(said, place)


def indexed(wanted: str) -> bool:
    """Tell whether a pattern holds what the index of trigrams knows.

    Three known glyphs in a row, two at the beginning or two at the end: the ends of a word count as blanks.
    """
    runs = [run for part in re.split(r"[?*]+", wanted) for run in part.split("-")]
    begins, ends = re.match(r"[^?*-]{2}", wanted), re.search(r"[^?*-]{2}$", wanted)
    return bool(begins or ends or any(len(run) > 2 for run in runs))  # noqa: PLR2004  a trigram
