"""From a point to words: the street, what crosses it, what stands there. What is not known is said to be unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from unjai.model.geometry import Point
from unjai.territory.records import Community, Place
from unjai.territory.streets import CLASSES, Edge, StreetGraph
from unjai.territory.streets.plane import Plane

_ON_STREET_M = 25.0
_STREET_M = 150.0
_CROSSING_M = 80.0
_AT_CROSSING_M = 15.0
_AT_PLACE_M = 12.0
_FRONT_M = 40.0
_PLACE_M = 200.0
_OFF_MAP_M = 500.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a point is, in words. Empty texts and None mean that nothing is known; `known` is False if all are."""

    text_th: str
    text_en: str
    street_th: str = ""
    street_en: str = ""
    street_distance_m: float | None = None
    crossing_th: str = ""
    crossing_en: str = ""
    nearest_place_th: str = ""
    nearest_place_en: str = ""
    place_distance_m: float | None = None
    community_th: str = ""
    community_en: str = ""
    inside_zone: bool = False
    known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    th: str
    en: str
    distance_m: float
    rank: int = 0


class AddressBook:
    """Answers for one territory."""

    def __init__(self, graph: StreetGraph, places: Sequence[Place], plane: Plane) -> None:
        """Lay the places into a tree."""
        self._graph = graph
        self._places = tuple(places)
        self._plane = plane
        at = plane.metres(np.asarray([(place.lon, place.lat) for place in self._places]).reshape(-1, 2))
        self._tree = shapely.STRtree(shapely.points(at))
        self._street_of: dict[int, str] = {}

    def look_up(self, point: Point, *, inside_zone: bool, community: Community | None) -> Address:
        """Return the address of a point."""
        near = self._graph.edges_near(point, _STREET_M)
        street = _nearest_named(near)
        crossing = None if street is None else self._crossing(near, street)
        if street and crossing and crossing.distance_m <= _AT_CROSSING_M and crossing.rank < street.rank:
            street, crossing = crossing, street  # at a crossing the greater street is named first
        place_row, place = self._nearest_place(point)
        front = place is not None and street is not None and self._stands_at(place_row, street)
        parts = [
            *([] if street is None else [_street_words(street, crossing)]),
            *([] if place is None else [_place_words(place, front=front)]),
        ]
        if not parts and community is not None:
            parts = [(f"ใน{community.name_th}", f"in {community.name_en or community.name_th}")]
        known = bool(parts)
        if not known:
            parts = [self._unknown(point)]
        return Address(
            text_th=" · ".join(th for th, _ in parts),
            text_en=" · ".join(en for _, en in parts),
            street_th=street.th if street else "",
            street_en=street.en if street else "",
            street_distance_m=round(street.distance_m, 1) if street else None,
            crossing_th=crossing.th if crossing else "",
            crossing_en=crossing.en if crossing else "",
            nearest_place_th=place.th if place else "",
            nearest_place_en=place.en if place else "",
            place_distance_m=round(place.distance_m, 1) if place else None,
            community_th=community.name_th if community else "",
            community_en=community.name_en if community else "",
            inside_zone=inside_zone,
            known=known,
        )

    def _unknown(self, point: Point) -> tuple[str, str]:
        at = f"{point.lat:.5f}, {point.lon:.5f}"
        if self._graph.edge_count and self._graph.snap(point, within_m=_OFF_MAP_M) is None:
            return f"นอกแผนที่ของสถานี ({at})", f"off the station's map ({at})"
        return f"ไม่ทราบชื่อสถานที่ ({at})", f"place not known by name ({at})"

    def _nearest_place(self, point: Point) -> tuple[int, _Named | None]:
        if not self._places:
            return -1, None
        own = shapely.Point(self._plane.metres([(point.lon, point.lat)])[0])
        rows, away = self._tree.query_nearest(own, max_distance=_PLACE_M, return_distance=True, all_matches=False)
        if not len(rows):
            return -1, None
        place = self._places[int(rows[0])]
        named = _Named(th=place.name_th, en=place.name_en or place.name_th, distance_m=float(away[0]))
        return int(rows[0]), named

    def _stands_at(self, row: int, street: _Named) -> bool:
        """Tell whether a place stands at a street: then a point on that street is in front of it."""
        if row not in self._street_of:
            nearest = _nearest_named(self._graph.edges_near(self._places[row].point, _FRONT_M * 2))
            self._street_of[row] = nearest.th if nearest else ""
        return self._street_of[row] == street.th and street.distance_m <= _ON_STREET_M

    def _crossing(self, near: Sequence[tuple[Edge, float]], street: _Named) -> _Named | None:
        """Return the nearest other named street that meets this one."""
        nodes = {node for edge, _ in near if _name(edge) == street.th for node in (edge.node_a, edge.node_b)}
        for edge, distance in near:
            if distance > _CROSSING_M:
                return None
            other = _name(edge)
            if other and other != street.th and (edge.node_a in nodes or edge.node_b in nodes):
                return _named(edge, distance)
        return None


def _named(edge: Edge, distance_m: float) -> _Named:
    name = _name(edge)
    return _Named(th=name, en=edge.name_en or name, distance_m=distance_m, rank=CLASSES.index(edge.street_class))


def _name(edge: Edge) -> str:
    return edge.name_th or edge.name_en


def _nearest_named(near: Sequence[tuple[Edge, float]]) -> _Named | None:
    for edge, distance in near:
        if _name(edge):
            return _named(edge, distance)
    return None


def _apart(name: str) -> str:
    """Return a name as it follows a Thai word: at once where it is Thai, after a blank where it is not."""
    return name if "\u0e01" <= name[:1] <= "\u0e4e" else f" {name}"


def _street_words(street: _Named, crossing: _Named | None) -> tuple[str, str]:
    if street.distance_m > _ON_STREET_M:
        away = street.distance_m
        return f"ใกล้{_apart(street.th)} ({away:.0f} ม.)", f"near {street.en} ({away:.0f} m)"
    if crossing is None:
        return street.th, street.en
    if crossing.distance_m <= _AT_CROSSING_M:
        return f"{street.th} ตัด{_apart(crossing.th)}", f"{street.en} at {crossing.en}"
    return f"{street.th} ใกล้{_apart(crossing.th)}", f"{street.en} near {crossing.en}"


def _place_words(place: _Named, *, front: bool) -> tuple[str, str]:
    away = place.distance_m
    if away <= _AT_PLACE_M:
        return f"ที่{_apart(place.th)}", f"at {place.en}"
    if front and away <= _FRONT_M:
        return f"หน้า{_apart(place.th)} ({away:.0f} ม.)", f"in front of {place.en} ({away:.0f} m)"
    return f"ใกล้{_apart(place.th)} ({away:.0f} ม.)", f"near {place.en} ({away:.0f} m)"
