"""A station sees and changes its own rows only, and callers are seen by right alone, whatever the code asks."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from tests.respond.conftest import HERE, OPERATOR, THERE, acting, along
from unjai.model.errors import UnjaiError
from unjai.respond import flows, view
from unjai.respond.store import incidents, tables, timeline

NEIGHBOUR = acting("operator", THERE, name="เพื่อนบ้าน")
TABLES = (tables.incident, tables.report, tables.report_caller, tables.assignment, tables.timeline)


@pytest.fixture
async def key(town):
    taken = await town.do(
        flows.take_call, key="k", code="131", point=along(1000), caller_name="มานี", caller_phone="0812345678"
    )
    await town.do(flows.offer, incident_id=taken.incident_id)
    return taken.incident_id


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_another_station_sees_nothing(town, key, table):
    async with town.db.tx(OPERATOR) as tx:
        assert await tx.scalar(select(func.count()).select_from(table)) > 0
    async with town.db.tx(NEIGHBOUR) as tx:
        assert await tx.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_another_station_changes_nothing(town, key, table):
    async with town.db.tx(NEIGHBOUR) as tx:
        assert (await tx.execute(update(table).values(station_id=THERE))).rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        async with town.db.tx(OPERATOR) as tx:
            await tx.execute(update(table).values(station_id=THERE))


async def test_every_flow_finds_nothing_of_another_station(town, key):
    offered = await town.open_offer(key)
    own = (await town.take(town.report(along(0)), acting("operator", THERE))).incident_id
    for flow, facts in (
        (flows.acknowledge, {"incident_id": key}),
        (flows.note, {"incident_id": key, "text": "x"}),
        (flows.set_priority, {"incident_id": key, "priority": 1}),
        (flows.set_code, {"incident_id": key, "code": "131"}),
        (flows.set_place, {"incident_id": key, "point": along(1)}),
        (flows.close, {"incident_id": key, "outcome": "false_alarm"}),
        (flows.reopen, {"incident_id": key, "reason": "x"}),
        (flows.split, {"incident_id": key, "report_id": key}),
        (flows.merge, {"incident_id": key, "into": own}),
        (flows.merge, {"incident_id": own, "into": key}),
        (flows.proposals, {"incident_id": key}),
        (flows.offer, {"incident_id": key}),
        (flows.withdraw, {"assignment_id": offered["id"]}),
    ):
        with pytest.raises(UnjaiError, match="not_found"):
            await town.do(flow, NEIGHBOUR, **facts)
    assert (await town.incident(key))["state"] == "acknowledged"


async def test_two_stations_incidents_are_never_merged_even_by_who_may_see_both(town, key):
    own = (await town.take(town.report(along(0)), acting("operator", THERE))).incident_id
    with pytest.raises(UnjaiError, match="incident_elsewhere"):
        await town.do(flows.merge, acting("operator", HERE, THERE), incident_id=own, into=key)


async def test_callers_are_seen_with_the_right_alone_even_by_sql(town, key):
    for role, sees in (("operator", True), ("superintendent", True), ("oversight", False), ("officer", False)):
        actor = acting(role)
        async with town.db.tx(actor) as tx:
            assert bool(await tx.scalar(select(func.count()).select_from(tables.report_caller))) is sees
            shown = await view.incident(tx, actor, incident_id=key)
        assert (shown.reports[0].caller is not None) is sees
        assert ("0812345678" in shown.model_dump_json()) is sees


async def test_reads_of_another_station_are_empty(town, key):
    async with town.db.tx(NEIGHBOUR) as tx:
        assert await view.open_rows(tx) == []
        assert await view.row(tx, key) is None
        assert await view.strip_since(tx, town.clock.now()) == {}
        assert await incidents.page(tx, which="all") == []
        assert await timeline.of_incident(tx, key) == []
        with pytest.raises(UnjaiError, match="not_found"):
            await view.incident(tx, NEIGHBOUR, incident_id=key)
