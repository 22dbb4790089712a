"""One look at a camera: RTSP, stills, files; and plainly why not, however the other side misbehaves."""

import base64
import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.cameras.conftest import POLE_WALK
from tests.cameras.rtsp import Mount, RtspServer, clip_of, record
from unjai.cameras import trial
from unjai.cameras.secrets import Login
from unjai.model.errors import UnjaiError


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return record(tmp_path_factory.mktemp("film") / "a.mp4", width=320, height=180)


@pytest.fixture(scope="module")
def cameras(film, tmp_path_factory):
    h265 = record(tmp_path_factory.mktemp("film") / "b.mp4", codec="libx265")
    with RtspServer() as made:
        made.mounts["/h264"] = Mount(clip_of(film))
        made.mounts["/h265"] = Mount(clip_of(h265))
        made.mounts["/closed"] = Mount(clip_of(film), user="u", password="p")
        made.mounts["/basic"] = Mount(clip_of(film), user="u", password="p@:/", basic=True)
        made.mounts["/missing"] = Mount(manner="missing")
        made.mounts["/hang"] = Mount(manner="hang")
        yield made


async def code(kind, url, login=None):
    with pytest.raises(UnjaiError) as caught:
        await trial.look(kind, url, login)
    assert "p@" not in str(caught.value.facts)
    return caught.value.code


async def test_a_stream_is_looked_at(cameras):
    seen = await trial.look("rtsp", cameras.url("/h264"), None)
    assert (seen.codec, seen.width, seen.height, seen.audio) == ("h264", 320, 180, "")
    assert base64.b64decode(seen.jpeg).startswith(b"\xff\xd8\xff")
    assert (await trial.look("rtsp", cameras.url("/h265"), None)).codec == "hevc"
    with_signs = Login(username="u", password="p@:/")
    assert (await trial.look("rtsp", cameras.url("/basic"), with_signs)).codec == "h264"


async def test_a_refused_password_and_a_missing_stream_are_told_apart(cameras):
    assert await code("rtsp", cameras.url("/closed"), Login(username="u", password="x")) == "camera_password_refused"
    assert await code("rtsp", cameras.url("/closed")) == "camera_password_refused"
    assert await code("rtsp", cameras.url("/missing")) == "camera_no_stream"


async def test_who_never_answers_is_given_up(cameras, monkeypatch):
    monkeypatch.setattr(trial, "LASTS_S", 1.5)
    assert await code("rtsp", cameras.url("/hang")) == "camera_no_answer"


async def test_nobody_there_is_no_answer():
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    assert await code("rtsp", f"rtsp://127.0.0.1:{port}/x") == "camera_no_answer"
    assert await code("still", f"http://127.0.0.1:{port}/x") == "camera_no_answer"


async def test_a_file_is_a_film_or_none(film, tmp_path):
    assert (await trial.look("file", str(film), None)).width == 320
    (tmp_path / "no").write_text("text")
    assert await code("file", str(tmp_path / "no")) == "camera_not_camera"
    assert await code("file", str(tmp_path / "absent")) == "camera_no_stream"


@pytest.fixture
def stills(film):
    picture = base64.b64decode(_still_of(film))
    wanted = hashlib.md5(b"u:cam:p").hexdigest()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/away":
                return self.said(302, b"", ("Location", "http://169.254.169.254/"))
            if self.path == "/page":
                return self.said(200, b"<html>sign in</html>")
            given = self.headers.get("Authorization", "")
            parts = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
            if not given.startswith("Digest") or not self.right(parts):
                return self.said(401, b"", ("WWW-Authenticate", 'Digest realm="cam", nonce="n", qop="auth"'))
            return self.said(200, picture)

        def right(self, parts):
            second = hashlib.md5(f"GET:{parts['uri']}".encode()).hexdigest()
            whole = f"{wanted}:{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:{parts['qop']}:{second}"
            return parts["response"] == hashlib.md5(whole.encode()).hexdigest()

        def said(self, status, body, *headers):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _still_of(film):
    return trial._opened(f"file:{film}", {})["jpeg"]


async def test_a_still_is_looked_at_with_its_digest_login_and_never_followed_elsewhere(stills):
    seen = await trial.look("still", f"{stills}/snap", Login(username="u", password="p"))
    assert (seen.codec, seen.width, seen.fps) == ("mjpeg", 320, None)
    assert await code("still", f"{stills}/snap", Login(username="u", password="x")) == "camera_password_refused"
    assert await code("still", f"{stills}/away") == "camera_redirects"
    assert await code("still", f"{stills}/page") == "camera_not_camera"


async def test_the_route_looks_by_the_kept_login_and_advises(client_of, cameras):
    admin = client_of()
    said = {"main_url": cameras.url("/h265"), "sub_url": cameras.url("/closed"), "username": "u", "password": "p"}
    one = (await admin.post("/api/cameras", json={**POLE_WALK, **said})).json()
    told = (await admin.post(f"/api/cameras/{one['id']}/try")).json()
    assert (told["main"]["codec"], told["sub"]["codec"], told["advice"]) == ("hevc", "h264", [])
    await admin.patch(f"/api/cameras/{one['id']}", json={"username": "u", "password": "wrong"})
    worse = (await admin.post(f"/api/cameras/{one['id']}/try")).json()
    assert worse["advice"] == ["h265", "sub_failed"]
    bare = await admin.post("/api/cameras-try", json={"kind": "rtsp", "url": cameras.url("/closed")})
    assert (bare.status_code, bare.json()["error"]["code"]) == (409, "camera_password_refused")
    kept = {"kind": "rtsp", "url": f"rtsp://u:p@127.0.0.1:{cameras.port}/closed"}
    assert (await admin.post("/api/cameras-try", json=kept)).json()["main"]["codec"] == "h264"
    nothing = (await admin.post("/api/cameras", json={**POLE_WALK, "key": "bare"})).json()
    answer = await admin.post(f"/api/cameras/{nothing['id']}/try")
    assert answer.json()["error"]["code"] == "camera_no_address"
