"""What junctions tell one another: whom a plan sends over the line becomes an expected arrival at the next one.

As SURTRAC does (Xie, Smith, Lu and Barlow 2012), with two differences: what is told is a share of a vehicle, since who
turns where is drawn; and it is weighed by what really came, since some turn off or stop on the way and others come from
side streets that nobody tells of. A neighbour that is silent leaves what was counted.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from unjai.signals.controller.clearing import seconds_over
from unjai.signals.controller.counts import ARRIVALS_S, Counts
from unjai.signals.controller.roads import Floats
from unjai.signals.junction import Arrival, Junction, JunctionId, Picture, Told

STALE_DECISIONS = 3
"""What a neighbour said so many decisions ago is not believed any more."""


class Mail:
    """Keeps the last message of each junction for each other one. What runs several junctions passes them on by it."""

    def __init__(self) -> None:
        """Begin empty."""
        self._box: defaultdict[JunctionId, dict[JunctionId, Told]] = defaultdict(dict)

    def post(self, tells: Iterable[Told]) -> None:
        """Take what a decision tells."""
        for one in tells:
            self._box[one.to][one.sender] = one

    def of(self, junction: JunctionId) -> tuple[Told, ...]:
        """Return what a junction was told last by each."""
        return tuple(self._box[junction].values())


def tells(junction: Junction, picture: Picture, passings: Floats) -> tuple[Told, ...]:
    """Return the messages of a plan, of which `passings` (links, seconds) says how many go over each line when.

    Who is on the junction already is told of too: nobody else sees him.
    """
    gone = [
        (one.link, seconds_over(one.to_go_m, one.speed_mps, junction.links[one.link].speed_mps), 1.0)
        for one in picture.inside
    ]
    for k, second in zip(*np.nonzero(passings), strict=True):
        link = junction.links[k]
        over_s = link.length_m / min(link.speed_mps, junction.outs[link.to_lane].speed_mps)
        gone.append((int(k), int(second) + 1.0 + over_s, float(passings[k, second])))
    found: defaultdict[JunctionId, list[Arrival]] = defaultdict(list)
    for k, after_s, share in gone:
        leaves_s = picture.at_s + after_s
        for leads in junction.outs[junction.links[k].to_lane].leads:
            at_s = leaves_s + leads.seconds
            found[leads.junction].append(Arrival(lanes=leads.lanes, leaves_s=leaves_s, at_s=at_s, share=share))
    others = {leads.junction for out in junction.outs for leads in out.leads}
    return tuple(
        Told(sender=junction.key, to=other, at_s=picture.at_s, arrivals=tuple(found[other])) for other in sorted(others)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Who comes into sight of a lane: by chance at `per_s`, and told ones after `after_s` seconds, `sums` by then."""

    per_s: float
    after_s: Floats
    sums: Floats

    def moments(self, sample: int, samples: int, horizon_s: float) -> list[float]:
        """Return one draw, in order: each told one comes in as many samples as his share says, the others by chance."""
        found: list[float] = []
        if self.per_s > 0:
            at = -math.log(1 - (sample + 0.5) / samples) / self.per_s
            while at < horizon_s:
                found.append(at)
                at += 1 / self.per_s
        if not self.sums.size:
            return found
        marks = np.arange((sample + 0.5) / samples, self.sums[-1], 1.0)
        told = self.after_s[np.searchsorted(self.sums, marks)]
        return sorted([*found, *(float(at) for at in told if at < horizon_s)])


class Coming:
    """What one junction was told, and how much of it came. Mutable."""

    def __init__(self, junction: Junction, every_s: float) -> None:
        """Know of nobody."""
        self.junction = junction
        self._numbers = {lane.key: number for number, lane in enumerate(junction.lanes)}
        self._stale_s = STALE_DECISIONS * every_s
        self._told: dict[JunctionId, tuple[float, tuple[Arrival, ...]]] = {}
        self._came: defaultdict[tuple[int, JunctionId], deque[tuple[float, float]]] = defaultdict(deque)
        """Lane and neighbour → how many were told to come into sight until when."""
        self._last_s = -math.inf

    def take(self, picture: Picture, counts: Counts) -> None:
        """Take the messages of a picture, after counting how many should have come since the one before."""
        now = picture.at_s
        for lane, sender, after_s, share in list(self._each(counts, self._last_s)):
            if after_s <= now - self._last_s:
                self._came[lane, sender].append((now, share))
        for came in self._came.values():
            while came and came[0][0] < now - ARRIVALS_S:
                came.popleft()
        self._last_s = now
        for one in picture.told:
            before_s, before = self._told.get(one.sender, (-math.inf, ()))
            if one.at_s > before_s:
                on_the_way = tuple(old for old in before if old.leaves_s <= one.at_s and old.at_s > now)
                self._told[one.sender] = (one.at_s, on_the_way + one.arrivals)
        self._told = {key: told for key, told in self._told.items() if now - told[0] <= self._stale_s}

    def _each(self, counts: Counts, now: float) -> Iterable[tuple[int, JunctionId, float, float]]:
        """Lane, neighbour, seconds until in sight and share of everybody told who is not in sight yet."""
        rates = [counts.per_s(lane, now) for lane in range(len(self.junction.lanes))]
        sight_s = [m / lane.speed_mps for m, lane in zip(counts.sight_m, self.junction.lanes, strict=True)]
        for sender, (_at_s, arrivals) in self._told.items():
            for one in arrivals:
                lanes = [self._numbers[key] for key in one.lanes if key in self._numbers]
                all_of = sum(rates[lane] for lane in lanes)
                for lane in lanes if all_of else ():
                    after_s = one.at_s - sight_s[lane] - now
                    if rates[lane] and after_s > 0:
                        yield lane, sender, after_s, one.share * rates[lane] / all_of

    def expected(self, counts: Counts, at_s: float) -> list[Expected]:
        """Return for each lane who comes: of those told as many as came of late, the rest by chance."""
        lanes = range(len(self.junction.lanes))
        on: list[list[tuple[float, float]]] = [[] for _ in lanes]
        for lane, _sender, after_s, share in self._each(counts, at_s):
            on[lane].append((after_s, share))
        found = []
        for lane in lanes:
            rate = counts.per_s(lane, at_s)
            mean = sum(share for sender in self._told for _s, share in self._came[lane, sender]) / counts.over_s(at_s)
            told = np.array(sorted(on[lane]), np.float32).reshape(-1, 2)
            sums = np.cumsum(told[:, 1]) * (min(1.0, rate / mean) if mean else 1.0)
            found.append(Expected(per_s=max(rate - mean, 0.0), after_s=told[:, 0], sums=sums))
        return found
