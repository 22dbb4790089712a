"""What a camera says by itself, whole: switched on in the register, heard, kept as an observation, an alert by a rule."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.cameras import makers
from tests.cameras.films import film
from tests.cameras.pullpoint_device import EventDevice
from tests.picture.conftest import HERE, street  # noqa: F401
from tests.roles.test_sight import Station, station  # noqa: F401
from unjai.cameras.recording.shelf import recordings_root
from unjai.cameras.secrets import Login, seal, vault_of
from unjai.cameras.store.events import event_sources
from unjai.cameras.store.tables import camera
from unjai.cameras.worker.room import Shard
from unjai.model.actor import system
from unjai.roles.sight import Sight
from unjai.territory.store import device

LOGIN = Login(username="admin", password="รหัส")


@pytest.fixture
def says():
    made = EventDevice()
    yield made
    made.close()


async def test_what_a_camera_says_becomes_an_alert_and_nothing_of_a_face(
    station: Station,  # noqa: F811
    says: EventDevice,
):
    own = await station.camera("says", Path(film()), onvif_url=says.url, onvif_profile="main", record=False)
    quiet = await station.camera("quiet", Path(film()), onvif_url=says.url, record=False)
    vault = vault_of(station.data)
    async with station.street.db.tx(system(HERE)) as tx:
        await tx.execute(update(device).where(device.c.id == own).values(settings={"onvif_events": True}))
        await tx.execute(update(camera).where(camera.c.device_id == own).values(sealed=seal(vault, own, LOGIN)))
        (source,) = await event_sources(tx, vault)
        assert (source.key, source.username, source.password, source.profile) == ("says", "admin", "รหัส", "main")
        assert "รหัส" not in repr(source)
    rule = await station.street.make("camera_says", follow={"do": "incident", "code": "TMP", "priority": 2})
    sight = Sight(station.made, Shard(), recordings_root(station.data, ""))
    says.say(makers.BENIGN, *makers.FACES, makers.HIKVISION_MOTION, makers.DAHUA_TAMPER)

    async def told() -> list[dict[str, Any]]:
        return [row for row in await station.street.alerts() if row["rule_id"] == rule]

    async with station.served(sight) as room:
        [alert] = await station.until(told, 60)
        state = room._state(own, room.cameras[own])
        others = room._state(quiet, room.cameras[quiet])
    assert alert["device_id"] == own
    assert "กล้องถูกรบกวน" in alert["text_th"]
    assert "tampering" in alert["text_en"]
    assert (state["events"]["signal"], state["events"]["personal"]) == ("live", len(makers.FACES))
    assert state["events"]["unknown"] == {"Monitoring/ProcessorUsage": 1}
    assert others["events"] is None
