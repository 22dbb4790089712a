"""Counting: drawn through the routes, told by minute, written down once, shown with unknown apart from zero."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.cameras.conftest import HERE, POLE_WALK, THERE
from tests.conftest import NIGHT
from unjai.cameras.flows.counting import COUNTS_KEPT
from unjai.cameras.rules.counting import buckets, corners_of
from unjai.cameras.store import streams
from unjai.cameras.store.counts import Count, Minute, counts_of, forget_counts, note_minutes
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.reading import Observation
from unjai.people.registry import Refusals
from unjai.people.rules.posts import begins_at, today
from unjai.platform.audit import audit_log
from unjai.sense.counts import minutes_of, note_counts
from unjai.sense.record import Writing

LINE = {"kind": "line", "name_th": "ประตูตลาด", "name_en": "Market gate", "corners": [[0.1, 0.5], [0.9, 0.5]]}
SIDES = {"left_th": "เข้าตลาด", "left_en": "into the market", "right_th": "ออกจากตลาด", "right_en": "out of it"}
AREA = {"kind": "area", "name_th": "ลานหน้าตลาด", "corners": [[0, 0], [0.5, 0], [0.5, 0.5]]}
GATE, YARD, LENS = UUID(int=1), UUID(int=2), UUID(int=3)


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


async def made(client, **more):
    said = {**POLE_WALK, "main_url": "rtsp://10.0.0.5/main", "analyse": True, **more}
    return (await client.post("/api/cameras", json=said)).json()["id"]


async def test_lines_and_areas_are_drawn_named_taken_away_and_brought_back(client_of, station, clock):
    admin = client_of()
    camera_id = await made(admin)
    where = f"/api/cameras/{camera_id}/counters"
    (line,) = (await admin.post(where, json={**LINE, **SIDES})).json()
    assert (line["left_th"], line["right_en"]) == ("เข้าตลาด", "out of it")
    clock.move(timedelta(seconds=1))
    _line, area = (await admin.post(where, json=AREA)).json()
    async with station.tx(system(HERE)) as tx:
        (stream,) = await streams(tx)
    assert [(str(one.id), one.kind) for one in stream.counters] == [(line["id"], "line"), (area["id"], "area")]
    named = await admin.patch(f"/api/camera-counters/{line['id']}", json={"name_th": "ประตูใหญ่", "left_en": ""})
    assert (named.json()[0]["name_th"], named.json()[0]["name_en"], named.json()[0]["left_en"]) == (
        "ประตูใหญ่",
        "Market gate",
        "",
    )
    async with station.tx(system(HERE)) as tx:
        (after,) = await streams(tx)
    assert after == stream  # a name is nothing to the worker: its tracks go on
    assert [one["id"] for one in (await admin.delete(f"/api/camera-counters/{line['id']}")).json()] == [area["id"]]
    back = (await admin.post(f"/api/camera-counters/{line['id']}/restore")).json()
    assert [one["id"] for one in back] == [line["id"], area["id"]]
    async with station.tx(system(HERE)) as tx:
        log = await tx.all(select(audit_log).where(audit_log.c.subject == f"device:{camera_id}"))
    mine = [one["action"].removeprefix("camera.counter.") for one in log if one["facts"].get("counter") == line["id"]]
    assert sorted(mine) == ["draw", "name", "remove", "restore"]
    assert code(await client_of("operator").post(where, json=AREA)) == (403, "right_missing")
    assert code(await client_of(at=THERE).get(where)) == (404, "not_found")
    assert code(await client_of(at=THERE).delete(f"/api/camera-counters/{line['id']}")) == (404, "not_found")


async def test_eight_are_enough(client_of):
    admin = client_of()
    where = f"/api/cameras/{await made(admin)}/counters"
    for number in range(8):
        last = (await admin.post(where, json={**AREA, "name_th": f"ที่ {number}"})).json()[-1]
    assert code(await admin.post(where, json=AREA)) == (409, "counters_many")
    await admin.delete(f"/api/camera-counters/{last['id']}")
    await admin.post(where, json=AREA)
    assert code(await admin.post(f"/api/camera-counters/{last['id']}/restore")) == (409, "counters_many")


@pytest.mark.parametrize(
    ("kind", "corners"),
    [
        ("line", [[0.1, 0.1]]),
        ("line", [[0.1, 0.1], [0.1, 0.1]]),
        ("line", [[0.1, 0.1], [1.1, 0.1]]),
        ("line", [[0.1, 0.1], [float("nan"), 0.1]]),
        ("area", [[0.1, 0.1], [0.5, 0.5]]),
        ("area", [[0, 0], [1, 1], [1, 0], [0, 1]]),
        ("area", [[0, 0], [0.5, 0], [1, 0]]),
    ],
)
def test_what_cannot_be_drawn(kind, corners):
    with pytest.raises(UnjaiError) as refused:
        corners_of(kind, corners)
    assert refused.value.code == f"counter_{kind}_wrong"


def told(minute: int, **payload) -> Observation:
    at = NIGHT.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
    said = {"looks": 30, "counters": [str(GATE), str(YARD)], "there": {}, **payload}
    return Observation(
        id=UUID(int=1000 + minute),
        station_id=HERE,
        kind="camera_count",
        source="camera:cam-1",
        device_id=LENS,
        observed_at=at,
        received_at=at + timedelta(seconds=61),
        clock="ok",
        retention="device",
        point=None,
        payload=said,
        digest="d",
    )


def test_a_minute_tells_zero_of_what_counted_and_nothing_of_what_did_not():
    person = {"kind": "person", "mean": 1.5, "most": 2}
    seen = told(
        0,
        there={"person": {"mean": 3.2, "most": 6}},
        crossed=[{"line": str(GATE), "kind": "car", "way": "left", "count": 4}],
    )
    whole, gate, yard = minutes_of(seen)
    assert (whole.counter_id, whole.counts) == (LENS, (Count(kind="person", way="", count=6, mean=3.2),))
    assert gate.counts == (Count(kind="car", way="left", count=4),)
    assert yard.counts == ()
    (_whole, one) = minutes_of(
        told(0, counters=[str(YARD)], inside=[{"area": str(YARD), **person}, {"area": "x", **person}])
    )
    assert one.counts == (Count(kind="person", way="", count=2, mean=1.5),)
    assert list(minutes_of(told(0, looks=0))) == []
    assert [one.counter_id for one in minutes_of(told(0, counters=["rubbish"]))] == [LENS]


async def test_the_feed_is_written_once_and_says_unknown_by_silence(station, worker_db):
    crossed = [{"line": str(GATE), "kind": "person", "way": "right", "count": 3}]
    batch = [told(0, crossed=crossed), told(2), told(2, digest="again")]
    for _again in range(2):
        async with worker_db.tx(system(HERE, name="record")) as tx:
            await note_counts(Writing(tx, "device", batch, Refusals()))
    since = NIGHT.replace(minute=0, second=0, microsecond=0)
    async with station.tx(system(HERE)) as tx:
        found = await counts_of(tx, since=since, until=since + timedelta(hours=1), counter_ids=[GATE])
        assert [(one.at.minute, one.camera_id, one.looks, one.counts) for one in found] == [
            (0, LENS, 30, (Count(kind="person", way="right", count=3),)),
            (2, LENS, 30, ()),
        ]
        cars = await counts_of(tx, since=since, until=since + timedelta(hours=1), counter_ids=[GATE], kinds=["car"])
        assert [one.counts for one in cars] == [(), ()]
        assert len(await counts_of(tx, since=since, until=since + timedelta(minutes=1), camera_id=LENS)) == 3
    async with station.tx(system(THERE)) as tx:
        assert await counts_of(tx, since=since, until=since + timedelta(hours=1)) == []
    async with worker_db.tx(system(HERE)) as tx:
        await forget_counts(tx, since + timedelta(minutes=1))
        left = await counts_of(tx, since=since, until=since + timedelta(hours=1), counter_ids=[GATE])
        assert [one.at.minute for one in left] == [2]
        await forget_counts(tx, since + timedelta(days=1))
    assert timedelta(days=90) == COUNTS_KEPT


async def test_a_day_by_hour_an_hour_by_minute_and_the_file(client_of, station, clock):
    admin = client_of()
    camera_id = UUID(await made(admin))
    (line,) = (
        await admin.post(f"/api/cameras/{camera_id}/counters", json={**LINE, **SIDES, "name_th": "=ประตู"})
    ).json()
    gate = UUID(line["id"])
    day = today(clock.now())
    nine = begins_at(day) + timedelta(hours=9)
    minutes = [
        Minute(
            camera_id=camera_id, counter_id=gate, at=nine, looks=30, counts=(Count(kind="person", way="left", count=2),)
        ),
        Minute(camera_id=camera_id, counter_id=gate, at=nine + timedelta(minutes=5), looks=30, counts=()),
        Minute(camera_id=camera_id, counter_id=gate, at=nine + timedelta(hours=1), looks=30, counts=()),
        Minute(
            camera_id=camera_id,
            counter_id=camera_id,
            at=nine,
            looks=30,
            counts=(Count(kind="car", way="", count=3, mean=1.5),),
        ),
    ]
    async with station.tx(system(HERE)) as tx:
        await note_minutes(tx, HERE, minutes)
    found = (await client_of("operator").get(f"/api/cameras/{camera_id}/counts?day={day}")).json()
    (people,) = [one for one in found["series"] if one["kind"] == "person"]
    assert people["values"] == [None] * 9 + [2, 0] + [None] * 13
    (cars,) = [one for one in found["series"] if one["kind"] == "car"]
    assert (cars["way"], cars["values"][9], cars["mean"][9], cars["values"][10]) == ("", 3, 1.5, None)
    assert {one["counter_id"]: one["minutes"][9:11] for one in found["looked"]} == {
        str(gate): [2, 1],
        str(camera_id): [1, 0],
    }
    assert [one["id"] for one in found["counters"]] == [line["id"]]
    hour = (await admin.get(f"/api/cameras/{camera_id}/counts?day={day}&hour=9")).json()
    (people,) = [one for one in hour["series"] if one["kind"] == "person"]
    assert people["values"][:7] == [2, None, None, None, None, 0, None]
    assert len(people["values"]) == 60
    answer = await admin.get(f"/api/cameras/{camera_id}/counts.csv?day={day}&step=hour")
    rows = [line.split(",") for line in answer.text.removeprefix("\ufeff").splitlines()]
    gates = [row for row in rows if row[1] == "'=ประตู"]
    assert [row[4] for row in gates[8:12]] == ["", "2", "0", ""]
    assert {row[3] for row in gates} == {"เข้าตลาด"}
    await admin.delete(f"/api/camera-counters/{gate}")
    after = (await admin.get(f"/api/cameras/{camera_id}/counts?day={day}")).json()
    assert [one["id"] for one in after["counters"]] == [line["id"]]  # its figures stay, with its name
    assert code(await client_of("operator").get(f"/api/cameras/{camera_id}/counts.csv")) == (403, "right_missing")
    assert code(await client_of(at=THERE).get(f"/api/cameras/{camera_id}/counts")) == (404, "not_found")
    async with station.tx(system(HERE)) as tx:
        log = await tx.all(select(audit_log).where(audit_log.c.subject == f"device:{camera_id}"))
    assert [one["action"] for one in log].count("camera.count.export") == 1


MINUTES = st.lists(
    st.builds(
        lambda counter, at, counts: Minute(
            camera_id=LENS,
            counter_id=UUID(int=counter),
            at=NIGHT + timedelta(minutes=at),
            looks=1,
            counts=tuple(counts),
        ),
        st.integers(1, 2),
        st.integers(-5, 130),
        st.lists(
            st.builds(
                lambda kind, way, count: Count(kind=kind, way=way, count=count),
                st.sampled_from(["person", "car"]),
                st.sampled_from(["left", "right"]),
                st.integers(1, 9),
            ),
            max_size=3,
            unique_by=lambda one: (one.kind, one.way),
        ),
    ),
    max_size=40,
    unique_by=lambda one: (one.counter_id, one.at),
)


@given(MINUTES)
def test_hours_are_the_sums_of_their_minutes_and_unknown_stays_unknown(minutes):
    made_of = buckets(minutes, begins=NIGHT, step=timedelta(hours=1), count=2)
    inside = [one for one in minutes if NIGHT <= one.at < NIGHT + timedelta(hours=2)]
    assert sum(sum(own) for own in made_of.looked.values()) == len(inside)
    for one in made_of.series:
        for number, value in enumerate(one.values):
            own = [
                minute
                for minute in inside
                if minute.counter_id == one.counter_id and (minute.at - NIGHT) // timedelta(hours=1) == number
            ]
            assert made_of.looked[one.counter_id][number] == len(own)
            assert (value is None) == (not own)
            if own:
                assert value == sum(
                    count.count
                    for minute in own
                    for count in minute.counts
                    if (count.kind, count.way) == (one.kind, one.way)
                )
