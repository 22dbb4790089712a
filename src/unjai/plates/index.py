"""The watch list in memory: a million entries in a few numpy arrays, each read answered with the entries it resembles.

A registration is a number of 48 bits (six a glyph), the place seven more below it, so that all entries of one
registration lie side by side, those of any place first. Sorted arrays are searched for a whole list of reads at once:
for each read the plate itself, the plate without a place, and each look-alike of the same place.
Entries that changed lie in a second, small pair of arrays until they are worth merging. Nothing here decides: what a
likeness is worth is said by `rules.matching`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unjai.model.plate import CHARACTERS, LONGEST, LOOKALIKES, PLACES, Lookalikes, Pattern
from unjai.plates.rules.matching import Likeness

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_GLYPH_BITS, _PLACE_BITS = 6, 7
_PLACE: Final = {place.code: number for number, place in enumerate(PLACES, 1)}
_SHIFTS: Final = np.array([_PLACE_BITS + _GLYPH_BITS * place for place in range(LONGEST)], dtype=np.uint64)
_ALL_PLACES: Final = np.uint64((1 << _PLACE_BITS) - 1)
_STRANGE: Final = 63
_GLYPHS: Final = np.full(0x0E80, _STRANGE, dtype=np.uint64)
_GLYPHS[0] = 0
for _number, _glyph in enumerate(CHARACTERS, 1):
    _GLYPHS[ord(_glyph)] = _number
_FOR_EVER: Final = np.uint32(0xFFFFFFFF)
_ALWAYS: Final = (0, int(_FOR_EVER))
_MERGE_AT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Change:
    """An entry as it stands now; `listed` False: it is on the list no more."""

    number: int
    registration: str
    province: str | None
    partial: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that a read resembles, by its number."""

    number: int
    how: Likeness


@dataclass(kw_only=True, slots=True)
class _Segment:
    """Entries sorted by key."""

    keys: Keys = field(default_factory=lambda: np.zeros(0, np.uint64))
    numbers: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    begin_s: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    end_s: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))

    def without(self, numbers: Numbers) -> _Segment:
        """Return it less some entries."""
        return self.taken(~np.isin(self.numbers, numbers)) if self.numbers.size and numbers.size else self

    def taken(self, which: Any) -> _Segment:
        """Return some of it, by a mask or in an order."""
        return _Segment(
            keys=self.keys[which], numbers=self.numbers[which], begin_s=self.begin_s[which], end_s=self.end_s[which]
        )

    def merged(self, other: _Segment) -> _Segment:
        """Return both, sorted."""
        both = _Segment(
            keys=np.concatenate([self.keys, other.keys]),
            numbers=np.concatenate([self.numbers, other.numbers]),
            begin_s=np.concatenate([self.begin_s, other.begin_s]),
            end_s=np.concatenate([self.end_s, other.end_s]),
        )
        return both.taken(np.argsort(both.keys, kind="stable"))


@dataclass(frozen=True, slots=True)
class _Partial:
    pattern: Pattern
    province: str | None
    begin_s: int
    end_s: int


