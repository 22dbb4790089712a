"""Stands in for the roles where only the supervisor is tried: `up` in a process of its own, and what it starts.

`python roles.py up PORT DATA MQTT_PORT [--demo]` runs the supervisor; `python roles.py run ROLE` is a role.
What a role shall do wrong is said by a file in the data folder: `stubborn` (core ignores SIGTERM), `broken` (web ends
at once), `unmigrated` (migrate fails), `unforked` (the nursery ends at once).
"""

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path


def supervise():
    from unjai.platform.config import load
    from unjai.platform.supervisor import up

    port, data, mqtt_port = sys.argv[2:5]
    settings = load({**os.environ}, data=data, port=port, mqtt_port=mqtt_port)
    code = up(settings, demo="--demo" in sys.argv, program=(sys.executable, __file__))
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


def nursery():
    from unjai.platform.engines.nursery import serve

    if (Path(os.environ["UNJAI_DATA"]) / "unforked").exists():
        sys.exit("no nursery today")
    serve(int(sys.argv[3]), {"web": lambda: role("web"), "core": lambda: role("core")})


if sys.argv[1] == "up":
    supervise()
elif sys.argv[2] == "nursery":
    nursery()
else:
    role([word for word in sys.argv[1:] if not word.startswith("-")][-1])
