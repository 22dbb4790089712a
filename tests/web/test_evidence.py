"""Evidence through the edge and core, on real recordings: sealed, judged by openssl, kept step by step."""

import hashlib
import json
import subprocess
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.web.edge import HERE, THERE
from tests.web.street import CORE, POLICE, Street, command, openssl, unpacked
from unjai.cameras.evidence.checking import check_file
from unjai.cameras.recording.shelf import folder_of, holds_of, moment
from unjai.model.errors import UnjaiError
from unjai.platform.audit import audit_log


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


async def test_another_station_knows_nothing_of_it(street):
    told, _file = await street.sealed(street.clip(since=0, until=2))
    async with street.centre.client("operator", THERE) as there:
        assert (await there.get("/api/evidence")).json() == []
        for path in (f"/api/evidence/{told['id']}", f"/api/evidence/{told['id']}/package?why=อยากดู"):
            assert (await there.get(path)).status_code == 404
        answer = await there.post("/api/evidence/look", json={"pieces": [street.clip()]})
    assert answer.status_code == 404
