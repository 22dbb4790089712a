"""The watch list — บัญชีเฝ้าระวังทะเบียนรถต้องสงสัย: what an entry must say, what widens it, what it will cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from unjai.model.errors import UnjaiError
from unjai.model.plate import Plate, parse, parse_special, pattern
from unjai.model.plate.patterns import ANY, ONE
from unjai.model.plate.places import place_of
from unjai.plates.rules.population import Population

State = Literal["proposed", "approved", "active", "ended", "withdrawn"]
"""`approved`: two people agreed, but its time has not begun; `active`: reads are matched against it."""

LONGEST: Final = timedelta(days=366)
KNOWN_LEAST: Final = 3
"""Fewer known glyphs than this make no entry: too many cars fit."""
WIDEST: Final = 0.005
"""No entry may be met by more of all innocent reads than this."""
PARTIALS_MOST: Final = 200
"""How many partial entries a station has in force; each is held against every read."""
MEASURED_SHARE: Final = 3.6e-9
"""Innocent hits a read and an entry among a million drawn whole plates (bench.watchlist): for imports."""
TRAFFIC_DAYS: Final = 14
"""So many whole days are the station's own traffic."""

WIDENING: Final = frozenset({"registration", "province", "partial", "notify", "notify_accounts", "notify_probable"})
"""Fields whose change needs a second person again; and a longer time does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whom an entry is about: a whole registration or a partial one, with the code of its place or without."""

    registration: str
    province: str | None
    partial: bool = False

    @property
    def plate(self) -> Plate:
        """Return it as a plate; a partial one is none, but is written like one."""
        return Plate(registration=self.registration, province=self.province)


def target_of(text: str, province: str | None, *, special: bool = False) -> Target:
    """Read what an entry is about; ``?`` and ``*`` make it partial. Raises as `parse` and `pattern` do.

    Raises `watch_too_wide` (422) for a partial one with fewer than `KNOWN_LEAST` known glyphs.
    """
    if ONE in text or ANY in text or "%" in text:
        wanted = pattern(text)
        if wanted.known < KNOWN_LEAST:
            raise UnjaiError("watch_too_wide", 422, least=KNOWN_LEAST)
        code = place_of(province).code if province and province.strip() else None
        return Target(registration=wanted.text, province=code, partial=True)
    plate = parse_special(text, province) if special else parse(text, province)
    return Target(registration=plate.registration, province=plate.province)


def check_times(valid_from: datetime, valid_until: datetime, now: datetime) -> None:
    """Raise `watch_time_wrong` (422) unless an entry ends after it begins and after now, within `LONGEST`."""
    if not max(valid_from, now) < valid_until <= max(valid_from, now) + LONGEST:
        raise UnjaiError("watch_time_wrong", 422, days=LONGEST.days)


def widens(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether a change lets an entry meet more, longer, or tell others: then a second person must agree again."""
    if any(before[name] != after[name] for name in WIDENING):
        narrower = before["province"] is None and all(before[name] == after[name] for name in WIDENING - {"province"})
        if not narrower:
            return True
    return bool(after["valid_until"] > before["valid_until"] or after["valid_from"] < before["valid_from"])


def state_of(stored: str, valid_from: datetime, valid_until: datetime, now: datetime) -> State:
    """Return the state that people see: time begins and ends entries by itself."""
    if stored == "approved":
        if now >= valid_until:
            return "ended"
        return "active" if now >= valid_from else "approved"
    return "ended" if stored == "ended" else "withdrawn" if stored == "withdrawn" else "proposed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """Chance hits of innocent vehicles: the share of all reads (estimate, upper bound), a day if traffic is known."""

    share: float
    share_most: float
    reads_a_day: int | None
    measured_days: int = 0
    """On how many whole days the reads were counted; 0: somebody typed them, or nobody knows."""

    @property
    def a_day(self) -> float | None:
        """Return the hits a day to expect; None: this station's traffic is unknown."""
        return None if self.reads_a_day is None else self.share * self.reads_a_day

    @property
    def a_day_most(self) -> float | None:
        """Return the most that is likely (95 %)."""
        return None if self.reads_a_day is None else self.share_most * self.reads_a_day


def measured_traffic(days: Sequence[int]) -> tuple[int, int] | None:
    """Return the mean of the reads of whole days, and how many days that are; None before the first is over.

    `days` are the reads of days on which there were any, the newest first: that one may not be over.
    """
    whole = days[1 : TRAFFIC_DAYS + 1]
    return (round(sum(whole) / len(whole)), len(whole)) if whole else None


def expected(target: Target, home: str | None, reads_a_day: int | None, measured_days: int = 0) -> Expected:
    """Return what an entry will cost in chance hits; half a second of work for a partial one.

    Reckoned with the model of plates (`rules.population`) for a station in the province `home`.
    Raises `watch_too_wide` (422) for what would meet more than `WIDEST` of all reads.
    """
    share, most = Population(home=home).innocent_share(target.registration, target.province, partial=target.partial)
    if share > WIDEST:
        raise UnjaiError("watch_too_wide", 422, least=KNOWN_LEAST)
    return Expected(share=share, share_most=most, reads_a_day=reads_a_day, measured_days=measured_days)
