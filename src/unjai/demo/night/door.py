"""The centre's HTTP door, knocked at again and again while the centre is away; and a person's session at it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

_AGAIN_S = 0.25
_AGAIN_MOST_S = 4.0
_AWAY = frozenset({502, 503, 504})
_TOO_MANY = 429


class RefusedError(Exception):
    """The centre said no: HTTP status and error code."""

    def __init__(self, status: int, code: str, text: str) -> None:
        """Keep what was said."""
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code


class Door:
    """All HTTP traffic of the play. A request is repeated until the centre answers it, at most `patience_s`."""

    def __init__(self, base_url: str, *, patience_s: float = 180.0) -> None:
        """Open nothing yet."""
        self.base_url = base_url.rstrip("/")
        self.patience_s = patience_s
        self.outages = 0
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=40))

    def client(self) -> httpx.AsyncClient:
        """Return a client with a cookie jar of its own."""
        return httpx.AsyncClient(base_url=self.base_url, transport=self._transport, timeout=15, trust_env=False)

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request and return its answer, whatever it is; while the centre is away or busy, send it again.

        So a request must be one that may be repeated: with an id of its own, or one that changes nothing twice.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self.patience_s
        wait_s = _AGAIN_S
        while True:
            try:
                answer = await client.request(method, path, **request)
            except httpx.TransportError:
                if loop.time() > give_up:
                    raise
            else:
                if (answer.status_code not in _AWAY and answer.status_code != _TOO_MANY) or loop.time() > give_up:
                    return answer
            self.outages += 1
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, _AGAIN_MOST_S)

    async def close(self) -> None:
        """End all connections."""
        await self._transport.aclose()


def said(answer: httpx.Response) -> Any:
    """Return an answer's JSON; raise `RefusedError` where it is a refusal."""
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        error = answer.json()["error"]
        code, text = str(error["code"]), str(error["en"])
    except (ValueError, KeyError, TypeError):
        code, text = "unknown", answer.text[:200]
    raise RefusedError(answer.status_code, code, text)


class Session:
    """Someone signed in. A session that ended is opened again."""

    def __init__(self, door: Door, username: str, password: str) -> None:
        """Sign in with the first question."""
        self.door, self.username = door, username
        self._password = password
        self._client = door.client()
        self._opening = asyncio.Lock()
        self.facts: dict[str, Any] = {}

    async def open(self) -> None:
        """Sign in; raises `RefusedError` for a wrong password."""
        body = {"username": self.username, "password": self._password}
        answer = await self.door.ask(self._client, "POST", "/api/session", json=body, headers={"X-Unjai": "1"})
        self.facts = said(answer)

    async def ask(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Any:
        """Ask something and return the JSON answer; raises `RefusedError`."""
        request: dict[str, Any] = {"headers": {"X-Unjai": "1", **(headers or {})}}
        if body is not None:
            request["json"] = body
        for last in (False, True):
            stale = self.cookie
            if stale is None:
                await self._reopen(stale)
            answer = await self.door.ask(self._client, method, path, **request)
            if answer.status_code != httpx.codes.UNAUTHORIZED or last:
                break
            await self._reopen(stale)
        return said(answer)

    async def _reopen(self, stale: str | None) -> None:
        async with self._opening:
            if self.cookie == stale:
                self._client.cookies.clear()
                await self.open()

    @property
    def cookie(self) -> str | None:
        """Return the session's cookie, for a WebSocket."""
        return self._client.cookies.get("unjai_session")
