"""What two people do together for a release copy: one of a package that needed a second person itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from unjai.cameras.flows import release as flows
from unjai.cameras.flows.evidence import EXPORT, sealed_package
from unjai.cameras.schemas.release import AgreedCopyIn
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.platform.database import Tx


def _read(facts: Mapping[str, Any]) -> AgreedCopyIn:
    """Return what is asked for from facts that came over the wire; raise `request_invalid` (422)."""
    try:
        return AgreedCopyIn.model_validate(facts)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise UnjaiError("request_invalid", 422, where=where) from error


def _wish(said: AgreedCopyIn) -> flows.CopyWish:
    told = said.model_dump(include={"recipient", "agency", "sort", "purpose", "style"})
    return flows.CopyWish(**told, files=tuple(said.files))


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    said = _read(facts)
    wish, row = _wish(said), await sealed_package(tx, actor, said.key)
    files = flows.wanted_files(row, wish)
    whom = f"{said.recipient} ({said.agency})"
    return Look(
        subject=f"evidence:{row['id']}",
        th=f"ทำสำเนาเผยแพร่เบลอใบหน้าของแฟ้ม {row['number']} จำนวน {len(files)} ไฟล์ ให้ {whom} เพื่อ: {said.purpose}"
        " แฟ้มนี้มีภาพนอกความยินยอมของเจ้าของกล้อง",
        en=f"Make a copy of {row['number']} with faces blurred, {len(files)} files, for {whom}."
        f" Purpose: {said.purpose}. The package holds pictures beyond their owner's consent",
        facts={"key": str(row["id"]), **wish.told()},
    )


async def _make(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    said = _read(facts)
    return await flows.ask_for_copy(tx, actor, clock, evidence_id=said.key, wish=_wish(said))


ACTIONS.add(
    Action(
        name=flows.BEYOND,
        th="ทำสำเนาเผยแพร่ของภาพนอกความยินยอม",
        en="make a release copy of pictures beyond consent",
        asks=EXPORT,
        look=_look,
        execute=_make,
        always=True,
    )
)
