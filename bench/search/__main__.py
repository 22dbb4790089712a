"""Run the bench."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

import bench.search
from bench import filling, machine
from bench.centre import a_folder
from bench.command import command
from bench.search.fill import DENSE_DAYS, HERE, Filled, fill, partitions
from bench.search.questions import Question, Questions
from unjai.model.actor import Actor
from unjai.model.clock import MovedClock, SystemClock
from unjai.model.ids import StationId
from unjai.people.rights import ROLES
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres, start_postgres
from unjai.platform.migrate import migrate
from unjai.respond import search_view as view
from unjai.respond.flows import search as flows
from unjai.respond.rules.search import Asked, put
from unjai.respond.store import search as store

FULL = {"incidents": 1_000_000, "positions": 10_000_000, "days": 357, "lived": 2_000}
QUICK = {"incidents": 20_000, "positions": 200_000, "days": 60, "lived": 200}
GOAL_MS = 300.0
ASKER = Actor(
    kind="account",
    key="bench",
    name="bench",
    stations=frozenset({StationId(HERE)}),
    rights=ROLES["supervisor"].rights,
)
PAGE = 100
"""As many rows as the screen asks for at once."""


class Room:
    """A filled database and who asks it."""

    def __init__(self, app: Database, owner: Database, filled: Filled) -> None:
        """Ask at the moment of the last incident."""
        self.app, self.owner, self.filled = app, owner, filled
        self.clock = MovedClock(filled.last)

    async def page(self, asked: Asked, after: str | None = None) -> str | None:
        """Ask for a page as the route does; return where the next one begins."""
        async with self.app.tx(ASKER) as tx:
            found = await flows.find(tx, ASKER, self.clock, asked=asked, limit=PAGE, after=after)
            await view.page_of(tx, found)
        return found.next

    async def count(self, asked: Asked) -> int | None:
        """Count as the route does."""
        async with self.app.tx(ASKER) as tx:
            return await flows.count(tx, ASKER, self.clock, asked=asked)

    async def matches(self, asked: Asked, *, owner: bool) -> int:
        """Ask without the guarded function: as the owner of the tables past their policies, or under them."""
        said = put(asked, {}, limit=PAGE + 1)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """One question, and how long its answer took."""

    kind: str
    asked: object
    ms: float


async def timed(
    questions: Mapping[str, Question], ask: Callable[[Asked], Awaitable[object]], *, each: int, seed: int, warm: int = 1
) -> list[Taken]:
    """Ask each kind of question `each` times in a random order, after `warm` times that are not counted."""
    dice, taken = random.Random(seed), []
    for turn in range(each + warm):
        for kind in dice.sample(sorted(questions), len(questions)):
            asked = questions[kind](dice)
            began = time.perf_counter()
            await ask(asked)
            if turn >= warm:
                taken.append(Taken(kind=kind, asked=asked, ms=(time.perf_counter() - began) * 1000))
    return taken


async def turned(room: Room, questions: Mapping[str, Question], *, each: int, seed: int) -> list[Taken]:
    """Turn to the second page of those questions that have one."""
    dice, taken = random.Random(seed), []
    for kind in [kind for kind in sorted(questions) for _ in range(each)]:
        asked = questions[kind](dice)
        after = await room.page(asked)
        if after is not None:
            began = time.perf_counter()
            await room.page(asked, after)
            taken.append(Taken(kind=kind, asked=asked, ms=(time.perf_counter() - began) * 1000))
    return taken


async def replayed(room: Room, *, rounds: int, seed: int) -> list[Taken]:
    """Replay an hour, after some that are not counted."""
    dice, taken = random.Random(seed), []
    for turn in range(rounds + 2):
        began = time.perf_counter()
        shown = await room.replay(dice)
        if turn >= 2:
            taken.append(Taken(kind="hour", asked=shown, ms=(time.perf_counter() - began) * 1000))
    return taken


def by_kind(taken: list[Taken]) -> dict[str, float]:
    """Return the slowest kinds' 95th percentiles, the slowest first."""
    kinds: dict[str, list[float]] = {}
    for one in taken:
        kinds.setdefault(one.kind.rstrip("0123456789").rstrip("_"), []).append(one.ms)
    return dict(sorted(((kind, p95(several)) for kind, several in kinds.items()), key=lambda pair: -pair[1]))


