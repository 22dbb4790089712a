"""Who may let the program drive a junction: two people together; to take it away, one alone and at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.platform.database import Tx
from unjai.signals.flows.junctions import Row, set_mode, the_junction

CONTROL = "signals.control"
LOCAL = "signals.local"
ENABLE = "signals.enable"
Driven = Literal["pattern", "control"]
_WAYS = {
    "pattern": ("เลือกแผนเวลาของตู้ควบคุม", "choose among the controller's own plans"),
    "control": ("คุมจังหวะสัญญาณไฟทีละจังหวะ", "choose phase by phase"),
}


class Enabling(BaseModel):
    """What two people agree on: this junction as it stands, this way of driving."""

    model_config = ConfigDict(extra="forbid")

    junction_id: UUID
    mode: Driven
    version: int


async def enable(tx: Tx, actor: Actor, clock: Clock, *, junction_id: UUID, mode: Driven, version: int) -> Row:
    """Let the program drive a junction that is in shadow or driven the other way.

    Raises `approval_needed` (409) until a second person approved just this; `signals_plant_missing`,
    `signals_not_in_shadow`, `signals_changed` (409), `not_found` (404).
    """
    actor.must(CONTROL)
    row = await the_junction(tx, actor, junction_id, lock=True)
    if row["plant"] == "none":
        raise UnjaiError("signals_plant_missing", 409, code=row["code"])
    if row["mode"] not in {"shadow", "pattern", "control"} - {mode}:
        raise UnjaiError("signals_not_in_shadow", 409, code=row["code"])
    if row["version"] != version:
        raise UnjaiError("signals_changed", 409, code=row["code"])
    actor.must_be_approved(ENABLE, junction_id=str(junction_id), mode=mode, version=version)
    return await set_mode(tx, actor, clock, row=row, mode=mode)


async def go_local(tx: Tx, actor: Actor, clock: Clock, *, junction_id: UUID) -> Row:
    """Give a junction back to its own controller, at once and without a question; told again it changes nothing."""
    actor.must(LOCAL)
    row = await the_junction(tx, actor, junction_id, lock=True)
    if row["mode"] == "local":
        return row
    return await set_mode(tx, actor, clock, row=row, mode="local")


def _read(facts: Mapping[str, Any]) -> Enabling:
    try:
        return Enabling.model_validate(facts)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise UnjaiError("request_invalid", 422, where=where) from error


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    said = _read(facts)
    row = await the_junction(tx, actor, said.junction_id)
    th, en = _WAYS[said.mode]
    return Look(
        subject=f"junction:{row['id']}",
        th=f"ให้ระบบ{th} ที่ทางแยก {row['name_th']} ({row['code']}) ผ่านตู้ควบคุม {row['host']}",
        en=f"Let the program {en} at junction {row['name_en'] or row['name_th']} ({row['code']}), by {row['host']}",
        facts={"junction_id": str(row["id"]), "mode": said.mode, "version": row["version"]},
    )


async def _enable(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    said = _read(facts)
    return await enable(tx, actor, clock, junction_id=said.junction_id, mode=said.mode, version=said.version)


ACTIONS.add(
    Action(
        name=ENABLE,
        th="เปิดให้ระบบคุมสัญญาณไฟทางแยก",
        en="let the program drive a junction's signals",
        asks=CONTROL,
        look=_look,
        execute=_enable,
        always=True,
    )
)
