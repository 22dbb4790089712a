"""The virtual controller's objects by address: what SNMP reads and writes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from unjai.signals.ntcip import oids
from unjai.signals.ntcip.oids import (
    ControlColumn,
    FlashStatus,
    PatternColumn,
    PhaseColumn,
    SplitColumn,
    StatusColumn,
)
from unjai.signals.virtual.core import Core, Timing

Value = int | bytes
_BYTE = 255
_LONGEST_BACKUP_S = 65535


class NoSuchObjectError(LookupError):
    """There is no object at this address."""


class NotWritableError(PermissionError):
    """The object cannot be set, or not by this controller."""


class BadValueError(ValueError):
    """The value is out of the object's range."""


class Objects:
    """Addresses over a core. `refuses` are control objects whose sets are acknowledged and then forgotten: a fault."""

    def __init__(self, core: Core) -> None:
        """Work out every address."""
        self.core = core
        self.refuses: set[str] = set()
        self._read: dict[str, Callable[[], Value]] = {
            oids.MAX_PHASES: lambda: max(core.timings),
            oids.UNIT_BACKUP_TIME_S: lambda: core.backup_s,
            oids.UNIT_CONTROL_STATUS: lambda: int(core.status),
            oids.UNIT_FLASH_STATUS: lambda: int(core.flash),
            oids.UNIT_ALARM_STATUS_1: lambda: 0b0001_0000 if core.flash is FlashStatus.MMU else 0,
            oids.SHORT_ALARM_STATUS: lambda: 0,
            oids.MAX_PATTERNS: lambda: max(core.patterns, default=0),
            oids.COORD_PATTERN_STATUS: core.pattern,
            oids.COORD_CYCLE_STATUS_S: core.cycle_left_s,
            oids.SYSTEM_PATTERN_CONTROL: lambda: core.commands.pattern,
        }
        self._timings()
        self._groups()
        self._patterns()
        self.order = sorted(self._read, key=lambda oid: tuple(map(int, oid.split("."))))
        """Every address, as a walk meets them."""

    def read(self, oid: str) -> Value:
        """Return the value at an address."""
        if oid not in self._read:
            raise NoSuchObjectError(oid)
        return self._read[oid]()

    def check(self, oid: str, value: object) -> None:
        """Raise what a set of this value would."""
        if oid not in self._read:
            raise NoSuchObjectError(oid)
        if oid not in oids.COMMANDS | {oids.UNIT_BACKUP_TIME_S}:
            raise NotWritableError(oid)
        highest = _LONGEST_BACKUP_S if oid == oids.UNIT_BACKUP_TIME_S else _BYTE
        if not isinstance(value, int) or not 0 <= value <= highest:
            raise BadValueError(oid)

    def write(self, oid: str, value: int) -> None:
        """Set a value that was checked."""
        self.check(oid, value)
        if oid in self.refuses:
            return
        if oid == oids.UNIT_BACKUP_TIME_S:
            self.core.backup_s = value
        elif oid == oids.SYSTEM_PATTERN_CONTROL:
            self.core.command_pattern(value)
        else:
            column, group = map(int, oid.rsplit(".", 2)[1:])
            eight = oids.phases_in(_BYTE, group)
            self.core.command(ControlColumn(column), oids.phases_in(value, group), eight)

    def _timings(self) -> None:
        for phase in range(1, max(self.core.timings) + 1):
            self._read[oids.phase_object(PhaseColumn.RING, phase)] = partial(int, 0)
        for phase in self.core.timings:
            for column, value in _columns(self.core, phase).items():
                self._read[oids.phase_object(column, phase)] = value

    def _groups(self) -> None:
        core = self.core
        shown: Mapping[StatusColumn, Callable[[], frozenset[int]]] = {
            StatusColumn.REDS: lambda: frozenset(core.timings) - core.greens() - core.yellows(),
            StatusColumn.YELLOWS: core.yellows,
            StatusColumn.GREENS: core.greens,
            StatusColumn.DONT_WALKS: lambda: frozenset(core.timings) - core.walks() - core.ped_clears(),
            StatusColumn.PED_CLEARS: core.ped_clears,
            StatusColumn.WALKS: core.walks,
            StatusColumn.VEH_CALLS: core.vehicle_calls,
            StatusColumn.PED_CALLS: core.ped_calls,
            StatusColumn.PHASE_ONS: core.ons,
            StatusColumn.PHASE_NEXTS: core.nexts,
        }
        for group in sorted({oids.group_of(phase) for phase in core.timings}):
            for status, phases in shown.items():
                self._read[oids.status_object(status, group)] = partial(_bits, phases, group)
            for control in ControlColumn:
                commanded = partial(_commanded, core, control)
                self._read[oids.control_object(control, group)] = partial(_bits, commanded, group)

    def _patterns(self) -> None:
        for number, pattern in self.core.patterns.items():
            self._read[oids.pattern_object(PatternColumn.CYCLE_S, number)] = partial(int, pattern.cycle_s)
            self._read[oids.pattern_object(PatternColumn.OFFSET_S, number)] = partial(int, 0)
            self._read[oids.pattern_object(PatternColumn.SPLIT, number)] = partial(int, number)
            for phase in self.core.timings:
                split = pattern.splits_s.get(phase, 0)
                self._read[oids.split_object(SplitColumn.TIME_S, number, phase)] = partial(int, split)
                self._read[oids.split_object(SplitColumn.MODE, number, phase)] = partial(int, 2)


def _columns(core: Core, phase: int) -> dict[PhaseColumn, Callable[[], Value]]:
    def timed(of: Callable[[Timing], float]) -> Callable[[], Value]:
        return lambda: round(of(core.timings[phase]))

    ring = next(n for n, ring in enumerate(core.rings, 1) if any(phase in group for group in ring.groups))
    others = bytes(sorted(other for other in core.timings if other != phase and core.concurrent(phase, other)))
    return {
        PhaseColumn.WALK_S: timed(lambda timing: timing.walk_s),
        PhaseColumn.PED_CLEAR_S: timed(lambda timing: timing.ped_clear_s),
        PhaseColumn.MIN_GREEN_S: timed(lambda timing: timing.min_green_s),
        PhaseColumn.MAX_1_S: timed(lambda timing: timing.max_green_s),
        PhaseColumn.YELLOW_DS: timed(lambda timing: timing.yellow_s * 10),
        PhaseColumn.RED_CLEAR_DS: timed(lambda timing: timing.red_clear_s * 10),
        PhaseColumn.RING: lambda: ring,
        PhaseColumn.CONCURRENCY: lambda: others,
    }


def _bits(phases: Callable[[], frozenset[int]], group: int) -> int:
    return oids.mask(phases(), group)


def _commanded(core: Core, column: ControlColumn) -> frozenset[int]:
    return core.commands.phases[column]
