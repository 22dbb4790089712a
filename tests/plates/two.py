"""Two people and a watch list: what tests of the list and of its files share."""

import itertools
from datetime import timedelta

import pytest

from tests.conftest import NIGHT
from tests.people.conftest import enter, make_account
from tests.plates.made import HERE
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.people.flows import four_eyes
from unjai.plates.flows import watch_list as flows
from unjai.plates.flows.listed import entries_since
from unjai.plates.flows.watch_list import Wish
from unjai.plates.index import WatchIndex

PLATES = (f"{digit}ขข{n}" for n in itertools.count(1000) if not {"3", "8"} & set(str(n)) for digit in "1245679")
"""None of them looks like another."""
SAID = {
    "vehicle_type": "รถเก๋ง",
    "vehicle_colour": "ขาว",
    "vehicle_marks": "กันชนแตก",
    "reason": "รถที่ใช้ก่อเหตุชิงทรัพย์",
    "legal_basis": "หมายจับ จ.12/2569",
    "case_number": "คดี 12/2569",
    "requested_by": "สืบสวน สภ.ที่นี่",
    "instruction": "อย่าเข้าตรวจค้นเพียงลำพัง",
    "notify": "หัวหน้าผลัด",
}
DEFAULTS = {name: SAID[name] for name in ("reason", "legal_basis", "case_number", "requested_by")}
DEFAULTS |= {"instruction": "", "notify": ""}


def wish(plate, province="เชียงใหม่", **changed):
    times = {"valid_from": NIGHT, "valid_until": NIGHT + timedelta(days=30)}
    times |= {name: changed.pop(name) for name in tuple(changed) if name in times}
    special = changed.pop("special", False)
    return Wish(plate=plate, province=province, special=special, **times, said=SAID | changed)


HOME = system(HERE, name="match")
_names = itertools.count(1)


@pytest.fixture
async def two(db, clock):
    """A detective and a supervisor of this station, signed in."""
    number = next(_names)
    people = []
    for role in ("detective", "supervisor", "superintendent"):
        name = f"watch-{role}-{number}"
        await make_account(db, clock, name, (role, HERE), home=HERE)
        people.append((await enter(db, clock, name)).actor)
    return tuple(people[:2])


async def act(db, actor, flow, clock, **said):
    async with db.tx(actor) as tx:
        return await flow(tx, actor, clock, **said)


async def approve(db, clock, second, row):
    async with db.tx(second) as tx:
        waiting = {one["id"]: one for one in await four_eyes.approvals(tx, second, clock)}
        one = waiting[row["approval_id"]]
        return await four_eyes.approve(tx, second, clock, key=one["id"], seen=one["digest"].hex())


async def listed(db, clock, two, plate, province="เชียงใหม่", **changed):
    row = await act(db, two[0], flows.add, clock, wish=wish(plate, province, **changed))
    await approve(db, clock, two[1], row)
    return await act(db, two[0], flows.entry, clock, entry_id=row["id"])


async def loaded(db, index=None):
    index = index or WatchIndex()
    place = (index.version, 2**62) if index.version else (0, 0)
    async with db.tx(HOME) as tx:
        changes, (version, _) = await entries_since(tx, HOME, version=place[0], number=place[1])
    index.apply(changes)
    index.version = version
    return index, changes


async def refused(flow, code):
    with pytest.raises(UnjaiError) as found:
        await flow
    assert found.value.code == code
