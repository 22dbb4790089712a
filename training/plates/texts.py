"""What stands on a synthetic plate: its kind, its registration, its place."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal

from unjai.model.plate import DIGITS, LETTERS, PLACES

Kind = Literal["car", "motorcycle", "transport", "dealer", "one_line", "service", "graphic", "special", "none"]

SHARES: Final[dict[Kind, float]] = {
    "car": 0.50,
    "motorcycle": 0.14,
    "transport": 0.08,
    "dealer": 0.04,
    "one_line": 0.03,
    "service": 0.05,
    "graphic": 0.07,
    "special": 0.015,
    "none": 0.075,
}
READABLE: Final[tuple[Kind, ...]] = ("car", "motorcycle", "transport", "dealer", "one_line", "service", "graphic")

NO_PLACE: Final = len(PLACES)
"""The number that stands for "no place is named"."""

_PRIVATE: Final = "กขคฆงจฉชฌญฎฐธพภวศษสนฬอฮฒณตถบปผยรลทมฟ"
_BANGKOK: Final = 0
_NAMES: Final = ("รัก", "โชคดี", "ร่ำรวย", "เฮง", "สุขใจ", "มั่งมี", "ทอง", "บุญ", "เศรษฐี", "สวย", "ใจดี", "เมืองไทย", "พ่อ", "แม่")


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A plate's text: `head` stands before the `number`; `place` counts in PLACES, or is `NO_PLACE`."""

    kind: Kind
    head: str
    number: str
    place: int

    @property
    def registration(self) -> str:
        """Return the whole registration; empty where there is none of the grammar."""
        return f"{self.head}{self.number}" if self.kind in READABLE else ""


def written(dice: random.Random, kind: Kind | None = None) -> Written:
    """Return a text by chance; every letter and every place is as likely, so that rare ones are learnt too."""
    kind = kind or dice.choices(list(SHARES), SHARES.values())[0]
    place = _BANGKOK if dice.random() < 0.06 else dice.randrange(len(PLACES))
    if kind == "special":
        return Written(kind=kind, head=dice.choice(_NAMES), number=_number(dice), place=place)
    if kind == "none":
        return Written(kind=kind, head="", number="", place=NO_PLACE)
    if kind == "transport":
        head = f"{dice.randrange(10, 100)}-"
        return Written(kind=kind, head=head, number="".join(dice.choices(DIGITS, k=4)), place=place)
    if kind == "one_line":
        return _one_line(dice)
    if kind == "dealer":
        return Written(
            kind=kind, head=_letters(dice, 1 if dice.random() < 0.8 else 2), number=_number(dice), place=place
        )
    if kind == "motorcycle":
        head = _letters(dice, 3) if dice.random() < 0.45 else dice.choice(DIGITS[1:]) + _letters(dice, 2)
        return Written(kind=kind, head=head, number=_number(dice), place=place)
    head = _letters(dice, 2)
    if dice.random() < 0.5:
        head = dice.choice(DIGITS[1:]) + head
    return Written(kind=kind, head=head, number=_number(dice), place=place)


def _one_line(dice: random.Random) -> Written:
    """Missions' plates, police vehicles' numbers, and plates whose place is too small to be there."""
    sort = dice.random()
    if sort < 0.3:
        return Written(
            kind="one_line",
            head=f"{dice.choice('ทกพอ')}{dice.randrange(10, 100)}-",
            number="".join(dice.choices(DIGITS, k=4)),
            place=NO_PLACE,
        )
    if sort < 0.5:
        return Written(kind="one_line", head="", number="".join(dice.choices(DIGITS, k=5)), place=NO_PLACE)
    head = _letters(dice, 2)
    head = dice.choice(DIGITS[1:]) + head if dice.random() < 0.5 else head
    return Written(kind="one_line", head=head, number=_number(dice), place=NO_PLACE)


def _letters(dice: random.Random, count: int) -> str:
    first = dice.choice(_PRIVATE) if dice.random() < 0.25 else dice.choice(LETTERS)
    return first + "".join(dice.choices(LETTERS, k=count - 1))


def _number(dice: random.Random) -> str:
    count = dice.choices((1, 2, 3, 4), (0.05, 0.07, 0.18, 0.70))[0]
    return dice.choice(DIGITS[1:]) + "".join(dice.choices(DIGITS, k=count - 1))
