"""A centre on an outside PostgreSQL and an outside NATS, as an operator would have it: TCP, passwords, TLS to the bus.

The wheel's PostgreSQL is built without TLS, so that half is tried with passwords alone.
"""

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from paho.mqtt import client as paho

from unjai.model.clock import SystemClock
from unjai.platform import authority
from unjai.platform.engines import process
from unjai.platform.engines.accounts import run_as, server_account
from unjai.platform.engines.ports import free_port
from unjai.platform.engines.programs import nats_program, postgres_programs
from unjai.platform.tls import authority_file, own_pair

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
SUPER = "a superuser's own password"


def wait(condition, what, log=None, seconds=180):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what}\n{log.read_text()[-3000:] if log and log.exists() else ''}"
        time.sleep(0.1)


@pytest.fixture
def place(tmp_path):
    """A folder that the server's user reaches, with certificates for 127.0.0.1."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == Path("/tmp").owner() and "pytest" in str(folder):
            folder.chmod(0o755)
    authority.init(tmp_path / "bus", SystemClock(), ips=["127.0.0.1"])
    return tmp_path


@pytest.fixture
def outside_postgres(place):
    folder, port = place / "postgres", free_port()
    folder.mkdir(mode=0o700)
    account = server_account(folder)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    programs = postgres_programs(account)
    (place / "password").write_text(SUPER)
    (place / "password").chmod(0o644)
    made = run_as(
        account,
        [
            str(programs / "initdb"),
            "-D",
            str(folder),
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={place / 'password'}",
            "--encoding=UTF8",
            "--locale=C",
        ],
        cwd=folder,
    )
    assert made.returncode == 0, made.stderr
    (folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    words = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
    words = [word for one in words for word in ("-c", one)]
    with (place / "postgres.log").open("wb") as log:
        child = process.spawn(
            [str(programs / "postgres"), "-D", str(folder), *words],
            cwd=folder,
            output=log,
            account=account,
            death=signal.SIGQUIT,
        )
    dsn = f"host=127.0.0.1 port={port} dbname=postgres user=postgres"

    def open_() -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(dsn, password=SUPER):
            return True
        return False

    try:
        wait(open_, "PostgreSQL", place / "postgres.log")
        yield port, dsn
    finally:
        process.stop([child.pid], [(signal.SIGINT, 5.0), (signal.SIGKILL, 2.0)])
        child.wait()


@pytest.fixture
def outside_nats(place):
    """Started with the file that `unjai setup-external` wrote, its paths and ports made those of this machine."""
    pair, port, mqtt_port = own_pair(place / "bus"), free_port(), free_port()
    data = place / "data"
    said = subprocess.run(
        [sys.executable, "-m", "unjai", "setup-external", "--data", str(data)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "bootstrap.sql" in said.stdout
    config = (data / "outside" / "nats.conf").read_text()
    for old, new in (
        ("/etc/nats/tls.crt", str(pair.cert)),
        ("/etc/nats/tls.key", str(pair.key)),
        ("/var/lib/nats", str(place / "store")),
        ('"0.0.0.0:4222"', f'"127.0.0.1:{port}"'),
        ("port: 8883", f"port: {mqtt_port}"),
        ('host: "0.0.0.0"', 'host: "127.0.0.1"'),
    ):
        assert old in config
        config = config.replace(old, new)
    (place / "nats.conf").write_text(config)
    with (place / "nats.log").open("wb") as log:
        child = process.spawn([str(nats_program()), "--config", str(place / "nats.conf")], cwd=place, output=log)
    try:
        yield port, mqtt_port
    finally:
        process.stop([child.pid], [(signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)])
        child.wait()


def test_an_mqtt_press_becomes_an_incident(place, outside_postgres, outside_nats):
    (pg_port, super_dsn), (nats_port, mqtt_port), data, port = (
        outside_postgres,
        outside_nats,
        place / "data",
        free_port(),
    )
    with psycopg.connect(super_dsn, password=SUPER, autocommit=True) as connection:
        for statement in (data / "outside" / "bootstrap.sql").read_text().split(";"):
            said = "\n".join(line.partition("--")[0] for line in statement.splitlines()).strip()
            if said:
                connection.execute(said)
    ca = authority_file(place / "bus")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("UNJAI_")},
        "UNJAI_DATA": str(data),
        "UNJAI_DATABASE_URL": f"postgresql+psycopg://127.0.0.1:{pg_port}/unjai",
        "UNJAI_NATS_URL": f"tls://127.0.0.1:{nats_port}",
        "UNJAI_NATS_CA": str(ca),
        "UNJAI_PORT": str(port),
        "UNJAI_MQTT_PORT": str(mqtt_port),
        "UNJAI_LOG_FORMAT": "json",
    }

    def role(*words):
        return subprocess.run(
            [sys.executable, "-m", "unjai", *words],
            env=environment,
            cwd=place,
            capture_output=True,
            text=True,
            check=False,
        )

    for name in ("migrate", "demo-zone"):
        done = role("run", name)
        assert done.returncode == 0, done.stderr
    running = []
    try:
        for name in ("core", "web"):
            with (place / f"{name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "unjai", "run", name], env=environment, cwd=place, stdout=log, stderr=log
                    )
                )
        url = f"http://127.0.0.1:{port}"

        def healthy() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{url}/healthz", timeout=5).status_code == 200
            return False

        wait(healthy, "the centre", place / "core.log")
        known = json.loads((data / "demo.json").read_text())
        pole = next(
            name for name in known["devices"] if "pole" in name.lower() or name.lower().startswith(("sos", "p"))
        )
        device = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=pole, protocol=paho.MQTTv311)
        device.username_pw_set(pole, known["devices"][pole])
        device.tls_set(ca_certs=str(ca), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        joined = []
        device.on_connect = lambda _c, _u, _f, code, _p: joined.append(code)
        wait(lambda: _connected(device, mqtt_port, joined), "the pole to be let in", place / "core.log")
        sent = device.publish(f"sos/{pole}/press", json.dumps({"boot": "b1", "seq": 1}), qos=1)
        sent.wait_for_publish(20)
        assert sent.is_published()
        account = next(
            name
            for name, row in known["accounts"].items()
            if row.get("role", name).startswith("operator") or name.startswith("operator")
        )
        signed = httpx.post(
            f"{url}/api/session",
            json={"username": account, "password": known["accounts"][account]["password"]},
            timeout=20,
        )
        assert signed.status_code == 200, signed.text

        def incident() -> bool:
            rows = httpx.get(f"{url}/api/incidents", cookies=signed.cookies, timeout=20).json()
            rows = rows if isinstance(rows, list) else rows["items"]
            return any(row["channel"] == "pole" for row in rows)

        wait(incident, "the incident", place / "core.log")
        device.disconnect()
        device.loop_stop()
        done = role("backup", str(place / "outside.tar"))
        assert done.returncode == 0, done.stderr
        done = role("audit", "verify")
        assert done.returncode == 0, done.stderr
        again = role("run", "migrate")
        assert again.returncode == 0, again.stderr
        logged = [
            json.loads(line) for name in ("core", "web") for line in (place / f"{name}.log").read_text().splitlines()
        ]
        assert [line for line in logged if line["level"] in {"ERROR", "CRITICAL"}] == []
        secrets = json.dumps(logged) + (place / "nats.log").read_text()
        for word in [
            *json.loads((data / "secrets" / "database.json").read_text()).values(),
            *json.loads((data / "secrets" / "nats.json").read_text()).values(),
        ]:
            if not word.startswith("A"):  # the callout's public key is no secret
                assert word not in secrets
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(20)
    done = role("restore", str(place / "outside.tar"), "--data", str(place / "restored"))
    assert done.returncode == 0, done.stderr


def _connected(device, port, joined) -> bool:
    if joined and not joined[-1].is_failure:
        return True
    with contextlib.suppress(OSError):
        device.loop_stop()
        device.connect("127.0.0.1", port, 20)
        device.loop_start()
        until = time.monotonic() + 3
        while time.monotonic() < until and not (joined and not joined[-1].is_failure):
            time.sleep(0.05)
    return bool(joined) and not joined[-1].is_failure
