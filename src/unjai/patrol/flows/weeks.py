"""Coverage by hour and week: streets and areas, and where nobody was. It knows of no unit and no person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import shapely

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.patrol.rules.weeks import Area, areas, begins, hour_of_week, monday, quiet_hours, street_weeks
from unjai.patrol.store import checkpoints, desk, street_hours
from unjai.platform.database import Tx
from unjai.territory.rules.shapes import shape_of
from unjai.territory.view import TerritoryView, territory_of

READ = "patrol.read"
_NEAR_DEGREES = 0.008
"""A street farther than that (some 900 m) from every checkpoint of a beat belongs to none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A checkpoint with its visits by hour of the week, and the weeks in which nobody came."""

    code: str
    name_th: str
    name_en: str
    beat: str
    lon: float
    lat: float
    hours: dict[int, int]
    weeks_unseen: tuple[date, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """What some weeks were covered like."""

    since: date
    weeks: tuple[date, ...]
    until: datetime
    streets: dict[int, list[int]]
    areas: list[Area]
    names: dict[str, tuple[str, str, str]]
    """Of areas by id: kind (beat, subzone), Thai, English."""
    places: list[Place]
    quiet: list[int]
    street_count: int


async def covered_weeks(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, week: date | None, weeks: int
) -> Weeks:
    """Return the coverage of `weeks` weeks that end with the one in which `week` lies (this one without it)."""
    actor.must(READ)
    now = clock.now()
    last = monday(week or now.astimezone(BANGKOK).date())
    mondays = tuple(last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1))
    since, until = begins(mondays[0]), begins(last + timedelta(days=7))
    rows = [(row["hour_at"], row["edges"]) for row in await street_hours.hours(tx, station_id, since, until)]
    here = await territory_of(tx, station_id)
    beats = {row["id"]: row for row in await checkpoints.beats(tx, station_id)}
    points = [row for row in await checkpoints.checkpoints(tx, station_id) if not row["retired"]]
    visits: dict[Any, list[datetime]] = {}
    for row in await desk.visits_between(tx, station_id, since, until):
        visits.setdefault(row["checkpoint_id"], []).append(row["happened_at"])
    places = [_place(row, beats, visits.get(row["id"], ()), mondays) for row in points]
    names = {f"beat:{key}": ("beat", row["name_th"], row["name_en"]) for key, row in beats.items()}
    names |= {f"subzone:{one.id}": ("subzone", one.name_th, one.name_en) for one in here.subzones}

    def reckoned() -> tuple[dict[int, list[int]], list[Area]]:
        known = {edge.id for edge in here.graph.edges}
        lengths, by_beat, by_zone = _where(here, points)
        found = areas(lengths, by_beat, rows, mondays) + areas(lengths, by_zone, rows, mondays)
        return {edge: counts for edge, counts in street_weeks(rows).items() if edge in known}, found

    streets, found = await asyncio.to_thread(reckoned)
    ended = min(until - timedelta(seconds=1), now)
    return Weeks(
        since=mondays[0],
        weeks=mondays,
        until=ended,
        streets=streets,
        areas=found,
        names=names,
        places=places,
        quiet=quiet_hours(rows, ended, weeks) if ended > since else [],
        street_count=here.graph.edge_count,
    )


def _place(row: Any, beats: Any, visits: Sequence[datetime], weeks: Sequence[date]) -> Place:
    hours: dict[int, int] = {}
    for at in visits:
        hours[hour_of_week(at)] = hours.get(hour_of_week(at), 0) + 1
    came = {monday(at.astimezone(BANGKOK).date()) for at in visits}
    beat = beats.get(row["beat_id"])
    return Place(
        code=row["code"],
        name_th=row["name_th"],
        name_en=row["name_en"],
        beat="" if beat is None else beat["name_th"],
        lon=row["lon"],
        lat=row["lat"],
        hours=hours,
        weeks_unseen=tuple(week for week in weeks if week not in came),
    )


def _where(here: TerritoryView, points: Sequence[Any]) -> tuple[dict[int, float], dict[int, str], dict[int, str]]:
    """Return the length of each street, and in which beat (of the nearest checkpoint) and sub-zone its middle lies."""
    edges = here.graph.edges
    lines = [shapely.LineString(edge.coordinates) for edge in edges]
    middles = [line.interpolate(0.5, normalized=True) for line in lines]
    lengths = {edge.id: edge.length_m or line.length * 108_000 for edge, line in zip(edges, lines, strict=True)}
    in_beats = [row for row in points if row["beat_id"] is not None]
    by_beat: dict[int, str] = {}
    if in_beats and middles:
        tree = shapely.STRtree([shapely.Point(row["lon"], row["lat"]) for row in in_beats])
        pairs = tree.query_nearest(middles, max_distance=_NEAR_DEGREES, all_matches=False)
        for number, nearest in zip(*pairs.tolist(), strict=True):
            by_beat[edges[number].id] = f"beat:{in_beats[nearest]['beat_id']}"
    shapes = [(f"subzone:{one.id}", shape_of(one.geometry)) for one in here.subzones]
    by_zone = {}
    for edge, middle in zip(edges, middles, strict=True):
        inside = next((name for name, shape in shapes if shape.covers(middle)), None)
        if inside is not None:
            by_zone[edge.id] = inside
    return lengths, by_beat, by_zone
