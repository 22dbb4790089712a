"""Routes of the public ledger of watching: its months and days, the roots of all days, and proofs as files."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId
from unjai.people.flows.openness import ledger_setting, show_ledger
from unjai.plates.rules.searching import REASONS
from unjai.platform.audit import audit
from unjai.platform.http import ANYONE, PUBLIC, Ask, allowed
from unjai.platform.ledger import proofs, roots, store, tree
from unjai.platform.ledger.days import month_told, open_kinds
from unjai.platform.ledger.receipts import signed_over
from unjai.platform.ledger.rows import canonical, leaf_of, said
from unjai.platform.ledger.watching import LEAST
from unjai.platform.moments import DayIn
from unjai.territory.store import org_unit
from unjai.web.watching_schemas import (
    EntriesOut,
    LedgerOut,
    LedgerRootsOut,
    LedgerSettingOut,
    LedgerStationOut,
    NamedOut,
    SettingIn,
)

router = APIRouter(tags=["ledger"])

Everybody = Annotated[Ask, allowed(PUBLIC)]
Keeper = Annotated[Ask, allowed("policy.admin")]
Month = Annotated[str, Query(pattern=r"^(20|21)\d\d-(0[1-9]|1[0-2])$")]
Commitment = Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")]
_FRESH_S = 300


def _cached(request: Request, response: Response) -> None:
    """Let an answer be kept for minutes by whoever stands between, but never one of a person's own station."""
    own = "cookie" in request.headers
    response.headers["cache-control"] = "no-store" if own else f"public, max-age={_FRESH_S}"
    response.headers["vary"] = "Cookie"


def _station(ask: Ask) -> StationId | None:
    return ask.actor.station if ask.actor.stations else None


@router.get("/ledger")
async def ledger(ask: Everybody, response: Response, month: Month | None = None) -> LedgerOut:
    """Return a month of the station's ledger of watching, the newest if none is named."""
    _cached(ask.request, response)
    reasons = [NamedOut(code=code, th=words.th, en=words.en) for code, words in REASONS.items()]
    about: dict[str, Any] = {"least": LEAST, "reasons": reasons, "months": [], "month": None}
    about |= {"shown": True, "over": False, "sums": {}, "days": []}
    station_id = _station(ask)
    if station_id is None:
        return LedgerOut(station=None, **about)
    unit = await ask.tx.one(select(org_unit).where(org_unit.c.id == station_id))
    station = None if unit is None else LedgerStationOut.model_validate(unit)
    setting = await store.setting_of(ask.tx, station_id)
    if setting is not None and not setting["shown"]:
        about |= {"shown": False, "hidden_since": setting["changed_at"], "hidden_why": setting["reason"]}
        return LedgerOut(station=station, **about)
    months = await store.months(ask.tx, station_id)
    asked = date.fromisoformat(f"{month}-01") if month else (months[0] if months else None)
    if asked is not None:
        about |= await month_told(ask.tx, station_id=station_id, month=asked)
    about["months"] = [f"{one:%Y-%m}" for one in months]
    return LedgerOut(station=station, **about)


async def _shown(ask: Ask) -> StationId:
    station_id = _station(ask)
    setting = None if station_id is None else await store.setting_of(ask.tx, station_id)
    if station_id is None or (setting is not None and not setting["shown"]):
        raise UnjaiError("ledger_hidden", 404)
    return station_id


@router.get("/ledger/days/{day}/entries")
async def entries(ask: Everybody, response: Response, day: DayIn) -> EntriesOut:
    """Return what stands for each entry of a day, so that who holds an opened proof finds it counted."""
    station_id = await _shown(ask)
    if await store.day_of(ask.tx, station_id, day) is None:
        raise UnjaiError("ledger_day_missing", 404, day=day.isoformat())
    leaves = await store.leaves_of(ask.tx, station_id, day, open_kinds())
    _cached(ask.request, response)
    return EntriesOut(day=day, entries=[one.hex() for one in leaves])


@router.get("/ledger/days/{day}/proof", response_class=Response)
async def day_proof(ask: Everybody, day: DayIn) -> Response:
    """Return the open proof of a day's numbers: they stand in the log as they were told."""
    station_id = await _shown(ask)
    row = await store.day_of(ask.tx, station_id, day)
    if row is None:
        raise UnjaiError("ledger_day_missing", 404, day=day.isoformat())
    sealed = await store.sealed_row(ask.tx, station_id, row["note"])
    if sealed is None:
        raise UnjaiError("proof_later", 409)
    text = str(row["text"]).encode()
    return await _proof(ask, int(sealed["seq"]), bytes(sealed["leaf"]), text, name=f"ledger-{day}")


