"""Small grey scenes with what troubles a motion gate, and persons who walk through them: `python -m tests.vision.scenes [SEEDS]`.

Nothing here is taken from a film that judges anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.motion import Motion, MotionGate

Floats = NDArray[np.float32]
HIGH, WIDE = 180, 320
WALK = 22.0
"""Pixels a second of a person of 30 pixels: 1.2 m/s."""


def ground(rng: np.random.Generator) -> Floats:
    """Pavement, walls, shadows: soft texture with some hard edges."""
    soft = cv2.resize(rng.normal(0, 25, (12, 20)).astype(np.float32), (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    fine = cv2.blur(rng.normal(0, 18, (HIGH, WIDE)).astype(np.float32), (2, 2))
    scene = 105 + soft + fine
    for _ in range(6):
        x, y = int(rng.integers(0, WIDE - 60)), int(rng.integers(0, HIGH - 40))
        scene[y : y + int(rng.integers(8, 40)), x : x + int(rng.integers(8, 60))] += rng.normal(0, 30)
    return np.asarray(scene, np.float32)


class Leaves:
    """Boughs that swing, each at its own pace, stronger in gusts."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._boughs = []
        for _ in range(5):
            x, y, wide, high = (int(rng.integers(*span)) for span in ((0, 270), (0, 60), (15, 50), (12, 35)))
            texture = cv2.blur(rng.normal(90, 60, (high + 16, wide + 16)).astype(np.float32), (3, 3))
            self._boughs.append((x, y, wide, high, texture, rng.uniform(0.4, 1.3), rng.uniform(0, 6)))

    def __call__(self, scene: Floats, t: float, rng: np.random.Generator) -> Floats:
        gust = 1.5 + 1.5 * np.sin(t / 3.7) + rng.uniform(0, 0.6)
        for x, y, wide, high, texture, pace, phase in self._boughs:
            dx = round(8 + gust * np.sin(6.28 * pace * t + phase))
            dy = round(8 + gust * 0.6 * np.cos(5.1 * pace * t + phase))
            scene[y : y + high, x : x + wide] = texture[dy : dy + high, dx : dx + wide]
        return scene


def rain(scene: Floats, _t: float, rng: np.random.Generator) -> Floats:
    """Streaks, anywhere, gone in the next picture."""
    for x, y in zip(rng.integers(0, WIDE, 160), rng.integers(0, HIGH - 8, 160), strict=True):
        scene[y : y + 7, x] += 30
    return scene


def grain(scene: Floats, _t: float, rng: np.random.Generator) -> Floats:
    """A sensor at night."""
    return np.asarray(scene * 0.4 + rng.normal(0, 9, scene.shape), np.float32)


def gain(scene: Floats, t: float, _rng: np.random.Generator) -> Floats:
    """A camera that sets its exposure anew every ten seconds, for a second."""
    into = t % 20
    up = np.clip(into - 9, 0, 1) - np.clip(into - 19, 0, 1)
    return np.asarray(scene * (1 + 0.35 * up), np.float32)


def infrared(scene: Floats, t: float, _rng: np.random.Generator) -> Floats:
    """The filter swings out half way through: another light, from the camera."""
    if t < 21:
        return scene
    across, down = np.meshgrid(np.linspace(-1, 1, WIDE), np.linspace(-1, 1, HIGH))
    return np.asarray(30 + 0.6 * (255 - scene) * (1.2 - 0.8 * np.hypot(across, down)), np.float32)


def calm(scene: Floats, _t: float, _rng: np.random.Generator) -> Floats:
    """Nothing."""
    return scene


