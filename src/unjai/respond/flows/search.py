"""Searching years of incidents, keeping questions, exporting answers, replaying a stretch of time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.streams import CLASSES
from unjai.respond.codes import event_codes
from unjai.respond.rules import search as rules
from unjai.respond.rules.search import Asked
from unjai.respond.store import replay, search

Row = dict[str, Any]
EXPORT_MOST = 50_000
REPLAY_MOST = timedelta(hours=6)
REPLAY_FRAMES = 360
REPLAY_STEP_LEAST_S = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of hits in order, and where the next one begins."""

    hits: list[Row]
    next: str | None


def _codes_of(asked: Asked) -> Mapping[str, Sequence[str]]:
    """Return the event codes that each word of the question names."""
    known = [(code.code, f"{code.code} {code.th} {code.en}".lower()) for code in event_codes().values()]
    return {word: [code for code, said in known if word in said] for word in rules.words_of(asked.words)}


def _may(actor: Actor, asked: Asked) -> None:
    actor.must("incident.read")
    if asked.attached:
        actor.must("attachment.read")


async def find(tx: Tx, actor: Actor, clock: Clock, *, asked: Asked, limit: int = 50, after: str | None = None) -> Found:
    """Return a page of incidents that answer the question; a search by words is written to the audit log first.

    Raises `search_dates_reversed`, `search_word_short`, `search_circle_large` or `request_invalid` (422).
    """
    _may(actor, asked)
    now = clock.now()
    rules.check(asked, now)
    put = rules.put(asked, _codes_of(asked), limit=limit + 1, after=after)
    hits = await search.matches(tx, put, note=new_id(now), at=now)
    more = len(hits) > limit
    return Found(hits=hits[:limit], next=rules.cursor(hits[limit - 1], asked.sort) if more else None)


async def count(tx: Tx, actor: Actor, clock: Clock, *, asked: Asked) -> int | None:
    """Return how many incidents answer the question, at most `COUNT_MOST` + 1; None where counting took too long."""
    _may(actor, asked)
    now = clock.now()
    rules.check(asked, now)
    return await search.count(tx, rules.put(asked, _codes_of(asked), limit=0), note=new_id(now), at=now)


async def export(
    tx: Tx, actor: Actor, clock: Clock, *, asked: Asked, form: str, callers: bool, told: Mapping[str, object]
) -> list[UUID]:
    """Return the ids of all incidents of an export, newest first, and write the export to the audit log.

    With `callers` the right `caller.read` is needed too. Raises `export_too_large` (422) over `EXPORT_MOST` rows.
    """
    actor.must("incident.export")
    if callers:
        actor.must("caller.read")
    found = await find(tx, actor, clock, asked=asked, limit=EXPORT_MOST)
    if found.next is not None:
        raise UnjaiError("export_too_large", 422, most=EXPORT_MOST)
    facts = {"form": form, "rows": len(found.hits), "callers": callers, "asked": dict(told)}
    await audit(tx, actor, clock, action="incident.export", subject="incidents", facts=facts)
    return [hit["incident_id"] for hit in found.hits]


async def save(
    tx: Tx, actor: Actor, clock: Clock, *, name: str, asked: Mapping[str, object], shared: bool = False
) -> UUID:
    """Keep a question under a name of one's own; the same name again replaces it. Raises `sign_in_needed` (401)."""
    actor.must("incident.read")
    account_id = _account(actor)
    held = await search.own_saved(tx, account_id, name=name)
    if held is not None:
        await search.forget(tx, held["id"])
    search_id = new_id(clock.now())
    values = {"id": search_id, "station_id": actor.station, "account_id": account_id, "name": name}
    await search.save(tx, {**values, "asked": dict(asked), "shared": shared, "created_at": clock.now()})
    await audit(tx, actor, clock, action="search.save", subject=f"search:{search_id}", facts={"name": name})
    return search_id


async def forget(tx: Tx, actor: Actor, clock: Clock, *, search_id: UUID) -> None:
    """Drop a question of one's own; raise `not_found` (404) for another's."""
    actor.must("incident.read")
    held = await search.own_saved(tx, _account(actor), search_id=search_id)
    if held is None:
        raise not_found("search", search_id)
    await search.forget(tx, search_id)
    facts = {"name": held["name"]}
    await audit(tx, actor, clock, action="search.forget", subject=f"search:{search_id}", facts=facts)


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise UnjaiError("sign_in_needed", 401)
    return actor.account_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """What a stretch of the past held: rows of positions, of incidents, of their steps."""

    from_at: datetime
    to_at: datetime
    step_s: int
    positions: list[Row]
    incidents: list[Row]
    steps: list[Row]
    kept_since: datetime


async def watch_again(tx: Tx, actor: Actor, clock: Clock, *, from_at: datetime, to_at: datetime) -> Stretch:
    """Return a stretch of time to be played: positions of units on duty, incidents; who watched is in the audit log.

    Raises `replay_span` (422) for one that is reversed or over six hours.
    """
    actor.must("replay.read")
    now = clock.now()
    until = min(to_at, now)
    if not timedelta() < until - from_at <= REPLAY_MOST:
        raise UnjaiError("replay_span", 422, hours=int(REPLAY_MOST.total_seconds() // 3600))
    facts = {"from_at": from_at, "to_at": until}
    await audit(tx, actor, clock, action="replay.watch", subject="fleet", facts=facts)
    here = sorted(actor.stations)
    step_s = max(REPLAY_STEP_LEAST_S, math.ceil((until - from_at).total_seconds() / REPLAY_FRAMES))
    open_ones = await replay.open_between(tx, here, from_at, until)
    return Stretch(
        from_at=from_at,
        to_at=until,
        step_s=step_s,
        positions=await replay.positions(tx, here, from_at, until, step_s),
        incidents=open_ones,
        steps=await replay.steps_until(tx, [row["id"] for row in open_ones], until),
        kept_since=now - CLASSES["fleet"].table_age,
    )
