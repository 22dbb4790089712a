"""What a station still lacks before it can work, from what is counted: nothing here is ticked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from unjai.people.rules import ShiftTime

StepState = Literal["todo", "partly", "done"]
_DAY_MIN = 24 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """One thing that is not there. `must`: the step is not done without it; the others are advice."""

    code: str
    must: bool
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of the first-run guide, with how much of it there is."""

    key: str
    state: StepState
    done: int
    total: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Everything the guide goes by; numbers of one station."""

    chosen: bool
    zones: int = 0
    subzones: int = 0
    subzones_without_reason: int = 0
    communities: int = 0
    phases: int = 0
    population_figures: int = 0
    streets: int = 0
    places: int = 0
    boundaries: int = 0
    roles: Mapping[str, int] = field(default_factory=dict)
    units: int = 0
    units_without_account: int = 0
    units_without_phone: int = 0
    phones_without_secret: int = 0
    poles: int = 0
    cameras: int = 0
    poles_without_secret: int = 0
    citizen_doors: int = 0
    shifts: tuple[ShiftTime, ...] = ()
    readiness_done: int = 0
    readiness_total: int = 0
    room_done: int = 0
    room_total: int = 0
    room_named: bool = False


def steps_of(counted: Counted) -> tuple[Step, ...]:
    """Return the steps in the order in which they are best done."""
    found = counted
    return (
        _step("station", [_must(found.chosen, "station_unchosen")]),
        _listed("readiness", found.readiness_done, found.readiness_total, ()),
        _step(
            "data",
            [
                _must(found.streets > 0, "streets_none"),
                _must(found.places > 0, "places_none"),
                _advice(found.boundaries > 0, "boundaries_none"),
            ],
        ),
        _step(
            "zone",
            [
                _must(found.zones > 0, "zone_none"),
                _must(found.subzones > 0, "subzones_none"),
                _must(found.communities > 0, "communities_none"),
                _must(found.phases > 0, "phases_none"),
                _advice(found.population_figures > 0, "population_none"),
                *_none_left(found.subzones_without_reason, "reasons_missing"),
            ],
        ),
        _step(
            "accounts",
            [
                _must(found.roles.get("operator", 0) > 0, "operator_none"),
                _must(found.roles.get("superintendent", 0) > 0, "superintendent_none"),
                _must(found.roles.get("officer", 0) > 0, "officer_none"),
                _advice(found.roles.get("supervisor", 0) > 0, "supervisor_none"),
            ],
        ),
        _step("shifts", _shifts(found.shifts)),
        _step(
            "phones",
            [
                _must(found.units > 0, "units_none"),
                *_none_left(found.units_without_account, "units_without_account"),
                *_none_left(found.units_without_phone, "units_without_phone"),
                *_none_left(found.phones_without_secret, "phones_without_secret"),
            ],
        ),
        _step(
            "devices",
            [
                _must(found.citizen_doors > 0, "citizen_door_none"),
                *_none_left(found.poles_without_secret, "poles_without_secret"),
                _advice(found.poles > 0, "poles_none"),
                _advice(found.cameras > 0, "cameras_none"),
            ],
        ),
        _listed("room", found.room_done, found.room_total, (_must(found.room_named, "room_unsaid"),)),
    )


_Check = tuple[bool, Missing]


def _must(there: bool, code: str) -> _Check:
    return there, Missing(code=code, must=True)


def _lacking(code: str, **facts: object) -> _Check:
    return False, Missing(code=code, must=True, facts=facts)


def _advice(there: bool, code: str) -> _Check:
    return there, Missing(code=code, must=False)


def _none_left(count: int, code: str) -> Iterable[_Check]:
    """Say what some still lack; nothing where none does."""
    return [_lacking(code, count=count)] if count else []


def _step(key: str, checks: Sequence[_Check]) -> Step:
    lacking = tuple(missing for there, missing in checks if not there)
    wanted = [there for there, missing in checks if missing.must]
    done = sum(wanted)
    state: StepState = "done" if done == len(wanted) else "partly" if any(there for there, _ in checks) else "todo"
    return Step(key=key, state=state, done=done, total=len(wanted), missing=lacking)


def _listed(key: str, done: int, total: int, checks: Sequence[_Check]) -> Step:
    """Return the step of a check list, which people tick: each item with who did it and when."""
    lacking = [missing for there, missing in checks if not there]
    if done < total:
        lacking.append(Missing(code="items_open", must=True, facts={"count": total - done}))
    state: StepState = "done" if total and not lacking else "partly" if done else "todo"
    return Step(key=key, state=state, done=done, total=total, missing=tuple(lacking))


def _shifts(shifts: Sequence[ShiftTime]) -> list[_Check]:
    checks = [_must(bool(shifts), "shifts_none")]
    if shifts:
        checks += [
            _lacking("shifts_gap", starts=starts.strftime("%H:%M"), ends=ends.strftime("%H:%M"))
            for starts, ends in uncovered(shifts)
        ]
    return checks


def uncovered(shifts: Sequence[ShiftTime]) -> list[tuple[time, time]]:
    """Return the stretches of the day that no shift covers, by their first; one over midnight is one stretch."""
    minutes = [False] * _DAY_MIN
    for shift in shifts:
        starts, ends = _minute(shift.starts), _minute(shift.ends)
        length = (ends - starts) % _DAY_MIN or _DAY_MIN
        for step in range(length):
            minutes[(starts + step) % _DAY_MIN] = True
    if not any(minutes):
        return [(time(0), time(0))]
    gaps = []
    for minute in range(_DAY_MIN):
        if not minutes[minute] and minutes[minute - 1]:
            end = minute
            while not minutes[end % _DAY_MIN]:
                end += 1
            gaps.append((_time(minute), _time(end)))
    return gaps


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute % _DAY_MIN // 60, minute % 60)
