"""What a citizen told after the press, and words both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.platform.database import Tx
from unjai.respond.store.help_tables import help_call, help_word
from unjai.respond.store.tables import incident, report, report_caller

Row = dict[str, Any]


async def call_of(tx: Tx, report_id: UUID) -> Row | None:
    """Return what is known of one call."""
    return await tx.one(select(help_call).where(help_call.c.report_id == report_id))


async def calls_of(tx: Tx, report_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return what is known of calls, by their reports; one of which nothing was heard since has no row."""
    if not report_ids:
        return {}
    rows = await tx.all(select(help_call).where(help_call.c.report_id.in_(report_ids)))
    return {row["report_id"]: row for row in rows}


async def put(tx: Tx, told: Mapping[str, Any], heard_at: datetime, **values: Any) -> None:
    """Write what was heard of the call of the report `told`, over what was known."""
    first = {"report_id": told["id"], "station_id": told["station_id"], "heard_at": heard_at, **values}
    again = {**values, "heard_at": func.greatest(help_call.c.heard_at, heard_at)}
    await tx.execute(insert(help_call).values(**first).on_conflict_do_update(index_elements=["report_id"], set_=again))


async def add_word(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a word; False where it is known."""
    result = await tx.execute(
        insert(help_word).values(**values).on_conflict_do_nothing(index_elements=[help_word.c.id]).inline()
    )
    return bool(result.rowcount)


async def word_of(tx: Tx, key: UUID) -> Row | None:
    """Return one word."""
    return await tx.one(select(help_word).where(help_word.c.id == key))


async def words_of(tx: Tx, report_ids: Sequence[UUID]) -> list[Row]:
    """Return the words of calls, both ways, oldest first."""
    if not report_ids:
        return []
    return await tx.all(select(help_word).where(help_word.c.report_id.in_(report_ids)).order_by(help_word.c.seq))


async def counted(tx: Tx, report_id: UUID) -> tuple[int, int]:
    """Return how many words, and how many of them files, a caller has sent."""
    row = await tx.one(
        select(func.count().label("words"), func.count().filter(help_word.c.sort != "word").label("files")).where(
            help_word.c.report_id == report_id, help_word.c.from_caller
        )
    )
    return (0, 0) if row is None else (row["words"], row["files"])


async def seen(tx: Tx, report_id: UUID, *, from_caller: bool, up_to: int, at: datetime) -> bool:
    """Note that one side's words were on the other's screen, up to a number; tell whether that is news."""
    result = await tx.execute(
        update(help_word)
        .where(
            help_word.c.report_id == report_id,
            help_word.c.from_caller == from_caller,
            help_word.c.seq <= up_to,
            help_word.c.seen_at.is_(None),
        )
        .values(seen_at=at)
    )
    return bool(result.rowcount)


async def mark_silent(tx: Tx, report_id: UUID) -> None:
    """Note that the caller cannot speak."""
    await tx.execute(update(report).where(report.c.id == report_id).values(silent=True))


async def put_number(tx: Tx, told: Mapping[str, Any], phone: str) -> bool:
    """Write the number that a caller told; tell whether it is another than before. Needs the sight of callers."""
    key = told["id"]
    before = await tx.scalar(select(report_caller.c.phone).where(report_caller.c.report_id == key))
    if before == phone:
        return False
    first = {"report_id": key, "station_id": told["station_id"], "phone": phone}
    await tx.execute(
        insert(report_caller).values(**first).on_conflict_do_update(index_elements=["report_id"], set_={"phone": phone})
    )
    return True


async def figures(tx: Tx, since: datetime) -> Row:
    """Return of citizens' calls since a moment how many there were, how many ended as slips, how many in a flood."""
    row = await tx.one(
        select(
            func.count().label("calls"),
            func.count().filter(incident.c.outcome == "false_alarm").label("false_alarms"),
            func.count().filter(incident.c.outcome == "cancelled").label("taken_back"),
            func.count().filter(report.c.crowd != "").label("in_floods"),
        )
        .join(incident, incident.c.id == report.c.incident_id)
        .where(report.c.kind == "citizen_sos", report.c.received_at >= since)
    )
    assert row is not None
    return row
