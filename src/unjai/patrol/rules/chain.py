"""The chain of one phone: each thing it says names the digest of the one before, so that nothing is lost unseen.

A phone counts from 1; the first names the digest of its public key. What is missing between leaves what comes after
waiting (`gap`) until it comes; two different things with one number are a `fork`, which only a copied key or a changed
past can make.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["next", "gap", "fork"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """How far a phone's chain is known without a gap: the last number and its digest."""

    seq: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One thing of a chain: its number, its own digest, and the digest it names as the one before."""

    seq: int
    digest: str
    prev: str


def digest_of(body: bytes) -> str:
    """Return the digest that the next link names: SHA-256 over the signed bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def placed(head: Head, link: Link) -> Place:
    """Tell where a link that is not known yet belongs."""
    if link.seq > head.seq + 1:
        return "gap"
    return "next" if link.seq == head.seq + 1 and link.prev == head.digest else "fork"


def follow(head: Head, waiting: Iterable[Link]) -> tuple[Head, tuple[Link, ...], tuple[Link, ...]]:
    """Return the head after every waiting link that now follows, those links in order, and those that turned out forks.

    Which of two waiting links with one number fits is decided by the digest they name, never by which came first.
    """
    by_seq: dict[int, list[Link]] = {}
    for link in waiting:
        by_seq.setdefault(link.seq, []).append(link)
    joined: list[Link] = []
    forks: list[Link] = []
    while (here := by_seq.get(head.seq + 1)) is not None:
        fits = sorted((link for link in here if link.prev == head.digest), key=lambda link: link.digest)
        forks += [link for link in here if link not in fits[:1]]
        if not fits:
            break
        joined.append(fits[0])
        head = Head(seq=fits[0].seq, digest=fits[0].digest)
    return head, tuple(joined), tuple(forks)
