"""The closed proof of a row that was written a moment ago: whoever did something takes its receipt at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.platform.ledger import proofs, roots, store, tree
from unjai.platform.ledger.roots import Signed

SIGN = "ledger.sign"
"""Told to core: somebody waits for a signed root over the newest rows."""

Sign = Callable[[], Awaitable[None]]
_LOOK_S, _LOOKS = 0.25, 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A row's number, what stands for it (hex), and its proof file."""

    seq: int
    leaf: str
    proof: bytes


async def signed_over(tx: Tx, seq: int, sign: Sign | None) -> Signed | None:
    """Return a signed root over a row; where there is none yet, core is asked by `sign` and waited for some seconds."""
    for turn in range(_LOOKS if sign is not None else 1):
        found = await roots.root_over(tx, seq)
        if found is not None:
            return found
        if sign is not None:
            if not turn:
                await sign()
            await asyncio.sleep(_LOOK_S)
    return None


async def receipt_of(tx: Tx, station_id: StationId, row_id: UUID, sign: Sign | None) -> Receipt | None:
    """Return the receipt of a row of a station's log; None where it is not sealed and signed yet."""
    sealed = None
    for _turn in range(_LOOKS if sign is not None else 1):
        sealed = await store.sealed_row(tx, station_id, row_id)
        if sealed is not None:
            break
        await asyncio.sleep(_LOOK_S)
    if sealed is None:
        return None
    seq, leaf = int(sealed["seq"]), bytes(sealed["leaf"])
    signed = await signed_over(tx, seq, sign)
    if signed is None:
        return None
    path = await tree.inclusion(tx, seq, signed.size)
    return Receipt(seq=seq, leaf=leaf.hex(), proof=proofs.row_proof(signed, seq=seq, leaf=leaf, path=path))
