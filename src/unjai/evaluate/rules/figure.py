"""A figure of the month. It reaches a page or a paper by `shown` alone: no change stands there without its verdict."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from unjai.evaluate.rules.change.verdict import Judged
from unjai.evaluate.rules.change.words import NAMES, Language, sentence

Unit = Literal["count", "per_1000", "share", "minutes", "score"]
Lack = Literal["", "not_kept", "none", "too_few", "unknown_base"]
"""Why there is no value: nobody keeps it here, nothing happened, too little to say, its base is unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """What a figure is: its name, its unit, its definition, and the project's indicator that it belongs to."""

    code: str
    kpi: str
    unit: Unit
    name: Mapping[Language, str]
    definition: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One indicator's value in a month with its interval; `complete` is the share of what should be there (0 to 1)."""

    code: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    complete: float = 1.0
    judged: Judged | None = None
    lack: Lack = ""
    entered: str = ""
    """Where a value that was entered by hand comes from, in the words of who entered it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A figure in words. `change` is a verdict's whole sentence or empty; there is no other way to tell of a change."""

    code: str
    name: str
    value: str
    interval: str
    verdict: str
    change: str
    n: str
    complete: str
    definition: str
    source: str


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return all indicators by code, in the order of the report."""
    text = (files("unjai.evaluate") / "data" / "indicators.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row["code"]: Indicator(
                code=row["code"],
                kpi=row["kpi"],
                unit=cast("Unit", row["unit"]),
                name=MappingProxyType({"th": row["th"], "en": row["en"]}),
                definition=MappingProxyType({"th": row["define_th"], "en": row["define_en"]}),
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


_LACKS: Mapping[Lack, Mapping[Language, str]] = MappingProxyType(
    {
        "": {"th": "", "en": ""},
        "not_kept": {"th": "ยังไม่มีข้อมูลในระบบ", "en": "not kept here yet"},
        "none": {"th": "ไม่มีเหตุในเดือนนี้", "en": "nothing in this month"},
        "too_few": {"th": "ข้อมูลน้อยเกินไป", "en": "too few to say"},
        "unknown_base": {"th": "ไม่ทราบจำนวนผู้อยู่อาศัย", "en": "residents are not known"},
    }
)
_UNITS: Mapping[Unit, Mapping[Language, str]] = MappingProxyType(
    {
        "count": {"th": "", "en": ""},
        "per_1000": {"th": "", "en": ""},
        "share": {"th": "", "en": ""},
        "minutes": {"th": " นาที", "en": " min"},
        "score": {"th": " คะแนน", "en": ""},
    }
)


def shown(figure: Figure, language: Language) -> Shown:
    """Return a figure in words; one that is exact has no interval."""
    what = indicators()[figure.code]
    bounds = figure.value is not None and figure.low is not None and figure.low != figure.high
    between = f"{_number(figure.low, what.unit)}–{_number(figure.high, what.unit)}" if bounds else ""  # type: ignore[arg-type]
    value = (
        _LACKS[figure.lack or "not_kept"][language]
        if figure.value is None
        else _number(figure.value, what.unit) + _UNITS[what.unit][language]
    )
    return Shown(
        code=figure.code,
        name=what.name[language],
        value=value,
        interval=between,
        verdict="" if figure.judged is None else NAMES[figure.judged.verdict][language],
        change="" if figure.judged is None else sentence(figure.judged, language),
        n=f"{figure.n:,}" if figure.n else "",
        complete="" if figure.value is None else f"{100 * figure.complete:.0f}%",
        definition=what.definition[language],
        source=figure.entered,
    )


def _number(value: float, unit: Unit) -> str:
    if unit == "count":
        return f"{value:,.0f}"
    if unit == "share":
        return f"{100 * value:.0f}%"
    return f"{value:,.2f}" if unit == "per_1000" else f"{value:,.1f}"
