"""Which reports may be about one thing: near and of a kind, the same photograph, or the same words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from unjai.model.geometry import Point, distance_m
from unjai.model.thai import plain

NEAR_M: Final = 80.0
WITHIN: Final = timedelta(days=21)
SAME_WORDS: Final = 0.6
_PIECE = 3
Why = Literal["photo", "near", "words"]
_ORDER: Final[tuple[Why, ...]] = ("photo", "near", "words")


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """A report as likeness sees it; `photos` are digests."""

    id: UUID
    kind: str
    text: str
    at: datetime
    point: Point | None = None
    photos: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Another report that may be the same, and why."""

    id: UUID
    why: Why
    distance_m: float | None = None


def _pieces(text: str) -> frozenset[str]:
    bare = plain(text).casefold().replace(" ", "")
    return frozenset(bare[at : at + _PIECE] for at in range(len(bare) - _PIECE + 1))


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts share most of their pieces of three signs (Jaccard); empty ones never do."""
    left, right = _pieces(one), _pieces(other)
    return bool(left and right) and len(left & right) / len(left | right) >= SAME_WORDS


def alike(one: Telling, others: Iterable[Telling], most: int = 5) -> list[Alike]:
    """Return which others may be about the same, the surest first."""
    found: list[Alike] = []
    for other in others:
        if other.id == one.id or abs(other.at - one.at) > WITHIN:
            continue
        apart = None
        if one.point is not None and other.point is not None:
            apart = distance_m(one.point, other.point)
        if one.photos & other.photos:
            found.append(Alike(id=other.id, why="photo", distance_m=apart))
        elif one.kind != other.kind:
            continue
        elif apart is not None:
            if apart <= NEAR_M + min(NEAR_M, _blur(one) + _blur(other)):
                found.append(Alike(id=other.id, why="near", distance_m=apart))
        elif same_words(one.text, other.text):
            found.append(Alike(id=other.id, why="words"))
    return sorted(found, key=lambda each: (_ORDER.index(each.why), each.distance_m or 0.0, str(each.id)))[:most]


def _blur(one: Telling) -> float:
    return (one.point.accuracy_m or 0.0) if one.point is not None else 0.0
