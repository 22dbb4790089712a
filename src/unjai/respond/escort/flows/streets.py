"""A station's streets as walkers see them, with what is known of each at this hour: read once a minute at most."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import shapely

from unjai.model.clock import BANGKOK
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.escort.rules.ease import PATROL_S, POLE_M, Facts, Floats, is_dark
from unjai.respond.escort.rules.foot import FootGraph, Hour
from unjai.territory.store.edge_facts import edge_facts_of
from unjai.territory.view import TerritoryView, territory_of

FRESH = timedelta(seconds=60)
_KEPT = 8

_graphs: OrderedDict[tuple[StationId, UUID | None], FootGraph] = OrderedDict()
_hours: OrderedDict[tuple[StationId, UUID | None, int, bool, bool], tuple[datetime, Hour]] = OrderedDict()
READ = ("seen_day", "seen_night", "patrolled_at", "reports_hours", "lit")
"""The facts of edges that walks are told of."""


async def hour_of(tx: Tx, station_id: StationId, at: datetime, now: datetime) -> Hour:
    """Return the station's streets at an hour, with facts as they were known at most a minute ago.

    For another time than now nobody knows where patrols will have passed, and nothing is claimed of them.
    """
    here = await territory_of(tx, station_id)
    dark, is_now = is_dark_at(at), abs((at - now).total_seconds()) < PATROL_S
    clock_hour = at.astimezone(BANGKOK).hour
    key = (station_id, here.stamp, clock_hour, dark, is_now)
    known = _hours.get(key)
    if known is not None and timedelta(0) <= now - known[0] < FRESH:
        return known[1]
    noted = await edge_facts_of(tx, station_id, *READ)
    if not is_now:
        noted["patrolled_at"] = {}
    hour = await asyncio.to_thread(_made, here, noted, now, dark, clock_hour)
    _hours[key] = (now, hour)
    while len(_hours) > _KEPT:
        _hours.popitem(last=False)
    return hour


def is_dark_at(at: datetime) -> bool:
    """Tell whether a moment is dark in Bangkok."""
    local = at.astimezone(BANGKOK)
    return is_dark(local.hour * 60 + local.minute)


def _made(
    here: TerritoryView, noted: Mapping[str, Mapping[int, Any]], now: datetime, dark: bool, clock_hour: int
) -> Hour:
    graph = graph_of(here)
    return Hour(graph, facts_of(graph, here, noted, now, clock_hour), dark=dark)


def graph_of(here: TerritoryView) -> FootGraph:
    """Return a territory's streets for one who walks, laid once for each state of it. For a thread."""
    key = (here.station_id, here.stamp)
    graph = _graphs.get(key) or FootGraph(here.graph)
    _graphs[key] = graph
    while len(_graphs) > _KEPT:
        _graphs.popitem(last=False)
    return graph


def facts_of(
    graph: FootGraph, here: TerritoryView, noted: Mapping[str, Mapping[int, Any]], now: datetime, clock_hour: int
) -> Facts:
    """Return what is known of each edge: of the map, by hand, of cameras, patrols, SOS points, reports at this hour.

    Opening hours and works are written by nobody yet.
    """
    count = len(graph.edges)
    lit = lit_of(graph, noted["lit"])
    reports = np.full(count, np.nan)
    for edge_id, value in noted["reports_hours"].items():
        reports[graph.row(edge_id)] = float(value[clock_hour])
    known = {name: np.full(count, np.nan) for name in ("seen_day", "seen_night", "patrolled_s")}
    for name in ("seen_day", "seen_night"):
        for edge_id, value in noted[name].items():
            if isinstance(value, int | float):
                known[name][graph.row(edge_id)] = value
    for edge_id, value in noted["patrolled_at"].items():
        known["patrolled_s"][graph.row(edge_id)] = (now - datetime.fromisoformat(str(value))).total_seconds()
    return Facts.of(count, lit=lit, pole_m=poles_of(graph, here), reports=reports, **known)


def lit_of(graph: FootGraph, by_hand: Mapping[int, Any]) -> Floats:
    """Return what is known of light: what somebody went and saw stands over what the map says."""
    lit = np.asarray([np.nan if edge.lit is None else float(edge.lit) for edge in graph.edges])
    for edge_id, value in by_hand.items():
        lit[graph.row(edge_id)] = float(bool(value))
    return lit


def poles_of(graph: FootGraph, here: TerritoryView) -> Floats:
    """Return how far the nearest SOS point stands from each edge; not known where the station has registered none."""
    places = [
        device.point for device in here.devices if device.kind == "sos_pole" and not device.disabled and device.point
    ]
    away = np.full(len(graph.edges), np.nan)
    if not places or not len(graph.edges):
        return away
    lines = shapely.linestrings(
        graph.plane.metres(np.asarray([pair for edge in graph.edges for pair in edge.coordinates])),
        indices=np.repeat(np.arange(len(graph.edges)), [len(edge.coordinates) for edge in graph.edges]),
    )
    tree = shapely.STRtree(shapely.points(graph.plane.metres([(one.lon, one.lat) for one in places])))
    (rows, _), distance = tree.query_nearest(lines, return_distance=True, all_matches=False)
    away[:] = POLE_M * 1e6
    away[rows] = distance
    return away
