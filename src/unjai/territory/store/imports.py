"""Files that were uploaded and not yet imported, what was imported and can be taken back, how columns were matched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

RIGHT = "data.import"

import_file = station_table(
    "import_file",
    Column("id", Uuid, primary_key=True),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("choices", JSONB(none_as_null=True)),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("report", LargeBinary),
    Column("staged_at", DateTime(timezone=True), nullable=False),
    Index("ix_import_file_staged_at", "staged_at"),
    right=RIGHT,
)
"""A file from its upload for an hour. `choices` and `outcome` are those of the last preview; `report` is JSON."""

import_run = station_table(
    "import_run",
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("undo", LargeBinary),
    Column("undone_at", DateTime(timezone=True)),
    Index("ix_import_run_done_at", "done_at"),
    right=RIGHT,
)
"""What was imported. `undo` is JSON from which it can be taken back, kept for an hour."""

import_mapping = station_table(
    "import_mapping",
    Column("kind", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("station_id", "kind"),
)
"""Header → field, as this station matched them last."""

_SHOWN = [column for column in import_run.c if column.name != "undo"]


async def keep_file(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Keep an uploaded file."""
    await tx.execute(insert(import_file).values(station_id=station_id, **values))


async def file_of(tx: Tx, station_id: StationId, file_id: UUID, by: str) -> dict[str, Any] | None:
    """Return a kept file of whoever uploaded it; None for others' and for what is gone."""
    mine = import_file.c.station_id == station_id, import_file.c.id == file_id, import_file.c.by == by
    return await tx.one(select(import_file).where(*mine))


async def change_file(tx: Tx, file_id: UUID, values: Mapping[str, Any]) -> None:
    """Note what was chosen for a file, and what came of it."""
    await tx.execute(update(import_file).where(import_file.c.id == file_id).values(**values))


async def drop_file(tx: Tx, station_id: StationId, file_id: UUID, by: str) -> bool:
    """Forget a kept file; tell whether it was there."""
    mine = import_file.c.station_id == station_id, import_file.c.id == file_id, import_file.c.by == by
    return int((await tx.execute(delete(import_file).where(*mine))).rowcount) > 0


async def files_by(tx: Tx, station_id: StationId, by: str) -> list[UUID]:
    """Return the ids of the files that somebody has waiting, oldest first."""
    mine = import_file.c.station_id == station_id, import_file.c.by == by
    rows = await tx.all(select(import_file.c.id).where(*mine).order_by(import_file.c.staged_at))
    return [row["id"] for row in rows]


async def forget_old(tx: Tx, before: datetime) -> None:
    """Forget files, and how to undo imports, that are older."""
    await tx.execute(delete(import_file).where(import_file.c.staged_at < before))
    old = import_run.c.done_at < before, import_run.c.undo.is_not(None)
    await tx.execute(update(import_run).where(*old).values(undo=None))


async def keep_run(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Note an import."""
    await tx.execute(insert(import_run).values(station_id=station_id, **values))


async def runs_of(tx: Tx, station_id: StationId, limit: int) -> list[dict[str, Any]]:
    """Return the last imports, newest first, each with whether it `may_undo`."""
    query = select(*_SHOWN, import_run.c.undo.is_not(None).label("may_undo"))
    mine = query.where(import_run.c.station_id == station_id).order_by(import_run.c.done_at.desc())
    return await tx.all(mine.limit(limit))


async def run_of(tx: Tx, station_id: StationId, run_id: UUID) -> dict[str, Any] | None:
    """Return an import with what takes it back."""
    mine = import_run.c.station_id == station_id, import_run.c.id == run_id
    return await tx.one(select(import_run).where(*mine).with_for_update())


async def end_run(tx: Tx, run_id: UUID, at: datetime) -> None:
    """Note that an import was taken back."""
    await tx.execute(update(import_run).where(import_run.c.id == run_id).values(undo=None, undone_at=at))


async def headers_of(tx: Tx, station_id: StationId, kind: str) -> dict[str, str]:
    """Return what this station said headers mean."""
    mine = import_mapping.c.station_id == station_id, import_mapping.c.kind == kind
    return dict(await tx.scalar(select(import_mapping.c.headers).where(*mine)) or {})


async def remember_headers(tx: Tx, station_id: StationId, kind: str, headers: Mapping[str, str], at: datetime) -> None:
    """Remember what headers mean; what was known of others stays."""
    known = {**await headers_of(tx, station_id, kind), **headers}
    newest = dict(list(known.items())[-500:])
    put = upsert_into(import_mapping).values(station_id=station_id, kind=kind, headers=newest, changed_at=at)
    same = [import_mapping.c.station_id, import_mapping.c.kind]
    await tx.execute(put.on_conflict_do_update(index_elements=same, set_={"headers": newest, "changed_at": at}))
