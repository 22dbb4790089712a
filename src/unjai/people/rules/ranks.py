"""The sixteen ranks of the Royal Thai Police, read and written: หญิง, ว่าที่, ดร., abbreviated or whole.

From the Royal Thai Police Act B.E. 2565 §60 and the usual abbreviations. A civilian has a prefix (นาย, นาง).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from unjai.model.errors import UnjaiError
from unjai.model.thai import plain

RankClass = Literal["general", "senior", "junior", "enlisted", "constable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rank:
    """A rank — ยศ. `order` is 1 for the highest; `conferred` is false for the one that stands in the law only."""

    key: str
    order: int
    th: str
    abbr_th: str
    en: str
    abbr_en: str
    group: RankClass
    conferred: bool = True


def _rank(order: int, key: str, names: tuple[str, str, str, str], group: RankClass) -> Rank:
    th, abbr_th, en, abbr_en = names
    return Rank(key=key, order=order, th=th, abbr_th=abbr_th, en=en, abbr_en=abbr_en, group=group, conferred=order != 4)  # noqa: PLR2004


_ALL = (
    _rank(1, "general", ("พลตำรวจเอก", "พล.ต.อ.", "Police General", "Pol.Gen."), "general"),
    _rank(2, "lieutenant_general", ("พลตำรวจโท", "พล.ต.ท.", "Police Lieutenant General", "Pol.Lt.Gen."), "general"),
    _rank(3, "major_general", ("พลตำรวจตรี", "พล.ต.ต.", "Police Major General", "Pol.Maj.Gen."), "general"),
    _rank(4, "brigadier_general", ("พลตำรวจจัตวา", "พล.ต.จ.", "Police Brigadier General", "Pol.Brig.Gen."), "general"),
    _rank(5, "colonel", ("พันตำรวจเอก", "พ.ต.อ.", "Police Colonel", "Pol.Col."), "senior"),
    _rank(6, "lieutenant_colonel", ("พันตำรวจโท", "พ.ต.ท.", "Police Lieutenant Colonel", "Pol.Lt.Col."), "senior"),
    _rank(7, "major", ("พันตำรวจตรี", "พ.ต.ต.", "Police Major", "Pol.Maj."), "senior"),
    _rank(8, "captain", ("ร้อยตำรวจเอก", "ร.ต.อ.", "Police Captain", "Pol.Capt."), "junior"),
    _rank(9, "lieutenant", ("ร้อยตำรวจโท", "ร.ต.ท.", "Police Lieutenant", "Pol.Lt."), "junior"),
    _rank(10, "sub_lieutenant", ("ร้อยตำรวจตรี", "ร.ต.ต.", "Police Sub-Lieutenant", "Pol.Sub Lt."), "junior"),
    _rank(
        11,
        "senior_sergeant_major",
        ("ดาบตำรวจ", "ด.ต.", "Police Senior Sergeant Major", "Pol.Sen.Sgt.Maj."),
        "enlisted",
    ),
    _rank(12, "sergeant_major", ("จ่าสิบตำรวจ", "จ.ส.ต.", "Police Sergeant Major", "Pol.Sgt.Maj."), "enlisted"),
    _rank(13, "sergeant", ("สิบตำรวจเอก", "ส.ต.อ.", "Police Sergeant", "Pol.Sgt."), "enlisted"),
    _rank(14, "corporal", ("สิบตำรวจโท", "ส.ต.ท.", "Police Corporal", "Pol.Cpl."), "enlisted"),
    _rank(15, "lance_corporal", ("สิบตำรวจตรี", "ส.ต.ต.", "Police Lance Corporal", "Pol.L/C."), "enlisted"),
    _rank(16, "constable", ("พลตำรวจ", "พลฯ", "Police Constable", "Pol.Const."), "constable"),
)
RANKS: Mapping[str, Rank] = MappingProxyType({rank.key: rank for rank in _ALL})

FEMALE, ACTING, DOCTOR = "หญิง", "ว่าที่", "ดร."


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefix:
    """What stands before a civilian's name — คำนำหน้า — in Thai and English."""

    key: str
    th: str
    en: str
    also: tuple[str, ...] = ()
    female: bool = False


_PREFIXES = (
    Prefix(key="mr", th="นาย", en="Mr"),
    Prefix(key="mrs", th="นาง", en="Mrs", female=True),
    Prefix(key="miss", th="น.ส.", en="Ms", also=("นางสาว", "นส."), female=True),
    Prefix(key="khun", th="คุณ", en="Khun"),
    Prefix(key="doctor", th="ดร.", en="Dr"),
    Prefix(key="physician", th="นพ.", en="Dr", also=("นายแพทย์",)),
    Prefix(key="physician_f", th="พญ.", en="Dr", also=("แพทย์หญิง",), female=True),
    Prefix(key="monk", th="พระ", en="Phra", also=("พระภิกษุ",)),
)
PREFIXES: Mapping[str, Prefix] = MappingProxyType({one.key: one for one in _PREFIXES})


