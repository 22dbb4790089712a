"""Detections over time into tracks: ByteTrack (Zhang et al., 2022), with time in seconds rather than frames.

Sure detections are paired with tracks first, then faint ones with the tracks that are left; only sure ones begin a
track. What a camera analysed five times a second needs besides: boxes are grown before they are compared (C-BIoU, Yang
et al., 2023), a track outside the looked-at part of the picture is kept as it is, and one in whose box nothing moves is
taken to be there still, though the model blinks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from unjai.vision.assign import pairs
from unjai.vision.box import Box, as_array, inside_share, overlaps
from unjai.vision.colours import Shares, alike
from unjai.vision.detector import Detection
from unjai.vision.kalman import BoxFilter
from unjai.vision.kinds import family

_GROWN = 0.25
"""Of its size on every side: at 5 pictures a second a runner leaves his own box."""
_SURE_LIMIT = 0.85
_FAINT_LIMIT = 0.6
"""Cost (1 - overlap of grown boxes) above which two are not the same."""
_LOST_S = 3.0
"""Time after which a track that was looked for and not seen ends."""
_STANDING_S = 20.0
"""The same where nothing moves in its box: it is hidden by the model's blinking, not gone."""
_STOOD_S = 2.0
"""Who stood for so long is taken to stand on; who walked and vanished is not where he was expected."""
_COLOUR_WEIGHT = 0.4
_COLOUR_RATE = 0.15
_COLOUR_SCORE = 0.5
_HIDDEN_S = 0.5
_LIKE = 0.7
"""Colours less alike than this are not the same thing's; a person's own stay above 0.85 from look to look."""
_CONFIRM = 3
"""Sightings that make a track; one or two are the model's mistakes."""
_CONFIRM_S = 3.0
_SIGHTED = 0.5
_UNMOVED_SCORE = 0.65
"""How sure the model must be of a person in whose box nothing ever moved: posts, bins and posters stand still too."""
_STILL_SHARE = 0.15
"""A track that stays within this share of its own size stands still."""


def _a_little(box: Box) -> Box:
    return box.grown(_GROWN)


def _widely(box: Box) -> Box:
    """Return room for somebody who sprints, before his pace is known: half a height to each side."""
    return box.padded(max(box.width, box.height) / 2, box.height * _GROWN)


@dataclass(slots=True, eq=False)
class Track:
    """One thing through time."""

    number: int
    filter: BoxFilter
    first_s: float
    seen_s: float
    """When it was detected last."""
    looked_s: float
    """When it was last looked for."""
    score: float
    best: float
    sightings: int = 1
    confirmed: bool = False
    moved: bool = False
    """Something once moved in its box."""
    blank_s: float = 0.0
    """How long it has been looked for in vain."""
    restless: bool = False
    """Something moved in its box since it was last detected."""
    anchor: Box = field(default_factory=lambda: Box(0, 0, 0, 0))
    anchor_s: float = 0.0
    """Where, and since when, it has stood still."""
    colours: Shares | None = None
    votes: Counter[str] = field(default_factory=Counter)

    @property
    def kind(self) -> str:
        """Return what it was taken for most often."""
        return self.votes.most_common(1)[0][0]

    @property
    def box(self) -> Box:
        """Return where it is, as far as is known."""
        return self.filter.box

    @property
    def standing(self) -> bool:
        """Say whether it stood still when it was seen last, and nothing has moved in its box since."""
        return not self.restless and self.seen_s - self.anchor_s >= _STOOD_S


