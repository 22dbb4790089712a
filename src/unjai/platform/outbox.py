"""Events leave with the transaction that made them: a row in `outbox`, sent right after commit, repeated if missed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text, delete, insert, select

from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Emitted, Tx, shared_table

outbox = shared_table(
    "outbox",
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)


class Event(Protocol):
    """A frozen dataclass of a capability's `events.py`."""

    subject: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    @property
    def station_id(self) -> StationId:
        """Return the station it happened at."""
        ...


async def emit(tx: Tx, clock: Clock, event: Event) -> None:
    """Put `event` into the outbox; it goes out as ``evt.<station>.<subject>`` once the transaction is durable."""
    facts = {item.name: getattr(event, item.name) for item in dataclasses.fields(event)}
    payload = msgspec.json.encode(facts)
    subject = f"evt.{event.station_id}.{event.subject}"
    number = await tx.scalar(
        insert(outbox).values(subject=subject, payload=payload, at=clock.now()).returning(outbox.c.id)
    )
    tx.emitted.append(Emitted(id=int(number), subject=subject, payload=payload))


async def sent(tx: Tx, ids: Sequence[int]) -> None:
    """Forget events that the bus has."""
    await tx.execute(delete(outbox).where(outbox.c.id.in_(ids)))


async def missed(tx: Tx, now: datetime, older: timedelta = timedelta(seconds=2)) -> list[Emitted]:
    """Return up to 500 events that should have been sent by now."""
    query = select(outbox.c.id, outbox.c.subject, outbox.c.payload).where(outbox.c.at < now - older)
    return [Emitted(**row) for row in await tx.all(query.order_by(outbox.c.id).limit(500))]
