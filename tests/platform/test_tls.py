"""The station's own authority, and that no door speaks in clear beyond this machine unless told to."""

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.platform import authority
from unjai.platform.config import load
from unjai.platform.engines.chores import Chores
from unjai.platform.tls import (
    assert_safe,
    authority_file,
    chosen,
    loopback,
    mqtt_pair,
    own_pair,
    to_ourselves,
    warnings_of,
)
from unjai.roles.serving import reload

NOW = MovedClock(datetime.now(UTC))  # OpenSSL looks at the machine's clock


def handshake(pair, context, name):
    """One TLS handshake over a loopback socket; returns the certificate's serial as the client sees it."""
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.cert, pair.key)

    def serve():
        with contextlib.suppress(OSError), ours, server.wrap_socket(ours, server_side=True) as door:
            door.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with theirs, context.wrap_socket(theirs, server_hostname=name) as door:
            return door.getpeercert()["serialNumber"]
    finally:
        theirs.close()
        thread.join()


@pytest.fixture
def data(tmp_path):
    authority.init(tmp_path, NOW, names=["ccoc.example"], ips=["203.0.113.7"], station="สภ.ทดสอบ")
    return tmp_path


def test_a_phone_that_trusts_the_authority_trusts_the_doors_and_nothing_else(data):
    client = ssl.create_default_context(cafile=str(authority_file(data)))
    pair = own_pair(data)
    for name in ("ccoc.example", "localhost", "127.0.0.1", "203.0.113.7"):
        assert handshake(pair, client, name)
    for name in ("bank.example", "203.0.113.8"):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(pair, client, name)
    for file in ("tls-ca.key", "tls-server.key"):
        assert (data / "secrets" / file).stat().st_mode & 0o077 == 0
    assert handshake(pair, to_ourselves(pair), "whatever")


def test_the_authority_cannot_speak_for_the_world(data):
    """Its key stolen, it signs for a bank: the name constraints refuse that."""
    names = data / "tls" / "names.json"
    names.write_text('{"names": ["www.bank.example"], "ips": []}')
    authority.issue(data, NOW)
    client = ssl.create_default_context(cafile=str(authority_file(data)))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(own_pair(data), client, "www.bank.example")


def test_it_is_made_once_and_renewed_in_time(data):
    with pytest.raises(UnjaiError, match="authority_exists"):
        authority.init(data, NOW)
    before, key = authority.read(own_pair(data).cert), own_pair(data).key.read_bytes()
    clock = MovedClock(NOW.now())
    assert not authority.renew(data, clock)
    clock.move(timedelta(days=360))
    assert not authority.renew(data, clock)
    clock.move(timedelta(days=10))
    chores = Chores(load({}, data=data))
    assert chores.due(clock.now()) == ["renew"]
    assert chores.due(clock.now()) == []
    assert not chores.certificate_changed()
    assert authority.renew(data, clock)
    assert chores.certificate_changed()
    assert not chores.certificate_changed()
    after = authority.read(own_pair(data).cert)
    assert after.ends > before.ends
    assert own_pair(data).key.read_bytes() == key


def test_a_new_certificate_is_shown_without_a_restart(data):
    pair = own_pair(data)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    seen = pair.stamp()
    assert reload(context, pair, seen) == seen
    authority.renew(data, NOW, force=True)
    assert reload(context, pair, seen) == pair.stamp() != seen
    good = pair.stamp()
    pair.cert.write_text("damaged")
    assert reload(context, pair, good) == good


def test_doors_beyond_this_machine_need_tls_or_a_plain_word(tmp_path, data):
    bare = tmp_path / "bare"
    assert_safe(load({}, data=bare))
    assert load({}, data=bare).mqtt_port == 1883
    with pytest.raises(UnjaiError, match="tls_needed") as told:
        assert_safe(load({}, data=bare, host="0.0.0.0"))
    assert told.value.facts["host"] == "0.0.0.0"
    with pytest.raises(UnjaiError, match="mqtt_tls_needed"):
        assert_safe(load({}, data=bare, mqtt_host="10.0.0.1"))
    loud = load({"UNJAI_INSECURE_HTTP": "true", "UNJAI_INSECURE_MQTT": "yes"}, data=bare, host="0.0.0.0")
    assert_safe(loud)
    assert warnings_of(loud) == ["insecure_http", "insecure_mqtt"]
    safe = load({}, data=data, host="0.0.0.0")
    assert_safe(safe)
    assert (safe.mqtt_port, warnings_of(safe)) == (8883, [])
    assert chosen(safe) == own_pair(data) == mqtt_pair(safe)
    poles = load({"UNJAI_INSECURE_MQTT": "1"}, data=data, host="0.0.0.0")
    assert (mqtt_pair(poles), poles.mqtt_port, warnings_of(poles)) == (None, 1883, ["insecure_mqtt"])
    with pytest.raises(UnjaiError, match="tls_half_set"):
        assert_safe(load({}, data=bare, tls_cert="x", mqtt_port=1))
    with pytest.raises(UnjaiError, match="tls_unreadable"):
        assert_safe(load({}, data=bare, tls_cert="x", tls_key="y", mqtt_port=1))
    other = own_pair(data)
    with pytest.raises(UnjaiError, match="tls_wrong"):
        assert_safe(load({}, data=bare, tls_cert=str(other.cert), tls_key=str(data / "secrets" / "tls-ca.key")))
    with pytest.raises(UnjaiError, match="setting_invalid"):
        load({"UNJAI_INSECURE_HTTP": "perhaps"})


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.org", False),
    ],
)
def test_loopback(host, is_it):
    assert loopback(host) is is_it


def test_the_backup_is_due_once_a_night_and_again_after_a_failure(tmp_path):
    chores = Chores(load({}, data=tmp_path, backup_dir=str(tmp_path / "b"), backup_hour=3))
    (tmp_path / "run").mkdir()
    at = datetime(2026, 11, 21, 19, 59, tzinfo=UTC)  # 02:59 in Bangkok
    assert chores.due(at) == ["backup"], "there was never one"
    (tmp_path / "run" / "backup.json").write_text(f'{{"good_at": "{at.isoformat()}"}}')
    assert chores.due(at + timedelta(seconds=30)) == []
    assert chores.due(at + timedelta(minutes=62)) == ["backup"]
    assert chores.due(at + timedelta(minutes=90)) == [], "it runs, or it failed"
    assert chores.due(at + timedelta(minutes=130)) == ["backup"]
    (tmp_path / "run" / "backup.json").write_text(f'{{"good_at": "{(at + timedelta(minutes=131)).isoformat()}"}}')
    assert chores.due(at + timedelta(hours=20)) == []
    assert chores.due(at + timedelta(hours=24, minutes=5)) == ["backup"]
    assert Chores(load({}, data=tmp_path)).due(at + timedelta(days=9)) == []
