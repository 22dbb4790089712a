"""Routes of people: the session, accounts, units and duty, device secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, DeviceId, StationId, UnitId
from unjai.people import flows
from unjai.people.flows import Refused, SignedIn
from unjai.people.rights import RIGHTS, ROLES
from unjai.people.schemas.accounts import (
    AccountIn,
    AccountOut,
    BreakGlassNowOut,
    NewAccountOut,
    NodeId,
    PasswordIn,
    PasswordOut,
    RightsOut,
    RoleIn,
    RoleTextOut,
    SecretOut,
    SessionOut,
    ShiftIn,
    ShiftOut,
    SignInIn,
    StationIn,
    StationOut,
    TextOut,
    UnitChangeIn,
    UnitIn,
    UnitOut,
    Word,
)
from unjai.platform.http import ANYONE, PUBLIC, Ask, allowed, answer
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["people"])

COOKIE = "unjai_session"
PENDING_COOKIE = "unjai_pending"
PHONE_COOKIE = "unjai_phone"
HASHING_AT_ONCE = 2
HASHING_WAITING_MOST = 100


class _Gate:
    """Lets two requests at a time hash passwords; the others wait here, before they take a connection."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(HASHING_AT_ONCE)
        self.waiting = 0


def _gate_of(state: State) -> _Gate:
    gate: _Gate | None = getattr(state, "password_gate", None)
    if gate is None:
        gate = state.password_gate = _Gate()
    return gate


async def _hashing(request: Request) -> AsyncIterator[None]:
    """Wait for a turn; raise `sign_in_busy` (503) when a hundred wait already."""
    gate = _gate_of(request.app.state)
    if gate.waiting >= HASHING_WAITING_MOST:
        raise UnjaiError("sign_in_busy", 503)
    gate.waiting += 1
    try:
        async with gate.free:
            yield
    finally:
        gate.waiting -= 1


HASHING: list[Any] = [Depends(_hashing, scope="function")]


