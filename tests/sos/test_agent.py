"""The program of a point: what it switches goes off whatever happens, and no word of the centre ends it."""

import asyncio
import json
import os

import httpx
import pytest

from tests.sos.conftest import HERE
from unjai.commands.pole.agent import Agent, Fitted
from unjai.commands.pole.sound import Tone
from unjai.model.actor import system
from unjai.sos import flows, store
from unjai.web.signals import to_point

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:(OpenSSL|aiortc|aioice|websockets|uvicorn).*")

SIREN = """#!/bin/sh
echo "begin $1" >> {at}/log
if [ "$1" = on ] && [ -p {at}/gate ]; then read _ < {at}/gate; fi
if [ "$1" = off ] && [ -e {at}/stuck ]; then rm {at}/stuck; echo stuck >&2; exit 1; fi
echo "$1" >> {at}/log
"""


class Ear:
    """Hears nothing."""

    def addTrack(self, _track):  # noqa: N802  aiortc's name
        """Take a track."""

    async def start(self):
        """Nothing to open."""

    async def stop(self):
        """Nothing to close."""


class Siren:
    """A siren's program that notes what it was told."""

    def __init__(self, at):
        self.at, self.program = at, str(at / "siren")
        (at / "siren").write_text(SIREN.format(at=at))
        (at / "siren").chmod(0o755)

    def log(self):
        return (self.at / "log").read_text().splitlines() if (self.at / "log").exists() else []

    async def said(self, word):
        while word not in self.log():
            await asyncio.sleep(0)


def fitted(siren):
    return Fitted(microphone=lambda: Tone(1), loudspeaker=Ear, siren=siren.program)


@pytest.fixture
def siren(tmp_path):
    return Siren(tmp_path)


@pytest.fixture
async def point(siren):
    """A point without a line, whose answers are kept in `acks`."""
    agent, acks = Agent("http://centre.example", "POLE-1", "x", fitted(siren)), asyncio.Queue()

    async def taken(request):
        acks.put_nowait(json.loads(request.content))
        return httpx.Response(201)

    await agent._http.aclose()
    agent._http = httpx.AsyncClient(base_url="http://centre.example", transport=httpx.MockTransport(taken))
    async with asyncio.timeout(60):
        yield agent, acks
    await agent._http.aclose()


def told(on, lasts_s=30):
    return {"command": "c1", "do": "siren", "on": on, "lasts_s": lasts_s}


async def test_a_stop_while_it_is_being_switched_on_switches_it_off(point, siren):
    agent, acks = point
    os.mkfifo(siren.at / "gate")  # the program waits in it
    agent._obey(told(on=True))
    await siren.said("begin on")
    agent._obey(told(on=False))
    assert (await acks.get())["state"] == "done"
    assert siren.log() == ["begin on", "begin off", "off"]


async def test_a_stop_said_twice_switches_off_once(point, siren):
    agent, acks = point
    agent._obey(told(on=True))
    assert (await acks.get())["state"] == "on"
    agent._obey(told(on=False))
    agent._obey(told(on=False))
    assert (await acks.get())["state"] == "done"
    assert siren.log() == ["begin on", "on", "begin off", "off"]


async def test_what_did_not_go_off_is_not_said_to_be_done_and_a_stop_tries_again(point, siren):
    agent, acks = point
    (siren.at / "stuck").touch()
    agent._obey(told(on=True, lasts_s=0))
    assert (await acks.get())["state"] == "on"
    await asyncio.wait(agent._works.values())
    assert acks.empty()
    assert siren.log() == ["begin on", "on", "begin off"]
    agent._obey(told(on=False))
    assert (await acks.get())["state"] == "done"
    assert siren.log()[-1] == "off"


async def test_a_late_stop_of_another_command_leaves_the_siren_on(point, siren):
    agent, acks = point
    agent._obey(told(on=True))
    assert (await acks.get())["state"] == "on"
    agent._obey({**told(on=False), "command": "c0"})
    answer = await acks.get()
    assert (answer["command"], answer["state"]) == ("c0", "done")
    assert siren.log() == ["begin on", "on"]
    agent._obey(told(on=False))
    assert (await acks.get())["state"] == "done"


async def test_an_offer_that_cannot_be_taken_leaves_the_siren_working(db, bus, edge, ground, siren):
    agent = Agent(f"http://{edge.place}", "POLE-1", edge.secret, fitted(siren))
    running = asyncio.create_task(agent.run())
    async with asyncio.timeout(60):
        await agent.connected.wait()
        await agent.call()
        while agent._call is None:
            await asyncio.sleep(0)
        junk = {"type": "signal", "call_id": agent._call["id"], "kind": "offer", "sdp": "v=nonsense", "n": 1}
        await bus.tell(to_point(HERE, ground.pole), json.dumps(junk).encode())
        await bus.tell(flows.command_subject("POLE-1"), json.dumps(told(on=True)).encode())
        await siren.said("on")
        assert not running.done()
        assert (agent._peer, agent._gate) == (None, None)  # the microphone is closed
        running.cancel()  # the program is ended while the siren sounds
        await asyncio.gather(running, return_exceptions=True)
    assert siren.log()[-1] == "off"
    async with db.tx(system(HERE)) as tx:
        row = await store.open_call_of(tx, ground.pole)
        await store.change_call(tx, row["id"], state="ended", ended_at=edge.made.clock.now(), ended_why="desk")
