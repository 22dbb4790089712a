"""The doors against real servers: ours, which misbehaves on demand, and Debian's gst-rtsp-server."""

import shutil
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cameras.films import clip, film
from tests.cameras.rtsp import Mount, RtspServer
from unjai.cameras.worker import door as doors
from unjai.cameras.worker.door import DoorError, StreamDoor, address, without_secrets
from unjai.cameras.worker.pace import Pace, wait_s
from unjai.cameras.worker.still_url import _asked, _Login
from unjai.cameras.worker.track import Packet, Track

GST = Path(__file__).with_name("gst_rtsp.py")


@pytest.fixture(scope="module")
def server() -> Iterator[RtspServer]:
    with RtspServer() as made:
        yield made


def opened(url: str, *, file: bool = False) -> tuple[StreamDoor, doors.Opened]:
    door = StreamDoor(url, file=file, wall_s=time.time, stopping=threading.Event())
    return door, door.open()


def some(url: str, count: int = 12, *, file: bool = False):
    door, found = opened(url, file=file)
    track = Track(found.codec, found.form)
    track.offer_headers(found.extradata)
    pictures = []
    try:
        for packet in door.packets():
            if (picture := track.take(packet)) is not None:
                pictures.append(picture)
            if len(pictures) == count:
                break
    finally:
        door.close()
    return pictures, door


@pytest.mark.parametrize(("codec", "name"), [("libx264", "h264"), ("libx265", "hevc")])
def test_a_stream_gives_its_pictures(server, codec, name):
    server.mounts["/fine"] = Mount(clip(codec))
    pictures, _door = some(server.url("/fine"))
    assert len(pictures) == 12
    assert pictures[0].sample.key
    assert pictures[0].headers.codec == name
    assert {one.sample.at - pictures[0].sample.at for one in pictures} == {number * 9000 for number in range(12)}


@pytest.mark.parametrize("basic", [False, True])
def test_a_login_with_any_letters_is_let_in(server, basic):
    server.mounts["/closed"] = Mount(clip(), user="แอดมิน@1", password="p@ss:w/rd?#%", basic=basic)
    pictures, _door = some(address(server.url("/closed"), "แอดมิน@1", "p@ss:w/rd?#%"), 2)
    assert len(pictures) == 2


@pytest.mark.parametrize(
    ("mount", "why"),
    [
        (Mount(clip(), user="u", password="x"), "refused"),
        (Mount(clip(), manner="missing"), "not_found"),
    ],
)
def test_what_a_camera_refuses_is_told(server, mount, why):
    server.mounts["/no"] = mount
    with pytest.raises(DoorError) as told:
        opened(address(server.url("/no"), "u", "geheim"))
    assert told.value.why == why
    assert "geheim" not in str(told.value)


def test_a_camera_that_takes_the_call_and_says_nothing_is_given_up(server, monkeypatch):
    monkeypatch.setattr(doors, "READ_S", 0.5)
    server.mounts["/hang"] = Mount(manner="hang")
    with pytest.raises(DoorError, match="silent"):
        opened(server.url("/hang"))


def test_a_camera_that_falls_silent_is_given_up(server, monkeypatch):
    monkeypatch.setattr(doors, "READ_S", 1.0)
    mount = server.mounts["/mute"] = Mount(clip())
    door, _found = opened(server.url("/mute"))
    with pytest.raises(DoorError, match="silent"):
        for _packet in door.packets():
            mount.manner = "mute"
    door.close()


def test_a_pulled_cable_is_noticed(server):
    server.mounts["/cut"] = Mount(clip())
    door, _found = opened(server.url("/cut"))
    with pytest.raises(DoorError):
        for _packet in door.packets():
            server.close_all("/cut")
    door.close()


def test_nobody_there_is_told():
    with pytest.raises(DoorError, match="away"):
        opened("rtsp://127.0.0.1:9/none")


def test_a_redirect_is_followed(server):
    server.mounts["/there"] = Mount(clip())
    server.mounts["/moved"] = Mount(clip(), manner="redirect", to=server.url("/there"))
    pictures, _door = some(server.url("/moved"), 2)
    assert len(pictures) == 2


def test_a_redirect_in_a_circle_ends(server, monkeypatch):
    monkeypatch.setattr(doors, "OPEN_S", 2.0)
    server.mounts["/circle"] = Mount(clip(), manner="redirect", to=server.url("/circle"))
    with pytest.raises(DoorError):
        opened(server.url("/circle"))


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "file:///etc/passwd", "/etc/passwd", "concat:a|b", "rtmp://x/y"])
def test_what_is_no_rtsp_address_opens_nothing(url):
    with pytest.raises(DoorError, match="unreadable"):
        opened(url)


def test_a_camera_says_how_wrong_its_clock_is(server):
    server.mounts["/late"] = Mount(clip(), clock_off_s=-3600)
    _pictures, door = some(server.url("/late"), 20)
    assert door.sent_at_s is not None
    assert door.sent_at_s - time.time() == pytest.approx(-3600, abs=30)


def test_a_camera_that_tears_its_pictures_and_lies_about_time_still_gives_some(server):
    for manner in ("broken", "lying"):
        server.mounts[f"/{manner}"] = Mount(clip(), manner=manner)
        pictures, _door = some(server.url(f"/{manner}"), 5)
        assert len(pictures) == 5


