"""Pure decisions of the whole case: branching lists, waits, masks, what a file is and what of it is shown."""

import contextlib
import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.respond.codes import event_codes
from unjai.respond.messages import built_in as built_in_messages
from unjai.respond.procedures import built_in, built_in_for
from unjai.respond.rules import attachments, messages, overdue, parties, procedures
from unjai.respond.rules.overdue import Limits, Waiting
from unjai.respond.rules.procedures import Answer, Done, Step

T0 = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


@st.composite
def lists(draw: st.DrawFn) -> tuple[Step, ...]:
    """Any list that the rules let stand."""
    count = draw(st.integers(1, 8))
    steps = []
    for n in range(count):
        later = [None, procedures.END, *(f"s{m}" for m in range(n + 1, count))]
        ways = [draw(st.sampled_from(later)) for _ in range(draw(st.sampled_from([0, 0, 2, 3])))]
        steps.append(
            Step(
                key=f"s{n}",
                th="ทำ",
                en="do",
                required=draw(st.booleans()),
                answers=tuple(Answer(key=f"a{m}", th="ใช่", en="yes", next=to) for m, to in enumerate(ways)),
                next=draw(st.sampled_from(later)),
            )
        )
    procedures.check(steps)
    return tuple(steps)


@settings(deadline=None)
@given(lists(), st.data())
def test_whatever_is_answered_the_path_goes_forward_and_ends(steps, data):
    marks: dict[str, Done] = {}
    order = {step.key: n for n, step in enumerate(steps)}
    for _ in range(len(steps)):
        step = procedures.current(steps, marks)
        if step is None:
            break
        skip = data.draw(st.booleans())
        answer = None if not step.answers else data.draw(st.sampled_from([one.key for one in step.answers]))
        marks[step.key] = procedures.marked(steps, step.key, answer=answer, skip=skip, reason="เพราะ")
    assert procedures.current(steps, marks) is None
    path = [order[step.key] for step in procedures.path(steps, marks)]
    assert path == sorted(set(path))
    assert {one.step.key for one in procedures.missed(steps, marks)} == {
        step.key for step in procedures.path(steps, marks) if step.required and marks[step.key].mark == "skipped"
    }


@settings(deadline=None)
@given(lists())
def test_what_is_kept_comes_back_the_same(steps):
    assert procedures.parsed(procedures.kept(steps)) == steps


@settings(deadline=None)
@given(lists())
def test_nothing_behind_an_open_question_is_asked(steps):
    path = procedures.path(steps, {})
    assert all(not step.answers for step in path[:-1])
    assert {one.how for one in procedures.missed(steps, {})} <= {"undone"}


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "count"),
        ([{"key": "A b", "th": "ก", "en": "a"}], "key"),
        ([{"key": "end", "th": "ก", "en": "a"}], "key"),
        ([{"key": "a", "th": "ก", "en": "a"}, {"key": "a", "th": "ก", "en": "a"}], "twice"),
        ([{"key": "a", "th": " ", "en": "a"}], "words"),
        ([{"key": "a", "th": "ก", "en": "a", "who": "nobody"}], "word_unknown"),
        ([{"key": "a", "th": "ก", "en": "a", "answers": [{"key": "y", "th": "ก", "en": "a"}]}], "answers"),
        ([{"key": "a", "th": "ก", "en": "a", "next": "a"}], "way"),
        ([{"key": "b", "th": "ก", "en": "a"}, {"key": "a", "th": "ก", "en": "a", "next": "b"}], "way"),
        ([{"key": "a", "th": "ก", "en": "a", "next": "nowhere"}], "way"),
    ],
)
def test_a_list_that_does_not_hold_is_refused_with_its_reason(steps, why):
    with pytest.raises(UnjaiError) as refused:
        procedures.parsed(steps)
    assert (refused.value.code, refused.value.facts["why"]) == ("procedure_broken", why)


def test_every_event_code_has_a_list_that_begins_by_taking_it_up():
    assert set(event_codes()) == set(built_in())
    for code in event_codes():
        steps = built_in_for(code)
        assert steps[0].does == "acknowledge", code
        assert any(step.answers for step in steps) or code in {"NOI", "300", "UDS"}, code


def test_the_answer_decides_the_next_step():
    steps = built_in_for("SOS")
    taken = {"take": Done(mark="done")}
    assert procedures.current(steps, taken).key == "speak"
    silent = {**taken, "speak": Done(mark="done", answer="no")}
    assert "ask" not in [step.key for step in procedures.path(steps, silent)]
    spoken = {**taken, "speak": Done(mark="done", answer="yes")}
    assert procedures.current(steps, spoken).key == "ask"


