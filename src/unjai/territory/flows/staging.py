"""From an uploaded file to rows that stand: stage it, look at it, import exactly what was looked at, take it back.

A staged file is kept for an hour and seen by nobody but whoever uploaded it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import shapely

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import store
from unjai.territory.flows.undo import witnesses
from unjai.territory.kinds import ImportKind
from unjai.territory.ready import Choices, Ready, Setting
from unjai.territory.rules.export import said_for
from unjai.territory.rules.mapping import remembered_of
from unjai.territory.rules.shapes import shape_of
from unjai.territory.rules.sheet import ImportReport, RowNote
from unjai.territory.store import imports as kept

RIGHT = "data.import"
KEPT_FOR = timedelta(hours=1)
_MOST_FILES = 5
_RUNS = 20
_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """A file that waits: what it is, and what was chosen for it at the last look."""

    id: UUID
    kind: str
    name: str
    digest: str
    content: bytes
    choices: Mapping[str, Any] | None
    outcome: str
    report: bytes | None
    staged_at: Any


async def setting_of(tx: Tx, actor: Actor, *, station_id: StationId, kind: ImportKind) -> Setting:
    """Return what of the station matters to reading a file of a kind."""
    actor.must(RIGHT)
    actor.must(kind.right)
    zones = await store.zones_of(tx, station_id)
    station = await store.org_unit_of(tx, station_id)
    near = None if station is None or station.point is None else (station.point.lon, station.point.lat)
    return Setting(
        near=(zones[0].lon, zones[0].lat) if zones else near,
        zones=shapely.union_all([shape_of(zone.geometry) for zone in zones]) if zones else None,
        remembered=await kept.headers_of(tx, station_id, kind.key),
    )


async def stage_file(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, kind: ImportKind, name: str, content: bytes
) -> Staged:
    """Keep an uploaded file for an hour; the oldest of more than five of one's own goes."""
    actor.must(RIGHT)
    actor.must(kind.right)
    now = clock.now()
    await kept.forget_old(tx, now - KEPT_FOR)
    mine = await kept.files_by(tx, station_id, actor.key)
    for old in mine[: max(len(mine) - _MOST_FILES + 1, 0)]:
        await kept.drop_file(tx, station_id, old, actor.key)
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    values: dict[str, Any] = {
        "id": new_id(now),
        "kind": kind.key,
        "name": name[:_NAME] or kind.key,
        "digest": digest,
        "content": content,
        "staged_at": now,
    }
    await kept.keep_file(tx, station_id, {**values, "by": actor.key})
    return Staged(**values, choices=None, outcome="", report=None)


async def staged_file(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, file_id: UUID) -> Staged:
    """Return a file one has uploaded; `import_file_gone` after an hour, `not_found` for what never was one's own."""
    actor.must(RIGHT)
    row = await kept.file_of(tx, station_id, file_id, actor.key)
    if row is None:
        raise not_found("file", file_id)
    if row["staged_at"] < clock.now() - KEPT_FOR:
        raise UnjaiError("import_file_gone", 410)
    return Staged(**{name: row[name] for name in Staged.__dataclass_fields__})


async def forget_file(tx: Tx, actor: Actor, _clock: Clock, *, station_id: StationId, file_id: UUID) -> None:
    """Forget a staged file."""
    actor.must(RIGHT)
    if not await kept.drop_file(tx, station_id, file_id, actor.key):
        raise not_found("file", file_id)


async def preview_file(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    kind: ImportKind,
    file: Staged,
    choices: Choices,
    ready: Ready,
) -> tuple[ImportReport, str]:
    """Tell what an import would do, without doing it; note the choices and the digest of what would come of them."""
    actor.must(RIGHT)
    actor.must(kind.right)
    report = await _take(tx, actor, clock, station_id=station_id, kind=kind, ready=ready, choices=choices, dry_run=True)
    outcome = _digest(kind, file, report)
    values = {"kind": kind.key, "choices": asdict(choices), "outcome": outcome, "report": _told(report)}
    await kept.change_file(tx, file.id, values)
    return report, outcome


