"""A whole centre with the demo zone, started by `unjai up` as a station would: for benches and browser journeys."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from unjai.platform.engines.ports import free_port

STOP_S = 20.0


@dataclass
class Centre:
    """A running centre and what is needed to walk through its doors."""

    data: Path
    port: int
    mqtt_port: int
    process: subprocess.Popen[bytes]
    usable_after_s: float = 0.0
    secrets: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address of the web door."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> dict[str, Any]:
        """Return what the supervisor wrote down: pids, sockets, ports."""
        found: dict[str, Any] = json.loads((self.data / "run" / "state.json").read_text())
        return found

    def pid(self, name: str) -> int:
        """Return the process id of a part (postgres, nats, web, core)."""
        return int(self.state["pids"][name])

    def database_url(self, role: str = "unjai_worker") -> str:
        """Return the database's address for a role."""
        return f"postgresql+psycopg://{role}@/unjai?host={self.state['sockets']}"

    def password(self, username: str) -> str:
        """Return a demo account's password."""
        return str(self.secrets["accounts"][username]["password"])

    def secret(self, device: str) -> str:
        """Return a demo device's secret."""
        return str(self.secrets["devices"][device])

    def client(self, username: str | None = None) -> httpx.Client:
        """Return a client of the public API, signed in as `username` if given."""
        cookies = None
        if username is not None:
            said = {"username": username, "password": self.password(username)}
            answer = httpx.post(f"{self.url}/api/session", json=said, timeout=20)
            answer.raise_for_status()
            cookies = answer.cookies
        return httpx.Client(base_url=self.url, headers={"X-Unjai": "1"}, cookies=cookies, timeout=20)

    def wait_until_usable(self, seconds: float = 90) -> None:
        """Wait for `/healthz` to say 200."""
        began = time.monotonic()
        until = began + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"`unjai up` ended with {self.process.returncode}: {self.logs()}")
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"the centre was not usable after {seconds} s: {self.logs()}")

    def logs(self) -> str:
        """Return the ends of all logs."""
        files = [self.data.parent / "up.log", *sorted((self.data / "log").glob("*.log"))]
        return "\n".join(f"--- {file.name}\n{file.read_text()[-3000:]}" for file in files if file.exists())

    def bring_demo_zone(self) -> None:
        """Load the demo zone (the play is not started) and wait until the edge knows it."""
        environment = {
            **os.environ,
            "UNJAI_DATA": str(self.data),
            "UNJAI_DATABASE_URL": self.database_url("unjai_owner"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "unjai", "run", "demo-zone"],
            env=environment,
            check=False,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the demo zone was not taken: {done.stderr[-3000:]}")
        self.secrets = json.loads((self.data / "demo.json").read_text())
        until = time.monotonic() + 30
        with self.client() as client:
            while client.get("/api/info").json()["zone"] is None:
                if time.monotonic() > until:
                    raise RuntimeError(f"the edge never heard of the new zone: {self.logs()}")
                time.sleep(0.1)

    def stop(self) -> float:
        """Ask it to end as a service manager would; return how many seconds it took. Killed where it does not."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()  # its children end with it: the kernel tells them
                self.process.wait(timeout=STOP_S)
        return time.monotonic() - began


def start(data: Path, *, demo_zone: bool = True) -> Centre:
    """Start `unjai up` on `data` (its parent must exist) and return once it is usable; a start that fails is undone."""
    port, mqtt_port = free_port(), free_port()
    command = [sys.executable, "-m", "unjai", "up", "--data", str(data)]
    began = time.monotonic()
    with (data.parent / "up.log").open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--mqtt-port", str(mqtt_port)], stdout=out, stderr=out
        )
    centre = Centre(data=data, port=port, mqtt_port=mqtt_port, process=process)
    try:
        centre.wait_until_usable()
        centre.usable_after_s = time.monotonic() - began
        if demo_zone:
            centre.bring_demo_zone()
    except BaseException:
        centre.stop()
        raise
    return centre


@contextlib.contextmanager
def a_folder() -> Iterator[Path]:
    """Give a fresh folder that the database's own user may enter, and remove it."""
    with tempfile.TemporaryDirectory(prefix="unjai-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextlib.contextmanager
def running(data: Path, *, demo_zone: bool = True) -> Iterator[Centre]:
    """Run a centre for the length of a block, however the block ends."""
    centre = start(data, demo_zone=demo_zone)
    try:
        yield centre
    finally:
        centre.stop()
