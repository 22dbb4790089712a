"""One test over every sensor: golden messages give golden readings, junk raises only `DecodeError`, all is documented.

A new sensor needs nothing here: its file in `unjai.sense` and its folder in `tests/golden` are found by being there.
"""

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unjai.model.errors import DecodeError
from unjai.model.reading import Received, digest_of
from unjai.platform.i18n import LANGUAGES, catalogue
from unjai.sense.base import decoded, kinds, sensors
from unjai.sense.decode import decode_one, messages

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
AT = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
THAI = re.compile(r"[ก-๙]")
SENSORS = sorted(sensors())
CASES = [
    pytest.param(sensor, case, id=f"{sensor}/{file.stem}: {case['why']}")
    for sensor in SENSORS
    for file in sorted((GOLDEN / sensor).glob("*.json"))
    for case in json.loads(file.read_text())
]


def golden_bodies(key):
    return [next(messages(json.dumps([case.values[1]["message"]]).encode())) for case in CASES if case.values[0] == key]


# Golden


@pytest.mark.parametrize(("key", "case"), CASES)
def test_golden_message_gives_golden_readings(key, case):
    sensor = sensors()[key]
    chosen = sensor.Settings.model_validate(case.get("settings", {}))
    (message,) = messages(json.dumps([case["message"]]).encode())
    assert decode_one(sensor, message, chosen) == case["gives"]


@pytest.mark.parametrize("key", SENSORS)
def test_golden_shows_every_kind_and_a_refusal(key):
    given_kinds, refused = set(), 0
    for case in (case.values[1] for case in CASES if case.values[0] == key):
        refused += "error" in case["gives"]
        given_kinds |= {reading["kind"] for reading in case["gives"].get("observations", ())}
    assert given_kinds == {kind.name for kind in sensors()[key].kinds}
    assert refused


def test_no_golden_folder_is_without_its_sensor():
    assert {folder.name for folder in GOLDEN.iterdir() if folder.is_dir()} == set(SENSORS)


# Junk

SURROGATES = st.text(st.characters(categories=["L", "N", "P", "Cs", "Cc"]), max_size=20)
NASTY = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1,
        2**31,
        2**63,
        10**25,
        -(10**25),
        1e308,
        5e-324,
        91,
        181,
        "",
        "0",
        "-1",
        "nan",
        "inf",
        "1e999",
        "1_0",
        "๑๒",
        "31/02/69",
        "2569-11-22T01:30:00Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "๒๒ พ.ย. ๖๙",
        "x" * 5000,
        "\x00",
        "sos",
        [],
        {},
        [[]],
    ]
)
NAMES = st.sampled_from(
    re.findall(
        r"\w+",
        "_type location locations coords latitude longitude lat lon acc tst timestamp at when id device_id deviceid "
        "topic event alarm extras battery activity geofence seq boot state button open phone text kind silent vel "
        "batt bs cog t _id created_at desc uuid valid speed cell wifi data iOS",
    )
)
JSON = st.recursive(
    NASTY
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=8)
        | st.fixed_dictionaries(
            {
                "_type": st.sampled_from(
                    ["location", "transition", "lwt", "status", "encrypted", "waypoint", "card", 1, [], {}]
                )
            },
            optional=dict.fromkeys(("lat", "lon", "tst", "acc", "event", "t", "bs", "batt", "data", "topic"), inner),
        )
    ),
    max_leaves=20,
)
WORDS = st.dictionaries(NAMES, NASTY.map(str) | SURROGATES | st.text(max_size=20), max_size=8)


@st.composite
def received(draw, key):
    """A message at one of the sensor's doors: any bytes, any JSON, a golden body with something broken."""
    sensor = sensors()[key]
    places = [path for route in sensor.routes for path in route.paths]
    places += [topic.filter.replace("+", "KEY-1") for topic in sensor.topics]
    names = st.from_regex(r"[A-Za-z0-9-]{1,8}|0192f3a4-7c11-7b2e-9c58-0a5f5d2b6e01", fullmatch=True)
    where = draw(st.sampled_from([*places, "", "/", "sos", "owntracks", "sos/x/y/z"]))
    where = re.sub(r"\{\w+\}", lambda _: draw(names), where)
    if draw(st.booleans()):
        body = draw(st.binary(max_size=200) | JSON.map(lambda found: json.dumps(found).encode()))
    else:
        whole = bytearray(draw(st.sampled_from(golden_bodies(key))).body)
        for _ in range(draw(st.integers(0, 4))):
            if whole:
                at = draw(st.integers(0, len(whole) - 1))
                whole[at : at + draw(st.integers(0, 6))] = draw(st.binary(max_size=6))
        body = bytes(whole)
    return Received(
        body=body,
        received_at=AT,
        topic_or_path=draw(st.just(where) | SURROGATES),
        query=draw(st.just({}) | WORDS),
        headers=draw(st.just({}) | WORDS),
        device=draw(st.none() | st.just("CPK-1")),
    )


