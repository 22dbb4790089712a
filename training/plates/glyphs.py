"""Glyphs as grey masks, each drawn once: a plate is put together from scaled copies of them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.plates.fonts import Face

Mask = NDArray[np.uint8]

GLYPH_PX = 80
"""Height of ก and of 8 in a mask of one glyph."""
WORD_PX = 36
"""Height of ก in a mask of a word."""


class Glyph(NamedTuple):
    """A trimmed mask and how far it reaches above its baseline; what hangs below is the rest of its height."""

    mask: Mask
    up: int


@cache
def glyph(face: Face, letter: str, *, thai: bool) -> Glyph:
    """Return one consonant of a face (`thai`), or one digit, Latin letter or hyphen."""
    return _drawn(_font(face, thai=thai, height=GLYPH_PX), letter)


@cache
def word(face: Face, text: str) -> Glyph:
    """Return a Thai word with its vowels and marks where they belong."""
    return _drawn(_font(face, thai=True, height=WORD_PX), text)


def loose(face: Face, text: str) -> Glyph:
    """Return any text of one script, not kept."""
    return _drawn(_font(face, thai=not text.isascii() and face.thai is not None, height=WORD_PX), text)


@lru_cache(maxsize=30_000)
def scaled(face: Face, letter: str, thai: bool, width: int, height: int) -> Mask:
    """Return a glyph at a size of its own; widths and heights are few, so some copies are kept."""
    return cv2.resize(glyph(face, letter, thai=thai).mask, (width, height), interpolation=cv2.INTER_AREA)


@cache
def _font(face: Face, *, thai: bool, height: int) -> ImageFont.FreeTypeFont:
    """Return a face at the size that makes ก (or 8) so many pixels tall."""
    file = face.thai if thai else face.latin
    trial = ImageFont.truetype(str(file), 200, layout_engine=ImageFont.Layout.RAQM)
    box = trial.getbbox("ก" if thai else "8", anchor="ls")
    size = max(8, round(200 * height / max(1, box[3] - box[1])))
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.RAQM)


def _drawn(font: ImageFont.FreeTypeFont, text: str) -> Glyph:
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text, anchor="ls"))
    if right <= left or bottom <= top:
        return Glyph(np.zeros((1, 1), np.uint8), 1)
    picture = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, fill=255, font=font, anchor="ls")
    return Glyph(np.asarray(picture, np.uint8).copy(), 1 - top)
