"""The streets as a routable graph: pure, in memory, without a database."""

from unjai.territory.streets.edges import Edge, Snap
from unjai.territory.streets.graph import StreetGraph
from unjai.territory.streets.path import Path
from unjai.territory.streets.speeds import CLASSES, UNIT_KINDS, StreetClass, UnitKind, speed_mps

__all__ = ["CLASSES", "UNIT_KINDS", "Edge", "Path", "Snap", "StreetClass", "StreetGraph", "UnitKind", "speed_mps"]
