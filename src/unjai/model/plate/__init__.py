"""Thai licence plates — ป้ายทะเบียนรถ: what stands on them, read, written and compared. Pure.

What is no plate raises `DecodeError` with a code that says why; nothing else is raised for any text.
"""

from unjai.model.plate.alphabet import CHARACTERS, DIGITS, HYPHEN, LETTERS, LONGEST, NUMBER
from unjai.model.plate.classes import CLASSES, GRAMMAR, PlateClass, classes_of
from unjai.model.plate.forms import Plate, key, normalise, parse, parse_special, shown, spaced
from unjai.model.plate.lookalikes import (
    LOOKALIKES,
    Differing,
    Lookalikes,
    differing,
    lookalike_glyphs,
    lookalikes,
    skeleton,
    variants,
)
from unjai.model.plate.patterns import Pattern, pattern
from unjai.model.plate.places import BY_CODE, PLACES, Place, place_of

__all__ = [
    "BY_CODE",
    "CHARACTERS",
    "CLASSES",
    "DIGITS",
    "GRAMMAR",
    "HYPHEN",
    "LETTERS",
    "LONGEST",
    "LOOKALIKES",
    "NUMBER",
    "PLACES",
    "Differing",
    "Lookalikes",
    "Pattern",
    "Place",
    "Plate",
    "PlateClass",
    "classes_of",
    "differing",
    "key",
    "lookalike_glyphs",
    "lookalikes",
    "normalise",
    "parse",
    "parse_special",
    "pattern",
    "place_of",
    "shown",
    "skeleton",
    "spaced",
    "variants",
]
