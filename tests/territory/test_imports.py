"""Imports into the real database: all of what may be taken, none of what may not, the same ids for ever."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from tests.conftest import shared_data
from tests.territory import town
from tests.territory.conftest import HERE, THERE, acting
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import StationId, named_id
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.territory import flows, store
from unjai.territory.flows.imports import document_of
from unjai.territory.view import forget, known_territory, territory_of


@pytest.fixture
async def clean(org):
    """The module's database without territory, before each test."""
    yield org
    forget()
    async with org.tx(system(HERE, THERE)) as tx:
        for table in ("subzone", "zone", "community", "place", "land", "device", "street_edge", "territory_version"):
            await tx.execute(text(f"DELETE FROM {table}"))
        await tx.execute(text("DELETE FROM outbox"))


async def bring(db, clock, what, body, *, station=HERE, **options):
    actor = acting(station=station)
    async with db.tx(actor) as tx:
        return await getattr(flows, f"import_{what}")(tx, actor, clock, station_id=station, body=body, **options)


async def bring_town(db, clock, station=HERE):
    for what in ("zones", "communities", "places", "land", "streets", "devices"):
        report = await bring(db, clock, what, getattr(town, what.upper()), station=station)
        assert report.refused == (), what
        assert report.warnings == (), what


async def count(db, table, station=HERE):
    async with db.tx(acting(station=station)) as tx:
        return await tx.scalar(select(func.count()).select_from(table))


async def test_a_town_comes_in_and_stands(clean, clock):
    await bring_town(clean, clock)
    async with clean.tx(acting()) as tx:
        view = await territory_of(tx, HERE)
        assert await territory_of(tx, HERE) is view is known_territory(HERE)
    assert view.version == 6
    assert view.station.code == "สภ.ช้างเผือก"
    assert (view.zone.code, view.zone.fictional, len(view.subzones)) == ("z", True, 1)
    assert (len(view.places), len(view.communities), len(view.devices), len(view.land)) == (3, 1, 4, 1)
    assert view.graph.edge_count == 4  # Suk San Road is cut where the soi meets it
    assert view.device("pole-01").silent_after_s == 120
    assert view.device_by_id(view.device("phone-01").id).point is None
    assert view.inside_zone(Point(lon=99.005, lat=16.6))
    assert not view.inside_zone(Point(lon=99.1, lat=16.6))
    assert [item.code for item in view.subzones_at(Point(lon=99.005, lat=16.6))] == ["m"]
    assert view.community_at(Point(lon=99.003, lat=16.602)).code == "c1"


async def test_the_same_file_twice_changes_nothing(clean, clock):
    await bring_town(clean, clock)
    async with clean.tx(acting()) as tx:
        before = await store.stamp_of(tx, HERE)
    for what in ("zones", "communities", "places", "land", "streets", "devices"):
        report = await bring(clean, clock, what, getattr(town, what.upper()))
        assert (report.added, report.updated, report.removed) == (0, 0, 0), what
        assert report.unchanged > 0
    async with clean.tx(acting()) as tx:
        assert await store.stamp_of(tx, HERE) == before


async def test_a_changed_row_is_updated_and_keeps_its_id(clean, clock):
    await bring_town(clean, clock)
    async with clean.tx(acting()) as tx:
        old = {item.code: item for item in (await territory_of(tx, HERE)).places}
    moved = town.file(
        town.feature(town.dot(99.0046, 16.6002), code="p1", kind="market", name_th="ตลาดเช้าใหม่"),
        town.feature(town.dot(99.002, 16.6), code="p9", kind="shop", name_th="ร้านใหม่"),
    )
    clock.move(timedelta(seconds=1))
    report = await bring(clean, clock, "places", moved)
    assert (report.added, report.updated, report.unchanged, report.accepted) == (1, 1, 0, 2)
    async with clean.tx(acting()) as tx:
        new = {item.code: item for item in (await territory_of(tx, HERE)).places}
    assert new["p1"].id == old["p1"].id
    assert (new["p1"].name_th, new["p2"]) == ("ตลาดเช้าใหม่", old["p2"])


