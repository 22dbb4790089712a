"""What cameras say by themselves: makers' forms, personal data refused, junk borne, the same thing said once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cameras import makers
from tests.cameras.makers import envelope, message
from unjai.cameras.rules import onvif_events
from unjai.cameras.rules.onvif_events import CameraEvent, Known, Pulled, known, pulled, topic_of
from unjai.model.errors import DecodeError

SAID = [
    (makers.HIKVISION_MOTION, "motion", True, None, "MyMotionDetectorRule"),
    (makers.HIKVISION_ALARM, "motion", True, None, None),
    (makers.HIKVISION_LINE, "line", None, None, "ประตูหลัง"),
    (makers.HIKVISION_INSIDE, "area", True, None, "Field1"),
    (makers.HIKVISION_INPUT, "input", True, None, None),
    (makers.DAHUA_TAMPER, "tampering", True, None, None),
    (makers.DAHUA_DARK, "picture", True, None, None),
    (makers.DAHUA_INPUT, "input", True, None, None),
    (makers.DAHUA_REGION, "area", True, "person", "IVS-1"),
    (makers.AXIS_VMD, "motion", True, None, None),
    (makers.AXIS_AOA, "object", True, None, None),
    (makers.AXIS_TAMPER, "tampering", True, None, None),
    (makers.AXIS_PORT, "input", True, None, None),
    (makers.BOSCH_SCENE, "tampering", True, None, "Tamper"),
    (makers.BOSCH_LOITER, "loitering", True, None, "Loitering 1"),
    (makers.PROFILE_M_OBJECT, "object", True, "vehicle", "Objects"),
    (makers.PROFILE_M_NONE, "object", False, "other", "Objects"),
    (makers.SMALL_PEOPLE, "object", True, "person", "MyMotionDetectorRule"),
    (makers.SMALL_VEHICLE, "object", True, "vehicle", None),
    (makers.SOUND, "sound", True, None, "MyAudio"),
]


@pytest.mark.parametrize(("said", "what", "state", "thing", "rule"), SAID)
@pytest.mark.parametrize("s", ["s", "SOAP-ENV", "env"])
def test_each_maker_s_form_is_understood(said, what, state, thing, rule, s):
    found = pulled(envelope(said, s=s))
    (one,) = found.events
    assert (one.what, one.state, one.thing, one.rule) == (what, state, thing, rule)
    assert one.said_at.startswith("2026-11-22T10:00:00")
    assert (found.unknown, found.personal, found.broken) == ((), 0, 0)


@pytest.mark.parametrize("said", makers.FACES)
def test_faces_looks_and_plates_are_refused_and_nothing_of_them_is_told(said):
    found = pulled(envelope(said, makers.HIKVISION_MOTION))
    assert [one.what for one in found.events] == ["motion"]
    assert found.personal == 1
    assert found.unknown == ()
    assert not any(word in repr(found) for word in ("สมชาย", "Female", "กข 1234", "Face", "Plate", "Trait"))


def test_other_values_of_a_person_never_come_along():
    said = message(
        "tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true", "Colour": "red", "Glasses": "yes"}
    )
    assert "red" not in repr(pulled(envelope(said)))


def test_what_nobody_knows_is_told_by_its_topic():
    found = pulled(envelope(makers.BENIGN, makers.HIKVISION_MOTION))
    assert found.unknown == ("Monitoring/ProcessorUsage",)
    assert len(found.events) == 1


def test_a_state_that_was_so_when_we_came_and_one_that_is_gone():
    first = message("tns1:VideoSource/MotionAlarm", {"State": "true"}, operation="Initialized")
    gone = message("tns1:VideoSource/MotionAlarm", {"State": "true"}, operation="Deleted")
    one, two = pulled(envelope(first, gone)).events
    assert (one.state, one.began, two.state) == (True, False, False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html><body>sign in</body></html>",
        b"\xff\xfe<",
        envelope() + b"x" * onvif_events.MOST_BYTES,
        b'<!DOCTYPE x [<!ENTITY a "boom">]>' + envelope(makers.HIKVISION_MOTION).split(b"?>", 1)[1],
        b'<s:Envelope xmlns:s="x"><s:Body><s:Fault><s:Reason>no such subscription</s:Reason></s:Fault></s:Body></s:Envelope>',
    ],
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(DecodeError, match="onvif_answer_unreadable"):
        pulled(body)


def test_entities_are_never_expanded():
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + envelope(message("tns1:X/&a;", {})).split(b"?>", 1)[1]
    )
    with pytest.raises(DecodeError):
        pulled(bomb)


def test_a_torn_message_does_not_take_the_others_with_it():
    torn = "<wsnt:NotificationMessage><wsnt:Topic/></wsnt:NotificationMessage><wsnt:NotificationMessage/>"
    found = pulled(envelope(torn, makers.DAHUA_TAMPER))
    assert [one.what for one in found.events] == ["tampering"]
    assert found.broken == 2


def test_more_messages_than_anybody_needs_are_counted():
    found = pulled(envelope(*[makers.BENIGN] * (onvif_events.MOST_MESSAGES + 7)))
    assert (len(found.unknown), found.broken) == (onvif_events.MOST_MESSAGES, 7)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
words = st.sampled_from(["State", "IsMotion", "ObjectId", "ClassTypes", "Rule", "x"]) | texts
escaped = texts.map(lambda said: said.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_any_message_is_read_or_counted_and_short(data):
    topics = st.sampled_from(["tns1:RuleEngine/LineDetector/Crossed", "tns1:VideoSource/MotionAlarm", "tns1:X/Y"])
    made = [
        message(
            data.draw(topics | escaped),
            data.draw(st.dictionaries(words.filter(str.isidentifier), escaped, max_size=4)),
            operation=data.draw(st.sampled_from([None, "Changed", "Initialized", "Deleted", "?"])),
        )
        for _ in range(data.draw(st.integers(0, 4)))
    ]
    body = envelope(*made)
    cut = data.draw(st.none() | st.integers(0, len(body)))
    try:
        found = pulled(body if cut is None else body[:cut])
    except DecodeError:
        return
    told = len(found.events) + len(found.unknown) + found.personal + found.broken
    assert told <= len(made)
    assert cut is not None or told == len(made)
    for one in found.events:
        assert known(one.topic) is not None
        assert all(len(text or "") <= 120 for text in (one.topic, one.rule, one.source, one.said_at, one.object_id))


@given(st.binary(max_size=300))
def test_junk_is_no_answer(body):
    with pytest.raises(DecodeError):
        pulled(body)


@given(texts)
def test_a_topic_has_no_prefixes_and_is_short(said):
    topic = topic_of(said)
    assert ":" not in topic
    assert len(topic) <= 120
    assert topic_of(topic) == topic


# -- what is news ----------------------------------------------------------------------------------------------------


def event(state, *, began=True, object_id=None, rule=None) -> CameraEvent:
    return CameraEvent(what="area", state=state, topic="RuleEngine/X", began=began, object_id=object_id, rule=rule)


def states(known_now, *events, at_s=0.0):
    return [one.state for one in known_now.news(events, at_s)]


def test_a_state_is_told_when_it_changes_only():
    now = Known()
    assert states(now, event(False, began=False)) == []
    assert states(now, event(True), event(True), event(False), event(False)) == [True, False]


def test_the_first_object_begins_an_area_and_the_last_one_ends_it():
    now = Known()
    said = [event(True, object_id="1"), event(True, object_id="2"), event(False, object_id="1")]
    assert states(now, *said) == [True]
    assert states(now, event(False, object_id="2")) == [False]


def test_what_was_so_when_we_came_is_told_once_and_a_moment_of_the_past_never():
    now = Known()
    assert states(now, event(True, began=False), event(True, began=False)) == [True]
    assert states(now, event(None, began=False), event(None)) == [None]


def test_a_lost_end_does_not_silence_a_rule_for_ever():
    now = Known()
    assert states(now, event(True), at_s=0) == [True]
    assert states(now, event(True), at_s=50) == []
    assert states(now, event(True), at_s=120) == [True]
    assert states(now, event(True, began=False), at_s=500) == []


@given(
    st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(0, 150), st.text(max_size=2)), max_size=400)
)
def test_ends_follow_beginnings(said):
    now = Known()
    balance: dict[str, int] = {}
    for at_s, (state, rule, name) in enumerate(said):
        for one in now.news([event(state, rule=str(rule), object_id=name)], at_s / 1000):
            if one.state is not None:
                key = str(one.rule)
                balance[key] = balance.get(key, 0) + (1 if one.state else -1)
                assert balance[key] in {0, 1}


def test_a_camera_that_names_a_thousand_rules_is_borne():
    now = Known()
    assert len(now.news([event(True, rule=f"{number}") for number in range(1000)], 0.0)) == 1000
    assert len(now._true) == 200


def test_nothing_said_is_nothing():
    assert pulled(envelope()) == Pulled()
