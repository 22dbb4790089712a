"""From a picture to the plates in it: find, straighten, read in several views, keep what is a plate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from unjai.vision.box import Box
from unjai.vision.plates.decode import Reading, tempered
from unjai.vision.plates.edges import lines_by_edges
from unjai.vision.plates.lines import Line, TextLines
from unjai.vision.plates.net import LEGIBLE, PlateNet
from unjai.vision.plates.places import Place, places, straightened, whole
from unjai.vision.plates.sheet import Sheet, grey, sheet
from unjai.vision.plates.vote import SURE, PlateRead, Quad, Sighting, pooled, read_of

_VIEWS_ALIKE: Final = 0.25
"""What a further view of the same pixels counts."""
_CROP_WIDEST_PX, _CROP_SHAPES = 420, (0.9, 4.5)
"""A picture up to this wide and of such a shape may be nothing but a plate."""
_SIDES: Final = (640, 960)
"""A vehicle or a crop is looked at this large, a whole scene larger."""
_SCENE_PX = 900
_OVERLAP = 0.3
_ALL = slice(None)
_CERTAIN, _FEW = 0.9, 2
"""Where the first two views say the same as surely as this, the others are not asked."""
_PLATELIKE, _MOST_READ = -3.0, 4
"""Log-odds by a place's first view that it shows a plate at all, below which it is not read, and how many are."""
_WORTH = 0.02
"""Places where nothing is as likely as this are no plates at all."""


class Finder(Protocol):
    """Whatever finds plates: ours looks for lines of text, an operator's own may know plates themselves."""

    def find(self, rgb: NDArray[np.uint8]) -> Sequence[Place]:
        """Return the places of a picture."""


class TextFinder:
    """Places by their lines of text."""

    def __init__(self, model: Path | None = None, *, most_px: int = _SIDES[1]) -> None:
        """Load the model; no picture is looked at larger than `most_px`, since time goes with its area.

        Raises `plate_finder_missing`, `plate_model_unknown`.
        """
        self._lines, self._most_px = TextLines(model), most_px

    def find(self, rgb: NDArray[np.uint8]) -> Sequence[Place]:
        """Return the places of a picture, largest first."""
        return places(self.lines(rgb))

    def lines(self, rgb: NDArray[np.uint8]) -> list[Line]:
        """Return the lines of text."""
        longest = max(rgb.shape[:2])
        side = _SIDES[longest > _SCENE_PX]
        return self._lines.find(rgb, side=min(side, self._most_px, 3 * longest))


class EdgeFinder:
    """Places by their upright edges: quick, and enough where a plate stands out."""

    def find(self, rgb: NDArray[np.uint8]) -> Sequence[Place]:
        """Return the places of a picture, largest first."""
        return places(lines_by_edges(grey(rgb)))


