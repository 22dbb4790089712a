"""What the tracking apps are told, field by field as their makers document it; read as the apps read it."""

import base64
import json
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.people.phone_apps import (
    Reached,
    client_id,
    owntracks_config,
    owntracks_file,
    owntracks_text,
    traccar_server,
    traccar_text,
)

REACHED = Reached(base="https://ccoc.example:8443", mqtt_port=8883, mqtt_tls=True)
COMMON = {
    "_type": "configuration",
    "auth": True,
    "username": "CPK-31",
    "password": "s3cr3t-_x",
    "deviceId": "CPK-31",
    "tid": "31",
    "monitoring": 2,
    "locatorInterval": 15,
    "moveModeLocatorInterval": 15,
    "locatorDisplacement": 10,
    "extendedData": True,
    "cmd": False,
}
KINDS = {
    **dict.fromkeys(("mode", "monitoring", "locatorInterval", "moveModeLocatorInterval", "locatorDisplacement"), int),
    **dict.fromkeys(("port", "keepalive", "mqttProtocolLevel", "pubQos"), int),
    **dict.fromkeys(("auth", "extendedData", "cmd", "tls", "ws", "cleanSession", "pubRetain", "sub"), bool),
    **dict.fromkeys(
        ("_type", "username", "password", "deviceId", "tid", "url", "host", "clientId", "pubTopicBase"), str
    ),
}
"""The kinds of value that the JSON page of OwnTracks gives each element."""


def read(address):
    """A configuration as the app reads it: the query is split, unescaped once, and base64 of the plain alphabet."""
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("owntracks", "", "/config")
    [(name, inline)] = [pair.split("=", 1) for pair in parts.query.split("&")]
    assert name == "inline"
    return json.loads(base64.b64decode(unquote_plus(inline), validate=True))


def test_owntracks_by_http():
    said = read(owntracks_text(owntracks_config(REACHED, "CPK-31", "s3cr3t-_x")))
    assert said == {**COMMON, "mode": 3, "url": "https://ccoc.example:8443/gps/owntracks"}


def test_owntracks_by_mqtt():
    said = read(owntracks_text(owntracks_config(REACHED, "CPK-31", "s3cr3t-_x", "mqtt")))
    assert said == {
        **COMMON,
        "mode": 0,
        "host": "ccoc.example",
        "port": 8883,
        "tls": True,
        "ws": False,
        "clientId": client_id("CPK-31"),
        "cleanSession": True,
        "keepalive": 60,
        "mqttProtocolLevel": 4,
        "pubTopicBase": "owntracks/CPK-31/CPK-31",
        "pubQos": 1,
        "pubRetain": False,
        "sub": False,
    }


@pytest.mark.parametrize("way", ["http", "mqtt"])
def test_every_element_is_of_the_kind_that_the_makers_give_it(way):
    config = owntracks_config(REACHED, "CPK-31", "x", way)
    assert {name: type(value) for name, value in config.items()} == {name: KINDS[name] for name in config}
    assert json.loads(owntracks_file(config)) == config  # the file is the same as the address


@given(
    st.text(
        alphabet=st.characters(codec="ascii", categories=("L", "N")) | st.sampled_from("-_."), min_size=1, max_size=40
    )
)
def test_a_client_id_is_what_every_broker_takes_and_nobody_elses(key):
    made = client_id(key)
    assert made.isascii()
    assert made.isalnum()
    assert len(made) <= 23
    assert made != client_id(key + "x")


@given(st.binary(min_size=0, max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_secret_survives_the_way_into_both_apps(secret):
    assert read(owntracks_text(owntracks_config(REACHED, "K", secret)))["password"] == secret
    address = urlsplit(traccar_text(REACHED, "K", secret))
    assert address.path == f"/gps/osmand/{secret.replace('=', '%3D')}"


def test_traccar_client_reads_server_and_settings():
    """The server is the address without its query; each setting goes by the name of the app's own store."""
    said = urlsplit(traccar_text(REACHED, "CPK-31", "s3cr3t-_x"))
    assert f"{said.scheme}://{said.netloc}{said.path}" == "https://ccoc.example:8443/gps/osmand/s3cr3t-_x"
    assert traccar_server(REACHED, "s3cr3t-_x") == "https://ccoc.example:8443/gps/osmand/s3cr3t-_x"
    assert dict(parse_qsl(said.query, strict_parsing=True)) == {
        "id": "CPK-31",
        "accuracy": "highest",
        "distance": "10",
        "interval": "15",
        "fastest_interval": "5",
        "heartbeat": "60",
        "buffer": "true",
        "stop_detection": "true",
    }
