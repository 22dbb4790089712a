"""What a junction teaches while it runs: which way vehicles take from each lane, and how many come."""

from __future__ import annotations

import zlib
from collections import deque

from unjai.signals.junction import Junction, Picture, Seen

PRIOR = 2.0
"""So many vehicles are taken as counted for each way before any was."""
ARRIVALS_S = 300.0
OPEN_S = 4.0
"""Who stands at the line so long after his way opened wants another."""
STANDS_M = 12.0
STANDS_MPS = 0.3


class Counts:
    """Learned turns and arrivals of one junction."""

    def __init__(self, junction: Junction) -> None:
        """Begin with every way as likely as the others of its lane."""
        self.junction = junction
        self.ways = [
            [k for k, link in enumerate(junction.links) if link.from_lane == lane and not link.pedestrian]
            for lane in range(len(junction.lanes))
        ]
        self.left = {k: PRIOR for ways in self.ways for k in ways}
        self.not_taken: dict[str, set[int]] = {}
        self.wants: dict[str, int] = {}
        """Who stands before an open way because he wants the lane beside it."""
        self.came: list[deque[float]] = [deque() for _ in junction.lanes]
        self.went: list[deque[float]] = [deque() for _ in junction.lanes]
        self.sight_m = [0.0] * len(junction.lanes)
        """How far up each lane a vehicle was ever seen."""
        self.known: set[str] = set()
        self.began_s: float | None = None

    def note(self, picture: Picture) -> None:
        """Count who left and who is new."""
        if self.began_s is None:
            self.began_s = picture.at_s
            self.known = {one.track for one in picture.seen}
        for k in picture.left:
            if k in self.left:
                self.left[k] += 1.0
                self.went[self.junction.links[k].from_lane].append(picture.at_s)
        for one in picture.seen:
            self.sight_m[one.lane] = max(self.sight_m[one.lane], one.distance_m)
        now = {one.track: one.lane for one in picture.seen if one.track}
        for track, lane in now.items():
            if track not in self.known:
                self.came[lane].append(picture.at_s)
        self.known = set(now)
        for came in (*self.came, *self.went):
            while came and came[0] < picture.at_s - ARRIVALS_S:
                came.popleft()
        self.not_taken = {track: ways for track, ways in self.not_taken.items() if track in self.known}
        self.wants = {track: lane for track, lane in self.wants.items() if track in self.known}
        self._stands(picture)

    def per_s(self, lane: int, at_s: float) -> float:
        """Return how many vehicles a second came on a lane of late.

        Those who left are counted where they are followed: the quick are never seen to come.
        """
        came, went = len(self.came[lane]), len(self.went[lane])
        return (went if went > came / 2 else came) / self.over_s(at_s)

    def over_s(self, at_s: float) -> float:
        """Return over how long is counted who came."""
        return min(max(at_s - (self.began_s if self.began_s is not None else at_s), 60.0), ARRIVALS_S)

    def way(self, one: Seen, lane: int, sample: int) -> int:
        """Return a link that a vehicle may take from `lane`, as often as others took it; -1 where its lane has none.

        The same vehicle takes the same in the same sample, unless it was seen to stand before an open way.
        """
        ways = self.ways[lane]
        if not ways:
            return -1
        closed = self.not_taken.get(one.track, ())
        open_ways = [k for k in ways if k not in closed] or ways
        at = (zlib.crc32(b"%d %s" % (sample, one.track.encode())) % 9973) / 9973
        at *= sum(self.left[k] for k in open_ways)
        for k in open_ways:
            at -= self.left[k]
            if at < 0:
                return k
        return open_ways[-1]

    def _stands(self, picture: Picture) -> None:
        """Learn from who stands first at the line while some of his ways are open: he takes none of these."""
        if picture.green_s < OPEN_S:
            return
        state = self.junction.phases[picture.phase].state
        heads: dict[int, Seen] = {}
        for one in picture.seen:
            if one.track and (one.lane not in heads or one.distance_m < heads[one.lane].distance_m):
                heads[one.lane] = one
        for lane, one in heads.items():
            if one.distance_m < STANDS_M and one.speed_mps < STANDS_MPS:
                shut = {k for k in self.ways[lane] if state[self.junction.links[k].signal] == "G"}
                self.not_taken.setdefault(one.track, set()).update(shut)
                if len(shut) == len(self.ways[lane]) and (other := self._beside(lane, state)) is not None:
                    self.wants[one.track] = other

    def _beside(self, lane: int, state: str) -> int | None:
        """Return a lane of the same road that has a way which is not open."""
        approach = self.junction.lanes[lane].approach
        for other, one in enumerate(self.junction.lanes):
            closed = any(state[self.junction.links[k].signal] != "G" for k in self.ways[other])
            if approach and other != lane and one.approach == approach and closed:
                return other
        return None
