"""What the doors know of devices, in memory: no message costs a question to the database.

Load it at start, again when an event of `REFRESH_ON` comes, and now and then in case one was missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId
from unjai.people import rules
from unjai.people.flows.devices import note_refusals, secret_matches
from unjai.people.rules.crew import carried
from unjai.people.store import crew, devices, units
from unjai.platform.database import Tx

REFRESH_ON = frozenset({"registry.changed", "duty.changed", "unit.changed", "territory.changed"})
"""Subjects after ``evt.<station>.`` that make the registry stale."""

LATE_MOST = timedelta(days=8)
"""How long after its end an interval of duty still counts for late positions: as long as the streams keep them."""

KINDS_MOST = 5_000
"""Different (key, code) pairs held between two flushes; beyond it new ones wait for the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceEntry:
    """A device as the doors need it. `point` is its known place; `unit_mark` names its unit on live frames."""

    device_id: DeviceId
    key: str
    station_id: StationId
    kind: str
    name_th: str
    name_en: str
    mark: int
    silent_after_s: int
    disabled: bool
    point: Point | None = None
    unit_id: UnitId | None = None
    unit_mark: int | None = None
    call_sign: str | None = None
    secret_hash: bytes | None = None
    duty: tuple[rules.Interval, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)


class Registry:
    """A snapshot of all devices of the stations in scope; replaced as a whole by `load`."""

    def __init__(self) -> None:
        """Know nothing until `load`: everyone is refused."""
        self._by_key: dict[str, DeviceEntry] = {}
        self._by_id: dict[DeviceId, DeviceEntry] = {}
        self._by_unit: dict[UnitId, DeviceEntry] = {}
        self._carried: dict[UnitId, dict[UUID, tuple[rules.Interval, ...]]] = {}

    async def load(self, tx: Tx, now: datetime) -> None:
        """Read everything anew; `tx` is of the system, for the stations whose devices are served here."""
        intervals = await units.intervals(tx, now - LATE_MOST)
        stays = await crew.stays_since(tx, now - LATE_MOST)
        by_key: dict[str, DeviceEntry] = {}
        by_unit: dict[UnitId, DeviceEntry] = {}
        for row in await devices.registered(tx):
            if row["key"] in by_key:
                continue
            unit_id = None if row["unit_id"] is None else UnitId(row["unit_id"])
            entry = DeviceEntry(
                device_id=DeviceId(row["id"]),
                key=row["key"],
                station_id=StationId(row["station_id"]),
                kind=row["kind"],
                name_th=row["name_th"],
                name_en=row["name_en"],
                mark=row["mark"],
                silent_after_s=row["silent_after_s"],
                disabled=row["disabled"],
                point=None if row["lon"] is None or row["lat"] is None else Point(lon=row["lon"], lat=row["lat"]),
                unit_id=unit_id,
                unit_mark=row["unit_mark"],
                call_sign=row["call_sign"],
                secret_hash=row["secret_hash"],
                settings=row["settings"] or {},
                duty=() if unit_id is None else intervals.get(unit_id, ()),
            )
            by_key[entry.key] = entry
            if unit_id is not None and (row["first"] or unit_id not in by_unit):
                by_unit[unit_id] = entry
        self._carried = {unit_id: carried(there) for unit_id, there in stays.items()}
        self._by_key, self._by_unit = by_key, by_unit
        self._by_id = {entry.device_id: entry for entry in by_key.values()}

    @property
    def entries(self) -> tuple[DeviceEntry, ...]:
        """Return all devices, disabled ones too, by key."""
        return tuple(self._by_key.values())

    def by_key(self, key: str) -> DeviceEntry | None:
        """Return the device with this key."""
        return self._by_key.get(key)

    def by_id(self, device_id: DeviceId) -> DeviceEntry | None:
        """Return the device with this id."""
        return self._by_id.get(device_id)

    def by_unit(self, unit_id: UnitId) -> DeviceEntry | None:
        """Return the device a unit carries; the one named at the unit where it carries several."""
        return self._by_unit.get(unit_id)

    def by_crew(self, unit_id: UnitId | None, account_id: UUID | None) -> DeviceEntry | None:
        """Return a unit's device as one of its crew speaks for it: on duty only while theirs is the phone that counts.

        Without a unit (they have signed off since), the one where theirs counted last. A unit that was signed on with
        nobody named is told by whoever is of it.
        """
        mine = {key: when for key, who in self._carried.items() if account_id and (when := who.get(account_id))}
        if unit_id is None:
            unit_id = max(mine, key=lambda key: mine[key][-1].from_at, default=None)
        entry = None if unit_id is None else self._by_unit.get(unit_id)
        if entry is None or unit_id not in self._carried:
            return entry
        return replace(entry, duty=mine.get(unit_id, ()))

    def authenticate(self, key: str, secret: str) -> DeviceEntry | None:
        """Return the device if the secret is its own and it is not disabled; constant time, known key or not."""
        entry = self._by_key.get(key)
        same = secret_matches(None if entry is None else entry.secret_hash, secret)
        return entry if entry is not None and same and not entry.disabled else None

    def on_duty(self, entry: DeviceEntry, at: datetime) -> bool:
        """Tell whether the unit that carries the device was on duty at `at`; False for a device of no unit."""
        return entry.unit_id is not None and rules.on_duty(entry.duty, at)


class Refusals:
    """Counts refusals in memory, so that a flood of junk is one write a second and not one a message."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, device_key: str, code: str, count: int = 1) -> None:
        """Count a refusal of a device (by the key it claimed) for the reason `code`."""
        pair = (device_key[:40], code)
        if pair in self._counts or len(self._counts) < KINDS_MOST:
            self._counts[pair] += count

    async def flush(self, tx: Tx, actor: Actor, clock: Clock) -> int:
        """Write the counts to the devices' rows; they are kept here if that fails. Return rows written."""
        if not self._counts:
            return 0
        taken, self._counts = self._counts, Counter()
        try:
            return await note_refusals(tx, actor, clock, counts=taken)
        except BaseException:
            self._counts += taken
            raise
