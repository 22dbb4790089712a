"""A pressed point shows so until its incident is closed, and no longer; a press since then counts."""

from datetime import timedelta
from typing import Any

from unjai.respond import flows
from unjai.respond.store import reports

from tests.picture.conftest import HERE, Street, acting  # isort: skip

OPERATOR = acting("operator")


def _state(street: Street, number: int = 0) -> str:
    return street.picture.stations[HERE].states[street.poles[number]]


async def _close(street: Street, incident_id: Any) -> None:
    async with street.db.tx(OPERATOR) as tx:
        await flows.cancel(tx, OPERATOR, street.clock, incident_id=incident_id)


async def _look(street: Street, incident_id: Any) -> None:
    street.picture.changes.heard(HERE, incident_id)
    await street.picture.changes.take()


async def test_a_point_is_calm_once_its_incident_is_closed(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    [incident] = await street.incidents()
    street.clock.move(timedelta(minutes=1))
    await _look(street, incident["id"])
    assert _state(street) == "alarm", "it is open"
    await _close(street, incident["id"])
    live = street.picture.stations[HERE]
    live.clear()
    await _look(street, incident["id"])
    assert _state(street) == "ok"
    assert street.poles[0] in live.dirty_devices, "the screens are told"
    await street.picture.save()
    await street.start()
    assert _state(street) == "ok", "a restart remembers"


async def test_a_press_after_the_end_is_not_taken_for_the_one_before(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    [first] = await street.incidents()
    await _close(street, first["id"])
    street.clock.move(timedelta(seconds=30))
    await street.hear("sos_press", street.poles[0], seq=2)
    await _look(street, first["id"])
    assert _state(street) == "alarm"
    [_first, second] = await street.incidents()
    await _close(street, second["id"])
    await _look(street, second["id"])
    assert _state(street) == "ok"


async def test_points_of_one_incident_stay_in_alarm_through_a_split_and_a_merge(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    second = await street.hear("sos_press", street.poles[7], seq=1)
    [incident] = await street.incidents()
    async with street.db.tx(OPERATOR) as tx:
        told = await reports.by_observation(tx, second.id)
        assert told is not None
        own = await flows.split(tx, OPERATOR, street.clock, incident_id=incident["id"], report_id=told["id"])
    async with street.db.tx(OPERATOR) as tx:
        await flows.merge(tx, OPERATOR, street.clock, incident_id=own, into=incident["id"])
    await _look(street, own)
    assert (_state(street), _state(street, 7)) == ("alarm", "alarm"), "what was reported goes on in the other"
    await _close(street, incident["id"])
    await _look(street, incident["id"])
    assert (_state(street), _state(street, 7)) == ("ok", "ok")
