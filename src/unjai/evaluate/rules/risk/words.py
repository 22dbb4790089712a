"""A surface's weights as sentences that can be read aloud, Thai and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from unjai.evaluate.rules.change.words import Language
from unjai.evaluate.rules.risk.components import Component
from unjai.evaluate.rules.risk.grid import Floats

LEAST = 0.01
"""Components of less weight are told together."""
_WHAT: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "ever": {"th": "เหตุทั้งหมดที่เคยเกิด", "en": "all cases so far"},
        "fading": {
            "th": "เหตุที่ผ่านมา โดยน้ำหนักลดลงครึ่งหนึ่งทุก {memory}",
            "en": "cases so far, each losing half its say every {memory}",
        },
        "season": {"th": "เหตุในช่วงเดียวกันของทุกปี", "en": "cases of the same season of every year"},
        "kind": {"th": "เหตุที่เกิดใน “{kind}”", "en": "cases at places of the kind “{kind}”"},
        "even": {"th": "ทุกช่องเท่ากัน (เหตุเกิดที่ใดก็ได้)", "en": "every cell alike (it may happen anywhere)"},
        "rest": {"th": "ส่วนอื่น ๆ ที่น้อยกว่า 1%", "en": "other parts of under 1% each"},
    }
)
_WHERE: Mapping[bool, Mapping[Language, str]] = MappingProxyType(
    {
        False: {"th": " ในช่องนั้นเอง", "en": " in the cell itself"},
        True: {"th": " ในรัศมีราว {metres} เมตร", "en": " within about {metres} m"},
    }
)

_MEMORIES: Mapping[float, Mapping[Language, str]] = MappingProxyType(
    {
        730.0: {"th": "2 ปี", "en": "2 years"},
        180.0: {"th": "6 เดือน", "en": "6 months"},
        56.0: {"th": "8 สัปดาห์", "en": "8 weeks"},
        14.0: {"th": "2 สัปดาห์", "en": "2 weeks"},
    }
)


def weights_in_words(
    components: Sequence[Component], weights: Floats, language: Language, *, kinds: Sequence[str] = ()
) -> list[str]:
    """Return one sentence a component, heaviest first; `kinds` are the names of the kinds of place."""
    told = sorted(
        ((float(w), one) for one, w in zip(components, weights, strict=True) if w >= LEAST), key=lambda pair: -pair[0]
    )
    rest = float(weights.sum()) - sum(w for w, _ in told)
    made = [f"{100 * w:.0f}%: {_what(one, language, kinds)}" for w, one in told]
    if rest >= LEAST / 2:
        made.append(f"{100 * rest:.0f}%: {_WHAT['rest'][language]}")
    return made


def _what(one: Component, language: Language, kinds: Sequence[str]) -> str:
    if one.even:
        return _WHAT["even"][language]
    where = _WHERE[one.spread_m > 0][language].format(metres=f"{one.spread_m:.0f}")
    if one.kind is not None:
        return _WHAT["kind"][language].format(kind=kinds[one.kind]) + where
    if one.season:
        return _WHAT["season"][language] + where
    if one.half_life_d is None:
        return _WHAT["ever"][language] + where
    return _WHAT["fading"][language].format(memory=_memory(one.half_life_d, language)) + where


def _memory(days: float, language: Language) -> str:
    if days in _MEMORIES:
        return _MEMORIES[days][language]
    return f"{days:.0f} วัน" if language == "th" else f"{days:.0f} days"
