"""Receipt numbers: short, read out over a telephone, without signs that are taken for each other."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

SIGNS: Final = "23456789ACDEFGHJKMNPQRTUVWXY"
"""No 0 and O, 1, I and L, S (5), Z (2), B (8)."""
_SHORT, _TRIES_SHORT = 4, 8


def number_of(report_id: UUID, attempt: int) -> str:
    """Return the `attempt`-th number of a report, from 0: four signs at first, five when those are taken.

    The same report has always the same row of numbers, so that a repeat finds the first.
    """
    digest = hashlib.sha256(f"plain\x1f{report_id}\x1f{attempt}".encode()).digest()
    rest = int.from_bytes(digest[:8])
    length = _SHORT if attempt < _TRIES_SHORT else _SHORT + 1
    signs = []
    for _ in range(length):
        rest, at = divmod(rest, len(SIGNS))
        signs.append(SIGNS[at])
    return "R-" + "".join(signs)
