"""Run the bench."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

import bench.reads
from bench import machine
from bench.centre import a_folder
from bench.command import command
from bench.filling import connected, kept_folder, p95
from bench.reads.fill import AGE, CAMERAS, HERE, MEANS, THERE, Filled, days_made, fill
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock, SystemClock
from unjai.model.ids import AccountId, StationId, named_id, new_id, observation_id
from unjai.model.plate import skeleton
from unjai.model.reading import Observation
from unjai.people.rights import ROLES
from unjai.plates.flows import cases, searches
from unjai.plates.rules.searching import Asked
from unjai.plates.store import reads as read_store
from unjai.plates.store import searches as store
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres, start_postgres
from unjai.platform.migrate import migrate

FULL = {"reads": 10_000_000, "plates": 2_150_000}
QUICK = {"reads": 1_000_000, "plates": 215_000}
GOALS_MS = {"exact": 2.0, "wildcard": 5.0, "look_alike": 5.0, "convoy": 150.0, "polygon": 10.0}
ASKER = Actor(
    kind="account",
    key="bench",
    name="bench",
    stations=frozenset({StationId(HERE)}),
    rights=ROLES["supervisor"].rights,
    account_id=AccountId(named_id("bench", "asker")),
    works_at=StationId(HERE),
    approved=searches.WIDE,
)
CASE = "bench 1/2569"
WHY = {"reason": "stolen", "said": "ทดสอบความเร็วการค้นหา", "case_number": CASE}
BATCH = 500
Question = Callable[[random.Random], Asked]


class Room:
    """A filled database and who asks it."""

    def __init__(self, app: Database, worker: Database, filled: Filled, plates: list[tuple[str, str]]) -> None:
        """Ask at the end of the last day; `plates` is a sample of the station's own."""
        self.app, self.worker, self.filled, self.plates = app, worker, filled, plates
        self.clock = MovedClock(filled.last)

    def questions(self) -> dict[str, Question]:
        """Return what is asked, by kind."""
        month = {"from_at": self.filled.last - timedelta(days=30), "to_at": self.filled.last}

        def plate(dice: random.Random) -> tuple[str, str]:
            return dice.choice(self.plates)

        def exact(dice: random.Random) -> Asked:
            one = plate(dice)
            return Asked(kind="exact", plate=one[0], province=one[1], **month)

        def week(dice: random.Random) -> Asked:
            one, to_at = plate(dice), self.moment(dice, days=23)
            return Asked(kind="exact", plate=one[0], province=one[1], from_at=to_at - timedelta(days=7), to_at=to_at)

        def wildcard(dice: random.Random) -> Asked:
            said = plate(dice)[0]
            letter = len(said.rstrip("0123456789")) - dice.choice((1, 2))
            tail = range(max(3, len(said) - 3), len(said))
            hidden = {letter, *dice.sample(tail, min(len(tail), dice.choice((1, 2))))}
            return Asked(
                kind="wildcard", plate="".join("?" if n in hidden else one for n, one in enumerate(said)), **month
            )

        def look_alike(dice: random.Random) -> Asked:
            return Asked(kind="look_alike", plate=plate(dice)[0], **month)

        def digits(dice: random.Random) -> Asked:
            one = plate(dice)
            return Asked(kind="digits", plate=read_store.digits_of(one[0]), province=one[1], **month)

        def convoy(dice: random.Random) -> Asked:
            first, second = (f"LPR-{1 + int(dice.random() ** 2 * CAMERAS)}" for _ in range(2))
            to_at = self.moment(dice, days=22)
            return Asked(
                kind="convoy",
                cameras=(first,),
                then_cameras=(second,),
                within_s=600,
                from_at=to_at - timedelta(days=7),
                to_at=to_at,
            )

        def together(dice: random.Random) -> Asked:
            return Asked(kind="together", plate=plate(dice)[0], within_s=60, **month)

        def polygon(dice: random.Random) -> Asked:
            begin = dice.randrange(1, CAMERAS - 16)
            to_at = self.moment(dice, days=29)
            keys = tuple(f"LPR-{begin + n}" for n in range(16))
            return Asked(kind="place", cameras=keys, from_at=to_at - timedelta(hours=1), to_at=to_at)

        return {
            "exact": exact,
            "exact_week": week,
            "wildcard": wildcard,
            "look_alike": look_alike,
            "digits": digits,
            "convoy": convoy,
            "together": together,
            "polygon": polygon,
        }

    def moment(self, dice: random.Random, *, days: float) -> datetime:
        """Return some moment of the last days."""
        return self.filled.last - dice.random() * timedelta(days=days)

    async def opened(self, asked: Asked) -> UUID:
        """Open a search as the route does, with its commit."""
        async with self.app.tx(ASKER) as tx:
            return await searches.open_search(tx, ASKER, self.clock, asked=asked, **WHY)

    async def looked(self, search_id: UUID) -> int:
        """Look at its answer as the route does, with its commit."""
        async with self.app.tx(ASKER) as tx:
            return len((await searches.look(tx, ASKER, self.clock, search_id=search_id)).found)

    async def answered(self, search_id: UUID, kind: str) -> tuple[float, int]:
        """Return the milliseconds of the guarded function alone, and how many rows it gave."""
        function = searches._FUNCTIONS.get(kind, "search_plate_reads")  # noqa: SLF001  what the flow runs
        async with self.app.tx(ASKER) as tx:
            began = time.perf_counter()
            found = await store.answer(tx, function, search_id, note=new_id(self.clock.now()), at=self.clock.now())
            return (time.perf_counter() - began) * 1000, len(found)


