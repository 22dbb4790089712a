"""Units on their way to an urgent incident, and the junctions ahead of each: with every position anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.platform.database import Database
from unjai.signals.controller.greenway import STALE_S, Coming
from unjai.signals.junction import Junction
from unjai.signals.rules.on_the_way import crossed
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.store.going import URGENT, going
from unjai.territory.streets import UnitKind
from unjai.territory.view import known_territory, territory_of

PASSED_M = 150.0
"""Who was nearer to a stop line than this, and has it on its way no more, went over it."""
UNSURE_M = 60.0
"""A position that may be off by more says nothing of a lane."""


class Ahead(Protocol):
    """What is asked of a junction: where it is."""

    station_id: StationId
    junction_id: UUID
    junction: Junction
    file: JunctionFile


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    station_id: StationId
    call_sign: str
    kind: UnitKind
    to: Point
    importance: int


@dataclass(slots=True)
class Going:
    """Who comes to which junction, by call sign."""

    _units: dict[UUID, _Unit] = field(default_factory=dict)
    _coming: dict[UUID, dict[str, Coming]] = field(default_factory=dict)
    _passed: dict[tuple[UUID, str], float] = field(default_factory=dict)

    async def load(self, db: Database, actor: Actor, stations: Iterable[StationId]) -> None:
        """Read who is on the way at stations that have junctions; who has arrived or was called off comes no more."""
        here = set(stations)
        if not here:
            self._units, self._coming = {}, {}
            return
        async with db.tx(actor) as tx:
            rows = [row for row in await going(tx) if row["station_id"] in here]
            self._units = {
                row["device_id"]: _Unit(
                    station_id=StationId(row["station_id"]),
                    call_sign=row["call_sign"],
                    kind=cast("UnitKind", row["kind"]),
                    to=Point(lon=row["lon"], lat=row["lat"]),
                    importance=URGENT - row["priority"],
                )
                for row in rows
            }
            for station_id in {one.station_id for one in self._units.values()}:
                await territory_of(tx, station_id)
        names = {one.call_sign for one in self._units.values()}
        for coming in self._coming.values():
            for gone in coming.keys() - names:
                del coming[gone]

    def placed(
        self, device_id: UUID | None, at: Point, told_s: float, junctions: Iterable[Ahead], speed_mps: float = 0.0
    ) -> None:
        """Take a unit's position: its way from here on, by the streets, and what lies on it.

        It arrives by the streets' usual speeds, or by its own where that is higher.
        """
        unit = None if device_id is None else self._units.get(device_id)
        territory = None if unit is None else known_territory(unit.station_id)
        if unit is None or territory is None or (at.accuracy_m or 0.0) > UNSURE_M:
            return
        path = territory.graph.path(at, unit.to, unit.kind)
        for one in junctions:
            if one.station_id != unit.station_id:
                continue
            coming = self._coming.setdefault(one.junction_id, {})
            before = coming.get(unit.call_sign)
            if before is not None and before.told_s >= told_s:
                continue
            found = None if path is None else crossed(one.file, one.junction, path)
            if found is None:
                if coming.pop(unit.call_sign, None) is not None and before is not None and before.distance_m < PASSED_M:
                    self._passed[one.junction_id, unit.call_sign] = told_s
                continue
            own_s = found.distance_m / speed_mps if speed_mps > 1.0 else found.eta_s
            coming[unit.call_sign] = Coming(
                key=unit.call_sign,
                links=found.links,
                told_s=told_s,
                due_s=told_s + min(found.eta_s, own_s),
                distance_m=found.distance_m,
                importance=unit.importance,
            )

    def to(self, junction_id: UUID, now_s: float) -> tuple[Coming, ...]:
        """Return who comes to a junction; who is silent comes no more."""
        known = self._coming.get(junction_id, {}).values()
        return tuple(one for one in known if abs(now_s - one.told_s) <= STALE_S)

    def passed(self, junction_id: UUID, call_sign: str) -> float | None:
        """Return and forget when a unit went over a junction's line, as far as it was seen to."""
        return self._passed.pop((junction_id, call_sign), None)
