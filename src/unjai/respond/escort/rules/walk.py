"""A walk that is watched: when she is asked whether all is well, when nobody answering becomes an alert, when it ends.

Nothing here reads a clock: `now` is the centre's. All of it is decided by what was heard and when; what somebody types
is judged elsewhere and comes in as `fine` or `duress`.

She is asked when she strays, stops in the dark, is late and not getting nearer, has little battery, or is not heard.
Positions err: only those that claim to be sharp count for straying and stopping, the middle of several decides, and
what they claim to be unsure of is allowed for. A question that nobody answers in `ANSWER_S` is an alert. A walk that is
alerted asks no more and goes on being followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from types import MappingProxyType
from typing import Literal

from unjai.model.geometry import Point
from unjai.respond.escort.rules.line import Beside, Line

Why = Literal["strayed", "stopped", "late", "battery", "lost"]
AlertWhy = Literal["strayed", "stopped", "late", "battery", "lost", "duress"]
Said = Literal["fine", "duress"]
State = Literal["begun", "walking", "asked", "alerted", "ended", "lapsed"]

ANSWER_S = 45.0
STRAYED_M = 60.0
STOPPED_S = 120.0
LOST_S = 90.0
"""So long nothing is heard: a phone sends every 5 s, and holes of a minute in a network are usual."""
BATTERY_LOW = 8
SLOW_MPS = 1.0
"""Who was late walks so slowly."""
LATE_LEAST_S, LATE_SHARE = 240.0, 0.25
"""Late is so much past the expected arrival, of the planned time or at least."""
LATE_MOST = 2.0
"""Who is still getting nearer is late only after so many times the planned time."""
LAPSE = timedelta(minutes=5)
"""A walk whose phone never sent a position is forgotten: nobody walks it."""
LONGEST = timedelta(hours=6)
"""A walk is over after so long, whatever was heard."""
ARRIVED_M = 40.0

CALM: Mapping[Why, timedelta] = MappingProxyType(
    {
        "lost": timedelta(minutes=1),
        "strayed": timedelta(minutes=3),
        "stopped": timedelta(minutes=10),
        "late": timedelta(minutes=3),
        "battery": LONGEST,
    }
)
"""After "fine", the same question is not asked again for so long."""

_SHARP_M = 80.0
"""A position vaguer than this says that she is there, not where."""
_SLACK_MOST_M = 40.0
_WINDOW_S = 190.0
_STRAY_S, _STRAY_LEAST_S, _STRAY_COUNT = 35.0, 12.0, 3
_STAND_S, _STAND_NOW_S = 25.0, 15.0
_STAND_M, _STAND_DOUBT, _STAND_MOST_M = 12.0, 0.6, 30.0
"""Who stands seems to wander so far, and farther by a part of what the positions say they are unsure of."""
_NEARER_S, _NEARER_M = 150.0, 25.0
_ARRIVED_S = 10.0
_FRESH_S = 25.0
_ONE_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """A position by the centre's clock; `no` is the phone's own count, `battery` 0 to 100 where it was told."""

    no: int
    at: datetime
    point: Point
    battery: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A sharp position brought onto the way."""

    at: datetime
    accuracy_m: float
    beside: Beside


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """A walk as it stands. `planned_s` is what it should take, `heard_at` when anything came last."""

    began_at: datetime
    expected_at: datetime
    planned_s: float
    state: State = "begun"
    heard_at: datetime | None = None
    last: Fix | None = None
    battery: int | None = None
    along_m: float = 0.0
    seen: tuple[Seen, ...] = ()
    asked_why: Why | None = None
    asked_at: datetime | None = None
    calm: dict[Why, datetime] = field(default_factory=dict)
    alert_why: AlertWhy | None = None
    alerted_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still watched."""
        return self.state in ("begun", "walking", "asked", "alerted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What came of hearing, waiting, an answer: `kind` with the reason where there is one."""

    kind: Literal["begun", "asked", "withdrawn", "alerted", "reassured", "back", "arrived", "ended", "lapsed"]
    why: AlertWhy | None = None


Step = tuple[Walk, tuple[Event, ...]]


def in_our_time(
    received_at: datetime, sent: datetime | None, said: Sequence[datetime | None], began_at: datetime
) -> list[datetime]:
    """Return when positions were taken by our clock, whatever the phone's clock says.

    What counts is how long before it `sent` the phone took each; a phone that does not say when it sent, sent with the
    newest. Never in our future, never before the walk began.
    """
    newest = sent or max((at for at in said if at is not None), default=None)
    found = []
    for at in said:
        age = timedelta(0) if at is None or newest is None else max(newest - at, timedelta(0))
        found.append(received_at - min(age, received_at - began_at))
    return found


