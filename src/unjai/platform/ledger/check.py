"""The log in the database, checked whole against the signed roots and what was written down beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unjai.model.errors import UnjaiError
from unjai.platform.database import Tx
from unjai.platform.ledger import tree
from unjai.platform.ledger.checker import Broken, Checker, Verdict
from unjai.platform.ledger.copies import sealed_rows
from unjai.platform.ledger.roots import Signed, every_root, read_note
from unjai.platform.ledger.rows import said

_PAGE = 2000


async def verify(tx: Tx, kept: Sequence[Signed] = (), anchors: Mapping[int, str] | None = None) -> Verdict:
    """Recompute the whole tree; compare every signed root there is, and those `kept` outside the database.

    `anchors` are heads of the chain that was there before the tree (seq → hex hash).
    """
    roots = [*kept]
    for one in await every_root(tx):
        try:
            told = read_note(one.note, one.public)
        except UnjaiError:
            return Verdict(rows=0, size=0, root="", broken_at=0, why="root_unsigned")
        if (told.size, told.root, told.day) != (one.size, one.root, one.day):
            return Verdict(rows=0, size=0, root="", broken_at=0, why="root_unsigned")
        roots.append(told)
    size = await tree.size(tx)
    checker = Checker(size=size, roots=roots, anchors=anchors)
    try:
        for first in range(0, size, _PAGE):
            for row in await _rows(tx, first, min(size, first + _PAGE)):
                chain = None if row["chain"] is None else bytes(row["chain"])
                text = None if row["id"] is None else said(row)
                checker.take(int(row["seq"]), bytes(row["leaf"]), chain, text)
        found = checker.end()
    except Broken as broken:
        return Verdict(rows=broken.at - 1, size=size, root="", broken_at=broken.at, why=broken.why)
    if found != await tree.root(tx, size):
        return Verdict(rows=size, size=size, root=found.hex(), broken_at=0, why="tree_changed")
    return Verdict(rows=size, size=size, root=found.hex(), signed=checker.signed)


async def _rows(tx: Tx, first: int, last: int) -> list[dict[str, Any]]:
    try:
        return await sealed_rows(tx, first, last)
    except UnjaiError as error:
        raise Broken(int(str(error.facts["seq"])), "seal_missing") from error
