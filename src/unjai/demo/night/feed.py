"""The live feed as a screen reads it: snapshot, ordered deltas, moving marks; a gap asks for a new snapshot."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import struct
from typing import Any

import websockets
from websockets.asyncio.client import connect

from unjai.demo.night.door import RefusedError, Session
from unjai.demo.night.pace import heed_cancel

log = logging.getLogger(__name__)

_MARK = struct.Struct("<IiiHBBI")
_AGAIN_S = 0.5


class Feed:
    """What the room's screen shows right now."""

    def __init__(self, session: Session) -> None:
        """Listen with this session when `run` runs."""
        self.session = session
        self.incidents: dict[str, dict[str, Any]] = {}
        self.units: dict[str, dict[str, Any]] = {}
        self.devices: dict[str, dict[str, Any]] = {}
        self.seen_s: dict[int, int] = {}
        """Newest time of each mark, unix seconds."""
        self.backwards: dict[int, int] = {}
        """How often a mark went back in time: never, if the picture is right."""
        self.gaps = 0
        self.seq: int | None = None
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listen for ever; come back when the line breaks."""
        while True:
            with contextlib.suppress(websockets.WebSocketException, OSError, RefusedError, TimeoutError):
                await self._listen()
            heed_cancel()
            self.ready.clear()
            await asyncio.sleep(_AGAIN_S)

    async def _listen(self) -> None:
        await self.session.ask("GET", "/api/session")
        url = self.session.door.base_url.replace("http", "ws", 1) + "/api/live"
        headers = {"Cookie": f"unjai_session={self.session.cookie}"}
        async with connect(url, additional_headers=headers, max_size=None, proxy=None, open_timeout=10) as socket:
            self.seq = None
            async for frame in socket:
                whole = self._marks(frame) if isinstance(frame, bytes) else self._text(json.loads(frame))
                if not whole:
                    self.gaps += 1
                    self.seq = None
                    await socket.send('{"type":"resync"}')

    def _follows(self, seq: int) -> bool:
        if self.seq is None or seq != (self.seq + 1) & 0xFFFFFFFF:
            return False
        self.seq = seq
        return True

    def _text(self, said: dict[str, Any]) -> bool:
        if said["type"] == "snapshot":
            self.seq = said["seq"]
            self.incidents, self.units, self.devices = {}, {}, {}
            self._take(said)
            self.ready.set()
            return True
        if said["type"] != "delta" or self.seq is None:
            return True
        if not self._follows(said["seq"]):
            return False
        self._take(said)
        for key in said["gone"]["incidents"]:
            self.incidents.pop(key, None)
        return True

    def _take(self, said: dict[str, Any]) -> None:
        self.incidents |= {row["id"]: row for row in said["incidents"]}
        self.units |= {row["call_sign"]: row for row in said["units"]}
        self.devices |= {row["key"]: row for row in said["devices"]}

    def _marks(self, frame: bytes) -> bool:
        if self.seq is None:
            return True
        if not self._follows(struct.unpack_from("<I", frame)[0]):
            return False
        for mark, _, _, _, _, _, seen_s in _MARK.iter_unpack(frame[4:]):
            if seen_s < self.seen_s.get(mark, 0):
                self.backwards[mark] = self.backwards.get(mark, 0) + 1
            else:
                self.seen_s[mark] = seen_s
        return True
