"""A camera's own health, told from small grey pictures: frozen, covered, out of focus, turned away, too dark.

Look about once a second. Every verdict has a measure between 0 (as it should be) and 1 (surely so), a level at which
it begins and a lower one at which it ends, and times for which each must last: a lorry before the lens is no spray.
What needs to know how the camera should look compares with reference pictures, by where edges run and not by how bright
anything is, so that day, night and infrared of one view are one view.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.picture import Grey

Trouble = Literal["frozen", "covered", "defocused", "turned", "dark", "no_signal", "clock"]
"""The last two are not seen in a picture: whoever receives it knows them."""
TROUBLES: Final[tuple[Trouble, ...]] = ("frozen", "covered", "defocused", "turned", "dark")
WIDTH = 320
"""Pictures come at this width (`picture.small_size`); another one is scaled."""

_Floats = NDArray[np.float32]
_SMOOTH = 0.8
_REACH = 1.2
_EDGE_LEAST = 6.0
"""Grey steps per pixel from which on a slope is an edge and no grain."""
_BLOCK = 8
_BLOCK_EDGES = 0.02
"""Share of edge pixels from which on a block of the picture has something to see."""
_SEEING = 0.1
"""Share of blocks with something to see, up to which there is nothing to compare."""
_SAME_VIEW, _OTHER_VIEW = 0.5, 0.8
"""How much must lie elsewhere for a view to be another: less is the same one in another light."""
_DARK_MEAN, _DARK_BRIGHT = 16.0, 40.0
"""Mean and 99th percentile of grey below which nothing can be made out."""
_SAME_SHARE = 0.0005
"""Of the pixels may differ (a burnt-in clock) in a picture that is still the same."""
_SHIFTS = 6
"""Pixels of 160 that a view may shift and be the same: wind on a pole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """When a trouble begins and ends: measure from `on` for `lasts_s`; below `off` for `clears_s`."""

    on: float
    off: float
    lasts_s: float
    clears_s: float


LEVELS: Final[Mapping[Trouble, Level]] = {
    "frozen": Level(on=0.99, off=0.5, lasts_s=60, clears_s=5),
    "covered": Level(on=0.6, off=0.4, lasts_s=20, clears_s=20),
    "defocused": Level(on=0.6, off=0.4, lasts_s=60, clears_s=30),
    "turned": Level(on=0.6, off=0.4, lasts_s=30, clears_s=30),
    "dark": Level(on=0.8, off=0.5, lasts_s=120, clears_s=60),
}
"""Chosen from what each means: a lorry parks for seconds, a focus motor hunts for half a minute, lamps go on late."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reference:
    """How a camera should look: kept from a picture that a person, or time, found good."""

    along: NDArray[np.complex64]
    """Which way edges run: the doubled angle as a unit vector, 0 where there is none."""
    spread: NDArray[np.complex64]
    """The same, spread a little, so that a pixel beside is near."""
    waves: NDArray[np.complex64]
    """The Fourier transform of `spread`, conjugated."""
    own: float
    """How much the view is like itself: the measure of full likeness."""
    blocks: NDArray[np.bool_]
    """Which blocks have something to see."""
    sharpness: float
    """Fine detail against coarse."""
    plain: float
    """How little there is to see at all, 0 to 1: an empty car park is plainer than a market."""

    def fits(self, other: Reference) -> bool:
        """Say whether two come from pictures of one shape."""
        return self.along.shape == other.along.shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """What one picture measures, each 0 (as it should be) to 1; None where it cannot be told."""

    frozen: float | None
    covered: float | None
    defocused: float | None
    turned: float | None
    dark: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A trouble of a camera, or its end."""

    trouble: Trouble
    holds: bool
    measure: float
    """At this moment."""
    since: float
    """In the seconds of the pictures: when the trouble began, or when it was over."""


def reference(grey: Grey) -> Reference:
    """Keep a good picture as a reference."""
    return _view(_normal(grey))


