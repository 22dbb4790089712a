"""kill -9 of every process while the night plays: the centre comes back by itself, nothing acknowledged is missing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bench.centre import Centre, start

pytestmark = pytest.mark.e2e
VICTIMS = ("core", "web", "nats", "postgres")
DEVICE_KINDS = {"position": "fleet", "sos_press": "device", "sos_release": "device", "pole_heartbeat": "device"}


@pytest.fixture
def own_centre(tmp_path: Path) -> Iterator[Centre]:
    tmp_path.chmod(0o755)
    centre = start(tmp_path / "data")
    try:
        yield centre
    finally:
        centre.stop()


def ledger(centre: Centre) -> list[dict[str, Any]]:
    file = centre.data / "demo-ledger.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def wait_for(condition: Any, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain for {what}"
        time.sleep(0.2)


def healthy(centre: Centre) -> bool:
    with contextlib.suppress(Exception), centre.client() as client:
        return client.get("/healthz").status_code == 200
    return False


def rows(centre: Centre, query: str) -> list[Any]:
    engine = create_engine(centre.database_url("unjai_owner"))
    with engine.begin() as connection:
        scope = "SELECT set_config('unjai.stations', :station, true), set_config('unjai.rights', '*', true)"
        connection.execute(text(scope), {"station": str(centre.secrets["station_id"])})
        found = list(connection.execute(text(query)))
    engine.dispose()
    return found


def stored(centre: Centre, retention: str) -> Counter[tuple[str, str, int]]:
    return Counter(
        (row.kind, row.source, round(row.observed_at.timestamp() * 1000))
        for row in rows(centre, f"SELECT kind, source, observed_at FROM obs_{retention}")
    )


def test_nothing_acknowledged_is_lost(own_centre: Centre) -> None:
    centre = own_centre
    command = [sys.executable, "-m", "unjai", "demo", "--data", str(centre.data), "--port", str(centre.port)]
    play = subprocess.Popen(
        [*command, "--mqtt-port", str(centre.mqtt_port), "--speed", "12", "--minutes", "22"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(lambda: len(ledger(centre)) > 60, 120, "the night to begin")
        for victim in VICTIMS:
            before = len(ledger(centre))
            pid = centre.state["pids"][victim]
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid, victim=victim: centre.state["pids"].get(victim) not in (None, pid), 30, victim)
            wait_for(lambda: healthy(centre), 60, f"the centre to be usable after {victim} was killed")
            wait_for(lambda before=before: len(ledger(centre)) > before + 20, 60, "the night to go on")
        play.wait(timeout=240)
    finally:
        play.kill()
        play.wait()

    said = ledger(centre)
    wanted: dict[str, set[tuple[str, str, int]]] = {"fleet": set(), "device": set()}
    for row in said:
        if row["kind"] in DEVICE_KINDS and row["kept"] and row["observed_at"]:
            at = datetime.fromisoformat(row["observed_at"])
            wanted[DEVICE_KINDS[row["kind"]]].add((row["kind"], row["source"], round(at.timestamp() * 1000)))
    assert len(wanted["fleet"]) > 100
    assert len(wanted["device"]) > 10
    for retention, acknowledged in wanted.items():
        wait_for(lambda r=retention, a=acknowledged: not (a - set(stored(centre, r))), 30, f"all of {retention}")
        there = stored(centre, retention)
        assert [key for key in acknowledged if there[key] > 1] == [], "nothing is stored twice"
    presses = rows(centre, "SELECT count(*), count(DISTINCT observation_id) FROM report")
    assert presses[0][0] == presses[0][1]
    calls = {row["incident"] for row in said if row["kind"] == "call"}
    known = {str(row.id) for row in rows(centre, "SELECT id FROM incident")}
    assert calls <= known
    numbers = [row.number for row in rows(centre, "SELECT number FROM incident ORDER BY number")]
    assert len(numbers) == len(set(numbers))
    verified = subprocess.run(
        [sys.executable, "-m", "unjai", "audit", "verify", "--data", str(centre.data)], capture_output=True, check=False
    )
    assert verified.returncode == 0, verified.stderr.decode()
