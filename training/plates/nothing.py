"""What a finder hands over that is no plate, or not a whole one: the reader must say "unreadable"."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np

from training.plates import camera, draw, glyphs, texts
from training.plates.fonts import digit_faces, faces
from unjai.model.plate import DIGITS, LETTERS, PLACES

_LATIN = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def nothing(dice: random.Random, noise: np.random.Generator, d: float) -> tuple[camera.Bytes, float]:
    """Return a crop without a plate that can be read, and the width a finder would give it."""
    sort = dice.random()
    if sort < 0.3:
        return _bodywork(dice, noise, d)
    if sort < 0.55:
        return _cut(dice, noise, d)
    return _words(dice, noise, d)


def _bodywork(dice: random.Random, noise: np.random.Generator, d: float) -> tuple[camera.Bytes, float]:
    """Grilles, lamps, bumpers: edges without letters."""
    size = dice.randrange(60, 220), dice.randrange(30, 90)
    scene = draw.ground(
        size, dice.uniform(20, 220), dice.uniform(3, 50), (dice.randrange(2, 14), dice.randrange(2, 14)), noise
    )
    for _ in range(dice.randrange(0, 8)):
        corner = dice.randrange(-20, size[0]), dice.randrange(-20, size[1])
        far = corner[0] + dice.randrange(4, 120), corner[1] + dice.randrange(2, 40)
        cv2.rectangle(scene, corner, far, dice.uniform(0, 255), dice.choice((-1, 1, 3)))
    if dice.random() < 0.3:
        step, level = dice.randrange(3, 12), dice.uniform(0, 255)
        scene[:: step if dice.random() < 0.5 else 1, ::step] = level
    return camera.sensed(scene, size[0], dice, noise, d), float(size[0])


def _cut(dice: random.Random, noise: np.random.Generator, d: float) -> tuple[camera.Bytes, float]:
    """A plate of which the crop holds a part only, or the seam between two."""
    text = texts.written(dice, dice.choice(texts.READABLE))
    whole, _ = camera.taken(draw.plate(text, dice, noise, d), dice, noise, d)
    rows, columns = whole.shape
    sort = dice.random()
    if sort < 0.6:
        kept = round(columns * dice.uniform(0.25, 0.62))
        part = whole[:, :kept] if dice.random() < 0.5 else whole[:, columns - kept :]
    elif sort < 0.8:
        part = whole[round(rows * dice.uniform(0.42, 0.62)) :]
    else:
        other, _ = camera.taken(draw.plate(texts.written(dice, "car"), dice, noise, d), dice, noise, d)
        other = cv2.resize(other, (columns, rows))
        seam = round(columns * dice.uniform(0.3, 0.7))
        part = np.concatenate([whole[:, seam:], other[:, :seam]], 1)
    return np.ascontiguousarray(part), float(part.shape[1])


def _words(dice: random.Random, noise: np.random.Generator, d: float) -> tuple[camera.Bytes, float]:
    """Signs, shirts, prices, telephone numbers, plates of other countries: one to three lines of other words."""
    columns, rows = dice.choice(((340, 150), (440, 120), (300, 200), (520, 110)))
    face = draw.ground((columns, rows), dice.uniform(120, 250), dice.uniform(0, 25), (3, 6), noise)
    ink = np.zeros((rows, columns), np.uint8)
    lines = [_saying(dice) for _ in range(dice.choice((1, 1, 2, 3)))]
    for number, line in enumerate(lines):
        known = digit_faces(held_out=False) if line.isascii() else faces(held_out=False)
        drawn = glyphs.loose(dice.choice(known), line).mask
        tall = rows / len(lines) * dice.uniform(0.4, 0.8)
        wide = min(columns * dice.uniform(0.7, 0.96), drawn.shape[1] * tall / drawn.shape[0] * dice.uniform(0.8, 1.3))
        scaled = cv2.resize(drawn, (max(2, round(wide)), max(2, round(tall))), interpolation=cv2.INTER_AREA)
        draw._paste(ink, scaled, (columns - wide) / 2, rows * (number + 0.5) / len(lines) - tall / 2)  # noqa: SLF001
    depth = dice.uniform(60, 180) * (1 if dice.random() < 0.7 else -1)
    face -= ink.astype(np.float32) / 255 * np.float32(depth)
    if depth < 0:
        face -= 100
    return camera.taken(draw.Drawn(face, (20, 10, columns - 20, rows - 10)), dice, noise, d)


def _saying(dice: random.Random) -> str:
    sort = dice.random()
    letters = "".join(dice.choices(_LATIN, k=dice.randrange(2, 9)))
    digits = "".join(dice.choices(DIGITS, k=dice.randrange(1, 11)))
    if sort < 0.3:
        return f"{letters[:3]} {digits[:4]}"
    if sort < 0.45:
        return letters
    if sort < 0.6:
        return f"{digits[:3]}-{digits[3:]}"
    if sort < 0.8:
        return dice.choice(PLACES).th + ("" if dice.random() < 0.5 else dice.choice(PLACES).th)
    return "".join(dice.choices(LETTERS + "ะาิีเแโ", k=math.ceil(dice.uniform(3, 14))))
