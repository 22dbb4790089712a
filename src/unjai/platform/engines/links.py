"""How the roles reach the engines: addresses with the passwords of this data folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings
from unjai.platform.engines.secrets import nats_secrets
from unjai.platform.tls import mqtt_pair, to_ourselves

if TYPE_CHECKING:
    import ssl

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Door:
    """The MQTT door and the user that opens it once, so that NATS makes its streams."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, kw_only=True)
class Links:
    """What core and web need of NATS."""

    core: str = field(repr=False)
    web: str = field(repr=False)
    sys: str = field(repr=False)
    door: Door
    callout_seed: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    """How an outside server is checked; None where the URL says nothing of TLS."""


def links(settings: Settings) -> Links:
    """Return the links for `settings.nats_url`; its host counts, the users are ours (`data/secrets/nats.json`).

    An outside NATS must know the same users and the same issuer. A role on another host needs a copy of that file.
    Raises `url_unreadable` or `secrets_unreadable`.
    """
    try:
        url = urlsplit(settings.nats_url)
        host = url.hostname or ""
    except ValueError:
        host = ""
    if not host:
        raise UnjaiError("url_unreadable", 500, option="UNJAI_NATS_URL", example="nats://127.0.0.1:4222")
    words = nats_secrets(settings.data)
    safe = _outside(settings) if url.scheme == "tls" or settings.nats_ca else None
    own = mqtt_pair(settings) if host in _LOOPBACK and safe is None else None
    return Links(
        core=_as(url, "core", words.core),
        web=_as(url, "web", words.web),
        sys=_as(url, "sys", words.sys),
        door=Door(
            host=reachable(settings.mqtt_listen) if host in _LOOPBACK else host,
            port=settings.mqtt_port,
            user="door",
            password=words.door,
            tls=None if settings.insecure_mqtt else safe if own is None else to_ourselves(own),
        ),
        tls=safe,
        callout_seed=words.callout_seed,
    )


def _outside(settings: Settings) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415  only where there is TLS

    try:
        return ssl.create_default_context(cafile=settings.nats_ca or None)
    except (OSError, ssl.SSLError) as error:
        raise UnjaiError("tls_unreadable", 500, file=settings.nats_ca) from error


def reachable(host: str) -> str:
    """Return the address by which this machine reaches what listens on `host`."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  a comparison


def _as(url: SplitResult, user: str, password: str) -> str:
    place = url.netloc.rpartition("@")[2]
    return url._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()
