"""One camera's analysis from frame to facts: masks, motion, attention, detector, tracks, ground, scene rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from unjai.vision.attention import Attention, Interest
from unjai.vision.box import Box, inside_share, overlap
from unjai.vision.colours import colours
from unjai.vision.detector import Detection, Detector
from unjai.vision.ground import Ground
from unjai.vision.kinds import PERSON, family
from unjai.vision.look import Look, Seen
from unjai.vision.masks import Masks
from unjai.vision.motion import WIDTH, Motion, MotionGate
from unjai.vision.picture import Picture, Rgb, small_size
from unjai.vision.scene.base import Hit, SceneRule
from unjai.vision.tracker import Track, Tracker

_SHOWN_S = 1.0
"""A track in whose box something moves, and that was not detected for so long, is not shown."""
_STILL_LOOK_S = 1.0
"""What stands still is looked at so often, as long as nothing moves in its box."""
_CARRIED_S = 0.5
"""What moves is carried by its track, without the model, for so long since it was detected: one look at the whole may
miss it. Motion that no track explains is looked at closely as often."""
_PARKED_S = 10.0
"""A vehicle or thing that stands for so long no longer wants looking at, but for the glance at the whole."""
_LEAP_S = 10.0
"""A gap in the pictures after which nothing followed is the same."""
_EDGE = 2.0
"""Pixels from a border at which a box counts as cut by it."""
_NIGHT = 55.0
"""Mean grey below which a part is brightened for the model, which learned from daylight."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one picture told."""

    look: Look
    hits: tuple[Hit, ...]
    motion: Motion
    runs: int
    """How often the model ran."""
    doubt: bool
    """The model saw something that is no track yet: look again soon."""


