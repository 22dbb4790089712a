"""Persons and their dated posts. A national ID is not kept: nothing here needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    and_,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint, insert

from unjai.model.ids import AccountId, StationId
from unjai.people.rules.persons import PERSON_KINDS
from unjai.people.rules.posts import POST_KINDS, Post
from unjai.people.store.tables import account, account_role, unit
from unjai.platform.database import Tx, station_table
from unjai.territory.store import org_unit


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


person = station_table(
    "person",
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("rank", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("female", Boolean, nullable=False),
    Column("acting_rank", Boolean, nullable=False),
    Column("doctor", Boolean, nullable=False),
    Column("first_th", Text, nullable=False),
    Column("last_th", Text, nullable=False),
    Column("first_en", Text, nullable=False),
    Column("last_en", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("call_sign", Text, nullable=False),
    Column("home_id", Integer, ForeignKey("org_unit.id"), nullable=False),
    Column("note", Text, nullable=False),
    Column("left_on", Date, nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(_one_of("kind", PERSON_KINDS), name="kind"),
    right="person.read",
)
"""`home_id` is the home unit (ต้นสังกัด); `station_id` keeps the record. `left_on` is the last day with the station."""

post = station_table(
    "post",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Text, nullable=False),
    Column("org_unit_id", Integer, ForeignKey("org_unit.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("single", Boolean, nullable=False),
    Column("grade", Integer, nullable=True),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=True),
    Column("order_ref", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(_one_of("kind", POST_KINDS), name="kind"),
    CheckConstraint("until_on IS NULL OR until_on >= from_on", name="dates"),
    CheckConstraint("grade IS NULL OR grade BETWEEN 1 AND 10", name="grade"),
    ExcludeConstraint(
        (literal_column("position"), "="),
        (literal_column("org_unit_id"), "="),
        (literal_column("kind"), "="),
        (func.daterange(literal_column("from_on"), literal_column("until_on"), literal_column("'[]'")), "&&"),
        where=text("single"),
        name="ex_post_chair",
    ),
    Index("ix_post_chair", "org_unit_id", "position"),
)
"""`single` marks what one person at a time may be: the database itself refuses a second on any day."""


async def add_person(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a person."""
    await tx.execute(insert(person).values(**row).inline())


