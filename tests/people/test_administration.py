"""Shifts, units and phones as an administrator keeps them."""

import base64
import json
from datetime import time, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people.conftest import HERE, THERE, account_actor, make_account
from unjai.model.errors import UnjaiError
from unjai.people import flows
from unjai.people import phone_apps as apps
from unjai.people.flows import phones, shifts

ADMIN = account_actor("administrator")
ELSEWHERE = account_actor("administrator", THERE)


async def made_shift(db, clock, name="ผลัดดึก", starts=time(0), ends=time(8)):
    async with db.tx(ADMIN) as tx:
        return await flows.create_shift(tx, ADMIN, clock, name_th=name, name_en="", starts=starts, ends=ends)


async def names(db, clock):
    async with db.tx(ADMIN) as tx:
        return [(one.name_th, one.starts, one.ends) for one in await flows.list_shifts(tx, ADMIN, clock)]


async def test_a_shift_is_changed_and_taken_out_of_use(db, clock, world):
    night = await made_shift(db, clock)
    other = await made_shift(db, clock, "ผลัดเช้า", time(8), time(16))
    async with db.tx(ADMIN) as tx:
        row = await shifts.change_shift(tx, ADMIN, clock, shift_id=night, name_th=" ผลัดสอง ", ends=time(9))
    assert (row.name_th, row.starts, row.ends) == ("ผลัดสอง", time(0), time(9))
    with pytest.raises(UnjaiError, match="shift_taken"):
        async with db.tx(ADMIN) as tx:
            await shifts.change_shift(tx, ADMIN, clock, shift_id=night, name_th="ผลัดเช้า")
    with pytest.raises(UnjaiError, match="name_missing"):
        async with db.tx(ADMIN) as tx:
            await shifts.change_shift(tx, ADMIN, clock, shift_id=night, name_th=" ")
    for doing in (shifts.remove_shift, shifts.change_shift):
        with pytest.raises(UnjaiError, match="not_found"):
            async with db.tx(ELSEWHERE) as tx:
                await doing(tx, ELSEWHERE, clock, shift_id=night)
    async with db.tx(ADMIN) as tx:
        await shifts.remove_shift(tx, ADMIN, clock, shift_id=night)
        await shifts.remove_shift(tx, ADMIN, clock, shift_id=other)
    assert await names(db, clock) == []
    again = await made_shift(db, clock, "ผลัดเช้า", time(7), time(15))  # the name is free again
    with pytest.raises(UnjaiError, match="not_found"):
        async with db.tx(ADMIN) as tx:
            await shifts.remove_shift(tx, ADMIN, clock, shift_id=other)
    async with db.tx(ADMIN) as tx:
        await shifts.remove_shift(tx, ADMIN, clock, shift_id=again)


async def test_a_duty_keeps_the_shift_it_was_worked_in(db, clock, world):
    shift_id = await made_shift(db, clock, "ผลัดที่ทำงาน", time(0), time(12))
    async with db.tx(ADMIN) as tx:
        unit_id = await flows.create_unit(tx, ADMIN, clock, call_sign="ผลัด 1", kind="car", name_th="ผลัด 1")
        await flows.sign_on(tx, ADMIN, clock, unit_id=unit_id)
        await shifts.remove_shift(tx, ADMIN, clock, shift_id=shift_id)
        kept = await flows.unit_of(tx, ADMIN, clock, unit_id=unit_id)
        assert kept.shift is not None
        assert kept.shift.name_th == "ผลัดที่ทำงาน"
        await flows.sign_off(tx, ADMIN, clock, unit_id=unit_id)
        await flows.sign_on(tx, ADMIN, clock, unit_id=unit_id)
        assert (await flows.unit_of(tx, ADMIN, clock, unit_id=unit_id)).shift is None
        await flows.change_unit(tx, ADMIN, clock, unit_id=unit_id, disabled=True)


async def test_a_unit_has_a_vehicle_and_may_be_out_of_use(db, clock, world):
    async with db.tx(ADMIN) as tx:
        unit_id = await flows.create_unit(
            tx, ADMIN, clock, call_sign="รถ 1", kind="car", name_th="รถ", vehicle=" โล่ 2 ", registration="โล่ 01234"
        )
        row = await flows.unit_of(tx, ADMIN, clock, unit_id=unit_id)
        assert (row.vehicle, row.registration) == ("โล่ 2", "โล่ 01234")
        row = await flows.change_unit(tx, ADMIN, clock, unit_id=unit_id, vehicle="", disabled=True)
        assert (row.vehicle, row.registration, row.disabled) == ("", "โล่ 01234", True)
        assert unit_id not in {one.id for one in await flows.list_units(tx, ADMIN, clock)}
        assert unit_id in {one.id for one in await flows.list_units(tx, ADMIN, clock, disabled=True)}


