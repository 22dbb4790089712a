"""A plate's face as ink on ground: one pixel a millimetre, grey from 0 to 255, nothing of the camera yet."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates import glyphs
from training.plates.fonts import Face, digit_faces, faces, weights
from training.plates.texts import NO_PLACE, Written
from unjai.model.plate import LETTERS, PLACES

Grey = NDArray[np.float32]

CAR_MM = (340, 150)
MOTORCYCLE_MM = (220, 172)
LONG_MM = (440, 120)
_TAILS = "ฎฏฐญปฝฟ"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plate's face and where its ink is: left, top, right, bottom of the registration."""

    face: Grey
    inked: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """How one plate is set: its faces and the habits of its maker."""

    thai: Face
    digits: Face
    place: Face
    wide: float
    tall: float
    squash: bool
    spacing: float


def style(dice: random.Random, *, held_out: bool) -> Style:
    """Return faces and proportions by chance."""
    known, often = faces(held_out=held_out), weights(held_out=held_out)
    thai = dice.choices(known, often)[0]
    digits = dice.choice(digit_faces(held_out=held_out)) if dice.random() < 0.55 or thai.latin is None else thai
    place = thai if dice.random() < 0.5 else dice.choices(known, often)[0]
    return Style(
        thai=thai,
        digits=digits,
        place=place,
        wide=dice.uniform(0.62, 1.15),
        tall=dice.uniform(0.88, 1.12),
        squash=dice.random() < 0.8,
        spacing=dice.uniform(2, 12),
    )


def plate(text: Written, dice: random.Random, noise: np.random.Generator, d: float, *, held_out: bool = False) -> Drawn:
    """Draw a plate of the grammar or a free text, at difficulty `d` from 0 (clean) to 1."""
    how = style(dice, held_out=held_out)
    if text.kind == "motorcycle":
        size, ink, inked = _three_lines(text, how, dice)
    elif text.kind == "one_line":
        size, ink, inked = _one_line(text, how, dice)
    else:
        size, ink, inked = _two_lines(text, how, dice)
    thick = dice.random()
    if thick < 0.3:
        ink = cv2.dilate(ink, np.ones((dice.choice((2, 3)),) * 2, np.uint8))
    elif thick > 0.9:
        ink = cv2.erode(ink, np.ones((2, 2), np.uint8))
    return Drawn(_inked(text, ink, size, dice, noise, d), inked)


def _two_lines(text: Written, how: Style, dice: random.Random) -> tuple[tuple[int, int], glyphs.Mask, tuple[int, ...]]:
    width, height = CAR_MM
    width += dice.choice((0, 0, 0, 20, -20))
    canvas = np.zeros((height, width), np.uint8)
    tall, base = dice.uniform(54, 82), dice.uniform(84, 101)
    inked = _line(canvas, text.head, text.number, how, tall, base, dice.uniform(0.76, 0.96) * width, dice)
    _place(canvas, text.place, how, dice.uniform(15, 26), dice.uniform(126, 140), 0.85 * width, dice)
    return (width, height), canvas, inked


def _three_lines(
    text: Written, how: Style, dice: random.Random
) -> tuple[tuple[int, int], glyphs.Mask, tuple[int, ...]]:
    width, height = MOTORCYCLE_MM
    canvas = np.zeros((height, width), np.uint8)
    tall = dice.uniform(42, 56)
    first = _line(canvas, text.head, "", how, tall, dice.uniform(54, 66), dice.uniform(0.6, 0.9) * width, dice)
    _place(canvas, text.place, how, dice.uniform(14, 23), dice.uniform(82, 98), 0.9 * width, dice)
    last = _line(canvas, "", text.number, how, dice.uniform(46, 62), dice.uniform(148, 163), 0.92 * width, dice)
    return (width, height), canvas, (min(first[0], last[0]), first[1], max(first[2], last[2]), last[3])


