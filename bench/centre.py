"""A whole centre with the demo zone, started by `unjai up` as a station would: for benches and browser journeys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from unjai.platform.engines.ports import free_port


@dataclass
class Centre:
    """A running centre and what is needed to walk through its doors."""

    data: Path
    port: int
    mqtt_port: int
    process: subprocess.Popen[bytes]
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
        client = httpx.Client(base_url=self.url, headers={"X-Unjai": "1"}, timeout=20)
        if username is not None:
            said = {"username": username, "password": self.password(username)}
            client.post("/api/session", json=said).raise_for_status()
        return client

    def wait_until_usable(self, seconds: float = 90) -> None:
        """Wait for `/healthz` to say 200."""
        until = time.monotonic() + seconds
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
        subprocess.run([sys.executable, "-m", "unjai", "run", "demo-zone"], env=environment, check=True)
        self.secrets = json.loads((self.data / "demo.json").read_text())
        until = time.monotonic() + 30
        with self.client() as client:
            while client.get("/api/info").json()["zone"] is None:
                if time.monotonic() > until:
                    raise RuntimeError(f"the edge never heard of the new zone: {self.logs()}")
                time.sleep(0.1)

    def stop(self) -> float:
        """Ask it to end as a service manager would; return how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        return time.monotonic() - began


def start(data: Path, *, demo_zone: bool = True) -> Centre:
    """Start `unjai up` on `data` (its parent must exist) and return once it is usable."""
    port, mqtt_port = free_port(), free_port()
    command = [sys.executable, "-m", "unjai", "up", "--data", str(data)]
    with (data.parent / "up.log").open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--mqtt-port", str(mqtt_port)], stdout=out, stderr=out
        )
    centre = Centre(data=data, port=port, mqtt_port=mqtt_port, process=process)
    centre.wait_until_usable()
    if demo_zone:
        centre.bring_demo_zone()
    return centre
