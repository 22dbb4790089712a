"""What rules remember of tracks: when something began, gaps forgiven, and what was told already."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Spell:
    since: float
    seen: float
    told: bool = False


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
        if spell.told or t - spell.since < lasts_s:
            return None
        spell.told = True
        return spell.since

    def forget(self, t: float) -> None:
        """Drop what has not held for longer than the gap; called at each look."""
        for key in [key for key, spell in self._spells.items() if t - spell.seen > self._gap_s]:
            del self._spells[key]

    def move(self, key: Hashable, onto: Hashable) -> None:
        """Let a spell go on under another key."""
        if key in self._spells:
            self._spells[onto] = self._spells.pop(key)
