"""Glyphs that a reader takes for one another, as a table with a source and a version: data, replaceable by measurement.

Two uses that must not be mixed: *pairs* (a reader mistakes these two for one another) decide what "one look-alike
glyph" means in the matching rule; *classes* (pairs closed under "like") make the skeleton, by which many are found
quickly. ก~ภ and ก~ถ do not make ภ~ถ a pair, but the three share a class.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, NamedTuple

from unjai.model.plate.alphabet import CHARACTERS, DIGITS


@dataclass(frozen=True, kw_only=True)
class Lookalikes:
    """A table of confusions. `rates[(a, b)]` is how often a reader that errs on neither's neighbours says b for a."""

    source: str
    version: str
    rates: Mapping[tuple[str, str], float]

    @cached_property
    def partners(self) -> Mapping[str, str]:
        """Return for each glyph those it may be mistaken for, in the order of the alphabet."""
        return {
            glyph: "".join(
                other for other in CHARACTERS if (glyph, other) in self.rates or (other, glyph) in self.rates
            )
            for glyph in CHARACTERS
        }

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the classes of more than one glyph; the first glyph of a class stands for it."""
        seen: set[str] = set()
        found = []
        for glyph in CHARACTERS:
            todo, one = [glyph], set[str]()
            while todo:
                if (now := todo.pop()) not in one | seen:
                    one.add(now)
                    todo.extend(self.partners[now])
            seen |= one
            if len(one) > 1:
                found.append("".join(sorted(one, key=CHARACTERS.index)))
        return tuple(found)

    @cached_property
    def folding(self) -> Mapping[int, str]:
        """Return the translation that writes each glyph as the one that stands for its class."""
        return {ord(glyph): one[0] for one in self.classes for glyph in one}


def lookalikes(document: Mapping[str, Any]) -> Lookalikes:
    """Read a table: ``{"source", "version", "pairs": [[a, b, rate], …]}``; both ways are meant by each pair.

    Raises ValueError for a glyph no plate has, a pair of a letter and a digit, or a rate outside 0–1.
    """
    rates: dict[tuple[str, str], float] = {}
    for one, other, rate in document["pairs"]:
        if one == other or one not in CHARACTERS or other not in CHARACTERS or not 0 < rate < 1:
            msg = f"no pair of glyphs: {one!r} {other!r} {rate!r}"
            raise ValueError(msg)
        if (one in DIGITS) != (other in DIGITS) or "-" in (one, other):
            msg = f"the grammar tells these apart: {one!r} {other!r}"
            raise ValueError(msg)
        rates[one, other] = rates[other, one] = float(rate)
    return Lookalikes(source=str(document["source"]), version=str(document["version"]), rates=rates)


LOOKALIKES: Final = lookalikes(json.loads((files(__package__) / "lookalikes.json").read_text("utf-8")))
"""The table in force. Whoever keeps skeletons keeps `LOOKALIKES.version` beside them."""


def skeleton(registration: str, table: Lookalikes = LOOKALIKES) -> str:
    """Return a registration with each glyph written as the one that stands for its class of look-alikes."""
    return registration.translate(table.folding)


def variants(registration: str, table: Lookalikes = LOOKALIKES) -> Iterator[str]:
    """Yield the registrations that differ from this one by exactly one look-alike glyph."""
    for place, glyph in enumerate(registration):
        for other in table.partners.get(glyph, ""):
            yield f"{registration[:place]}{other}{registration[place + 1 :]}"


def lookalike_glyphs(one: str, other: str, table: Lookalikes = LOOKALIKES) -> int | None:
    """Count the glyphs in which two registrations differ by look-alikes only; None when they differ otherwise."""
    if len(one) != len(other):
        return None
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(pairs) if all(b in table.partners.get(a, "") for a, b in pairs) else None


class Differing(NamedTuple):
    """Where two registrations differ: places in the one and in the other, each from 0."""

    one: tuple[int, ...]
    other: tuple[int, ...]


def differing(one: str, other: str) -> Differing:
    """Return which glyphs to mark when two registrations stand side by side; a glyph too many is marked alone."""
    if len(one) == len(other):
        places = tuple(place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        return Differing(places, places)
    steps = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return Differing(
        _places((begin, end) for what, begin, end, _from, _to in steps if what != "equal"),
        _places((begin, end) for what, _from, _to, begin, end in steps if what != "equal"),
    )


def _places(spans: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(place for begin, end in spans for place in range(begin, end))
