"""How long an eight-hour track at five seconds takes to be brought onto streets, and how right it is: random towns."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from bench.patrol.towns import town
from unjai.model.geometry import Point
from unjai.patrol.rules.tracks import Fix, TrackStreets, matched
from unjai.territory.streets import Edge, StreetGraph

STEP_S, HOURS, NOISE_M = 5, 8, 8.0
TOWNS, UNITS = 5, 12


def grid(lines: int = 32, step: float = 0.0012) -> StreetGraph:
    """Return a grid of streets about 130 m apart: 1,984 edges."""
    edges = []
    for i in range(lines):
        for j in range(lines):
            for a, b in ((i + 1, j), (i, j + 1)):
                if max(a, b) < lines:
                    ends = ((100.5 + i * step, 13.7 + j * step), (100.5 + a * step, 13.7 + b * step))
                    edges.append(Edge(id=len(edges), node_a=i * lines + j, node_b=a * lines + b, coordinates=ends))
    return StreetGraph(edges)


def drive(graph: StreetGraph, seed: int) -> tuple[list[Fix], list[int]]:
    """Return the noisy positions of a drive from corner to corner with stops, and the edges truly driven."""
    chance = np.random.default_rng(seed)
    west, south, east, north = graph.bounds
    here, now, fixes, truth = Point(lon=(west + east) / 2, lat=(south + north) / 2), 0.0, list[Fix](), list[int]()
    while now < HOURS * 3600:
        there = Point(lon=float(chance.uniform(west, east)), lat=float(chance.uniform(south, north)))
        way = graph.path(here, there, "motorcycle")
        if way is None or way.road_m < 50:
            continue
        truth += way.edge_ids
        for moment in np.arange(0, way.road_m / 7.0 + 600, STEP_S):
            point, _ = way.position_at(min(float(moment) * 7.0, way.road_m))
            off = chance.normal(0, NOISE_M, 2)
            fixes.append(
                Fix(
                    at_s=now + float(moment),
                    lon=point.lon + off[0] / 108_000,
                    lat=point.lat + off[1] / 110_700,
                    accuracy_m=10.0,
                )
            )
        now += way.road_m / 7.0 + 600 + STEP_S
        here = there
    return fixes, truth


def measured() -> dict[str, float]:
    """Return seconds of CPU for one unit's shift: the median over towns, one of them a grid of 2,000 streets.

    The streets are made ready anew for each. `track_shift_s` is a whole shift of twelve units in one town, as the
    shift chief asks for it.
    """
    rows = [_one(grid(), 0)] + [_one(_of(town(seed)), seed) for seed in range(1, TOWNS)]
    graph = grid()
    tracks = [drive(graph, 100 + unit)[0] for unit in range(UNITS)]
    began = time.process_time()
    streets = TrackStreets(graph.edges)
    for track in tracks:
        matched(streets, track)
    whole = time.process_time() - began
    return {
        "track_match_s": round(statistics.median(row["s"] for row in rows), 3),
        "track_match_worst_s": round(max(row["s"] for row in rows), 3),
        "track_shift_s": round(whole, 3),
        "track_positions": round(statistics.median(row["positions"] for row in rows)),
        "track_edges_found": round(statistics.median(row["found"] for row in rows), 4),
        "track_edges_wrong": round(statistics.median(row["wrong"] for row in rows), 4),
    }


def _of(drawn: dict[str, Any]) -> StreetGraph:
    """Return the streets of a town of the planner's bench."""
    edges = [
        Edge(
            id=number,
            node_a=street["a"],
            node_b=street["b"],
            coordinates=tuple((lon, lat) for lon, lat in street["coordinates"]),
        )
        for number, street in enumerate(drawn["streets"])
    ]
    return StreetGraph(edges)


def _one(graph: StreetGraph, seed: int) -> dict[str, float]:
    fixes, truth = drive(graph, seed + 1)
    began = time.process_time()
    found = matched(TrackStreets(graph.edges), fixes)
    spent = time.process_time() - began
    true, told = set(truth), {one.edge_id for one in found.passed}
    return {
        "s": spent,
        "positions": len(fixes),
        "found": len(true & told) / len(true),
        "wrong": len(told - true) / len(told),
    }
