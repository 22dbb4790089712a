"""Taking an import back that would delete poles or cameras: two people do it, like every other way of deleting them."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from tests.people.conftest import HERE, ROOT, enter, make_account
from unjai.model.errors import UnjaiError
from unjai.people.flows import four_eyes
from unjai.platform.audit import audit_log
from unjai.territory.flows import import_devices
from unjai.territory.flows.staging import undo_run
from unjai.territory.import_kinds import IMPORT_KINDS
from unjai.territory.store import device
from unjai.territory.store.imports import keep_run

WHY = "นำเข้าผิดไฟล์ เสาเหล่านี้เป็นของอีกเทศบาล"
KINDS = {kind.key: kind for kind in IMPORT_KINDS}
pytestmark = pytest.mark.usefixtures("world")


def _file(**kinds: str) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {
                "key": key.replace("_", "-"),
                "kind": kind,
                "name_th": f"อุปกรณ์ {key}",
                "owner_kind": "police",
            },
            "geometry": {"type": "Point", "coordinates": [98.981 + number / 1000, 18.791]},
        }
        for number, (key, kind) in enumerate(kinds.items())
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


async def _signed(db, clock, name, role):
    await make_account(db, clock, name, (role, HERE))
    return (await enter(db, clock, name)).actor


async def _act(db, actor, flow, clock, **said):
    async with db.tx(actor) as tx:
        return await flow(tx, actor, clock, **said)


async def _imported(db, clock, actor, **kinds: str) -> UUID:
    async with db.tx(actor) as tx:
        report = await import_devices(tx, actor, clock, station_id=HERE, body=_file(**kinds), undoable=True)
        assert (report.added, report.refused) == (len(kinds), ())
        key = uuid4()
        about = {"kind": "devices", "name": "เสา.csv", "digest": "0" * 64, "by": actor.key, "by_name": actor.name}
        counts = {"added": report.added, "updated": 0, "removed": 0, "refused": 0}
        undo = msgspec.json.encode(report.undo)
        await keep_run(tx, HERE, {"id": key, **about, **counts, "done_at": clock.now(), "undo": undo})
    return key


async def _there(db, *keys):
    async with db.tx(ROOT) as tx:
        return {row["key"] for row in await tx.all(select(device.c.key).where(device.c.key.in_(keys)))}


def _undo(db, actor, clock, run):
    return _act(db, actor, undo_run, clock, station_id=HERE, kinds=KINDS, run_id=run)


async def test_what_bears_no_witness_is_taken_back_by_one(db, clock):
    admin = await _signed(db, clock, "u1", "administrator")
    run = await _imported(db, clock, admin, u1_tracker="tracker")
    assert await _undo(db, admin, clock, run) == 1
    assert await _there(db, "u1-tracker") == set()


@pytest.mark.parametrize("kind", ["sos_pole", "camera"])
async def test_a_pole_or_a_camera_is_taken_back_by_two(db, clock, kind):
    key = kind.replace("_", "-")
    admin = await _signed(db, clock, f"u2-{key}", "administrator")
    chief = await _signed(db, clock, f"u2-{key}-chief", "superintendent")
    run = await _imported(db, clock, admin, **{f"u2_{key}": kind, f"u2_tracker_{key}": "tracker"})
    with pytest.raises(UnjaiError) as caught:
        await _undo(db, admin, clock, run)
    assert (caught.value.code, caught.value.status) == ("approval_needed", 409)
    keys = (f"u2-{key}", f"u2-tracker-{key}")
    assert await _there(db, *keys) == set(keys), "nothing is taken back in part"
    action, facts = caught.value.facts["action"], {"key": caught.value.facts["key"]}
    asked = await _act(db, admin, four_eyes.propose, clock, action=action, facts=facts, reason=WHY)
    assert "เสา SOS หรือกล้อง 1 จุด" in asked["about_th"]
    assert "1 SOS poles or cameras" in asked["about_en"]
    await _act(db, chief, four_eyes.approve, clock, key=asked["id"], seen=asked["digest"].hex())
    assert await _there(db, *keys) == set()
    async with db.tx(ROOT) as tx:
        (row,) = await tx.all(select(audit_log).where(audit_log.c.subject == f"import:{run}"))
    assert (row["action"], row["facts"]["approval"]) == ("data.undo", str(asked["id"]))


async def test_approved_too_late_nothing_is_deleted(db, clock):
    admin = await _signed(db, clock, "u3", "administrator")
    chief = await _signed(db, clock, "u3-chief", "superintendent")
    run = await _imported(db, clock, admin, u3_pole="sos_pole")
    asked = await _act(db, admin, four_eyes.propose, clock, action="import.undo", facts={"key": str(run)}, reason=WHY)
    clock.move(timedelta(minutes=61))
    with pytest.raises(UnjaiError, match="import_undo_late"):
        await _act(db, chief, four_eyes.approve, clock, key=asked["id"], seen=asked["digest"].hex())
    assert await _there(db, "u3-pole") == {"u3-pole"}


async def test_an_import_nobody_knows_is_not_proposed(db, clock):
    admin = await _signed(db, clock, "u4", "administrator")
    with pytest.raises(UnjaiError, match="not_found"):
        await _act(db, admin, four_eyes.propose, clock, action="import.undo", facts={"key": str(uuid4())}, reason=WHY)
