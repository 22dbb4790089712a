"""What a roster says for this hour: of a unit, and of an account. Asked by those who sign on; no right of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.clock import BANGKOK
from unjai.people.rules import ShiftTime
from unjai.people.rules.roster import Planned, current, span
from unjai.people.store import roster as store
from unjai.platform.database import Tx

Row = dict[str, Any]


def hours(row: Row) -> ShiftTime:
    """Return the shift's hours of a planned row."""
    return ShiftTime(starts=row["starts"], ends=row["ends"])


def begins(row: Row) -> datetime:
    """Return when the shift of a planned row begins."""
    return span(row["day"], hours(row))[0]


def ends(row: Row) -> datetime:
    """Return when the shift of a planned row ends."""
    return span(row["day"], hours(row))[1]


def in_force(rows: Iterable[Row], at: datetime) -> list[Row]:
    """Return the rows for which one may sign on at `at`, the shift that begins last first."""
    found = [row for row in rows if current(Planned(id=row["id"], day=row["day"], shift=hours(row), crew=()), at)]
    return sorted(found, key=begins, reverse=True)


async def planned_now(tx: Tx, *, unit_id: UUID, at: datetime) -> Row | None:
    """Return what is planned for a unit at `at`, with its crew; None without a plan."""
    day = at.astimezone(BANGKOK).date()
    one = timedelta(days=1)
    rows = await store.planned(tx, day - one, day + one, unit_id=unit_id)
    return next(iter(in_force(rows, at)), None)


async def planned_for(tx: Tx, *, account_id: UUID, at: datetime) -> list[Row]:
    """Return the units that the roster gives an account at `at`."""
    day = at.astimezone(BANGKOK).date()
    one = timedelta(days=1)
    return in_force(await store.of_account(tx, account_id, day - one, day + one), at)
