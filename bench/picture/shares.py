"""What 200 screens of five view classes cost at 100 observations a second, and what each class got to see."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from bench import machine
from bench.centre import Centre
from bench.fleet import make_account, sign_in
from bench.picture.crowd import Crowd
from bench.picture.poles import Pole, poles_of
from bench.picture.screens import Screens, Seen
from unjai.model.ids import StationId
from unjai.people.rights import ROLES
from unjai.people.rules import view_class

READERS, EVENTS_PER_S = 200, 100.0
POLE_EVENTS_PER_S = 4.0
SETTLE_S = 2.0


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


async def shares(centre: Centre, other: StationId, fleet: dict[str, str], *, seconds: float) -> dict[str, Any]:
    """Measure what 200 screens of five classes cost at 100 observations a second."""
    groups = await audiences(centre, other)
    each, screens_of = READERS // len(groups), []
    for group in groups:
        names = [group.usernames[number % len(group.usernames)] for number in range(each)]
        screens_of += [(group.name, token) for token in await sign_in(centre, group.station, names)]
    pids = {name: centre.pid(name) for name in ("web", "core", "nats")}
    per_s = EVENTS_PER_S - POLE_EVENTS_PER_S
    with (
        Screens(centre.port, screens_of) as screens,
        poles_of(centre) as poles,
        Crowd(centre.port, fleet, per_s=per_s, seconds=seconds + SETTLE_S + 2.0) as crowd,
    ):
        pressing = asyncio.create_task(_pole_events(list(poles.values()), SETTLE_S + seconds))
        await asyncio.sleep(SETTLE_S)
        first, pace = screens.look(), machine.Pace()
        pacing = asyncio.create_task(pace.keep())
        used, began = {name: machine.cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
        await asyncio.sleep(seconds)
        wall_s = time.monotonic() - began
        used = {name: (machine.cpu_s(pid) - used[name]) / wall_s for name, pid in pids.items()}
        look = screens.look()
        pacing.cancel()
        await pressing
        walked = crowd.result()
    both = {group.name: [first.seen[group.name], look.seen[group.name]] for group in groups}
    return {
        "web_core_share_200x100": round(used["web"], 4),
        "core_core_share_200x100": round(used["core"], 4),
        "nats_core_share_200x100": round(used["nats"], 4),
        "pace_ms": pace.mean_ms,
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
