"""The facts that come with the programs: the police tree, provinces, kinds of places and of owners."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import cast

from unjai.territory.records import OrgLevel, OrgUnit

FIRST_ADDED_ID = 900_001
"""Stations that the facts do not know (a new one, a fictional one) get ids from here up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of place or owner in both languages; `risk` marks places the project watches (banks, gold shops …)."""

    kind: str
    name_th: str
    name_en: str
    risk: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province — จังหวัด; `id` is its DOPA code, `bureau` the bureau or region that polices it."""

    id: int
    name_th: str
    name_en: str
    abbr_th: str
    bureau: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class District:
    """A district — อำเภอ, in Bangkok เขต; `id` is its DOPA code, the point lies inside it."""

    id: int
    name_th: str
    name_en: str
    lon: float
    lat: float

    @property
    def province(self) -> Province:
        """Return the province it is of."""
        return provinces()[self.id // 100]


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("unjai.territory") / "data" / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def org_units() -> tuple[OrgUnit, ...]:
    """Return the police tree, parents before children."""
    paths: dict[int, str] = {}
    units: list[OrgUnit] = []
    for row in _rows("org_units.csv"):
        own = int(row["id"])
        parent = int(row["parent_id"]) if row["parent_id"] else None
        paths[own] = str(own) if parent is None else f"{paths[parent]}.{own}"
        units.append(
            OrgUnit(
                id=own,
                parent_id=parent,
                path=paths[own],
                code=row["code"],
                level=cast("OrgLevel", row["level"]),
                name_th=row["name_th"],
                name_en=row["name_en"],
                head=row["head"],
                lon=float(row["lon"]) if row["lon"] else None,
                lat=float(row["lat"]) if row["lat"] else None,
            )
        )
    return tuple(units)


@cache
def provinces() -> Mapping[int, Province]:
    """Return the provinces by DOPA code."""
    found = [
        Province(
            id=int(row["id"]),
            name_th=row["name_th"],
            name_en=row["name_en"],
            abbr_th=row["abbr_th"],
            bureau=row["bureau"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
        )
        for row in _rows("provinces.csv")
    ]
    return MappingProxyType({province.id: province for province in found})


@cache
def districts() -> Mapping[int, District]:
    """Return the districts by DOPA code."""
    found = [
        District(
            id=int(row["id"]),
            name_th=row["name_th"],
            name_en=row["name_en"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
        )
        for row in _rows("districts.csv")
    ]
    return MappingProxyType({district.id: district for district in found})


@cache
def place_kinds() -> Mapping[str, Kind]:
    """Return the kinds of places."""
    return _kinds("place_kinds.csv")


@cache
def owner_kinds() -> Mapping[str, Kind]:
    """Return the kinds of owners of devices."""
    return _kinds("owner_kinds.csv")


def _kinds(name: str) -> Mapping[str, Kind]:
    kinds = [
        Kind(kind=row["kind"], name_th=row["name_th"], name_en=row["name_en"], risk=bool(row.get("risk")))
        for row in _rows(name)
    ]
    return MappingProxyType({kind.kind: kind for kind in kinds})


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckText:
    """An item of a check list as it comes with the programs; `reference` is the requirement behind it."""

    key: str
    checklist: str
    ordinal: int
    text_th: str
    text_en: str
    reference: str


@cache
def check_texts() -> tuple[CheckText, ...]:
    """Return the items of all check lists, in their order (tens are left between two for a station's own)."""
    return tuple(
        CheckText(
            key=row["key"],
            checklist=row["checklist"],
            ordinal=number * 10,
            text_th=row["text_th"],
            text_en=row["text_en"],
            reference=row["reference"],
        )
        for number, row in enumerate(_rows("checklists.csv"), 1)
    )
