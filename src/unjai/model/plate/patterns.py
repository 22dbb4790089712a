"""Registrations known in part: ``?`` stands for one glyph, ``*`` for any number of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from unjai.model.errors import DecodeError
from unjai.model.plate.alphabet import CHARACTERS, LETTERS, LONGEST
from unjai.model.plate.forms import normalise
from unjai.model.thai.text import MAX_TEXT, arabic_digits
from unjai.model.thai.text import shown as cut

ONE: Final = "?"
ANY: Final = "*"
_WILD: Final = str.maketrans({"？": ONE, "＊": ANY, "%": ANY, "…": ANY})
_HYPHENED: Final = re.compile(r"([กทพอ]?[0-9?]{2})([0-9?]{4})")
_DASHES: Final = re.compile(r"[0-9?] ?[-\u2010-\u2015\u2212] ?[0-9?]")
_RUNS: Final = re.compile(r"\*[*?]*\*")


@dataclass(frozen=True)
class Pattern:
    """A registration known in part. `text` is normalised and holds glyphs of plates, ``?`` and ``*`` alone."""

    text: str

    @property
    def whole(self) -> bool:
        """Whether nothing is left open."""
        return ONE not in self.text and ANY not in self.text

    @property
    def known(self) -> int:
        """Count the glyphs that are known."""
        return sum(glyph in CHARACTERS for glyph in self.text)

    @cached_property
    def form(self) -> re.Pattern[str]:
        """Return the expression that a registration must fit whole."""
        marks = {ONE: ".", ANY: ".*"}
        return re.compile("".join(marks.get(glyph) or re.escape(glyph) for glyph in self.text))

    @property
    def like(self) -> str:
        """Return it for SQL's LIKE; no glyph of a plate needs an escape."""
        return self.text.replace(ONE, "_").replace(ANY, "%")

    def fits(self, registration: str) -> bool:
        """Tell whether a normalised registration is one of those meant."""
        return self.form.fullmatch(registration) is not None


def pattern(text: str) -> Pattern:
    """Read a registration with wildcards: ``?กข 12??``, ``กข*`` (``%`` and ``…`` are read as ``*``).

    Raises `plate_pattern_empty` when no glyph is known, `plate_pattern_wrong` for anything else that is in no plate.
    """
    if len(text) > MAX_TEXT:
        raise DecodeError("plate_too_long", text=cut(text))
    said = normalise(text.translate(_WILD))
    if (parts := _HYPHENED.fullmatch(said)) and (ONE not in parts[1] or _DASHES.search(arabic_digits(text))):
        said = f"{parts[1]}-{parts[2]}"
    while (joined := _RUNS.sub(lambda run: ONE * run[0].count(ONE) + ANY, said)) != said:
        said = joined
    found = Pattern(said)
    if any(glyph not in CHARACTERS and glyph not in (ONE, ANY) for glyph in said):
        raise DecodeError("plate_pattern_wrong", text=cut(text))
    if not found.known:
        raise DecodeError("plate_pattern_empty")
    if len(said.replace(ANY, "")) > LONGEST or sum(glyph in LETTERS for glyph in said) > 3:  # noqa: PLR2004  of any class
        raise DecodeError("plate_pattern_wrong", text=cut(text))
    return found
