"""A month of walks through a town: honest ones, and ones that go wrong in four ways; what the rules made of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

import numpy as np

from bench.citizen.phone import Phone, Sent, Track
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.respond.escort.rules import walk as rules
from unjai.respond.escort.rules.ease import Facts
from unjai.respond.escort.rules.foot import FootGraph, Hour
from unjai.respond.escort.rules.line import Line
from unjai.respond.escort.rules.ways import FootWay, ways

Story = Literal["honest", "strayed", "stopped", "silent", "late"]
BEGAN = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
TICK_S = 1.0
IN_TIME_S = {"strayed": 90.0, "stopped": rules.STOPPED_S + 60.0, "silent": rules.LOST_S + 30.0, "late": 180.0}
"""How long after the truth the question may come; the alert follows 45 s later when nobody answers."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one walk: questions, whether the trouble was alerted in time, and how late the question came."""

    story: Story
    questions: tuple[str, ...]
    alerted: bool
    caught: bool
    after_s: float | None


def town_of(graph: FootGraph, seed: int) -> Hour:
    """Return a town at night: six streets of ten are lit, an eighth is not known."""
    random = np.random.default_rng(seed)
    lit = (random.random(len(graph.edges)) < 0.6).astype(float)
    lit[random.random(len(graph.edges)) < 0.125] = np.nan
    return Hour(graph, Facts.of(len(graph.edges), lit=lit), dark=True)


def way_of(hour: Hour, random: Random) -> FootWay:
    """Return a way of 400 to 2,500 m as somebody would choose it."""
    graph = hour.graph
    while True:
        one = graph.edges[random.randrange(len(graph.edges))].coordinates[0]
        turn, far = random.uniform(0, 2 * math.pi), random.uniform(350, 1_700)
        east, north = graph.plane.metres_per_degree
        start = Point(lon=one[0], lat=one[1])
        goal = Point(lon=one[0] + far * math.cos(turn) / east, lat=one[1] + far * math.sin(turn) / north)
        try:
            found = [way for way in ways(hour, start, goal) if 400 <= way.metres <= 2_500]
        except UnjaiError:
            continue
        if found:
            return random.choice(found)


def line_of(hour: Hour, way: FootWay) -> Line:
    """Return a way as the rules follow it."""
    return Line(way.points, hour.unlit_pieces(way.pieces))


class Walker:
    """Somebody who really walks: at her own pace, on one side of the street, waiting at crossings."""

    def __init__(self, line: Line, random: Random) -> None:
        """Draw how she walks."""
        self.line, self.random = line, random
        self.speed = min(1.65, max(0.85, random.gauss(1.25, 0.15)))
        self.side_m = random.uniform(-6, 6)
        self.stops = sorted(
            (random.uniform(0, line.length_m), random.uniform(10, 60)) for _ in range(random.randrange(4))
        )
        if random.random() < 0.1:
            self.stops = sorted([*self.stops, (random.uniform(0, line.length_m), random.uniform(60, 100))])
        self.lasts_s = line.length_m / self.speed + sum(rest for _, rest in self.stops)

    def along_m(self, at_s: float) -> float:
        """Return how far she is after so many seconds."""
        gone = 0.0
        left = at_s
        for where, rest in self.stops:
            need = (where - gone) / self.speed
            if left < need:
                return gone + left * self.speed
            left, gone = left - need, where
            if left < rest:
                return gone
            left -= rest
        return min(gone + left * self.speed, self.line.length_m)

    def at(self, along_m: float) -> tuple[float, float]:
        """Return where that is, beside the middle of the street."""
        x, y, u, v = self.line.walked(along_m)
        return x - v * self.side_m, y + u * self.side_m

    def honest(self, at_s: float) -> tuple[float, float]:
        """Return where she is when all goes well."""
        return self.at(self.along_m(at_s))

    def when(self, along_m: float) -> float:
        """Return when she comes to a place."""
        return along_m / self.speed + sum(rest for where, rest in self.stops if where < along_m)


def told(story: Story, hour: Hour, seed: int) -> Outcome:
    """Walk once and follow it by the rules."""
    random = Random(f"{story}:{seed}")
    way = way_of(hour, random)
    line = line_of(hour, way)
    walker = Walker(line, random)
    track, until_s, begins_s, truth_s, dies_s = _story(story, walker, way, random)
    phone = Phone(random, walker.lasts_s)
    if story != "honest":
        phone.hole = (-1.0, -1.0)  # a hole in the network is its own story
    return _followed(story, line, way, list(phone.sends(track, until_s, dies_s)), until_s, begins_s, truth_s)


