"""Made-up streets: a grid with corners at whole steps, each edge with what is known of it."""

import numpy as np

from unjai.model.geometry import Point
from unjai.respond.escort.graph_file import graph_of
from unjai.respond.escort.rules.foot import FootGraph

LON, LAT, STEP_M = 98.98, 18.80, 100.0
_PER_LON, _PER_LAT = 105_390.0, 110_650.0


def corner(x: float, y: float) -> Point:
    return Point(lon=LON + x * STEP_M / _PER_LON, lat=LAT + y * STEP_M / _PER_LAT)


def document(width: int, height: int, **facts) -> dict:
    """A grid of streets of 100 m; `facts` are functions of the two corners (x, y), (x, y) of an edge."""
    number = {(x, y): y * width + x for y in range(height) for x in range(width)}
    coords = [value for y in range(height) for x in range(width) for value in (corner(x, y).lon, corner(x, y).lat)]
    pairs = [((x, y), (x + 1, y)) for y in range(height) for x in range(width - 1)]
    pairs += [((x, y), (x, y + 1)) for y in range(height - 1) for x in range(width)]
    edges = [value for a, b in pairs for value in (number[a], number[b], STEP_M)]
    return {
        "coords": coords,
        "edges": edges,
        "facts": {name: [told(a, b) for a, b in pairs] for name, told in facts.items()},
    }


def grid(width: int, height: int, **facts) -> tuple[FootGraph, object]:
    return graph_of(document(width, height, **facts))


def chance(seed: int, share: float = 0.5):
    """Facts by chance, a third of them not known."""
    random = np.random.default_rng(seed)

    def told(_a, _b):
        return None if random.random() < 1 / 3 else float(random.random() < share)

    return told
