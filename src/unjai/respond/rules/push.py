"""What a Web Push may say, to whom it may go, and when it is tried again. Pure."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from unjai.model.errors import UnjaiError

ENDPOINT_MOST = 2048
PHONES_MOST = 5
"""So many browsers of one account are woken; one more lets the oldest go."""

REFUSALS_MOST = 5
"""A push service that refuses so often in a row will not take this phone's messages any more."""

TALK_LASTS = timedelta(hours=1)
_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
_TEXT_MOST = 200
Kind = Literal["offer", "talk"]
Urgency = Literal["high", "normal"]
Verdict = Literal["taken", "gone", "refused", "later"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a push service listens. `trusted` is one that the station itself named: it may be inside."""

    scheme: str
    host: str
    port: int
    trusted: bool

    @property
    def origin(self) -> str:
        """Return the audience of the signature (RFC 8292)."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        default = {"https": 443, "http": 80}[self.scheme]
        return f"{self.scheme}://{shown}" + ("" if self.port == default else f":{self.port}")


def endpoint_of(url: str, own: Sequence[str] = ()) -> Endpoint:
    """Return where a subscription's messages go; raise `push_endpoint_wrong` (422) where nothing may be sent.

    A phone names this address, so it is somebody else's word: only https, port 443, a host with a name in public, or
    one of `own` (``host:port``, the station's own push service). What the name leads to is asked again at each send.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise _wrong() from None
    if len(url) > ENDPOINT_MOST or parts.username is not None or parts.password is not None or not host:
        raise _wrong()
    if any(sign <= " " or sign == "\x7f" for sign in url) or parts.scheme not in ("https", "http"):
        raise _wrong()
    port = port or (443 if parts.scheme == "https" else 80)
    if f"{host}:{port}" in own:
        return Endpoint(scheme=parts.scheme, host=host, port=port, trusted=True)
    if parts.scheme != "https" or port != 443 or not _named(host):  # noqa: PLR2004  the port of https
        raise _wrong()
    return Endpoint(scheme="https", host=host, port=port, trusted=False)


def own_hosts(said: str) -> tuple[str, ...]:
    """Return the station's own push services out of its setting."""
    return tuple(one.strip() for one in said.split(",") if one.strip())


def _wrong() -> UnjaiError:
    return UnjaiError("push_endpoint_wrong", 422)


def _named(host: str) -> bool:
    """Tell whether a host is a name that others in the world know: not an address, not a name of the inside."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        inside = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".example")
        labels = host.split(".")
        return len(labels) > 1 and not labels[-1].isdigit() and not f".{host}".endswith(inside)
    return False


def reachable(address: str) -> bool:
    """Tell whether a push may be sent to an address that a name led to: only one of the open internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return reachable(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One thing a phone is woken for: it is worth nothing after `until`. `told` are the words for an open screen."""

    kind: Kind
    key: str
    until: datetime
    told_th: str = ""
    told_en: str = ""

    @property
    def urgency(self) -> Urgency:
        """Return how much of a phone's battery it is worth (RFC 8030)."""
        return "high" if self.kind == "offer" else "normal"

    def ttl_s(self, now: datetime) -> int:
        """Return how long a push service may keep it: not at all once it is over."""
        return max(0, int((self.until - now).total_seconds()))

    @property
    def topic(self) -> str:
        """Return the name under which a newer message replaces it at the push service: 32 signs at most."""
        return f"{self.kind[0]}{self.key.replace('-', '')}"[:32]


def payload(notice: Notice, *, details: bool, locale: str) -> bytes:
    """Return what is encrypted for one phone. Without `details` it names nothing that happened, nobody, no place."""
    said: dict[str, object] = {
        "kind": notice.kind,
        "tag": notice.key,
        "until": notice.until.isoformat(),
        "lang": locale,
    }
    if details:
        said["body"] = (notice.told_en if locale == "en" else notice.told_th)[:_TEXT_MOST]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def verdict(status: int | None) -> Verdict:
    """Return what a push service's answer means; None is no answer."""
    if status is None or status in (408, 425, 429) or status >= 500:  # noqa: PLR2004
        return "later"
    if 200 <= status < 300:  # noqa: PLR2004
        return "taken"
    return "gone" if status in (404, 410) else "refused"


def next_try(tries: int, notice: Notice, now: datetime, *, asked_s: float = 0.0) -> datetime | None:
    """Return when a push that failed `tries` times is tried again; None where that is too late or often enough."""
    if tries > len(_PAUSES_S):
        return None
    at = now + timedelta(seconds=max(_PAUSES_S[tries - 1], min(asked_s, 3600.0)))
    return at if at < notice.until else None
