"""Sound through the real centre: a point's program and an operator's end find each other by its doors, and both hear."""

import asyncio
import contextlib
import json

import aioice.ice
import httpx
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.sos.conftest import HERE
from unjai.commands.pole.agent import Agent, Fitted
from unjai.commands.pole.sound import Tone
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.people import flows as people
from unjai.people.api.accounts import COOKIE
from unjai.platform.audit import audit_log

PASSWORD = "เสาไฟริมโขง 3 ต้น"
AT_POINT, AT_DESK = 440.0, 1000.0
ENOUGH_S = 0.6
RATE = 48_000

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:(OpenSSL|aiortc|aioice|websockets|uvicorn).*")


class Ear:
    """Hears a track until there is enough of it to tell its loudest tone."""

    def __init__(self):
        self.samples, self.rate, self.enough, self._task = [], RATE, asyncio.Event(), None

    def addTrack(self, track):  # noqa: N802  aiortc's name
        self._task = asyncio.ensure_future(self._hear(track))

    async def start(self):
        """Nothing to open."""

    async def stop(self):
        if self._task is not None:
            self._task.cancel()

    async def _hear(self, track):
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                self.rate = frame.sample_rate
                heard = frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)].astype(float)
                if self.samples or np.abs(heard).max(initial=0) > 500:  # from the first sound on
                    self.samples.append(heard)
                if sum(map(len, self.samples)) >= ENOUGH_S * self.rate:
                    self.enough.set()

    def hertz(self):
        sound = np.concatenate(self.samples)
        strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
        return float(np.fft.rfftfreq(len(sound), 1 / self.rate)[strength.argmax()])


@pytest.fixture
def loopback(monkeypatch):
    """Candidates on this machine alone."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_kinds: ["127.0.0.1"])


@pytest.fixture
async def cookie(db, centre):
    """An operator who has signed in."""
    clock, root = SystemClock(), system(HERE)
    async with db.tx(root) as tx:
        with contextlib.suppress(UnjaiError):  # made by the test before
            await people.create_account(
                tx,
                root,
                clock,
                username="voice",
                name_th="พนักงานวิทยุ",
                home_id=HERE,
                roles=[("operator", HERE)],
                password=PASSWORD,
                must_change=False,
            )
    async with db.tx(root) as tx:
        signed = await people.sign_in(tx, root, clock, username="voice", password=PASSWORD, ip="v", agent="t")
    return str(signed.token)


class Desk:
    """An operator's page without a browser."""

    def __init__(self, place, cookie):
        self.place, self.cookie = place, cookie
        self.http = httpx.AsyncClient(
            base_url=f"http://{place}", cookies={COOKIE: cookie}, headers={"X-Unjai": "1"}, timeout=60
        )
        self.ear, self.peer, self.number, self.states = Ear(), None, 0, asyncio.Queue()

    async def calls(self):
        answer = await self.http.get("/api/sos/desk")
        answer.raise_for_status()
        return answer.json()["calls"]

    async def deed(self, call_id, what):
        answer = await self.http.post(f"/api/sos/calls/{call_id}/{what}")
        answer.raise_for_status()
        return answer.json()

    async def talk(self, call_id):
        """Serve the call's socket: offer whenever asked, until the call is over."""
        address = f"ws://{self.place}/ws/sos/call/{call_id}"
        async with connect(address, additional_headers={"Cookie": f"{COOKIE}={self.cookie}"}) as socket:
            async for message in socket:
                said = json.loads(message)
                if said["type"] == "hello":
                    await socket.send(json.dumps({"here": True}))
                elif said["type"] == "call":
                    self.states.put_nowait(said["call"]["state"])
                    if said["call"]["state"] == "ended":
                        break
                elif said.get("again"):
                    await self._offer(socket)
                elif said.get("kind") == "answer" and said["n"] == self.number:
                    await self.peer.setRemoteDescription(RTCSessionDescription(sdp=said["sdp"], type="answer"))
        await self._over()

    async def _offer(self, socket):
        await self._over()
        self.peer, self.number = RTCPeerConnection(), self.number + 1
        peer = self.peer
        peer.addTrack(Tone(AT_DESK))
        peer.on("track", self.ear.addTrack)
        await peer.setLocalDescription(await peer.createOffer())
        await socket.send(json.dumps({"kind": "offer", "sdp": peer.localDescription.sdp, "n": self.number}))

    async def _over(self):
        if self.peer is not None:
            await self.peer.close()

    async def close(self):
        await self.ear.stop()
        await self._over()
        await self.http.aclose()


