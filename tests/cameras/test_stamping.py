"""Outside time stamps: a real authority of openssl behind a small server on loopback."""

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cameras.test_blurring import packed
from unjai.cameras.evidence import stamping
from unjai.cameras.evidence.checking import check_file
from unjai.cameras.evidence.members import body_of
from unjai.cameras.evidence.plan import StampPlan, ToStamp
from unjai.model.errors import UnjaiError
from unjai.platform.sealed.archive import Archive
from unjai.platform.sealed.parcel import EVIDENCE

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def run(*words: str) -> None:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Authority:
    """A time stamping authority: its own root, its own certificate, and a door."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.answer = folder, None
        root = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Test TSA root"]
        run(*root, "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
        run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test TSA", "-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr")  # fmt: skip
        (folder / "eku").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        signed = ["x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key"]
        run(*signed, "-days", "30", "-extfile", f"{folder}/eku", "-out", f"{folder}/tsa.pem", "-CAcreateserial")
        (folder / "serial").write_text("01")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        authority = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                body = authority.answer if authority.answer is not None else authority.stamped(asked)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def plan(self) -> StampPlan:
        return StampPlan(url=f"http://127.0.0.1:{self.server.server_port}/tsr", ca=f"{self.folder}/ca.pem")

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def stamped(self, asked: bytes) -> bytes:
        (self.folder / "asked").write_bytes(asked)
        run("ts", "-reply", "-config", f"{self.folder}/tsa.cnf", "-queryfile", f"{self.folder}/asked", "-out", f"{self.folder}/answer")  # fmt: skip
        return (self.folder / "answer").read_bytes()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tsa") / "own")
    yield made
    made.close()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("tsa") / "other")
    yield made
    made.close()


@pytest.fixture
def package(tmp_path) -> Path:
    return Path(packed(tmp_path, {"01.jpg": b"a picture"}).package)


def test_openssl_and_we_agree_on_a_stamp_that_came_later(authority, stranger, package, tmp_path):
    before = package.read_bytes()
    told = stamping.stamp_package(ToStamp(package=str(package), by=authority.plan))
    assert (told.authority, told.inside) == ("CN=Test TSA", False)
    assert package.read_bytes() == before, "a sealed file never changes"
    stamp = stamping.beside(package)
    (tmp_path / "manifest.json").write_bytes(body_of(package, "manifest.json"))
    run("ts", "-verify", "-data", f"{tmp_path}/manifest.json", "-in", str(stamp), "-CAfile", str(authority.ca))
    checked = check_file(package, stamp=stamp, ca=authority.ca)
    assert checked.good
    assert checked.stamp is not None
    assert (checked.stamp.at, checked.stamp.checked) == (told.at, True)
    unnamed = check_file(package, stamp=stamp)
    assert unnamed.good
    assert unnamed.stamp is not None
    assert not unnamed.stamp.checked, "without the authority nobody knows whose it is"
    assert [one.code for one in check_file(package, stamp=stamp, ca=stranger.ca).problems] == ["stamp_untrusted"]


def test_a_stamp_stands_in_the_package_behind_its_seals(authority, package, tmp_path):
    stamp = stamping.stamp_for(body_of(package, "manifest.json"), authority.plan)
    names = ("01.jpg", *EVIDENCE.seals)

    def sealed(to: Path, stamps: bytes, order=(*names, EVIDENCE.stamp)) -> Path:
        bodies = {**{name: body_of(package, name) for name in names}, EVIDENCE.stamp: stamps}
        with to.open("w+b") as out:
            archive = Archive(out)
            for name in order:
                archive.add(name, len(bodies[name]), [bodies[name]])
            archive.end()
        return to

    whole = sealed(tmp_path / "whole.zip", stamp)
    checked = check_file(whole, ca=authority.ca)
    assert checked.good
    assert checked.stamp is not None
    assert checked.found.entries == ("01.jpg",)
    for bad in (stamp[:-40], b"no stamp", bytes([*stamp[:-60], stamp[-60] ^ 1, *stamp[-59:]])):
        codes = {one.code for one in check_file(sealed(tmp_path / "bad.zip", bad), ca=authority.ca).problems}
        assert codes & {"stamp", "stamp_untrusted"}, codes
    first = (EVIDENCE.stamp, *names)
    assert "repacked" in {one.code for one in check_file(sealed(tmp_path / "moved.zip", stamp, first)).problems}


def test_a_stamp_of_another_list_is_found(authority, package):
    other = stamping.stamp_for(b'{"another":"list"}', authority.plan)
    file = stamping.beside(package)
    file.write_bytes(other)
    for ca in (None, authority.ca):
        assert [one.code for one in check_file(package, stamp=file, ca=ca).problems] == ["stamp_other"]


def test_what_cannot_be_had_has_words_and_blocks_nothing(authority, stranger, package, tmp_path):
    def code(by: StampPlan) -> str:
        with pytest.raises(UnjaiError) as refused:
            stamping.stamp_package(ToStamp(package=str(package), by=by))
        return refused.value.code

    assert code(StampPlan(url="http://127.0.0.1:9/tsr", ca=str(authority.ca))) == "stamp_unreachable"
    assert code(StampPlan(url="file:///etc/passwd", ca=str(authority.ca))) == "stamp_unreachable"
    assert code(StampPlan(url=authority.plan.url, ca=str(stranger.ca))) == "stamp_untrusted"
    assert code(StampPlan(url=authority.plan.url, ca=str(tmp_path / "none.pem"))) == "stamp_ca_unreadable"
    old = stamping.stamp_for(body_of(package, "manifest.json"), authority.plan)
    for answer, wanted in ((b"<html>", "stamp_refused"), (b"x" * 200_000, "stamp_refused"), (old, "stamp_untrusted")):
        authority.answer = answer
        try:
            assert code(authority.plan) == wanted, answer[:10]
        finally:
            authority.answer = None
    assert not stamping.beside(package).exists()
    assert shutil.which("openssl")