@router.get("/ledger/roots", response_model=LedgerRootsOut)
async def all_roots(ask: Everybody, response: Response) -> dict[str, Any]:
    """Return the signed roots of all days, oldest first, and the keys that signed them."""
    _cached(ask.request, response)
    found = await roots.days_signed(ask.tx)
    told = roots.as_json(found)
    pems = {roots.public_key(one.public).id: proofs.pem_of(one.public) for one in found}
    return {**told, "keys": [{**key, "pem": pems[key["id"]]} for key in told["keys"]]}


@router.get("/ledger/consistency", response_class=Response)
async def consistency(ask: Everybody, first: DayIn, second: DayIn) -> Response:
    """Return the proof file that the log of one day is the beginning of the log of a later one."""
    ends = []
    for day in (first, second):
        signed = await roots.day_signed(ask.tx, day)
        if signed is None:
            raise UnjaiError("ledger_day_missing", 404, day=day.isoformat())
        ends.append(signed)
    ends.sort(key=lambda one: one.size)
    path = await tree.consistency(ask.tx, ends[0].size, ends[1].size)
    return _file(ask, proofs.growth_proof(ends[0], ends[1], path), f"consistency-{first}-{second}")


@router.get("/ledger/proof", response_class=Response)
async def closed_proof(ask: Everybody, entry: Commitment) -> Response:
    """Return the closed proof of an entry of watching, for who holds what stands for it."""
    station_id, leaf = _station(ask), bytes.fromhex(entry)
    seq = None if station_id is None else await store.entry_seq(ask.tx, station_id, leaf)
    if seq is None:
        raise UnjaiError("ledger_entry_missing", 404)
    return await _proof(ask, seq, leaf, None, name=f"proof-{entry[:12]}")


@router.get("/ledger/rows/{row_id}/proof", response_class=Response)
async def row_proof(ask: Annotated[Ask, allowed(ANYONE)], row_id: UUID) -> Response:
    """Return the closed proof of a row of one's own station's log, for who knows its id: a receipt tells it."""
    if not ask.actor.stations:
        raise not_found("log row", row_id)
    sealed = await store.sealed_row(ask.tx, ask.actor.station, row_id)
    if sealed is None:
        raise not_found("log row", row_id)
    return await _proof(ask, int(sealed["seq"]), bytes(sealed["leaf"]), None, name=f"proof-{sealed['leaf'].hex()[:12]}")


@router.get("/ledger/rows/{row_id}/open", response_class=Response)
async def open_proof(ask: Annotated[Ask, allowed("audit.read")], row_id: UUID) -> Response:
    """Return the open proof of a row of one's own station's log, with its content; that it was taken is logged."""
    row = await store.row_of(ask.tx, row_id)
    sealed = None if row is None else await store.sealed_row(ask.tx, StationId(row["station_id"]), row_id)
    if row is None or row["station_id"] not in ask.actor.stations:
        raise not_found("log row", row_id)
    if sealed is None:
        raise UnjaiError("proof_later", 409)
    leaf = bytes(sealed["leaf"])
    if leaf_of(row) != leaf:
        raise UnjaiError("audit_broken", 500, seq=sealed["seq"], why="row_changed")
    facts = {"action": row["action"], "of": row["subject"]}
    await audit(ask.tx, ask.actor, ask.clock, action="ledger.prove", subject=f"log:{row_id}", facts=facts)
    return await _proof(ask, int(sealed["seq"]), leaf, canonical(said(row)), name=f"proof-{leaf.hex()[:12]}-open")


@router.get("/ledger/setting")
async def setting(ask: Keeper) -> LedgerSettingOut:
    """Return whether the station shows its ledger."""
    return LedgerSettingOut.model_validate(await ledger_setting(ask.tx, ask.actor))


@router.put("/ledger/setting")
async def set_setting(ask: Keeper, body: SettingIn) -> LedgerSettingOut:
    """Show the ledger again, or hide it with a second person; 409 `approval_needed`."""
    found = await show_ledger(ask.tx, ask.actor, ask.clock, shown=body.shown, reason=body.reason)
    return LedgerSettingOut.model_validate(found)


async def _proof(ask: Ask, seq: int, leaf: bytes, text: bytes | None, *, name: str) -> Response:
    mine = ask.actor.account_id is not None  # core is asked for a root by whoever is signed in, and by nobody else
    signed = await signed_over(ask.tx, seq, getattr(ask.request.app.state, "sign", None) if mine else None)
    if signed is None:
        raise UnjaiError("proof_later", 409)
    path = await tree.inclusion(ask.tx, seq, signed.size)
    return _file(ask, proofs.row_proof(signed, seq=seq, leaf=leaf, path=path, text=text), name)


def _file(ask: Ask, raw: bytes, name: str) -> Response:
    response = Response(raw, media_type="application/json")
    _cached(ask.request, response)
    response.headers["content-disposition"] = f'attachment; filename="{name}.json"'
    return response
