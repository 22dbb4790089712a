"""Run the bench."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

import bench.search
from bench import machine
from bench.centre import a_folder
from bench.command import command
from bench.search.fill import (
    CARS,
    CENTRE,
    COLOURS,
    DENSE_DAYS,
    DOINGS,
    HERE,
    OPERATORS,
    ROADS,
    SPOTS,
    Filled,
    fill,
    partitions,
)
from unjai.model.actor import Actor
from unjai.model.clock import MovedClock, SystemClock
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.people.rights import ROLES
from unjai.platform.database import Database
from unjai.platform.engines.alone import start_postgres
from unjai.platform.migrate import migrate
from unjai.respond import search_view as view
from unjai.respond.flows import search as flows
from unjai.respond.rules.search import Asked, Near, put
from unjai.respond.store import search as store

FULL = {"incidents": 1_000_000, "positions": 10_000_000, "days": 357}
QUICK = {"incidents": 20_000, "positions": 200_000, "days": 60}
GOAL_MS = 300.0
ASKER = Actor(
    kind="account",
    key="bench",
    name="bench",
    stations=frozenset({StationId(HERE)}),
    rights=ROLES["supervisor"].rights,
)
SQUARE = 0.002

Question = Callable[[random.Random], Asked]


class Room:
    """A filled database and who asks it."""

    def __init__(self, app: Database, owner: Database, filled: Filled) -> None:
        """Ask at the moment of the last incident."""
        self.app, self.owner, self.filled = app, owner, filled
        self.clock = MovedClock(filled.last)

    def moment(self, dice: random.Random) -> datetime:
        """Return some moment of the years."""
        return self.filled.first + dice.random() * (self.filled.last - self.filled.first)

    async def page(self, asked: Asked) -> int:
        """Ask for a page as the route does; return how many rows came."""
        async with self.app.tx(ASKER) as tx:
            found = await flows.find(tx, ASKER, self.clock, asked=asked)
            return len((await view.page_of(tx, found)).rows)

    async def count(self, asked: Asked) -> int | None:
        """Count as the route does."""
        async with self.app.tx(ASKER) as tx:
            return await flows.count(tx, ASKER, self.clock, asked=asked)

    async def matches(self, asked: Asked, *, owner: bool) -> int:
        """Ask without the guarded function: as the owner of the tables past their policies, or under them."""
        said = put(asked, {}, limit=51)
        said["sort"] = said.get("sort", "newest")
        async with (self.owner if owner else self.app).tx(ASKER) as tx:
            rows = await tx.all(
                text("SELECT * FROM incident_matches(CAST(:asked AS jsonb))"), {"asked": store.as_json(tx, said)}
            )
            return len(rows)

    async def replay(self, dice: random.Random) -> int:
        """Replay an hour: half of them lately, where positions are dense."""
        days = dice.random() * (DENSE_DAYS - 1 if dice.random() < 0.5 else self.filled.days - 1)
        begin = self.filled.last - timedelta(days=days, hours=1)
        async with self.app.tx(ASKER) as tx:
            stretch = await flows.watch_again(tx, ASKER, self.clock, from_at=begin, to_at=begin + timedelta(hours=1))
            shown = await view.replay_of(tx, self.clock, stretch)
        return sum(len(unit.points) for unit in shown.units)


def lists(room: Room) -> list[Question]:
    """Return the questions without a filter: the newest page, the oldest, a page deep in the years."""
    return [
        lambda _dice: Asked(),
        lambda _dice: Asked(sort="oldest"),
        lambda dice: Asked(to_at=room.moment(dice)),
    ]


def filters(room: Room) -> list[Question]:
    """Return questions with filters, rare ones too."""

    def stretch(dice: random.Random) -> dict[str, Any]:
        begin = room.moment(dice)
        return {"from_at": begin, "to_at": begin + timedelta(days=30)}

    def somewhere(dice: random.Random) -> Point:
        return Point(lon=CENTRE.lon + (dice.random() - 0.5) * 0.012, lat=CENTRE.lat + (dice.random() - 0.5) * 0.012)

    def square(dice: random.Random) -> Mapping[str, object]:
        at = somewhere(dice)
        west, east, south, north = at.lon - SQUARE, at.lon + SQUARE, at.lat - SQUARE, at.lat + SQUARE
        return {
            "type": "Polygon",
            "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
        }

    codes = ("SOS", "NOI", "111", "FGT", "DSL", "OTH", "LGT")
    return [
        lambda dice: Asked(code=(dice.choice(codes),)),
        lambda dice: Asked(priority=(1,), outcome=(dice.choice(("no_trace", "false_alarm", "handed_over")),)),
        lambda dice: Asked(channel=("unit",), **stretch(dice)),
        lambda dice: Asked(acknowledged_by=(dice.choice(OPERATORS),)),
        lambda dice: Asked(unit_id=dice.choice(room.filled.units)),
        lambda dice: Asked(priority=(1, 2), **stretch(dice)),
        lambda dice: Asked(near=Near(point=somewhere(dice), radius_m=100)),
        lambda dice: Asked(areas=(square(dice),), priority=(1,)),
        lambda dice: Asked(response_over_s=float(dice.choice((600, 1200, 2400)))),
        lambda _dice: Asked(response_over_s=3115.0),
        lambda _dice: Asked(sort="slowest"),
        lambda dice: Asked(code=(dice.choice(codes),), unit_id=dice.choice(room.filled.units), **stretch(dice)),
        lambda _dice: Asked(state=("new",)),
    ]


def texts(room: Room) -> list[Question]:
    """Return searches by Thai words: common, rare, two together, with filters, and what is nowhere."""
    del room
    return [
        lambda dice: Asked(words=dice.choice(SPOTS)),
        lambda dice: Asked(words=dice.choice(DOINGS)[3:11]),
        lambda dice: Asked(words=f"ซอย{dice.randint(1, 9)}"),
        lambda dice: Asked(words=f"กข {dice.randint(1000, 9999)}"),
        lambda dice: Asked(words=f"{dice.randint(2565, 2569)}-{dice.randint(1, 50_000):07}"),
        lambda dice: Asked(words=f"{dice.choice(CARS)}สี{dice.choice(COLOURS)} {dice.choice(ROADS)}"),
        lambda dice: Asked(words=f"{dice.choice(SPOTS)} {dice.choice(DOINGS)} {dice.choice(COLOURS)}"),
        lambda dice: Asked(words=dice.choice(SPOTS), priority=(1,), outcome=("no_trace",)),
        lambda dice: Asked(words=dice.choice(("ลักทรัพย์", "เสียงดังรบกวน", "อุบัติเหตุ"))),
        lambda dice: Asked(words=dice.choice(("ไม่มีคำนี้แน่นอน", "ยานอวกาศ", "zzzzzz"))),
    ]


async def timed(
    ask: Callable[[random.Random], Awaitable[object]], *, rounds: int, seed: int, warm: int = 3
) -> list[float]:
    """Run something `rounds` times and return the milliseconds, without the first few."""
    dice, taken = random.Random(seed), []
    for turn in range(rounds + warm):
        began = time.perf_counter()
        await ask(dice)
        if turn >= warm:
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """Return the 95th percentile."""
    return round(statistics.quantiles(taken, n=20, method="inclusive")[-1], 1)


def each(
    questions: list[Question], ask: Callable[[Asked], Awaitable[object]]
) -> Callable[[random.Random], Awaitable[object]]:
    """Return a run that asks the questions in turn."""
    turn = iter(range(10**9))
    return lambda dice: ask(questions[next(turn) % len(questions)](dice))


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Fill, ask, compare."""
    size = QUICK if quick else FULL
    with a_folder() as folder:
        cluster = await asyncio.to_thread(start_postgres, folder)
        try:
            await asyncio.to_thread(migrate, cluster.dsn("unjai_owner"))
            last = SystemClock().now().replace(microsecond=0)
            await partitions(cluster, last, size["days"])
            filled = await asyncio.to_thread(fill, cluster, last, **size)
            app, owner = Database(cluster.dsn("unjai_app")), Database(cluster.dsn("postgres"))
            found = await ask_all(Room(app, owner, filled), quick=quick)
            await app.close()
            await owner.close()
        finally:
            await asyncio.to_thread(cluster.stop)
    return {**found, "fill_s": round(filled.seconds, 1), "took_s": round(time.monotonic() - began, 1)}


