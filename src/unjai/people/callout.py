"""Who may come in by MQTT: NATS asks here (auth callout), we answer with a permit for the device's own subjects."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import nkeys
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from unjai.model.clock import Clock

log = logging.getLogger(__name__)

_ASKED = "$SYS.REQ.USER.AUTH"
_CONNECTIONS = "$SYS.REQ.SERVER.PING.CONNZ"
_ACCOUNT = "STATION"
_OPEN, _EVERY = 0, 2
_PAGE = 1024
_AT_ONCE = 32
_ANSWER_S = 2.0
_REMEMBERED = 20_000


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The NATS subjects a device may publish to and hear; a topic's slashes are dots here."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse the server's own subjects: with `$MQTT.>` a device could forge another one's press."""
        if any(subject.startswith(("$", ">", "*")) for subject in (*self.publish, *self.subscribe)):
            raise ValueError("a device's permit names its own subjects only")

    def mark(self) -> str:
        """Return what tells this permit from another; it stands behind the device's key in the server's lists."""
        return hashlib.sha256(json.dumps([self.publish, self.subscribe]).encode()).hexdigest()[:12]


Check = Callable[[str, str], Awaitable[Granted | None]]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One connection of a device: numbers are unique within a server's life, which `server_id` names."""

    server_id: str
    cid: int
    device_key: str
    client_id: str
    mark: str


