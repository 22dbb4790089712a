"""`unjai walk`: two or three ways on foot with time and ease each, from a file of streets, without a centre."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.geometry import Point, point
from unjai.platform.free import sayable
from unjai.platform.i18n import render
from unjai.respond.escort.graph_file import read_graph
from unjai.respond.escort.rules.ease import is_dark
from unjai.respond.escort.rules.foot import Hour
from unjai.respond.escort.rules.ways import ways
from unjai.respond.escort.told_ways import told_way

FORMAT = "unjai-walk/1"
_HOUR = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_HIDDEN = 3


def walk(graph: Path, origin: str, target: str, at: str, *, as_json: bool) -> int:
    """Write the ways; return 0. What cannot be answered gives 1 and says why, in JSON too."""
    try:
        found = _found(graph, origin, target, at)
    except UnjaiError as error:
        if not as_json:
            raise
        told = {"error": {"code": error.code, **render(error.code, error.facts), **error.facts}}
        sys.stdout.write(json.dumps(sayable(told), ensure_ascii=False) + "\n")
        return 1
    sys.stdout.write(json.dumps(sayable(found), ensure_ascii=False) + "\n" if as_json else _page(found))
    return 0


def _found(file: Path, origin: str, target: str, at: str) -> dict[str, Any]:
    start, goal, minute = _place(origin, "from"), _place(target, "to"), minute_of(at)
    graph, facts = read_graph(file)
    hour = Hour(graph, facts, dark=is_dark(minute))
    return {
        "format": FORMAT,
        "from": [start.lon, start.lat],
        "to": [goal.lon, goal.lat],
        "at": f"{minute // 60:02d}:{minute % 60:02d}",
        "dark": hour.dark,
        "ways": [told_way(hour, way) for way in ways(hour, start, goal)],
    }


def _place(said: str, option: str) -> Point:
    lon, _, lat = said.partition(",")
    try:
        return point(lon.strip(), lat.strip())
    except DecodeError as error:
        raise UnjaiError("escort_place_wrong", 422, option=option, said=said[:60]) from error


def minute_of(said: str) -> int:
    """Return the minute of the day that HH:MM names; raise `escort_hour_wrong` (422)."""
    found = _HOUR.fullmatch(said.strip())
    if found is None:
        raise UnjaiError("escort_hour_wrong", 422, said=said[:20])
    return int(found[1]) * 60 + int(found[2])


def _page(found: dict[str, Any]) -> str:
    lines = []
    for number, way in enumerate(found["ways"], 1):
        low, high = round(way["ease"] * 100), round(way["at_most"] * 100)
        lines.append(
            f"{number}. {way['words']['th']} ({way['words']['en']}): {way['minutes']} นาที / min, {way['metres']} m,"
            f" ความอุ่นใจ / ease {low} % (≤ {high} %), มืดหรือไม่ทราบ / dark or not known {way['unlit_m']} m"
        )
        for street in way["streets"][:_HIDDEN]:
            words = [*street["bad"], *street["good"], *street["unknown"]][:_HIDDEN]
            lines.append(
                f"   {street['name_th'] or '–'} {street['metres']} m: " + ", ".join(one["th"] for one in words)
            )
        if len(way["streets"]) > _HIDDEN:
            lines.append(f"   … {len(way['streets']) - _HIDDEN}")
    return "\n".join(lines) + "\n"
