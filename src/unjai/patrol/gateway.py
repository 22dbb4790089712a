"""One message to a station's gateway: signed by Standard Webhooks, over TLS, to the world outside and nowhere else.

The name is resolved once and the connection goes to that very address, so that a name that changes its mind between
looking and asking reaches nothing of ours. Redirects are refusals.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from unjai.patrol.rules.telling import gateway_url, public

WITHIN_S = 10.0
_ANSWER_MOST = 4_096
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What came of a message: the gateway's status, or 0 and why it was not reached."""

    status: int
    code: str = ""


def addresses(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name as the system knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Pinned(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=WITHIN_S, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def send(
    url: str,
    secret: str,
    body: Mapping[str, Any],
    *,
    message_id: str,
    at: datetime,
    resolve: Resolve = addresses,
    allowed: Callable[[str], bool] = public,
    context: ssl.SSLContext | None = None,
) -> Sent:
    """Send one message and wait for the answer; never raises for what the other side does."""
    from standardwebhooks.webhooks import Webhook  # noqa: PLC0415  only where something is sent

    parts = urlsplit(gateway_url(url))
    host, port = parts.hostname or "", parts.port or 443
    try:
        found = list(resolve(host, port))
    except OSError:
        return Sent(status=0, code="gateway_unknown")
    if not found or not all(allowed(address) for address in found):
        return Sent(status=0, code="gateway_private")
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "unjai",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, text),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = _Pinned(host, port, found[0], context or ssl.create_default_context())
    try:
        line.request("POST", path, text.encode(), headers)
        answer = line.getresponse()
        answer.read(_ANSWER_MOST)
        return Sent(status=answer.status, code="" if answer.status < 300 else "gateway_refused")  # noqa: PLR2004
    except ssl.SSLError:
        return Sent(status=0, code="gateway_tls")
    except (OSError, http.client.HTTPException):
        return Sent(status=0, code="gateway_silent")
    finally:
        line.close()
