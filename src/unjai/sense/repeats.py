"""The same vehicle read again and again by one camera: the first read and each better one are kept, the rest counted.

A box that reads by itself may tell of a parked car five hundred times a second. What it says again within `FOLD_S`
tells nothing: same device, same registration and place, not surer than what was kept. Everything else is kept, and a
vehicle that stands there is told anew every `FOLD_S`. Repeats do not count towards the flood of a device, so a real
read beside them is not refused for their sake; how many they were stands on the device's row (`plate_repeated`).
Unreadable vehicles are never repeats: two of them need not be one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from unjai.model.reading import Observation

KIND: Final = "plate_read"
FOLD_S: Final = 5.0
BETTER: Final = 0.02
"""So much surer a read must be to say more than the one that was kept."""
REMEMBERED: Final = 50_000

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    seen_id: UUID
    at_s: float
    came_s: float
    confidence: float


class Repeats:
    """What each camera said last of each vehicle, for a few seconds. One a process."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()

    def repeats(self, seen: Observation) -> bool:
        """Tell whether a read says nothing that was not kept; the same message again is none: it may be the first."""
        key = _key(seen)
        kept = None if key is None else self._kept.get(key)
        if kept is None or kept.seen_id == seen.id:
            return False
        near = abs(seen.observed_at.timestamp() - kept.at_s) < FOLD_S
        # Both times: a clock that stands still must not hide a second visit, nor a line that was cut for an hour.
        near = near and abs(seen.received_at.timestamp() - kept.came_s) < FOLD_S
        return near and _confidence(seen) < kept.confidence + BETTER

    def keep(self, seen: Observation) -> None:
        """Remember a read that is durable now."""
        key = _key(seen)
        if key is None:
            return
        self._kept[key] = _Kept(seen.id, seen.observed_at.timestamp(), seen.received_at.timestamp(), _confidence(seen))
        self._kept.move_to_end(key)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)


def _key(seen: Observation) -> _Key | None:
    registration = seen.payload.get("registration")
    if seen.kind != KIND or not isinstance(registration, str) or not registration:
        return None
    return seen.source, registration, str(seen.payload.get("province") or "")


def _confidence(seen: Observation) -> float:
    value = seen.payload.get("confidence")
    return float(value) if isinstance(value, int | float) else 0.0
