"""Release copies through the edge and core: blurred, looked at by a person, released, judged by openssl."""

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from sqlalchemy import update

from tests.vision.conftest import built_face_model, built_model
from tests.web.edge import HERE
from tests.web.street import SHOP, Street, command, openssl, unpacked
from unjai.cameras.evidence import drafts, press
from unjai.cameras.evidence.checking import check_file
from unjai.cameras.store import release as store
from unjai.model.errors import UnjaiError
from unjai.people.rights import ROLES, VOLUNTEERS
from unjai.platform.sealed.archive import Archive
from unjai.roles.copies import Copying

WISH = {"recipient": "นางสาวสื่อ มวลชน", "agency": "สำนักข่าวทดสอบ", "sort": "media", "purpose": "ตามหาพยานผู้เห็นเหตุการณ์"}


class Desk:
    """Who makes copies of one package."""

    def __init__(self, on: Street, package: dict[str, Any]) -> None:
        self.street, self.package, self.copying = on, package, Copying(on.made)

    async def ask(self, role: str = "operator", **said: Any) -> Any:
        return await self.street.post(f"/api/evidence/{self.package['id']}/copies", {**WISH, **said}, role)

    async def asked(self, **said: Any) -> dict[str, Any]:
        answer = await self.ask(**said)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def work(self) -> None:
        """Let core do all that is to do."""
        await self.street.seal_log()
        await self.copying.let_go()
        while await self.copying.make_next():
            self.street.centre.clock.move(timedelta(seconds=1))

    async def drafted(self, **said: Any) -> dict[str, Any]:
        told = await self.asked(**said)
        await self.work()
        return await self.read(told)

    async def read(self, copy: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = await self.street.get(f"/api/evidence-copies/{copy['id']}")
        return told

    async def do(self, copy: dict[str, Any], what: str, body: Any = None, role: str = "operator") -> Any:
        return await self.street.post(f"/api/evidence-copies/{copy['id']}/{what}", body, role)

    async def look(self, copy: dict[str, Any], role: str = "operator") -> None:
        answer = await self.do(copy, "look", {"revision": copy["revision"]}, role)
        assert answer.status_code == 200, answer.text

    async def raw(self, copy: dict[str, Any], path: str, role: str = "operator") -> Any:
        async with self.street.centre.client(role) as client:
            return await client.get(f"/api/evidence-copies/{copy['id']}/{path}")

    def file(self, copy: dict[str, Any]) -> Path:
        return drafts.sealed_copy(self.street.data, HERE, UUID(copy["id"]))

    async def released(self, **said: Any) -> dict[str, Any]:
        copy = await self.drafted(**said)
        assert copy["state"] == "look", copy["error"]
        await self.look(copy)
        answer = await self.do(copy, "release", {"revision": copy["revision"], "looked": True})
        assert answer.status_code == 200, answer.text
        await self.work()
        return await self.read(copy)


@pytest.fixture(scope="module")
async def desk(street: Street) -> Desk:
    built_face_model()
    built_model()
    package, _file = await street.sealed(street.clip(since=1, until=3))
    return Desk(street, package)


async def test_a_copy_is_not_given_before_a_person_has_looked(desk):
    copy = await desk.asked()
    assert copy["state"] == "asked"
    assert copy["number"].startswith(f"{desk.package['number']}-R")
    refused = await desk.do(copy, "release", {"revision": 0, "looked": True})
    assert refused.json()["error"]["code"] == "copy_not_ready"
    await desk.work()
    copy = await desk.read(copy)
    assert (copy["state"], copy["revision"]) == ("look", 1)
    (file,) = copy["found"]
    assert file["pictures"] > 5
    assert file["shots"]

    assert (await desk.raw(copy, "package?why=ส่งสื่อ")).json()["error"]["code"] == "copy_not_released"
    for path in ("files/0", "shots/0/0", "shots/0/0?before=true"):
        assert (await desk.raw(copy, path)).json()["error"]["code"] == "copy_not_looked", (
            "custody is before the first picture"
        )
    unsaid = await desk.do(copy, "release", {"revision": 1, "looked": False})
    assert unsaid.status_code == 422, "a person must say that she looked"
    for revision, code in ((1, "copy_not_looked"), (0, "copy_changed")):
        answer = await desk.do(copy, "release", {"revision": revision, "looked": True})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)
    await desk.look(copy, role="detective")
    other = await desk.do(copy, "release", {"revision": 1, "looked": True})
    assert other.json()["error"]["code"] == "copy_not_looked", "a colleague's look is not one's own"
    assert not desk.file(copy).exists()

    await desk.look(copy)
    before, after = [(await desk.raw(copy, f"shots/0/0?before={said}")).content for said in ("true", "false")]
    assert before.startswith(b"\xff\xd8")
    assert after.startswith(b"\xff\xd8")
    film = await desk.raw(copy, "files/0")
    assert film.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(film.content)) as source:
        assert [one.type for one in source.streams] == ["video"], "without sound"
    assert (await desk.raw(copy, "shots/0/99")).status_code == 404
    assert (await desk.raw(copy, "files/7")).status_code == 404
    answer = await desk.do(copy, "release", {"revision": 1, "looked": True})
    assert answer.json()["state"] == "confirmed"
    await desk.work()
    copy = await desk.read(copy)
    assert (copy["state"], copy["released_by"]) == ("sealed", f"คน operator.{HERE}")
    given = await desk.raw(copy, "package?why=ส่งสื่อ")
    assert given.content == desk.file(copy).read_bytes()
    assert not drafts.draft_of(desk.street.data, HERE, UUID(copy["id"])).exists(), "nothing unblurred is left over"
    steps = (await desk.street.get(f"/api/evidence/{desk.package['id']}"))["steps"]
    own = [one["what"] for one in steps if one["facts"].get("copy") == copy["number"]]
    assert own == [
        "copy_ask",
        "copy_blur",
        "copy_look",
        "copy_look",
        "copy_release",
        "copy_seal",
        "copy_download",
    ]
    assert steps[-1]["facts"]["why"] == "ส่งสื่อ"


