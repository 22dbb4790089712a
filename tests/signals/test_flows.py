"""Who may register, watch, enable and take away; what another station sees; what is kept of the secret."""

import pytest
from sqlalchemy import select

from tests.signals.conftest import NTCIP, acting, the_file
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.people.flows import four_eyes
from unjai.platform.audit import audit_log
from unjai.signals.flows import enabling, junctions
from unjai.signals.secrets import opened
from unjai.signals.store import junctions as store


async def refused(call):
    with pytest.raises(UnjaiError) as found:
        await call
    return found.value.code


async def test_a_junction_is_registered_once_and_its_secret_is_sealed(db, clock, ground, row):
    async with db.tx(ground.supervisor) as tx:
        again = junctions.register(tx, ground.supervisor, clock, file=the_file(), plant=NTCIP, vault=ground.vault)
        assert await refused(again) == "signals_code_taken"
        found = await store.junction(tx, row["id"])
        notes = await store.notes(tx, row["id"])
    assert found["mode"] == "shadow"
    assert b"street-secret" not in bytes(found["sealed"])
    assert opened(ground.vault, row["id"], bytes(found["sealed"])) == "street-secret"
    assert {one["code"] for one in notes} == {"mode_shadow", "registered"}
    async with db.tx(system(ground.supervisor.station)) as tx:
        said = await tx.all(select(audit_log).where(audit_log.c.subject == f"junction:{row['id']}"))
    assert {one["action"] for one in said} == {"signals.register", "signals.mode"}
    assert "street-secret" not in str([one["facts"] for one in said])


async def test_another_station_sees_and_changes_nothing(db, clock, ground, row):
    async with db.tx(ground.stranger) as tx:
        assert await store.junctions(tx) == []
        assert await store.notes(tx, row["id"]) == []
        for call in (
            junctions.watch(tx, ground.stranger, clock, junction_id=row["id"], on=False),
            enabling.go_local(tx, ground.stranger, clock, junction_id=row["id"]),
            enabling.enable(tx, ground.stranger, clock, junction_id=row["id"], mode="control", version=row["version"]),
        ):
            assert await refused(call) == "not_found"


async def test_rights(db, clock, ground, row):
    async with db.tx(ground.operator) as tx:
        for call in (
            junctions.watch(tx, ground.operator, clock, junction_id=row["id"], on=False),
            enabling.enable(tx, ground.operator, clock, junction_id=row["id"], mode="control", version=row["version"]),
            junctions.register(tx, ground.operator, clock, file=the_file(code="J-02"), plant=NTCIP),
        ):
            assert await refused(call) == "right_missing"
        officer = acting("officer")
        assert await refused(enabling.go_local(tx, officer, clock, junction_id=row["id"])) == "right_missing"


async def test_a_changed_file_keeps_the_community_for_the_same_host_alone(db, clock, ground, row):
    change = {"junction_id": row["id"], "file": the_file(name_th="แยกใหม่"), "vault": ground.vault}
    same = junctions.PlantWish(plant="ntcip", host=NTCIP.host)
    other = junctions.PlantWish(plant="ntcip", host="192.0.2.8")
    async with db.tx(ground.supervisor) as tx:
        mine = (tx, ground.supervisor, clock)
        assert await refused(junctions.change(*mine, **change, version=1, plant=same)) == "signals_changed"
        version = row["version"]
        assert (
            await refused(junctions.change(*mine, **change, version=version, plant=other))
            == "signals_community_missing"
        )
        coded = {**change, "file": the_file(code="J-09")}
        assert await refused(junctions.change(*mine, **coded, version=version, plant=same)) == "signals_code_fixed"
        found = await junctions.change(*mine, **change, version=version, plant=same)
        assert (found["name_th"], found["sealed"]) == ("แยกใหม่", row["sealed"])
        bare = await junctions.change(*mine, **change, version=found["version"], plant=junctions.PlantWish())
        assert bare["sealed"] is None