async def apply_file(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    kind: ImportKind,
    file: Staged,
    ready: Ready,
    leave_refused: bool,
) -> tuple[ImportReport, UUID]:
    """Import what was looked at, whole or not at all; return what became of it and the import's id.

    Raises `import_not_previewed`, `import_has_refused` (unless the good rows alone are wanted), `import_none_good`, and
    `import_changed` where the result would not be the one that was looked at: nothing is written then.
    """
    actor.must(RIGHT)
    actor.must(kind.right)
    if not file.outcome or file.choices is None:
        raise UnjaiError("import_not_previewed", 409)
    choices = choices_of(file.choices)
    report = await _take(
        tx, actor, clock, station_id=station_id, kind=kind, ready=ready, choices=choices, dry_run=False
    )
    if report.refused and not leave_refused:
        raise UnjaiError("import_has_refused", 422, count=len(report.refused))
    if not report.accepted:
        raise UnjaiError("import_none_good", 422)
    if _digest(kind, file, report) != file.outcome:
        raise UnjaiError("import_changed", 409)
    now = clock.now()
    run_id = new_id(now)
    undo = None if report.undo is None or kind.undo is None else msgspec.json.encode(report.undo)
    counts = {"added": report.added, "updated": report.updated, "removed": report.removed}
    told = {"kind": kind.key, "name": file.name, "digest": file.digest, **counts, "refused": len(report.refused)}
    who = {"by": actor.key, "by_name": actor.name, "done_at": now}
    await kept.keep_run(tx, station_id, {"id": run_id, **told, **who, "undo": undo})
    await kept.change_file(tx, file.id, {"outcome": "", "report": _told(report)})
    if ready.source.is_table:
        said = remembered_of([head.title for head in ready.heads], {n: int(c) for n, c in ready.columns.items()})
        await kept.remember_headers(tx, station_id, kind.key, said, now)
    subject = f"import:{run_id}"
    await audit(tx, actor, clock, action="data.import", subject=subject, facts=told, station_id=station_id)
    return report, run_id


async def undo_run(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, kinds: Mapping[str, ImportKind], run_id: UUID
) -> int:
    """Take an import back; return how many rows changed. Raises `import_undo_late` when it is too late.

    Where it would delete poles or cameras it takes two people (`approval_needed`, 409).
    """
    actor.must(RIGHT)
    row = await kept.run_of(tx, station_id, run_id)
    if row is None:
        raise not_found("import", run_id)
    kind = kinds.get(row["kind"])
    if kind is None or kind.undo is None or row["undo"] is None or row["done_at"] < clock.now() - KEPT_FOR:
        raise UnjaiError("import_undo_late", 409)
    actor.must(kind.right)
    undo = msgspec.json.decode(row["undo"])
    if await witnesses(tx, station_id=station_id, undo=undo):
        actor.must_be_approved("import.undo", key=str(run_id))
    rows = await kind.undo(tx, actor, clock, station_id=station_id, undo=undo)
    await kept.end_run(tx, run_id, clock.now())
    facts = {"kind": kind.key, "name": row["name"], "rows": rows}
    await audit(tx, actor, clock, action="data.undo", subject=f"import:{run_id}", facts=facts, station_id=station_id)
    return rows


async def list_runs(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> list[dict[str, Any]]:
    """Return the last imports of the station; `may_undo` only while it is not too late by the clock."""
    actor.must(RIGHT)
    limit = clock.now() - KEPT_FOR
    rows = await kept.runs_of(tx, station_id, _RUNS)
    return [{**row, "may_undo": row["may_undo"] and row["done_at"] >= limit} for row in rows]


async def forget_old_files(tx: Tx, actor: Actor, clock: Clock) -> None:
    """Forget files and undo notes that are over an hour old."""
    actor.must(RIGHT)
    await kept.forget_old(tx, clock.now() - KEPT_FOR)


def choices_of(stored: Mapping[str, Any]) -> Choices:
    """Return choices as they were noted."""
    area = stored.get("area", "zone")
    return Choices(**{**stored, "area": tuple(area) if isinstance(area, list) else area})


async def _take(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    kind: ImportKind,
    ready: Ready,
    choices: Choices,
    dry_run: bool,
) -> ImportReport:
    report = await kind.take(
        tx,
        actor,
        clock,
        station_id=station_id,
        features=ready.features,
        dry_run=dry_run,
        replace=choices.replace and kind.replaces,
    )
    report = replace(report, refused=tuple(_worded(note, kind) for note in report.refused))
    own = tuple(RowNote(row=one.row, key="", code=one.code, facts=dict(one.facts)) for one in ready.remarks)
    return replace(report, warnings=(*own, *report.warnings))


def _worded(note: RowNote, kind: ImportKind) -> RowNote:
    """Return a remark that names a column, and what may stand in it, as people call them."""
    item = next((one for one in kind.fields if one.name == note.facts.get("field")), None)
    if item is None:
        return note
    facts = {**note.facts, "field": item.th}
    if "allowed" in facts and item.words:
        said = said_for(item)
        facts["allowed"] = ", ".join(said.get(value, value) for value in str(facts["allowed"]).split(", "))
    return replace(note, facts=facts)


def _digest(kind: ImportKind, file: Staged, report: ImportReport) -> str:
    counts = [report.total, report.accepted, report.added, report.updated, report.unchanged, report.removed]
    refused = [(note.row, note.key, note.code) for note in report.refused]
    told = msgspec.json.encode([kind.key, file.digest, counts, refused, report.outcome])
    return hashlib.sha256(told).hexdigest()


def _told(report: ImportReport) -> bytes:
    return msgspec.json.encode(
        {"refused": [asdict(note) for note in report.refused], "warnings": [asdict(note) for note in report.warnings]}
    )
