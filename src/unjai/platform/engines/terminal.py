"""What `unjai up` says: Thai and English on the terminal, its state to systemd."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import TextIO

from unjai.model.errors import UnjaiError
from unjai.platform import i18n


def both(code: str, **facts: object) -> str:
    """Return a line of the terminal's catalogue in both languages."""
    texts = i18n.render(code, facts, kind="terminal")
    return f"{texts['th']} · {texts['en']}"


def say(text: str, to: TextIO | None = None) -> None:
    """Print at once; a closed terminal stops nothing."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=to or sys.stdout, flush=True)


def warn(text: str) -> None:
    """Print on the error output."""
    say(text, sys.stderr)


def tell_error(error: UnjaiError) -> None:
    """Print an error in both languages."""
    texts = i18n.render(error.code, error.facts)
    warn(f"✗ {texts['th']}\n  {texts['en']}  [{error.code}]")


def notify_systemd(state: str) -> None:
    """Tell systemd (Type=notify), if it started us."""
    if not (place := os.environ.get("NOTIFY_SOCKET")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.connect(f"\0{place[1:]}" if place.startswith("@") else place)
        door.send(state.encode())
