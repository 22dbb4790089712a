"""How long an eight-hour track takes to be brought onto about 2,000 streets, and how right it is."""

from __future__ import annotations

import time

import numpy as np

from unjai.model.geometry import Point
from unjai.patrol.rules.tracks import Fix, TrackStreets, matched
from unjai.territory.streets import Edge, StreetGraph

STEP_S, HOURS, NOISE_M = 10, 8, 8.0


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
    """Return seconds of CPU for one shift's track (streets made ready too), and the share of driven metres found."""
    graph = grid()
    fixes, truth = drive(graph, 1)
    began = time.process_time()
    found = matched(TrackStreets(graph.edges), fixes)
    spent = time.process_time() - began
    true, told = set(truth), {one.edge_id for one in found.passed}
    return {
        "track_match_s": round(spent, 3),
        "track_positions": len(fixes),
        "track_edges_found": round(len(true & told) / len(true), 4),
        "track_edges_wrong": round(len(told - true) / len(told), 4),
    }
