"""One junction at work: sees, asks its controller, and lets go of it whenever anything is not as it should be."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.model.ids import EPOCH, StationId
from unjai.picture.alerts.kinds.signals import PICTURE
from unjai.signals.controller.base import Make
from unjai.signals.controller.greenway import WHYS, Coming, GreenWay
from unjai.signals.controller.neighbours import Mail
from unjai.signals.deciding import DECIDE_S
from unjai.signals.junction import Decision
from unjai.signals.plants.base import Plant
from unjai.signals.rules.beyond import Beyond
from unjai.signals.rules.definition import junction_of, lanes_green, phase_of
from unjai.signals.rules.hires import Event, of_phase
from unjai.signals.rules.holding import Holding
from unjai.signals.rules.watching import Colour, Ended, Sight, Wishing
from unjai.signals.schemas.definition import JunctionFile

log = logging.getLogger(__name__)

_PATIENCE_S = 0.8
_WORKS = ("shadow", "pattern", "control")
_DRIVES = ("pattern", "control")
_UNREACHED = {"signals_no_answer", "signals_plant_silent"}
Health = Literal["none", "ok", "trouble"]


@dataclass(slots=True)
class Noted:
    """What came of a second and is to be kept."""

    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    ended: Ended | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to keep."""
        return not self.notes and self.ended is None and not self.events


