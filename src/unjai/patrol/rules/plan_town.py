"""From a written town to a problem: times from one zero, nodes, ways, risk by bin; what is wrong is told by code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unjai.patrol.rules import risk as risks
from unjai.patrol.rules.plan import BIN_S, PARK_S, Floats, Place, Problem, Setting, Task, Unit
from unjai.patrol.rules.plan_ways import Note, Ways, matrices
from unjai.patrol.schemas.plan_file import MINUTES_A_DAY, Break, LayerIn, PlaceIn, Request, Town, UnitIn

MINUTE_S = 60
LONGEST_H = 16


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A problem with the names of its rows. `zero_min`: the plan's second 0 in minutes after midnight of the day."""

    problem: Problem
    places: tuple[PlaceIn, ...]
    units: tuple[UnitIn, ...]
    requests: tuple[Request | None, ...]
    zero_min: int
    notes: tuple[Note, ...]
    ways: Ways

    def minutes(self, at_s: int) -> float:
        """Return a plan's second as minutes after midnight of the shift's day."""
        return self.zero_min + at_s / MINUTE_S


class Infeasible(Exception):  # noqa: N818
    """No plan can be made; `notes` say why, the grave ones first."""

    def __init__(self, notes: Sequence[Note]) -> None:
        """Keep the notes."""
        super().__init__(", ".join(note.code for note in notes))
        self.notes = tuple(sorted(notes, key=lambda note: not note.grave))


def prepared(town: Town) -> Prepared:
    """Return the problem of a town; raise `Infeasible` with every reason at once."""
    return _Reader(town).read()


def units_of(town: Town) -> tuple[UnitIn, ...]:
    """Return the units; a bare number makes so many on motorcycles."""
    if isinstance(town.units, int):
        return tuple(UnitIn(id=f"{number + 1}") for number in range(town.units))
    return tuple(town.units)


