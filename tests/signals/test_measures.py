"""Yesterday's measures: reckoned once the day is over, where there is a log, whatever became of others."""

from datetime import timedelta

import pytest

from tests.conftest import NIGHT
from tests.signals.conftest import HERE
from unjai.model.actor import system
from unjai.model.clock import BANGKOK
from unjai.signals import measures, view
from unjai.signals.rules.hires import Event
from unjai.signals.store.log import day_of, note_events

DAY = NIGHT.astimezone(BANGKOK).date()


@pytest.fixture
def worked(monkeypatch):
    """The process that works, without the process: what it was asked; or it fails with `worked.fails`."""

    async def figures(_file, events):
        asked.append(len(events))
        if fails:
            raise fails[0]
        return {"arrivals": len(events)}

    asked, fails = [], []
    monkeypatch.setattr(measures, "figures_of", figures)
    monkeypatch.setattr(measures.importlib.util, "find_spec", lambda _name: "there")
    figures.asked, figures.fails = asked, fails
    return figures


@pytest.fixture
async def logged(db, row):
    """A junction with three lines of a day's log."""
    events = [Event(at=NIGHT + timedelta(seconds=n), code=82, param=1) for n in range(3)]
    async with db.tx(system(HERE)) as tx:
        await note_events(tx, HERE, row["id"], events, NIGHT)
    return row


async def kept(db, row):
    async with db.tx(system(HERE)) as tx:
        return await day_of(tx, row["id"], DAY)


async def test_yesterday_is_reckoned_once(db, clock, logged, worked):
    days = measures.Days(lambda: [HERE])
    assert await days.once(db, clock) == 0, "the day is not over"
    clock.move(timedelta(days=1))
    assert [await days.once(db, clock) for _ in range(2)] == [1, 0]
    found = await kept(db, logged)
    assert (found["events"], found["figures"], found["made_at"]) == (3, {"arrivals": 3}, clock.now())
    assert worked.asked == [3]


async def test_what_was_reckoned_while_the_day_ran_is_reckoned_anew(db, clock, logged, worked):
    await measures.measure(db, system(HERE), clock, junction_id=logged["id"], day=DAY)
    clock.move(timedelta(days=1))
    assert await measures.Days(lambda: [HERE]).once(db, clock) == 1
    assert (await kept(db, logged))["made_at"] == clock.now()


async def test_a_day_without_a_log_is_not_kept(db, clock, row, worked):
    clock.move(timedelta(days=1))
    assert await measures.Days(lambda: [HERE]).once(db, clock) == 0
    assert await kept(db, row) is None


@pytest.mark.parametrize("fails", [RuntimeError("out of memory"), TimeoutError()])
async def test_a_day_that_fails_is_tried_again(db, clock, logged, worked, fails):
    clock.move(timedelta(days=1))
    worked.fails.append(fails)
    days = measures.Days(lambda: [HERE])
    assert await days.once(db, clock) == 0
    worked.fails.clear()
    assert await days.once(db, clock) == 1


async def test_without_the_program_nothing_is_tried(db, clock, logged, worked, monkeypatch):
    monkeypatch.setattr(measures.importlib.util, "find_spec", lambda _name: None)
    clock.move(timedelta(days=1))
    assert await measures.Days(lambda: [HERE]).once(db, clock) == 0
    assert worked.asked == []


async def test_the_page_shows_the_measures_of_the_day_that_is_asked_for(db, clock, ground, logged, worked):
    await measures.measure(db, system(HERE), clock, junction_id=logged["id"], day=DAY)
    async with db.tx(ground.supervisor) as tx:

        async def shown(**day):
            return (await view.detail(tx, ground.supervisor, clock, junction_id=logged["id"], **day)).figures

        assert (await shown(day=DAY)).arrivals == 3
        assert await shown(day=DAY - timedelta(days=1)) is None
        assert await shown() is None, "yesterday has none"
        clock.move(timedelta(days=1))
        assert (await shown()).day == DAY