def rewritten(file: Path, to: Path, name: str, old: bytes, new: bytes) -> None:
    """Write an archive anew as ours are, so that nothing but one file's words differ."""
    with zipfile.ZipFile(file) as archive, to.open("w+b") as out:
        made = Archive(out)
        for one in archive.namelist():
            body = archive.read(one)
            if one == name:
                assert old in body
                body = body.replace(old, new)
            made.add(one, len(body), [body])
        made.end()


async def test_the_verifier_says_what_it_is_and_finds_what_was_changed(desk, tmp_path, capsys):
    copy = await desk.released(style="solid")
    file = desk.file(copy)
    where = unpacked(file, tmp_path / "out")
    manifest = json.loads((where / "manifest.json").read_text("utf-8"))
    assert manifest["format"] == "unjai-release/1"
    assert manifest["derived_from"]["digest"] == desk.package["digest"]
    assert manifest["recipient"] == {"name": WISH["recipient"], "agency": WISH["agency"], "sort": "media"}
    (clip,) = [one for one in manifest["files"] if one["sort"] == "clip"]
    original = next(one for one in desk.package["files"] if one["sort"] == "clip")
    assert clip["derived_from"] == {"name": original["name"], "sha256": original["sha256"]}
    assert clip["blurred"]["pictures"] > 5
    assert manifest["blurring"]["style"] == "solid"
    assert manifest["blurring"]["models"].keys() == {"centerface.onnx", "coco_ssd.onnx"}
    assert "cameras" not in manifest, "an owner's name is no business of who gets a copy"
    assert openssl(where)
    assert "ใบหน้าถูกเบลอ" in (where / "READ-ME.html").read_text("utf-8")
    checked = check_file(file, key=desk.package["key_print"])
    assert checked.good
    assert checked.blurred_copy
    assert checked.root is not None, "the request for the copy is proven by the log"
    status, said = command(str(file), "--key", desk.package["key_print"], capsys=capsys)
    assert status == 0
    assert "ไม่ใช่ต้นฉบับ" in said
    assert desk.package["digest"] in said
    told = json.loads(command(str(file), "--json", capsys=capsys)[1])
    assert (told["blurred_copy"], told["time_stamp"]) == (True, None)

    body = file.read_bytes()
    at = body.rindex(b"mdat") + 300
    broken = tmp_path / "broken.zip"
    broken.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    assert [(one.code, one.entry) for one in check_file(broken).problems] == [("changed", clip["name"])]
    for name, old, new, code in (
        ("manifest.json", WISH["agency"].encode(), "สำนักข่าวอื่นๆ".encode(), "signature"),
        ("manifest.json", b"unjai-release/1", b"unjai-evidence/1", "signature"),
        ("audit.json", b"evidence.copy_ask", b"evidence.copy_xsk", "audit_proof"),
        ("READ-ME.html", "ไม่ใช่พยานหลักฐานต้นฉบับ".encode(), "พยานหลักฐานต้นฉบับ".encode(), "changed"),
    ):
        rewritten(file, broken, name, old, new)
        assert code in {one.code for one in check_file(broken).problems}, name
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(tmp_path / "more.zip", "w") as more:
        for name in archive.namelist():
            more.writestr(name, archive.read(name))
        more.writestr("zz.mp4", b"unblurred")
    assert {"extra", "repacked"} <= {one.code for one in check_file(tmp_path / "more.zip").problems}


