"""The replay of a stretch: positions thinned in the database, incidents with their steps, nothing of another station."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from tests.respond.conftest import HERE, THERE, Town, acting, along
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import observation_id
from unjai.respond import flows
from unjai.respond import search_view as view
from unjai.respond.flows import search
from unjai.respond.schemas.search import Replay
from unjai.sense.store import TABLES

CHIEF = acting("supervisor")


async def drive(town: Town, name: str, *, station: int = HERE, seconds: int = 300) -> None:
    """A position each second, eastward."""
    fleet = TABLES["fleet"]
    begin = town.clock.now()
    async with town.db.tx(system(HERE, THERE)) as tx:
        for second in range(seconds):
            at = begin + timedelta(seconds=second)
            point = along(second)
            await tx.execute(
                insert(fleet).values(
                    id=UUID(int=observation_id(at, f"{name}{station}", str(second)).int),
                    station_id=station,
                    kind="position",
                    source=name,
                    device_id=town.phones.get(name),
                    observed_at=at,
                    received_at=at,
                    clock="ok",
                    lon=point.lon,
                    lat=point.lat,
                    payload={},
                    digest="d",
                )
            )


async def played(town: Town, minutes: int = 10) -> Replay:
    now = town.clock.now()
    async with town.db.tx(CHIEF) as tx:
        stretch = await search.watch_again(tx, CHIEF, town.clock, from_at=now - timedelta(minutes=minutes), to_at=now)
        return await view.replay_of(tx, town.clock, stretch)


async def test_ways_are_thinned_and_carry_call_signs(town):
    town.clock.move(timedelta(hours=1))
    await drive(town, "car")
    await drive(town, "stranger", station=THERE, seconds=20)
    town.clock.move(timedelta(seconds=300))
    shown = await played(town)
    assert shown.step_s == 5
    assert [one.call_sign for one in shown.units] == ["car"]
    points = shown.units[0].points
    assert len(points) == 60
    assert [at for at, _, _ in points] == sorted(at for at, _, _ in points)
    assert points[0][1] == pytest.approx(along(0).lon, abs=1e-5)


async def test_incidents_come_with_the_states_they_were_in(town):
    town.clock.move(timedelta(days=1))
    early = (await town.take(town.report(along(100), source="e"))).incident_id
    town.clock.move(timedelta(hours=2))
    late = (await town.take(town.report(along(1900), source="l"))).incident_id
    await town.do(flows.acknowledge, incident_id=late)
    await town.do(flows.close, incident_id=late, outcome="resolved")
    town.clock.move(timedelta(minutes=5))
    shown = await played(town)
    assert [one.id for one in shown.incidents] == [early, late], "one that is still open belongs to it"
    assert [step.state for step in shown.incidents[1].steps if step.state] == ["new", "acknowledged", "closed"]
    town.clock.move(timedelta(hours=3))
    assert [one.id for one in (await played(town)).incidents] == [early]


@pytest.mark.parametrize("minutes", [0, -10, 361])
async def test_a_stretch_has_its_bounds(town, minutes):
    with pytest.raises(UnjaiError) as raised:
        await played(town, minutes)
    assert raised.value.code == "replay_span"


async def test_who_may_not_sees_no_ways(town):
    officer = acting("officer")
    with pytest.raises(UnjaiError) as raised:
        now = town.clock.now()
        async with town.db.tx(officer) as tx:
            await search.watch_again(tx, officer, town.clock, from_at=now - timedelta(hours=1), to_at=now)
    assert raised.value.code == "right_missing"
