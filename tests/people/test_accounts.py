"""Accounts: the first administrator, roles, scope of who administers, disabling."""

import asyncio

import pytest
from sqlalchemy import delete

from tests.people.conftest import (
    DIVISION,
    HERE,
    NATION,
    PASSWORD,
    ROOT,
    THERE,
    account_actor,
    count_of,
    enter,
    look,
    make_account,
)
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, named_id
from unjai.people import flows
from unjai.people.flows import SignedIn
from unjai.people.store import account

pytestmark = pytest.mark.usefixtures("world")
ADMIN = account_actor("administrator")


async def _empty(db):
    async with db.tx(ROOT) as tx:
        await tx.execute(delete(account))


async def test_the_first_run_makes_one_administrator_once(db, clock):
    await _empty(db)

    async def start():
        async with db.tx(ROOT) as tx:
            return await flows.first_administrator(tx, ROOT, clock, org_unit_id=HERE)

    told = await asyncio.gather(start(), start(), start())
    passwords = [password for password in told if password is not None]
    assert len(passwords) == 1
    signed = await enter(db, clock, "admin", passwords[0])
    assert isinstance(signed, SignedIn)
    assert signed.must_change_password
    assert signed.scope.roles == ("administrator",)
    assert await start() is None


async def test_only_an_administrator_makes_accounts(db, clock):
    actor = account_actor("supervisor")
    with pytest.raises(UnjaiError, match="right_missing"):
        async with db.tx(actor) as tx:
            await flows.create_account(tx, actor, clock, username="x1", name_th="x")


async def test_an_administrator_hands_over_a_one_time_password(db, clock):
    async with db.tx(ADMIN) as tx:
        made = await flows.create_account(
            tx, ADMIN, clock, username="fon", name_th="ฝน", roles=[("operator", HERE)], must_change=False
        )
    signed = await enter(db, clock, "fon", made.password)
    assert isinstance(signed, SignedIn)
    assert signed.must_change_password  # only the system may leave this out


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"username": "a b", "name_th": "x"}, "username_invalid"),
        ({"username": "ok1", "name_th": " "}, "name_missing"),
        ({"username": "ok2", "name_th": "x", "password": "short"}, "password_too_short"),
        ({"username": "ok3", "name_th": "x", "roles": [("king", HERE)]}, "role_unknown"),
        ({"username": "ok4", "name_th": "x", "roles": [("operator", 999)]}, "not_found"),
        ({"username": "ok5", "name_th": "x", "roles": [("operator", THERE)]}, "account_beyond_scope"),
        ({"username": "ok6", "name_th": "x", "roles": [("operator", DIVISION)]}, "account_beyond_scope"),
        ({"username": "ok7", "name_th": "x", "home_id": THERE}, "account_beyond_scope"),
        ({"username": "ok8", "name_th": "x", "home_id": NATION}, "account_beyond_scope"),
    ],
)
async def test_a_bad_account_is_not_made(db, clock, facts, code):
    with pytest.raises(UnjaiError) as caught:
        async with db.tx(ADMIN) as tx:
            await flows.create_account(tx, ADMIN, clock, **facts)
    assert caught.value.code == code
    assert await count_of(db, account, account.c.username == facts["username"]) == 0


async def test_a_user_name_is_taken_once_whatever_its_letters(db, clock):
    await make_account(db, clock, "Somsri")
    with pytest.raises(UnjaiError, match="username_taken"):
        async with db.tx(ADMIN) as tx:
            await flows.create_account(tx, ADMIN, clock, username="SOMSRI", name_th="x")


async def test_an_administrator_sees_own_accounts_only(db, clock):
    for name, home in (("mine", HERE), ("theirs", THERE), ("above", DIVISION)):
        await make_account(db, clock, name, home=home)
    names = {}
    for actor in (ADMIN, account_actor("administrator", THERE), account_actor("administrator", HERE, THERE), ROOT):
        async with db.tx(actor) as tx:
            rows = await flows.list_accounts(tx, actor, clock)
        names[actor] = {row.username for row in rows} & {"mine", "theirs", "above"}
    assert list(names.values()) == [{"mine"}, {"theirs"}, {"mine", "theirs", "above"}, {"mine", "theirs", "above"}]


@pytest.mark.parametrize("act", ["disable", "enable", "reset", "grant", "revoke"])
@pytest.mark.parametrize("whose", ["home there", "role there"])
async def test_another_stations_account_is_out_of_reach(db, clock, act, whose):
    name = f"{act}-{whose[:4]}"
    role = ("officer", THERE if whose == "role there" else HERE)
    target = await make_account(db, clock, name, role, home=THERE if whose == "home there" else HERE)
    what = {
        "disable": lambda tx: flows.disable_account(tx, ADMIN, clock, account_id=target),
        "enable": lambda tx: flows.enable_account(tx, ADMIN, clock, account_id=target),
        "reset": lambda tx: flows.reset_password(tx, ADMIN, clock, account_id=target),
        "grant": lambda tx: flows.grant_role(tx, ADMIN, clock, account_id=target, role="officer", org_unit_id=HERE),
        "revoke": lambda tx: flows.revoke_role(tx, ADMIN, clock, account_id=target, role="officer", org_unit_id=HERE),
    }[act]
    with pytest.raises(UnjaiError, match="account_beyond_scope"):
        async with db.tx(ADMIN) as tx:
            await what(tx)
    assert isinstance(await enter(db, clock, name), SignedIn)


