"""Drawing a found way along the streets' own lines, corner by corner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from unjai.territory.streets.chains import Chains, Floats, Ints
from unjai.territory.streets.edges import Edge
from unjai.territory.streets.path import Path
from unjai.territory.streets.plane import Plane
from unjai.territory.streets.routing import Leg
from unjai.territory.streets.speeds import CLASSES, UnitKind, speed_mps


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """What a way is drawn from: row by row the edges, their lines in metres of the plane, both lengths, their class."""

    edges: Sequence[Edge]
    lines: NDArray[np.object_]
    drawn_m: Floats
    length_m: Floats
    classes: Ints
    chains: Chains
    plane: Plane

    def draw(self, legs: Sequence[Leg], kind: UnitKind) -> Path:
        """Return a way as points with their metres, and the speed of each piece."""
        points: list[tuple[float, float]] = []
        at_m: list[float] = []
        speeds: list[float] = []
        edge_ids: list[int] = []
        done = 0.0
        for leg in legs:
            for row, from_m, to_m in self._pieces_of(leg):
                speed = speed_mps(kind, CLASSES[int(self.classes[row])])
                if not edge_ids or edge_ids[-1] != self.edges[row].id:
                    edge_ids.append(self.edges[row].id)
                for pair, along in self._cut(row, from_m, to_m):
                    here = done + abs(along - from_m)
                    if not points or here > at_m[-1]:
                        if points:
                            speeds.append(speed)
                        points.append(pair)
                        at_m.append(here)
                done += abs(to_m - from_m)
        eta = sum((at_m[i + 1] - at_m[i]) / speed for i, speed in enumerate(speeds))
        return Path(
            points=tuple(points),
            at_m=tuple(at_m),
            speeds_mps=tuple(speeds),
            edge_ids=tuple(edge_ids),
            road_m=at_m[-1],
            eta_s=eta,
        )

    def _pieces_of(self, leg: Leg) -> Iterator[tuple[int, float, float]]:
        """Split a leg at its edges: (row, metres from a at entry, metres from a at exit), as travelled."""
        low, high = sorted((leg.from_m, leg.to_m))
        found: list[tuple[int, float, float]] = []
        for row in self.chains.members[leg.chain]:
            offset, length = float(self.chains.edge_offset[row]), float(self.length_m[row])
            first, last = max(low - offset, 0.0), min(high - offset, length)
            if first > last or (first == last and low != high):
                continue
            found.append((row, length - first, length - last) if self.chains.edge_turned[row] else (row, first, last))
            if low == high:
                break
        if leg.to_m < leg.from_m:
            return iter([(row, last, first) for row, first, last in reversed(found)])
        return iter(found)

    def _cut(self, row: int, from_m: float, to_m: float) -> Iterator[tuple[tuple[float, float], float]]:
        """Yield the points of an edge between two distances from its node a, with their distances, as travelled."""
        line = self.lines[row]
        length = float(self.length_m[row])
        if {from_m, to_m} == {0.0, length}:
            corners = self.plane.metres(self.edges[row].coordinates)
            at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]) * (
                length / self.drawn_m[row]
            )
            at[-1] = length
            whole = list(zip(self.edges[row].coordinates, at.tolist(), strict=True))
            return iter(whole if from_m < to_m else whole[::-1])
        scale = float(self.drawn_m[row] / self.length_m[row])
        first, last = sorted((from_m * scale, to_m * scale))
        corners = shapely.get_coordinates(line)
        at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        inner = np.flatnonzero((at > first) & (at < last))
        ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [first, last]))
        drawn = np.concatenate([[first], at[inner], [last]])
        pairs = self.plane.degrees(np.concatenate([ends[:1], corners[inner], ends[1:]]))
        found = [((float(lon), float(lat)), float(m) / scale) for (lon, lat), m in zip(pairs, drawn, strict=True)]
        return iter(found if from_m <= to_m else found[::-1])
