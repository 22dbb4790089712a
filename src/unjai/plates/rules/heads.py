"""How a pattern is found in a sorted dictionary: by all beginnings that it allows, from the front or the back. Pure.

A ``?`` among the first glyphs is no obstacle where few glyphs can stand there: ``3?ญ5*`` is some eighty beginnings,
each a short stretch of a sorted index. What stands behind the beginning is compared with the whole pattern. So the
choice is between the two directions and where to cut: more glyphs mean more beginnings and fewer plates behind each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from unjai.model.plate import DIGITS, HYPHEN, LETTERS

Way = Literal["forward", "backward"]

ANY_GLYPH: Final = (*map(chr, range(0x0E01, 0x0E3B)), *map(chr, range(0x0E40, 0x0E4F)), *DIGITS, HYPHEN)
"""Whatever a registration may hold, free texts with their vowels and tone marks too."""
_NUMBER: Final = (*DIGITS, HYPHEN)
HEADS_MOST: Final = 256
_PLATES: Final = 2_000_000
"""A month's dictionary of a busy station, for which the choice is weighed: it decides speed, never what is found."""
_BEGINNING_US, _PLATE_US = 5.0, 1.0
_INDEXED_US, _WALKED_US = 30_000.0, 400_000.0
"""What trigrams and a walk through the dictionary cost (`python -m bench.reads`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """Beginnings that a pattern allows; those of `backward` are of registrations read from their end."""

    way: Way
    heads: tuple[str, ...]


def heads(wanted: str, *, indexed: bool) -> Heads | None:
    """Return the beginnings by which a pattern (``?``, ``*``) is found soonest; None where the old ways are better.

    `indexed` says whether trigrams know anything of it.
    """
    glyphs = _glyphs(wanted)
    best: tuple[float, Way, Sequence[Sequence[str]]] | None = None
    ways: tuple[tuple[Way, list[Sequence[str] | None]], ...] = (("forward", glyphs), ("backward", glyphs[::-1]))
    for way, told in ways:
        for cost, kept in _cuts(told):
            if best is None or cost < best[0]:
                best = cost, way, kept
    if best is None or best[0] > (_INDEXED_US if indexed else _WALKED_US):
        return None
    return Heads(way=best[1], heads=tuple(map("".join, itertools.product(*best[2]))))


def _cuts(told: Sequence[Sequence[str] | None]) -> Iterator[tuple[float, Sequence[Sequence[str]]]]:
    """Give what each number of glyphs from the beginning on would cost, as far as they are bounded."""
    many, behind = 1, float(_PLATES)
    for length, choice in enumerate(told, 1):
        if choice is None or many * len(choice) > HEADS_MOST:
            return
        many *= len(choice)
        if len(choice) == 1:
            behind /= len(LETTERS) if choice[0] in LETTERS else len(DIGITS)
        kept = [one for one in told[:length] if one is not None]
        yield many * _BEGINNING_US + behind * _PLATE_US, kept


def _glyphs(wanted: str) -> list[Sequence[str] | None]:
    """Return what can stand at each place of a pattern; None for any number of glyphs.

    Behind a letter and a digit only the number goes on, in every form of a plate and in free texts.
    """
    made: list[Sequence[str] | None] = []
    lettered = numbered = False
    for one in wanted:
        lettered = lettered or (one not in DIGITS and one not in "?*-")
        numbered = numbered or (lettered and one in DIGITS)
        made.append(None if one == "*" else (_NUMBER if numbered else ANY_GLYPH) if one == "?" else (one,))
    return made
