"""Whether two photographs show the same: a difference hash of 64 bits (dHash, Krawetz 2013).

The picture is shrunk to 9 × 8 greys; each bit says whether a grey is darker than its right neighbour. Another size,
a little light or another compression turn few bits; another picture turns about half of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

WIDE, HIGH = 9, 8
SAME_BITS = 6
"""At most so many of the 64 bits differ between a photograph and the same sent again, scaled or compressed anew."""
PLAIN_BITS = 4
"""A hash with so few bits set (or unset) is of a picture without anything in it, such as a dark street: it tells
none apart."""


def dhash(greys: Sequence[Sequence[int]]) -> int:
    """Return the hash of `HIGH` rows of `WIDE` greys."""
    if len(greys) != HIGH or any(len(row) != WIDE for row in greys):
        raise ValueError("9 by 8 greys are needed")
    bits = 0
    for row in greys:
        for left, right in pairwise(row):
            bits = bits << 1 | (left < right)
    return bits


def apart(one: int, other: int) -> int:
    """Return in how many bits two hashes differ."""
    return (one ^ other).bit_count()


def telling(bits: int) -> bool:
    """Tell whether a hash says enough to be compared."""
    return PLAIN_BITS < bits.bit_count() < WIDE * HIGH - HIGH - PLAIN_BITS


def same_picture(one: int, other: int) -> bool:
    """Tell whether two hashes are of one photograph."""
    return telling(one) and telling(other) and apart(one, other) <= SAME_BITS


def signed(bits: int) -> int:
    """Return 64 bits as PostgreSQL's BIGINT holds them."""
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def unsigned(stored: int) -> int:
    """Return the 64 bits of a stored BIGINT."""
    return stored % (1 << 64)