async def timed(room: Room, kind: str, ask: Question, *, each: int, seed: int) -> dict[str, Any]:
    """Ask one kind of question many times after a short warm-up; return its percentiles."""
    dice, took, whole, rows = random.Random(seed), [], [], []
    for turn in range(each + 5):
        asked = ask(dice)
        began = time.perf_counter()
        search_id = await room.opened(asked)
        await room.looked(search_id)
        both = (time.perf_counter() - began) * 1000
        other = await room.opened(ask(dice))  # another question: nothing of it is warm
        ms, count = await room.answered(other, asked.kind)
        if turn >= 5:
            took.append(ms)
            whole.append(both)
            rows.append(count)
    return {
        f"p50_{kind}_ms": round(statistics.median(took), 2),
        f"p95_{kind}_ms": round(p95(took), 2),
        f"whole_{kind}_ms": round(statistics.median(whole), 2),
        f"rows_{kind}": round(statistics.mean(rows), 1),
    }


async def inserted(room: Room, *, batches: int) -> dict[str, Any]:
    """Record reads as core does, a commit a batch, and as many again at once from a second writer."""
    dice, at = random.Random(11), room.filled.last
    made = [[_seen(dice, room, at, n * BATCH + m) for m in range(BATCH)] for n in range(batches)]
    scope = system(StationId(HERE), name="record")
    began = time.perf_counter()
    for batch in made:
        async with room.worker.tx(scope) as tx:
            await read_store.record(tx, batch)
    took = time.perf_counter() - began
    began = time.perf_counter()
    for batch in made[: max(1, batches // 4)]:
        async with room.worker.tx(scope) as tx:
            await read_store.record(tx, batch)
    again = time.perf_counter() - began
    return {
        "insert_per_s": round(batches * BATCH / took),
        "repeat_per_s": round(max(1, batches // 4) * BATCH / again),
        "insert_batch": BATCH,
    }


def _seen(dice: random.Random, room: Room, at: datetime, number: int) -> Observation:
    known = dice.random() < 0.8
    registration, province = (
        dice.choice(room.plates) if known else (f"{dice.randint(1, 9)}ฮฮ{dice.randint(1, 9999)}", "50")
    )
    moment = at + timedelta(milliseconds=number)
    payload = {"registration": registration, "province": province, "confidence": 0.97, "province_confidence": 0.9}
    payload |= {
        "plate_width_px": 110,
        "vehicle": {"type": "car", "colour": "white"},
        "plate_colour": "white",
        "frames": 7,
    }
    payload |= {"reader": "unjai-plates 1", "crop": f"{number:064x}", "still": f"{number + 1:064x}", "lane": "1"}
    return Observation(
        id=observation_id(moment, "LPR-1", str(number)),
        station_id=StationId(HERE),
        kind="plate_read",
        source=f"LPR-{1 + number % CAMERAS}",
        device_id=None,
        observed_at=moment,
        received_at=moment,
        clock="ok",
        retention="plates",
        payload=payload,
        digest=f"{number:064x}",
    )


async def dropped(owner: Database, filled: Filled) -> dict[str, Any]:
    """Let the oldest day go as core does: its partition, then the plates that no day holds any more."""
    async with owner.tx(system(StationId(HERE), StationId(THERE))) as tx:
        oldest = await tx.scalar(
            text("SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'plate_read'::regclass")
        )
        rows = await tx.scalar(text(f"SELECT count(*) FROM {oldest}"))
        before = await tx.scalar(text("SELECT count(*) FROM plate"))
    began = time.perf_counter()
    async with owner.tx(system(StationId(HERE), StationId(THERE))) as tx:
        await tx.execute(text(f"DROP TABLE {oldest}"))
    alone = time.perf_counter() - began
    began = time.perf_counter()
    async with owner.tx(system(StationId(HERE), StationId(THERE))) as tx:
        await read_store.keep_reads(tx, filled.last + timedelta(days=2), AGE)
    both = time.perf_counter() - began
    async with owner.tx(system(StationId(HERE), StationId(THERE))) as tx:
        after = await tx.scalar(text("SELECT count(*) FROM plate"))
    return {
        "drop_day_s": round(alone, 3),
        "drop_day_and_forget_plates_s": round(both, 3),
        "reads_dropped": rows,
        "plates_forgotten": before - after,
    }


async def measure(quick: bool, began: float, keep: Path | None = None) -> dict[str, Any]:
    """Fill, ask, insert, drop; a folder to keep is filled once and then asked again (without the drop)."""
    with nullcontext(keep) if keep is not None else a_folder() as folder:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        cluster = await asyncio.to_thread(start_postgres, folder)
        try:
            await asyncio.to_thread(migrate, cluster.dsn("unjai_owner"))
            filled = await a_filled(cluster, folder / "filled.json", QUICK if quick else FULL)
            app, worker = Database(cluster.dsn("unjai_app")), Database(cluster.dsn("unjai_worker"))
            owner = Database(cluster.dsn("unjai_owner"), connections=1)
            room = Room(app, worker, filled, await asyncio.to_thread(sample, cluster))
            found = await ask_all(room, quick=quick)
            found |= await inserted(room, batches=20 if quick else 100)
            found |= {} if keep is not None else await dropped(owner, filled)
            for database in (app, worker, owner):
                await database.close()
        finally:
            await asyncio.to_thread(cluster.stop)
    return {
        **found,
        "reads": filled.reads,
        "plates": filled.plates,
        "bytes_a_read": filled.bytes_a_read,
        "table_mb": filled.table_mb,
        "index_mb": filled.index_mb,
        "dictionary_mb": filled.dictionary_mb,
        "goals_ms": GOALS_MS,
        "over_goal": [kind for kind, goal in GOALS_MS.items() if found[f"p50_{kind}_ms"] > goal],
        "fill_s": round(filled.seconds, 1),
        "quick": quick,
        "load_average": machine.load_average(),
        "took_s": round(time.monotonic() - began, 1),
    }


async def a_filled(cluster: Postgres, note: Path, size: Mapping[str, int]) -> Filled:
    """Return what the database holds, filled now unless a note says that it was."""
    held = await asyncio.to_thread(Filled.read, note)
    if held is not None:
        return held
    last = SystemClock().now().replace(microsecond=0)
    await days_made(cluster, last)
    filled = await asyncio.to_thread(fill, cluster, last, **size)
    filled.write(note)
    return filled


def sample(cluster: Postgres) -> list[tuple[str, str]]:
    """Return some of the station's own plates."""
    with connected(cluster, MEANS) as connection:
        wrong = connection.execute("SELECT registration, skeleton FROM plate TABLESAMPLE SYSTEM (1)").fetchall()
        if any(skeleton(registration) != said for registration, said in wrong):
            raise RuntimeError("the fill is not what the way of RECORD would make")
        rows = connection.execute(
            "SELECT registration, province FROM plate TABLESAMPLE BERNOULLI (3) WHERE station_id = %s LIMIT 20000",
            (HERE,),
        ).fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


async def ask_all(room: Room, *, quick: bool) -> dict[str, Any]:
    """Ask every kind of question and return the figures."""
    root = system(StationId(HERE))
    async with room.app.tx(root) as tx:
        if await store.case_numbered(tx, StationId(HERE), CASE) is None:
            until = room.clock.now() + timedelta(days=60)
            await cases.open_case(tx, root, room.clock, number=CASE, about="", until=until)
    found: dict[str, Any] = {}
    for seed, (kind, ask) in enumerate(room.questions().items()):
        found |= await timed(room, kind, ask, each=30 if quick else 200, seed=seed)
    return found


if __name__ == "__main__":
    kept = kept_folder()
    command(bench.reads.__doc__, lambda quick, began: measure(quick, began, kept))
