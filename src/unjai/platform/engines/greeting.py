"""What a centre that has just become usable says on the terminal: where it is reached, and how it is stopped."""

from __future__ import annotations

import contextlib
from pathlib import Path

from unjai.platform.config import Settings
from unjai.platform.engines.links import reachable
from unjai.platform.engines.terminal import both
from unjai.platform.tls import chosen, mqtt_pair


def greeting(settings: Settings, *, demo: bool, password: Path, logs: Path) -> str:
    """Return the lines, Thai and English; the file `password` holds the first administrator's, on the first start."""
    scheme = "http" if chosen(settings) is None else "https"
    address = f"{scheme}://{_shown(settings.host)}:{settings.port}"
    rows = [
        *([("set_up", f"{address}/manage")] if password.exists() else []),
        ("screen", f"{address}/console"),
        ("mqtt", f"{_shown(settings.mqtt_listen)}:{settings.mqtt_port}{' (TLS)' if mqtt_pair(settings) else ''}"),
        ("data", str(settings.data)),
        ("logs", str(logs)),
    ]
    lines = ["", f"● {both('ready')}", *(f"  {both(code)}: {value}" for code, value in rows)]
    if demo and scheme == "http":
        lines.append(f"  {both('demo')}")
    with contextlib.suppress(FileNotFoundError):
        lines.append(f"  {both('first_password')}: {' / '.join(password.read_text('utf-8').split())}")
    return "\n".join([*lines, f"  {both('how_to_stop')}", ""])


def _shown(host: str) -> str:
    """Return an address that can be typed into a browser on this machine."""
    reached = reachable(host)
    return f"[{reached}]" if ":" in reached else reached
