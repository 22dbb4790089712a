"""The rules by which the station deletes, each read from where it is carried out: what the page of them is made of.

A row names the tables that its rule empties; a test finds each table from which the code deletes what is old, and
wants it here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from unjai.cameras.flows.counting import COUNTS_KEPT
from unjai.cameras.flows.health import KEPT_FOR as TROUBLES_KEPT
from unjai.patrol.flows.settling import HOURS_KEPT
from unjai.patrol.rules.requests import KEPT as VISITS_KEPT
from unjai.people.flows.duty import SESSIONS_KEPT
from unjai.plates.flows.holds import GRACE
from unjai.plates.rules.hits import FORGOTTEN as HITS_FORGOTTEN
from unjai.platform.config import Settings
from unjai.platform.streams import CLASSES
from unjai.respond.escort.flows.forgetting import KEPT as WALKS_KEPT
from unjai.respond.escort.flows.walks import LINK_AFTER
from unjai.respond.flows.parties import FORGOTTEN_AFTER as PARTIES_KEPT
from unjai.respond.plain.kept import kept as plain_kept
from unjai.signals.store.log import KEPT as SIGNALS_KEPT
from unjai.sos.flows.keeping import KEPT as POINTS_KEPT

Group = Literal["you", "street", "centre"]
Unit = Literal["hours", "days", "copies", "always", "none"]
_IN_HOURS_UNDER: Final = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """How long: an amount of hours, days or copies; `always` and `none` have no amount."""

    unit: Unit
    amount: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """What the rows are read from: the settings, and the longest time that a camera's recordings are kept."""

    settings: Settings
    video_days: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A row, where its length comes from, and the tables that the rule empties."""

    key: str
    group: Group
    who: str
    why: str
    span: Callable[[Station], Span]
    tables: tuple[str, ...] = ()


ALWAYS: Final = Span(unit="always")
NONE: Final = Span(unit="none")


def span_of(length: timedelta) -> Span:
    """Return a length in whole days, below three days in hours, begun ones counted: never less than what is kept."""
    unit, one = ("days", timedelta(days=1)) if length >= _IN_HOURS_UNDER else ("hours", timedelta(hours=1))
    amount = -(-length // one)
    return Span(unit="days" if unit == "days" else "hours", amount=amount) if amount > 0 else NONE


def _fixed(length: timedelta) -> Callable[[Station], Span]:
    return lambda _station: span_of(length)


def _days(read: Callable[[Station], float]) -> Callable[[Station], Span]:
    return lambda station: span_of(timedelta(days=read(station)))


def _backups(station: Station) -> Span:
    kept = station.settings.backup_keep if station.settings.backup_dir else 0
    return Span(unit="copies", amount=kept) if kept else NONE


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        key="call",
        group="you",
        who="centre",
        why="asked",
        span=_fixed(CLASSES["citizen"].table_age),
        tables=("obs_citizen",),
    ),
    Rule(key="case", group="you", who="case", why="case", span=lambda _station: ALWAYS),
    Rule(key="people", group="you", who="case", why="case", span=_fixed(PARTIES_KEPT), tables=("party_detail",)),
    Rule(
        key="walk",
        group="you",
        who="alert",
        why="asked",
        span=_fixed(WALKS_KEPT),
        tables=("escort_walk", "escort_fix"),
    ),
    Rule(key="walk_link", group="you", who="friend", why="asked", span=_fixed(LINK_AFTER)),
    Rule(
        key="report",
        group="you",
        who="desk",
        why="asked",
        span=_days(lambda _station: plain_kept().report_days),
        tables=("plain_report",),
    ),
    Rule(
        key="report_photo",
        group="you",
        who="desk",
        why="asked",
        span=_days(lambda _station: plain_kept().photo_days),
        tables=("plain_photo",),
    ),
    Rule(
        key="report_phone",
        group="you",
        who="desk",
        why="asked",
        span=_days(lambda _station: plain_kept().phone_days),
        tables=("plain_phone",),
    ),
    Rule(key="visit", group="you", who="patrol", why="asked", span=_fixed(VISITS_KEPT), tables=("patrol_request",)),
    Rule(key="video", group="street", who="cameras", why="safety", span=_days(lambda station: station.video_days)),
    Rule(
        key="still", group="street", who="cameras", why="safety", span=_fixed(TROUBLES_KEPT), tables=("camera_still",)
    ),
    Rule(
        key="count",
        group="street",
        who="centre",
        why="safety",
        span=_fixed(COUNTS_KEPT),
        tables=("camera_count", "camera_counted"),
    ),
    Rule(
        key="traffic",
        group="street",
        who="centre",
        why="safety",
        span=_fixed(SIGNALS_KEPT),
        tables=("signal_minute", "signal_event", "signal_change", "signal_note"),
    ),
    Rule(
        key="plate",
        group="street",
        who="plates",
        why="safety",
        span=_days(lambda station: station.settings.plates_days),
        tables=("plate_read", "plate"),
    ),
    Rule(
        key="plate_picture",
        group="street",
        who="plates",
        why="safety",
        span=_days(lambda station: station.settings.plate_pictures_days),
    ),
    Rule(
        key="plate_hit",
        group="street",
        who="plates",
        why="safety",
        span=_fixed(HITS_FORGOTTEN),
        tables=("plate_hit", "plate_hit_sighting"),
    ),
    Rule(key="plate_hold", group="street", who="case", why="case", span=_fixed(GRACE), tables=("held_plate_read",)),
    Rule(
        key="point",
        group="street",
        who="centre",
        why="safety",
        span=_fixed(max(POINTS_KEPT, CLASSES["device"].table_age)),
        tables=("obs_device", "sos_action", "sos_presence", "sos_call"),
    ),
    Rule(
        key="fleet",
        group="centre",
        who="patrol",
        why="safety",
        span=_fixed(CLASSES["fleet"].table_age),
        tables=("obs_fleet",),
    ),
    Rule(key="passed", group="centre", who="patrol", why="safety", span=_fixed(HOURS_KEPT), tables=("patrol_hour",)),
    Rule(
        key="trouble",
        group="centre",
        who="keepers",
        why="safekeeping",
        span=_fixed(TROUBLES_KEPT),
        tables=("camera_trouble", "camera_reference"),
    ),
    Rule(
        key="sign_in",
        group="centre",
        who="keepers",
        why="check",
        span=_fixed(SESSIONS_KEPT),
        tables=("session", "sign_in_failure", "pending_sign_in", "trusted_phone", "push_subscription"),
    ),
    Rule(key="audit", group="centre", who="leaders", why="check", span=lambda _station: ALWAYS),
    Rule(key="backup", group="centre", who="keepers", why="safekeeping", span=_backups),
)
