"""What the outputs of the reader's net mean; the training imports it, so that both sides agree."""

from __future__ import annotations

from typing import Final

from unjai.model.plate import CHARACTERS, NUMBER, PLACES

GLYPHS: Final = len(CHARACTERS)
BLANK: Final = GLYPHS
"""CTC's blank; the slots' "nothing stands here" has the same number."""
PAD: Final = GLYPHS
STEPS: Final = 80
"""Columns of the upper half of a plate, then those of the lower: as one reads three lines."""

HEAD_SLOTS: Final = 4
"""Glyphs before the number, from the left: ``1กข``, ``กขค``, ``70-``, ``ท70-``."""
NUMBER_SLOTS: Final = 5
SLOTS: Final = HEAD_SLOTS + NUMBER_SLOTS
NO_PLACE: Final = len(PLACES)


def glyph_number(glyph: str) -> int:
    """Return a glyph's number. Raises KeyError for what stands on no plate."""
    return NUMBER[glyph]


def slotted(head: str, number: str) -> list[str | None]:
    """Return a registration in its slots; empty ones are None."""
    return [*head, *[None] * (HEAD_SLOTS - len(head)), *number, *[None] * (NUMBER_SLOTS - len(number))]
