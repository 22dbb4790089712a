"""Emergency rights, four eyes, the policy and the log, on the real database."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.conftest import NIGHT
from tests.people.conftest import HERE, ROOT, THERE, enter, look, make_account
from unjai.model.errors import UnjaiError
from unjai.model.ids import named_id
from unjai.people import flows
from unjai.people.flows import auditing, break_glass, four_eyes, policy
from unjai.people.rights import EMERGENCY, ROLES
from unjai.people.store import account, approval
from unjai.people.store import break_glass as uses
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.territory.store import device, territory_version, zone

pytestmark = pytest.mark.usefixtures("world")

WHY = "ไฟดับทั้งสถานี ติดต่อหัวหน้าผลัดไม่ได้"


async def _signed(db, clock, name, role, station=HERE):
    await make_account(db, clock, name, (role, station), home=station)
    return await enter(db, clock, name)


async def _again(db, clock, signed):
    found = await look(db, clock, signed.token)
    assert found is not None
    return found.actor


async def _act(db, actor, flow, clock, **said):
    async with db.tx(actor) as tx:
        return await flow(tx, actor, clock, **said)


async def _zone(db, name):
    key = named_id("four-eyes", name)
    square = [[98.98, 18.78], [99.0, 18.78], [99.0, 18.8], [98.98, 18.78]]
    async with db.tx(ROOT) as tx:
        if await tx.scalar(select(territory_version.c.version).where(territory_version.c.station_id == HERE)) is None:
            own = {"station_id": HERE, "version": 1, "stamp": named_id("four-eyes", "stamp"), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
        values = {"code": name, "name_th": f"เขต {name}", "area_m2": 1.0, "lon": 98.99, "lat": 18.79}
        shape = {"type": "Polygon", "coordinates": [square]}
        await tx.execute(insert(zone).values(id=key, station_id=HERE, geometry=shape, **values))
    return key


async def test_emergency_rights_hold_at_once_and_end_by_themselves(db, clock):
    signed = await _signed(db, clock, "b1", "operator")
    minutes = await _act(db, signed.actor, break_glass.minutes, clock)
    row = await _act(db, signed.actor, break_glass.take, clock, reason=WHY, case_number="คดี 12/2569")
    assert row["ends_at"] - row["taken_at"] == timedelta(minutes=minutes)
    actor = await _again(db, clock, signed)
    assert actor.rights == ROLES["operator"].rights | EMERGENCY
    assert "unit.admin" not in ROLES["operator"].rights
    assert actor.until == row["ends_at"] == clock.now() + timedelta(minutes=30)
    clock.move(timedelta(minutes=30))
    assert (await _again(db, clock, signed)).rights == ROLES["operator"].rights
    async with db.tx(ROOT) as tx:
        told = [bytes(item["payload"]) for item in await tx.all(select(outbox))]
    assert any(b"taken" in item and str(row["id"]).encode() in item for item in told)


async def test_everything_done_with_them_is_marked(db, clock):
    signed = await _signed(db, clock, "b2", "operator")
    row = await _act(db, signed.actor, break_glass.take, clock, reason=WHY)
    actor = await _again(db, clock, signed)
    await _act(db, actor, flows.create_unit, clock, call_sign="ฉุกเฉิน 1", kind="foot", name_th="สายตรวจฉุกเฉิน")
    async with db.tx(ROOT) as tx:
        log = await tx.all(select(audit_log).where(audit_log.c.actor == "account:b2"))
    made = [item for item in log if item["action"] == "unit.create"]
    assert [item["facts"]["break_glass"] for item in made] == [str(row["id"])]
    chief = await _signed(db, clock, "b2-chief", "superintendent")
    deeds = await _act(db, chief.actor, break_glass.deeds, clock, key=row["id"])
    assert {item["action"] for item in deeds} >= {"breakglass.take", "unit.create"}


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_who_may_take_them_is_in_the_table(db, clock, role):
    signed = await _signed(db, clock, f"b3-{role}", role)
    if "breakglass.take" in ROLES[role].rights:
        await _act(db, signed.actor, break_glass.take, clock, reason=WHY)
        gained = (await _again(db, clock, signed)).rights - ROLES[role].rights
        assert not gained & {"account.admin", "policy.admin", "approval.give", "audit.read", "breakglass.review"}
        return
    with pytest.raises(UnjaiError, match="right_missing"):
        await _act(db, signed.actor, break_glass.take, clock, reason=WHY)


async def test_a_reason_is_asked_and_one_use_at_a_time(db, clock):
    signed = await _signed(db, clock, "b4", "operator")
    with pytest.raises(UnjaiError, match="reason_missing"):
        await _act(db, signed.actor, break_glass.take, clock, reason="ด่วน")
    many = await asyncio.gather(
        *(_act(db, signed.actor, break_glass.take, clock, reason=WHY) for _ in range(4)), return_exceptions=True
    )
    assert sorted(isinstance(one, UnjaiError) for one in many) == [False, True, True, True]
    actor = await _again(db, clock, signed)
    with pytest.raises(UnjaiError, match="break_glass_open"):
        await _act(db, actor, break_glass.take, clock, reason=WHY)


async def test_core_writes_their_end_and_tells(db, worker_db, clock):
    signed = await _signed(db, clock, "b5", "operator")
    row = await _act(db, signed.actor, break_glass.take, clock, reason=WHY)
    clock.move(timedelta(minutes=31))
    assert await _act(worker_db, ROOT, break_glass.end_late, clock) >= 1
    assert await _act(worker_db, ROOT, break_glass.end_late, clock) == 0
    async with db.tx(ROOT) as tx:
        kept = await tx.one(select(uses).where(uses.c.id == row["id"]))
        told = [bytes(item["payload"]) for item in await tx.all(select(outbox))]
    assert (kept["ended_at"], kept["ended_by"]) == (row["ends_at"], "time")
    assert any(b"ended" in item and str(row["id"]).encode() in item for item in told)


async def test_the_superintendent_answers_and_never_the_taker(db, clock):
    signed = await _signed(db, clock, "b6", "operator")
    chief = await _signed(db, clock, "b6-chief", "superintendent")
    there = await _signed(db, clock, "b6-there", "superintendent", THERE)
    row = await _act(db, signed.actor, break_glass.take, clock, reason=WHY)
    said = {"key": row["id"], "verdict": "justified", "note": "ตรวจบันทึกแล้ว มีเหตุจำเป็นจริง"}
    for actor, code in ((signed.actor, "right_missing"), (there.actor, "not_found"), (chief.actor, "break_glass_open")):
        with pytest.raises(UnjaiError, match=code):
            await _act(db, actor, break_glass.review, clock, **said)
    await _act(db, await _again(db, clock, signed), break_glass.end, clock, key=row["id"])
    assert (await _again(db, clock, signed)).rights == ROLES["operator"].rights
    waiting = await _act(db, chief.actor, auditing.reviews_waiting, clock)
    done = await _act(db, chief.actor, break_glass.review, clock, **said)
    assert (done["verdict"], done["reviewer_name"]) == ("justified", chief.name_th)
    assert (await _act(db, chief.actor, auditing.reviews_waiting, clock))["waiting"] == waiting["waiting"] - 1
    with pytest.raises(UnjaiError, match="review_done"):
        await _act(db, chief.actor, break_glass.review, clock, **said)
    assert [item["id"] for item in await _act(db, signed.actor, break_glass.uses, clock)] == [row["id"]]
    assert not await _act(db, there.actor, break_glass.uses, clock)


async def test_two_people_delete_a_zone_and_one_does_not(db, clock):
    key = await _zone(db, "F1")
    admin = await _signed(db, clock, "f1", "administrator")
    chief = await _signed(db, clock, "f1-chief", "superintendent")
    before = await _act(db, chief.actor, four_eyes.waiting, clock)
    own = await _act(db, admin.actor, four_eyes.waiting, clock)
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY
    )
    assert asked["state"] == "pending"
    assert "เขต F1" in asked["about_th"]
    seen = asked["digest"].hex()
    with pytest.raises(UnjaiError, match="approval_own"):
        await _act(db, admin.actor, four_eyes.approve, clock, key=asked["id"], seen=seen)
    with pytest.raises(UnjaiError, match="approval_waiting"):
        await _act(db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY)
    with pytest.raises(UnjaiError, match="approval_changed"):
        await _act(db, chief.actor, four_eyes.approve, clock, key=asked["id"], seen="0" * 64)
    assert await _act(db, chief.actor, four_eyes.waiting, clock) == before + 1
    assert await _act(db, admin.actor, four_eyes.waiting, clock) == own, "nobody waits for oneself"
    done = await _act(db, chief.actor, four_eyes.approve, clock, key=asked["id"], seen=seen)
    assert (done["state"], done["settler_name"]) == ("approved", chief.name_th)
    async with db.tx(ROOT) as tx:
        assert await tx.one(select(zone).where(zone.c.id == key)) is None
        log = await tx.all(select(audit_log).where(audit_log.c.subject == f"zone:{key}"))
    assert [(item["actor"], item["facts"]["approval"]) for item in log] == [("account:f1", str(asked["id"]))]


async def test_two_answers_at_once_are_one(db, clock):
    key = await _zone(db, "F2")
    admin = await _signed(db, clock, "f2", "administrator")
    seconds = [await _signed(db, clock, f"f2-{n}", "superintendent") for n in range(3)]
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY
    )
    said = {"key": asked["id"], "seen": asked["digest"].hex()}
    answers = await asyncio.gather(
        *(_act(db, one.actor, four_eyes.approve, clock, **said) for one in seconds),
        _act(db, seconds[0].actor, four_eyes.refuse, clock, key=asked["id"], note="ไม่เห็นด้วยกับการลบครั้งนี้"),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, UnjaiError)]
    assert [error.code for error in refused] == ["approval_settled"] * 3
    async with db.tx(ROOT) as tx:
        removed = await tx.all(select(audit_log).where(audit_log.c.action == "zone.remove"))
    assert len([item for item in removed if item["subject"] == f"zone:{key}"]) <= 1


async def test_what_changed_meanwhile_is_not_done(db, clock):
    key = await _zone(db, "F3")
    admin = await _signed(db, clock, "f3", "administrator")
    chief = await _signed(db, clock, "f3-chief", "superintendent")
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY
    )
    async with db.tx(ROOT) as tx:
        await tx.execute(update(zone).where(zone.c.id == key).values(name_th="เขตอื่น"))
    with pytest.raises(UnjaiError, match="approval_changed"):
        await _act(db, chief.actor, four_eyes.approve, clock, key=asked["id"], seen=asked["digest"].hex())
    async with db.tx(ROOT) as tx:
        assert await tx.one(select(zone).where(zone.c.id == key)) is not None


async def test_a_row_changed_by_hand_is_not_done(db, worker_db, clock):
    first, second = await _zone(db, "F4"), await _zone(db, "F5")
    admin = await _signed(db, clock, "f4", "administrator")
    chief = await _signed(db, clock, "f4-chief", "superintendent")
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(first)}, reason=WHY
    )
    async with db.tx(ROOT) as tx:
        facts = {**asked["facts"], "key": str(second)}
        await tx.execute(update(approval).where(approval.c.id == asked["id"]).values(facts=facts))
    with pytest.raises(UnjaiError, match="approval_changed"):
        await _act(db, chief.actor, four_eyes.approve, clock, key=asked["id"], seen=asked["digest"].hex())


async def test_no_approval_after_a_role_is_lost(db, clock):
    key = await _zone(db, "F6")
    admin = await _signed(db, clock, "f6", "administrator")
    await _signed(db, clock, "f6-other", "administrator")  # the last one could not be disabled
    chief = await _signed(db, clock, "f6-chief", "superintendent")
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY
    )
    said = {"key": asked["id"], "seen": asked["digest"].hex()}
    await _act(db, ROOT, flows.revoke_role, clock, account_id=chief.account_id, role="superintendent", org_unit_id=HERE)
    lost = await look(db, clock, chief.token)
    with pytest.raises(UnjaiError, match="right_missing"):
        await _act(db, lost.actor, four_eyes.approve, clock, **said)
    await _act(db, ROOT, flows.grant_role, clock, account_id=chief.account_id, role="superintendent", org_unit_id=HERE)
    await _act(db, ROOT, flows.disable_account, clock, account_id=admin.account_id)
    with pytest.raises(UnjaiError, match="proposer_lost_right"):
        await _act(db, await _again(db, clock, chief), four_eyes.approve, clock, **said)


async def test_a_proposal_runs_out_or_is_taken_back(db, clock):
    key = await _zone(db, "F7")
    admin = await _signed(db, clock, "f7", "administrator")
    chief = await _signed(db, clock, "f7-chief", "superintendent")
    propose = {"action": "zone.remove", "facts": {"key": str(key)}, "reason": WHY}
    asked = await _act(db, admin.actor, four_eyes.propose, clock, **propose)
    back = await _act(db, admin.actor, four_eyes.refuse, clock, key=asked["id"], note="")
    assert back["state"] == "withdrawn"
    again = await _act(db, admin.actor, four_eyes.propose, clock, **propose)
    clock.move(timedelta(hours=24))
    with pytest.raises(UnjaiError, match="approval_settled"):
        await _act(db, chief.actor, four_eyes.approve, clock, key=again["id"], seen=again["digest"].hex())
    assert (await _act(db, chief.actor, four_eyes.approvals, clock))[0]["state"] in {"expired", "pending"}
    third = await _act(db, admin.actor, four_eyes.propose, clock, **propose)
    with pytest.raises(UnjaiError, match="reason_missing"):
        await _act(db, chief.actor, four_eyes.refuse, clock, key=third["id"], note="ไม่")
    no = await _act(db, chief.actor, four_eyes.refuse, clock, key=third["id"], note="ยังใช้พื้นที่นี้อยู่ทุกคืน")
    assert no["state"] == "refused"


async def test_alone_nobody_can(db, clock):
    pole = named_id("test", "pole-here")
    lonely = await _signed(db, clock, "f8", "administrator", THERE)
    with pytest.raises(UnjaiError, match="not_found"):
        await _act(
            db, lonely.actor, four_eyes.propose, clock, action="device.remove", facts={"key": str(pole)}, reason=WHY
        )
    own = named_id("test", "phone-there")
    async with db.tx(ROOT) as tx:  # whoever else was made at this station by other tests
        await tx.execute(
            update(account).where(account.c.home_id == THERE, account.c.id != lonely.account_id).values(disabled=True)
        )
    with pytest.raises(UnjaiError, match="approver_missing"):
        await _act(
            db, lonely.actor, four_eyes.propose, clock, action="device.remove", facts={"key": str(own)}, reason=WHY
        )
    async with db.tx(ROOT) as tx:
        assert await tx.one(select(device).where(device.c.id == own)) is not None
    with pytest.raises(UnjaiError, match="action_unknown"):
        await _act(db, lonely.actor, four_eyes.propose, clock, action="x.y", facts={}, reason=WHY)


async def test_to_weaken_the_policy_takes_two(db, clock):
    admin = await _signed(db, clock, "p1", "administrator")
    chief = await _signed(db, clock, "p1-chief", "superintendent")
    now = await _act(db, admin.actor, policy.policy_here, clock)
    wanted = {name: now[name] for name in now if name not in {"changed_at", "changed_by"}}
    stricter = await _act(db, admin.actor, policy.set_policy, clock, wanted={**wanted, "grace_days": 3})
    assert (stricter["grace_days"], stricter["changed_by"]) == (3, "account:p1")
    weaker = {**wanted, "grace_days": 3, "one_person": ["zone.remove"]}
    with pytest.raises(UnjaiError) as caught:
        await _act(db, admin.actor, policy.set_policy, clock, wanted=weaker)
    assert caught.value.code == "approval_needed"
    facts = {name: value for name, value in caught.value.facts.items() if name != "action"}
    asked = await _act(
        db, admin.actor, four_eyes.propose, clock, action=caught.value.facts["action"], facts=facts, reason=WHY
    )
    assert "one_person" in asked["about_th"]
    await _act(db, chief.actor, four_eyes.approve, clock, key=asked["id"], seen=asked["digest"].hex())
    assert (await _act(db, admin.actor, policy.policy_here, clock))["one_person"] == ["zone.remove"]
    key = await _zone(db, "P1")
    alone = await _act(
        db, admin.actor, four_eyes.propose, clock, action="zone.remove", facts={"key": str(key)}, reason=WHY
    )
    assert (alone["state"], alone["note"]) == ("approved", "one_person")
    async with db.tx(ROOT) as tx:
        assert await tx.one(select(zone).where(zone.c.id == key)) is None
    back = await _act(db, admin.actor, policy.set_policy, clock, wanted={**wanted, "grace_days": 3, "one_person": []})
    assert back["one_person"] == []


async def test_a_search_in_the_log_is_in_the_log(db, clock):
    chief = await _signed(db, clock, "l1", "superintendent")
    there = await _signed(db, clock, "l2", "superintendent", THERE)
    rows, _next = await _act(db, chief.actor, auditing.read_log, clock, where={"action": "session"})
    assert rows
    assert {row["action"].split(".")[0] for row in rows} == {"session"}
    assert all(row["station_id"] == HERE for row in rows)
    clock.move(timedelta(seconds=1))
    again, _next = await _act(db, chief.actor, auditing.read_log, clock, where={"action": "audit.search"})
    assert (again[0]["actor"], again[0]["facts"]) == ("account:l1", {"action": "session"})
    others, _next = await _act(db, there.actor, auditing.read_log, clock, where={})
    assert {row["station_id"] for row in others} <= {THERE}
    with pytest.raises(UnjaiError, match="right_missing"):
        await _act(db, (await _signed(db, clock, "l3", "operator")).actor, auditing.read_log, clock, where={})


async def test_the_log_is_read_page_by_page(db, clock):
    chief = await _signed(db, clock, "l4", "superintendent")
    seen, before = [], None
    while True:
        rows, before = await _act(db, chief.actor, auditing.read_log, clock, where={}, before=before, limit=7)
        seen += [row["id"] for row in rows]
        if before is None:
            break
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=True)
