"""What the picture tells upward, as a list of what it asks of whoever wires it."""

from __future__ import annotations

from typing import Any, Protocol

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import DeviceId, StationId
from unjai.picture.health.silences import Recovery
from unjai.picture.incidents import Teller
from unjai.picture.live import LiveUnit
from unjai.picture.rules import Alarm
from unjai.platform.database import Tx


class Responder(Teller, Protocol):
    """What the picture tells upward; `app.py` wires it to `respond`."""

    async def tell(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Take an alarm or its follow-up; a repeat does nothing."""

    async def back(self, tx: Tx, actor: Actor, clock: Clock, device_id: DeviceId) -> None:
        """Hear that a silent device is back."""

    async def more_silent(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Hear that further devices belong to the silence told of with the alarm's id."""

    async def recovered(self, tx: Tx, actor: Actor, clock: Clock, recovery: Recovery) -> None:
        """Hear that a silence that was told of is over and stayed over."""

    async def board(self, tx: Tx, station_id: StationId) -> list[LiveUnit]:
        """Return the unit board."""

    async def open_incidents(self, tx: Tx) -> dict[str, dict[str, Any]]:
        """Return every open incident's row by its id."""