class Watch:
    """Looks at one camera's pictures in their order; keep one for each camera, and use it from one thread at a time."""

    def __init__(
        self,
        detector: Detector,
        *,
        masks: Masks | None = None,
        ground: Ground | None = None,
        rules: Sequence[SceneRule] = (),
        attention: Attention | None = None,
    ) -> None:
        """Take the model (which cameras of one thread may share) and what the station drew for this camera."""
        self._detector, self._masks, self._ground = detector, masks or Masks(), ground
        self._rules = tuple(rules)
        self._attention = attention or Attention(max(detector.side), shares=detector.shares)
        self._gate = MotionGate()
        self._tracker = Tracker(detector.threshold)
        self._t = float("-inf")
        self._size = (0, 0)

    def take_rules(self, rules: Sequence[SceneRule]) -> None:
        """Look on behalf of these rules from now on; tracks, and the memory of rules that stay, go on."""
        self._rules = tuple(rules)

    def look(self, t: float, picture: Picture) -> Outcome:
        """Take one picture. `t` in seconds; one that is not later than the last is looked at as if it were.

        A picture of another size, or one after a long gap, begins new tracks.
        """
        if picture.size != self._size or t - self._t > _LEAP_S:
            self._tracker.tracks.clear()
        self._size = picture.size
        self._t = t = max(t, self._t + 1e-3) if np.isfinite(self._t) else t
        seen = self._masks.over(picture)
        motion = self._gate.look(t, seen.grey(small_size(picture.size, WIDTH)))
        self._tracker.predict(t)
        parts = self._attention.choose(t, self._size, self._interests(t, motion))
        found: list[Detection] = []
        if parts:
            whole = seen.rgb()
            found = _joined([(part, self._found(whole, part)) for part in parts])
        self._tracker.update(t, found, parts, lambda box: motion.inside(self._fractions(box)))
        look = Look(
            t=t, size=self._size, seen=tuple(self._seen(t, one) for one in self._tracker.tracks if _shown(t, one))
        )
        hits = tuple(hit for rule in self._rules for hit in rule.look(look))
        doubt = any(not one.confirmed for one in self._tracker.tracks)
        return Outcome(look=look, hits=hits, motion=motion, runs=len(parts), doubt=doubt)

    def _interests(self, t: float, motion: Motion) -> list[Interest]:
        width, height = self._size
        wanted = [Interest(box=Box(0, 0, width, height), looked_s=float("-inf"))] if motion.light else []
        for track in self._tracker.tracks:
            moving = motion.inside(self._fractions(track.box)) > 0.02 or track.restless  # noqa: PLR2004
            due = t - track.looked_s >= _STILL_LOOK_S and not _parked(t, track)
            if moving or not track.confirmed or due:
                pressing = due or not track.confirmed or t - track.seen_s > _CARRIED_S
                wanted.append(Interest(box=track.box.grown(0.15), looked_s=track.looked_s, pressing=pressing))
        for one in motion.boxes:
            box = Box(one.x0 * width, one.y0 * height, one.x1 * width, one.y1 * height)
            if not any(inside_share(box, known.box) > 0.7 for known in wanted):  # noqa: PLR2004
                squared_s = self._attention.squared_s(box)
                # with nobody there, each place that stirs has its turn; else what no track explains comes first
                looked_s = float("-inf") if self._tracker.tracks else squared_s
                wanted.append(Interest(box=box, looked_s=looked_s, pressing=t - squared_s > _CARRIED_S))
        return wanted

    def _found(self, whole: Rgb, part: Box) -> list[Detection]:
        """Return what a part shows, in pixels of the whole; what the part's own border cuts is left out."""
        x0, y0, x1, y1 = (int(edge) for edge in part)
        found = []
        for one in self._detector.look(brightened(whole[y0:y1, x0:x1])):
            box = one.box.moved(x0, y0)
            inner = Box(
                x0 + _EDGE if x0 else -1.0,
                y0 + _EDGE if y0 else -1.0,
                x1 - _EDGE if x1 < self._size[0] else x1 + 1.0,
                y1 - _EDGE if y1 < self._size[1] else y1 + 1.0,
            )
            if box.x0 >= inner.x0 and box.y0 >= inner.y0 and box.x1 <= inner.x1 and box.y1 <= inner.y1:
                found.append(Detection(kind=one.kind, score=one.score, box=box, colours=colours(whole, box)))
        return found

    def _fractions(self, box: Box) -> Box:
        width, height = self._size
        return Box(box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height)

    def _seen(self, t: float, track: Track) -> Seen:
        width, height = self._size
        box = track.box.clipped(width, height)
        x, y = box.foot[0] / width, box.foot[1] / height
        cut = box.x0 <= _EDGE or box.y0 <= _EDGE or box.x1 >= width - _EDGE or box.y1 >= height - _EDGE
        return Seen(
            track=track.number,
            kind=track.kind,
            score=track.score,
            box=box,
            x=x,
            y=y,
            first_s=track.first_s,
            still_s=t - track.anchor_s,
            parked=_parked(t, track),
            metres=None if self._ground is None else self._ground.at(x, y),
            cut=cut,
        )


def _parked(t: float, track: Track) -> bool:
    return track.confirmed and track.kind != PERSON and t - track.anchor_s > _PARKED_S


def _shown(t: float, track: Track) -> bool:
    return track.confirmed and (t - track.seen_s <= _SHOWN_S or (track.standing and track.blank_s <= _LEAP_S))


def _joined(found: list[tuple[Box, list[Detection]]]) -> list[Detection]:
    """Join what several parts show; where two parts see one thing, the surer or more complete sight stays."""
    kept: list[tuple[int, Detection]] = []
    every = [(number, one) for number, (_part, seen) in enumerate(found) for one in seen]
    for number, one in sorted(every, key=lambda pair: -pair[1].score):
        double = any(
            other_number != number
            and family(other.kind) == family(one.kind)
            and (overlap(one.box, other.box) > 0.5 or inside_share(one.box, other.box) > 0.8)  # noqa: PLR2004
            for other_number, other in kept
        )
        if not double:
            kept.append((number, one))
    return [one for _number, one in kept]


def brightened(rgb: Rgb) -> Rgb:
    """Return a dark part with its shadows lifted (a gamma that brings the mean to a third); others as they are."""
    mean = float(rgb[::4, ::4].mean())
    if mean >= _NIGHT:
        return rgb
    gamma = max(0.4, float(np.log(85 / 255) / np.log(max(mean, 2.0) / 255)))
    table = (255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return np.asarray(cv2.LUT(rgb, table), np.uint8)
