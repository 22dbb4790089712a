"""The log's proof that a row stands in it, as packages of evidence and their copies carry it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import select

from unjai.app import Common
from unjai.platform.anchors import write_root
from unjai.platform.audit import audit_seal
from unjai.platform.ledger import roots
from unjai.platform.ledger.copies import sealed_rows
from unjai.platform.ledger.rows import said
from unjai.platform.ledger.tree import inclusion

log = logging.getLogger(__name__)

_SEAL_S, _SEAL_TRIES = 0.5, 20


async def proof_of_row(made: Common, audit_id: UUID, number: str) -> dict[str, Any] | None:
    """Return a log row's way to a signed root; None where nothing seals rows now."""
    for turn in range(_SEAL_TRIES):
        if turn:
            await asyncio.sleep(_SEAL_S)
        if (found := await _proven(made, audit_id)) is not None:
            return found
    log.warning("%s goes without a proof of the log: its row is not sealed", number)
    return None


async def _proven(made: Common, audit_id: UUID) -> dict[str, Any] | None:
    key = await asyncio.to_thread(roots.signing_key, made.settings.data)
    async with made.db.tx(made.everywhere) as tx:
        seq = await tx.scalar(select(audit_seal.c.seq).where(audit_seal.c.audit_id == audit_id))
        if seq is None:
            return None
        fresh = await roots.sign(tx, made.clock, key, fresh=True)
        signed = next((one for one in reversed(await roots.every_root(tx)) if one.size >= seq), None)
        if signed is None:
            return None
        path = await inclusion(tx, int(seq), signed.size)
        told = said((await sealed_rows(tx, int(seq) - 1, int(seq)))[0])
    if fresh is not None:
        await asyncio.to_thread(write_root, made.settings.data, fresh)
    return roots.proof_of(signed, seq=int(seq), row=told, path=path)
