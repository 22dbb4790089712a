"""A dispatched unit asks the junctions on its way: when it sets out, with every position, until it has passed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import delete, insert, update

from tests.conftest import NIGHT
from tests.respond.conftest import CASE
from tests.signals.conftest import HERE, acting, the_file
from tests.signals.test_room import LANES, Controller, Says, codes, mode, seen
from unjai.demo.town.crossing import MITMAITRI
from unjai.demo.town.shapes import to_lonlat
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, ObservationId, StationId
from unjai.model.reading import Observation
from unjai.people.flows import create_unit, sign_on
from unjai.people.store import unit
from unjai.respond import flows
from unjai.respond.flows import NewReport
from unjai.respond.store import tables
from unjai.signals.controller.greenway import STALE_S
from unjai.signals.room import seconds
from unjai.signals.rules.definition import junction_of
from unjai.signals.rules.holding import Holding
from unjai.signals.rules.on_the_way import crossed
from unjai.signals.store import junctions as store
from unjai.territory.store.tables import device, street_edge, territory_version
from unjai.territory.streets import Edge, StreetGraph
from unjai.territory.view import forget

X, Y = MITMAITRI
ENDS = {"N": (0.0, 600.0), "E": (600.0, 0.0), "S": (0.0, -600.0), "W": (-600.0, 0.0)}
FILE = the_file()
JUNCTION = junction_of(FILE)


def place(east_m: float, north_m: float, accuracy_m: float | None = None) -> Point:
    """A place so many metres from the middle of the crossing."""
    lon, lat = to_lonlat((X + east_m, Y + north_m))
    return Point(lon=lon, lat=lat, accuracy_m=accuracy_m)


def line(east_m: float, north_m: float) -> list[tuple[float, float]]:
    return [to_lonlat((X + east_m, Y + north_m)), to_lonlat((X, Y))]


GRAPH = StreetGraph.of(
    Edge(
        id=number,
        node_a=number,
        node_b=0,
        coordinates=tuple(line(*end)),
        length_m=600.0,
        street_class="collector",
        oneway=False,
        name_th="",
        name_en="",
        lit=True,
    )
    for number, end in enumerate(ENDS.values(), 1)
)


def way(begin: str, end: str, *, from_m: float = 500.0, to_m: float = 500.0) -> tuple[set[str], float, float] | None:
    """Return the lanes and turns, the metres and the seconds of a drive from arm to arm."""
    ends = [place(x * metres / 600, y * metres / 600) for (x, y), metres in ((ENDS[begin], from_m), (ENDS[end], to_m))]
    path = GRAPH.path(*ends, "car")
    assert path is not None
    found = crossed(FILE, JUNCTION, path)
    if found is None:
        return None
    links = [JUNCTION.links[k] for k in found.links]
    return {f"{JUNCTION.lanes[one.from_lane].key}{one.turn}" for one in links}, found.distance_m, found.eta_s


@pytest.mark.parametrize(
    ("begin", "end", "lanes"),
    [
        ("S", "N", {"S1s", "S2s"}),
        ("N", "S", {"N1s", "N2s"}),
        ("S", "W", {"S1l"}),
        ("S", "E", {"S2r"}),
        ("W", "N", {"W1l"}),
        ("E", "N", {"E2r"}),
    ],
)
def test_a_way_tells_the_lanes_and_the_turn(begin: str, end: str, lanes: set[str]) -> None:
    found = way(begin, end)
    assert found is not None
    assert found[0] == lanes
    assert found[1] == pytest.approx(486, abs=5)  # 500 m to the middle, the line stands 14 m before it
    assert found[2] == pytest.approx(found[1] / GRAPH.path(place(0, -500), place(0, 500)).speeds_mps[0], rel=0.01)


def test_who_is_over_the_line_or_stops_before_it_has_no_junction_on_the_way() -> None:
    assert way("S", "N", from_m=10) is None
    assert GRAPH.path(place(0, -500), place(0, -100)) is not None
    assert crossed(FILE, JUNCTION, GRAPH.path(place(0, -500), place(0, -100))) is None


def test_a_way_that_ends_behind_the_line_may_take_any_turn() -> None:
    found = way("S", "N", to_m=20)
    assert found is not None
    assert {one[2] for one in found[0]} == {"l", "s", "r"}


def test_holding_counts_what_others_waited_and_only_what_was_watched() -> None:
    holding = Holding()
    assert [holding.second(at, "car-1", 4) for at in (10, 11, 12, 60, 61)] == [True, False, False, False, False]
    assert holding.over(["car-1"]) == {}
    ended = holding.over([])
    assert (ended["car-1"].held_s, ended["car-1"].waited_s) == (3, 12)
    assert holding.over([]) == {}


@pytest.fixture(scope="module")
async def town(db, ground):
    """Two roads that cross where the demo's crossing stands, and a car on duty."""
    forget()
    phone, root = DeviceId(uuid4()), system(HERE)
    rows = [
        {
            "station_id": HERE,
            "id": number,
            "key": f"e{number}",
            "node_a": number,
            "node_b": 0,
            "name_th": "ถนน",
            "name_en": "Road",
            "class": "collector",
            "length_m": 600.0,
            "geometry": {"type": "LineString", "coordinates": line(*end)},
        }
        for number, end in enumerate(ENDS.values(), 1)
    ]

    clock = MovedClock(NIGHT)
    async with db.tx(root) as tx:
        await tx.execute(insert(street_edge), rows)
        stamp = {"station_id": HERE, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
        await tx.execute(insert(territory_version).values(**stamp).inline())
        facts = {"name_th": "โทรศัพท์", "owner_kind": "police", "silent_after_s": 180}
        await tx.execute(insert(device).values(id=phone, station_id=HERE, key="phone-21", kind="phone", **facts))
        known = {"call_sign": "สายตรวจ 21", "kind": "car", "name_th": "21", "device_id": phone, "station_id": HERE}
        unit_id = await create_unit(tx, root, clock, **known)
        await sign_on(tx, root, clock, unit_id=unit_id)
    yield SimpleNamespace(phone=phone, unit_id=unit_id)
    forget()


@pytest.fixture
async def cases(db, town):
    """No case is left of a test, and the car is free."""
    yield
    async with db.tx(system(HERE)) as tx:
        for table in (*CASE, tables.timeline, tables.assignment, tables.report_caller, tables.report, tables.incident):
            await tx.execute(delete(table))
        await tx.execute(update(unit).values(work="free", incident_id=None))


@pytest.fixture
async def it(db, clock, row, town, cases, room_of):
    """The room with the crossing in shadow; its rule would let the east go."""
    controllers = []

    def opens(spec):
        controllers.append(Controller(spec))
        return controllers[-1]

    room = await room_of(make=lambda _junction: Says(), opens=opens)
    return SimpleNamespace(
        room=room, controllers=controllers, key=row["id"], clock=clock, db=db, town=town, post=room.posts[row["id"]]
    )


async def dispatched(it, *, north_m: float = 500.0, priority: int = 1, sets_out: bool = True):
    """A call for help north of the crossing; the car takes it and sets out. Return the assignment."""
    now = it.clock.now()
    report = NewReport(
        observation_id=uuid4(),
        digest=str(uuid4()),
        channel="citizen",
        kind="citizen_sos",
        observed_at=now,
        received_at=now,
        source="caller",
        point=place(0, north_m),
    )
    operator, officer = acting("operator"), acting("officer")
    object.__setattr__(officer, "unit_id", it.town.unit_id)
    async with it.db.tx(system(HERE)) as tx:
        taken = await flows.take_report(tx, system(HERE), it.clock, report=report)
        await tx.execute(
            update(tables.incident).where(tables.incident.c.id == taken.incident_id).values(priority=priority)
        )
    async with it.db.tx(operator) as tx:
        offered = await flows.offer(tx, operator, it.clock, incident_id=taken.incident_id, unit_id=it.town.unit_id)
    async with it.db.tx(officer) as tx:
        await flows.accept(tx, officer, it.clock, assignment_id=offered)
        if sets_out:
            await flows.en_route(tx, officer, it.clock, assignment_id=offered)
    await it.room._dispatched("", b"")
    return SimpleNamespace(id=offered, officer=officer, incident_id=taken.incident_id)


async def at(it, east_m: float, north_m: float, *waiting, accuracy_m: float | None = None, **payload) -> None:
    """Let a second pass in which the car tells where it is, and the box what it sees."""
    it.clock.move(timedelta(seconds=1))
    now = it.clock.now()
    told = Observation(
        id=ObservationId(uuid4()),
        station_id=HERE,
        kind="position",
        source="phone-21",
        device_id=it.town.phone,
        observed_at=now,
        received_at=now,
        clock="ok",
        retention="fleet",
        point=place(east_m, north_m, accuracy_m),
        payload={"speed_mps": 12.0, **payload},
    )
    await it.room._placed("", msgspec.json.encode([told]))
    await it.room._heard(
        "", msgspec.json.encode([seen(it.clock, "signal_seen", {"lanes": LANES, "vehicles": waiting})])
    )
    await it.room.tick()


STANDS = ["E1", 3.0, 0.0, "car", "t1", 9.0]


async def drive(it, *, metres: range = range(-300, 60, 12)) -> None:
    """Drive north over the crossing, 12 m a second; one car stands in the east."""
    for north_m in metres:
        await at(it, 0, north_m, STANDS)


async def notes(it):
    async with it.db.tx(system(HERE)) as tx:
        return [(one["code"], one["facts"]) for one in await store.notes(tx, it.key)][::-1]


async def test_in_control_its_phase_is_held_until_it_has_passed_and_the_cost_is_noted(it):
    await mode(it, "control")
    await dispatched(it)
    await drive(it)
    driven = it.controllers[-1]
    wishes = [one for one in driven.heard if isinstance(one, int)]
    south = next(n for n, phase in enumerate(FILE.phases) if "South" in phase.name_en)
    assert wishes[0] == 1  # too far away
    assert south in wishes
    assert wishes[-1] == 1  # passed: who waited comes next, and then the rule is free again
    assert it.post.decision.why == "green_way_recovers"
    assert "release" not in driven.heard
    (began, first), (ended, facts) = [one for one in await notes(it) if one[0].startswith("green_way")]
    assert (began, ended) == ("green_way_began", "green_way_ended")
    assert first == {"unit": "สายตรวจ 21"}
    assert facts["unit"] == "สายตรวจ 21"
    assert 5 <= facts["held_s"] == facts["waited_s"] <= 30  # one car waited all the time
    assert seconds(it.clock.now()) - 10 <= facts["passed_s"] <= seconds(it.clock.now())


async def test_the_page_is_told_why(it):
    await mode(it, "control")
    await dispatched(it)
    await drive(it, metres=range(-160, -60, 12))
    state = it.post.state(0.0)
    assert state["why"] == "green_way_clears"
    assert state["facts"]["eta_s"] > 0


async def test_in_shadow_it_only_says_what_it_would_have_done(it):
    await dispatched(it)
    await drive(it)
    assert it.post.decision.why == "queue_longer"  # nobody was held, so nobody is owed a turn
    assert it.controllers[-1].heard == []
    found = [one for one in await notes(it) if one[0].startswith("green_way")]
    assert [code for code, _ in found] == ["green_way_would"]
    async with it.db.tx(system(HERE)) as tx:
        kept = await store.changes(tx, it.key, NIGHT, "shadow")
    assert not [one for one in kept if one["why"].startswith("green_way")]


async def test_while_plans_are_chosen_there_is_none(it):
    await mode(it, "pattern")
    await dispatched(it)
    await drive(it)
    assert set(it.controllers[-1].heard) <= {1}
    assert not [one for one in await codes(it) if one.startswith("green_way")]


@pytest.mark.parametrize("how", ["arrived", "closed", "withdrawn", "silent"])
async def test_it_ends_when_nobody_comes_any_more(it, how):
    await mode(it, "control")
    task = await dispatched(it)
    await drive(it, metres=range(-160, -60, 12))
    assert it.post.decision.why.startswith("green_way")
    operator = acting("operator")
    async with it.db.tx(operator) as tx:
        if how == "withdrawn":
            await flows.withdraw(tx, operator, it.clock, assignment_id=task.id)
        if how == "closed":
            await flows.close(tx, operator, it.clock, incident_id=task.incident_id, outcome="resolved")
    async with it.db.tx(task.officer) as tx:
        if how == "arrived":
            await flows.on_scene(tx, task.officer, it.clock, assignment_id=task.id)
    await it.room._dispatched("", b"")
    told = [seen(it.clock, "signal_seen", {"lanes": LANES, "vehicles": []})]
    for _ in range(int(STALE_S) + 6 if how == "silent" else 6):
        it.clock.move(timedelta(seconds=1))
        told = [seen(it.clock, "signal_seen", {"lanes": LANES, "vehicles": []})]
        await it.room._heard("", msgspec.json.encode(told))
        await it.room.tick()
    assert it.post.decision.why == "queue_longer"
    assert it.controllers[-1].heard[-1] == 1
    (facts,) = [facts for code, facts in await notes(it) if code == "green_way_ended"]
    assert facts["passed_s"] is None


async def test_local_control_ends_it_at_once_and_says_what_it_came_to(it):
    await mode(it, "control")
    await dispatched(it)
    await drive(it, metres=range(-160, -60, 12))
    driven = it.controllers[-1]
    await mode(it, "local")
    assert driven.heard[-2:] == ["release", "close"]
    await drive(it, metres=range(-60, 60, 12))
    assert [code for code in await codes(it) if code.startswith("green_way")] == ["green_way_began", "green_way_ended"]


@pytest.mark.parametrize(
    ("task", "position"),
    [
        ({"priority": 3}, {}),
        ({"sets_out": False}, {}),
        ({"north_m": -100.0}, {}),
        ({}, {"accuracy_m": 200.0}),
        ({}, {"mock": True}),
    ],
    ids=["not urgent", "not under way", "stops before it", "place unsure", "place made up"],
)
async def test_nobody_is_asked_for_what_is_not_urgent_or_not_sure(it, task, position):
    await dispatched(it, **task)
    for north_m in range(-300, 60, 12):
        await at(it, 0, north_m, STANDS, **position)
    assert not [one for one in await codes(it) if one.startswith("green_way")]


async def test_another_stations_junction_is_not_asked(it):
    it.post.station_id = StationId(11)
    await dispatched(it)
    it.room.going.placed(it.town.phone, place(0, -100), seconds(it.clock.now()), [it.post])
    assert it.room.going.to(it.key, seconds(it.clock.now())) == ()
