"""An edge of the street graph, and a point brought onto it."""

from __future__ import annotations

from dataclasses import dataclass

from unjai.model.geometry import Point
from unjai.territory.streets.speeds import StreetClass


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A piece of street between two nodes. `coordinates` are (lon, lat) from `node_a` to `node_b`.

    `oneway` permits vehicles from a to b only. A missing `length_m` is measured on the ellipsoid.
    """

    id: int
    node_a: int
    node_b: int
    coordinates: tuple[tuple[float, float], ...]
    length_m: float | None = None
    street_class: StreetClass = "soi"
    oneway: bool = False
    name_th: str = ""
    name_en: str = ""
    lit: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Snap:
    """The nearest point of the nearest street: `distance_m` away, `along_m` from the edge's node a."""

    edge_id: int
    point: Point
    distance_m: float
    along_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way between two points: `road_m` and `eta_s` along the streets, `access_m` to and from them."""

    road_m: float
    eta_s: float
    access_m: float
