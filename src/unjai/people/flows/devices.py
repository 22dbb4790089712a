"""Device secrets, and counts of what devices were refused."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import DeviceId, StationId
from unjai.people.events import RegistryChanged
from unjai.people.store import devices, units
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

SECRET_BYTES = 24
SECRET_MAX = 256
CODE_MAX = 64
NO_HASH = bytes(32)
_Keep = Callable[[Tx, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """How often a device was refused for one reason, and when last."""

    code: str
    count: int
    last_at: datetime


def secret_hash(secret: str) -> bytes:
    """Return what is kept of a secret: SHA-256 (the secret is random, 192 bits)."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def secret_matches(kept: bytes | None, secret: str) -> bool:
    """Compare in constant time; takes the same time where nothing is kept."""
    same = hmac.compare_digest(secret_hash(secret[:SECRET_MAX]), kept or NO_HASH)
    return same and kept is not None and len(secret) <= SECRET_MAX


async def issue_credential(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> str:
    """Make a new secret for a device and return it, this once; the one it had stops working.

    Letters of base64url only, so that it fits a path, a query and an MQTT password. Raises `not_found` (404).
    """
    actor.must("device.admin")
    return await _issued(tx, actor, clock, device_id)


async def issue_own(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> str:
    """Do the same for the device that the actor's own unit carries, and for no other (`not_found`, 404)."""
    actor.must("unit.self")
    carried = None if actor.unit_id is None else await units.device_of_unit(tx, actor.unit_id)
    if carried != device_id:
        raise not_found("device", device_id)
    return await _issued(tx, actor, clock, device_id, keep=devices.set_own_credential)


async def _issued(
    tx: Tx, actor: Actor, clock: Clock, device_id: DeviceId, *, keep: _Keep = devices.set_credential
) -> str:
    row = await units.device_row(tx, device_id)
    if row is None:
        raise not_found("device", device_id)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    station_id = StationId(row["station_id"])
    facts = {
        "device_id": device_id,
        "station_id": station_id,
        "secret_hash": secret_hash(secret),
        "issued_at": clock.now(),
        "issued_by": f"{actor.kind}:{actor.key}",
    }
    await keep(tx, facts)
    await audit(
        tx,
        actor,
        clock,
        action="device.secret",
        subject=f"device:{device_id}",
        facts={"key": row["key"]},
        station_id=station_id,
    )
    await emit(tx, clock, RegistryChanged(station_id=station_id, device_id=device_id))
    return secret


async def revoke_credential(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> None:
    """Take a device's secret away: its next connection or request is refused. Raises `not_found` (404)."""
    actor.must("device.admin")
    row = await units.device_row(tx, device_id)
    if row is None:
        raise not_found("device", device_id)
    station_id = StationId(row["station_id"])
    if await devices.drop_credential(tx, device_id):
        subject, facts = f"device:{device_id}", {"key": row["key"]}
        await audit(tx, actor, clock, action="device.revoke", subject=subject, facts=facts, station_id=station_id)
        await emit(tx, clock, RegistryChanged(station_id=station_id, device_id=device_id))


async def verify_credential(tx: Tx, *, key: str, secret: str) -> bool:
    """Tell whether `secret` is that of the device `key`, by the database; the doors use `registry.Registry`."""
    return secret_matches(await devices.secret_hash_of(tx, key), secret)


async def note_refusals(tx: Tx, actor: Actor, clock: Clock, *, counts: Mapping[tuple[str, str], int]) -> int:
    """Add counts by (device key, error code) to the devices' rows; keys we do not know are left out."""
    del actor
    clean = {(key, code[:CODE_MAX]): count for (key, code), count in counts.items() if count > 0 and "\0" not in key}
    return await devices.add_refusals(tx, clean, clock.now()) if clean else 0


async def note_refusal(tx: Tx, actor: Actor, clock: Clock, *, device_key: str, code: str) -> int:
    """Count one refusal of a device; 0 when the key is of no device."""
    return await note_refusals(tx, actor, clock, counts={(device_key, code): 1})


async def refusals_of(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> list[Refusal]:
    """Return what was refused of a device, latest first."""
    del clock
    actor.must("device.read")
    rows = await devices.refusals_of(tx, device_id)
    return [Refusal(code=row["code"], count=row["count"], last_at=row["last_at"]) for row in rows]
