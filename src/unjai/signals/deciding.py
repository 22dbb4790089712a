"""Which controller the process asks: the one that looks ahead; a plain rule until that one is ready, or where it fails.

It is ready when it is compiled: up to a minute the first time on a machine, a second afterwards.
"""

from __future__ import annotations

import logging
import threading

from unjai.signals.controller.ahead import LookAhead, Settings
from unjai.signals.junction import Decision, Junction, JunctionId, Lane, Link, Phase, Picture, Seen
from unjai.signals.rules.definition import lanes_green
from unjai.signals.rules.watching import QUEUED_MPS

log = logging.getLogger(__name__)

DECIDE_S = 5
_NEAR_M = 40.0
_ready = threading.Event()


def warm_up() -> None:
    """Compile the look ahead by one decision of a junction of two lanes; blocks until it is done."""
    lanes = tuple(Lane(key=key, length_m=100.0, speed_mps=12.0, approach=key) for key in "ab")
    links = tuple(Link(signal=number, from_lane=number, to_lane=number) for number in range(2))
    phases = (Phase(state="Gr"), Phase(state="rG"))
    junction = Junction(key=JunctionId("warm-up"), lanes=lanes, outs=lanes, links=links, phases=phases)
    LookAhead(junction).decide(
        Picture(at_s=0.0, phase=0, green_s=10.0, seen=(Seen(lane=1, distance_m=2.0, speed_mps=0.0),))
    )
    _ready.set()


class Deciding:
    """Decides for one junction, each `DECIDE_S` seconds."""

    def __init__(self, junction: Junction) -> None:
        """Begin with nothing learned."""
        self.junction = junction
        self._ahead = LookAhead(junction, Settings(step_s=DECIDE_S))
        self._failed = False

    def decide(self, picture: Picture) -> Decision:
        """Return which phase comes next, and why."""
        if not _ready.is_set():
            return plain(self.junction, picture)
        try:
            decision = self._ahead.decide(picture)
        except Exception:
            if not self._failed:
                log.exception("junction %s: the look ahead failed, the plain rule decides", self.junction.key)
            self._failed = True
            return plain(self.junction, picture)
        self._failed = False
        return decision


def plain(junction: Junction, picture: Picture) -> Decision:
    """Return which phase comes next by a plain rule: the phase goes on while vehicles flow, else where most wait."""
    shown = junction.phases[picture.phase]
    if picture.green_s < shown.min_green_s:
        return Decision(phase=picture.phase, why="min_green", facts=(("min_green_s", shown.min_green_s),))
    served = lanes_green(junction, picture.phase)
    waits: dict[int, list[float]] = {}
    for one in picture.seen:
        if one.speed_mps < QUEUED_MPS:
            waits.setdefault(one.lane, []).append(one.waited_s)
    flows = sum(one.lane in served and one.distance_m < _NEAR_M for one in picture.seen)
    longest, best, most = 0.0, picture.phase, 0
    for number in range(len(junction.phases)):
        if number == picture.phase:
            continue
        queues = [waited for lane in lanes_green(junction, number) - served for waited in waits.get(lane, ())]
        oldest = max(queues, default=0.0)
        if oldest >= junction.max_wait_s and oldest > longest:
            longest, best, most = oldest, number, len(queues)
        elif longest < junction.max_wait_s and len(queues) > most:
            best, most = number, len(queues)
    if best == picture.phase:
        return Decision(phase=picture.phase, why="nobody_waits")
    facts = (("waiting", float(most)), ("flowing", float(flows)))
    if longest >= junction.max_wait_s:
        return Decision(phase=best, why="waited_long", facts=(("waited_s", longest), *facts))
    if picture.green_s >= shown.max_green_s:
        return Decision(phase=best, why="max_green", facts=facts)
    return (
        Decision(phase=best, why="queue_longer", facts=facts)
        if most > flows
        else Decision(phase=picture.phase, why="still_flowing", facts=facts)
    )
