"""Writes programs that SUMO runs by itself: its own actuated control, tuned, as a rule to be measured against.

Tuned on cologne1 and ingolstadt1, seeds 101 to 104, as ours is (docs/signals-robust.md).
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, iterparse

ACTUATED = {"max-gap": "2.5", "detector-gap": "1.0", "passing-time": "1.9"}


def actuated(net: Path, into: Path, *, min_green_s: int = 5, max_green_s: int = 25, yellow_s: int = 3) -> Path:
    """Write an additional file that makes every program of `net` actuated, and return it.

    The net's yellow is replaced by the one that every other controller shows.
    """
    root = Element("additional")
    programs = {
        element.attrib["id"]: element
        for _, element in iterparse(net, events=("end",))  # noqa: S314  read once before
        if element.tag == "tlLogic"
    }  # of several for one junction the last one is the one that runs
    for element in programs.values():
        logic = SubElement(root, "tlLogic", id=element.attrib["id"], type="actuated", programID="unjai", offset="0")
        for key, value in ACTUATED.items():
            SubElement(logic, "param", key=key, value=value)
        for phase in element.iter("phase"):
            times = {}
            if "y" in phase.attrib["state"]:
                times = {"duration": str(yellow_s)}
            elif set("Gg") & set(phase.attrib["state"]):
                times = {"minDur": str(min_green_s), "maxDur": str(max_green_s)}
            SubElement(logic, "phase", {key: phase.attrib[key] for key in ("duration", "state")} | times)
    ElementTree(root).write(into, encoding="utf-8")
    return into
