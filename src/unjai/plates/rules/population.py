"""Which plates pass a camera: a model of the country's plates, for figures where nothing was measured yet. Pure.

It is no statistic. What it rests on: motorcycles are half of all vehicles; Bangkok holds about 28 % of them; among the
other provinces vehicles go by the number of districts (the house's own table); private cars of Bangkok carry a leading
digit and begin mostly with ก or ข, those of other provinces begin with an early letter and seldom carry one; numbers
run evenly from 1 to 9999. So plates cluster, as real ones do, and chance hits are more frequent than with even plates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, count
from typing import Final

import numpy as np

from unjai.model.plate import BY_CODE, DIGITS, LETTERS, LOOKALIKES, Pattern, Plate, variants

_COUNTED: Final = """
11:6 12:6 13:7 14:16 15:7 16:11 17:6 18:8 19:13 20:11 21:8 22:10 23:7 24:11
25:7 26:4 27:9 30:32 31:23 32:17 33:22 34:25 35:9 36:16 37:7 38:8 39:6 40:26
41:20 42:14 43:9 44:13 45:20 46:18 47:18 48:12 49:7 50:25 51:8 52:13 53:9 54:8
55:15 56:9 57:18 58:7 60:15 61:8 62:11 63:9 64:9 65:9 66:12 67:11 70:10 71:13
72:10 73:7 74:3 75:3 76:8 77:8 80:23 81:8 82:8 83:3 84:19 85:5 86:8 90:16
91:7 92:10 93:11 94:12 95:8 96:13
"""
"""Province and its districts, from the house's own table of districts."""

