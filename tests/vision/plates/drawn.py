"""A plate drawn with the centre's own faces, and what looks like a vehicle round it: no package is fetched for it."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from unjai.platform.paper import press

FONTS = Path(press.__file__).with_name("fonts")
Rgb = NDArray[np.uint8]


def line(text: str, tall: int) -> Rgb:
    """Ink of a line, 0–255, cut close; digits of the Latin face, letters of the Thai one."""
    parts = []
    for one in text:
        face = "SarabunLatin-Bold.ttf" if one.isascii() else "SarabunThai-Bold.ttf"
        font = ImageFont.truetype(str(FONTS / face), 200)
        canvas = Image.new("L", (260, 320))
        ImageDraw.Draw(canvas).text((30, 40), one, font=font, fill=255)
        ink = np.asarray(canvas)
        columns = np.flatnonzero(ink.any(0))
        parts.append(ink[:, columns[0] : columns[-1] + 1] if len(columns) else np.zeros((320, 60), np.uint8))
        parts.append(np.zeros((320, 16), np.uint8))
    whole = np.hstack(parts[:-1])
    rows = np.flatnonzero(whole.any(1))
    whole = whole[rows[0] : rows[-1] + 1]
    return np.asarray(
        cv2.resize(whole, (max(1, whole.shape[1] * tall // whole.shape[0]), tall), interpolation=cv2.INTER_AREA)
    )


def plate(registration: str, place: str, *, width: int = 680) -> Rgb:
    """A car's plate, 34 × 15 cm: `registration` as it is written (``กข 1234``), the place below it."""
    tall = width * 15 // 34
    made = np.full((tall, width), 240, np.uint8)
    cv2.rectangle(made, (4, 4), (width - 5, tall - 5), 30, max(2, width // 110))
    for text, top, high, most in ((registration, 0.12, 0.46, 0.86), (place, 0.68, 0.19, 0.62)):
        ink = line(text, round(high * tall))
        if ink.shape[1] > most * width:
            ink = np.asarray(cv2.resize(ink, (round(most * width), ink.shape[0]), interpolation=cv2.INTER_AREA))
        y, x = round(top * tall), (width - ink.shape[1]) // 2
        part = made[y : y + ink.shape[0], x : x + ink.shape[1]]
        part[:] = (part * (1 - ink / 255.0) + 15 * (ink / 255.0)).astype(np.uint8)
    return np.dstack([made] * 3)


def vehicle(registration: str, place: str, *, width: int = 560, colour: tuple[int, int, int] = (70, 90, 140)) -> Rgb:
    """The back of a car, `width` wide, with its plate: body, window, lamps, a bumper."""
    tall = width * 7 // 10
    made = np.full((tall, width, 3), colour, np.uint8)
    cv2.rectangle(made, (width // 8, tall // 12), (width * 7 // 8, tall * 4 // 10), (35, 40, 45), -1)
    for x in (width // 20, width * 17 // 20):
        cv2.rectangle(made, (x, tall // 2), (x + width // 10, tall * 6 // 10), (190, 30, 30), -1)
    cv2.rectangle(made, (0, tall * 9 // 10), (width, tall), (30, 30, 30), -1)
    drawn = plate(registration, place)
    wide = round(0.24 * width)
    small = cv2.resize(drawn, (wide, wide * 15 // 34), interpolation=cv2.INTER_AREA)
    y, x = round(0.66 * tall), (width - wide) // 2
    made[y : y + small.shape[0], x : x + wide] = small
    return np.asarray(cv2.GaussianBlur(made, (0, 0), 0.6))
