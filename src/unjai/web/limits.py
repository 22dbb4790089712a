"""How often who may ask: every limit of the centre in one list, kept in the memory of this process.

Devices are not here: a pole or a phone with its own secret is bounded by the intake alone, and an SOS press never.
A call for help is marked where it is one of very many, and taken all the same; it is refused only far above what one
network of frightened people does: its page then tries again by itself, and says 191.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.platform.http import answer
from unjai.sense.rules import Bucket

_REMEMBERED = 20_000
_IPV6_NETWORK = 64
Per = Literal["address", "account", "thing", "all"]
CROWD_HEADER = b"x-unjai-crowd"
"""Which limit a call for help came over; only the edge says so, whatever a caller sends under that name is dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """`burst` requests at once and `per_s` a second for ever, for each address, account, or thing named in the path.

    An account that is not signed in is its address; `all` counts everybody together. `code` is the error: what to do
    when it is too often. With `marks` nothing is refused: the request goes on with that word in `CROWD_HEADER`.
    """

    name: str
    method: str
    path: str
    per: Per
    burst: float
    per_s: float
    code: str = "too_many_requests"
    marks: str = ""


LIMITS: tuple[Limit, ...] = (
    # citizens: one network may be a whole market behind one address of a mobile operator
    Limit(
        name="help", method="POST", path="/api/citizen/help/?", per="address", burst=300, per_s=5, code="help_limited"
    ),
    # over these a call is taken all the same, and folded into one line until it shows life
    Limit(
        name="help-crowd",
        method="POST",
        path="/api/citizen/help/?",
        per="address",
        burst=8,
        per_s=0.1,
        marks="address",
    ),
    Limit(
        name="help-crowd-all", method="POST", path="/api/citizen/help/?", per="all", burst=60, per_s=0.5, marks="all"
    ),
    Limit(
        name="report",
        method="POST",
        path="/api/citizen/report/?",
        per="address",
        burst=60,
        per_s=1,
        code="help_limited",
    ),
    Limit(
        name="follow",
        method="POST",
        path="/api/citizen/help/([^/]+)/(?:position|cancel|told|words|attachments)/?",
        per="thing",
        burst=60,
        per_s=2,
        code="help_limited",
    ),
    Limit(
        name="follow-all",
        method="POST",
        path="/api/citizen/help/[^/]+/(?:position|cancel|told|words|attachments)/?",
        per="address",
        burst=600,
        per_s=20,
        code="help_limited",
    ),
    Limit(name="look", method="GET", path="/api/citizen/help/[^/]+/?", per="address", burst=300, per_s=10),
    # walks: a mobile operator's one address may hold them all; a walk's own bucket is what a phone needs
    Limit(
        name="ways",
        method="POST",
        path="/api/escort/ways/?",
        per="address",
        burst=60,
        per_s=1,
        code="escort_limited",
    ),
    Limit(
        name="goals",
        method="POST",
        path="/api/escort/goals/?",
        per="address",
        burst=120,
        per_s=4,
        code="escort_limited",
    ),
    Limit(
        name="walk-begin",
        method="POST",
        path="/api/escort/walks/?",
        per="address",
        burst=60,
        per_s=0.5,
        code="escort_limited",
    ),
    Limit(
        name="walk-positions",
        method="POST",
        path="/api/escort/walks/([^/]+)/positions/?",
        per="thing",
        burst=120,
        per_s=2,
        code="escort_limited",
    ),
    Limit(
        name="walk-positions-all",
        method="POST",
        path="/api/escort/walks/[^/]+/positions/?",
        per="address",
        burst=1200,
        per_s=120,
        code="escort_limited",
    ),
    Limit(
        name="walk-answer",
        method="POST",
        path="/api/escort/walks/([^/]+)/(?:answer|end|more|links)/?",
        per="thing",
        burst=60,
        per_s=1,
        code="escort_limited",
    ),
    Limit(
        name="walk-answer-all",
        method="POST",
        path="/api/escort/walks/[^/]+/(?:answer|end|more|links)/?",
        per="address",
        burst=300,
        per_s=10,
        code="escort_limited",
    ),
    Limit(
        name="walk-look",
        method="GET",
        path="/api/escort/walks/[^/]+(?:/links|/way)?/?",
        per="address",
        burst=300,
        per_s=20,
        code="escort_limited",
    ),
    Limit(
        name="walk-unshare",
        method="DELETE",
        path="/api/escort/walks/[^/]+/links/[^/]+/?",
        per="address",
        burst=60,
        per_s=2,
        code="escort_limited",
    ),
    Limit(
        name="friend",
        method="GET",
        path="/api/escort/friend/?",
        per="address",
        burst=120,
        per_s=4,
        code="escort_limited",
    ),
    # plain reports: what is refused here waits on the phone and comes later; calls for help never stand behind it
    Limit(
        name="plain",
        method="POST",
        path="/api/plain-reports/?",
        per="address",
        burst=40,
        per_s=0.3,
        code="plain_limited",
    ),
    Limit(
        name="plain-more",
        method="POST",
        path="/api/plain-reports/([^/]+)/(?:photos|words)/?",
        per="thing",
        burst=20,
        per_s=0.1,
        code="plain_limited",
    ),
    Limit(
        name="plain-more-all",
        method="POST",
        path="/api/plain-reports/[^/]+/(?:photos|words)/?",
        per="address",
        burst=120,
        per_s=1,
        code="plain_limited",
    ),
    Limit(
        name="plain-mine",
        method="POST",
        path="/api/plain-reports/mine/?",
        per="address",
        burst=120,
        per_s=4,
        code="plain_limited",
    ),
    # what is open to everybody and costs us something
    Limit(name="sign-in", method="POST", path="/api/session(?:/second-step)?/?", per="address", burst=120, per_s=1),
    Limit(name="point", method="POST", path="/sos/session/?", per="address", burst=30, per_s=0.5),
    Limit(name="streets", method="GET", path="/api/streets/?", per="address", burst=60, per_s=2),
    Limit(
        name="roots",
        method="GET",
        path="/api/public/(?:keys|roots(?:/consistency)?)/?",
        per="address",
        burst=60,
        per_s=2,
    ),
    Limit(
        name="ledger",
        method="GET",
        path="/api/ledger(?:/(?:roots|consistency|proof|days/[^/]+/[a-z]+))?/?",
        per="address",
        burst=60,
        per_s=2,
    ),
    # a small screen at a checkpoint asks for its code each half minute; a station's screens may share one address
    Limit(
        name="screen",
        method="GET",
        path="/api/patrol/screens/[^/]+/[^/]+(?:/code)?/?",
        per="address",
        burst=120,
        per_s=4,
    ),
    Limit(name="kept", method="GET", path="(?:/api)?/kept/?", per="address", burst=60, per_s=2),
    Limit(name="info", method="GET", path="/api/info/?", per="address", burst=300, per_s=10),
    # one's own proofs: hashing is dear
    Limit(
        name="proof",
        method="POST",
        path="/api/(?:session/password|me/second-factor(?:/[a-z]+)?)/?",
        per="account",
        burst=20,
        per_s=0.2,
        code="account_limited",
    ),
    Limit(
        name="break-glass",
        method="POST",
        path="/api/break-glass/?",
        per="account",
        burst=10,
        per_s=0.05,
        code="account_limited",
    ),
    # heavy work
    Limit(
        name="export",
        method="GET",
        path="/api/(?:.+/)?export(?:/.*)?",
        per="account",
        burst=10,
        per_s=0.1,
        code="account_limited",
    ),
    Limit(
        name="check-evidence",
        method="POST",
        path="/api/evidence/[^/]+/check/?",
        per="account",
        burst=10,
        per_s=0.05,
        code="account_limited",
    ),
    Limit(
        name="search",
        method="GET",
        path="/api/(?:search(?!/export)(?:/.*)?|audit)",
        per="account",
        burst=120,
        per_s=5,
        code="account_limited",
    ),
    Limit(
        name="import",
        method="POST",
        path="/api/imports?(?:/.*)?",
        per="account",
        burst=60,
        per_s=0.5,
        code="account_limited",
    ),
)
"""First those for citizens. A request must pass all that match it."""


