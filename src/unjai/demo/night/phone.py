"""A unit's phone: OwnTracks over HTTP or MQTT, or OsmAnd; keeps what it could not send, as the real apps do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from unjai.demo.night.door import said
from unjai.demo.night.line import Line
from unjai.demo.night.stage import Stage
from unjai.demo.town.force import Unit
from unjai.demo.town.shapes import XY, to_lonlat

KNOT_MPS = 1852 / 3600


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A position as the phone's receiver gives it; whole seconds, as the apps send them."""

    at: datetime
    place: XY
    speed_mps: float
    heading_deg: float | None
    battery: float
    moving: bool


class Phone:
    """Sends positions in the unit's own protocol and notes each acknowledgement in the ledger."""

    def __init__(self, stage: Stage, unit: Unit) -> None:
        """Send nothing yet."""
        self.stage, self.unit = stage, unit
        self.key = unit.device_key
        self.secret = stage.known.devices[self.key]
        self.client = stage.door.client()
        self.line = Line(stage.broker, self.key, self.secret) if unit.client == "owntracks_mqtt" else None
        self.covered = True
        self.on_duty = False
        self.kept: list[Fix] = []
        self.newest: datetime | None = None
        """Time of the newest position that was acknowledged while on duty."""
        self._last = datetime(2020, 1, 1, tzinfo=UTC)
        self._sending = asyncio.Lock()

    def fix(self, place: XY, *, speed_mps: float, heading_deg: float | None, battery: float) -> Fix | None:
        """Take a fix; None when the last one is of this very second."""
        at = self.stage.now().replace(microsecond=0)
        if at <= self._last:
            return None
        self._last = at
        return Fix(
            at=at,
            place=place,
            speed_mps=speed_mps,
            heading_deg=heading_deg,
            battery=battery,
            moving=speed_mps > 0.3,
        )

    async def tell(self, fix: Fix) -> None:
        """Send a fix, or keep it while there is no network."""
        if not self.covered:
            self.kept.append(fix)
            return
        async with self._sending:
            await self.send(fix)

    async def send(self, fix: Fix) -> None:
        """Send one fix and return once it is acknowledged."""
        kept = self.on_duty
        if self.line is not None:
            await self.line.send(f"owntracks/unjai/{self.key}", json.dumps(self._owntracks(fix)).encode())
            by = "puback"
        elif self.unit.client == "owntracks_http":
            answer = await self.stage.door.ask(
                self.client, "POST", "/gps/owntracks", json=self._owntracks(fix), auth=(self.key, self.secret)
            )
            said(answer)
            by = str(answer.status_code)
        else:
            by = await self._osmand(fix)
        self.stage.ledger.acknowledged(
            "position", by=by, source=self.key, observed_at=fix.at, kept=kept and self.on_duty
        )
        if kept and (self.newest is None or fix.at > self.newest):
            self.newest = fix.at

    async def send_all(self, fixes: Sequence[Fix]) -> None:
        """Send what was kept, in the order given."""
        async with self._sending:
            for fix in fixes:
                await self.send(fix)

    def _owntracks(self, fix: Fix) -> dict[str, Any]:
        lon, lat = to_lonlat(fix.place)
        body: dict[str, Any] = {
            "_type": "location",
            "tid": self.key[-2:],
            "lat": lat,
            "lon": lon,
            "tst": int(fix.at.timestamp()),
            "acc": 6,
            "batt": round(fix.battery * 100),
            "bs": 1,
            "conn": "m",
            "t": "v" if fix.moving else "p",
        }
        if fix.moving:
            body |= {"vel": round(fix.speed_mps * 3.6), "cog": round(fix.heading_deg or 0)}
        return body

    async def _osmand(self, fix: Fix) -> str:
        lon, lat = to_lonlat(fix.place)
        path = f"/gps/osmand/{self.secret}"
        if self.unit.kind == "car":
            query = {
                "id": self.key,
                "lat": f"{lat:.7f}",
                "lon": f"{lon:.7f}",
                "timestamp": str(int(fix.at.timestamp())),
                "speed": f"{fix.speed_mps / KNOT_MPS:.2f}",
                "bearing": f"{fix.heading_deg or 0:.0f}",
                "accuracy": "5",
                "batt": f"{fix.battery * 100:.0f}",
            }
            answer = await self.stage.door.ask(self.client, "GET", path, params=query)
        else:
            coords = {"latitude": lat, "longitude": lon, "accuracy": 5, "speed": round(fix.speed_mps, 2)}
            if fix.heading_deg is not None:
                coords["heading"] = round(fix.heading_deg)
            location = {
                "timestamp": fix.at.isoformat().replace("+00:00", "Z"),
                "coords": coords,
                "is_moving": fix.moving,
                "battery": {"level": round(fix.battery, 2), "is_charging": False},
                "activity": {"type": "on_bicycle" if self.unit.kind == "volunteer" else "in_vehicle"},
            }
            body = {"device_id": self.key, "location": location}
            answer = await self.stage.door.ask(self.client, "POST", path, json=body)
        said(answer)
        return str(answer.status_code)
