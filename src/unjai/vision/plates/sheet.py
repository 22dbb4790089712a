"""A crop of a plate as the reader's net takes it: grey, one size; the same for its training and for its work."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Sheet = NDArray[np.uint8]
"""Shape (`HEIGHT`, `WIDTH`)."""

HEIGHT: Final = 64
WIDTH: Final = 160


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (grey, or RGB) in grey."""
    flat: Any = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)  # noqa: PLR2004
    return np.asarray(flat, np.uint8)


def sheet(crop: NDArray[np.uint8]) -> Sheet:
    """Return a grey crop, stretched to the net's size; what is larger is averaged, what is smaller drawn out softly."""
    rows, columns = crop.shape
    if rows > HEIGHT and columns > WIDTH:
        made = cv2.resize(crop, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    elif rows > 2 * HEIGHT or columns > 2 * WIDTH:
        middle = cv2.resize(crop, (min(columns, WIDTH), min(rows, HEIGHT)), interpolation=cv2.INTER_AREA)
        made = cv2.resize(middle, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    else:
        made = cv2.resize(crop, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(made, np.uint8)
