"""An SOS pole: heartbeats every 30 s of the play, battery, and whatever the scenes do to it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

from unjai.demo.night.line import Line
from unjai.demo.night.stage import Stage
from unjai.demo.town.force import Device

HEARTBEAT_S = 30.0
LEAST_S = 3.0


class Pole:
    """Plays one pole over MQTT."""

    def __init__(self, stage: Stage, device: Device, boot: str) -> None:
        """Have power, but send nothing before `run`. `boot` names this start of the pole's program."""
        self.stage, self.device = stage, device
        self.key = device.key
        self.line = Line(stage.broker, self.key, stage.known.devices[self.key], hears=f"sos/{self.key}/command")
        self._works: dict[str, asyncio.Task[None]] = {}
        self.boot = boot
        self.battery = stage.dice.uniform(0.82, 0.99)
        self.powered = asyncio.Event()
        self.powered.set()
        self._seq = 0

    async def run(self) -> None:
        """Send heartbeats for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.line.run())
            group.create_task(self._beat())
            group.create_task(self._obey(group))

    async def _beat(self) -> None:
        began_s = self.stage.pace.played_s()
        await self.stage.pace.sleep(self.stage.dice.uniform(0, HEARTBEAT_S / 3))
        while True:
            await self.powered.wait()
            uptime_s = round(self.stage.pace.played_s() - began_s)
            await self.say("heartbeat", uptime_s=uptime_s, battery=round(self.battery, 3), mains=True)
            await self.stage.pace.sleep(HEARTBEAT_S, least_s=LEAST_S)

    async def _obey(self, group: asyncio.TaskGroup) -> None:
        """Do what the centre asks: sound, say so, and say when it is over."""
        while True:
            told = json.loads(await self.line.heard.get())
            command, part = str(told["command"]), str(told["do"])
            works = self._works.get(command)
            if not self.device.settings.get(part):
                await self.say("ack", command=command, state="refused", why="not fitted")
            elif told["on"] and works is None:
                self._works[command] = group.create_task(self._work(command, float(told["lasts_s"])))
            elif told["on"]:
                await self.say("ack", command=command, state="on")
            else:
                if works is not None:
                    works.cancel()
                await self.say("ack", command=command, state="done")

    async def _work(self, command: str, lasts_s: float) -> None:
        await self.say("ack", command=command, state="on")
        await asyncio.sleep(lasts_s)
        await self.say("ack", command=command, state="done")

    async def say(self, event: str, *, copies: int = 1, **facts: object) -> None:
        """Publish an event under the pole's own name; `copies` sends the very same message again."""
        at, payload = self._payload(facts)
        for _ in range(copies):
            await self.line.send(f"sos/{self.key}/{event}", payload)
            self.stage.ledger.acknowledged(_KINDS[event], by="puback", source=self.key, observed_at=at)

    async def forge(self, victim: str) -> None:
        """Publish a press under another pole's name; MQTT 3.1.1 acknowledges even what the broker refuses."""
        at, payload = self._payload({"button": "help"})
        await self.line.send(f"sos/{victim}/press", payload)
        self.stage.ledger.acknowledged("sos_press", by="puback", source=victim, observed_at=at, kept=False)

    async def babble(self) -> None:
        """Publish a press that nobody can read."""
        await self.line.send(f"sos/{self.key}/press", b'{"button": "help", "seq": ')
        self.stage.ledger.acknowledged("junk", by="puback", source=self.key, kept=False)

    def cut(self) -> None:
        """Lose the power."""
        self.powered.clear()
        self.line.open.clear()

    def mend(self) -> None:
        """Have the power back."""
        self.line.open.set()
        self.powered.set()

    def _payload(self, facts: dict[str, object]) -> tuple[datetime, bytes]:
        self._seq += 1
        now = self.stage.now()
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        body = {"boot": self.boot, "seq": self._seq, "at": at.isoformat(), **facts}
        return at, json.dumps(body).encode()


_KINDS = {
    "press": "sos_press",
    "release": "sos_release",
    "heartbeat": "pole_heartbeat",
    "battery": "pole_battery",
    "tamper": "pole_tamper",
    "ack": "pole_ack",
}
