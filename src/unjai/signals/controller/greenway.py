"""The green way: who comes on duty finds his queue gone and his phase green; who was kept waiting is served after.

It stands around any controller and is only a wish, as that one's: minimums, clearances and the longest green stay the
envelope's. In order:

1. **When.** The vehicles before him on his lane need `STARTS_S` and then `START_S` each, as in the model; to that come
   what the phase that shows still has to show, the change, the time until somebody asks again, and `SEES_S`, since
   nobody drives on towards a red. From that moment on his phase is wished. Where it shows already, it is kept from the
   moment on that a change away and back would come too late.
2. **Until when.** Until nobody says any more that he comes, his time is over by `OVERDUE_S`, nobody has told of him
   for `STALE_S`, his time slips by more than `SLIPS_S`, he is at the line, nobody before him and it green, and does not
   go over it for `STANDS_S` (something else keeps him), or he was held `MOST_HOLD_S` altogether.
3. **Not into a full road.** While every way he may take leads into a lane without room, the controller is free.
4. **Two.** Of two whose phase must begin, the more important goes first, of equals the nearer; whom a phase is held for
   keeps it until he has passed. A phase that serves both is preferred.
5. **Recovery.** Where the controller was overruled, the lanes that wait before red follow, the longest red first, each
   until the queue that it found had its time, `TURN_S` at most; then the controller is free. Whoever comes next breaks
   it off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from unjai.signals.controller.ahead import SIZES
from unjai.signals.controller.base import Controller
from unjai.signals.controller.clearing import STARTS_S, catches
from unjai.signals.controller.search import START_S
from unjai.signals.envelope import shortest_green_s
from unjai.signals.junction import Decision, Junction, Picture

SEES_S = 4.0
OVERDUE_S = 30.0
STALE_S = 30.0
SLIPS_S = 20.0
STANDS_S = 20.0
MOST_HOLD_S = 120.0
TURN_S = 30.0
ASKED_S = 60.0
"""So long a phase is asked for in the recovery at most, shown or not."""
WAITS_MPS = 2.0
AT_LINE_M = 15.0

CLEARS, HOLDS, RECOVERS = WHYS = "green_way_clears", "green_way_holds", "green_way_recovers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A vehicle that shall find its way green, as it was last told."""

    key: str
    """Its own name; a vehicle of a picture with the same track is itself."""
    links: frozenset[int]
    """Numbers in `Junction.links` of the ways that it may take: several where its lane or its turn is not known."""
    told_s: float
    due_s: float
    """When it is at the line if nobody stands before it."""
    distance_m: float = math.inf
    """To the line, when it was told."""
    importance: int = 0


def ways(junction: Junction, *, approach: str = "", lane: int | None = None, turn: str = "") -> frozenset[int]:
    """Return the ways of vehicles from a road or a lane, of one turn where it is known."""
    return frozenset(
        number
        for number, link in enumerate(junction.links)
        if not link.pedestrian
        and (link.from_lane == lane if lane is not None else junction.lanes[link.from_lane].approach == approach)
        and turn in {"", link.turn}
    )


