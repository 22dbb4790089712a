"""Core's hand in release copies: faces are hidden and copies sealed in processes of their own, apart from evidence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any
from uuid import UUID

import msgspec

import unjai
from unjai.app import Common, every
from unjai.cameras.evidence import drafts, press
from unjai.cameras.evidence.folder import package_of
from unjai.cameras.evidence.plan import DraftFile, DraftMark, DraftPlan, SealPlan
from unjai.cameras.flows import release as flows
from unjai.cameras.rules.release import OPEN
from unjai.cameras.store import evidence as packages
from unjai.cameras.store import reads
from unjai.cameras.store import release as store
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.roles.proof import proof_of_row
from unjai.territory.view import territory_of

log = logging.getLogger(__name__)

_LOOK_S = 5.0
_GB = 1_000_000_000


class Copying:
    """Makes what was asked for, one copy at a time, and clears what was deleted."""

    def __init__(self, made: Common) -> None:
        """Begin nothing yet."""
        self._made = made
        self._data = made.settings.data
        self._told = asyncio.Event()
        self._told.set()

    async def heard(self, _subject: str, _data: bytes) -> None:
        """Take note that something was asked for, or let go."""
        self._told.set()

    async def run(self) -> None:
        """Work for ever."""
        await every(0.0, self.once)

    async def once(self) -> None:
        """Wait until something may be to do, then do all of it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), _LOOK_S)
        self._told.clear()
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            again = await flows.take_up_again(tx, made.everywhere, made.clock)
        if again:
            log.warning("%d release copies were begun and never ended; they are taken up again", again)
        await self.let_go()
        while await self.make_next():
            await self.let_go()

    async def let_go(self) -> None:
        """Remove the files of copies that were deleted, and drafts of which nothing can become any more."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            removed = await store.let_go(tx)
            open_ones = [row["id"] for row in await store.in_states(tx, "look", "failed", *OPEN)]
        for row in removed:
            await asyncio.to_thread(drafts.forget_copy, self._data, row["station_id"], row["id"])
        try:
            await asyncio.to_thread(drafts.forget_stray_drafts, self._data, open_ones)
        except OSError as error:
            log.warning("what was left of release copies cannot be cleared: %s", error)
        async with made.db.tx(made.everywhere) as tx:
            for row in removed:
                await store.change(tx, row["id"], kept=False)

    async def make_next(self) -> bool:
        """Blur or seal the copy that waits longest; tell whether there was one."""
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            row = await flows.begin(tx, made.clock)
        if row is None:
            return False
        try:
            await (self._blur(row) if row["state"] == "blurring" else self._seal(row))
        except UnjaiError as error:
            log.warning("release copy %s was not made: %s", row["number"], error)
            async with made.db.tx(made.everywhere) as tx:
                if (await self._still(tx, row)) is not None:
                    await flows.fail(tx, made.everywhere, made.clock, row=row, error=error)
        return True

    async def _still(self, tx: Tx, row: dict[str, Any]) -> dict[str, Any] | None:
        """Return a copy as it is, None where it was deleted meanwhile."""
        now = await store.of(tx, row["id"], lock=True)
        return now if now is not None and now["state"] == row["state"] else None

    async def _blur(self, row: dict[str, Any]) -> None:
        made = self._made
        async with made.db.tx(made.everywhere) as tx:
            package = await packages.of(tx, row["evidence_id"])
            if package is None or package["state"] != "sealed":
                raise UnjaiError("evidence_file_gone", 500)
            plan = await self._draft_plan(tx, row, package)
        done = await press.blur(plan)
        async with made.db.tx(made.everywhere) as tx:
            if (await self._still(tx, row)) is not None:
                found = [msgspec.to_builtins(one) for one in done.files]
                await flows.blurred(tx, made.everywhere, made.clock, row=row, found=found)

    async def _draft_plan(self, tx: Tx, row: dict[str, Any], package: dict[str, Any]) -> DraftPlan:
        files = []
        for one in package["manifest"]["files"]:
            if one["name"] in row["files"]:
                camera = await reads.camera_of(tx, UUID(one["camera_id"]))
                masks = [] if camera is None else camera["masks"]
                files.append(DraftFile(name=one["name"], sort=one["sort"], masks=masks))
        return DraftPlan(
            id=str(row["id"]),
            station_id=row["station_id"],
            data=str(self._data),
            package=str(package_of(self._data, row["station_id"], row["evidence_id"])),
            package_digest=package["digest"],
            package_key=package["key_print"],
            style=row["style"],
            files=files,
            marks=[DraftMark(**one) for one in row["marks"]],
            floor_bytes=self._floor,
        )

    @property
    def _floor(self) -> int:
        return self._made.settings.recordings_floor_gb * _GB // 2

    async def _seal(self, row: dict[str, Any]) -> None:
        made = self._made
        proof = await proof_of_row(made, row["audit_id"], row["number"])
        async with made.db.tx(made.everywhere) as tx:
            package = await packages.of(tx, row["evidence_id"])
            if package is None or package["manifest"] is None:
                raise UnjaiError("evidence_file_gone", 500)
            station = (await territory_of(tx, StationId(row["station_id"]))).station
        originals = {one["name"]: one for one in package["manifest"]["files"]}
        marks = [one["file"] for one in row["marks"]]
        plan = SealPlan(
            id=str(row["id"]),
            station_id=row["station_id"],
            data=str(self._data),
            about={
                "id": str(row["id"]),
                "number": row["number"],
                "station": {"code": station.code, "name_th": station.name_th, "name_en": station.name_en},
                "derived_from": {
                    "id": str(package["id"]),
                    "number": package["number"],
                    "format": package["manifest"]["format"],
                    "digest": package["digest"],
                },
                "recipient": {"name": row["recipient"], "agency": row["agency"], "sort": row["sort"]},
                "purpose": row["purpose"],
                "asked_by": row["asked_by"],
                "asked_at": row["asked_at"].isoformat(),
                "second_person": row["second"],
                "looked": {"by": row["looked_by"], "at": row["looked_at"].isoformat(), "revision": row["revision"]},
                "released_by": row["released_by"],
                "released_at": row["released_at"].isoformat(),
                "sealed_at": made.clock.now().isoformat(timespec="milliseconds"),
                "style": row["style"],
                "software": f"Unjai {unjai.__version__}",
            },
            files=[_facts(one, originals[one["name"]], marks.count(one["name"])) for one in row["found"]],
            proof=proof,
            floor_bytes=self._floor,
        )
        done = await press.seal_copy(plan)
        async with made.db.tx(made.everywhere) as tx:
            if (await self._still(tx, row)) is not None:
                await flows.finish(tx, made.everywhere, made.clock, row=row, made=msgspec.to_builtins(done))
        # its pictures before hiding go at once; `let_go` clears the rest of the draft
        await asyncio.to_thread(drafts.forget_draft, self._data, row["station_id"], row["id"])


def _facts(found: dict[str, Any], original: dict[str, Any], marks: int) -> dict[str, Any]:
    """Return what a copy's manifest says of a file: whose it is made of, and what was hidden. No owner, no consent."""
    counts = ("pictures", "looked", "faces", "heads", "hidden_pictures", "width", "height")
    return {
        "sort": found["sort"],
        "since": original["since"],
        "until": original["until"],
        "gaps": original["gaps"],
        "how": "blurred_copy",
        "derived_from": {"name": original["name"], "sha256": original["sha256"]},
        "blurred": {**{name: found[name] for name in counts}, "marks": marks},
    }
