"""Which controller the process asks. One name, so that another one takes its place here and nowhere else.

The one that stands here is plain: it lets the phase go on while vehicles flow and else chooses where most wait.
"""

from __future__ import annotations

from unjai.signals.junction import Decision, Junction, Picture
from unjai.signals.rules.definition import lanes_green
from unjai.signals.rules.watching import QUEUED_MPS

_NEAR_M = 40.0


def decide(junction: Junction, picture: Picture) -> Decision:
    """Return which phase comes next, and why."""
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