class Callout:
    """Answers for devices, knows their connections, and ends them.

    Connected devices stay while nobody serves; new ones are refused until somebody does.
    """

    def __init__(self, system: Client, clock: Clock) -> None:
        """Use `system`, a connection of the account SYS, to find and end connections."""
        self._system = system
        self._clock = clock
        self._known: dict[tuple[str, int], Connection] = {}
        self._holders: dict[str, str] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._work: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def serve(self, nc: Client, account_seed: str, check: Check) -> None:
        """Answer the server's questions from now on; `nc` is a connection of the account STATION.

        `check(user, password)` returns what the device may do, or None; if it raises, the device is told to come
        again and nothing is held against it.
        """
        account = nkeys.from_seed(account_seed.encode())
        await self._learn(_OPEN)

        async def asked(message: Msg) -> None:
            task = asyncio.create_task(self._answer(message, account, check))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

        self._subscription = await nc.subscribe(_ASKED, queue="callout", cb=asked)
        await nc.flush()

    async def close(self) -> None:
        """Stop answering; connected devices stay.

        Returns when the server asks here no more: a question that went to a closed connection of the group would be
        lost, and its device refused, while the next core answers already.
        """
        if self._subscription is not None:
            with contextlib.suppress(NatsError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    await self._subscription.drain()  # type: ignore[no-untyped-call]
        await asyncio.gather(*self._work, return_exceptions=True)

    async def kick(self, device_key: str) -> int:
        """End every connection of a device and return how many there were; it may come back and is checked anew."""
        return await self._end([one for one in await self._connections(_OPEN) if one.device_key == device_key])

    async def recheck(self, granted_now: Callable[[str], Granted | None]) -> int:
        """End every connection whose permit is no longer what its device would get; return how many there were.

        For the start of core and from time to time: a duty that ended while core was away must end the permit too.
        """
        stale = []
        for one in await self._connections(_OPEN):
            granted = granted_now(one.device_key)
            if granted is None or granted.mark() != one.mark:
                stale.append(one)
        return await self._end(stale)

    async def _end(self, found: list[Connection]) -> int:
        for one in found:
            subject = f"$SYS.REQ.SERVER.{one.server_id}.KICK"
            await self._system.request(subject, json.dumps({"cid": one.cid}).encode(), timeout=_ANSWER_S)
        return len(found)

    async def device_of(self, server_id: str, cid: int) -> str | None:
        """Return whose connection that is or was; None if nobody knows any more."""
        if (server_id, cid) not in self._known:
            await self._learn(_EVERY)
        known = self._known.get((server_id, cid))
        return None if known is None else known.device_key

    async def _answer(self, message: Msg, account: Any, check: Check) -> None:
        async with self._slots:
            try:
                ask = _claims(message.data)["nats"]
                reply = await self._decide(ask, account, check)
            except Exception:
                log.exception("a device could not be checked")
                return  # the server refuses it when its time is over
            await message.respond(_signed(reply, account, self._clock).encode())

    async def _decide(self, ask: Mapping[str, Any], account: Any, check: Check) -> dict[str, Any]:
        options, about, server_id = ask["connect_opts"], ask["client_info"], ask["server_id"]["id"]
        user, client_id = str(options.get("user") or ""), str(about.get("mqtt_id") or "")
        reply: dict[str, Any] = {"sub": ask["user_nkey"], "aud": server_id}
        answer: dict[str, Any] = {"version": 2, "type": "authorization_response"}
        reply["nats"] = answer
        if about.get("type") != "mqtt":
            answer["error"] = "devices come by MQTT only"
            return reply
        granted = await check(user, str(options.get("pass") or ""))
        if granted is None:
            answer["error"] = "unknown device or wrong secret"
            return reply
        if await self._taken(client_id, user):
            answer["error"] = "client id in use by another device"
            return reply
        cid = int(about["id"])
        mark = granted.mark()
        self._remember(Connection(server_id=server_id, cid=cid, device_key=user, client_id=client_id, mark=mark))
        answer["jwt"] = _signed(_permit(ask["user_nkey"], user, granted), account, self._clock)
        return reply

    async def _taken(self, client_id: str, device_key: str) -> bool:
        """Say whether another device is connected under this client id; it would be thrown out by the newcomer."""
        if self._holders.get(client_id, device_key) == device_key:
            return False
        live = await self._connections(_OPEN, mqtt_client=client_id)
        return any(one.client_id == client_id and one.device_key != device_key for one in live)

    def _remember(self, one: Connection) -> None:
        self._known[one.server_id, one.cid] = one
        self._holders[one.client_id] = one.device_key
        for memory in (self._known, self._holders):
            while len(memory) > _REMEMBERED:
                del memory[next(iter(memory))]  # type: ignore[arg-type]

    async def _learn(self, state: int) -> None:
        for one in await self._connections(state):
            self._remember(one)

    async def _connections(self, state: int, **only: str) -> list[Connection]:
        """Ask the server for the devices' connections, page by page."""
        found: list[Connection] = []
        offset = 0
        while True:
            ask = {"auth": True, "state": state, "offset": offset, "limit": _PAGE, **only}
            try:
                answer = await self._system.request(_CONNECTIONS, json.dumps(ask).encode(), timeout=_ANSWER_S)
            except (NatsError, TimeoutError):
                log.warning("the server does not tell its connections")
                return found
            data = json.loads(answer.data).get("data", {})
            rows = data.get("connections") or []
            for row in rows:
                key, _, mark = str(row.get("authorized_user", "")).partition("/")
                if mark and row.get("type") == "mqtt" and row.get("account") == _ACCOUNT:
                    client_id = row.get("mqtt_client", "")
                    found.append(
                        Connection(
                            server_id=data["server_id"], cid=row["cid"], device_key=key, client_id=client_id, mark=mark
                        )
                    )
            offset += len(rows)
            if len(rows) < _PAGE:
                return found


def _permit(user_nkey: str, name: str, granted: Granted) -> dict[str, Any]:
    hear = [*granted.subscribe, "$MQTT.sub.>"] if granted.subscribe else []
    return {
        "sub": user_nkey,
        "aud": _ACCOUNT,
        "name": f"{name}/{granted.mark()}",
        "nats": {
            "version": 2,
            "type": "user",
            "subs": -1,
            "data": -1,
            "payload": -1,
            "pub": _only(granted.publish),
            "sub": _only(hear),
            "allowed_connection_types": ["MQTT"],
        },
    }


def _only(subjects: list[str] | tuple[str, ...]) -> dict[str, list[str]]:
    """Return a permission; an empty list would mean everything to NATS, so nothing is said as a ban on all."""
    return {"allow": list(subjects)} if subjects else {"deny": [">"]}


def _claims(token: bytes) -> dict[str, Any]:
    body = token.split(b".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    return claims


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed(claims: dict[str, Any], account: Any, clock: Clock) -> str:
    """Return a NATS JWT signed by the account's key (ed25519)."""
    whole = {**claims, "iat": int(clock.now().timestamp()), "iss": account.public_key.decode()}
    whole["jti"] = hashlib.sha256(json.dumps(whole).encode()).hexdigest()
    head = _b64(json.dumps({"typ": "JWT", "alg": "ed25519-nkey"}).encode())
    body = f"{head}.{_b64(json.dumps(whole).encode())}"
    return f"{body}.{_b64(account.sign(body.encode()))}"
