"""Core's job that wakes phones: an offer rings also where the page is not open.

Nothing is queued on a disc. What there is to wake for is read from the offers and messages themselves, so a box whose
line is cut piles nothing up, and a core that starts anew wakes only for what may still be answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Database
from unjai.platform.web_push import Answer, PushKey, sealed, send, signature
from unjai.respond.flows import pushes as flows
from unjai.respond.rules import push as rules

log = logging.getLogger(__name__)

HEARS = ("evt.*.offer.changed", "evt.*.talk.said", "evt.*.duty.changed")
"""What makes it look: an offer, a word, a unit that signs on."""

_AT_ONCE = 16
_REMEMBERED = 10_000
Send = Callable[..., Awaitable[Answer]]
Wait = Callable[[float], Awaitable[None]]


class Pushing:
    """Wakes each phone once for each thing; what fails is tried again while it is worth it."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        key: PushKey,
        *,
        own: Sequence[str] = (),
        contact: str,
        post: Send = send,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """Wake nobody yet. `own` are push services of the station's own, `contact` is who sends (RFC 8292, ``sub``)."""
        self.db, self.clock, self.key, self.own, self.contact = db, clock, key, tuple(own), contact
        self._post, self._wait = post, wait
        self._woken: OrderedDict[tuple[UUID, bytes, str], None] = OrderedDict()
        self._asked: set[StationId] = set()
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._flying: set[asyncio.Task[None]] = set()

    def look_at(self, *stations: StationId) -> None:
        """Look at stations soon."""
        self._asked.update(stations)
        self._wake.set()

    async def heard(self, subject: str, _data: bytes) -> None:
        """Hear that something changed at a station."""
        self.look_at(StationId(int(subject.split(".")[1])))

    async def run(self) -> None:
        """Wake phones for ever; a look that fails is made again, and stops nothing."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            stations, self._asked = self._asked, set()
            for station_id in stations:
                try:
                    await self.once(station_id)
                except Exception:
                    log.exception("nobody could be woken at %s", station_id)
                    await asyncio.sleep(1.0)
                    self.look_at(station_id)

    async def once(self, station_id: StationId) -> None:
        """Begin to wake everybody who is to be woken at a station and was not yet."""
        actor = system(station_id, name="push")
        async with self.db.tx(actor) as tx:
            found = await flows.waking(tx, actor, self.clock, station_id)
        for phone, notice in found:
            mark = (phone["id"], phone["p256dh"], notice.key)
            if mark in self._woken:
                continue
            self._woken[mark] = None
            while len(self._woken) > _REMEMBERED:
                self._woken.popitem(last=False)
            task = asyncio.create_task(self._safely(station_id, phone, notice))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._flying:
            await asyncio.gather(*self._flying)

    async def _safely(self, station_id: StationId, phone: dict[str, Any], notice: rules.Notice) -> None:
        try:
            await self._push(station_id, phone, notice)
        except Exception:
            log.exception("a phone was not woken")

    async def _push(self, station_id: StationId, phone: dict[str, Any], notice: rules.Notice) -> None:
        actor, tries = system(station_id, name="push"), 0
        while notice.ttl_s(self.clock.now()) > 0:
            async with self._room:
                answer = await self.send(phone, notice)
            verdict = rules.verdict(answer.status) if answer.why != "address" else "refused"
            if verdict != "later":
                async with self.db.tx(actor) as tx:
                    await flows.settle(tx, actor, self.clock, phone=phone, verdict=verdict)
                return
            tries += 1
            now = self.clock.now()
            at = rules.next_try(tries, notice, now, asked_s=answer.after_s)
            if at is None:
                log.info("a phone was not woken in time: %s", answer.why or answer.status)
                return
            await self._wait((at - now).total_seconds())
            async with self.db.tx(actor) as tx:
                wanted = await flows.still_wanted(tx, actor, self.clock, station_id, phone=phone["id"], key=notice.key)
            if not wanted:
                return

    async def send(self, phone: dict[str, Any], notice: rules.Notice) -> Answer:
        """Seal, sign and send one message."""
        service = rules.endpoint_of(phone["endpoint"], self.own)
        plain = rules.payload(notice, details=phone["details"], locale=phone["locale"])
        now = self.clock.now()

        def made() -> tuple[bytes, str]:
            signed = signature(self.key, audience=service.origin, contact=self.contact, now_s=now.timestamp())
            return sealed(phone["p256dh"], phone["auth"], plain), signed

        body, signed = await asyncio.to_thread(made)
        headers = {
            "Authorization": signed,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(notice.ttl_s(now)),
            "Urgency": notice.urgency,
            "Topic": notice.topic,
        }
        allowed = (lambda _address: True) if service.trusted else rules.reachable
        return await self._post(phone["endpoint"], body, headers, allowed=allowed)