async def propose(db, clock, ground, row, mode="control"):
    async with db.tx(ground.supervisor) as tx:
        with pytest.raises(UnjaiError) as asked:
            await enabling.enable(
                tx, ground.supervisor, clock, junction_id=row["id"], mode=mode, version=row["version"]
            )
        assert asked.value.code == "approval_needed"
        facts = {name: value for name, value in asked.value.facts.items() if name != "action"}
        action = asked.value.facts["action"]
        reason = "ทดสอบหน้าโรงเรียนวันเปิดเทอม"
        return await four_eyes.propose(tx, ground.supervisor, clock, action=action, facts=facts, reason=reason)


async def test_two_people_enable_one_takes_away_and_two_enable_anew(db, clock, ground, row):
    asked = await propose(db, clock, ground, row)
    async with db.tx(ground.supervisor) as tx:
        own = four_eyes.approve(tx, ground.supervisor, clock, key=asked["id"], seen=asked["digest"].hex())
        assert await refused(own) == "approval_own"
    async with db.tx(ground.superintendent) as tx:
        await four_eyes.approve(tx, ground.superintendent, clock, key=asked["id"], seen=asked["digest"].hex())
    async with db.tx(ground.operator) as tx:
        driven = await store.junction(tx, row["id"])
        assert (driven["mode"], driven["mode_by"]) == ("control", ground.supervisor.name)
        local = await enabling.go_local(tx, ground.operator, clock, junction_id=row["id"])
        assert (local["mode"], local["mode_by"]) == ("local", ground.operator.name)
        again = await enabling.go_local(tx, ground.operator, clock, junction_id=row["id"])
        assert again["version"] == local["version"]
    async with db.tx(ground.supervisor) as tx:
        anew = enabling.enable(
            tx, ground.supervisor, clock, junction_id=row["id"], mode="control", version=local["version"]
        )
        assert await refused(anew) == "signals_not_in_shadow"
        shadow = await junctions.watch(tx, ground.supervisor, clock, junction_id=row["id"], on=True)
    await propose(db, clock, ground, shadow, "pattern")


async def test_local_takes_a_waiting_request_away_too(db, clock, ground, row):
    asked = await propose(db, clock, ground, row)
    async with db.tx(ground.operator) as tx:
        await enabling.go_local(tx, ground.operator, clock, junction_id=row["id"])
    async with db.tx(ground.superintendent) as tx:
        late = four_eyes.approve(tx, ground.superintendent, clock, key=asked["id"], seen=asked["digest"].hex())
        assert await refused(late) == "approval_changed"


async def test_what_is_driven_is_neither_changed_nor_removed_nor_turned_off(db, clock, ground, row):
    asked = await propose(db, clock, ground, row, "pattern")
    async with db.tx(ground.superintendent) as tx:
        await four_eyes.approve(tx, ground.superintendent, clock, key=asked["id"], seen=asked["digest"].hex())
    async with db.tx(ground.supervisor) as tx:
        mine, key = (tx, ground.supervisor, clock), row["id"]
        for call in (
            junctions.watch(*mine, junction_id=key, on=False),
            junctions.remove(*mine, junction_id=key, version=row["version"] + 1),
            junctions.change(*mine, junction_id=key, version=row["version"] + 1, file=the_file(), plant=NTCIP),
        ):
            assert await refused(call) == "signals_driven"


async def test_without_a_controller_nothing_can_be_driven(db, clock, ground, row):
    async with db.tx(ground.supervisor) as tx:
        bare = await junctions.change(
            tx,
            ground.supervisor,
            clock,
            junction_id=row["id"],
            version=row["version"],
            file=the_file(),
            plant=junctions.PlantWish(),
        )
        call = enabling.enable(
            tx, ground.supervisor, clock, junction_id=row["id"], mode="control", version=bare["version"]
        )
        assert await refused(call) == "signals_plant_missing"


async def test_a_removed_junction_gives_its_code_back(db, clock, ground, row):
    async with db.tx(ground.supervisor) as tx:
        mine = (tx, ground.supervisor, clock)
        await junctions.remove(*mine, junction_id=row["id"], version=row["version"])
        assert await store.junctions(tx) == []
        made = await junctions.register(*mine, file=the_file(), plant=junctions.PlantWish())
        await junctions.remove(*mine, junction_id=made["id"], version=1)
