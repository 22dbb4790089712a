"""From the stream to a hit and its event: exactly once, at the right station, whatever fails in between."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

import unjai.app  # noqa: F401  it wires what stands above the plates
from tests.plates.hitdesk import CAMERAS, at_camera
from tests.plates.hitdesk import built as built  # noqa: PLC0414  a fixture
from tests.plates.hitdesk import desk as desk  # noqa: PLC0414  a fixture
from tests.plates.made import CORE, HERE, THERE
from unjai.model.actor import system
from unjai.plates.flows.listed import StationLists
from unjai.plates.store import hits as store
from unjai.plates.watching import Watching


async def test_an_exact_read_of_the_same_province_is_an_alarm_with_its_event(desk):
    entry = await desk.listed("1กข1111")
    seen = await desk.see("1กข1111")
    hit = await desk.hit("1กข1111")
    assert (hit["grade"], hit["how"], hit["state"], hit["seen"], hit["entry"]) == (
        "alarm",
        "exact",
        "waiting",
        1,
        entry,
    )
    assert hit["listed"]["instruction"] == "ห้ามหยุดคนเดียว"
    event = await desk.incident(hit["incident_id"])
    assert (event["code"], event["channel"], event["state"], event["priority"]) == ("PLT", "plate", "new", 1)
    assert (event["about_th"], event["about_en"]) == ("1กข ••11 เชียงใหม่", "1กข ••11 Chiang Mai")
    assert event["first_observed_at"] == seen.observed_at


async def test_further_sightings_join_the_hit_and_the_event_follows_the_vehicle(desk):
    await desk.listed("2กข2222")
    await desk.see("2กข2222", camera=0)
    desk.clock.move(timedelta(minutes=9))
    last = await desk.see("2กข2222", camera=2)
    hit = await desk.hit("2กข2222")
    event = await desk.incident(hit["incident_id"])
    assert (hit["seen"], hit["camera"], hit["last_at"]) == (2, "LPR-3", last.observed_at)
    assert event["report_count"] == 2
    assert event["lon"] == pytest.approx(at_camera(2).lon)
    assert await desk.steps(hit["incident_id"]) == ["opened", "joined"]
    desk.clock.move(timedelta(minutes=31))
    await desk.see("2กข2222", camera=1)
    first, second = await desk.hits("2กข2222")
    assert first["id"] != second["id"]
    assert first["incident_id"] == second["incident_id"], "the event is still open: it is the same vehicle"


async def test_two_listed_vehicles_at_one_camera_are_two_events(desk):
    await desk.listed("3กข3333")
    await desk.listed("3กข4444")
    await desk.see("3กข3333")
    await desk.see("3กข4444")
    one, other = await desk.hit("3กข3333"), await desk.hit("3กข4444")
    assert one["incident_id"] != other["incident_id"]


async def test_a_repeat_does_nothing(desk):
    await desk.listed("4กข4444")
    seen = await desk.see("4กข4444")
    before = await desk.hit("4กข4444")
    await desk.publish(seen, seen)
    await desk.match()
    assert await desk.hit("4กข4444") == before
    assert (await desk.incident(before["incident_id"]))["report_count"] == 1


@pytest.mark.parametrize(
    ("registration", "province", "payload", "found"),
    [
        ("5กข5555", "10", {}, None),
        ("5กข5555", None, {}, ("probable", "exact_unplaced")),
        ("5กข5555", "10", {"province_confidence": 0.4}, ("probable", "exact_unplaced")),
        ("5กฆ5555", "50", {}, ("probable", "lookalike")),
        ("5กช5555", "10", {}, None),
        ("5กข5556", "50", {}, None),
        ("5กข5555", "50", {"confidence": 0.7}, ("probable", "exact")),
        ("5กข5555", "50", {"frames": 1}, None),
        ("5กข5555", "50", {"confidence": 0.3}, None),
    ],
)
async def test_what_the_rule_makes_of_a_read(desk, registration, province, payload, found):
    number = await desk.listed("5กข5555")
    seen = desk.read(registration, province, payload=payload)
    await desk.publish(seen)
    await desk.match()
    async with desk.core.tx(CORE) as tx:
        rows = await tx.all(select(store.plate_hit).where(store.plate_hit.c.entry == number))
    assert [(row["grade"], row["how"]) for row in rows] == ([] if found is None else [found])
    if rows:
        assert rows[0]["incident_id"] is None, "a probable hit waits for a person"
    await desk.ended(number)


async def test_an_entry_that_ended_or_has_not_begun_makes_nothing(desk):
    number = await desk.listed("6กข6666")
    await desk.see("6กข6666", "10")  # so that the list is in memory
    await desk.ended(number)
    later = await desk.listed("6กข6667", valid_from=desk.clock.now() + timedelta(hours=1))
    over = await desk.listed("6กข6668", valid_until=desk.clock.now() - timedelta(hours=1))
    for registration in ("6กข6666", "6กข6667", "6กข6668"):
        await desk.see(registration)
        assert await desk.hits(registration) == []
    assert later < over


async def test_another_stations_list_never_matches(desk):
    await desk.listed("7กข7777", station=THERE)
    await desk.see("7กข7777")
    assert await desk.hits("7กข7777") == []
    await desk.publish(desk.read("7กข7777", station=THERE, device_id=None, point=None))
    await desk.match()
    hit = await desk.hit("7กข7777")
    assert hit["station_id"] == THERE
    assert await desk.hits("7กข7777", system(HERE)) == []


async def test_a_read_stands_where_the_camera_it_names_stands_else_where_its_box_does(desk):
    """A box says no place of its own: the register knows where its cameras and it stand."""
    for plate, said, stands in (
        ("7กข7771", {"payload": {"camera": CAMERAS[2]}}, at_camera(2)),
        ("7กข7772", {"payload": {"camera": "nowhere"}}, at_camera(0)),
        ("7กข7773", {"payload": {"camera": "nowhere"}, "device_id": None, "source": "nobody"}, None),
    ):
        await desk.listed(plate)
        await desk.see(plate, point=None, **said)
        hit = await desk.hit(plate)
        assert (hit["lon"], hit["lat"]) == ((stands.lon, stands.lat) if stands else (None, None)), plate


async def test_a_restart_loses_nothing_and_makes_nothing_twice(desk):
    await desk.listed("8กข8888")
    await desk.publish(desk.read("8กข8888"))
    fresh = Watching(desk.core, desk.bus, desk.clock, StationLists())
    lost = asyncio.create_task(fresh.match([desk.read("8กข8888", camera=1)]))  # killed before its place was written
    await lost
    await desk.match(Watching(desk.core, desk.bus, desk.clock, StationLists()))
    await desk.match(Watching(desk.core, desk.bus, desk.clock, StationLists()))
    hit = await desk.hit("8กข8888")
    assert hit["seen"] == 2


async def test_the_matcher_runs_by_itself(desk):
    await desk.listed("8กข1212")
    heard = asyncio.Event()

    async def said(_events: Any) -> None:
        heard.set()

    desk.core.publish = said
    running = asyncio.create_task(desk.watching.run())
    try:
        await desk.publish(desk.read("8กข1212"))
        await asyncio.wait_for(heard.wait(), 30)
    finally:
        desk.core.publish = None
        running.cancel()
    assert (await desk.hit("8กข1212"))["grade"] == "alarm"


async def test_a_read_whose_matching_fails_is_put_aside_and_matched_later(desk, monkeypatch):
    await desk.listed("9กข9999")
    await desk.listed("9กข9998")
    real = StationLists.listed

    async def broken(self, tx, station_id, numbers):
        found = await real(self, tx, station_id, numbers)
        if any(row["registration"] == "9กข9999" for row in found.values()):
            raise ValueError("broken \x00 words")
        return found

    monkeypatch.setattr(StationLists, "listed", broken)
    await desk.publish(desk.read("9กข9999"), desk.read("9กข9998"))
    await desk.match()
    assert await desk.hits("9กข9999") == []
    assert len(await desk.hits("9กข9998")) == 1, "the others go on"
    async with desk.core.tx(CORE) as tx:
        assert await store.failing(tx, HERE) == 1
    monkeypatch.undo()
    desk.clock.move(timedelta(minutes=1))
    await desk.watching.again([HERE, THERE])
    assert (await desk.hit("9กข9999"))["grade"] == "alarm"
    async with desk.core.tx(CORE) as tx:
        assert await store.failing(tx, HERE) == 0


async def test_a_sighting_that_comes_late_alarms_nobody(desk):
    await desk.listed("1ขข1111")
    old = desk.read("1ขข1111")
    await desk.publish(replace(old, received_at=old.observed_at + timedelta(hours=2), clock="late"))
    desk.clock.move(timedelta(hours=2))
    await desk.match()
    hit = await desk.hit("1ขข1111")
    assert (hit["grade"], hit["how"], hit["incident_id"]) == ("probable", "exact", None)


async def test_the_reads_of_a_day_are_counted_once(desk):
    desk.clock.move(timedelta(days=3))
    seen = [desk.read(f"1งง{number:04}") for number in range(1, 4)]
    await desk.publish(*seen, desk.read("", None))
    await desk.match()
    await desk.match(Watching(desk.core, desk.bus, desk.clock, StationLists()))
    day: datetime = desk.clock.now()
    async with desk.core.tx(CORE) as tx:
        mine = store.plate_match_day
        row = await tx.one(select(mine).where(mine.c.station_id == HERE).order_by(mine.c.day.desc()).limit(1))
        hits = await tx.scalar(select(func.count()).select_from(store.plate_hit).where(store.plate_hit.c.made_at > day))
    assert row is not None
    assert (row["reads"], row["unreadable"]) == (4, 1)
    assert hits == 0
