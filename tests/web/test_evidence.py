"""Evidence through the edge and core, on real recordings: sealed, judged by openssl, handed over, let go by two."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update
from starlette.requests import Request

from tests.cameras.test_mp4 import written
from tests.web.conftest import HERE, ROOT, THERE, Centre
from unjai import __main__ as command_line
from unjai.app import Common
from unjai.cameras.api.outside import Outside
from unjai.cameras.desk import Picture
from unjai.cameras.evidence import folder, making, press
from unjai.cameras.evidence.checking import check_file
from unjai.cameras.flows import consents
from unjai.cameras.recording.shelf import day_of, folder_of, holds_of, millis, moment
from unjai.cameras.store import evidence as store
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, id_time, named_id, new_id
from unjai.people.registry import Refusals, Registry
from unjai.platform.audit import audit_log
from unjai.platform.config import Settings
from unjai.platform.database import Database
from unjai.platform.ledger import sealing
from unjai.platform.streams import Bus
from unjai.respond.store import timeline
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


async def test_a_package_is_whole_tells_its_gaps_and_openssl_agrees(street, tmp_path, capsys):
    told, file = await street.sealed(street.clip())
    assert (told["state"], told["error"]) == ("sealed", None)
    where = unpacked(file, tmp_path / "out")
    manifest = json.loads((where / "manifest.json").read_text("utf-8"))
    (clip,) = [one for one in manifest["files"] if one["sort"] == "clip"]
    assert clip["since"] == moment(street.began_ms + 1000).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert clip["until"] == moment(street.began_ms + 11000).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert clip["gaps"] == [[_z(street, 4), _z(street, 8)]]
    assert manifest["case_number"] == "77/2569"
    assert manifest["reason"] == "ใช้ประกอบสำนวน"
    assert (manifest["station"]["name_th"], manifest["asked_by"]) == (f"หน่วย {HERE}", f"คน operator.{HERE}")
    assert openssl(where)
    for one in manifest["files"]:
        assert hashlib.sha256((where / one["name"]).read_bytes()).hexdigest() == one["sha256"]
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS.txt"], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    page = (where / "READ-ME.html").read_text("utf-8")
    assert "กล้อง ev-cam &lt;b&gt;" in page
    assert "ช่วงที่ไม่มีภาพ" in page
    checked = check_file(file, key=told["key_print"])
    assert checked.good
    assert checked.root is not None, "the request is proven by a signed root of the log"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == told["digest"]
    status, said = command(str(file), "--key", str(where / "public_key.pem"), capsys=capsys)
    assert (status, "ครบถ้วน" in said, checked.root.root.hex() in said) == (0, True, True)

    for name in ("manifest.json", "manifest.sig", "public_key.pem"):
        changed = where / name
        body = changed.read_bytes()
        changed.write_bytes(body[:60] + bytes([body[60] ^ 1]) + body[61:])
        assert not openssl(where), name
        changed.write_bytes(body)
    assert openssl(where)
    broken = tmp_path / "broken.zip"
    body = file.read_bytes()
    at = body.index(b"mdat") + 400
    broken.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    status, said = command(str(broken), "--json", capsys=capsys)
    problems = json.loads(said)["problems"]
    assert (status, [(one["code"], one["entry"]) for one in problems]) == (1, [("changed", clip["name"])])
    assert "ถูกแก้ไข" in problems[0]["th"]


def _z(street: Street, seconds: float) -> str:
    return moment(street.began_ms + seconds * 1000).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_the_key_is_published_to_everybody(street, tmp_path):
    told, file = await street.sealed(street.clip(since=1, until=2))
    async with street.centre.client() as anyone:
        answer = await anyone.get("/api/public/keys")
    assert answer.json()["key_print"] == told["key_print"]
    with zipfile.ZipFile(file) as archive:
        assert archive.read("public_key.pem").decode() == answer.json()["pem"]
    published = tmp_path / "station.pem"
    published.write_text(answer.json()["pem"])
    assert check_file(file, key=str(published)).good
    other = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "PEM"], capture_output=True, check=True
    ).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=other, capture_output=True, check=True).stdout
    published.write_bytes(public)
    assert [one.code for one in check_file(file, key=str(published)).problems] == ["key"]
    with pytest.raises(UnjaiError, match="evidence_key_unreadable"):
        check_file(file, key=str(tmp_path / "none.pem"))
    with pytest.raises(UnjaiError, match="evidence_unreadable"):
        check_file(tmp_path / "none.zip")


async def test_a_proof_of_another_package_is_found(street, tmp_path):
    """Who holds the key could put another package's proof in; the list would be whole, the proof is another's."""
    from unjai.cameras.evidence.checking import Unproven, proven

    told, file = await street.sealed(street.clip(since=1, until=2))
    with zipfile.ZipFile(file) as archive:
        manifest, proof = json.loads(archive.read("manifest.json")), archive.read("audit.json")
    assert proven(manifest, proof).size > 0
    for wrong, code in (
        ({**manifest, "id": str(uuid4())}, "audit_other"),
        (manifest, "audit_proof"),
    ):
        body = proof if code == "audit_other" else proof.replace("ใช้ประกอบสำนวน".encode(), "ใช้ประกอบอย่างอื่น".encode())
        with pytest.raises(Unproven, match=code):
            proven(wrong, body)
    assert told["steps"][0]["what"] == "ask"


async def test_a_still_of_a_moment_and_several_cameras_in_one_package(street, tmp_path):
    still = {"camera_id": str(POLICE), "sort": "still", "since": street.at(9.05)}
    none = {"camera_id": str(POLICE), "sort": "still", "since": street.at(6)}
    told, file = await street.sealed(still, none, street.clip(since=0, until=1))
    assert [one["sort"] for one in told["files"]] == ["still", "clip"]
    assert told["missing"] == [str(POLICE)], "what was never recorded is told"
    with zipfile.ZipFile(file) as archive:
        picture = archive.read(told["files"][0]["name"])
    assert picture.startswith(b"\xff\xd8\xff")
    assert told["files"][0]["since"].startswith(street.at(9)[:19]), "the picture that stood at that moment"
    assert check_file(file).good


async def test_nothing_recorded_is_refused_and_holds_nothing(street):
    before = len(holds_of(folder_of(street.root, HERE, POLICE)))
    answer = await street.ask(street.clip(since=-600, until=-500))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "recording_missing")
    assert len(holds_of(folder_of(street.root, HERE, POLICE))) == before
    for said, code in (
        ({"case_number": ""}, "evidence_case_needed"),
        ({"case_number": "1", "no_case": True}, "evidence_case_needed"),
        ({"reason": " "}, "request_invalid"),
    ):
        answer = await street.ask(**said)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_custody_is_written_step_by_step_and_stands_in_the_log(street):
    told, file = await street.sealed(street.clip(since=0, until=2), case_number="", no_case=True)
    path = f"/api/evidence/{told['id']}"
    street.centre.clock.move(timedelta(seconds=1))
    async with street.centre.client("inquiry") as inquiry:
        refused = await inquiry.get(f"{path}/package")
        assert refused.status_code == 422, "a reason is needed"
        answer = await inquiry.get(f"{path}/package?why=ประกอบสำนวน")
    assert hashlib.sha256(answer.content).hexdigest() == told["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    wrong = await street.post(f"{path}/receive", {"digest": "0" * 64}, role="inquiry")
    assert wrong.json()["error"]["code"] == "evidence_other"
    assert (await street.post(f"{path}/receive", {"digest": told["digest"]}, role="inquiry")).status_code == 204
    checked = (await street.post(f"{path}/check", role="inquiry")).json()
    assert (checked["problems"], checked["digest"]) == ([], told["digest"])
    whom = {"name": "สมหมาย ใจเที่ยง", "rank": "พ.ต.ท.", "agency": "ศาลจังหวัด", "by_way_of": "แฟลชไดรฟ์"}
    assert (await street.post(f"{path}/hand-over", whom)).status_code == 200
    assert (await street.post(f"{path}/hand-over", whom, role="inquiry")).status_code == 403
    released = await street.post(f"{path}/release", {"reason": "คดีถึงที่สุด"})
    assert released.json()["held"] is False
    await street.work()
    steps = (await street.get(path))["steps"]
    assert [one["what"] for one in steps] == ["ask", "seal", "download", "receive", "check", "hand_over", "release"]
    assert all(one["seq"] for one in steps), "each has its place in the tree"
    assert steps[5]["facts"]["agency"] == "ศาลจังหวัด"
    async with street.centre.db.tx(CORE) as tx:
        rows = await tx.all(select(audit_log.c.action).where(audit_log.c.subject == f"evidence:{told['id']}"))
    assert sorted(row["action"] for row in rows) == sorted(f"evidence.{one['what']}" for one in steps)
    keys = [one.key for one in holds_of(folder_of(street.root, HERE, POLICE))]
    assert not [key for key in keys if told["id"] in key], "what was let go is held no more"
    assert (await street.post(f"{path}/release", {"reason": "อีกครั้ง"})).json()["error"]["code"] == "evidence_not_held"


async def test_a_package_on_the_disc_that_was_touched_is_found(street):
    told, file = await street.sealed(street.clip(since=0, until=2))
    body = file.read_bytes()
    file.write_bytes(body[:900] + bytes([body[900] ^ 1]) + body[901:])
    checked = (await street.post(f"/api/evidence/{told['id']}/check")).json()
    assert [one["code"] for one in checked["problems"]] == ["changed"]
    steps = (await street.get(f"/api/evidence/{told['id']}"))["steps"]
    assert steps[-1]["facts"]["problems"] == ["changed"]
    file.unlink()
    gone = await street.post(f"/api/evidence/{told['id']}/check")
    assert gone.json()["error"]["code"] == "evidence_file_gone"


async def test_beyond_an_owners_consent_two_people_are_needed_and_the_manifest_says_so(street):
    async with street.centre.db.tx(CORE) as tx:
        said = {"number": "ยินยอม 5/2569", "from_on": date(2026, 1, 1), "hours": "01.00–01.30 น.", "part": "หน้าร้าน"}
        await consents.add_consent(tx, CORE, street.centre.clock, camera_id=SHOP, said=said)
    piece = street.clip(SHOP, 0, 2)
    (looked,) = (await street.post("/api/evidence/look", {"pieces": [piece]})).json()
    assert looked["leave"] | {"hours": ""} == {
        "needed": True, "beyond": True, "why": "hours", "number": "ยินยอม 5/2569", "hours": "", "part": "หน้าร้าน",
    }  # fmt: skip
    refused = await street.ask(piece)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "approval_needed")
    facts = {name: value for name, value in error["facts"].items() if name != "action"}
    asked = await street.post(
        "/api/approvals", {"action": error["facts"]["action"], "facts": facts, "reason": "เหตุด่วน คนร้ายหลบหนี"}
    )
    assert asked.status_code in {200, 201}, asked.text
    row = asked.json()
    assert "นอกความยินยอม" in row["about_th"]
    own = await street.post(f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="operator")
    assert own.status_code in {403, 409}
    approved = await street.post(
        f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="superintendent"
    )
    assert approved.status_code == 200, approved.text
    await street.work()
    told = (await street.get("/api/evidence"))[0]
    whole = await street.get(f"/api/evidence/{told['id']}")
    assert (told["state"], told["beyond"], whole["second"]) == ("sealed", True, f"คน superintendent.{HERE}")
    file = folder.package_of(street.data, HERE, UUID(told["id"]))
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        page = archive.read("READ-ME.html").decode()
    assert manifest["second_person"]["name"] == f"คน superintendent.{HERE}"
    assert manifest["files"][0]["consent"]["why"] == "hours"
    assert "นอกความยินยอม" in page
    assert holds_of(folder_of(street.root, HERE, SHOP)), "core holds what it was cut from"


async def test_a_forged_wish_for_two_people_is_refused(street):
    for facts in (
        {},
        {"pieces": []},
        {"pieces": [{"camera_id": str(SHOP)}], "reason": "x", "case_number": ""},
        {"pieces": [street.clip(SHOP)], "reason": "x" * 600, "case_number": "", "no_case": True},
        {"pieces": [street.clip(SHOP)], "reason": "เหตุผล", "case_number": "1", "incident_id": str(uuid4())},
    ):
        answer = await street.propose(facts)
        assert answer.status_code in {404, 422}, (facts, answer.text)


async def test_a_wish_for_two_people_is_held_to_what_the_form_is_held_to(street):
    good = {"pieces": [street.clip(SHOP)], "reason": "เหตุผล", "case_number": "77/2569"}
    moment_of = street.at(1)
    taken = {"camera_id": str(SHOP), "sort": "still", "since": moment_of, "until": moment_of}
    for wrong, code in (
        ({"reason": "   "}, "request_invalid"),
        ({"reason": "เหตุ\x00ผล"}, "request_invalid"),
        ({"case_number": "7" * 81}, "request_invalid"),
        ({"case_number": ""}, "evidence_case_needed"),
        ({"no_case": True}, "evidence_case_needed"),
        ({"pieces": [street.clip(SHOP)] * 17}, "request_invalid"),
        ({"pieces": [{**street.clip(SHOP), "since": "2569-01-01T00:00:00+00:00"}]}, "request_invalid"),
        ({"pieces": [{**taken, "still_id": str(kept(street))}]}, "evidence_still_moment"),
    ):
        answer = await street.propose({**good, **wrong})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), (wrong, answer.text)


async def test_deleting_takes_two_and_leaves_the_entry(street):
    told, file = await street.sealed(street.clip(since=0, until=2))
    path = f"/api/evidence/{told['id']}"
    refused = (await street.post(f"{path}/remove", {"reason": "ศาลสั่งทำลาย"})).json()["error"]
    assert refused["code"] == "approval_needed"
    facts = {name: value for name, value in refused["facts"].items() if name != "action"}
    row = (
        await street.post("/api/approvals", {"action": "evidence.remove", "facts": facts, "reason": "ศาลสั่งทำลายแล้ว"})
    ).json()
    assert file.exists()
    approved = await street.post(f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="supervisor")
    assert approved.status_code == 200, approved.text
    await street.work()
    whole = await street.get(path)
    assert (whole["state"], whole["held"], whole["steps"][-1]["what"], file.exists()) == (
        "removed",
        False,
        "remove",
        False,
    )
    keys = [one.key for one in holds_of(folder_of(street.root, HERE, POLICE))]
    assert not [key for key in keys if told["id"] in key]
    async with street.centre.client() as client:
        assert (await client.get(f"{path}/package?why=ดูอีก")).status_code == 401
    assert (await street.post(f"{path}/check")).json()["error"]["code"] == "evidence_not_sealed"


async def test_an_incident_says_what_was_sealed_for_it(street):
    incident = street.centre.ids["incident"]
    answer = await street.ask(street.clip(since=0, until=2), path=f"/api/incidents/{incident}/evidence")
    assert answer.status_code == 201, answer.text
    await street.work()
    (row,) = await street.get(f"/api/incidents/{incident}/evidence")
    assert (row["state"], row["incident_id"]) == ("sealed", incident)
    async with street.centre.db.tx(CORE) as tx:
        steps = [one["kind"] for one in await timeline.of_incident(tx, UUID(incident))]
    assert [one for one in steps if one.startswith("evidence_")] == ["evidence_asked", "evidence_sealed"]
    with zipfile.ZipFile(folder.package_of(street.data, HERE, UUID(row["id"]))) as archive:
        assert json.loads(archive.read("manifest.json"))["incident"]["number"] == row["incident_number"]
    assert (await street.ask(path=f"/api/incidents/{uuid4()}/evidence")).status_code == 404


def kept(street: Street, *, masked: bool = False) -> UUID:
    """A live still as the route keeps one."""
    key = new_id(street.centre.clock.now())
    told = folder.KeptStill(camera_id=str(POLICE), at=id_time(key), masked=masked)
    folder.keep_still(street.data, key, told, LIVE)
    return key


def stills_of(street: Street, key: UUID) -> list[str]:
    return sorted(one.suffix for one in street.data.glob(f"evidence/stills/{key}.*"))


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


# -- when it goes wrong ------------------------------------------------------------------------------------------------


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


async def test_another_station_knows_nothing_of_it(street):
    told, _file = await street.sealed(street.clip(since=0, until=2))
    async with street.centre.client("operator", THERE) as there:
        assert (await there.get("/api/evidence")).json() == []
        for path in (f"/api/evidence/{told['id']}", f"/api/evidence/{told['id']}/package?why=อยากดู"):
            assert (await there.get(path)).status_code == 404
        answer = await there.post("/api/evidence/look", json={"pieces": [street.clip()]})
    assert answer.status_code == 404
