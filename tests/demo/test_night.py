"""The night against a real centre whose processes are killed one after the other: what it acknowledged is there."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bench.centre import Centre, start
from unjai.demo.night.ledger import FILE
from unjai.model.actor import system
from unjai.model.ids import StationId
from unjai.platform.database import Database, Tx
from unjai.sense.store import TABLES

pytestmark = pytest.mark.e2e
_SAME = "SELECT count(*) FROM {table} GROUP BY {key} HAVING count(*) > 1"
WORKED_OFF_S = 60
KILLED = ("web", "core", "nats", "postgres", "core")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    tmp_path.chmod(0o755)
    running = await asyncio.to_thread(start, tmp_path / "data")
    try:
        yield running
    finally:
        await asyncio.to_thread(running.stop)


async def play(centre: Centre, *, minutes: float, speed: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unjai", "demo", "--data", str(centre.data), "--port", str(centre.port)),
        *("--mqtt-port", str(centre.mqtt_port), "--speed", str(speed), "--minutes", str(minutes)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


async def kill(centre: Centre, name: str) -> None:
    """Kill one process as a crash would, and wait until another one stands in its place and the centre is usable."""
    killed = None
    while killed is None:
        pid = pid_of(centre, name)
        if pid is None:  # it is just being started again: core ends by itself when the database went
            await asyncio.sleep(0.1)
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed = pid
        await asyncio.sleep(0.1)
    while pid_of(centre, name) in (None, killed):
        await asyncio.sleep(0.1)
    await asyncio.to_thread(centre.wait_until_usable)


def pid_of(centre: Centre, name: str) -> int | None:
    """Return a part's process id; None while the list of processes is being written or does not name it."""
    try:
        return centre.pid(name)
    except (KeyError, ValueError, OSError):
        return None


async def acknowledged_but_missing(db: Database, station: StationId, ledger: Path) -> tuple[list[Any], Counter[str]]:
    """Return the ledger's rows that the database does not have, and how many of each kind were looked for."""
    rows = [json.loads(line) for line in ledger.read_text().splitlines()]
    asked: Counter[str] = Counter()
    missing = []
    async with db.tx(system(station)) as tx:
        kept = await _observations(tx)
        helps = set(await _column(tx, "SELECT payload->>'help_id' FROM obs_citizen WHERE kind = 'citizen_sos'"))
        reports = set(await _column(tx, "SELECT payload->>'report_id' FROM obs_citizen WHERE kind = 'citizen_report'"))
        incidents = {str(key) for key in await _column(tx, "SELECT id FROM incident")}
        steps = {str(key) for key in await _column(tx, "SELECT id FROM assignment WHERE answered_at IS NOT NULL")}
    for row in rows:
        if not row["kept"]:
            continue
        asked[row["kind"]] += 1
        match row:
            case {"source": str(source), "observed_at": str(at)}:
                there = (row["kind"], source, datetime.fromisoformat(at)) in kept
            case {"kind": "citizen_sos", "own_id": own}:
                there = own in helps
            case {"kind": "citizen_report", "own_id": own}:
                there = own in reports
            case {"incident": str(incident)}:
                there = incident in incidents
            case {"assignment": str(assignment)}:
                there = assignment in steps
            case _:
                there = True
        if not there:
            missing.append(row)
    return missing, asked


async def doubled(db: Database, station: StationId) -> Counter[str]:
    """Count what stands there more than once: observations of one source at one moment, reports of one, numbers."""
    found: Counter[str] = Counter()
    async with db.tx(system(station)) as tx:
        for name in ("fleet", "device"):
            keys = await _column(tx, _SAME.format(table=f"obs_{name}", key="kind, source, observed_at"))
            found[name] = len(keys)
        found["report"] = len(await _column(tx, _SAME.format(table="report", key="observation_id")))
        found["number"] = len(await _column(tx, _SAME.format(table="incident", key="number")))
    return +found


async def _observations(tx: Tx) -> set[tuple[str, str, datetime]]:
    found = set()
    for table in TABLES.values():
        for row in await tx.all(select(table.c.kind, table.c.source, table.c.observed_at)):
            found.add((row["kind"], row["source"], row["observed_at"]))
    return found


async def _column(tx: Tx, query: str) -> list[Any]:
    return [next(iter(row.values())) for row in await tx.all(text(query))]


@pytest.mark.timeout(420)
async def test_nothing_acknowledged_is_missing_after_kills(centre: Centre) -> None:
    night = await play(centre, minutes=3, speed=12)
    told = asyncio.create_task(night.communicate())
    while not (centre.data / FILE).exists() or "sos_press" not in (centre.data / FILE).read_text():
        assert not told.done(), told.result()[0].decode()
        await asyncio.sleep(0.2)
    for name in KILLED:
        await kill(centre, name)
        await asyncio.sleep(2.0)  # let the play go on in between
    output, _ = await told
    db = Database(centre.database_url("unjai_worker"))
    station = StationId(centre.secrets["station_id"])
    missing, asked = await acknowledged_but_missing(db, station, centre.data / FILE)
    for _ in range(WORKED_OFF_S):  # what was acknowledged last may still stand in its stream
        if not missing:
            break
        await asyncio.sleep(1)
        missing, asked = await acknowledged_but_missing(db, station, centre.data / FILE)
    twice = await doubled(db, station)
    await db.close()
    assert missing == [], output.decode()
    assert twice == Counter()
    assert asked["position"] > 20
    assert asked["pole_heartbeat"] > 8
    assert asked["sos_press"] >= 1
    assert asked["assignment.close"] >= 1
    assert night.returncode == 0, output.decode()
    log = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unjai", "audit", "verify", "--data", str(centre.data)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    told_of_log, _ = await log.communicate()
    assert log.returncode == 0, told_of_log.decode()
