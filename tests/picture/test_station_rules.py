"""Alert rules over the real tables: made live, fired once, joined to incidents, remembered over a restart, tried."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.conftest import NIGHT
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.picture.alerts import flows, trial
from unjai.picture.alerts.flows import ground_of
from unjai.picture.alerts.reading import read_rule
from unjai.picture.alerts.schemas import RuleBody
from unjai.sense.record import readable  # noqa: F401  the record's own module must stand for its tables
from unjai.sense.store import record

from tests.picture.conftest import CHIEF, HERE, SUBZONE, Street, acting  # isort: skip

EAST, WEST = Point(lon=99.07, lat=18.05), Point(lon=99.02, lat=18.05)
LOW = {"params": {"percent": 20}, "follow": {"do": "incident", "code": "OTH", "priority": 2}, "lasts_s": 60}


async def test_a_rule_counts_from_now_on_and_fires_once(street: Street):
    rule_id = await street.make("battery_below", name="แบตต่ำ", where={"subzone_ids": [str(SUBZONE)]}, **LOW)
    await street.hear("pole_battery", street.poles[6], battery=0.11)
    await street.hear("pole_battery", street.poles[0], battery=0.11)
    await street.wait(seconds=90)
    [alert] = await street.alerts()
    assert (alert["rule_id"], alert["does"], alert["device_id"]) == (rule_id, "incident", street.poles[6])
    assert alert["text_th"] == "เสา 6: แบตเตอรี่เหลือ 11 %"
    [row] = [one for one in await street.incidents() if one["code"] == "OTH"]
    assert (row["priority"], row["channel"], row["about_th"]) == (2, "rule", "เสา 6")
    await street.hear("pole_battery", street.poles[6], battery=0.05)
    await street.wait(minutes=3, step=timedelta(seconds=30))
    assert len(await street.alerts()) == 1
    await street.hear("pole_battery", street.poles[6], battery=0.8)
    assert (await street.alerts())[0]["cleared_at"] is not None


@pytest.mark.parametrize("running", [True, False])
async def test_what_a_device_raised_is_over_when_it_is_shut_out(street: Street, running: bool):
    await street.make("tamper", clear_s=60)
    await street.hear("pole_tamper", street.poles[3], open=True)
    assert [one["cleared_at"] for one in await street.alerts()] == [None]
    await street.picture.save()
    async with street.db.tx(CHIEF) as tx:
        await tx.execute(text("UPDATE device SET disabled = true WHERE id = :id"), {"id": street.poles[3]})
    if running:
        async with street.core.tx(system(HERE)) as tx:
            await street.registry.load(tx, street.clock.now())
        await street.picture.refresh(HERE)
    else:
        await street.start()
    await street.wait(seconds=10)
    [alert] = await street.alerts()
    assert NIGHT <= alert["cleared_at"] <= street.clock.now()


async def test_rules_of_a_station_that_was_set_up_after_this_core_began_count_too(street: Street):
    await street.start(())
    await street.picture.refresh(HERE)
    await street.make("battery_below", **LOW)
    await street.hear("pole_battery", street.poles[1], battery=0.1)
    await street.wait(seconds=90)
    assert len(await street.alerts()) == 1


async def test_a_restart_in_the_middle_changes_nothing(street: Street):
    await street.make("battery_below", **LOW)
    await street.hear("pole_battery", street.poles[1], battery=0.1)
    await street.wait(seconds=30)
    await street.start()
    await street.wait(seconds=40)
    assert len(await street.alerts()) == 1
    await street.start()
    await street.wait(seconds=120)
    assert len(await street.alerts()) == 1


async def test_a_core_killed_before_it_saved_tells_the_same_alert(street: Street):
    await street.make("presses", params={"count": 2, "minutes": 5}, follow={"do": "notice"})
    await street.picture.save()
    first = await street.hear("sos_press", street.poles[0], seq=1)
    second = await street.hear("sos_press", street.poles[0], seq=2)
    assert len(await street.alerts()) == 1
    await street.start()  # nothing was saved: the stream is read again from the old place
    await street.picture.see(first)
    await street.picture.see(second)
    assert len(await street.alerts()) == 1
    assert len([one for one in await street.incidents() if one["code"] == "SOS"]) == 1


async def test_switched_off_removed_and_brought_back(street: Street):
    rule_id = await street.make("reported", params={"report": "sos_press"})
    await street.hear("sos_press", street.poles[0], seq=1)
    await street.do(flows.switch_rule, rule_id=rule_id, enabled=False)
    await street.hear("sos_press", street.poles[0], seq=2)
    assert len(await street.alerts()) == 1
    await street.do(flows.switch_rule, rule_id=rule_id, enabled=True)
    await street.do(flows.remove_rule, rule_id=rule_id)
    await street.hear("sos_press", street.poles[0], seq=3)
    assert len(await street.alerts()) == 1
    back = await street.do(flows.restore_rule, rule_id=rule_id)
    await street.hear("sos_press", street.poles[0], seq=4)
    assert len(await street.alerts()) == 2
    assert back["version"] == 5


async def test_a_notice_stands_on_the_strip_also_after_a_restart(street: Street):
    await street.make("area_crossed", params={"way": "enter"}, where={"subzone_ids": [str(SUBZONE)]}, holdoff_s=0)
    for point in (WEST, WEST, EAST, EAST):
        street.clock.move(timedelta(seconds=5))
        await street.hear("position", street.phone, point, speed_mps=3.0)
    lines = [line for line in street.picture.stations[HERE].strip if line["kind"] == "rule.notice"]
    assert [line["text_th"] for line in lines] == ["เวียง 11: เข้าพื้นที่"]
    await street.picture.save()
    await street.start()
    assert [line for line in street.picture.stations[HERE].strip if line["kind"] == "rule.notice"] == lines
    assert await street.incidents() == []


async def test_a_rule_about_what_is_gone_rests_and_says_so(street: Street):
    body = RuleBody(kind="tamper", where={"subzone_ids": [str(SUBZONE)]})
    await street.make("tamper", where={"subzone_ids": [str(SUBZONE)]})
    async with street.db.tx(CHIEF) as tx:
        await tx.execute(text("DELETE FROM subzone"))
        await tx.execute(text("UPDATE territory_version SET stamp = gen_random_uuid()"))
    await street.picture.rules_changed(HERE)
    await street.hear("pole_tamper", street.poles[6], open=True)
    assert await street.alerts() == []
    async with street.db.tx(CHIEF) as tx:
        ground = await ground_of(tx, CHIEF, street.clock)
        rule = read_rule(street.unit_id, 1, body, HERE, ground.territory, ground.units)
        with pytest.raises(UnjaiError) as refused:
            await flows.make_rule(tx, CHIEF, street.clock, body=body)
    assert rule.where.lost
    assert refused.value.code == "rule_where_unknown"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "no_such"}, "rule_kind_unknown"),
        ({"kind": "battery_below", "params": {"percent": 200}}, "rule_params_wrong"),
        ({"kind": "battery_below", "params": {"more": 1}}, "rule_params_wrong"),
        ({"kind": "tamper", "when": {"weekdays": []}}, "rule_weekdays_missing"),
        ({"kind": "tamper", "where": {"ring": [(99, 18), (99.1, 18.1), (99.1, 18), (99, 18.1)]}}, "rule_area_wrong"),
        ({"kind": "tamper", "follow": {"do": "incident", "code": "XXX"}}, "rule_code_unknown"),
        ({"kind": "tamper", "where": {"device_kinds": ["toaster"]}}, "rule_where_unknown"),
    ],
)
async def test_what_cannot_be_is_not_saved(street: Street, body, code):
    with pytest.raises(UnjaiError) as refused:
        await street.do(flows.make_rule, body=RuleBody(**body))
    assert refused.value.code == code


async def test_two_who_change_a_rule_at_once_are_told(street: Street):
    rule_id = await street.make("tamper")
    body = RuleBody(kind="tamper", lasts_s=60)
    await street.do(flows.change_rule, rule_id=rule_id, body=body, version=1)
    with pytest.raises(UnjaiError) as refused:
        await street.do(flows.change_rule, rule_id=rule_id, body=RuleBody(kind="tamper", lasts_s=90), version=1)
    assert (refused.value.code, refused.value.facts["version"]) == ("rule_changed", 2)
    with pytest.raises(UnjaiError) as missing:
        await street.do(flows.switch_rule, actor=acting("operator"), rule_id=rule_id, enabled=False)
    assert missing.value.code == "right_missing"


async def test_the_trial_says_what_life_did(street: Street):
    """The same week through the running picture and through the record: the same alerts, to the id."""
    body = {"params": {"percent": 20}, "follow": {"do": "log"}, "lasts_s": 60, "holdoff_s": 600}
    rule_id = await street.make("battery_below", **body)
    levels = [0.5, 0.1, 0.1, 0.4, 0.1, 0.15, 0.9, 0.05, 0.05, 0.05]
    batch = []
    for level in levels:
        batch.append(await street.hear("pole_battery", street.poles[2], battery=level))
        await street.wait(minutes=4, step=timedelta(seconds=30))
    async with street.core.tx(CHIEF) as tx:
        assert await record(tx, "device", batch) == []
    lived = await street.alerts()
    assert len(lived) >= 3
    async with street.db.tx(CHIEF) as tx:
        ground = await ground_of(tx, CHIEF, street.clock)
        rule = read_rule(rule_id, 1, RuleBody(kind="battery_below", **body), HERE, ground.territory, ground.units)
        found = await trial.try_rule(tx, rule, ground.territory, street.clock.now())
    assert [(one.id, one.at) for one in found.alerts] == [(one["id"], one["at"]) for one in lived]
    assert found.complete
    assert found.observations == len(levels)


async def test_what_is_not_stored_cannot_be_tried(street: Street):
    async with street.db.tx(CHIEF) as tx:
        ground = await ground_of(tx, CHIEF, street.clock)
        rule = read_rule(street.unit_id, 1, RuleBody(kind="refused_often"), HERE, ground.territory, ground.units)
        with pytest.raises(UnjaiError) as refused:
            await trial.try_rule(tx, rule, ground.territory, street.clock.now())
    assert refused.value.code == "rule_not_stored"
