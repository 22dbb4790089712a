"""Photographs, documents and sound of an incident: kept whole under their digest, shown without what they betray."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AssignmentId, IncidentId, UnitId, named_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.media import Media, Stored
from unjai.respond.flows.case import Case
from unjai.respond.flows.officer import own_unit
from unjai.respond.rules import attachments as rules
from unjai.respond.rules.attachments import Kind
from unjai.respond.store import assignments, attachments

MOST = 60
"""How many attachments an incident takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A file that is on the disc already: what it is, as it came, and as it may be shown."""

    kind: Kind
    name: str
    whole: Stored
    shown: Stored


async def prepare(media: Media, body: bytes, name: str) -> Prepared:
    """Look at what a file is and keep it, as it came and as it may be shown.

    Raises `attachment_empty` (422), `attachment_kind_unknown` (415), `attachment_damaged` (422), `disc_full` (507).
    """
    if not body:
        raise UnjaiError("attachment_empty", 422)
    kind = rules.sniffed(body[:64])
    shown = await asyncio.to_thread(rules.shown, kind, body)
    whole = await media.put(body)
    return Prepared(
        kind=kind,
        name=rules.file_name(name, kind),
        whole=whole,
        shown=whole if shown == body else await media.put(shown),
    )


async def attach(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    file: Prepared,
    key: str,
    caption: str = "",
    told_at: datetime | None = None,
) -> UUID:
    """Attach a file to an incident, a closed one too. The same `key` again is the same attachment.

    Raises `attachments_many` (409).
    """
    actor.must("incident.work")
    actor.must("attachment.read")
    case = await Case.hold(tx, actor, clock, incident_id)
    if len(await attachments.of_incident(tx, incident_id)) >= MOST:
        raise UnjaiError("attachments_many", 409, most=MOST)
    return await _attach(case, file, key=key, caption=caption, told_at=told_at, unit_id=None)


async def assert_own_task(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> IncidentId:
    """Return the incident of a task that the actor's unit took; raise `not_found` (404) for any other.

    While an offer is open it counts too: the photograph may come before the answer that waited longer for a line.
    """
    asked = await assignments.of(tx, assignment_id)
    theirs = asked is not None and (asked["accepted_at"] is not None or asked["state"] == "offered")
    if asked is None or not theirs or asked["unit_id"] != own_unit(actor):
        raise not_found("assignment", assignment_id)
    return IncidentId(asked["incident_id"])


async def attach_from_scene(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    assignment_id: AssignmentId,
    file: Prepared,
    key: str,
    caption: str = "",
    told_at: datetime | None = None,
) -> UUID:
    """Attach what a unit photographed on its task, after its end too; `not_found` for another unit's."""
    case = await Case.hold(tx, actor, clock, await assert_own_task(tx, actor, assignment_id=assignment_id))
    return await _attach(case, file, key=key, caption=caption, told_at=told_at, unit_id=own_unit(actor))


async def attach_from_caller(case: Case, file: Prepared, *, key: str, told_at: datetime | None) -> UUID:
    """Attach what a citizen sent to her own call, whose incident is held; the call's own limits were asked before."""
    return await _attach(case, file, key=key, caption="", told_at=told_at, unit_id=None)


async def _attach(
    case: Case, file: Prepared, *, key: str, caption: str, told_at: datetime | None, unit_id: UnitId | None
) -> UUID:
    attachment_id = named_id(f"attachment:{case.id}:{case.actor.key}", key)
    now = case.clock.now()
    values: dict[str, Any] = {
        "id": attachment_id,
        "station_id": case.station_id,
        "incident_id": case.id,
        "name": file.name,
        "media_type": file.kind.media_type,
        "sort": file.kind.sort,
        "digest": file.whole.digest,
        "size_bytes": file.whole.size_bytes,
        "shown_digest": file.shown.digest,
        "caption": caption,
        "at": now,
        "told_at": None if told_at is None else min(told_at, now),
        "by": case.actor.name,
        "unit_id": unit_id,
    }
    if await attachments.add(case.tx, values):
        case.told_late(told_at, after=case.row["opened_at"])
        await case.say("attached", sort=file.kind.sort, name=file.name, digest=file.whole.digest, text=caption or None)
        await case.save("attach", attachment_id=attachment_id, digest=file.whole.digest)
    return attachment_id


async def read_attachment(
    tx: Tx, actor: Actor, clock: Clock, *, attachment_id: UUID, original: bool = False
) -> dict[str, Any]:
    """Return an attachment's row for its content to be sent; the look is on the log.

    Raises `not_found` (404), `attachment_removed` (410).
    """
    actor.must("attachment.read")
    row = await attachments.of(tx, attachment_id)
    if row is None:
        raise not_found("attachment", attachment_id)
    if row["removed_at"] is not None:
        raise UnjaiError("attachment_removed", 410)
    await audit(
        tx,
        actor,
        clock,
        action="attachment.read",
        subject=f"attachment:{attachment_id}",
        facts={"incident": str(row["incident_id"]), "digest": row["digest"], "original": original},
        station_id=row["station_id"],
    )
    return row


async def remove_attachment(tx: Tx, actor: Actor, clock: Clock, *, attachment_id: UUID, reason: str) -> IncidentId:
    """Take an attachment off its incident, with a reason. Its content and its digest stay for the record."""
    actor.must("incident.work")
    actor.must("attachment.read")
    found = await attachments.of(tx, attachment_id)
    if found is None:
        raise not_found("attachment", attachment_id)
    case = await Case.hold(tx, actor, clock, found["incident_id"])
    if found["removed_at"] is None:
        values = {"removed_at": clock.now(), "removed_by": actor.name, "why_removed": reason}
        await attachments.remove(tx, attachment_id, values)
        await case.say("attachment_removed", sort=found["sort"], name=found["name"], reason=reason)
        await case.save("attachment_removed", attachment_id=attachment_id)
    return case.id


async def restore_attachment(tx: Tx, actor: Actor, clock: Clock, *, attachment_id: UUID) -> IncidentId:
    """Put a removed attachment back."""
    actor.must("incident.work")
    actor.must("attachment.read")
    found = await attachments.of(tx, attachment_id)
    if found is None:
        raise not_found("attachment", attachment_id)
    case = await Case.hold(tx, actor, clock, found["incident_id"])
    if found["removed_at"] is not None:
        await attachments.remove(tx, attachment_id, {"removed_at": None, "removed_by": None, "why_removed": ""})
        await case.say("attached", sort=found["sort"], name=found["name"], digest=found["digest"])
        await case.save("attach", attachment_id=attachment_id)
    return case.id


def printable(text: str) -> str:
    """Return a header-safe form of a name: what is not plain Latin becomes `_`."""
    flat = unicodedata.normalize("NFKD", text)
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._ ") else "_" for sign in flat)
