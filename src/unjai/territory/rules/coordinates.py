"""Positions as people write them: degrees in one cell or two, minutes and seconds, Thai digits, UTM 47N and 48N.

In Thailand latitudes are 5 to 21 and longitudes 97 to 106, so that two numbers in degrees always say which is which.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pyproj import Transformer

from unjai.model.thai import arabic_digits
from unjai.territory.rules.geojson import THAI_LAT, THAI_LON

System = Literal["auto", "wgs84", "utm47", "utm48", "utm47_1975", "utm48_1975"]
SYSTEMS: dict[str, int] = {"utm47": 32647, "utm48": 32648, "utm47_1975": 24047, "utm48_1975": 24048}
"""Our names and their EPSG codes; `_1975` is the datum of the old Royal Thai Survey maps (Indian 1975)."""

_EAST, _NORTH = (100_000.0, 900_000.0), (500_000.0, 2_400_000.0)
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*(?:°\s*)?([NSEWnsew]?)\s*[,;/\s]\s*({_NUMBER})\s*(?:°\s*)?([NSEWnsew]?)")
_IN_LINK = re.compile(rf"(?:@|[?&](?:q|ll|query|destination)=|!3d|geo:)({_NUMBER})(?:,|%2C|!4d)\s*({_NUMBER})")
_WKT = re.compile(rf"^\s*(?:SRID=4326;)?POINT\s*Z?\s*\(\s*({_NUMBER})\s+({_NUMBER})", re.IGNORECASE)
_GRID = re.compile(rf"^\s*4([78])\s*[NPQ]\s+({_NUMBER})\s*[,;\s]\s*({_NUMBER})", re.IGNORECASE)
_ANGLE = re.compile(
    r"^\s*(?P<before>[NSEW])?\s*(?P<d>[+-]?\d{1,3}(?:\.\d+)?)\s*(?:°|º|˚|d|องศา|:|\s)\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:'|’|′|m|ลิปดา|:|\s)\s*)?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:\"|”|″|''|s|ฟิลิปดา)?\s*)?(?P<after>[NSEW]|เหนือ|ตะวันออก)?\s*$",
    re.IGNORECASE,
)
_HALVES = re.compile(r"(?<=[NSEWnsewเหนอตะวก\"”″'’′])[\s,;]+(?=[\dNSEW])")
_SIXTY, _HOUR = 60.0, 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two numbers of one position as written: `a` from the latitude's column (or first), `b` from the longitude's.

    `grid` is the UTM zone that the cell itself names.
    """

    a: float
    b: float
    grid: Literal["", "utm47", "utm48"] = ""


def angle_of(text: str) -> float | None:
    """Return degrees, or metres of a grid, from one cell: ``16.82``, ``๑๖.๘๒``, ``16,82``, ``16°49'30.5"N``."""
    said = arabic_digits(text).strip().replace("−", "-")
    try:
        return float(said.replace(",", "." if "." not in said and said.count(",") == 1 and len(said) < 9 else ""))  # noqa: PLR2004
    except ValueError:
        pass
    found = _ANGLE.match(said)
    if found is None:
        return None
    degrees, minutes, seconds = (float(found[name] or 0) for name in ("d", "m", "s"))
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    turned = (found["before"] or found["after"] or "").upper() in {"S", "W"}
    whole = abs(degrees) + minutes / _SIXTY + seconds / _HOUR
    return -whole if turned or degrees < 0 else whole


def pair_of(text: str) -> Pair | None:
    """Return the two numbers of one cell: ``16.82, 100.26``, ``POINT(100.26 16.82)``, a link, ``47Q 634512 …``."""
    said = arabic_digits(text).strip().replace("−", "-")
    if (found := _GRID.match(said)) is not None:
        return Pair(a=float(found[3]), b=float(found[2]), grid="utm47" if found[1] == "7" else "utm48")
    if (found := _WKT.match(said)) is not None:
        return Pair(a=float(found[2]), b=float(found[1]))
    if (found := _IN_LINK.search(said)) is not None:
        return Pair(a=float(found[1]), b=float(found[2]))
    halves = _HALVES.split(said)
    if len(halves) == 2:  # noqa: PLR2004
        first, second = angle_of(halves[0]), angle_of(halves[1])
        if first is not None and second is not None:
            return _ordered(first, second)
    bare = said.strip("()[] ")
    if (found := _PAIR.fullmatch(bare)) is not None:
        return _ordered(float(found[1]), float(found[3]))
    return None


