"""The Merkle tree of RFC 6962 and RFC 9162 (section 2.1), SHA-256: roots and proofs, with no I/O.

A tree over `n` leaves has one root; a few hashes then prove that a leaf is in it (inclusion), that an older tree is
its beginning (consistency), or that some rows in a row stand in it (a range). A `Node` is asked of whoever keeps
the leaves: `node(level, index)` is the root of the whole subtree over leaves `index·2^level … (index+1)·2^level - 1`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Node = Callable[[int, int], bytes]
FarNode = Callable[[int, int], Awaitable[bytes]]
Part = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf: SHA-256 of 0x00 and its data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two children: SHA-256 of 0x01 and both."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return how many leaves stand in the left child of a tree of `size` ≥ 2: the greatest power of two below it."""
    return 1 << ((size - 1).bit_length() - 1)


def peaks(begin: int, end: int) -> Iterator[Part]:
    """Yield the whole subtrees (level, index) that make up the leaves from `begin` to before `end`, in order."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        yield level, begin >> level
        begin += 1 << level


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a tree whose peaks (biggest first) have these hashes."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


class Growing:
    """A tree that leaves are added to one by one; it holds its peaks only."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        level, found = 0, leaf
        while self._peaks and self._peaks[-1][0] == level:
            found = node_hash(self._peaks.pop()[1], found)
            level += 1
        self._peaks.append((level, found))
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return folded([found for _level, found in self._peaks])


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def range_parts(begin: int, end: int, size: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes prove that leaves `begin` to before `end` stand in a tree of `size`.

    In the order in which `root_with` takes them. For one leaf this is its inclusion proof, ordered from the left.
    """
    found: list[tuple[int, int]] = []

    def walk(first: int, last: int) -> None:
        if last <= begin or first >= end:
            found.append((first, last))
        elif not (begin <= first and last <= end):
            middle = first + split(last - first)
            walk(first, middle)
            walk(middle, last)

    if size:
        walk(0, size)
    return found


def root_with(leaves: Sequence[bytes], begin: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that `leaves` (standing from `begin` on) and a range proof lead to, or None if it does not fit.

    A proof of another length than `range_parts` asks for fits nothing.
    """
    end = begin + len(leaves)
    if end > size or len(proof) != len(range_parts(begin, end, size)):
        return None
    rest = iter(proof)

    def walk(first: int, last: int) -> bytes:
        if last <= begin or first >= end:
            return next(rest)
        if begin <= first and last <= end:
            return root_of(leaves[first - begin : last - begin])
        middle = first + split(last - first)
        return node_hash(walk(first, middle), walk(middle, last))

    return walk(0, size) if size else EMPTY


def inclusion_parts(index: int, size: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose roots are the inclusion proof of leaf `index` (RFC 9162, 2.1.3.1), leaf first."""
    found: list[tuple[int, int]] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + split(last - first)
        if index < middle:
            found.append((middle, last))
            last = middle
        else:
            found.append((first, middle))
            first = middle
    return found[::-1]


def holds_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `proof` shows that `leaf` stands at `index` under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_parts(first: int, second: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose roots are the consistency proof between two sizes (RFC 9162, 2.1.4.1)."""
    if not 0 < first < second:
        return []
    found: list[tuple[int, int]] = []
    begin, end, whole = 0, second, True
    while first - begin != end - begin:
        middle = begin + split(end - begin)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin, whole = middle, False
    if not whole:
        found.append((begin, end))
    return found[::-1]


def holds_consistency(first: int, second: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` shows that the tree `old` of `first` leaves is the beginning of `new` (RFC 9162, 2.1.4.2)."""
    if first > second or first < 0:
        return False
    if first == second:
        return not proof and old == new
    if first == 0:
        return not proof and old == EMPTY
    if not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, old)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    early = late = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            early, late = node_hash(one, early), node_hash(one, late)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            late = node_hash(late, one)
        at, last = at >> 1, last >> 1
    return last == 0 and early == old and late == new


async def hashes_of(parts: Sequence[tuple[int, int]], node: FarNode) -> list[bytes]:
    """Return the root of each range of leaves, asking `node` for whole subtrees."""
    return [folded([await node(*one) for one in peaks(first, last)]) for first, last in parts]
