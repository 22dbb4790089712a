"""What a walker and her friend do: find ways, begin, answer, end, share and take back a link.

Nobody is asked who she is: whoever holds a walk's token is its walker, whoever holds a link's token its friend. None of
this is in the log, which is kept for years: that somebody walked is forgotten with the walk. Alerts are.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId, new_id
from unjai.model.thai import plain
from unjai.platform.database import Tx
from unjai.respond.escort.flows.streets import hour_of
from unjai.respond.escort.rules import walk as rules
from unjai.respond.escort.rules import word
from unjai.respond.escort.rules.foot import Hour
from unjai.respond.escort.rules.ways import FootWay, ways
from unjai.respond.escort.store import walks as store
from unjai.respond.escort.told_ways import told_way
from unjai.territory.search import Hit
from unjai.territory.view import territory_of

LINKS_MOST = 5
LINK_AFTER = timedelta(hours=1)
"""A link works so long past the expected arrival, unless the walk ends before."""
_TOKEN_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A walk that was begun; the token is not kept anywhere."""

    walk_id: UUID
    token: str
    expected_at: datetime
    way: dict[str, Any]


def _home(actor: Actor) -> StationId:
    if not actor.stations:
        raise not_found("station", 0)
    return actor.station


async def find_ways(
    tx: Tx, actor: Actor, clock: Clock, *, origin: Point, target: Point, at: datetime | None = None
) -> tuple[Hour, list[FootWay]]:
    """Return ways with the ease of their streets at a moment; raises `escort_off_map`, `escort_no_way` (422)."""
    now = clock.now()
    hour = await hour_of(tx, _home(actor), at or now, now)
    return hour, await asyncio.to_thread(ways, hour, origin, target)


OPEN_KINDS = frozenset(
    {
        *("police", "community_centre", "government", "hospital", "school", "university", "temple", "mosque"),
        *("church", "shrine", "bank", "atm", "gold_shop", "mall", "convenience_store", "market", "shop"),
        *("restaurant", "nightlife", "hotel", "fuel", "bus_station", "railway_station", "pier", "parking", "park"),
        *("sports_ground", "landmark", "monument", "bridge"),
    }
)
"""Kinds of places that anybody may look for; homes, and what a station watches, are not told to the street."""
GOALS_MOST = 8
_LOOKED_THROUGH = 60


async def find_goals(tx: Tx, actor: Actor, *, text: str) -> list[Hit]:
    """Return streets, communities and open places by name: where somebody may want to walk. Nothing is kept."""
    here = await territory_of(tx, _home(actor))
    hits = await asyncio.to_thread(here.search, text, _LOOKED_THROUGH)
    told = [one for one in hits if one.type in ("street", "community") or one.kind in OPEN_KINDS]
    return [one for one in told if one.lon is not None and one.lat is not None and one.type != "device"][:GOALS_MOST]


async def begin(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    origin: Point,
    target: Point,
    way: int = 0,
    name: str | None = None,
    phone: str | None = None,
    duress_word: str | None = None,
) -> Begun:
    """Begin a walk along one of the ways; a number beyond them takes the first.

    It is watched from its first position on, and forgotten when none comes within five minutes: an answer that was lost
    and asked for again leaves nothing behind.
    """
    hour, found = await find_ways(tx, actor, clock, origin=origin, target=target)
    chosen = found[way] if way < len(found) else found[0]
    now, token = clock.now(), word.new_token()
    walk_id = new_id(now)
    expected_at = now + timedelta(seconds=chosen.seconds)
    await store.add(
        tx,
        {
            "id": walk_id,
            "station_id": _home(actor),
            "token": word.kept(token),
            "duress": word.duress_code(token, duress_word),
            "state": "begun",
            "shown": "begun",
            "began_at": now,
            "expected_at": expected_at,
            "planned_s": chosen.seconds,
            "from_lon": origin.lon,
            "from_lat": origin.lat,
            "to_lon": target.lon,
            "to_lat": target.lat,
            "way": kept_way(hour, chosen),
            "calm": {},
            "name": plain(name) or None if name else None,
            "phone": plain(phone) or None if phone else None,
        },
    )
    return Begun(walk_id=walk_id, token=token, expected_at=expected_at, way=told_way(hour, chosen))


def kept_way(hour: Hour, way: FootWay) -> dict[str, Any]:
    """Return what is kept of a way: its points, which of its pieces are dark or not known to be lit, how it is told."""
    told = told_way(hour, way)
    return {"points": told.pop("points"), "unlit": hour.unlit_pieces(way.pieces), "told": told}


async def walk_of(tx: Tx, *, walk_id: UUID, token: str) -> dict[str, Any]:
    """Return a walk to its walker; whoever does not hold its token is told that there is none (404)."""
    row = await store.of_token(tx, walk_id, word.kept(token[:_TOKEN_MOST]))
    if row is None:
        raise UnjaiError("escort_unknown", 404)
    return row


