"""The one verifier: rows in, the first that does not hold out. It needs no database and no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unjai.model.merkle import EMPTY, Growing, leaf_hash, root_with
from unjai.platform.ledger.roots import Signed
from unjai.platform.ledger.rows import canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What was found: `rows` hold; `broken_at` is the first row that does not (0: the head line), `why` in what way.

    `signed` is how many signed roots were compared.
    """

    rows: int
    size: int
    root: str
    signed: int = 0
    broken_at: int | None = None
    why: str = ""


class Broken(Exception):  # noqa: N818  how a check ends early
    """Row `at` does not hold."""

    def __init__(self, at: int, why: str) -> None:
        """Say where and in what way."""
        super().__init__(why)
        self.at, self.why = at, why


class Checker:
    """Takes the rows one after another, from row `first` on, and compares the tree with every signed root it passes."""

    def __init__(
        self,
        *,
        size: int,
        first: int = 1,
        count: int | None = None,
        roots: Iterable[Signed] = (),
        anchors: Mapping[int, str] | None = None,
    ) -> None:
        """Expect `count` rows (all, if not given) from row `first` on, of a log of `size` rows.

        `anchors` are chain hashes that were written down before there was a tree.
        """
        self.first, self.seq, self.signed, self.size = first, first - 1, 0, size
        self.count = size if count is None else count
        self._whole = first == 1 and self.count == size
        self._leaves: list[bytes] = []
        self._growing = Growing()
        self._chain: bytes | None = bytes(32) if first == 1 else None
        self._anchors = dict(anchors or {}) if self._whole else {}
        self._good = 0
        self._roots: dict[int, set[bytes]] = {}
        for one in roots:
            self._roots.setdefault(one.size, set()).add(one.root)
        self._compare(0)

    def take(self, seq: int, leaf: bytes, chain: bytes | None, row: Mapping[str, Any] | None) -> None:
        """Check one row; raise `Broken`."""
        wanted = self.seq + 1
        if seq != wanted or wanted >= self.first + self.count:
            raise Broken(wanted, "row_out_of_place")
        if row is None:
            raise Broken(wanted, "row_missing")
        text = canonical(row)
        if leaf_hash(text) != leaf:
            raise Broken(wanted, "row_changed")
        self._follow(wanted, chain, text)
        if self.first == 1:
            self._growing.add(leaf)
            self._compare(wanted)
        if not self._whole:
            self._leaves.append(leaf)
        self.seq = wanted

    def _follow(self, seq: int, chain: bytes | None, text: bytes) -> None:
        """Follow the chain that rows of before the tree were sealed with."""
        if self._chain is None:
            return
        if chain is None:  # the tree begins here
            self._chain = None
            return
        self._chain = hashlib.sha256(self._chain + text).digest()
        if self._chain != chain or self._anchors.pop(seq, chain.hex()) != chain.hex():
            raise Broken(seq, "chain_rewritten")

    def _compare(self, size: int) -> None:
        said = self._roots.pop(size, set())
        if said - {self._growing.root()}:
            raise Broken(self._good + 1, "root_differs")
        if said:
            self._good = size
            self.signed += 1

    def end(self, proof: Sequence[bytes] = ()) -> bytes:
        """Return the root that the taken rows (with a range proof for the others) lead to; raise `Broken`."""
        if self.seq != self.first + self.count - 1:
            raise Broken(self.seq + 1, "row_missing")
        if self._whole:
            if self._roots or self._anchors:
                raise Broken(self.size + 1, "log_cut_short")
            return self._growing.root()
        found = root_with(self._leaves, self.first - 1, self.size, proof) if self._leaves else EMPTY
        said = self._roots.pop(self.size, set())
        if found is None or (self._leaves and said - {found}):
            raise Broken(self.first, "root_differs")
        self.signed += bool(said)
        return found