async def test_refused_rows_are_told_and_the_others_stand(clean, clock):
    body = town.file(
        *town.PLACES["features"],
        town.feature(town.dot(16.6, 99.0), kind="bank", name_th="กลับกัน"),
        {"type": "Nonsense"},
    )
    report = await bring(clean, clock, "places", json.dumps(body).encode())
    assert (report.total, report.accepted, report.added) == (5, 3, 3)
    assert [(note.row, note.code) for note in report.refused] == [(4, "row_position_swapped"), (5, "row_unreadable")]
    assert await count(clean, store.place) == 3


async def test_a_dry_run_tells_the_same_and_leaves_nothing(clean, clock):
    dry = await bring(clean, clock, "zones", town.ZONES, dry_run=True)
    assert await count(clean, store.zone) == 0
    async with clean.tx(acting()) as tx:
        assert await store.stamp_of(tx, HERE) is None
        assert not await tx.scalar(select(func.count()).select_from(outbox))
    real = await bring(clean, clock, "zones", town.ZONES)
    assert (dry.added, dry.accepted, dry.version) == (real.added, real.accepted, 0) == (2, 2, 0)
    assert real.version == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b'"x"', b"[" * 5000, b"NaN", b'{"type":"Feature"'])
async def test_junk_is_refused_and_changes_nothing(clean, clock, body):
    with pytest.raises(UnjaiError) as caught:
        await bring(clean, clock, "zones", body)
    assert caught.value.code in {"import_unreadable", "import_not_features"}
    assert await count(clean, store.zone) == 0


def test_a_byte_order_mark_is_forgiven():
    assert document_of(b'\xef\xbb\xbf{"type":"x"}') == {"type": "x"}


async def test_a_device_of_another_station_is_not_taken_over(clean, clock):
    await bring(clean, clock, "devices", town.DEVICES, station=THERE)
    report = await bring(clean, clock, "devices", town.DEVICES)
    assert {note.code for note in report.refused} == {"row_device_taken"}
    assert (report.accepted, report.added) == (0, 0)
    assert await count(clean, store.device) == 0
    assert await count(clean, store.device, THERE) == 4
    dry = await bring(clean, clock, "devices", town.DEVICES, dry_run=True)
    assert len(dry.refused) == 4


async def test_what_a_unit_carries_survives_a_new_import(clean, clock):
    await bring(clean, clock, "devices", town.DEVICES)
    unit, actor = named_id("unit", "w11"), acting()
    async with clean.tx(actor) as tx:
        phone, pole = await store.device_by_key(tx, "phone-01"), await store.device_by_key(tx, "pole-01")
        held = await flows.hold_device(tx, actor, clock, device_id=phone.id, unit_id=unit)
        await flows.disable_device(tx, actor, clock, device_id=pole.id, disabled=True)
        assert held.unit_id == unit
        with pytest.raises(UnjaiError, match="device_not_carried"):
            await flows.hold_device(tx, actor, clock, device_id=pole.id, unit_id=unit)
    body = json.loads(json.dumps(town.DEVICES))
    body["features"][3]["properties"]["name_th"] = "โทรศัพท์เปลี่ยนชื่อ"
    report = await bring(clean, clock, "devices", body)
    assert (report.added, report.updated, report.unchanged) == (0, 1, 3)
    async with clean.tx(actor) as tx:
        phone, pole = await store.device_by_key(tx, "phone-01"), await store.device_by_key(tx, "pole-01")
    assert (phone.unit_id, phone.name_th, pole.disabled) == (unit, "โทรศัพท์เปลี่ยนชื่อ", True)


async def test_marks_are_small_and_differ(clean, clock):
    await bring(clean, clock, "devices", town.DEVICES)
    async with clean.tx(acting()) as tx:
        marks = [item.mark for item in await store.devices_of(tx, HERE)]
    assert len(set(marks)) == 4
    assert all(0 < mark < 2**32 for mark in marks)


