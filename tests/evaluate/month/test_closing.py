"""The month closes once, ten past midnight; what was closed is kept with what it was made of, and reckons the same."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, update

from tests.evaluate.conftest import HERE
from unjai.evaluate import month_view
from unjai.evaluate.flows import month as flows
from unjai.evaluate.month_worker import reckoned
from unjai.evaluate.rules.month.facts import Patrols, digest, encoded
from unjai.evaluate.store import cases
from unjai.evaluate.store import month as store
from unjai.model.actor import system
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.roles.months import Months

LISTED = datetime(2026, 11, 1, 0, 5, tzinfo=BANGKOK)
"""When the list of October was taken."""
OCTOBER = date(2026, 10, 1)
FIRST = datetime(2026, 11, 1, 0, 10, tzinfo=BANGKOK)


def case(number: int, at: datetime, **other):
    row = {"id": uuid4(), "station_id": HERE, "source_key": f"{number}/2569", "begun": at, "ended": at, "group4": "2"}
    row |= {"found_by": "reported", "quality": "none", "changed_at": max(at, LISTED), "changed_by": "test"}
    return row | other


@pytest.fixture
async def year(station):
    """Five cases a month for a year, and one that police found."""
    months = [*(date(2025, month, 3) for month in (10, 11, 12)), *(date(2026, month, 3) for month in range(1, 11))]
    rows = [
        case(12 * number + k, datetime(day.year, day.month, 3 + k, 20, tzinfo=BANGKOK))
        for number, day in enumerate(months)
        for k in range(5)
    ]
    rows.append(case(999, datetime(2026, 10, 9, tzinfo=BANGKOK), found_by="patrol", group4="4"))
    async with station.tx(system(HERE)) as tx:
        await cases.add_cases(tx, rows)
    return station


@pytest.fixture
def first(clock):
    clock.move(FIRST - clock.now())
    return clock


async def closed(db, clock, actor=None):
    async with db.tx(actor or system(HERE)) as tx:
        return await flows.close_month(
            tx, actor or system(HERE), clock, station_id=HERE, month=OCTOBER, reckon=reckoned
        )


def test_a_month_is_over_ten_past_midnight_in_bangkok():
    assert flows.last_closing(FIRST) == OCTOBER
    assert flows.last_closing(FIRST - timedelta(seconds=1)) == date(2026, 9, 1)
    assert flows.last_closing(datetime(2026, 1, 1, 0, 10, tzinfo=BANGKOK)) == date(2025, 12, 1)
    assert flows.bounds(OCTOBER) == (
        datetime(2026, 9, 30, 17, tzinfo=UTC),
        datetime(2026, 10, 31, 17, tzinfo=UTC),
    )


async def test_a_closed_month_recomputed_from_its_snapshot_is_identical(year, first):
    row = await closed(year, first)
    assert row["version"] == 1
    again = await reckoned(flows.facts_kept(row))
    assert again.plain() == row["figures"]
    made = {one.code: one for one in month_view.figures_kept(row)}
    assert (made["K1"].value, made["K1.found"].value) == (5, 1)
    assert made["K1"].judged.verdict == "unclaimable"


async def test_what_changes_later_does_not_change_a_closed_month(year, first):
    row = await closed(year, first)
    async with year.tx(system(HERE)) as tx:
        await cases.add_cases(tx, [case(5000 + k, datetime(2026, 10, 20, tzinfo=BANGKOK)) for k in range(30)])
    assert (await closed(year, first))["id"] == row["id"]
    async with year.tx(system(HERE)) as tx:
        await flows.open_month(tx, system(HERE), first, station_id=HERE, month=OCTOBER, reason="คดีเดือน ต.ค. เข้ามาช้า")
    newer = await closed(year, first)
    assert (newer["version"], newer["digest"] == row["digest"]) == (2, False)
    made = {one.code: one for one in month_view.figures_kept(newer)}
    assert made["K1"].value == 35
    assert made["K1"].judged.verdict == "worse"


@pytest.mark.parametrize(
    ("taken", "complete"), [(datetime(2026, 10, 16, 12, tzinfo=BANGKOK), 0.5), (FIRST - timedelta(days=40), 0.0)]
)
async def test_a_month_closed_before_its_list_came_judges_nothing(year, first, taken, complete):
    async with year.tx(system(HERE)) as tx:
        await tx.execute(update(cases.figure_case).values(changed_at=taken))
    made = {one.code: one for one in month_view.figures_kept(await closed(year, first))}
    assert (made["K1"].complete, made["K1"].judged) == (complete, None)
    assert (made["K1"].value is None) == (complete == 0)


async def test_a_snapshot_that_was_altered_is_not_used(year, first):
    row = await closed(year, first)
    async with year.tx(system(HERE)) as tx:
        await tx.execute(update(store.figure_month).where(store.figure_month.c.id == row["id"]).values(digest="0" * 64))
        altered = await store.newest(tx, HERE, OCTOBER)
    with pytest.raises(UnjaiError) as refused:
        flows.facts_kept(altered)
    assert refused.value.code == "month_altered"


async def test_a_snapshot_is_read_also_after_facts_learnt_of_more_and_of_whole_numbers(year, first):
    async with year.tx(system(HERE)) as tx:
        facts = await flows.gather(tx, system(HERE), station_id=HERE, month=OCTOBER)
    whole = replace(facts, patrols=Patrols(planned=0, made=0, risk=2, risk_covered=0))
    fewer = encoded(whole).replace(b',"simulated":false', b"")
    assert fewer != encoded(whole)
    row = {"facts": fewer, "digest": digest(fewer), "month": OCTOBER}
    assert flows.facts_kept(row) == whole


async def test_a_month_that_is_not_over_stays_open(year, clock):
    clock.move(FIRST - timedelta(minutes=1) - clock.now())
    with pytest.raises(UnjaiError) as refused:
        await closed(year, clock)
    assert refused.value.code == "month_not_over"


async def test_the_errand_closes_once_also_late_and_leaves_an_opened_month_alone(year, first):
    class Made:
        db, clock, station_ids = year, first, (HERE,)

    first.move(timedelta(days=3))
    errand = Months(Made())
    await errand.once()
    await errand.once()
    async with year.tx(system(HERE)) as tx:
        assert [row["version"] for row in await store.versions(tx, HERE, OCTOBER)] == [1]
        await flows.open_month(tx, system(HERE), first, station_id=HERE, month=OCTOBER, reason="ตรวจสอบอีกครั้ง")
    await errand.once()
    async with year.tx(system(HERE)) as tx:
        stands = await store.newest(tx, HERE, OCTOBER)
    assert (stands["version"], stands["state"]) == (1, "opened")


async def test_a_figure_is_entered_with_its_source_and_counted_ones_are_not(client_of, year, first):
    keeper = await client_of("supervisor")
    put = "/api/figures/months/2569-10/entries"
    fear = {"code": "K2", "value": 0.31, "n": 412, "source": "People Poll ต.ค. 2569"}
    assert (await keeper.put(put, json=fear)).status_code == 204
    refused = await keeper.put(put, json=fear | {"code": "K1"})
    assert refused.json()["error"]["code"] == "figure_counted"
    refused = await keeper.put(put, json=fear | {"value": 31})
    assert refused.json()["error"]["code"] == "figure_range"
    seen = (await keeper.get("/api/figures/months/2026-10")).json()
    figure = next(one for one in seen["figures"] if one["code"] == "K2")
    assert (figure["value"]["en"], figure["source"]) == ("31%", "People Poll ต.ค. 2569")
    assert seen["state"] == "open"
    await closed(year, first)
    late = await keeper.put(put, json=fear)
    assert late.json()["error"]["code"] == "month_closed"


async def test_the_chief_prints_closes_and_opens_others_only_read(client_of, year, first):
    chief, keeper, judge = [await client_of(role) for role in ("superintendent", "supervisor", "evaluator")]
    assert (await keeper.post("/api/figures/months/2026-10/close")).status_code == 403
    done = await chief.post("/api/figures/months/2569-10/close")
    assert (done.status_code, done.json()["state"]) == (200, "closed")
    assert (await chief.post("/api/figures/months/2026-10/open", json={"reason": "x"})).status_code == 422
    for lang in ("th", "en"):
        paper = await judge.get(f"/api/figures/months/2026-10/report.pdf?lang={lang}")
        assert paper.content.startswith(b"%PDF-")
    table = (await judge.get("/api/figures/months/2026-10/figures.csv")).text
    assert table.startswith("\ufeffcode,")
    assert "cannot be claimed" in table
    rows = (await judge.get("/api/figures/months/2026-10/rows/cases.csv?code=K1.2")).text
    assert rows.count("\n") == 6
    heads = (await judge.get("/api/figures/months")).json()
    assert [(one["month"], one["state"]) for one in heads] == [("2026-10-01", "closed")]
    assert (await judge.get("/api/figures/months/2569-13")).json()["error"]["code"] == "month_unreadable"


async def test_response_times_are_counted_from_the_first_alert(year, first, client_of):
    from unjai.respond.store.tables import incident

    at = datetime(2026, 10, 10, 20, tzinfo=UTC)
    rows = [
        {
            "id": uuid4(),
            "station_id": HERE,
            "be_year": 2569,
            "seq": number,
            "number": f"{number}/2569",
            "code": "111",
            "priority": 1 if number < 9 else 3,
            "state": "closed",
            "outcome": "resolved",
            "channel": "phone",
            "opened_at": at,
            "first_observed_at": at,
            "last_observed_at": at,
            "acknowledged_at": at + timedelta(seconds=30),
            "arrived_at": at + timedelta(minutes=number),
            "closed_at": at + timedelta(hours=1),
        }
        for number in range(1, 11)
    ]
    async with year.tx(system(HERE)) as tx:
        await tx.execute(insert(incident), rows)
    try:
        made = {one.code: one for one in month_view.figures_kept(await closed(year, first))}
    finally:
        async with year.tx(system(HERE)) as tx:
            await tx.execute(incident.delete())
    assert (made["K9.ack"].value, made["K9.ack"].n) == (0.5, 8)
    assert made["K9.arrive"].value == 4.5
    assert made["K9.assign"].lack == "too_few"
