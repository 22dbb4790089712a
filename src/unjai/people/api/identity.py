"""Routes of one's own identity: the second step, the second factor, sessions and remembered phones."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId
from unjai.people.api.accounts import HASHING, PENDING_COOKIE, PHONE_COOKIE, seconds_until, session_out, token_of
from unjai.people.flows import own_sessions as sessions
from unjai.people.flows import second_factor as factor
from unjai.people.flows import session_of
from unjai.people.flows.proofs import Refused
from unjai.people.flows.sessions import SignedIn
from unjai.people.schemas.accounts import SessionOut
from unjai.people.schemas.identity import (
    CodeIn,
    EndedOut,
    EnrolmentOut,
    FactorOut,
    PhoneOut,
    ProofIn,
    RecoveryOut,
    SecondStepIn,
    SessionRowOut,
)
from unjai.people.vault import Vault
from unjai.platform.http import ANYONE, PUBLIC, Ask, allowed, answer

router = APIRouter(tags=["identity"])

Anyone = Annotated[Ask, allowed(ANYONE)]
AccountAdmin = Annotated[Ask, allowed("account.admin")]


def _vault(request: Request) -> Vault:
    vault: Vault = request.app.state.vault
    return vault


async def _signed(ask: Ask) -> SignedIn:
    signed = await session_of(ask.tx, ask.clock, token_of(ask.request))
    if signed is None:
        raise UnjaiError("sign_in_needed", 401)
    return signed


def _once(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@router.post("/session/second-step", response_model=SessionOut)
async def second_step(
    body: SecondStepIn, response: Response, ask: Annotated[Ask, allowed(PUBLIC)]
) -> SessionOut | Response:
    """Finish signing in with a code of one's authenticator or a recovery code; the session is in the cookie."""
    client = ask.request.client
    signed = await factor.second_step(
        ask.tx,
        ask.actor,
        ask.clock,
        vault=_vault(ask.request),
        token=ask.request.cookies.get(PENDING_COOKIE, "")[:200],
        code=body.code,
        remember=body.remember,
        ip=client.host if client else "",
        agent=ask.request.headers.get("user-agent", ""),
    )
    if isinstance(signed, Refused):
        return answer(signed.error)
    response.delete_cookie(PENDING_COOKIE, path="/api/session", httponly=True, samesite="strict")
    if signed.phone_token is not None and signed.phone_until is not None:
        response.set_cookie(
            PHONE_COOKIE,
            signed.phone_token,
            max_age=seconds_until(ask.request, signed.phone_until),
            path="/api/session",
            secure=ask.request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    return await session_out(ask, signed, response)


@router.get("/me/second-factor")
async def own_factor(ask: Anyone) -> FactorOut:
    """Tell how it stands with one's own second factor."""
    signed = await _signed(ask)
    return FactorOut.model_validate(await factor.factor_now(ask.tx, ask.actor, ask.clock, signed=signed))


@router.post("/me/second-factor", dependencies=HASHING, response_model=EnrolmentOut)
async def begin_enrolment(body: ProofIn, response: Response, ask: Anyone) -> EnrolmentOut | Response:
    """Make a fresh secret to enrol (or to change phones with); it counts once a code of it is confirmed."""
    made = await factor.begin_enrolment(
        ask.tx,
        ask.actor,
        ask.clock,
        vault=_vault(ask.request),
        token=token_of(ask.request),
        password=body.password,
        code=body.code,
    )
    if isinstance(made, Refused):
        return answer(made.error)
    _once(response)
    return EnrolmentOut.model_validate(made)


@router.post("/me/second-factor/confirm", response_model=RecoveryOut)
async def confirm_enrolment(body: CodeIn, response: Response, ask: Anyone) -> RecoveryOut | Response:
    """Let the fresh secret count; the recovery codes are in the answer and nowhere else."""
    done = await factor.confirm_enrolment(
        ask.tx, ask.actor, ask.clock, vault=_vault(ask.request), token=token_of(ask.request), code=body.code
    )
    if isinstance(done, Refused):
        return answer(done.error)
    _once(response)
    return RecoveryOut(codes=done[0])


@router.post("/me/second-factor/recovery", dependencies=HASHING, response_model=RecoveryOut)
async def renew_recovery(body: ProofIn, response: Response, ask: Anyone) -> RecoveryOut | Response:
    """Make ten new recovery codes; the old ones stop counting."""
    codes = await factor.renew_recovery(
        ask.tx,
        ask.actor,
        ask.clock,
        vault=_vault(ask.request),
        token=token_of(ask.request),
        password=body.password,
        code=body.code,
    )
    if isinstance(codes, Refused):
        return answer(codes.error)
    _once(response)
    return RecoveryOut(codes=codes)


@router.post("/me/second-factor/remove", dependencies=HASHING, response_model=FactorOut)
async def remove_factor(body: ProofIn, ask: Anyone) -> FactorOut | Response:
    """Remove one's own second factor, with password and code."""
    refused = await factor.remove_factor(
        ask.tx,
        ask.actor,
        ask.clock,
        vault=_vault(ask.request),
        token=token_of(ask.request),
        password=body.password,
        code=body.code,
    )
    return answer(refused.error) if refused is not None else FactorOut(since=None, recovery_left=0, due_at=None)


@router.get("/me/phones")
async def own_phones(ask: Anyone) -> list[PhoneOut]:
    """Return one's phones that need not give the second step."""
    signed = await _signed(ask)
    rows = await sessions.phones_of(ask.tx, ask.actor, ask.clock, account_id=signed.account_id)
    return [PhoneOut.model_validate(row) for row in rows]


@router.delete("/me/phones/{phone_id}", status_code=204)
async def forget_phone(phone_id: UUID, ask: Anyone) -> None:
    """Ask this phone for the second step again."""
    signed = await _signed(ask)
    await sessions.forget_phone(ask.tx, ask.actor, ask.clock, account_id=signed.account_id, phone_id=phone_id)


@router.get("/me/sessions")
async def own_sessions(ask: Anyone) -> list[SessionRowOut]:
    """Return one's own living sessions, the one last seen first."""
    signed = await _signed(ask)
    rows = await sessions.sessions_of(
        ask.tx, ask.actor, ask.clock, account_id=signed.account_id, mine=signed.session_id
    )
    return [SessionRowOut.model_validate(row) for row in rows]


@router.delete("/me/sessions/{session_id}", status_code=204)
async def end_own_session(session_id: UUID, ask: Anyone) -> None:
    """End one of one's own sessions; its screens close at once."""
    signed = await _signed(ask)
    await sessions.end_session(ask.tx, ask.actor, ask.clock, account_id=signed.account_id, session_id=session_id)


@router.post("/me/sessions/end-others")
async def end_other_sessions(ask: Anyone) -> EndedOut:
    """End all of one's own sessions but this one."""
    signed = await _signed(ask)
    ended = await sessions.end_other_sessions(
        ask.tx, ask.actor, ask.clock, account_id=signed.account_id, mine=signed.session_id
    )
    return EndedOut(ended=ended)


@router.get("/accounts/{account_id}/sessions")
async def sessions_of_account(account_id: UUID, ask: AccountAdmin) -> list[SessionRowOut]:
    """Return the living sessions of an account that one manages."""
    signed = await _signed(ask)
    rows = await sessions.sessions_of(
        ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id), mine=signed.session_id
    )
    return [SessionRowOut.model_validate(row) for row in rows]


@router.delete("/accounts/{account_id}/sessions/{session_id}", status_code=204)
async def end_session_of_account(account_id: UUID, session_id: UUID, ask: AccountAdmin) -> None:
    """End a session of an account that one manages; its screens close at once."""
    await sessions.end_session(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id), session_id=session_id)


@router.post("/accounts/{account_id}/reset-second-factor", status_code=204)
async def reset_factor(account_id: UUID, ask: AccountAdmin) -> None:
    """Take an account's second factor away, for somebody who lost phone and codes; its sessions end at once."""
    await factor.reset_factor(ask.tx, ask.actor, ask.clock, account_id=AccountId(account_id))
