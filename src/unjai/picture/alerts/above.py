"""What rules must know of the capabilities above and beside the picture; `app.py` wires it at start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from unjai.model.ids import UnitId
from unjai.picture.alerts.rules.facts import Words
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """What a unit was doing from a moment on (`off` ends it)."""

    unit_id: UnitId
    at: datetime
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Above:
    """The words of an incident's code (None: no such code) and of observations, and what units did once, in order."""

    code_words: Callable[[str], Words | None]
    observation_words: Callable[[], Mapping[str, Words]]
    units_worked: Callable[[Tx, datetime, datetime], Awaitable[Sequence[Worked]]]


async def _nothing(_tx: Tx, _since: datetime, _until: datetime) -> Sequence[Worked]:
    return ()


_wired = Above(code_words=lambda _code: None, observation_words=dict, units_worked=_nothing)


def wire(above: Above) -> None:
    """Say what stands above."""
    global _wired  # noqa: PLW0603  one composition a process
    _wired = above


def above() -> Above:
    """Return what `app.py` wired."""
    return _wired