async def ask_all(room: Room, *, quick: bool) -> dict[str, Any]:
    """Ask every kind of question and return the figures."""
    rounds = 60 if quick else 260
    kinds = {"list": lists(room), "filter": filters(room), "text": texts(room)}
    taken = {
        name: await timed(each(questions, room.page), rounds=rounds, seed=number)
        for number, (name, questions) in enumerate(kinds.items())
    }
    taken["replay"] = await timed(room.replay, rounds=rounds, seed=9)
    taken["count"] = await timed(each([*kinds["filter"], *kinds["text"]], room.count), rounds=rounds, seed=10)
    few = 9 if quick else 21
    plain = await timed(each(kinds["list"], lambda asked: room.matches(asked, owner=True)), rounds=few, seed=11)
    same = await timed(each(kinds["list"], lambda asked: room.matches(asked, owner=False)), rounds=few, seed=11)
    bare = await timed(each(kinds["text"], lambda asked: room.matches(asked, owner=False)), rounds=few, seed=12)
    names = ("list", "filter", "text", "replay")
    worst = {f"worst_{name}_ms": round(max(taken[name]), 1) for name in (*names, "count")}
    return {
        **{f"p95_{name}_ms": p95(taken[name]) for name in (*names, "count")},
        **{f"median_{name}_ms": round(statistics.median(taken[name]), 1) for name in (*names, "count")},
        **worst,
        "goal_ms": GOAL_MS,
        "within_goal": all(p95(taken[name]) < GOAL_MS for name in names),
        "plain_list_ms": round(statistics.median(plain), 1),
        "guarded_list_ms": round(statistics.median(same), 1),
        "ratio_rls_list": round(statistics.median(same) / statistics.median(plain), 2),
        "unguarded_text_ms": round(statistics.median(bare), 1),
        "unguarded_text_worst_ms": round(max(bare), 1),
        "incidents": room.filled.incidents,
        "positions": room.filled.positions,
        "quick": quick,
        "rounds": rounds,
        "load_average": machine.load_average(),
    }


if __name__ == "__main__":
    command(bench.search.__doc__, measure)