@contextlib.asynccontextmanager
async def running(agent):
    task = asyncio.create_task(agent.run())
    connected = asyncio.create_task(agent.connected.wait())
    await asyncio.wait({task, connected}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield
    finally:
        connected.cancel()
        task.cancel()
        await asyncio.gather(task, connected, return_exceptions=True)


async def changed(bus, subject, found):
    """Wait until `found()` says something, asked again at each event."""
    woken = asyncio.Event()
    woken.set()

    async def wake(_subject, _data):
        woken.set()

    hearing = await bus.hear(subject, wake)
    try:
        while True:
            await woken.wait()
            woken.clear()
            if (answer := await found()) is not None:
                return answer
    finally:
        await hearing.unsubscribe()


async def ended(desk, bus):
    async def none():
        return True if all(call["state"] == "ended" for call in await desk.calls()) else None

    return await changed(bus, f"evt.{HERE}.sos.changed", none)


async def test_a_tone_goes_both_ways_through_the_centre(db, bus, centre, cookie, loopback):
    _made, place, secret = centre
    ear = Ear()
    agent = Agent(
        f"http://{place}", "POLE-1", secret, Fitted(microphone=lambda: Tone(AT_POINT), loudspeaker=lambda: ear)
    )
    desk = Desk(place, cookie)

    async def ringing():
        return next((call for call in await desk.calls() if call["state"] == "ringing"), None)

    async with asyncio.timeout(60), running(agent):
        rings = asyncio.create_task(changed(bus, f"evt.{HERE}.sos.changed", ringing))
        await agent.call()
        call = await rings
        assert (call["began_by"], call["who"]) == ("point", "public")
        taken = await desk.deed(call["id"], "answer")
        assert (taken["state"], taken["mine"]) == ("talking", True)
        talking = asyncio.create_task(desk.talk(call["id"]))
        await ear.enough.wait()
        await desk.ear.enough.wait()
        assert abs(desk.ear.hertz() - AT_POINT) < 5
        assert abs(ear.hertz() - AT_DESK) < 5
        await desk.deed(call["id"], "hold")
        await desk.deed(call["id"], "end")
        await talking
    await desk.close()
    async with db.tx(system(HERE)) as tx:
        rows = await tx.all(select(audit_log.c.action).where(audit_log.c.facts["call"].astext == call["id"]))
    assert sorted(row["action"] for row in rows) == ["sos.answer", "sos.end", "sos.hold", "sos.ring"]
    assert (await desk_states(desk))[-1] == "ended"


async def desk_states(desk):
    return [desk.states.get_nowait() for _ in range(desk.states.qsize())]


async def test_the_centre_calls_a_point_and_it_opens_its_microphone(bus, centre, cookie, ground, loopback):
    _made, place, secret = centre
    ear = Ear()
    agent = Agent(
        f"http://{place}", "POLE-1", secret, Fitted(microphone=lambda: Tone(AT_POINT), loudspeaker=lambda: ear)
    )
    desk = Desk(place, cookie)

    async def ready():
        points = (await desk.http.get("/api/sos/desk")).json()["points"]
        return next((one for one in points if one["key"] == "POLE-1" and one["voice"] == "ready"), None)

    async with asyncio.timeout(60), running(agent):
        await changed(bus, f"evt.{HERE}.sos.changed", ready)
        begun = await desk.http.post(f"/api/sos/points/{ground.pole}/call", json={})
        assert begun.status_code == 201, begun.text
        talking = asyncio.create_task(desk.talk(begun.json()["id"]))
        await desk.ear.enough.wait()
        assert abs(desk.ear.hertz() - AT_POINT) < 5
        await desk.deed(begun.json()["id"], "end")
        await talking
        await ended(desk, bus)
    await desk.close()


async def test_only_the_operator_of_a_call_gets_at_its_signals(db, bus, centre, cookie, ground):
    _made, place, secret = centre
    agent = Agent(f"http://{place}", "POLE-1", secret, Fitted(microphone=lambda: Tone(1), loudspeaker=Ear))
    desk = Desk(place, cookie)

    async def ringing():
        return next((call for call in await desk.calls() if call["state"] == "ringing"), None)

    async def told(headers):
        async with connect(f"ws://{place}/ws/sos/call/{call['id']}", additional_headers=headers) as socket:
            said = json.loads(await socket.recv())
            with contextlib.suppress(ConnectionClosed):
                await socket.recv()
            return said.get("error", {}).get("code"), socket.close_code

    async with asyncio.timeout(60), running(agent):
        rings = asyncio.create_task(changed(bus, f"evt.{HERE}.sos.changed", ringing))
        await agent.call()
        call = await rings
        mine = {"Cookie": f"{COOKIE}={cookie}"}
        assert await told(mine) == ("sos_call_others", 4410)  # nobody took it yet
        assert await told({}) == ("sign_in_needed", 4401)
        assert await told({**mine, "Origin": "http://elsewhere.example"}) == ("request_forged", 4403)
        await desk.deed(call["id"], "end")
        assert await told(mine) in {("sos_call_others", 4410), ("sos_call_over", 4410)}
        await ended(desk, bus)
    await desk.close()


async def test_a_wrong_secret_opens_nothing(centre):
    _made, place, _secret = centre
    agent = Agent(f"http://{place}", "POLE-1", "not-its-own", Fitted(microphone=lambda: Tone(1), loudspeaker=Ear))
    with pytest.raises(UnjaiError, match="agent_refused"):
        async with asyncio.timeout(30):
            await agent.run()
    async with httpx.AsyncClient(base_url=f"http://{place}") as client:
        said = {"key": "POLE-1", "secret": "not-its-own"}
        assert (await client.post("/sos/session", json=said, headers={"X-Unjai": "1"}, timeout=60)).status_code == 401
        assert (await client.post("/sos/session", json=said)).status_code == 403
        assert (await client.post("/sos/press", json={})).status_code == 401


async def test_a_page_signs_in_once_and_its_press_is_durable(centre, bus):
    _made, place, secret = centre
    async with httpx.AsyncClient(base_url=f"http://{place}", headers={"X-Unjai": "1"}, timeout=60) as client:
        signed = await client.post("/sos/session", json={"key": "POLE-1", "secret": secret})
        assert signed.status_code == 200
        assert "HttpOnly" in signed.headers["set-cookie"]
        assert "SameSite=strict" in signed.headers["set-cookie"]
        assert secret not in signed.text
        assert (await client.get("/sos/session")).json()["key"] == "POLE-1"
        before = (await bus.js.stream_info("OBS_DEVICE")).state.messages
        pressed = await client.post("/sos/press", json={"boot": "page", "seq": 1, "button": "page"})
        assert pressed.status_code == 201
        assert (await bus.js.stream_info("OBS_DEVICE")).state.messages == before + 1
        del client.headers["X-Unjai"]
        assert (await client.post("/sos/press", json={"boot": "page", "seq": 2})).status_code == 403