def hold(sensor, message):
    """Assert all that holds for any message, readable or not."""
    before = copy.deepcopy((message.body, dict(message.query), dict(message.headers)))
    try:
        readings, refusal = decoded(sensor, message)
    except DecodeError as error:
        readings, refusal = [], error
    assert (message.body, dict(message.query), dict(message.headers)) == before
    declared = {kind.name for kind in sensor.kinds}
    for reading in readings:
        assert reading.kind in declared
        assert reading.observed_at is None or reading.observed_at.tzinfo is UTC
        assert reading.device_key is None or re.fullmatch(r"[A-Za-z0-9_-]{1,40}", reading.device_key)
        assert reading.own_id is None or len(reading.own_id) <= 200
        if reading.point is not None:
            assert abs(reading.point.lon) <= 180
            assert abs(reading.point.lat) <= 90
        told = json.dumps(dict(reading.payload), allow_nan=False, ensure_ascii=False)
        told.encode()  # no broken character on its way to the database
        assert msgspec.json.decode(msgspec.json.encode(reading.payload)) == json.loads(told)
        assert len(told) < 32_000
        digest_of(reading)
    if refusal is not None:
        assert set(catalogue()[refusal.code]) == set(LANGUAGES)
        json.dumps(refusal.facts, allow_nan=False, ensure_ascii=False).encode()
    try:
        again = decoded(sensor, message)[0]
    except DecodeError:
        again = []
    assert again == readings  # pure
    claimed = sensor.claimed(message)
    assert claimed is None or isinstance(claimed, str)


@pytest.mark.parametrize("key", SENSORS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_junk_raises_only_decode_errors(key, data):
    hold(sensors()[key], data.draw(received(key)))


MONSTERS = {
    "nothing": b"",
    "nul": b"\0" * 100,
    "deep list": b"[" * 100_000,
    "deep closed list": b"[" * 900 + b"]" * 900,
    "deep object": b'{"location":' * 50_000,
    "deep closed object": b'{"location":' * 300 + b"1" + b"}" * 300,
    "deep value": b'{"_type":"location","lat":1,"lon":1,"tst":' + b"[" * 800 + b"]" * 800 + b"}",
    "nan": b'{"_type":"location","lat":NaN,"lon":Infinity,"tst":-Infinity}',
    "huge integer": b'{"_type":"location","lat":1,"lon":1,"tst":' + b"9" * 4000 + b"}",
    "big integer": b'{"_type":"location","lat":1,"lon":1,"tst":1,"_id":' + b"9" * 300 + b',"m":' + b"9" * 300 + b"}",
    "huge exponent": b'{"lat":1e999,"lon":1e-999,"id":1}',
    "lone surrogate": rb'{"_type":"location","lat":1,"lon":1,"tst":1,"tid":"\ud83d","id":"\udc00"}',
    "ten megabytes": b'{"text":"' + b"x" * 10_000_000 + b'"}',
    "ten megabytes of list": b"[" + b"1," * 5_000_000 + b"1]",
    "many entries": json.dumps([{"_type": "location"}] * 3000).encode(),
    "many names": json.dumps({f"k{number}": number for number in range(5000)}).encode(),
    "form of many": b"&".join(b"a%d=1" % number for number in range(5000)),
    "latin": "é".encode("latin-1") * 20,
    "thai code page": '{"id":"กด"}'.encode("cp874"),
    "utf-16": "{}".encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"seq":1}',
}


@pytest.mark.parametrize("monster", MONSTERS)
@pytest.mark.parametrize("key", SENSORS)
def test_monsters_raise_only_decode_errors(key, monster):
    sensor = sensors()[key]
    for where in ("sos/P1/press", "sos/P1/battery", "/gps/owntracks", "/gps/osmand", "/api/citizen/help"):
        hold(sensor, Received(body=MONSTERS[monster], received_at=AT, topic_or_path=where))


# Documentation and doors


@pytest.mark.parametrize("key", SENSORS)
def test_sensor_is_told_in_both_languages(key):
    sensor = sensors()[key]
    assert THAI.search(sensor.th)
    assert sensor.en.isascii()
    assert sensor.__doc__
    for kind in sensor.kinds:
        assert THAI.search(kind.th), kind.name
        assert kind.en, kind.name
    for name, field in sensor.Settings.model_json_schema().get("properties", {}).items():
        assert field["title"], name
        assert field["description"], name
        assert THAI.search(field["title_th"]), name
        assert THAI.search(field["description_th"]), name


@pytest.mark.parametrize("key", SENSORS)
def test_sensor_stands_in_the_docs(key):
    told = (Path(__file__).resolve().parents[2] / "docs" / "sensors.md").read_text()
    sensor = sensors()[key]
    words = [f"`{kind.name}`" for kind in sensor.kinds]
    words += [path.split("{", maxsplit=1)[0] for route in sensor.routes for path in route.paths]
    words += [topic.filter.split("/", maxsplit=1)[0] + "/" for topic in sensor.topics]
    words += [f"`{name}`" for name in sensor.Settings.model_fields]
    assert [word for word in (f"(`{key}`)", *words) if word not in told] == []


@pytest.mark.parametrize("key", SENSORS)
def test_settings_have_defaults(key):
    sensor = sensors()[key]()
    assert sensor.settings == sensor.Settings()


def test_every_kind_is_declared_once():
    assert {"sos_press", "position", "unit_distress", "citizen_sos"} <= set(kinds())
    assert {name for name, kind in kinds().items() if kind.on_duty_only} == {"position", "phone_status", "waypoint"}
    assert {"sos_press", "unit_distress", "citizen_sos"} <= {name for name, kind in kinds().items() if kind.urgent}


def test_doors_do_not_overlap():
    asked = [
        (method, path)
        for sensor in sensors().values()
        for route in sensor.routes
        for path in route.paths
        for method in route.methods
    ]
    filters = [topic.filter for sensor in sensors().values() for topic in sensor.topics]
    assert len(set(asked)) == len(asked)
    assert len(set(filters)) == len(filters)
    for sensor in sensors().values():
        for route in sensor.routes:
            assert route.auth, route.paths
            assert ("path" in route.auth) == any("{secret}" in path for path in route.paths), route.paths
        for topic in sensor.topics:
            assert "#" not in topic.filter
            assert topic.filter.split("/")[topic.device_level] == "+"
