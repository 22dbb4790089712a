"""Skeletons made anew when the table of look-alikes is another: else a search by look-alikes passes older plates by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, text

from unjai.model.plate import LOOKALIKES, skeleton
from unjai.plates.store.reads import plate
from unjai.platform.database import Tx

A_TURN: Final = 5_000
_SET = text("""
UPDATE plate SET skeleton = f.skeleton, folded_by = :version
FROM unnest(CAST(:ids AS bigint[]), CAST(:skeletons AS text[])) AS f (id, skeleton) WHERE plate.id = f.id
""")


async def fold_again(tx: Tx, most: int = A_TURN) -> int:
    """Fold plates that another version of the table folded; return how many, 0 when none is left."""
    due = await tx.all(
        select(plate.c.id, plate.c.registration)
        .where(plate.c.folded_by != LOOKALIKES.version)
        .order_by(plate.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    if due:
        facts = {
            "version": LOOKALIKES.version,
            "ids": [row["id"] for row in due],
            "skeletons": [skeleton(row["registration"]) for row in due],
        }
        await tx.execute(_SET, facts)
    return len(due)