@lru_cache(_REMEMBERED)
def network(address: str) -> str:
    """Return what one caller can change of address by itself: an IPv6 address is its /64."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((given, _IPV6_NETWORK), strict=False))
    return address


class Counts:
    """The buckets, the longest unused forgotten first: a full bucket is as good as none."""

    def __init__(self, clock: Clock, limits: Sequence[Limit] = LIMITS, remembered: int = _REMEMBERED) -> None:
        """Start with everybody's buckets full."""
        self._clock, self._remembered = clock, remembered
        self._limits: dict[str, list[tuple[Limit, re.Pattern[str]]]] = {}
        for limit in limits:
            self._limits.setdefault(limit.method, []).append((limit, re.compile(limit.path)))
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def asking(self, method: str, path: str) -> list[tuple[Limit, str]]:
        """Return the limits that a request must pass, with the thing that its path names."""
        found = [(limit, pattern.fullmatch(path)) for limit, pattern in self._limits.get(method, ())]
        return [(limit, match[1] if match.lastindex else "") for limit, match in found if match is not None]

    def take(self, limit: Limit, key: str) -> float:
        """Take one; return 0, or the seconds to wait when there is none to take."""
        now_s = self._clock.now().timestamp()
        at = (limit.name, key)
        bucket = self._buckets.pop(at, None)
        if bucket is None:
            bucket = Bucket(burst=limit.burst, per_s=limit.per_s, level=limit.burst, at_s=now_s)
            while len(self._buckets) >= self._remembered:
                self._buckets.popitem(last=False)
        self._buckets[at] = bucket
        return 0.0 if bucket.take(now_s) else bucket.wait_s()


class Limits:
    """The edge's layer that asks `Counts` before a route is run; answers 429 with `Retry-After` and words."""

    def __init__(self, app: ASGIApp, *, counts: Counts, who: Callable[[Request], Awaitable[Actor | None]]) -> None:
        """Wrap `app`; `who` tells whose session a request is."""
        self.app, self.counts, self.who = app, counts, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, or answer that it comes too often."""
        asking = self.counts.asking(scope["method"], scope["path"]) if scope["type"] == "http" else []
        crowd = ""
        for limit, thing in asking:
            wait_s = self.counts.take(limit, await self._key(limit, thing, scope))
            if wait_s > 0 and limit.marks:
                crowd = crowd or limit.marks
            elif wait_s > 0:
                error = UnjaiError(limit.code, 429, wait_s=max(1, math.ceil(wait_s)))
                await answer(error)(scope, receive, send)
                return
        if any(limit.marks for limit, _ in asking):
            kept = [pair for pair in scope["headers"] if pair[0].lower() != CROWD_HEADER]
            scope["headers"] = kept + ([(CROWD_HEADER, crowd.encode())] if crowd else [])
        await self.app(scope, receive, send)

    async def _key(self, limit: Limit, thing: str, scope: Scope) -> str:
        if limit.per in ("thing", "all"):
            return thing
        if limit.per == "account":
            actor = await self.who(Request(scope))
            if actor is not None:
                return f"account:{actor.account_id or actor.key}"
        return network(scope["client"][0] if scope.get("client") else "")
