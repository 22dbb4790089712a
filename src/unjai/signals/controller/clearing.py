"""Whether a phase can end without leaving somebody in the middle of the junction when the others start."""

from __future__ import annotations

import math
from collections import Counter

from unjai.signals.controller.roads import braking_m
from unjai.signals.junction import Junction, Picture

PULLS_MPS2 = 2.0
"""How a driver speeds up who is already crossing."""
STARTS_S = 2.5
"""What the others need at least from their green until they are in the way."""
AT_LINE_M = 3.0
SLIPS = 2
"""So many who wait inside one behind the other get away while the signals change."""
BEHIND_S = 1.0
"""How much later somebody gets away who is behind one that waits inside for those who go first."""


def seconds_over(metres: float, speed_mps: float, most_mps: float) -> float:
    """Return how long somebody needs for `metres` who speeds up to `most_mps`."""
    if metres <= 0:
        return 0.0
    top = max(min(most_mps, 15.0), speed_mps, 1.0)
    until_top = (top * top - speed_mps * speed_mps) / (2 * PULLS_MPS2)
    if until_top >= metres:
        return (math.sqrt(speed_mps * speed_mps + 2 * PULLS_MPS2 * metres) - speed_mps) / PULLS_MPS2
    return (top - speed_mps) / PULLS_MPS2 + (metres - until_top) / top


def catches(junction: Junction, picture: Picture, wish: int) -> bool:
    """Return whether a change to `wish` now would catch somebody on a way that ends with it.

    Who cannot stop any more, or already crosses, must be over before the others come, and later by `BEHIND_S` behind
    one who waits inside for those who go first. Of those who wait so on one lane `SLIPS` are let go by the change; one
    more would still be in the middle. Somebody whom the phase before has left there is waited for.
    """
    now, then = junction.phases[picture.phase], junction.phases[wish]
    ends = {
        number
        for number, link in enumerate(junction.links)
        if now.state[link.signal] in "Gg" and then.state[link.signal] not in "Gg"
    }
    allowed = now.yellow_s + now.red_clear_s + STARTS_S
    waiting: Counter[int] = Counter()
    for one in sorted(picture.inside, key=lambda one: one.to_go_m):
        link = junction.links[one.link]
        if one.speed_mps < 1.0 and now.state[link.signal] == "r":
            return True
        waits = one.speed_mps < 1.0 and now.state[link.signal] == "g"
        waiting[link.from_lane] += waits
        if one.link in ends and not (waits and waiting[link.from_lane] <= SLIPS):
            later = BEHIND_S if waiting[link.from_lane] else 0.0
            if seconds_over(one.to_go_m, one.speed_mps, link.speed_mps) + later > allowed:
                return True
    for seen in picture.seen:
        stops = braking_m(seen.speed_mps) <= seen.distance_m and seen.distance_m > AT_LINE_M
        if stops or seen.speed_mps < 1.0:
            continue
        for number in ends:
            link = junction.links[number]
            if link.from_lane == seen.lane:
                metres = seen.distance_m + link.length_m
                if seconds_over(metres, seen.speed_mps, link.speed_mps) > allowed:
                    return True
    return False
