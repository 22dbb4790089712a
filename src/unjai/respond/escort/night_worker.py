"""The process that reckons a station's nights: neither web nor core spends its CPU on it.

``python -m unjai.respond.escort.night_worker``: on standard input JSON (streets, facts, places, cameras, borders,
hours), on standard output what each hour is like. It reads nothing else and writes nothing.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from unjai.cameras.rules.sight import View
from unjai.model.geometry import Point
from unjai.respond.escort.night_told import told
from unjai.respond.escort.rules.assumed import assumed
from unjai.respond.escort.rules.ease import Facts, Floats, is_dark
from unjai.respond.escort.rules.foot import FootGraph
from unjai.respond.escort.rules.night_cameras import NightCamera, camera_changes
from unjai.respond.escort.rules.night_works import night_of
from unjai.territory.rules.shapes import shape_of
from unjai.territory.streets import Edge, StreetGraph

MEMORY_BYTES = 3_000_000_000
CPU_S = 240
_GENTLE = 5
USUAL_SHARE = 0.5
"""Patrols that passed in this hour on so many of the nights pass usually."""
LONG_AGO_S = 1e9


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Reckon the hours that the order asks for."""
    graph = FootGraph(StreetGraph.of(map(_edge, order["edges"])))
    walked = assumed(graph, [(kind, Point(lon=lon, lat=lat)) for kind, lon, lat in order["places"]])
    borders = [shape_of(one) for one in order["borders"]]
    cameras = list(camera_changes(graph, [_camera(one) for one in order["cameras"]], borders))
    hours: dict[str, Any] = {}
    known: dict[tuple[bool, bytes], dict[str, Any]] = {}
    for hour in order["hours"]:
        dark = is_dark(hour * 60)
        facts = facts_at(order["facts"], len(graph.edges), hour)
        alike = dark, facts.patrolled_s.tobytes() + facts.reports.tobytes()  # the rest is the same at every hour
        if alike not in known:
            known[alike] = told(night_of(graph, facts, walked, dark=dark, cameras=cameras), graph, walked)
        hours[str(hour)] = known[alike]
    return {"hours": hours}


def facts_at(said: dict[str, Any], count: int, hour: int) -> Facts:
    """Return what is known of each street at an hour; what is null is not known."""
    plain = {name: _numbers(said[name], count) for name in ("lit", "pole_m", "seen_day", "seen_night")}
    passed = _numbers([None if one is None else one[hour] for one in said["patrolled"]], count)
    usual = np.where(np.isnan(passed), np.nan, np.where(passed >= USUAL_SHARE, 0.0, LONG_AGO_S))
    reports = _numbers([None if one is None else one[hour] for one in said["reports"]], count)
    return Facts.of(count, patrolled_s=usual, reports=reports, **plain)


def _numbers(values: Sequence[float | None], count: int) -> Floats:
    found = np.asarray([np.nan if one is None else float(one) for one in values], dtype=np.float64)
    return found if len(found) else np.full(count, np.nan)


def _edge(row: Sequence[Any]) -> Edge:
    number, a, b, name_th, name_en, length_m, lit, line = row
    return Edge(
        id=number,
        node_a=a,
        node_b=b,
        coordinates=tuple((lon, lat) for lon, lat in line),
        length_m=length_m,
        name_th=name_th,
        name_en=name_en,
        lit=lit,
    )


def _camera(said: dict[str, Any]) -> NightCamera:
    return NightCamera(
        device_id=said["device_id"],
        name_th=said["name_th"],
        name_en=said["name_en"],
        view=View(**said["view"]),
        works=said["works"],
    )


def main() -> None:
    """Read an order, write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    os.nice(_GENTLE)
    order = msgspec.json.decode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.json.encode(work(order)))


if __name__ == "__main__":
    main()
