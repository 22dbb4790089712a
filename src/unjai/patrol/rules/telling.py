"""How the owner of a place is told by the station's gateway: what is sent, whereto at most, and when again."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.thai import parse_phone

AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""After each failed try; after the last it is given up, and a person sends it by hand."""
STALE = timedelta(hours=24)
"""Words about a visit of the day before are no news: they are not sent any more."""
URL_MOST = 500
_HTTPS, _FREE_PORT = 443, 1024
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""An IPv4 address stands at the end of these (RFC 6052, RFC 8215)."""
_LATER = frozenset({408, 425, 429})
_OK, _REFUSED, _SERVER = 200, 400, 500


def gateway_url(said: str) -> str:
    """Return an address that may be a gateway; raise `gateway_wrong` (422).

    https alone, a name or a public address, no password in it; what the name stands for is looked at when it is used.
    """
    url = said.strip()
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and not parts.fragment
        good = good and (port == _HTTPS or port >= _FREE_PORT) and len(url) <= URL_MOST and url.isprintable()
        good = good and " " not in url and not _own_name(parts.hostname or "")
    except ValueError:
        good = False
    if not good:
        raise UnjaiError("gateway_wrong", 422, url=url[:100])
    return url


def _own_name(host: str) -> bool:
    try:
        return not public(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host


def public(address: str) -> bool:
    """Tell whether an address is out in the world: none of our own networks, and nothing that only looks foreign."""
    found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    inner = None
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if any(found in net for net in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def message(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the gateway is told about a visit: whom to tell, and what, in both languages."""
    contact = row["owner_contact"]
    try:
        phone = parse_phone(contact).e164 or ""
    except DecodeError:
        phone = ""
    return {
        "type": "patrol.visited",
        "timestamp": row["made_at"].isoformat(),
        "data": {
            "to": {"contact": contact, "phone": phone, "name": row["owner_name"]},
            "text": {"th": row["text_th"], "en": row["text_en"]},
            "place": {"code": row["checkpoint_code"], "th": row["checkpoint_th"], "en": row["checkpoint_en"]},
        },
    }


def trial(at: datetime) -> dict[str, Any]:
    """Return what the gateway is told when somebody tries it: nobody is to be told anything."""
    return {"type": "patrol.trial", "timestamp": at.isoformat(), "data": {}}


def taken(status: int) -> bool:
    """Tell whether a gateway has taken a message."""
    return _OK <= status < _OK + 100


def final(status: int) -> bool:
    """Tell whether a gateway's refusal is its last word: it would say the same again."""
    return _REFUSED <= status < _SERVER and status not in _LATER


def again_at(tries: int, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None to give up."""
    return now + AGAIN[tries - 1] if tries <= len(AGAIN) else None
