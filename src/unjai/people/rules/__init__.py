"""Pure decisions on rights, passwords, lock-out and duty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Literal

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people.rights import ROLES, rights_of

UnitKind = Literal["car", "motorcycle", "foot", "volunteer"]
UnitWork = Literal["free", "offered", "en_route", "on_scene", "closing"]
UNIT_KINDS: tuple[UnitKind, ...] = ("car", "motorcycle", "foot", "volunteer")
UNIT_WORK: tuple[UnitWork, ...] = ("free", "offered", "en_route", "on_scene", "closing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role as it reaches one station: a role at a higher organisation unit reaches every station below it."""

    role: str
    station_id: StationId
    granted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a session may touch. Every right of `rights` holds at every station of `stations`."""

    station_id: StationId | None
    stations: frozenset[StationId]
    roles: tuple[str, ...]
    rights: frozenset[str]


NOWHERE = Scope(station_id=None, stations=frozenset(), roles=(), rights=frozenset())


def scope(grants: Iterable[Grant], at: StationId | None) -> Scope:
    """Return the scope of someone who works at station `at` (the least of theirs if they have no role there).

    The rights are those held at that station; the stations are all where no right of them is missing.
    So an operator of one station who is an officer of another never operates the other one.
    """
    held: dict[StationId, set[str]] = {}
    for grant in grants:
        held.setdefault(grant.station_id, set()).add(grant.role)
    if not held:
        return NOWHERE
    here = at if at is not None and at in held else min(held)
    rights = rights_of(held[here])
    stations = frozenset(station for station, roles in held.items() if rights_of(roles) >= rights)
    order = [role for role in ROLES if role in held[here]]
    return Scope(station_id=here, stations=stations, roles=tuple(order), rights=rights)


VIEW_LETTERS: Mapping[str, str] = MappingProxyType(
    {"c": "caller.read", "d": "device.read", "i": "incident.read", "u": "unit.read", "z": "zone.read"}
)
"""The rights that change what a live picture holds; readers with the same letters share one frame."""

BLIND = "none"


def view_class(rights: Iterable[str]) -> str:
    """Return the class of all readers who see the same: letters of `VIEW_LETTERS`, or `none`. Fits a NATS token."""
    held = frozenset(rights)
    return "".join(letter for letter, right in VIEW_LETTERS.items() if right in held) or BLIND


def view_rights(name: str) -> frozenset[str]:
    """Return the rights that `view_class` made `name` of."""
    return frozenset(VIEW_LETTERS[letter] for letter in name) if name != BLIND else frozenset()


def normal_name(username: str) -> str:
    """Return a user name in the form it is kept and compared: NFKC, no spaces around, lower case."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def normal_password(password: str) -> str:
    """Return a password in the form it is hashed: NFKC, so that every keyboard's สระอำ is the same."""
    return unicodedata.normalize("NFKC", password)


NAME_MAX = 64
PASSWORD_MIN = 10
PASSWORD_MAX = 128
PASSWORD_DISTINCT_MIN = 5
WORD_MIN = 3
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "ๅภถุึคตจขชๆไำพะัีรนยบลฟหกดเ้่าสวงผปแอิืทมใฝ",
)
_RUNS = tuple(run for row in _ROWS for run in (normal_password(row), normal_password(row)[::-1]))
_COMMON = ("password", "p@ssw0rd", "passw0rd", "รหัสผ่าน", "police", "ตำรวจ", "unjai", "อุ่นใจ", "admin", "191")


def check_name(username: str) -> str:
    """Return the normal form of a new user name; raise `username_invalid` (422) for one that cannot be typed safely."""
    name = normal_name(username)
    fits = 2 <= len(name) <= NAME_MAX  # noqa: PLR2004  one letter is no name
    if not fits or any(
        not (letter.isalnum() or unicodedata.category(letter) in {"Mn", "Mc"} or letter in "._-@") for letter in name
    ):
        raise UnjaiError("username_invalid", 422, longest=NAME_MAX)
    return name


