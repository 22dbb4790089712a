"""Signing in, being locked out, being somebody, signing out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from tests.people.conftest import (
    DIVISION,
    HERE,
    PASSWORD,
    ROOT,
    THERE,
    account_actor,
    citizen,
    count_of,
    enter,
    look,
    make_account,
)
from unjai.model.errors import UnjaiError
from unjai.people import flows, passwords, rights, rules
from unjai.people.flows import Refused, SignedIn
from unjai.people.passwords import hash_password, one_time_password, password_matches
from unjai.people.store import account, session, sign_in_failure
from unjai.people.store.accounts import failure_key, lock_failures, set_failures
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox

pytestmark = pytest.mark.usefixtures("world")


async def test_a_right_password_opens_a_session(db, clock):
    account_id = await make_account(db, clock, "nid", ("operator", HERE))
    signed = await enter(db, clock, " NID ")
    assert isinstance(signed, SignedIn)
    assert signed.actor.stations == {HERE}
    assert signed.actor.rights == rights.ROLES["operator"].rights
    assert signed.actor.account_id == account_id
    again = await look(db, clock, signed.token)
    assert again is not None
    assert again.actor == signed.actor
    assert again.token is None


async def test_the_table_does_not_hold_the_token(db, clock):
    await make_account(db, clock, "tok", ("operator", HERE))
    signed = await enter(db, clock, "tok")
    async with db.tx(ROOT) as tx:
        rows = await tx.all(select(session).where(session.c.id == signed.session_id))
    assert len(signed.token) >= 43
    assert signed.token.encode() not in bytes(rows[0]["token_hash"])
    assert signed.token not in str(rows)


async def test_wrong_name_and_wrong_password_are_one_answer(db, clock):
    await make_account(db, clock, "ploy", ("operator", HERE))
    wrong = await enter(db, clock, "ploy", "nothing like it")
    unknown = await enter(db, clock, "ghost", "nothing like it")
    assert isinstance(wrong, Refused)
    assert isinstance(unknown, Refused)
    assert (
        (wrong.error.code, wrong.error.status) == (unknown.error.code, unknown.error.status) == ("sign_in_failed", 401)
    )


@pytest.mark.parametrize("name", ["lek", "nobody-of-that-name"])
async def test_five_wrong_passwords_lock_the_name_whether_it_exists_or_not(db, clock, name):
    if name == "lek":
        await make_account(db, clock, "lek", ("operator", HERE))
    answers = [await enter(db, clock, name, f"wrong {number}", ip="10.1.0.1") for number in range(5)]
    assert [answer.error.code for answer in answers] == ["sign_in_failed"] * 4 + ["sign_in_locked"]
    assert answers[-1].error.facts == {"wait_s": 30}
    locked = await enter(db, clock, name, ip="10.1.0.1")
    assert locked.error.status == 429
    clock.move(timedelta(seconds=30))
    opened = await enter(db, clock, name, ip="10.1.0.1")
    assert isinstance(opened, SignedIn) == (name == "lek")


async def test_the_owner_at_another_place_is_not_locked_out_by_a_guesser(db, clock):
    await make_account(db, clock, "dao", ("operator", HERE))
    for number in range(6):
        await enter(db, clock, "dao", f"guess {number}", ip="10.2.0.66")
    assert isinstance(await enter(db, clock, "dao", ip="10.2.0.1"), SignedIn)


async def test_one_place_that_tries_many_names_is_stopped(db, clock):
    key = failure_key("place", "10.3.0.66")
    async with db.tx(ROOT) as tx:
        await lock_failures(tx, [key], clock.now())
        await set_failures(tx, {key: rules.FREE_PLACE - 1}, clock.now())
    last = await enter(db, clock, "some name", "wrong", ip="10.3.0.66")
    assert last.error.code == "sign_in_locked"
    stopped = await enter(db, clock, "yet another", "wrong", ip="10.3.0.66")
    assert stopped.error.code == "sign_in_locked"
    clock.move(timedelta(hours=1))
    assert (await enter(db, clock, "yet another", "wrong", ip="10.3.0.66")).error.code == "sign_in_failed"


async def test_guesses_at_the_same_time_are_counted_one_by_one(db, clock):
    await make_account(db, clock, "fah", ("operator", HERE))
    answers = await asyncio.gather(*(enter(db, clock, "fah", f"guess {number}", ip="10.4.0.1") for number in range(12)))
    assert sum(answer.error.code == "sign_in_failed" for answer in answers) == rules.FREE_PAIR - 1


async def test_success_forgets_the_failures(db, clock):
    await make_account(db, clock, "kai", ("operator", HERE))
    for _ in range(2):
        for number in range(4):
            await enter(db, clock, "kai", f"slip {number}", ip="10.5.0.1")
        assert isinstance(await enter(db, clock, "kai", ip="10.5.0.1"), SignedIn)


async def test_a_password_typed_as_name_is_kept_nowhere(db, clock):
    secret = "s3cret typed as name"
    await enter(db, clock, secret, "whatever", ip="10.6.0.1")
    async with db.tx(account_actor("supervisor")) as tx:
        said = str(await tx.all(select(audit_log))) + str(await tx.all(select(sign_in_failure)))
    assert secret not in said
    assert "session.refuse" in said


async def test_sign_in_writes_who_from_where(db, clock):
    account_id = await make_account(db, clock, "wat", ("officer", HERE))
    await enter(db, clock, "wat", ip="10.7.0.1")
    mine = audit_log.c.subject == f"account:{account_id}"
    async with db.tx(account_actor("supervisor")) as tx:
        row = await tx.one(select(audit_log).where(mine, audit_log.c.action == "session.open"))
    assert (row["actor"], row["facts"]["ip"], row["station_id"]) == ("account:wat", "10.7.0.1", HERE)


async def test_a_huge_password_is_just_wrong(db, clock):
    await make_account(db, clock, "big", ("officer", HERE))
    assert (await enter(db, clock, "big", PASSWORD + "x" * 100_000)).error.code == "sign_in_failed"


async def test_a_session_ends_by_time_by_sign_out_and_by_revocation(db, clock):
    await make_account(db, clock, "oat", ("operator", HERE))
    first, second = await enter(db, clock, "oat"), await enter(db, clock, "oat")
    async with db.tx(first.actor) as tx:
        await flows.sign_out(tx, first.actor, clock, token=first.token)
        await flows.sign_out(tx, first.actor, clock, token=first.token)
    assert await look(db, clock, first.token) is None
    clock.move(rules.SESSION_LIFE - timedelta(seconds=1))
    assert await look(db, clock, second.token) is not None
    clock.move(timedelta(seconds=1))
    assert await look(db, clock, second.token) is None
    assert await look(db, clock, "") is None


async def test_web_is_told_of_a_sign_out(db, clock):
    await make_account(db, clock, "pim", ("operator", HERE))
    signed = await enter(db, clock, "pim")
    async with db.tx(signed.actor) as tx:
        await flows.sign_out(tx, signed.actor, clock, token=signed.token)
        told = tx.emitted[-1]
    assert told.subject == f"evt.{HERE}.session.revoked"
    assert str(signed.session_id) in told.payload.decode()
    assert await count_of(db, outbox, outbox.c.id == told.id) == 1


async def test_last_seen_moves_once_a_minute(db, clock):
    await make_account(db, clock, "jim", ("operator", HERE))
    signed = await enter(db, clock, "jim")
    seen = []
    for _ in range(3):
        await look(db, clock, signed.token)
        async with db.tx(ROOT) as tx:
            seen.append(await tx.scalar(select(session.c.last_seen).where(session.c.id == signed.session_id)))
        clock.move(timedelta(seconds=45))
    assert seen[0] == seen[1] < seen[2]


async def test_until_the_password_is_changed_nothing_else_is_allowed(db, clock):
    await make_account(db, clock, "new", ("supervisor", HERE), must_change=True)
    signed = await enter(db, clock, "new")
    assert signed.must_change_password
    assert signed.actor.rights == frozenset()
    assert signed.actor.stations == frozenset()
    async with db.tx(signed.actor) as tx:
        fresh = await flows.change_password(
            tx, signed.actor, clock, token=signed.token, old=PASSWORD, new="ปลูกข้าวหอมมะลิ 9 ไร่"
        )
    assert isinstance(fresh, SignedIn)
    assert not fresh.must_change_password
    assert "dispatch" in fresh.actor.rights
    assert await look(db, clock, signed.token) is None
    assert (await look(db, clock, fresh.token)).actor == fresh.actor
    assert isinstance(await enter(db, clock, "new"), Refused)


async def test_a_password_change_ends_all_other_sessions(db, clock):
    await make_account(db, clock, "two", ("operator", HERE))
    here, elsewhere = await enter(db, clock, "two"), await enter(db, clock, "two", ip="10.0.0.9")
    async with db.tx(here.actor) as tx:
        fresh = await flows.change_password(
            tx, here.actor, clock, token=here.token, old=PASSWORD, new="a new long phrase"
        )
    assert await look(db, clock, elsewhere.token) is None
    assert await look(db, clock, here.token) is None
    assert await look(db, clock, fresh.token) is not None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (PASSWORD, PASSWORD, "password_same"),
        (PASSWORD, "short", "password_too_short"),
        (PASSWORD, "pung.pung.pung", "password_guessable"),
    ],
)
async def test_a_bad_new_password_is_refused_and_the_session_goes_on(db, clock, old, new, code):
    async with db.tx(ROOT) as tx:
        known = await tx.scalar(select(account.c.id).where(account.c.username == "pung"))
    if known is None:
        await make_account(db, clock, "pung", ("operator", HERE))
    signed = await enter(db, clock, "pung")
    with pytest.raises(UnjaiError, match=code):
        async with db.tx(signed.actor) as tx:
            await flows.change_password(tx, signed.actor, clock, token=signed.token, old=old, new=new)
    assert await look(db, clock, signed.token) is not None


async def test_a_found_console_does_not_let_one_guess_the_password(db, clock):
    await make_account(db, clock, "open", ("operator", HERE))
    signed = await enter(db, clock, "open", ip="10.8.0.1")
    codes = []
    for number in range(6):
        async with db.tx(signed.actor) as tx:
            refused = await flows.change_password(
                tx, signed.actor, clock, token=signed.token, old=f"guess {number}", new="a new long phrase"
            )
        codes.append(refused.error.code)
    assert codes == ["password_wrong"] * 4 + ["sign_in_locked"] * 2


async def test_rights_do_not_leak_from_one_station_to_another(db, clock):
    await make_account(db, clock, "both", ("operator", HERE), ("officer", THERE), home=DIVISION)
    signed = await enter(db, clock, "both")
    assert signed.actor.stations == {HERE}
    async with db.tx(signed.actor) as tx:
        moved = await flows.work_at(tx, signed.actor, clock, token=signed.token, station_id=THERE)
    assert moved.actor.stations == {THERE}
    assert "dispatch" not in moved.actor.rights
    assert await look(db, clock, signed.token) is None
    assert (await look(db, clock, moved.token)).scope.station_id == THERE
    assert moved.expires_at == signed.expires_at


async def test_one_cannot_work_where_one_has_no_role(db, clock):
    await make_account(db, clock, "only", ("operator", HERE))
    signed = await enter(db, clock, "only")
    with pytest.raises(UnjaiError, match="station_beyond_scope"):
        async with db.tx(signed.actor) as tx:
            await flows.work_at(tx, signed.actor, clock, token=signed.token, station_id=THERE)


async def test_a_role_above_reaches_every_station_below(db, clock):
    await make_account(db, clock, "boss", ("superintendent", DIVISION), home=DIVISION)
    assert (await enter(db, clock, "boss")).actor.stations == {HERE, THERE}


async def test_who_has_many_stations_works_at_the_one_of_the_box(db, clock):
    await make_account(db, clock, "wide", ("administrator", DIVISION), home=DIVISION)
    at_the_other_box = replace(citizen(), stations=frozenset({THERE}))
    async with db.tx(at_the_other_box) as tx:
        signed = await flows.sign_in(tx, at_the_other_box, clock, username="wide", password=PASSWORD, ip="", agent="")
    assert signed.actor.stations == {HERE, THERE}
    assert signed.actor.station == THERE
    assert (await look(db, clock, signed.token)).actor.station == THERE


async def test_an_account_without_a_role_may_nothing(db, clock):
    await make_account(db, clock, "bare")
    signed = await enter(db, clock, "bare")
    assert signed.actor.rights == frozenset()
    assert signed.scope.station_id is None


async def test_an_old_hash_is_made_anew_at_sign_in(db, clock):
    account_id = await make_account(db, clock, "old", ("operator", HERE))
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(rules.normal_password(PASSWORD))
    async with db.tx(ROOT) as tx:
        await tx.execute(update(account).where(account.c.id == account_id).values(password_hash=weak))
    assert isinstance(await enter(db, clock, "old"), SignedIn)
    async with db.tx(ROOT) as tx:
        kept = await tx.scalar(select(account.c.password_hash).where(account.c.id == account_id))
    assert kept != weak
    assert kept.startswith("$argon2id$")


async def test_tidying_forgets_what_is_over(db, clock):
    await make_account(db, clock, "tidy", ("operator", HERE))
    signed = await enter(db, clock, "tidy")
    await enter(db, clock, "tidy", "wrong")
    clock.move(timedelta(days=31))
    async with db.tx(ROOT) as tx:
        await flows.tidy(tx, ROOT, clock)
    assert await count_of(db, session, session.c.id == signed.session_id) == 0
    assert await count_of(db, sign_in_failure) == 0


def test_a_hash_costs_more_than_the_least_that_is_advised():
    """OWASP: argon2id with 19 MiB, two passes. Other tests hash quickly (`quick_hashes`)."""
    assert passwords.TIME_COST >= 2
    assert passwords.MEMORY_KIB >= 19 * 1024


async def test_no_hash_never_matches():
    assert not await password_matches(None, "")
    assert not await password_matches("not a hash", "x")
    assert await password_matches(await hash_password("x"), "x")


def test_one_time_passwords_differ_and_pass_the_policy():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        rules.check_password(password, "admin")


async def test_signing_out_without_a_session_is_nothing(db, clock):
    async with db.tx(citizen()) as tx:
        await flows.sign_out(tx, citizen(), clock, token="")
        assert tx.emitted == []
