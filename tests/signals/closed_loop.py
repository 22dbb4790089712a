"""A process of its own, as libsumo wants it: the virtual controller at a junction of SUMO, each lamp of each tick seen."""

import json
import sys
from pathlib import Path

from tests.signals.watchman import Watchman
from unjai.commands.signals import made
from unjai.signals.deciding import DECIDE_S
from unjai.signals.plants import sumo_net
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_versions import api
from unjai.signals.virtual.sumo import Closed, cabinet


def main(folder: Path) -> None:
    scenario = find(folder)
    (read,) = sumo_net.read(scenario.net, yellow_s=3.0, red_clear_s=1.0, min_green_s=5.0)
    place, core = cabinet(read)
    watch = Watchman(place.junction, gap_s=1.0)
    seen: list[str] = []

    def showed(at_s: float, lamps: str) -> None:
        watch.see(at_s, lamps, None)
        seen.append(lamps)

    one = Closed(
        api=api("current"),
        scenario=scenario,
        places=[place],
        make=made("unjai", DECIDE_S),
        decision_s=DECIDE_S,
        core=core,
        showed=showed,
    )
    trips = one.go(1)
    told = {
        "wrong": watch.wrong,
        "shown": seen,
        "commanded_s": one.commanded_s,
        "served": one.served,
        "walked": one.walked,
        "conflicts": one.conflicts,
        "troubles": one.troubles,
        "unfinished": trips.unfinished + trips.not_inserted,
        "trips": trips.scheduled,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
