"""What is wrong at each junction, told to the picture, whose alert rules make of it what the station wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

from unjai.model.ids import StationId
from unjai.picture.alerts.rules.facts import SIGNALS_SAY, SignalSaid
from unjai.platform.streams import Bus
from unjai.signals.post import Post

AGAIN_S = 30.0
"""What was said is said again after so long: what tells it keeps nothing."""


@dataclass(frozen=True, slots=True)
class _Told:
    station_id: StationId
    box: UUID
    wrong: tuple[str, ...]
    at_s: float


class Troubles:
    """Says what changed. A junction that is watched no more has no trouble."""

    def __init__(self, bus: Bus) -> None:
        """Have said nothing yet."""
        self._bus = bus
        self._told: dict[UUID, _Told] = {}

    async def tell(self, posts: Mapping[UUID, Post], boxes: Mapping[UUID, UUID], now_s: float) -> None:
        """Say what is other than it was said, by the first of each junction's boxes."""
        first = {posts[key].junction_id: box for box, key in sorted(boxes.items(), reverse=True) if key in posts}
        for key, told in list(self._told.items()):
            if first.get(key) != told.box:
                del self._told[key]
                await self._say(told, {"troubles": []})
        for key, box in first.items():
            post, before = posts[key], self._told.get(key)
            wrong = post.wrong
            due = before is None or before.wrong != wrong or not 0 <= now_s - before.at_s < AGAIN_S
            if wrong is not None and due:
                told = self._told[key] = _Told(post.station_id, box, wrong, now_s)
                names = {"junction_th": post.file.name_th, "junction_en": post.file.name_en}
                await self._say(told, {"troubles": list(wrong), **names})

    async def _say(self, told: _Told, facts: dict[str, object]) -> None:
        said = SignalSaid(station_id=told.station_id, device_id=told.box, facts=facts)
        await self._bus.tell(SIGNALS_SAY, msgspec.json.encode(said))
