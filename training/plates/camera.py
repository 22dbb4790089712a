"""What a camera makes of a plate: its surroundings, turn and perspective, light, blur, noise, and the finder's crop."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates import glyphs
from training.plates.draw import Drawn, Grey, ground
from training.plates.fonts import digit_faces, faces
from unjai.model.plate import DIGITS, PLACES

Bytes = NDArray[np.uint8]

_AROUND = 70
"""Millimetres of bodywork drawn round a plate."""
SMALLEST_PX, LARGEST_PX = 44, 230
_COARSE_PX = 150
"""From this width on the drawing is fine enough to be sampled once a pixel."""


def surrounded(face: Grey, dice: random.Random, noise: np.random.Generator) -> Grey:
    """Put a plate into bodywork, often into a frame with a dealer's words."""
    rows, columns = face.shape
    size = columns + 2 * _AROUND, rows + 2 * _AROUND
    scene = ground(
        size, dice.uniform(10, 230), dice.uniform(2, 40), (dice.randrange(2, 9), dice.randrange(2, 9)), noise
    )
    for _ in range(dice.choice((0, 1, 2, 3))):
        corner = dice.randrange(-40, size[0]), dice.randrange(-40, size[1])
        far = corner[0] + dice.randrange(20, size[0]), corner[1] + dice.randrange(6, 90)
        cv2.rectangle(scene, corner, far, dice.uniform(0, 255), dice.choice((-1, -1, 2, 5)))
    if dice.random() < 0.55:
        _frame(scene, rows, columns, dice)
    scene[_AROUND : _AROUND + rows, _AROUND : _AROUND + columns] = face
    if dice.random() < 0.15:  # a bumper or a tow bar hangs over an edge
        over = dice.uniform(2, 14)
        edge = round(_AROUND + over) if dice.random() < 0.5 else round(_AROUND + rows - over)
        band = (0, edge) if edge < size[1] / 2 else (edge, size[1])
        scene[band[0] : band[1]] = dice.uniform(10, 200)
    return scene


