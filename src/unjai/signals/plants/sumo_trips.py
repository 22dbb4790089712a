"""What a run of SUMO comes to, by RESCO's own measure: every scheduled trip counts, also one that was never let in."""

from __future__ import annotations

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
    """Return when each vehicle with a time of its own in `files` should start, from `begin_s` up to before `end_s`."""
    known: dict[str, float] = {}
    for file in files:
        for _, element in iterparse(file, events=("end",)):  # noqa: S314  the operator's own file
            if element.tag in {"vehicle", "trip"}:
                try:
                    at = float(element.attrib.get("depart", ""))
                except ValueError:
                    continue
                if begin_s <= at < end_s:
                    known[element.attrib["id"]] = at
            if element.tag != "route":
                element.clear()
    return known


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