async def test_rectangles_by_hand_are_hidden_and_looked_at_anew(desk):
    copy = await desk.drafted(style="solid")
    name = copy["files"][0]
    await desk.look(copy)
    drawn = {"file": name, "x0": 0.25, "y0": 0.25, "x1": 0.75, "y1": 0.75, "since_s": 0.5, "until_s": None}

    async def put(marks: list[dict[str, Any]], revision: int) -> Any:
        async with desk.street.centre.client("operator") as client:
            body = {"revision": revision, "marks": marks}
            return await client.put(f"/api/evidence-copies/{copy['id']}/marks", json=body)

    for wrong in ({"x0": 0.8}, {"file": "no.mp4"}, {"until_s": 0.1}):
        assert (await put([{**drawn, **wrong}], 1)).json()["error"]["code"] == "copy_mark_wrong"
    assert (await put([{**drawn, "x1": 2}], 1)).status_code == 422
    assert (await put([drawn], 7)).json()["error"]["code"] == "copy_changed"
    assert (await put([drawn], 1)).json()["state"] == "asked"
    await desk.work()
    copy = await desk.read(copy)
    assert (copy["state"], copy["revision"], len(copy["marks"])) == ("look", 2, 1)
    late = await desk.do(copy, "release", {"revision": 2, "looked": True})
    assert late.json()["error"]["code"] == "copy_not_looked", "the look was at the pictures before"
    await desk.look(copy)
    film = (await desk.raw(copy, "files/0")).content
    with av.open(io.BytesIO(film)) as source:
        shown = [(float(one.time), one.to_ndarray(format="rgb24")) for one in source.decode(video=0)]
    for at_s, rgb in shown:
        height, width = rgb.shape[:2]
        middle = rgb[height * 3 // 8 : height * 5 // 8, width * 3 // 8 : width * 5 // 8].astype(np.int16)
        flat = int(np.ptp(middle)) < 24
        assert flat == (at_s >= 0.5), at_s
    answer = await desk.do(copy, "release", {"revision": 2, "looked": True})
    assert answer.status_code == 200
    await desk.work()
    manifest = check_file(desk.file(copy)).found.manifest
    assert manifest["files"][0]["blurred"]["marks"] == 1


async def test_only_what_is_named_goes_into_a_copy_and_not_too_much(desk):
    names = [one["name"] for one in desk.package["files"]]
    assert (await desk.ask(files=["../secret.mp4"])).json()["error"]["code"] == "copy_file_unknown"
    copy = await desk.asked(files=[names[0]])
    assert copy["files"] == [names[0]]
    assert (await desk.ask(role="inquiry")).status_code == 403, "who may only read makes no copies"
    assert (await desk.do(copy, "remove", {"reason": "ขอผิดแฟ้ม"})).json()["error"]["code"] == "copy_busy"
    await desk.work()
    gone = await desk.do(copy, "remove", {"reason": "ขอผิดแฟ้ม"})
    assert gone.json()["state"] == "removed"
    await desk.work()
    assert not drafts.draft_of(desk.street.data, HERE, UUID(copy["id"])).exists()


async def approved(street_: Street, refused: Any) -> Any:
    """Let a second person approve what was refused for want of one."""
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "approval_needed")
    facts = {name: value for name, value in error["facts"].items() if name != "action"}
    body = {"action": error["facts"]["action"], "facts": facts, "reason": "เหตุด่วน คนร้ายหลบหนี"}
    row = (await street_.post("/api/approvals", body)).json()
    answer = await street_.post(f"/api/approvals/{row['id']}/approve", {"digest": row["digest"]}, role="superintendent")
    assert answer.status_code == 200, answer.text
    return row


