"""Ranks as they are written, posts as they may stand beside each other: pure rules."""

import contextlib
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT, shared_data
from unjai.model.errors import UnjaiError
from unjai.people.rules import posts, ranks
from unjai.people.rules.persons import SECTOR_WORDS, SECTORS, check_partner, radio_text
from unjai.people.rules.positions import GRADE_RANKS, GRADES, POSITIONS
from unjai.people.rules.posts import Post

STATION = 10
A, B = UUID(int=1), UUID(int=2)
DAY = date(2026, 11, 22)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
spans = st.tuples(days, st.none() | st.integers(0, 2000)).map(
    lambda got: (got[0], None if got[1] is None else got[0] + timedelta(days=got[1]))
)


def post(number=1, person=A, position="superintendent", kind="substantive", from_on=DAY, until_on=None, **more):
    return Post(
        id=UUID(int=100 + number),
        person_id=person,
        position=position,
        org_unit_id=more.pop("unit", STATION),
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        **more,
    )


def check(new, *others, reason="", order_ref="", **more):
    return [one.code for one in posts.check_post(new, others, reason=reason, order_ref=order_ref, **more)]


def refused(code, new, *others, **more):
    with pytest.raises(UnjaiError) as error:
        check(new, *others, **more)
    assert error.value.code == code


def test_there_are_sixteen_ranks_and_they_are_the_laws():
    import csv

    with shared_data("thai/police_ranks.csv").open(encoding="utf-8") as file:
        told = [(row["rank_th"], row["abbr_th"], row["rank_en"]) for row in csv.DictReader(file)]
    assert [(one.th, one.abbr_th, one.en) for one in ranks.RANKS.values()] == told


def test_the_positions_that_the_facts_name_are_there():
    import csv

    with shared_data("thai/police_positions.csv").open(encoding="utf-8") as file:
        told = {row["abbr_th"].partition("(สบ")[0].partition(" / ")[0].strip() for row in csv.DictReader(file)}
    known = {one.abbr_th for one in POSITIONS.values()} | {"ร้อยเวร"}
    assert told - known == set()


