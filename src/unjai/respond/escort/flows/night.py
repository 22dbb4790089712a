"""The nights of a station: what is reckoned and kept, what people decide about works, what they saw of lamps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from unjai.cameras.flows.sight import BLIND_FOR, view_of, works
from unjai.cameras.store.health import blind_since
from unjai.cameras.store.reads import cameras_of
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.escort.flows.streets import graph_of, lit_of, poles_of
from unjai.respond.escort.rules.assumed import NIGHT_PLACES
from unjai.respond.escort.rules.ease import Floats
from unjai.respond.escort.store import night as store
from unjai.territory.flows import note_edges
from unjai.territory.store.edge_facts import edge_facts_of
from unjai.territory.view import TerritoryView, territory_of

HOURS = tuple(range(24))
_FACTS = ("seen_day", "seen_night", "patrolled_hours", "reports_hours", "lit")


async def order_of(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> dict[str, Any]:
    """Return all that the reckoning needs, as `night_worker` reads it."""
    actor.must("night.work")
    here = await territory_of(tx, station_id)
    noted = await edge_facts_of(tx, station_id, *_FACTS)
    blind = (await blind_since(tx, clock.now() - BLIND_FOR)).get(station_id, frozenset())
    cameras = []
    for row in await cameras_of(tx, station_id):
        view = view_of(row)
        if view is None or not view.drawn or row["disabled"] or row["state"] in {"planned", "retired"}:
            continue
        named = {"device_id": str(row["id"]), "name_th": row["name_th"], "name_en": row["name_en"]}
        own = {name: getattr(view, name) for name in view.__slots__}
        cameras.append({**named, "view": own, "works": works(row) and row["id"] not in blind})
    return await asyncio.to_thread(_order, here, noted, cameras)


def _order(here: TerritoryView, noted: dict[str, dict[int, Any]], cameras: list[dict[str, Any]]) -> dict[str, Any]:
    graph = graph_of(here)
    ids = [edge.id for edge in graph.edges]
    lengths = graph.length_m.tolist()
    return {
        "edges": [
            [edge.id, edge.node_a, edge.node_b, edge.name_th, edge.name_en, metres, edge.lit, list(edge.coordinates)]
            for edge, metres in zip(graph.edges, lengths, strict=True)
        ],
        "facts": {
            "lit": _nullable(lit_of(graph, noted["lit"])),
            "pole_m": _nullable(poles_of(graph, here)),
            "seen_day": [noted["seen_day"].get(one) for one in ids],
            "seen_night": [noted["seen_night"].get(one) for one in ids],
            "patrolled": [noted["patrolled_hours"].get(one) for one in ids],
            "reports": [noted["reports_hours"].get(one) for one in ids],
        },
        "places": [[one.kind, one.lon, one.lat] for one in here.places if one.kind in NIGHT_PLACES],
        "cameras": cameras,
        "borders": [zone.geometry for zone in here.zones],
        "hours": list(HOURS),
    }


def _nullable(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]


async def keep(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, hours: dict[str, dict[str, Any]], by: str
) -> None:
    """Keep what was reckoned, with the words for streets that have no name."""
    actor.must("night.work")
    here = await territory_of(tx, station_id)
    await asyncio.to_thread(_near, here, hours)
    await store.keep_hours(tx, station_id, clock.now(), {int(hour): found for hour, found in hours.items()})
    if by:
        await audit(
            tx,
            actor,
            clock,
            action="night.reckon",
            subject=f"station:{station_id}",
            facts={"by": by},
            station_id=station_id,
        )


def _near(here: TerritoryView, hours: dict[str, dict[str, Any]]) -> None:
    """Say where nameless streets and SOS points to come would be."""
    known: dict[tuple[float, float], tuple[str, str]] = {}
    for found in hours.values():
        for one in (*found["streets"], *found["works"]):
            if one["name_th"] and one.get("kind") != "pole":
                continue
            at = one["lon"], one["lat"]
            if at not in known:
                address = here.address_of(Point(lon=at[0], lat=at[1]))
                known[at] = address.text_th, address.text_en
            one["near_th"], one["near_en"] = known[at]


async def night_at(tx: Tx, actor: Actor, *, hour: int) -> tuple[datetime | None, dict[str, Any] | None, list[Any]]:
    """Return what was reckoned of an hour with its date, and the works that were marked; None before the first time."""
    actor.must("night.read")
    kept = await store.hour_kept(tx, actor.station, hour)
    marks = await store.marks(tx, actor.station)
    return (None, None, marks) if kept is None else (kept["reckoned_at"], kept["document"], marks)


async def mark(
    tx: Tx, actor: Actor, clock: Clock, *, hour: int, key: str, state: str | None, note: str = ""
) -> dict[str, Any] | None:
    """Mark a work asked for, planned or not possible; None takes the mark back. The work itself stays in the list.

    Raises `not_found` (404) for a work that neither the hour's list nor a mark knows.
    """
    actor.must("night.work")
    station_id = actor.station
    held = next((row for row in await store.marks(tx, station_id) if row["key"] == key), None)
    if state is None:
        if not await store.unmark(tx, station_id, key):
            raise not_found("night_work", key)
        await _logged(tx, actor, clock, "night.unmark", key, {"was": held["state"] if held else ""})
        return None
    kept = await store.hour_kept(tx, station_id, hour)
    found = next((one for one in (kept["document"]["works"] if kept else ()) if one["key"] == key), None)
    if found is None and held is None:
        raise not_found("night_work", key)
    if found is None:
        values = {**held, "state": state, "note": note} if held else {}
    else:
        values = {
            "key": key,
            "kind": found["kind"],
            "hour": hour,
            "state": state,
            "note": note,
            "name_th": found["name_th"] or found["near_th"],
            "name_en": found["name_en"] or found["near_en"],
            "lon": found["lon"],
            "lat": found["lat"],
            "edges": found["edges"],
            "lifted_min": found["lifted_min"],
        }
    values |= {"station_id": station_id, "marked_by": actor.name, "marked_at": clock.now()}
    await store.mark(tx, values)
    await _logged(tx, actor, clock, "night.mark", key, {"state": state, "note": note})
    return values


async def note_lit(tx: Tx, actor: Actor, clock: Clock, *, edges: Sequence[int], lit: bool) -> None:
    """Write down that somebody went and saw whether streets are lit, with who and when.

    Raises `night_edges_unknown` (422) where a street is none of the station's.
    """
    actor.must("night.work")
    here = await territory_of(tx, actor.station)
    known = {edge.id for edge in here.graph.edges}
    strange = [one for one in edges if one not in known]
    if strange:
        raise UnjaiError("night_edges_unknown", 422, edges=", ".join(map(str, strange[:5])))
    await note_edges(
        tx,
        actor,
        clock,
        station_id=actor.station,
        fact="lit",
        values=dict.fromkeys(edges, lit),
        source=f"hand:{actor.name}",
    )
    await _logged(tx, actor, clock, "night.lit", f"{len(edges)}", {"edges": list(edges)[:200], "lit": lit})


async def _logged(  # noqa: PLR0917  one call
    tx: Tx, actor: Actor, clock: Clock, action: str, key: str, facts: dict[str, Any]
) -> None:
    await audit(tx, actor, clock, action=action, subject=f"night:{key}"[:200], facts=facts, station_id=actor.station)
