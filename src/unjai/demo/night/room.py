"""The autopilot in the operations room: takes up what no human has touched for a while. A human who acts first wins."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from unjai.demo.night.door import RefusedError
from unjai.demo.night.stage import Row, Stage, lonlat

log = logging.getLogger(__name__)

PATIENCE_S = 24.0
PATIENCE_LEAST_S = 2.0
_GOING = frozenset({"offered", "accepted", "en_route", "on_scene"})
_DEVICE_SILENT = "DSL"


class Room:
    """Looks at the live feed like an operator and does the next thing on each incident."""

    def __init__(self, stage: Stage) -> None:
        """Touch nothing yet."""
        self.stage = stage
        self._seen: dict[str, tuple[int, float]] = {}
        self._noted: set[str] = set()

    async def run(self) -> None:
        """Play for ever."""
        while True:
            for row in list(self.stage.feed.incidents.values()):
                if self._untouched(row):
                    await self._next(row)
            await self.stage.pace.sleep(3, least_s=0.5)

    def _untouched(self, row: Row) -> bool:
        """Tell whether an incident has stood as it is for as long as a human may take to think."""
        now = asyncio.get_running_loop().time()
        version, since = self._seen.get(row["id"], (-1, now))
        if version != row["version"]:
            self._seen[row["id"]] = (row["version"], now)
            return False
        return now - since > max(PATIENCE_S / self.stage.pace.speed, PATIENCE_LEAST_S)

    async def _next(self, row: Row) -> None:
        going = [unit for unit in row["units"] if unit["state"] in _GOING]
        if row["state"] == "new":
            await self._do(row, "acknowledge", None, "รับเรื่อง")
        elif row["code"] == _DEVICE_SILENT:
            await self._mend(row)
        elif row["lon"] is None:
            await self._place(row)
        elif not going:
            await self._do(row, "offer", {}, "ส่งกำลัง (ชุดที่ถึงเร็วที่สุด)")

    async def _mend(self, row: Row) -> None:
        """Note a silent device once, and close when it is back."""
        if row["id"] not in self._noted:
            self._noted.add(row["id"])
            text = "แจ้งช่างเทศบาลตรวจสอบไฟและสัญญาณ"
            await self._do(row, "note", {"text": text}, text)
            return
        whole = await self._ask("GET", f"/api/incidents/{row['id']}")
        keys = [report["device_key"] for report in whole["reports"]] if whole else []
        states = [self.stage.feed.devices.get(key, {}).get("state") for key in keys if key]
        if states and all(state == "ok" for state in states):
            await self._do(row, "close", {"outcome": "resolved", "text": "อุปกรณ์กลับมาทำงาน"}, "ปิดเหตุ อุปกรณ์กลับมาแล้ว")

    async def _place(self, row: Row) -> None:
        """Ring back and set the place that the caller meant."""
        act = self.stage.act_of(row)
        if act is None or act.meant is None:
            return
        act.spots.append(act.meant)
        await self._do(row, "place", lonlat(act.meant), "โทรถามผู้แจ้ง ปักตำแหน่ง")

    async def _do(self, row: Row, verb: str, body: Any, told: str) -> None:
        guard = {"version": row["version"], **body} if body is not None else None
        if await self._ask("POST", f"/api/incidents/{row['id']}/{verb}", guard) is not None:
            self.stage.ledger.acknowledged(f"incident.{verb}", by="200", incident=row["id"])
            self.stage.told.line("ศูนย์", f"{told}: {row['title_th']} {row['place_th']}", mood="blue")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return await self.stage.operator.ask(method, path, body)
        except RefusedError as error:
            if error.status != 409:
                log.warning("the room was refused: %s", error)
            return None  # somebody was faster, or nobody is free: look again