def _frame(scene: Grey, rows: int, columns: int, dice: random.Random) -> None:
    side, top, low = dice.uniform(3, 16), dice.uniform(3, 18), dice.uniform(4, 40)
    corner = round(_AROUND - side), round(_AROUND - top)
    far = round(_AROUND + columns + side), round(_AROUND + rows + low)
    level = dice.choice((dice.uniform(5, 60), dice.uniform(5, 60), dice.uniform(150, 240)))
    cv2.rectangle(scene, corner, far, level, -1)
    if low < 14 or dice.random() < 0.25:
        return
    if dice.random() < 0.4:
        text = f"{dice.choice(PLACES).th} {dice.choice(PLACES).th}"
        drawn = glyphs.loose(dice.choice(faces(held_out=False)), text).mask
    else:
        name = "".join(dice.choices("ABCDEFGHIKLMNOPRSTUVWY", k=dice.randrange(4, 12)))
        phone = "".join(dice.choices(DIGITS, k=10))
        text = dice.choice((name, f"{name} {phone[:3]}-{phone[3:]}", f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"))
        drawn = glyphs.loose(dice.choice(digit_faces(held_out=False)), text).mask
    tall = low * dice.uniform(0.4, 0.8)
    wide = min(0.95 * columns, drawn.shape[1] * tall / drawn.shape[0] * dice.uniform(0.8, 1.4))
    ink = cv2.resize(drawn, (max(2, round(wide)), max(2, round(tall))), interpolation=cv2.INTER_AREA)
    x, y = round(_AROUND + (columns - wide) / 2), round(_AROUND + rows + (low - tall) / 2)
    part = scene[y : y + ink.shape[0], x : x + ink.shape[1]]
    part += (
        ink[: part.shape[0], : part.shape[1]].astype(np.float32)
        / 255
        * np.float32((235 if level < 100 else 20) - level)
    )


def taken(drawn: Drawn, dice: random.Random, noise: np.random.Generator, d: float) -> tuple[Bytes, float]:
    """Return the crop that a finder hands over, in the sensor's own pixels, and the plate's width in them."""
    rows, columns = drawn.face.shape
    scene = surrounded(drawn.face, dice, noise)
    low = max(SMALLEST_PX, 165 - 125 * d)
    width = math.exp(dice.uniform(math.log(low), math.log(LARGEST_PX)))
    if columns < 300:
        width = max(SMALLEST_PX, width * dice.uniform(0.65, 0.95))
    quad, turned = _quad(rows, columns, width, dice, d)
    window = _window(quad, turned, drawn, dice, d)
    corners = np.float32(
        [
            [_AROUND, _AROUND],
            [_AROUND + columns, _AROUND],
            [_AROUND + columns, _AROUND + rows],
            [_AROUND, _AROUND + rows],
        ]
    )
    left, top, right, bottom = window
    size = max(12, round(right - left)), max(8, round(bottom - top))
    fine = 2 if width < _COARSE_PX else 1
    to = (quad - np.float32([left, top])) * fine
    matrix = cv2.getPerspectiveTransform(corners, to.astype(np.float32))
    crop = cv2.warpPerspective(
        scene, matrix, (size[0] * fine, size[1] * fine), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if fine > 1:
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    return sensed(crop, width, dice, noise, d), width


def _quad(rows: int, columns: int, width: float, dice: random.Random, d: float) -> tuple[NDArray[np.float32], bool]:
    """Return the plate's corners in sensor pixels, and whether a rectifier has straightened them."""
    scale = width / columns
    tall = rows * scale * dice.uniform(0.92, 1.3 if dice.random() < 0.3 else 1.12)
    corners = np.array([[0, 0], [width, 0], [width, tall], [0, tall]], np.float32) - np.float32([width / 2, tall / 2])
    straight = dice.random() < 0.4
    if straight:
        jitter = noise_of(dice, 4, 2) * np.float32([0.018 * width * (0.5 + d), 0.05 * tall * (0.5 + d)])
        return corners + jitter, False
    sort = dice.random()
    if sort < 0.45:
        turn = dice.gauss(0, 4.5 * d)
    elif sort < 0.85:
        turn = dice.uniform(-16, 16) * (0.35 + 0.65 * d)
    else:
        turn = dice.uniform(-25, 25) * (0.3 + 0.7 * d)
    shear, tilt = dice.gauss(0, 0.10 * d), dice.gauss(0, 0.06 * d)
    radians = math.radians(turn)
    cos, sin = math.cos(radians), math.sin(radians)
    turned = corners @ np.float32([[cos, sin], [-sin, cos]]).T
    turned = turned @ np.float32([[1, shear], [tilt, 1]]).T
    near = dice.gauss(0, 0.10 * d)  # one end is nearer to the camera
    turned[:, 1] *= 1 + near * np.sign(corners[:, 0])
    jitter = noise_of(dice, 4, 2) * np.float32([0.012 * width * d, 0.035 * tall * d])
    return (turned + jitter).astype(np.float32), True


def noise_of(dice: random.Random, rows: int, columns: int) -> NDArray[np.float32]:
    """Return normal deviates."""
    return np.float32([[dice.gauss(0, 1) for _ in range(columns)] for _ in range(rows)])


def _window(
    quad: NDArray[np.float32], turned: bool, drawn: Drawn, dice: random.Random, d: float
) -> tuple[float, float, float, float]:
    """Return the crop: a detector's box with its errors, or one grown from the registration's line of text."""
    left, top = quad.min(0)
    right, bottom = quad.max(0)
    wide, tall = right - left, bottom - top
    if dice.random() < 0.22 and not turned:
        rows, columns = drawn.face.shape
        x0, y0, x1, y1 = (float(edge) for edge in drawn.inked)
        factor_x, factor_y = wide / columns, tall / rows
        line_w, line_h = (x1 - x0) * factor_x, (y1 - y0) * factor_y
        sides, up, down = dice.choice(((0.05, 0.25, 0.75), (0.12, 0.6, 0.04), (0.15, 0.85, 0.08), (0.08, 0.3, 0.85)))
        if rows * 2 > columns * 1.3 or down < 0.1:
            sides, up, down = 0.08, 0.15, max(0.15, 0.6 if rows * 2 < columns * 1.3 else 0.15)
        error = noise_of(dice, 1, 4)[0] * np.float32(0.04 + 0.04 * d)
        return (
            left + x0 * factor_x - line_w * (sides + abs(error[0])),
            top + y0 * factor_y - line_h * (up + error[1]),
            left + x1 * factor_x + line_w * (sides + abs(error[2])),
            top + y1 * factor_y + line_h * (down + error[3]),
        )
    if dice.random() < 0.12:  # a loose box
        return (
            left - wide * dice.uniform(0.02, 0.2),
            top - tall * dice.uniform(0.02, 0.35),
            right + wide * dice.uniform(0.02, 0.2),
            bottom + tall * dice.uniform(0.02, 0.4),
        )
    return (
        left - wide * dice.uniform(-0.02, 0.1),
        top - tall * dice.uniform(-0.03, 0.16),
        right + wide * dice.uniform(-0.02, 0.1),
        bottom + tall * dice.uniform(-0.04, 0.2),
    )


def sensed(crop: Grey, width: float, dice: random.Random, noise: np.random.Generator, d: float) -> Bytes:
    """Return what the sensor, its night, its motion and its compression make of a crop."""
    rows, columns = crop.shape
    if dice.random() < 0.3:  # a shadow's edge
        edge = ground((columns, rows), 0, 1, (2, 3), noise)
        crop *= 1 - np.float32(dice.uniform(0.1, 0.2 + 0.4 * d)) * np.clip(edge * 4, 0, 1)
    if dice.random() < 0.12 + 0.12 * d:  # a lamp's glare
        middle = dice.uniform(0, columns), dice.uniform(0, rows)
        reach = dice.uniform(0.1, 0.35) * columns
        x = np.exp(-(((np.arange(columns, dtype=np.float32) - middle[0]) / reach) ** 2))
        y = np.exp(-(((np.arange(rows, dtype=np.float32) - middle[1]) / reach) ** 2))
        crop += np.float32(dice.uniform(40, 90 + 110 * d)) * y[:, None] * x[None, :]
    blur = dice.uniform(0, 0.55 + 0.75 * d) * max(0.6, width / 130)
    if blur > 0.25:
        crop = cv2.GaussianBlur(crop, (0, 0), blur)
    if dice.random() < 0.25 * d + 0.03:
        crop = _moved(crop, dice.uniform(1.5, 2 + 0.05 * width), dice.gauss(0, 25))
    if dice.random() < 0.25:  # a sharpening camera's halo
        soft = cv2.GaussianBlur(crop, (0, 0), dice.uniform(0.8, 2))
        crop += (crop - soft) * np.float32(dice.uniform(0.3, 1.4))
    sort = dice.random()
    if sort < 0.12 + 0.1 * d:  # night
        crop = crop * np.float32(dice.uniform(0.12, 0.5)) + np.float32(dice.uniform(0, 25))
        grain = dice.uniform(2, 5 + 10 * d)
    elif sort < 0.22 + 0.1 * d:  # lamps on a reflecting ground
        crop = crop * np.float32(dice.uniform(1.0, 1.7)) + np.float32(dice.uniform(0, 70))
        grain = dice.uniform(1, 3 + 6 * d)
    else:
        crop = (crop - 128) * np.float32(dice.uniform(0.55, 1.15)) + np.float32(128 + dice.uniform(-45, 45))
        grain = dice.uniform(0, 3 + 12 * d)
    crop += noise.standard_normal(crop.shape, np.float32) * np.float32(grain)
    seen = np.clip(crop, 0, 255).astype(np.uint8)
    if dice.random() < 0.85:
        quality = [cv2.IMWRITE_JPEG_QUALITY, round(dice.uniform(92 - 64 * d, 95))]
        seen = cv2.imdecode(cv2.imencode(".jpg", seen, quality)[1], cv2.IMREAD_GRAYSCALE)
    if dice.random() < 0.12:  # a picture that was made larger or smaller on its way
        factor = dice.uniform(0.75, 1.5)
        size = max(12, round(columns * factor)), max(8, round(rows * factor))
        seen = cv2.resize(seen, size, interpolation=dice.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)))
    return seen


def _moved(crop: Grey, length: float, degrees: float) -> Grey:
    """Blur along a line, as what moves does."""
    half = max(1, math.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    x, y = math.cos(math.radians(degrees)) * length / 2, math.sin(math.radians(degrees)) * length / 2
    ends = [(round((half - x) * 16), round((half - y) * 16)), (round((half + x) * 16), round((half + y) * 16))]
    cv2.line(kernel, *ends, 1.0, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(crop, -1, kernel / max(1e-6, float(kernel.sum())), borderType=cv2.BORDER_REPLICATE)