class GreenWay:
    """A controller around a controller."""

    def __init__(self, junction: Junction, inner: Controller, *, every_s: float = 5.0) -> None:
        """Expect nobody. `every_s` is how often it is asked."""
        self.junction, self.inner, self.every_s = junction, inner, every_s
        self.recovers = True
        """Whether others were held at all; not where decisions are only noted."""
        self.serving: str | None = None
        """Whom a phase is wished for now."""
        self._phase = 0
        self._coming: tuple[Coming, ...] = ()
        self._held: dict[str, float] = {}
        self._open_s: dict[str, float] = {}
        """Since when somebody at the line could go."""
        self._last_s = -math.inf
        self._green_s: list[float] | None = None
        """By lane: when it was green last."""
        self._overruled = False
        """Whether the controller wanted another phase while one was held."""
        self._owed: list[int] = []
        self._asked_s: float | None = None
        self._turn_s = 0.0

    def expect(self, *coming: Coming) -> None:
        """Say who comes, all of them as they are known now; who is left out has passed or comes no more."""
        self._coming = coming
        self._held = {one.key: self._held.get(one.key, 0.0) for one in coming}
        self._open_s = {key: at_s for key, at_s in self._open_s.items() if key in self._held}

    def decide(self, picture: Picture) -> Decision:
        """Return what the one who comes needs, then those who waited for him, else what the controller says."""
        free = self.inner.decide(picture)
        self._note(picture)
        before, found = self.serving, self._way(picture)
        if found is not None:
            self._owed = []
            self._overruled = self._overruled or free.phase != found.phase
        elif before is not None:
            self._owed, self._asked_s = self._starved(picture) if self._overruled and self.recovers else [], None
            self._overruled = False
        found = found or self._recovery(picture)
        self._last_s = picture.at_s
        if found is None:
            return free
        if found.phase != picture.phase and catches(self.junction, picture, found.phase):
            return Decision(phase=picture.phase, why="clears")
        return found

    def _note(self, picture: Picture) -> None:
        if self._green_s is None:
            self._green_s = [picture.at_s] * len(self.junction.lanes)
        if picture.green_s >= 0:
            for lane in self._served(picture.phase):
                self._green_s[lane] = picture.at_s

    def _way(self, picture: Picture) -> Decision | None:
        now, before = picture.at_s, self.serving
        if before in self._held:
            self._held[before] += max(now - self._last_s, 0.0)
        self.serving = None
        asks: list[tuple[Coming, int]] = []
        for one in self._coming:
            phase = self._phase_of(one, picture, self._phase if one.key == before else None)
            if phase is not None and self._alive(one, now) and self._begins(one, phase, picture, one.key == before):
                asks.append((one, phase))
        if not asks:
            return None
        one, phase = min(asks, key=lambda ask: (ask[0].key != before, -ask[0].importance, ask[0].due_s))
        self.serving, self._phase = one.key, phase
        queue, clear_s = self._queue(one, picture)
        clears = picture.phase != phase or picture.green_s < 0 or queue > 0
        if not clears and one.due_s - now <= SEES_S:
            self._open_s.setdefault(one.key, now)
        facts = (("eta_s", max(one.due_s - now, 0.0)), ("queue", float(queue)), ("clear_s", clear_s))
        held = (("held_s", self._held[one.key]),)
        return Decision(phase=phase, why=CLEARS if clears else HOLDS, facts=(*facts, *held))

    def _alive(self, one: Coming, now: float) -> bool:
        return (
            abs(now - one.told_s) <= STALE_S
            and now <= one.due_s + OVERDUE_S
            and now - self._open_s.get(one.key, now) <= STANDS_S
            and self._held.get(one.key, MOST_HOLD_S) < MOST_HOLD_S
        )

    def _phase_of(self, one: Coming, picture: Picture, kept: int | None) -> int | None:
        """Return the phase that serves most of his ways, or None; the one that was asked for is kept if it serves any.

        While somebody is before him a phase that opens his whole lane is better than one that gives him priority: who
        stands before him may want another way.
        """
        links = self.junction.links
        room = [k for k in one.links if not picture.outs or picture.outs[links[k].to_lane].room_m >= SIZES["car"]]
        lanes = {links[k].from_lane for k in room}
        beside = [link.signal for link in links if link.from_lane in lanes and not link.pedestrian]
        others = [other for other in self._coming if other.key != one.key and self._alive(other, picture.at_s)]
        queue = self._queue(one, picture)[0]

        def worth(phase: int) -> tuple[int, int, int, int, bool]:
            state = self.junction.phases[phase].state
            mine = [state[links[k].signal] for k in room]
            both = sum(any(state[links[k].signal] in "Gg" for k in other.links) for other in others)
            opens, first = sum(state[signal] in "Gg" for signal in beside), mine.count("G")
            how = (opens, first) if queue else (first, opens)
            return sum(one in "Gg" for one in mine), both, *how, phase == picture.phase

        if kept is not None and worth(kept)[0]:
            return kept
        best = max(range(len(self.junction.phases)), key=worth)
        return best if worth(best)[0] else None

    def _begins(self, one: Coming, phase: int, picture: Picture, going: bool) -> bool:
        phases, shows = self.junction.phases, picture.phase
        before_s = self._queue(one, picture)[1] + SEES_S + self.every_s + (SLIPS_S if going else 0.0)
        if shows != phase:
            before_s += max(shortest_green_s(phases[shows]) - picture.green_s, 0.0) + self._change_s(shows)
        else:
            others = [other for other in range(len(phases)) if other != phase]
            back = (self._change_s(other) + shortest_green_s(phases[other]) for other in others)
            before_s += self._change_s(phase) + min(back, default=0.0) - min(picture.green_s, 0.0)
        return one.due_s - picture.at_s <= before_s

    def _change_s(self, phase: int) -> float:
        one = self.junction.phases[phase]
        return one.walk_clear_s + one.yellow_s + one.red_clear_s

    def _queue(self, one: Coming, picture: Picture) -> tuple[int, float]:
        """Return how many are before him on the lane that needs longest, and how long they need from their green on."""
        share = min(max((one.due_s - picture.at_s) / max(one.due_s - one.told_s, 0.1), 0.0), 1.0)
        distance_m = one.distance_m
        if math.isfinite(distance_m):  # who should be over the line may as well stand behind somebody there
            distance_m = max(distance_m * share, min(distance_m, AT_LINE_M))
        found = (0, 0.0)
        for lane in {self.junction.links[k].from_lane for k in one.links}:
            before = [
                seen
                for seen in picture.seen
                if seen.lane == lane and seen.track != one.key and seen.distance_m < distance_m
            ]
            needs_s = STARTS_S + START_S * sum(SIZES[seen.kind] / SIZES["car"] for seen in before) if before else 0.0
            found = max(found, (len(before), needs_s), key=lambda pair: pair[1])
        return found

    def _waits(self, picture: Picture) -> dict[int, int]:
        """Return how many stand on each lane from which some way has room."""
        free = {
            link.from_lane
            for link in self.junction.links
            if not link.pedestrian and (not picture.outs or picture.outs[link.to_lane].room_m >= SIZES["car"])
        }
        waits: dict[int, int] = {}
        for seen in picture.seen:
            if seen.speed_mps < WAITS_MPS and seen.lane in free:
                waits[seen.lane] = waits.get(seen.lane, 0) + 1
        return waits

    def _served(self, phase: int) -> frozenset[int]:
        state = self.junction.phases[phase].state
        return frozenset(
            link.from_lane for link in self.junction.links if not link.pedestrian and state[link.signal] in "Gg"
        )

    def _starved(self, picture: Picture) -> list[int]:
        """Return the phases of the lanes that wait before red, the longest red first.

        For each lane it is the phase that opens it and most who wait.
        """
        assert self._green_s is not None
        waits = self._waits(picture)
        reds = {lane: picture.at_s - self._green_s[lane] for lane in waits}
        left = {lane for lane, red_s in reds.items() if red_s > 0}
        found: list[int] = []
        while left:
            longest = max(left, key=lambda lane: (reds[lane], -lane))
            left.discard(longest)
            opens = [phase for phase in range(len(self.junction.phases)) if longest in self._served(phase)]
            if opens:
                found.append(max(opens, key=lambda phase: sum(waits.get(lane, 0) for lane in self._served(phase))))
                left -= self._served(found[-1])
        return found

    def _recovery(self, picture: Picture) -> Decision | None:
        while self._owed:
            phase, now = self._owed[0], picture.at_s
            waits = [count for lane, count in self._waits(picture).items() if lane in self._served(phase)]
            if self._asked_s is None:
                self._asked_s = now
                self._turn_s = min(STARTS_S + START_S * max(waits, default=0), TURN_S)
            shown = picture.phase == phase and picture.green_s >= self._turn_s
            if waits and not shown and 0.0 <= now - self._asked_s < ASKED_S:
                return Decision(phase=phase, why=RECOVERS, facts=(("waiting", float(sum(waits))),))
            self._owed, self._asked_s = self._owed[1:], None
        return None
