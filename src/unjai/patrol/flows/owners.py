"""The gateway by which a station tells owners of visits: set, tried, and fed by core. Off until somebody sets it."""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId, new_id
from unjai.patrol import gateway
from unjai.patrol.gateway import Sent
from unjai.patrol.rules.telling import STALE, again_at, final, gateway_url, message, taken, trial
from unjai.patrol.store import owners as store
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.database import Database, Tx

log = logging.getLogger(__name__)

MANAGE = "patrol.manage"
AT_ONCE = 10
"""Messages of one station in one turn: a gateway is not flooded, and a silent one holds up nobody else for long."""
LEASE = timedelta(minutes=5)
_SECRET_BYTES = 32
Row = dict[str, Any]
Send = Callable[..., Sent]


async def channel(tx: Tx, actor: Actor, *, station_id: StationId) -> Row | None:
    """Return a station's gateway without its secret."""
    actor.must(MANAGE)
    return await store.channel_of(tx, station_id)


async def set_channel(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    vault: Vault,
    *,
    station_id: StationId,
    url: str,
    enabled: bool,
    fresh_secret: bool = False,
) -> tuple[Row, str]:
    """Set the gateway and return it with its secret where a new one was made: told this once.

    Another host gets another secret, whether asked for or not. Raises `gateway_wrong` (422).
    """
    actor.must(MANAGE)
    good = gateway_url(url)
    before, now = await store.channel_of(tx, station_id), clock.now()
    secret = ""
    if before is None or fresh_secret or _host(before["url"]) != _host(good):
        row_id = new_id(now)
        raw = secrets.token_bytes(_SECRET_BYTES)
        secret = f"whsec_{base64.b64encode(raw).decode()}"
        sealed = vault.seal(row_id, raw)
    else:
        row_id, sealed = before["id"], before["sealed"]
    since = None if before is None else before["enabled_at"]
    row: Row = {
        "id": row_id,
        "station_id": station_id,
        "url": good,
        "sealed": sealed,
        "enabled_at": (since or now) if enabled else None,
        "changed_at": now,
        "changed_by": actor.name,
    }
    await store.put_channel(tx, row)
    facts = {"host": _host(good), "enabled": enabled, "secret": bool(secret)}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="patrol.owner.channel", subject=subject, facts=facts, station_id=station_id)
    return row, secret


def _host(url: str) -> str:
    return url.split("/")[2]


async def try_channel(
    tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, station_id: StationId, send: Send = gateway.send
) -> Sent:
    """Send a message that is for nobody, and return what the gateway answered. Raises `gateway_missing` (409)."""
    actor.must(MANAGE)
    row = await store.channel_of(tx, station_id)
    if row is None:
        raise UnjaiError("gateway_missing", 409)
    now = clock.now()
    body, key = trial(now), f"try_{new_id(now)}"
    found = await asyncio.to_thread(send, row["url"], secret_of(vault, row), body, message_id=key, at=now)
    facts = {"host": _host(row["url"]), "status": found.status, "code": found.code}
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="patrol.owner.try", subject=subject, facts=facts, station_id=station_id)
    return found


def secret_of(vault: Vault, row: Row) -> str:
    """Return the secret of a gateway as the library reads it."""
    return f"whsec_{base64.b64encode(vault.open(row['id'], row['sealed'])).decode()}"


class Telling:
    """Core's errand: what waits for a station's gateway is handed to it, each message once as far as can be known.

    A message is taken for five minutes before it is sent: if core dies between sending and writing that down, it goes
    out again under the same `webhook-id`, by which the gateway knows it.
    """

    def __init__(self, stations: Iterable[StationId], vault: Vault, *, send: Send = gateway.send) -> None:
        """Serve some stations."""
        self._stations, self._vault, self._send = tuple(stations), vault, send

    async def once(self, db: Database, clock: Clock) -> int:
        """Send what is due; return how many messages the gateways took."""
        done = 0
        for station_id in self._stations:
            try:
                done += await self._station(db, clock, station_id)
            except UnjaiError as error:  # a lost key of one station is no reason to leave the others waiting
                log.warning("owners of %d are not told: %s", station_id, error)
        return done

    async def _station(self, db: Database, clock: Clock, station_id: StationId) -> int:
        actor, now = system(station_id, name="patrol"), clock.now()
        async with db.tx(actor) as tx:
            channel_ = await store.channel_of(tx, station_id)
            if channel_ is None or channel_["enabled_at"] is None:
                return 0
            rows = await store.take_due(tx, channel_, now, now + LEASE, AT_ONCE)
        if not rows:
            return 0
        secret, done = secret_of(self._vault, channel_), 0
        for row in rows:
            found = await self._try(clock, channel_, secret, row)
            async with db.tx(actor) as tx:
                done += await _settled(tx, actor, clock, row, found)
            if found.status == 0 and found.code not in {"too_late", "not_wanted"}:
                break  # nobody is there: the others wait for their own time
        return done

    async def _try(self, clock: Clock, channel_: Row, secret: str, row: Row) -> Sent:
        now = clock.now()
        if not row["tell_owner"] or not row["owner_contact"]:
            return Sent(status=0, code="not_wanted")
        if now - row["made_at"] > STALE:
            return Sent(status=0, code="too_late")
        key = str(row["id"])
        return await asyncio.to_thread(self._send, channel_["url"], secret, message(row), message_id=key, at=now)


async def _settled(tx: Tx, actor: Actor, clock: Clock, row: Row, found: Sent) -> int:
    now, tries = clock.now(), row["tries"] + 1
    if taken(found.status):
        values: Row = {"sent_at": now, "sent_by": "", "channel": "gateway", "failure": "", "next_at": None}
    else:
        never = found.code in {"too_late", "not_wanted"} or final(found.status)
        again = None if never else again_at(tries, now)
        values = {"next_at": again, "failed_at": now if again is None else None, "failure": found.code}
    values |= {"tries": tries, "status": found.status}
    await store.settle(tx, UUID(str(row["id"])), **values)
    if "sent_at" in values or values.get("failed_at") is not None:
        action = "patrol.owner.sent" if "sent_at" in values else "patrol.owner.failed"
        facts = {"tries": tries, "status": found.status, "code": found.code}
        subject = f"owner_message:{row['id']}"
        await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=row["station_id"])
    return int("sent_at" in values)
