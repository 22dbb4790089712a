"""Pictures of cameras sealed for an incident, and what of evidence two people do together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from unjai.cameras.flows import evidence as packages
from unjai.cameras.flows import release
from unjai.cameras.rules.evidence import Piece, case_of, check_pieces
from unjai.cameras.schemas.evidence import AgreedIn
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.thai.dates import format_date
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.rules.posts import today
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.store import incidents

_TEXT_MOST = 500


async def ask_for_incident(tx: Tx, actor: Actor, clock: Clock, *, incident_id: UUID, wish: packages.Wish) -> UUID:
    """Ask for a package of an incident's pictures; its timeline says so. Raises as `ask_for_package` does."""
    actor.must(packages.EXPORT)
    case = await Case.hold(tx, actor, clock, incident_id)
    told = replace(wish, incident_id=incident_id, incident_number=case.row["number"])
    key = await packages.ask_for_package(tx, actor, clock, wish=told)
    number = (await packages.the_package(tx, actor, key))["number"]
    await case.say("evidence_asked", number=number, pieces=len(wish.pieces), reason=wish.reason)
    await case.save("evidence_asked", evidence_id=key)
    return key


async def note_sealed(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], digest: str) -> None:
    """Say on an incident's timeline that its package is sealed; an incident that is no longer there is left alone."""
    if await incidents.of(tx, row["incident_id"]) is None:
        return
    case = await Case.hold(tx, actor, clock, row["incident_id"])
    await case.say("evidence_sealed", number=row["number"], digest=digest)
    await case.save("evidence_sealed", evidence_id=row["id"], digest=digest)


# -- four eyes ---------------------------------------------------------------------------------------------------------


def _wish(facts: Mapping[str, Any]) -> packages.Wish:
    """Return what is asked for from facts that came over the wire, held to what the form is held to.

    Raises `request_invalid` and `evidence_case_needed` (422).
    """
    try:
        said = AgreedIn.model_validate(facts)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise UnjaiError("request_invalid", 422, where=where) from error
    return packages.Wish(
        pieces=tuple(Piece(**dict(one)) for one in said.pieces),
        reason=said.reason,
        case_number=case_of(said.case_number, none_yet=said.no_case),
        incident_id=said.incident_id,
    )


async def _look_beyond(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    wish = _wish(facts)
    check_pieces(wish.pieces, max(one.until for one in wish.pieces))
    if wish.incident_id is not None:
        row = await incidents.of(tx, wish.incident_id)
        if row is None:
            raise not_found("incident", wish.incident_id)
        wish = replace(wish, incident_number=row["number"])
    stood = await packages.leaves(tx, actor, wish.pieces)
    beyond = [camera for camera, leave in stood if leave.beyond]
    named = (beyond or [camera for camera, _ in stood])[0]
    day = format_date(today(wish.pieces[0].since))
    th, en = named["name_th"], named["name_en"] or named["name_th"]
    return Look(
        subject=f"camera:{named['id']}",
        th=f"ผนึกภาพวันที่ {day} จาก {len(wish.pieces)} ช่วง ซึ่ง {len(beyond)} ช่วงอยู่นอกความยินยอมของเจ้าของ (กล้อง {th})"
        f" เหตุผล: {wish.reason}",
        en=f"Seal {len(wish.pieces)} pieces of pictures, {len(beyond)} of them beyond their owner's consent"
        f" (camera {en}). Reason: {wish.reason}",
        facts=wish.told(),
    )


async def _seal_beyond(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    wish = _wish(facts)
    if wish.incident_id is not None:
        return await ask_for_incident(tx, actor, clock, incident_id=wish.incident_id, wish=wish)
    return await packages.ask_for_package(tx, actor, clock, wish=wish)


def _key(facts: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(facts.get("key")))
    except ValueError as error:
        raise UnjaiError("request_invalid", 422, where="key") from error


async def _look_package(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    row = await packages.the_package(tx, actor, _key(facts))
    reason = str(facts.get("reason", ""))[:_TEXT_MOST]
    if row["state"] not in {"sealed", "failed"}:
        raise UnjaiError("evidence_busy", 409, state=row["state"])
    case = row["case_number"] or row["incident_number"]
    return Look(
        subject=f"evidence:{row['id']}",
        th=f"ลบแฟ้มพยานหลักฐาน {row['number']} {case} และปล่อยภาพบันทึกที่กันไว้ เหตุผล: {reason}",
        en=f"Delete the evidence {row['number']} {case} and let go what is held for it. Reason: {reason}",
        facts={"key": str(row["id"]), "number": row["number"], "digest": row["digest"], "reason": reason},
    )


async def _remove_package(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    reason = str(facts["reason"])
    key = UUID(facts["key"])
    await packages.remove_package(tx, actor, clock, evidence_id=key, reason=reason)
    await release.remove_with_package(tx, actor, clock, evidence_id=key, reason=reason)
    return None


ACTIONS.add(
    Action(
        name=packages.BEYOND,
        th="ผนึกภาพนอกความยินยอมของเจ้าของกล้อง",
        en="seal pictures beyond their owner's consent",
        asks=packages.EXPORT,
        look=_look_beyond,
        execute=_seal_beyond,
        always=True,
    )
)
ACTIONS.add(
    Action(
        name=packages.REMOVE,
        th="ลบแฟ้มพยานหลักฐาน",
        en="delete a package of evidence",
        asks=packages.EXPORT,
        look=_look_package,
        execute=_remove_package,
        always=True,
    )
)
