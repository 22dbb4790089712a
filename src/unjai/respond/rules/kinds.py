"""What an event code is, and what follows from it: compatible kinds, priority, needed capability."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MOST_URGENT, LEAST_URGENT = 1, 3
DEVICE_SILENT = "DSL"
WATCHED = "PLT"
"""A vehicle of the watch list was seen: it moves, so neither place nor time decides what joins."""
UNIT_DISTRESS = "UDS"
CALL_FOR_HELP = "SOS"
SWORN = "police"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCode:
    """A kind of happening — รหัสเหตุ.

    `families` decide joining: two codes that share one may be the same happening. `generic` codes say that help is
    wanted and not why, so a more telling code replaces them. `needs` are capabilities a unit should have.
    """

    code: str
    th: str
    en: str
    priority: int
    group: str
    families: frozenset[str]
    needs: frozenset[str] = frozenset()
    radio: str | None = None
    offence_group: int | None = None
    offences: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    generic: bool = False


def compatible(one: EventCode, other: EventCode) -> bool:
    """Tell whether two codes can name one happening; symmetric, and every code goes with itself."""
    return one.code == other.code or bool(one.families & other.families)


def better_name(held: EventCode, told: EventCode) -> EventCode:
    """Return the code that an incident carries after a report joined: the first that says what it is."""
    return told if held.generic and not told.generic else held


def joined_priority(held: int, told: int, *, by_hand: bool) -> int:
    """Return the priority after a report joined: it may rise, never fall; what an operator set stays."""
    return held if by_hand else min(held, told)


def capabilities_of(kind: str, listed: Collection[str]) -> frozenset[str]:
    """Return what a unit can do: what is listed for it, and `police` for all but volunteers."""
    return frozenset(listed) | (frozenset() if kind == "volunteer" else {SWORN})
