"""The roadside: where a shop, a pole or a camera can stand."""

from __future__ import annotations

import math

from shapely import LineString, Point, STRtree

from unjai.demo.town.graph import Edge
from unjai.demo.town.shapes import XY, at_line


class Frontage:
    """Finds the roadside next to a wished place."""

    def __init__(self, edges: tuple[Edge, ...], *, paths: bool = False) -> None:
        """Look at the streets; at footpaths too with `paths`."""
        self.edges = [edge for edge in edges if paths or edge.kind != "footpath"]
        self.lines = [LineString(edge.points) for edge in self.edges]
        self.tree = STRtree(self.lines)

    def beside(self, wish: XY, back_m: float = 11.0) -> XY:
        """Return the point `back_m` off the middle of the nearest street, on the side of the wish."""
        line = self.lines[int(self.tree.nearest(Point(wish)))]
        at, way = at_line(line, min(max(line.project(Point(wish)), 4.0), line.length - 4.0))
        left = -1 if (wish[0] - at[0]) * way[1] - (wish[1] - at[1]) * way[0] > 0 else 1
        return round(at[0] - left * way[1] * back_m, 1), round(at[1] + left * way[0] * back_m, 1)

    def street(self, at: XY) -> str:
        """Return the Thai name of the nearest street."""
        return self.edges[int(self.tree.nearest(Point(at)))].th

    def towards_street(self, at: XY) -> int:
        """Return the bearing from a roadside point to its street, whole degrees from north."""
        line = self.lines[int(self.tree.nearest(Point(at)))]
        near = line.interpolate(line.project(Point(at)))
        return round(math.degrees(math.atan2(near.x - at[0], near.y - at[1])) % 360) % 360
