"""What the screens and `/healthz` are told when the disc is full or an engine does not answer."""

import json
import re
import shutil
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tests.web.edge import HERE, PASSWORD
from unjai.roles import trouble
from unjai.web.live import Hub, Reader

FULL = SimpleNamespace(total=10**12, used=10**12, free=99_999_999)


class _Bus:
    def __init__(self, error=None):
        self.nc, self.error = self, error

    async def answers(self, _patience_s):
        if self.error:
            raise self.error


class _Away:
    def tx(self, _actor):
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError("no server"))


@pytest.fixture
def made(db, tmp_path):
    return SimpleNamespace(db=db, bus=_Bus(), settings=SimpleNamespace(data=tmp_path))


async def test_a_full_disc_is_named_even_while_core_lives(made, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: FULL)
    assert await trouble.why(made, core_lost=False) == "disc"
    assert await trouble.why(made, core_lost=True) == "disc"


async def test_which_engine_is_away_is_named(made):
    assert await trouble.why(made, core_lost=True) is None, "both answer: core itself has stopped"
    made.db = _Away()
    assert await trouble.why(made, core_lost=True) == "database"
    made.bus = _Bus(TimeoutError())
    assert await trouble.why(made, core_lost=True) == "stream"
    assert await trouble.why(made, core_lost=False) is None, "nobody is asked while core is heard"


def test_a_tick_tells_it(clock):
    hub = Hub(_Bus(), clock)
    reader = Reader(station_id=10, view="c")
    assert json.loads(hub._tick(reader))["why"] is None
    hub.why = "disc"
    assert json.loads(hub._tick(reader))["why"] == "disc"


async def test_a_command_that_finds_no_room_says_so(centre, monkeypatch):
    full = OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file: No space left on device"))

    async def broken():
        raise full

    async with centre.client("superintendent") as client:
        monkeypatch.setitem(centre.app.state._state, "system", broken)
        answer = await client.get("/api/system")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["facts"]["needed_mb"]) == (507, "disc_full", 100)


async def test_the_session_lasts_whatever_the_centres_clock_says(centre):
    centre.clock.move(timedelta(days=-400))
    try:
        async with centre.client() as client:
            said = {"username": f"operator.{HERE}", "password": PASSWORD}
            answer = await client.post("/api/session", json=said)
            assert re.search(r"unjai_session=.*Max-Age=57600", answer.headers["set-cookie"])
            assert "expires" not in answer.headers["set-cookie"].lower()
    finally:
        centre.clock.move(timedelta(days=400))