def _told(request: Request, signed: SignedIn, station: StationOut | None, response: Response) -> SessionOut:
    if signed.token is not None:
        response.set_cookie(
            COOKIE,
            signed.token,
            max_age=seconds_until(request, signed.expires_at),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    response.headers["Cache-Control"] = "no-store"
    return SessionOut(
        account_id=signed.account_id,
        username=signed.username,
        name_th=signed.name_th,
        name_en=signed.name_en,
        roles=list(signed.scope.roles),
        rights=sorted(signed.actor.rights),
        station=station,
        stations=sorted(signed.scope.stations),
        unit_id=signed.unit_id,
        must_change_password=signed.must_change_password,
        must_enrol_second_factor=signed.must_enrol,
        second_factor=signed.factor_since is not None,
        second_factor_due_at=signed.factor_due_at,
        break_glass=None if signed.break_glass is None else BreakGlassNowOut.model_validate(signed.break_glass),
        locale="en" if signed.locale == "en" else "th",
        expires_at=signed.expires_at,
    )


async def session_out(ask: Ask, signed: SignedIn, response: Response) -> SessionOut:
    """Return what a screen is told of its session; a fresh token goes into the cookie."""
    here = signed.scope.station_id
    unit = None if here is None else await org_unit_of(ask.tx, here)
    return _told(ask.request, signed, None if unit is None else StationOut.model_validate(unit), response)


def seconds_until(request: Request, end: datetime) -> int:
    """Return a cookie's age: a date by a centre's clock that is a day slow would be over before the browser has it."""
    return max(1, int((end - request.app.state.ground.clock.now()).total_seconds()))


def token_of(request: Request) -> str:
    """Return the token in the session's cookie."""
    return request.cookies.get(COOKIE, "")


def _refused(request: Request, refused: Refused) -> Response:
    """Answer a refusal; a half-done sign-in goes into a cookie of its own, which opens the second step alone."""
    told = answer(refused.error)
    if refused.pending is not None:
        told.set_cookie(
            PENDING_COOKIE,
            refused.pending,
            path="/api/session",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    return told


@router.post("/session", dependencies=HASHING, response_model=SessionOut)
async def sign_in(body: SignInIn, response: Response, ask: Annotated[Ask, allowed(PUBLIC)]) -> SessionOut | Response:
    """Sign in; the session is in the cookie."""
    client = ask.request.client
    signed = await flows.sign_in(
        ask.tx,
        ask.actor,
        ask.clock,
        username=body.username,
        password=body.password,
        ip=client.host if client else "",
        agent=ask.request.headers.get("user-agent", ""),
        phone=ask.request.cookies.get(PHONE_COOKIE, "")[:200],
    )
    if isinstance(signed, Refused):
        return _refused(ask.request, signed)
    return await session_out(ask, signed, response)


@router.get("/session")
async def session(response: Response, ask: Annotated[Ask, allowed(ANYONE)]) -> SessionOut:
    """Tell who is signed in."""
    signed = await flows.session_of(ask.tx, ask.clock, token_of(ask.request))
    if signed is None:
        raise UnjaiError("sign_in_needed", 401)
    return await session_out(ask, signed, response)


@router.delete("/session", status_code=204)
async def sign_out(response: Response, ask: Annotated[Ask, allowed(PUBLIC)]) -> None:
    """Sign out; nothing happens to who is out already."""
    await flows.sign_out(ask.tx, ask.actor, ask.clock, token=token_of(ask.request))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/session/password", dependencies=HASHING, response_model=SessionOut)
async def change_password(
    body: PasswordIn, response: Response, ask: Annotated[Ask, allowed(ANYONE)]
) -> SessionOut | Response:
    """Change one's own password; all other sessions of the account end, this one goes on with a new cookie."""
    signed = await flows.change_password(
        ask.tx, ask.actor, ask.clock, token=token_of(ask.request), old=body.old, new=body.new
    )
    if isinstance(signed, Refused):
        return answer(signed.error)
    return await session_out(ask, signed, response)


@router.post("/session/station")
async def work_at(body: StationIn, response: Response, ask: Annotated[Ask, allowed(ANYONE)]) -> SessionOut:
    """Work at another station of one's own, with the rights held there; the session goes on with a new cookie."""
    signed = await flows.work_at(
        ask.tx, ask.actor, ask.clock, token=token_of(ask.request), station_id=StationId(body.station_id)
    )
    return await session_out(ask, signed, response)


@router.get("/rights")
async def rights(_ask: Annotated[Ask, allowed(ANYONE)]) -> RightsOut:
    """Return all rights and roles there are, in Thai and English."""
    return RightsOut(
        rights={name: TextOut.model_validate(text) for name, text in RIGHTS.items()},
        roles={name: RoleTextOut(th=role.th, en=role.en, rights=sorted(role.rights)) for name, role in ROLES.items()},
    )


@router.get("/accounts")
async def accounts(ask: Annotated[Ask, allowed("account.admin")]) -> list[AccountOut]:
    """Return the accounts of one's stations."""
    return [AccountOut.model_validate(row) for row in await flows.list_accounts(ask.tx, ask.actor, ask.clock)]


@router.post("/accounts", status_code=201, dependencies=HASHING)
async def create_account(
    body: AccountIn, response: Response, ask: Annotated[Ask, allowed("account.admin")]
) -> NewAccountOut:
    """Make an account; its one-time password is in the answer and nowhere else."""
    made = await flows.create_account(
        ask.tx,
        ask.actor,
        ask.clock,
        username=body.username,
        name_th=body.name_th,
        name_en=body.name_en,
        home_id=body.home_id,
        locale=body.locale,
        terms=flows.Terms(until=body.until, sector=body.sector, organisation=body.organisation, contact=body.contact),
    )
    for item in body.roles:
        await flows.grant_role(ask.tx, ask.actor, ask.clock, account_id=made.account_id, **item.model_dump())
    if body.person_id is not None:
        await flows.link_account(ask.tx, ask.actor, ask.clock, person_id=body.person_id, account_id=made.account_id)
    response.headers["Cache-Control"] = "no-store"
    return NewAccountOut.model_validate(made)


@router.post("/accounts/{account_id}/disable", status_code=204)
async def disable_account(account_id: UUID, ask: Annotated[Ask, allowed("account.admin")]) -> None:
    """Close an account; its sessions end at once."""
    await flows.disable_account(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id))


@router.post("/accounts/{account_id}/enable", status_code=204)
async def enable_account(account_id: UUID, ask: Annotated[Ask, allowed("account.admin")]) -> None:
    """Open a disabled account again."""
    await flows.enable_account(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id))


