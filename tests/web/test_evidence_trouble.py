"""Evidence when it goes wrong: a full disc, a kill in the middle, holds and stills that nobody needs."""

import asyncio
import json
import os
import signal
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from starlette.requests import Request

from tests.web.edge import HERE
from tests.web.street import CORE, LIVE, POLICE, SHOP, kept, stills_of
from unjai.cameras.api.outside import Outside
from unjai.cameras.desk import Picture
from unjai.cameras.evidence import folder, making, press
from unjai.cameras.recording.shelf import folder_of, holds_of, moment
from unjai.cameras.store import evidence as store
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.roles.evidence import Packing


class Lens:
    """Stands for the desk: a still of now, masked."""

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock

    async def still(self, _station_id: Any, _camera_id: Any) -> Picture:
        return Picture(self.clock.now() + timedelta(microseconds=700), LIVE, masked=True)


async def test_a_live_still_is_sealed_as_it_was_taken_and_goes_with_its_package(street, monkeypatch):
    """The camera has no mask now and had one then: the manifest tells of then. Two delete it: no picture stays."""
    monkeypatch.setattr("unjai.cameras.api.evidence.desk_of", lambda _request: Lens(street.centre.clock))
    told, file = await street.sealed({"camera_id": str(POLICE), "sort": "still"})
    (piece,), (held,) = told["pieces"], told["files"]
    assert (told["state"], piece["live"], held["since"]) == ("sealed", True, piece["since"])
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["cameras"][0]["masks"], manifest["files"][0]["masked"]) == (0, True)
    async with street.made.db.tx(street.made.everywhere) as tx:
        row = await store.of(tx, UUID(told["id"]))
        (still,) = folder.pieces_of(row)
        await store.change(tx, row["id"], state="removed", held=False)
    assert stills_of(street, still.still_id) == [".jpg", ".json"]
    await street.work()
    assert (file.exists(), stills_of(street, still.still_id)) == (False, [])


async def test_a_live_still_of_another_moment_than_was_asked_for_is_not_sealed(street):
    key = kept(street)
    answer = await street.ask(street.clip(since=0, until=2))
    async with street.made.db.tx(street.made.everywhere) as tx:
        row = await store.of(tx, UUID(answer.json()["id"]))
    piece = {"camera_id": str(POLICE), "sort": "still", "still_id": str(key), "leave": row["pieces"][0]["leave"]}
    told = {**piece, "since": street.at(5), "until": street.at(5)}
    await street.seal_log()
    plan = await street.packing._plan({**row, "pieces": [told]})
    with pytest.raises(UnjaiError, match="evidence_still_moment"):
        making.make(plan)
    await street.work()


async def test_stills_that_waited_long_go_while_core_runs(street):
    """Nobody approved it, nobody sealed it: a week later it is gone, without a restart."""
    await street.work()
    clock = MovedClock(street.centre.clock.now())
    packing = Packing(replace(street.made, clock=clock))
    await packing.once()
    key = kept(street)
    for ending in ("jpg", "json"):
        written_s = (clock.now() - timedelta(days=7) + timedelta(minutes=30)).timestamp()
        os.utime(street.data / "evidence" / "stills" / f"{key}.{ending}", (written_s, written_s))
    for minutes, left in ((31, [".jpg", ".json"]), (30, [])):
        clock.move(timedelta(minutes=minutes))
        await packing.heard("", b"")
        await packing.once()
        assert stills_of(street, key) == left


async def test_a_live_still_is_kept_of_its_own_camera_only(street):
    key = kept(street)
    assert folder.kept_still(street.data, key, POLICE)[1] == LIVE
    with pytest.raises(UnjaiError, match="not_found"):
        folder.kept_still(street.data, key, SHOP)
    piece = {"camera_id": str(POLICE), "sort": "still"}
    answer = await street.ask(piece)
    assert answer.json()["error"]["code"] == "camera_unserved", "nobody serves this camera here"
    folder.forget_stills(street.data, street.centre.clock.now() + timedelta(days=40_000))
    with pytest.raises(UnjaiError, match="not_found"):
        folder.kept_still(street.data, key, POLICE)


