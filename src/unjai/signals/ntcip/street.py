"""What a controller on the street says of itself: times, what it shows, patterns; and whether to believe it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction
from unjai.signals.ntcip import oids
from unjai.signals.ntcip.client import Value, Wire
from unjai.signals.ntcip.oids import (
    ControlStatus,
    FlashStatus,
    PatternColumn,
    PhaseColumn,
    SplitColumn,
    StatusColumn,
)

SHORTEST_YELLOW_S = 3.0
"""NEMA TS 2 knows no shorter yellow."""
_SHOWN = (
    StatusColumn.REDS,
    StatusColumn.YELLOWS,
    StatusColumn.GREENS,
    StatusColumn.WALKS,
    StatusColumn.PED_CLEARS,
    StatusColumn.PHASE_NEXTS,
)
_UNIT = (
    oids.UNIT_CONTROL_STATUS,
    oids.UNIT_FLASH_STATUS,
    oids.UNIT_ALARM_STATUS_1,
    oids.SHORT_ALARM_STATUS,
    oids.COORD_PATTERN_STATUS,
    oids.COORD_CYCLE_STATUS_S,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """One phase of the controller, in seconds."""

    walk_s: float
    ped_clear_s: float
    min_green_s: float
    max_green_s: float
    yellow_s: float
    red_clear_s: float
    concurrent: frozenset[int]
    """The phases that may go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What it shows at one moment."""

    reds: frozenset[int]
    yellows: frozenset[int]
    greens: frozenset[int]
    walks: frozenset[int]
    ped_clears: frozenset[int]
    nexts: frozenset[int]
    """The phases that are chosen to come next."""
    control: int
    flash: int
    alarms: int
    short_alarms: int
    pattern: int
    cycle_left_s: int


async def read_backup_s(wire: Wire) -> int:
    """Return after how many seconds of silence it is its own again; 0 means never."""
    return _number((await wire.get([oids.UNIT_BACKUP_TIME_S]))[oids.UNIT_BACKUP_TIME_S])


async def read_phases(wire: Wire) -> frozenset[int]:
    """Return the phases that are in use: those that have a ring."""
    most = min(_number((await wire.get([oids.MAX_PHASES]))[oids.MAX_PHASES]), 8 * len(oids.GROUPS))
    found = await wire.get([oids.phase_object(PhaseColumn.RING, phase) for phase in range(1, most + 1)])
    rings = {phase: found[oids.phase_object(PhaseColumn.RING, phase)] for phase in range(1, most + 1)}
    return frozenset(phase for phase, ring in rings.items() if ring)


async def read_times(wire: Wire, phases: Iterable[int]) -> dict[int, Times]:
    """Return the timings of phases. Raises `signals_yellow_short` where one cannot be believed."""
    columns = [column for column in PhaseColumn if column is not PhaseColumn.RING]
    numbers = sorted(phases)
    found = await wire.get([oids.phase_object(column, phase) for phase in numbers for column in columns])
    times = {}
    for phase in numbers:
        value = {column: found[oids.phase_object(column, phase)] for column in columns}
        together = value[PhaseColumn.CONCURRENCY]
        times[phase] = Times(
            walk_s=_number(value[PhaseColumn.WALK_S]),
            ped_clear_s=_number(value[PhaseColumn.PED_CLEAR_S]),
            min_green_s=_number(value[PhaseColumn.MIN_GREEN_S]),
            max_green_s=_number(value[PhaseColumn.MAX_1_S]),
            yellow_s=_number(value[PhaseColumn.YELLOW_DS]) / 10,
            red_clear_s=_number(value[PhaseColumn.RED_CLEAR_DS]) / 10,
            concurrent=frozenset(together) if isinstance(together, bytes) else frozenset(),
        )
        if times[phase].yellow_s < SHORTEST_YELLOW_S:
            raise UnjaiError("signals_yellow_short", phase=phase, yellow_s=times[phase].yellow_s)
    return times


def timed(junction: Junction, stages: Sequence[Collection[int]], times: Mapping[int, Times]) -> Junction:
    """Return the junction with the controller's own times: of the phases that go together the longest minimum counts.

    Raises `signals_stages` where a stage is empty, or its phases are not in use or may not go together on the street.
    """
    if len(stages) != len(junction.phases):
        raise UnjaiError("signals_stages", junction=junction.key, stage=len(stages))
    phases = []
    for number, (phase, stage) in enumerate(zip(junction.phases, stages, strict=True), 1):
        known = stage and set(stage) <= times.keys()
        if not known or any(set(stage) - {one} - times[one].concurrent for one in stage):
            raise UnjaiError("signals_stages", junction=junction.key, stage=number)
        of = [times[one] for one in stage]
        shortest = max(one.min_green_s for one in of)
        walk, walk_clear = max(one.walk_s for one in of), max(one.ped_clear_s for one in of)
        phases.append(
            replace(
                phase,
                min_green_s=shortest,
                max_green_s=max(shortest, min(one.max_green_s for one in of)),
                yellow_s=max(one.yellow_s for one in of),
                red_clear_s=max(one.red_clear_s for one in of),
                walk_s=walk,
                walk_clear_s=walk_clear,
            )
        )
    return replace(junction, phases=tuple(phases))


async def read_status(wire: Wire, phases: Collection[int]) -> Status:
    """Return what it shows now."""
    groups = sorted({oids.group_of(phase) for phase in phases})
    asked = [oids.status_object(column, group) for column in _SHOWN for group in groups]
    found = await wire.get([*asked, *_UNIT])

    def shown(column: StatusColumn) -> frozenset[int]:
        bits = (oids.phases_in(_number(found[oids.status_object(column, group)]), group) for group in groups)
        return frozenset().union(*bits) & frozenset(phases)

    return Status(
        reds=shown(StatusColumn.REDS),
        yellows=shown(StatusColumn.YELLOWS),
        greens=shown(StatusColumn.GREENS),
        walks=shown(StatusColumn.WALKS),
        ped_clears=shown(StatusColumn.PED_CLEARS),
        nexts=shown(StatusColumn.PHASE_NEXTS),
        control=_number(found[oids.UNIT_CONTROL_STATUS]),
        flash=_number(found[oids.UNIT_FLASH_STATUS]),
        alarms=_number(found[oids.UNIT_ALARM_STATUS_1]),
        short_alarms=_number(found[oids.SHORT_ALARM_STATUS]),
        pattern=_number(found[oids.COORD_PATTERN_STATUS]),
        cycle_left_s=_number(found[oids.COORD_CYCLE_STATUS_S]),
    )


def doubt(status: Status, times: Mapping[int, Times]) -> str:
    """Return why this controller is not to be commanded now, as a code of the catalogue; empty if nothing speaks so."""
    if status.flash != FlashStatus.NOT_FLASH or status.alarms & oids.ALARM_FLASH:
        return "signals_flashing"
    if status.short_alarms & (oids.SHORT_PREEMPT | oids.SHORT_STOP_TIME):
        return "signals_preempted"
    if status.control == ControlStatus.MANUAL:
        return "signals_manual"
    colours = (status.reds, status.yellows, status.greens)
    if sum(map(len, colours)) != len(times) or frozenset().union(*colours) != times.keys():
        return "signals_colours_unclear"
    going = status.greens | status.yellows
    if any(going - {one} - times[one].concurrent for one in going):
        return "signals_street_conflict"
    return ""


async def check_pattern(wire: Wire, number: int, times: Mapping[int, Times]) -> dict[int, int]:
    """Return the seconds that a pattern of the controller gives each phase, change included; 0 where it is left out.

    Raises `signals_pattern_refused` where it leaves a phase less than it needs.
    """
    split_at = oids.pattern_object(PatternColumn.SPLIT, number)
    split = _number((await wire.get([split_at]))[split_at])
    asked = [oids.split_object(column, split, phase) for phase in times for column in SplitColumn]
    found = await wire.get(asked)
    gives = {}
    for phase, needs in times.items():
        left_out = _number(found[oids.split_object(SplitColumn.MODE, split, phase)]) == oids.SPLIT_OMITTED
        has = 0 if left_out else _number(found[oids.split_object(SplitColumn.TIME_S, split, phase)])
        green = max(needs.min_green_s, needs.walk_s + needs.ped_clear_s)
        if not left_out and has < green + needs.yellow_s + needs.red_clear_s:
            raise UnjaiError("signals_pattern_refused", pattern=number, phase=phase, split_s=has)
        gives[phase] = has
    return gives


async def read_shares(
    wire: Wire, patterns: Iterable[int], stages: Sequence[Collection[int]], times: Mapping[int, Times]
) -> dict[int, list[float]]:
    """Return, by pattern, which part of its time each stage has; those that it lacks or that are too short are not in.

    Raises `signals_pattern_none` where no pattern is left.
    """
    shares = {}
    for number in patterns:
        try:
            gives = await check_pattern(wire, number, times)
        except UnjaiError as error:
            if error.code not in {"signals_pattern_refused", "signals_no_such_object", "signals_refused"}:
                raise
            continue
        seconds = [min(gives[phase] for phase in stage) for stage in stages]
        if total := sum(seconds):
            shares[number] = [one / total for one in seconds]
    if not shares:
        raise UnjaiError("signals_pattern_none", 409)
    return shares


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise UnjaiError("signals_refused", 502, answer="OctetString")
    return value