def _one_line(text: Written, how: Style, dice: random.Random) -> tuple[tuple[int, int], glyphs.Mask, tuple[int, ...]]:
    width, height = dice.choice((LONG_MM, LONG_MM, CAR_MM))
    canvas = np.zeros((height, width), np.uint8)
    tall = dice.uniform(0.52, 0.72) * height
    base = (height + tall) / 2 + dice.uniform(-6, 6)
    inked = _line(canvas, text.head, text.number, how, tall, base, dice.uniform(0.8, 0.95) * width, dice)
    return (width, height), canvas, inked


def _line(
    canvas: glyphs.Mask, head: str, number: str, how: Style, tall: float, base: float, room: float, dice: random.Random
) -> tuple[int, int, int, int]:
    """Set head and number on one baseline, in the middle, shrunk across where the room is too narrow."""
    parts: list[tuple[Face, str, bool, float, float]] = []
    for letter in head + number:
        thai = letter in LETTERS
        face = how.thai if thai else how.digits
        mask = glyphs.glyph(face, letter, thai=thai)
        factor = tall * (how.tall if thai else 1.0) / glyphs.GLYPH_PX
        if thai and how.squash and letter in _TAILS:
            factor *= dice.uniform(1.0, 1.12) * glyphs.GLYPH_PX / mask.mask.shape[0]
        parts.append((face, letter, thai, mask.mask.shape[1] * factor * how.wide, factor))
    gap = dice.uniform(8, 60) if head and number and not head.endswith("-") else how.spacing
    spaces = [how.spacing] * max(0, len(parts) - 1)
    if head and number:
        spaces[len(head) - 1] = gap
    whole = sum(part[3] for part in parts) + sum(spaces)
    squeeze = min(1.0, room / whole)
    x = (canvas.shape[1] - whole * squeeze) / 2 + dice.uniform(-6, 6)
    left, top, bottom = x, base, base
    for place, (face, letter, thai, wide, factor) in enumerate(parts):
        mask = glyphs.glyph(face, letter, thai=thai)
        size = max(2, round(wide * squeeze)), max(2, round(mask.mask.shape[0] * factor))
        drawn = glyphs.scaled(face, letter, thai, *size)
        up = min(mask.up, mask.mask.shape[0]) * factor
        if thai and how.squash and letter in _TAILS:
            up = size[1]
        _paste(canvas, drawn, x, base - up)
        top, bottom = min(top, base - up), max(bottom, base - up + size[1])
        x += wide * squeeze + (spaces[place] * squeeze if place < len(spaces) else 0)
    return round(left), round(top), round(x), round(bottom)


def _place(
    canvas: glyphs.Mask, place: int, how: Style, tall: float, base: float, room: float, dice: random.Random
) -> None:
    if place == NO_PLACE:
        return
    name = glyphs.word(how.place, PLACES[place].th)
    factor = tall / glyphs.WORD_PX
    wide = min(name.mask.shape[1] * factor * dice.uniform(0.75, 1.35), room)
    size = max(2, round(wide)), max(2, round(name.mask.shape[0] * factor))
    drawn = cv2.resize(name.mask, size, interpolation=cv2.INTER_AREA)
    _paste(canvas, drawn, (canvas.shape[1] - wide) / 2 + dice.uniform(-5, 5), base - name.up * factor)


def _paste(canvas: glyphs.Mask, mask: glyphs.Mask, x: float, y: float) -> None:
    left, top = round(x), round(y)
    skip_x, skip_y = max(0, -left), max(0, -top)
    rows = min(mask.shape[0], canvas.shape[0] - top)
    columns = min(mask.shape[1], canvas.shape[1] - left)
    if rows <= skip_y or columns <= skip_x:
        return
    part = canvas[top + skip_y : top + rows, left + skip_x : left + columns]
    np.maximum(part, mask[skip_y:rows, skip_x:columns], out=part)


