"""Core's hand in evidence: one package after another is made in a process of its own, beside everything else.

What was asked for is a row; a kill in the middle leaves the row and a half file, which the next start clears.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

import unjai
from unjai.app import Common, every
from unjai.cameras.evidence import folder
from unjai.cameras.evidence.plan import CameraPlan, Made, PiecePlan, Plan, StampPlan, ToStamp
from unjai.cameras.evidence.press import make, stamp
from unjai.cameras.flows import evidence as flows
from unjai.cameras.recording.shelf import recordings_root
from unjai.cameras.store import evidence as store
from unjai.cameras.store import reads
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.flows.evidence import note_sealed
from unjai.roles.proof import proof_of_row
from unjai.territory.view import territory_of

log = logging.getLogger(__name__)

HEARS = "evt.*.evidence.changed"
_LOOK_S = 5.0
_STRAYS_OLD = timedelta(hours=1)
_CLEARED_EVERY = timedelta(hours=1)
_STAMP_AGAIN = timedelta(hours=1)
"""So long after an outside time stamp was not to be had it is asked for again."""
_GB = 1_000_000_000


class Packing:
    """Makes what was asked for, one package at a time, and lets go what was released."""

    def __init__(self, made: Common) -> None:
        """Begin nothing yet."""
        self._made = made
        self._data = made.settings.data
        self._root: Path = recordings_root(made.settings.data, made.settings.recordings_dir)
        self._told = asyncio.Event()
        self._told.set()
        self._cleared_at: datetime | None = None

    async def heard(self, _subject: str, _data: bytes) -> None:
        """Take note that something was asked for, or let go."""
        self._told.set()

    async def run(self) -> None:
        """Work for ever; what an earlier core left is cleared first, and what became old every hour."""
        await every(0.0, self.once)

    async def clear(self) -> None:
        """Remove half files, holds that nobody asked for, old stills; only while nothing is being made."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            known = [row["id"] for row in await store.holding(tx)]
        now = made.clock.now()
        try:
            await asyncio.to_thread(folder.forget_halves, self._data)
            await asyncio.to_thread(folder.release_strays, self._root, known, now - _STRAYS_OLD)
            await asyncio.to_thread(folder.forget_stills, self._data, now - folder.STILL_LASTS)
        except OSError as error:
            log.warning("what was left of evidence cannot be cleared: %s", error)

    async def once(self) -> None:
        """Wait until something may be to do, then do all of it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), _LOOK_S)
        self._told.clear()
        now = self._made.clock.now()
        if self._cleared_at is None or not timedelta() <= now - self._cleared_at < _CLEARED_EVERY:
            await self.clear()
            self._cleared_at = now
        await self.take_up_again()
        await self.let_go()
        while await self.make_next():
            pass
        while await self.stamp_next():
            pass

    async def take_up_again(self) -> None:
        """Make anew what was begun and never ended: nothing is being made at this moment."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            again = await flows.take_up_again(tx, made.everywhere, made.clock)
        if again:
            log.warning("%d packages of evidence were begun and never ended; they are taken up again", again)

    async def let_go(self) -> None:
        """Remove the files and live stills of packages that two people deleted, and holds that were released."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            removed, released = await store.let_go(tx), await store.released(tx)
        for row in removed:
            await asyncio.to_thread(folder.forget_package, self._data, row)
        for row in released:
            await asyncio.to_thread(folder.release_pieces, self._root, row)
        async with made.db.tx(made.everywhere) as tx:
            for row in removed:
                await store.change(tx, row["id"], kept=False)
            for row in released:
                await store.change(tx, row["id"], hold_on_disc=False)

    async def make_next(self) -> bool:
        """Make the package that waits longest; tell whether there was one."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            row = await flows.begin_making(tx, made.clock)
        if row is None:
            return False
        try:
            await asyncio.to_thread(folder.hold_pieces, self._root, row)
            plan = await self._plan(row)
            done = await make(plan)
        except UnjaiError as error:
            log.warning("package %s was not made: %s", row["number"], error)
            async with made.db.tx(made.everywhere) as tx:
                await flows.fail(tx, made.everywhere, made.clock, row=row, error=error)
            return True
        await self._finish(row, done)
        return True

    def _stamps(self) -> StampPlan | None:
        """Return who stamps packages; None where no station's paper names anybody."""
        settings = self._made.settings
        return StampPlan(url=settings.tsa_url, ca=settings.tsa_ca) if settings.tsa_url else None

    async def stamp_next(self) -> bool:
        """Ask once more for the time stamp of a package that has none; tell whether there was one to ask for."""
        made, by = self._made, self._stamps()
        before = made.clock.now() - _STAMP_AGAIN
        async with made.db.tx(made.everywhere) as tx:
            row = await store.next_unstamped(tx, None if by is None else before)
        if row is None:
            return False
        try:
            if by is None:
                raise UnjaiError("stamp_off", 409)  # noqa: TRY301  a refusal as any other
            package = folder.package_of(self._data, row["station_id"], row["id"])
            done = await stamp(ToStamp(package=str(package), by=by))
        except UnjaiError as error:
            async with made.db.tx(made.everywhere) as tx:
                await flows.not_stamped(tx, made.clock, row=row, error=error)
            return True
        async with made.db.tx(made.everywhere) as tx:
            await flows.stamped(tx, made.everywhere, made.clock, row=row, told=msgspec.to_builtins(done))
        return True

    async def _finish(self, row: dict[str, Any], done: Made) -> None:
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            told = msgspec.to_builtins(done)
            await flows.finish(tx, made.everywhere, made.clock, row=row, made=told)
            if row["incident_id"] is not None:
                await note_sealed(tx, made.everywhere, made.clock, row=row, digest=done.digest)

    async def _plan(self, row: dict[str, Any]) -> Plan:
        made = self._made
        proof = await proof_of_row(made, row["audit_id"], row["number"])
        async with made.db.tx(made.everywhere) as tx:
            cameras = [await self._camera(tx, UUID(one)) for one in _unlike(row)]
            station = (await territory_of(tx, StationId(row["station_id"]))).station
        incident = row["incident_id"]
        about = {
            "id": str(row["id"]),
            "number": row["number"],
            "station": {"code": station.code, "name_th": station.name_th, "name_en": station.name_en},
            "asked_by": row["asked_by"],
            "asked_at": row["asked_at"].isoformat(),
            "sealed_at": made.clock.now().isoformat(timespec="milliseconds"),
            "reason": row["reason"],
            "case_number": row["case_number"],
            "incident": None if incident is None else {"id": str(incident), "number": row["incident_number"]},
            "second_person": row["second"],
            "software": f"Unjai {unjai.__version__}",
        }
        return Plan(
            id=str(row["id"]),
            station_id=row["station_id"],
            data=str(self._data),
            recordings=str(self._root),
            about=about,
            cameras=cameras,
            pieces=[
                PiecePlan(
                    camera_id=told["camera_id"],
                    sort=one.sort,
                    since=one.since,
                    until=one.until,
                    leave=told["leave"],
                    still_id=told["still_id"],
                )
                for told, one in zip(row["pieces"], folder.pieces_of(row), strict=True)
            ],
            proof=proof,
            stamp=self._stamps(),
            floor_bytes=made.settings.recordings_floor_gb * _GB // 2,
        )

    async def _camera(self, tx: Tx, camera_id: UUID) -> CameraPlan:
        found = await reads.camera_of(tx, camera_id)
        if found is None:
            raise UnjaiError("evidence_failed", 500, reason=f"camera {camera_id} is gone from the register")
        return CameraPlan(
            id=str(camera_id),
            key=found["key"],
            name_th=found["name_th"],
            name_en=found["name_en"],
            owner_kind=found["owner_kind"],
            owner_name=found["owner_name"],
            point=found["point_name_th"] or "",
            lon=found["lon"],
            lat=found["lat"],
            masks=found["masks"],
        )


def _unlike(row: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["camera_id"] for one in row["pieces"]))
