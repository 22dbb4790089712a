"""Offences by what papers call them, with the present four groups of crime statistics and the older five."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from unjai.evaluate.rules.cases.case import GROUP4_EN, GROUP4_TH, GROUP5_TH, GROUPS4, GROUPS5
from unjai.territory.words import search_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Offence:
    """An offence: `group4` is the present group (1 to 4), `group5` the older (1 to 5), None where it had none."""

    code: str
    th: str
    en: str
    group4: str
    group5: str | None


@cache
def offences() -> Mapping[str, Offence]:
    """Return all offences by code."""
    return MappingProxyType({row["code"]: _of(row) for row in _rows()})


@cache
def _said() -> Mapping[str, str]:
    return MappingProxyType(
        {
            search_key(word): row["code"]
            for row in _rows()
            for word in (row["code"], row["th"], row["en"], *filter(None, row["also"].split("|")))
        }
    )


def offence_of(said: str) -> Offence | None:
    """Return the offence that words mean: the same words, else the longest name that they hold."""
    key = search_key(said)
    code = _said().get(key)
    if code is None:
        inside = [known for known in _said() if len(known) > 3 and known in key]  # noqa: PLR2004  codes are no words
        code = _said()[max(inside, key=len)] if inside else None
    return None if code is None else offences()[code]


@cache
def _groups() -> tuple[Mapping[str, str], Mapping[str, str]]:
    four = {search_key(name): number for names in (GROUP4_TH, GROUP4_EN) for number, name in zip(GROUPS4, names)}  # noqa: B905
    five = {search_key(name): number for number, name in zip(GROUPS5, GROUP5_TH, strict=True)}
    return MappingProxyType(four), MappingProxyType(five)


def group4_of(said: str) -> str | None:
    """Return the present group that words or a number mean."""
    return _group(said, GROUPS4, _groups()[0])


def group5_of(said: str) -> str | None:
    """Return the older group that words or a number mean."""
    return _group(said, GROUPS5, _groups()[1])


def _group(said: str, numbers: tuple[str, ...], names: Mapping[str, str]) -> str | None:
    key = search_key(said).removeprefix("กลุ่มที่").removeprefix("กลุ่ม").removeprefix("group").strip()
    if key[:1] in numbers and not key[1:2].isdigit():
        return key[0]
    return names.get(key) or next(
        (number for name, number in names.items() if key and (key in name or name in key)), None
    )


def _of(row: Mapping[str, str]) -> Offence:
    return Offence(code=row["code"], th=row["th"], en=row["en"], group4=row["group4"], group5=row["group5"] or None)


def _rows() -> list[dict[str, str]]:
    text = (files("unjai.evaluate") / "data" / "offences.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