class Post:
    """One junction. It is made anew when its register changes; a change of mode alone is `drive`."""

    def __init__(
        self,
        row: dict[str, Any],
        file: JunctionFile,
        *,
        make: Make,
        opens: Callable[[dict[str, Any]], Plant | None],
        mail: Mail,
    ) -> None:
        """See nothing, drive nothing."""
        self.junction_id: UUID = row["id"]
        self.station_id = StationId(row["station_id"])
        self.code: str = row["code"]
        self.file, self.junction = file, junction_of(file)
        self.sight, self.wishing = Sight(self.junction), Wishing(self.junction)
        self.beyond = Beyond(self.junction)
        self.mode = "off"
        self.decision: Decision | None = None
        self.health: Health = "none"
        self.trouble = ""
        self.wrong: tuple[str, ...] | None = None
        """What keeps it from its work; None until it has had a second."""
        self._row, self._opens, self._mail = row, opens, mail
        self._way = GreenWay(self.junction, make(self.junction), every_s=DECIDE_S)
        self._holding = Holding()
        self._coming: tuple[Coming, ...] = ()
        self._plant: Plant | None = None
        self._decided_s = 0.0
        self._decided_in: int | None = None
        """The phase that showed when it was decided: of another the reason says nothing."""
        self._missing: str | None = None
        """What the picture lacks; None until it was whole for the first time."""
        self._shown: tuple[int, str] | None = None
        self._waiting = Noted()
        self._turn = asyncio.Lock()

    def other_than(self, row: dict[str, Any]) -> bool:
        """Tell whether the register says another junction or another controller, or nothing to do any more."""
        parts = ("definition", "plant", "host", "port", "sealed")
        return row["mode"] == "off" or any(row[one] != self._row[one] for one in parts)

    async def drive(self, row: dict[str, Any]) -> None:
        """Take the mode of the register. Whatever it is, a controller that was driven is let go before all else."""
        mode, before = row["mode"], self.mode
        if mode == before:
            return
        async with self._turn:
            self._note_ways((), lambda _unit: None)
            self.mode, self._row = mode, row
            self.wishing.drop()
            if before in _DRIVES or mode == "local":
                await self._let_go()
            await self._close()
            await self._open()

    async def _open(self) -> None:
        try:
            self._plant = self._opens(self._row)
        except UnjaiError as error:
            self._troubled(error.code)
        else:
            self.health = "none" if self._plant is None else "ok"

    async def end(self) -> None:
        """Let the controller go and give everything back."""
        async with self._turn:
            self.mode = "off"
            await self._let_go()
            await self._close()

    async def _close(self) -> None:
        if self._plant is not None:
            with contextlib.suppress(UnjaiError, OSError, TimeoutError):
                await self._plant.close()
        self._plant, self.health, self.trouble, self.decision = None, "none", "", None

    async def let_go(self) -> None:
        """Release the controller where it is driven; the next whole second drives again."""
        async with self._turn:
            if self.mode in _DRIVES:
                await self._let_go()

    async def _let_go(self) -> None:
        """Release the controller; one that does not hear it goes back by itself, when wishes stop coming."""
        if self._plant is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._plant.release()
        except (UnjaiError, OSError, TimeoutError) as error:
            self._troubled(getattr(error, "code", "signals_plant_silent"))

    def showed(self, at_s: float, number: int, colour: Colour, for_s: float | None) -> None:
        """Take what a box says that the controller shows, by the controller's own number."""
        phase = phase_of(self.junction, number)
        if phase is not None and self._plant is None:
            self.sight.show(at_s, phase, colour, for_s)

    def expect(self, coming: tuple[Coming, ...], passed: Callable[[str], float | None]) -> None:
        """Take who comes on duty, and note what it came to for those who come no more."""
        self._coming = () if self.mode == "pattern" else coming
        keys = {one.key for one in self._coming}
        if self._way.serving is not None and self._way.serving not in keys:
            self._decided_s = 0.0
        self._note_ways(keys, passed)

    def _note_ways(self, coming: Collection[str], passed: Callable[[str], float | None]) -> None:
        for unit, one in self._holding.over(coming).items():
            if self.mode != "control" and one.held_s < 1.0:
                continue
            facts = {"unit": unit, "held_s": round(one.held_s), "waited_s": round(one.waited_s)}
            code = "green_way_ended" if self.mode == "control" else "green_way_would"
            self._waiting.notes.append((code, {**facts, "passed_s": passed(unit)}))

    async def second(self, now_s: float) -> Noted:
        """Take one second: read, see, decide, drive or only note. Returns what is to be kept."""
        async with self._turn:
            if self._plant is not None:
                await self._read(now_s)
            await self._work(now_s)
            self.wrong = tuple(self._wrong(now_s))
            noted, self._waiting = self._waiting, Noted()
            return noted

    def _wrong(self, now_s: float) -> Iterator[str]:
        if self.trouble:
            yield self.trouble
        missing = self.sight.missing(now_s) if self.mode in _WORKS else ""
        if missing == "lanes" or (missing and not self.trouble):  # who does not answer tells no phase either
            yield PICTURE

    async def _read(self, now_s: float) -> None:
        assert self._plant is not None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                status = await self._plant.read()
        except (UnjaiError, OSError, TimeoutError) as error:
            self._troubled(getattr(error, "code", "signals_plant_silent"))
            return
        if self.health == "trouble":
            self._waiting.notes.append(("plant_back", {}))
        self.health, self.trouble = "ok", ""
        if status is None:
            return
        self.sight.show(now_s, status.phase, status.colour, status.for_s, status.next)
        number = self.junction.phases[status.phase].number or status.phase + 1
        shown = (number, status.colour)
        at = datetime.fromtimestamp(round(now_s, 1), EPOCH.tzinfo)
        self._waiting.events += of_phase(self._shown, shown, at)
        self._shown = shown

    def _troubled(self, code: str) -> None:
        if {self.trouble, code} <= _UNREACHED:  # one silence: who ran out of patience first is no news
            return
        if self.trouble != code:
            self._waiting.notes.append(("plant_trouble", {"error": code}))
        self.health, self.trouble = "trouble", code

    async def _work(self, now_s: float) -> None:
        if self.mode not in _WORKS:
            return
        picture = self.sight.picture(now_s)
        missing = self.sight.missing(now_s)
        if self._missing is not None and missing != self._missing:
            self._waiting.notes.append(("fresh", {}) if not missing else ("stale", {"missing": missing}))
        if self._missing is not None or not missing:
            self._missing = missing
        if picture is None:
            self.decision = None
            self.wishing.drop()
            if self.mode in _DRIVES:
                await self._let_go()
            return
        due = now_s - self._decided_s >= DECIDE_S or picture.phase != self._decided_in
        if self.decision is None or due:
            self._way.expect(*self._coming)
            self._way.recovers = self.mode == "control"
            picture = replace(self.beyond.added_to(picture), told=self._mail.of(self.junction.key))
            self.decision = await asyncio.to_thread(self._way.decide, picture)
            if self.mode in _DRIVES:  # a plan that nobody follows sends nobody
                self._mail.post(self.decision.tells)
            self._decided_s, self._decided_in = now_s, picture.phase
        if self.decision.why in WHYS:  # what others lose by it is noted apart, and is no saving that was missed
            self.wishing.drop()
        else:
            self._waiting.ended = self.wishing.step(self.sight, now_s, self.decision)
        self._hold(now_s, self.decision.phase)
        if self.mode in _DRIVES and self._plant is not None:
            await self._wish(self.decision.phase)

    def _hold(self, now_s: float, phase: int) -> None:
        unit = self._way.serving
        if unit is None:
            return
        others = set(range(len(self.junction.lanes))) - lanes_green(self.junction, phase)
        lanes = self.sight.lanes(now_s)
        began = self._holding.second(now_s, unit, sum(lanes[one].queue for one in others))
        if began and self.mode == "control":
            self._waiting.notes.append(("green_way_began", {"unit": unit}))

    async def _wish(self, phase: int) -> None:
        assert self._plant is not None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._plant.wish(phase)
        except (UnjaiError, OSError, TimeoutError) as error:
            self._troubled(getattr(error, "code", "signals_plant_silent"))

    def state(self, now_s: float) -> dict[str, Any]:
        """Return what the page shows of this second."""
        shown, decision = self.sight.shown, self.decision
        return {
            "junction_id": self.junction_id,
            "mode": self.mode,
            "missing": self.sight.missing(now_s),
            "phase": None if shown is None else shown.phase,
            "colour": None if shown is None else shown.colour,
            "for_s": None if shown is None else max(0.0, now_s - shown.since_s),
            "phase_age_s": None if shown is None else max(0.0, now_s - shown.at_s),
            "lanes": [asdict(one) for one in self.sight.lanes(now_s)],
            "wish": None if decision is None else decision.phase,
            "why": "" if decision is None else decision.why,
            "facts": {} if decision is None else dict(decision.facts),
            "health": self.health,
            "trouble": self.trouble,
        }
