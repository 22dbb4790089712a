"""Find ways, follow a month of walks, load a centre, weigh the page, print."""

from __future__ import annotations

import asyncio
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

import bench.citizen
from bench.citizen import escorts, page, press, walks
from bench.command import command
from unjai.demo.town import geojson, town
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.respond.escort.graph_file import read_graph
from unjai.respond.escort.rules.ease import Facts
from unjai.respond.escort.rules.foot import FootGraph, Hour
from unjai.respond.escort.rules.ways import ways
from unjai.territory.streets import Edge, StreetGraph

ROADS = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "roads"
HONEST, EACH = 1_200, 150
QUICK_HONEST, QUICK_EACH = 60, 12
STORIES: tuple[walks.Story, ...] = ("strayed", "stopped", "silent", "late")


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Return every figure."""
    help_button = await press.measured(quick)
    return await asyncio.to_thread(_measured, quick) | help_button


def _measured(quick: bool) -> dict[str, Any]:
    found = _ways(60 if quick else 300)
    found |= _month(quick)
    found |= escorts.measured(quick)
    found |= page.first_load()
    return found


def _ways(count: int) -> dict[str, Any]:
    """Time ways between places by chance anywhere in Chiang Mai: wall clock, the middle and the slowest twentieth."""
    file = ROADS / "chiang_mai_road_graph.json"
    if not file.exists():
        return {"three_ways_ms": None, "three_ways_note": f"SKIPPED LOUDLY: {file.name} is not at hand"}
    began = time.perf_counter()
    graph, _ = read_graph(file)
    read_s = time.perf_counter() - began
    random = np.random.default_rng(7)
    edges = len(graph.edges)
    lit = (random.random(edges) < 0.6).astype(float)
    hour = Hour(graph, Facts.of(edges, lit=lit, seen_night=random.random(edges)), dark=True)
    city = _timed(hour, count, None)
    near = _timed(hour, count, 2_000.0)
    return {
        "three_ways_ms": round(statistics.median(city), 1),
        "three_ways_p95_ms": round(sorted(city)[int(len(city) * 0.95)], 1),
        "three_ways_2_km_ms": round(statistics.median(near), 1),
        "three_ways_2_km_p95_ms": round(sorted(near)[int(len(near) * 0.95)], 1),
        "ways_graph_nodes": graph.streets.node_count,
        "ways_graph_read_s": round(read_s, 2),
    }


def _timed(hour: Hour, count: int, within_m: float | None) -> list[float]:
    random, graph = Random("ways"), hour.graph
    west, south, east, north = graph.streets.bounds
    lon_m, lat_m = graph.plane.metres_per_degree
    ways(hour, _at(graph.edges[0].coordinates[0]), _at(graph.edges[-1].coordinates[0]))
    spent: list[float] = []
    while len(spent) < count:
        a = Point(lon=random.uniform(west, east), lat=random.uniform(south, north))
        b = Point(lon=random.uniform(west, east), lat=random.uniform(south, north))
        if within_m is not None:
            b = Point(
                lon=a.lon + random.uniform(-within_m, within_m) / lon_m,
                lat=a.lat + random.uniform(-within_m, within_m) / lat_m,
            )
        began = time.perf_counter()
        try:
            ways(hour, a, b)
        except UnjaiError:
            continue
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def _at(pair: tuple[float, float]) -> Point:
    return Point(lon=pair[0], lat=pair[1])


def _graph() -> tuple[str, FootGraph]:
    """Return Hat Yai's streets, or where they are not at hand the demo town's."""
    file = ROADS / "hat_yai_road_graph.json"
    if file.exists():
        return "hat_yai", read_graph(file)[0]
    found = [
        Edge(
            id=int(one["id"]),
            node_a=int(one["properties"]["u"]),
            node_b=int(one["properties"]["v"]),
            coordinates=tuple((lon, lat) for lon, lat in one["geometry"]["coordinates"]),
        )
        for one in geojson.streets(town())["features"]
    ]
    return "demo town", FootGraph(StreetGraph(found))


_town: Hour | None = None


def _walked(asked: tuple[walks.Story, int]) -> walks.Outcome:
    global _town  # noqa: PLW0603  built once in each process
    if _town is None:
        _town = walks.town_of(_graph()[1], 17)
    return walks.told(asked[0], _town, asked[1])


def _month(quick: bool) -> dict[str, Any]:
    honest, each = (QUICK_HONEST, QUICK_EACH) if quick else (HONEST, EACH)
    asked: list[tuple[walks.Story, int]] = [("honest", seed) for seed in range(honest)]
    asked += [(story, seed) for story in STORIES for seed in range(each)]
    with ProcessPoolExecutor(2) as pool:
        outcomes = list(pool.map(_walked, asked, chunksize=8))
    good = [one for one in outcomes if one.story == "honest"]
    bad = [one for one in outcomes if one.story != "honest"]
    told: dict[str, Any] = {
        "escort_caught_share": round(statistics.mean(float(one.caught) for one in bad), 4),
        "false_checkins_per_100": round(100 * sum(len(one.questions) for one in good) / len(good), 2),
        "false_alerts_per_100": round(100 * sum(one.alerted for one in good) / len(good), 2),
        "escort_honest_walks": len(good),
        "escort_trouble_walks": len(bad),
        "escort_town": _graph()[0],
    }
    for story in STORIES:
        own = [one for one in bad if one.story == story]
        told[f"escort_caught_{story}"] = round(statistics.mean(float(one.caught) for one in own), 4) if own else None
    for why in ("strayed", "stopped", "late", "lost", "battery"):
        told[f"false_{why}"] = sum(one.questions.count(why) for one in good)
    return told


if __name__ == "__main__":
    command(bench.citizen.__doc__, measure, nought=("escort_positions_lost",))
