"""How often who may ask: the list itself, the buckets kept for it, and what the edge answers when it is too often."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from starlette.routing import Route

from tests.conftest import NIGHT
from tests.web.edge import FORM
from unjai.model.clock import MovedClock
from unjai.people.api.accounts import COOKIE
from unjai.platform.http import PUBLIC
from unjai.web.limits import LIMITS, Counts, Limit, network

LOOK = Limit(name="look", method="GET", path="/look/([a-z]+)", per="thing", burst=3, per_s=0.5)
ALL = Limit(name="all", method="GET", path="/look/[a-z]+", per="address", burst=5, per_s=1)


def named(name: str) -> Limit:
    return next(limit for limit in LIMITS if limit.name == name)


def asked(method: str, path: str) -> list[tuple[str, str]]:
    return [(limit.name, thing) for limit, thing in Counts(MovedClock(NIGHT)).asking(method, path)]


@pytest.mark.parametrize(
    ("method", "path", "limits"),
    [
        ("POST", "/api/citizen/help", [("help", ""), ("help-crowd", ""), ("help-crowd-all", "")]),
        ("POST", "/api/citizen/help/", [("help", ""), ("help-crowd", ""), ("help-crowd-all", "")]),
        ("POST", "/api/citizen/help/abc/told", [("follow", "abc"), ("follow-all", "")]),
        ("POST", "/api/citizen/help/abc/attachments", [("follow", "abc"), ("follow-all", "")]),
        ("POST", "/api/citizen/help/abc/position", [("follow", "abc"), ("follow-all", "")]),
        ("POST", "/api/citizen/help/abc/cancel", [("follow", "abc"), ("follow-all", "")]),
        ("GET", "/api/citizen/help/abc", [("look", "")]),
        ("POST", "/api/escort/ways", [("ways", "")]),
        ("POST", "/api/escort/goals", [("goals", "")]),
        ("POST", "/api/escort/walks", [("walk-begin", "")]),
        ("POST", "/api/escort/walks/abc/more", [("walk-answer", "abc"), ("walk-answer-all", "")]),
        ("GET", "/api/escort/walks/abc/way", [("walk-look", "")]),
        ("POST", "/api/escort/walks/abc/positions", [("walk-positions", "abc"), ("walk-positions-all", "")]),
        ("POST", "/api/escort/walks/abc/end", [("walk-answer", "abc"), ("walk-answer-all", "")]),
        ("GET", "/api/escort/friend", [("friend", "")]),
        ("POST", "/api/plain-reports", [("plain", "")]),
        ("POST", "/api/plain-reports/abc/photos", [("plain-more", "abc"), ("plain-more-all", "")]),
        ("POST", "/api/plain-reports/abc/words", [("plain-more", "abc"), ("plain-more-all", "")]),
        ("POST", "/api/plain-reports/mine", [("plain-mine", "")]),
        ("POST", "/api/plain-reports/abc/answer", []),
        ("POST", "/api/session", [("sign-in", "")]),
        ("POST", "/api/session/second-step", [("sign-in", "")]),
        ("POST", "/api/session/password", [("proof", "")]),
        ("POST", "/api/me/second-factor/confirm", [("proof", "")]),
        ("GET", "/api/export/places.csv", [("export", "")]),
        ("GET", "/api/search/export", [("export", "")]),
        ("GET", "/api/search", [("search", "")]),
        ("GET", "/api/search/incidents", [("search", "")]),
        ("POST", "/api/import/files", [("import", "")]),
        ("GET", "/api/public/roots", [("roots", "")]),
        ("GET", "/api/public/roots/consistency", [("roots", "")]),
        ("GET", "/api/public/keys", [("roots", "")]),
        ("GET", "/api/ledger", [("ledger", "")]),
        ("GET", "/api/ledger/days/2026-11-21/entries", [("ledger", "")]),
        ("GET", "/api/ledger/setting", []),
        ("GET", "/api/kept", [("kept", "")]),
        ("GET", "/kept", [("kept", "")]),
        ("GET", "/api/patrol/screens/x/key/code", [("screen", "")]),
        ("DELETE", "/api/session", []),
        ("GET", "/api/incidents", []),
        ("POST", "/api/incidents", []),
        ("POST", "/gps/phone-secret", []),
        ("POST", "/hook/someone", []),
        ("POST", "/elsewhere/api/session", []),
    ],
)
def test_which_limits_a_request_must_pass(method, path, limits):
    assert asked(method, path) == limits


def test_each_limit_guards_a_route_that_is_there(centre):
    routes = [(item.method, centre.path(item, known=False)) for item in centre.routes()]
    doors = [route for route in centre.app.routes if isinstance(route, Route)]
    routes += [(method, re.sub("{.+?}", "x", door.path)) for door in doors for method in door.methods or ()]
    guarded = {name for route in routes for name, _ in asked(*route)}
    idle = [limit.name for limit in LIMITS if limit.name not in guarded]
    assert idle == [], "a limit whose route was renamed guards nothing"


def test_names_are_unlike_so_that_no_two_limits_share_a_bucket():
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)


def test_what_is_open_to_everybody_is_limited_but_for_leaving(centre):
    everybodys = [(item.method, centre.path(item, known=False)) for item in centre.routes() if item.right == PUBLIC]
    assert [route for route in everybodys if not asked(*route)] == [("DELETE", "/api/session")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("testclient", "testclient", True),
    ],
)
def test_one_caller_is_what_it_cannot_change_by_itself(one, other, same):
    assert (network(one) == network(other)) is same


def test_a_burst_then_a_wait_that_is_as_long_as_said():
    clock = MovedClock(NIGHT)
    counts = Counts(clock, [LOOK])
    assert [counts.take(LOOK, "a") for _ in range(4)] == [0, 0, 0, 2]
    assert counts.take(LOOK, "b") == 0, "another's bucket is its own"
    clock.move(timedelta(seconds=1))
    assert counts.take(LOOK, "a") == 1, "asking again costs nothing, waiting counts"
    clock.move(timedelta(seconds=1))
    assert [counts.take(LOOK, "a") for _ in range(2)] == [0, 2]
    clock.move(timedelta(days=1))
    assert [counts.take(LOOK, "a") for _ in range(4)] == [0, 0, 0, 2], "a bucket never holds more than its burst"


def test_two_limits_count_the_same_caller_apart():
    counts = Counts(MovedClock(NIGHT), [LOOK, ALL])
    assert [counts.take(LOOK, "a") for _ in range(3)] == [0, 0, 0]
    assert [counts.take(ALL, "a") for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_of_too_many_callers_the_longest_silent_is_forgotten():
    counts = Counts(MovedClock(NIGHT), [LOOK], remembered=2)
    for key in "aaabbba":
        counts.take(LOOK, key)
    assert counts.take(LOOK, "c") == 0
    assert counts.take(LOOK, "a") == 2, "a asked last but one and is remembered"
    assert counts.take(LOOK, "b") == 0, "b was silent for longest: its bucket is full again"


def screen(centre, address: str, role: str | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=centre.app, client=(address, 40_000))
    cookies = {} if role is None else {COOKIE: next(token for (who, _), token in centre.tokens.items() if who == role)}
    return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=FORM, cookies=cookies)


async def statuses(client: httpx.AsyncClient, path: str, times: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


async def test_an_address_that_asks_too_often_is_told_how_long_to_wait(centre):
    burst = int(named("streets").burst)
    async with screen(centre, "203.0.113.1") as client, screen(centre, "203.0.113.2") as neighbour:
        assert 429 not in await statuses(client, "/api/streets", burst)
        refused = await client.get("/api/streets")
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "1"
        error = refused.json()["error"]
        assert (error["code"], error["facts"]["wait_s"]) == ("too_many_requests", 1)
        assert error["th"]
        assert error["en"]
        assert (await neighbour.get("/api/streets")).status_code != 429
        assert (await client.get("/api/info")).status_code == 200, "only what was asked too often is refused"
        centre.clock.move(timedelta(seconds=1))
        assert await statuses(client, "/api/streets", 3) != [429, 429, 429]


async def test_an_account_is_counted_wherever_it_sits_and_alone(centre):
    burst = int(named("search").burst)
    async with (
        screen(centre, "203.0.113.11", "supervisor") as desk,
        screen(centre, "203.0.113.12", "supervisor") as home,
        screen(centre, "203.0.113.11", "operator") as colleague,
    ):
        told = await asyncio.gather(*[desk.get("/api/search?q=ก") for _ in range(burst)])
        assert {answer.status_code for answer in told} == {200}
        refused = await home.get("/api/search?q=ก")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "account_limited")
        assert (await colleague.get("/api/search?q=ก")).status_code == 200


async def test_a_call_for_help_that_comes_too_often_is_sent_to_191(centre):
    limit = named("help")
    async with screen(centre, "203.0.113.21") as client:
        for _ in range(int(limit.burst)):
            answer = await client.post("/api/citizen/help", json={})
            assert answer.status_code != 429
        refused = await client.post("/api/citizen/help", json={})
    assert refused.status_code == 429
    error = refused.json()["error"]
    assert error["code"] == "help_limited"
    assert "191" in error["th"]
    assert "191" in error["en"]
