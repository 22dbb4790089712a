"""PostgreSQL by SQLAlchemy Core: one `MetaData`, one `Tx` a request or job, row-level security in every transaction."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import SchemaItem

from unjai.model.actor import Actor

log = logging.getLogger(__name__)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SCOPE = text(
    "SELECT set_config('unjai.actor', :actor, true), set_config('unjai.stations', :stations, true),"
    " set_config('unjai.rights', :rights, true)"
)


def _scope_of(actor: Actor) -> dict[str, str]:
    return {
        "actor": f"{actor.kind}:{actor.key}",
        "stations": ",".join(str(station) for station in sorted(actor.stations)),
        "rights": "*" if actor.kind == "system" else ",".join(sorted(actor.rights)),
    }


def station_table(name: str, *items: SchemaItem, right: str | None = None, partition_by: str | None = None) -> Table:
    """Declare a table whose rows belong to a station: `station_id` is added, row-level security guards it.

    `right` names a right without which no row is seen at all (sensitive tables);
    `partition_by` is PostgreSQL's clause, such as ``RANGE (id)``.
    """
    station = Column("station_id", Integer, nullable=False, index=partition_by is None)
    options: dict[str, Any] = {"postgresql_partition_by": partition_by} if partition_by else {}
    return Table(name, metadata, station, *items, info={"guard": "station", "right": right}, **options)


def shared_table(name: str, *items: SchemaItem) -> Table:
    """Declare a table that belongs to no station (facts of the country, accounts): guarded by the flows alone."""
    return Table(name, metadata, *items, info={"guard": None})


@dataclass(frozen=True, kw_only=True, slots=True)
class Emitted:
    """An event as it stands in the outbox: `payload` is JSON, `subject` is the whole NATS subject."""

    id: int
    subject: str
    payload: bytes


class Tx:
    """One transaction with its actor: what the flows are handed. Flows never commit."""

    def __init__(self, conn: AsyncConnection, actor: Actor) -> None:
        """Wrap an open connection whose transaction has the actor's scope already set."""
        self.conn = conn
        self.actor = actor
        self.emitted: list[Emitted] = []
        self.jobs: list[Callable[[], Awaitable[None]]] = []
        self.audited = False

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a Core statement and return SQLAlchemy's result."""
        return await self.conn.execute(statement, parameters)

    async def one(self, statement: Any, parameters: Any = None) -> dict[str, Any] | None:
        """Return the first row as a mapping, or None."""
        row = (await self.conn.execute(statement, parameters)).mappings().first()
        return None if row is None else dict(row)

    async def all(self, statement: Any, parameters: Any = None) -> list[dict[str, Any]]:
        """Return all rows as mappings."""
        return [dict(row) for row in (await self.conn.execute(statement, parameters)).mappings()]

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        """Return the first column of the first row, or None."""
        return await self.conn.scalar(statement, parameters)

    @asynccontextmanager
    async def acting_as(self, actor: Actor) -> AsyncIterator[None]:
        """Work in another actor's scope for a while: row-level security holds for that one, then as before."""
        before, self.actor = self.actor, actor
        await self.conn.execute(_SCOPE, _scope_of(actor))
        try:
            yield
        finally:
            self.actor = before
            with suppress(DBAPIError):  # a failed transaction takes no more words, and is rolled back with its scope
                await self.conn.execute(_SCOPE, _scope_of(before))

    def after_commit(self, job: Callable[[], Awaitable[None]]) -> None:
        """Run `job` once the transaction is durable; a failure there is logged and undoes nothing."""
        self.jobs.append(job)


class Database:
    """The pool of one database role in one process."""

    def __init__(self, url: str, *, connections: int = 5) -> None:
        """Open nothing yet; `url` is SQLAlchemy's, such as ``postgresql+psycopg://unjai_app@/unjai?host=/run/x``."""
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=connections, max_overflow=0, pool_pre_ping=True, pool_timeout=20, hide_parameters=True
        )
        self.publish: Callable[[list[Emitted]], Awaitable[None]] | None = None
        self.audited: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def tx(self, actor: Actor) -> AsyncIterator[Tx]:
        """Open a transaction in the actor's scope; commit at the end, roll back on any error, then send its events."""
        async with self.engine.begin() as conn:
            await conn.execute(_SCOPE, _scope_of(actor))
            tx = Tx(conn, actor)
            yield tx
        await self._settle(tx)

    async def _settle(self, tx: Tx) -> None:
        jobs = list(tx.jobs)
        publish = self.publish
        if tx.emitted and publish is not None:
            jobs.insert(0, lambda: publish(tx.emitted))
        if tx.audited and self.audited is not None:
            jobs.append(self.audited)  # the sealer need not look for what it is told of
        for job in jobs:
            try:
                await job()
            except (OSError, TimeoutError) as error:
                log.warning("NATS does not answer (%s); the outbox repeats the events", type(error).__name__)
            except Exception:
                log.exception("a job after commit failed; the outbox repeats its events")

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def url_of(settings_url: str, role: str, password: str | None = None) -> str:
    """Return the URL of one role at the database that `settings_url` names (our own socket asks for no password)."""
    url = make_url(settings_url).set(username=role)
    if password is not None:
        url = url.set(password=password)
    return url.render_as_string(hide_password=False)
