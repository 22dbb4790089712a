"""Drive a controller on the street by the ladder: shadow, pattern, phases. It touches no lamp, and lets go in doubt.

- **shadow**: it reads, sets nothing, and says what it would command.
- **pattern**: it chooses among the controller's own patterns, at the edges of its cycle.
- **phases**: it holds a green, forces one off whose minimums are over, omits and calls, phase by phase.

The controller keeps minimum green, walk, clearance, yellow and all-red. The plant checks them too, with the
controller's own times and what it sees of it: a command that would end a green too early is not sent at all.

Commands are repeated in every step (one a second), so that `unitBackupTime` can tell silence. They are all set to zero
when it stops, when no usable wish came for `stale_s`, and on every doubt. After a doubt that passed (a cut line,
flashing, a preempt) it resumes once `settle_s` were quiet; a controller that ignores a set, shows a conflict or has
other times than it had is commanded again only after `rearm`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from unjai.model.errors import UnjaiError
from unjai.signals.envelope import Envelope, Limits
from unjai.signals.junction import Junction
from unjai.signals.ntcip import oids
from unjai.signals.ntcip.client import Wire, set_and_compare
from unjai.signals.ntcip.oids import ControlColumn
from unjai.signals.ntcip.street import (
    Status,
    Times,
    check_pattern,
    doubt,
    read_backup_s,
    read_phases,
    read_status,
    read_times,
    timed,
)

BACKUP_S = (3, 60)
"""`unitBackupTime` must lie between: shorter, one lost message ends control; longer, commands outlive us too long."""
_LATCHED = frozenset(
    {"signals_set_ignored", "signals_street_conflict", "signals_timing_changed", "signals_plan_refused"}
)
_ATTEMPTS = 3


class Rung(IntEnum):
    """How far the plant goes."""

    SHADOW = 0
    PATTERN = 1
    PHASES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When the plant doubts."""

    limits: Limits = field(default_factory=Limits)
    settle_s: float = 5.0
    recheck_s: float = 60.0
    """How often the controller's times are read again."""
    call_pedestrians: bool = False
    """Whether a wished phase calls its pedestrians, too, as where no buttons are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """Commands by phase."""

    hold: frozenset[int] = frozenset()
    force_off: frozenset[int] = frozenset()
    omit: frozenset[int] = frozenset()
    call: frozenset[int] = frozenset()
    ped_call: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that a person must know: a code of the catalogue with its facts."""

    code: str
    at_s: float
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step saw and did."""

    at_s: float
    rung: Rung
    """What was done: `SHADOW` while it only reads."""
    status: Status | None
    """`None` where the controller did not answer."""
    phase: int | None
    """The phase of the junction that shows whole; `None` in a change."""
    green_s: float
    masks: Masks
    """What was commanded, or would have been."""
    doubt: str
    alerts: tuple[Alert, ...]


class Plant:
    """One controller on the street. `open` reads it, `step` drives it, `stop` lets it go."""

    def __init__(
        self,
        wire: Wire,
        junction: Junction,
        stages: Sequence[Collection[int]],
        times: Mapping[int, Times],
        *,
        rung: Rung,
        watch: Watch,
    ) -> None:
        """Hold what `open` has read and checked."""
        self.junction = junction
        self.rung = rung
        self.watch = watch
        self._wire = wire
        self._stages = [frozenset(stage) for stage in stages]
        self.times = dict(times)
        self._envelope = Envelope(junction, watch.limits)
        self._shown = self._envelope.start(0.0)
        self._target = 0
        self._since: dict[int, float] = {}
        self._seen_s = -math.inf
        self._checked_s: float | None = None
        self._quiet_from: float | None = None
        self._doubt = ""
        self._latched = ""
        self._standing = rung is not Rung.SHADOW
        """Whether commands may stand in the controller, of ours or of one before us."""
        self._tries = 0
        self._lost = True
        self._pattern = 0
        self._patterns: set[int] = set()
        self._cycle_left_s = 0

    @classmethod
    async def open(
        cls,
        wire: Wire,
        junction: Junction,
        stages: Sequence[Collection[int]] | None = None,
        *,
        rung: Rung = Rung.SHADOW,
        watch: Watch | None = None,
    ) -> Plant:
        """Read a controller and take its times. `stages` gives each phase of the junction its phases on the street.

        Raises `signals_backup_time` where it is to be commanded and would not take itself back in silence; what `timed`
        and the wire raise.
        """
        given = stages or [phase.together for phase in junction.phases]
        phases = await read_phases(wire)
        backup_s = await read_backup_s(wire)
        if rung is not Rung.SHADOW and not BACKUP_S[0] <= backup_s <= BACKUP_S[1]:
            facts = {"backup_s": backup_s, "from_s": BACKUP_S[0], "to_s": BACKUP_S[1]}
            raise UnjaiError("signals_backup_time", 409, junction=junction.key, **facts)
        times = await read_times(wire, phases)
        junction = timed(junction, given, times)
        return cls(wire, junction, given, times, rung=rung, watch=watch or Watch())

    async def step(self, at_s: float, wish: int | None = None, pattern: int | None = None) -> Told:
        """Read, judge, and command if nothing speaks against it. Once a second; never raises for the controller."""
        try:
            status = await read_status(self._wire, self.times)
        except UnjaiError as error:
            return await self._let_go(at_s, None, error.code, error.facts)
        try:
            await self._recheck(at_s)
        except UnjaiError as error:
            return await self._let_go(at_s, status, error.code, error.facts)
        self._age(status, at_s)
        why = doubt(status, self.times) or self._see(status, at_s, wish, pattern)
        if why or self._latched:
            return await self._let_go(at_s, status, why or self._latched)
        masks = Masks() if self.rung is Rung.PATTERN else self._masks(status, at_s)
        try:
            check_masks(masks, status, self.times, self._greens_s(at_s))
            if not self._settled(at_s) or self.rung is Rung.SHADOW:
                return await self._let_go(at_s, status, "", masks=masks)
            await self._command(masks, status, pattern)
        except UnjaiError as error:
            return await self._let_go(at_s, status, error.code, error.facts)
        alerts = self._change("", at_s)
        return self._told(at_s, self.rung, status, masks, alerts)

    async def stop(self) -> bool:
        """Set every command to zero; return whether the controller has confirmed it."""
        for _ in range(_ATTEMPTS):
            if await self._clear():
                return True
        return False

    def rearm(self) -> None:
        """Trust the controller again: a person has looked at what was wrong."""
        self._latched = ""
        self._quiet_from = None

    def _see(self, status: Status, at_s: float, wish: int | None, pattern: int | None) -> str:
        """Follow what shows, take the wish if it may be taken, and return what is wrong with the time or the wish."""
        stage = next((n for n, stage in enumerate(self._stages) if stage == status.greens), None)
        asked = wish if self.rung is not Rung.PATTERN else None if pattern is None else self._shown.phase
        self._shown, target = self._envelope.observe(self._shown, asked, at_s, stage)
        if stage is not None:
            self._target = target
        if self._shown.trouble in {"signals_clock_unusable", "signals_time_leapt"} and not self._lost:
            return self._shown.trouble
        self._lost = False
        return "signals_wish_stale" if not self._shown.led and self.rung is not Rung.SHADOW else ""

    # What to command

    def _masks(self, status: Status, at_s: float) -> Masks:
        """Return the commands that bring the target about, each within what its phase allows."""
        wanted = self._stages[self._target]
        ages = self._greens_s(at_s)
        hold = frozenset(one for one in status.greens & wanted if ages[one] < self.times[one].max_green_s)
        ready = (one for one in status.greens - wanted if may_end(one, status, self.times, ages))
        walkers = frozenset(one for one in wanted if self.times[one].walk_s > 0 and self.watch.call_pedestrians)
        return Masks(
            hold=hold,
            force_off=frozenset(ready),
            omit=frozenset(self.times) - wanted,
            call=wanted,
            ped_call=walkers,
        )

    async def _command(self, masks: Masks, status: Status, pattern: int | None) -> None:
        self._standing, self._tries = True, 0
        if self.rung is Rung.PHASES:
            await set_and_compare(self._wire, _objects(masks, self.times), _force_offs(self.times))
            return
        edge = status.cycle_left_s > self._cycle_left_s or status.pattern in {oids.FREE, oids.FLASH}
        self._cycle_left_s = status.cycle_left_s
        if pattern is not None and pattern != self._pattern and (edge or not self._pattern):
            if pattern not in self._patterns:
                if not 1 <= pattern < oids.FREE:
                    raise UnjaiError("signals_pattern_refused", pattern=pattern, phase=0, split_s=0)
                await check_pattern(self._wire, pattern, self.times)
                self._patterns.add(pattern)
            self._pattern = pattern
        await set_and_compare(self._wire, {oids.SYSTEM_PATTERN_CONTROL: self._pattern})

    # Doubt

    async def _let_go(
        self,
        at_s: float,
        status: Status | None,
        code: str,
        facts: Mapping[str, object] | None = None,
        *,
        masks: Masks | None = None,
    ) -> Told:
        """Command nothing: clear what may still stand, say why, and begin to wait for quiet."""
        if code:
            self._quiet_from = None
            self._latched = self._latched or (code if code in _LATCHED else "")
        self._lost = self._lost or status is None
        if self._standing and status is not None and self._tries < _ATTEMPTS:
            await self._clear()
        alerts = self._change(code, at_s, facts) if code or self.rung is Rung.SHADOW else ()
        return self._told(at_s, Rung.SHADOW, status, masks or Masks(), alerts)

    async def _clear(self) -> bool:
        """Set every command to zero. Only so often: each set starts the backup timer anew, which does the same."""
        self._tries += 1
        zeros = {**_objects(Masks(), self.times), oids.SYSTEM_PATTERN_CONTROL: 0}
        try:
            await set_and_compare(self._wire, zeros)
        except UnjaiError:
            return False
        self._standing, self._pattern, self._tries = False, 0, 0
        return True

    def _settled(self, at_s: float) -> bool:
        if self._quiet_from is None or at_s < self._quiet_from:
            self._quiet_from = at_s
        return at_s - self._quiet_from >= self.watch.settle_s

    async def _recheck(self, at_s: float) -> None:
        """Read the times again now and then: another plan in the cabinet is another controller."""
        if self._checked_s is not None and 0 <= at_s - self._checked_s < self.watch.recheck_s:
            return
        times = await read_times(self._wire, self.times)
        backup_s = await read_backup_s(self._wire)
        self._checked_s = at_s
        changed = [phase for phase in times if times[phase] != self.times[phase]]
        if changed:
            raise UnjaiError("signals_timing_changed", 409, phase=changed[0])
        if self.rung is not Rung.SHADOW and not BACKUP_S[0] <= backup_s <= BACKUP_S[1]:
            raise UnjaiError("signals_timing_changed", 409, phase=0)

    def _change(self, code: str, at_s: float, facts: Mapping[str, object] | None = None) -> tuple[Alert, ...]:
        """Return an alert where the doubt is another than before; the end of a doubt is one too."""
        before, self._doubt = self._doubt, code
        if code == before:
            return ()
        return (Alert(code=code or "signals_resumed", at_s=at_s, facts=tuple((facts or {}).items())),)

    def _told(self, at_s: float, rung: Rung, status: Status | None, masks: Masks, alerts: tuple[Alert, ...]) -> Told:
        whole = status is not None and self._shown.leaving is None
        return Told(
            at_s=at_s,
            rung=rung,
            status=status,
            phase=self._shown.phase if whole else None,
            green_s=self._shown.green_s,
            masks=masks,
            doubt=self._doubt,
            alerts=alerts,
        )

    # What is seen

    def _age(self, status: Status, at_s: float) -> None:
        """Keep since when each phase is seen green; after a gap or a leap nothing is known, so it begins anew."""
        if not 0 <= at_s - self._seen_s <= self.watch.limits.gap_s:
            self._since = {}
        self._seen_s = at_s
        self._since = {one: self._since.get(one, at_s) for one in status.greens}

    def _greens_s(self, at_s: float) -> dict[int, float]:
        return {one: at_s - since for one, since in self._since.items()}


def may_end(phase: int, status: Status, times: Mapping[int, Times], ages: Mapping[int, float]) -> bool:
    """Return whether a green may be forced off: its minimum is over and nobody walks beside it."""
    walking = phase in status.walks or phase in status.ped_clears
    return not walking and ages.get(phase, 0.0) >= times[phase].min_green_s


def check_masks(masks: Masks, status: Status, times: Mapping[int, Times], ages: Mapping[int, float]) -> None:
    """Raise `signals_plan_refused` for commands that a controller should never be asked for."""
    early = [one for one in masks.force_off if not may_end(one, status, times, ages)]
    apart = [one for one in masks.hold if masks.hold - {one} - times[one].concurrent]
    both = masks.hold & masks.force_off | masks.call & masks.omit | masks.hold & masks.omit
    endless = [one for one in masks.hold if ages.get(one, math.inf) >= times[one].max_green_s]
    wrong = [*early, *apart, *both, *endless]
    if wrong or masks.omit == frozenset(times):
        raise UnjaiError("signals_plan_refused", 409, phase=wrong[0] if wrong else 0)


def _objects(masks: Masks, times: Iterable[int]) -> dict[str, int]:
    """Return every command object with its value: what is not commanded is set to zero."""
    columns = {
        ControlColumn.PHASE_OMIT: masks.omit,
        ControlColumn.PED_OMIT: frozenset[int](),
        ControlColumn.HOLD: masks.hold,
        ControlColumn.FORCE_OFF: masks.force_off,
        ControlColumn.VEH_CALL: masks.call,
        ControlColumn.PED_CALL: masks.ped_call,
    }
    groups = sorted({oids.group_of(phase) for phase in times})
    return {
        oids.control_object(column, group): oids.mask(phases, group)
        for group in groups
        for column, phases in columns.items()
    }


def _force_offs(times: Iterable[int]) -> list[str]:
    """Return the objects whose bits the controller clears by itself."""
    return [oids.control_object(ControlColumn.FORCE_OFF, group) for group in {oids.group_of(one) for one in times}]
