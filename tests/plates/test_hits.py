"""From the stream to a hit, an event and a verdict: exactly once, at the right station, whatever fails in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import func, insert, select, text

import unjai.app  # noqa: F401  it wires what stands above the plates
from tests.conftest import NIGHT
from tests.plates.made import CHIEF, CORE, HERE, THERE, acting, read, recorded
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, named_id
from unjai.model.reading import Observation
from unjai.plates.flows import hits as flows
from unjai.plates.flows.hit_figures import figures
from unjai.plates.flows.listed import StationLists
from unjai.plates.hit_view import whole_out
from unjai.plates.pictures import plate_pictures
from unjai.plates.store import hits as store
from unjai.plates.store import watch_list as entries
from unjai.plates.store.reads import held_plate_read
from unjai.plates.watching import STREAM, Watching
from unjai.platform.database import Database, metadata
from unjai.platform.follow import Follower
from unjai.platform.streams import Bus
from unjai.territory.store.tables import device, org_unit, street_edge, territory_version
from unjai.territory.view import forget

OPERATOR = acting("operator", name="ร.ต.ต.หญิง สมใจ")
SECOND = acting("operator", name="ส.ต.อ. วิชัย")
BASE = Point(lon=99.0, lat=18.8)
CAMERAS = ("LPR-1", "LPR-2", "LPR-3", "LPR-4")


def at_camera(number: int) -> Point:
    return Point(lon=BASE.lon + 0.01 * number, lat=BASE.lat)


def camera_id(number: int) -> DeviceId:
    return DeviceId(named_id("hits", CAMERAS[number]))


@dataclass(kw_only=True)
class Desk:
    """The matcher of a station over real engines, and short ways to let cameras read."""

    db: Database
    core: Database
    bus: Bus
    clock: MovedClock
    watching: Watching
    count: int = 0
    told: list[str] = field(default_factory=list)

    async def listed(
        self, registration: str, province: str | None = "50", *, station: StationId = HERE, **more: Any
    ) -> int:
        """Put an approved entry on a station's list; return its number."""
        words = dict.fromkeys(entries.SAID, "")
        values = {
            "id": uuid4(),
            "registration": registration,
            "province": province,
            "partial": False,
            "special": False,
            **words,
            "reason": "รถถูกโจรกรรม",
            "case_number": f"คดี {registration}/2569",
            "instruction": "ห้ามหยุดคนเดียว",
            "valid_from": self.clock.now() - timedelta(days=1),
            "valid_until": self.clock.now() + timedelta(days=30),
            "state": "approved",
            "proposer_name": "ร.ต.อ. หนึ่ง",
            "proposed_at": self.clock.now(),
            "approver_name": "พ.ต.ท. สอง",
            "ended_name": "",
            "ended_why": "",
        } | more
        async with self.core.tx(system(station)) as tx:
            row = await entries.add(tx, station, values | {"version": await entries.bump(tx, station)})
        return int(row["number"])

    async def ended(self, number: int, station: StationId = HERE) -> None:
        async with self.core.tx(system(station)) as tx:
            key = await tx.scalar(select(entries.watch_entry.c.id).where(entries.watch_entry.c.number == number))
            await entries.change(tx, key, state="ended", version=await entries.bump(tx, station))

    def read(self, registration: str, province: str | None = "50", *, camera: int = 0, **more: Any) -> Observation:
        self.clock.move(timedelta(seconds=1))
        more = {"device_id": camera_id(camera), "point": at_camera(camera)} | more
        return read(self.clock.now(), registration, province, camera=CAMERAS[camera], **more)

    async def publish(self, *batch: Observation) -> None:
        """Put a list on the stream as INTAKE does, under a message id of its own: a repeat comes through too."""
        self.count += 1
        subject = f"obs.{batch[0].station_id}.plates.plate_read.{batch[0].source}"
        await self.bus.js.publish(subject, msgspec.json.encode(batch))

    async def match(self, watching: Watching | None = None) -> None:
        """Let the matcher read the stream to its end, from the place in the database on."""
        one = watching or self.watching
        last = (await self.bus.js.stream_info(STREAM)).state.last_seq
        place = await one._place()
        if place >= last:
            return
        follower = Follower(self.bus, STREAM, since=place)
        async for items in follower.batches():
            assert await one.take(items)
            if items[-1].seq >= last:
                return

    async def see(self, registration: str, province: str | None = "50", **more: Any) -> Observation:
        seen = self.read(registration, province, **more)
        await self.publish(seen)
        await self.match()
        return seen

    async def hits(self, registration: str, actor: Actor = CORE) -> list[dict[str, Any]]:
        async with self.core.tx(actor) as tx:
            mine = select(store.plate_hit).where(store.plate_hit.c.registration == registration)
            return await tx.all(mine.order_by(store.plate_hit.c.made_at, store.plate_hit.c.id))

    async def hit(self, registration: str) -> dict[str, Any]:
        (row,) = await self.hits(registration)
        return row

    async def incident(self, incident_id: UUID) -> dict[str, Any]:
        async with self.core.tx(CORE) as tx:
            table = metadata.tables["incident"]
            found = await tx.one(select(table).where(table.c.id == incident_id))
        assert found is not None
        return found

    async def steps(self, incident_id: UUID) -> list[str]:
        table = metadata.tables["timeline"]
        async with self.core.tx(CORE) as tx:
            rows = await tx.all(select(table.c.kind).where(table.c.incident_id == incident_id).order_by(table.c.seq))
        return [row["kind"] for row in rows]

    async def judge(self, hit: dict[str, Any], verdict: str, actor: Actor = OPERATOR, **more: Any) -> dict[str, Any]:
        self.clock.move(timedelta(milliseconds=5))
        said = {"hit_id": hit["id"], "version": hit["version"], "verdict": verdict} | more
        async with self.db.tx(actor) as tx:
            return await flows.judge(tx, actor, self.clock, **said)

    async def tend(self, folder: Any) -> None:
        async with self.core.tx(system(HERE, THERE, name="match")) as tx:
            await flows.tend(tx, tx.actor, self.clock, plate_pictures(folder))