def hear(walk: Walk, line: Line, fixes: Iterable[Fix], received_at: datetime) -> Step:
    """Take positions that came at `received_at`; old ones and repeats change nothing but that she is heard."""
    if not walk.open:
        return walk, ()
    events: list[Event] = []
    new = sorted((fix for fix in fixes if walk.last is None or fix.no > walk.last.no), key=lambda fix: fix.no)
    heard_at = received_at if walk.heard_at is None else max(walk.heard_at, received_at)
    silent_s = 0.0 if walk.heard_at is None else (received_at - walk.heard_at).total_seconds()
    walk = replace(walk, heard_at=heard_at)
    if walk.state == "begun" and new:
        walk = replace(walk, state="walking")
        events.append(Event(kind="begun"))
    for fix in new:
        walk = _placed(walk, line, fix)
    if walk.state == "asked" and walk.asked_why == "lost":
        walk = replace(walk, state="walking", asked_why=None, asked_at=None)
        events.append(Event(kind="withdrawn", why="lost"))
    if walk.state == "alerted" and silent_s > LOST_S:
        events.append(Event(kind="back", why="lost"))
    if walk.state == "alerted" and walk.alert_why == "duress" and _arrived(walk, line):
        events.append(Event(kind="arrived", why="duress"))  # her screen ends as it would; the alert does not
    if walk.state == "walking" and _arrived(walk, line):
        walk = replace(walk, state="ended", ended_at=received_at)
        events.append(Event(kind="arrived"))
    return walk, tuple(events)


def recalled(walk: Walk, line: Line, fixes: Sequence[Fix], heard_at: datetime) -> Walk:
    """Return a walk as if what was heard of it lately had just been heard; nothing is asked or ended by it."""
    for fix in sorted(fixes, key=lambda one: one.no):
        walk = _placed(walk, line, fix)
    return replace(walk, heard_at=heard_at)


def _placed(walk: Walk, line: Line, fix: Fix) -> Walk:
    accuracy_m = fix.point.accuracy_m or 0.0
    battery = walk.battery if fix.battery is None else fix.battery
    if accuracy_m > _SHARP_M:
        return replace(walk, last=fix, battery=battery)
    beside = line.place(fix.point, walk.along_m)
    seen = Seen(at=fix.at, accuracy_m=accuracy_m, beside=beside)
    oldest = fix.at - timedelta(seconds=_WINDOW_S)
    kept = (*(one for one in walk.seen if oldest <= one.at <= fix.at), seen)
    return replace(walk, last=fix, battery=battery, seen=kept, along_m=_along(kept))


def _along(seen: Sequence[Seen]) -> float:
    return median(one.beside.along_m for one in seen[-3:])


def tick(walk: Walk, line: Line, now: datetime, *, dark: bool) -> Step:
    """Look at a walk as time passes: ask, alert when nobody answered, forget what never began."""
    match walk.state:
        case "begun" if now - walk.began_at >= LAPSE:
            return replace(walk, state="lapsed", ended_at=now), (Event(kind="lapsed"),)
        case "asked" if walk.asked_at is not None and (now - walk.asked_at).total_seconds() >= ANSWER_S:
            return alert(walk, walk.asked_why or "late", now)
        case "walking" | "alerted" if now - walk.began_at > LONGEST:
            return replace(walk, state="ended", ended_at=now), (Event(kind="ended"),)
        case "walking" if (why := worry(walk, line, now, dark=dark)) is not None:
            return replace(walk, state="asked", asked_why=why, asked_at=now), (Event(kind="asked", why=why),)
    return walk, ()


def alert(walk: Walk, why: AlertWhy, now: datetime) -> Step:
    """Make a walk an alert; one that is already is not told twice."""
    if walk.state == "alerted":
        return walk, ()
    alerted = replace(walk, state="alerted", asked_why=None, asked_at=None, alert_why=why, alerted_at=now)
    return alerted, (Event(kind="alerted", why=why),)


def answer(walk: Walk, line: Line, said: Said, now: datetime) -> Step:
    """Take what she answered, asked or not. Duress alerts; "fine" settles the question, and on an alert is told.

    Who is late gets the time that the rest of her way takes, whatever she said: her page must not tell the words apart.
    """
    if not walk.open:
        return walk, ()
    if walk.state == "asked" and walk.asked_why == "late":
        left_s = max(line.length_m - walk.along_m, 0.0) / SLOW_MPS
        walk = replace(walk, expected_at=now + timedelta(seconds=left_s))
    if said == "duress":
        return alert(walk, "duress", now)
    if walk.state == "alerted":
        return walk, (Event(kind="reassured", why=walk.alert_why),)
    if walk.state != "asked" or walk.asked_why is None:
        return walk, ()
    why = walk.asked_why
    walk = replace(walk, state="walking", asked_why=None, asked_at=None, calm={**walk.calm, why: now + CALM[why]})
    return walk, (Event(kind="reassured", why=why),)


def take_more(walk: Walk, expected_at: datetime) -> Walk:
    """Give her time until a moment, never less than she had. It answers no question and ends no alert."""
    longest = walk.began_at + LONGEST
    return replace(walk, expected_at=max(walk.expected_at, min(expected_at, longest))) if walk.open else walk


