"""What boxes say of a junction beyond its stop lines: who is on it, the room behind it, and who left by which way.

None of it is needed for a picture. What is not told, or is old, is not known: as if nobody looked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from unjai.signals.junction import Inside, Junction, Out, Picture
from unjai.signals.rules.watching import STALE_S

Exit = tuple[str, float, bool]
"""Lane that goes out, metres of room, whether its last vehicle moves: as `sense.signal` gives it."""
Crossing = tuple[str, str, float, float]
"""From lane, to lane, metres to go, metres a second."""
Turned = tuple[str, str, int]
"""From lane, to lane, vehicles."""
LATE_S = 60.0
"""Who left longer ago says nothing of how many come now."""
_MOST = 1_000


class Beyond:
    """One junction behind its stop lines. Mutable; older news never undoes newer."""

    def __init__(self, junction: Junction) -> None:
        """Know nothing yet."""
        self.junction = junction
        self._places = {one.key: number for number, one in enumerate(junction.outs)}
        self._ways = {
            (junction.lanes[one.from_lane].key, junction.outs[one.to_lane].key): number
            for number, one in enumerate(junction.links)
            if not one.pedestrian
        }
        self._outs: dict[int, tuple[float, Out]] = {}
        self._inside: dict[str, tuple[float, tuple[Inside, ...]]] = {}
        self._counted: dict[str, float] = {}
        self._left: deque[tuple[float, int]] = deque(maxlen=_MOST)

    def see(self, box: str, at_s: float, outs: Iterable[Exit], inside: Iterable[Crossing] | None) -> None:
        """Take what a box sees now; without `inside` it does not look there. Lanes that are not known are left out."""
        for key, room_m, moving in outs:
            number = self._places.get(key)
            if number is not None and self._outs.get(number, (at_s - 1,))[0] < at_s:
                whole_m = self.junction.outs[number].length_m
                free = room_m >= whole_m
                self._outs[number] = (at_s, Out(room_m=min(room_m, whole_m), moving=moving or free))
        if inside is not None and self._inside.get(box, (at_s - 1,))[0] < at_s:
            there = ((self._ways.get((start, end)), to_go, speed) for start, end, to_go, speed in inside)
            self._inside[box] = (
                at_s,
                tuple(Inside(link=k, to_go_m=m, speed_mps=v) for k, m, v in there if k is not None),
            )

    def count(self, box: str, began_s: float, lasts_s: float, ways: Iterable[Turned]) -> None:
        """Take who left by which way within a time; what a box says twice, or of a time before, counts once."""
        if self._counted.get(box, began_s - 1) >= began_s:
            return
        self._counted[box] = began_s
        for start, end, vehicles in ways:
            if (link := self._ways.get((start, end))) is not None:
                self._left.extend([(began_s + lasts_s, link)] * vehicles)

    def added_to(self, picture: Picture) -> Picture:
        """Return the picture with what is known now; who left is told once."""
        fresh_s, late_s = picture.at_s - STALE_S, picture.at_s - LATE_S
        rooms = {number: out for number, (at_s, out) in self._outs.items() if at_s >= fresh_s}
        outs = tuple(
            rooms.get(number, Out(room_m=lane.length_m)) for number, lane in enumerate(self.junction.outs) if rooms
        )
        inside = tuple(one for at_s, there in self._inside.values() if at_s >= fresh_s for one in there)
        left = tuple(link for ended_s, link in self._left if ended_s >= late_s)
        self._left.clear()
        return replace(picture, outs=outs, inside=inside, left=left)
