"""The police tree in the real database."""

import pytest

from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.territory import flows, store
from unjai.territory.store.reads import org_units_under_path

SETUP = system(name="setup")
OWN = {"name_th": "สถานีตำรวจภูธรเวียงอุ่นใจ", "name_en": "Wiang Unjai Police Station", "fictional": True}


async def test_seeding_again_changes_nothing(org, clock):
    async with org.tx(SETUP) as tx:
        assert await flows.seed_org_units(tx, SETUP, clock) == 0


async def test_the_tree_is_asked_from_above_and_below(org):
    async with org.tx(SETUP) as tx:
        (root,) = await store.org_children(tx, None)
        assert (root.code, len(await store.org_children(tx, root.id))) == ("ตร.", 22)
        assert len([key for key in await store.stations_under(tx, 1) if key < 900_001]) == 118
        assert len(await store.stations_under(tx, 10)) == 88
        assert await store.stations_under(tx, 1050) == list(range(105001, 105011))
        assert await store.stations_under(tx, 105001) == [105001]
        assert await store.stations_under(tx, 4242) == []
        hat_yai = await store.org_unit_by_code(tx, "สภ.หาดใหญ่")
        assert (hat_yai.path, hat_yai.name_en) == ("1.19.1090.109001", "Hat Yai Provincial Police Station")
        assert (await store.org_unit_of(tx, 109001)) == hat_yai
        assert await store.org_unit_of(tx, 4242) is None
        assert [unit.id for unit in await org_units_under_path(tx, "1.19.1090")][:2] == [1090, 109001]


async def test_a_station_is_added_once_and_found_below_its_province(org, clock):
    async with org.tx(SETUP) as tx:
        first = await flows.add_station(tx, SETUP, clock, code="สภ.เวียงอุ่นใจ", parent_code="ภ.จว.ตาก", **OWN)
        again = await flows.add_station(
            tx, SETUP, clock, code="สภ.เวียงอุ่นใจ", parent_code="ภ.จว.ตาก", lon=99.94, lat=16.61, **OWN
        )
        other = await flows.add_station(
            tx, SETUP, clock, code="สภ.ใหม่", parent_code="ภ.จว.ตาก", name_th="ใหม่", name_en="New"
        )
        assert first.id == again.id == 900_001
        assert (again.point.lon, again.fictional, again.path) == (99.94, True, "1.16.1063.900001")
        assert other.id == 900_002
        assert await store.org_unit_of(tx, first.id) == again
        assert {900_001, 900_002} <= set(await store.stations_under(tx, 16))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"code": "สภ.ก", "parent_code": "ภ.จว.ไม่มี"}, "org_unit_unknown"),
        ({"code": "สภ.ก", "parent_code": "สภ.หาดใหญ่"}, "org_parent_wrong"),
        ({"code": "สภ.หาดใหญ่", "parent_code": "ภ.จว.สงขลา"}, "org_code_taken"),
        ({"code": "ภ.9", "parent_code": "ภ.จว.สงขลา"}, "org_code_taken"),
        ({"code": "สภ.ก", "parent_code": "ภ.จว.สงขลา", "lon": 200, "lat": 7}, "position_outside_earth"),
    ],
)
async def test_stations_that_cannot_be_added(org, clock, facts, code):
    async with org.tx(SETUP) as tx:
        with pytest.raises(UnjaiError) as caught:
            await flows.add_station(tx, SETUP, clock, name_th="ก", name_en="A", **facts)
    assert caught.value.code == code
