"""Which certificate the doors show, and that nothing leaves this machine in clear. Imports nothing heavy."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unjai.model.errors import UnjaiError

if TYPE_CHECKING:
    import ssl

    from unjai.platform.config import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A certificate (with its chain) and its key; `own` when the station's own authority signed it."""

    cert: Path
    key: Path
    own: bool

    def stamp(self) -> tuple[int, int]:
        """Return what changes when the files are replaced."""
        return self.cert.stat().st_mtime_ns, self.key.stat().st_mtime_ns


def own_pair(data: Path) -> Pair:
    """Return where the station authority keeps the server's certificate and key."""
    return Pair(cert=data / "tls" / "server.crt", key=data / "secrets" / "tls-server.key", own=True)


def authority_file(data: Path) -> Path:
    """Return where the authority's certificate lies, which phones install."""
    return data / "tls" / "ca.crt"


def chosen(settings: Settings) -> Pair | None:
    """Return the files given in the settings, else the station authority's, else None.

    Raises `tls_half_set` if only one file is given, `tls_unreadable` if one cannot be read.
    """
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise UnjaiError("tls_half_set", 500)
    if settings.tls_cert:
        pair = Pair(cert=Path(settings.tls_cert).absolute(), key=Path(settings.tls_key).absolute(), own=False)
    else:
        pair = own_pair(settings.data)
        if not pair.cert.exists():
            return None
    for file in (pair.cert, pair.key):
        if not os.access(file, os.R_OK):
            raise UnjaiError("tls_unreadable", 500, file=str(file))
    return pair


def mqtt_pair(settings: Settings) -> Pair | None:
    """Return the certificate of the devices' door; None where it speaks plainly."""
    return None if settings.insecure_mqtt else chosen(settings)


def loopback(host: str) -> bool:
    """Say whether `host` is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def assert_safe(settings: Settings) -> None:
    """Raise `tls_needed` or `mqtt_tls_needed` if a door would speak in clear beyond this machine."""
    pair = chosen(settings)
    if pair is not None:
        loadable(pair)
    if not loopback(settings.host) and pair is None and not settings.insecure_http:
        raise UnjaiError("tls_needed", 500, host=settings.host or "*", port=settings.port)
    if settings.nats_url:
        return
    if not loopback(settings.mqtt_listen) and mqtt_pair(settings) is None and not settings.insecure_mqtt:
        raise UnjaiError("mqtt_tls_needed", 500, host=settings.mqtt_listen or "*", port=settings.mqtt_port)


def warnings_of(settings: Settings) -> list[str]:
    """Return the codes of standing warnings: doors that speak in clear beyond this machine, as they were told to."""
    found = []
    if not loopback(settings.host) and chosen(settings) is None:
        found.append("insecure_http")
    if not settings.nats_url and not loopback(settings.mqtt_listen) and mqtt_pair(settings) is None:
        found.append("insecure_mqtt")
    return found


def loadable(pair: Pair) -> None:
    """Raise `tls_wrong` if the two files are no certificate with its own key."""
    import ssl  # noqa: PLC0415  only where there is TLS

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pair.cert, pair.key)
    except (ssl.SSLError, ValueError) as error:
        raise UnjaiError("tls_wrong", 500, file=str(pair.cert), reason=str(error)) from error


def to_ourselves(pair: Pair) -> ssl.SSLContext:
    """Return how to reach our own door by loopback: that certificate and no other, under whatever name."""
    import ssl  # noqa: PLC0415  only where there is TLS

    context = ssl.create_default_context(cafile=str(pair.cert))
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
