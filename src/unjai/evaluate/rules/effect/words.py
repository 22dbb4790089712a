"""What a plan states before its start, Thai and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from unjai.evaluate.rules.change.words import Language

_SEEN: Mapping[Language, str] = MappingProxyType(
    {
        "th": "{zones} พื้นที่ พื้นที่ละ {cases} ครั้งต่อเดือน: การลดลงที่น้อยกว่า {cut}% จะมองไม่เห็นใน {months} เดือน",
        "en": "With {zones} at {cases} cases a month no cut under {cut}% can be seen in {months} months",
    }
)
_UNSEEN: Mapping[Language, str] = MappingProxyType(
    {
        "th": "{zones} พื้นที่ พื้นที่ละ {cases} ครั้งต่อเดือน: เหตุน้อยเกินไป จะมองไม่เห็นการลดลงใด ๆ ใน {months} เดือน",
        "en": "With {zones} at {cases} cases a month there are too few cases to see any cut in {months} months",
    }
)


def smallest_cut_sentence(
    cut: float | None, language: Language, *, cases_a_month: float, zones: int, months: int
) -> str:
    """Return what `smallest_cut` found as a sentence for the plan."""
    shown = f"{zones:,}" if language == "th" else f"{zones:,} zone{'s' * (zones != 1)}"
    text = (_UNSEEN if cut is None else _SEEN)[language]
    return text.format(zones=shown, cases=f"{cases_a_month:g}", months=months, cut=f"{100 * (cut or 0):.0f}")
