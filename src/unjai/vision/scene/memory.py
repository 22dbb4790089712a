"""What rules remember of tracks: when something began, gaps forgiven, and what was told already."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Spell:
    since: float
    seen: float
    told: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A spell that was told and is over: of whom, when it was told, how long it lasted in the end."""

    key: Hashable
    told: float
    seconds: float


class Kept:
    """The most of something that was kept up for a time: the highest threshold that would have been passed too.

    Of each stretch of `seconds` the least value counts, of all stretches the greatest: one leap is nothing kept up.
    """

    def __init__(self, seconds: float) -> None:
        """Know nothing yet."""
        self._seconds = seconds
        self._values: deque[tuple[float, float]] = deque()
        self.t = float("-inf")
        self.most = 0.0
        """As far as known; before a whole stretch the least of what there is."""
        self._whole = False

    def take(self, t: float, value: float) -> None:
        """Take a value. Of a long stretch two hundred are enough: of those between the least is kept."""
        self.t = t
        step = self._seconds / 200
        if self._values and t - self._values[-1][0] < step:
            self._values[-1] = self._values[-1][0], min(value, self._values[-1][1])
        else:
            self._values.append((t, value))
        while len(self._values) > 1 and t - self._values[1][0] >= self._seconds:
            self._values.popleft()
        least = min(one for _t, one in self._values)
        if t - self._values[0][0] >= self._seconds:
            self.most = max(self.most, least) if self._whole else least
            self._whole = True
        elif not self._whole:
            self.most = least


class Spells:
    """For each key, since when a condition holds; short gaps do not end it, and it is told once.

    `gap_s` is how long a condition may be unseen and still be the same spell.
    """

    def __init__(self, gap_s: float) -> None:
        """Begin with none."""
        self._gap_s = gap_s
        self._spells: dict[Hashable, _Spell] = {}

    def holds(self, t: float, key: Hashable, *, lasts_s: float) -> float | None:
        """Note that the condition of `key` holds; return since when, once, as soon as that has lasted."""
        spell = self._spells.get(key)
        if spell is None or t - spell.seen > self._gap_s:
            spell = self._spells[key] = _Spell(since=t, seen=t)
        spell.seen = t
        if spell.told is not None or t - spell.since < lasts_s:
            return None
        spell.told = t
        return spell.since

    def forget(self, t: float) -> list[Ended]:
        """Drop what has not held for longer than the gap, called at each look; return those of it that were told."""
        over = [key for key, spell in self._spells.items() if t - spell.seen > self._gap_s]
        gone = [(key, self._spells.pop(key)) for key in over]
        return [
            Ended(key=key, told=spell.told, seconds=spell.seen - spell.since)
            for key, spell in gone
            if spell.told is not None
        ]

    def move(self, key: Hashable, onto: Hashable) -> None:
        """Let a spell go on under another key."""
        if key in self._spells:
            self._spells[onto] = self._spells.pop(key)
