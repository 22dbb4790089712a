"""Runs in the peer's own environment (`peer.py`): drives SUMO by a controller of `sumoITScontrol`, as it documents."""

import json
import random
import sys

import traci
from sumoITScontrol import Intersection
from sumoITScontrol.control import intersection_management

PARAMETERS = {"T_A": 5, "T_L": 3, "G_T_MIN": 5, "G_T_MAX": 50, "cycle_duration": 120, "measurement_period": 1}
"""Those of its documentation, at a step of one second."""


def main() -> None:
    """Read what is asked from the input, and drive until its end."""
    asked = json.load(sys.stdin)
    random.seed(asked["seed"])
    made = getattr(intersection_management, asked["controller"])
    traci.start(asked["command"])
    controllers = [
        made(
            params=PARAMETERS,
            intersection=Intersection(
                tl_id=one["key"],
                phases=[int(phase) for phase in one["lanes"]],
                links={int(phase): lanes for phase, lanes in one["lanes"].items()},
                green_states=one["greens"],
                yellow_states=one["yellows"],
            ),
        )
        for one in asked["junctions"]
    ]
    for _ in range(int(asked["seconds"])):
        traci.simulationStep()
        for controller in controllers:
            controller.execute_control(traci.simulation.getTime())
    traci.close()


if __name__ == "__main__":
    main()