async def test_a_device_is_changed_by_hand_as_the_import_would_have(clean, clock):
    await bring(clean, clock, "devices", town.DEVICES)
    actor = acting()
    async with clean.tx(actor) as tx:
        camera = await store.device_by_key(tx, "cam-01")

        async def change(**changes):
            return await flows.change_device(tx, actor, clock, device_id=camera.id, changes=changes)

        changed = await change(name_th=" กล้อง\u200bใหม่ ", lon=99.0052, settings={"fov_deg": 70})
        assert (changed.name_th, changed.lon, changed.lat) == ("กล้องใหม่", 99.0052, 16.6)
        assert changed.settings == {"fov_deg": 70}
        for changes, code in (
            ({"key": "x"}, "device_field_fixed"),
            ({"name_th": " "}, "row_name_missing"),
            ({"lon": 16.6, "lat": 99.0}, "row_position_swapped"),
            ({"lon": None}, "row_coordinates_unreadable"),
            ({"owner_kind": "alien"}, "row_kind_unknown"),
            ({"settings": {"fov_deg": 700}}, "row_field_wrong"),
        ):
            with pytest.raises(UnjaiError) as caught:
                await change(**changes)
            assert caught.value.code == code


async def test_removed_things_are_gone(clean, clock):
    await bring_town(clean, clock)
    actor = acting()
    async with clean.tx(actor) as tx:
        view = await territory_of(tx, HERE)
        for alone in (
            flows.remove_device(tx, actor, clock, device_id=view.device("cam-02").id),
            flows.remove_thing(tx, actor, clock, station_id=HERE, thing="zone", key=view.zone.id),
        ):
            with pytest.raises(UnjaiError, match="approval_needed"):
                await alone
        await flows.remove_device(
            tx, replace(actor, approved="device.remove"), clock, device_id=view.device("cam-02").id
        )
        second = replace(actor, approved="zone.remove")
        for thing, item in (("place", view.places[0]), ("zone", view.zone)):
            await flows.remove_thing(tx, second, clock, station_id=HERE, thing=thing, key=item.id)
        with pytest.raises(UnjaiError, match="not_found"):
            await flows.remove_thing(tx, actor, clock, station_id=HERE, thing="place", key=view.places[0].id)
    async with clean.tx(actor) as tx:
        after = await territory_of(tx, HERE)
    assert after.device("cam-02") is None
    assert (len(after.places), after.zone, after.subzones) == (2, None, ())
    assert len(after.communities) == 1  # its zone is gone, it is not


async def test_streets_are_replaced_only_when_asked(clean, clock):
    await bring(clean, clock, "streets", town.STREETS)
    one = town.file(town.STREETS["features"][1])
    report = await bring(clean, clock, "streets", one)
    assert (report.removed, report.unchanged) == (0, 1)
    dry = await bring(clean, clock, "streets", one, replace=True, dry_run=True)
    assert dry.removed == 3
    assert await count(clean, store.street_edge) == 4
    report = await bring(clean, clock, "streets", one, replace=True)
    assert (report.removed, report.added, report.unchanged) == (3, 0, 1)
    assert await count(clean, store.street_edge) == 1
    nothing = town.file(town.feature(None))
    report = await bring(clean, clock, "streets", nothing, replace=True)
    assert (report.removed, report.accepted) == (0, 0)
    assert await count(clean, store.street_edge) == 1


