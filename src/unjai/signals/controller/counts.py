"""What a junction teaches while it runs: which way vehicles take from each lane, and how many come."""

from __future__ import annotations

import zlib
from collections import deque

from unjai.signals.junction import Junction, Picture, Seen

PRIOR = 2.0
"""So many vehicles are taken as counted for each way before any was."""
KEEPS_S = 600.0
ARRIVALS_S = 300.0
STANDS_M = 12.0
STANDS_MPS = 0.3


class Counts:
    """Learned turns, and vehicles' likely ways: the same vehicle keeps its way until it is seen not to take it."""

    def __init__(self, junction: Junction) -> None:
        """Begin with every way as likely as the others of its lane."""
        self.junction = junction
        self.ways = [
            [k for k, link in enumerate(junction.links) if link.from_lane == lane and not link.pedestrian]
            for lane in range(len(junction.lanes))
        ]
        self.left = {k: PRIOR for ways in self.ways for k in ways}
        self.taken: dict[str, int] = {}
        self.came: list[deque[float]] = [deque() for _ in junction.lanes]
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
        now = {one.track: one.lane for one in picture.seen if one.track}
        for track, lane in now.items():
            if track not in self.known:
                self.came[lane].append(picture.at_s)
        self.known = set(now)
        for came in self.came:
            while came and came[0] < picture.at_s - ARRIVALS_S:
                came.popleft()
        self.taken = {track: way for track, way in self.taken.items() if track in self.known}

    def per_s(self, lane: int, at_s: float) -> float:
        """Return how many vehicles a second came on a lane of late."""
        over = min(max(at_s - (self.began_s if self.began_s is not None else at_s), 60.0), ARRIVALS_S)
        return len(self.came[lane]) / over

    def way(self, one: Seen, *, head: bool, state: str, green_s: float) -> int:
        """Return the link that a vehicle likely takes; -1 where its lane has none."""
        ways = self.ways[one.lane]
        if len(ways) < 2:
            return ways[0] if ways else -1
        taken = self.taken.get(one.track)
        if taken is None or taken not in ways:
            taken = self._drawn(ways, one.track)
        stands = head and one.distance_m < STANDS_M and one.speed_mps < STANDS_MPS
        if stands and green_s > 4.0 and state[self.junction.links[taken].signal] == "G":
            others = [k for k in ways if state[self.junction.links[k].signal] != "G"]
            if others:
                taken = self._drawn(others, one.track)
        self.taken[one.track] = taken
        return taken

    def _drawn(self, ways: list[int], track: str) -> int:
        at = (zlib.crc32(track.encode()) % 9973) / 9973 * sum(self.left[k] for k in ways)
        for k in ways:
            at -= self.left[k]
            if at < 0:
                return k
        return ways[-1]
