"""From a pressed pole to the operators' screens, and what the live picture costs, through a whole centre's doors.

`sos_to_operator_*`: 200 observations/s come in through the HTTP door, 50 screens read `/api/live`, poles are pressed
over MQTT at random moments. Time runs from just before the publish to the moment the delta with the new or grown
incident reaches a screen, over all presses and all screens; `sos_to_mark_*` is the same for the pole's own mark.

`*_core_share_200x100`: CPU seconds per wall second of `web` and `core` with 100 observations/s (positions over HTTP,
poles over MQTT, a press a second turn) and 200 screens in five view classes: four of the demo station (all rights;
without callers; incidents only; nothing but the map) and one of a second station with a quarter of the phones.
Readers and phones are processes of their own; `classes` says what each class got, `leaks` how often a class got what
it has no right to see.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench import machine
from bench.centre import Centre, a_folder, running, start
from bench.crowd import Crowd
from bench.fleet import make_account, make_fleet, make_station, sign_in
from bench.poles import Pole
from bench.screens import Look, Screens, Seen
from unjai.model.ids import StationId
from unjai.people.rules import ROLES, view_class

OPERATORS, BACKGROUND_PER_S = 50, 200.0
READERS, EVENTS_PER_S, PHONES = 200, 100.0, 96
POLE_EVENTS_PER_S = 4.0
QUICK_S = 46.0
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


@contextlib.contextmanager
def poles_of(centre: Centre) -> Iterator[dict[str, Pole]]:
    """Connect every pole of the demo zone for the length of a block."""
    poles: dict[str, Pole] = {}
    try:
        for key in centre.secrets["devices"]:
            if key.startswith("pole-"):
                poles[key] = Pole(centre, key)
        yield poles
    finally:
        for pole in poles.values():
            pole.close()


def press_all(poles: dict[str, Pole], count: int, until: float) -> list[Press]:
    """Press poles at random moments, each released a while after; return the presses."""
    chance, turn = random.Random(2569), list(poles)  # a seed: the same presses in every run
    presses: list[Press] = []
    while len(presses) < count and time.monotonic() < until:
        if not len(presses) % len(turn):
            chance.shuffle(turn)
        pole = poles[turn[len(presses) % len(turn)]]
        time.sleep(chance.uniform(0.05, 0.35))
        presses.append(Press(pole=pole.key, at=pole.say("press", button="red")))
        time.sleep(chance.uniform(0.05, 0.25))
        pole.say("release")
    time.sleep(2.5)
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


async def latency(centre: Centre, fleet: dict[str, str], phase: Phase, until: float) -> dict[str, Any]:
    """Measure from the press to the screens."""
    station = StationId(int(centre.secrets["station_id"]))
    tokens = await sign_in(centre, station, ["operator"] * OPERATORS)
    with contextlib.closing(centre.client("operator")) as client:
        known = client.get("/api/devices").raise_for_status().json()
    places = {row["key"]: (row["lon"], row["lat"]) for row in known if row["kind"] == "sos_pole"}
    seconds = phase.presses * 0.36 + 5.0
    with (
        Screens(centre.port, [("operator", token) for token in tokens]) as screens,
        poles_of(centre) as poles,
        Crowd(centre.port, fleet, per_s=BACKGROUND_PER_S, seconds=seconds) as crowd,
    ):
        await asyncio.sleep(1.5)
        screens.look()
        presses = await asyncio.to_thread(press_all, poles, phase.presses, until)
        look, walked = screens.look(), crowd.result()
    match(presses, look, places)
    told = [at - press.at for press in presses for at in press.incident.values()]
    marks = [at - press.at for press in presses for at in press.mark.values()]
    if not told or not marks:
        raise RuntimeError(f"no press reached a screen: {centre.logs()}")
    return {
        "sos_to_operator_p50_s": round(quantile(told, 0.5), 4),
        "sos_to_operator_p99_s": round(quantile(told, 0.99), 4),
        "sos_to_operator_max_s": round(max(told), 4),
        "sos_to_mark_p50_s": round(quantile(marks, 0.5), 4),
        "sos_to_mark_p99_s": round(quantile(marks, 0.99), 4),
        "presses": len(presses),
        "presses_unseen": sum(OPERATORS - len(press.incident) for press in presses),
        "background_per_s": round(walked.per_s, 1),
        "background_refused": sum(walked.statuses.values()) - walked.statuses[200],
        "position_answer_p50_s": round(quantile(walked.answer_s, 0.5), 4),
        "position_answer_p99_s": round(quantile(walked.answer_s, 0.99), 4),
        "gaps": sum(seen.gaps for seen in look.seen.values()),
    }


@dataclass(frozen=True)
class Audience:
    """The screens of one view class: what it is called, who sits there, which station and rights."""

    name: str
    station: StationId
    usernames: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def rights(self) -> frozenset[str]:
        """Return what all of them may do."""
        return frozenset.intersection(*(ROLES[role].rights for role in self.roles))


async def audiences(centre: Centre, other: StationId) -> list[Audience]:
    """Return five groups of readers, each of a view class of its own."""
    home = StationId(int(centre.secrets["station_id"]))
    await make_account(centre, home, "bench-administrator", "administrator")
    await make_account(centre, other, "bench-operator", "operator")
    crews = {login["role"]: name for name, login in centre.secrets["accounts"].items() if login["unit"]}
    made = [
        Audience("all", home, ("operator", "supervisor", "superintendent"), ("operator", "superintendent")),
        Audience("no_callers", home, ("bench-administrator",), ("administrator",)),
        Audience("incidents", home, (crews["officer"], "oversight", "evaluator"), ("officer", "oversight")),
        Audience("map_only", home, (crews["volunteer"],), ("volunteer",)),
        Audience("other_station", other, ("bench-operator",), ("operator",)),
    ]
    classes = {(one.station, view_class(ROLES[role].rights)) for one in made for role in one.roles}
    if len(classes) != len(made):
        raise RuntimeError(f"these are not five view classes: {classes}")
    return made


def leaks(audience: Audience, seen: Seen) -> int:
    """Count what a class got without a right to it: frames, rows, or a word of another station."""
    rights = audience.rights
    wrong = len(seen.stations - {audience.station})
    if "unit.read" not in rights:
        wrong += seen.frames["marks"] + seen.parts["units"]
    if "device.read" not in rights:
        wrong += seen.parts["devices"]
    if "incident.read" not in rights or audience.name == "other_station":
        wrong += seen.parts["incidents"] + seen.parts["strip"]
    return wrong


async def shares(centre: Centre, other: StationId, fleets: dict[str, str], phase: Phase) -> dict[str, Any]:
    """Measure what 200 screens of five classes cost at 100 observations a second."""
    groups = await audiences(centre, other)
    each, screens_of = READERS // len(groups), []
    for group in groups:
        names = [group.usernames[number % len(group.usernames)] for number in range(each)]
        screens_of += [(group.name, token) for token in await sign_in(centre, group.station, names)]
    pids = {name: centre.pid(name) for name in ("web", "core", "nats")}
    per_s = EVENTS_PER_S - POLE_EVENTS_PER_S
    settle_s = 2.0
    with (
        Screens(centre.port, screens_of) as screens,
        poles_of(centre) as poles,
        Crowd(centre.port, fleets, per_s=per_s, seconds=phase.share_s + settle_s + 1.0) as crowd,
    ):
        pressing = asyncio.create_task(_pole_events(list(poles.values()), settle_s + phase.share_s))
        await asyncio.sleep(settle_s)
        first = screens.look()
        used, began = {name: machine.cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
        await asyncio.sleep(phase.share_s)
        wall_s = time.monotonic() - began
        used = {name: (machine.cpu_s(pid) - used[name]) / wall_s for name, pid in pids.items()}
        look = screens.look()
        await pressing
        walked = crowd.result()
    both = {group.name: [first.seen[group.name], look.seen[group.name]] for group in groups}
    return {
        "web_core_share_200x100": round(used["web"], 4),
        "core_core_share_200x100": round(used["core"], 4),
        "nats_core_share_200x100": round(used["nats"], 4),
        "events_per_s": round(walked.per_s + POLE_EVENTS_PER_S, 1),
        "classes": {
            group.name: {
                "view": f"{group.station}.{view_class(group.rights)}",
                "readers": each,
                "deltas_per_s": round(look.seen[group.name].frames["delta"] / each / wall_s, 2),
                "marks_per_s": round(look.seen[group.name].frames["marks"] / each / wall_s, 2),
                "bytes_per_s": round(look.seen[group.name].payload_bytes / each / wall_s),
            }
            for group in groups
        },
        "leaks": sum(leaks(group, seen) for group in groups for seen in both[group.name]),
        "gaps_200x100": sum(seen.gaps for seen in look.seen.values()),
        "closed_200x100": sum(seen.closed for seen in look.seen.values()),
    }


async def _pole_events(poles: list[Pole], seconds: float) -> None:
    """Let poles say `POLE_EVENTS_PER_S` things a second: two of four a battery, then a press and its release."""
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        pole = poles[number // 4 % len(poles)]
        match number % 4:
            case 2:
                pole.say("press")
            case 3:
                pole.say("release")
            case _:
                pole.say("battery", battery=0.5 + number % 50 / 100)
        number += 1
        await asyncio.sleep(1 / POLE_EVENTS_PER_S)


def first_load(centre: Centre) -> dict[str, Any]:
    """Return the compressed bytes of the console's first load: all files it can reach, and the data it asks for."""
    with httpx.Client(base_url=centre.url, timeout=20) as client:
        page = client.get("/console")
        if page.status_code != 200:
            return {"console_first_load_bytes": None}
        sizes, waiting = {"/console": _compressed(page)}, _links(page.text, "/")
        while waiting:
            path = waiting.pop()
            if path in sizes:
                continue
            got = client.get(path)
            if got.status_code == 200 and "text/html" not in got.headers.get("content-type", ""):
                sizes[path] = _compressed(got)
                if path.endswith((".js", ".css")):
                    waiting |= _links(got.text, path)
    data = 0
    with contextlib.closing(centre.client("operator")) as client:
        for path in ("session", "zone", "streets", "devices", "units", "incidents", "event-codes", "info"):
            got = client.get(f"/api/{path}")
            data += _compressed(got) if got.status_code == 200 else 0
    files = sum(sizes.values())
    return {"console_first_load_bytes": files + data, "console_files_bytes": files, "console_data_bytes": data}


