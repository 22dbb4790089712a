"""A station's surface: fitted each night from what was reported, handed to patrol, refused where chance would rule."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import insert, update

from tests.evaluate.conftest import HERE, LAT, LON
from unjai.evaluate.flows import risk as flows
from unjai.evaluate.rules.risk.facts import MAPS, Foretold, RiskCase, RiskFacts, RiskPicture, RiskPlace
from unjai.evaluate.rules.risk.picture import picture
from unjai.evaluate.store import cases
from unjai.evaluate.store import risk as store
from unjai.model.actor import system
from unjai.model.clock import BANGKOK
from unjai.patrol.flows import take_risk
from unjai.patrol.store import plans
from unjai.patrol.store.tables import patrol_checkpoint
from unjai.roles.risks import Risks

NIGHT = datetime(2026, 11, 3, 3, 30, tzinfo=BANGKOK)
BAD = (LON + 0.004, LAT + 0.002)
QUIET = (LON - 0.006, LAT - 0.005)


def happened(number: int, at: datetime, where: tuple[float, float], **other):
    row = {"id": uuid4(), "station_id": HERE, "source_key": f"{number}/2569", "begun": at, "ended": at, "group4": "2"}
    row |= {"found_by": "reported", "quality": "point", "changed_at": at, "changed_by": "test", "place": None}
    return row | {"lon": where[0], "lat": where[1]} | other


def three_years(until: datetime, a_year: int = 100) -> list[dict]:
    """Return cases, half of them at one corner in the evening, the others anywhere at any time."""
    dice = random.Random(7)
    many = 3 * a_year
    rows = []
    for number in range(many):
        day = until - timedelta(days=1 + (many - 1 - number) * 1094 / many)
        if dice.random() < 0.5:
            at, where = day.replace(hour=20, minute=dice.randrange(60)), BAD
        else:
            at = day.replace(hour=dice.randrange(24))
            where = (LON + dice.uniform(-0.008, 0.008), LAT + dice.uniform(-0.008, 0.008))
        rows.append(happened(number, at, where))
    return rows


def checkpoint(code: str, where: tuple[float, float], at: datetime):
    row = {"id": uuid4(), "station_id": HERE, "code": code, "name_th": f"จุด {code}", "kind": "bank", "proofs": ["qr"]}
    return row | {"lon": where[0], "lat": where[1], "radius_m": 50.0, "changed_at": at}


@pytest.fixture
async def town(station, clock):
    """Three years of cases, and three checkpoints: a bad corner, a quiet one, one whose risk was set by hand."""
    clock.move(NIGHT - clock.now())
    here = clock.now().astimezone(BANGKOK)
    rows = three_years(here.replace(hour=0, minute=0))
    rows.append(happened(9001, here - timedelta(days=3), QUIET, found_by="patrol", group4="4"))
    rows.append(happened(9002, here - timedelta(days=4), QUIET, quality="area"))
    rows.append(happened(9003, here - timedelta(days=5), QUIET, group4="3"))
    async with station.tx(system(HERE)) as tx:
        await cases.add_cases(tx, rows)
        points = [("A-01", BAD), ("A-02", QUIET), ("A-03", (LON, LAT))]
        await tx.execute(insert(patrol_checkpoint), [checkpoint(code, where, here) for code, where in points])
        await take_risk(tx, system(HERE), clock, station_id=HERE, by_place={"A-03": [2.0] * 24}, source="form")
    return station


class Made:
    """What core gives its errands."""

    def __init__(self, db, clock):
        self.db, self.clock, self.station_ids = db, clock, (HERE,)


async def handed(db):
    async with db.tx(system(HERE)) as tx:
        return {row["place"]: row for row in await plans.risk(tx, HERE)}


async def test_the_surface_is_fitted_once_a_night_and_patrol_goes_by_it(town, clock):
    errand = Risks(Made(town, clock))
    await errand.once()
    risk = await handed(town)
    assert {code: row["source"] for code, row in risk.items()} == {"A-01": "figures", "A-02": "figures", "A-03": "form"}
    assert all(len(risk[code]["by_hour"]) == 168 for code in ("A-01", "A-02"))
    assert sum(risk["A-01"]["by_hour"]) > 5 * sum(risk["A-02"]["by_hour"])
    week = np.asarray(risk["A-01"]["by_hour"]).reshape(7, 24).mean(axis=0)
    assert int(week.argmax()) in {20, 21}

    async with town.tx(system(HERE)) as tx:
        row, told = await flows.surface(tx, system(HERE), station_id=HERE)
        assert not await flows.due(tx, system(HERE), clock, station_id=HERE)
    assert row["left_out"] == {"found": 1, "group": 1, "unplaced": 1}
    assert row["handed"] == {"places": 2, "by_hand": 1, "back": 0}
    assert told.known == 300
    assert (abs(told.cells[0].lon - BAD[0]) < told.cell_lon, abs(told.cells[0].lat - BAD[1]) < told.cell_lat) == (
        True,
    ) * 2
    assert sum(cell.expected for cell in told.cells) == pytest.approx(told.a_year * 28 / 365, rel=0.01)
    assert told.words_en[0].split("%")[0].isdigit()

    clock.move(timedelta(hours=23, minutes=40))  # 03:10 of the next night
    async with town.tx(system(HERE)) as tx:
        assert not await flows.due(tx, system(HERE), clock, station_id=HERE)
    clock.move(timedelta(minutes=20))
    await errand.once()
    async with town.tx(system(HERE)) as tx:
        assert len(await store.surface_days(tx, HERE)) == 2


async def test_after_cases_came_in_it_is_fitted_anew_once_no_more_come(town, clock):
    errand = Risks(Made(town, clock))
    await errand.once()
    late = clock.now() + timedelta(hours=1)
    clock.move(timedelta(hours=1))
    async with town.tx(system(HERE)) as tx:
        await cases.add_cases(tx, [happened(9100, late - timedelta(days=2), BAD, changed_at=late)])
        assert not await flows.due(tx, system(HERE), clock, station_id=HERE)
    clock.move(flows.QUIET)
    await errand.once()
    async with town.tx(system(HERE)) as tx:
        _, told = await flows.surface(tx, system(HERE), station_id=HERE)
        assert len(await store.surface_days(tx, HERE)) == 1
    assert told.known == 301


async def test_a_list_that_ends_early_is_not_taken_for_safety(town, clock):
    clock.move(timedelta(days=40))
    await Risks(Made(town, clock)).once()
    async with town.tx(system(HERE)) as tx:
        row, _ = await flows.surface(tx, system(HERE), station_id=HERE)
    assert row["through"] < NIGHT
    assert row["day"] == clock.now().astimezone(BANGKOK).date()


async def test_where_too_little_happens_nothing_is_ranked_and_what_stood_is_taken_back(town, clock, client_of):
    errand = Risks(Made(town, clock))
    await errand.once()
    async with town.tx(system(HERE)) as tx:
        few = cases.figure_case.c.source_key.not_in([f"{number}/2569" for number in range(290, 300)])
        await tx.execute(update(cases.figure_case).where(few).values(found_by="patrol"))
    clock.move(timedelta(days=1))
    await errand.once()
    assert {code: row["source"] for code, row in (await handed(town)).items()} == {"A-03": "form"}
    keeper = await client_of("supervisor")
    said = (await keeper.get("/api/figures/risk")).json()
    assert (said["state"], said["cells"], said["handed"]["back"]) == ("refused", [], 2)
    assert "10" in said["why"]["en"]
    assert "found_drives" in said["guard"]["alarms"]


async def test_the_page_reads_the_surface_and_its_table(town, clock, client_of):
    keeper = await client_of("supervisor")
    assert (await keeper.get("/api/figures/risk")).json()["state"] == "none"
    assert (await keeper.get("/api/figures/risk.csv")).status_code == 404
    await Risks(Made(town, clock)).once()
    said = (await keeper.get("/api/figures/risk")).json()
    assert said["state"] == "ranked"
    assert len(said["cells"]) == said["looked_at"]
    assert all(cell["low"] <= cell["expected"] + 1 and cell["expected"] <= cell["high"] + 1 for cell in said["cells"])
    assert [sum(cell["maps"][k] for cell in said["cells"]) for k in range(len(MAPS))] == pytest.approx(
        [1.0] * 4, abs=1e-3
    )
    assert set(said["walked"]["over"]) == set(MAPS)
    assert said["near_repeats"]
    table = (await keeper.get("/api/figures/risk.csv")).text.splitlines()
    assert len(table) == 1 + said["looked_at"]
    assert (await keeper.get("/api/figures/risk/days")).json() == [said["day"]]
    nobody = await client_of("operator")
    assert (await nobody.get("/api/figures/risk")).status_code == 403


def facts(rows: list[dict], **other) -> RiskFacts:
    told = tuple(
        RiskCase(begun=row["begun"].timestamp(), ended=row["ended"].timestamp(), lon=row["lon"], lat=row["lat"])
        for row in rows
    )
    return RiskFacts(station_id=HERE, through=NIGHT.replace(hour=0, minute=0), weeks=4, cases=told, **other)


ROWS = three_years(NIGHT.replace(hour=0, minute=0))
SPOTS = st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.floats(0.1, 3.0)), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None)
@given(SPOTS)
def test_risk_handed_down_keeps_the_unit_and_leaves_no_hour_at_nothing(spots):
    places = tuple(
        RiskPlace(code=str(k), lon=LON + east, lat=LAT + north, level=level)
        for k, (east, north, level) in enumerate(spots)
    )
    told = picture(facts(ROWS[-120:], places=places)).places
    week = np.asarray([told[place.code] for place in places])
    assert week.shape == (len(places), 168)
    assert week.min() > 0
    assert week.mean() == pytest.approx(np.mean([place.level for place in places]), rel=1e-3)


def test_what_came_is_counted_in_the_cells_that_were_put_first():
    whole = picture(facts(ROWS))
    ahead = [happened(k, NIGHT + timedelta(days=k), BAD if k % 2 else QUIET) for k in range(8)]
    foremost = tuple((cell.lon, cell.lat) for cell in whole.cells[:10])
    earlier = Foretold(
        through=whole.through, share=0.05, cells=foremost, cell_lon=whole.cell_lon, cell_lat=whole.cell_lat
    )
    later = replace(facts([*ROWS, *ahead], foretold=earlier), through=NIGHT + timedelta(weeks=4))
    came = picture(later).came
    assert (came.came, came.hits) == (8, 4)
    assert came.low < 0.5 < came.high


def test_the_same_cases_in_another_order_give_the_same_surface():
    mixed = list(ROWS)
    random.Random(3).shuffle(mixed)
    assert picture(facts(mixed)) == picture(facts(ROWS))


def test_no_case_at_all_is_said():
    told = picture(RiskFacts(station_id=HERE, through=NIGHT.astimezone(UTC), weeks=4, cases=()))
    assert (told.lack, told.cells, told.places) == ("too_few_to_rank", (), {})


def test_the_guard_survives_being_kept_where_nothing_was_found_at_the_other_half():
    places = (
        RiskPlace(code="a", lon=BAD[0], lat=BAD[1], level=1.0, visits=80, patrol_min=600.0),
        RiskPlace(code="b", lon=QUIET[0], lat=QUIET[1], level=1.0, visits=1, patrol_min=60.0),
    )
    told = picture(facts(ROWS, places=places, found=(BAD, BAD), guarded_from=NIGHT.timestamp() - 84 * 86400))
    assert told.guard.found_an_hour[1] is None
    assert msgspec.json.decode(msgspec.json.encode(told), type=RiskPicture) == told
