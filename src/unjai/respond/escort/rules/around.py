"""How many reports there were near each street around each hour of the day: of places, never of persons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

import numpy as np
import shapely

from unjai.respond.escort.rules.foot import FootGraph

DAYS = 90
"""Reports of so many days count; known only where the station has taken reports for as long."""
NEAR_M = 40.0
"""A report so near to a street is one of that street, and at a corner of every street there."""
BAND_H = 1
"""Around an hour: that hour, and so many before and after it."""
HOURS = 24
NOT_PLACES = frozenset({"DSL", "PLT", "UDS"})
"""A silent device, a car of the watch list, an officer in distress: no report about the street they happened on."""


def known_since(first: datetime | None, now: datetime) -> bool:
    """Tell whether a station that took its first report then has taken them for long enough."""
    return first is not None and now - first >= timedelta(days=DAYS)


def banded(counts: Sequence[int]) -> list[int]:
    """Return for each hour of the day the reports of the hours around it, midnight being no border."""
    return [sum(counts[(hour + by) % HOURS] for by in range(-BAND_H, BAND_H + 1)) for hour in range(HOURS)]


def reports_around(
    graph: FootGraph, reports: Iterable[tuple[float, float, datetime]], zone: tzinfo
) -> dict[int, list[int]]:
    """Return for each edge (by its id) the reports near it around each hour; `reports` are lon, lat and when."""
    told = list(reports)
    counts = np.zeros((len(graph.edges), HOURS), dtype=np.int64)
    if told and graph.edges:
        points = [len(edge.coordinates) for edge in graph.edges]
        at = graph.plane.metres(np.asarray([pair for edge in graph.edges for pair in edge.coordinates]))
        lines = shapely.linestrings(at, indices=np.repeat(np.arange(len(points)), points))
        marks = shapely.points(graph.plane.metres([(lon, lat) for lon, lat, _ in told]))
        which, rows = shapely.STRtree(lines).query(marks, predicate="dwithin", distance=NEAR_M)
        hours = np.asarray([when.astimezone(zone).hour for _, _, when in told])
        np.add.at(counts, (rows, hours[which]), 1)
    return {edge.id: banded(counts[row].tolist()) for row, edge in enumerate(graph.edges)}
