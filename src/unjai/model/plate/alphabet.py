"""What stands on a Thai plate: ten digits, 42 of the 44 consonants, one hyphen."""

from __future__ import annotations

from typing import Final

DIGITS: Final = "0123456789"
LETTERS: Final = "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
"""The 42 consonants of plates in the order of the alphabet: ฃ and ฅ are obsolete, ฤ and ฦ are vowels."""

HYPHEN: Final = "-"
"""Part of the registration only in NN-NNNN (Land Transport Act) and in plates of missions."""

CHARACTERS: Final = DIGITS + LETTERS + HYPHEN
"""The reader's alphabet; the place in it is a glyph's number, which may be kept for ever."""

UNUSED_LETTERS: Final = "ฃฅฤฦ"
"""They lie between ก and ฮ, so that a regular expression ``[ก-ฮ]`` takes them; no plate has them."""

LONGEST: Final = 8
"""The most glyphs a registration of the grammar has (ท70-1234)."""

NUMBER: Final = {glyph: number for number, glyph in enumerate(CHARACTERS)}