def _story(
    story: Story, walker: Walker, way: FootWay, random: Random
) -> tuple[Track, float, float, float | None, float]:
    """Return where she is, until when it is looked at, when trouble begins, when it counts, when the phone dies."""
    line, end_s = walker.line, walker.lasts_s + 90
    middle = random.uniform(0.2, 0.75) * line.length_m
    begins_s = walker.when(middle)
    match story:
        case "honest":
            return walker.honest, end_s, math.inf, None, math.inf
        case "silent":
            return walker.honest, begins_s + 400, begins_s, begins_s, begins_s
        case "stopped":
            dark = [m for m in np.arange(0.1, 0.8, 0.02) * line.length_m if line.unlit_at(float(m))]
            middle = random.choice(dark) if dark else middle
            begins_s = walker.when(middle)
            here = walker.at(middle)
            return lambda s: walker.honest(s) if s < begins_s else here, begins_s + 500, begins_s, begins_s, math.inf
        case "late":
            due = way.seconds + max(rules.LATE_LEAST_S, rules.LATE_SHARE * way.seconds)

            def to_and_fro(s: float) -> tuple[float, float]:
                if s < begins_s:
                    return walker.honest(s)
                return walker.at(max(0.0, middle + 45 * math.sin((s - begins_s) / 60)))

            return to_and_fro, max(due, begins_s) + 500, begins_s, max(due, begins_s), math.inf
        case "strayed":
            x, y, u, v = line.walked(middle)
            speed = random.choice((1.3, 1.6, 4.0, 9.0))
            turn = math.radians(random.uniform(50, 130)) * random.choice((-1, 1))
            p, q = u * math.cos(turn) - v * math.sin(turn), u * math.sin(turn) + v * math.cos(turn)

            def away(s: float) -> tuple[float, float]:
                far = speed * max(0.0, s - begins_s)
                return walker.honest(s) if s < begins_s else (x + p * far, y + q * far)

            seconds = np.arange(begins_s, begins_s + 900, 1.0)
            off = [line.off(away(float(s))) > rules.STRAYED_M for s in seconds]
            first = next((i for i in range(len(off)) if all(off[i : i + 35])), None)
            if first is None:
                return walker.honest, end_s, math.inf, None, math.inf
            return away, float(seconds[first]) + 300, begins_s, float(seconds[first]), math.inf


def _followed(  # noqa: PLR0917  one call
    story: Story, line: Line, way: FootWay, sent: Sequence[Sent], until_s: float, begins_s: float, truth_s: float | None
) -> Outcome:
    expected = BEGAN + timedelta(seconds=way.seconds)
    walk = rules.Walk(began_at=BEGAN, expected_at=expected, planned_s=way.seconds)
    asked: list[tuple[float, str]] = []
    alerts: list[float] = []
    queue, number, now_s = list(sent), 0, 0.0
    while now_s <= until_s + 60 and walk.open:
        batch: list[rules.Fix] = []
        while number < len(queue) and queue[number].came_s <= now_s:
            one = queue[number]
            lon, lat = line.plane.degrees([(one.x_m, one.y_m)])[0]
            point = Point(lon=float(lon), lat=float(lat), accuracy_m=one.accuracy_m)
            at = BEGAN + timedelta(seconds=one.taken_s)
            batch.append(rules.Fix(no=number, at=at, point=point, battery=one.battery))
            number += 1
        now = BEGAN + timedelta(seconds=now_s)
        if batch:
            walk, _ = rules.hear(walk, line, batch, now)
        walk, events = rules.tick(walk, line, now, dark=True)
        asked += [(now_s, str(event.why)) for event in events if event.kind == "asked"]
        alerts += [now_s for event in events if event.kind == "alerted"]
        if story == "honest" and walk.state == "asked" and walk.asked_why != "lost":
            walk, _ = rules.answer(walk, line, "fine", now)
        if truth_s is not None and walk.state == "asked" and now_s < begins_s:
            walk, _ = rules.answer(walk, line, "fine", now)  # before the trouble she answers
        now_s += TICK_S
    if truth_s is None:
        return Outcome(
            story="honest",
            questions=tuple(why for _, why in asked),
            alerted=bool(alerts),
            caught=not asked,
            after_s=None,
        )
    limit = truth_s + IN_TIME_S[story] + rules.ANSWER_S + TICK_S
    after = next((at for at in alerts), None)
    return Outcome(
        story=story,
        questions=tuple(why for _, why in asked),
        alerted=bool(alerts),
        caught=after is not None and after <= limit,
        after_s=None if after is None else after - truth_s - rules.ANSWER_S,
    )
