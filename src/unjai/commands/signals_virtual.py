"""`unjai signals virtual`: the virtual controller at a junction of a SUMO scenario, commanded over SNMP."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from unjai.commands.signals import Bar, answered, figures, made
from unjai.model.errors import UnjaiError
from unjai.signals.deciding import DECIDE_S
from unjai.signals.plants import sumo_net
from unjai.signals.plants.sumo_net import Place
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_versions import api
from unjai.signals.virtual.sumo import COMMUNITY, Closed, cabinet

CONTROLLERS = ("unjai", "none")
MIN_GREEN_S, YELLOW_S, RED_CLEAR_S = 5.0, 3.0, 1.0
"""The times of the cabinet: a maker's usual shortest, and a second in which all that ends is red."""


def virtual(where: Path, *, junction: str, port: int, controller: str, seed: int, as_json: bool) -> int:
    """Run one scenario and write what came of it; return 0, or 1 with the reason, in JSON too."""
    return answered(lambda: _virtual(where, junction, port, controller, seed), as_json=as_json)


def _virtual(where: Path, junction: str, port: int, controller: str, seed: int) -> dict[str, Any]:
    if controller not in CONTROLLERS:
        raise UnjaiError("signals_controller_unknown", controller=controller, known=", ".join(CONTROLLERS))
    scenario = find(where)
    place, core = cabinet(_chosen(scenario.net, junction))
    make = made("unjai", DECIDE_S)
    with Bar(scenario.name, controller) as told:
        one = Closed(
            api=api("current"),
            scenario=scenario,
            places=[place],
            make=make,
            decision_s=DECIDE_S,
            told=told,
            core=core,
            port=port,
            commanded=controller == "unjai",
            opened=_say,
        )
        trips = one.go(seed)
    return {
        "scenario": scenario.name,
        "junction": place.junction.key,
        "controller": controller,
        "sumo": "current",
        "seed": seed,
        "decision_s": DECIDE_S,
        "phases": len(place.junction.phases),
        **figures(trips),
        "commanded_s": one.commanded_s,
        "green_s": dict(sorted(one.served.items())),
        "walk_s": dict(sorted(one.walked.items())),
        "flashing": core.flash.name.lower() if core.flash != core.flash.NOT_FLASH else "",
        "conflicts": one.conflicts,
        "troubles": dict(one.troubles),
    }


def _chosen(net: Path, junction: str) -> Place:
    """Return the junction that was named, or the only one. Raises `signals_junction_choose`."""
    places = sumo_net.read(net, yellow_s=YELLOW_S, red_clear_s=RED_CLEAR_S, min_green_s=MIN_GREEN_S)
    found = [place for place in places if not junction or place.junction.key == junction]
    if len(found) != 1:
        known = ", ".join(place.junction.key for place in places)
        raise UnjaiError("signals_junction_choose", 404, junction=junction or "–", known=known)
    return found[0]


def _say(port: int) -> None:
    sys.stderr.write(f"snmpwalk -v2c -c {COMMUNITY} -On 127.0.0.1:{port} .1.3.6.1.4.1.1206.4.2.1\n")
