"""The crossing: cars and motorcycles come, wait for a fixed plan and go; its box tells the centre each second.

It plays at life's own pace whatever the pace of the night: what shows is a moment, and a moment is a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from unjai.demo.night.stage import Stage
from unjai.demo.town.crossing import BOX, LENGTH_M, SPEED_MPS, demo_crossing

GREEN_S = 25.0
_HEADWAY_S = {"car": 2.0, "motorcycle": 0.8, "heavy": 3.5}
_LENGTH_M = {"car": 7.0, "motorcycle": 3.0, "heavy": 13.0}
_SHARES = (("motorcycle", 0.55), ("car", 0.4), ("heavy", 0.05))
_PER_S = {"N": 0.14, "E": 0.05, "S": 0.1, "W": 0.04}
"""Vehicles that come on each lane of an arm: more on the main road, so that a fixed plan wastes green."""
_COUNT_S, _LOG_S, _TURNS_S = 60, 10, 5
_ADVANCE_M = 60.0
_ACROSS_M = 28.0
_OFTEN = {"l": 1, "s": 4, "r": 1}


@dataclass
class _Vehicle:
    kind: str
    track: str
    distance_m: float = LENGTH_M
    speed_mps: float = SPEED_MPS
    waited_s: float = 0.0
    way: tuple[str, str] = ("", "")
    """From its lane to another; then `distance_m` is what it has to go on the junction."""


@dataclass
class _Lane:
    key: str
    detectors: dict[str, int]
    line: list[_Vehicle] = field(default_factory=list)
    """The first stands nearest the stop line."""
    free_s: float = 0.0
    """When the next one may go over the line, in seconds of the play."""
    on: bool = False


class Traffic:
    """The crossing's own small world; pure but for its dice. `second` is one second of it."""

    def __init__(self, dice: Random, file: dict[str, Any] | None = None) -> None:
        """Begin empty, with the first phase."""
        self.file = file or demo_crossing()
        self._dice, self._made, self.at_s = dice, 0, 0.0
        self.lanes = [
            _Lane(one["key"], {item["use"]: item["number"] for item in one["detectors"]}) for one in self.file["lanes"]
        ]
        self.phase, self.colour, self.for_s = 0, "green", 0.0
        self.events: list[tuple[int, int]] = [(1, self.number)]
        self.counts = {lane.key: dict.fromkeys(_HEADWAY_S, 0) for lane in self.lanes}
        self.turns: Counter[tuple[str, str]] = Counter()
        self._crossing: list[_Vehicle] = []

    @property
    def number(self) -> int:
        """Return the controller's number of the phase that shows."""
        found: int = self.file["phases"][self.phase]["number"]
        return found

    def second(self) -> None:
        """Let a second pass; `events` holds what the controller's log says of it."""
        self.at_s += 1
        self.events = []
        self._signal()
        self._cross()
        for lane in self.lanes:
            self._come(lane)
            self._go(lane)
            self._detect(lane)

    def _signal(self) -> None:
        times = self.file["phases"][self.phase]
        self.for_s += 1
        if self.colour == "green" and self.for_s >= GREEN_S:
            self._turn("yellow", 7, 8)
        elif self.colour == "yellow" and self.for_s >= times["yellow_s"]:
            self._turn("red", 9, 10)
        elif self.colour == "red" and self.for_s >= times["red_clear_s"]:
            self.events.append((11, self.number))
            self.phase = (self.phase + 1) % len(self.file["phases"])
            self._turn("green", 1)

    def _turn(self, colour: str, *codes: int) -> None:
        self.colour, self.for_s = colour, 0.0
        self.events += [(code, self.number) for code in codes]

    def _come(self, lane: _Lane) -> None:
        if self._dice.random() >= _PER_S[lane.key[0]] or (lane.line and lane.line[-1].distance_m > LENGTH_M - 15):
            return
        draw, sort = self._dice.random(), _SHARES[-1][0]
        for kind, share in _SHARES:
            draw -= share
            if draw < 0:
                sort = kind
                break
        self._made += 1
        lane.line.append(_Vehicle(kind=sort, track=f"v{self._made}"))

    def _cross(self) -> None:
        for one in self._crossing:
            one.distance_m -= one.speed_mps
        self._crossing = [one for one in self._crossing if one.distance_m > 0]

    def _go(self, lane: _Lane) -> None:
        arm = self.file["approaches"][self.phase]["key"]
        goes = self.colour == "green" and lane.key.startswith(arm)
        place_m = 0.0
        for one in list(lane.line):
            reach_m = one.distance_m - SPEED_MPS
            if one is lane.line[0] and goes and reach_m <= 0 and self.at_s >= lane.free_s:
                lane.line.remove(one)
                lane.free_s = self.at_s + _HEADWAY_S[one.kind]
                self.counts[lane.key][one.kind] += 1
                self._enter(lane, one)
                continue
            before = one.distance_m
            one.distance_m = max(reach_m, place_m)
            one.speed_mps = before - one.distance_m
            one.waited_s = one.waited_s + 1 if one.speed_mps < 1 else 0.0
            if before > _ADVANCE_M >= one.distance_m:
                self.events += [(82, lane.detectors["advance"]), (81, lane.detectors["advance"])]
            place_m = one.distance_m + _LENGTH_M[one.kind]

    def _enter(self, lane: _Lane, one: _Vehicle) -> None:
        ways = [way for way in self.file["links"] if way["from_lane"] == lane.key]
        (way,) = self._dice.choices(ways, [_OFTEN[way["turn"]] for way in ways])
        one.way, one.distance_m, one.speed_mps = (lane.key, way["to_lane"]), _ACROSS_M, SPEED_MPS
        self.turns[one.way] += 1
        self._crossing.append(one)

    def _detect(self, lane: _Lane) -> None:
        on = bool(lane.line) and lane.line[0].distance_m < 6
        if on != lane.on:
            self.events.append((82 if on else 81, lane.detectors["presence"]))
            lane.on = on

    def seen(self) -> list[dict[str, Any]]:
        """Return the vehicles as the box tells them."""
        return [
            {
                "lane": lane.key,
                "distance_m": round(one.distance_m, 1),
                "speed_mps": round(one.speed_mps, 1),
                "kind": one.kind,
                "track": one.track,
                "waited_s": one.waited_s,
            }
            for lane in self.lanes
            for one in lane.line
        ]

    def beyond(self) -> dict[str, Any]:
        """Return the room behind and who is on the crossing, as the box tells it: behind it nobody ever stands."""
        inside = [(one, dict(zip(("from_lane", "to_lane"), one.way, strict=True))) for one in self._crossing]
        return {
            "outs": [{"lane": one["key"], "room_m": one["length_m"], "moving": True} for one in self.file["outs"]],
            "inside": [{**way, "to_go_m": one.distance_m, "speed_mps": one.speed_mps} for one, way in inside],
        }

    def take_turns(self) -> list[dict[str, Any]]:
        """Return who left by which way since asked last."""
        found, self.turns = self.turns, Counter()
        return [{"from_lane": start, "to_lane": end, "vehicles": count} for (start, end), count in found.items()]

    def take_counts(self) -> dict[str, dict[str, int]]:
        """Return what went over the lines since asked last."""
        found, self.counts = self.counts, {lane.key: dict.fromkeys(_HEADWAY_S, 0) for lane in self.lanes}
        return found


