"""Angle requests judged by pictures: taken from the camera, compared by machine, decided by a person; health follows."""

from datetime import timedelta

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.cameras.conftest import HERE, POLE_WALK, THERE
from tests.cameras.room import stream
from tests.cameras.test_wellbeing import BEGIN_S, Told, jpeg, seen, view
from unjai.cameras.comparing import compared
from unjai.cameras.store.health import references_of
from unjai.cameras.store.tables import camera_request
from unjai.cameras.worker.wellbeing import Wellbeing
from unjai.model.actor import system
from unjai.platform.audit import audit_log
from unjai.vision.health import compare


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
async def asked(client_of):
    """A camera whose owner has turned it, or says so: its id and where its request is."""
    admin = client_of()
    one = (await admin.post("/api/cameras", json={**POLE_WALK, "owner_kind": "business", "bearing_deg": 10})).json()
    ask = {"want": "เห็นทางเท้า", "want_bearing_deg": 95}
    (request,) = (await admin.post(f"/api/cameras/{one['id']}/requests", json=ask)).json()
    return one["id"], f"/api/camera-requests/{request['id']}"


async def turned(admin, where):
    for to in ("agreed", "turned"):
        assert (await admin.post(f"{where}/move", json={"to": to})).status_code == 200


async def test_pictures_come_from_the_camera_at_one_click_and_the_machine_says_what_it_sees(
    client_of, lens, asked, clock
):
    admin = client_of()
    camera_id, where = asked
    assert code(await admin.post(f"{where}/still?what=before")) == (503, "camera_unserved")
    lens.stills[camera_id] = jpeg(view(1))
    (one,) = (await admin.post(f"{where}/still?what=before")).json()
    assert [(picture["what"], picture["taken"]) for picture in one["pictures"]] == [("before", True)]
    assert one["judged"] is None
    assert code(await admin.post(f"{where}/still?what=after")) == (409, "camera_picture_late")
    await turned(admin, where)
    lens.stills[camera_id] = jpeg(seen(view(1), 3))
    (one,) = (await admin.post(f"{where}/still?what=after")).json()
    assert one["judged"]["verdict"] == "same"
    assert one["judged"]["changed"] < 0.3
    lens.stills[camera_id] = jpeg(view(2))
    clock.move(timedelta(seconds=5))
    (one,) = (await admin.post(f"{where}/still?what=after")).json()
    assert one["judged"]["verdict"] == "changed"
    assert one["judged"]["changed"] > 0.8
    assert code(await client_of("operator").post(f"{where}/still?what=after")) == (403, "right_missing")
    assert code(await client_of(at=THERE).post(f"{where}/still?what=after")) == (404, "not_found")


async def test_a_checked_turn_is_what_health_goes_by_from_then_on(client_of, lens, asked, station):
    admin = client_of()
    camera_id, where = asked
    lens.stills[camera_id] = jpeg(view(1))
    for beside in (False, True):
        await admin.post(f"/api/cameras/{camera_id}/references", json={"beside": beside})
    await admin.post(f"{where}/still?what=before")
    await turned(admin, where)
    lens.stills[camera_id] = jpeg(view(2))
    await admin.post(f"{where}/still?what=after")
    lens.stills[camera_id] = jpeg(view(3))  # what it shows while the person decides is not what was decided on
    (done,) = (await admin.post(f"{where}/move", json={"to": "checked"})).json()
    assert done["state"] == "checked"
    async with station.tx(system(HERE)) as tx:
        (reference,) = await references_of(tx, camera_id)
        log = await tx.all(select(audit_log).where(audit_log.c.action == "camera.request.move"))
    assert bytes(reference["picture"]) == jpeg(view(2))
    assert reference["by"] == "administrator"
    (mine,) = [row["facts"] for row in log if (row["facts"]["request"], row["facts"]["to"]) == (done["id"], "checked")]
    assert mine["judged"] == "changed"


