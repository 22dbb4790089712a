"""Persons, posts and what comes with them, on the real database."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from tests.people.conftest import DIVISION, HERE, ROOT, THERE, account_actor, count_of, enter, look, make_account
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.people import flows
from unjai.people.flows import SignedIn, Terms, account_changes
from unjai.people.rights import ROLES
from unjai.people.store import person, post
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox

ADMIN = account_actor("administrator")
ELSEWHERE = account_actor("administrator", THERE)
DAY = date(2026, 11, 22)


@pytest.fixture
async def someone(db, clock, world):
    """A captain of ours."""
    async with db.tx(ADMIN) as tx:
        made = await flows.add_person(tx, ADMIN, clock, rank="captain", female=True, first_th=" สมมุติ ", last_th="ดูแลทั่ว")
    yield made
    async with db.tx(ROOT) as tx:
        await flows.remove_person(tx, ROOT, clock, person_id=made)


async def give(db, clock, person_id, position="superintendent", actor=ADMIN, **given):
    given = {"org_unit_id": HERE, "kind": "substantive", "from_on": DAY, **given}
    async with db.tx(actor) as tx:
        return await flows.add_post(tx, actor, clock, person_id=person_id, position=position, **given)


async def seen(db, clock, person_id, actor=ADMIN):
    async with db.tx(actor) as tx:
        return await flows.person_of(tx, actor, clock, person_id=person_id)


async def test_a_person_is_shown_as_papers_and_radio_do(db, clock, someone):
    await give(db, clock, someone, grade=4)
    row = await seen(db, clock, someone)
    assert row.name_th == "ร.ต.อ.หญิง สมมุติ ดูแลทั่ว"
    assert row.formal_th == "ร้อยตำรวจเอกหญิง สมมุติ ดูแลทั่ว"
    assert row.radio == "ร.ต.อ.หญิง สมมุติ"
    assert row.home_id == HERE
    assert row.now_th == "ผกก.สภ.ที่นี่"
    assert row.posts[0].state == "now"
    async with db.tx(ADMIN) as tx:
        await flows.change_person(
            tx, ADMIN, clock, person_id=someone, rank="major", phone="๐๘๑ ๒๓๔ ๕๖๗๘", call_sign="เวียง 1"
        )
    row = await seen(db, clock, someone)
    assert (row.rank, row.female, row.phone, row.radio) == ("major", True, "081-234-5678", "เวียง 1")


async def test_what_cannot_be_of_a_person_is_refused(db, clock, world):
    for given, code in (
        ({"first_th": " "}, "name_missing"),
        ({"first_th": "ก", "rank": "emperor"}, "rank_unknown"),
        ({"first_th": "ก", "rank": "major", "prefix": "mr"}, "rank_unknown"),
        ({"first_th": "ก", "kind": "robot"}, "person_kind_unknown"),
        ({"first_th": "ก", "phone": "โทรมา"}, "phone_unreadable"),
        ({"first_th": "ก", "home_id": 4711}, "not_found"),
        ({"first_th": "ก", "station_id": THERE}, "station_beyond_scope"),
    ):
        with pytest.raises(UnjaiError, match=code):
            async with db.tx(ADMIN) as tx:
                await flows.add_person(tx, ADMIN, clock, **given)


async def test_another_station_knows_nobody_here(db, clock, someone):
    saved = await give(db, clock, someone)
    assert await count_of(db, person, person.c.id == someone, actor=ELSEWHERE) == 0
    for doing in (
        lambda tx: flows.person_of(tx, ELSEWHERE, clock, person_id=someone),
        lambda tx: flows.change_person(tx, ELSEWHERE, clock, person_id=someone, first_th="ยึด"),
        lambda tx: flows.remove_person(tx, ELSEWHERE, clock, person_id=someone),
        lambda tx: flows.change_post(tx, ELSEWHERE, clock, post_id=saved.post_id, grade=1),
        lambda tx: flows.remove_post(tx, ELSEWHERE, clock, post_id=saved.post_id),
    ):
        with pytest.raises(UnjaiError, match="not_found"):
            async with db.tx(ELSEWHERE) as tx:
                await doing(tx)


async def test_the_database_itself_refuses_a_second_holder(db, clock, someone):
    """Even where the flow cannot see the first: a person kept by another station."""
    await give(db, clock, someone, org_unit_id=DIVISION, position="commander")
    async with db.tx(ELSEWHERE) as tx:
        other = await flows.add_person(tx, ELSEWHERE, clock, rank="major_general", first_th="อื่น")
    with pytest.raises(UnjaiError, match="post_chair_taken"):
        await give(db, clock, other, org_unit_id=DIVISION, position="commander", actor=ELSEWHERE)
    saved = await give(
        db, clock, other, org_unit_id=DIVISION, position="commander", kind="acting", reason="ลา", actor=ELSEWHERE
    )
    assert saved.post_id


async def test_a_new_post_ends_the_one_before(db, clock, someone):
    first = await give(db, clock, someone, position="inspector_traffic", from_on=DAY - timedelta(days=30))
    with pytest.raises(UnjaiError, match="post_second"):
        await give(db, clock, someone, position="inspector_inquiry", from_on=DAY)
    await give(db, clock, someone, position="inspector_inquiry", from_on=DAY, end_previous=True)
    row = await seen(db, clock, someone)
    assert [(one.position, one.state) for one in row.posts] == [
        ("inspector_inquiry", "now"),
        ("inspector_traffic", "past"),
    ]
    assert row.posts[1].id == first.post_id
    assert row.posts[1].until_on == DAY - timedelta(days=1)


async def test_who_decides_in_a_chair(db, clock, someone):
    await give(db, clock, someone, position="commander", org_unit_id=THERE)
    async with db.tx(ADMIN) as tx:
        deputy = await flows.add_person(tx, ADMIN, clock, rank="colonel", first_th="รอง")
    acting = {"kind": "acting", "reason": "ผู้ดำรงตำแหน่งลา", "until_on": DAY + timedelta(days=3)}
    await give(db, clock, deputy, position="commander", org_unit_id=THERE, **acting)

    async def decides(day):
        async with db.tx(ADMIN) as tx:
            found = await flows.chair_of(tx, ADMIN, clock, position="commander", org_unit_id=THERE, on=day)
        return found.answers

    assert await decides(None) == (deputy,)
    assert await decides(DAY + timedelta(days=4)) == (someone,)
    assert await decides(DAY - timedelta(days=1)) == ()


async def _rights(db, clock, token):
    signed = await look(db, clock, token)
    return None if signed is None else set(signed.scope.roles)


async def test_an_acting_post_carries_its_roles_for_its_dates(db, clock, someone):
    account_id = await make_account(db, clock, "acting.one", ("officer", HERE))
    async with db.tx(ADMIN) as tx:
        await flows.link_account(tx, ADMIN, clock, person_id=someone, account_id=account_id)
    signed = await enter(db, clock, "acting.one")
    assert isinstance(signed, SignedIn)
    first, last = DAY + timedelta(days=1), DAY + timedelta(days=2)
    saved = await give(
        db,
        clock,
        someone,
        position="deputy_traffic",
        kind="acting",
        reason="ลา",
        from_on=first,
        until_on=last,
        roles=["supervisor"],
    )
    assert await _rights(db, clock, signed.token) == {"officer"}
    midnight = clock.now().astimezone(BANGKOK).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    clock.move(midnight - timedelta(seconds=1) - clock.now())
    signed = await enter(db, clock, "acting.one")  # a session lasts 16 hours; this one sees the post begin
    assert await _rights(db, clock, signed.token) == {"officer"}
    before = clock.now()
    clock.move(midnight - clock.now())
    assert await _rights(db, clock, signed.token) == {"officer", "supervisor"}
    async with db.tx(ROOT) as tx:
        await flows.tell_ended(tx, clock, after=before)
        told = await tx.all(select(outbox.c.payload).where(outbox.c.subject == "evt.0.session.revoked"))
    assert any(str(account_id).encode() in row["payload"] for row in told)
    clock.move(midnight + timedelta(days=2) - timedelta(seconds=1) - clock.now())
    signed = await enter(db, clock, "acting.one")
    assert await _rights(db, clock, signed.token) == {"officer", "supervisor"}
    clock.move(midnight + timedelta(days=2) - clock.now())
    assert await _rights(db, clock, signed.token) == {"officer"}
    async with db.tx(ADMIN) as tx:
        await flows.remove_post(tx, ADMIN, clock, post_id=saved.post_id)


async def test_roles_of_posts_follow_the_tie_and_the_dates(db, clock, someone):
    account_id = await make_account(db, clock, "tied.one")
    saved = await give(db, clock, someone, position="sub_inspector_prevention", roles=["supervisor", "officer"])

    async def held():
        async with db.tx(ADMIN) as tx:
            row = await account_changes.account_row(tx, ADMIN, clock, account_id=account_id)
        return {role.role for role in row.roles if role.source == str(saved.post_id)}

    assert await held() == set()
    async with db.tx(ADMIN) as tx:
        await flows.link_account(tx, ADMIN, clock, person_id=someone, account_id=account_id)
    assert await held() == {"supervisor", "officer"}
    async with db.tx(ADMIN) as tx:
        await flows.change_post(tx, ADMIN, clock, post_id=saved.post_id, roles=["officer"])
    assert await held() == {"officer"}
    async with db.tx(ADMIN) as tx:  # what came with a post cannot be taken away by itself
        await flows.revoke_role(tx, ADMIN, clock, account_id=account_id, role="officer", org_unit_id=HERE)
    assert await held() == {"officer"}
    async with db.tx(ADMIN) as tx:
        await flows.unlink_account(tx, ADMIN, clock, person_id=someone)
    assert await held() == set()
    async with db.tx(ADMIN) as tx:
        await flows.link_account(tx, ADMIN, clock, person_id=someone, account_id=account_id)
    assert await held() == {"officer"}
    async with db.tx(ADMIN) as tx:
        await flows.remove_post(tx, ADMIN, clock, post_id=saved.post_id)
    assert await held() == set()


async def test_roles_with_a_post_need_the_right_to_give_them(db, clock, someone):
    clerk = account_actor("administrator")
    clerk = type(clerk)(
        **{name: getattr(clerk, name) for name in ("kind", "key", "name", "stations")},
        rights=frozenset({"person.admin", "person.read"}),
    )
    with pytest.raises(UnjaiError, match="right_missing"):
        await give(db, clock, someone, actor=clerk, roles=["administrator"])
    saved = await give(db, clock, someone, actor=clerk)
    with pytest.raises(UnjaiError, match="role_unknown"):
        async with db.tx(ADMIN) as tx:
            await flows.change_post(tx, ADMIN, clock, post_id=saved.post_id, roles=["emperor"])


async def test_an_account_belongs_to_one_person(db, clock, someone):
    account_id = await make_account(db, clock, "one.person")
    async with db.tx(ADMIN) as tx:
        other = await flows.add_person(tx, ADMIN, clock, first_th="อีกคน")
        await flows.link_account(tx, ADMIN, clock, person_id=other, account_id=account_id)
        await flows.link_account(tx, ADMIN, clock, person_id=other, account_id=account_id)
    with pytest.raises(UnjaiError, match="account_linked"):
        async with db.tx(ADMIN) as tx:
            await flows.link_account(tx, ADMIN, clock, person_id=someone, account_id=account_id)
    with pytest.raises(UnjaiError, match="not_found"):
        async with db.tx(ADMIN) as tx:
            await flows.link_account(tx, ADMIN, clock, person_id=uuid4(), account_id=account_id)
    async with db.tx(ADMIN) as tx:
        await flows.remove_person(tx, ADMIN, clock, person_id=other)
        row = await account_changes.account_row(tx, ADMIN, clock, account_id=account_id)
    assert row.person_id is None


async def test_a_role_ends_by_itself_inside_a_live_session(db, clock, world):
    account_id = await make_account(db, clock, "dated.role", ("officer", HERE))
    until = clock.now() + timedelta(hours=2)
    async with db.tx(ADMIN) as tx:
        await flows.grant_role(tx, ADMIN, clock, account_id=account_id, role="operator", org_unit_id=HERE, until=until)
    signed = await enter(db, clock, "dated.role")
    clock.move(until - timedelta(seconds=1) - clock.now())
    assert await _rights(db, clock, signed.token) == {"officer", "operator"}
    clock.move(until - clock.now())
    assert await _rights(db, clock, signed.token) == {"officer"}
    with pytest.raises(UnjaiError, match="role_dates_wrong"):
        async with db.tx(ADMIN) as tx:
            await flows.grant_role(
                tx, ADMIN, clock, account_id=account_id, role="operator", org_unit_id=HERE, until=until
            )
    async with db.tx(ADMIN) as tx:  # other dates for a role that is there
        await flows.grant_role(tx, ADMIN, clock, account_id=account_id, role="operator", org_unit_id=HERE)
    assert await _rights(db, clock, signed.token) == {"officer", "operator"}


async def test_an_account_closes_at_its_end(db, clock, world):
    account_id = await make_account(db, clock, "ends.soon", ("officer", HERE))
    until = clock.now() + timedelta(hours=1)
    async with db.tx(ADMIN) as tx:
        row = await account_changes.change_account(
            tx, ADMIN, clock, account_id=account_id, until=until, name_th="ใหม่", locale="en"
        )
    assert (row.until, row.name_th, row.locale) == (until, "ใหม่", "en")
    signed = await enter(db, clock, "ends.soon")
    assert isinstance(signed, SignedIn)
    clock.move(until - clock.now())
    assert await look(db, clock, signed.token) is None
    again = await enter(db, clock, "ends.soon")
    assert isinstance(again, flows.Refused)
    assert again.error.code == "account_ended"
    wrong = await enter(db, clock, "ends.soon", password="ไม่ใช่รหัสผ่านนี้แน่")
    assert isinstance(wrong, flows.Refused)
    assert wrong.error.code == "sign_in_failed"
    async with db.tx(ADMIN) as tx:  # names may change while the end lies in the past; it is prolonged by a new end
        await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, contact="053-000000")
        await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, until=None)
    assert isinstance(await enter(db, clock, "ends.soon"), SignedIn)
    with pytest.raises(UnjaiError, match="account_end_past"):
        async with db.tx(ADMIN) as tx:
            await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, until=clock.now())


async def test_a_partner_must_say_who_and_until_when(db, clock, world):
    account_id = await make_account(db, clock, "a.partner")
    partner = {"account_id": account_id, "role": "partner", "org_unit_id": HERE}
    with pytest.raises(UnjaiError, match="partner_incomplete"):
        async with db.tx(ADMIN) as tx:
            await flows.grant_role(tx, ADMIN, clock, **partner)
    terms = {"sector": "business", "organisation": "ธนาคารสมมุติ", "until": clock.now() + timedelta(days=300)}
    async with db.tx(ADMIN) as tx:
        await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, **terms)
        await flows.grant_role(tx, ADMIN, clock, **partner)
    for loss in ({"until": None}, {"organisation": ""}, {"sector": ""}):
        with pytest.raises(UnjaiError, match="partner_incomplete"):
            async with db.tx(ADMIN) as tx:
                await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, **loss)
    with pytest.raises(UnjaiError, match="sector_unknown"):
        async with db.tx(ADMIN) as tx:
            await flows.create_account(tx, ADMIN, clock, username="odd", name_th="ก", terms=Terms(sector="moon"))


async def test_the_last_administrator_is_not_given_an_end(db, clock, world):
    account_id = await make_account(db, clock, "only.admin", ("administrator", HERE))
    async with db.tx(ROOT) as tx:
        rows = await flows.list_accounts(tx, ROOT, clock)
        others = [
            one for one in rows if one.id != account_id and any(role.role == "administrator" for role in one.roles)
        ]
    assert others == []
    until = clock.now() + timedelta(days=1)
    for doing in (
        lambda tx: account_changes.change_account(tx, ADMIN, clock, account_id=account_id, until=until),
        lambda tx: flows.grant_role(
            tx, ADMIN, clock, account_id=account_id, role="administrator", org_unit_id=HERE, until=until
        ),
    ):
        with pytest.raises(UnjaiError, match="last_administrator"):
            async with db.tx(ADMIN) as tx:
                await doing(tx)
    second = await make_account(db, clock, "second.admin", ("administrator", HERE))
    async with db.tx(ADMIN) as tx:
        await account_changes.change_account(tx, ADMIN, clock, account_id=account_id, until=until)
    with pytest.raises(UnjaiError, match="last_administrator"):  # who has an end does not count
        async with db.tx(ADMIN) as tx:
            await flows.disable_account(tx, ADMIN, clock, account_id=second)


async def test_one_time_passwords_for_many(db, clock, world):
    ids = [await make_account(db, clock, f"many.{number}", ("officer", HERE)) for number in range(3)]
    async with db.tx(ADMIN) as tx:
        slips = await account_changes.hand_out(tx, ADMIN, clock, account_ids=[*ids, ids[0]])
    assert [slip.username for slip in slips] == ["many.0", "many.1", "many.2"]
    assert len({slip.password for slip in slips}) == 3
    signed = await enter(db, clock, "many.1", password=slips[1].password)
    assert isinstance(signed, SignedIn)
    assert signed.must_change_password
    for wrong, code in (([*ids, uuid4()], "not_found"), ([uuid4()] * 101, "slips_too_many")):
        with pytest.raises(UnjaiError, match=code):
            async with db.tx(ADMIN) as tx:
                await account_changes.hand_out(tx, ADMIN, clock, account_ids=wrong)
    assert isinstance(await enter(db, clock, "many.0", password=slips[0].password), SignedIn)


async def test_nothing_secret_and_everything_done_stands_in_the_audit(db, clock, someone):
    await give(db, clock, someone, order_ref="คำสั่งที่ 1/2569")
    async with db.tx(ROOT) as tx:
        rows = await tx.all(select(audit_log).where(audit_log.c.action.in_(("person.create", "post.create"))))
    mine = [
        row
        for row in rows
        if str(someone) in (row["subject"], row["facts"].get("person", "")) or str(someone) in row["subject"]
    ]
    assert {row["action"] for row in mine} == {"person.create", "post.create"}
    assert all(row["station_id"] == HERE for row in mine)


async def test_a_chair_refused_by_the_database_leaves_the_transaction_usable(db, clock, someone):
    """A raw second holder trips the exclusion itself."""
    await give(db, clock, someone, position="inspector_general", org_unit_id=1)
    values = {
        "id": uuid4(), "station_id": HERE, "person_id": someone, "position": "inspector_general", "org_unit_id": 1, "kind": "substantive",
        "single": True, "from_on": DAY, "order_ref": "", "reason": "", "roles": [], "created_at": clock.now(),
    }  # fmt: skip
    with pytest.raises(Exception, match="ex_post_chair"):
        async with db.tx(ADMIN) as tx:
            await tx.execute(insert(post).values(**values))


def test_who_only_looks_changes_nothing():
    """Oversight, evaluation and partners hold no right that any changing route asks for."""
    from unjai.people.page import declared
    from unjai.roles.web import documented

    asked = {}
    for route in declared(documented().routes):
        if route.method not in {"GET", "HEAD"}:
            asked.setdefault(route.right, set()).add(f"{route.method} {route.path}")
    own = {"POST /api/searches", "DELETE /api/searches/{search_id}"}  # one's own list of kept questions
    judging = asked["figures.judge"]
    assert all("/api/figures/committee/" in one for one in judging)  # the committee's own form, and what it asks for
    assert all("/api/figures/actions" in one for one in asked["figures.act"])
    owned = {"evaluator": own | judging | asked["figures.act"]}
    for name in ("oversight", "evaluator", "partner"):
        changing = set().union(*(asked.get(right, set()) for right in ROLES[name].rights)) - owned.get(name, own)
        assert changing == set(), name
    assert ROLES["partner"].rights == {"zone.read"}
    for name in ("oversight", "evaluator", "partner"):
        assert not ROLES[name].rights & {"caller.read", "person.read", "device.read", "unit.read", "party.read"}, name
    assert isinstance(UUID(int=1), UUID)


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_the_database_itself_shows_persons_only_to_who_may_see_them(db, clock, someone, role):
    """Names and numbers of the force: even a flow that forgot to ask gives a volunteer or a committee no row."""
    assert await count_of(db, person) > 0
    seen = await count_of(db, person, actor=account_actor(role))
    assert (seen > 0) == ("person.read" in ROLES[role].rights)
