"""What ONVIF devices say, read forgivingly: answers to a search, addresses that name the wrong host."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from unjai.model.errors import DecodeError

_SCOPE = "onvif://www.onvif.org/"
_ANSWER_MOST = 65_536
_TEXT_MOST = 200
_PARTS = ("name", "hardware", "location")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A device that answered a search: `url` is its ONVIF service at the address the answer came from."""

    url: str
    host: str
    name: str = ""
    hardware: str = ""
    location: str = ""


def dialled(url: str, host: str, port: int | None = None) -> str:
    """Return an address that a device told with its host replaced by the one that was dialled.

    Cameras behind address translation, or with a wrong setting, tell ``0.0.0.0`` or an inner address. A login inside
    is dropped. The told port stays unless `port` is given.
    """
    parts = urlsplit(url)
    try:
        told_port = parts.port
    except ValueError:
        told_port = None
    shown = f"[{host}]" if ":" in host else host
    used = port if port is not None else told_port
    return urlunsplit((parts.scheme, shown if used is None else f"{shown}:{used}", parts.path, parts.query, ""))


def probe_matches(body: bytes, sender: str) -> list[Found]:
    """Return the devices in an answer to a WS-Discovery probe; raise `onvif_answer_unreadable` for anything else.

    Of several addresses the one with the sender's own host counts; where none has it, the first, rewritten.
    """
    from lxml import etree  # noqa: PLC0415  only who searches needs it

    if len(body) > _ANSWER_MOST:
        raise DecodeError("onvif_answer_unreadable")
    safe = etree.XMLParser(resolve_entities=False, no_network=True, dtd_validation=False, load_dtd=False)
    try:
        root = etree.fromstring(body, safe)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DecodeError("onvif_answer_unreadable") from error
    matches = list(root.iter("{*}ProbeMatch"))
    if not matches:
        raise DecodeError("onvif_answer_unreadable")
    told = (_found(one.findtext("{*}XAddrs") or "", one.findtext("{*}Scopes") or "", sender) for one in matches)
    return [one for one in told if one is not None]


def _found(addresses: str, scopes: str, sender: str) -> Found | None:
    urls = [url for url in addresses.split() if urlsplit(url).scheme in {"http", "https"} and len(url) <= _TEXT_MOST]
    if not urls:
        return None
    url = next((url for url in urls if _host(url) == sender), dialled(urls[0], sender))
    said = dict.fromkeys(_PARTS, "")
    for scope in scopes.split():
        if scope.startswith(_SCOPE):
            part, _, value = scope.removeprefix(_SCOPE).partition("/")
            if said.get(part) == "":
                said[part] = _plain(unquote(value))
    return Found(url=url, host=sender, **said)


def _host(url: str) -> str:
    try:
        return str(ipaddress.ip_address(urlsplit(url).hostname or ""))
    except ValueError:
        return urlsplit(url).hostname or ""


def _plain(text: str) -> str:
    return "".join(sign for sign in text.replace("_", " ") if sign.isprintable()).strip()[:_TEXT_MOST]
