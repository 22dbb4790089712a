"""Drives the junctions of a SUMO scenario: sees what cameras of 200 m would see, asks controllers, sets the lamps."""

from __future__ import annotations

import contextlib
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from unjai.model.errors import UnjaiError
from unjai.signals.controller.base import Controller, Make
from unjai.signals.controller.neighbours import Mail
from unjai.signals.junction import Inside, JunctionId, Kind, Out, Picture, Seen
from unjai.signals.plants.sumo_net import SIGHT_M, Place, edge_of
from unjai.signals.plants.sumo_scenario import Scenario
from unjai.signals.plants.sumo_trips import Trips, counted, departures

_RADIUS_M = SIGHT_M + 40.0
_CRAWLS_MPS = 2.0
_STANDS_MPS = 0.1
_PRIOR = 2
"""So many are taken as counted for each lane that can be reached."""
_LOOKS_S = 2.0
"""How often vehicles are followed over the junction."""


@dataclass(kw_only=True)
class _Driven:
    place: Place
    controller: Controller
    phase: int = 0
    since_s: float = 0.0
    """When the phase shows green."""
    lamps: str = ""
    waits: dict[str, float] = field(default_factory=dict)
    own: str = ""
    """The program that drove it before it was taken."""
    alone: bool = False
    """Whether that program drives it now, since its controller is lost."""
    on: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Track → edge before the line and lane (-1 further up), as last seen."""
    left: list[int] = field(default_factory=list)
    above: dict[str, int] = field(default_factory=dict)
    """Track → number of the lane further up on which it was last seen."""
    went: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Lane further up → how many from there left by each lane of the junction, or turned off before it (-1)."""


def kind_of(vehicle_class: str) -> Kind:
    """Return our class of a SUMO vehicle class."""
    if vehicle_class in {"motorcycle", "moped"}:
        return "motorcycle"
    return "heavy" if vehicle_class in {"bus", "truck", "trailer", "coach", "tram"} else "car"