@router.post("/accounts/{account_id}/reset-password", dependencies=HASHING)
async def reset_password(
    account_id: UUID, response: Response, ask: Annotated[Ask, allowed("account.admin")]
) -> PasswordOut:
    """Give an account a one-time password; its sessions end at once."""
    secret = await flows.reset_password(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id))
    response.headers["Cache-Control"] = "no-store"
    return PasswordOut(password=secret)


@router.post("/accounts/{account_id}/roles", status_code=204)
async def grant_role(account_id: UUID, body: RoleIn, ask: Annotated[Ask, allowed("account.admin")]) -> None:
    """Give an account a role at an organisation unit, from and until when if that is said."""
    await flows.grant_role(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id), **body.model_dump())


@router.delete("/accounts/{account_id}/roles/{role}/{org_unit_id}", status_code=204)
async def revoke_role(
    account_id: UUID, role: Word, org_unit_id: NodeId, ask: Annotated[Ask, allowed("account.admin")]
) -> None:
    """Take a role away."""
    await flows.revoke_role(
        ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id), role=role, org_unit_id=org_unit_id
    )


@router.get("/units")
async def units(ask: Annotated[Ask, allowed("unit.read")], *, disabled: bool = False) -> list[UnitOut]:
    """Return the units of one's stations, with their duty and what they are doing; `disabled` adds those out of use."""
    rows = await flows.list_units(ask.tx, ask.actor, ask.clock, disabled=disabled)
    return [UnitOut.model_validate(row) for row in rows]


@router.post("/units", status_code=201)
async def create_unit(body: UnitIn, ask: Annotated[Ask, allowed("unit.admin")]) -> UnitOut:
    """Make a unit."""
    unit_id = await flows.create_unit(
        ask.tx,
        ask.actor,
        ask.clock,
        call_sign=body.call_sign,
        kind=body.kind,
        name_th=body.name_th,
        name_en=body.name_en,
        capabilities=body.capabilities,
        account_id=None if body.account_id is None else AccountId(body.account_id),
        device_id=None if body.device_id is None else DeviceId(body.device_id),
        vehicle=body.vehicle,
        registration=body.registration,
    )
    return UnitOut.model_validate(await flows.unit_of(ask.tx, ask.actor, ask.clock, unit_id=unit_id))


@router.patch("/units/{unit_id}")
async def change_unit(unit_id: UUID, body: UnitChangeIn, ask: Annotated[Ask, allowed("unit.admin")]) -> UnitOut:
    """Change what is given of a unit."""
    given = body.model_dump(exclude_unset=True)
    row = await flows.change_unit(ask.tx, ask.actor, ask.clock, unit_id=UnitId(unit_id), **given)
    return UnitOut.model_validate(row)


@router.get("/shifts")
async def shifts(ask: Annotated[Ask, allowed("unit.read")]) -> list[ShiftOut]:
    """Return the shifts of one's stations."""
    return [ShiftOut.model_validate(row) for row in await flows.list_shifts(ask.tx, ask.actor, ask.clock)]


@router.post("/shifts", status_code=201)
async def create_shift(body: ShiftIn, ask: Annotated[Ask, allowed("unit.admin")]) -> ShiftOut:
    """Make a shift."""
    shift_id = await flows.create_shift(
        ask.tx,
        ask.actor,
        ask.clock,
        name_th=body.name_th,
        name_en=body.name_en,
        starts=body.starts,
        ends=body.ends,
    )
    known = {row.id: row for row in await flows.list_shifts(ask.tx, ask.actor, ask.clock)}
    return ShiftOut.model_validate(known[shift_id])


@router.post("/devices/{device_id}/credential", status_code=201)
async def issue_credential(
    device_id: UUID, response: Response, ask: Annotated[Ask, allowed("device.admin")]
) -> SecretOut:
    """Make a device's secret; it is in the answer and nowhere else, and the one before stops working."""
    secret = await flows.issue_credential(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id))
    response.headers["Cache-Control"] = "no-store"
    return SecretOut(device_id=device_id, secret=secret, issued_at=ask.clock.now())


@router.delete("/devices/{device_id}/credential", status_code=204)
async def revoke_credential(device_id: UUID, ask: Annotated[Ask, allowed("device.admin")]) -> None:
    """Take a device's secret away."""
    await flows.revoke_credential(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id))
