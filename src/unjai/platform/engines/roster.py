"""What `unjai up` runs, and with which settings: the engines that are ours, and the roles."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from unjai.platform.config import Settings
from unjai.platform.engines import nats, postgres, process
from unjai.platform.engines.links import links, reachable
from unjai.platform.engines.nursery import Nursery
from unjai.platform.engines.parts import Part
from unjai.platform.tls import chosen, mqtt_pair, to_ourselves

_PLAIN = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}


class Roster:
    """The parts of one centre. `cluster` and `server` are None where an outside engine is used."""

    def __init__(self, settings: Settings, program: Sequence[str]) -> None:
        """Run roles by `program`, followed by the role's words."""
        self._settings = settings
        self._program = program
        self.cluster: postgres.Cluster | None = None
        self.server: nats.Server | None = None

    def prepare_postgres(self) -> Part:
        """Make the cluster ready; blocks, and raises what `postgres.prepare` raises."""
        self.cluster = postgres.prepare(self._settings.data)
        return Part(
            name="postgres",
            command=lambda: self._prepared().command(),
            cwd=lambda: self._cluster().folder,
            account=lambda: self._cluster().account,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            ready=lambda pid: self._cluster().is_ready(pid),
            gentle=signal.SIGINT,
            harsh=signal.SIGQUIT,
        )

    def prepare_nats(self) -> Part:
        """Write the configuration and end a server that was left behind; blocks, raises as `nats.prepare` does."""
        settings = self._settings
        server = self.server = nats.prepare(
            settings.data,
            mqtt_host=settings.mqtt_listen,
            mqtt_port=settings.mqtt_port,
            station_code=settings.station,
            tls=mqtt_pair(settings),
        )
        process.stop(process.in_folder(server.folder, "nats-server"), [(signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0)])
        return Part(
            name="nats",
            command=server.command,
            cwd=lambda: server.folder,
            environment={"PATH": "/usr/bin:/bin", "TZ": "UTC", "GOMEMLIMIT": "192MiB"},
            ready=server.is_ready,
        )

    def role(
        self,
        name: str,
        database_role: str,
        *,
        ready: Callable[[int], bool] = lambda _pid: True,
        words: Sequence[str] = (),
        forked: bool = False,
    ) -> Part:
        """Return the role `name` with its own database role and NATS user; with no `database_role` it gets neither.

        With `forked` the nursery knows it.
        """
        return Part(
            name=name,
            command=lambda: [*self._program, *(words or ("run", name))],
            cwd=Path.cwd,
            environment=self._environment(name, database_role),
            ready=ready,
            forked=name if forked else "",
        )

    def nursery(self, log_file: Path, pid_file: Path, look: Callable[[], None]) -> Nursery:
        """Start the nursery of the roles."""
        environment = {**os.environ, **_PLAIN, "UNJAI_DATA": str(self._settings.data)}
        return Nursery([*self._program, "run", "nursery"], environment, log_file, pid_file, look)

    def healthy(self, _pid: int) -> bool:
        """Say whether the web door answers that the centre is usable."""
        ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        pair = chosen(self._settings)
        try:
            with socket.create_connection((reachable(self._settings.host), self._settings.port), timeout=2) as door:
                if pair is None:
                    return _says_200(door, ask)
                with to_ourselves(pair).wrap_socket(door, server_hostname="localhost") as safe:
                    return _says_200(safe, ask)
        except OSError:
            return False

    def _cluster(self) -> postgres.Cluster:
        assert self.cluster is not None
        return self.cluster

    def _prepared(self) -> postgres.Cluster:
        """Clear up after a crash; a restart needs it as the first start does."""
        self.cluster = postgres.prepare(self._settings.data)
        return self.cluster

    def _environment(self, name: str, database_role: str) -> Mapping[str, str]:
        settings = self._settings
        database_url, nats_url = settings.database_url, settings.nats_url
        if not database_role:
            database_url = nats_url = ""  # the demo comes by the public doors
        else:
            if self.cluster is not None:
                database_url = self.cluster.dsn(database_role)
            if self.server is not None:
                nats_url = self.server.url()
            if "@" not in nats_url:
                given = links(dataclasses.replace(settings, nats_url=nats_url))
                nats_url = given.web if name == "web" else given.core
        settings = dataclasses.replace(settings, database_url=database_url, nats_url=nats_url)
        return {**os.environ, **_PLAIN, **settings.environment()}


def _says_200(door: socket.socket, ask: bytes) -> bool:
    door.sendall(ask)
    return door.recv(64).split(b" ")[1:2] == [b"200"]
