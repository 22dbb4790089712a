"""From a junction's file to the `Junction` that controllers drive: refused here when it cannot be driven safely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction, JunctionId, Lane, Leads, Link, Phase
from unjai.signals.schemas.definition import JunctionFile


def junction_of(file: JunctionFile) -> Junction:
    """Return the junction of a file.

    Raises `signals_key_twice`, `signals_lane_unknown`, `signals_approach_unknown` and `signals_phase_number` (422),
    and what `Junction` raises: no phase, letters that do not fit, negative times, phases that conflict.
    """
    for what, keys in (
        ("approach", [one.key for one in file.approaches]),
        ("lane", [*(one.key for one in file.lanes), *(one.key for one in file.outs)]),
        ("detector", [str(one.number) for lane in file.lanes for one in lane.detectors]),
        ("number", [str(one.number) for one in file.phases if one.number is not None]),
    ):
        _once(file.code, what, keys)
    if 0 < sum(one.number is not None for one in file.phases) < len(file.phases):
        raise UnjaiError("signals_phase_number", 422, junction=file.code)
    ins = {one.key: number for number, one in enumerate(file.lanes)}
    outs = {one.key: number for number, one in enumerate(file.outs)}
    arms = {one.key for one in file.approaches}
    for lane in file.lanes:
        if lane.approach not in arms:
            raise UnjaiError("signals_approach_unknown", 422, junction=file.code, lane=lane.key, approach=lane.approach)
    for way in file.links:
        for key, there in ((way.from_lane, ins), (way.to_lane, outs)):
            if key not in there:
                raise UnjaiError("signals_lane_unknown", 422, junction=file.code, lane=key)
    return Junction(
        key=JunctionId(file.code),
        lanes=tuple(
            Lane(key=one.key, length_m=one.length_m, speed_mps=one.speed_mps, approach=one.approach)
            for one in file.lanes
        ),
        outs=tuple(
            Lane(
                key=one.key,
                length_m=one.length_m,
                speed_mps=one.speed_mps,
                leads=tuple(
                    Leads(junction=JunctionId(to.junction), lanes=to.lanes, seconds=to.seconds) for to in one.leads
                ),
            )
            for one in file.outs
        ),
        links=tuple(
            Link(
                signal=one.signal,
                from_lane=ins[one.from_lane],
                to_lane=outs[one.to_lane],
                turn=one.turn,
                yields_to=frozenset(one.yields_to),
                crosses=frozenset(one.crosses),
                pedestrian=one.pedestrian,
            )
            for one in file.links
        ),
        phases=tuple(
            Phase(
                state=one.state,
                min_green_s=one.min_green_s,
                max_green_s=one.max_green_s,
                yellow_s=one.yellow_s,
                red_clear_s=one.red_clear_s,
                walk_s=one.walk_s,
                walk_clear_s=one.walk_clear_s,
                number=one.number,
                also=one.also,
                name=one.name_th,
            )
            for one in file.phases
        ),
        max_wait_s=file.max_wait_s,
    )


def phase_of(junction: Junction, said: int) -> int | None:
    """Return which phase a controller means: by its own numbers, or counted from 1 where the file has none."""
    numbers = [one.number for one in junction.phases]
    if any(one is not None for one in numbers):
        return numbers.index(said) if said in numbers else None
    return said - 1 if 1 <= said <= len(numbers) else None


def lanes_green(junction: Junction, phase: int) -> frozenset[int]:
    """Return the lanes that come in of which at least one way shows green in a phase."""
    state = junction.phases[phase].state
    return frozenset(one.from_lane for one in junction.links if not one.pedestrian and state[one.signal] in "Gg")


def _once(code: str, what: str, keys: Iterable[str]) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise UnjaiError("signals_key_twice", 422, junction=code, what=what, key=twice[0])
