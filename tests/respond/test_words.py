"""Every code, step and label has its words, and the words hold every fact they name."""

import csv
import re
from pathlib import Path
from typing import get_args

import pytest

import unjai.respond
import unjai.sos
from tests.conftest import shared_data
from unjai.platform.i18n import catalogue
from unjai.respond.codes import code_of, code_of_kind, event_codes
from unjai.respond.rules.life import OUTCOMES, STATES, STEPS, Move
from unjai.respond.rules.ranking import CAPABILITY_WORDS
from unjai.respond.words import expanded, label, step_words, title

FACTS = {
    "channel": "pole",
    "code": "SOS",
    "about_th": "เสา 04",
    "about_en": "Pole 04",
    "why": "place_time",
    "distance_m": 42.4,
    "gap_s": 75.0,
    "late_s": 700,
    "text": "ช่วยด้วย",
    "priority": 1,
    "from_priority": 2,
    "unit": "ราชสีห์ 12",
    "eta_s": 200.0,
    "road_m": 1234.0,
    "reason": "ติดภารกิจ",
    "asked": 5,
    "outcome": "resolved",
    "number": "2569-000123",
    "count": 2,
    "times": 3,
    "names_th": "เสา 04, เสา 05",
    "names_en": "Pole 04, Pole 05",
    "seconds": 4,
    "place_th": "ถ.ราชดำเนิน",
    "place_en": "Ratchadamnoen Rd",
    "step_th": "แจ้ง 1669",
    "step_en": "Call 1669",
    "answer_th": "มี",
    "answer_en": "Yes",
    "steps_th": "แจ้ง 1669",
    "steps_en": "Call 1669",
    "wait": "acknowledge",
    "limit_s": 15,
    "party_kind": "person",
    "party_role": "witness",
    "masked": "ส*** ใจ***",
    "sort": "photo",
    "name": "photo.jpg",
    "entries": 12,
    "digest": "ab" * 32,
    "key_print": "abcd 1234",
    "message_th": "ประกาศ",
    "message_en": "Announcement",
    "pieces": 2,
    "point_th": "เสา 04",
    "point_en": "Pole 04",
    "part": "siren",
    "lasts_s": 30,
    "who": "public",
    "talked_s": 65,
    "ended_why": "desk",
    "plate_th": "1กข 1234 เชียงใหม่",
    "plate_en": "1กข 1234 Chiang Mai",
    "alert_th": "ไม่ตอบ",
    "alert_en": "no answer",
    "ahead_th": "กล้อง 1",
    "ahead_en": "Camera 1",
    "behind_th": "กล้อง 2",
    "behind_en": "Camera 2",
    "unit_th": "ราชสีห์ 12",
    "unit_en": "Ratchasi 12",
    "what": "attacked",
    "many": "few",
    "hurt": "yes",
}


def source() -> str:
    root = Path(unjai.respond.__file__).parent
    return "\n".join(path.read_text("utf-8") for path in sorted(root.rglob("*.py")))


def source_of_points() -> str:
    """What SOS points say stands on the timeline of respond too."""
    root = Path(unjai.sos.__file__).parent
    return "\n".join(path.read_text("utf-8") for path in sorted(root.rglob("*.py")))


def test_every_step_that_is_said_has_words():
    said = set(re.findall(r"\.say\(\s*\"([a-z_]+)\"", source()))
    said |= set(re.findall(r"\"((?:pole|voice)_[a-z_]+)\"", source_of_points())) - {"pole_ack"}
    said |= {
        "offered",
        "offered_by_itself",
        "en_route",
        "on_scene",
        "talk_unit",
        "talk_centre",
        "escort_back",
        "escort_ended",
        "escort_reassured",
    }
    assert said <= set(catalogue("timeline"))
    assert set(catalogue("timeline")) - said <= {"accepted"}


def test_every_error_that_is_raised_has_words():
    raised = set(re.findall(r"UnjaiError\(\s*\"([a-z_]+)\"", source()))
    assert raised
    assert raised <= set(catalogue("errors"))


@pytest.mark.parametrize("kind", sorted(catalogue("timeline")))
def test_a_step_tells_all_its_facts_in_both_languages(kind):
    said = step_words(kind, FACTS)
    assert "{" not in said.th + said.en
    for text, language in ((catalogue("timeline")[kind]["th"], "th"), (catalogue("timeline")[kind]["en"], "en")):
        known = expanded(FACTS)
        for name in re.findall(r"\{(\w+)\}", text):
            assert known.get(name), f"{kind} {language} names {name}"


@pytest.mark.parametrize("kind", sorted(catalogue("timeline")))
def test_a_step_without_facts_is_still_a_sentence(kind):
    said = step_words(kind, {})
    assert said.th
    assert said.en


def test_labels_are_complete():
    wanted = (
        [f"state.{one}" for one in STATES] + [f"step.{one}" for one in STEPS] + [f"outcome.{one}" for one in OUTCOMES]
    )
    wanted += [f"move.{one}" for one in get_args(Move)] + [f"priority.{one}" for one in (1, 2, 3)]
    wanted += [f"channel.{one}" for one in ("pole", "call", "citizen", "unit", "device", "camera")]
    assert set(wanted) <= set(catalogue("labels"))


def test_a_joined_report_reads_well():
    said = step_words("joined", FACTS)
    assert said.th == "รับแจ้งเพิ่มทางเสา SOS นับเป็นเหตุเดียวกัน (ห่าง 42 ม. เวลาต่างกัน 75 วินาที) (ได้รับช้า 12 นาที) — “ช่วยด้วย”"
    assert said.en == (
        "Another report by SOS pole, taken as the same event (42 m away, 75 s apart) (came 12 min late) — “ช่วยด้วย”"
    )


def test_an_offer_reads_well():
    assert step_words("offered", FACTS).th == "ขอให้ ราชสีห์ 12 ไปที่เหตุ (3 นาที 1.2 กม.)"
    assert step_words("offered", {"unit": "ราชสีห์ 12"}).th == "ขอให้ ราชสีห์ 12 ไปที่เหตุ"


def test_unknown_things_are_named_and_never_raise():
    assert step_words("no_such_step", FACTS).th == "no_such_step"
    assert label("state.nowhere").en == "state.nowhere"
    assert title("???").th == "???"


def test_the_event_codes_are_whole():
    known = event_codes()
    assert len(known) >= 50
    for code in known.values():
        assert code.th
        assert code.en
        assert code.priority in (1, 2, 3)
        assert code.families
        assert code.needs <= set(CAPABILITY_WORDS)
    for kind in ("sos_press", "citizen_sos", "citizen_report", "unit_distress", "pole_tamper", "device_silent"):
        assert code_of_kind(kind).kinds
    assert len({kind for code in known.values() for kind in code.kinds}) == sum(len(c.kinds) for c in known.values())


def test_the_radio_codes_of_events_are_all_there():
    with shared_data("thai/radio_codes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "เหตุ"]
    for row in rows:
        assert code_of(row["code"]).radio == f"เหตุ {row['code']}"


def test_the_offences_named_exist_and_stand_in_their_group():
    with shared_data("thai/offences.csv").open(encoding="utf-8") as file:
        groups = {row["code"]: int(row["group_4"]) for row in csv.DictReader(file)}
    for code in event_codes().values():
        for offence in code.offences:
            assert offence in groups
            assert code.offence_group in (None, groups[offence])
