"""A street that was recorded, and what is asked of its pictures: for the tests of evidence and of release copies."""

import subprocess
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from tests.cameras.test_mp4 import written
from tests.web.edge import HERE, ROOT, Centre
from unjai import __main__ as command_line
from unjai.app import Common
from unjai.cameras.evidence import folder
from unjai.cameras.recording.shelf import day_of, folder_of, millis, moment
from unjai.cameras.store import evidence as store
from unjai.model.actor import system
from unjai.model.ids import DeviceId, id_time, named_id, new_id
from unjai.people.registry import Refusals, Registry
from unjai.platform.config import Settings
from unjai.platform.database import Database
from unjai.platform.ledger import sealing
from unjai.platform.streams import Bus
from unjai.roles.evidence import Packing
from unjai.territory.store import device

POLICE, SHOP = DeviceId(named_id("evidence", "police")), DeviceId(named_id("evidence", "shop"))
CORE = system(HERE)
EACH_MS = 2000
LIVE = b"\xff\xd8\xff live"


@dataclass(kw_only=True)
class Street:
    """The centre with two cameras that were recorded for twelve seconds, with a gap of four in the middle."""

    centre: Centre
    made: Common
    packing: Packing
    began_ms: int

    @property
    def root(self) -> Path:
        root: Path = self.centre.app.state.recordings
        return root

    @property
    def data(self) -> Path:
        return self.made.settings.data

    def at(self, seconds: float) -> str:
        return moment(self.began_ms + seconds * 1000).isoformat()

    def clip(self, camera: DeviceId = POLICE, since: float = 1.25, until: float = 11.0) -> dict[str, Any]:
        return {"camera_id": str(camera), "sort": "clip", "since": self.at(since), "until": self.at(until)}

    async def ask(
        self, *pieces: dict[str, Any], role: str = "operator", path: str = "/api/evidence", **said: Any
    ) -> Any:
        told = {"pieces": list(pieces) or [self.clip()], "reason": "ใช้ประกอบสำนวน", "case_number": "77/2569", **said}
        async with self.centre.client(role) as client:
            return await client.post(path, json=told)

    async def get(self, path: str, role: str = "operator") -> Any:
        async with self.centre.client(role) as client:
            answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, role: str = "operator") -> Any:
        self.centre.clock.move(timedelta(seconds=1))  # two steps have two times
        async with self.centre.client(role) as client:
            return await client.post(path, json=body)

    async def propose(self, facts: dict[str, Any]) -> Any:
        """Ask for a second person with facts that no form made."""
        body = {"action": "evidence.beyond_consent", "facts": facts, "reason": "เหตุด่วน คนร้ายหลบหนี"}
        return await self.post("/api/approvals", body)

    async def seal_log(self) -> None:
        """What core's sealer does; the clock goes on, since no two roots are signed at one moment."""
        self.centre.clock.move(timedelta(seconds=1))
        async with self.made.db.tx(self.made.everywhere) as tx:
            while await sealing.seal(tx, self.centre.clock):
                pass

    async def work(self) -> None:
        """Let core do all that is to do."""
        await self.seal_log()
        await self.packing.take_up_again()
        await self.packing.let_go()
        while await self.packing.make_next():
            self.centre.clock.move(timedelta(seconds=1))

    async def sealed(self, *pieces: dict[str, Any], **said: Any) -> tuple[dict[str, Any], Path]:
        answer = await self.ask(*pieces, **said)
        assert answer.status_code == 201, answer.text
        await self.work()
        told = await self.get(f"/api/evidence/{answer.json()['id']}")
        return told, folder.package_of(self.data, HERE, UUID(told["id"]))


@pytest.fixture(scope="module")
async def street(centre: Centre, worker_db: Database, bus: Bus) -> AsyncIterator[Street]:
    root: Path = centre.app.state.recordings
    began_ms = millis(centre.clock.now() - timedelta(hours=3))
    async with centre.db.tx(ROOT) as tx:
        facts = {"owner_kind": "police", "owner_name": "สภ.", "silent_after_s": 60, "lon": 98.99, "lat": 18.79}
        for key, camera, kind in (("ev-cam", POLICE, "police"), ("ev-shop", SHOP, "business")):
            named = {"key": key, "name_th": f"กล้อง {key} <b>", **facts, "owner_kind": kind}
            await tx.execute(insert(device).values(id=camera, station_id=HERE, kind="camera", **named))
        # what the test of rights asked for is not to be made here
        await tx.execute(update(store.evidence).values(state="removed", held=False, hold_on_disc=False))
    for camera in (POLICE, SHOP):
        for number in (0, 1, 4, 5):
            at = began_ms + number * EACH_MS
            place = folder_of(root, HERE, camera) / day_of(at)
            place.mkdir(parents=True, exist_ok=True)
            written(place / f"{at}-{at + EACH_MS}.mp4", first=number * 180_000, began_s=at / 1000)
    data = centre.app.state.ground.data
    made = Common(
        settings=Settings(data=data),
        db=worker_db,
        bus=bus,
        clock=centre.clock,
        registry=Registry(),
        refusals=Refusals(),
    )
    await made.load()
    yield Street(centre=centre, made=made, packing=Packing(made), began_ms=began_ms)


def unpacked(file: Path, to: Path) -> Path:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(to)  # ours, and checked
    return to


def openssl(where: Path) -> bool:
    """The command of READ-ME.html, word for word."""
    command = "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert command in (where / "READ-ME.html").read_text("utf-8")
    done = subprocess.run(command.split(), cwd=where, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Signature Verified Successfully" in done.stdout


def command(*words: str, capsys: Any) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        command_line.cli(["evidence", "verify", *words])
    return int(str(ended.value.code)), capsys.readouterr().out


def kept(street: Street, *, masked: bool = False) -> UUID:
    """A live still as the route keeps one."""
    key = new_id(street.centre.clock.now())
    told = folder.KeptStill(camera_id=str(POLICE), at=id_time(key), masked=masked)
    folder.keep_still(street.data, key, told, LIVE)
    return key


def stills_of(street: Street, key: UUID) -> list[str]:
    return sorted(one.suffix for one in street.data.glob(f"evidence/stills/{key}.*"))
