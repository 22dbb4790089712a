"""Changed incidents on the live picture: taken together, each step once on the strip, nothing lost over an outage."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from unjai.picture.live import STRIP_FOR, STRIP_MOST, StationLive
from unjai.respond import flows

from tests.picture.conftest import HERE, Street, acting  # isort: skip

OPERATOR = acting("operator")


async def _note(street: Street, incident_id: Any, text: str) -> None:
    async with street.db.tx(OPERATOR) as tx:
        await flows.note(tx, OPERATOR, street.clock, incident_id=incident_id, text=text)
    street.picture.changes.heard(HERE, incident_id)


def _kinds(street: Street) -> list[str]:
    return [line["kind"] for line in street.picture.stations[HERE].strip]


async def test_a_burst_is_one_look_and_each_step_is_told_once(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    [incident] = await street.incidents()
    street.picture.changes.heard(HERE, incident["id"])
    await street.picture.changes.take()
    for text in ("ก", "ข", "ค"):
        await _note(street, incident["id"], text)
    assert street.picture.changes.waiting == {HERE: {incident["id"]}}
    await street.picture.changes.take()
    await _note(street, incident["id"], "ง")
    await street.picture.changes.take()
    assert _kinds(street) == ["opened", "note", "note", "note", "note"]
    assert street.picture.changes.waiting == {}
    assert str(incident["id"]) in street.picture.stations[HERE].incidents


async def test_a_step_that_came_while_nobody_looked_is_told_and_a_restart_repeats_none(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    [incident] = await street.incidents()
    street.picture.changes.heard(HERE, incident["id"])
    await street.picture.changes.take()
    await _note(street, incident["id"], "ก")
    street.clock.move(timedelta(minutes=30))
    await street.picture.changes.take()
    assert _kinds(street) == ["opened", "note"]
    await street.picture.save()
    await street.start()
    await _note(street, incident["id"], "ข")
    await street.picture.changes.take()
    assert _kinds(street) == ["opened", "note", "note"]


async def test_a_clock_put_back_repeats_no_line(street: Street):
    await street.hear("sos_press", street.poles[0], seq=1)
    [incident] = await street.incidents()
    street.picture.changes.heard(HERE, incident["id"])
    await street.picture.changes.take()
    street.clock.move(timedelta(minutes=10))
    await _note(street, incident["id"], "ก")
    await street.picture.changes.take()
    street.clock.move(timedelta(minutes=-20))
    street.picture.changes.heard(HERE, incident["id"])
    await street.picture.changes.take()
    assert _kinds(street) == ["opened", "note"]


async def test_what_the_database_could_not_tell_is_asked_again(street: Street, monkeypatch: pytest.MonkeyPatch):
    await street.hear("sos_press", street.poles[0], seq=1)
    [incident] = await street.incidents()
    changes = street.picture.changes
    real, away = changes.teller.incidents, [OperationalError("SELECT", {}, Exception("away"))]

    async def incidents(tx: Any, ids: Any) -> Any:
        if away:
            raise away.pop()
        return await real(tx, ids)

    monkeypatch.setattr(changes.teller, "incidents", incidents)
    changes.heard(HERE, incident["id"])
    with pytest.raises(OperationalError):
        await changes.take()
    assert changes.waiting == {HERE: {incident["id"]}}
    await changes.take()
    assert str(incident["id"]) in street.picture.stations[HERE].incidents


def test_the_strip_holds_an_hour_and_no_more_than_its_most(clock: Any):
    live = StationLive(station_id=HERE)
    for number in range(STRIP_MOST + 5):
        live.note({"at": f"{clock.now():%Y-%m-%dT%H:%M:%S.%fZ}", "kind": str(number)}, clock.now())
    assert (live.strip[0]["kind"], len(live.strip)) == ("5", STRIP_MOST)
    clock.move(STRIP_FOR + timedelta(seconds=1))
    live.note({"at": f"{clock.now():%Y-%m-%dT%H:%M:%S.%fZ}", "kind": "last"}, clock.now())
    assert [line["kind"] for line in live.strip] == ["last"]