@dataclass(kw_only=True)
class Run:
    """One run of a scenario from its begin to its end."""

    api: ModuleType | Any
    scenario: Scenario
    places: list[Place]
    make: Make | None
    """Makes a junction's controller; None leaves the signals to SUMO's own programs."""
    decision_s: int = 10
    extra: tuple[Path, ...] = ()
    """More files for SUMO: programs of its own for the signals."""
    options: tuple[str, ...] = ()
    """More of SUMO's own arguments."""
    sees: Callable[[str], bool] = lambda _track: True
    """Whether a vehicle is detected at all (for what is missed)."""
    lost: Callable[[float, Mapping[JunctionId, _Driven]], frozenset[JunctionId]] = lambda _at, _driven: frozenset()
    """Which junctions have no controller now: the last program that SUMO was given for them drives them."""
    told: Callable[[float], None] = lambda _share: None
    on_step: Callable[[float, Mapping[JunctionId, _Driven]], None] | None = None
    reads: Callable[[Path], None] = lambda _trips: None
    """Looks into SUMO's own list of trips before it is gone."""

    took_ms: list[float] = field(default_factory=list)
    """How long each decision of each junction took."""

    def slowest_ms(self) -> float:
        """Return the time that one decision in a hundred exceeds; the first two are left out, since they compile."""
        times = sorted(self.took_ms[2 * len(self.places) :])
        return times[int(len(times) * 0.99)] if times else 0.0

    def go(self, seed: int) -> Trips:
        """Run to the scenario's end (without one, until nobody drives) and count the trips.

        Raises `signals_sumo_stopped`.
        """
        with tempfile.TemporaryDirectory(prefix="unjai-signals-") as folder:
            trips = Path(folder) / "trips.xml"
            begin = self.scenario.begin_s
            end = float("inf") if self.scenario.end_s is None else self.scenario.end_s
            due = departures(self.scenario.routes, begin, end)
            stopped = (self.api.TraCIException, self.api.FatalTraCIError)
            try:
                self._start(seed, trips)
                self._drive(begin, end)
                now = float(self.api.simulation.getTime())
            except stopped as error:
                raise UnjaiError("signals_sumo_stopped", 500, why=str(error)) from error
            finally:
                with contextlib.suppress(*stopped):
                    self.api.close()
            self.reads(trips)
            return counted(trips, due, min(end, now))

    def _start(self, seed: int, trips: Path) -> None:
        self.api.start(
            [
                self.api.unjai_binary,
                *self.scenario.arguments(self.extra),
                *("--no-step-log", "--no-warnings", "--time-to-teleport", "-1", "--duration-log.disable"),
                *self.options,
                *("--seed", str(seed), "--tripinfo-output", str(trips), "--tripinfo-output.write-unfinished"),
            ]
        )

    def _drive(self, begin: float, end: float) -> None:
        driven = {} if self.make is None else {p.junction.key: self._take(p, begin) for p in self.places}
        at, mail = begin, Mail()
        while at < end and (end != float("inf") or self.api.simulation.getMinExpectedNumber() > 0):
            if not driven:
                at = self._step(min(at + self.decision_s, end), driven)
                self.told((at - begin) / (end - begin) if end != float("inf") else 0.0)
                continue
            greens: dict[float, list[_Driven]] = {}
            lost = self.lost(at, driven)
            held = {key: one for key, one in driven.items() if not self._alone(one, key in lost, at)}
            pictures = {key: self._picture(one, at) for key, one in held.items()}
            for key, one in held.items():
                began = time.perf_counter()
                decision = one.controller.decide(replace(pictures[key], told=mail.of(key)))
                self.took_ms.append((time.perf_counter() - began) * 1000)
                mail.post(decision.tells)
                self._wish(one, decision.phase, at, greens)
            if self.on_step:
                self.on_step(at, driven)
            for moment in sorted(greens):
                if moment < end:
                    self._step(moment, driven)
                    for one in greens[moment]:
                        self._show(one, one.place.junction.phases[one.phase].state)
            at = self._step(min(at + self.decision_s, end), driven)
            self.told((at - begin) / (end - begin) if end != float("inf") else 0.0)

    def _step(self, until: float, driven: Mapping[JunctionId, _Driven]) -> float:
        now = float(self.api.simulation.getTime())
        while now < until:
            now = min(now + _LOOKS_S, until) if driven else until
            self.api.simulationStep(now)
            for one in driven.values():
                self._follow(one)
        return float(self.api.simulation.getTime())

    def _take(self, place: Place, at: float) -> _Driven:
        names = self.api.constants
        for node in place.nodes:
            self.api.junction.subscribeContext(
                node,
                names.CMD_GET_VEHICLE_VARIABLE,
                _RADIUS_M,
                [names.VAR_LANE_ID, names.VAR_LANEPOSITION, names.VAR_SPEED, names.VAR_VEHICLECLASS, names.VAR_LENGTH],
            )
        assert self.make is not None
        own = self.api.trafficlight.getProgram(place.junction.key)
        one = _Driven(place=place, controller=self.make(place.junction), since_s=at, own=own)
        self._show(one, place.junction.phases[0].state)
        return one

    def _alone(self, one: _Driven, lost: bool, at: float) -> bool:
        """Let a junction go or take it back; return whether its own program drives it.

        The program goes on from the phase that shows, and is left in one: no lamp jumps. Who comes back knows nothing.
        """
        junction, lights = one.place.junction, self.api.trafficlight
        if lost and not one.alone:
            programs = {logic.programID: logic for logic in lights.getAllProgramLogics(junction.key)}
            states = [phase.state for phase in programs[one.own].phases]
            lights.setProgram(junction.key, one.own)
            lights.setPhase(junction.key, states.index(one.lamps))
            one.alone = True
        elif one.alone and not lost:
            lamps = lights.getRedYellowGreenState(junction.key)
            numbers = [number for number, phase in enumerate(junction.phases) if phase.state == lamps]
            if numbers and self.make is not None:
                one.controller, one.phase, one.since_s, one.alone = self.make(junction), numbers[0], at, False
                one.waits, one.left = {}, []
                self._show(one, lamps)
        return one.alone

    def _show(self, one: _Driven, lamps: str) -> None:
        one.lamps = lamps
        self.api.trafficlight.setRedYellowGreenState(one.place.junction.key, lamps)

    def _wish(self, one: _Driven, phase: int, at: float, greens: dict[float, list[_Driven]]) -> None:
        junction = one.place.junction
        if phase == one.phase or at < one.since_s:
            return
        now, then = junction.phases[one.phase], junction.phases[phase]
        if at - one.since_s < now.min_green_s:
            return
        self._show(
            one, "".join("y" if a in "Gg" and b not in "Gg" else a for a, b in zip(now.state, then.state, strict=True))
        )
        one.phase, one.since_s = phase, at + now.yellow_s + now.red_clear_s
        greens.setdefault(one.since_s, []).append(one)

    def _picture(self, one: _Driven, at: float) -> Picture:
        place = one.place
        junction = place.junction
        seen: list[Seen] = []
        inside: list[Inside] = []
        rooms = [Out(room_m=lane.length_m) for lane in junction.outs]
        waits: dict[str, float] = {}
        names = self.api.constants
        for track, facts in self._near(place).items():
            lane_id = facts[names.VAR_LANE_ID]
            where = place.where.get(lane_id)
            if where is None:
                if lane_id in place.inner:
                    to_go = place.across_m[lane_id] - facts[names.VAR_LANEPOSITION]
                    inside.append(Inside(link=place.inner[lane_id], to_go_m=to_go, speed_mps=facts[names.VAR_SPEED]))
                continue
            what, number = where
            speed = facts[names.VAR_SPEED]
            position = facts[names.VAR_LANEPOSITION]
            if what == "out":
                self._fill(rooms, number, position - facts[names.VAR_LENGTH], speed)
                if lane_id not in place.lane_numbers:
                    continue
                what, number = "lane", place.lane_numbers[lane_id]
            if what == "lane":
                lane, distance = number, junction.lanes[number].length_m - position
            else:
                above = place.before[number]
                distance = above.behind_m + above.length_m - position
                lane = _drawn(above.into, one.went[number], track)
            if distance > SIGHT_M or lane < 0:
                continue
            waits[track] = one.waits.get(track, at) if speed < _STANDS_MPS else at
            seen.append(
                Seen(
                    lane=lane,
                    distance_m=max(distance, 0.0),
                    speed_mps=speed,
                    kind=kind_of(facts[names.VAR_VEHICLECLASS]),
                    waited_s=at - waits[track],
                    track=track,
                )
            )
        one.waits = waits
        left, one.left = one.left, []
        return Picture(
            at_s=at,
            phase=one.phase,
            green_s=at - one.since_s,
            seen=tuple(seen),
            outs=tuple(rooms),
            inside=tuple(inside),
            left=tuple(left),
        )

    def _near(self, place: Place) -> dict[str, Any]:
        """Return whom cameras see at the junction; whoever they miss is missed everywhere, also when he leaves."""
        near: dict[str, Any] = {}
        for node in place.nodes:
            near.update(self.api.junction.getContextSubscriptionResults(node))
        return {track: facts for track, facts in near.items() if self.sees(track)}

    def _follow(self, one: _Driven) -> None:
        """Note over which links vehicles left that were before the line when last looked."""
        place = one.place
        on: dict[str, tuple[str, int]] = {}
        above: dict[str, int] = {}
        for track, facts in self._near(place).items():
            lane_id = facts[self.api.constants.VAR_LANE_ID]
            what, number = place.where.get(lane_id, ("", 0))
            if track in one.above:
                above[track] = one.above[track]
            if what == "lane":
                on[track] = (edge_of(lane_id), number)
            elif what == "before":
                on[track] = (place.before[number].edge, -1)
                above[track] = number
            elif track in one.on and (way := _left(place, *one.on[track], lane_id)) is not None:
                one.left.append(way)
                if track in above:
                    one.went[above.pop(track)][place.junction.links[way].from_lane] += 1
            elif track in above and not lane_id.startswith(":"):
                one.went[above.pop(track)][-1] += 1
        one.on, one.above = on, above

    @staticmethod
    def _fill(rooms: list[Out], number: int, back_m: float, speed: float) -> None:
        if speed < _CRAWLS_MPS and back_m < rooms[number].room_m:
            rooms[number] = Out(room_m=max(back_m, 0.0), moving=speed >= _STANDS_MPS)


def _left(place: Place, edge: str, lane: int, now: str) -> int | None:
    """Return the link over which a vehicle left `edge` (and `lane`, where known) that is on another road now."""
    if now in place.inner:
        return place.inner[now]
    ways = place.ways.get((edge, now)) or place.ways.get((edge, place.beyond.get(edge_of(now), "")), ())
    if lane >= 0:
        ways = tuple(way for way in ways if place.junction.links[way].from_lane == lane)
    return ways[0] if len(ways) == 1 else None


def _drawn(lanes: tuple[int, ...], went: Counter[int], track: str) -> int:
    """Return the lane that a vehicle from further up will come to, as often as others went there; -1: it turns off.

    `lanes` can be reached from where it is. The same vehicle always gets the same part of all.
    """
    likely = went + Counter(dict.fromkeys(lanes, _PRIOR))
    at = (zlib.crc32(track.encode()) % 9973) / 9973 * likely.total()
    for lane, share in sorted(likely.items()):
        at -= share
        if at < 0:
            return lane
    return lanes[-1]
