"""The stage: the town, the doors, the clock of the play, and which incident belongs to which scene."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from unjai.demo.credentials import Credentials
from unjai.demo.night.door import Door, RefusedError, Session
from unjai.demo.night.feed import Feed
from unjai.demo.night.ledger import Ledger
from unjai.demo.night.line import Broker
from unjai.demo.night.pace import Pace
from unjai.demo.night.scenes import Answer, Distress, PowerCut, Scene, Spot
from unjai.demo.night.told import Told
from unjai.demo.night.ways import Ways
from unjai.demo.town import Town
from unjai.demo.town.shapes import XY, to_lonlat, to_xy
from unjai.model.clock import Clock

Row = dict[str, Any]

NEAR_M = 130.0
_SLACK = timedelta(seconds=3)


@dataclass(kw_only=True)
class Act:
    """A scene that is being played."""

    scene: Scene
    started_at: datetime
    spots: list[XY] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    helps: dict[str, Row] = field(default_factory=dict)
    """Citizens' calls for help by who: the body that was sent."""
    answers: list[str] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    """Refusals that stood on devices' rows before the scene."""
    meant: XY | None = None
    balked: str | None = None
    """The unit that refused or did not answer, where the scene wants one."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channel(self) -> str | None:
        """The one channel its incidents come from, where no other will do."""
        if any(isinstance(step, Distress) for step in self.scene.play):
            return "unit"
        return "device" if any(isinstance(step, PowerCut) for step in self.scene.play) else None


@dataclass(kw_only=True)
class Stage:
    """Everything the play needs."""

    town: Town
    ways: Ways
    known: Credentials
    clock: Clock
    pace: Pace
    door: Door
    broker: Broker
    ledger: Ledger
    told: Told
    feed: Feed
    operator: Session
    anyone: httpx.AsyncClient
    """Somebody without a session: citizens."""
    dice: Random
    acts: list[Act] = field(default_factory=list)
    book: dict[str, Row] = field(default_factory=dict)
    """Every incident since the play began, newest known row."""
    _unplaced: dict[str, list[str]] = field(default_factory=dict)

    def now(self) -> datetime:
        """Return the machine's time: what devices stamp their messages with."""
        return self.clock.now()

    def spot(self, spot: Spot) -> XY:
        """Return where a spot of the script is."""
        if spot.pole is not None:
            found = next(pole.at for pole in self.town.poles if pole.key == spot.pole)
            assert found is not None
            at = found
        else:
            at = next(place.at for place in self.town.places if place.en == spot.place)
        return at[0] + spot.east_m, at[1] + spot.north_m

    async def read_book(self) -> None:
        """Keep the book of incidents up to date for ever, by asking as an operator's screen does."""
        while True:
            try:
                rows = await self.operator.ask("GET", "/api/incidents?state=all&limit=100")
                self.book |= {row["id"]: row for row in rows}
                for row in rows:
                    if row["lon"] is None and row["id"] not in self._unplaced:
                        whole = await self.operator.ask("GET", f"/api/incidents/{row['id']}")
                        self._unplaced[row["id"]] = [report["text"] for report in whole["reports"]]
            except (RefusedError, OSError) as error:
                self.told.line("ศูนย์", f"อ่านรายการเหตุไม่ได้: {error}", mood="dim")
            await self.pace.sleep(6, least_s=2.0)

    def act_of(self, row: Row) -> Act | None:
        """Return the act an incident belongs to: of those near enough and begun before it, the latest."""
        opened = _moment(row["opened_at"])
        fitting = [act for act in self.acts if opened >= act.started_at - _SLACK and self._fits(act, row)]
        return fitting[-1] if fitting else None

    def _fits(self, act: Act, row: Row) -> bool:
        if (row["channel"] if row["channel"] in ("unit", "device") else None) != act.channel:
            return False
        if any(text in act.texts for text in self._unplaced.get(row["id"], ())):
            return True
        if row["lon"] is None:
            return False
        at = to_xy(row["lon"], row["lat"])
        return any(math.dist(at, spot) < NEAR_M for spot in act.spots)

    def incidents_of(self, act: Act) -> list[Row]:
        """Return the incidents of an act, without those merged into others."""
        return [row for row in self.book.values() if row["merged_into"] is None and self.act_of(row) is act]

    def answer_for(self, row: Row, call_sign: str) -> Answer:
        """Say how a unit answers an offer: as the script wants, once a scene; after that willingly."""
        act = self.act_of(row)
        if act is None or act.scene.first == "accepts" or act.balked not in (None, call_sign):
            return "accepts"
        act.balked = call_sign
        return act.scene.first

    async def refusals(self, key: str) -> dict[str, int]:
        """Return the counts of refusals on a device's row."""
        devices = await self.operator.ask("GET", "/api/devices")
        found = next(row["id"] for row in devices if row["key"] == key)
        whole = await self.operator.ask("GET", f"/api/devices/{found}")
        return {row["code"]: row["count"] for row in whole.get("refusals", [])}


def lonlat(at: XY) -> Row:
    """Return a place as the doors want it."""
    lon, lat = to_lonlat(at)
    return {"lon": lon, "lat": lat}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
