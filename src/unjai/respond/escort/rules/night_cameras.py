"""What each camera would see if it were mended or turned: the seen share of the streets it would touch.

The same sectors as the register's own sight (`cameras.rules.sight`), with all other working cameras beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from unjai.cameras.rules.sight import FULL_DEG, View, coverage
from unjai.respond.escort.rules.foot import FootGraph
from unjai.respond.escort.rules.night import CameraChange, Rows

TURNS_DEG = (45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0)
CAMERAS_MOST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class NightCamera:
    """A camera of the register; `works` tells whether it sees now."""

    device_id: str
    name_th: str
    name_en: str
    view: View
    works: bool


def camera_changes(
    graph: FootGraph, cameras: Sequence[NightCamera], borders: Sequence[shapely.Geometry] = ()
) -> Iterator[CameraChange]:
    """Yield what every camera whose view is known could do: mended where it does not work, else turned."""
    known = [one for one in cameras if one.view.drawn][:CAMERAS_MOST]
    counts = [len(edge.coordinates) for edge in graph.edges]
    if not known or not counts:
        return
    at = graph.plane.metres(np.asarray([pair for edge in graph.edges for pair in edge.coordinates]))
    tree = shapely.STRtree(shapely.linestrings(at, indices=np.repeat(np.arange(len(counts)), counts)))
    places = graph.plane.metres([(one.view.lon, one.view.lat) for one in known])
    for number, camera in enumerate(known):
        reach = _reach(camera.view)
        rows = np.sort(tree.query(shapely.Point(places[number]), predicate="dwithin", distance=reach))
        if not len(rows):
            continue
        others = [
            one.view
            for other, one in enumerate(known)
            if other != number
            and one.works
            and math.dist(places[number], places[other]) <= 2 * reach + _reach(one.view)
        ]
        for view in _variants(camera):
            yield _change(graph, camera, view, others, rows, borders)


def _reach(view: View) -> float:
    return max(view.reach_day_m or 0.0, view.reach_night_m or 0.0)


def _variants(camera: NightCamera) -> Iterator[View]:
    if not camera.works:
        yield camera.view
    elif camera.view.bearing_deg is not None and (camera.view.fov_deg or 0) < FULL_DEG:
        for turn in TURNS_DEG:
            yield replace(camera.view, bearing_deg=(camera.view.bearing_deg + turn) % FULL_DEG)


def _change(  # noqa: PLR0917  one call
    graph: FootGraph,
    camera: NightCamera,
    view: View,
    others: Sequence[View],
    rows: Rows,
    borders: Sequence[shapely.Geometry],
) -> CameraChange:
    edges = [graph.edges[row] for row in rows.tolist()]
    seen = coverage(edges, [*others, view], borders)
    return CameraChange(
        kind="camera_turn" if camera.works else "camera_mend",
        device_id=camera.device_id,
        name_th=camera.name_th,
        name_en=camera.name_en,
        lon=view.lon,
        lat=view.lat,
        bearing_deg=None if not camera.works else view.bearing_deg,
        rows=rows,
        seen_day=np.asarray([seen.day.get(edge.id, 0.0) for edge in edges]),
        seen_night=np.asarray([seen.night.get(edge.id, 0.0) for edge in edges]),
    )
