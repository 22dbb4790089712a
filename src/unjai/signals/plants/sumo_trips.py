"""What a run of SUMO comes to, by RESCO's own measure: every scheduled trip counts, also one that was never let in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import iterparse


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """Means over trips, in seconds; `delay_s` is over all that were scheduled, the others over those let in."""

    delay_s: float
    trip_s: float
    wait_s: float
    scheduled: int
    not_inserted: int
    unfinished: int


def departures(files: tuple[Path, ...], begin_s: float, end_s: float) -> dict[str, float]:
    """Return when each vehicle in `files` should start, from `begin_s` up to before `end_s`.

    Those whose time is drawn by chance are not known, nor those of a flow without an end.
    """
    known: dict[str, float] = {}
    for file in files:
        for _, element in iterparse(file, events=("end",)):  # noqa: S314  the operator's own file
            try:
                if element.tag in {"vehicle", "trip"}:
                    known[element.attrib["id"]] = float(element.attrib.get("depart", ""))
                elif element.tag == "flow":
                    known |= _of_flow(element.attrib)
            except (ValueError, ZeroDivisionError):
                continue
            if element.tag != "route":
                element.clear()
    return {key: at for key, at in known.items() if begin_s <= at < end_s}


def _of_flow(facts: dict[str, str]) -> dict[str, float]:
    """Return the vehicles of a flow that come one like the other, named as SUMO names them."""
    begin, end = float(facts.get("begin", "0")), float(facts.get("end", "nan"))
    if "number" in facts:
        count = int(facts["number"])
        every_s = (end - begin) / count
    else:
        every_s = 3600 / float(facts["vehsPerHour"]) if "vehsPerHour" in facts else float(facts.get("period", ""))
        count = math.ceil((end - begin) / every_s)
    return {f"{facts['id']}.{number}": begin + number * every_s for number in range(count)}


def counted(tripinfo: Path, due: dict[str, float], end_s: float) -> Trips:
    """Count the trips of `tripinfo`, and of `due` those that are not in it.

    delay = [Σ (timeLoss + departDelay) over trips, unfinished ones too, + Σ (end - depart) of those never let in] / all
    (RESCO, utils/readXML.py; Ault and Sharon, NeurIPS 2021).
    """
    delay = trip = wait = 0.0
    let_in = unfinished = 0
    missing = dict(due)
    for _, element in iterparse(tripinfo, events=("end",)):  # noqa: S314  written by our own run
        if element.tag != "tripinfo":
            continue
        facts = element.attrib
        if float(facts["depart"]) < 0:
            continue
        let_in += 1
        unfinished += float(facts["arrival"]) < 0
        delay += float(facts["timeLoss"]) + float(facts["departDelay"])
        trip += float(facts["duration"])
        wait += float(facts["waitingTime"])
        missing.pop(facts["id"], None)
        element.clear()
    delay += sum(end_s - at for at in missing.values())
    scheduled = let_in + len(missing)
    return Trips(
        delay_s=delay / max(scheduled, 1),
        trip_s=trip / max(let_in, 1),
        wait_s=wait / max(let_in, 1),
        scheduled=scheduled,
        not_inserted=len(missing),
        unfinished=unfinished,
    )
