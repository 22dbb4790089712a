"""The contract itself: topics and subjects, partial batches, settings, finding sensors."""

import pytest
from pydantic import BaseModel

from unjai.model.errors import DecodeError
from unjai.model.ids import EPOCH
from unjai.model.reading import Reading, Received
from unjai.sense.base import MqttTopic, Sensor, decoded, nats_subject, sensors, setting

PRESS = MqttTopic(filter="sos/+/press", device_level=1)
TRACKS = MqttTopic(filter="owntracks/+/+", device_level=2)
MESSAGE = Received(body=b"", received_at=EPOCH)


@pytest.mark.parametrize(
    ("topic", "key"),
    [("sos/P1/press", "P1"), ("sos/P1/release", None), ("sos/P1/press/x", None), ("sos/press", None), ("", None)],
)
def test_topic_names_its_device(topic, key):
    assert PRESS.device(topic) == key
    assert PRESS.matches(topic) is (key is not None)


def test_device_publishes_its_own_only():
    assert PRESS.for_device("P1") == "sos/P1/press"
    assert PRESS.subject_for("P1") == "sos.P1.press"
    assert PRESS.subject == "sos.*.press"
    assert TRACKS.subject_for("CPK-31") == "owntracks.*.CPK-31"


@pytest.mark.parametrize(
    ("topic", "subject"),
    [("a/b", "a.b"), ("/a", ".a"), ("a.b/c", "a//b.c"), ("a/+/c.d", "a.*.c//d")],
)
def test_subject_follows_the_gateway(topic, subject):
    assert nats_subject(topic) == subject


class Half(Sensor):
    key, th, en = "half", "ครึ่ง", "half"

    @staticmethod
    def decode(_received):
        yield Reading(kind="a")
        raise DecodeError("message_unreadable", row=1)


class Whole(Half):
    @staticmethod
    def decode(_received):
        raise DecodeError("message_unreadable")


def test_what_could_be_read_is_kept_beside_the_refusal():
    readings, refusal = decoded(Half, MESSAGE)
    assert [reading.kind for reading in readings] == ["a"]
    assert refusal is not None
    assert refusal.facts == {"row": 1}


def test_nothing_readable_is_raised():
    with pytest.raises(DecodeError):
        decoded(Whole, MESSAGE)


def test_setting_carries_both_languages():
    class Settings(BaseModel):
        wait_s: int = setting(5, th="รอ", en="Wait", help_th="กี่วินาที", help_en="How long", unit="s", ge=1)

    (field,) = Settings.model_json_schema()["properties"].values()
    assert field == {
        "default": 5,
        "description": "How long",
        "description_th": "กี่วินาที",
        "minimum": 1,
        "secret": False,
        "title": "Wait",
        "title_th": "รอ",
        "type": "integer",
        "unit": "s",
    }


def test_sensors_are_found_by_being_there():
    assert {"citizen", "gps", "sos_pole"} <= set(sensors())
    assert "half" not in sensors()


async def test_a_sensor_without_a_socket_has_nothing_to_run():
    async def emit(received):
        raise AssertionError(received)

    sensor = sensors()["gps"]()
    assert sensor.owns_socket is False
    await sensor.run(emit)