async def test_a_package_beyond_consent_takes_two_for_its_copy_as_well(desk):
    street_ = desk.street
    refused = await street_.ask(street_.clip(SHOP, since=1, until=2), reason="ร้านอนุญาตด้วยวาจา")
    await approved(street_, refused)
    await street_.work()
    package = await street_.get(f"/api/evidence/{(await street_.get('/api/evidence'))[0]['id']}")
    assert (package["state"], package["beyond"]) == ("sealed", True)
    other = Desk(street_, package)
    row = await approved(street_, await other.ask())
    assert WISH["agency"] in row["about_th"]
    (copy,) = await street_.get(f"/api/evidence/{package['id']}/copies")
    assert copy["second"] == f"คน superintendent.{HERE}"
    forged = {**WISH, "key": package["id"], "style": "none", "files": []}
    body = {"action": "evidence.release_copy", "facts": forged, "reason": "ลองปลอม"}
    assert (await street_.post("/api/approvals", body)).status_code == 422
    # a package that two people delete takes its copies along
    gone = await street_.post(f"/api/evidence/{package['id']}/remove", {"reason": "ศาลสั่งทำลาย"})
    await approved(street_, gone)
    assert (await other.read(copy))["state"] == "removed"


async def test_a_killed_or_broken_blurring_is_told_and_tried_again(desk, monkeypatch):
    copy = await desk.asked()

    async def dies(_plan: Any) -> Any:
        raise UnjaiError("copy_failed", 500, reason="killed")

    with monkeypatch.context() as patched:
        patched.setattr(press, "blur", dies)
        await desk.work()
    copy = await desk.read(copy)
    assert (copy["state"], copy["error"]["code"]) == ("failed", "copy_failed")
    await desk.do(copy, "again")
    await desk.work()
    assert (await desk.read(copy))["state"] == "look"
    made = desk.street.made
    async with made.db.tx(made.everywhere) as tx:  # as a kill in the middle leaves it
        own = store.release_copy.c.id == UUID(copy["id"])
        await tx.execute(update(store.release_copy).where(own).values(state="blurring"))
    await desk.copying.once()
    assert (await desk.read(copy))["state"] == "look"


async def test_a_package_that_was_changed_on_the_disc_is_not_copied(desk):
    package, file = await desk.street.sealed(desk.street.clip(since=1, until=2))
    body = file.read_bytes()
    at = body.index(b"mdat") + 200
    file.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    other = Desk(desk.street, package)
    copy = await other.drafted()
    assert (copy["state"], copy["error"]["code"]) == ("failed", "copy_package_changed")


OUTSIDERS = ("partner", "oversight", "evaluator", "officer", *sorted(VOLUNTEERS))
AT_WORK = ("officer", "GET /api/officer/cameras/{camera_id}/still")
"""Stills beside an incident, for the officer who goes there and only meanwhile (`tests/respond/test_talk.py`)."""
PICTURES = ("image/jpeg", "video/mp4", "application/zip")


async def test_no_route_with_pictures_of_cameras_is_open_to_who_is_not_the_police(centre):
    """What `docs/cameras.md` says: outsiders get release copies by hand, and nothing else."""
    told = centre.app.openapi()["paths"]
    gives = {
        f"{method.upper()} {path}"
        for path, methods in told.items()
        for method, route in methods.items()
        if set(PICTURES) & set(route["responses"].get("200", {}).get("content", {}))
    }
    rights = {f"{one.method} {one.path}": one.right for one in centre.routes()}
    also = {name for name in rights if re.search(r"camera-pictures|references/|m3u8|attachments/{|case-files/", name)}
    assert "GET /api/cameras/{camera_id}/still" in gives
    assert "GET /api/evidence-copies/{copy_id}/shots/{number}/{shot}" in gives
    for name in gives | {one for one in also if one.startswith("GET")}:
        for role in OUTSIDERS:
            if (role, name) == AT_WORK:
                continue
            assert rights[name] not in ROLES[role].rights, f"{role} may {name}"
        assert rights[name] not in {"PUBLIC", ""}, name
