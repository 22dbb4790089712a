"""Who a person is to a station: kind, sector of the BIG SIX, radio form; and which accounts must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from unjai.model.errors import UnjaiError

Sector = Literal["police", "residents", "local_government", "business", "state_agency", "media"]
PersonKind = Literal["police", "police_volunteer", "citizen_volunteer", "public_spirit", "civilian"]

SECTORS: tuple[Sector, ...] = ("police", "residents", "local_government", "business", "state_agency", "media")
PERSON_KINDS: tuple[PersonKind, ...] = (
    "police",
    "police_volunteer",
    "citizen_volunteer",
    "public_spirit",
    "civilian",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A word in both languages, with what belongs to it."""

    th: str
    en: str
    examples_th: str = ""
    examples_en: str = ""


SECTOR_WORDS: Mapping[Sector, Words] = MappingProxyType(
    {
        "police": Words(th="เจ้าหน้าที่ตำรวจ", en="Police", examples_th="ข้าราชการตำรวจในสถานี", examples_en="station staff"),
        "residents": Words(
            th="ผู้อาศัยอยู่ในชุมชน",
            en="Residents",
            examples_th="ผู้นำชุมชน อาสาสมัคร",
            examples_en="community leaders, volunteers",
        ),
        "local_government": Words(
            th="องค์กรปกครองส่วนท้องถิ่น",
            en="Local government",
            examples_th="สำนักงานเขต เทศบาล อบจ.",
            examples_en="district office, municipality, PAO",
        ),
        "business": Words(
            th="ภาคธุรกิจ",
            en="Business",
            examples_th="ธนาคาร ร้านทอง ห้างสรรพสินค้า โรงแรม",
            examples_en="banks, gold shops, malls, hotels",
        ),
        "state_agency": Words(
            th="หน่วยงานภาครัฐ",
            en="State agencies",
            examples_th="ฝ่ายปกครอง โรงเรียน โรงพยาบาล",
            examples_en="administration, schools, hospitals",
        ),
        "media": Words(th="สื่อมวลชน", en="Media", examples_th="ผู้สื่อข่าว", examples_en="reporters"),
    }
)
"""The six partners of a Smart Safety Zone — BIG SIX."""

PERSON_KIND_WORDS: Mapping[PersonKind, Words] = MappingProxyType(
    {
        "police": Words(th="ข้าราชการตำรวจ", en="Police officer"),
        "police_volunteer": Words(th="อาสาตำรวจ", en="Police volunteer"),
        "citizen_volunteer": Words(th="อาสาประชาชน", en="Citizen volunteer"),
        "public_spirit": Words(th="จิตอาสา", en="Public-spirit volunteer"),
        "civilian": Words(th="บุคคลภายนอก", en="Civilian"),
    }
)

OUTSIDE_ROLES = frozenset({"partner"})
"""Roles of people who belong to no police unit: the account must say who they are, and end."""


def check_partner(*, sector: str, organisation: str, ends: bool) -> None:
    """Raise `partner_incomplete` (422) unless a partner's account says sector and organisation and has an end."""
    missing = [
        name
        for name, there in (("sector", bool(sector)), ("organisation", bool(organisation.strip())), ("until", ends))
        if not there
    ]
    if missing:
        raise UnjaiError("partner_incomplete", 422, missing=", ".join(missing))


def radio_text(*, call_sign: str, rank_abbr: str, first: str) -> str:
    """Return how a person is called on the air: the call sign, or where there is none rank and first name."""
    return call_sign.strip() or f"{rank_abbr} {first}".strip()
