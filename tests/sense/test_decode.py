"""`unjai decode` on files, and the messages of other projects."""

import json

import pytest

from tests.conftest import shared_data
from unjai.model.errors import UnjaiError
from unjai.model.reading import Reading
from unjai.sense.decode import decode_files, reading_json, sensor_named

LOCATION = {"_type": "location", "lat": 18.8, "lon": 98.98, "tst": 1795285805}


def decoded(tmp_path, sensor, content, **more):
    file = tmp_path / "captured"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return list(decode_files(sensor, [file], **more))


def fixes(line):
    return [one for one in line.get("observations", ()) if one["kind"] == "position" and one["point"]]


@pytest.mark.parametrize("name", ["osmand_http", "owntracks_http"])
def test_messages_of_traccar_decode_as_they_expect(name):
    file = shared_data(f"protocols/gps/{name}.json")
    expected = json.loads(file.read_text())
    lines = list(decode_files("gps", [file]))
    assert len(lines) == len(expected)
    for line, message in zip(lines, expected, strict=True):
        assert bool(fixes(line)) == (message["expect"] == "verifyPosition"), message
        assert json.loads(json.dumps(line, allow_nan=False)) == line


def test_units_of_real_messages():
    queries = list(decode_files("gps", [shared_data("protocols/gps/osmand_http.json")]))
    assert fixes(queries[8])[0]["payload"]["speed_mps"] == pytest.approx(40 * 0.514444, abs=1e-3)
    assert fixes(queries[1])[0]["payload"]["speed_mps"] == 18.67
    assert fixes(queries[0])[0]["payload"]["mock"] is True
    assert "speed_mps" not in fixes(queries[0])[0]["payload"]
    tracks = list(decode_files("gps", [shared_data("protocols/gps/owntracks_http.json")]))
    assert fixes(tracks[0])[0]["payload"]["battery"] == 0.46


def test_encrypted_message_opens_with_its_secret_only(tmp_path):
    vector = json.loads(shared_data("devices/gps/owntracks-encrypted-vector.json").read_text())
    (line,) = decoded(tmp_path, "gps", vector["envelope"], settings={"owntracks_secret": vector["secret"]})
    (fix,) = fixes(line)
    assert (fix["point"]["lat"], fix["point"]["lon"]) == (vector["plain"]["lat"], vector["plain"]["lon"])
    assert fix["device_key"] == "p1"
    assert decoded(tmp_path, "gps", vector["envelope"]) == [{"error": "message_encrypted"}]
    other = decoded(tmp_path, "gps", vector["envelope"], settings={"owntracks_secret": "x"})
    assert other == [{"error": "decrypt_failed"}]


def test_a_list_with_encrypted_entries_opens_each(tmp_path):
    vector = json.loads(shared_data("devices/gps/owntracks-encrypted-vector.json").read_text())
    broken = {"_type": "encrypted", "data": "AAAA"}
    chosen = {"owntracks_secret": vector["secret"]}
    (line,) = decoded(tmp_path, "gps", [vector["envelope"], broken, LOCATION], settings=chosen)
    assert len(fixes(line)) == 2
    assert line["refused"] == "message_encrypted"


def test_raw_bytes_are_one_message(tmp_path):
    (line,) = decoded(tmp_path, "gps", LOCATION)
    assert fixes(line)[0]["observed_at"] == "2026-11-21T18:30:05Z"
    (line,) = decoded(tmp_path, "gps", b"id=P1&lat=18.8&lon=98.98")
    assert fixes(line)[0]["device_key"] == "P1"
    assert decoded(tmp_path, "gps", b"\xff\x00") == [{"error": "message_unreadable"}]
    assert decoded(tmp_path, "gps", b"") == [{"observations": []}]


def test_a_raw_list_is_one_message_and_a_captured_list_several(tmp_path):
    assert len(decoded(tmp_path, "gps", [LOCATION, LOCATION])) == 1
    assert len(decoded(tmp_path, "gps", [{"body": json.dumps(LOCATION)}, {"body": json.dumps(LOCATION)}])) == 2