def p95(taken: list[float]) -> float:
    """Return the 95th percentile to a tenth."""
    return round(filling.p95(taken), 1)


async def measure(quick: bool, began: float, keep: Path | None = None) -> dict[str, Any]:
    """Fill, ask, compare; a folder to keep is filled once and then asked again."""
    with nullcontext(keep) if keep is not None else a_folder() as folder:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        cluster = await asyncio.to_thread(start_postgres, folder)
        try:
            await asyncio.to_thread(migrate, cluster.dsn("unjai_owner"))
            filled = await a_filled(cluster, folder / "filled.json", QUICK if quick else FULL)
            app, owner = Database(cluster.dsn("unjai_app")), Database(cluster.dsn("postgres"))
            found = await ask_all(Room(app, owner, filled), quick=quick)
            await app.close()
            await owner.close()
        finally:
            await asyncio.to_thread(cluster.stop)
    return {**found, "fill_s": round(filled.seconds, 1), "took_s": round(time.monotonic() - began, 1)}


async def a_filled(cluster: Postgres, note: Path, size: Mapping[str, int]) -> Filled:
    """Return what the database holds, filled now unless a note says that it was."""
    held = await asyncio.to_thread(Filled.read, note)
    if held is not None:
        return held
    last = SystemClock().now().replace(microsecond=0)
    await partitions(cluster, last, size["days"])
    filled = await asyncio.to_thread(fill, cluster, last, **size)
    filled.write(note)
    return filled


async def ask_all(room: Room, *, quick: bool) -> dict[str, Any]:
    """Ask every kind of question and return the figures."""
    times = 1 if quick else 8
    questions = Questions(room.filled)
    lists, filters, texts = questions.lists(), questions.filters(), questions.texts()
    every = {**lists, **filters, **texts}
    few = {kind: every[kind] for kind in list(every)[:: 3 if quick else 1]}
    taken = {
        "list": await timed(lists, room.page, each=times * 10, seed=1),
        "filter": await timed(filters, room.page, each=times, seed=2, warm=0 if quick else 1),
        "text": await timed(texts, room.page, each=times, seed=3, warm=0 if quick else 1),
        "replay": await replayed(room, rounds=times * 15, seed=4),
        "next": await turned(room, few, each=max(1, times // 4), seed=5),
        "count": await timed(few, room.count, each=max(1, times // 4), seed=6, warm=0),
    }
    plain = await timed(lists, lambda asked: room.matches(asked, owner=True), each=times, seed=7)
    same = await timed(lists, lambda asked: room.matches(asked, owner=False), each=times, seed=7)
    words = {kind: texts[kind] for kind in ("spot", "plate", "soi", "nowhere")}
    bare = await timed(words, lambda asked: room.matches(asked, owner=False), each=max(1, times // 4), seed=8, warm=0)
    ms = {name: [one.ms for one in several] for name, several in taken.items()}
    return {
        **{f"p95_{name}_ms": p95(ms[name]) for name in ms},
        **{f"median_{name}_ms": round(statistics.median(ms[name]), 1) for name in ms},
        **{f"worst_{name}_ms": round(max(ms[name]), 1) for name in ms},
        "goal_ms": GOAL_MS,
        "within_goal": all(p95(ms[name]) < GOAL_MS for name in ms),
        "over_goal": {name: sum(one > GOAL_MS for one in several) for name, several in ms.items()},
        "asked": {name: len(several) for name, several in ms.items()},
        "p95_by_kind_ms": {name: by_kind(several) for name, several in taken.items()},
        "plain_list_ms": round(statistics.median(one.ms for one in plain), 1),
        "guarded_list_ms": round(statistics.median(one.ms for one in same), 1),
        "unguarded_text_ms": round(statistics.median(one.ms for one in bare), 1),
        "incidents": room.filled.incidents,
        "positions": room.filled.positions,
        "quick": quick,
        "load_average": machine.load_average(),
    }


if __name__ == "__main__":
    kept = filling.kept_folder()
    command(bench.search.__doc__, lambda quick, began: measure(quick, began, kept))
