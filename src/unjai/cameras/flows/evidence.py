"""The named stories of evidence: asked for, made, looked at, handed over, let go. Each step is custody and audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.cameras.events import EvidenceChanged
from unjai.cameras.flows.changes import the_camera
from unjai.cameras.rules.evidence import TRIES_MOST, Leave, Piece, check_pieces, leave_for, number_of
from unjai.cameras.store import evidence as store
from unjai.cameras.store import reads
from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.model.thai.dates import be_year
from unjai.people.store import oversight
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

EXPORT, READ, RECEIVE = "evidence.export", "evidence.read", "case.receive"
BEYOND, REMOVE = "evidence.beyond_consent", "evidence.remove"
"""What two people do together: sealing pictures that the owner's consent does not cover, and deleting a package."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is asked for. An empty `case_number`: it was said that there is none yet."""

    pieces: tuple[Piece, ...]
    reason: str
    case_number: str
    incident_id: UUID | None = None
    incident_number: str = ""

    def told(self) -> dict[str, Any]:
        """Return it as JSON, as two people agree on it."""
        return {
            "pieces": [one.told() for one in self.pieces],
            "reason": self.reason,
            "case_number": self.case_number,
            "no_case": not self.case_number,
            "incident_id": None if self.incident_id is None else str(self.incident_id),
            "incident_number": self.incident_number,
        }


async def leaves(tx: Tx, actor: Actor, pieces: Sequence[Piece]) -> list[tuple[dict[str, Any], Leave]]:
    """Return each piece's camera and how the piece stands with its owner's consent; `not_found` (404) as ever."""
    found = []
    for one in pieces:
        camera = await the_camera(tx, actor, one.camera_id)
        papers = await reads.consents_of(tx, one.camera_id)
        found.append((camera, leave_for(camera["owner_kind"], papers, one.since, one.until)))
    return found


async def ask_for_package(tx: Tx, actor: Actor, clock: Clock, *, wish: Wish) -> UUID:
    """Ask for a package and return its id; core makes it.

    Raises what `check_pieces` raises, `not_found` (404), `evidence_stations` (422) for cameras of several stations, and
    `approval_needed` (409) where an owner's consent does not cover all of it.
    """
    actor.must(EXPORT)
    now = clock.now()
    check_pieces(wish.pieces, now)
    stood = await leaves(tx, actor, wish.pieces)
    stations = {StationId(camera["station_id"]) for camera, _ in stood}
    if len(stations) != 1:
        raise UnjaiError("evidence_stations", 422)
    station_id = stations.pop()
    beyond = any(leave.beyond for _, leave in stood)
    if beyond:
        actor.must_be_approved(BEYOND, **wish.told())
    key = new_id(now)
    year = be_year(now.astimezone(BANGKOK).year)
    number = number_of(year, await store.count_of_year(tx, station_id, year) + 1)
    told = {**wish.told(), "number": number, "beyond": beyond}
    audit_id = await audit(
        tx, actor, clock, action="evidence.ask", subject=f"evidence:{key}", facts=told, station_id=station_id
    )
    row = {
        "id": key,
        "station_id": station_id,
        "number": number,
        "asked_at": now,
        "asked_by": actor.name,
        "asked_account": actor.account_id,
        "reason": wish.reason,
        "case_number": wish.case_number,
        "incident_id": wish.incident_id,
        "incident_number": wish.incident_number,
        "pieces": [{**one.told(), "leave": leave.told()} for one, (_, leave) in zip(wish.pieces, stood, strict=True)],
        "since": min(one.since for one in wish.pieces),
        "until": max(one.until for one in wish.pieces),
        "beyond": beyond,
        "second": await second_of(tx, actor),
        "audit_id": audit_id,
    }
    await store.add(tx, row)
    facts = {"reason": wish.reason, "beyond": beyond}
    await _keep_step(tx, actor, clock, row=row, what="ask", facts=facts, audit_id=audit_id)
    return key


async def second_of(tx: Tx, actor: Actor) -> dict[str, Any] | None:
    """Return who approved what is being done, None where nobody had to."""
    key = dict(actor.marks).get("approval")
    row = None if key is None else await oversight.approval_row(tx, UUID(key))
    if row is None:
        return None
    return {"approval": key, "name": row["settler_name"], "at": row["settled_at"].isoformat()}


# -- core makes it -----------------------------------------------------------------------------------------------------


