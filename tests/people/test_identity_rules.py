"""What identity decides, without a database: codes, policies, emergency rights, four eyes, agents."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId
from unjai.people.rights import EMERGENCY, ROLES
from unjai.people.rules import Grant, break_glass, four_eyes, policy, second_factor
from unjai.people.rules.agents import agent
from unjai.people.rules.policy import Policy

NOW = datetime(2026, 11, 21, 18, 14, 9, tzinfo=UTC)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238, appendix B: "12345678901234567890" in base32."""
STATION = StationId(10)
ME, YOU = AccountId(UUID(int=1)), AccountId(UUID(int=2))

moments = st.integers(0, 2**33).map(lambda s: datetime.fromtimestamp(s, UTC))


@pytest.mark.parametrize(
    ("at_s", "code"), [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")]
)
def test_codes_are_those_of_the_rfc(at_s, code):
    at = datetime.fromtimestamp(at_s, UTC)
    assert second_factor.step_of(RFC_SECRET, code, at) == at_s // 30


@given(moments, st.integers(-5, 5))
def test_a_code_counts_one_step_around_now(now, drift):
    step = second_factor.step_at(now) + drift
    if step < 0:
        return
    found = second_factor.step_of(RFC_SECRET, pyotp.TOTP(RFC_SECRET).generate_otp(step), now)
    if abs(drift) <= 1:
        assert found is not None
        assert abs(found - step) <= 2
    elif found is not None:  # two steps of the window may share a code: one in a million
        assert pyotp.TOTP(RFC_SECRET).generate_otp(found) == pyotp.TOTP(RFC_SECRET).generate_otp(step)


def test_a_step_counts_once():
    assert second_factor.is_replay(7, 7)
    assert second_factor.is_replay(6, 7)
    assert not second_factor.is_replay(8, 7)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_not(said):
    plain = second_factor.plain(said)
    assert second_factor.plain(plain) == plain
    if second_factor.looks_like_code(plain):
        assert second_factor.step_of(RFC_SECRET, plain, NOW) in (None, *range(2**31))


def test_codes_may_be_typed_as_they_are_written():
    assert second_factor.plain(" 123 456 ") == "123456"
    assert second_factor.plain("๑๒๓๔๕๖") == "123456"
    assert second_factor.plain("ABCD-efgh jkmn-2345") == "abcdefghjkmn2345"
    assert second_factor.recovery_hash(ME, "ABCD-efgh") == second_factor.recovery_hash(ME, "abcdefgh")
    assert second_factor.recovery_hash(ME, "abcdefgh") != second_factor.recovery_hash(YOU, "abcdefgh")


@given(
    st.tuples(*[st.integers(0, 30)] * 2, st.sampled_from([0, 30, 480, 960]), st.integers(5, 120), st.integers(1, 14)),
    st.tuples(*[st.integers(0, 30)] * 2, st.sampled_from([0, 30, 480, 960]), st.integers(5, 120), st.integers(1, 14)),
    st.sets(st.sampled_from(sorted(ROLES))),
    st.sets(st.sampled_from(sorted(ROLES))),
)
def test_a_change_both_ways_weakens_one_of_them(first, second, roles, others):
    names = ("grace_days", "remember_days", "idle_minutes", "break_glass_minutes", "review_days")
    a = Policy(second_factor_roles=frozenset(roles), **dict(zip(names, first, strict=True)))
    b = Policy(second_factor_roles=frozenset(others), **dict(zip(names, second, strict=True)))
    there, back = policy.weaker(a, b), policy.weaker(b, a)
    assert bool(there or back) == (a != b)
    assert not policy.weaker(a, a)
    for name in set(there) & set(back):
        assert name == "second_factor_roles", "a number cannot be weaker both ways"


def test_what_is_weaker_is_named():
    assert policy.weaker(Policy(), Policy(one_person=frozenset({"zone.remove"}))) == ("one_person",)
    assert policy.weaker(Policy(idle_minutes=60), Policy()) == ("idle_minutes",)
    assert policy.weaker(Policy(), Policy(idle_minutes=60, grace_days=0)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"grace_days": 31},
        {"idle_minutes": 5},
        {"break_glass_minutes": 0},
        {"review_days": 0},
        {"second_factor_roles": frozenset({"nobody"})},
        {"one_person": frozenset({"policy.weaken"})},
    ],
)
def test_a_policy_has_bounds(wrong):
    with pytest.raises(UnjaiError, match="policy_invalid"):
        policy.check(Policy(**wrong), {"zone.remove"})


def test_a_factor_is_due_after_the_grace_of_the_earliest_role():
    old, late = NOW - timedelta(days=90), NOW - timedelta(days=1)
    grants = [
        Grant(role="administrator", station_id=STATION, granted_at=late),
        Grant(role="operator", station_id=STATION, granted_at=old),
    ]
    assert policy.factor_due_at(Policy(), grants) == late + timedelta(days=7)
    assert policy.factor_due_at(Policy(second_factor_since=NOW), grants) == NOW + timedelta(days=7)
    assert policy.factor_due_at(Policy(second_factor_roles=frozenset()), grants) is None


def test_only_a_patrols_phone_is_remembered():
    assert policy.remembers_days(Policy(), ["officer"]) == 30
    assert policy.remembers_days(Policy(), ["officer", "operator"]) == 0
    assert policy.remembers_days(Policy(), []) == 0
    assert policy.remembers_days(Policy(remember_days=0), ["volunteer"]) == 0


def test_emergency_rights_never_give_power_over_people_or_the_log():
    assert not EMERGENCY & {"account.admin", "policy.admin", "approval.give", "audit.read", "breakglass.review"}
    for role in ROLES.values():
        if "breakglass.take" in role.rights:
            assert break_glass.gains(role.rights)