class WatchIndex:
    """The entries in force, asked read by read or in lists; not safe for two threads at once."""

    def __init__(self, table: Lookalikes = LOOKALIKES) -> None:
        """Begin empty, with the look-alikes that count."""
        self.version = 0
        """The version of the list up to which this is; kept by whoever loads it."""
        self._base, self._fresh = _Segment(), _Segment()
        self._gone: set[int] = set()
        """Numbers that count no more in the base: removed, or changed and in `_fresh`."""
        self._partial: dict[int, _Partial] = {}
        self._free: dict[str, dict[int, tuple[str | None, int, int]]] = {}
        """Free texts, which do not fit a number, by registration."""
        self._elsewhere: dict[int, str] = {}
        most = max(map(len, table.partners.values()), default=0)
        self._partners = np.zeros((64, most), dtype=np.uint64)
        for glyph, others in table.partners.items():
            for place, other in enumerate(others):
                self._partners[CHARACTERS.index(glyph) + 1, place] = CHARACTERS.index(other) + 1

    def __len__(self) -> int:
        """Count the entries."""
        free = sum(map(len, self._free.values()))
        return self._base.keys.size - len(self._gone) + self._fresh.keys.size + len(self._partial) + free

    @property
    def array_bytes(self) -> int:
        """Return what the sorted arrays weigh."""
        parts = [(one.keys, one.numbers, one.begin_s, one.end_s) for one in (self._base, self._fresh)]
        return sum(array.nbytes for part in parts for array in part)

    def apply(self, changes: Iterable[Change]) -> None:
        """Take entries that are new, changed or gone; the last word on a number counts."""
        last = {change.number: change for change in changes}
        if not last:
            return
        numbers = np.fromiter(last, dtype=np.int64, count=len(last))
        self._fresh = self._fresh.without(numbers)
        if self._base.numbers.size:
            self._gone.update(numbers[np.isin(numbers, self._base.numbers)].tolist())
        whole = []
        for change in last.values():
            if self._elsewhere:
                self._forget_elsewhere(change.number)
            if change.listed and not self._kept_elsewhere(change):
                whole.append(change)
        if whole:
            self._fresh = self._fresh.merged(_segment(whole))
        if self._fresh.keys.size + len(self._gone) > max(_MERGE_AT, self._base.keys.size // 8):
            gone = np.fromiter(self._gone, dtype=np.int64, count=len(self._gone))
            self._base, self._fresh = self._base.without(gone).merged(self._fresh), _Segment()
            self._gone.clear()

    def near(self, registration: str, province: str | None, at: datetime) -> list[Near]:
        """Return the entries in force that a read resembles; `province` is None where it is not trusted."""
        return self.near_each([(registration, province)], at)[0]

    def near_each(self, reads: Sequence[tuple[str, str | None]], at: datetime) -> list[list[Near]]:
        """Return the same for a list of reads of about one moment, at a fraction of the cost each."""
        found: list[list[Near]] = [[] for _ in reads]
        if not reads:
            return found
        moment = np.uint32(int(at.timestamp()))
        short = [registration if len(registration) <= LONGEST else "" for registration, _ in reads]
        texts = np.array(short, dtype=f"U{LONGEST}")
        glyphs = _GLYPHS[np.minimum(texts.view(np.uint32).reshape(len(reads), LONGEST), 0x0E7F)]
        bare = (glyphs << _SHIFTS).sum(axis=1, dtype=np.uint64)
        places = np.fromiter((_PLACE.get(place or "", 0) for _, place in reads), np.uint64, len(reads))
        for segment, gone in ((self._base, self._gone), (self._fresh, set[int]())):
            if segment.keys.size:
                self._search(segment, gone, found, bare, glyphs, places, moment)
        if self._free:
            self._search_free(found, reads, int(moment))
        if self._partial:
            self._search_partial(found, reads, int(moment))
        return found

    def _search(  # noqa: PLR0917  the inner loop
        self,
        segment: _Segment,
        gone: set[int],
        found: list[list[Near]],
        bare: Keys,
        glyphs: Keys,
        places: Keys,
        moment: np.uint32,
    ) -> None:
        lookalike: Likeness = "lookalike"
        begin = np.searchsorted(segment.keys, bare)
        held = begin < segment.keys.size
        held[held] = segment.keys[begin[held]] <= (bare[held] | _ALL_PLACES)
        for one in np.flatnonzero(held).tolist():
            self._walk(segment, gone, found[one], int(begin[one]), int(bare[one]), int(places[one]), moment)
        placed = np.flatnonzero(places)
        if not placed.size or not self._partners.shape[1]:
            return
        others = self._partners[glyphs[placed]]  # reads × glyphs × partners
        read, place, which = np.nonzero(others)
        here = placed[read]
        changed = (others[read, place, which] ^ glyphs[here, place]) << _SHIFTS[place]
        keys = (bare[here] ^ changed) | places[here]
        at = np.searchsorted(segment.keys, keys)
        hit = at < segment.keys.size
        hit[hit] = segment.keys[at[hit]] == keys[hit]
        for one in np.flatnonzero(hit).tolist():
            slot, key = int(at[one]), keys[one]
            while slot < segment.keys.size and segment.keys[slot] == key:
                _add(segment, gone, found[int(here[one])], slot, lookalike, moment)
                slot += 1

    @staticmethod
    def _walk(  # noqa: PLR0917  the inner loop
        segment: _Segment, gone: set[int], into: list[Near], slot: int, bare: int, place: int, moment: np.uint32
    ) -> None:
        """Go through the entries of one registration: those of the read's place, of none, or all if it has none."""
        while slot < segment.keys.size and (key := int(segment.keys[slot])) <= bare | int(_ALL_PLACES):
            own = key & int(_ALL_PLACES)
            if own and own == place:
                _add(segment, gone, into, slot, "exact", moment)
            elif not own or not place:
                _add(segment, gone, into, slot, "exact_unplaced", moment)
            slot += 1

    def _search_free(self, found: list[list[Near]], reads: Sequence[tuple[str, str | None]], moment: int) -> None:
        for into, (registration, province) in zip(found, reads, strict=True):
            for number, (own, begin, end) in self._free.get(registration, {}).items():
                if begin <= moment < end and (None in (own, province) or own == province):
                    into.append(Near(number, "exact_unplaced" if None in (own, province) else "exact"))

    def _search_partial(self, found: list[list[Near]], reads: Sequence[tuple[str, str | None]], moment: int) -> None:
        for number, one in self._partial.items():
            if not one.begin_s <= moment < one.end_s:
                continue
            fits, own = one.pattern.form.fullmatch, one.province
            for into, (registration, province) in zip(found, reads, strict=True):
                if (own is None or province is None or own == province) and fits(registration):
                    into.append(Near(number, "partial"))

    def _kept_elsewhere(self, change: Change) -> bool:
        """Keep what is no whole registration of the grammar in a dictionary; tell whether it was such."""
        if change.partial:
            begin, end = _seconds(change)
            pattern = Pattern(change.registration)
            self._partial[change.number] = _Partial(pattern, change.province, begin, end)
            self._elsewhere[change.number] = ""
        elif len(change.registration) > LONGEST or change.registration.strip(CHARACTERS):
            begin, end = _seconds(change)
            self._free.setdefault(change.registration, {})[change.number] = (change.province, begin, end)
            self._elsewhere[change.number] = change.registration
        else:
            return False
        return True

    def _forget_elsewhere(self, number: int) -> None:
        registration = self._elsewhere.pop(number, None)
        if registration is None:
            return
        self._partial.pop(number, None)
        if (same := self._free.get(registration)) is not None:
            same.pop(number, None)
            if not same:
                del self._free[registration]


def _add(  # noqa: PLR0917  the inner loop
    segment: _Segment, gone: set[int], into: list[Near], slot: int, how: Likeness, moment: np.uint32
) -> None:
    number = int(segment.numbers[slot])
    if number not in gone and segment.begin_s[slot] <= moment < segment.end_s[slot]:
        into.append(Near(number, how))


def _segment(changes: Sequence[Change]) -> _Segment:
    count = len(changes)
    texts = np.array([change.registration for change in changes], dtype=f"U{LONGEST}")
    glyphs = _GLYPHS[texts.view(np.uint32).reshape(count, LONGEST)]
    places = np.fromiter((_PLACE.get(change.province or "", 0) for change in changes), np.uint64, count)
    times = [_seconds(change) for change in changes]
    return _Segment(
        keys=(glyphs << _SHIFTS).sum(axis=1, dtype=np.uint64) | places,
        numbers=np.fromiter((change.number for change in changes), np.int64, count),
        begin_s=np.fromiter((begin for begin, _ in times), np.uint32, count),
        end_s=np.fromiter((end for _, end in times), np.uint32, count),
    )


def _seconds(change: Change) -> tuple[int, int]:
    if change.valid_from is None and change.valid_until is None:
        return _ALWAYS
    begin = int(change.valid_from.timestamp()) if change.valid_from else 0
    end = int(change.valid_until.timestamp()) if change.valid_until else int(_FOR_EVER)
    return max(begin, 0), min(max(end, 0), int(_FOR_EVER))


def as_changes(rows: Iterable[Mapping[str, Any]]) -> Iterable[Change]:
    """Return rows of the list's store as changes."""
    names = ("number", "registration", "province", "partial", "valid_from", "valid_until", "listed")
    return (Change(**{name: row[name] for name in names}) for row in rows)