_DISTRICTS: Final = {code: int(count) for code, count in (one.split(":") for one in _COUNTED.split())}
_BANGKOK: Final = "10"
_BANGKOK_SHARE: Final = 0.28
_LEADING: Final = "123456789"
_EARLY: Final = "กขคงจฉชฌญฎฐธพภวศษส"
UNPLACED: Final = 0.05
"""How many reads carry no province, where it was not measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """A sort of vehicle: its share, how often its plate has a leading digit, and how its first letter falls."""

    share: float
    digit: float
    first: str
    letters: int = 2
    falling: float = 1.0
    """Each letter of `first` is this many times as frequent as the one before."""


def _sorts(*, bangkok: bool) -> tuple[Sort, ...]:
    return (
        Sort(share=0.40, digit=1.0, first=LETTERS, falling=0.93),  # motorcycles: digit and two letters
        Sort(share=0.11, digit=0.0, first=LETTERS, letters=3, falling=0.93),  # older ones: three letters
        Sort(share=0.27, digit=0.75 if bangkok else 0.05, first=_EARLY, falling=0.55 if bangkok else 0.7),
        Sort(share=0.17, digit=0.4 if bangkok else 0.02, first="ฒณตถบปผยรล", falling=1.0),
        Sort(share=0.015, digit=0.3, first="นฬอฮ", falling=0.6),
        Sort(share=0.005, digit=0.3, first="ทม", falling=1.0),
        Sort(share=0.03, digit=0.0, first="", letters=0),  # NN-NNNN
    )


@dataclass(frozen=True, kw_only=True)
class Population:
    """Plates that pass. `home` is the place of a station's own province; `home_share` how many reads come from it."""

    home: str | None = None
    home_share: float = 0.6
    places: dict[str, float] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Reckon the shares of the places."""
        every = sum(_DISTRICTS.values())
        spread = {code: (1 - _BANGKOK_SHARE) * count / every for code, count in _DISTRICTS.items()}
        spread[_BANGKOK] = _BANGKOK_SHARE
        if self.home in BY_CODE:
            spread = {code: share * (1 - self.home_share) for code, share in spread.items()}
            spread[str(self.home)] = spread.get(str(self.home), 0.0) + self.home_share
        self.places.update(spread)

    def draw(self, many: int, seed: Sequence[int]) -> list[Plate]:
        """Return plates as they may pass, the same for the same seed."""
        dice = np.random.default_rng(seed)
        codes = list(self.places)
        shares = np.array(list(self.places.values()))
        place = dice.choice(len(codes), many, p=shares / shares.sum())
        sort = dice.choice(len(_SHARES), many, p=_SHARES)
        with_digit, first = dice.random(many), dice.random(many)
        said = np.full((2, many), "", dtype="U1")  # leading digit, first letter
        for bangkok in (False, True):
            for number, one in enumerate(_SORTS[bangkok]):
                here = np.flatnonzero((sort == number) & ((place == codes.index(_BANGKOK)) == bangkok))
                if one.letters:
                    sums = np.array(_falling(one))
                    letter = np.searchsorted(sums / sums[-1], first[here], side="right").clip(max=len(sums) - 1)
                    said[1, here] = np.array(list(one.first))[letter]
                    led = here[with_digit[here] < one.digit]
                    said[0, led] = np.array(list(_LEADING))[dice.integers(0, 9, led.size)]
        more = [_SORTS[0][number].letters for number in sort.tolist()]
        second, third = (map(LETTERS.__getitem__, dice.integers(0, len(LETTERS), many).tolist()) for _ in range(2))
        figures, series = dice.integers(1, 10_000, many).tolist(), dice.integers(10, 100, many).tolist()
        return [
            Plate(
                registration=f"{lead}{one}{two}{three if letters == _THREE else ''}{figure}"
                if letters
                else f"{bus}-{figure:04}",
                province=codes[here],
            )
            for lead, one, two, three, figure, bus, letters, here in zip(
                *said.tolist(), second, third, figures, series, more, place.tolist(), strict=True
            )
        ]

    def share(self, registration: str, province: str) -> float:
        """Return how often of all plates this very one passes by chance."""
        return self.places.get(province, 0.0) * _of_place(registration, bangkok=province == _BANGKOK)

    def innocent_share(self, registration: str, province: str | None, *, partial: bool) -> tuple[float, float]:
        """Return how many of all reads hit an entry although they are not meant: (estimate, upper bound).

        For a whole plate: its look-alikes of the same province, and the same registration of other provinces where
        none was read. For a partial one everything that fits it, by drawing (the bound is at 95 %).
        """
        if partial:
            return self._drawn(Pattern(registration), province)
        others = [code for code in self.places if code != province]
        near = sum(self.share(one, province) for one in variants(registration, LOOKALIKES)) if province else 0.0
        unread = 1.0 if province is None else UNPLACED
        unplaced = sum(self.share(registration, code) for code in others) * unread
        return (near + unplaced,) * 2

    def _drawn(self, wanted: Pattern, province: str | None) -> tuple[float, float]:
        fits = 0.0
        for plate in self.draw(_DRAWS, (_SEED,)):
            elsewhere = province is not None and plate.province != province
            if wanted.fits(plate.registration):
                fits += UNPLACED if elsewhere else 1
        spread = 3.0 if fits < 1 else fits + 2 * fits**0.5
        return fits / _DRAWS, spread / _DRAWS


_SEED, _DRAWS, _PAGE, _THREE = 5, 100_000, 20_000, 3
_SORTS: Final = (_sorts(bangkok=False), _sorts(bangkok=True))
_SHARES: Final = [sort.share for sort in _SORTS[0]]


@lru_cache(maxsize=64)
def _falling(sort: Sort) -> list[float]:
    return list(accumulate(sort.falling**place for place in range(len(sort.first))))


def _of_place(registration: str, *, bangkok: bool) -> float:
    """Return how often a plate of one province has this registration."""
    letters = [glyph for glyph in registration if glyph in LETTERS]
    return sum(_of_sort(registration, letters, sort) for sort in _SORTS[bangkok])


def _of_sort(registration: str, letters: list[str], sort: Sort) -> float:
    if len(letters) != sort.letters:
        return 0.0
    if not letters:
        return sort.share / (90 * 9_999) if "-" in registration else 0.0
    if letters[0] not in sort.first:
        return 0.0
    lead = sort.digit / len(_LEADING) if registration[0] in DIGITS else 1 - sort.digit
    place = sort.first.index(letters[0])
    first = float(sort.falling**place) / _falling(sort)[-1]
    others = float(len(LETTERS) ** (sort.letters - 1))
    return sort.share * lead * first / others / 9_999


def plates(population: Population, seed: int) -> Iterator[Plate]:
    """Yield plates without end, the same for the same seed."""
    for page in count():
        yield from population.draw(_PAGE, (seed, page))
