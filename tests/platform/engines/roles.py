"""Stands in for the roles where only the supervisor is tried: `up` in a process of its own, and what it starts.

`python roles.py up PORT DATA MQTT_PORT [--demo]` runs the supervisor; `python roles.py run ROLE` is a role.
What a role shall do wrong is said by a file in the data folder: `stubborn` (core ignores SIGTERM), `broken` (web ends
at once), `unmigrated` (migrate fails). A spare that waits writes its pid to `ROLE-waits`.
"""

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path


def supervise():
    from unjai.platform import supervisor
    from unjai.platform.config import load

    supervisor._SPARE_AFTER_S = 0.0
    port, data, mqtt_port = sys.argv[2:5]
    settings = load({**os.environ}, data=data, port=port, mqtt_port=mqtt_port)
    code = supervisor.up(settings, demo="--demo" in sys.argv, program=(sys.executable, __file__))
    heavy = {"sqlalchemy", "fastapi", "nats", "numpy", "psycopg", "pydantic"} & set(sys.modules)
    if heavy:
        sys.exit(f"heavy: {heavy}")
    sys.exit(code)


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


def role(name):
    data = Path(os.environ["UNJAI_DATA"])
    if "--wait" in sys.argv:
        (data / f"{name}-waits").write_text(str(os.getpid()))
        if not sys.stdin.readline():
            sys.exit()
    with (data / "started").open("a") as out:
        out.write(json.dumps({"role": name, **{k: v for k, v in os.environ.items() if k.startswith("UNJAI_")}}) + "\n")
    if name == "migrate":
        if (data / "unmigrated").exists():
            print("ERROR the migration went wrong: เสีย")
            sys.exit(3)
        if not (data / "migrated").exists():
            (data / "run" / "first-password").write_text("admin\nกขค-1234\n")
            (data / "migrated").touch()
    elif name == "web":
        if (data / "broken").exists():
            sys.exit("FATAL web is broken")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["UNJAI_PORT"])), Healthy)
        server.serve_forever()
    elif name in {"core", "demo"}:
        if (data / "stubborn").exists():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(f"{name} runs")
        while True:
            time.sleep(60)


if sys.argv[1] == "up":
    supervise()
else:
    role([word for word in sys.argv[1:] if not word.startswith("-")][-1])
