"""The evaluation committee's visit form: items with weights, marks of 0 to 4, and a score of 100."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from unjai.evaluate.rules.change.words import Language

FORM = "2569-1"
"""Which edition of the form the items below are; a visit keeps the edition that it was made with."""
MOST = 4
"""Marks: 0 nothing, 1 begun, 2 in part, 3 mostly, 4 fully, with evidence seen. None: does not apply here."""
LEAST_WEIGHT = 50
"""A score of less than half of the form would not be one of the station."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that the committee looks at, what it weighs, and the evidence to be seen."""

    code: str
    part: str
    weight: int
    text: Mapping[Language, str]
    evidence: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How far a form is filled in, and what it comes to (of 100, by part too); `value` is None while items are left."""

    value: float | None
    parts: Mapping[str, float]
    left: tuple[str, ...]
    applicable: int
    """Weight of the items that apply here, of 100."""


@cache
def items() -> tuple[Item, ...]:
    """Return the items in the order of the form; their weights come to 100."""
    text = (files("unjai.evaluate") / "data" / "committee.csv").read_text("utf-8")
    return tuple(
        Item(
            code=row["code"],
            part=row["part"],
            weight=int(row["weight"]),
            text=MappingProxyType({"th": row["th"], "en": row["en"]}),
            evidence=MappingProxyType({"th": row["evidence_th"], "en": row["evidence_en"]}),
        )
        for row in csv.DictReader(text.splitlines())
    )


def score(marks: Mapping[str, int | None]) -> Score:
    """Return what marks by item come to; items that do not apply are left out of the whole, not counted as full.

    An item that is missing in `marks` is not answered yet.
    """
    answered = [one for one in items() if one.code in marks]
    counted = [one for one in answered if marks[one.code] is not None]
    left = tuple(one.code for one in items() if one.code not in marks)
    applicable = sum(one.weight for one in counted)
    parts = {
        part: _of(marks, [one for one in counted if one.part == part])
        for part in dict.fromkeys(one.part for one in counted)
    }
    whole = not left and applicable >= LEAST_WEIGHT
    return Score(
        value=_of(marks, counted) if whole else None,
        parts=MappingProxyType(parts),
        left=left,
        applicable=applicable,
    )


def _of(marks: Mapping[str, int | None], counted: Sequence[Item]) -> float:
    got = sum(one.weight * (marks[one.code] or 0) for one in counted)
    return round(100 * got / (MOST * sum(one.weight for one in counted)), 1)
