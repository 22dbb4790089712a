"""From the press of a pole to the operators' screens."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.centre import Centre
from bench.fleet import sign_in
from bench.picture.crowd import Crowd
from bench.picture.poles import Pole, poles_of
from bench.picture.screens import Look, Screens
from unjai.model.ids import StationId

OPERATORS, BACKGROUND_PER_S = 50, 200.0
PRESS_S, LAST_S = 0.75, 2.0
"""What a press and its release take on average; how long the last may take to the screens."""
NEAR_DEG = 1e-4
"""An incident whose place differs by less (some 11 m) is the pole's own; poles stand hundreds of metres apart."""


@dataclass
class Press:
    """One press: which pole, when, and the moments it reached screens (by reader)."""

    pole: str
    at: float
    incident: dict[int, float] = field(default_factory=dict)
    mark: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Phase:
    """How long things last."""

    presses: int
    share_s: float
    idle_s: float


FULL, QUICK = Phase(presses=64, share_s=20.0, idle_s=20.0), Phase(presses=16, share_s=6.0, idle_s=0.0)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of them lie (the next one up)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def press_all(poles: dict[str, Pole], count: int) -> list[Press]:
    """Press poles at random moments, each released a while after; return the presses."""
    chance, turn = random.Random(2569), list(poles)  # a seed: the same presses in every run
    presses: list[Press] = []
    while len(presses) < count:
        if not len(presses) % len(turn):
            chance.shuffle(turn)
        pole = poles[turn[len(presses) % len(turn)]]
        time.sleep(chance.uniform(0.3, 0.9))
        presses.append(Press(pole=pole.key, at=pole.say("press", button="red")))
        time.sleep(chance.uniform(0.05, 0.25))
        pole.say("release")
    time.sleep(LAST_S)
    return presses


def match(presses: list[Press], look: Look, places: dict[str, tuple[float, float]]) -> None:
    """Give every press the moments at which its incident and its mark reached each screen.

    The n-th press of a pole is the n-th step of that pole's incident: opened, then one report more each time.
    """
    by_pole: dict[str, list[Press]] = {key: [] for key in places}
    for press in presses:
        by_pole[press.pole].append(press)
    steps: dict[tuple[str, str, int], Press | None] = {}
    used: dict[str, int] = dict.fromkeys(places, 0)
    for at, reader, index in sorted(look.receipts):
        said = look.deltas[index]
        for row in said["incidents"]:
            key = next((key for key, place in places.items() if _near(row, place)), None)
            if key is None:
                continue
            step = (key, row["id"], row["report_count"])
            if step not in steps:
                steps[step] = by_pole[key][used[key]] if used[key] < len(by_pole[key]) else None
                used[key] += 1
            pressed = steps[step]
            if pressed is not None:
                pressed.incident.setdefault(reader, at)
        for row in said["devices"]:
            if row["key"] in places and row["state"] == "alarm":
                before = [press for press in by_pole[row["key"]] if press.at <= at]
                if before:
                    before[-1].mark.setdefault(reader, at)


def _near(row: dict[str, Any], place: tuple[float, float]) -> bool:
    if row["lon"] is None:
        return False
    return bool(abs(row["lon"] - place[0]) < NEAR_DEG and abs(row["lat"] - place[1]) < NEAR_DEG)


async def latency(centre: Centre, fleet: dict[str, str], *, presses: int) -> dict[str, Any]:
    """Measure from the press to the screens."""
    station = StationId(int(centre.secrets["station_id"]))
    tokens = await sign_in(centre, station, ["operator"] * OPERATORS)
    with contextlib.closing(centre.client("operator")) as client:
        known = client.get("/api/devices").raise_for_status().json()
    places = {row["key"]: (row["lon"], row["lat"]) for row in known if row["kind"] == "sos_pole"}
    seconds = presses * PRESS_S + 6.0
    with (
        Screens(centre.port, [("operator", token) for token in tokens]) as screens,
        poles_of(centre) as poles,
        Crowd(centre.port, fleet, per_s=BACKGROUND_PER_S, seconds=seconds) as crowd,
    ):
        await asyncio.sleep(1.5)
        screens.look()
        made = await asyncio.to_thread(press_all, poles, presses)
        look, walked = screens.look(), crowd.result()
    match(made, look, places)
    told = [at - press.at for press in made for at in press.incident.values()]
    marks = [at - press.at for press in made for at in press.mark.values()]
    if not told or not marks:
        raise RuntimeError(f"no press reached a screen: {centre.logs()}")
    return {
        "sos_to_operator_p50_s": round(quantile(told, 0.5), 4),
        "sos_to_operator_p99_s": round(quantile(told, 0.99), 4),
        "sos_to_operator_max_s": round(max(told), 4),
        "sos_to_mark_p50_s": round(quantile(marks, 0.5), 4),
        "sos_to_mark_p99_s": round(quantile(marks, 0.99), 4),
        "presses": len(made),
        "presses_unseen": sum(OPERATORS - len(press.incident) for press in made),
        "background_per_s": round(walked.per_s, 1),
        "background_refused": sum(walked.statuses.values()) - walked.statuses[200],
        "position_answer_p50_s": round(quantile(walked.answer_s, 0.5), 4),
        "position_answer_p99_s": round(quantile(walked.answer_s, 0.99), 4),
        "gaps": sum(seen.gaps for seen in look.seen.values()),
    }
