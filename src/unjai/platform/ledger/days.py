"""Closing the days of the ledger of watching, and reading what is told of them.

A day is closed once, some minutes after its end, when no row of it waits for its seal any more. What is told of it is
a row of the log itself (`ledger.close_day`), so that a number once told cannot be changed unseen. A row that was
committed even later is counted by the next day: none falls between two.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.ledger import store
from unjai.platform.ledger.roots import closing_day, public_key
from unjai.platform.ledger.rows import canonical, said
from unjai.platform.ledger.watching import ACTIONS, KINDS, LEAST, kind_of, numbers, told_number

SETTLE: Final = timedelta(minutes=15)
"""So long after its end a day is closed: longer than any transaction lasts."""
LATE: Final = timedelta(days=2)
"""So far back a day looks for rows that were committed after their own day was closed."""
AT_ONCE: Final = 31

Gauge = Callable[[Tx, StationId, datetime], Awaitable[Mapping[str, Any]]]
"""What else is told of a day at its end (sizes, retention), by those who know it."""


def begin_of(day: date) -> datetime:
    """Return when a Bangkok day begins."""
    return datetime.combine(day, time(), BANGKOK)


async def close_days(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, gauge: Gauge) -> list[date]:
    """Close each day of a station that is over and is not closed yet; return which. At most a month in one go.

    The gauge is asked for the day that has just ended; for one that is closed later nobody knows any more.
    """
    now = clock.now()
    due = closing_day(now - SETTLE)
    last = await store.last_day(tx, station_id)
    if last is None:
        began = await store.first_row_at(tx, station_id)
        if began is None:
            return []
        last = began.astimezone(BANGKOK).date() - timedelta(days=1)
    closed: list[date] = []
    day = last + timedelta(days=1)
    while (
        day <= due and len(closed) < AT_ONCE and not await store.unsealed_before(tx, begin_of(day + timedelta(days=1)))
    ):
        just = day == closing_day(now)
        gauged = await gauge(tx, station_id, now) if just else {}
        await _close(tx, actor, clock, station_id=station_id, day=day, gauged=gauged)
        closed.append(day)
        day += timedelta(days=1)
    return closed


async def _close(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, day: date, gauged: Mapping[str, Any]
) -> None:
    begin, end = begin_of(day), begin_of(day + timedelta(days=1))
    rows = await store.uncounted(tx, station_id, begin - LATE, end, ACTIONS)
    found = [(kind, row) for row in rows if (kind := kind_of(row["action"], row["facts"])) is not None]
    told = {"numbers": numbers((kind, row["facts"]) for kind, row in found), **gauged}
    note = await audit(
        tx,
        actor,
        clock,
        action="ledger.close_day",
        subject=f"ledger_day:{day.isoformat()}",
        facts={"day": day.isoformat(), "least": LEAST, **told},
        station_id=station_id,
    )
    written = await store.row_of(tx, note)
    assert written is not None  # it was written in this transaction
    text = canonical(said(written)).decode()
    await store.add_day(
        tx,
        {"station_id": station_id, "day": day, "told": told, "closed_at": clock.now(), "note": note, "text": text},
        [
            {"station_id": station_id, "seq": row["seq"], "day": day, "kind": kind.name, "leaf": bytes(row["leaf"])}
            for kind, row in found
        ],
    )


def month_of(first: date) -> tuple[date, date]:
    """Return the first and the last day of the month that a day stands in."""
    begin = first.replace(day=1)
    return begin, (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)


async def month_told(tx: Tx, *, station_id: StationId, month: date) -> dict[str, Any]:
    """Return a month as everybody may read it: its closed days, newest first, and its sums.

    A guarded kind has a sum once the month is over: a running one would tell each day by subtracting.
    """
    first, last = month_of(month)
    rows = await store.days_between(tx, station_id, first, last)
    over = bool(rows) and rows[0]["day"] == last
    counts = await store.counts_between(tx, station_id, first, last, KINDS)
    sums = {
        name: told_number(kind, counts.get(name, 0)) if over or not kind.guarded else None
        for name, kind in KINDS.items()
    }
    return {"month": f"{first:%Y-%m}", "over": over, "sums": sums, "days": [_day(row) for row in rows]}


def _day(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"day": row["day"], "closed_at": row["closed_at"], **row["told"]}
    if row["root"] is None:
        return {**told, "root": None}
    root = {"size": row["size"], "root": bytes(row["root"]).hex(), "key_id": public_key(bytes(row["public"])).id}
    return {**told, "root": root}


def open_kinds() -> frozenset[str]:
    """Return the kinds whose entries may be listed: of the others a list would tell the number."""
    return frozenset(name for name, kind in KINDS.items() if not kind.guarded)
