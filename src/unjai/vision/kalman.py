"""Where a box will be: one filter of constant velocity for each of middle x, middle y, width and height."""

from __future__ import annotations

import math

from unjai.vision.box import Box

_POSITION_NOISE = 0.05
"""Standard deviation of a detected edge, as a share of the box's height (ByteTrack: 1/20)."""
_ACCELERATION = 0.6
"""Heights per second² that things commonly change their pace by: about 1 m/s² for a person."""
_FIRST_VELOCITY = 1.0
"""Heights per second that a new thing may move at, one standard deviation."""
_SIZE_CALM = 0.3
"""Sizes change so much less than places."""


class Line:
    """A value and its velocity, with their covariance."""

    __slots__ = ("_pp", "_pv", "_vv", "value", "velocity")

    def __init__(self, value: float, noise: float, velocity_noise: float) -> None:
        """Begin at a value, at rest."""
        self.value, self.velocity = value, 0.0
        self._pp, self._pv, self._vv = noise * noise, 0.0, velocity_noise * velocity_noise

    def predict(self, passed: float, acceleration: float) -> None:
        """Go on for so many seconds."""
        self.value += self.velocity * passed
        self._pp += passed * (2 * self._pv + passed * self._vv)
        self._pv += passed * self._vv
        spread = acceleration * acceleration  # white acceleration over the step
        self._pp += spread * passed**4 / 4
        self._pv += spread * passed**3 / 2
        self._vv += spread * passed**2

    def correct(self, measured: float, noise: float) -> None:
        """Take a measurement with its standard deviation."""
        whole = self._pp + noise * noise
        gain, velocity_gain = self._pp / whole, self._pv / whole
        off = measured - self.value
        self.value += gain * off
        self.velocity += velocity_gain * off
        self._vv -= velocity_gain * self._pv
        self._pv *= 1 - gain
        self._pp *= 1 - gain


class BoxFilter:
    """The four lines of a box."""

    __slots__ = ("_high", "_wide", "_x", "_y")

    def __init__(self, box: Box) -> None:
        """Begin with a detected box."""
        scale = _scale(box)
        x, y = box.centre
        noise, pace = _POSITION_NOISE * scale, _FIRST_VELOCITY * scale
        self._x, self._y = Line(x, noise, pace), Line(y, noise, pace)
        self._wide, self._high = (Line(side, noise, pace * _SIZE_CALM) for side in (box.width, box.height))

    @property
    def box(self) -> Box:
        """Return the box as it is believed to be now."""
        wide, high = max(1.0, self._wide.value) / 2, max(1.0, self._high.value) / 2
        return Box(self._x.value - wide, self._y.value - high, self._x.value + wide, self._y.value + high)

    def predict(self, passed: float) -> None:
        """Go on for so many seconds; sizes never below a pixel."""
        if passed <= 0:
            return
        scale = _scale(self.box)
        for line, calm in ((self._x, 1.0), (self._y, 1.0), (self._wide, _SIZE_CALM), (self._high, _SIZE_CALM)):
            line.predict(passed, _ACCELERATION * scale * calm)

    def correct(self, box: Box) -> None:
        """Take a detected box."""
        noise = _POSITION_NOISE * _scale(box)
        x, y = box.centre
        for line, value in ((self._x, x), (self._y, y), (self._wide, box.width), (self._high, box.height)):
            line.correct(value, noise)


def _scale(box: Box) -> float:
    return max(4.0, math.sqrt(max(1.0, box.width) * max(1.0, box.height)), box.height * 0.5)