def test_a_required_step_is_not_skipped_without_a_word():
    steps = built_in_for("SOS")
    with pytest.raises(UnjaiError, match="procedure_reason_needed"):
        procedures.marked(steps, "safe", answer=None, skip=True, reason=" ")
    assert procedures.marked(steps, "kind", answer=None, skip=True, reason="").mark == "skipped"
    with pytest.raises(UnjaiError, match="procedure_answer_needed"):
        procedures.marked(steps, "speak", answer="maybe", skip=False, reason="")
    with pytest.raises(UnjaiError, match="procedure_step_unknown"):
        procedures.marked(steps, "nothing", answer=None, skip=False, reason="")


def waiting(state: str, *, code: str = "SOS", priority: int = 1, arrived: bool = False) -> Waiting:
    return Waiting(
        state=state, priority=priority, code=code, since=T0, arrived_at=T0 + timedelta(seconds=1) if arrived else None
    )


def late(state: str, seconds: float, **facts) -> list[str]:
    one = waiting(state, **facts)
    limits = overdue.limits_of({}, priority=one.priority, code=one.code)
    return [found.wait for found in overdue.overdue(one, limits, T0 + timedelta(seconds=seconds))]


@pytest.mark.parametrize(
    ("state", "seconds", "waits"),
    [
        ("new", 14.9, []),
        ("new", 15, ["acknowledge"]),
        ("new", 60, ["acknowledge", "assign"]),
        ("acknowledged", 59.9, []),
        ("acknowledged", 60, ["assign"]),
        ("assigned", 599, []),
        ("assigned", 600, ["arrive"]),
        ("en_route", 600, ["arrive"]),
        ("on_scene", 6000, []),
        ("closed", 6000, []),
    ],
)
def test_the_waits_of_the_most_urgent(state, seconds, waits):
    assert late(state, seconds) == waits


def test_who_was_there_is_not_waited_for_again():
    assert late("acknowledged", 6000, arrived=True) == []


def test_a_silent_device_needs_no_unit_in_a_minute():
    assert late("acknowledged", 86_400, code="DSL", priority=3) == []
    assert late("new", 1800, code="DSL", priority=3) == ["acknowledge"]


def test_the_stations_limits_count_and_a_code_stands_before_its_priority():
    own = {
        "p1": Limits(acknowledge_s=30, assign_s=None, arrive_s=None),
        "code:NOI": Limits(acknowledge_s=None, assign_s=None, arrive_s=None),
    }
    assert overdue.limits_of(own, priority=1, code="SOS").acknowledge_s == 30
    assert overdue.limits_of(own, priority=1, code="NOI").acknowledge_s is None
    assert overdue.limits_of(own, priority=1, code="UDS").acknowledge_s == 10


