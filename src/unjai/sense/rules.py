"""What the intake decides, pure: whether a clock is to be believed, what an id is made of, who sends too much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unjai.model.errors import DecodeError
from unjai.model.ids import DeviceId, StationId, observation_id
from unjai.model.reading import ClockVerdict, Observation, Reading, RetentionClass, digest_of

LATE = timedelta(minutes=5)
AHEAD = timedelta(minutes=2)
WRONG = timedelta(hours=12)
BELIEVABLE = datetime(2020, 1, 1, tzinfo=UTC)
"""No device of the project existed before; a clock that says so was reset."""


def clock_verdict(observed_at: datetime | None, received_at: datetime) -> ClockVerdict:
    """Judge a device's clock by the moment its message came in."""
    if observed_at is None:
        return "none"
    if observed_at - received_at > WRONG or observed_at < BELIEVABLE:
        return "wrong"
    if observed_at - received_at > AHEAD:
        return "ahead"
    return "late" if received_at - observed_at > LATE else "ok"


def happened_at(seen: Observation) -> datetime:
    """Return when it happened as far as can be believed: never in our future, and our own time for a wrong clock."""
    if seen.clock in ("wrong", "none"):
        return seen.received_at
    return min(seen.observed_at, seen.received_at)


def stamp(
    reading: Reading,
    *,
    station_id: StationId,
    source: str,
    device_id: DeviceId | None,
    received_at: datetime,
    retention: RetentionClass,
    urgent: bool,
    oldest: datetime,
    fallback_id: str,
) -> Observation:
    """Turn a reading into an observation. The id is made of what the message says, so a repeat is the same id.

    A clock that cannot be right is the error `clock_ahead` or `clock_behind`; but what is `urgent` is never turned
    away for its clock: our own time counts then. `fallback_id` serves a message that names neither id nor time.
    """
    verdict = clock_verdict(reading.observed_at, received_at)
    claimed = reading.observed_at or received_at
    if not urgent and reading.observed_at is not None:
        if verdict == "wrong" and claimed > received_at:
            raise DecodeError("clock_ahead", claimed=claimed.isoformat(), ours=received_at.isoformat())
        if claimed < oldest:
            raise DecodeError("clock_behind", claimed=claimed.isoformat(), ours=received_at.isoformat())
    own = reading.own_id
    if reading.observed_at is not None:
        id_at = reading.observed_at
        own = own or reading.observed_at.isoformat()
    elif own is not None:
        id_at = BELIEVABLE  # an id without a time must not depend on when the message came
    else:
        id_at, own = received_at, fallback_id
    return Observation(
        id=observation_id(id_at, source, f"{reading.kind}\x1f{own}"),
        station_id=station_id,
        kind=reading.kind,
        source=source,
        device_id=device_id,
        observed_at=claimed,
        received_at=received_at,
        clock=verdict,
        retention=retention,
        point=reading.point,
        payload=reading.payload,
        digest=digest_of(reading),
    )


@dataclass(slots=True)
class Bucket:
    """A token bucket: `burst` messages at once, `per_s` a second for ever. Mutable; one a device."""

    burst: float
    per_s: float
    level: float
    at_s: float

    def take(self, now_s: float, count: int = 1) -> bool:
        """Take `count` tokens if they are there; `now_s` is any clock in seconds that does not go back."""
        self.level = min(self.burst, self.level + max(0.0, now_s - self.at_s) * self.per_s)
        self.at_s = now_s
        if self.level < count:
            return False
        self.level -= count
        return True

    def wait_s(self, count: int = 1) -> float:
        """Return how many seconds after the last `take` there will be `count` tokens."""
        return max(0.0, count - self.level) / self.per_s
