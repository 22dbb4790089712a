"""The small things that the supervisor is made of."""

import json
import os
import signal
import socket
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.platform.config import load
from unjai.platform.engines import disc, folders, nats_log, parts, process
from unjai.platform.engines.disc import DiscWatch
from unjai.platform.engines.links import links, reachable
from unjai.platform.engines.nats import domain
from unjai.platform.engines.nats_log import Place, follow_refused, scan
from unjai.platform.engines.parts import BackOff, Log
from unjai.platform.engines.ports import assert_free, free_port, kept_port
from unjai.platform.engines.secrets import keep, nats_secrets
from unjai.platform.engines.terminal import both, notify_systemd, tell_error

STARTED = b"[7] 2026/11/22 00:53:31.933486 [INF]   ID:       NDAB\n"
REFUSED = (
    b'[7] 2026/11/22 00:53:32.007568 [ERR] 127.0.0.1:5 - mid:36 - "pole" - Publish Violation - Subject "sos.p2.x"\n'
)


def test_waits_double_and_are_forgotten_after_a_steady_life():
    wait = BackOff()
    assert [wait.after(0.1) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert wait.after(31) == 0.2


def test_log_is_kept_to_its_size_and_errors_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_LOG_BYTES", 100)
    shown = []
    log = Log(tmp_path / "core.log", shown.append)
    for number in range(60):
        log.write(f"line {number} INFO fine\n".encode())
    log.write("2026 ERROR unjai: ไม่".encode())
    log.write("สำเร็จ\nfine\n".encode())
    assert shown == ["2026 ERROR unjai: ไม่สำเร็จ"]
    assert log.tail(1) == "fine"
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["core.log", "core.log.1", "core.log.2", "core.log.3", "core.log.4"]
    assert all(file.stat().st_size < 200 for file in tmp_path.iterdir())
    for _ in range(100):
        log.write(b"ERROR flood\n")
    assert len(shown) < 45, "a flood of errors must not drown the terminal"
    log.close()


def test_refusals_are_read_with_the_server_that_wrote_them():
    told, place = scan([STARTED, REFUSED, REFUSED, b"junk\xff\n", REFUSED.replace(b"[7]", b"[8]")], Place())
    assert [(one.server_id, one.cid, one.subject, one.count) for one in told] == [("NDAB", 36, "sos.p2.x", 2)]
    assert place.server_id == "NDAB"
    with_user = REFUSED.replace(b"Subject", b'User "p1", Subject')
    assert scan([with_user], place)[0][0].subject == "sos.p2.x"


@given(st.lists(st.binary()))
def test_no_line_of_the_log_breaks_the_reader(lines):
    assert scan(lines, Place())[0] == []


async def test_a_piece_of_the_log_that_ends_within_a_line_loses_none(tmp_path, monkeypatch):
    monkeypatch.setattr(nats_log, "_CHUNK", len(STARTED) + len(REFUSED) + 20)
    log, found = tmp_path / "nats.log", 0
    log.write_bytes(STARTED + REFUSED * 50)
    async for batch in follow_refused(log, tmp_path / "place.json", poll_s=0.001):
        found += sum(one.count for one in batch)
        if found >= 50:
            break
    assert found == 50


async def test_log_is_followed_through_rotation_and_a_lost_place(tmp_path):
    log, place = tmp_path / "nats.log", tmp_path / "place.json"

    async def next_count():
        async for batch in follow_refused(log, place, poll_s=0.001):
            return sum(one.count for one in batch)
        return None

    log.write_bytes(STARTED + REFUSED + REFUSED[:20])
    assert await next_count() == 1
    with log.open("ab") as out:
        out.write(REFUSED[20:] + REFUSED)
    follower = follow_refused(log, place, poll_s=0.001)
    assert sum(one.count for one in await anext(follower)) == 3, "a batch counts as read when the next is asked for"
    log.rename(tmp_path / "nats.log.2026.11.22.00.53.32.0")
    log.write_bytes(REFUSED * 3)
    assert sum(one.count for one in await anext(follower)) == 3
    await follower.aclose()
    place.write_text("not json")
    (tmp_path / "nats.log.2026.11.22.00.53.32.0").unlink()
    log.write_bytes(STARTED + REFUSED)
    assert await next_count() == 1


def test_ports_are_tried_and_kept(tmp_path):
    port = kept_port(tmp_path / "port")
    assert kept_port(tmp_path / "port") == port
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(UnjaiError) as refused:
            assert_free("127.0.0.1", port, option="--port")
        assert (refused.value.code, refused.value.facts["option"]) == ("port_in_use", "--port")
        assert kept_port(tmp_path / "port") != port
    assert_free("127.0.0.1", free_port(), option="")
    for host, number, code in (("192.0.2.7", 4000, "address_unknown"), ("127.0.0.1", 70000, "port_forbidden")):
        with pytest.raises(UnjaiError) as refused:
            assert_free(host, number, option="--host")
        assert refused.value.code == code


def test_secrets_are_made_once_and_only_ours(tmp_path):
    first = nats_secrets(tmp_path)
    assert nats_secrets(tmp_path) == first
    file = tmp_path / "secrets" / "nats.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert first.core not in repr(first)
    assert first.callout_seed not in repr(first)
    assert len({first.core, first.web, first.door, first.fed, first.sys}) == 5
    file.write_text("{}")
    with pytest.raises(UnjaiError, match="secrets_unreadable"):
        nats_secrets(tmp_path)
    keep(tmp_path / "x", "ก")
    keep(tmp_path / "x", "ข")
    assert (tmp_path / "x").read_text() == "ข"


def test_links_name_each_user_and_the_door(tmp_path):
    given = links(load({}, data=tmp_path, nats_url="nats://core:old@127.0.0.1:4999", mqtt_host="0.0.0.0"))
    words = nats_secrets(tmp_path)
    assert given.sys == f"nats://sys:{words.sys}@127.0.0.1:4999"
    assert (given.door.host, given.door.port, given.door.user) == ("127.0.0.1", 1883, "door")
    assert words.sys not in repr(given)
    far = links(load({}, data=tmp_path, nats_url="tls://nats.example:4222", mqtt_host="0.0.0.0"))
    assert far.core == f"tls://core:{words.core}@nats.example:4222"
    assert far.door.host == "nats.example"
    for wrong in ("", "nonsense", "nats://[::1"):
        with pytest.raises(UnjaiError, match="url_unreadable"):
            links(load({}, data=tmp_path, nats_url=wrong))
    assert [reachable(host) for host in ("", "0.0.0.0", "::", "10.0.0.5")] == [
        "127.0.0.1",
        "127.0.0.1",
        "::1",
        "10.0.0.5",
    ]


@given(st.text())
def test_any_station_code_gives_a_domain_that_nats_takes(code):
    found = domain(code)
    assert found
    assert not set(found) & set(' .*>/\\$"\t')


def test_folder_is_held_by_one(tmp_path):
    with folders.alone_in(tmp_path / "data"):
        with pytest.raises(UnjaiError) as refused, folders.alone_in(tmp_path / "data"):
            pass
        assert refused.value.facts["pid"] == str(os.getpid())
    with folders.alone_in(tmp_path / "data"):
        pass


def test_disc_watch_asks_for_a_restart_when_there_is_room_again(tmp_path, monkeypatch):
    log = tmp_path / "nats.log"
    log.write_text("[ERR] Filestore Critical write error: of old\n")
    watch = DiscWatch(tmp_path, log)
    assert watch.look() == "fine"
    monkeypatch.setattr(disc, "NEEDED_BYTES", 1 << 60)
    assert watch.look() == "full"
    with log.open("a") as out:
        out.write("[ERR] Filestore [$MQTT_msgs] Critical write error: no space left on device\n")
    assert watch.look() == "full"
    monkeypatch.undo()
    assert [watch.look(), watch.look()] == ["mended", "fine"]


def test_processes_are_known_by_number_and_birth(tmp_path):
    with (tmp_path / "out").open("wb") as out:
        child = process.spawn([sys.executable, "-c", "input()"], cwd=tmp_path, output=out)
    child.wait()
    with (tmp_path / "out").open("wb") as out:
        child = process.spawn([sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path, output=out)
    file = tmp_path / "x.pid"
    process.note_pid(file, child.pid)
    assert process.noted_pid(file) == child.pid
    assert process.stop([child.pid], [(signal.SIGTERM, 5.0)]) == []
    child.wait()
    assert process.noted_pid(file) is None
    file.write_text(f"{os.getpid()} another/birth\n")
    assert process.noted_pid(file) is None
    file.write_text("junk")
    assert process.noted_pid(file) is None


def test_messages_stand_in_both_languages(capsys):
    for code in ("ready", "part_ended", "stopped"):
        assert " · " in both(code)
    tell_error(UnjaiError("disc_full", 507, folder="/x", free_mb=1, needed_mb=100))
    said = capsys.readouterr().err
    assert "ดิสก์" in said
    assert "The disc of /x is full" in said


def test_every_error_of_the_engines_has_its_words():
    import re
    from pathlib import Path

    import unjai.platform.engines as package
    from unjai.platform import i18n

    folder = Path(package.__file__).parent
    sources = "".join(file.read_text() for file in [*folder.glob("*.py"), folder.parent / "supervisor.py"])
    codes = set(re.findall(r'UnjaiError\(\s*"(\w+)"', sources)) | {"port_in_use", "address_unknown"}
    words = json.loads((Path(i18n.__file__).parent / "errors.engines.json").read_text())
    assert codes <= set(words), codes - set(words)
    terminal = json.loads((Path(i18n.__file__).parent / "terminal.engines.json").read_text())
    assert set(re.findall(r'both\(\s*"(\w+)"', sources)) <= set(terminal)


@pytest.fixture
def ear(tmp_path):
    """A datagram socket, as systemd holds one open for a unit of `Type=notify`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.settimeout(5)
        yield heard


@pytest.mark.parametrize("kind", ["file", "abstract"])
def test_systemd_is_told_on_the_socket_that_it_names(ear, kind, tmp_path, monkeypatch):
    place = str(tmp_path / "notify") if kind == "file" else f"@unjai-test-{os.getpid()}"
    ear.bind(f"\0{place[1:]}" if place.startswith("@") else place)
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    notify_systemd("READY=1\nSTATUS=พร้อม")
    notify_systemd("STOPPING=1")
    assert [ear.recv(4096).decode() for _ in range(2)] == ["READY=1\nSTATUS=พร้อม", "STOPPING=1"]


def test_nobody_is_told_where_systemd_did_not_start_us_or_went_away(ear, tmp_path, monkeypatch):
    ear.bind(str(tmp_path / "notify"))
    for place in (None, "", str(tmp_path / "gone")):
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False) if place is None else monkeypatch.setenv(
            "NOTIFY_SOCKET", place
        )
        notify_systemd("READY=1")
    ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        ear.recv(4096)
