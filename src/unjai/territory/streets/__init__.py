"""The streets as a routable graph: pure, in memory, without a database."""

from unjai.territory.streets.edges import Edge, Snap, Way
from unjai.territory.streets.graph import StreetGraph
from unjai.territory.streets.path import Path
from unjai.territory.streets.speeds import ACCESS_MPS, CLASSES, UNIT_KINDS, StreetClass, UnitKind, speed_mps

__all__ = [
    "ACCESS_MPS",
    "CLASSES",
    "UNIT_KINDS",
    "Edge",
    "Path",
    "Snap",
    "StreetClass",
    "StreetGraph",
    "UnitKind",
    "Way",
    "speed_mps",
]