def end(walk: Walk, said: Said, now: datetime) -> Step:
    """End a walk by her word. The duress word ends nothing: it alerts, and only her screen says that it ended."""
    if not walk.open:
        return walk, ()
    if said == "duress":
        return alert(walk, "duress", now)
    why = walk.alert_why
    ended = replace(walk, state="ended", asked_why=None, asked_at=None, ended_at=now)
    return ended, (Event(kind="ended", why=why),)


def replanned(walk: Walk, expected_at: datetime, planned_s: float) -> Walk:
    """Follow another way from here on."""
    return replace(walk, seen=(), along_m=0.0, expected_at=expected_at, planned_s=planned_s)


def worry(walk: Walk, line: Line, now: datetime, *, dark: bool) -> Why | None:
    """Return why she should be asked now, the gravest first; None where all looks well."""
    worries: tuple[tuple[Why, bool], ...] = (
        ("lost", _lost(walk, now)),
        ("strayed", _strayed(walk, now)),
        ("stopped", dark and _stopped(walk, line, now)),
        ("late", _late(walk, now)),
        ("battery", walk.battery is not None and walk.battery <= BATTERY_LOW),
    )
    return next((why for why, is_so in worries if is_so and not _calm(walk, why, now)), None)


def _calm(walk: Walk, why: Why, now: datetime) -> bool:
    return why in walk.calm and now < walk.calm[why]


def _lost(walk: Walk, now: datetime) -> bool:
    return walk.heard_at is not None and (now - walk.heard_at).total_seconds() > LOST_S


def _between(walk: Walk, now: datetime, from_s: float, to_s: float) -> list[Seen]:
    """Return what was seen between so many seconds ago and so many."""
    first, last = now - timedelta(seconds=from_s), now - timedelta(seconds=to_s)
    return [one for one in walk.seen if first <= one.at <= last + _ONE_MS]


def _strayed(walk: Walk, now: datetime) -> bool:
    """Tell whether the middle of what was seen lately lies off the way by more than it may, and by its own doubt."""
    lately = _between(walk, now, _STRAY_S, 0)
    if len(lately) < _STRAY_COUNT or (lately[-1].at - lately[0].at).total_seconds() < _STRAY_LEAST_S:
        return False
    off = median(one.beside.off_m - min(one.accuracy_m, _SLACK_MOST_M) / 2 for one in lately)
    return off > STRAYED_M and lately[-1].beside.off_m > STRAYED_M


def _middle(seen: Sequence[Seen]) -> tuple[float, float]:
    return median(one.beside.x_m for one in seen), median(one.beside.y_m for one in seen)


def _stopped(walk: Walk, line: Line, now: datetime) -> bool:
    """Tell whether she stands where she stood two minutes ago and between, in the dark."""
    parts = [
        _between(walk, now, STOPPED_S + _STAND_S, STOPPED_S),
        _between(walk, now, STOPPED_S / 2 + _STAND_S, STOPPED_S / 2),
        _between(walk, now, _STAND_NOW_S, 0),
    ]
    if not all(parts):
        return False
    (x, y), *others = (_middle(part) for part in parts)
    doubt_m = median(one.accuracy_m for part in parts for one in part)
    within_m = min(_STAND_M + _STAND_DOUBT * doubt_m, _STAND_MOST_M)
    if any((x - u) ** 2 + (y - v) ** 2 > within_m**2 for u, v in others):
        return False
    return line.unlit_at(walk.along_m, _STAND_MOST_M) or median(one.beside.off_m for one in parts[-1]) > _SLACK_MOST_M


def _late(walk: Walk, now: datetime) -> bool:
    over_s = (now - walk.expected_at).total_seconds()
    if over_s <= max(LATE_LEAST_S, LATE_SHARE * walk.planned_s):
        return False
    return over_s > (LATE_MOST - 1) * walk.planned_s + LATE_LEAST_S or not _getting_nearer(walk, now)


def _getting_nearer(walk: Walk, now: datetime) -> bool:
    before, lately = _between(walk, now, _NEARER_S + _STAND_S, _NEARER_S), _between(walk, now, _FRESH_S, 0)
    if not before or not lately:
        return False
    gone = median(one.beside.along_m for one in lately) - median(one.beside.along_m for one in before)
    return gone > _NEARER_M


def _arrived(walk: Walk, line: Line) -> bool:
    """Tell whether the last positions, ten seconds of them, lie at the end of her way."""
    if walk.last is None or len(walk.seen) < _STRAY_COUNT:
        return False
    lately = [one for one in walk.seen if (walk.seen[-1].at - one.at).total_seconds() <= _FRESH_S][-_STRAY_COUNT:]
    if len(lately) < _STRAY_COUNT or (lately[-1].at - lately[0].at).total_seconds() < _ARRIVED_S:
        return False
    left = line.length_m - median(one.beside.along_m for one in lately)
    return left <= ARRIVED_M and median(one.beside.off_m for one in lately) <= ARRIVED_M