async def test_a_phone_sheet_sets_up_a_phone(db, clock, world):
    crew = await make_account(db, clock, "sheet.crew", ("officer", HERE))
    async with db.tx(ADMIN) as tx:
        unit_id = await flows.create_unit(
            tx, ADMIN, clock, call_sign="ใบ 1", kind="foot", name_th="ใบ", account_id=crew, device_id=world.phone_here
        )
        sheet = await phones.phone_sheet(tx, ADMIN, clock, unit_id=unit_id, base_url="https://ccoc.example/ ")
        assert await flows.verify_credential(tx, key=sheet.device_key, secret=sheet.secret)
        newer = await phones.phone_sheet(tx, ADMIN, clock, unit_id=unit_id, base_url="https://ccoc.example")
        assert not await flows.verify_credential(tx, key=sheet.device_key, secret=sheet.secret)
        assert await flows.verify_credential(tx, key=newer.device_key, secret=newer.secret)
    texts = {code.app: code.text for code in sheet.codes}
    assert texts["officer"] == "https://ccoc.example/officer/"
    inline = parse_qs(urlsplit(texts["owntracks"]).query)["inline"][0]
    config = json.loads(base64.b64decode(unquote(inline)))
    assert config["_type"] == "configuration"
    assert (config["url"], config["username"], config["password"], config["mode"]) == (
        "https://ccoc.example/gps/owntracks",
        sheet.device_key,
        sheet.secret,
        3,
    )
    traccar = urlsplit(texts["traccar"])
    assert traccar.path == f"/gps/osmand/{sheet.secret}"
    assert parse_qs(traccar.query)["id"] == [sheet.device_key]
    for code in sheet.codes:
        assert len({len(row) for row in code.rows}) == 1
        assert len(code.rows) == len(code.rows[0])
        assert set("".join(code.rows)) == {"0", "1"}
    async with db.tx(ADMIN) as tx:
        await flows.change_unit(tx, ADMIN, clock, unit_id=unit_id, device_id=None)
        with pytest.raises(UnjaiError, match="unit_phone_missing"):
            await phones.phone_sheet(tx, ADMIN, clock, unit_id=unit_id, base_url="https://ccoc.example")
    with pytest.raises(UnjaiError, match="not_found"):
        async with db.tx(ELSEWHERE) as tx:
            await phones.phone_sheet(tx, ELSEWHERE, clock, unit_id=unit_id, base_url="https://ccoc.example")


@pytest.mark.parametrize(
    "address",
    ["", "ccoc.example", "ftp://x", "javascript:alert(1)", "http://", "http://a:99999", "https://x?y=1", "http://[::1"],
)
async def test_an_address_that_no_phone_can_use_costs_no_secret(db, clock, world, address):
    async with db.tx(ADMIN) as tx:
        before = await flows.issue_credential(tx, ADMIN, clock, device_id=world.phone_here)
    with pytest.raises(UnjaiError, match="address_wrong"):
        async with db.tx(ADMIN) as tx:
            await phones.phone_sheet(tx, ADMIN, clock, unit_id=uuid4(), base_url=address)
    async with db.tx(ADMIN) as tx:
        assert await flows.verify_credential(tx, key="phone-here", secret=before)


REACHED = apps.Reached(base="https://c")


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=40))
def test_the_codes_hold_any_key_and_secret(key, secret):
    config = parse_qs(urlsplit(apps.owntracks_text(apps.owntracks_config(REACHED, key, secret))).query)["inline"][0]
    told = json.loads(base64.b64decode(config))
    assert (told["username"], told["password"]) == (key, secret)
    traccar = urlsplit(apps.traccar_text(REACHED, key, secret))
    assert unquote(traccar.path.removeprefix("/gps/osmand/")) == secret
    assert parse_qs(traccar.query, keep_blank_values=True)["id"] == [key]


async def test_dates_of_roles_may_not_lie_crosswise(db, clock, world):
    account_id = await make_account(db, clock, "crosswise")
    now = clock.now()
    for since, until in (
        (None, now),
        (now + timedelta(days=2), now + timedelta(days=1)),
        (None, now - timedelta(days=1)),
    ):
        with pytest.raises(UnjaiError, match="role_dates_wrong"):
            async with db.tx(ADMIN) as tx:
                await flows.grant_role(
                    tx, ADMIN, clock, account_id=account_id, role="officer", org_unit_id=HERE, since=since, until=until
                )