def check_password(password: str, username: str) -> None:
    """Raise the first reason (422) why `password` may not be used: length, too few letters, easily guessed."""
    said = normal_password(password)
    if len(said) < PASSWORD_MIN:
        raise UnjaiError("password_too_short", 422, least=PASSWORD_MIN)
    if len(said) > PASSWORD_MAX:
        raise UnjaiError("password_too_long", 422, most=PASSWORD_MAX)
    low = said.casefold()
    rest = low
    for word in _known_words(username):
        rest = rest.replace(word, "")
    if any(len(set(part)) < PASSWORD_DISTINCT_MIN or any(part in run for run in _RUNS) for part in (low, rest)):
        raise UnjaiError("password_guessable", 422)


def _known_words(username: str) -> list[str]:
    """Return what an outsider would try first: common words, then the user name and its parts."""
    name = normal_name(username)
    parts = [part for part in re.split(r"[._@-]", name) if len(part) >= WORD_MIN]
    common = [normal_password(word) for word in _COMMON]
    return [word for word in (*common, name, *parts) if word]


FAILURES_FORGOTTEN = timedelta(hours=1)
WAIT_FIRST = timedelta(seconds=30)
WAIT_MOST = timedelta(minutes=15)
FREE_PAIR = 5
FREE_NAME = 20
FREE_PLACE = 50
"""Wrong passwords that cost nothing: of one name from one address, of one name from anywhere, from one address."""


def failures_now(failures: int, last_at: datetime, now: datetime) -> int:
    """Return how many failures still count: all of them until an hour has passed without one."""
    return failures if now - last_at < FAILURES_FORGOTTEN else 0


def wait_after(failures: int, free: int) -> timedelta:
    """Return how long to wait after the n-th failure: nothing below `free`, then 30 s, doubling up to 15 min."""
    if failures < free:
        return timedelta()
    doublings: int = 1 << min(failures - free, 10)
    return min(WAIT_FIRST * doublings, WAIT_MOST)


def locked_for(failures: int, last_at: datetime, now: datetime, free: int) -> timedelta:
    """Return how long sign-in stays locked from `now`; zero when it is open. A clock set back prolongs no wait."""
    wait = wait_after(failures_now(failures, last_at, now), free)
    return min(max(last_at + wait - now, timedelta()), wait)


SESSION_LIFE = timedelta(hours=16)
"""Longer than a shift of 12 hours with its hand-over: nobody is signed out in the middle of a night."""

DUTY_MOST = timedelta(hours=24)
"""A duty that nobody ended counts no longer than this: a forgotten sign-off must not follow a person home."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """When a unit was on duty — การเข้าเวร; `to_at` is None while it goes on. The end is not part of it."""

    from_at: datetime
    to_at: datetime | None = None


def duty_end(interval: Interval) -> datetime:
    """Return when an interval ends at the latest."""
    latest = interval.from_at + DUTY_MOST
    return latest if interval.to_at is None else min(interval.to_at, latest)


def on_duty(intervals: Iterable[Interval], at: datetime) -> bool:
    """Tell whether a unit was on duty at `at`. Only then may its position be kept.

    Phones tell whole seconds: the second in which the duty began counts whole.
    """
    return any(interval.from_at.replace(microsecond=0) <= at < duty_end(interval) for interval in intervals)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftTime:
    """A shift's local hours — ผลัด; one that ends at or before its start ends on the next day (24.00 is 00.00)."""

    starts: time
    ends: time


def in_shift(shift: ShiftTime, at: datetime) -> bool:
    """Tell whether `at` falls in the shift by the clock on the wall in Bangkok."""
    local = at.astimezone(BANGKOK).time()
    if shift.starts < shift.ends:
        return shift.starts <= local < shift.ends
    return local >= shift.starts or local < shift.ends


PARADE = timedelta(minutes=30)
"""Who signs on this long before a shift begins signs on for it (the release parade — ปล่อยแถว — comes before)."""


def shift_at(shifts: Sequence[ShiftTime], at: datetime) -> int | None:
    """Return the index of the shift that `at` falls in: the first of those that do, None when none does."""
    return next((index for index, shift in enumerate(shifts) if in_shift(shift, at)), None)