class Hurried(threading.Event):
    """A wish to stop that never comes, and that nobody waits for."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is None or timeout >= 0
        return False


def test_a_file_is_played_over_and_over_in_its_own_time():
    door = StreamDoor(str(film()), file=True, wall_s=time.time, stopping=Hurried())
    found = door.open()
    track = Track(found.codec, found.form)
    track.offer_headers(found.extradata)
    begun = time.monotonic()
    pictures = []
    for packet in door.packets():
        if (
            picture := track.take(Packet(packet.pts, packet.dts, packet.body, begun + packet.dts / 90_000))
        ) is not None:
            pictures.append(picture)
        if len(pictures) == 50:
            break
    door.close()
    ats = [one.sample.at for one in pictures]
    assert len(ats) == 50
    assert ats == sorted(set(ats))
    assert ats[-1] >= 4.7 * 90_000
    with pytest.raises(DoorError, match="not_found"):
        opened("/nowhere/at/all.mp4", file=True)


def test_logins_are_put_into_addresses_and_out_of_messages():
    assert address("rtsp://old:one@10.0.0.1:554/x?a=b", "u@", "p/:") == "rtsp://u%40:p%2F%3A@10.0.0.1:554/x?a=b"
    assert address("rtsp://10.0.0.1/x", None, "p") == "rtsp://10.0.0.1/x"
    assert without_secrets("cannot open rtsp://u:p@10.0.0.1/x") == "cannot open rtsp://10.0.0.1/x"


# -- waiting ---------------------------------------------------------------------------------------------------------


def test_knocking_again_waits_longer_and_longer_and_never_locks_an_account():
    assert [wait_s("away", tries, 0.5) for tries in (1, 2, 3, 6, 60)] == [1, 2, 4, 30, 30]
    assert wait_s("refused", 1, 0.5) == 30
    assert wait_s("refused", 9, 0.5) == 300
    assert wait_s("away", 3, 0.0) < 4 < wait_s("away", 3, 1.0)


def test_pace_counts_whole_seconds_only():
    pace = Pace()
    pace.opened("h264", 320, 180)
    assert pace.packet(1000, 100.5)
    for number in range(100):
        assert not pace.packet(1000, 101.0 + number / 25)
    told = pace.told(104.9)
    assert (told["fps"], told["bits_per_s"], told["signal"]) == (25.0, 200_000, "live")
    assert pace.failed("away", "", 106.0)
    assert not pace.failed("away", "", 107.0)
    assert pace.failed("refused", "", 108.0)
    assert pace.told(108.0)["since"].timestamp() == 106.0


# -- stills by address -----------------------------------------------------------------------------------------------


@pytest.fixture
def web():
    """A camera's web page: what it answers stands in `answers`, by path."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            code, headers, body = answers[self.path]
            if code == 401 and self.headers.get("Authorization"):
                code, headers, body = answers["/opened"]
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", answers, asked
    server.shutdown()
    thread.join()
    server.server_close()


JPEG = b"\xff\xd8\xff\xe0picture"


def ask(url: str, auth=None) -> bytes:
    import httpx

    with httpx.Client(timeout=2, trust_env=False) as client:
        return _asked(client, url, auth)


@pytest.mark.parametrize("offer", ['Basic realm="x"', 'Digest realm="x", nonce="1", qop="auth"'])
def test_a_still_is_asked_for_with_the_login_the_camera_wants(web, offer):
    base, answers, asked = web
    answers |= {"/still": (401, {"WWW-Authenticate": offer}, b""), "/opened": (200, {}, JPEG)}
    assert ask(f"{base}/still", _Login("u", "p")) == JPEG
    assert [said and said.split()[0] for _path, said in asked] == [None, offer.split()[0]]


def test_a_login_is_not_carried_to_another_address(web):
    base, answers, asked = web
    other = base.replace("127.0.0.1", "localhost")
    answers |= {
        "/still": (302, {"Location": f"{other}/theirs"}, b""),
        "/theirs": (401, {"WWW-Authenticate": "Basic"}, b""),
    }
    with pytest.raises(DoorError, match="refused"):
        ask(f"{base}/still", _Login("u", "p"))
    assert asked == [("/still", None), ("/theirs", None)]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, {}, b""), "not_found"),
        ((403, {}, b""), "refused"),
        ((500, {}, b""), "away"),
        ((200, {}, b"<html>sign in"), "unreadable"),
        ((200, {}, b"\xff\xd8\xff" + bytes(9_000_000)), "unreadable"),
        ((302, {"Location": "/still"}, b""), "unreadable"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "unreadable"),
    ],
)
def test_what_is_no_picture_is_told(web, answer, why):
    base, answers, _ = web
    answers["/still"] = answer
    with pytest.raises(DoorError, match=why):
        ask(f"{base}/still")


# -- a server that is not ours ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gst() -> Iterator[str]:
    python = shutil.which("python3", path="/usr/bin")
    process = None
    if python is not None:
        process = subprocess.Popen([python, str(GST)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        port = process.stdout.readline().strip()
    if process is None or not port:
        if process is not None:
            process.wait()
            process.stdout.close()
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: Debian's gst-rtsp-server is absent"), stacklevel=2)
        pytest.skip("gst-rtsp-server is absent")
    yield f"rtsp://127.0.0.1:{port}"
    process.kill()
    process.wait()
    process.stdout.close()


def test_gstreamer_s_server_gives_pictures(gst):
    pictures, _door = some(f"{gst}/ball", 20)
    assert len(pictures) == 20
    assert (pictures[0].headers.width, pictures[0].headers.height) == (320, 240)
    assert sum(one.sample.key for one in pictures) >= 2
