"""What goes out comes in unchanged: exports, templates, secrets that stay home, and OpenStreetMap's own form."""

import json

import pytest

from tests.territory import town
from tests.territory.asking import apply, look, rows_of
from tests.territory.conftest import TOWN
from unjai.territory import store
from unjai.territory.import_kinds import IMPORT_KINDS


@pytest.mark.parametrize("form", ["csv", "geojson"])
@pytest.mark.parametrize("what", TOWN)
async def test_what_goes_out_comes_in_unchanged(filled, what, form):
    out = await filled.get(f"/export/{what}.{form}")
    assert out.status_code == 200, out.text
    assert "attachment" in out.headers["content-disposition"]
    seen = await look(filled, what, out.content, f"{what}.{form}")
    report = seen["report"]
    assert report["refused"] == []
    assert (report["added"], report["updated"], report["removed"]) == (0, 0, 0), seen["columns"]
    assert report["unchanged"] > 0


@pytest.mark.parametrize("kind", [kind.key for kind in IMPORT_KINDS])
async def test_a_template_is_taken_as_it_is(admin, kind):
    if kind != "zones":
        await admin.post("/import/zones", content=json.dumps(town.ZONES))
    empty = await admin.get(f"/import/templates/{kind}.csv")
    seen = await look(admin, kind, empty.content, "template.csv")
    assert (seen["report"]["accepted"], seen["report"]["refused"]) == (1, [])
    fields = {
        field["name"]
        for field in next(k for k in (await admin.get("/import/kinds")).json() if k["key"] == kind)["fields"]
    }
    assert set(seen["columns"]) == fields - {"position"}


async def test_secrets_of_devices_stay_home_and_stay(admin, clean):
    settings = {"url": "rtsp://user:geheim@10.0.0.1/live", "password": "geheim", "heading_deg": 90}
    one = town.feature(town.dot(99.004, 16.601), key="cam-9", kind="camera", name_th="ก", settings=settings)
    await admin.post("/import/devices", content=json.dumps(town.file(one)))
    before = await rows_of(clean, store.device)
    for form in ("csv", "geojson"):
        out = await admin.get(f"/export/devices.{form}")
        assert "geheim" not in out.text
        seen = await look(admin, "devices", out.content)
        assert (seen["report"]["updated"], seen["report"]["unchanged"]) == (0, 1)
    turned = out.json()
    turned["features"][0]["properties"]["heading_deg"] = 180
    assert (await apply(admin, await look(admin, "devices", json.dumps(turned)))).status_code == 200
    (after,) = await rows_of(clean, store.device)
    assert after["settings"] == {**before[0]["settings"], "heading_deg": 180}


async def test_openstreetmap_brings_streets_then_places_of_one_file(admin, clean, tmp_path):
    import osmium

    file = tmp_path / "x.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for number, place in {1: (99.003, 16.6), 2: (99.005, 16.6), 3: (99.4, 16.9), 4: (99.41, 16.9)}.items():
            tags = {"amenity": "bank", "name": "ธนาคารกลาง"} if number == 2 else {}
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, tags=tags))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "primary", "name": "ถนนใน"}))
        writer.add_way(osmium.osm.mutable.Way(id=2, nodes=[3, 4], tags={"highway": "primary", "name": "ถนนนอก"}))
    far = await look(admin, "streets", file.read_bytes(), "x.osm.pbf")
    assert (far["area"], far["report"]["added"]) == (None, 2)  # no zone yet, nothing near the station: the whole file
    await admin.post("/import/zones", content=json.dumps(town.ZONES))
    seen = await look(admin, "streets", file.read_bytes(), "x.osm.pbf")
    assert (seen["form"], seen["report"]["added"]) == ("osm", 1)
    assert [note["code"] for note in seen["report"]["warnings"]] == ["note_osm_outside"]
    path = f"/import/files/{seen['file_id']}/preview"
    assert (await admin.post(path, json={"kind": "streets", "area": "all"})).json()["report"]["added"] == 2
    near = (await admin.post(path, json={"kind": "streets", "area": [99.0, 16.5, 99.1, 16.7]})).json()
    assert near["report"]["added"] == 1
    assert (await apply(admin, near)).status_code == 200
    (street,) = await rows_of(clean, store.street_edge)
    assert (street["name_th"], street["class"]) == ("ถนนใน", "main")
    places = (await admin.post(path, json={"kind": "places"})).json()
    assert (await apply(admin, places)).status_code == 200
    (place,) = await rows_of(clean, store.place)
    assert (place["code"], place["kind"], place["name_th"]) == ("osm:n2", "bank", "ธนาคารกลาง")
    refused = await admin.post("/import/files", params={"kind": "devices"}, content=file.read_bytes())
    assert refused.json()["error"]["code"] == "import_osm_not_here"
