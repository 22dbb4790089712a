"""The virtual controller at a junction of a SUMO run: its lamps are SUMO's signals, SUMO's traffic is its detectors.

The station's side drives it over SNMP on loopback as it drives a cabinet on the street: it reads what shows, and holds,
forces off, omits and calls. The controller's clock is the simulation's: each second is one step of both, however long
it takes. Other junctions of the net keep their own programs.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction, Phase
from unjai.signals.ntcip.client import Client
from unjai.signals.ntcip.oids import GROUPS, ControlStatus, FlashStatus
from unjai.signals.plants.base import PlantSpec, Status
from unjai.signals.plants.ntcip import Ntcip
from unjai.signals.plants.sumo import Run, _Driven
from unjai.signals.plants.sumo_net import Place, edge_of
from unjai.signals.rules.definition import lanes_green
from unjai.signals.rules.watching import Shown
from unjai.signals.virtual.agent import serve
from unjai.signals.virtual.core import Core, Timing

ZONE_M = 30.0
"""So far before the line a detector feels whoever is there: at 50 km/h the gap that ends a green is 2.2 s."""
MOST_GREEN_S = 40.0
WALK_S = 5.0
WALKS_MPS = 1.2
COMMUNITY = "unjai"
PATIENCE_S = 5.0
"""The simulation waits for an answer: what is tried here is not how fast a loaded machine is."""
_TICK_S = 1.0


def cabinet(place: Place) -> tuple[Place, Core]:
    """Return a junction as a cabinet has it, and the controller of that cabinet.

    Each of the net's phases is one phase in one ring. Those that differ in pedestrians' signals alone are one: the
    controller times the walk itself. Raises `signals_phases_many`.
    """
    junction = place.junction
    walkers = walkers_of(junction)
    merged: dict[str, set[int]] = {}
    for phase in junction.phases:
        wheels = "".join("r" if at in walkers else letter for at, letter in enumerate(phase.state))
        merged.setdefault(wheels, set()).update(at for at in walkers if phase.state[at] in "Gg")
    if len(merged) > 8 * len(GROUPS):
        raise UnjaiError("signals_phases_many", junction=junction.key, count=len(merged), most=8 * len(GROUPS))
    phases = tuple(_phase(junction, number, wheels, walks) for number, (wheels, walks) in enumerate(merged.items(), 1))
    timings = {
        number: Timing(
            min_green_s=phase.min_green_s,
            max_green_s=phase.max_green_s,
            walk_s=phase.walk_s,
            ped_clear_s=phase.walk_clear_s,
            yellow_s=phase.yellow_s,
            red_clear_s=phase.red_clear_s,
            recall=False,
        )
        for number, phase in enumerate(phases, 1)
    }
    core = Core(timings, rings=[[(number,) for number in timings]])
    return replace(place, junction=replace(junction, phases=phases)), core


def walkers_of(junction: Junction) -> frozenset[int]:
    """Return the signals of pedestrians."""
    return frozenset(link.signal for link in junction.links if link.pedestrian)


def _phase(junction: Junction, number: int, wheels: str, walks: set[int]) -> Phase:
    roads = [junction.outs[link.to_lane].length_m for link in junction.links if link.signal in walks]
    clear_s = float(math.ceil(max(roads) / WALKS_MPS)) if walks else 0.0
    walk_s = WALK_S if walks else 0.0
    return replace(
        junction.phases[0],
        state="".join("G" if at in walks else letter for at, letter in enumerate(wheels)),
        max_green_s=max(MOST_GREEN_S, walk_s + clear_s),
        walk_s=walk_s,
        walk_clear_s=clear_s,
        number=number,
        name=str(number),
    )


class Monitor:
    """Sees every lamp of every tick, and knows of the controller nothing but these."""

    def __init__(self, junction: Junction) -> None:
        """Have seen nothing."""
        self._crosses = {link.signal: set[int]() for link in junction.links}
        for link in junction.links:
            self._crosses[link.signal] |= link.crosses
        self._first: set[int] = set()

    def conflict(self, lamps: str) -> bool:
        """Take a tick; tell whether two that cross have priority at once, the yellow of one that had it included."""
        first = {at for at, lamp in enumerate(lamps) if lamp == "G" or (lamp == "y" and at in self._first)}
        self._first = first
        return any(self._crosses.get(at, set()) & first for at in first)


@dataclass(kw_only=True)
class Closed(Run):
    """A run in which the virtual controller drives the one junction of `places`, as `cabinet` made both."""

    core: Core
    port: int = 0
    commanded: bool = True
    """Whether the station's side commands it; else it runs its own plan, called by its detectors."""
    showed: Callable[[float, str], None] = lambda _at, _lamps: None
    opened: Callable[[int], None] = lambda _port: None
    """Told the port at which it answers."""

    conflicts: int = 0
    commanded_s: int = 0
    served: Counter[int] = field(default_factory=Counter)
    """Seconds of green of each phase."""
    walked: Counter[int] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    """Seconds in which the station's side could not drive it, by why."""
    _now: float = 0.0
    _wished: int = 0
    _decided_s: float = -math.inf

    def __post_init__(self) -> None:
        """Know the junction's letters."""
        junction = self.places[0].junction
        self._monitor, self._walkers = Monitor(junction), walkers_of(junction)
        self._states = {number: phase.state for number, phase in enumerate(junction.phases, 1)}

    def _drive(self, begin: float, end: float) -> None:
        asyncio.run(self._close(begin, end))

    async def _close(self, begin: float, end: float) -> None:
        self._now = begin
        self.core.step(begin)
        one = self._take(self.places[0], begin)
        self._light(one)
        async with AsyncExitStack() as stack:
            try:
                agent = await serve(self.core, self.port, COMMUNITY, lambda: self._now)
            except OSError as error:
                raise UnjaiError("signals_port_taken", 409, port=self.port, why=str(error)) from error
            stack.push_async_callback(agent.close)
            self.opened(agent.port)
            wire = Client("127.0.0.1", agent.port, community=COMMUNITY, timeout_s=PATIENCE_S)
            await stack.enter_async_context(wire)
            spec = PlantSpec(
                junction=one.place.junction,
                kind="ntcip",
                host=wire.host,
                port=agent.port,
                level="control",
                community=COMMUNITY,
            )
            plant = Ntcip(spec, clock=lambda: self._now, wire=wire)
            stack.push_async_callback(plant.close)
            while self._now < end and (end != math.inf or self.api.simulation.getMinExpectedNumber() > 0):
                self._now = self._step(min(self._now + _TICK_S, end), {one.place.junction.key: one})
                self._tick(one)
                if self.commanded:
                    await self._command(one, plant)
                else:
                    await asyncio.sleep(0)  # whoever asks at the door is answered
                self.told((self._now - begin) / (end - begin) if end != math.inf else 0.0)

    def _tick(self, one: _Driven) -> None:
        """Let the controller feel who is there, take its second, and light its lamps."""
        self.core.vehicles = self._waiting(one)
        self.core.buttons |= self._pressed(one)
        self.core.step(self._now)
        self._light(one)
        self.served.update(self.core.greens())
        self.walked.update(self.core.walks())
        self.commanded_s += self.core.status is ControlStatus.SYSTEM

    def _light(self, one: _Driven) -> None:
        lamps = self.core.lamps(self._states, self._walkers)
        if self._monitor.conflict(lamps):
            self.conflicts += 1
            self.core.flash = FlashStatus.MMU
            lamps = self.core.lamps(self._states, self._walkers)
        self._show(one, lamps)
        self.showed(self._now, lamps)

    def _waiting(self, one: _Driven) -> set[int]:
        """Return the phases that are called: those that open all ways of a lane with somebody, or where none does some.

        A shared lane so does not call for its turn alone.
        """
        place, junction = one.place, one.place.junction
        names = self.api.constants
        lanes: set[int] = set()
        for facts in self._near(place).values():
            what, number = place.where.get(facts[names.VAR_LANE_ID], ("", 0))
            if what == "lane" and junction.lanes[number].length_m - facts[names.VAR_LANEPOSITION] <= ZONE_M:
                lanes.add(number)
            elif what == "before":
                above = place.before[number]
                if above.behind_m + above.length_m - facts[names.VAR_LANEPOSITION] <= ZONE_M:
                    lanes.update(above.into)
        called: set[int] = set()
        for lane in lanes:
            ways = [link.signal for link in junction.links if link.from_lane == lane and not link.pedestrian]
            some = {n for n in self._states if lane in lanes_green(junction, n - 1)}
            called |= {n for n in some if all(self._states[n][at] in "Gg" for at in ways)} or some
        return called

    def _pressed(self, one: _Driven) -> set[int]:
        """Return the phases in whose walk somebody who stands before a crossing could go."""
        junction = one.place.junction
        crossings = {
            edge_of(junction.outs[link.to_lane].key): link.signal for link in junction.links if link.pedestrian
        }
        if not crossings:
            return set()
        persons = self.api.person
        ahead = {persons.getNextEdge(who) for who in persons.getIDList() if persons.getWaitingTime(who) > 0}
        signals = {crossings[edge] for edge in ahead & crossings.keys()}
        called = {n for n, state in self._states.items() if any(state[at] in "Gg" for at in signals)}
        return called - self.core.walks()

    async def _command(self, one: _Driven, plant: Ntcip) -> None:
        """Take the second of the station: read, decide as it does, wish."""
        try:
            status = await plant.read()
        except UnjaiError as error:
            self.troubles[error.code] += 1
            return
        if status is None:
            return
        phase, green_s = self._coming(one.place.junction, status)
        due = self._now - self._decided_s >= self.decision_s or phase != one.phase
        one.phase, one.since_s = phase, self._now - green_s
        if due:
            self._wished = one.controller.decide(self._picture(one, self._now)).phase
            self._decided_s = self._now
        await plant.wish(self._wished)

    def _coming(self, junction: Junction, status: Status) -> tuple[int, float]:
        shown = Shown(
            phase=status.phase,
            colour=status.colour,
            since_s=self._now - status.for_s,
            at_s=self._now,
            next=status.next,
        )
        return shown.coming(self._now, junction.phases[status.phase])
