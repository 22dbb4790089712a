"""The ease of a street in words, Thai and English: what is good, what is not, and what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from unjai.respond.escort.rules.ease import WEIGHTS, Ease, Factor, State


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One text in both languages; `code` names it for pages that know more languages."""

    th: str
    en: str
    code: str = ""


_LIT: Mapping[State, tuple[str, str]] = {
    "yes": ("ไฟสว่าง", "lit"),
    "partly": ("ไฟสว่างบางส่วน", "partly lit"),
    "no": ("ไม่มีไฟส่องสว่าง", "not lit"),
    "unknown": ("ไม่ทราบว่ามีไฟหรือไม่", "light not known"),
}
_SEEN: Mapping[State, tuple[str, str]] = {
    "yes": ("กล้องที่ใช้งานได้มองเห็น", "seen by a camera that works"),
    "partly": ("กล้องที่ใช้งานได้มองเห็นบางส่วน", "partly seen by a camera that works"),
    "no": ("ไม่มีกล้องที่ใช้งานได้มองเห็น", "not seen by a working camera"),
    "unknown": ("ไม่ทราบว่ากล้องมองเห็นหรือไม่", "cameras not known"),
}
_PATROLLED: Mapping[State, tuple[str, str]] = {
    "yes": ("สายตรวจผ่านภายใน 30 นาที", "a patrol passed within 30 minutes"),
    "partly": ("สายตรวจผ่านบางช่วง", "a patrol passed part of it"),
    "no": ("ไม่มีสายตรวจผ่านภายใน 30 นาที", "no patrol within 30 minutes"),
    "unknown": ("ไม่ทราบว่าสายตรวจผ่านเมื่อใด", "patrols not known"),
}
_POLE: Mapping[State, tuple[str, str]] = {
    "yes": ("มีจุดแจ้งเหตุ SOS ในระยะ 100 เมตร", "an SOS point within 100 m"),
    "partly": ("มีจุดแจ้งเหตุ SOS ใกล้บางช่วง", "an SOS point near part of it"),
    "no": ("ไม่มีจุดแจ้งเหตุ SOS ในระยะ 100 เมตร", "no SOS point within 100 m"),
    "unknown": ("ไม่ทราบตำแหน่งจุดแจ้งเหตุ SOS", "SOS points not known"),
}
_OPEN: Mapping[State, tuple[str, str]] = {
    "yes": ("มีสถานที่เปิดอยู่ริมทาง", "a place is open beside it"),
    "partly": ("มีสถานที่เปิดอยู่บางช่วง", "places open beside part of it"),
    "no": ("ไม่มีสถานที่เปิดริมทาง", "nothing open beside it"),
    "unknown": ("ไม่ทราบว่ามีสถานที่เปิดหรือไม่", "open places not known"),
}
_CLEAR: Mapping[State, tuple[str, str]] = {
    "yes": ("ไม่มีงานซ่อมค้าง", "no works pending"),
    "partly": ("มีงานซ่อมค้างบางช่วง", "works pending on part of it"),
    "no": ("มีงานซ่อมค้าง", "works pending"),
    "unknown": ("ไม่ทราบว่ามีงานซ่อมค้างหรือไม่", "pending works not known"),
}
_QUIET: Mapping[State, tuple[str, str]] = {
    "yes": ("ไม่มีเหตุในช่วงเวลานี้", "no reports around this hour"),
    "partly": ("เคยมีเหตุในช่วงเวลานี้", "reports around this hour"),
    "no": ("เคยมีเหตุบ่อยในช่วงเวลานี้", "many reports around this hour"),
    "unknown": ("ไม่ทราบว่าเคยมีเหตุหรือไม่", "reports not known"),
}
_WORDS: Mapping[Factor, Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        "lit": _LIT,
        "seen": _SEEN,
        "patrolled": _PATROLLED,
        "pole": _POLE,
        "open": _OPEN,
        "clear": _CLEAR,
        "quiet": _QUIET,
    }
)
DAYLIGHT = Words(th="กลางวัน", en="daylight", code="daylight")
_ORDER = tuple(WEIGHTS)


def factor_words(factor: Factor, state: State, *, dark: bool = True) -> Words:
    """Return one factor in words."""
    if factor == "lit" and not dark:
        return DAYLIGHT
    th, en = _WORDS[factor][state]
    return Words(th=th, en=en, code=f"{factor}.{state}")


def explained(ease: Ease, *, dark: bool) -> dict[str, list[Words]]:
    """Return what speaks for a street, what against it, and what is not known, the weightiest first."""
    found: dict[str, list[Words]] = {"good": [], "bad": [], "unknown": []}
    for factor in _ORDER:
        state = ease.states[factor]
        part = "unknown" if state == "unknown" else "bad" if state == "no" or _stained(factor, state) else "good"
        found[part].append(factor_words(factor, state, dark=dark))
    return found


def _stained(factor: Factor, state: State) -> bool:
    """Tell whether a half speaks against a street: some reports are reports."""
    return state == "partly" and factor in ("quiet", "clear")
