"""What a feed measures of itself, and how long it waits before it knocks again."""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

from unjai.cameras.recording.shelf import moment

Signal = Literal["connecting", "live", "lost", "idle"]
_WINDOW_S = 10.0
_SILENT_S = 12.0
_FIRST_S, _LONGEST_S = 1.0, 30.0
_REFUSED_S, _REFUSED_LONGEST_S = 30.0, 300.0
"""Cameras lock accounts that knock with a wrong password."""


def wait_s(why: str, tries: int, chance: float) -> float:
    """Return the seconds before the next try: doubling, with a part left to `chance` (0–1)."""
    first, longest = (_REFUSED_S, _REFUSED_LONGEST_S) if why == "refused" else (_FIRST_S, _LONGEST_S)
    doubled = first * float(1 << min(max(tries - 1, 0), 10))
    return min(longest, doubled) * (0.7 + 0.6 * chance)


class Pace:
    """One feed's signal, frames a second, bits a second, size, clock. Written by one thread, read by others."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.signal: Signal = "connecting"
        self.since_s: float | None = None
        self.why: str | None = None
        self.said = ""
        self.codec: str | None = None
        self.width = self.height = 0
        self.broken = 0
        self.key_every_s: float | None = None
        self.clock_off_s: float | None = None
        self.last_s: float | None = None
        self._key_s: float | None = None
        self._seconds: deque[tuple[int, int, int]] = deque(maxlen=int(_WINDOW_S) + 1)

    def opened(self, codec: str, width: int, height: int) -> None:
        """Note what a connection brought."""
        self.codec, self.width, self.height = codec, width, height
        self._seconds.clear()
        self._key_s = self.key_every_s = self.clock_off_s = None
        self.broken = 0

    def size(self, width: int, height: int) -> None:
        """Note the size of the pictures."""
        self.width, self.height = width, height

    def packet(self, size: int, came_s: float) -> bool:
        """Count a packet; tell whether the signal has just come."""
        second = int(came_s)
        if self._seconds and self._seconds[-1][0] == second:
            _at, count, total = self._seconds[-1]
            self._seconds[-1] = (second, count + 1, total + size)
        else:
            self._seconds.append((second, 1, size))
        self.last_s = came_s
        if self.signal == "live":
            return False
        self.signal, self.since_s, self.why, self.said = "live", came_s, None, ""
        return True

    def key(self, at_s: float) -> None:
        """Note a picture that can be begun with."""
        if self._key_s is not None:
            self.key_every_s = at_s - self._key_s
        self._key_s = at_s

    def sent_at(self, sent_s: float | None, came_s: float) -> None:
        """Note when the camera says that it sent what came now."""
        if sent_s is not None:
            self.clock_off_s = sent_s - came_s

    def failed(self, why: str, said: str, at_s: float) -> bool:
        """Note that the signal is gone; tell whether that is new."""
        fresh = self.signal != "lost" or self.why != why
        if self.signal != "lost":
            self.since_s = at_s
        self.signal, self.why, self.said = "lost", why, said
        return fresh

    def idle(self, at_s: float) -> None:
        """Note that nobody wants this feed."""
        if self.signal != "idle":
            self.signal, self.since_s, self.why = "idle", at_s, None

    def told(self, now_s: float) -> dict[str, Any]:
        """Return all of it, for JSON."""
        counted = list(self._seconds)
        begun = counted[0][0] if counted and len(counted) < _WINDOW_S else -1  # a second that was not whole
        whole = [one for one in counted if now_s - _WINDOW_S - 1 <= one[0] < int(now_s) and one[0] != begun]
        span = max(1, int(now_s) - whole[0][0]) if whole else 1
        signal, since_s, why = self.signal, self.since_s, self.why
        if signal == "live" and self.last_s is not None and now_s - self.last_s > _SILENT_S:
            signal, since_s, why = "lost", self.last_s, "silent"  # a drip that is no picture keeps a connection open
        return {
            "signal": signal,
            "since": None if since_s is None else moment(since_s * 1000),
            "why": why,
            "said": self.said,
            "codec": self.codec,
            "width": self.width,
            "height": self.height,
            "fps": round(sum(one[1] for one in whole) / span, 1),
            "bits_per_s": round(sum(one[2] for one in whole) * 8 / span),
            "key_every_s": None if self.key_every_s is None else round(self.key_every_s, 2),
            "clock_off_s": None if self.clock_off_s is None else round(self.clock_off_s, 2),
            "broken_units": self.broken,
        }
