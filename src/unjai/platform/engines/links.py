"""How the roles reach the engines: addresses with the passwords of this data folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings
from unjai.platform.engines.secrets import nats_secrets

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Door:
    """The MQTT door and the user that opens it once, so that NATS makes its streams."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Links:
    """What core and web need of NATS."""

    core: str = field(repr=False)
    web: str = field(repr=False)
    sys: str = field(repr=False)
    door: Door
    callout_seed: str = field(repr=False)


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
    return Links(
        core=_as(url, "core", words.core),
        web=_as(url, "web", words.web),
        sys=_as(url, "sys", words.sys),
        door=Door(
            host=reachable(settings.mqtt_listen) if host in _LOOPBACK else host,
            port=settings.mqtt_port,
            user="door",
            password=words.door,
        ),
        callout_seed=words.callout_seed,
    )


def reachable(host: str) -> str:
    """Return the address by which this machine reaches what listens on `host`."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  a comparison


def _as(url: SplitResult, user: str, password: str) -> str:
    place = url.netloc.rpartition("@")[2]
    return url._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()
