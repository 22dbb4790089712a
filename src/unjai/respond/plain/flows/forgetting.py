"""What was answered and not objected to is closed; telephones, photographs and reports go when their days are over."""

from __future__ import annotations

from datetime import timedelta

from unjai.model.clock import Clock
from unjai.model.ids import new_id
from unjai.platform.database import Tx
from unjai.respond.plain.flows.telling import columns_of, stand_of
from unjai.respond.plain.kept import kept
from unjai.respond.plain.rules import life
from unjai.respond.plain.store import reports as store


async def tend_reports(tx: Tx, clock: Clock) -> tuple[int, tuple[int, int, int]]:
    """Close answered reports whose days for "not fixed" are over, and forget what is past its days.

    Return how many were closed, and how many telephones, photographs and reports went.
    """
    now, days = clock.now(), kept()
    late = await store.answered_before(tx, now - timedelta(days=days.reopen_days))
    for row in late:
        after = life.lapsed(stand_of(row), now, days.reopen_days)
        await store.set_of(tx, row["id"], **columns_of(after))
        values = {"id": new_id(now), "station_id": row["station_id"], "report_id": row["id"], "at": now}
        await store.say(tx, values | {"by": "station", "what": "lapsed"})
    gone = await store.forget(
        tx,
        phones=now - timedelta(days=days.phone_days),
        photos=now - timedelta(days=days.photo_days),
        reports=now - timedelta(days=days.report_days),
    )
    return len(late), gone