TROUBLES: dict[str, Callable[[np.random.Generator], Callable[[Floats, float, np.random.Generator], Floats]]] = {
    "calm": lambda _rng: calm,
    "leaves": Leaves,
    "rain": lambda _rng: rain,
    "night grain": lambda _rng: grain,
    "autogain": lambda _rng: gain,
    "infrared": lambda _rng: infrared,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """Somebody who comes in at a moment and walks straight on."""

    begin_s: float
    high: int = 30
    y: int = 120
    from_left: bool = True
    first_x: float = -6.0

    def x(self, t: float) -> float | None:
        """Return where he is, or None."""
        gone = self.first_x + (t - self.begin_s) * WALK * self.high / 30
        if t < self.begin_s or gone > WIDE:
            return None
        return gone if self.from_left else WIDE - gone

    def onto(self, scene: Floats, t: float) -> Floats:
        """Draw him: a dark coat, bright trousers, a head."""
        at = self.x(t)
        if at is None:
            return scene
        wide = self.high * 2 // 5
        x0, x1 = max(0, int(at - wide / 2)), min(WIDE, int(at + wide / 2))
        if x1 <= x0:
            return scene
        top = self.y - self.high
        scene[top + self.high // 5 : top + self.high * 3 // 5, x0:x1] -= 55
        scene[top + self.high * 3 // 5 : self.y, x0 + (x1 - x0) // 5 : x1 - (x1 - x0) // 5] += 45
        scene[top : top + self.high // 5, (x0 + x1) // 2 - 2 : (x0 + x1) // 2 + 2] += 60
        return scene


def pictures(
    trouble: str, seed: int, *, seconds: float, every_s: float, walk: Walk | None = None
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield times and pictures."""
    rng = np.random.default_rng(seed)
    base, troubled = ground(rng), TROUBLES[trouble](rng)
    for number in range(int(seconds / every_s)):
        t = number * every_s
        scene = base.copy()
        if walk is not None:
            scene = walk.onto(scene, t)
        scene = troubled(scene, t, rng) + rng.normal(0, 1.5, base.shape)
        yield t, np.clip(scene, 0, 255).astype(np.uint8)


def looked(
    trouble: str, seed: int, *, seconds: float, every_s: float, walk: Walk | None = None
) -> Iterator[tuple[float, Motion]]:
    """Yield what a new gate says of a scene, picture by picture."""
    gate = MotionGate()
    for t, grey in pictures(trouble, seed, seconds=seconds, every_s=every_s, walk=walk):
        yield t, gate.look(t, grey)


def covers(motion: Motion, walk: Walk, t: float) -> bool:
    """Say whether the detector would be sent to where somebody is."""
    x = walk.x(t)
    return motion.light or (
        x is not None and any(one.contains(x / WIDE, (walk.y - walk.high / 2) / HIGH) for one in motion.boxes)
    )


def main() -> None:
    """Print, by trouble and by pace, stretches that were none, and how soon walkers were looked at and told."""
    print("trouble       every  false told/h  looked at when nobody is  walkers looked at  told")
    for trouble in TROUBLES:
        for every_s in (0.2, 2.0):
            told = looks = pictures_seen = 0
            seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
            for seed in seeds:
                last = -99.0
                for t, motion in looked(trouble, seed, seconds=40, every_s=every_s):
                    pictures_seen += 1
                    looks += bool(motion.boxes)
                    if motion.told:
                        told += t - last > 4
                        last = t
            found = sure = walks = 0
            for seed in seeds:
                for begin_s in (0.6, 3.0, 25.0):
                    walk = Walk(begin_s=begin_s, from_left=bool(seed % 2))
                    walks += 1
                    seen = list(looked(trouble, seed, seconds=begin_s + 14, every_s=every_s, walk=walk))
                    there = [(t, one) for t, one in seen if walk.x(t) is not None]
                    found += any(covers(one, walk, t) for t, one in there)
                    sure += any(one.told for _t, one in there)
            line = f"{trouble:12s} {every_s:5.1f}s {told * 90 / len(seeds):9.0f}"
            print(f"{line} {100 * looks / pictures_seen:18.0f} % {found:14d}/{walks} {sure:8d}/{walks}")


if __name__ == "__main__":
    main()
