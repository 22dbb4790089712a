"""Attachments of incidents, sealed files, and templates of public messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.platform.database import Tx
from unjai.respond.store.case_tables import attachment, case_file, message_template
from unjai.respond.store.tables import incident

Row = dict[str, Any]


async def of_incident(tx: Tx, incident_id: UUID) -> list[Row]:
    """Return an incident's attachments, those taken away too; nothing for whoever lacks the right."""
    return await tx.all(select(attachment).where(attachment.c.incident_id == incident_id).order_by(attachment.c.at))


async def of(tx: Tx, attachment_id: UUID) -> Row | None:
    """Return one."""
    return await tx.one(select(attachment).where(attachment.c.id == attachment_id))


async def add(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write an attachment; False where one with its id is there, whether the writer may see it or not."""
    result = await tx.execute(insert(attachment).values(**values).on_conflict_do_nothing().inline())
    return bool(result.rowcount)


async def remove(tx: Tx, attachment_id: UUID, values: Mapping[str, Any]) -> None:
    """Write who took it away, when and why; the row and the content stay."""
    await tx.execute(update(attachment).where(attachment.c.id == attachment_id).values(**values))


async def add_case_file(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write that a file was sealed."""
    await tx.execute(plain_insert(case_file).values(**values).inline())


async def case_file_of(tx: Tx, case_file_id: UUID, *, held: bool = False) -> Row | None:
    """Return one sealed file."""
    query = select(case_file).where(case_file.c.id == case_file_id)
    return await tx.one(query.with_for_update() if held else query)


async def case_files(tx: Tx, *, incident_id: UUID | None = None, limit: int = 200) -> list[Row]:
    """Return sealed files, newest first, with the incident's number and kind."""
    named = (incident.c.number, incident.c.code, incident.c.about_th, incident.c.about_en, incident.c.priority)
    query = select(case_file, *named).join(incident, incident.c.id == case_file.c.incident_id)
    if incident_id is not None:
        query = query.where(case_file.c.incident_id == incident_id)
    return await tx.all(query.order_by(case_file.c.at.desc()).limit(limit))


async def received(tx: Tx, case_file_id: UUID, values: Mapping[str, Any]) -> None:
    """Write who received it."""
    await tx.execute(update(case_file).where(case_file.c.id == case_file_id).values(**values))


async def templates(tx: Tx, station_id: int) -> dict[str, Row]:
    """Return the station's own templates by key, those it took away too."""
    rows = await tx.all(select(message_template).where(message_template.c.station_id == station_id))
    return {row["key"]: row for row in rows}


async def set_template(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a template of the station's own."""
    keys = ["station_id", "key"]
    fresh = {name: value for name, value in values.items() if name not in keys}
    await tx.execute(insert(message_template).values(**values).on_conflict_do_update(index_elements=keys, set_=fresh))