async def test_a_full_disc_is_told_and_it_can_be_tried_again(street, monkeypatch):
    answer = await street.ask(street.clip(since=0, until=2))
    key = answer.json()["id"]

    async def full(plan):
        return await press.make(_with_floor(plan, 10**16))

    monkeypatch.setattr("unjai.roles.evidence.make", full)
    await street.work()
    told = await street.get(f"/api/evidence/{key}")
    assert (told["state"], told["error"]["code"]) == ("failed", "evidence_no_room")
    assert "เพิ่มเนื้อที่" in told["error"]["th"]
    assert told["held"], "what it was to be cut from stays"
    assert not list(street.data.glob("evidence/*/*.new"))
    monkeypatch.undo()
    assert (await street.post(f"/api/evidence/{key}/again")).json()["state"] == "asked"
    await street.work()
    assert (await street.get(f"/api/evidence/{key}"))["state"] == "sealed"


def _with_floor(plan: Any, floor: int) -> Any:
    import msgspec

    return msgspec.structs.replace(plan, floor_bytes=floor)


async def test_a_disc_that_fills_up_in_the_middle_leaves_nothing_half(street, monkeypatch):
    answer = await street.ask(street.clip(since=0, until=2))
    async with street.made.db.tx(street.made.everywhere) as tx:
        row = await store.of(tx, UUID(answer.json()["id"]))
    await street.seal_log()
    plan = await street.packing._plan(row)
    making.key_of(street.data)

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("unjai.cameras.evidence.making.os.fsync", full)
    with pytest.raises(UnjaiError, match="disc_full"):
        making.make(plan)
    assert not list(street.data.glob("evidence/*/*.new"))
    assert not folder.package_of(street.data, HERE, row["id"]).exists()
    monkeypatch.undo()
    await street.work()


async def test_what_was_let_go_is_held_anew_when_it_is_made_again_and_let_go_in_the_end(street, monkeypatch):
    key = (await street.ask(street.clip(since=0, until=2))).json()["id"]

    async def full(_plan):
        raise UnjaiError("evidence_no_room", 507, needed_mb=2, free_mb=1)

    def held() -> list[str]:
        return [one.key for one in holds_of(folder_of(street.root, HERE, POLICE)) if key in one.key]

    monkeypatch.setattr("unjai.roles.evidence.make", full)
    await street.work()
    assert (await street.post(f"/api/evidence/{key}/release", {"reason": "ไม่ใช้แล้ว"})).json()["held"] is False
    await street.work()
    assert held() == []
    monkeypatch.undo()
    again = await street.post(f"/api/evidence/{key}/again")
    assert (again.json()["state"], again.json()["held"]) == ("asked", True)
    await street.work()
    assert len(held()) == 1
    assert (await street.post(f"/api/evidence/{key}/release", {"reason": "คดีถึงที่สุด"})).status_code == 200
    await street.work()
    assert held() == [], "not for ever"