@pytest.fixture(scope="module")
async def built(db: Database) -> MovedClock:
    """Two stations on one street with four cameras, built once a module."""
    forget()
    root = system(HERE, THERE)
    async with db.tx(root) as tx:
        for key, parent, path, level in [
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ]:
            named = {"code": f"h{key}", "name_th": f"สภ.{key}", "name_en": f"S{key}"}
            await tx.execute(
                insert(org_unit).values(id=key, parent_id=parent, path=path, level=level, **named).inline()
            )
        for station in (HERE, THERE):
            own = {"station_id": station, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
        for number, key in enumerate(CAMERAS):
            place = at_camera(number)
            own = {"id": camera_id(number), "station_id": HERE, "key": key, "kind": "camera"}
            names = {"name_th": f"กล้อง {number + 1}", "name_en": f"Camera {number + 1}", "owner_kind": "police"}
            await tx.execute(insert(device).values(**own, **names, lon=place.lon, lat=place.lat, silent_after_s=60))
        for number in range(8):
            west, east = BASE.lon + 0.005 * number, BASE.lon + 0.005 * (number + 1)
            line = {"type": "LineString", "coordinates": [[west, BASE.lat], [east, BASE.lat]]}
            own = {"station_id": HERE, "id": number + 1, "key": f"e{number}", "node_a": number, "node_b": number + 1}
            names = {
                "name_th": "ถนนทดสอบ",
                "name_en": "Test Road",
                "class": "main",
                "length_m": 526.3,
                "geometry": line,
            }
            await tx.execute(insert(street_edge).values(**own, **names))
    return MovedClock(NIGHT)


@pytest.fixture
async def desk(db: Database, worker_db: Database, bus: Bus, built: MovedClock) -> AsyncIterator[Desk]:
    """The desk, with the matcher's place at the end of what other tests said."""
    last = (await bus.js.stream_info(STREAM)).state.last_seq
    async with worker_db.tx(CORE) as tx:
        await store.set_place(tx, STREAM, last)
    watching = Watching(worker_db, bus, built, StationLists())
    yield Desk(db=db, core=worker_db, bus=bus, clock=built, watching=watching)


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
    assert (event["code"], event["channel"], event["state"], event["priority"]) == ("PLT", "plate", "new", 2)
    assert (event["about_th"], event["about_en"]) == ("1กข 1111 เชียงใหม่", "1กข 1111 Chiang Mai")
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
        ("5กช5555", "50", {}, ("probable", "lookalike")),
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


async def test_a_confirmed_hit_opens_its_event_and_goes_on_reporting(desk):
    await desk.listed("2ขข2222")
    await desk.see("2ขข2222", None)
    hit = await desk.hit("2ขข2222")
    done = await desk.judge(hit, "confirmed", words="  เทียบแล้ว   ตรง ")
    assert (done["state"], done["words"], done["judged_name"]) == ("confirmed", "เทียบแล้ว ตรง", OPERATOR.name)
    assert await desk.steps(done["incident_id"]) == ["opened", "plate_confirmed"]
    await desk.see("2ขข2222", None, camera=3)
    assert await desk.steps(done["incident_id"]) == ["opened", "plate_confirmed", "joined"]


async def test_two_operators_at_once_one_wins_and_the_other_is_told(desk):
    await desk.listed("3ขข3333")
    await desk.see("3ขข3333", None)
    hit = await desk.hit("3ขข3333")
    results = await asyncio.gather(
        desk.judge(hit, "confirmed"), desk.judge(hit, "rejected", SECOND), return_exceptions=True
    )
    (refused,) = [one for one in results if isinstance(one, UnjaiError)]
    (won,) = [one for one in results if isinstance(one, dict)]
    assert (refused.code, refused.status, refused.facts["state"]) == ("plate_hit_changed", 409, won["state"])
    assert won["judged_name"] in refused.facts["who_th"]
    with pytest.raises(UnjaiError, match="plate_hit_judged"):
        await desk.judge(won, "rejected", SECOND)


async def test_a_verdict_is_taken_back_by_who_gave_it_within_its_time(desk):
    await desk.listed("4ขข4444")
    await desk.see("4ขข4444")
    hit = await desk.judge(await desk.hit("4ขข4444"), "rejected", words="ป้ายอื่น")
    asked = {"hit_id": hit["id"], "version": hit["version"]}
    with pytest.raises(UnjaiError, match="plate_hit_undo_over"):
        async with desk.db.tx(SECOND) as tx:
            await flows.take_back(tx, SECOND, desk.clock, **asked)
    async with desk.db.tx(OPERATOR) as tx:
        back = await flows.take_back(tx, OPERATOR, desk.clock, **asked)
    assert (back["state"], back["words"], back["judged_name"]) == ("waiting", "", None)
    assert (await desk.steps(back["incident_id"]))[-2:] == ["plate_rejected", "plate_undone"]
    hit = await desk.judge(back, "rejected")
    desk.clock.move(timedelta(minutes=11))
    with pytest.raises(UnjaiError, match="plate_hit_undo_over"):
        async with desk.db.tx(OPERATOR) as tx:
            await flows.take_back(tx, OPERATOR, desk.clock, hit_id=hit["id"], version=hit["version"])


async def test_what_was_rejected_stays_silent_until_something_stronger_comes(desk):
    await desk.listed("5ขข5555")
    await desk.see("5ขข5555", None)
    await desk.judge(await desk.hit("5ขข5555"), "rejected")
    await desk.see("5ขข5555", None, camera=1)
    hit = await desk.hit("5ขข5555")
    assert (hit["state"], hit["seen"], hit["incident_id"]) == ("rejected", 2, None)
    await desk.see("5ขข5555", "50", camera=2)
    _old, fresh = await desk.hits("5ขข5555")
    assert (fresh["state"], fresh["grade"]) == ("waiting", "alarm")
    assert fresh["incident_id"] is not None


async def test_a_waiting_hit_lapses_and_waits_again_when_it_is_seen_again(desk, tmp_path):
    await desk.listed("6ขข6666")
    await desk.see("6ขข6666", None)
    desk.clock.move(timedelta(minutes=20))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "waiting"
    await desk.see("6ขข6666", None)
    desk.clock.move(timedelta(minutes=59))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "waiting", "the later sighting counts"
    desk.clock.move(timedelta(minutes=2))
    await desk.tend(tmp_path)
    assert (await desk.hit("6ขข6666"))["state"] == "lapsed"


async def test_what_is_confirmed_is_held_and_what_is_not_forgets_its_plate(desk, tmp_path):
    await desk.listed("7ขข7777")
    await desk.listed("7ขข7778")
    pictures = plate_pictures(tmp_path)
    crop = await pictures.put(b"\xff\xd8 crop", desk.clock.now())
    kept = desk.read("7ขข7777", None, payload={"crop": crop})
    lost = desk.read("7ขข7778", None, payload={"crop": crop})
    await recorded(desk.core, kept, lost)
    await desk.publish(kept, lost)
    await desk.match()
    await desk.judge(await desk.hit("7ขข7777"), "confirmed")
    rejected = await desk.judge(await desk.hit("7ขข7778"), "rejected")
    await desk.tend(tmp_path)
    held = select(held_plate_read.c.case_number, held_plate_read.c.id).where(
        held_plate_read.c.id.in_([kept.id, lost.id])
    )
    async with desk.core.tx(CORE) as tx:
        assert await tx.all(held) == [], "the word may still be taken back"
    desk.clock.move(timedelta(minutes=11))
    await desk.tend(tmp_path)
    async with desk.core.tx(CORE) as tx:
        assert [(row["case_number"], row["id"]) for row in await tx.all(held)] == [("คดี 7ขข7777/2569", kept.id)]
    pictures.forget(desk.clock.now().date() + timedelta(days=9))
    assert await pictures.read(crop, kept.received_at) == b"\xff\xd8 crop"
    desk.clock.move(timedelta(days=31))
    await desk.tend(tmp_path)
    async with desk.core.tx(CORE) as tx:
        gone = await store.hit_of(tx, rejected["id"])
        (sighting,) = await store.sightings_of(tx, [rejected["id"]])
    assert gone is not None
    assert (gone["state"], gone["registration"], gone["crop"], gone["lon"], gone["forgotten"]) == (
        "rejected",
        "",
        None,
        None,
        True,
    )
    assert (sighting["crop"], sighting["lon"]) == (None, None)
    assert (await desk.hit("7ขข7777"))["forgotten"] is False
    desk.clock.move(timedelta(days=-31))


async def test_the_panel_shows_the_way_and_the_cameras_ahead_not_behind(desk):
    await desk.listed("8ขข8888")
    await desk.see("8ขข8888", camera=0)
    desk.clock.move(timedelta(seconds=100))
    await desk.see("8ขข8888", camera=1)
    row = await desk.hit("8ขข8888")
    async with desk.db.tx(OPERATOR) as tx:
        sightings = await store.sightings_of(tx, [row["id"]])
        whole = await whole_out(tx, OPERATOR, row, sightings, desk.clock.now())
    assert [one.camera_en for one in whole.sightings] == ["Camera 2", "Camera 1"]
    assert [one.key for one in whole.onward] == ["LPR-3"], "not the one behind, not the one past the next"
    assert whole.differing is not None
    assert whole.differing.read == []
    assert whole.entry.instruction == "ห้ามหยุดคนเดียว"


async def test_the_figures_count_verdicts_and_say_how_sure_they_are(desk):
    desk.clock.move(timedelta(days=2))
    for number in range(4):
        registration = f"9คค900{number}"
        await desk.listed(registration)
        await desk.see(registration, None)
        if number < 3:
            await desk.judge(await desk.hit(registration), "confirmed" if number else "rejected")
    await desk.see("9คค9999", "10")
    async with desk.db.tx(CHIEF) as tx:
        told = await figures(tx, CHIEF, desk.clock, days=1)
    (day,) = told.days
    assert (day.reads, day.probable, day.alarm) == (5, 4, 0)
    assert (day.confirmed, day.rejected, day.waiting) == (2, 1, 1)
    assert (told.rejected.count, told.rejected.of) == (1, 3)
    assert told.rejected.low is not None
    assert told.rejected.high is not None
    assert told.rejected.low < 1 / 3 < told.rejected.high
    assert [one.how for one in told.by_likeness] == ["exact_unplaced"]


async def test_nobody_without_the_right_sees_a_hit(desk):
    await desk.listed("9ขข9999")
    await desk.see("9ขข9999")
    row = await desk.hit("9ขข9999")
    officer = acting("officer")
    with pytest.raises(UnjaiError, match="right_missing"):
        async with desk.db.tx(officer) as tx:
            await flows.hits(tx, officer)
    async with desk.db.tx(officer) as tx:
        assert await store.hit_of(tx, row["id"]) is None
    async with desk.db.tx(acting("operator", THERE)) as tx:
        assert await store.hit_of(tx, row["id"]) is None


async def test_each_verdict_stands_in_the_log(desk):
    await desk.listed("1คค1111")
    await desk.see("1คค1111", None)
    hit = await desk.judge(await desk.hit("1คค1111"), "rejected")
    async with desk.core.tx(CORE) as tx:
        rows = await tx.all(
            text("SELECT action FROM audit WHERE subject = :subject ORDER BY at"), {"subject": f"plate_hit:{hit['id']}"}
        )
    assert [row["action"] for row in rows] == ["plates.hit", "plates.reject"]


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