class _Reader:
    def __init__(self, town: Town) -> None:
        self.town, self.notes = town, list[Note]()
        self.zero = town.shift.from_
        self.end = self._after(town.shift.to, self.zero, same_is_next=True)

    def grave(self, code: str, **facts: Any) -> None:
        self.notes.append(Note(code=code, facts=facts, grave=True))

    def note(self, code: str, **facts: Any) -> None:
        self.notes.append(Note(code=code, facts=facts))

    @staticmethod
    def _after(minutes: int, since: int, *, same_is_next: bool = False) -> int:
        """Return a clock time as minutes on or after `since`, over midnight if need be."""
        late = minutes <= since if same_is_next else minutes < since
        return minutes + MINUTES_A_DAY if late else minutes

    def _second(self, minutes: int) -> int:
        return (minutes - self.zero) * MINUTE_S

    def read(self) -> Prepared:
        town = self.town
        units = units_of(town)
        if not units:
            self.grave("no_units")
        if self.end - self.zero > LONGEST_H * 60:
            self.grave("shift_long", hours=LONGEST_H)
        self._doubled([place.id for place in town.places], "place_doubled")
        self._doubled([unit.id for unit in units], "unit_doubled")
        self._stop()
        ways = matrices(town, units, self.notes)
        self._stop()
        row = {place.id: number for number, place in enumerate(town.places)}
        made = tuple(self._unit(unit, ways) for unit in units)
        horizon_s = max(self._second(self.end), *(unit.to_s for unit in made))
        tasks, requests = self._tasks(units, made, row, ways)
        self._reach(made, ways)
        self._stop()
        problem = Problem(
            places=tuple(Place(id=p.id, node=ways.node[p.id], area=p.area) for p in town.places),
            units=made,
            tasks=tuple(tasks),
            risk=self._risk(-(-horizon_s // BIN_S)),
            travel_s=ways.travel_s,
            horizon_s=horizon_s,
            setting=Setting(
                dwell_s=(round(town.setting.dwell_min * MINUTE_S), round(town.setting.dwell_max * MINUTE_S)),
                revisit_s=round(town.setting.revisit_min * MINUTE_S),
                explore=town.setting.explore,
                noise=town.setting.noise,
            ),
        )
        return Prepared(
            problem=problem, places=tuple(town.places), units=units, requests=tuple(requests), zero_min=self.zero,
            notes=tuple(self.notes), ways=ways,
        )  # fmt: skip

    def _stop(self) -> None:
        if any(note.grave for note in self.notes):
            raise Infeasible(self.notes)

    def _doubled(self, ids: Sequence[str], code: str) -> None:
        for one in sorted({one for one in ids if ids.count(one) > 1}):
            self.grave(code, id=one)

    def _unit(self, unit: UnitIn, ways: Ways) -> Unit:
        begin = self.zero if unit.from_ is None else self._after(unit.from_, self.zero)
        end = self.end if unit.to is None else self._after(unit.to, begin, same_is_next=True)
        if begin >= self.end:
            self.grave("unit_outside_shift", unit=unit.id)
        if end - begin > LONGEST_H * 60:
            self.grave("shift_long", hours=LONGEST_H)
        start, last = ways.ends[unit.id]
        if not math.isfinite(ways.travel_s[unit.kind][start, last]):
            self.grave("unit_no_way_home", unit=unit.id)
        return Unit(
            id=unit.id,
            kind=unit.kind,
            from_s=self._second(begin),
            to_s=self._second(min(end, begin + LONGEST_H * 60)),
            start=start,
            end=last,
            areas=None if unit.areas is None else frozenset(unit.areas),
        )

    def _tasks(
        self, units: Sequence[UnitIn], made: Sequence[Unit], row: Mapping[str, int], ways: Ways
    ) -> tuple[list[Task], list[Request | None]]:
        tasks: list[Task] = []
        requests: list[Request | None] = []
        for number, unit in enumerate(units):
            for pause in unit.breaks:
                task = self._break(unit, (number, made[number]), pause, row, ways)
                if task is not None:
                    tasks.append(task)
                    requests.append(None)
        for order, request in enumerate(self.town.requests):
            task = self._request(request, order, row, ways, made)
            if task is not None:
                tasks.append(task)
                requests.append(request)
        return tasks, requests

    def _break(
        self, unit: UnitIn, numbered: tuple[int, Unit], pause: Break, row: Mapping[str, int], ways: Ways
    ) -> Task | None:
        number, own = numbered
        since = self._second(self._after(pause.from_, self.zero))
        until = self._second(self._after(pause.to, self._after(pause.from_, self.zero)))
        length = pause.minutes * MINUTE_S
        node = own.start if pause.at is None else ways.node.get(pause.at)
        if node is None:
            self.grave("break_place_unknown", unit=unit.id, place=pause.at)
            return None
        if since < own.from_s or until > own.to_s:
            since, until = max(since, own.from_s), min(until, own.to_s)
        if until - since < length:
            self.grave("break_outside_shift", unit=unit.id)
            return None
        return Task(
            id=f"break:{unit.id}", why="break", node=node, place=row.get(pause.at or ""), from_s=since,
            to_s=until - length, dwell_s=length, unit=number,
        )  # fmt: skip

    def _request(
        self, request: Request, order: int, row: Mapping[str, int], ways: Ways, made: Sequence[Unit]
    ) -> Task | None:
        name = request.id or f"{order + 1}"
        place = row.get(request.place)
        if place is None:
            self.grave("request_place_unknown", request=name, place=request.place)
            return None
        begin = self.zero if request.from_ is None else self._after(request.from_, self.zero)
        end = self.end if request.to is None else self._after(request.to, begin)
        dwell = round((request.minutes or self.town.setting.dwell_min) * MINUTE_S)
        since, until = self._second(begin), self._second(end) - dwell
        until = max(until, since)  # a window shorter than the stay: it begins on time
        if not any(unit.from_s <= until and since <= unit.to_s - dwell for unit in made):
            self.note("request_outside_shift", request=name, place=request.place)
            return None
        return Task(
            id=f"request:{name}", why=request.kind, node=ways.node[request.place], place=place, from_s=since,
            to_s=until, dwell_s=dwell, must=request.must,
        )  # fmt: skip

    def _reach(self, made: Sequence[Unit], ways: Ways) -> None:
        """Note places that no unit can reach and return from; none at all is grave."""
        least = self.town.setting.dwell_min * MINUTE_S + 2 * PARK_S
        far = []
        for place in self.town.places:
            node = ways.node[place.id]
            able = [
                unit
                for unit in made
                if (unit.areas is None or place.area in unit.areas)
                and unit.to_s - unit.from_s
                >= ways.travel_s[unit.kind][unit.start, node] + ways.travel_s[unit.kind][node, unit.end] + least
            ]
            if not able:
                far.append(place.id)
        if len(far) == len(self.town.places):
            self.grave("nothing_reachable")
        elif far:
            self.note("places_unreachable", count=len(far), places=", ".join(far[:8]))

    def _risk(self, bins: int) -> Floats:
        town = self.town
        layers = [layer_of(layer) for layer in town.layers]
        day, begin_s = town.shift.date, self.zero * MINUTE_S
        rows = []
        for place in town.places:
            row = risks.by_bins(place_week(place), day.weekday(), begin_s, bins)
            rows.append(row * risks.layer_factors(layers, (place.id, place.kind, place.area), day, begin_s, bins))
        found: Floats = np.asarray(rows)
        return found


def layer_of(said: LayerIn) -> risks.Layer:
    """Return a festival as the rules have it."""
    return risks.Layer(
        name=said.name if isinstance(said.name, str) else said.name.th,
        from_day=said.from_,
        to_day=said.to,
        factor=said.factor,
        kinds=frozenset(said.kinds),
        places=frozenset(said.places),
        areas=frozenset(said.areas),
        hours=None if said.hours is None else frozenset(said.hours),
    )


def place_week(place: PlaceIn) -> Floats:
    """Return a place's risk for each hour of a day or week."""
    if place.risk_by_hour is not None:
        return np.asarray(place.risk_by_hour, dtype=np.float64)
    mean = place.risk if place.risk is not None else risks.level(place.kind, place.reports)
    hours = [None if at is None else at / 60 for at in (place.opens, place.closes)]
    return mean * risks.profile(place.kind, *hours)
