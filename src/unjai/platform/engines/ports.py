"""TCP ports: free ones for our own use, and a clear word when a door's port is taken."""

from __future__ import annotations

import errno
import secrets
import socket
from pathlib import Path

from unjai.model.errors import UnjaiError

_OURS = range(15_000, 32_000)
_TRIES = 50


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on at this moment, below those that outgoing connections are given."""
    for _ in range(_TRIES):
        port = secrets.choice(_OURS)
        try:
            with socket.create_server((host, port)):
                return port
        except OSError:
            continue
    with socket.create_server((host, 0)) as door:
        return int(door.getsockname()[1])


def assert_free(host: str, port: int, *, option: str) -> None:
    """Raise `port_in_use`, `port_forbidden` or `address_unknown`, naming the option that moves the door."""
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
            door.listen(1)
    except (PermissionError, OverflowError) as error:
        raise UnjaiError("port_forbidden", 500, host=host, port=port, option=option) from error
    except OSError as error:
        code = "port_in_use" if error.errno == errno.EADDRINUSE else "address_unknown"
        raise UnjaiError(code, 500, host=host, port=port, option=option) from error


def kept_port(file: Path, host: str = "127.0.0.1") -> int:
    """Return the port noted in `file` if it is free, else a new one, noted: clients find us again after a restart."""
    try:
        port = int(file.read_text("ascii"))
        assert_free(host, port, option="")
    except (OSError, ValueError, UnjaiError):
        port = free_port(host)
        file.write_text(f"{port}\n", "ascii")
    return port
