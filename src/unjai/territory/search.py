"""Find a thing of the territory by what somebody types: Thai or English, with or without tone marks and ถนน."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from unjai.territory.records import Community, Device, Place
from unjai.territory.streets import StreetGraph
from unjai.territory.words import loose_key, search_key, without_generic

HitType = Literal["place", "street", "community", "device"]
_ORDER: dict[HitType, int] = {"street": 0, "place": 1, "community": 2, "device": 3}
_EXACT, _PREFIX, _BARE_PREFIX, _INSIDE, _LOOSE_PREFIX, _LOOSE = range(6)
_QUERY_LIMIT = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """Something found. `kind` is the place's or device's kind, or the street's class."""

    type: HitType
    id: str
    name_th: str
    name_en: str
    lon: float | None
    lat: float | None
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A hit with its search keys, each between two bars: one look tells whether a name begins so or holds it.

    `full` are whole names, `keys` also the names without the word that all of their kind begin with (ถนน, ซอย …).
    """

    hit: Hit
    length: int
    full: str
    keys: str
    loose: str


class Finder:
    """All that can be found in a territory; a search reads through it once, some milliseconds for a town."""

    def __init__(
        self,
        graph: StreetGraph,
        places: Iterable[Place],
        communities: Iterable[Community],
        devices: Iterable[Device],
    ) -> None:
        """Note every name once."""
        self._entries: list[_Entry] = [
            *map(_entry, _streets(graph)),
            *(_entry(_place(place)) for place in places),
            *(_entry(_community(community)) for community in communities),
            *(_entry(_device(device), device.key) for device in devices),
        ]

    def find(self, text: str, limit: int = 20) -> list[Hit]:
        """Return the best hits, names that begin with the text before names that contain it."""
        sought = search_key(text[:_QUERY_LIMIT])
        if not sought:
            return []
        loose = loose_key(text[:_QUERY_LIMIT])
        found: list[tuple[int, bool, int, int, str, _Entry]] = []
        for entry in self._entries:
            rank = _rank(entry, sought, loose)
            if rank is not None:
                hit = entry.hit
                found.append((rank, hit.type == "device", entry.length, _ORDER[hit.type], hit.name_th + hit.id, entry))
        found.sort(key=lambda item: item[:5])
        return [entry.hit for *_, entry in found[:limit]]


def _rank(entry: _Entry, sought: str, loose: str) -> int | None:
    if sought in entry.keys:
        if f"|{sought}|" in entry.keys:
            return _EXACT
        if f"|{sought}" in entry.full:
            return _PREFIX
        return _BARE_PREFIX if f"|{sought}" in entry.keys else _INSIDE
    if loose and loose in entry.loose:
        return _LOOSE_PREFIX if f"|{loose}" in entry.loose else _LOOSE
    return None


def _entry(hit: Hit, *others: str) -> _Entry:
    names = [name for name in (*others, hit.name_th, hit.name_en) if name]
    full = [key for key in map(search_key, names) if key]
    keys = list(dict.fromkeys([*full, *(key for key in map(without_generic, names) if key)]))
    return _Entry(
        hit=hit,
        length=len(full[0]) if full else 0,
        full=f"|{'|'.join(full)}|",
        keys=f"|{'|'.join(keys)}|",
        loose=f"|{'|'.join(loose_key(key) for key in keys)}|",
    )


def _streets(graph: StreetGraph) -> list[Hit]:
    """Return one hit a street name, at the middle of its longest edge."""
    longest: dict[str, tuple[float, int]] = {}
    for edge in graph.edges:
        name = edge.name_th or edge.name_en
        if name:
            length = graph.edge_length_m(edge.id)
            if length > longest.get(name, (-1.0, 0))[0]:
                longest[name] = (length, edge.id)
    hits: list[Hit] = []
    for _, edge_id in longest.values():
        edge = graph.edge(edge_id)
        lon, lat = edge.coordinates[len(edge.coordinates) // 2]
        if len(edge.coordinates) == 2:  # noqa: PLR2004
            (x, y), (lon, lat) = edge.coordinates
            lon, lat = (x + lon) / 2, (y + lat) / 2
        hits.append(
            Hit(
                type="street",
                id=str(edge.id),
                name_th=edge.name_th or edge.name_en,
                name_en=edge.name_en,
                lon=round(lon, 7),
                lat=round(lat, 7),
                kind=edge.street_class,
            )
        )
    return hits


def _place(place: Place) -> Hit:
    return Hit(
        type="place",
        id=str(place.id),
        name_th=place.name_th,
        name_en=place.name_en,
        lon=place.lon,
        lat=place.lat,
        kind=place.kind,
    )


def _community(community: Community) -> Hit:
    return Hit(
        type="community",
        id=str(community.id),
        name_th=community.name_th,
        name_en=community.name_en,
        lon=community.lon,
        lat=community.lat,
        kind="community",
    )


def _device(device: Device) -> Hit:
    return Hit(
        type="device",
        id=str(device.id),
        name_th=device.name_th,
        name_en=device.name_en,
        lon=device.lon,
        lat=device.lat,
        kind=device.kind,
    )