async def test_disabling_ends_sessions_and_enabling_lets_in_again(db, clock):
    target = await make_account(db, clock, "gone", ("operator", HERE))
    signed = await enter(db, clock, "gone")
    async with db.tx(ADMIN) as tx:
        await flows.disable_account(tx, ADMIN, clock, account_id=target)
    assert await look(db, clock, signed.token) is None
    assert (await enter(db, clock, "gone")).error.code == "sign_in_failed"
    async with db.tx(ADMIN) as tx:
        await flows.enable_account(tx, ADMIN, clock, account_id=target)
    assert isinstance(await enter(db, clock, "gone"), SignedIn)
    assert await look(db, clock, signed.token) is None


async def test_a_reset_password_replaces_the_old_and_ends_sessions(db, clock):
    target = await make_account(db, clock, "forgot", ("operator", HERE))
    signed = await enter(db, clock, "forgot")
    async with db.tx(ADMIN) as tx:
        secret = await flows.reset_password(tx, ADMIN, clock, account_id=target)
    assert await look(db, clock, signed.token) is None
    assert not isinstance(await enter(db, clock, "forgot", PASSWORD), SignedIn)
    assert (await enter(db, clock, "forgot", secret)).must_change_password


async def test_roles_come_and_go_at_once(db, clock):
    target = await make_account(db, clock, "role", ("officer", HERE))
    signed = await enter(db, clock, "role")
    async with db.tx(ADMIN) as tx:
        for _ in range(2):
            await flows.grant_role(tx, ADMIN, clock, account_id=target, role="operator", org_unit_id=HERE)
        assert [event.subject for event in tx.emitted] == [f"evt.{HERE}.session.revoked"]
    assert "dispatch" in (await look(db, clock, signed.token)).actor.rights
    async with db.tx(ADMIN) as tx:
        await flows.revoke_role(tx, ADMIN, clock, account_id=target, role="operator", org_unit_id=HERE)
    assert "dispatch" not in (await look(db, clock, signed.token)).actor.rights


async def test_nobody_closes_the_door_from_inside(db, clock):
    await _empty(db)
    only = await make_account(db, clock, "only", ("administrator", HERE))
    me = account_actor("administrator", account_id=only)
    with pytest.raises(UnjaiError, match="own_account"):
        async with db.tx(me) as tx:
            await flows.disable_account(tx, me, clock, account_id=only)
    for act in (
        lambda tx: flows.revoke_role(tx, me, clock, account_id=only, role="administrator", org_unit_id=HERE),
        lambda tx: flows.disable_account(tx, ROOT, clock, account_id=only),
    ):
        with pytest.raises(UnjaiError, match="last_administrator"):
            async with db.tx(me) as tx:
                await act(tx)
    second = await make_account(db, clock, "second", ("administrator", HERE))
    async with db.tx(me) as tx:
        await flows.disable_account(tx, me, clock, account_id=second)
    with pytest.raises(UnjaiError, match="last_administrator"):
        async with db.tx(me) as tx:
            await flows.revoke_role(tx, me, clock, account_id=only, role="administrator", org_unit_id=HERE)


async def test_two_administrators_do_not_close_each_other_out(db, clock):
    await _empty(db)
    ids = [await make_account(db, clock, name, ("administrator", HERE)) for name in ("one", "two")]

    async def close(mine, other):
        me = account_actor("administrator", account_id=mine)
        async with db.tx(me) as tx:
            await flows.disable_account(tx, me, clock, account_id=other)

    done = await asyncio.gather(close(*ids), close(*reversed(ids)), return_exceptions=True)
    assert sorted(str(item) for item in done) == ["None", "last_administrator"]


async def test_what_is_not_there_is_not_found(db, clock):
    with pytest.raises(UnjaiError, match="not_found"):
        async with db.tx(ADMIN) as tx:
            await flows.disable_account(tx, ADMIN, clock, account_id=AccountId(named_id("no", "one")))
    with pytest.raises(UnjaiError, match="not_found"):
        async with db.tx(ROOT) as tx:
            await flows.account_id_of(tx, ROOT, clock, username="no one")
    await make_account(db, clock, "cli")
    async with db.tx(ROOT) as tx:
        assert await flows.account_id_of(tx, ROOT, clock, username="CLI")
