"""What a station's plan is made of: checkpoints, watched kinds of places, units, streets, risk handed down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.clock import BANGKOK
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.patrol.store import checkpoints, desk
from unjai.patrol.store import plans as store
from unjai.people.store.units import ShiftRow, UnitRow
from unjai.platform.database import Tx
from unjai.territory.facts import place_kinds
from unjai.territory.view import TerritoryView, territory_of

MOST_PLACES = 150
OFF_M = 1500.0
_KINDS = {"car": "car", "motorcycle": "motorcycle", "foot": "foot", "volunteer": "volunteer"}
_BREAK_FROM, _BREAK_TO = 0.3, 0.75
"""A break lies in the middle of a shift."""


def span(shift: ShiftRow, day: date) -> tuple[datetime, datetime]:
    """Return when a shift of a Bangkok day begins and ends."""
    begin = datetime.combine(day, shift.starts, tzinfo=BANGKOK)
    end = datetime.combine(day, shift.ends, tzinfo=BANGKOK)
    return begin, end if end > begin else end + timedelta(days=1)


async def places_of(tx: Tx, station_id: StationId, here: TerritoryView) -> list[dict[str, Any]]:
    """Return the station's places for a plan, checkpoints first, at most `MOST_PLACES`.

    Risk that was handed down for a place goes before what the station set for its kind.
    """
    kinds = {kind: row["by_hour"] for kind, row in (await desk.kinds(tx, station_id)).items()}
    beats = {row["id"]: row["name_th"] for row in await checkpoints.beats(tx, station_id)}
    given = {row["place"]: row["by_hour"] for row in await store.risk(tx, station_id)}
    seen = await store.last_visits(tx, station_id)
    found = [
        {
            "id": row["code"],
            "name": {"th": row["name_th"], "en": row["name_en"]},
            "kind": row["kind"],
            "lon": row["lon"],
            "lat": row["lat"],
            "area": beats.get(row["beat_id"], ""),
            "last_visit": seen[row["id"]].astimezone(BANGKOK).date().isoformat() if row["id"] in seen else None,
        }
        for row in await checkpoints.checkpoints(tx, station_id)
        if not row["retired"]
    ]
    known = {place["id"] for place in found}
    watched = {kind.kind for kind in place_kinds().values() if kind.risk}
    others = [
        place for place in here.places if place.code not in known and (place.kind in watched or place.code in given)
    ]
    others.sort(key=lambda place: (place.code not in given, place.code))
    found += [
        {
            "id": place.code,
            "name": {"th": place.name_th, "en": place.name_en},
            "kind": place.kind,
            "lon": place.lon,
            "lat": place.lat,
        }
        for place in others
    ]
    own = ((place, given.get(place["id"], kinds.get(place["kind"]))) for place in found[:MOST_PLACES])
    return [place if hours is None else {**place, "risk_by_hour": hours} for place, hours in own]


def asked_of(
    due: Sequence[tuple[Mapping[str, Any], datetime, datetime]], place_of: Mapping[UUID, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the asked visits of a shift as the planner's format has them, and the places that are theirs alone."""
    places: dict[str, dict[str, Any]] = {}
    asked = []
    for row, since, until in due:
        place = place_of[row["id"]]
        if row["lon"] is not None:
            name = {"th": row["label"], "en": row["label"]}
            kind = "residence" if row["kind"] == "house_watch" else "other"
            places[place] = {"id": place, "name": name, "kind": kind, "lon": row["lon"], "lat": row["lat"]}
        asked.append(
            {
                "id": str(row["id"]),
                "place": place,
                "from": _clock(since),
                "to": _clock(until, end_of_day=True),
                "minutes": row["minutes"],
                "kind": row["kind"],
                "must": row["must"],
                "note": row["note"][:200],
            }
        )
    return list(places.values()), asked


async def town_of(
    tx: Tx,
    station_id: StationId,
    *,
    shift: ShiftRow,
    day: date,
    units: Sequence[UnitRow],
    break_min: int,
    requests: Sequence[Mapping[str, Any]],
    layers: Sequence[Mapping[str, Any]],
    also: Sequence[Mapping[str, Any]] = (),
    explore: float | None = None,
) -> dict[str, Any]:
    """Return a station as a town of the planner's format; `also` are places beside the station's own."""
    here = await territory_of(tx, station_id)
    depot = _depot(here)
    begin, end = span(shift, day)
    return {
        "name": {"th": here.station.name_th, "en": here.station.name_en},
        "shift": {"date": day.isoformat(), "from": _clock(begin), "to": _clock(end, end_of_day=True)},
        **({} if depot is None else {"depot": {"lon": depot.lon, "lat": depot.lat, "id": "station"}}),
        "places": [*await places_of(tx, station_id, here), *also],
        **({} if explore is None else {"setting": {"explore": explore}}),
        "units": [_unit(unit, begin, end, break_min) for unit in units],
        "requests": list(requests),
        "layers": list(layers),
        "streets": [
            {
                "a": edge.node_a,
                "b": edge.node_b,
                "coordinates": edge.coordinates,
                "class": edge.street_class,
                "oneway": edge.oneway,
                **({} if edge.length_m is None else {"length_m": edge.length_m}),
            }
            for edge in here.graph.edges
        ],
    }


def _depot(here: TerritoryView) -> Point | None:
    """Return where units set out: the station, unless its streets lie elsewhere; then the middle of the zone."""
    own = here.station.point
    if own is None or (here.graph.edge_count and here.graph.snap(own, within_m=OFF_M) is None):
        return here.centre
    return own


def _unit(unit: UnitRow, begin: datetime, end: datetime, break_min: int) -> dict[str, Any]:
    made: dict[str, Any] = {"id": str(unit.id), "name": unit.call_sign, "kind": _KINDS.get(unit.kind, "motorcycle")}
    if break_min:
        length = end - begin
        since, until = begin + length * _BREAK_FROM, begin + length * _BREAK_TO
        made["breaks"] = [{"from": _clock(since), "to": _clock(until), "minutes": break_min}]
    return made


def _clock(at: datetime, *, end_of_day: bool = False) -> str:
    local = at.astimezone(BANGKOK)
    return "24:00" if end_of_day and (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


def device_ids(units: Sequence[UnitRow], named: Sequence[str]) -> dict[str, UUID]:
    """Return the devices that units of a plan carry now, by the unit's id as the plan names it."""
    return {str(unit.id): UUID(str(unit.device_id)) for unit in units if str(unit.id) in named and unit.device_id}
