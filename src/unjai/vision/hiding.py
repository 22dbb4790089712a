"""Which parts of which pictures have to be hidden, and hiding them for good. Pure; rather too much than too little.

A face finder misses faces that are turned away or small, and finds one in this picture and not in the next. So the
upper part of every person counts as a face, and whatever was found counts before and after its own picture too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import numpy as np

from unjai.vision.box import Box, inside_share, overlap
from unjai.vision.picture import Rgb

Style = Literal["mosaic", "solid"]
STYLES: Final[tuple[str, ...]] = get_args(Style)

CELLS = 4
"""So many cells of a mosaic over the longer side of what is hidden: sixteen colours, whoever it was."""
LEVELS = 32
"""Shades between two that a cell may have."""
_LEAST_CELL = 8
_SOLID = (72, 72, 72)
_FACE_MARGIN = 0.35
"""Of a face's sides, on every side: hair, ears and chin."""
_LEAST_SIDE = 12.0
_UPRIGHT = 0.6
"""Width by height: a person that is narrower stands or walks."""
_HEAD_OF_UPRIGHT, _HEAD_OF_OTHER = 0.27, 0.5
_HEAD_UP, _HEAD_OUT = 0.06, 0.08
_COVERED = 0.6
_NEAR = 1.2
"""In sides of a box: so far may its middle move from one look to the next."""
_BRIDGED_GROWTH = 0.25


def face_region(face: Box, width: int, height: int) -> Box:
    """Return what to hide for a face."""
    grown = face.padded(
        max(face.width * _FACE_MARGIN, (_LEAST_SIDE - face.width) / 2),
        max(face.height * _FACE_MARGIN, (_LEAST_SIDE - face.height) / 2),
    )
    return grown.clipped(width, height)


def head_region(person: Box, width: int, height: int) -> Box:
    """Return what to hide of a person whose face nobody found: the upper part of the box, its whole width."""
    upright = person.width < _UPRIGHT * person.height
    down = person.height * (_HEAD_OF_UPRIGHT if upright else _HEAD_OF_OTHER)
    out, up = person.width * _HEAD_OUT, person.height * _HEAD_UP
    return Box(person.x0 - out, person.y0 - up, person.x1 + out, person.y0 + down).clipped(width, height)


def regions_of(faces: Iterable[Box], persons: Iterable[Box], size: tuple[int, int]) -> list[Box]:
    """Return what to hide in one picture: every face, and every person's head that no face covers already."""
    found = [face_region(one, *size) for one in faces]
    heads = [head_region(one, *size) for one in persons]
    found += [head for head in heads if not any(inside_share(head, face) > _COVERED for face in found)]
    return [one for one in found if one.width >= 1 and one.height >= 1]


def squares_of(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the parts in which persons are looked for beside the whole: squares with a quarter in common."""
    side = min(width, height)
    found: list[tuple[int, int, int, int]] = []
    for part in (side, side // 2) if side >= _TWO_STEPS else (side,):
        xs, ys = _steps(width, part), _steps(height, part)
        found += [(x, y, x + part, y + part) for y in ys for x in xs]
    return [one for one in found if one != (0, 0, width, height)]


_TWO_STEPS = 1080
"""Pictures of so many lines are looked at in small squares too."""


def _steps(length: int, part: int) -> list[int]:
    if length <= part:
        return [0]
    count = math.ceil((length - part) / (part * 0.75)) + 1
    return [round(number * (length - part) / (count - 1)) for number in range(count)]


# -- through time ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Trail:
    """One thing to hide, from look to look."""

    seen: list[tuple[int, Box]] = field(default_factory=list)

    def near(self, box: Box) -> float | None:
        """Return how far a box is, in its sides; None for one that is another's."""
        last = self.seen[-1][1]
        side = max(last.width, last.height, box.width, box.height)
        far = math.dist(last.centre, box.centre) / max(side, 1.0)
        return far if far < _NEAR or overlap(last, box) > 0 else None


def through_time(looks: Mapping[int, Sequence[Box]], count: int, *, hold: int, bridge: int) -> list[list[Box]]:
    """Return what to hide in each of `count` pictures, out of what was found in those that were looked at.

    Each box is hidden in its own picture and in `hold` before and after it, whatever was found there. Where the same
    thing was lost and found again within `bridge` pictures, it is hidden between, on a straight way and somewhat wider.
    """
    trails: list[_Trail] = []
    for number in sorted(looks):
        open_ones = [one for one in trails if number - one.seen[-1][0] <= bridge]
        pairs = [
            (far, n, trail)
            for n, box in enumerate(looks[number])
            for trail in open_ones
            if (far := trail.near(box)) is not None
        ]
        taken: set[int] = set()
        for _far, n, trail in sorted(pairs, key=lambda pair: pair[0]):
            if n not in taken and trail.seen[-1][0] != number:
                trail.seen.append((number, looks[number][n]))
                taken.add(n)
        trails += [_Trail(seen=[(number, box)]) for n, box in enumerate(looks[number]) if n not in taken]
    hidden: list[dict[int, Box]] = [{} for _ in range(count)]
    for which, trail in enumerate(trails):
        _spread(trail, which, hidden, hold)
    return [list(one.values()) for one in hidden]


def _spread(trail: _Trail, which: int, hidden: list[dict[int, Box]], hold: int) -> None:
    def hide(number: int, box: Box) -> None:
        if 0 <= number < len(hidden):
            before = hidden[number].get(which)
            hidden[number][which] = box if before is None else before.union(box)

    for number, box in trail.seen:
        for near in range(number - hold, number + hold + 1):
            hide(near, box)
    for (first, one), (last, other) in zip(trail.seen, trail.seen[1:], strict=False):
        for between in range(first + 1, last):
            share = (between - first) / (last - first)
            way = Box(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))
            hide(between, way.grown(_BRIDGED_GROWTH if last - first > hold else 0.0))


# -- hiding ------------------------------------------------------------------------------------------------------------


def hide(rgb: Rgb, regions: Iterable[Box], style: Style = "mosaic") -> Rgb:
    """Return a copy of a picture with its regions hidden: nothing of what was there can be got back from it.

    `solid` leaves nothing at all; `mosaic` leaves at most `CELLS` × `CELLS` coarse colours a region, blurred into one
    another.
    """
    height, width = rgb.shape[:2]
    out = rgb.copy()
    for one in regions:
        box = one.clipped(width, height)
        x0, y0, x1, y1 = math.floor(box.x0), math.floor(box.y0), math.ceil(box.x1), math.ceil(box.y1)
        if x1 > x0 and y1 > y0:
            out[y0:y1, x0:x1] = _SOLID if style == "solid" else _mosaic(out[y0:y1, x0:x1])
    return out


def _mosaic(part: Rgb) -> Any:
    import cv2  # noqa: PLC0415  heavy: only where a picture is painted

    height, width = part.shape[:2]
    cell = max(_LEAST_CELL, math.ceil(max(height, width) / CELLS))
    across, down = max(1, round(width / cell)), max(1, round(height / cell))
    small = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
    coarse = small // LEVELS * LEVELS + LEVELS // 2
    large = cv2.resize(
        coarse.astype(np.uint8).reshape(down, across, 3), (width, height), interpolation=cv2.INTER_NEAREST
    )
    smooth = cell // 2 * 2 + 1
    return cv2.GaussianBlur(large, (smooth, smooth), 0, borderType=cv2.BORDER_REPLICATE)