def _ordered(first: float, second: float) -> Pair:
    """Return a pair of one cell with its latitude (or northing) first, as far as the numbers themselves tell."""
    if sort_of(Pair(a=first, b=second)) in {"swapped", "grid_swapped"}:
        first, second = second, first
    return Pair(a=first, b=second)


def sort_of(pair: Pair) -> Literal["degrees", "swapped", "grid", "grid_swapped", "other"]:
    """Return what two numbers can be."""

    def within(value: float, bounds: tuple[float, float]) -> bool:
        return bounds[0] <= value <= bounds[1]

    if within(pair.a, THAI_LAT) and within(pair.b, THAI_LON):
        return "degrees"
    if within(pair.b, THAI_LAT) and within(pair.a, THAI_LON):
        return "swapped"
    if within(pair.a, _NORTH) and within(pair.b, _EAST):
        return "grid"
    if within(pair.b, _NORTH) and within(pair.a, _EAST):
        return "grid_swapped"
    return "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How the pairs of a file are to be read: in which system, and whether its two columns are exchanged."""

    system: Literal["wgs84", "utm47", "utm48", "utm47_1975", "utm48_1975"]
    swapped: bool
    sure: bool
    """Whether the zone of the grid was said, or follows from where the station is."""


def reading_of(pairs: Iterable[Pair], *, system: System = "auto", near: tuple[float, float] | None = None) -> Reading:
    """Find out how a file writes positions. Columns count as exchanged only where no row says otherwise."""
    known = list(pairs)
    sorts = Counter(sort_of(pair) for pair in known)
    degrees, grid = sorts["degrees"] + sorts["swapped"], sorts["grid"] + sorts["grid_swapped"]
    if system == "wgs84" or (system == "auto" and degrees >= grid):
        return Reading(system="wgs84", swapped=sorts["swapped"] > 0 and sorts["degrees"] == 0, sure=True)
    swapped = sorts["grid_swapped"] > 0 and sorts["grid"] == 0
    if system != "auto":
        return Reading(system=system, swapped=swapped, sure=True)
    named = Counter(pair.grid for pair in known if pair.grid)
    if named:
        zone: Literal["utm47", "utm48"] = "utm48" if named["utm48"] > named["utm47"] else "utm47"
        return Reading(system=zone, swapped=swapped, sure=True)
    return _zone_of([pair for pair in known if sort_of(pair).startswith("grid")], swapped, near)


def _zone_of(pairs: Sequence[Pair], swapped: bool, near: tuple[float, float] | None) -> Reading:
    east = statistics.median(pair.a if swapped else pair.b for pair in pairs)
    north = statistics.median(pair.b if swapped else pair.a for pair in pairs)
    if near is None:
        return Reading(system="utm47", swapped=swapped, sure=False)
    away = {zone: abs(to_degrees(zone, east, north)[0] - near[0]) for zone in ("utm47", "utm48")}
    return Reading(system="utm47" if away["utm47"] <= away["utm48"] else "utm48", swapped=swapped, sure=True)


def position_in(pair: Pair, reading: Reading) -> tuple[float, float]:
    """Return (lon, lat) of a pair; not checked: `rules.geojson.position_of` says whether it can be."""
    a, b = (pair.b, pair.a) if reading.swapped else (pair.a, pair.b)
    zone = pair.grid or reading.system
    if zone == "wgs84" or (not pair.grid and sort_of(Pair(a=a, b=b)) in {"degrees", "swapped"}):
        return b, a
    lon, lat = to_degrees(zone, b, a)
    return round(lon, 7), round(lat, 7)


def to_degrees(system: str, east: float, north: float) -> tuple[float, float]:
    """Return (lon, lat) in WGS 84 of a position on a grid."""
    lon, lat = _transformer(SYSTEMS[system]).transform(east, north)
    return float(lon), float(lat)


@cache
def _transformer(code: int) -> Transformer:
    return Transformer.from_crs(code, 4326, always_xy=True)