class Tracker:
    """Keeps the tracks of one camera."""

    def __init__(self, threshold: float) -> None:
        """Take the detector's threshold: below it a detection is faint."""
        self._threshold = threshold
        self._next = 1
        self._t = 0.0
        self.tracks: list[Track] = []
        """All that are followed, those not yet confirmed too."""

    def predict(self, t: float) -> None:
        """Move every track to where it should be now; called before the picture is looked at."""
        passed, self._t = max(0.0, t - self._t), t
        for track in self.tracks:
            track.filter.predict(0.0 if track.standing and track.blank_s else passed)

    def update(
        self,
        t: float,
        found: Sequence[Detection],
        looked: Sequence[Box],
        moved_in: Callable[[Box], float],
    ) -> None:
        """Take what was found in the parts that were looked at; `moved_in` tells how much of a box moved."""
        sure = [one for one in found if one.score >= self._threshold]
        faint = [one for one in found if one.score < self._threshold]
        for track in self.tracks:
            if moved_in(track.box) > 0.02:  # noqa: PLR2004  a hand, not a pixel
                track.restless = True
                track.moved = True
        left, sure = self._paired(t, self.tracks, sure, _SURE_LIMIT)
        still_left, sure = self._paired(t, [one for one in left if one.restless], sure, _SURE_LIMIT, wide=True)
        left = [one for one in left if not one.restless] + still_left
        left, _unused = self._paired(t, left, faint, _FAINT_LIMIT)
        for track in left:
            self._missed(t, track, looked)
        for one in sure:
            self._begun(t, one, moved_in)
        self.tracks = [track for track in self.tracks if not self._over(t, track)]

    def _paired(
        self, t: float, tracks: list[Track], found: list[Detection], limit: float, *, wide: bool = False
    ) -> tuple[list[Track], list[Detection]]:
        """Pair what fits; return the tracks and detections that are left."""
        if not tracks or not found:
            return tracks, found
        grown = _widely if wide else _a_little
        costs = 1 - overlaps(
            as_array([grown(track.box) for track in tracks]), as_array([grown(one.box) for one in found])
        )
        families = np.array([family(one.kind) for one in found])
        seen = [one.colours for one in found]
        for row, track in enumerate(tracks):
            costs[row, families != family(track.kind)] = 2.0
            costs[row] += 0.0 if track.confirmed else 0.05  # the known one has the first claim
            if track.colours is not None:
                like = alike(track.colours, seen)
                costs[row] += _COLOUR_WEIGHT * (1 - like)
                if wide or track.blank_s > _HIDDEN_S:
                    costs[row, like < _LIKE] = 2.0  # who comes out from behind a post is who went behind it
        matched = pairs(costs, limit)
        for row, column in matched:
            self._sighted(t, tracks[row], found[column])
        rows, columns = {row for row, _ in matched}, {column for _, column in matched}
        return (
            [track for row, track in enumerate(tracks) if row not in rows],
            [one for column, one in enumerate(found) if column not in columns],
        )

    @staticmethod
    def _sighted(t: float, track: Track, one: Detection) -> None:
        track.filter.correct(one.box)
        track.seen_s = track.looked_s = t
        track.score, track.best = one.score, max(track.best, one.score)
        track.sightings += 1
        track.blank_s, track.restless = 0.0, False
        track.votes[one.kind] += 1
        if one.colours is not None and one.score >= _COLOUR_SCORE:
            was = one.colours if track.colours is None else track.colours
            track.colours = was + (one.colours - was) * np.float32(_COLOUR_RATE)
        box = track.box
        x, y = box.centre
        was_x, was_y = track.anchor.centre
        room = _STILL_SHARE * max(box.width, box.height)
        if abs(x - was_x) > room or abs(y - was_y) > room:
            track.anchor, track.anchor_s = box, t
        if not track.confirmed and track.sightings >= _CONFIRM:
            track.confirmed = track.moved or track.best >= _UNMOVED_SCORE

    @staticmethod
    def _missed(t: float, track: Track, looked: Sequence[Box]) -> None:
        if any(inside_share(track.box, part) > 0.8 for part in looked):  # noqa: PLR2004  nearly whole
            track.blank_s += min(1.0, max(0.0, t - track.looked_s))
            track.looked_s = t

    def _begun(self, t: float, one: Detection, moved_in: Callable[[Box], float]) -> None:
        if any(
            family(track.kind) == family(one.kind) and inside_share(one.box, track.box) > 0.8 and track.seen_s == t  # noqa: PLR2004
            for track in self.tracks
        ):
            return  # a second box round a part of what was just seen
        track = Track(
            number=self._next,
            filter=BoxFilter(one.box),
            first_s=t,
            seen_s=t,
            looked_s=t,
            score=one.score,
            best=one.score,
            moved=moved_in(one.box) > _SIGHTED / 25,
            anchor=one.box,
            anchor_s=t,
            colours=one.colours,
        )
        track.votes[one.kind] += 1
        self._next += 1
        self.tracks.append(track)

    @staticmethod
    def _over(t: float, track: Track) -> bool:
        if not track.confirmed and track.sightings < _CONFIRM:
            return track.blank_s > 1.0 or (t - track.seen_s > _CONFIRM_S)
        return track.blank_s > (_STANDING_S if track.standing else _LOST_S)
