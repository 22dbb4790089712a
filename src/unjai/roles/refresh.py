"""Keeps what is held in memory up to date by events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from nats.errors import Error as NatsError
from sqlalchemy.exc import DBAPIError

from unjai import app
from unjai.app import Common
from unjai.model.ids import DeviceId, StationId
from unjai.people.registry import REFRESH_ON

log = logging.getLogger(__name__)


class Refresher:
    """Keeps the registry, and what hangs on it, up to date: many events at once are one reading."""

    def __init__(self, made: Common) -> None:
        """Know of nothing stale yet."""
        self.made = made
        self.then: list[Callable[[set[StationId], set[DeviceId]], Awaitable[None]]] = []
        self._stale = asyncio.Event()
        self._stations: set[StationId] = set()
        self._devices: set[DeviceId] = set()

    async def start(self) -> None:
        """Hear what makes the registry stale."""
        await self.made.bus.hear("evt.*.>", self._heard)

    async def _heard(self, subject: str, data: bytes) -> None:
        _evt, station, what = subject.split(".", 2)
        if what not in REFRESH_ON:
            return
        self._stations.add(StationId(int(station)))
        if what == "registry.changed" and (device := msgspec.json.decode(data).get("device_id")):
            self._devices.add(DeviceId(UUID(device)))
        self._stale.set()

    async def run(self) -> None:
        """Read anew whenever something was heard, for ever; those in `then` are told which stations and devices."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            stations, devices = self._stations, self._devices
            self._stations, self._devices = set(), set()
            await app.patiently(self.made.load, "the database")
            for job in self.then:
                try:
                    await job(stations, devices)
                except (DBAPIError, NatsError, OSError, TimeoutError) as error:
                    log.warning("refreshing waits: %s", error)
                    self._stale.set()
