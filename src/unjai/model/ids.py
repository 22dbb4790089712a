"""Identifiers. An observation's id is made from its message, so that the same message is the same id for ever."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import NewType
from uuid import UUID

StationId = NewType("StationId", int)
ObservationId = NewType("ObservationId", UUID)
DeviceId = NewType("DeviceId", UUID)
UnitId = NewType("UnitId", UUID)
ReportId = NewType("ReportId", UUID)
IncidentId = NewType("IncidentId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
AccountId = NewType("AccountId", UUID)

_MAX_MS = (1 << 48) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _millis(at: datetime) -> int:
    return min(max((at - EPOCH) // timedelta(milliseconds=1), 0), _MAX_MS)


def _uuid7(millis: int, rest: int) -> UUID:
    """Lay 48 bits of milliseconds and 74 bits of `rest` out as UUIDv7 (RFC 9562 §5.7)."""
    rand_a = (rest >> 62) & 0xFFF
    rand_b = rest & ((1 << 62) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)


def observation_id(observed_at: datetime, source: str, own: str) -> ObservationId:
    """Make the id of a message.

    `own` is the device's own message id, sequence or time; failing all, the raw stream's sequence.
    48 bits are `observed_at` in ms, the rest is SHA-256 over (source, own).
    """
    digest = hashlib.sha256(f"{source}\x1f{own}".encode()).digest()
    return ObservationId(_uuid7(_millis(observed_at), int.from_bytes(digest[:10])))


def new_id(at: datetime) -> UUID:
    """Mint a UUIDv7 for a thing that no message names (an incident, an account)."""
    return _uuid7(_millis(at), secrets.randbits(74))


def named_id(namespace: str, key: str, at: datetime = EPOCH) -> UUID:
    """Make an id from a name, so that a repeated request finds what the first one made."""
    return UUID(int=observation_id(at, namespace, key).int)


def id_floor(at: datetime) -> UUID:
    """Return the least id of the millisecond `at`: the bound between partitions."""
    return UUID(int=_millis(at) << 80)


def id_time(value: UUID) -> datetime:
    """Return the time held in an id's first 48 bits."""
    return EPOCH + timedelta(milliseconds=value.int >> 80)