async def begin_making(tx: Tx, clock: Clock) -> dict[str, Any] | None:
    """Take the package that waits longest, and return its row; None where none waits. Asks for no right: core's own."""
    row = await store.next_asked(tx)
    if row is not None:
        began = {"state": "making", "begun_at": clock.now(), "tries": row["tries"] + 1}
        # from now on there may be holds and a file, whatever becomes of us before the end is written down
        await store.change(tx, row["id"], **began, hold_on_disc=True, kept=True)
        await emit(tx, clock, EvidenceChanged(station_id=StationId(row["station_id"]), evidence_id=row["id"]))
    return row


async def take_up_again(tx: Tx, actor: Actor, clock: Clock) -> int:
    """After a kill: what was being made is made anew, or has failed where it was tried often; return how many."""
    rows = await store.in_state(tx, "making")
    for row in rows:
        if row["tries"] >= TRIES_MOST:
            await fail(tx, actor, clock, row=row, error=UnjaiError("evidence_gave_up", 500, tries=row["tries"]))
        else:
            await store.change(tx, row["id"], state="asked")
    return len(rows)


async def finish(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """Note that a package is sealed: its digest, its size, what its manifest says."""
    await store.change(
        tx,
        row["id"],
        state="sealed",
        settled_at=clock.now(),
        digest=made["digest"],
        size_bytes=made["size_bytes"],
        key_print=made["key_print"],
        manifest=made["manifest"],
        error_code="",
        error_facts={},
        **_stamp_of(made, clock),
    )
    facts = {"digest": made["digest"], "size_bytes": made["size_bytes"], "key_print": made["key_print"]}
    await step(tx, actor, clock, row=row, what="seal", facts=facts)


def _stamp_of(made: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Return how a fresh package stands with its outside time stamp."""
    if (told := made.get("stamped")) is not None:
        return _stamp_told(told)
    if (refused := made.get("not_stamped")) is not None:
        facts = {"code": refused["error"], "facts": refused["facts"]}
        return {"stamp": "missing", "stamp_tried_at": clock.now(), "stamp_facts": facts}
    return {"stamp": ""}


def _stamp_told(told: Mapping[str, Any]) -> dict[str, Any]:
    at = told["at"] if isinstance(told["at"], datetime) else datetime.fromisoformat(told["at"])
    facts = {name: told[name] for name in ("authority", "serial", "inside")}
    return {"stamp": "stamped", "stamp_at": at, "stamp_facts": facts}


async def stamped(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Note that a sealed package has an outside time stamp after all; it lies beside the file, which never changes."""
    kept = _stamp_told(told)
    await store.change(tx, row["id"], **kept)
    facts = {**kept["stamp_facts"], "stamped_at": kept["stamp_at"].isoformat()}
    await step(tx, actor, clock, row=row, what="stamp", facts=facts)


async def not_stamped(tx: Tx, clock: Clock, *, row: Mapping[str, Any], error: UnjaiError) -> None:
    """Note that an outside time stamp was not to be had, and why; the package is whole without it."""
    facts = {"code": error.code, "facts": dict(error.facts)}
    await store.change(tx, row["id"], stamp="missing", stamp_tried_at=clock.now(), stamp_facts=facts)
    await emit(tx, clock, EvidenceChanged(station_id=StationId(row["station_id"]), evidence_id=row["id"]))


async def ask_for_stamp(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID) -> None:
    """Ask once more for an outside time stamp; raise `evidence_not_sealed` and `stamp_not_missing` (409)."""
    actor.must(EXPORT)
    row = await sealed_package(tx, actor, evidence_id, lock=True)
    if row["stamp"] != "missing":
        raise UnjaiError("stamp_not_missing", 409)
    await store.change(tx, evidence_id, stamp="wanted")
    await step(tx, actor, clock, row=row, what="stamp_ask")


async def fail(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], error: UnjaiError) -> None:
    """Note that a package could not be made, and why; what it was to be cut from stays held."""
    await store.change(
        tx, row["id"], state="failed", settled_at=clock.now(), error_code=error.code, error_facts=dict(error.facts)
    )
    await step(tx, actor, clock, row=row, what="fail", facts={"code": error.code})


# -- what people do with it --------------------------------------------------------------------------------------------


async def the_package(tx: Tx, actor: Actor, evidence_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a package of the actor's stations; `not_found` (404) else."""
    row = await store.of(tx, evidence_id, lock=lock)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("evidence", evidence_id)
    return row


async def sealed_package(tx: Tx, actor: Actor, evidence_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a package that is sealed; raise `evidence_not_sealed` (409) for another."""
    row = await the_package(tx, actor, evidence_id, lock=lock)
    if row["state"] != "sealed":
        raise UnjaiError("evidence_not_sealed", 409, state=row["state"])
    return row


async def make_again(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID) -> None:
    """Try a failed package once more, its recordings held anew; raise `evidence_not_failed` (409)."""
    actor.must(EXPORT)
    row = await the_package(tx, actor, evidence_id, lock=True)
    if row["state"] != "failed":
        raise UnjaiError("evidence_not_failed", 409, state=row["state"])
    anew = {"state": "asked", "tries": 0, "error_code": "", "error_facts": {}}
    await store.change(tx, evidence_id, **anew, held=True, hold_on_disc=True)
    await step(tx, actor, clock, row=row, what="again")


async def note_download(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, why: str) -> dict[str, Any]:
    """Write down that a package leaves the centre and why, before its first byte does; return its row."""
    actor.must(READ)
    row = await sealed_package(tx, actor, evidence_id)
    await step(tx, actor, clock, row=row, what="download", facts={"why": why, "digest": row["digest"]})
    return row


async def hand_over(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, said: Mapping[str, str]) -> None:
    """Write down to whom a package was handed: name, rank, agency, how and what for."""
    actor.must(EXPORT)
    row = await sealed_package(tx, actor, evidence_id)
    await step(tx, actor, clock, row=row, what="hand_over", facts={**said, "digest": row["digest"]})


async def receive(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, digest: str) -> None:
    """Take a package over with one's own account; `evidence_other` (409) where its digest is another."""
    actor.must(RECEIVE)
    row = await sealed_package(tx, actor, evidence_id)
    if digest.strip().lower() != row["digest"]:
        raise UnjaiError("evidence_other", 409, digest=row["digest"][:16])
    await step(tx, actor, clock, row=row, what="receive", facts={"digest": row["digest"]})


async def note_check(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, problems: Sequence[str]) -> None:
    """Write down that a package was checked, and what was found."""
    actor.must(READ)
    row = await sealed_package(tx, actor, evidence_id)
    await step(tx, actor, clock, row=row, what="check", facts={"problems": list(problems), "digest": row["digest"]})


async def release_hold(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, reason: str) -> None:
    """Let the recordings go that a package was cut from; the package stays. Raises `evidence_not_held` (409)."""
    actor.must(EXPORT)
    row = await the_package(tx, actor, evidence_id, lock=True)
    if not row["held"] or row["state"] in {"asked", "making"}:
        raise UnjaiError("evidence_not_held", 409, state=row["state"])
    await store.change(tx, evidence_id, held=False)
    await step(tx, actor, clock, row=row, what="release", facts={"reason": reason})


async def remove_package(tx: Tx, actor: Actor, clock: Clock, *, evidence_id: UUID, reason: str) -> None:
    """Delete a package's file and let its recordings go: two people, always. Its entry and its custody stay.

    Raises `approval_needed` and `evidence_busy` (409).
    """
    actor.must(EXPORT)
    row = await the_package(tx, actor, evidence_id, lock=True)
    if row["state"] not in {"sealed", "failed"}:
        raise UnjaiError("evidence_busy", 409, state=row["state"])
    actor.must_be_approved(REMOVE, key=str(evidence_id), reason=reason)
    await store.change(tx, evidence_id, state="removed", held=False)
    await step(tx, actor, clock, row=row, what="remove", facts={"reason": reason, "digest": row["digest"]})


async def step(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    what: str,
    facts: Mapping[str, Any] | None = None,
    subject: str = "",
) -> UUID:
    """Write a step of custody, a row of the audit log and the step that names it; return the log's row."""
    audit_id = await audit(
        tx,
        actor,
        clock,
        action=f"evidence.{what}",
        subject=subject or f"evidence:{row['id']}",
        facts={"number": row["number"], **(facts or {})},
        station_id=StationId(row["station_id"]),
    )
    await _keep_step(tx, actor, clock, row=row, what=what, facts=dict(facts or {}), audit_id=audit_id)
    return audit_id


async def _keep_step(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], **said: Any) -> None:
    now = clock.now()
    kept = {"id": new_id(now), "station_id": row["station_id"], "evidence_id": row["id"], "at": now, "by": actor.name}
    await store.add_step(tx, {**kept, **said})
    await emit(tx, clock, EvidenceChanged(station_id=StationId(row["station_id"]), evidence_id=row["id"]))
