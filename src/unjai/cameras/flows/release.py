"""The named stories of release copies: asked for, faces hidden, looked at by a person, let go. Each step is custody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.cameras.events import EvidenceChanged
from unjai.cameras.flows.evidence import EXPORT, READ, sealed_package, second_of, step, the_package
from unjai.cameras.rules.release import (
    OPEN,
    TRIES_MOST,
    Mark,
    check_length,
    check_looked,
    check_marks,
    copy_number,
    files_for,
)
from unjai.cameras.store import evidence as packages
from unjai.cameras.store import release as store
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

BEYOND = "evidence.release_copy"
"""What two people do together: a copy of a package that needed a second person itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyWish:
    """What is asked for: for whom, what for, which files of the package (none named: all), how faces are hidden."""

    recipient: str
    agency: str
    sort: str
    purpose: str
    style: str
    files: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return it as JSON, as two people agree on it."""
        return {
            "recipient": self.recipient,
            "agency": self.agency,
            "sort": self.sort,
            "purpose": self.purpose,
            "style": self.style,
            "files": list(self.files),
        }


def wanted_files(package: Mapping[str, Any], wish: CopyWish) -> list[str]:
    """Return the names of the files a copy shall hold; raise `copy_file_unknown` and `copy_long` (422)."""
    files = files_for(package["manifest"], wish.files)
    spans = [datetime.fromisoformat(one["until"]) - datetime.fromisoformat(one["since"]) for one in files]
    check_length(sum(one.total_seconds() for one in spans))
    return [one["name"] for one in files]


async def ask_for_copy(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, wish: CopyWish) -> UUID:
    """Ask for a copy and return its id; core blurs it. Where the package needed a second person, so does this.

    Raises `evidence_not_sealed`, `approval_needed` (409), and what `wanted_files` raises.
    """
    actor.must(EXPORT)
    row = await sealed_package(tx, actor, evidence_id, lock=True)
    files = wanted_files(row, wish)
    if row["beyond"]:
        actor.must_be_approved(BEYOND, key=str(evidence_id), **wish.told())
    now = clock.now()
    key, number = new_id(now), copy_number(row["number"], await store.count_of(tx, evidence_id) + 1)
    facts = {**wish.told(), "copy": number, "files": files, "digest": row["digest"]}
    audit_id = await step(tx, actor, clock, row=row, what="copy_ask", facts=facts, subject=f"release:{key}")
    kept = {
        **wish.told(),
        "id": key,
        "station_id": row["station_id"],
        "evidence_id": evidence_id,
        "number": number,
        "asked_at": now,
        "asked_by": actor.name,
        "files": files,
        "second": await second_of(tx, actor),
        "audit_id": audit_id,
    }
    await store.add(tx, kept)
    return key


# -- core makes it -----------------------------------------------------------------------------------------------------


async def begin(tx: Tx, clock: Clock) -> dict[str, Any] | None:
    """Take the copy that waits longest, for blurring or for sealing, and return its row as it is from now on."""
    row = await store.next_in(tx, "asked", "confirmed")
    if row is None:
        return None
    state = "blurring" if row["state"] == "asked" else "sealing"
    began = {"state": state, "tries": row["tries"] + 1, "kept": True}
    await store.change(tx, row["id"], **began)
    await _tell(tx, clock, row)
    return {**row, **began}


async def take_up_again(tx: Tx, actor: Actor, clock: Clock) -> int:
    """After a kill: what was being made is made anew, or has failed where it was tried often; return how many."""
    rows = await store.in_states(tx, "blurring", "sealing")
    for row in rows:
        if row["tries"] >= TRIES_MOST:
            await fail(tx, actor, clock, row=row, error=UnjaiError("evidence_gave_up", 500, tries=row["tries"]))
        else:
            await store.change(tx, row["id"], state="asked" if row["state"] == "blurring" else "confirmed")
    return len(rows)


async def blurred(
    tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], found: Sequence[Mapping[str, Any]]
) -> None:
    """Note that faces are hidden and somebody has to look: whoever looked before has not looked at this one."""
    revision = row["revision"] + 1
    anew = {"state": "look", "revision": revision, "tries": 0, "error_code": "", "error_facts": {}}
    await store.change(tx, row["id"], **anew, found=[dict(one) for one in found])
    facts = {"revision": revision, "faces": sum(one["faces"] for one in found)}
    await _custody(tx, actor, clock, row=row, what="copy_blur", facts=facts)


async def finish(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """Note that a copy is sealed."""
    told = {name: made[name] for name in ("digest", "size_bytes", "key_print", "manifest")}
    await store.change(tx, row["id"], state="sealed", tries=0, **told)
    facts = {name: made[name] for name in ("digest", "size_bytes", "key_print")}
    await _custody(tx, actor, clock, row=row, what="copy_seal", facts=facts)


async def fail(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], error: UnjaiError) -> None:
    """Note that a copy could not be made, and why."""
    told = {"error_code": error.code, "error_facts": dict(error.facts)}
    await store.change(tx, row["id"], state="failed", **told)
    await _custody(tx, actor, clock, row=row, what="copy_fail", facts={"code": error.code})


# -- what people do with it --------------------------------------------------------------------------------------------


async def the_copy(tx: Tx, actor: Actor, copy_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a copy of the actor's stations; `not_found` (404) else."""
    row = await store.of(tx, copy_id, lock=lock)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("release_copy", copy_id)
    return row


