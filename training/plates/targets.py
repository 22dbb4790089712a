"""A text as the numbers that the net is taught: glyphs for the CTC head, slots for the slot head, the place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.plates.texts import READABLE, Written
from unjai.model.plate import LONGEST
from unjai.vision.plates.heads import PAD, SLOTS, glyph_number, slotted

ROW = 2 + LONGEST + SLOTS + 1
"""Numbers in a row: legible, count of glyphs, glyphs (padded), slots, place."""
NO_GLYPH = -1
PLAIN, FREE, NOTHING = 1, 2, 0
"""A plate of the grammar; a plate with free text, whose glyphs are not taught; no plate."""


def row(text: Written) -> NDArray[np.int16]:
    """Return the row of a text."""
    found = np.full(ROW, NO_GLYPH, np.int16)
    found[0] = PLAIN if text.kind in READABLE else FREE if text.kind == "special" else NOTHING
    head, number = (text.head, text.number) if found[0] == PLAIN else ("", "")
    registration = head + number
    found[1] = len(registration)
    found[2 : 2 + len(registration)] = [glyph_number(one) for one in registration]
    found[2 + LONGEST : 2 + LONGEST + SLOTS] = [
        PAD if one is None else glyph_number(one) for one in slotted(head, number)
    ]
    found[-1] = text.place
    return found
