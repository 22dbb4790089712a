"""A small map of what a unit drove beside its round, as an SVG of lines alone: sharp on paper, without colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
_LEAST_M, _MARGIN = 250.0, 0.08
_EARTH_M = 111_195.0
_STREET = {"main": ("#b4b4b4", 2.6), "collector": ("#c4c4c4", 1.8), "soi": ("#d8d8d8", 1.1)}
_NICE_M = (2000, 1000, 500, 200, 100, 50)
_LETTER, _DIGIT = 13.0, 7.0
"""How high a letter of a mark's number is, and about how wide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Where a map lies, north up: picture units from the top left."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    width: float
    height: float

    def at(self, point: Point) -> Point:
        """Return a place in the picture."""
        return (point[0] - self.west) * self.per_lon, (self.north - point[1]) * self.per_lat

    def metres(self, length_m: float) -> float:
        """Return how long some metres are in the picture."""
        return length_m / _EARTH_M * self.per_lat


def view_of(points: Sequence[Point], width: float, height: float) -> View | None:
    """Return a view that shows all points with a margin; None without any."""
    if not points:
        return None
    lons, lats = [one[0] for one in points], [one[1] for one in points]
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    shrink = math.cos(math.radians(lat))
    across = max((max(lons) - min(lons)) * shrink, 2 * _LEAST_M / _EARTH_M) * (1 + 2 * _MARGIN)
    up = max(max(lats) - min(lats), 2 * _LEAST_M / _EARTH_M) * (1 + 2 * _MARGIN)
    per_lat = min(width / across, height / up)
    per_lon = per_lat * shrink
    return View(
        west=lon - width / 2 / per_lon,
        north=lat + height / 2 / per_lat,
        per_lon=per_lon,
        per_lat=per_lat,
        width=width,
        height=height,
    )


def drawn(
    unit: Mapping[str, Any], streets: Iterable[tuple[str, Sequence[Point]]], *, width: float = 360, height: float = 430
) -> str:
    """Return the map of a unit; empty where there is neither a track nor a round."""
    stops = unit["stops"]
    planned = [(stop["lon"], stop["lat"]) for stop in stops]
    view = view_of([*planned, *(point for line in unit["pieces"] for point in line)], width, height)
    if view is None:
        return ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" fill="none"'
    parts = [f'{head} stroke-linecap="round" stroke-linejoin="round" font-family="Sarabun Latin" font-size="13">']
    parts.append(f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>')
    for name, line in streets:
        parts += _stroke(view, line, *_STREET.get(name, _STREET["soi"]))
    for line in unit["pieces"]:
        parts += _stroke(view, line, "#3a3a3a", 2.6)
    if len(planned) > 1 and (path := _path(view, planned)):
        parts.append(f'<path d="{path}" stroke="#707070" stroke-width="0.8" stroke-dasharray="1 5"/>')
    parts += _marks(view, stops)
    parts += _scale(view)
    parts.append(f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" stroke="#9a9a9a"/></svg>')
    return "".join(parts)


def _stroke(view: View, line: Sequence[Point], colour: str, thick: float) -> list[str]:
    path = _path(view, line)
    return [f'<path d="{path}" stroke="{colour}" stroke-width="{thick}"/>'] if path else []


def _path(view: View, line: Sequence[Point]) -> str:
    at = [view.at(point) for point in line]
    xs, ys = [one[0] for one in at], [one[1] for one in at]
    if not at or max(xs) < 0 or min(xs) > view.width or max(ys) < 0 or min(ys) > view.height:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)


def _marks(view: View, stops: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a mark for each place: full where all of its stops were done, a triangle where one was missed."""
    places: dict[str | None, list[int]] = {}
    for number, stop in enumerate(stops):
        places.setdefault(stop["place"], []).append(number)
    found = []
    for numbers in places.values():
        x, y = view.at((stops[numbers[0]]["lon"], stops[numbers[0]]["lat"]))
        states = {stops[number]["state"] for number in numbers}
        edge = 'stroke="#000000" stroke-width="1.4"'
        if "missed" in states:
            found.append(f'<path d="M{x:.1f} {y - 7:.1f}l6.5 11.5h-13Z" fill="#ffffff" {edge}/>')
        elif states <= {"done"}:
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#000000" {edge}/>')
        elif states <= {"unknown", "ahead"}:
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#ffffff" {edge} stroke-dasharray="2 2"/>')
        else:
            half = f'<path d="M{x:.1f} {y - 5:.1f}a5 5 0 0 0 0 10Z" fill="#000000"/>'
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#ffffff" {edge}/>{half}')
        label = ", ".join(str(number + 1) for number in numbers[:3]) + ("…" if len(numbers) > 3 else "")  # noqa: PLR2004
        # Where it would run out of the sheet at the right, it stands at the mark's left.
        left = x + 8 + len(label) * _DIGIT > view.width
        text = f'x="{x - 8 if left else x + 8:.1f}" y="{max(y - 6, _LETTER):.1f}"' + (
            ' text-anchor="end"' if left else ""
        )
        found.append(
            f'<text {text} stroke="#ffffff" stroke-width="3.5">{label}</text><text {text} fill="#000000">{label}</text>'
        )
    return found


def _scale(view: View) -> list[str]:
    length = next((one for one in _NICE_M if view.metres(one) <= view.width / 3), _NICE_M[-1])
    size, y = view.metres(length), view.height - 10
    words = f"{length // 1000} km" if length >= 1000 else f"{length} m"  # noqa: PLR2004
    return [
        f'<rect x="6" y="{y - 20:.1f}" width="{size + 62:.1f}" height="24" fill="#ffffff" fill-opacity="0.85"/>',
        f'<path d="M10 {y - 6:.1f}V{y:.1f}H{10 + size:.1f}V{y - 6:.1f}" stroke="#000000" stroke-width="1.2"/>',
        f'<text x="{16 + size:.1f}" y="{y:.1f}" fill="#000000">{words}</text>',
    ]