async def test_a_file_that_was_made_and_never_written_down_goes_too(street, monkeypatch):
    """Three times killed between the file's name and the row: it failed, and its file lies there all the same."""
    key = UUID((await street.ask(street.clip(since=0, until=2))).json()["id"])
    file = folder.package_of(street.data, HERE, key)

    async def killed(*_args: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(street.packing, "_finish", killed)
    await street.seal_log()
    with pytest.raises(RuntimeError, match="killed"):
        await street.packing.make_next()
    monkeypatch.undo()
    async with street.made.db.tx(street.made.everywhere) as tx:
        await store.change(tx, key, tries=3)
    await street.work()
    assert (await street.get(f"/api/evidence/{key}"))["error"]["code"] == "evidence_gave_up"
    assert file.exists()
    async with street.made.db.tx(street.made.everywhere) as tx:
        await store.change(tx, key, state="removed", held=False)
    await street.work()
    assert not file.exists()


async def test_a_package_leaves_the_database_its_room(street):
    answer = await street.ask(street.clip(since=0, until=2))
    async with street.made.db.tx(street.made.everywhere) as tx:
        row = await store.of(tx, UUID(answer.json()["id"]))
    await street.seal_log()
    assert (await street.packing._plan(row)).floor_bytes == 5_000_000_000, "half of what recordings leave"
    await street.work()


async def test_a_check_ends_with_whoever_asked_for_it(street, tmp_path):
    """A pipe that nobody writes to is a package that never ends."""
    endless = tmp_path / "endless.zip"
    os.mkfifo(endless)

    async def receive() -> dict[str, Any]:
        while not _child(b"unjai.cameras.evidence.checking"):
            await asyncio.sleep(0.005)
        return {"type": "http.disconnect"}

    request = Request({"type": "http"}, receive=receive)
    ask = Outside(ground=street.centre.app.state.ground, actor=CORE, request=request)
    with pytest.raises(UnjaiError, match="evidence_check_failed"):
        await ask.while_there(press.check(endless, "0" * 32))
    assert _child(b"unjai.cameras.evidence.checking") is None


async def test_packages_are_checked_one_at_a_time_and_each_gets_its_own_answer(street, tmp_path):
    _told, file = await street.sealed(street.clip(since=0, until=2))
    none = await asyncio.gather(
        press.check(file, "0" * 32), press.check(tmp_path / "none.zip", "0" * 32), return_exceptions=True
    )
    assert [code for code, _ in none[0].problems] == ["key"]
    assert none[1].code == "evidence_unreadable"
    assert not press._checks_at_once.locked()


async def test_killed_in_the_middle_it_is_taken_up_again(street, monkeypatch):
    """The child is killed as the kernel kills it when core dies; the next core finds the row and a half file."""
    await street.work()
    answer = await street.ask(street.clip(since=0, until=2))
    key = UUID(answer.json()["id"])
    half = folder.package_of(street.data, HERE, key)
    half.parent.mkdir(parents=True, exist_ok=True)

    async def killed(plan):
        half.with_name(f"{half.name}.new").write_bytes(b"half")
        running = asyncio.create_task(press.make(plan))
        while not (child := _child()):
            await asyncio.sleep(0.005)
        os.kill(child, signal.SIGKILL)
        await running

    await street.seal_log()
    async with street.made.db.tx(street.made.everywhere) as tx:
        assert await tx.scalar(select(store.evidence.c.state).where(store.evidence.c.id == key)) == "asked"
    monkeypatch.setattr("unjai.roles.evidence.make", killed)
    await street.packing.make_next()
    assert (await street.get(f"/api/evidence/{key}"))["error"]["code"] == "evidence_failed"
    monkeypatch.undo()
    async with street.made.db.tx(street.made.everywhere) as tx:  # as core leaves it when it is killed itself
        await store.change(tx, key, state="making", tries=1)
    again = Packing(street.made)
    await again.clear()
    assert not list(street.data.glob("evidence/*/*.new"))
    await street.work()
    told = await street.get(f"/api/evidence/{key}")
    assert told["state"] == "sealed"
    async with street.made.db.tx(street.made.everywhere) as tx:
        await store.change(tx, key, state="making", tries=3)
    await street.work()
    assert (await street.get(f"/api/evidence/{key}"))["error"]["code"] == "evidence_gave_up"


def _child(what: bytes = b"unjai.cameras.evidence.making") -> int | None:
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes()
                parent = int(Path(f"/proc/{name}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == os.getpid() and what in words:
                return int(name)
    return None


async def test_a_hold_that_nobody_asked_for_goes(street):
    row = {"id": uuid4(), "number": "EV", "case_number": "", "incident_number": "", "reason": "x", "asked_by": "x"}
    row |= {"station_id": HERE, "pieces": [street.clip(since=0, until=1)]}
    folder.hold_pieces(street.root, row)
    async with street.made.db.tx(street.made.everywhere) as tx:
        known = [one["id"] for one in await store.holding(tx)]
    assert folder.release_strays(street.root, known, moment(0)) == 0, "not while it may still be written down"
    assert folder.release_strays(street.root, known, moment(10**14)) == 1