async def say(
    tx: Tx, clock: Clock, *, walk_id: UUID, token: str, answer_id: UUID, said: str, ends: bool
) -> dict[str, Any]:
    """Take an answer, or a word that ends the walk; return the walk as its page shows it from now on.

    What is done and told here is the same whatever the word: it is kept as a code, and core alone, a moment later,
    compares it with the duress word's.
    """
    row = await walk_of(tx, walk_id=walk_id, token=token)
    if row["shown"] == "ended":
        return row
    values = {
        "id": answer_id,
        "station_id": row["station_id"],
        "walk_id": walk_id,
        "ends": ends,
        "code": word.code_of(token, said),
        "at": clock.now(),
    }
    await store.say(tx, values)
    shown = "ended" if ends else "begun" if row["shown"] == "begun" else "walking"
    await store.show(tx, walk_id, shown)
    return {**row, "shown": shown}


async def take_more(
    tx: Tx, clock: Clock, *, walk_id: UUID, token: str, asking_id: UUID, minutes: int
) -> dict[str, Any]:
    """Give a walk more time, never beyond its longest; it answers no question. Return the walk as its page shows it.

    The new arrival counts from the expected one, or from now where that has passed. Core takes it a moment later.
    """
    row = await walk_of(tx, walk_id=walk_id, token=token)
    if row["shown"] == "ended":
        return row
    now = clock.now()
    until = max(row["expected_at"], now) + timedelta(minutes=minutes)
    values = {
        "id": asking_id,
        "station_id": row["station_id"],
        "walk_id": walk_id,
        "ends": False,
        "code": b"",
        "at": now,
        "expected_at": min(until, row["began_at"] + rules.LONGEST),
    }
    kept = await store.say(tx, values)
    return row | {"expected_at": kept or row["expected_at"]}


async def way_of(tx: Tx, *, walk_id: UUID, token: str) -> tuple[int, dict[str, Any]]:
    """Return the way that a walk follows now, as it is told, and its number."""
    row = await walk_of(tx, walk_id=walk_id, token=token)
    told = row["way"].get("told")
    if told is None:  # begun before ways were kept as told
        raise UnjaiError("escort_unknown", 404)
    return row["way_no"], told | {"points": row["way"]["points"]}


async def share(tx: Tx, clock: Clock, *, walk_id: UUID, token: str) -> tuple[UUID, str, datetime]:
    """Make a link for a friend: id, token, until when it works.

    Raises `escort_ended`, `escort_links_too_many` (409).
    """
    row = await walk_of(tx, walk_id=walk_id, token=token)
    now = clock.now()
    if row["shown"] == "ended":
        raise UnjaiError("escort_ended", 409)
    if len(await store.living_links(tx, walk_id, now)) >= LINKS_MOST:
        raise UnjaiError("escort_links_too_many", 409, limit=LINKS_MOST)
    link_id, link = new_id(now), word.new_token()
    expires_at = min(row["expected_at"] + LINK_AFTER, row["began_at"] + rules.LONGEST)
    values = {
        "id": link_id,
        "station_id": row["station_id"],
        "walk_id": walk_id,
        "token": word.kept(link),
        "made_at": now,
        "expires_at": expires_at,
    }
    await store.add_link(tx, values)
    return link_id, link, expires_at


async def links(tx: Tx, clock: Clock, *, walk_id: UUID, token: str) -> list[dict[str, Any]]:
    """Return the links of a walk that work, without their tokens."""
    await walk_of(tx, walk_id=walk_id, token=token)
    return await store.living_links(tx, walk_id, clock.now())


async def take_back(tx: Tx, clock: Clock, *, walk_id: UUID, token: str, link_id: UUID) -> None:
    """Let a link work no more; raises `escort_unknown` (404) where the walk has no such link."""
    await walk_of(tx, walk_id=walk_id, token=token)
    if not await store.revoke_link(tx, walk_id, link_id, clock.now()):
        raise UnjaiError("escort_unknown", 404)


async def friend_sees(tx: Tx, clock: Clock, *, link: str) -> dict[str, Any]:
    """Return all that a friend may see: way, expected arrival, last position; never who, an alert, or a question.

    A link that never was, is too old, was taken back or whose walk ended is one and the same `escort_link_dead` (404).
    """
    row = await store.of_link(tx, word.kept(link[:_TOKEN_MOST]), clock.now())
    if row is None:
        raise UnjaiError("escort_link_dead", 404)
    last = await store.last_fix(tx, row["id"])
    return {"expected_at": row["expected_at"], "points": row["way"]["points"], "position": last}
