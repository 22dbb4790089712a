"""A data folder that the first released program made and used is taken over by today's: migrated, nothing lost."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from unjai.platform.engines.ports import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]
FIRST = "7ee3e68"
"""The first released program: schema step 0001, the chain instead of the tree."""
COUNTED = ("account", "device", "zone", "street_edge", "incident", "report", "timeline", "obs_fleet", "audit")


@pytest.fixture
def first(tmp_path):
    """The first program's source, from the repository's own history."""
    got = subprocess.run(["git", "-C", str(ROOT), "archive", FIRST, "src"], capture_output=True, check=False)
    if got.returncode != 0:
        pytest.skip(f"the history of this checkout does not reach back to {FIRST}")
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest" in folder.name:
            folder.chmod(0o755)
    with tarfile.open(fileobj=io.BytesIO(got.stdout)) as tar:
        tar.extractall(tmp_path / "first", filter="data")
    return tmp_path / "first" / "src"


class Centre:
    def __init__(self, data, source, *words):
        self.port = free_port()
        self.data = data
        environment = {name: value for name, value in os.environ.items() if not name.startswith("UNJAI_")}
        self.environment = environment | ({"PYTHONPATH": str(source)} if source else {})
        self.log = data.with_name(f"up-{self.port}.log")
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "unjai",
                    "up",
                    "--data",
                    str(data),
                    "--port",
                    str(self.port),
                    "--mqtt-port",
                    str(free_port()),
                    *words,
                ],
                env=self.environment,
                cwd=data.parent,
                stdout=out,
                stderr=out,
            )

    def until(self, condition, seconds=240):
        until = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.2)

    def ready(self):
        def healthy():
            try:
                return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        self.until(healthy)
        return self

    def counts(self):

        sockets = json.loads((self.data / "run" / "state.json").read_text())["sockets"]
        engine = create_engine(f"postgresql+psycopg://postgres@/unjai?host={sockets}")
        with engine.connect() as connection:
            found = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in COUNTED}
            found["waiting"] = connection.execute(text("SELECT count(*) FROM audit_waiting")).scalar()
        engine.dispose()
        return found

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0


def test_the_first_programs_folder_is_taken_over(first, tmp_path):
    data = tmp_path / "data"
    old = Centre(data, first, "--demo")
    try:
        old.ready()
        old.until(lambda: (found := old.counts())["incident"] > 0 and found["obs_fleet"] > 20)
        os.kill(json.loads((data / "run" / "state.json").read_text())["pids"]["demo"], signal.SIGSTOP)
        settled = None
        while settled != (settled := old.counts()) or settled["waiting"]:
            time.sleep(1)
    finally:
        old.stop()
    before = settled
    new = Centre(data, None)
    try:
        new.ready()
        after = new.counts()
        assert {name: after[name] for name in COUNTED if name not in {"audit", "timeline"}} == {
            name: before[name] for name in COUNTED if name not in {"audit", "timeline"}
        }
        assert after["audit"] >= before["audit"]
        verified = subprocess.run(
            [sys.executable, "-m", "unjai", "audit", "verify", "--data", str(data)],
            env=new.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0, verified.stderr
        roots = httpx.get(f"http://127.0.0.1:{new.port}/api/public/roots", timeout=20).json()
        assert roots["roots"][0]["size"] >= before["audit"]
    finally:
        new.stop()
