"""The rules of every station while they run: what is seen goes through the engine, what it raises is told once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, observation_id
from unjai.model.reading import Observation
from unjai.people.registry import DeviceEntry
from unjai.picture.alerts import store
from unjai.picture.alerts.flows import ground_of
from unjai.picture.alerts.kinds.scenes import CAMERA_HIT, CAMERA_MEASURED
from unjai.picture.alerts.rules.engine import Engine, Key
from unjai.picture.alerts.rules.facts import REFUSED, Seen, Thing, UnitNow
from unjai.picture.alerts.rules.rule import Alert, Cleared, Rule
from unjai.picture.live import StationLive
from unjai.picture.rules import Alarm
from unjai.platform.database import Tx

log = logging.getLogger(__name__)

ALERT_RULE = "alert_rule"
NOTICE = "rule.notice"
NOBODY = UUID(int=0)
_PRIMED = "primed"
Out = list[Alert | Cleared]


def thing_of(live: StationLive, entry: DeviceEntry) -> Thing:
    """Return a device as rules see it now, with what its unit is doing."""
    unit = None if entry.unit_id is None else live.units.get(entry.unit_id)
    now = None if unit is None else UnitNow(id=unit.id, call_sign=unit.call_sign, kind=unit.kind, state=unit.state)
    return Thing(
        id=entry.device_id,
        key=entry.key,
        kind=entry.kind,
        name_th=entry.name_th,
        name_en=entry.name_en,
        point=live.place_of(entry.device_id),
        unit=now,
    )


@dataclass(kw_only=True)
class RuleBoard:
    """One engine a station. Not a task of its own: the picture asks it in its steps and its seconds."""

    clock: Clock
    live_of: Callable[[StationId], StationLive | None]
    engines: dict[StationId, Engine] = field(default_factory=dict)
    stamps: dict[StationId, tuple[tuple[UUID, int], ...]] = field(default_factory=dict)
    cleared: list[tuple[StationId, Cleared]] = field(default_factory=list)

    def _lookup(self, station_id: StationId) -> Callable[[str], Thing | None]:
        def look(key: str) -> Thing | None:
            live = self.live_of(station_id)
            entry = None if live is None else live.devices.get(DeviceId(UUID(key)))
            return None if live is None or entry is None or entry.disabled else thing_of(live, entry)

        return look

    async def load(self, tx: Tx, live: StationLive, listening_since: datetime) -> None:
        """Take a station's rules with what was remembered of them before this core began."""
        engine = Engine(listening_since, self._lookup(live.station_id))
        engine.load((row["rule_id"], row["subject"], row["state"]) for row in await store.states(tx, live.station_id))
        bare = engine.adopt(await self._read(tx, live.station_id))
        engine.miss(self.clock.now())
        self.engines[live.station_id] = engine
        self._prime(engine, live, bare)

    async def refresh(self, tx: Tx, live: StationLive) -> None:
        """Take the rules, and the areas and devices they name, as they are now."""
        engine = self.engines.get(live.station_id)
        if engine is not None:
            self._prime(engine, live, engine.set_rules(await self._read(tx, live.station_id)))
            engine.miss(self.clock.now())

    async def is_stale(self, tx: Tx, station_id: StationId) -> bool:
        """Tell whether the stored rules are others than those that run: an event may have been missed."""
        rows = await store.rules_of(tx, station_id)
        return self.stamps.get(station_id) != tuple((row["id"], row["version"]) for row in rows)

    async def _read(self, tx: Tx, station_id: StationId) -> list[Rule]:
        rows = await store.rules_of(tx, station_id)
        self.stamps[station_id] = tuple((row["id"], row["version"]) for row in rows)
        ground = await ground_of(tx, system(station_id, name="rules"), self.clock, station_id=station_id)
        rules: list[Rule] = []
        for row in rows:
            if not row["enabled"]:
                continue
            try:
                rules.append(ground.rule(row))
            except (UnjaiError, ValueError):
                log.exception("rule %s cannot be read; the others go on", row["id"])
        return rules

    def _prime(self, engine: Engine, live: StationLive, rules: Sequence[Rule]) -> None:
        """Tell new rules of what is known already: a device that is silent now speaks no more."""
        if not rules:
            return
        for key, heard in live.heard.items():
            entry = live.devices.get(key)
            if entry is None or entry.disabled:
                continue
            payload: dict[str, Any] = {} if heard.battery is None else {"battery": heard.battery}
            seen = Seen(
                id=observation_id(heard.heard_at, entry.key, _PRIMED),
                kind=_PRIMED,
                at=heard.heard_at,
                heard_at=heard.heard_at,
                thing=thing_of(live, entry),
                point=live.place_of(key),
                payload=payload,
            )
            engine.observe(seen, [rule for rule in rules if "*" in rule.kind.hears_of(rule.params)])

    def observe(
        self, live: StationLive, seen: Observation, at: datetime, entry: DeviceEntry | None, point: Point | None
    ) -> Out:
        """Take an observation of a known device through the station's rules."""
        engine = self.engines.get(live.station_id)
        if engine is None or entry is None or entry.disabled or not engine.hears(seen.kind):
            return []
        told = Seen(
            id=seen.id,
            kind=seen.kind,
            at=at,
            heard_at=seen.received_at,
            thing=thing_of(live, entry),
            point=point,
            payload=seen.payload,
            rule_id=_for_rule(seen),
        )
        return engine.observe(told)

    def refused(self, live: StationLive, counts: dict[DeviceId, int]) -> Out:
        """Take the counts of refused messages that changed."""
        return [one for key, count in counts.items() for one in self.own(live, REFUSED, key, {"count": count})]

    def own(self, live: StationLive, kind: str, key: DeviceId, payload: dict[str, Any]) -> Out:
        """Take what the centre itself says about a device now."""
        engine, entry = self.engines.get(live.station_id), live.devices.get(key)
        if engine is None or entry is None or entry.disabled or not engine.hears(kind):
            return []
        now, thing = self.clock.now(), thing_of(live, entry)
        own = observation_id(now, entry.key, f"{kind}:{payload}")
        said = Seen(id=own, kind=kind, at=now, heard_at=now, thing=thing, point=thing.point, payload=payload)
        return engine.observe(said)

    def advance(self, station_id: StationId) -> Out:
        """Let everything follow that is due by now."""
        engine = self.engines.get(station_id)
        return [] if engine is None else engine.advance(self.clock.now())

    def take_dirty(self, station_id: StationId) -> tuple[set[Key], set[Key]]:
        """Return what changed in the engine's memory and what it forgot since the last save."""
        engine = self.engines.get(station_id)
        if engine is None:
            return set(), set()
        dirty, gone = engine.dirty, engine.gone
        engine.dirty, engine.gone = set(), set()
        return dirty, gone

    def put_back(self, station_id: StationId, dirty: set[Key], gone: set[Key]) -> None:
        """Take back what could not be saved."""
        engine = self.engines[station_id]
        engine.dirty |= dirty & engine.watches.keys()
        engine.gone |= gone - engine.watches.keys()

    async def save(self, tx: Tx, station_id: StationId, dirty: set[Key], gone: set[Key]) -> None:
        """Write what the engine remembers, in the transaction that writes the places it reflects."""
        engine = self.engines.get(station_id)
        if engine is None:
            return
        rows = [
            {
                "station_id": station_id,
                "rule_id": key[0],
                "subject": key[1],
                "version": engine.rules[key[0]].version,
                "state": engine.state(key),
            }
            for key in dirty
            if key in engine.watches and key[0] in engine.rules
        ]
        await store.save_states(tx, rows, sorted(gone))