def test_topics_bodies_and_bytes(tmp_path):
    lines = decoded(
        tmp_path,
        "sos_pole",
        [
            {"topic": "sos/P1/press", "body": "press"},
            {"topic": "sos/P1/press", "body": {"seq": 1, "boot": 2}},
            {"topic": "sos/P1/heartbeat"},
            {"topic": "sos/P1/press", "body_hex": "31"},
            {"topic": "sos/P1/press", "body_base64": "T04="},
            {"topic": "sos/P1/press", "body_hex": "zz"},
            {"topic": "sos/P1/press", "body_base64": 7},
            "nothing",
            {"topic": "sos/P1/nothing"},
        ],
    )
    kinds = [[one["kind"] for one in line.get("observations", ())] or line["error"] for line in lines]
    assert kinds == [
        ["sos_press"],
        ["sos_press"],
        ["pole_heartbeat"],
        ["sos_press"],
        ["sos_press"],
        "capture_unreadable",
        "capture_unreadable",
        "capture_unreadable",
        "topic_unknown",
    ]


def test_the_secret_of_a_query_never_reaches_a_reading(tmp_path):
    (line,) = decoded(tmp_path, "gps", [{"method": "GET", "target": "/?id=P1&lat=1&lon=2&key=hush"}])
    assert "hush" not in json.dumps(line)


def test_a_pole_names_its_event_where_the_topic_is_lost(tmp_path):
    (line,) = decoded(tmp_path, "sos_pole", {"event": "pressed", "seq": 1, "boot": 1})
    assert line["observations"][0]["kind"] == "sos_press"
    assert decoded(tmp_path, "sos_pole", b"press") == [{"error": "topic_unknown"}]


def test_a_help_call_is_read_without_its_path(tmp_path):
    (line,) = decoded(tmp_path, "citizen", {"id": "0192f3a4-7c11-7b2e-9c58-0a5f5d2b6e01"})
    assert line["observations"][0]["kind"] == "citizen_sos"


def test_several_files_come_in_order(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}").write_text(json.dumps({**LOCATION, "tst": 1795285800 + number}))
    lines = list(decode_files("gps", [tmp_path / "2", tmp_path / "0", tmp_path / "1"]))
    assert [fixes(line)[0]["observed_at"][-3:] for line in lines] == ["02Z", "00Z", "01Z"]


@pytest.mark.parametrize(
    ("sensor", "file", "chosen", "code"),
    [
        ("weather", "x", {}, "sensor_unknown"),
        ("gps", "absent", {}, "file_unreadable"),
        ("gps", ".", {}, "file_unreadable"),
        ("gps", "x", {"owntracks_secret": "x" * 33}, "setting_invalid"),
    ],
)
def test_what_cannot_begin_is_said(tmp_path, sensor, file, chosen, code):
    with pytest.raises(UnjaiError) as refused:
        list(decode_files(sensor, [tmp_path / file], settings=chosen))
    assert refused.value.code == code


def test_answers_of_the_doors():
    gps, citizen = sensor_named("gps"), sensor_named("citizen")
    owntracks, osmand, officer = gps.routes
    message = None
    assert owntracks.answer(message, []).body == b"[]"
    assert (osmand.answer(message, []).status, osmand.answer(message, []).body) == (200, b"")
    assert officer.auth == ("session",)
    called = Reading(kind="citizen_sos", payload={"help_id": "7"})
    said = citizen.routes[0].answer(message, [called])
    assert (said.status, json.loads(said.body)) == (201, {"id": "7", "status": "received"})
    said = citizen.routes[1].answer(message, [called])
    assert (said.status, json.loads(said.body)) == (200, {"id": "7"})
    told = Reading(kind="citizen_report", payload={"report_id": "8"})
    assert json.loads(citizen.routes[0].answer(message, [told]).body)["id"] == "8"
    assert reading_json(told)["observed_at"] is None
