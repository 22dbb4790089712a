"""Plan against track: the chief sees every unit of a shift, a unit its own stays alone, and the looks are in the log."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from tests.conftest import NIGHT
from tests.patrol.conftest import HERE, THERE, away
from tests.patrol.test_plans import desk, made  # noqa: F401  a fixture
from unjai.model.actor import system
from unjai.model.ids import observation_id
from unjai.patrol.driven_sheet import facts_of, sheet
from unjai.patrol.store import plans as store
from unjai.patrol.store import trails
from unjai.people import flows as people
from unjai.platform.audit import audit_log
from unjai.territory.store import device

_SEEN = text(
    "INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat,"
    " accuracy_m, payload, digest) VALUES (:id, :s, 'position', 't', :d, :at, :at, 'ok', :lon, :lat, 5, '{}', 'x')"
)


async def phone_of(station, unit_id):
    """A phone for a unit."""
    phone = uuid4()
    facts = {"key": f"p-{phone.hex[:8]}", "kind": "phone", "name_th": "เครื่อง", "owner_kind": "police"}
    async with station.tx(system(HERE)) as tx:
        await tx.execute(insert(device).values(id=phone, station_id=HERE, silent_after_s=0, **facts))
        await tx.execute(text("UPDATE unit SET device_id = :d WHERE id = :u"), {"d": phone, "u": unit_id})
    return phone


async def stood(station, phone, at, lon, lat, *, seconds=800):
    """Positions of a phone that stands somewhere."""
    async with station.tx(system(HERE)) as tx:
        for second in range(0, seconds, 20):
            moment = at + timedelta(seconds=second)
            values = {"id": observation_id(moment, "t", f"{phone}{moment}"), "s": HERE, "d": phone, "at": moment}
            await tx.execute(_SEEN, {**values, "lon": lon, "lat": lat})


async def acts(station, subject):
    """The actions in the log about one subject."""
    async with station.tx(system(HERE)) as tx:
        rows = await tx.all(select(audit_log.c.action).where(audit_log.c.subject == subject))
    return [row["action"] for row in rows]


@pytest.fixture
async def shift(desk, station, clock):  # noqa: F811
    """A published plan whose first stop was kept; the shift is over."""
    plan = await made(desk, break_min=0)
    await desk.post(f"/api/patrol/plans/{plan['id']}/publish", json={"version": plan["version"]})
    phone = await phone_of(station, desk.officer.unit_id)
    async with station.tx(system(HERE)) as tx:
        row = await store.one(tx, plan["id"])
    stop = plan["result"]["rounds"][0]["stops"][0]
    await stood(station, phone, row["from_at"] + timedelta(seconds=stop["at_s"]), stop["lon"], stop["lat"])
    clock.move(timedelta(hours=4))
    desk.asked = {"day": desk.order["day"], "shift_id": desk.order["shift_id"]}
    desk.stop = stop
    return desk


async def test_the_chief_sees_every_unit_of_a_shift_beside_its_plan(shift, station):
    told = (await shift.get("/api/patrol/driven", params=shift.asked)).json()
    [unit] = [one for one in told["units"] if one["unit"] == str(shift.officer.unit_id)]
    assert unit["planned"]
    assert unit["stops"][0]["state"] == "done"
    assert {one["state"] for one in unit["stops"][1:]} <= {"unknown", "missed", "early", "late"}
    assert unit["place_min"] >= 10
    assert unit["risk_min"] is not None
    assert unit["track"] == []
    one = {**shift.asked, "unit_id": unit["unit"]}
    [alone] = (await shift.get("/api/patrol/driven", params=one)).json()["units"]
    assert alone["stops"] == unit["stops"]
    assert alone["track"]
    assert abs(alone["track"][0][2] - shift.stop["lat"]) < 0.001
    log = await acts(station, f"shift:{shift.asked['shift_id']}")
    assert log.count("patrol.driven.look") >= 2


@pytest.mark.parametrize("lang", ["th", "en"])
async def test_the_shift_is_printed_in_both_languages(shift, station, lang):
    paper = await shift.get("/api/patrol/driven.pdf", params={**shift.asked, "lang": lang})
    assert paper.status_code == 200, paper.text
    assert paper.content.startswith(b"%PDF-")
    assert "patrol.driven.print" in await acts(station, f"shift:{shift.asked['shift_id']}")


async def test_a_long_shift_is_thinned_for_every_unit_alike_and_never_cut_off(station, clock, monkeypatch):
    begin, phones = clock.now(), [uuid4(), uuid4()]
    async with station.tx(system(HERE)) as tx:
        for phone in phones:
            facts = {"key": f"p-{phone.hex[:8]}", "kind": "phone", "name_th": "เครื่อง", "owner_kind": "police"}
            await tx.execute(insert(device).values(id=phone, station_id=HERE, silent_after_s=0, **facts))
    for phone in phones:
        await stood(station, phone, begin, 99.0, 16.6, seconds=3600)
    monkeypatch.setattr(store, "MOST_POSITIONS", 40)
    monkeypatch.setattr(trails, "MOST_OF_ONE", 20)
    until = begin + timedelta(hours=1)
    async with station.tx(system(HERE)) as tx:
        rows = await store.tracks(tx, phones, begin, begin, until)
        alone = await trails.track_of(tx, phones[0], begin, begin, until)
    assert store.step_of(phones, begin, until) == 180
    own = {phone: [row["at_s"] for row in rows if row["device_id"] == phone] for phone in phones}
    for moments in (*own.values(), [row["at_s"] for row in alone]):
        assert 19 <= len(moments) <= 22
        assert moments[0] < 180
        assert moments[-1] >= 3600 - 360


def test_a_unit_without_a_track_is_one_line_of_the_sheet():
    stop = {
        "place": "A-01",
        "name": {"th": "ธนาคาร", "en": "Bank"},
        "lon": 99.0,
        "lat": 16.6,
        "at_s": 600,
        "minutes": 12,
    }
    stop |= {"state": "unknown", "from_s": None, "to_s": None, "proof": None, "score": None}
    head = {"kind": "car", "gaps": [], "extra": [], "length_m": 900, "place_min": 0, "risk_min": None, "off_street": 0}
    seen = {**head, "call_sign": "11", "positions": 9, "carries": True, "on_duty": True, "stops": [], "proven": 0}
    seen["pieces"] = [[(99.0, 16.6), (99.001, 16.6)]]
    dark = {**seen, "call_sign": "12", "positions": 0, "stops": [stop], "proven": 2, "pieces": []}
    away_ = {**dark, "call_sign": "13", "carries": False, "on_duty": False, "stops": [], "proven": 0}
    times = {"from_at": NIGHT, "to_at": NIGHT + timedelta(hours=8), "day": NIGHT.date(), "places": []}
    shift = {
        **times,
        "shift_th": "เช้า",
        "shift_en": "",
        "plan_id": None,
        "driven_share": 0,
        "units": [seen, dark, away_],
    }
    told = facts_of(shift, [], station=("ส", "S"), now=NIGHT + timedelta(hours=9), by="ก", lang="en")
    assert [one["name"] for one in told["units"]] == ["11"]
    assert [list(one.values()) for one in told["without"]] == [
        ["12", "No position came in during this shift", "Not known 1 · Proven 2"],
        ["13", "Carries no phone or tracker · Not signed on", "No points in the plan"],
    ]
    assert len(told["rows"]) == 3
    assert told["footnote"].startswith("“No position” counts between"), "what the figure leaves out is said below it"
    unseen = facts_of({**shift, "units": [dark]}, [], station=("ส", "S"), now=NIGHT, by="ก", lang="en")
    assert unseen["footnote"] == "", "there is no such figure to explain"


async def test_a_long_round_goes_on_on_the_next_page():
    stop = {
        "place": "A-01",
        "name": {"th": "ธนาคารเกษตรเวียง สาขาสุขเกษม", "en": ""},
        "lon": 99.0,
        "lat": 16.6,
        "minutes": 12,
    }
    stop |= {"state": "done", "from_s": 600, "to_s": 1_300, "proof": None, "score": None}
    unit = {
        "call_sign": "11",
        "kind": "car",
        "gaps": [],
        "extra": [],
        "length_m": 900,
        "place_min": 0,
        "risk_min": None,
    }
    unit |= {"off_street": 0, "positions": 9, "carries": True, "on_duty": True, "proven": 0}
    unit |= {"pieces": [[(99.0, 16.6), (99.001, 16.6)]], "stops": [{**stop, "at_s": 660 * n} for n in range(38)]}
    times = {"from_at": NIGHT, "to_at": NIGHT + timedelta(hours=8), "day": NIGHT.date(), "places": [], "plan_id": None}
    shift = {**times, "shift_th": "เช้า", "shift_en": "", "driven_share": 0, "units": [unit]}
    made = await sheet(shift, [], station=("ส", "S"), now=NIGHT + timedelta(hours=9), by="ก", lang="th")
    assert re.findall(rb"/Type/Pages/Count (\d+)", made) == [b"3"], (
        "the table, and two pages of points; none is printed over another"
    )


async def test_only_who_may_replay_and_only_the_own_station(shift, client_of):
    assert (await shift.officer.get("/api/patrol/driven", params=shift.asked)).status_code == 403
    stranger = await client_of("superintendent", THERE)
    assert (await stranger.get("/api/patrol/driven", params=shift.asked)).status_code == 404
    nobody = {**shift.asked, "unit_id": str(uuid4())}
    assert (await shift.get("/api/patrol/driven", params=nobody)).status_code == 404


async def test_a_unit_without_a_plan_has_its_track_and_no_missed_points(desk, station, clock, client_of):  # noqa: F811
    officer = await client_of("officer", unit=True)
    phone = await phone_of(station, officer.unit_id)
    async with station.tx(system(HERE)) as tx:
        await people.sign_on(tx, system(HERE), clock, unit_id=officer.unit_id)
    await stood(station, phone, clock.now(), 99.0, away(150))
    clock.move(timedelta(minutes=30))
    asked = {"day": desk.order["day"], "shift_id": desk.order["shift_id"]}
    told = (await desk.get("/api/patrol/driven", params=asked)).json()
    assert told["plan_id"] is None
    [unit] = [one for one in told["units"] if one["unit"] == str(officer.unit_id)]
    assert (unit["planned"], unit["stops"], unit["risk_min"]) == (False, [], None)
    assert "A-01" in [one["place"] for one in unit["extra"]]
    assert unit["place_min"] >= 10


async def test_one_sees_ones_own_stays_and_nobody_elses(desk, station, clock, client_of):  # noqa: F811
    mine, other = await client_of("officer", unit=True), await client_of("officer", unit=True)
    for who in (mine, other):
        async with station.tx(who.actor) as tx:
            await people.sign_on(tx, who.actor, clock, unit_id=who.unit_id)
    phone = await phone_of(station, mine.unit_id)
    await stood(station, phone, clock.now() + timedelta(seconds=5), 99.0, away(150))
    clock.move(timedelta(minutes=40))
    [stay] = (await mine.get("/api/patrol/my/shifts")).json()
    told = (await mine.get("/api/patrol/my/track")).json()["shift"]
    assert told["id"] == stay["id"]
    assert told["track"]
    assert told["extra"][0]["place"] == "A-01"
    assert told["planned"] is False
    same = (await mine.get("/api/patrol/my/track", params={"duty_id": stay["id"]})).json()["shift"]
    assert same["track"] == told["track"]
    assert (await acts(station, f"duty:{stay['id']}")).count("patrol.track.own") == 2
    assert (await other.get("/api/patrol/my/track", params={"duty_id": stay["id"]})).status_code == 404
    assert (await desk.get("/api/patrol/my/track")).status_code == 403
    clock.move(timedelta(days=15))
    assert (await mine.get("/api/patrol/my/shifts")).json() == []
    assert (await mine.get("/api/patrol/my/track", params={"duty_id": stay["id"]})).status_code == 404


async def test_before_the_first_duty_there_is_nothing(client_of):
    fresh = await client_of("officer", unit=True)
    assert (await fresh.get("/api/patrol/my/track")).json() == {"shift": None}