class Crossing:
    """Plays the crossing's box over HTTP. What the centre does not take at once is gone: a moment waits for nobody."""

    def __init__(self, stage: Stage) -> None:
        """Send nothing before `run`."""
        self._stage, self._client = stage, stage.door.client()
        self._traffic = Traffic(stage.dice)
        self._log: list[list[Any]] = []
        self._counted_from: datetime | None = None

    async def run(self) -> None:
        """Play a second each second, for ever."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + 1.0, loop.time())
            await asyncio.sleep(due - loop.time())
            self._traffic.second()
            for event, body in self.messages(self._stage.now()):
                await self._tell(event, body)

    def messages(self, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what the box tells of this second."""
        traffic = self._traffic
        at = now.isoformat()
        yield "seen", {"at": at, "lanes": [lane.key for lane in traffic.lanes], "vehicles": traffic.seen()}
        yield "state", {"at": at, "phase": traffic.number, "colour": traffic.colour, "for_s": traffic.for_s}
        yield "beyond", {"at": at, **traffic.beyond()}
        if traffic.at_s % _TURNS_S == 0:
            begun = now - timedelta(seconds=_TURNS_S)
            yield "turns", {"at": begun.isoformat(), "lasts_s": _TURNS_S, "ways": traffic.take_turns()}
        steps = timedelta(milliseconds=100)
        self._log += [[(now + steps * n).isoformat(), *event] for n, event in enumerate(traffic.events)]
        if traffic.at_s % _LOG_S == 0 and self._log:
            yield "log", {"at": at, "events": self._log}
            self._log = []
        if traffic.at_s % _COUNT_S == 0:
            counted, since = traffic.take_counts(), self._counted_from
            self._counted_from = now
            if since is not None:
                lasts_s = max(1, round((now - since).total_seconds()))
                yield "count", {"at": since.isoformat(), "lasts_s": lasts_s, "lanes": counted}

    async def _tell(self, event: str, body: dict[str, Any]) -> None:
        secret = self._stage.known.devices[BOX]
        with contextlib.suppress(httpx.TransportError):
            await self._client.post(f"/signal/{event}", json=body, auth=(BOX, secret))