class PlateReader:
    """Reads plates; use it from one thread at a time, never on the loop of web or core."""

    def __init__(self, *, net: PlateNet | None = None, finders: Sequence[Finder] = ()) -> None:
        """Take our net, or another, and finders, the quickest first; without any only crops of plates can be read.

        A further finder is asked only where those before it brought nothing that is read for certain. Raises
        `plate_model_missing` where our net was not built.
        """
        self._net = net or PlateNet()
        self._finders = tuple(finders)

    def crop(self, rgb: NDArray[np.uint8]) -> Sighting:
        """Read a picture that is a plate and little else."""
        place, flat = _crop_place(rgb), grey(rgb)
        return self._sighting(flat, place, self._net.logits(_sheets(flat, place.views[:_FEW])))

    def vehicle(self, rgb: NDArray[np.uint8], box: Box, *, finders: slice = _ALL) -> Sighting | None:
        """Read the surest plate of one vehicle; the box is in pixels of the picture. None where no place is found.

        `finders`: ask only some of the finders; the quick ones stand first.
        """
        rows, columns = rgb.shape[:2]
        inside = box.padded(0.04 * box.width, 0.06 * box.height).clipped(columns, rows)
        x0, y0, x1, y1 = (round(edge) for edge in inside)
        if x1 - x0 < 16 or y1 - y0 < 16:  # noqa: PLR2004  nothing can stand there
            return None
        found = self._placed(rgb[y0:y1, x0:x1], [], self._finders[finders])
        return _moved(max(found, key=_sureness), x0, y0) if found else None

    def picture(self, rgb: NDArray[np.uint8]) -> list[Sighting]:
        """Return the plates of a whole picture, surest first: none twice, nothing that is surely no plate."""
        found = self._seen(rgb)
        kept: list[Sighting] = []
        for one in sorted(found, key=_sureness, reverse=True):
            if one.reading.best[1] < _WORTH and kept:
                continue
            if all(_shared(one.box, other.box) < _OVERLAP for other in kept):
                kept.append(one)
        return kept

    def _seen(self, rgb: NDArray[np.uint8]) -> list[Sighting]:
        rows, columns = rgb.shape[:2]
        plain = columns <= _CROP_WIDEST_PX and _CROP_SHAPES[0] <= columns / rows <= _CROP_SHAPES[1]
        return self._placed(rgb, [self.crop(rgb)] if plain or not self._finders else [], self._finders)

    def _placed(self, rgb: NDArray[np.uint8], found: Sequence[Sighting], finders: Sequence[Finder]) -> list[Sighting]:
        """Return `found`, and what finders bring until something is read for certain."""
        flat, known = grey(rgb), list(found)
        for finder in finders:
            if max(map(_sureness, known), default=0.0) >= _CERTAIN:
                break
            known += self._read(flat, finder.find(rgb))
        return known

    def _read(self, flat: NDArray[np.uint8], places_: Sequence[Place]) -> list[Sighting]:
        """Read those places whose first view looks most like a plate; the others are not decoded at all."""
        if not places_:
            return []
        first = self._net.logits([one for place in places_ for one in _sheets(flat, place.views[:1])])
        platelike = first[LEGIBLE]
        order = [int(one) for one in np.argsort(-platelike, kind="stable") if platelike[one] >= _PLATELIKE]
        return [
            self._sighting(flat, places_[one], [head[one : one + 1] for head in first]) for one in order[:_MOST_READ]
        ]

    def _sighting(self, flat: NDArray[np.uint8], place: Place, first: Sequence[Any]) -> Sighting:
        """Read one place, of which the first views went through the net already."""
        readings = self._net.readings(first)
        known = len(readings)
        readings += self._net.read(_sheets(flat, place.views[known:_FEW]))
        if len({one.best[0] for one in readings}) > 1 or min(one.best[1] for one in readings) < _CERTAIN:
            readings += self._net.read(_sheets(flat, place.views[_FEW:]))
        reading = tempered(agreed(readings), self._net.calibration)
        return Sighting(reading=reading, quad=place.views[0], width_px=place.width_px)


def _sheets(flat: NDArray[np.uint8], views: Sequence[Quad]) -> list[Sheet]:
    return [sheet(straightened(flat, view)) for view in views]


def plates_of(reader: PlateReader, rgb: NDArray[np.uint8]) -> list[PlateRead]:
    """Return what is read of every plate in one picture, surest first."""
    return [read_of([one]) for one in reader.picture(rgb)]


def agreed(readings: Sequence[Reading]) -> Reading:
    """Return what the views of one place say: the surest, backed by those that say the same.

    Most views miss a part of the plate and mumble: they count for nothing. One that contradicts aloud counts in full.
    """
    surest = max(readings, key=lambda one: one.best[1])
    heard = [one for one in readings if one.best[0] == surest.best[0] or one.best[1] >= SURE]
    together = pooled(heard, alike=_VIEWS_ALIKE)
    split = any(one.best[0] != surest.best[0] for one in heard)
    return together if split or together.best[1] > surest.best[1] else surest


def _crop_place(rgb: NDArray[np.uint8]) -> Place:
    rows, columns = rgb.shape[:2]
    views = [whole(rgb)]
    for sides, ends in ((0.03, 0.04), (0.0, 0.08), (-0.03, -0.04)):
        x, y = columns * sides, rows * ends
        views.append(((x, y), (columns - x, y), (columns - x, rows - y), (x, rows - y)))
    return Place(tuple(views), columns * 0.92)


def _sureness(one: Sighting) -> float:
    return one.reading.best[1]


def _moved(one: Sighting, x: float, y: float) -> Sighting:
    quad: Quad = tuple((a + x, b + y) for a, b in one.quad)  # type: ignore[assignment]
    return Sighting(reading=one.reading, quad=quad, width_px=one.width_px)


def _shared(one: Box, other: Box) -> float:
    """Return the part of the smaller box that both share."""
    return one.common(other) / max(1e-6, min(one.area, other.area))
