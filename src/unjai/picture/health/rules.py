"""What follows from silences, pure: told alone or together, over for good; how much of a month a device was up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from unjai.model.ids import DeviceId, StationId, named_id

TOGETHER = 5
"""So many devices that fall silent at once are one happening: a line or the power, not so many devices."""
WITHIN = timedelta(minutes=1)
JOIN_FOR = timedelta(minutes=5)
"""How long after such a happening further devices still belong to it."""
SETTLED = timedelta(minutes=2)
"""How long a device must stay back before what was told of its silence is taken back."""
SUSPECT_SHARE = 0.6
"""A device that has been quiet for this share of its own limit may be about to fall silent with the others."""
FLAPS = 3
FLAPS_WITHIN = timedelta(hours=1)
"""So many silences within so long are a fault of their own: the incident stays open for a person."""

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Outage:
    """A silence as the picture follows it; see `health.store.device_outage`."""

    id: UUID
    station_id: StationId
    device_id: DeviceId
    from_at: datetime
    noticed_at: datetime
    to_at: datetime | None = None
    told_at: datetime | None = None
    group_id: UUID | None = None
    settled_at: datetime | None = None


def outage_of(station_id: StationId, device_id: DeviceId, from_at: datetime, now: datetime) -> Outage:
    """Return the silence of a device that was heard last at `from_at`; the same silence is the same row."""
    own = named_id("outage", f"{device_id}:{from_at.isoformat()}", from_at)
    return Outage(id=own, station_id=station_id, device_id=device_id, from_at=from_at, noticed_at=now)


@dataclass(kw_only=True, slots=True)
class Telling:
    """What is to be told now: silences alone, one happening of many, and those that join one told before."""

    alone: list[Outage] = field(default_factory=list)
    together: list[Outage] = field(default_factory=list)
    group_id: UUID | None = None
    joining: list[tuple[UUID, Outage]] = field(default_factory=list)


def to_tell(known: Iterable[Outage], suspects: int, now: datetime) -> Telling:
    """Decide what of the open silences is told now.

    A lone one is told at once. While enough others are quiet too (`suspects`), it waits up to a minute, lest one cut
    line become a row of incidents.
    """
    known = list(known)
    waiting = [one for one in known if one.told_at is None and one.to_at is None]
    telling = Telling()
    groups = [one for one in known if one.group_id is not None and one.told_at is not None and one.to_at is None]
    newest = max(groups, key=lambda one: one.noticed_at, default=None)
    if newest is not None and newest.group_id is not None and now - newest.noticed_at <= JOIN_FOR:
        telling.joining = [(newest.group_id, one) for one in waiting]
        return telling
    near = [one for one in waiting if now - one.noticed_at <= WITHIN]
    if len(near) >= TOGETHER:
        near.sort(key=lambda one: (one.noticed_at, one.id))
        telling.together = near
        telling.group_id = named_id("devices_silent", str(near[0].id), near[0].noticed_at)
        waiting = [one for one in waiting if one not in near]
    elif len(near) + suspects >= TOGETHER:
        waiting = [one for one in waiting if now - one.noticed_at > WITHIN]
    telling.alone = waiting
    return telling


def is_suspect(quiet: timedelta, silent_after_s: int) -> bool:
    """Tell whether a device that is not silent yet has been quiet for suspiciously long."""
    return silent_after_s > 0 and quiet.total_seconds() >= SUSPECT_SHARE * silent_after_s


def settling(known: Iterable[Outage], now: datetime) -> list[list[Outage]]:
    """Return silences that are over for good: each alone, or a whole group once all of it is back."""
    known = [one for one in known if one.settled_at is None]
    back = [one for one in known if one.to_at is not None and now - one.to_at >= SETTLED]
    out = [[one] for one in back if one.group_id is None]
    for group_id in {one.group_id for one in back if one.group_id is not None}:
        members = [one for one in known if one.group_id == group_id]
        if all(one in back for one in members):
            out.append(members)
    return out


# ── the month ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Uptime:
    """How much of a month a device was there: seconds measured, seconds up, and the month's seconds so far."""

    up_s: float
    measured_s: float
    month_s: float

    @property
    def share(self) -> float | None:
        """Return the share of the measured time in which it was up; None where nothing was measured."""
        return self.up_s / self.measured_s if self.measured_s > 0 else None


def clipped(spans: Iterable[Span], low: datetime, high: datetime) -> list[Span]:
    """Return spans cut to a window, joined where they touch, in order."""
    out: list[Span] = []
    for start, end in sorted((max(start, low), min(end, high)) for start, end in spans):
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def overlap_s(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Return how many seconds two lists of ordered spans have in common."""
    total, n, m = 0.0, 0, 0
    while n < len(one) and m < len(other):
        low, high = max(one[n][0], other[m][0]), min(one[n][1], other[m][1])
        total += max(0.0, (high - low).total_seconds())
        if one[n][1] <= other[m][1]:
            n += 1
        else:
            m += 1
    return total


def uptime(
    *, month: Span, now: datetime, first_heard_at: datetime | None, listened: Sequence[Span], outages: Sequence[Span]
) -> Uptime:
    """Return a device's uptime in a month: only time in which the centre listened, since it was first heard, counts."""
    start, end = month[0], min(month[1], now)
    whole = max(0.0, (end - start).total_seconds())
    if first_heard_at is None or first_heard_at >= end:
        return Uptime(up_s=0.0, measured_s=0.0, month_s=whole)
    heard = clipped(listened, max(start, first_heard_at), end)
    measured = sum((high - low).total_seconds() for low, high in heard)
    away = overlap_s(heard, clipped(outages, start, end))
    return Uptime(up_s=max(0.0, measured - away), measured_s=measured, month_s=whole)
