"""Several readings of one plate into one: views of one picture, and the frames of one track."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unjai.model.plate import GRAMMAR, LETTERS, PLACES
from unjai.vision.box import Box
from unjai.vision.plates.decode import SHARES_KEPT, Floats, Reading, prior
from unjai.vision.plates.heads import NO_PLACE

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""A plate's corners in pixels of the picture: upper left, upper right, lower right, lower left."""

SURE: Final = 0.6
"""From this probability on a registration is told; below it the plate is unreadable."""
PLACE_SURE: Final = 0.5
NARROW_PX: Final = 60.0
"""Plates narrower than this are told only when they are all but certain."""
NARROW_SURE: Final = 0.97
_ODD_SURE: Final = (0.0, 0.9, 0.97)
"""From here on is told what few plates say: by its form (one letter, five digits), by a number of one digit, by both.
Most such texts are halves of others."""
_LEADING_ZERO = re.compile(rf"[{LETTERS}]0")
_SHORT_PLACE = 0.7
"""A number of one digit is told with a place as sure as this: half a plate shows half of its place too."""
_ONE_DIGIT = re.compile(r"(?<![0-9])[0-9]$")
_FLOOR = 1e-3
_FRAMES_ALIKE = 0.0
"""What each further frame of a track adds to the certainty: nothing. Its frames share light, dirt, turn and blur, and
so their errors: taken for even half independent, what is said to be 95 % sure is wrong in every fifth case."""
_MUMBLED = 0.5
"""A frame less sure than this share of the surest is not heard: it was too far, or blurred."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One plate in one picture."""

    reading: Reading
    quad: Quad
    width_px: float

    @property
    def box(self) -> Box:
        """Return the upright box round the plate."""
        return box_of(self.quad)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlateRead:
    """What is known of one plate: of one picture, or of all frames of one track."""

    registration: str | None
    """None: there is a plate, or what looks like one, that cannot be read."""
    province: str | None
    """Code of the place (`model.plate.PLACES`); None where it is not named or not readable."""
    confidence: float
    """The probability that the registration of `alternatives[0]`, told or not, is right in every glyph."""
    province_confidence: float
    alternatives: tuple[tuple[str, float], ...]
    """Registrations and their probabilities, the best first, told or not."""
    glyphs: tuple[float, ...]
    """The probability of each glyph of the first alternative."""
    quad: Quad
    """Where it was in the frame that showed it best."""
    width_px: float
    frames: int
    """How many pictures say the first alternative, each by itself."""

    @property
    def box(self) -> Box:
        """Return the upright box round the plate."""
        return box_of(self.quad)


def box_of(quad: Quad) -> Box:
    """Return the upright box round four corners."""
    across, down = [x for x, _ in quad], [y for _, y in quad]
    return Box(min(across), min(down), max(across), max(down))


def pooled(readings: Sequence[Reading], *, alike: float) -> Reading:
    """Return several readings of one plate as one; each further one counts `alike` (0: nothing new, 1: independent)."""
    if len(readings) == 1:
        return readings[0]
    weight = (1 + alike * (len(readings) - 1)) / len(readings)
    names = sorted({name for one in readings for name, _ in one.shares})
    if not names:
        return readings[0]
    sums = np.zeros(len(names) + 1)
    for one in readings:
        known = dict(one.shares)
        nothing = max(_FLOOR, 1 - sum(known.values()))
        unsaid = max(_FLOOR**2, min(_FLOOR, nothing / 10))
        sums[:-1] += [np.log(max(known.get(name, unsaid), unsaid)) for name in names]
        sums[-1] += np.log(nothing)
    sums *= weight
    shares = np.exp(sums - sums.max())
    shares /= shares.sum()
    order = np.argsort(-shares[:-1], kind="stable")[:SHARES_KEPT]
    told = tuple((names[int(one)], float(shares[one])) for one in order)
    alike_best = [one for one in readings if one.best[0] == told[0][0]]
    most = max(alike_best or readings, key=lambda one: one.best[1])
    glyphs = tuple(max(glyph, told[0][1]) for glyph in most.glyphs) if alike_best else (told[0][1],) * len(told[0][0])
    return Reading(shares=told, glyphs=glyphs, places=_places(readings, weight))


def _places(readings: Sequence[Reading], weight: float) -> Floats:
    logs = np.sum([np.log(np.maximum(one.places, 1e-6)) for one in readings], 0) * weight
    shares = np.exp(logs - logs.max())
    return np.asarray(shares / shares.sum(), np.float32)


def read_of(sightings: Sequence[Sighting]) -> PlateRead:
    """Return what all sightings of one plate say together; at least one must be given."""
    loudest = max(one.reading.best[1] for one in sightings)
    heard = [one.reading for one in sightings if one.reading.best[1] >= _MUMBLED * loudest]
    whole = pooled(heard, alike=_FRAMES_ALIKE)
    clearest = max(sightings, key=lambda one: (one.reading.best[1], one.width_px))
    widest = max(one.width_px for one in sightings)
    best, share = whole.best
    place = int(whole.places.argmax())
    place_share = float(whole.places[place])
    told = best if best and share >= needed(best, widest) else None
    if told is not None and _ONE_DIGIT.search(told) and (place == NO_PLACE or place_share < _SHORT_PLACE):
        told = None
    named = told is not None and place != NO_PLACE and place_share >= PLACE_SURE
    return PlateRead(
        registration=told,
        province=PLACES[place].code if named else None,
        confidence=share,
        province_confidence=place_share if place != NO_PLACE else 0.0,
        alternatives=whole.shares,
        glyphs=whole.glyphs,
        quad=clearest.quad,
        width_px=widest,
        frames=sum(one.reading.best[0] == best for one in sightings),
    )


def needed(registration: str, width_px: float) -> float:
    """Return how sure a registration must be to be told; no certainty is enough for what no plate says."""
    if GRAMMAR.fullmatch(registration) is None or ("-" not in registration and _LEADING_ZERO.search(registration)):
        return math.inf
    odd = (prior(registration) < 0) + (_ONE_DIGIT.search(registration) is not None)
    return max(SURE if width_px >= NARROW_PX else NARROW_SURE, _ODD_SURE[odd])


class Vote:
    """The frames of one track, as they come; the best ones are kept."""

    def __init__(self, most: int = 12) -> None:
        """Keep so many sightings at most: the surest."""
        self._most = most
        self._kept: list[Sighting] = []
        self.frames = 0

    def add(self, sighting: Sighting) -> None:
        """Count one more frame."""
        self.frames += 1
        self._kept.append(sighting)
        if len(self._kept) > self._most:
            self._kept.remove(min(self._kept, key=lambda one: one.reading.best[1]))

    @property
    def agreeing(self) -> int:
        """Return how many of the kept frames have the read registration as their best."""
        return self.read().frames if self._kept else 0

    def read(self) -> PlateRead:
        """Return what the frames say. Raises ValueError where none came."""
        if not self._kept:
            raise ValueError("no frame came")
        return read_of(self._kept)
