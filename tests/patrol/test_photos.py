"""Photographs from phones: in parts, over a bad line, too large, not what was announced, sent again."""

import hashlib
import io
from uuid import uuid4

from PIL import Image, ImageDraw

from tests.patrol.conftest import checkpoint, minutes, registered
from unjai.patrol.photos import PART_MOST, SIZE_MOST


def picture(seed: int) -> bytes:
    """A photograph with something in it."""
    size = (640, 480)
    made = Image.new("RGB", size, (90, 110, 130))
    draw = ImageDraw.Draw(made)
    for n in range(24):
        x, y = (seed * 37 + n * 97) % size[0], (seed * 61 + n * 53) % size[1]
        shade = (n * 41 + seed * 29) % 256
        draw.rectangle((x, y, x + size[0] // 5, y + size[1] // 6), fill=(shade, 255 - shade, shade // 2))
    into = io.BytesIO()
    made.save(into, "JPEG", quality=90)
    return into.getvalue()


def smaller(body: bytes) -> bytes:
    """The same photograph at half the size, compressed anew."""
    into = io.BytesIO()
    Image.open(io.BytesIO(body)).resize((320, 240)).save(into, "JPEG", quality=60)
    return into.getvalue()


def announced(body: bytes, **more):
    return {"id": str(uuid4()), "digest": hashlib.sha256(body).hexdigest(), "size_bytes": len(body), **more}


async def sent(client, body: bytes, photo=None, parts=3):
    """Send a photograph in parts and return its id and the last answer."""
    photo = photo or announced(body)
    assert (await client.post("/api/patrol/my/photos", json=photo)).status_code == 200
    step = len(body) // parts + 1
    last = {}
    for offset in range(0, len(body), step):
        part = body[offset : offset + step]
        answer = await client.put(f"/api/patrol/my/photos/{photo['id']}", params={"offset": offset}, content=part)
        assert answer.status_code == 200, answer.text
        last = answer.json()
    return photo["id"], last


async def test_a_photograph_goes_on_where_the_line_broke(officer, chief):
    body = picture(1)
    photo = announced(body)
    await officer.post("/api/patrol/my/photos", json=photo)
    path = f"/api/patrol/my/photos/{photo['id']}"
    assert (await officer.put(path, params={"offset": 0}, content=body[:5000])).json()["have"] == 5000
    gap = await officer.put(path, params={"offset": 9000}, content=body[9000:])
    assert (gap.status_code, gap.json()["error"]["facts"]["have"]) == (409, 5000)
    assert (await officer.post("/api/patrol/my/photos", json=photo)).json() == (await officer.get(path)).json()
    again = await officer.put(path, params={"offset": 2000}, content=body[2000:7000])
    assert again.json()["have"] == 7000
    beyond = await officer.put(path, params={"offset": 7000}, content=body[7000:] + b"more")
    assert beyond.json()["error"]["code"] == "photo_part_beyond"
    done = await officer.put(path, params={"offset": 7000}, content=body[7000:])
    assert done.json()["state"] == "kept"
    assert (await officer.put(path, params={"offset": 0}, content=body)).json()["state"] == "kept"
    seen = await chief.get(f"/api/patrol/photos/{photo['id']}")
    assert (seen.content, seen.headers["content-type"]) == (body, "image/jpeg")


async def test_one_that_is_too_large_is_refused_and_its_finding_goes_on(officer, chief, clock):
    phone = await registered(officer)
    big = {"id": str(uuid4()), "digest": "a" * 64, "size_bytes": SIZE_MOST + 1}
    answer = await officer.post("/api/patrol/my/photos", json=big)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "photo_too_large")
    assert "goes on" in answer.json()["error"]["en"]
    told = await phone.tell(officer, [phone.finding(clock.now(), "other", photos=[big["id"]])], clock.now())
    assert told["answers"][0]["state"] == "accepted"
    assert (await chief.get("/api/patrol/findings")).json()[0]["photos"] == [big["id"]]
    assert (await chief.get(f"/api/patrol/photos/{big['id']}")).status_code == 404
    part = await officer.put(f"/api/patrol/my/photos/{uuid4()}", content=b"x" * (PART_MOST + 1))
    assert part.json()["error"]["code"] == "body_too_large"


async def test_forty_megabytes_come_whole_over_a_line_that_breaks(officer, chief):
    body = picture(7)
    body += bytes(SIZE_MOST - len(body))
    photo = announced(body)
    assert (await officer.post("/api/patrol/my/photos", json=photo)).status_code == 200
    path = f"/api/patrol/my/photos/{photo['id']}"
    at_once = await officer.put(path, params={"offset": 0}, content=body)
    assert (at_once.status_code, at_once.json()["error"]["code"]) == (413, "body_too_large")
    half = SIZE_MOST // 2
    for offset in range(0, half, PART_MOST):
        last = await officer.put(path, params={"offset": offset}, content=body[offset : offset + PART_MOST])
    have = (await officer.get(path)).json()["have"]
    assert have == last.json()["have"] >= half
    for offset in range(have, SIZE_MOST, PART_MOST):
        last = await officer.put(path, params={"offset": offset}, content=body[offset : offset + PART_MOST])
    assert last.json()["state"] == "kept"
    seen = await chief.get(f"/api/patrol/photos/{photo['id']}")
    assert hashlib.sha256(seen.content).hexdigest() == photo["digest"]


async def test_what_is_not_what_was_announced_is_not_kept(officer):
    body = picture(2)
    photo = announced(body)
    _, last = await sent(officer, body[:-1] + b"!", photo)
    assert (last["state"], last["have"], last["code"]) == ("coming", 0, "photo_digest_wrong")
    _, last = await sent(officer, body, photo)
    assert last["state"] == "kept"
    _, last = await sent(officer, b"<html>" * 100)
    assert (last["state"], last["code"]) == ("refused", "photo_kind_unknown")
    other = await officer.post("/api/patrol/my/photos", json={**photo, "digest": "b" * 64})
    assert other.json()["error"]["code"] == "photo_other"


async def test_nobody_sends_or_sees_anothers_photograph(officer, client_of):
    body = picture(3)
    photo = announced(body)
    await officer.post("/api/patrol/my/photos", json=photo)
    other = await client_of("officer")
    assert (await other.get(f"/api/patrol/my/photos/{photo['id']}")).status_code == 404
    assert (await other.put(f"/api/patrol/my/photos/{photo['id']}", content=body)).status_code == 404
    assert (await other.post("/api/patrol/my/photos", json=photo)).json()["error"]["code"] == "photo_other"
    assert (await other.get(f"/api/patrol/photos/{photo['id']}")).status_code == 403


async def test_a_visit_is_judged_anew_when_its_photograph_comes_and_the_same_one_again_counts_against_it(
    officer, chief, clock
):
    place = await checkpoint(chief)
    phone = await registered(officer)
    first, second = announced(picture(4)), announced(smaller(picture(4)))
    items = [phone.visit(clock.now(), place["id"], photos=[one["id"]]) for one in (first, second)]
    told = await phone.tell(officer, items, clock.now())
    before = [one["score"] for one in told["answers"]]
    await sent(officer, picture(4), first)
    clock.move(minutes(1))
    await sent(officer, smaller(picture(4)), second)
    by_photo = {one["photos"][0]: one for one in (await chief.get("/api/patrol/visits")).json()["visits"]}
    good, again = by_photo[first["id"]], by_photo[second["id"]]
    assert good["score"] > before[0]
    assert again["score"] < before[1]
    assert "photo_again" in {part["code"] for part in again["parts"]}
    assert "photo" in {part["code"] for part in good["parts"]}
