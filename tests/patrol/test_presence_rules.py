"""The presence score and everything that speaks against a visit, without any database."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.model.geometry import Point
from unjai.patrol.rules import codes, spoof
from unjai.patrol.rules.codes import Scan
from unjai.patrol.rules.presence import PROOFS, Doubt, Evidence, judge
from unjai.patrol.rules.spoof import Seen, Visit, doubts

BANK = Point(lon=98.99, lat=18.79)
PHONE = uuid4()
GOOD_STATIC = Scan(form="static", verdict="good")
GOOD_TURNING = Scan(form="rotating", verdict="good", age_s=0.0)
SURE = Evidence(code="rotating", distance_m=5, accuracy_m=8, photo=True, track_near=3)

evidences = st.builds(
    Evidence,
    code=st.sampled_from(["none", "static", "rotating"]),
    nfc=st.booleans(),
    distance_m=st.none() | st.floats(0, 2e7),
    accuracy_m=st.none() | st.floats(0, 1e6),
    radius_m=st.floats(5, 300),
    photo=st.booleans(),
    dwell_s=st.floats(0, 1e6),
    track_near=st.integers(0, 50),
    steady=st.booleans(),
)
against = st.lists(
    st.builds(
        Doubt,
        code=st.sampled_from(["mock_location", "photo_again", "clock_off", "two_phones", "speed_impossible"]),
        keeps=st.floats(0, 1),
        refuses=st.booleans(),
    ),
    max_size=8,
)


def visit(**changed):
    """A visit where all is well, but for what is changed."""
    return replace(Visit(happened_at=NIGHT, phone_id=PHONE, place=BANK, radius_m=40, point=BANK), **changed)


def named(**changed):
    return {doubt.code: doubt for doubt in doubts(visit(**changed))}


def north(metres, accuracy_m=10.0):
    return Point(lon=BANK.lon, lat=BANK.lat + metres / 111_195, accuracy_m=accuracy_m)


# ── the score ──────────────────────────────────────────────────────────────────────────────────────


@given(evidences, against, st.sets(st.sampled_from(PROOFS)), st.randoms())
def test_a_score_is_within_its_bounds_and_does_not_ask_for_order(evidence, told, required, random: Random):
    found = judge(evidence, told, required)
    assert 0 <= found.score <= 100
    mixed = list(told)
    random.shuffle(mixed)
    assert judge(evidence, mixed, sorted(required)) == found


@given(evidences, against)
def test_more_evidence_never_lowers_a_score(evidence, told):
    least = judge(evidence, told).score
    richer = [
        replace(evidence, code="rotating"),
        replace(evidence, nfc=True),
        replace(evidence, photo=True),
        replace(evidence, steady=True),
        replace(evidence, dwell_s=evidence.dwell_s + 60),
        replace(evidence, track_near=evidence.track_near + 1),
        replace(evidence, distance_m=0.0),
    ]
    assert all(judge(one, told).score >= least for one in richer)


@given(evidences, against, against)
def test_more_doubt_never_raises_a_score(evidence, told, more):
    assert judge(evidence, [*told, *more]).score <= judge(evidence, told).score


def test_the_parts_add_up_to_the_score():
    found = judge(SURE, [Doubt(code="clock_off", keeps=0.8), Doubt(code="mock_location", keeps=0.25)])
    assert abs(sum(part.points for part in found.parts) - found.score) <= len(found.parts) / 2
    assert [part.code for part in found.parts][-2:] == ["clock_off", "mock_location"]


def test_a_turning_code_proves_more_than_a_printed_one():
    assert judge(Evidence(code="rotating")).score > judge(Evidence(code="static")).score


def test_a_sharp_position_proves_more_than_a_vague_one():
    scores = [judge(Evidence(distance_m=10, accuracy_m=accuracy)).score for accuracy in (5, 20, 60, 400)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_nothing_proves_nothing():
    found = judge(Evidence())
    assert (found.score, found.state, found.parts) == (0, "doubted", ())


def test_a_printed_code_with_a_near_position_is_proven_but_neither_alone_is():
    both = Evidence(code="static", distance_m=12, accuracy_m=9)
    assert judge(both).state == "proven"
    assert judge(replace(both, code="none")).state == "doubted"
    assert judge(replace(both, distance_m=None)).state == "doubted"


def test_a_proof_that_the_checkpoint_asks_for_must_be_there():
    found = judge(replace(SURE, photo=False), required=["qr_rotating", "photo"])
    assert found.state == "doubted"
    assert [part.code for part in found.parts if part.code.startswith("lacks_")] == ["lacks_photo"]
    assert judge(SURE, required=["qr_rotating", "photo"]).state == "proven"


# ── each spoof ─────────────────────────────────────────────────────────────────────────────────────


def test_an_honest_visit_raises_no_doubt():
    came = [Seen(at=NIGHT - timedelta(minutes=20), point=north(900), phone_id=PHONE)]
    honest = visit(scan=GOOD_STATIC, others=came, point=north(15))
    assert doubts(honest) == []
    assert spoof.steady(honest)


@pytest.mark.parametrize(
    ("changed", "code", "refused"),
    [
        ({"mock": True}, "mock_location", False),
        ({"point": Point(lon=-0.1, lat=51.5, accuracy_m=10)}, "position_elsewhere", True),
        ({"point": Point(lon=-0.1, lat=51.5, accuracy_m=9e6)}, "position_elsewhere", True),
        ({"point": north(900)}, "position_far", False),
        ({"point": north(900), "scan": GOOD_STATIC}, "code_elsewhere", True),
        ({"point": north(900), "scan": GOOD_TURNING}, "code_elsewhere", False),
        ({"scan": Scan(form="rotating", verdict="old", age_s=240.0)}, "code_old", False),
        ({"scan": Scan(form="rotating", verdict="old", age_s=7200.0)}, "code_old", True),
        ({"scan": Scan(form="static", verdict="void")}, "code_void", False),
        ({"scan": Scan(form="static", verdict="forged")}, "code_forged", True),
        ({"scan": Scan(form="static", verdict="other_place")}, "code_other_place", True),
        ({"scan": Scan(form="none", verdict="unreadable")}, "code_unreadable", False),
        ({"photo_bits": 2}, "photo_again", False),
        ({"offset_s": 86_400.0}, "clock_off", False),
        ({"clock_jump_s": -3600.0}, "clock_changed", False),
        ({"told_after_sending_s": 900.0}, "clock_ahead", False),
        ({"track_far_m": 2_000.0}, "track_elsewhere", False),
        ({"chain": "gap"}, "chain_gap", False),
        ({"chain": "fork"}, "chain_fork", True),
        (
            {"others": [Seen(at=NIGHT - timedelta(minutes=1), point=north(30_000), phone_id=PHONE)]},
            "speed_impossible",
            False,
        ),
        (
            {"others": [Seen(at=NIGHT - timedelta(minutes=1), point=north(30_000), phone_id=uuid4())]},
            "person_twice",
            False,
        ),
        ({"others": [Seen(at=NIGHT + timedelta(minutes=2), point=north(10), phone_id=uuid4())]}, "two_phones", False),
    ],
)
def test_each_spoof_lowers_the_score_or_is_refused(changed, code, refused):
    found = named(**changed)
    assert code in found
    assert found[code].refuses == refused
    judged = judge(SURE, found.values())
    assert judged.score < judge(SURE).score
    assert (judged.state == "refused") == any(doubt.refuses for doubt in found.values())
    if refused:
        assert judged.score == 0


def test_a_steady_clock_that_rested_while_the_phone_slept_accuses_nobody():
    assert named(clock_jump_s=1_800.0) == {}


def test_a_vague_position_is_not_called_far():
    assert named(point=north(900, accuracy_m=1_500)) == {}


def test_two_phones_an_hour_apart_are_no_doubt():
    assert named(others=[Seen(at=NIGHT - timedelta(hours=1), point=north(10), phone_id=uuid4())]) == {}


# ── codes ──────────────────────────────────────────────────────────────────────────────────────────

SECRET, CHECKPOINT = b"k" * 32, uuid4()


def scanned(text, at=NIGHT, serial=1, secret=SECRET, checkpoint=CHECKPOINT):
    return codes.scanned(text, secret, checkpoint, serial, at)


def test_a_printed_code_is_good_until_it_is_printed_anew():
    said = codes.static_code(SECRET, CHECKPOINT, 1)
    assert scanned(said) == GOOD_STATIC
    assert scanned(f" {said.lower()}\n") == GOOD_STATIC
    assert scanned(said, serial=2).verdict == "void"


def test_a_code_of_another_place_or_secret_is_told():
    said = codes.static_code(SECRET, CHECKPOINT, 1)
    assert scanned(said, checkpoint=uuid4()).verdict == "other_place"
    assert scanned(said, secret=b"x" * 32).verdict == "forged"
    assert scanned(said[:-1] + ("A" if said[-1] != "A" else "B")).verdict == "forged"
    assert scanned("https://example.org").verdict == "unreadable"


@given(st.integers(-86_000, 86_000))
def test_a_turning_code_tells_its_own_time(away):
    said = codes.rotating_code(SECRET, CHECKPOINT, 1, NIGHT)
    found = scanned(said, at=NIGHT + timedelta(seconds=away))
    assert found.verdict in ("good", "old")
    assert (found.verdict == "good") == (abs(found.age_s) <= codes.GRACE_STEPS * codes.STEP_S)
    assert abs(found.age_s - away) <= codes.STEP_S


def test_a_turning_code_of_last_week_is_no_code():
    said = codes.rotating_code(SECRET, CHECKPOINT, 1, NIGHT - timedelta(days=7))
    assert scanned(said).verdict == "forged"


def test_a_code_lasts_until_the_next_begins():
    until = codes.lasts_until(NIGHT)
    before = until - timedelta(microseconds=1)
    assert codes.rotating_code(SECRET, CHECKPOINT, 1, NIGHT) == codes.rotating_code(SECRET, CHECKPOINT, 1, before)
    assert codes.rotating_code(SECRET, CHECKPOINT, 1, NIGHT) != codes.rotating_code(SECRET, CHECKPOINT, 1, until)