def _compressed(got: httpx.Response) -> int:
    """Return what the body weighs on the wire; httpx has unpacked it, so it is packed as the edge packs it."""
    if got.headers.get("content-encoding") == "gzip":
        return len(gzip.compress(got.content, 5))
    return len(got.content)


def _links(text: str, beside: str) -> set[str]:
    """Return the files that a page, script or style names."""
    found = re.findall(r"""["'(]([\w./-]+\.(?:js|css|woff2|svg|png|json|webmanifest))["')]""", text)
    base = httpx.URL(f"http://x{beside}")
    return {base.join(f"/{name}" if name.startswith("assets/") else name).path for name in found}


async def measure(*, quick: bool, began: float) -> dict[str, Any]:
    """Run every part on one centre and return what was found."""
    phase = QUICK if quick else FULL
    deadline = began + (QUICK_S if quick else 600.0)
    found: dict[str, Any] = {}
    with a_folder() as folder:
        with running(folder / "data", demo_zone=False) as centre:
            found["start_s_first"] = round(centre.usable_after_s, 2)
            await asyncio.to_thread(centre.bring_demo_zone)
            if phase.idle_s:
                await asyncio.sleep(phase.idle_s)
                found["pss_mb_idle"] = round(machine.pss_mb(centre.process.pid), 1)
            found |= await asyncio.to_thread(first_load, centre)
            home, other = StationId(int(centre.secrets["station_id"])), await make_station(centre, "BENCH")
            mine = await make_fleet(centre, home, 200, "walker")
            theirs = await make_fleet(centre, other, PHONES // 4, "other")
            found |= await latency(centre, mine, phase, deadline - phase.share_s - 10.0)
            quarter = dict(list(mine.items())[: PHONES - len(theirs)])
            found |= await shares(centre, other, {**quarter, **theirs}, phase)
            if not phase.idle_s:
                found["pss_mb_after_load"] = round(machine.pss_mb(centre.process.pid), 1)
        if not quick or time.monotonic() < deadline - found["start_s_first"] - 3.0:
            again = start(folder / "data", demo_zone=False)
            found["start_s_second"] = round(again.usable_after_s, 2)
            found["stop_s"] = round(again.stop(), 2)
    found["load_average"] = machine.load_average()
    return found


def main() -> None:
    """Run the bench and print it."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="under 50 s")
    given = parser.parse_args()
    found = asyncio.run(measure(quick=given.quick, began=began))
    print(json.dumps(found) if given.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