@given(st.text(max_size=300))
def test_a_reason_says_something(said):
    with contextlib.suppress(UnjaiError):
        kept = break_glass.reason(said)
        assert 10 <= len(kept) <= break_glass.REASON_MOST
        assert break_glass.reason(kept) == kept


@pytest.mark.parametrize("empty", ["", "aaaaaaaaaaaaaaaa", "..........", "   \n\n   \t      ", "กกกกกกกกกกกกกก"])
def test_a_reason_of_nothing_is_refused(empty):
    with pytest.raises(UnjaiError, match="reason_missing"):
        break_glass.reason(empty)


def _taken(**facts):
    base = break_glass.Taken(
        id=UUID(int=9),
        account_id=ME,
        gained=frozenset({"dispatch"}),
        taken_at=NOW,
        ends_at=NOW + timedelta(minutes=30),
        review_due_at=NOW + timedelta(days=3),
    )
    return replace(base, **facts)


@given(st.integers(-10_000, 10_000))
def test_emergency_rights_hold_in_their_time_only(seconds):
    at = NOW + timedelta(seconds=seconds)
    assert break_glass.alive(_taken(), at) == (0 <= seconds < 1800)
    assert not break_glass.alive(_taken(ended_at=NOW), at)


def test_a_use_goes_from_open_to_answered():
    assert break_glass.state(_taken(), NOW) == "open"
    assert break_glass.state(_taken(), NOW + timedelta(hours=1)) == "to_review"
    assert break_glass.state(_taken(), NOW + timedelta(days=4)) == "overdue"
    assert break_glass.state(_taken(reviewed_at=NOW), NOW + timedelta(days=4)) == "reviewed"
    for reviewer, taken, code in (
        (ME, _taken(ended_at=NOW), "review_own"),
        (None, _taken(ended_at=NOW), "review_own"),
        (YOU, _taken(), "break_glass_open"),
        (YOU, _taken(reviewed_at=NOW), "review_done"),
    ):
        with pytest.raises(UnjaiError, match=code):
            break_glass.check_review(taken, reviewer, NOW)
    break_glass.check_review(_taken(ended_at=NOW), YOU, NOW)


json_facts = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans()), max_size=4
)


@given(json_facts, json_facts)
def test_a_digest_is_of_exactly_these_facts(first, second):
    a = four_eyes.digest(STATION, "zone.remove", "zone:1", first)
    assert a == four_eyes.digest(STATION, "zone.remove", "zone:1", dict(reversed(first.items())))
    same = str(sorted(first.items(), key=str)) == str(sorted(second.items(), key=str))
    assert (a == four_eyes.digest(STATION, "zone.remove", "zone:1", second)) == same
    assert a != four_eyes.digest(StationId(11), "zone.remove", "zone:1", first)
    assert a != four_eyes.digest(STATION, "device.remove", "zone:1", first)
    assert a != four_eyes.digest(STATION, "zone.remove", "zone:2", first)


def _proposal(**facts):
    said = {"key": "x"}
    base = four_eyes.Proposal(
        id=UUID(int=5),
        station_id=STATION,
        action="zone.remove",
        subject="zone:x",
        facts=said,
        digest=four_eyes.digest(STATION, "zone.remove", "zone:x", said),
        proposed_by=ME,
        proposed_at=NOW,
        expires_at=NOW + four_eyes.LASTS,
        state="pending",
    )
    return replace(base, **facts)


def test_only_another_person_answers_and_in_time():
    four_eyes.check_second(_proposal(), YOU)
    for nobody in (ME, None):
        with pytest.raises(UnjaiError, match="approval_own"):
            four_eyes.check_second(_proposal(), nobody)
    four_eyes.check_open(_proposal(), NOW)
    for settled, at in (("approved", NOW), ("withdrawn", NOW), ("pending", NOW + four_eyes.LASTS)):
        with pytest.raises(UnjaiError, match="approval_settled"):
            four_eyes.check_open(_proposal(state=settled), at)


def test_exactly_what_was_seen_is_done():
    proposal = _proposal()
    seen = proposal.digest.hex()
    four_eyes.check_same(proposal, seen=seen, found_facts={"key": "x"}, found_subject="zone:x")
    for wrong in (
        {"seen": "0" * 64, "found_facts": {"key": "x"}, "found_subject": "zone:x"},
        {"seen": seen, "found_facts": {"key": "y"}, "found_subject": "zone:x"},
        {"seen": seen, "found_facts": {"key": "x"}, "found_subject": "zone:y"},
    ):
        with pytest.raises(UnjaiError, match="approval_changed"):
            four_eyes.check_same(proposal, **wrong)
    with pytest.raises(UnjaiError, match="approval_changed"):
        four_eyes.check_same(
            replace(proposal, facts={"key": "z"}), seen=seen, found_facts={"key": "z"}, found_subject="zone:x"
        )


@pytest.mark.parametrize(
    ("said", "kind", "browser", "system"),
    [
        ("Mozilla/5.0 (Linux; Android 14; SM-A556E) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "phone", "Chrome", "Android"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "tablet", "Chrome", "Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "phone", "Safari", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "computer", "Edge", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "computer", "Firefox", "Linux"),
        ("curl/8", "unknown", "", ""),
        ("", "unknown", "", ""),
    ],
)  # fmt: skip
def test_an_agent_is_told_in_plain_words(said, kind, browser, system):
    told = agent(said)
    assert (told.kind, told.browser, told.system) == (kind, browser, system)


@given(st.text(max_size=300))
def test_a_strange_agent_is_no_error(said):
    assert agent(said).kind in {"phone", "tablet", "computer", "unknown"}
