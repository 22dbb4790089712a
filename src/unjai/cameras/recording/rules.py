"""Which recordings go when there is no room: pure. Oldest first, but no camera below its fair share of the disc."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

DAY_MS = 86_400_000
Camera = TypeVar("Camera", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a camera has on the disc: bytes that may go, bytes that are held, and when its oldest free one begins."""

    free_bytes: int
    held_bytes: int
    oldest_ms: int | None


def next_to_go(cameras: Mapping[Camera, Usage], budget_bytes: int) -> Camera | None:
    """Return whose oldest recording goes next, or None where all fits or nothing may go.

    The fair share is what the budget leaves beside everything held, by the number of cameras that have recordings.
    Of those above it the one with the oldest recording gives it away. What is held takes room, but not from its
    own camera's share alone.
    """
    free = sum(one.free_bytes for one in cameras.values())
    held = sum(one.held_bytes for one in cameras.values())
    if free + held <= budget_bytes:
        return None
    having = sum(1 for one in cameras.values() if one.free_bytes)
    if not having:
        return None
    share = max(0, budget_bytes - held) / having
    above = [
        (one.oldest_ms, number, camera)
        for number, (camera, one) in enumerate(cameras.items())
        if one.oldest_ms is not None and one.free_bytes > share
    ]
    return min(above)[2] if above else None


def budget_of(*, asked_bytes: int, floor_bytes: int, used_bytes: int, room_bytes: int) -> int:
    """Return how much recordings may take now: what was asked for (0 = all), never into the disc's last `floor_bytes`.

    `used_bytes` is what recordings take, `room_bytes` what is free on the disc beside them: other things grow too.
    """
    most = max(0, used_bytes + room_bytes - floor_bytes)
    return min(asked_bytes, most) if asked_bytes > 0 else most


def too_old(ends_ms: int, *, now_ms: int, keep_days: float) -> bool:
    """Tell whether a recording is past its camera's days."""
    return ends_ms < now_ms - keep_days * DAY_MS


def cut_here(*, length_s: float, size_bytes: int, key: bool) -> bool:
    """Tell whether a segment ends before this picture: at one that can be begun with, after half a minute.

    One that grows very large ends sooner. Without such a picture nothing is cut: what follows could not be played.
    """
    return key and (length_s >= SEGMENT_S or size_bytes >= LARGE_BYTES)


SEGMENT_S = 30.0
LARGE_BYTES = 128_000_000
