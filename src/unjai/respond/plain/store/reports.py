"""Plain reports, their words, photographs and telephones: as reporters and the desk ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as put

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.plain.rules.kinds import TIP
from unjai.respond.plain.rules.life import OPEN
from unjai.respond.plain.store.tables import plain_phone, plain_photo, plain_report, plain_said
from unjai.respond.store.tables import incident

Row = dict[str, Any]
_r = plain_report.c
LIST_MOST = 500


def _may_see(*, tips: bool) -> ColumnElement[bool]:
    """Return which reports are seen: tips by few, but whatever hurries by everybody who sorts reports."""
    return or_(_r.kind != TIP, _r.urgent) if not tips else _r.id.is_not(None)


# ── the reporter ───────────────────────────────────────────────────────────────────────────────────


async def add(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a report; tell whether it is new. One whose id or number is taken changes nothing."""
    made = await tx.execute(put(plain_report).values(**values).on_conflict_do_nothing())
    return bool(made.rowcount)


async def add_phone(tx: Tx, report_id: UUID, station_id: int, phone: str) -> None:
    """Keep where the reporter may be called."""
    await tx.execute(insert(plain_phone).values(report_id=report_id, station_id=station_id, phone=phone).inline())


async def of(tx: Tx, report_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a report within reach."""
    query = select(plain_report).where(_r.id == report_id)
    return await tx.one(query.with_for_update() if lock else query)


async def of_secrets(tx: Tx, secrets: Mapping[UUID, bytes]) -> list[Row]:
    """Return the reports whose secret was told."""
    rows = await tx.all(select(plain_report).where(_r.id.in_(list(secrets))))
    return [row for row in rows if secrets[row["id"]] == row["secret"]]


async def since(tx: Tx, station_id: StationId, after: datetime) -> int:
    """Return how many reports came to a station after a moment."""
    query = select(func.count()).where(_r.station_id == station_id, _r.received_at > after)
    return int(await tx.scalar(query) or 0)


async def set_of(tx: Tx, report_id: UUID, **values: Any) -> None:
    """Change a report; its version grows."""
    await tx.execute(update(plain_report).where(_r.id == report_id).values(version=_r.version + 1, **values))


async def say(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write what was said or done; tell whether it is new (the same id again is not)."""
    made = await tx.execute(put(plain_said).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return bool(made.rowcount)


async def words_of(tx: Tx, report_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Return what was said and done of reports, oldest first."""
    said = plain_said.c
    query = select(plain_said).where(said.report_id.in_(list(report_ids))).order_by(said.at, said.id)
    found: dict[UUID, list[Row]] = {key: [] for key in report_ids}
    for row in await tx.all(query):
        found[row["report_id"]].append(row)
    return found


# ── photographs ────────────────────────────────────────────────────────────────────────────────────


async def add_photo(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Keep a photograph; tell whether it is new."""
    made = await tx.execute(put(plain_photo).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return bool(made.rowcount)


async def photos_of(tx: Tx, report_ids: Sequence[UUID]) -> list[Row]:
    """Return photographs without their content, oldest first."""
    photo = plain_photo.c
    columns = (photo.id, photo.report_id, photo.said_id, photo.digest, photo.size_bytes, photo.at)
    query = select(*columns).where(photo.report_id.in_(list(report_ids)))
    return await tx.all(query.order_by(photo.at, photo.id))


async def photo_of(tx: Tx, photo_id: UUID) -> Row | None:
    """Return a photograph within reach, with its content."""
    return await tx.one(select(plain_photo).where(plain_photo.c.id == photo_id))


async def photos_since(tx: Tx, station_id: StationId, after: datetime) -> int:
    """Return how many photographs came to a station after a moment."""
    query = select(func.count()).where(plain_photo.c.station_id == station_id, plain_photo.c.at > after)
    return int(await tx.scalar(query) or 0)


# ── the desk ───────────────────────────────────────────────────────────────────────────────────────


async def listed(tx: Tx, asked: Mapping[str, Any], *, tips: bool) -> list[Row]:
    """Return reports that stand for themselves: what hurries first, then what waits, by when it was promised."""
    again = plain_report.alias("again")
    copies = select(func.count()).where(again.c.joined_to == _r.id).correlate(plain_report).scalar_subquery()
    shots = select(func.count()).where(plain_photo.c.report_id == _r.id).correlate(plain_report).scalar_subquery()
    query = select(plain_report, copies.label("copies"), shots.label("photos")).where(_may_see(tips=tips))
    query = query.where(_r.joined_to.is_(None))
    if asked.get("states"):
        query = query.where(_r.state.in_(asked["states"]))
    for name in ("kind", "line"):
        if asked.get(name):
            query = query.where(_r[name] == asked[name])
    if asked.get("since"):
        query = query.where(_r.received_at >= asked["since"])
    if asked.get("words"):
        like = f"%{_bare(asked['words'])}%"
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in (_r.number, _r.text, _r.place_text))))
    waits = _r.state.in_(sorted(OPEN))
    order = (and_(waits, _r.urgent).desc(), waits.desc(), _r.promised_at, _r.id)
    return await tx.all(query.order_by(*order).limit(LIST_MOST))


def _bare(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def waiting(tx: Tx, *, tips: bool, now: datetime) -> Row:
    """Return how many reports wait: new ones, those that hurry, those past their promise."""
    fresh = _r.state.in_(("new", "reopened"))
    query = select(
        func.count().filter(fresh).label("new"),
        func.count().filter(fresh, _r.urgent).label("urgent"),
        func.count().filter(_r.promised_at < now).label("late"),
    ).where(_r.state.in_(sorted(OPEN)), _r.joined_to.is_(None), _may_see(tips=tips))
    found = await tx.one(query)
    assert found is not None
    return found


async def figures(tx: Tx, *, since: datetime, now: datetime) -> Row:
    """Return of the reports since a moment: how many were due, answered in time, answered at all, opened again."""
    due = or_(_r.in_time.is_not(None), _r.promised_at < now)
    query = select(
        func.count().filter(due).label("due"),
        func.count().filter(_r.in_time).label("in_time"),
        func.count().filter(_r.first_answered_at.is_not(None)).label("answered"),
        func.count().filter(_r.first_answered_at.is_not(None), _r.reopened > 0).label("reopened"),
    ).where(_r.received_at >= since, _r.closed_why.in_(("", "lapsed")) | _r.first_answered_at.is_not(None))
    found = await tx.one(query)
    assert found is not None
    return found


async def near(tx: Tx, row: Row, *, tips: bool, after: datetime, limit: int = 300) -> list[Row]:
    """Return reports that may be compared with one: open or lately told, not joined to it."""
    apart = or_(_r.joined_to.is_(None), _r.joined_to != row["id"])
    query = select(plain_report).where(_may_see(tips=tips), _r.received_at > after, _r.id != row["id"], apart)
    return await tx.all(query.order_by(_r.received_at.desc(), _r.id).limit(limit))


async def joined_to(tx: Tx, report_id: UUID, *, lock: bool = False) -> list[Row]:
    """Return the reports that repeat one."""
    query = select(plain_report).where(_r.joined_to == report_id).order_by(_r.received_at, _r.id)
    return await tx.all(query.with_for_update() if lock else query)


async def phone_of(tx: Tx, report_id: UUID) -> str | None:
    """Return the reporter's telephone to who may see it."""
    return await tx.scalar(select(plain_phone.c.phone).where(plain_phone.c.report_id == report_id))  # type: ignore[no-any-return]


async def incident_number(tx: Tx, incident_id: UUID) -> str | None:
    """Return the number of an incident that a report became."""
    return await tx.scalar(select(incident.c.number).where(incident.c.id == incident_id))  # type: ignore[no-any-return]


async def of_finding(tx: Tx, finding_id: UUID) -> Row | None:
    """Return the report that became a finding."""
    return await tx.one(select(plain_report).where(_r.finding_id == finding_id))


# ── forgetting ─────────────────────────────────────────────────────────────────────────────────────


async def answered_before(tx: Tx, before: datetime) -> list[Row]:
    """Return answered reports to whose answer nobody said anything since, held."""
    query = select(plain_report).where(_r.state == "answered", _r.answered_at < before)
    return await tx.all(query.order_by(_r.id).limit(500).with_for_update(skip_locked=True))


async def forget(tx: Tx, *, phones: datetime, photos: datetime, reports: datetime) -> tuple[int, int, int]:
    """Delete telephones, photographs and whole reports of what was closed before each; how many of each."""

    def closed(before: datetime) -> Any:
        return select(_r.id).where(_r.state == "closed", _r.closed_at < before)

    gone = [
        await tx.execute(delete(plain_phone).where(plain_phone.c.report_id.in_(closed(phones)))),
        await tx.execute(delete(plain_photo).where(plain_photo.c.report_id.in_(closed(photos)))),
        await tx.execute(delete(plain_report).where(_r.id.in_(closed(reports)))),
    ]
    return tuple(one.rowcount for one in gone)
