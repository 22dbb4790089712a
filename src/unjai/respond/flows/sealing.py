"""Handing an incident to the inquiry officer: everything known of it in one sealed file, and a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import IncidentId, StationId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.media import Media
from unjai.respond import sealed, sheet, view
from unjai.respond.checklist import Sheet, sheet_of
from unjai.respond.flows.case import Case
from unjai.respond.flows.parties import read_parties
from unjai.respond.rules.attachments import KINDS
from unjai.respond.rules.procedures import kept, path
from unjai.respond.store import attachments as store
from unjai.respond.store import incidents, overdues, procedures
from unjai.territory.view import territory_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIZE_MOST = 200_000_000


async def seal_case(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, data: Path, note: str = "") -> UUID:
    """Seal all that is known of an incident into one file and keep it; return the file's id.

    The timeline says with which digest. Sealed again after something was added, it is a further file; both stay.
    Raises `case_file_large` (413), `media_damaged` (500), `paper_failed` (500).
    """
    for right in ("case.seal", "party.read", "caller.read", "attachment.read"):
        actor.must(right)
    case = await Case.hold(tx, actor, clock, incident_id)
    key, media = await asyncio.to_thread(sealed.key_of, data), Media(data)
    entries = await _entries(case, media, key)
    about = {
        "number": case.row["number"],
        "incident_id": str(incident_id),
        "station": (await territory_of(tx, case.station_id)).station.name_th,
        "sealed_at": clock.now().isoformat(),
        "sealed_by": actor.name,
        "note": note,
        "key_print": sealed.print_of(sealed.public_of(key)),
    }
    body = await asyncio.to_thread(sealed.sealed, entries, about, key)
    stored = await media.put(body)
    case_file_id = new_id(clock.now())
    row = {
        "id": case_file_id,
        "station_id": case.station_id,
        "incident_id": incident_id,
        "digest": stored.digest,
        "size_bytes": stored.size_bytes,
        "entries": len(entries),
        "key_print": about["key_print"],
        "at": clock.now(),
        "by": actor.name,
        "note": note,
    }
    await store.add_case_file(tx, row)
    await case.say("case_sealed", digest=stored.digest, entries=len(entries), key_print=about["key_print"])
    await case.save("case_sealed", case_file_id=case_file_id, digest=stored.digest)
    return case_file_id


async def _entries(case: Case, media: Media, key: Ed25519PrivateKey) -> dict[str, bytes]:
    tx, actor, clock = case.tx, case.actor, case.clock
    shown = await view.incident(tx, actor, incident_id=case.id)
    parties = await read_parties(tx, actor, clock, incident_id=case.id, why="case_file")
    files = [row for row in await store.of_incident(tx, case.id) if row["removed_at"] is None]
    if sum(row["size_bytes"] for row in files) > SIZE_MOST:
        raise UnjaiError("case_file_large", 413, limit_mb=SIZE_MOST // 1_000_000)
    steps = await sheet_of(tx, case.row)
    station = (await territory_of(tx, case.station_id)).station
    whole = shown.model_dump(mode="json")
    parts: dict[str, object] = {
        "timeline.json": whole.pop("timeline"),
        "reports.json": whole.pop("reports"),
        "assignments.json": whole.pop("assignments"),
        "incident.json": {name: value for name, value in whole.items() if name not in _NOT_OF_RECORD},
        "parties.json": [_plain(one, ("id", "kind", "role", "facts", "at", "by")) for one in parties],
        "procedure.json": await _procedure(case, steps),
        "overdue.json": [
            _plain(one, ("wait", "since", "limit_s", "due_at", "raised_at", "mended_at", "taken_by", "word"))
            for one in (await overdues.of_incidents(tx, [case.id])).get(case.id, [])
        ],
    }
    entries = {name: msgspec.json.format(msgspec.json.encode(part), indent=1) for name, part in parts.items()}
    listed = []
    for number, row in enumerate(files, start=1):
        name = f"attachments/{number:03d}-{row['digest'][:12]}.{KINDS[row['media_type']].ending}"
        entries[name] = await media.read(row["digest"])
        facts = ("id", "name", "media_type", "size_bytes", "digest", "caption", "at", "told_at", "by", "unit_id")
        listed.append({"entry": name, **_plain(row, facts)})
    entries["attachments.json"] = msgspec.json.format(msgspec.json.encode(listed), indent=1)
    paper = sheet.facts_of(
        shown,
        station_th=station.name_th,
        sheet=steps,
        parties=parties,
        attachments=files,
        now=clock.now(),
        by=actor.name,
        masked=False,
        key_print=sealed.print_of(sealed.public_of(key)),
    )
    entries["incident.pdf"] = await sheet.printed(paper)
    return entries


_NOT_OF_RECORD = frozenset({"nearest_cameras", "checklist", "parties", "attachments", "overdue", "case_files"})
"""Parts of the screen's answer that stand elsewhere in the file, or are not of the record."""


