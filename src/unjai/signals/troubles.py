"""What is wrong at each junction, told to the picture, whose alert rules make of it what the station wants.

The process of signals tells of the junctions that it watches. That the others have no trouble is told by the core: it
runs when nothing is watched, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.ids import StationId
from unjai.picture.alerts.rules.facts import SIGNALS_SAY, SignalSaid
from unjai.platform.database import Database
from unjai.platform.streams import Bus
from unjai.signals.store.junctions import idle_boxes

if TYPE_CHECKING:  # a post brings the controller with its compiler, for which the core has no room
    from unjai.signals.post import Post

AGAIN_S = 30.0
"""What was said is said again after so long: what tells it keeps nothing."""


@dataclass(frozen=True, slots=True)
class _Told:
    box: UUID
    wrong: tuple[str, ...]
    at_s: float


class Troubles:
    """Says what changed."""

    def __init__(self, bus: Bus) -> None:
        """Have said nothing yet."""
        self._bus = bus
        self._told: dict[UUID, _Told] = {}

    async def tell(self, posts: Mapping[UUID, Post], boxes: Mapping[UUID, UUID], now_s: float) -> None:
        """Say what is other than it was said, by the first of each junction's boxes."""
        first = {posts[key].junction_id: box for box, key in sorted(boxes.items(), reverse=True) if key in posts}
        self._told = {key: told for key, told in self._told.items() if first.get(key) == told.box}
        for key, box in first.items():
            post, before = posts[key], self._told.get(key)
            wrong = post.wrong
            due = before is None or before.wrong != wrong or not 0 <= now_s - before.at_s < AGAIN_S
            if wrong is not None and due:
                self._told[key] = _Told(box, wrong, now_s)
                names = {"junction_th": post.file.name_th, "junction_en": post.file.name_en}
                await _say(self._bus, post.station_id, box, {"troubles": list(wrong), **names})


async def tell_idle(db: Database, everywhere: Actor, bus: Bus) -> None:
    """Say that nothing is wrong by any box that tells of no watched junction."""
    async with db.tx(everywhere) as tx:
        idle = await idle_boxes(tx)
    for row in idle:
        await _say(bus, StationId(row["station_id"]), row["id"], {"troubles": []})


async def _say(bus: Bus, station_id: StationId, box: UUID, facts: dict[str, object]) -> None:
    said = SignalSaid(station_id=station_id, device_id=box, facts=facts)
    await bus.tell(SIGNALS_SAY, msgspec.json.encode(said))
