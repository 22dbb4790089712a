"""One engine alone, without the supervisor: for tests and benches. All calls block until the engine is usable."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unjai.model.errors import UnjaiError
from unjai.platform.engines import postgres, process

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


def _wait(child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not ready():
        if child.poll() is not None or time.monotonic() > until:
            child.kill()
            child.wait()
            raise UnjaiError("engine_not_started", 500, engine=log.stem, said=log.read_text("utf-8", "replace")[-800:])
        time.sleep(0.01)
