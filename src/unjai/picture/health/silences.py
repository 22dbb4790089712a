"""Silences while they happen: kept as intervals, told alone or together, taken back when the device stays back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import DeviceId, new_id
from unjai.people.registry import DeviceEntry
from unjai.picture import rules
from unjai.picture.alerts.rules.facts import QUIET_KINDS
from unjai.picture.health import store
from unjai.picture.health.rules import (
    FLAPS_WITHIN,
    Outage,
    Telling,
    is_suspect,
    outage_of,
    settling,
    to_tell,
)
from unjai.picture.live import StationLive
from unjai.picture.rules import Alarm
from unjai.platform.database import Tx

DEVICES_SILENT = "devices_silent"
_NAMED = 12
_RESUME_WITHIN = timedelta(seconds=30)
LISTENED_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """Devices that are back to stay: one alone, or a whole group whose report was `group_id`."""

    device_ids: tuple[DeviceId, ...]
    group_id: Any = None
    names_th: tuple[str, ...] = ()
    names_en: tuple[str, ...] = ()
    times: int = 1
    """How often the most restless of them fell silent in the last hour."""


class Upward(Protocol):
    """What silences tell upward."""

    async def tell(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Take an alarm; a repeat does nothing."""

    async def more_silent(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Hear that further devices belong to the silence told of with the alarm's id."""

    async def recovered(self, tx: Tx, actor: Actor, clock: Clock, recovery: Recovery) -> None:
        """Hear that what was told of is over and stayed over."""


def watched(entry: DeviceEntry | None) -> DeviceEntry | None:
    """Return a device whose silence means something: it has a heartbeat, nobody carries it, nobody shut it out."""
    if entry is None or entry.disabled or entry.unit_id is not None or entry.kind in QUIET_KINDS:
        return None
    return entry if entry.silent_after_s > 0 else None


@dataclass(kw_only=True)
class Silences:
    """The silences of one station that are not settled."""

    live: StationLive
    clock: Clock
    known: dict[DeviceId, list[Outage]] = field(default_factory=dict)
    dirty: list[Outage] = field(default_factory=list)
    span: dict[str, Any] | None = None
    _written_at: datetime | None = None

    async def load(self, tx: Tx) -> None:
        """Take up what was not settled before this core began, and go on listening where it stopped."""
        for row in await store.unsettled(tx, self.live.station_id):
            self._keep(Outage(**row))
        now, last = self.clock.now(), await store.last_listening(tx, self.live.station_id)
        self.span = {"id": new_id(now), "station_id": self.live.station_id, "from_at": now, "to_at": now}
        if last is not None and now - last["to_at"] <= _RESUME_WITHIN:
            self.span = last

    def _keep(self, outage: Outage) -> None:
        self.known.setdefault(outage.device_id, []).append(outage)

    @property
    def all(self) -> list[Outage]:
        """Return every silence that is not settled, the earliest first."""
        found = [one for outages in self.known.values() for one in outages if one.settled_at is None]
        return sorted(found, key=lambda one: (one.noticed_at, one.id))

    def fell(self, device_id: DeviceId, heard_at: datetime) -> None:
        """Note that a device fell silent."""
        outage = outage_of(self.live.station_id, device_id, heard_at, self.clock.now())
        if all(one.id != outage.id for one in self.known.get(device_id, ())):
            self._keep(outage)
        self.dirty.append(outage)

    def came_back(self, device_id: DeviceId, at: datetime) -> bool:
        """Note that a device is back; tell whether its silence had been told of."""
        told = False
        for one in self.known.get(device_id, ()):
            if one.to_at is None:
                one.to_at = max(at, one.from_at)
                told |= one.told_at is not None
                if one.told_at is None:
                    one.settled_at = one.to_at
                self.dirty.append(one)
        return told

    def drop_unwatched(self, now: datetime) -> None:
        """End the silences of devices whose silence means nothing any more: removed, shut out, carried."""
        for key, outages in self.known.items():
            if any(one.to_at is None for one in outages) and watched(self.live.devices.get(key)) is None:
                self.came_back(key, now)

    def suspects(self, now: datetime, listening_since: datetime) -> int:
        """Count devices that are not silent yet and have been quiet for suspiciously long."""
        count = 0
        for key, heard in self.live.heard.items():
            entry = watched(self.live.devices.get(key))
            if entry is not None and not heard.silent:
                count += is_suspect(now - max(heard.heard_at, listening_since), entry.silent_after_s)
        return count

    async def tell(
        self, upward: Upward, told: Callable[[Callable[[Tx, Actor], Awaitable[None]]], Awaitable[None]], since: datetime
    ) -> None:
        """Tell what is due to be told. A killed core tells it again: the ids are the same, so it is heard once."""
        now = self.clock.now()
        due = to_tell(self.all, self.suspects(now, since), now)
        for one in due.alone:
            await self._tell_alone(upward, told, one, now)
        if due.together and due.group_id is not None:
            await self._tell_group(upward, told, due, now)
        for group_id, one in due.joining:
            alarm = self._group_alarm(group_id, [one], now)
            await told(lambda tx, actor, alarm=alarm: upward.more_silent(tx, actor, self.clock, alarm))  # type: ignore[misc]
            one.told_at, one.group_id = now, group_id
            self.dirty.append(one)

    async def _tell_alone(self, upward: Upward, told: Any, one: Outage, now: datetime) -> None:
        heard, entry = self.live.heard.get(one.device_id), self.live.devices.get(one.device_id)
        if heard is not None and entry is not None:
            since = replace(heard, heard_at=one.from_at)  # one word since then would make it another silence
            alarm = rules.silence(since, key=entry.key, point=self.live.place_of(one.device_id), now=now)
            await told(lambda tx, actor: upward.tell(tx, actor, self.clock, alarm))
        one.told_at = now
        self.dirty.append(one)

    async def _tell_group(self, upward: Upward, told: Any, due: Telling, now: datetime) -> None:
        alarm = self._group_alarm(due.group_id, due.together, now)
        await told(lambda tx, actor: upward.tell(tx, actor, self.clock, alarm))
        for one in due.together:
            one.told_at, one.group_id = now, due.group_id
            self.dirty.append(one)

    def _group_alarm(self, group_id: Any, outages: list[Outage], now: datetime) -> Alarm:
        entries = [self.live.devices.get(one.device_id) for one in outages]
        names = [(entry.name_th, entry.name_en or entry.name_th) for entry in entries if entry is not None]
        more = len(names) - _NAMED
        tail_th, tail_en = (f" และอีก {more} จุด", f" and {more} more") if more > 0 else ("", "")
        return Alarm(
            id=group_id,
            digest=f"silent together {group_id}",
            station_id=self.live.station_id,
            kind=DEVICES_SILENT,
            source=f"silence:{group_id}",
            happened_at=min((one.noticed_at for one in outages), default=now),
            received_at=now,
            payload={
                "count": len(outages),
                "names_th": ", ".join(th for th, _en in names[:_NAMED]) + tail_th,
                "names_en": ", ".join(en for _th, en in names[:_NAMED]) + tail_en,
            },
        )

    async def settle(
        self, upward: Upward, told: Callable[[Callable[[Tx, Actor], Awaitable[None]]], Awaitable[None]]
    ) -> None:
        """Take back what was told of silences that are over and stayed over."""
        now = self.clock.now()
        for members in settling(self.all, now):
            recovery = self._recovery(members)

            async def job(tx: Tx, actor: Actor, recovery: Recovery = recovery, now: datetime = now) -> None:
                counts = [await store.count_since(tx, key, now - FLAPS_WITHIN) for key in recovery.device_ids]
                whole = {name: getattr(recovery, name) for name in Recovery.__dataclass_fields__}
                whole["times"] = max(counts, default=1)
                await upward.recovered(tx, actor, self.clock, Recovery(**whole))

            again = any(
                other.to_at is None
                for one in members
                for other in self.known.get(one.device_id, ())
                if other is not one
            )
            if not again:  # fallen silent anew: what was told goes on
                await told(job)
            for one in members:
                one.settled_at = now
                self.dirty.append(one)

    def _recovery(self, members: list[Outage]) -> Recovery:
        entries = [self.live.devices.get(one.device_id) for one in members]
        return Recovery(
            device_ids=tuple(one.device_id for one in members),
            group_id=members[0].group_id,
            names_th=tuple(entry.name_th for entry in entries if entry is not None),
            names_en=tuple(entry.name_en or entry.name_th for entry in entries if entry is not None),
        )

    async def save(self, tx: Tx) -> None:
        """Write what changed, and how far was listened."""
        now = self.clock.now()
        rows = {one.id: {name: getattr(one, name) for name in Outage.__slots__} for one in self.dirty}
        await store.save_outages(tx, list(rows.values()))
        if self.span is not None and (self._written_at is None or now - self._written_at >= LISTENED_EVERY):
            self.span["to_at"] = max(now, self.span["from_at"])
            await store.save_listening(tx, self.span)
            self._written_at = now

    def saved(self, count: int) -> None:
        """Forget what was written (the first `count` that had changed) and what is settled."""
        del self.dirty[:count]
        for key, outages in list(self.known.items()):
            left = [one for one in outages if one.settled_at is None]
            if left:
                self.known[key] = left
            else:
                del self.known[key]
