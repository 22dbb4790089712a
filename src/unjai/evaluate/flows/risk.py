"""Risk of places: gathered each night from what was reported, fitted in a worker, kept, and handed down to patrol."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

import msgspec
import numpy as np

from unjai.evaluate.rules.risk.facts import Foretold, RiskCase, RiskFacts, RiskPicture, RiskPlace
from unjai.evaluate.store import cases
from unjai.evaluate.store import risk as store
from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId, named_id
from unjai.patrol.flows import forget_risk, patrolled_places, take_risk
from unjai.platform.database import Tx

READ, MANAGE = "figures.read", "figures.manage"
WEEKS = 4
FITS_AT = time(3, 20)
"""In the quietest hour of the night, Bangkok."""
QUIET = timedelta(minutes=5)
"""After an import the surface is fitted anew, once no more comes."""
GUARDED = timedelta(weeks=12)
KEPT = timedelta(days=400)
FOREMOST = 0.05
"""What came is told of the foremost twentieth of the area."""
_SOURCE = "figures"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What a surface is made of, and what was left out of it by why (found, group, unplaced)."""

    facts: RiskFacts
    left_out: Mapping[str, int]
    simulated: bool


def midnight(day: date) -> datetime:
    """Return when a Bangkok day begins."""
    return datetime.combine(day, time(), BANGKOK).astimezone(UTC)


async def due(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> bool:
    """Tell whether a surface is to be fitted: once a night, and after cases came in or changed."""
    actor.must(READ)
    changed = await cases.last_change(tx, station_id)
    if changed is None:
        return False
    now = clock.now()
    here = now.astimezone(BANGKOK)
    stands = await store.newest_surface(tx, station_id)
    if stands is None:
        return True
    if changed > stands["made_at"]:
        return now - changed >= QUIET
    return bool(stands["day"] < here.date() and here.time() >= FITS_AT)


async def gather(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> Gathered:
    """Return what a surface is made of: everything up to the midnight after the newest case, but not into today.

    Where a station brings its cases once a month, the surface begins where they end: no silence is taken for safety.
    """
    actor.must(READ)
    today = midnight(clock.now().astimezone(BANGKOK).date())
    newest = await cases.newest_case(tx, station_id, until=today)
    through = today
    if newest is not None:
        through = min(today, midnight(newest.astimezone(BANGKOK).date() + timedelta(days=1)))
    rows = await store.placed_cases(tx, station_id, until=through)
    since = through - GUARDED
    places = await patrolled_places(tx, actor, station_id=station_id, since=since, until=through)
    found = await store.found_points(tx, station_id, since=since, until=through)
    facts = RiskFacts(
        station_id=station_id,
        through=through,
        weeks=WEEKS,
        cases=tuple(
            RiskCase(
                begun=row["begun"].timestamp(),
                ended=row["ended"].timestamp(),
                lon=row["lon"],
                lat=row["lat"],
                kind=row["place"] or "",
            )
            for row in rows
        ),
        places=tuple(
            RiskPlace(
                code=place.code,
                lon=place.lon,
                lat=place.lat,
                level=float(np.mean(place.by_hour)),
                visits=place.visits,
                patrol_min=60.0 * place.hours_passed,
            )
            for place in places
        ),
        guarded_from=since.timestamp(),
        found=tuple((row["lon"], row["lat"]) for row in found),
        foretold=_foretold(await store.surface_through(tx, station_id, through - timedelta(weeks=WEEKS))),
    )
    left_out = await store.left_out(tx, station_id, until=through)
    return Gathered(facts=facts, left_out=left_out, simulated=await cases.any_simulated(tx, station_id))


def _foretold(row: Mapping[str, Any] | None) -> Foretold | None:
    if row is None:
        return None
    told = picture_of(row)
    foremost = told.cells[: ceil(FOREMOST * told.looked_at)]
    return Foretold(
        through=told.through,
        share=len(foremost) / told.looked_at,
        cells=tuple((cell.lon, cell.lat) for cell in foremost),
        cell_lon=told.cell_lon,
        cell_lat=told.cell_lat,
    )


async def keep(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, gathered: Gathered, picture: RiskPicture
) -> dict[str, Any]:
    """Keep a surface as the day's, hand it to patrol, and return what patrol took.

    Places whose risk somebody set by hand, took from a file or from incidents keep it. Where nothing is ranked, what an
    earlier surface handed down is taken back: the kinds' hours stand again.
    """
    actor.must(MANAGE)
    back, by_hand = await forget_risk(
        tx, actor, clock, station_id=station_id, source=_SOURCE, keep=frozenset(picture.places)
    )
    by_place = {code: hours for code, hours in picture.places.items() if code not in by_hand}
    if by_place:
        await take_risk(tx, actor, clock, station_id=station_id, by_place=by_place, source=_SOURCE)
    handed = {"places": len(by_place), "by_hand": len(by_hand & set(picture.places)), "back": back}
    now = clock.now()
    day = now.astimezone(BANGKOK).date()
    row = {
        "id": named_id("figure_risk", f"{station_id}:{day}"),
        "station_id": station_id,
        "day": day,
        "through": picture.through,
        "made_at": now,
        "lack": picture.lack,
        "known": picture.known,
        "left_out": dict(gathered.left_out),
        "handed": handed,
        "simulated": int(gathered.simulated),
        "picture": zlib.compress(msgspec.json.encode(picture)),
    }
    await store.put_surface(tx, row)
    await store.forget_surfaces(tx, station_id, day - KEPT)
    return handed


async def surface(
    tx: Tx, actor: Actor, *, station_id: StationId, by: date | None = None
) -> tuple[dict[str, Any], RiskPicture] | None:
    """Return the newest surface (made by a day, where one is given) and its row; None where there is none yet."""
    actor.must(READ)
    row = await store.newest_surface(tx, station_id, by=by)
    return None if row is None else (row, picture_of(row))


def picture_of(row: Mapping[str, Any]) -> RiskPicture:
    """Return a kept surface."""
    return msgspec.json.decode(zlib.decompress(bytes(row["picture"])), type=RiskPicture)
