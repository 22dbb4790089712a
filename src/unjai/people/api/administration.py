"""Routes for administering what exists: accounts' names and terms, passwords for many, shifts, a patrol's phone."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from unjai.model.ids import AccountId, UnitId
from unjai.people.api.accounts import HASHING
from unjai.people.flows import account_changes, phones, shifts
from unjai.people.schemas.accounts import (
    AccountChangeIn,
    AccountOut,
    PhoneSheetIn,
    PhoneSheetOut,
    ShiftChangeIn,
    ShiftOut,
    SlipOut,
    SlipsIn,
)
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["people"])


@router.get("/accounts/{account_id}")
async def account(account_id: UUID, ask: Annotated[Ask, allowed("account.admin")]) -> AccountOut:
    """Return one account with its roles and their dates."""
    row = await account_changes.account_row(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id))
    return AccountOut.model_validate(row)


@router.patch("/accounts/{account_id}")
async def change_account(
    account_id: UUID, body: AccountChangeIn, ask: Annotated[Ask, allowed("account.admin")]
) -> AccountOut:
    """Change what is given of an account: names, language, home, end, a partner's sector and organisation."""
    given = body.model_dump(exclude_unset=True)
    row = await account_changes.change_account(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id), **given)
    return AccountOut.model_validate(row)


@router.post("/account-slips", dependencies=HASHING)
async def account_slips(
    body: SlipsIn, response: Response, ask: Annotated[Ask, allowed("account.admin")]
) -> list[SlipOut]:
    """Give many accounts new one-time passwords, told this once; their sessions end at once."""
    ids = [AccountId(one) for one in body.account_ids]
    made = await account_changes.hand_out(ask.tx, ask.actor, ask.clock, account_ids=ids)
    response.headers["Cache-Control"] = "no-store"
    return [SlipOut.model_validate(one) for one in made]


@router.patch("/shifts/{shift_id}")
async def change_shift(shift_id: UUID, body: ShiftChangeIn, ask: Annotated[Ask, allowed("unit.admin")]) -> ShiftOut:
    """Change a shift's name or hours."""
    given = body.model_dump(exclude_unset=True)
    row = await shifts.change_shift(ask.tx, ask.actor, ask.clock, shift_id=shift_id, **given)
    return ShiftOut.model_validate(row)


@router.delete("/shifts/{shift_id}", status_code=204)
async def remove_shift(shift_id: UUID, ask: Annotated[Ask, allowed("unit.admin")]) -> None:
    """Take a shift out of use; what was worked in it keeps its name."""
    await shifts.remove_shift(ask.tx, ask.actor, ask.clock, shift_id=shift_id)


@router.post("/units/{unit_id}/phone-sheet", status_code=201)
async def phone_sheet(
    unit_id: UUID, body: PhoneSheetIn, response: Response, ask: Annotated[Ask, allowed("device.admin")]
) -> PhoneSheetOut:
    """Make a new secret for a unit's phone, with the codes that put it into the phone; told this once."""
    port, tls = _mqtt(ask)
    made = await phones.phone_sheet(
        ask.tx,
        ask.actor,
        ask.clock,
        unit_id=UnitId(unit_id),
        base_url=body.base_url,
        way=body.way,
        mqtt_port=port,
        mqtt_tls=tls,
    )
    response.headers["Cache-Control"] = "no-store"
    return PhoneSheetOut.model_validate(made)


@router.post("/officer/phone-sheet", status_code=201)
async def own_phone_sheet(
    body: PhoneSheetIn, response: Response, ask: Annotated[Ask, allowed("unit.self")]
) -> PhoneSheetOut:
    """Make a new secret for the phone of one's own unit, with what sets the phone's app up; told this once."""
    port, tls = _mqtt(ask)
    made = await phones.own_phone_sheet(
        ask.tx, ask.actor, ask.clock, base_url=body.base_url, way=body.way, mqtt_port=port, mqtt_tls=tls
    )
    response.headers["Cache-Control"] = "no-store"
    return PhoneSheetOut.model_validate(made)


def _mqtt(ask: Ask) -> tuple[int, bool]:
    """Return the port of the devices' MQTT door, and whether it speaks TLS."""
    port, tls = getattr(ask.request.app.state, "mqtt_door", (1883, False))
    return int(port), bool(tls)
