"""A unit's crew: patrols, answers offers on the phone page, drives there by road, and closes with what was found."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from random import Random
from typing import Any

import websockets
from websockets.asyncio.client import connect

from unjai.demo.night.door import RefusedError, Session
from unjai.demo.night.pace import heed_cancel
from unjai.demo.night.phone import Phone
from unjai.demo.night.stage import Act, Stage, lonlat
from unjai.demo.night.ways import Walker
from unjai.demo.town.force import Unit
from unjai.demo.town.shapes import XY, to_xy

FIX_EVERY_S = 5.0
STILL_EVERY_S = 45.0
LEAST_S = 1.05
_HURRY = {"car": 1.35, "motorcycle": 1.35, "foot": 1.8, "volunteer": 1.2}
_ROAM_M = {"car": 900.0, "motorcycle": 700.0, "foot": 260.0, "volunteer": 420.0}


class Crew:
    """Plays one unit. What to do next is read from the centre, so that nothing is lost when the centre restarts."""

    def __init__(self, stage: Stage, unit: Unit) -> None:
        """Stand at the unit's starting place, off duty."""
        self.stage, self.unit = stage, unit
        self.session = Session(stage.door, unit.signs_on, stage.known.accounts[unit.signs_on].password)
        self.phone = Phone(stage, unit)
        self.walker = Walker(ways=stage.ways, kind=unit.kind, at=unit.start)
        self.dice = Random(f"wiang-unjai:{unit.call_sign}")
        self.battery = self.dice.uniform(0.7, 1.0)
        self.task: dict[str, Any] | None = None
        self.held: Act | None = None
        """The act of the unit's own distress: it stays where it is until that is over."""
        self.wants_duty = True
        self.ready = asyncio.Event()
        """Set once the unit is on duty."""
        self._rest_until_s = 0.0
        self._at_scene: dict[str, float] = {}
        self._answered: set[str] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Play for ever; a crew that the centre does not let in stays out of the play."""
        try:
            await self.session.open()
        except RefusedError as error:
            self.stage.told.line(self.unit.call_sign, f"เข้าระบบไม่ได้: {error}", mood="bold red")
            self.ready.set()
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._page())
            group.create_task(self._listen())
            group.create_task(self._move())
            if self.phone.line is not None:
                group.create_task(self.phone.line.run())

    # On the street ------------------------------------------------------------------------------------------------

    async def _move(self) -> None:
        pace, loop = self.stage.pace, asyncio.get_running_loop()
        before, told_s = loop.time(), -math.inf
        await pace.sleep(self.dice.uniform(0, FIX_EVERY_S))
        while True:
            gone_s = (loop.time() - before) * pace.speed
            before = loop.time()
            self._choose()
            self.walker.advance(gone_s)
            self.battery = max(0.25, self.battery - gone_s / 40_000)
            still = self.walker.speed_mps == 0 and pace.played_s() - told_s < STILL_EVERY_S
            awake = self.phone.on_duty or not self.wants_duty  # the app starts with the duty, and is then forgotten
            fix = None if still or not awake else self._fix()
            if fix is not None:
                told_s = pace.played_s()
                with contextlib.suppress(RefusedError):
                    await self.phone.tell(fix)
            await pace.sleep(FIX_EVERY_S, least_s=LEAST_S)

    def _fix(self) -> Any:
        wobble = (self.dice.gauss(0, 1.6), self.dice.gauss(0, 1.6))
        place = (self.walker.at[0] + wobble[0], self.walker.at[1] + wobble[1])
        return self.phone.fix(
            place,
            speed_mps=self.walker.speed_mps,
            heading_deg=self.walker.heading_deg,
            battery=self.battery,
        )

    def _choose(self) -> None:
        """Choose where to go: to the incident, nowhere, or on along the beat."""
        if self.held is not None and not self.held.over.is_set():
            self.walker.stay()
        elif self.task is not None and self.task["state"] in ("accepted", "en_route", "on_scene"):
            goal = self._goal()
            if goal is not None and math.dist(goal, self.walker.at) > 12:
                self.walker.go(goal, hurry=_HURRY[self.unit.kind])
        elif self.walker.arrived:
            now_s = self.stage.pace.played_s()
            if self._rest_until_s == 0.0:
                self._rest_until_s = now_s + self.dice.uniform(15, 90)
            elif now_s > self._rest_until_s:
                self._rest_until_s = 0.0
                self.walker.goal = None
                near = self.unit.start if self.unit.kind in ("foot", "volunteer") else self.walker.at
                self.walker.go(self.stage.ways.somewhere(self.dice, near, _ROAM_M[self.unit.kind]))

    def _goal(self) -> XY | None:
        row = None if self.task is None else self.task["incident"]
        return None if row is None or row["lon"] is None else to_xy(row["lon"], row["lat"])

    # On the phone's page ------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Hear the unit's own channel; the page is read anew whenever it speaks."""
        url = self.stage.door.base_url.replace("http", "ws", 1) + "/api/officer/live"
        while True:
            with contextlib.suppress(websockets.WebSocketException, OSError, TimeoutError, RefusedError):
                await self.session.ask("GET", "/api/session")
                headers = {"Cookie": f"unjai_session={self.session.cookie}"}
                async with connect(url, additional_headers=headers, proxy=None, open_timeout=10) as socket:
                    async for frame in socket:
                        if json.loads(frame).get("type") == "officer":
                            self._wake.set()
            heed_cancel()
            await asyncio.sleep(1.0)

    async def _page(self) -> None:
        while True:
            try:
                page = await self.session.ask("GET", "/api/officer")
                await self._duty(page)
                self.task = page["assignment"]
                if self.task is not None:
                    await self._work(self.task)
            except RefusedError as error:
                if error.status != 409:  # a move that came too late: the page is read anew
                    self.stage.told.line(self.unit.call_sign, f"ศูนย์ปฏิเสธ: {error}", mood="red")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(1.0, min(5.0, 10 / self.stage.pace.speed))):
                    await self._wake.wait()
            self._wake.clear()

    async def _duty(self, page: dict[str, Any]) -> None:
        on = bool(page["duty"]["on"])
        if on != self.wants_duty and (self.wants_duty or page["assignment"] is None):
            if not self.wants_duty:
                self.phone.on_duty = False
            await self.session.ask("POST", "/api/officer/duty", {"on": self.wants_duty})
            self.stage.ledger.acknowledged("duty", by="200", source=self.unit.call_sign, on=self.wants_duty)
            self.stage.told.line(self.unit.call_sign, "เข้าเวร" if self.wants_duty else "ออกเวร", mood="cyan")
            on = self.wants_duty
        if on and not self.phone.on_duty:
            # The broker asks who we are when the line opens: a line older than the duty may not publish a position. The
            # doors hear of a duty by an event; on a machine that has much to do that takes them seconds.
            await asyncio.sleep(4.0)
            self.phone.on_duty = True
            self.ready.set()

    async def _work(self, task: dict[str, Any]) -> None:
        state, key, row = task["state"], task["id"], task["incident"]
        if state == "offered":
            if key not in self._answered:
                self._answered.add(key)
                await self._answer(key, row)
        elif state == "accepted":
            await self.stage.pace.sleep(5, least_s=0.5)
            await self._step(key, "en-route", f"ออกเดินทางไป {row['title_th']} {row['place_th']}")
        elif state == "en_route":
            goal = self._goal()
            if goal is None or math.dist(goal, self.walker.at) < 25:
                await self._step(key, "on-scene", f"ถึงที่เกิดเหตุ {row['title_th']}")
        elif state == "on_scene":
            await self._finish(key, row)

    async def _answer(self, key: str, row: dict[str, Any]) -> None:
        busy = self.held is not None and not self.held.over.is_set()
        answer = "refuses" if busy else self.stage.answer_for(row, self.unit.call_sign)
        if answer == "ignores":
            self.stage.told.line(self.unit.call_sign, "ไม่ตอบรับงาน (โทรศัพท์อยู่ในกระเป๋า)", mood="yellow")
            return
        await self.stage.pace.sleep(self.dice.uniform(3, 9), least_s=0.5)
        if answer == "refuses":
            await self._step(key, "refuse", "ปฏิเสธ: กำลังควบคุมตัวผู้ต้องสงสัย", {"reason": "กำลังควบคุมตัวผู้ต้องสงสัย"})
        else:
            await self._step(key, "accept", f"รับงาน {row['title_th']}")

    async def _finish(self, key: str, row: dict[str, Any]) -> None:
        """Stay as long as the scene lasts, then close with what was found."""
        act = self.stage.act_of(row)
        lasts_s = 120.0 if act is None else act.scene.on_scene_s
        since = self._at_scene.setdefault(key, self.stage.pace.played_s())
        if self.stage.pace.played_s() - since < lasts_s:
            return
        outcome = "resolved" if act is None else act.scene.outcome
        found = "" if act is None else act.scene.found
        await self._step(key, "close", f"ปิดงาน: {found or outcome}", {"outcome": outcome, "text": found})

    async def _step(self, key: str, verb: str, told: str, body: dict[str, Any] | None = None) -> None:
        page = await self.session.ask("POST", f"/api/officer/assignments/{key}/{verb}", body)
        self.stage.ledger.acknowledged(f"assignment.{verb}", by="200", source=self.unit.call_sign, assignment=key)
        self.stage.told.line(self.unit.call_sign, told, mood="green")
        self.task = page["assignment"]
        self._wake.set()

    async def distress(self, act: Act) -> None:
        """Call for help from where the unit is, and stay there."""
        self.held = act
        act.spots.append(self.walker.at)
        answer = await self.session.ask("POST", "/api/officer/distress", lonlat(self.walker.at))
        self.stage.ledger.acknowledged("unit_distress", by="201", source=self.unit.call_sign, answer=answer.get("id"))
