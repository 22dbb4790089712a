"""Reading the audit log; whoever searches in it is written down in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.people.store import oversight
from unjai.platform.audit import audit
from unjai.platform.database import Tx

_ACCOUNT = "account:"


async def read_log(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    where: Mapping[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
    before: UUID | None = None,
    limit: int = 100,
) -> tuple[list[dict[str, Any]], UUID | None]:
    """Return rows of the actor's stations, latest first, and from where to read on (None at the end).

    A search (any filter, its first page) is itself a row of the log; turning pages and looking at the newest is not.
    Moments without an offset are Bangkok's.
    """
    actor.must("audit.read")
    asked = {name: text for name, text in where.items() if text}
    span = {name: at.isoformat() for name, at in (("since", since), ("until", until)) if at is not None}
    rows = await oversight.audit_rows(
        tx, before=before, limit=limit + 1, where=asked, since=_aware(since), until=_aware(until)
    )
    if (asked or span) and before is None:
        await audit(tx, actor, clock, action="audit.search", subject="audit", facts={**asked, **span})
    further = rows[limit - 1]["id"] if len(rows) > limit else None
    return await named(tx, rows[:limit]), further


async def named(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the name behind an account in their subject."""
    ids: dict[str, UUID] = {}
    for row in rows:
        if row["subject"].startswith(_ACCOUNT):
            try:
                ids[row["subject"]] = UUID(row["subject"].removeprefix(_ACCOUNT))
            except ValueError:
                continue
    names = await oversight.account_names(tx, set(ids.values()))
    return [{**row, "about": names.get(str(ids.get(row["subject"])), "")} for row in rows]


async def reviews_waiting(tx: Tx, actor: Actor, clock: Clock) -> dict[str, int]:
    """Count the uses of emergency rights that wait for this actor's answer, and those of them that are late."""
    if not actor.may("breakglass.review"):
        return {"waiting": 0, "overdue": 0}
    return await oversight.unreviewed(tx, clock.now(), actor.account_id)


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=BANGKOK)