async def set_person(tx: Tx, person_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a person."""
    await tx.execute(update(person).where(person.c.id == person_id).values(**values))


async def drop_person(tx: Tx, person_id: UUID) -> None:
    """Delete a person with their posts; an account stays, tied to nobody."""
    await tx.execute(delete(person).where(person.c.id == person_id))


async def lock_person(tx: Tx, person_id: UUID) -> dict[str, Any] | None:
    """Return a person's row, locked until the transaction ends."""
    return await tx.one(select(person).where(person.c.id == person_id).with_for_update())


async def persons(
    tx: Tx, *, person_id: UUID | None = None, station_id: StationId | None = None
) -> list[dict[str, Any]]:
    """Return the persons in scope with home unit, account and the unit their account crews, by name."""
    columns = (
        person,
        org_unit.c.code.label("home_code"),
        org_unit.c.name_th.label("home_th"),
        org_unit.c.name_en.label("home_en"),
        account.c.id.label("account_id"),
        account.c.username,
        account.c.disabled.label("account_disabled"),
        account.c.until.label("account_until"),
        unit.c.call_sign.label("unit_call_sign"),
    )
    query = (
        select(*columns)
        .join(org_unit, org_unit.c.id == person.c.home_id)
        .outerjoin(account, account.c.person_id == person.c.id)
        .outerjoin(unit, and_(unit.c.account_id == account.c.id, unit.c.disabled.is_(False)))
        .order_by(person.c.first_th, person.c.last_th, person.c.id)
    )
    if person_id is not None:
        query = query.where(person.c.id == person_id)
    if station_id is not None:
        query = query.where(person.c.station_id == station_id)
    return await tx.all(query)


async def posts_of(tx: Tx, person_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the posts of persons with their unit's names, latest first."""
    query = (
        select(
            post,
            org_unit.c.code.label("unit_code"),
            org_unit.c.name_th.label("unit_th"),
            org_unit.c.name_en.label("unit_en"),
        )
        .join(org_unit, org_unit.c.id == post.c.org_unit_id)
        .where(post.c.person_id.in_(list(person_ids)))
        .order_by(post.c.from_on.desc(), post.c.id.desc())
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in await tx.all(query):
        found.setdefault(row["person_id"], []).append(row)
    return found


async def post_of(tx: Tx, post_id: UUID) -> dict[str, Any] | None:
    """Return a post by its id."""
    return await tx.one(select(post).where(post.c.id == post_id))


async def lock_chair(tx: Tx, position: str, org_unit_id: int) -> None:
    """Let one transaction at a time decide about a position at a unit."""
    key = func.hashtextextended(f"chair {position} {org_unit_id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def posts_beside(tx: Tx, *, position: str, org_unit_id: int, person_id: UUID) -> list[Post]:
    """Return the posts in scope of one chair, and those of one person."""
    chair = and_(post.c.position == position, post.c.org_unit_id == org_unit_id)
    query = select(post).where(or_(chair, post.c.person_id == person_id))
    return [post_row(row) for row in await tx.all(query)]


def post_row(row: Mapping[str, Any]) -> Post:
    """Return a row as the rules know it."""
    return Post(
        id=row["id"],
        person_id=row["person_id"],
        position=row["position"],
        org_unit_id=row["org_unit_id"],
        kind=row["kind"],
        from_on=row["from_on"],
        until_on=row["until_on"],
        grade=row["grade"],
    )


async def add_post(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a post; a taken chair raises SQLAlchemy's IntegrityError."""
    await tx.execute(insert(post).values(**row).inline())


async def set_post(tx: Tx, post_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a post; a taken chair raises SQLAlchemy's IntegrityError."""
    await tx.execute(update(post).where(post.c.id == post_id).values(**values))


async def drop_post(tx: Tx, post_id: UUID) -> None:
    """Delete a post."""
    await tx.execute(delete(post).where(post.c.id == post_id))


async def roles_from(tx: Tx, sources: Sequence[str]) -> list[dict[str, Any]]:
    """Return the roles that come with posts."""
    return await tx.all(select(account_role).where(account_role.c.source.in_(list(sources))))


async def drop_roles(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take roles away, just these rows."""
    for row in rows:
        same = [account_role.c[name] == row[name] for name in ("account_id", "role", "org_unit_id", "source")]
        await tx.execute(delete(account_role).where(*same))


async def units_above(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return a station and the nodes above it, the station first: where its people may hold posts."""
    here = select(org_unit.c.path).where(org_unit.c.id == station_id).scalar_subquery()
    columns = (org_unit.c.id, org_unit.c.code, org_unit.c.level, org_unit.c.name_th, org_unit.c.name_en)
    query = select(*columns).where(org_unit.c.path.op("@>")(here)).order_by(func.nlevel(org_unit.c.path).desc())
    return await tx.all(query)


async def account_of_person(tx: Tx, person_id: UUID) -> dict[str, Any] | None:
    """Return the account of a person."""
    return await tx.one(select(account).where(account.c.person_id == person_id))


async def changed_roles(tx: Tx, after: datetime, upto: datetime) -> list[AccountId]:
    """Return the accounts of which a role began or ended, or which closed, after one moment and up to another."""
    between = or_(
        and_(account_role.c.since > after, account_role.c.since <= upto),
        and_(account_role.c.until > after, account_role.c.until <= upto),
    )
    ended = and_(account.c.until > after, account.c.until <= upto)
    roles = select(account_role.c.account_id.label("id")).where(between)
    query = roles.union(select(account.c.id).where(ended))
    return [AccountId(row["id"]) for row in await tx.all(query)]
