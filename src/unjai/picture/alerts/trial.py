"""A rule tried on the stored week: the same engine over the record, a page at a time in a thread, bounded.

The record keeps observations; what units were doing comes from above, and time in which the centre did not listen is
nobody's silence, as in life.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, UnitId, id_floor
from unjai.people.store import unit as unit_table
from unjai.picture.alerts.above import Worked, above
from unjai.picture.alerts.rules.engine import Engine
from unjai.picture.alerts.rules.facts import Seen, Thing, UnitNow
from unjai.picture.alerts.rules.rule import Alert, Rule
from unjai.picture.health.store import listened
from unjai.platform.database import Tx
from unjai.territory.records import Device
from unjai.territory.view import TerritoryView

WEEK = timedelta(days=7)
MOST = 400_000
"""Observations that one trial reads at most; of more, the newest."""
SHOWN = 200
_PAGE = 10_000
_CLASSES = ("device", "fleet", "citizen")
_WRONG = ("wrong", "none")


@dataclass(kw_only=True)
class Trial:
    """What a rule would have done."""

    since: datetime
    until: datetime
    complete: bool = True
    observations: int = 0
    alerts: list[Alert] = field(default_factory=list)
    unheard_s: float = 0.0


_gate = asyncio.Lock()


async def try_rule(tx: Tx, rule: Rule, territory: TerritoryView, now: datetime) -> Trial:
    """Run a rule over the last seven days; raise `rule_not_stored` (422), or `rule_test_busy` (429) beside another."""
    if not rule.kind.stored:
        raise UnjaiError("rule_not_stored", 422)
    if _gate.locked():
        raise UnjaiError("rule_test_busy", 429, wait_s=5)
    async with _gate:
        return await _try(tx, rule, territory, now)


async def _try(tx: Tx, rule: Rule, territory: TerritoryView, now: datetime) -> Trial:
    since = now - WEEK
    kinds = rule.kind.hears_of(rule.params)
    question = _question(kinds, rule)
    start, complete = await _start(tx, question, rule, since)
    spans = await listened(tx, start)
    trial = Trial(since=start, until=now, complete=complete, unheard_s=_unheard(spans, start, now))
    worked = await above().units_worked(tx, start, now) if rule.kind.subject != "device" else ()
    week = _Week(rule, territory, await _carriers(tx), worked, spans or [(start, now)])
    low: UUID = id_floor(start)
    while True:
        facts = {"low": low, "since": start, "limit": _PAGE, **_facts(rule)}
        rows = await tx.all(text(question), facts)
        if rows:
            await asyncio.to_thread(week.take, rows)
            low = rows[-1]["id"]
            trial.observations += len(rows)
        if len(rows) < _PAGE:
            break
    trial.alerts = await asyncio.to_thread(week.close, now)
    return trial


def _question(kinds: Iterable[str], rule: Rule) -> str:
    where = "id > :low AND station_id = :station AND received_at >= :since"
    if "*" not in kinds:
        where += " AND kind = ANY(:kinds)"
    if rule.where.devices and not rule.where.device_kinds:
        where += " AND device_id = ANY(:devices)"
    columns = "id, kind, source, device_id, observed_at, received_at, clock, lon, lat, payload"
    tables = _CLASSES if "*" not in kinds else ("device",)
    parts = (f"(SELECT {columns} FROM obs_{one} WHERE {where} ORDER BY id LIMIT :limit)" for one in tables)  # noqa: S608
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) o ORDER BY id LIMIT :limit"  # noqa: S608


def _facts(rule: Rule) -> dict[str, Any]:
    kinds = rule.kind.hears_of(rule.params)
    facts: dict[str, Any] = {"station": rule.station_id}
    if "*" not in kinds:
        facts["kinds"] = sorted(kinds)
    if rule.where.devices and not rule.where.device_kinds:
        facts["devices"] = sorted(rule.where.devices)
    return facts


async def _start(tx: Tx, question: str, rule: Rule, since: datetime) -> tuple[datetime, bool]:
    """Return where to begin reading, so that no more than `MOST` are read, and whether that is the whole week."""
    inner = question.replace(" ORDER BY id LIMIT :limit", "")
    newest = f"SELECT observed_at FROM ({inner}) n ORDER BY id DESC OFFSET :most LIMIT 1"  # noqa: S608
    facts = {"low": id_floor(since), "since": since, "most": MOST, **_facts(rule)}
    found: datetime | None = await tx.scalar(text(newest), facts)
    return (since, True) if found is None else (max(since, found), False)


def _unheard(spans: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime) -> float:
    heard = sum((min(end, until) - max(start, since)).total_seconds() for start, end in spans if end > since)
    return max(0.0, (until - since).total_seconds() - heard)


async def _carriers(tx: Tx) -> dict[DeviceId, tuple[UnitId, str, str]]:
    """Return which unit carries which device today; the record does not say who carried it then."""
    columns = (unit_table.c.id, unit_table.c.call_sign, unit_table.c.kind, unit_table.c.device_id)
    rows = await tx.all(unit_table.select().with_only_columns(*columns).where(unit_table.c.device_id.is_not(None)))
    return {DeviceId(row["device_id"]): (UnitId(row["id"]), row["call_sign"], row["kind"]) for row in rows}


class _Week:
    """The engine with one rule, walking through the record."""

    def __init__(
        self,
        rule: Rule,
        territory: TerritoryView,
        carriers: Mapping[DeviceId, tuple[UnitId, str, str]],
        worked: Sequence[Worked],
        spans: Sequence[tuple[datetime, datetime]],
    ) -> None:
        self.rule = rule
        self.devices: dict[UUID, Device] = {device.id: device for device in territory.devices}
        self.carriers = {**carriers, **self._carried(territory, carriers)}
        self.worked = list(worked)
        self.spans = list(spans)
        self.states: dict[UnitId, str] = {}
        self.alerts: list[Alert] = []
        self.engine = Engine(self.spans[0][0], lambda key: self._thing(UUID(key)))
        self.engine.set_rules([rule])

    @staticmethod
    def _carried(
        territory: TerritoryView, carriers: Mapping[DeviceId, tuple[UnitId, str, str]]
    ) -> dict[DeviceId, tuple[UnitId, str, str]]:
        by_unit = {unit[0]: unit for unit in carriers.values()}
        return {one.id: by_unit[one.unit_id] for one in territory.devices if one.unit_id in by_unit}

    def _thing(self, device_id: UUID | None) -> Thing | None:
        device = None if device_id is None else self.devices.get(device_id)
        if device is None or device.disabled:
            return None
        unit = self.carriers.get(device.id)
        now = None
        if unit is not None:
            now = UnitNow(id=unit[0], call_sign=unit[1], kind=unit[2], state=self.states.get(unit[0], "off"))
        return Thing(
            id=device.id,
            key=device.key,
            kind=device.kind,
            name_th=device.name_th,
            name_en=device.name_en,
            point=device.point,
            unit=now,
        )

    def _go(self, at: datetime) -> None:
        """Let time pass until `at`; in a stretch without listening nothing falls due."""
        while len(self.spans) > 1 and self.spans[1][0] <= at:
            self._keep(self.engine.advance(self.spans.pop(0)[1]))
            self.engine.listening_since = self.spans[0][0]
        self._keep(self.engine.advance(min(at, self.spans[0][1]) if len(self.spans) > 1 else at))
        while self.worked and self.worked[0].at <= at:
            one = self.worked.pop(0)
            self.states[one.unit_id] = one.state

    def _keep(self, out: Sequence[object]) -> None:
        self.alerts += [one for one in out if isinstance(one, Alert)]

    def take(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let the rule see a page of the record."""
        for row in rows:
            thing = self._thing(row["device_id"])
            at = row["received_at"] if row["clock"] in _WRONG else min(row["observed_at"], row["received_at"])
            self._go(at)
            if thing is None or (thing := self._thing(row["device_id"])) is None:
                continue
            point = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"])
            seen = Seen(
                id=row["id"],
                kind=row["kind"],
                at=at,
                heard_at=row["received_at"],
                thing=thing,
                point=point or thing.point,
                payload=row["payload"],
            )
            self._keep(self.engine.observe(seen))

    def close(self, now: datetime) -> list[Alert]:
        """Let time pass until now; return what was raised."""
        self._go(now)
        return self.alerts
