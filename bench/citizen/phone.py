"""A phone that errs as phones do: positions that wander, jump and claim to be sharp, holes in the network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

EVERY_S = 5.0
Track = Callable[[float], tuple[float, float]]
"""Where somebody really is, metres east and north, so many seconds after she set out."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One position: when it was taken and when it came, seconds since the walk began; what the phone says of it."""

    taken_s: float
    came_s: float
    x_m: float
    y_m: float
    accuracy_m: float
    battery: int


class Phone:
    """One walk's phone, all by chance from its seed."""

    def __init__(self, random: Random, lasts_s: float) -> None:
        """Draw how it errs on this walk."""
        self.random = random
        self.canyons = [
            (start, start + random.uniform(30, 120))
            for start in (random.uniform(0, max(lasts_s, 1)) for _ in range(2))
            if random.random() < 0.12
        ]
        hole_s = (
            random.uniform(10, 60) if random.random() < 0.15 else random.uniform(60, 200) * (random.random() < 0.01)
        )
        begin = random.uniform(20, max(lasts_s, 21))
        self.hole = (begin, begin + hole_s)
        self.battery = random.uniform(20, 100)
        self.bias = [random.gauss(0, 5), random.gauss(0, 5)]
        self.canyon_bias = [0.0, 0.0]

    def sends(self, track: Track, until_s: float, dies_s: float = math.inf) -> Iterator[Sent]:
        """Yield what comes, in the order in which it comes; after `dies_s` nothing comes any more."""
        random = self.random
        taken = 0.0
        waiting: list[Sent] = []
        while taken <= min(until_s, dies_s):
            one = self._fix(track, taken)
            waiting.append(one)
            hidden = self.hole[0] <= taken < self.hole[1] or random.random() < 0.02
            if not hidden:
                came = taken + random.uniform(0.1, 1.5)
                if came >= dies_s:
                    return
                yield from (Sent(**{**each.__dict__, "came_s": came}) for each in waiting)
                waiting = []
            taken += EVERY_S + random.uniform(-0.5, 0.5)

    def _fix(self, track: Track, at_s: float) -> Sent:
        random = self.random
        x, y = track(at_s)
        for axis in (0, 1):  # a bias that wanders: sigma 6 m, forgotten in a minute
            self.bias[axis] = self.bias[axis] * 0.92 + random.gauss(0, 6 * math.sqrt(1 - 0.92**2))
        inside = any(a <= at_s < b for a, b in self.canyons)
        for axis in (0, 1):  # between houses: sigma 28 m, claimed much too sharp
            self.canyon_bias[axis] = self.canyon_bias[axis] * 0.85 + (random.gauss(0, 28 * 0.53) if inside else 0.0)
        x += self.bias[0] + self.canyon_bias[0] + random.gauss(0, 2.5)
        y += self.bias[1] + self.canyon_bias[1] + random.gauss(0, 2.5)
        accuracy = min(150.0, random.lognormvariate(2.4, 0.5)) * (1.8 if inside else 1.0)
        if random.random() < 0.004:
            turn, far = random.uniform(0, 2 * math.pi), random.uniform(50, 300)
            x, y, accuracy = x + far * math.cos(turn), y + far * math.sin(turn), random.uniform(20, 70)
        self.battery = max(1.0, self.battery - random.uniform(0, 0.05))
        return Sent(taken_s=at_s, came_s=at_s, x_m=x, y_m=y, accuracy_m=round(accuracy, 1), battery=round(self.battery))
