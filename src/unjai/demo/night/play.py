"""Plays the scenes: each step through the door it belongs to, each expectation by looking at the centre."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, cast, get_args
from uuid import UUID

import httpx
import websockets
from websockets.asyncio.client import connect

from unjai.demo.night.checks import watch
from unjai.demo.night.crew import Crew
from unjai.demo.night.door import RefusedError, said
from unjai.demo.night.line import knock
from unjai.demo.night.pole import Pole
from unjai.demo.night.scenes import (
    Asked,
    Battery,
    Call,
    CitizenReads,
    ComeOn,
    Counted,
    CoverageBack,
    Distress,
    Ends,
    Expected,
    Forge,
    GoOff,
    Help,
    HelpAgain,
    Junk,
    NoCoverage,
    PowerBack,
    PowerCut,
    Press,
    Release,
    Report,
    Scene,
    Step,
    Strangers,
    TakeBack,
    Tamper,
    Wait,
    WalkOn,
)
from unjai.demo.night.stage import Act, Stage, lonlat
from unjai.demo.night.told import Finding

_EXPECTED = get_args(Expected)


class Play:
    """The actors and the stage together."""

    def __init__(self, stage: Stage, crews: dict[str, Crew], poles: dict[str, Pole]) -> None:
        """Play with these units (by call sign) and poles (by key)."""
        self.stage, self.told, self.crews, self.poles = stage, stage.told, crews, poles
        self.findings: list[Finding] = []

    async def scene(self, scene: Scene, *, operated: bool) -> None:
        """Play one scene when its minute comes. `operated` = the autopilot answers, so what it must do is judged."""
        await self.stage.pace.until(scene.minute)
        act = Act(scene=scene, started_at=self.stage.now())
        await self._count(act)
        self.stage.acts.append(act)
        self.told.scene(scene.th, scene.en)
        for step in scene.play:
            if isinstance(step, _EXPECTED):
                await self._watch(act, cast("Expected", step), operated=operated)
            else:
                await self._step(act, cast("Step", step))
        act.over.set()

    async def _count(self, act: Act) -> None:
        for step in act.scene.play:
            if isinstance(step, Counted):
                counts = await self.stage.refusals(step.key)
                act.counts[step.key, step.code] = counts.get(step.code, 0)

    async def _watch(self, act: Act, expected: Expected, *, operated: bool) -> None:
        by_itself = not isinstance(expected, Asked | CitizenReads | Ends) or vars(expected).get("by_itself", False)
        look = await watch(self.stage, act, expected, self.crews)
        ok: bool | None = look.ok
        if not look.ok and not operated and not by_itself:
            ok = None
        mood = "green" if look.ok else "dim" if ok is None else "bold red"
        self.told.line("ตรวจ", f"{'✓' if look.ok else '✗'} {expected.words}: {look.seen}", mood=mood)
        self.findings.append(
            Finding(scene=act.scene.key, th=act.scene.th, expected=expected.words, seen=look.seen, ok=ok)
        )

    async def _step(self, act: Act, step: Step) -> None:
        match step:
            case Wait():
                await self.stage.pace.sleep(step.played_s, least_s=step.least_s)
            case Press() | Release() | Battery() | Tamper() | PowerCut() | PowerBack() | Forge():
                await self._pole(act, step)
            case Call():
                await self._call(act, step)
            case Help() | HelpAgain() | WalkOn() | TakeBack() | Report():
                await self._citizen(act, step)
            case Distress():
                self.told.line(step.unit, "กดขอความช่วยเหลือด่วน!", mood="bold red")
                await self.crews[step.unit].distress(act)
            case NoCoverage() | CoverageBack() | GoOff() | ComeOn():
                await self._unit(step)
            case Strangers():
                act.answers += await self._strangers()
            case Junk():
                await self._junk(act, step)

    async def _pole(self, act: Act, step: Press | Release | Battery | Tamper | PowerCut | PowerBack | Forge) -> None:
        pole = self.poles[step.pole]
        if pole.device.at is not None and not isinstance(step, Forge | Battery):
            act.spots.append(pole.device.at)
        self.told.line(pole.key, _POLE_TH[type(step)], mood="red" if isinstance(step, Press) else "yellow")
        match step:
            case Press():
                await pole.say("press", copies=step.copies, button="help", battery=round(pole.battery, 3))
            case Release():
                await pole.say("release", button="help")
            case Battery():
                pole.battery = step.percent / 100
                await pole.say("battery", battery=pole.battery)
            case Tamper():
                await pole.say("tamper", open=step.is_open)
            case PowerCut():
                pole.cut()
            case PowerBack():
                pole.mend()
            case Forge():
                await pole.forge(step.victim)

    async def _call(self, act: Act, step: Call) -> None:
        at = self.stage.spot(step.at)
        act.spots.append(at)
        self.told.line("สาย 191", step.text, mood="red")
        body: dict[str, Any] = {"code": step.code, **lonlat(at), "text": step.text}
        if step.name:
            body |= {"caller_name": step.name, "caller_phone": step.phone}
        key = str(self._uuid())
        answer = await self.stage.operator.ask("POST", "/api/calls", body, headers={"Idempotency-Key": key})
        self.stage.ledger.acknowledged("call", by="201", incident=answer["id"], key=key)

    async def _citizen(self, act: Act, step: Help | HelpAgain | WalkOn | TakeBack | Report) -> None:
        match step:
            case Help():
                body: dict[str, Any] = {"id": str(self._uuid()), "tst": int(self.stage.now().timestamp())}
                if step.at is not None:
                    at = self.stage.spot(step.at)
                    act.spots.append(at)
                    body |= {**lonlat(at), "acc": 9}
                if step.phone:
                    body["phone"] = step.phone
                act.helps[step.who] = body
                self.told.line("ประชาชน", "กดขอความช่วยเหลือ", mood="red")
                await self._post("/api/citizen/help", body, "citizen_sos")
            case HelpAgain():
                changed = {**act.helps[step.who], "phone": "0559000999"}
                try:
                    await self._post("/api/citizen/help", changed, "citizen_sos")
                    act.answers.append("taken")
                except RefusedError as error:
                    act.answers.append(error.code)
            case TakeBack():
                self.told.line("ประชาชน", "ยกเลิก กดพลาด", mood="yellow")
                body = {"tst": int(self.stage.now().timestamp())}
                await self._post(f"/api/citizen/help/{act.helps[step.who]['id']}/cancel", body, "citizen_cancel")
            case WalkOn():
                await self._walk_on(act, step)
            case Report():
                await self._report(act, step)

    async def _walk_on(self, act: Act, step: WalkOn) -> None:
        body = act.helps[step.who]
        start, end = act.spots[-1], self.stage.spot(step.to)
        for number in range(1, step.steps + 1):
            share = number / step.steps
            at = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            act.spots.append(at)
            said_so = {"tst": int(self.stage.now().timestamp()), **lonlat(at), "acc": 8}
            await self._post(f"/api/citizen/help/{body['id']}/position", said_so, "citizen_position")
            await self.stage.pace.sleep(15, least_s=2.2)

    async def _report(self, act: Act, step: Report) -> None:
        report_id = str(self._uuid())
        text = f"{step.text} (#{report_id[-6:]})"  # so that the incident is found again, place or not
        body: dict[str, Any] = {"id": report_id, "text": text, "tst": int(self.stage.now().timestamp())}
        if step.kind:
            body["kind"] = step.kind
        if step.at is not None:
            at = self.stage.spot(step.at)
            act.spots.append(at)
            body |= lonlat(at)
        if step.meant is not None:
            act.meant = self.stage.spot(step.meant)
        act.texts.append(text)
        self.told.line("ประชาชน", f"แจ้งเหตุ: {step.text}", mood="red")
        await self._post("/api/citizen/report", body, "citizen_report")

    async def _post(self, path: str, body: dict[str, Any], kind: str) -> None:
        answer = await self.stage.door.ask(self.stage.anyone, "POST", path, json=body)
        said(answer)
        self.stage.ledger.acknowledged(kind, by=str(answer.status_code), own_id=body.get("id"), path=path)

    async def _unit(self, step: NoCoverage | CoverageBack | GoOff | ComeOn) -> None:
        crew = self.crews[step.unit]
        match step:
            case NoCoverage():
                crew.phone.covered = False
                self.told.line(step.unit, "โทรศัพท์ไม่มีสัญญาณ", mood="yellow")
            case CoverageBack():
                kept, crew.phone.kept = crew.phone.kept, []
                jumbled = [*reversed(kept), *kept[:3]]
                self.told.line(step.unit, f"สัญญาณกลับมา ส่งย้อนหลัง {len(jumbled)} จุด สลับลำดับ", mood="yellow")
                await crew.phone.send_all(jumbled)
                crew.phone.covered = True
            case GoOff():
                crew.wants_duty = False
            case ComeOn():
                crew.wants_duty = True

    async def _strangers(self) -> list[str]:
        """Knock at every door without credentials; return what each answered."""
        stage, seen = self.stage, []
        if not await knock(stage.broker, "pole-05", "not-its-secret"):
            seen.append("mqtt:refused")
        nobody = stage.door.client()
        position = {"_type": "location", "lat": 16.6, "lon": 99.9, "tst": int(stage.now().timestamp())}
        gps = await stage.door.ask(nobody, "POST", "/gps/owntracks", json=position, auth=("phone-w11", "wrong"))
        api = await stage.door.ask(nobody, "GET", "/api/incidents")
        cookies = {"unjai_session": stage.operator.cookie or ""}
        bare = httpx.Cookies(cookies)
        nobody.cookies = bare
        forged = await stage.door.ask(nobody, "POST", "/api/calls", json={"code": "SOS", "text": "ปลอม"})
        seen += [f"gps:{gps.status_code}", f"api:{api.status_code}", f"forged:{forged.status_code}"]
        url = stage.door.base_url.replace("http", "ws", 1) + "/api/live"
        with contextlib.suppress(websockets.WebSocketException, OSError, TimeoutError):
            async with connect(url, proxy=None, open_timeout=10) as socket:
                async with asyncio.timeout(10):
                    first = json.loads(await socket.recv())
                if first["type"] == "error":
                    seen.append("live:refused")
        return seen

    async def _junk(self, act: Act, step: Junk) -> None:
        phone = self.crews[step.unit].phone
        outside = {"id": phone.key, "lat": "91.5", "lon": "199.0", "timestamp": str(int(self.stage.now().timestamp()))}
        answers = [
            await self.stage.door.ask(phone.client, "GET", f"/gps/osmand/{phone.secret}", params=outside),
            await self.stage.door.ask(self.stage.anyone, "POST", "/api/citizen/help", content=b'{"id": "'),
        ]
        for answer in answers:
            try:
                said(answer)
                act.answers.append("taken")
            except RefusedError as error:
                act.answers.append(error.code)
        await self.poles[step.pole].babble()

    def _uuid(self) -> UUID:
        return UUID(int=self.stage.dice.getrandbits(128), version=4)


_POLE_TH: dict[type, str] = {
    Press: "กดปุ่ม SOS!",
    Release: "ปล่อยปุ่ม",
    Battery: "แจ้งระดับแบตเตอรี่",
    Tamper: "สวิตช์ฝาเสาทำงาน",
    PowerCut: "ไฟดับ",
    PowerBack: "ไฟกลับมา",
    Forge: "ส่งข้อความในนามเสาอื่น",
}