def measure(grey: Grey, references: Iterable[Reference], before: Grey | None) -> Measures:
    """Measure one picture; against the reference that fits best, and the picture before it."""
    small = _normal(grey)
    dark = _dark(small)
    frozen = None if before is None or before.shape != grey.shape else _same(grey, before)
    if dark >= LEVELS["dark"].off:
        return Measures(frozen=frozen, covered=None, defocused=None, turned=None, dark=dark)
    here = _view(small)
    fitting = [(_likeness(here, one), number, one) for number, one in enumerate(references) if one.fits(here)]
    if not fitting:
        return Measures(frozen=frozen, covered=here.plain, defocused=None, turned=None, dark=dark)
    likeness, _number, known = max(fitting, key=lambda one: one[:2])
    painted = _ramp(_lost(here, known), 0.25, 0.5) * _ramp(_kept(here, known), 0.15, 0.35)
    seeing = float(np.mean(here.blocks)) > _SEEING
    return Measures(
        frozen=frozen,
        covered=max(_ramp(here.plain, known.plain + 0.2, 1.0), painted),
        defocused=_ramp(known.sharpness / max(here.sharpness, 1e-6), 1.3, 2.2),
        turned=_ramp(1 - likeness, 0.5, 0.9) if seeing else None,
        dark=dark,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """How two pictures of a camera compare: the same view, another, or nothing that could be told.

    `changed` is how much of what can be seen lies elsewhere, 0 to 1; None where too little is to be seen. `why` says
    of which of the two, and what: dark or plain.
    """

    verdict: Literal["same", "partly", "changed", "unclear"]
    changed: float | None
    why: Literal["", "before_dark", "after_dark", "before_plain", "after_plain"] = ""


def compare(before: Grey, after: Grey) -> Compared:
    """Compare the views of two pictures by where their edges run, whatever the light.

    Likeness is 0.8 for one view by day and night, 0.1 or less for another one; between a half and a fifth lies a view
    of which a part is the same.
    """
    one, other = _normal(before), _normal(after)
    if one.shape != other.shape:
        height = min(one.shape[0], other.shape[0])
        one, other = (np.asarray(cv2.resize(each, (WIDTH, height)), np.float32) for each in (one, other))
    names: tuple[tuple[_Floats, Literal["before_dark", "after_dark"], Literal["before_plain", "after_plain"]], ...] = (
        (one, "before_dark", "before_plain"),
        (other, "after_dark", "after_plain"),
    )
    views = []
    for small, dark, plain in names:
        if _dark(small) >= LEVELS["dark"].off:
            return Compared(verdict="unclear", changed=None, why=dark)
        view = _view(small)
        if float(np.mean(view.blocks)) <= _SEEING or view.plain >= LEVELS["covered"].on:
            return Compared(verdict="unclear", changed=None, why=plain)
        views.append(view)
    changed = round(1 - _likeness(views[1], views[0]), 3)
    if changed <= _SAME_VIEW:
        return Compared(verdict="same", changed=changed)
    return Compared(verdict="changed" if changed >= _OTHER_VIEW else "partly", changed=changed)


class Health:
    """One camera's health over time. Feed it a picture about once a second."""

    def __init__(
        self,
        references: Iterable[Reference] = (),
        levels: Mapping[Trouble, Level] = LEVELS,
        holding: Iterable[str] = (),
    ) -> None:
        """Take the references (none: only what needs none is told), the levels, and what was wrong before."""
        self.references = list(references)
        self.bare = False
        """Known to have no reference: what was judged against one is over."""
        self._levels = levels
        self._before: Grey | None = None
        before = frozenset(holding)
        self._states = {trouble: Steady(holds=trouble in before) for trouble in TROUBLES}
        self._t = float("-inf")
        self.measures: Measures | None = None
        """Of the last picture."""

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Return what is wrong now."""
        return tuple(trouble for trouble in TROUBLES if self._states[trouble].holds)

    def look(self, t: float, grey: Grey) -> tuple[Verdict, ...]:
        """Take a picture; return what began or ended. Of several troubles with one cause only the plain one is told."""
        self._t = t = max(t, self._t)
        self.measures = found = measure(grey, self.references, self._before)
        if self._before is None or self._before.shape != grey.shape or (found.frozen or 0.0) < 1.0:
            self._before = grey.copy()
        values: dict[Trouble, float | None] = {trouble: getattr(found, trouble) for trouble in TROUBLES}
        if self.bare and not self.references:
            values["defocused"] = values["turned"] = 0.0
        elif (found.covered or 0.0) >= self._levels["covered"].off:
            values["defocused"] = values["turned"] = None  # whoever sprays a lens also blurs and changes the view
        elif (found.defocused or 0.0) >= self._levels["defocused"].off:
            values["turned"] = None
        told = []
        for trouble in TROUBLES:
            verdict = self._states[trouble].step(t, trouble, values[trouble], self._levels[trouble])
            if verdict is not None:
                told.append(verdict)
        return tuple(told)


class Steady:
    """A trouble that begins and ends only when it has lasted: see `Level`."""

    def __init__(self, *, holds: bool = False) -> None:
        """Begin with what was known before."""
        self.holds = holds
        self._turning: float | None = None

    def step(self, t: float, trouble: Trouble, value: float | None, level: Level) -> Verdict | None:
        """Take a measure; None (cannot be told) changes nothing and lets no time pass."""
        if value is None:
            self._turning = None
            return None
        turning = value < level.off if self.holds else value >= level.on
        staying = value >= level.off if self.holds else value < level.off
        if turning and self._turning is None:
            self._turning = t
        elif staying:
            self._turning = None
        if self._turning is None or t - self._turning < (level.clears_s if self.holds else level.lasts_s):
            return None
        since, self._turning, self.holds = self._turning, None, not self.holds
        return Verdict(trouble=trouble, holds=self.holds, measure=value, since=since)


def _normal(grey: Grey) -> _Floats:
    height, width = grey.shape
    if width != WIDTH:
        size = WIDTH, max(_BLOCK, round(height * WIDTH / width))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return grey.astype(np.float32)


def _view(small: _Floats) -> Reference:
    half = cv2.resize(small, (small.shape[1] // 2, max(_BLOCK, small.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    edges, along = _edges(np.asarray(half, np.float32))
    parts = (cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), _REACH) for part in (along.real, along.imag))
    spread = np.asarray(next(parts) + 1j * next(parts), np.complex64)
    return Reference(
        along=along,
        spread=spread,
        waves=np.conj(np.fft.fft2(spread)),
        own=max(1e-6, float(np.real(np.vdot(spread, along)))),
        blocks=_blocks(edges),
        sharpness=_sharpness(small),
        plain=_blank(small),
    )


def _edges(half: _Floats) -> tuple[NDArray[np.bool_], NDArray[np.complex64]]:
    """Return where edges are and which way they run. Night is stretched to the contrast of day first."""
    low, high = (float(value) for value in np.percentile(half, (2, 98)))
    stretched = cv2.GaussianBlur((half - low) * np.float32(min(4.0, 160 / max(high - low, 8.0))), (0, 0), _SMOOTH)
    across = cv2.Sobel(stretched, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(stretched, cv2.CV_32F, 0, 1, scale=0.125)
    slope = np.hypot(across, down)
    edges = slope > max(_EDGE_LEAST, float(np.percentile(slope, 80)))
    doubled = (across + 1j * down) ** 2
    unit = np.where(edges, doubled / np.maximum(np.abs(doubled), 1e-6), 0)
    return np.asarray(edges, np.bool_), np.asarray(unit, np.complex64)


def _blocks(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows, columns = edges.shape[0] // _BLOCK, edges.shape[1] // _BLOCK
    cut = edges[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return np.asarray(cut.mean(axis=(1, 3)) > _BLOCK_EDGES, np.bool_)


def _sharpness(small: _Floats) -> float:
    """Return fine detail against coarse: what blur takes away first, and light does not change."""
    once, twice, four, eight = (cv2.GaussianBlur(small, (0, 0), spread) for spread in (0.8, 1.6, 3.2, 6.4))
    return float(np.mean(np.abs(once - twice))) / (float(np.mean(np.abs(four - eight))) + 0.2)


def _dark(small: _Floats) -> float:
    mean, bright = float(small.mean()), float(np.percentile(small, 99))
    return min(_ramp(2 - mean / _DARK_MEAN, 0, 1), _ramp(2 - bright / _DARK_BRIGHT, 0, 1))


def _same(grey: Grey, before: Grey) -> float:
    different = float(np.mean(grey != before))
    return 1.0 if different <= _SAME_SHARE else max(0.0, 0.5 - different)


def _blank(small: _Floats) -> float:
    """Return how surely nothing at all is to be seen: a hand, a bag, paint all over."""
    fine = cv2.GaussianBlur(small, (0, 0), 1.5)
    steps = np.abs(np.diff(fine, axis=1)).mean() + np.abs(np.diff(fine, axis=0)).mean()
    return _ramp(1.0 - float(steps), 0.0, 0.6)


def _lost(here: Reference, known: Reference) -> float:
    """Return the share of the reference's blocks in which nothing is left to see."""
    had = int(np.count_nonzero(known.blocks))
    return float(np.count_nonzero(known.blocks & ~here.blocks)) / had if had else 0.0


def _kept(here: Reference, known: Reference) -> float:
    """Return how much of the reference's edges is still there in the blocks where something is to be seen."""
    rows, columns = known.blocks.shape
    both = np.kron((known.blocks & here.blocks).astype(np.float32), np.ones((_BLOCK, _BLOCK), np.float32))
    part = known.along[: rows * _BLOCK, : columns * _BLOCK] * both
    own = float(np.real(np.vdot(known.spread[: rows * _BLOCK, : columns * _BLOCK], part)))
    common = float(np.real(np.vdot(here.spread[: rows * _BLOCK, : columns * _BLOCK], part)))
    return max(0.0, common / own) if own > 0 else 0.0


def _likeness(here: Reference, known: Reference) -> float:
    """Return how alike two views are, 0 to 1: edges that lie at the same places and run the same way.

    The best of all small shifts counts, found at once by correlating through the Fourier transform.
    """
    product = np.fft.ifft2(np.fft.fft2(here.along) * known.waves).real
    room = np.r_[0 : _SHIFTS + 1, -_SHIFTS:0]
    best = float(product[np.ix_(room, room)].max())
    return max(0.0, min(1.0, best / math.sqrt(known.own * here.own)))


def _ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to `low`, 1 from `high` on, and between them in between; 0 where there is no room between."""
    if high <= low:
        return 0.0
    return min(1.0, max(0.0, (value - low) / (high - low)))
