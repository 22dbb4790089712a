"""The web process's side: the newest state of each junction as the process `signals` tells it each second."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import msgspec

from unjai.platform.streams import Bus

GONE_S = 60.0
"""After so long without a word nothing is shown as known."""


class Live:
    """States of junctions, with how long ago each was told."""

    def __init__(self, bus: Bus) -> None:
        """Listen to nothing yet."""
        self._bus = bus
        self._states: dict[UUID, tuple[float, dict[str, Any]]] = {}

    async def start(self) -> None:
        """Hear the process."""
        await self._bus.hear("signals.state.*.*", self._state)

    async def _state(self, subject: str, data: bytes) -> None:
        self._states[UUID(subject.rpartition(".")[2])] = (time.monotonic(), msgspec.json.decode(data))

    def of(self, junction_id: UUID) -> tuple[float, dict[str, Any]] | None:
        """Return a junction's state and its age in seconds; None where nobody watches it."""
        known = self._states.get(junction_id)
        if known is None:
            return None
        age_s = time.monotonic() - known[0]
        return (age_s, known[1]) if age_s < GONE_S else None
