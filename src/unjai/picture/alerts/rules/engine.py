"""The engine: every rule over every fact, live and over stored weeks alike. Pure: time comes with the facts.

For each rule and subject it keeps a `Watch`. A state raises once while it holds: after `lasts_s`, within the rule's
hours, outside its quiet hours, and not within `holdoff_s` of the last alert; it is over when it was over for `clear_s`,
and one that was not told yet at once: the next one must last anew.
A happening raises at once, by the same hours and hold-off. In quiet hours a happening is logged and wakes nobody, and
a state waits: it is told when the quiet hours end, if it still holds.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.geometry import Point
from unjai.picture.alerts.rules.facts import AREA, Finding, Look, Seen, Thing
from unjai.picture.alerts.rules.rule import STALE, Alert, Cleared, Rule, alert_id

Key = tuple[UUID, str]
Lookup = Callable[[str], Thing | None]
"""Give a device by its id as text; None for one that is gone or shut out."""

_SOON = timedelta(seconds=1)


@dataclass(slots=True)
class Watch:
    """What is remembered of one rule and one subject. Moments are seconds, so that all of it is JSON."""

    memory: dict[str, Any] = field(default_factory=dict)
    since: float | None = None
    trigger: str = ""
    raised: str | None = None
    raised_at: float | None = None
    last: str | None = None
    over_from: float | None = None
    look_at: float | None = None
    settle_at: float | None = None
    device: str | None = None
    lon: float | None = None
    lat: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def due(self) -> float | None:
        """Return the next moment at which something may follow by itself."""
        return min((at for at in (self.look_at, self.settle_at) if at is not None), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spoken:
    """An alert about to be made: when, since when, what set it off; hushed by quiet hours, or told too late."""

    at: datetime
    since: datetime
    trigger: str
    hush: bool = False
    late: bool = False


def _whose(rule: Rule, fact: Seen | Look) -> Thing | None:
    return None if rule.kind.subject == AREA else fact.thing


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Engine:
    """The rules of one station (or one rule on trial), with what is remembered."""

    def __init__(self, listening_since: datetime, lookup: Lookup) -> None:
        """Hold no rule yet; silence before `listening_since` counts for nobody."""
        self.listening_since = listening_since
        self.lookup = lookup
        self.rules: dict[UUID, Rule] = {}
        self.watches: dict[Key, Watch] = {}
        self.dirty: set[Key] = set()
        self.gone: set[Key] = set()
        self._hearing: dict[str, list[Rule]] = {}
        self._heap: list[tuple[float, UUID, str]] = []
        self._out: list[Alert | Cleared] = []

    # ── rules and memory ───────────────────────────────────────────────────────────────────────────

    def set_rules(self, rules: Iterable[Rule]) -> list[Rule]:
        """Take the rules as they are now; return those that are new or mean something else than before.

        What was remembered of a rule that changed its meaning is forgotten, but for when it spoke last.
        """
        fresh = {rule.id: rule for rule in rules}
        changed = [rule for key, rule in fresh.items() if key not in self.rules or not rule.same_watch(self.rules[key])]
        renewed = {rule.id for rule in changed if rule.id in self.rules}
        for key in list(self.watches):
            if key[0] not in fresh:
                self._forget(key)
            elif key[0] in renewed:
                held = self.watches[key]
                self.watches[key] = Watch(raised_at=held.raised_at)
                self.dirty.add(key)
        self.rules = fresh
        hearing: dict[str, list[Rule]] = defaultdict(list)
        for rule in fresh.values():
            for kind in rule.kind.hears_of(rule.params):
                hearing[kind].append(rule)
        self._hearing = dict(hearing)
        for rule in changed:
            self._begin(rule)
        return changed

    def _begin(self, rule: Rule) -> None:
        if rule.kind.alone:
            watch = self.watches.get((rule.id, AREA)) or Watch()
            watch.look_at = self.listening_since.timestamp()
            self._put((rule.id, AREA), watch)

    def load(self, states: Iterable[tuple[UUID, str, Mapping[str, Any]]]) -> None:
        """Take what was remembered before a restart; `adopt` the rules after it."""
        names = Watch.__dataclass_fields__.keys()
        for rule_id, subject, said in states:
            self._put((rule_id, subject), Watch(**{name: value for name, value in said.items() if name in names}))
        self.dirty.clear()

    def adopt(self, rules: Iterable[Rule]) -> list[Rule]:
        """Take the rules after a restart: memory that was loaded is kept. Return those without any."""
        self.rules = {rule.id: rule for rule in rules}
        known = {rule_id for rule_id, _subject in self.watches}
        self.set_rules(list(self.rules.values()))
        bare = [rule for rule in self.rules.values() if rule.id not in known]
        for rule in bare:
            self._begin(rule)
        return bare

    def miss(self, now: datetime) -> None:
        """Let what is remembered of devices that are gone or shut out be over with the next `advance`."""
        for key, watch in list(self.watches.items()):
            if watch.device is not None and self.lookup(watch.device) is None:
                watch.settle_at = now.timestamp()
                self._put(key, watch)

    def state(self, key: Key) -> dict[str, Any]:
        """Return what is remembered, as JSON."""
        return asdict(self.watches[key])

    def _put(self, key: Key, watch: Watch) -> None:
        self.watches[key] = watch
        self.dirty.add(key)
        self.gone.discard(key)
        if (due := watch.due) is not None:
            heapq.heappush(self._heap, (due, *key))

    def _forget(self, key: Key) -> None:
        del self.watches[key]
        self.dirty.discard(key)
        self.gone.add(key)

    # ── facts ──────────────────────────────────────────────────────────────────────────────────────

    def hears(self, kind: str) -> bool:
        """Tell whether any rule wants to see such an observation."""
        return kind in self._hearing or "*" in self._hearing

    def observe(self, seen: Seen, only: Iterable[Rule] | None = None) -> list[Alert | Cleared]:
        """Take an observation through every rule that hears it (or through `only` these)."""
        rules = [*self._hearing.get(seen.kind, ()), *self._hearing.get("*", ())] if only is None else list(only)
        for rule in rules:
            subject = rule.kind.subject_of(seen) if seen.rule_id in (None, rule.id) else None
            if subject is None or not rule.where.concerns(seen.thing):
                continue
            key = (rule.id, subject)
            inside = rule.where.holds(seen.point)
            watch = self.watches.get(key)
            if not inside and rule.kind.area == "filter":
                if watch is not None and watch.since is not None:  # it left: whatever held there is over
                    self._take(rule, key, watch, Finding(memory=watch.memory, holds=False), seen)
                continue
            told = replace(seen, inside=inside)
            finding = rule.kind.decide(rule.params, told, {} if watch is None else watch.memory)
            if finding is not None:
                self._take(rule, key, watch or Watch(), finding, told)
        return self._flush()

    def advance(self, now: datetime) -> list[Alert | Cleared]:
        """Let everything follow that was due until `now`, in its order."""
        until = now.timestamp()
        since = self.listening_since.timestamp()
        while self._heap and self._heap[0][0] <= until:
            due, rule_id, subject = heapq.heappop(self._heap)
            key = (rule_id, subject)
            watch, rule = self.watches.get(key), self.rules.get(rule_id)
            if watch is None or rule is None or watch.due != due:
                continue
            self._wake(rule, key, watch, _time(max(due, since)))
        return self._flush()

    def _wake(self, rule: Rule, key: Key, watch: Watch, at: datetime) -> None:
        thing: Thing | None = None
        if watch.device is not None:
            thing = self.lookup(watch.device)
            if thing is None or not rule.where.concerns(thing):
                if watch.raised is not None:  # removed, shut out, or no longer chosen: nobody will say that it is over
                    self._out.append(Cleared(alert_id=UUID(watch.raised), at=at))
                self._forget(key)
                return
        elif rule.where.lost:
            return
        look = Look(at=at, listening_since=self.listening_since, thing=thing)
        if watch.look_at is not None and watch.look_at <= at.timestamp():
            watch.look_at = None
            finding = rule.kind.decide(rule.params, look, watch.memory)
            if finding is not None:
                self._take(rule, key, watch, finding, look)
                return
        watch.settle_at = None
        self._settle(rule, key, watch, look)
        self._put(key, watch)

    def _take(self, rule: Rule, key: Key, watch: Watch, finding: Finding, fact: Seen | Look) -> None:
        at, seen = fact.at, fact if isinstance(fact, Seen) else None
        watch.memory = dict(finding.memory)
        watch.look_at = None
        if finding.look_at is not None:
            watch.look_at = max(finding.look_at, at + _SOON).timestamp()
        if seen is not None:
            watch.device = None if rule.kind.subject == AREA else str(seen.thing.id)
            if finding.happened or finding.holds or watch.since is None:
                watch.lon = None if seen.point is None else seen.point.lon
                watch.lat = None if seen.point is None else seen.point.lat
        if finding.facts:
            watch.facts = dict(finding.facts)
        if finding.happened:
            self._happen(rule, key, watch, fact)
        if finding.holds is True:
            watch.over_from = None
            if watch.since is None:
                since = min(finding.since or at, at)
                watch.since, watch.raised = since.timestamp(), None
                watch.trigger = str(seen.id) if seen is not None else since.isoformat()
        elif finding.holds is False and watch.since is not None and watch.over_from is None:
            watch.over_from = at.timestamp()
        watch.settle_at = None
        self._settle(rule, key, watch, fact)
        self._put(key, watch)

    # ── when to speak ──────────────────────────────────────────────────────────────────────────────

    def _happen(self, rule: Rule, key: Key, watch: Watch, fact: Seen | Look) -> None:
        at, now = fact.at, fact.at.timestamp()
        if not rule.when.open(at) or (watch.raised_at is not None and abs(now - watch.raised_at) < rule.holdoff_s):
            return
        trigger = str(fact.id) if isinstance(fact, Seen) else at.isoformat()
        late = isinstance(fact, Seen) and fact.heard_at - at > STALE
        told = _Spoken(at=at, since=at, trigger=trigger, hush=rule.when.is_quiet(at), late=late)
        self._raise(rule, key, watch, _whose(rule, fact), told)

    def _settle(self, rule: Rule, key: Key, watch: Watch, fact: Seen | Look) -> None:
        """Let a state be told, be over, or wait for the moment when it may."""
        if watch.since is None:
            return
        at, now = fact.at, fact.at.timestamp()
        if watch.over_from is not None:
            if watch.raised is None or now >= watch.over_from + rule.clear_s:
                if watch.raised is not None:
                    self._out.append(Cleared(alert_id=UUID(watch.raised), at=_time(watch.over_from)))
                watch.since = watch.raised = watch.over_from = None
            else:
                watch.settle_at = watch.over_from + rule.clear_s
            return
        if watch.raised is not None:
            return
        ready = watch.since + rule.lasts_s
        if watch.raised_at is not None:
            ready = max(ready, watch.raised_at + rule.holdoff_s)
        if now < ready:
            watch.settle_at = ready
        elif not rule.when.open(at) or rule.when.is_quiet(at):
            change = rule.when.next_change(at)
            watch.settle_at = None if change is None else change.timestamp()
        else:
            late = isinstance(fact, Seen) and fact.heard_at - at > STALE
            told = _Spoken(at=at, since=_time(watch.since), trigger=watch.trigger, late=late)
            self._raise(rule, key, watch, _whose(rule, fact), told)

    def _raise(self, rule: Rule, key: Key, watch: Watch, thing: Thing | None, told: _Spoken) -> None:
        own = alert_id(rule.id, key[1], told.trigger, told.since)
        if watch.last == str(own):  # told again by a stream that is read twice
            return
        watch.last = str(own)
        point = None if watch.lon is None or watch.lat is None else Point(lon=watch.lon, lat=watch.lat)
        watch.raised_at = told.at.timestamp()
        if watch.since is not None:
            watch.raised = str(own)
        self._out.append(
            Alert(
                id=own,
                rule=rule,
                subject=key[1],
                at=told.at,
                since=told.since,
                do="log" if told.hush or told.late else rule.follow.do,
                quiet=told.hush,
                thing=thing,
                point=point or (thing.point if thing is not None else None),
                unit_id=thing.unit.id if thing is not None and thing.unit is not None else None,
                facts=dict(watch.facts),
            )
        )

    def _flush(self) -> list[Alert | Cleared]:
        out, self._out = self._out, []
        return out