def ground(
    size: tuple[int, int], level: float, strength: float, cells: tuple[int, int], noise: np.random.Generator
) -> Grey:
    """Return a plane of a level with soft waves over it."""
    waves = noise.standard_normal(cells, np.float32) * np.float32(strength) + np.float32(level)
    soft = cv2.resize(waves, (size[0] // 8 + 1, size[1] // 8 + 1), interpolation=cv2.INTER_CUBIC)
    return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)


def _inked(
    text: Written,
    ink: glyphs.Mask,
    size: tuple[int, int],
    dice: random.Random,
    noise: np.random.Generator,
    d: float,
) -> Grey:
    """Put ink on a ground: pictures on auction plates, white on green, and the light along the pressed edges."""
    level, depth = dice.uniform(150, 250), dice.uniform(60, 190)
    strength, cells = dice.uniform(0, 6), (3, 5)
    if text.kind in ("graphic", "special"):
        strength, cells = dice.uniform(10, 34), (dice.randrange(3, 12), dice.randrange(4, 20))
        level, depth = dice.uniform(150, 225), dice.uniform(110, 190)
    elif text.kind == "dealer":
        level, depth = dice.uniform(70, 150), dice.uniform(50, 110)
    light = text.kind == "service" or (text.kind in ("car", "one_line") and dice.random() < 0.04)
    if light:
        level = dice.uniform(30, 120)
        depth = -dice.uniform(70, 235 - level)
    face = ground(size, level, strength, cells, noise)
    if text.kind in ("graphic", "special"):
        for _ in range(dice.randrange(0, 5)):
            at = dice.randrange(size[0]), dice.randrange(size[1])
            cv2.circle(face, at, dice.randrange(10, 60), level + dice.uniform(-45, 35), -1, cv2.LINE_AA)
    share = ink.astype(np.float32) * np.float32(1 / 255)
    face -= share * np.float32(min(depth, level - 8) if depth > 0 else depth)
    if dice.random() < 0.5:
        x, y = dice.choice(((1, 1), (0, 2), (-1, 1), (1, -1)))
        lit = dice.uniform(6, 40)
        face[2:-2, 2:-2] += (
            share[2:-2, 2:-2] - share[2 + y : share.shape[0] - 2 + y, 2 + x : share.shape[1] - 2 + x]
        ) * np.float32(lit)
    if dice.random() < 0.75:
        rim = dice.choice((1, 2, 3, 5))
        inset = dice.choice((0, 1, 3, 5))
        rim_level = (
            float(level - depth * dice.uniform(0.3, 1)) if dice.random() < 0.7 else level + dice.uniform(-40, 40)
        )
        cv2.rectangle(face, (inset, inset), (size[0] - 1 - inset, size[1] - 1 - inset), rim_level, rim)
    for _ in range(dice.choice((0, 0, 1, 2, 2, 4))):
        screw = dice.choice((dice.uniform(0.03, 0.12), dice.uniform(0.88, 0.97), 0.5)) * size[0]
        at = round(screw), round(dice.choice((0.09, 0.5, 0.9)) * size[1])
        cv2.circle(face, at, dice.randrange(3, 8), dice.uniform(20, 220), -1, cv2.LINE_AA)
    if dice.random() < 0.35 * d + 0.08:
        _dirt(face, dice, noise, d)
    return face


def _dirt(face: Grey, dice: random.Random, noise: np.random.Generator, d: float) -> None:
    """Lay mud, dust and scratches over a plate."""
    rows, columns = face.shape
    blots = ground((columns, rows), dice.uniform(-1.6, -0.7), 1.0, (dice.randrange(3, 9), dice.randrange(5, 16)), noise)
    cover = np.clip(blots, 0, 1) * np.float32(dice.uniform(0.3, 0.4 + 0.5 * d))
    face += cover * (np.float32(dice.uniform(40, 190)) - face)
    for _ in range(dice.choice((0, 0, 1, 3))):
        ends = [(dice.randrange(columns), dice.randrange(rows)) for _ in range(2)]
        cv2.line(face, *ends, dice.uniform(30, 230), dice.choice((1, 1, 2)), cv2.LINE_AA)