def test_the_six_sectors_are_the_projects():
    import csv

    with shared_data("thai/big_six.csv").open(encoding="utf-8") as file:
        assert [SECTOR_WORDS[key].th for key in SECTORS] == [row["sector_th"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("said", "rank", "flags", "rest"),
    [
        ("ร.ต.อ.หญิง สมมุติ ดูแลทั่ว", "captain", "f", "สมมุติ ดูแลทั่ว"),
        ("ร.ต.อ. หญิง สมมุติ", "captain", "f", "สมมุติ"),
        ("พล.ต.ต ปราศรัย", "major_general", "", "ปราศรัย"),
        ("พลตต. ปราศรัย", "major_general", "", "ปราศรัย"),
        ("ว่าที่ พ.ต.ต. สมมุติ", "major", "a", "สมมุติ"),
        ("ว่าที่ร้อยตำรวจตรีหญิง สมมุติ", "sub_lieutenant", "af", "สมมุติ"),
        ("พ.ต.อ.ดร. สมมุติ นำเวียง", "colonel", "d", "สมมุติ นำเวียง"),
        ("ด.ต.สมมุติ", "senior_sergeant_major", "", "สมมุติ"),
        ("พลฯ สมมุติ", "constable", "", "สมมุติ"),
        ("Pol.Capt. Sommut", "captain", "", "Sommut"),
        ("Pol. Lt. Col. Sommut", "lieutenant_colonel", "", "Sommut"),
        ("สมมุติ ใจดี", "", "", "สมมุติ ใจดี"),
        ("", "", "", ""),
    ],
)
def test_a_rank_is_read_however_it_is_written(said, rank, flags, rest):
    found = ranks.read_title(said)
    assert (found.rank, found.rest) == (rank, rest)
    assert (found.female, found.acting, found.doctor) == ("f" in flags, "a" in flags, "d" in flags)


@pytest.mark.parametrize(
    ("said", "prefix", "rest"),
    [
        ("นายสมชาย ใจดี", "mr", "สมชาย ใจดี"),
        ("นางสาวสมใจ", "miss", "สมใจ"),
        ("นาง สมศรี", "mrs", "สมศรี"),
        ("น.ส.สมฤดี", "miss", "สมฤดี"),
    ],
)
def test_a_civilians_prefix_is_read(said, prefix, rest):
    found = ranks.read_title(said)
    assert (found.prefix, found.rest, found.rank) == (prefix, rest, "")


@given(st.sampled_from(list(ranks.RANKS)), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_a_title_that_is_written_is_read_again(rank, female, acting, doctor, whole):
    title = ranks.Titled(rank=rank, female=female, acting=acting, doctor=doctor)
    assert ranks.title_of(ranks.title_text(title, "th", whole=whole)) == title
    english = ranks.title_of(ranks.title_text(title, "en", whole=whole))
    assert (english.rank, english.acting) == (rank, acting)


@given(st.text(max_size=60))
def test_any_text_may_stand_where_a_name_should(said):
    found = ranks.read_title(said)
    assert not (found.rank and found.prefix)
    assert len(found.rest) <= len(said)


def test_a_column_of_ranks_holds_nothing_else():
    for wrong in ("", "จอมพล", "ร.ต.อ. สมมุติ"):
        with pytest.raises(UnjaiError, match="rank_unknown"):
            ranks.title_of(wrong)


def test_names_are_written_as_papers_do():
    captain = ranks.Titled(rank="captain", female=True)
    assert ranks.name_text(captain, "สมมุติ", "ดูแลทั่ว", "th") == "ร.ต.อ.หญิง สมมุติ ดูแลทั่ว"
    assert ranks.name_text(captain, "สมมุติ", "ดูแลทั่ว", "th", whole=True) == "ร้อยตำรวจเอกหญิง สมมุติ ดูแลทั่ว"
    assert ranks.name_text(captain, "Sommut", "D", "en") == "Pol.Capt. Sommut D"
    assert ranks.name_text(ranks.Titled(prefix="mr"), "สมชาย", "ใจดี", "th") == "นายสมชาย ใจดี"
    assert ranks.name_text(ranks.Titled(rank="colonel", doctor=True), "ก", "ข", "th") == "พ.ต.อ.ดร. ก ข"
    assert radio_text(call_sign="เวียง 1", rank_abbr="พ.ต.อ.", first="ก") == "เวียง 1"
    assert radio_text(call_sign=" ", rank_abbr="พ.ต.อ.", first="ก") == "พ.ต.อ. ก"


@pytest.mark.parametrize(
    ("fields", "code", "thai", "said"),
    [
        ({}, "สภ.ช้างเผือก", False, "ผกก.สภ.ช้างเผือก"),
        ({"kind": "acting"}, "สภ.ช้างเผือก", False, "รักษาราชการแทน ผกก.สภ.ช้างเผือก"),
        ({"kind": "delegated"}, "สภ.ช้างเผือก", False, "ปฏิบัติราชการแทน ผกก.สภ.ช้างเผือก"),
        ({"position": "squad_leader"}, "สภ.ช้างเผือก", False, "ผบ.หมู่ (ป.) สภ.ช้างเผือก"),
        ({"position": "commander"}, "บก.น.1", False, "ผบก.น.1"),
        ({"position": "commander"}, "ภ.จว.เชียงใหม่", False, "ผบก.ภ.จว.เชียงใหม่"),
        ({"position": "commissioner"}, "บช.น.", False, "ผบช.น."),
        ({"position": "chief"}, "ตร.", False, "ผบ.ตร."),
        ({"position": "inspector_national", "grade": 8, "kind": "attached"}, "บช.น.", False, "จตร.(สบ 8) ปฏิบัติราชการ บช.น."),
        ({"position": "inspector_national", "grade": 8, "kind": "attached"}, "บช.น.", True, "จตร.(สบ ๘) ปฏิบัติราชการ บช.น."),
        ({"position": "adviser", "grade": 9}, "ตร.", True, "ที่ปรึกษา (สบ ๙) ตร."),
        ({"position": "inquiry_officer", "grade": 2}, "สน.พญาไท", False, "พงส.(สบ 2) สน.พญาไท"),
        ({"grade": 4}, "สภ.ช้างเผือก", False, "ผกก.สภ.ช้างเผือก"),
    ],
)  # fmt: skip
def test_a_post_is_written_as_papers_do(fields, code, thai, said):
    assert posts.post_text(post(**fields), code=code, thai=thai) == said


def test_a_post_is_written_out():
    unit = "สถานีตำรวจภูธรช้างเผือก"
    assert posts.post_text(post(), code="สภ.ช้างเผือก", unit_th=unit, short=False) == f"ผู้กำกับการ{unit}"
    said = posts.post_text(post(position="commander"), code="บก.น.1", unit_th="กองบังคับการตำรวจนครบาล 1", short=False)
    assert said == "ผู้บังคับการตำรวจนครบาล 1"
    national = {"code": "ตร.", "unit_th": "สำนักงานตำรวจแห่งชาติ", "short": False}
    inspector, adviser = post(position="inspector_national", grade=8), post(position="adviser", grade=9)
    assert posts.post_text(inspector, **national) == "จเรตำรวจ (สบ 8) สำนักงานตำรวจแห่งชาติ"
    assert posts.post_text(adviser, **national, thai=True) == "ที่ปรึกษา (สบ ๙) สำนักงานตำรวจแห่งชาติ"
    lent = post(position="inspector_national", grade=8, kind="attached")
    said = posts.post_text(lent, code="บช.น.", unit_th="กองบัญชาการตำรวจนครบาล", short=False)
    assert said == "จเรตำรวจ (สบ 8) ปฏิบัติราชการ กองบัญชาการตำรวจนครบาล"
    assert posts.post_text_en(post(kind="acting"), unit_en="X Station") == "Acting Superintendent, X Station"


@given(spans, days)
def test_a_post_counts_from_its_first_to_its_last_day(span, day):
    held = post(from_on=span[0], until_on=span[1])
    assert posts.holds_on(held, day) == (span[0] <= day <= (span[1] or date.max))
    since, until = posts.span(held)
    noon = posts.begins_at(day) + timedelta(hours=12)
    assert posts.holds_on(held, day) == (since <= noon and (until is None or noon < until))


@given(spans, spans)
def test_posts_overlap_when_they_share_a_day(one, other):
    first, second = post(1, from_on=one[0], until_on=one[1]), post(2, from_on=other[0], until_on=other[1])
    start = max(one[0], other[0])
    shared = posts.holds_on(first, start) and posts.holds_on(second, start)
    assert posts.overlaps(first, second) == posts.overlaps(second, first) == shared


@given(st.lists(st.tuples(spans, st.sampled_from((A, B)), st.sampled_from(posts.POST_KINDS)), max_size=8), days)
def test_a_chair_for_one_never_has_two(wanted, day):
    """Whatever is tried, what was let in never has two holders, nor one person in two substantive posts."""
    taken: list[Post] = []
    for number, (span, person, kind) in enumerate(wanted):
        new = post(number, person=person, kind=kind, from_on=span[0], until_on=span[1])
        with contextlib.suppress(UnjaiError):
            posts.check_post(new, taken, reason="ลา", order_ref="1/2569")
            taken.append(new)
        assert new in taken or any(posts.overlaps(new, one) for one in taken)
    found = posts.chair(taken, position="superintendent", org_unit_id=STATION, day=day)
    assert len(found.substantive) <= 1
    assert len(found.acting) <= 1
    assert found.answers == (found.acting or found.substantive)
    assert found.vacant == (not found.substantive and not found.acting)


def test_who_acts_stands_in_the_holders_place():
    holder, stand_in = post(1), post(2, person=B, kind="acting", until_on=DAY + timedelta(days=7))
    during = posts.chair([holder, stand_in], position="superintendent", org_unit_id=STATION, day=DAY)
    after = posts.chair([holder, stand_in], position="superintendent", org_unit_id=STATION, day=DAY + timedelta(days=8))
    assert [one.person_id for one in during.answers] == [B]
    assert [one.person_id for one in after.answers] == [A]
    assert not posts.chair([holder], position="superintendent", org_unit_id=STATION + 1, day=DAY).answers


def test_what_cannot_be_is_refused():
    refused("position_unknown", post(position="emperor"))
    refused("post_dates_wrong", post(until_on=DAY - timedelta(days=1)))
    refused("post_grade_wrong", post(grade=11))
    refused("post_reason_missing", post(kind="acting"), reason=" ")
    refused("post_order_missing", post(kind="delegated"))
    refused("post_chair_taken", post(2, person=B), post(1))
    refused("post_second", post(2, position="inspector_traffic"), post(1))
    refused("post_chair_taken", post(2, person=B, kind="acting"), post(1, kind="acting"), reason="ลา")


def test_what_may_stand_beside_each_other():
    assert check(post(1), post(1)) == ["rank_unusual"]  # itself, being changed
    assert check(post(2, person=B, from_on=DAY), post(1, until_on=DAY - timedelta(days=1)), rank="colonel") == []
    assert check(post(2, person=B, unit=11), post(1), rank="colonel") == []
    two = check(
        post(2, person=B, position="deputy_prevention"),
        post(1, position="deputy_prevention"),
        rank="lieutenant_colonel",
    )
    assert two == ["chair_shared"]
    many = check(post(2, person=B, position="squad_leader"), post(1, position="squad_leader"), rank="sergeant")
    assert many == []


def test_what_looks_odd_is_said_and_taken():
    assert check(post(), rank="captain") == ["rank_unusual"]
    assert check(post(grade=8), rank="colonel") == ["grade_unusual"]
    assert check(post(2, person=B, kind="acting"), post(1), reason="ลา") == ["holder_present"]
    assert check(post(), rank="colonel", level="bureau") == ["level_unusual"]
    assert check(post(position="commander"), rank="major_general", level="provincial") == []
    past = post(from_on=DAY - timedelta(days=9), until_on=DAY - timedelta(days=1), grade=8)
    assert check(past, rank="captain", day=DAY) == []


@given(st.sampled_from(list(POSITIONS.values())))
def test_what_is_usual_of_a_position_agrees_with_itself(position):
    if position.usual is not None:
        high, low = (ranks.RANKS[key].order for key in position.usual)
        assert high <= low
    if position.grade is not None and position.usual is not None:
        shared = {ranks.RANKS[key].order for key in GRADE_RANKS[position.grade]}
        assert min(ranks.RANKS[key].order for key in position.usual) <= max(shared)
    assert set(GRADE_RANKS) == set(GRADES)


def test_the_day_is_bangkoks():
    assert posts.today(NIGHT) == DAY
    assert posts.today(NIGHT - timedelta(hours=2)) == DAY - timedelta(days=1)


@given(st.booleans(), st.booleans(), st.booleans())
def test_a_partner_says_who_and_until_when(sector, organisation, ends):
    def checked():
        check_partner(sector="media" if sector else "", organisation="ก" if organisation else " ", ends=ends)

    if sector and organisation and ends:
        checked()
    else:
        with pytest.raises(UnjaiError, match="partner_incomplete"):
            checked()
