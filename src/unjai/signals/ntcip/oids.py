"""The objects of NTCIP 1202 that are used here, their addresses and units.

Sources, each read as stored public text:

- **MIB**: every address below with its range and access, in two tables made by machine from the standard's MIB files:
  `py_mibs/ASC_MIB1.py` of github.com/Metrolla-Inc/ntcipy (by pysmi from `1202ASC.mib`, version 1), and a public list of
  all 253 objects of `1202v0218.mib` (version 2). They agree.
- **MMITSS**: `src/mrp/traffic-controller-interface/StandardMib.py` of github.com/mmitss/mmitss-az (NTCIP 1202 v2):
  `phaseTable` columns 2 to 9 and 22, `phaseStatusGroup` 8 and 11, `phaseControlGroup` 2 to 7, `unitBackupTime`.
- **Text**: quotations of NTCIP 1202:2005 v02.19 in public sources: the bits of groups of eight, what resets the backup
  timer, that backup mode sets control objects to zero, that a force-off is cleared when its green ends, the values of
  `systemPatternControl` and the bits of `unitAlarmStatus1` and `shortAlarmStatus`.

Version 3 keeps these addresses. Phases come in groups of eight: bit 0 of group 1 is phase 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

ASC = "1.3.6.1.4.1.1206.4.2.1"

MAX_PHASES = f"{ASC}.1.1.0"
"""`maxPhases` (MIB)."""
UNIT_BACKUP_TIME_S = f"{ASC}.3.3.0"
"""`unitBackupTime`: seconds of silence until the controller is its own again; 0 means never (MIB, MMITSS, Text)."""
UNIT_CONTROL_STATUS = f"{ASC}.3.5.0"
"""`unitControlStatus`: see `ControlStatus` (MIB)."""
UNIT_FLASH_STATUS = f"{ASC}.3.6.0"
"""`unitFlashStatus`: see `FlashStatus` (MIB)."""
UNIT_ALARM_STATUS_1 = f"{ASC}.3.8.0"
"""`unitAlarmStatus1`: bit 5 local flash, bit 4 flash by the monitor (MIB, Text)."""
SHORT_ALARM_STATUS = f"{ASC}.3.9.0"
"""`shortAlarmStatus`: bit 7 stop time, bit 0 preempt (MIB, Text)."""
MAX_PATTERNS = f"{ASC}.4.5.0"
"""`maxPatterns` (MIB)."""
COORD_PATTERN_STATUS = f"{ASC}.4.10.0"
"""`coordPatternStatus`: the pattern that runs; 254 free, 255 flash (MIB, Text)."""
COORD_CYCLE_STATUS_S = f"{ASC}.4.12.0"
"""`coordCycleStatus`: seconds left of the cycle, counting down (MIB, Text)."""
SYSTEM_PATTERN_CONTROL = f"{ASC}.4.14.0"
"""`systemPatternControl`: 0 standby, 1 to 253 a pattern, 254 free, 255 flash: the last is never sent (MIB, Text)."""


class PhaseColumn(IntEnum):
    """Columns of `phaseTable` (MIB, MMITSS). Whole seconds, but yellow and red in tenths."""

    WALK_S = 2
    PED_CLEAR_S = 3
    MIN_GREEN_S = 4
    MAX_1_S = 6
    YELLOW_DS = 8
    RED_CLEAR_DS = 9
    RING = 22
    CONCURRENCY = 23


class StatusColumn(IntEnum):
    """Columns of `phaseStatusGroupTable`, a bit a phase (MIB)."""

    REDS = 2
    YELLOWS = 3
    GREENS = 4
    DONT_WALKS = 5
    PED_CLEARS = 6
    WALKS = 7
    VEH_CALLS = 8
    PED_CALLS = 9
    PHASE_ONS = 10
    PHASE_NEXTS = 11


class ControlColumn(IntEnum):
    """Columns of `phaseControlGroupTable`, a bit a phase (MIB, MMITSS)."""

    PHASE_OMIT = 2
    PED_OMIT = 3
    HOLD = 4
    FORCE_OFF = 5
    VEH_CALL = 6
    PED_CALL = 7


class PatternColumn(IntEnum):
    """Columns of `patternTable` (MIB)."""

    CYCLE_S = 2
    OFFSET_S = 3
    SPLIT = 4


class SplitColumn(IntEnum):
    """Columns of `splitTable`: the time holds yellow and red too (MIB, Text)."""

    TIME_S = 3
    MODE = 4


SPLIT_OMITTED = 7
"""`splitMode`: the phase is left out (MIB)."""


class ControlStatus(IntEnum):
    """Who commands the controller (MIB)."""

    OTHER = 1
    SYSTEM = 2
    STANDBY = 3
    BACKUP = 4
    MANUAL = 5
    TIMEBASE = 6
    INTERCONNECT = 7
    INTERCONNECT_BACKUP = 8


class FlashStatus(IntEnum):
    """Whether and why it flashes (MIB)."""

    OTHER = 1
    NOT_FLASH = 2
    AUTOMATIC = 3
    LOCAL_MANUAL = 4
    FAULT_MONITOR = 5
    MMU = 6
    STARTUP = 7
    PREEMPT = 8


FREE = 254
FLASH = 255
ALARM_FLASH = 0b0011_0000
SHORT_STOP_TIME = 0b1000_0000
SHORT_PREEMPT = 0b0000_0001


def phase_object(column: PhaseColumn, phase: int) -> str:
    """Return the address of a phase's timing."""
    return f"{ASC}.1.2.1.{int(column)}.{phase}"


def status_object(column: StatusColumn, group: int) -> str:
    """Return the address of a group's status bits."""
    return f"{ASC}.1.4.1.{int(column)}.{group}"


def control_object(column: ControlColumn, group: int) -> str:
    """Return the address of a group's command bits."""
    return f"{ASC}.1.5.1.{int(column)}.{group}"


def pattern_object(column: PatternColumn, pattern: int) -> str:
    """Return the address of a pattern's parameter."""
    return f"{ASC}.4.7.1.{int(column)}.{pattern}"


def split_object(column: SplitColumn, split: int, phase: int) -> str:
    """Return the address of a phase's part of a split."""
    return f"{ASC}.4.9.1.{int(column)}.{split}.{phase}"


GROUPS = (1, 2)
"""Sixteen phases are two groups of eight."""

COMMANDS = frozenset(
    {control_object(column, group) for column in ControlColumn for group in GROUPS} | {SYSTEM_PATTERN_CONTROL}
)
"""Everything that is ever set. No lamp, no channel, no overlap, no special output, no timing, no unit stands here."""


def group_of(phase: int) -> int:
    """Return the group that holds a phase."""
    return (phase - 1) // 8 + 1


def mask(phases: Iterable[int], group: int) -> int:
    """Return the bits of those phases that lie in a group."""
    return sum(1 << (phase - 1) % 8 for phase in set(phases) if group_of(phase) == group)


def phases_in(bits: int, group: int) -> frozenset[int]:
    """Return the phases whose bits are set."""
    return frozenset((group - 1) * 8 + bit + 1 for bit in range(8) if bits >> bit & 1)
