"""The named stories of respond."""

from unjai.respond.flows.dispatch import (
    OFFER_LASTS,
    OFFER_TRIES,
    expire_offers,
    offer,
    proposals,
    withdraw,
)
from unjai.respond.flows.following import (
    citizen_cancelled,
    device_back,
    distress,
    more_silent,
    recovered,
    source_moved,
)
from unjai.respond.flows.handling import (
    acknowledge,
    cancel,
    close,
    false_alarm,
    merge,
    note,
    reopen,
    set_code,
    set_place,
    set_priority,
    split,
)
from unjai.respond.flows.officer import accept, close_assignment, en_route, on_scene, own_unit, refuse
from unjai.respond.flows.taking import NewReport, Taken, take_call, take_report

__all__ = [
    "OFFER_LASTS",
    "OFFER_TRIES",
    "NewReport",
    "Taken",
    "accept",
    "acknowledge",
    "cancel",
    "citizen_cancelled",
    "close",
    "close_assignment",
    "device_back",
    "distress",
    "en_route",
    "expire_offers",
    "false_alarm",
    "merge",
    "more_silent",
    "note",
    "offer",
    "on_scene",
    "own_unit",
    "proposals",
    "recovered",
    "refuse",
    "reopen",
    "set_code",
    "set_place",
    "set_priority",
    "source_moved",
    "split",
    "take_call",
    "take_report",
    "withdraw",
]