async def test_without_a_picture_of_the_camera_the_references_end_and_a_new_one_is_kept_by_itself(
    client_of, lens, asked, station
):
    admin = client_of()
    camera_id, where = asked
    lens.stills[camera_id] = jpeg(view(1))
    await admin.post(f"/api/cameras/{camera_id}/references", json={"beside": False})
    await admin.post(f"{where}/attachments?what=before", content=jpeg(view(1)))
    await turned(admin, where)
    lens.stills.clear()
    (one,) = (await admin.post(f"{where}/attachments?what=after", content=jpeg(view(2)))).json()
    assert {(picture["what"], picture["taken"]) for picture in one["pictures"]} == {("before", False), ("after", False)}
    assert one["judged"]["verdict"] == "changed"
    await admin.post(f"{where}/move", json={"to": "checked"})
    async with station.tx(system(HERE)) as tx:
        assert await references_of(tx, camera_id) == []


async def test_a_file_sent_in_is_never_a_reference_but_what_the_camera_shows_then_is(client_of, lens, asked, station):
    admin = client_of()
    camera_id, where = asked
    await admin.post(f"{where}/attachments?what=before", content=jpeg(view(1)))
    await turned(admin, where)
    await admin.post(f"{where}/attachments?what=after", content=jpeg(view(2)))
    lens.stills[camera_id] = jpeg(view(4))
    await admin.post(f"{where}/move", json={"to": "checked"})
    async with station.tx(system(HERE)) as tx:
        assert [bytes(one["picture"]) for one in await references_of(tx, camera_id)] == [jpeg(view(4))]


async def test_what_is_no_picture_is_said_and_kept_for_the_eye(client_of, asked, station):
    admin = client_of()
    _camera_id, where = asked
    await admin.post(f"{where}/attachments?what=before", content=b"\xff\xd8\xff\xe0 torn")
    await turned(admin, where)
    (one,) = (await admin.post(f"{where}/attachments?what=after", content=jpeg(view(2)))).json()
    assert one["judged"]["verdict"] == "unreadable"
    async with station.tx(system(HERE)) as tx:
        assert (await tx.one(select(camera_request)))["judged"]["verdict"] == "unreadable"


def test_the_wanted_turn_ends_the_alarm_and_raises_none():
    """Turned on purpose: `turned` holds until the reference is the new view, then is over and stays so."""
    told, camera = Told(), stream("a", "x")
    health = Wellbeing(told, every_s=1.0)
    health.take_references({camera.camera_id: [jpeg(view(1))]})
    for second in range(60):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == [("turned", True)]
    health.take_references({camera.camera_id: [jpeg(view(2))]})
    for second in range(60, 400):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == [("turned", True), ("turned", False)]


def test_with_no_reference_left_a_turn_is_over_and_the_next_good_picture_is_wanted():
    told, camera, wanted = Told(), stream("a", "x"), []
    health = Wellbeing(told, wants_reference=lambda one, _at: wanted.append(one.camera_id), every_s=1.0)
    health.take_references({camera.camera_id: [jpeg(view(1))]})
    for second in range(60):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    health.take_references({camera.camera_id: []})
    for second in range(60, 120):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == [("turned", True), ("turned", False)]
    assert wanted == [camera.camera_id]


@given(st.integers(1, 40), st.integers(0, 10), st.floats(0.5, 1.5), st.integers(-20, 20))
@settings(max_examples=25, deadline=None)
def test_light_and_grain_are_no_turn_and_another_view_is(number, grain, bright, lift):
    here = view(number)
    other_light = np.clip(seen(here, grain).astype(float) * bright + lift, 0, 255).astype(np.uint8)
    assert compare(here, other_light).verdict == "same"
    assert compare(here, view(number + 100)).verdict == "changed"


def test_what_shows_nothing_cannot_be_compared():
    dark, plain = np.full((180, 320), 4, np.uint8), np.full((180, 320), 120, np.uint8)
    assert (compare(view(1), dark).verdict, compare(view(1), dark).why) == ("unclear", "after_dark")
    assert (compare(plain, view(1)).verdict, compare(plain, view(1)).why) == ("unclear", "before_plain")
    assert compare(view(1), cv2.resize(view(1), (320, 240))).verdict in {"same", "partly", "changed"}


async def test_the_comparing_process_answers_whatever_it_is_given():
    assert (await compared(b"", b""))["verdict"] == "unreadable"
    assert (await compared(jpeg(view(1)), jpeg(view(1))))["verdict"] == "same"