def _for_rule(seen: Observation) -> UUID | None:
    """Return the rule on whose behalf a camera's process looked; no rule's where that cannot be read."""
    if seen.kind != CAMERA_HIT:
        return None
    try:
        return UUID(str(seen.payload.get("rule_id")))
    except ValueError:
        return NOBODY


def measured_of(seen: Observation) -> dict[str, Any] | None:
    """Return what the happening of a hit measured in the end, as `store.measure_alert` takes it; None for all else."""
    if seen.kind != CAMERA_MEASURED or seen.device_id is None:
        return None
    said = seen.payload
    try:
        rule_id, at = UUID(str(said.get("rule_id"))), datetime.fromisoformat(str(said.get("hit_at")))
    except ValueError:
        return None
    tracks, facts = said.get("tracks"), said.get("facts")
    if not isinstance(tracks, list) or not isinstance(facts, dict):
        return None
    return {"rule_id": rule_id, "device_id": seen.device_id, "at": at, "tracks": tracks, "measured": facts}


def alert_row(alert: Alert) -> dict[str, Any]:
    """Return the row of an alert."""
    said, point = alert.told, alert.point
    return {
        "id": alert.id,
        "station_id": alert.rule.station_id,
        "rule_id": alert.rule.id,
        "rule_version": alert.rule.version,
        "does": alert.do,
        "quiet": alert.quiet,
        "subject": alert.subject,
        "at": alert.at,
        "since": alert.since,
        "device_id": None if alert.thing is None else alert.thing.id,
        "unit_id": alert.unit_id,
        "lon": None if point is None else point.lon,
        "lat": None if point is None else point.lat,
        "priority": alert.rule.follow.priority,
        "text_th": said.th,
        "text_en": said.en,
        "facts": alert.facts,
    }


def alarm_of_alert(alert: Alert, now: datetime) -> Alarm:
    """Return the alarm that becomes or joins an incident; a repeat finds what the first made."""
    rule, thing = alert.rule, alert.thing
    name = f" ({rule.name})" if rule.name else ""
    return Alarm(
        id=alert.id,
        digest=f"rule {rule.id}",
        station_id=rule.station_id,
        kind=ALERT_RULE,
        source=f"rule:{rule.id}:{alert.subject}",
        happened_at=alert.at,
        received_at=max(now, alert.at),
        point=alert.point,
        device_id=None if thing is None or thing.unit is not None else thing.id,
        unit_id=alert.unit_id,
        payload={
            "code": rule.follow.code,
            "priority": rule.follow.priority,
            "text": f"{alert.told.th}{name}",
            "key": None if thing is None else thing.key,
        },
    )


def strip_line(row: dict[str, Any]) -> dict[str, Any]:
    """Return the line on the last-hour strip for a notice."""
    at: datetime = row["at"]
    return {
        "at": at.isoformat().replace("+00:00", "Z"),
        "kind": NOTICE,
        "priority": row["priority"],
        "incident_id": None,
        "text_th": row["text_th"],
        "text_en": row["text_en"],
    }


async def notices(tx: Tx, now: datetime) -> list[dict[str, Any]]:
    """Return the strip's lines for the notices of the last hour, oldest first."""
    rows = await store.alerts_of(tx, since=now - timedelta(hours=1), does=("notice",))
    return [strip_line(row) for row in reversed(rows)]