async def draft_copy(tx: Tx, actor: Actor, copy_id: UUID) -> dict[str, Any]:
    """Return a copy that waits for a person's look; raise `copy_not_ready` (409) for another."""
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id)
    if row["state"] != "look":
        raise UnjaiError("copy_not_ready", 409, state=row["state"])
    return row


async def look(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID, revision: int) -> None:
    """Begin to look: who saw the pictures before and after is custody before the first of them is shown.

    Raises `copy_not_ready` and `copy_changed` (409).
    """
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id, lock=True)
    if row["state"] != "look":
        raise UnjaiError("copy_not_ready", 409, state=row["state"])
    if row["revision"] != revision:
        raise UnjaiError("copy_changed", 409)
    if row["looked_account"] == actor.account_id and row["looked_revision"] == revision:
        return
    looked = {"looked_account": actor.account_id, "looked_by": actor.name, "looked_revision": revision}
    await store.change(tx, copy_id, **looked, looked_at=clock.now())
    await _custody(tx, actor, clock, row=row, what="copy_look", facts={"revision": revision})


async def mark(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID, revision: int, marks: Sequence[Mark]) -> None:
    """Hide what a person drew as well; it is blurred anew and has to be looked at again.

    Raises `copy_not_ready`, `copy_changed` (409) and what `check_marks` raises.
    """
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id, lock=True)
    if row["state"] != "look":
        raise UnjaiError("copy_not_ready", 409, state=row["state"])
    if row["revision"] != revision:
        raise UnjaiError("copy_changed", 409)
    check_marks(marks, row["files"])
    await store.change(tx, copy_id, state="asked", tries=0, marks=[one.told() for one in marks])
    await _custody(tx, actor, clock, row=row, what="copy_mark", facts={"marks": len(marks)})


async def release(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID, revision: int) -> None:
    """Let a copy go: who says so is the one who looked at it as it is now. Core seals it.

    Raises what `check_looked` raises.
    """
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id, lock=True)
    check_looked(row, actor.account_id, revision)
    said = {"released_by": actor.name, "released_at": clock.now()}
    await store.change(tx, copy_id, state="confirmed", tries=0, **said)
    await _custody(tx, actor, clock, row=row, what="copy_release", facts={"revision": revision})


async def make_again(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID) -> None:
    """Try a failed copy once more, from the beginning: it will be looked at anew. Raises `copy_not_failed` (409)."""
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id, lock=True)
    if row["state"] != "failed":
        raise UnjaiError("copy_not_failed", 409, state=row["state"])
    await store.change(tx, copy_id, state="asked", tries=0, error_code="", error_facts={})
    await _custody(tx, actor, clock, row=row, what="copy_again")


async def note_download(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID, why: str) -> dict[str, Any]:
    """Write down that a copy leaves the centre and why, before its first byte; raise `copy_not_released` (409)."""
    actor.must(READ)
    row = await the_copy(tx, actor, copy_id)
    if row["state"] != "sealed":
        raise UnjaiError("copy_not_released", 409, state=row["state"])
    await _custody(tx, actor, clock, row=row, what="copy_download", facts={"why": why, "digest": row["digest"]})
    return row


async def remove(tx: Tx, actor: Actor, clock: Clock, *, copy_id: UUID, reason: str) -> None:
    """Delete a copy's files; the package and the entry stay. Raises `copy_busy` (409)."""
    actor.must(EXPORT)
    row = await the_copy(tx, actor, copy_id, lock=True)
    if row["state"] == "removed" or row["state"] in OPEN:
        raise UnjaiError("copy_busy", 409, state=row["state"])
    await store.change(tx, copy_id, state="removed")
    await _custody(tx, actor, clock, row=row, what="copy_remove", facts={"reason": reason, "digest": row["digest"]})


async def remove_with_package(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, reason: str) -> None:
    """Delete all copies of a package that goes; what is being made of them comes to nothing."""
    for row in await store.copies_of(tx, evidence_id):
        if row["state"] != "removed":
            await store.change(tx, row["id"], state="removed")
            await _custody(tx, actor, clock, row=row, what="copy_remove", facts={"reason": reason})


async def _custody(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    what: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    package = await packages.of(tx, row["evidence_id"])
    if package is None:
        raise not_found("evidence", row["evidence_id"])
    told = {"copy": row["number"], **(facts or {})}
    await step(tx, actor, clock, row=package, what=what, facts=told, subject=f"release:{row['id']}")


async def _tell(tx: Tx, clock: Clock, row: Mapping[str, Any]) -> None:
    await emit(tx, clock, EvidenceChanged(station_id=StationId(row["station_id"]), evidence_id=row["evidence_id"]))


async def package_of_copy(tx: Tx, actor: Actor, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the package that a copy is made of."""
    return await the_package(tx, actor, row["evidence_id"])
