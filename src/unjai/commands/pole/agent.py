"""The program of a point: its line to the centre, its press, its voice, its siren and light.

It speaks the same doors as the page `/pole`. A press goes by HTTP, again and again until the centre has it on disc;
voice is WebRTC, signalled through the point's one socket.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import secrets
import shlex
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from unjai.commands.pole.sound import Gate, Speaker
from unjai.model.errors import UnjaiError

log = logging.getLogger(__name__)

_HEARTBEAT_S: Final = 30.0
_AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0)
_REFUSED: Final = 4401
_LAST_WORDS_S: Final = 3.0
_SWITCH_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What a point is made of. `siren` and `light` are programs that are run with ``on`` or ``off`` as last word."""

    microphone: Callable[[], MediaStreamTrack]
    loudspeaker: Callable[[], Speaker]
    siren: str = ""
    light: str = ""


class Agent:
    """One point. `run` keeps its line up for ever; `press` and `call` are what its button does."""

    def __init__(self, centre: str, key: str, secret: str, fitted: Fitted, tls: ssl.SSLContext | None = None) -> None:
        """Stand ready; nothing is sent before `run`."""
        self._centre, self._key, self._fitted, self._tls = centre.rstrip("/"), key, fitted, tls
        self._basic = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._boot, self._seq = secrets.token_hex(6), 0
        self._http = httpx.AsyncClient(
            base_url=self._centre, headers={"Authorization": self._basic}, verify=tls or True, timeout=10
        )
        self._socket: ClientConnection | None = None
        self._ice: list[RTCIceServer] = []
        self._call: dict[str, Any] | None = None
        self._ready_for = ""
        self._peer: RTCPeerConnection | None = None
        self._gate: Gate | None = None
        self._speaker: Speaker | None = None
        self._works: dict[str, asyncio.Task[None]] = {}
        self._offs: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.connected = asyncio.Event()
        """The centre knows this point now."""

    async def run(self) -> None:
        """Keep the line up; raise `agent_refused` (401) where the centre does not know the credential."""
        heart = asyncio.create_task(self._heart())
        tries = 0
        try:
            while True:
                try:
                    await self._once()
                    tries = 0
                except InvalidStatus as error:
                    log.warning("the centre does not open: %s", error)
                except ConnectionClosed as error:
                    if error.rcvd is not None and error.rcvd.code == _REFUSED:
                        raise UnjaiError("agent_refused", 401, key=self._key) from error
                    log.warning("the line to the centre is cut: %s", error)
                except (OSError, TimeoutError) as error:
                    log.warning("the line to the centre is cut: %s", error)
                self.connected.clear()
                await asyncio.sleep(_AGAIN_S[min(tries, len(_AGAIN_S) - 1)])
                tries += 1
        finally:
            heart.cancel()
            for work in self._works.values():
                work.cancel()
            await asyncio.gather(heart, *self._works.values(), *self._offs, return_exceptions=True)
            if self._tasks:  # that all is off is said, if the centre hears it
                await asyncio.wait(self._tasks, timeout=_LAST_WORDS_S)
            last = tuple(self._tasks)
            for task in last:
                task.cancel()
            await asyncio.gather(*last, return_exceptions=True)
            await self._hang_up()
            await self._http.aclose()

    async def _once(self) -> None:
        address = self._centre.replace("http", "ws", 1) + "/ws/sos/point"
        async with connect(address, additional_headers={"Authorization": self._basic}, ssl=self._tls) as socket:
            self._socket = socket
            try:
                await self._say({"type": "hello", "by": "agent", "voice": "ready"})
                async for message in socket:
                    try:
                        await self._heard(json.loads(message))
                    except Exception:  # an offer that cannot be taken ends neither the button nor the siren
                        log.exception("a word of the centre could not be taken")
            finally:
                self._socket = None

    async def _say(self, body: dict[str, Any]) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(body))

    async def _heart(self) -> None:
        while True:
            await self._tell("heartbeat", {"firmware": "unjai pole"}, once=True)
            await asyncio.sleep(_HEARTBEAT_S)

    async def _tell(self, event: str, facts: dict[str, Any], *, once: bool = False) -> bool:
        """Say something by the sensor's own door; until the centre has it, or `once`. False where it was refused."""
        self._seq += 1
        body = {"boot": self._boot, "seq": self._seq, **facts}
        tries = 0
        while True:
            try:
                answer = await self._http.post(f"/sos/{event}", json=body)
            except httpx.HTTPError as error:
                log.warning("%s waits for the line: %s", event, error)
            else:
                if answer.is_success:
                    return True
                if answer.status_code < 500 and answer.status_code not in (408, 429):  # noqa: PLR2004
                    log.error("the centre refuses %s: %s", event, answer.text[:200])
                    return False
            if once:
                return False
            await asyncio.sleep(_AGAIN_S[min(tries, len(_AGAIN_S) - 1)])
            tries += 1

    async def press(self) -> None:
        """Call for help: return once the centre has the press; then ring."""
        await self._tell("press", {"button": "agent"})
        await self._say({"type": "pressed"})
        await self.call()

    async def call(self) -> None:
        """Ring at the centre."""
        await self._say({"type": "call", "who": "public"})

    async def _heard(self, said: dict[str, Any]) -> None:
        match said.get("type"):
            case "hello":
                self._ice = [
                    RTCIceServer(urls=one["urls"], username=one.get("username"), credential=one.get("credential"))
                    for one in said["ice"]
                ]
                self._ready_for = ""
                self.connected.set()
            case "call":
                await self._called(said["call"])
            case "signal" if said.get("here"):
                await self._say({"type": "ready"})
            case "signal" if said.get("kind") == "offer":
                await self._answer(said["sdp"], said["n"])
            case "command":
                self._obey(said)

    async def _called(self, call: dict[str, Any] | None) -> None:
        self._call = call
        if call is None or call["state"] == "ended":
            self._ready_for = ""
            await self._hang_up()
            return
        if self._gate is not None:
            self._gate.open = call["state"] == "talking"
        rings_there = call["state"] == "ringing" and call["began_by"] == "point"
        if not rings_there and self._ready_for != call["id"]:
            self._ready_for = call["id"]
            await self._say({"type": "ready"})

    async def _answer(self, sdp: str, number: int) -> None:
        """Take the operator's offer: a fresh connection each time, so that a reload there joins again."""
        await self._hang_up()
        try:
            await self._joined(sdp, number)
        except Exception:
            await self._hang_up()  # no microphone stays open without a call
            raise

    async def _joined(self, sdp: str, number: int) -> None:
        peer = self._peer = RTCPeerConnection(RTCConfiguration(iceServers=self._ice))
        self._gate, self._speaker = Gate(self._fitted.microphone()), self._fitted.loudspeaker()
        self._gate.open = self._call is None or self._call["state"] != "held"
        peer.addTrack(self._gate)
        speaker = self._speaker
        peer.on("track", speaker.addTrack)
        await peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        await speaker.start()
        await self._say({"type": "signal", "kind": "answer", "sdp": peer.localDescription.sdp, "n": number})

    async def _hang_up(self) -> None:
        peer, gate, speaker = self._peer, self._gate, self._speaker
        self._peer = self._gate = self._speaker = None
        if speaker is not None:
            await speaker.stop()
        if peer is not None:
            await peer.close()
        if gate is not None:
            gate.stop()
            gate.source.stop()

    def _obey(self, told: dict[str, Any]) -> None:
        command, part = str(told["command"]), str(told["do"])
        work = self._works.get(command)
        working = work is not None and not work.done()
        if told["on"] and work is None:
            self._works[command] = asyncio.create_task(self._work(command, part, float(told["lasts_s"])), name=part)
        elif told["on"]:
            self._ack(command, "on" if working else "done")
        elif work is not None and working:
            if not work.cancelling():
                work.cancel()  # which switches off and says so
        elif (program := self._program(part)) and not self._sounds(part):
            self._switch_off(command, program)  # it may not have gone off, or be on since before this program began
        else:
            self._ack(command, "done")

    def _program(self, part: str) -> str:
        return {"siren": self._fitted.siren, "light": self._fitted.light}.get(part, "")

    def _sounds(self, part: str) -> bool:
        """Tell whether a command has the part now: one that is over does not switch it off."""
        return any(not work.done() and work.get_name() == part for work in self._works.values())

    async def _work(self, command: str, part: str, lasts_s: float) -> None:
        """Switch a part on for a while; off again whatever happens, and say each as it is done."""
        program = self._program(part)
        if not program:
            self._ack(command, "refused", "not fitted")
            return
        trouble = ""
        try:
            trouble = await _switch(program, "on")
            if trouble:
                self._ack(command, "refused", trouble)
            else:
                self._ack(command, "on")
                await asyncio.sleep(lasts_s)
        finally:
            await asyncio.shield(self._switch_off("" if trouble else command, program))

    def _switch_off(self, command: str, program: str) -> asyncio.Task[None]:
        """Switch off, which nothing cancels; say so of `command`, if one is named."""
        task = asyncio.create_task(self._off(command, program))
        self._offs.add(task)
        task.add_done_callback(self._offs.discard)
        return task

    async def _off(self, command: str, program: str) -> None:
        trouble = await _switch(program, "off")
        if trouble:
            log.error("cannot be switched off: %s", trouble)
        elif command:
            self._ack(command, "done")

    def _ack(self, command: str, state: str, why: str = "") -> None:
        facts = {"command": command, "state": state} | ({"why": why} if why else {})
        task = asyncio.create_task(self._tell("ack", facts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _switch(program: str, word: str) -> str:
    """Run a part's program with ``on`` or ``off``; return what went wrong, empty where nothing did.

    It has ended when this returns: one that hangs, or is not waited for any more, is killed.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(program), word, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except (OSError, ValueError) as error:
        return str(error)[:200] or type(error).__name__
    try:
        _out, said = await asyncio.wait_for(process.communicate(), _SWITCH_S)
    except TimeoutError:
        return "no end"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return "" if process.returncode == 0 else (said.decode(errors="replace").strip() or "failed")[:200]
