"""`unjai up` with the real engines; the roles are stood in for by `roles.py`, the centre itself is tried elsewhere."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from unjai.platform.engines import process
from unjai.platform.engines.alone import start_nats, start_postgres
from unjai.platform.engines.ports import free_port

ROLES = Path(__file__).with_name("roles.py")
PATIENCE_S = 60


class Up:
    """One `unjai up` in a process of its own."""

    def __init__(self, data, *words, port=None, mqtt_port=None, **environment):
        self.data = data
        self.port, self.mqtt_port = port or free_port(), mqtt_port or free_port()
        data.parent.mkdir(parents=True, exist_ok=True)
        self.out = data.with_name(f"{data.name}-{self.port}.out")
        env = {key: value for key, value in os.environ.items() if not key.startswith("UNJAI_")}
        with self.out.open("wb") as out:
            self.popen = subprocess.Popen(
                [sys.executable, str(ROLES), "up", str(self.port), str(data), str(self.mqtt_port), *words],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**env, **environment},
                cwd=data.parent,
            )

    def said(self):
        return self.out.read_text("utf-8")

    def until(self, what):
        """Wait for a state of things; fails if `up` ends first."""
        until = time.monotonic() + PATIENCE_S
        while not (found := what()):
            assert self.popen.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.02)
        return found

    def ready(self):
        self.until(lambda: "Ctrl+C" in self.said())
        return self

    def state(self):
        return json.loads((self.data / "run" / "state.json").read_text())

    def pids(self):
        return self.state()["pids"]

    def end(self, number=signal.SIGTERM):
        self.popen.send_signal(number)
        return self.popen.wait(PATIENCE_S)


@contextlib.contextmanager
def up(data, *words, **more):
    centre = Up(data, *words, **more)
    try:
        yield centre
    finally:
        if centre.popen.poll() is None:
            centre.popen.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                centre.popen.wait(10)
        if centre.popen.poll() is None:
            centre.popen.kill()
            centre.popen.wait()


def gone(pids):
    return all(process.birth(pid) is None for pid in pids)


def started(data):
    return [json.loads(line) for line in (data / "started").read_text().splitlines()]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_centre_starts_tells_and_ends(data):
    with up(data, "--demo") as centre:
        centre.ready()
        said = centre.said()
        assert f"http://127.0.0.1:{centre.port}/console" in said
        assert f"127.0.0.1:{centre.mqtt_port}" in said
        assert said.count("กขค-1234") == 1
        assert not (data / "run" / "first-password").exists()
        state = centre.until(lambda: centre.state() if "demo" in centre.pids() else None)
        assert state["usable"]
        assert set(state["pids"]) == {"postgres", "nats", "web", "core", "demo"}
        assert [row["role"] for row in started(data)][:2] == ["migrate", "demo-zone"]
        text = (data / "run" / "state.json").read_text()
        for secret in json.loads((data / "secrets" / "nats.json").read_text()).values():
            assert secret not in text
            assert secret not in said
        for file in (data / "run" / "state.json", data / "secrets" / "nats.json", data / "nats" / "nats.conf"):
            assert file.stat().st_mode & 0o077 == 0, file
        assert centre.end() == 0
        assert gone(state["pids"].values())
        assert not listens(centre.port)
        assert not listens(centre.mqtt_port)
        assert "Stopped" in centre.said()
        assert list((data / "run").glob("*.pid")) == []
    with up(data) as centre:
        assert "กขค-1234" not in centre.ready().said()
        assert centre.end(signal.SIGINT) == 0


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _nursery(data):
    return int((data / "run" / "nursery.pid").read_text().split()[0])


def _back(centre, name, *before):
    return centre.until(lambda: (pid := centre.pids().get(name)) not in (None, *before) and pid)


def test_roles_are_forked_and_forked_again(made):
    with up(made) as centre:
        centre.ready()
        first = centre.pids()
        assert set(first) == {"postgres", "nats", "web", "core"}, "the nursery is not on the list"
        nursery = _nursery(made)
        assert {_parent(first[name]) for name in ("web", "core")} == {nursery}
        for number in (signal.SIGKILL, signal.SIGTERM):
            before = centre.pids()["web"]
            os.kill(before, number)
            assert _parent(_back(centre, "web", before)) == nursery
            assert f"web ended ({signal.Signals(number).name})" in centre.until(
                lambda number=number: number.name in centre.said() and centre.said()
            )
        centre.until(lambda: listens(centre.port))
        assert centre.end() == 0
        assert gone([nursery, *first.values()])
        assert list((made / "run").glob("*.pid")) == []


def test_a_killed_nursery_takes_no_role_along_and_is_begun_anew(made):
    with up(made) as centre:
        centre.ready()
        first, nursery = centre.pids(), _nursery(made)
        os.kill(nursery, signal.SIGKILL)
        centre.until(lambda: gone([nursery]))
        assert centre.pids() == first
        os.kill(first["core"], signal.SIGKILL)
        second = _back(centre, "core", first["core"])
        assert _parent(second) == centre.popen.pid
        fresh = centre.until(lambda: (pid := _nursery(made)) != nursery and pid)
        os.kill(second, signal.SIGKILL)
        _back(centre, "core", first["core"], second)
        assert centre.end() == 0
        assert gone([fresh, *first.values()])


def test_forked_roles_end_with_a_supervisor_that_is_killed(made):
    with up(made) as centre:
        pids = centre.ready().pids()
        centre.popen.kill()
        centre.popen.wait(PATIENCE_S)
        until = time.monotonic() + PATIENCE_S
        while not gone(pids.values()):
            assert time.monotonic() < until
            time.sleep(0.02)


def test_without_a_nursery_roles_start_the_plain_way(made):
    (made / "unforked").touch()
    with up(made) as centre:
        first = centre.ready().pids()["core"]
        assert _parent(first) == centre.popen.pid
        os.kill(first, signal.SIGKILL)
        _back(centre, "core", first)
        assert centre.end() == 0


def test_roles_get_their_own_way_in_and_the_demo_none(made):
    with up(made, "--demo") as centre:
        centre.ready()
        centre.until(lambda: len(started(made)) == 5)
        roles = {row["role"]: row for row in started(made)}
        users = {name: row["UNJAI_DATABASE_URL"].partition("@")[0] for name, row in roles.items()}
        assert users == {
            "migrate": "postgresql+psycopg://unjai_owner",
            "demo-zone": "postgresql+psycopg://unjai_owner",
            "web": "postgresql+psycopg://unjai_app",
            "core": "postgresql+psycopg://unjai_worker",
            "demo": "",
        }
        assert roles["web"]["UNJAI_NATS_URL"].startswith("nats://web:")
        assert roles["core"]["UNJAI_NATS_URL"].startswith("nats://core:")
        assert roles["demo"]["UNJAI_NATS_URL"] == ""
        with psycopg.connect(roles["core"]["UNJAI_DATABASE_URL"].replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("unjai_worker",)


def test_each_child_that_is_killed_comes_back(made):
    with up(made, "--demo") as centre:
        centre.ready()
        centre.until(lambda: "demo" in centre.pids())
        for name in ("postgres", "nats", "web", "core", "demo"):
            before = centre.pids()[name]
            os.kill(before, signal.SIGKILL)
            centre.until(lambda name=name, before=before: centre.pids().get(name, before) != before)
            assert f"{name} ended (SIGKILL)" in centre.said()
            centre.until(lambda name=name: f"{name} is back" in centre.said())
        everyone = list(centre.pids().values())
        for pid in everyone:
            os.kill(pid, signal.SIGKILL)
        centre.until(lambda: not set(everyone) & set(centre.pids().values()) and len(centre.pids()) == 5)
        centre.until(lambda: listens(centre.port) and listens(centre.mqtt_port))
        pids = list(centre.pids().values())
        assert centre.end() == 0
        assert gone(pids)


def test_stubborn_children_are_ended_by_force(made):
    (made / "stubborn").touch()
    with up(made) as centre:
        centre.ready()
        centre.until(lambda: (made / "log" / "core.log").read_text() == "core runs\n")
        pids = list(centre.pids().values())
        assert centre.end() == 0
        assert gone(pids)


def test_killed_supervisor_leaves_nobody_and_the_next_one_starts(made):
    (made / "stubborn").touch()
    with up(made) as first:
        first.ready()
        pids = first.pids()
        born = {pid: process.birth(pid) for pid in pids.values()}
        first.popen.kill()
        first.popen.wait()
    with up(made, port=first.port, mqtt_port=first.mqtt_port) as second:
        second.ready()
        assert all(process.birth(pid) != stamp for pid, stamp in born.items())
        assert second.end() == 0


def test_two_on_one_folder_is_said(made):
    with up(made) as first:
        first.ready()
        with up(made) as second:
            assert second.popen.wait(PATIENCE_S) == 1
            assert "already_running" in second.said()
            assert str(first.popen.pid) in second.said()
        assert listens(first.port)


@pytest.mark.parametrize("door", ["port", "mqtt_port"])
def test_port_in_use_names_the_option(made, door):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with up(made, **{door: number}) as centre:
            assert centre.popen.wait(PATIENCE_S) == 1
            said = centre.said()
            assert "port_in_use" in said
            assert str(number) in said
            assert ("--mqtt-port" if door == "mqtt_port" else "--port") in said
            assert "พอร์ต" in said


def test_failed_migration_stops_everything_and_is_shown(made):
    (made / "unmigrated").touch()
    with up(made) as centre:
        assert centre.popen.wait(PATIENCE_S) == 1
        assert "role_not_finished" in centre.said()
        assert "the migration went wrong: เสีย" in centre.said()
    assert not listens(centre.mqtt_port)


def test_role_that_cannot_start_stops_everything_and_is_shown(made):
    (made / "broken").touch()
    with up(made) as centre:
        assert centre.popen.wait(PATIENCE_S) == 1
        assert "part_keeps_ending" in centre.said()
        assert "FATAL web is broken" in centre.said()
    assert not listens(centre.mqtt_port)


def test_end_is_obeyed_while_starting(data):
    with up(data) as centre:
        centre.until(lambda: "starting" in centre.said())
        assert centre.end() == 0
        assert process.in_folder(data / "pg", "postgres") == []


def test_outside_engines_are_used_and_not_started(tmp_path):
    with contextlib.ExitStack() as stack:
        database = start_postgres(tmp_path / "pg")
        stack.callback(database.stop)
        bus = start_nats(tmp_path / "nats")
        stack.callback(bus.stop)
        data = tmp_path / "data"
        outside = {"UNJAI_DATABASE_URL": database.dsn("unjai_owner"), "UNJAI_NATS_URL": bus.url("core")}
        with up(data, mqtt_port=bus.mqtt_port, **outside) as centre:
            centre.ready()
            assert set(centre.pids()) == {"web", "core"}
            assert not (data / "pg").exists()
            assert not (data / "nats").exists()
            [core] = [row for row in started(data) if row["role"] == "core"]
            assert core["UNJAI_DATABASE_URL"] == database.dsn("unjai_owner")
            assert core["UNJAI_NATS_URL"] == bus.url("core")
            assert centre.end() == 0
        assert database.child.poll() is None
        assert bus.child.poll() is None


def test_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "data").write_text("a file")
    with up(tmp_path / "data") as centre:
        assert centre.popen.wait(PATIENCE_S) == 1
        assert "data_not_writable" in centre.said()


def test_full_disc_is_said_and_mended(tmp_path):
    """On a small disc of its own: it fills, the terminal says so, room comes, NATS stores again."""
    unshare = shutil.which("unshare")
    probe = ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]
    if os.geteuid() != 0 or not unshare or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small disc here: a full disc was not tried")
    script = Path(__file__).with_name("full_disc.py")
    words = f"mount -t tmpfs -o size=240m none /mnt && exec {sys.executable} {script}"
    env = {**os.environ, "PYTHONPATH": str(ROLES.parents[3])}
    done = subprocess.run(
        [unshare, "-m", "sh", "-c", words], capture_output=True, text=True, check=False, timeout=200, env=env
    )
    assert done.returncode == 0, done.stdout + done.stderr