async def test_a_whole_city_comes_in_and_routes(clean, clock):
    body = shared_data("geo/roads/chiang_mai_road_graph.json").read_bytes()
    report = await bring(clean, clock, "streets", body)
    assert (report.total, report.added, report.refused, report.warnings) == (34_452, 34_452, (), ())
    async with clean.tx(acting()) as tx:
        view = await territory_of(tx, HERE)
    assert view.graph.node_distance_m(17195, 2438) == pytest.approx(2589.0, abs=0.05)
    police_box = Point(lon=98.986398, lat=18.800751)
    station = view.station.point
    reach = view.reach([(station, "car"), (station, "foot"), (police_box, "car")], police_box)
    assert [item.how for item in reach] == ["road", "road", "road"]
    assert reach[0].road_m == pytest.approx(2_640, abs=60)
    assert reach[0].eta_s < reach[1].eta_s
    assert reach[2].road_m < 1


async def test_the_published_zones_come_in_at_their_own_station(clean, clock):
    body = shared_data("geo/zones/ssz_seed_zones_indicative.geojson").read_bytes()
    report = await bring(clean, clock, "zones", body)
    assert (report.total, report.accepted, len(report.refused)) == (5, 1, 4)
    report = await bring(clean, clock, "streets", shared_data("geo/roads/cpk_zone_roads.geojson").read_bytes())
    assert (report.accepted, report.added) == (1243, 1243)


async def test_rights_and_stations_are_kept(clean, clock):
    reader = acting("zone.read", "device.read")
    async with clean.tx(reader) as tx:
        for what in ("zones", "communities", "places", "land", "streets", "devices"):
            with pytest.raises(UnjaiError, match="right_missing"):
                await getattr(flows, f"import_{what}")(tx, reader, clock, station_id=HERE, body=b"{}")
    actor = acting()
    async with clean.tx(actor) as tx:
        with pytest.raises(UnjaiError, match="not_found"):
            await flows.import_zones(tx, actor, clock, station_id=THERE, body=town.ZONES)
        with pytest.raises(UnjaiError, match="not_found"):
            await territory_of(tx, THERE)
    await bring_town(clean, clock)
    other = acting(station=THERE)
    async with clean.tx(other) as tx:
        assert await store.zones_of(tx, HERE) == []
        assert await store.device_by_key(tx, "pole-01") is None
        assert await store.streets_text(tx, HERE) == "[]"
        assert await store.stamp_of(tx, HERE) is None


async def test_an_import_is_written_down_and_told(clean, clock):
    clock.move(timedelta(days=1))
    await bring(clean, clock, "zones", town.ZONES)
    auditor = acting("audit.read")
    async with clean.tx(auditor) as tx:
        row = await tx.one(
            select(audit_log).where(audit_log.c.action == "territory.import.zones").order_by(audit_log.c.id.desc())
        )
        events = await tx.all(select(outbox.c.subject, outbox.c.payload))
    assert row["facts"] == {"total": 2, "refused": 0, "added": 2, "updated": 0, "removed": 0}
    assert (row["actor_name"], row["station_id"]) == ("ผู้ทดสอบ", HERE)
    assert events[-1]["subject"] == f"evt.{HERE}.territory.changed"
    assert json.loads(events[-1]["payload"]) == {"station_id": HERE, "version": 1, "what": "zones"}


async def test_a_failed_transaction_leaves_nothing_and_the_memory_true(clean, clock):
    await bring(clean, clock, "zones", town.ZONES)
    async with clean.tx(acting()) as tx:
        before = await territory_of(tx, HERE)
    actor = acting()

    async def break_off():
        async with clean.tx(actor) as tx:
            await flows.import_places(tx, actor, clock, station_id=HERE, body=town.PLACES)
            assert len((await territory_of(tx, HERE)).places) == 3
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        await break_off()
    async with clean.tx(actor) as tx:
        after = await territory_of(tx, HERE)
    assert (after.places, after.stamp) == ((), before.stamp)


async def test_a_station_that_is_none_has_no_territory(clean, clock):
    actor = system(StationId(15), StationId(424_242))
    async with clean.tx(actor) as tx:
        for wrong in (StationId(15), StationId(424_242)):
            with pytest.raises(UnjaiError, match="not_found"):
                await flows.import_zones(tx, actor, clock, station_id=wrong, body=town.ZONES)
