"""One engine alone, without the supervisor: for tests and benches. All calls block until the engine is usable."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unjai.model.errors import UnjaiError
from unjai.platform.engines import nats, postgres, process
from unjai.platform.engines.ports import free_port

_PATIENCE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A running PostgreSQL."""

    cluster: postgres.Cluster
    child: subprocess.Popen[bytes]

    def dsn(self, role: str = "unjai_app", database: str = postgres.DATABASE) -> str:
        """Return the SQLAlchemy URL for `role`."""
        return self.cluster.dsn(role, database)

    def stop(self) -> None:
        """Shut down and wait."""
        process.stop([self.child.pid], [(signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)])
        self.child.wait()
        self.cluster.forget_sockets()


def start_postgres(data: Path) -> Postgres:
    """Start PostgreSQL on `data` (made if new)."""
    cluster = postgres.prepare(data)
    with (data / "postgres.log").open("ab") as log:
        child = process.spawn(
            cluster.command(), cwd=cluster.folder, output=log, account=cluster.account, death=signal.SIGQUIT
        )
    _wait(child, lambda: cluster.is_ready(child.pid), data / "postgres.log")
    return Postgres(cluster=cluster, child=child)


@dataclass(frozen=True, kw_only=True)
class Nats:
    """A running NATS server."""

    server: nats.Server
    child: subprocess.Popen[bytes]

    @property
    def mqtt_port(self) -> int:
        """Return the port of the MQTT door on 127.0.0.1."""
        return self.server.mqtt_port

    @property
    def callout_seed(self) -> str:
        """Return the seed that signs the devices' permits."""
        return self.server.secrets.callout_seed

    def url(self, user: str = "core") -> str:
        """Return the URL with the password of `user`: core, web, fed or sys."""
        return self.server.url(user)

    def kill(self) -> None:
        """End it as kill -9 does."""
        self.child.kill()
        self.child.wait()

    def stop(self) -> None:
        """Shut down and wait."""
        process.stop([self.child.pid], [(signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)])
        self.child.wait()


def start_nats(data: Path, *, mqtt_port: int = 0, station_code: str = "test") -> Nats:
    """Start NATS on `data` (made if new); a free MQTT port is taken if none is given."""
    server = nats.prepare(data, mqtt_host="127.0.0.1", mqtt_port=mqtt_port or free_port(), station_code=station_code)
    said = server.folder / "nats.out"
    with said.open("wb") as output:
        child = process.spawn(server.command(), cwd=server.folder, output=output)
    _wait(child, lambda: server.is_ready(child.pid), said)
    return Nats(server=server, child=child)


def _wait(child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not ready():
        if child.poll() is not None or time.monotonic() > until:
            child.kill()
            child.wait()
            raise UnjaiError("engine_not_started", 500, engine=log.stem, said=log.read_text("utf-8", "replace")[-800:])
        time.sleep(0.01)
