"""The tree as it lies in the database: leaves in `audit_seal`, every eighth level in `audit_node`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select

from unjai.model.errors import UnjaiError
from unjai.model.merkle import FarNode, consistency_parts, folded, hashes_of, inclusion_parts, peaks, root_of
from unjai.platform.audit import audit_node, audit_seal
from unjai.platform.database import Tx

STEP = 8
"""Levels between two stored ones: a stored node stands for 256 of the stored level below."""


async def size(tx: Tx) -> int:
    """Return how many rows are sealed."""
    return int(await tx.scalar(select(func.coalesce(func.max(audit_seal.c.seq), 0))))


async def _stored(tx: Tx, level: int, first: int, count: int) -> list[bytes]:
    if level == 0:
        query = select(audit_seal.c.leaf).where(audit_seal.c.seq > first, audit_seal.c.seq <= first + count)
        rows = await tx.all(query.order_by(audit_seal.c.seq))
        found = [bytes(row["leaf"]) for row in rows]
    else:
        query = select(audit_node.c.hash).where(
            audit_node.c.level == level, audit_node.c.index >= first, audit_node.c.index < first + count
        )
        found = [bytes(row["hash"]) for row in await tx.all(query.order_by(audit_node.c.index))]
    if len(found) != count:
        raise UnjaiError("audit_broken", 500, seq=(first << level) + len(found) + 1, why="seal_missing")
    return found


def node_of(tx: Tx) -> FarNode:
    """Return how to ask for the root of a whole subtree; raises `audit_broken` where the tree has a gap."""

    async def node(level: int, index: int) -> bytes:
        height = level % STEP
        return root_of(await _stored(tx, level - height, index << height, 1 << height))

    return node


async def grow(tx: Tx, before: int, leaves: Sequence[bytes]) -> None:
    """Store the nodes that became whole when `leaves` were added to `before` leaves (they are in `audit_seal`)."""
    level, first, last = 0, before, before + len(leaves)
    while first >> STEP != last >> STEP:
        fresh = [
            {
                "level": level + STEP,
                "index": index,
                "hash": root_of(await _stored(tx, level, index << STEP, 1 << STEP)),
            }
            for index in range(first >> STEP, last >> STEP)
        ]
        await tx.execute(insert(audit_node), fresh)
        level, first, last = level + STEP, first >> STEP, last >> STEP


async def root(tx: Tx, leaves: int) -> bytes:
    """Return the root over the first `leaves` rows."""
    node = node_of(tx)
    return folded([await node(*one) for one in peaks(0, leaves)])


async def consistency(tx: Tx, first: int, second: int) -> list[bytes]:
    """Return the proof that the tree of `first` rows is the beginning of the one of `second`; raises `root_unknown`."""
    if not 0 < first <= second <= await size(tx):
        raise UnjaiError("root_unknown", 404, first=first, second=second)
    return await hashes_of(consistency_parts(first, second), node_of(tx))


async def inclusion(tx: Tx, seq: int, leaves: int) -> list[bytes]:
    """Return the proof that row `seq` stands in the tree of `leaves` rows; raises `root_unknown`."""
    if not 0 < seq <= leaves <= await size(tx):
        raise UnjaiError("root_unknown", 404, first=seq, second=leaves)
    return await hashes_of(inclusion_parts(seq - 1, leaves), node_of(tx))