@dataclass(frozen=True, kw_only=True, slots=True)
class Titled:
    """How a person is addressed: a rank (with หญิง, ว่าที่, ดร.) or a civilian's prefix; `rest` is what follows."""

    rank: str = ""
    prefix: str = ""
    female: bool = False
    acting: bool = False
    doctor: bool = False
    rest: str = ""


def _bare(text: str) -> str:
    return re.sub(r"[\s.]", "", text).casefold()


def _dotted(text: str) -> str:
    """Return a pattern that finds `text` with or without its dots and with blanks after them."""
    parts = [re.escape(part) for part in text.split(".")]
    return r"\.?\s*".join(parts)


_TH = sorted(((_dotted(name), rank) for rank in _ALL for name in (rank.th, rank.abbr_th)), key=lambda one: -len(one[0]))
_EN = sorted(((_dotted(name), rank) for rank in _ALL for name in (rank.en, rank.abbr_en)), key=lambda one: -len(one[0]))
_AFTER_TH = rf"(?P<female>\s*{FEMALE})?(?P<doctor>\s*{DOCTOR})?"
_RANKED = [
    *((re.compile(rf"^(?P<acting>{ACTING}\s*)?{said}{_AFTER_TH}(?P<rest>.*)$"), rank) for said, rank in _TH),
    *(
        (
            re.compile(
                rf"^(?P<acting>acting\s+)?{said}(?P<female>\s*\(f\))?(?P<doctor>\s+dr\.?)?(?P<rest>(?:\s.*)?)$",
                re.IGNORECASE,
            ),
            rank,
        )
        for said, rank in _EN
    ),
]
_PREFIXED = sorted(
    ((_dotted(name), one) for one in _PREFIXES for name in (one.th, *one.also)), key=lambda item: -len(item[0])
)


def read_title(text: str) -> Titled:
    """Read the rank or prefix that a name begins with; `rest` is the name. Nothing recognised leaves all in `rest`.

    ``ร.ต.อ.หญิง สมมุติ ดี``, ``พล.ต.ต ปราศรัย``, ``ว่าที่ พ.ต.ต. …``, ``พ.ต.อ.ดร. …``, ``Pol.Capt. …``, ``นางสาว…``.
    """
    said = plain(text)
    for pattern, rank in _RANKED:
        found = pattern.match(said)
        if found and _whole(found["rest"]):
            return Titled(
                rank=rank.key,
                female=bool(found["female"]),
                acting=bool(found["acting"]),
                doctor=bool(found["doctor"]),
                rest=found["rest"].strip(),
            )
    for written, one in _PREFIXED:
        prefixed = re.match(rf"^{written}(?P<rest>.*)$", said)
        if prefixed and _whole(prefixed["rest"]):
            return Titled(prefix=one.key, female=one.female, rest=prefixed["rest"].strip())
    return Titled(rest=said)


def _whole(rest: str) -> bool:
    """Tell whether what follows a title is a name: no vowel or tone mark may be torn from the title's last letter."""
    return not re.match(r"[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]", rest)


def title_of(said: str) -> Titled:
    """Read a column that holds a rank or prefix alone; raise `rank_unknown` (422) for anything else."""
    found = read_title(said)
    if found.rest or not (found.rank or found.prefix):
        raise UnjaiError("rank_unknown", 422, rank=said[:40])
    return found


def check_title(rank: str, prefix: str) -> None:
    """Raise `rank_unknown` (422) unless the keys are known and only one of them is given."""
    if (rank and rank not in RANKS) or (prefix and prefix not in PREFIXES) or (rank and prefix):
        raise UnjaiError("rank_unknown", 422, rank=f"{rank} {prefix}".strip()[:40])


def title_text(title: Titled, locale: str, *, whole: bool = False) -> str:
    """Write a rank or prefix: ``ร.ต.อ.หญิง``, ``ว่าที่ ร้อยตำรวจเอกหญิง``, ``พ.ต.อ.ดร.``, ``Acting Pol.Maj.``, ``นาย``."""
    if title.prefix:
        one = PREFIXES[title.prefix]
        return one.th if locale == "th" else one.en
    if not title.rank:
        return ""
    rank = RANKS[title.rank]
    if locale != "th":
        acting = "Acting " if title.acting else ""
        return f"{acting}{rank.en if whole else rank.abbr_en}{' Dr' if title.doctor else ''}"
    said = (rank.th if whole else rank.abbr_th) + (FEMALE if title.female else "")
    said += (" " if whole or title.female else "") * title.doctor + DOCTOR * title.doctor
    return f"{ACTING} {said}" if title.acting else said


def name_text(title: Titled, first: str, last: str, locale: str, *, whole: bool = False) -> str:
    """Write a person's name with their title: ``ร.ต.อ.หญิง สมมุติ ดูแลทั่ว``, ``นายสมมุติ ใจดี``, ``Pol.Capt. Sommut D``."""
    before = title_text(title, locale, whole=whole)
    gap = "" if locale == "th" and title.prefix else " "
    return f"{before}{gap if before else ''}{f'{first} {last}'.strip()}"
