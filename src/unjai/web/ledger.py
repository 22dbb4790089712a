"""Routes of the log's tree: the signed roots for everybody, proofs, and the proof of one row for who may read it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from unjai.model.errors import not_found
from unjai.platform.audit import audit_log, audit_seal
from unjai.platform.http import PUBLIC, Ask, allowed
from unjai.platform.ledger import tree
from unjai.platform.ledger.roots import as_json, published
from unjai.platform.sealed.keys import key_of, pem_of, print_of, public_of
from unjai.web.schemas import ConsistencyOut, InclusionOut, RootsOut, SealKeyOut

router = APIRouter(tags=["ledger"])

Size = Annotated[int, Query(ge=1, le=2**53)]


@router.get("/public/roots", response_model=RootsOut)
async def roots(
    ask: Annotated[Ask, allowed(PUBLIC)], limit: Annotated[int, Query(ge=1, le=4000)] = 400
) -> dict[str, Any]:
    """Return the signed roots of the log, newest first: one a day, and the newest of all."""
    return as_json(await published(ask.tx, at_most=limit))


@router.get("/public/keys")
async def keys(ask: Annotated[Ask, allowed(PUBLIC)]) -> SealKeyOut:
    """Return the public key that seals what leaves this centre: evidence of cameras, files of cases."""
    public = public_of(await asyncio.to_thread(key_of, ask.request.app.state.ground.data))
    return SealKeyOut(key_print=print_of(public), algorithm="Ed25519", pem=pem_of(public).decode())


@router.get("/public/roots/consistency", response_model=ConsistencyOut)
async def consistency(ask: Annotated[Ask, allowed(PUBLIC)], first: Size, second: Size) -> ConsistencyOut:
    """Return the proof that the log of `first` rows is the beginning of the log of `second` rows."""
    proof = await tree.consistency(ask.tx, first, second)
    return ConsistencyOut(
        first=first,
        second=second,
        first_root=(await tree.root(ask.tx, first)).hex(),
        second_root=(await tree.root(ask.tx, second)).hex(),
        proof=[one.hex() for one in proof],
    )


@router.get("/audit/proof")
async def inclusion(ask: Annotated[Ask, allowed("audit.read")], row: UUID) -> InclusionOut:
    """Return the proof that a row of the log of one's own station stands in the tree."""
    query = select(audit_seal.c.seq, audit_seal.c.leaf).join(audit_log, audit_log.c.id == audit_seal.c.audit_id)
    found = await ask.tx.one(query.where(audit_log.c.id == row))
    if found is None:
        raise not_found("log row", row)
    size = await tree.size(ask.tx)
    proof = await tree.inclusion(ask.tx, int(found["seq"]), size)
    return InclusionOut(
        seq=found["seq"],
        leaf=bytes(found["leaf"]).hex(),
        size=size,
        root=(await tree.root(ask.tx, size)).hex(),
        proof=[one.hex() for one in proof],
    )