def _plain(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


async def _procedure(case: Case, steps: Sheet | None) -> dict[str, Any]:
    marks = await procedures.all_marks(case.tx, case.id)
    return {
        "code": None if steps is None else steps.code,
        "version": None if steps is None else steps.version,
        "path": [] if steps is None else kept(path(steps.steps, steps.done)),
        "marks": [_plain(one, ("code", "version", "key", "mark", "answer", "reason", "at", "by")) for one in marks],
    }


async def receive_case(tx: Tx, actor: Actor, clock: Clock, *, case_file_id: UUID, digest: str) -> None:
    """Take a sealed file over, as the inquiry officer's own account; `digest` is what was checked.

    Received twice by the same account it is received once. Raises `case_file_other` (409) for another digest and
    `case_file_received` (409) where somebody else has it.
    """
    actor.must("case.receive")
    row = await store.case_file_of(tx, case_file_id, held=True)
    if row is None:
        raise not_found("case_file", case_file_id)
    if digest.strip().lower() != row["digest"]:
        raise UnjaiError("case_file_other", 409, digest=row["digest"][:16])
    if row["received_at"] is not None:
        if row["received_account"] == actor.account_id:
            return
        raise UnjaiError("case_file_received", 409, by=row["received_by"])
    case = await Case.hold(tx, actor, clock, row["incident_id"])
    values = {"received_at": clock.now(), "received_by": actor.name, "received_account": actor.account_id}
    await store.received(tx, case_file_id, values)
    await case.say("case_received", digest=row["digest"])
    await case.save("case_received", case_file_id=case_file_id, digest=row["digest"])


async def read_case_file(tx: Tx, actor: Actor, clock: Clock, *, case_file_id: UUID, right: str) -> dict[str, Any]:
    """Return a sealed file's row for its content to be sent; the look is on the log."""
    actor.must(right)
    row = await store.case_file_of(tx, case_file_id)
    if row is None:
        raise not_found("case_file", case_file_id)
    await audit(
        tx,
        actor,
        clock,
        action="case_file.read",
        subject=f"case_file:{case_file_id}",
        facts={"incident": str(row["incident_id"]), "digest": row["digest"]},
        station_id=row["station_id"],
    )
    return row


async def print_sheet(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId) -> bytes:
    """Return an incident's sheet as a PDF, its people covered; the printing is on the log."""
    actor.must("incident.read")
    row = await incidents.of(tx, incident_id)
    if row is None:
        raise not_found("incident", incident_id)
    shown = await view.incident(tx, actor, incident_id=incident_id)
    facts = sheet.facts_of(
        shown,
        station_th=(await territory_of(tx, StationId(row["station_id"]))).station.name_th,
        sheet=await sheet_of(tx, row),
        parties=[one.model_dump() for one in shown.parties],
        attachments=await store.of_incident(tx, incident_id),
        now=clock.now(),
        by=actor.name,
        masked=True,
    )
    await audit(
        tx,
        actor,
        clock,
        action="incident.print",
        subject=f"incident:{incident_id}",
        facts={"number": row["number"]},
        station_id=row["station_id"],
    )
    return await sheet.printed(facts)