@settings(deadline=None)
@given(
    st.sampled_from(["new", "acknowledged", "assigned", "en_route", "on_scene", "closed"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_a_wait_rings_once_and_never_unrings_by_time(state, first, more):
    one = waiting(state)
    limits = overdue.DEFAULTS["p1"]
    before = overdue.overdue(one, limits, T0 + timedelta(seconds=first))
    after = overdue.overdue(one, limits, T0 + timedelta(seconds=first + more))
    assert {found.wait for found in before} <= {found.wait for found in after}
    rung = [(found.wait, found.since) for found in before]
    assert overdue.fresh(before, rung) == []
    assert {found.wait for found in overdue.fresh(after, rung)} == {f.wait for f in after} - {f.wait for f in before}


@pytest.mark.parametrize(
    ("said", "hidden"),
    [("นางสาวสมใจ ใจดี", "ส*** ใจ***"), ("นายเอก", "เอ***"), ("Mr. John Smith", "J*** S***"), ("ก", "ก***"), ("", "")],
)
def test_a_name_is_covered(said, hidden):
    assert parties.hidden_name(said) == hidden


@pytest.mark.parametrize(
    ("said", "hidden"), [("1กข 1234", "1กข ••34"), ("กข 34", "กข •4"), ("กข-7", "กข 7"), ("ABC", "A***")]
)
def test_a_plate_is_covered(said, hidden):
    assert parties.hidden_plate(said) == hidden


@settings(deadline=None)
@given(st.text(alphabet="กขคงจเแโใไabcXYZ ะาิีุู่้", min_size=1, max_size=30))
def test_no_mask_tells_a_word(name):
    for word in name.split():
        if len(word) > 3:
            assert word not in parties.masked("person", {"name": name, "phone": "0812345678"})
    assert "081234" not in parties.masked("person", {"name": name, "phone": "0812345678"})


def test_a_party_says_only_what_may_be_said():
    assert parties.checked("person", "victim", {"name": " ก ", "phone": ""}) == {"name": "ก"}
    for kind, role, facts, code in (
        ("person", "criminal", {"name": "ก"}, "party_invalid"),
        ("person", "victim", {"score": "9"}, "party_invalid"),
        ("vehicle", "suspect", {"name": "ก"}, "party_invalid"),
        ("person", "victim", {"sex": "x"}, "party_invalid"),
        ("person", "victim", {"name": " "}, "party_empty"),
    ):
        with pytest.raises(UnjaiError, match=code):
            parties.checked(kind, role, facts)


def jpeg(*, place: bool = True, turn: int = 6, behind: bytes = b"") -> bytes:
    """A small picture as a phone writes it: Exif with orientation and place, two scans, a second picture behind it."""
    entries = [(0x0112, 3, 1, struct.pack("<HH", turn, 0))]
    if place:
        entries.append((0x8825, 4, 1, struct.pack("<I", 200)))
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHI", *one[:3]) + one[3] for one in entries)
    exif = b"Exif\x00\x00" + b"II\x2a\x00" + struct.pack("<I", 8) + ifd + b"\x00" * 4 + b"GPSLatitude 18.788"

    def segment(marker: int, body: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body

    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + segment(0xE1, exif)
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>GPSLatitude</x:xmpmeta>")
        + segment(0xE2, b"MPF\x00GPSLatitude")
        + segment(0xFE, b"GPSLatitude in a comment")
        + segment(0xDB, b"\x00" * 65)
        + segment(0xC2, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
        + segment(0xDA, b"\x01\x01\x00\x00\x00\x00")
        + b"\x12\xff\x00\x34\xff\xd0\x56"
        + segment(0xC4, b"\xff\xd9" * 4)
        + segment(0xDA, b"\x01\x01\x00\x00\x00\x00")
        + b"\x78\xff\xd9"
        + behind
    )


def test_a_photograph_is_shown_without_where_it_was_taken_and_upright():
    whole = jpeg(behind=b"\xff\xd8GPSLatitude of a second picture\xff\xd9")
    assert attachments.sniffed(whole[:64]) is attachments.JPEG
    shown = attachments.shown(attachments.JPEG, whole)
    assert b"GPS" not in shown
    assert b"\x78\xff\xd9" in shown[-4:]
    assert b"\x12\xff\x00\x34\xff\xd0\x56" in shown
    assert attachments._orientation(shown[shown.index(b"Exif\x00\x00") + 6 :]) == 6
    assert attachments.shown(attachments.JPEG, shown) == shown
    assert b"Exif" not in attachments.shown(attachments.JPEG, jpeg(turn=1))


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + chunk(b"eXIf", b"II GPSLatitude")
        + chunk(b"iTXt", b"GPSLatitude")
        + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
        + chunk(b"IEND", b"")
    )


def webp() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) & 1)

    body = chunk(b"VP8X", b"\x0c" + b"\x00" * 9) + chunk(b"VP8 ", b"picture") + chunk(b"EXIF", b"GPSLatitude")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(("kind", "body"), [(attachments.PNG, png()), (attachments.WEBP, webp())])
def test_other_pictures_lose_it_too(kind, body):
    assert attachments.sniffed(body[:64]) is kind
    shown = attachments.shown(kind, body)
    assert b"GPS" not in shown
    assert len(shown) < len(body)
    assert attachments.shown(kind, shown) == shown


@settings(deadline=None)
@given(st.sampled_from([jpeg(), png(), webp()]), st.data())
def test_a_damaged_picture_is_refused_and_never_breaks(body, data):
    at = data.draw(st.integers(0, len(body)))
    cut = data.draw(st.booleans())
    broken = body[:at] if cut else body[:at] + data.draw(st.binary(min_size=1, max_size=4)) + body[at + 1 :]
    with contextlib.suppress(UnjaiError):
        attachments.shown(attachments.sniffed(broken[:64]), broken)


@pytest.mark.parametrize(
    "head",
    [b"<html><script>", b"PK\x03\x04", b"MZ", b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftypqt  ", b"GIF89a", b""],
)
def test_what_is_no_picture_paper_or_sound_is_refused(head):
    with pytest.raises(UnjaiError, match="attachment_kind_unknown"):
        attachments.sniffed(head)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_name_is_safe_to_save(said):
    name = attachments.file_name(said, attachments.PDF)
    assert name.endswith(".pdf")
    assert len(name) > 4
    assert not set(name) & set('/\\<>:"|?*\n\r\t\x00')


def test_a_message_is_filled_and_what_is_missing_stays_to_be_seen():
    assert messages.filled("ที่ {place} โทร {phone}", {"place": "ตลาด"}) == "ที่ ตลาด โทร {phone}"
    with pytest.raises(UnjaiError, match="message_fact_unknown"):
        messages.checked("{name}")
    for one in built_in_messages().values():
        for text in (one.title_th, one.title_en, one.text_th, one.text_en):
            assert messages.checked(text) == text
        assert set(one.codes) <= set(event_codes())
