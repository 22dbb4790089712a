"""A whole shift on a phone without a line: twelve checkpoints, photographs, a finding, the page opened anew in between."""

import base64
import hashlib
import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults_in_both_themes
from unjai.patrol.rules.codes import static_code

pytestmark = pytest.mark.e2e
PATIENCE_MS = 60_000
WHO = "w24"
POINTS = 12
STEP_M = 140
NORTH_M = 1 / 111_195


def picture(seed: int) -> bytes:
    """Return a photograph that no other is like."""
    made = Image.new("RGB", (320, 240), (30 + seed * 40, 90, 200 - seed * 40))
    draw = ImageDraw.Draw(made)
    words = hashlib.sha256(bytes([seed])).digest()
    for n, shade in enumerate(words):
        left, top = (n * 61 + seed * 83) % 300, (n * 37 + seed * 29) % 220
        draw.rectangle((left, top, left + shade % 60, top + shade % 40), fill=(shade, 255 - shade, (shade * 7) % 256))
    into = io.BytesIO()
    made.save(into, "JPEG", quality=88)
    return into.getvalue()


def laid_out(centre: Centre) -> list[dict[str, Any]]:
    """Make twelve checkpoints in a row through the town, each with what its label says."""
    with centre.client("operator") as operator:
        pole = next(one for one in operator.get("/api/devices").json() if one["key"] == "pole-03")
    made = []
    with centre.client("supervisor") as chief:
        for n in range(POINTS):
            said = {"code": f"RX-{n + 1:02}", "name_th": f"จุดทดสอบรอบ {n + 1}", "name_en": f"Round point {n + 1}"}
            said |= {"kind": "bank", "lon": pole["lon"], "lat": pole["lat"] + n * STEP_M * NORTH_M, "radius_m": 40}
            place = chief.post("/api/patrol/checkpoints", json={**said, "proofs": ["qr", "gps"]})
            assert place.status_code == 201, place.text
            screen = chief.post(f"/api/patrol/checkpoints/{place.json()['id']}/screen").json()
            seed = base64.b32decode(screen["seed"] + "=" * (-len(screen["seed"]) % 8))
            made.append({**place.json(), "label": static_code(seed, UUID(place.json()["id"]), place.json()["serial"])})
    return made


def put_away(centre: Centre, places: list[dict[str, Any]]) -> None:
    """Leave the town as it was found: the checkpoints are no longer in use."""
    with centre.client("supervisor") as chief:
        for place in places:
            path = f"/api/patrol/checkpoints/{place['id']}"
            done = chief.patch(path, json={"retired": True, "version": chief.get(path).json()["version"]})
            assert done.status_code == 200, done.text


@pytest.fixture
def phone(centre: Centre, browser: Browser) -> Iterator[BrowserContext]:
    """A small phone in the officer's hand, its clock four hours behind: the shift is walked in the test's minute."""
    made = browser.new_context(
        viewport={"width": 360, "height": 740},
        has_touch=True,
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        reduced_motion="reduce",
        permissions=["geolocation"],
    )
    said = {"username": WHO, "password": centre.password(WHO)}
    assert made.request.post(f"{centre.url}/api/session", data=said).ok
    yield made
    made.close()


@contextmanager
def no_troubles(page: Page) -> Iterator[None]:
    """Hold the page to it that it never throws."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield
    assert not troubles


def go_to(phone: BrowserContext, page: Page, place: dict[str, Any]) -> None:
    """Walk there, and wait until the page knows that it is there."""
    phone.set_geolocation({"longitude": place["lon"], "latitude": place["lat"], "accuracy": 8})
    page.get_by_test_id("round-row").filter(has_text=place["code"]).click()
    expect(page.locator("#target")).to_contain_text(place["code"])
    expect(page.get_by_text("อยู่ในบริเวณจุดแล้ว")).to_be_visible()


def arrive(page: Page, place: dict[str, Any], *, typed: bool) -> None:
    """Say that one is there; then the code of the label, as it stands or as it is typed below the QR."""
    page.get_by_test_id("arrive").click()
    expect(page.get_by_test_id("lacks")).to_contain_text("สแกน QR")
    page.get_by_test_id("scan").click()
    serial, mac = place["label"].split(":")[-2:]
    page.get_by_test_id("code").fill(f"{serial} {mac[:4]} {mac[4:].lower()}" if typed else place["label"])
    page.get_by_test_id("code-use").click()
    expect(page.locator("[data-proof=qr]")).to_have_attribute("data-there", "true")
    expect(page.locator("[data-proof=gps]")).to_have_attribute("data-there", "true")


def leave(page: Page, done: int) -> None:
    """Stay long enough, and go; the way to the next takes some minutes."""
    page.clock.fast_forward("11:00")
    expect(page.get_by_text("ครบเวลาแล้ว")).to_be_visible()
    page.get_by_test_id("leave").click()
    expect(page.get_by_test_id("round-done")).to_have_text(re.compile(rf"ตรวจแล้ว {done} จาก|ครบทุกจุด"))
    page.clock.fast_forward("08:00")


def looked_at(page: Page) -> dict[str, Any]:
    """Return what axe finds on the page in Thai and in English, in both themes."""
    wrong: dict[str, Any] = {}
    for language in ("th", "en"):
        assert page.evaluate("() => document.documentElement.lang") == language
        wrong |= {f"{language}.{theme}": found for theme, found in faults_in_both_themes(page).items()}
        page.get_by_test_id("menu").click()
        page.locator("dialog[open] button").first.click()
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    return wrong


def test_a_shift_without_a_line_comes_whole_once_and_says_how_late(
    centre: Centre, browser: Browser, phone: BrowserContext
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    places = laid_out(centre)
    page = phone.new_page()
    begun = datetime.now(UTC) - timedelta(minutes=POINTS * 19 + 3)
    page.clock.install(time=begun)
    with no_troubles(page):
        page.goto(f"{centre.url}/officer#round")
        expect(page.get_by_test_id("round-row").filter(has_text="RX-")).to_have_count(POINTS)
        expect(page.get_by_test_id("arrive")).to_be_disabled()  # off duty
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        until = time.monotonic() + 60
        while not page.evaluate(
            "() => caches.keys().then((all) => all.some((one) => one.startsWith('unjai-officer-')))"
        ):
            assert time.monotonic() < until
        page.goto(f"{centre.url}/officer#work")
        page.get_by_test_id("signon-edit").click()
        expect(page.get_by_test_id("signon-details")).to_be_visible()
        assert looked_at(page) == {}
        phone.set_offline(True)
        page.goto(f"{centre.url}/officer#work")
        page.get_by_test_id("duty-on").click()
        page.get_by_test_id("tab-round").click()

        for n, place in enumerate(places):
            go_to(phone, page, place)
            arrive(page, place, typed=n % 2 == 1)
            if n in (1, 4):
                page.get_by_test_id("visit-photo").set_input_files(
                    {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(n)}
                )
                expect(page.locator("[data-proof=photo]")).to_have_attribute("data-there", "true")
            if n == 5:
                assert looked_at(page) == {}
                page.reload()  # at the checkpoint, without a line: the visit goes on
                expect(page.locator("[data-proof=qr]")).to_have_attribute("data-there", "true")
            if n == 7:
                page.goto(f"{centre.url}/officer#round/find")
                assert looked_at(page) == {}
                page.get_by_test_id("find-light_out").check()
                page.get_by_test_id("find-text").fill("ไฟดับสามดวงหน้าซอย")
                page.get_by_test_id("find-photo").set_input_files(
                    {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": picture(9)}
                )
                page.get_by_test_id("find-send").click()
                expect(page.get_by_test_id("find-kept")).to_be_visible()
                page.goto(f"{centre.url}/officer#round/visit")
            leave(page, n + 1)
        expect(page.get_by_test_id("round-waiting")).to_contain_text("13")
        expect(page.get_by_test_id("outbox-count")).to_contain_text("17")  # three photographs and signing on wait too
        assert looked_at(page) == {}

        phone.set_offline(False)
        page.clock.fast_forward("00:40")
        expect(page.get_by_test_id("outbox-count")).to_have_text("ส่งครบแล้ว")
        expect(page.get_by_test_id("round-waiting")).to_have_count(0)
        page.reload()
        expect(page.get_by_test_id("outbox-count")).to_have_text("ส่งครบแล้ว")
        expect(page.get_by_test_id("round-waiting")).to_have_count(0)
        page.get_by_test_id("round-mine").click()
        expect(page.get_by_test_id("my-visit")).to_have_count(POINTS)
        assert looked_at(page) == {}
        for part, stands in (
            ("work", "duty-off"),
            ("talk", "talk-text"),
            ("track", "track"),
            ("track/phone", "phone-make"),
        ):
            page.goto(f"{centre.url}/officer#{part}")
            expect(page.get_by_test_id(stands)).to_be_visible()
            assert looked_at(page) == {}, part

    with centre.client(WHO) as officer, centre.client("supervisor") as chief:
        mine = officer.get("/api/patrol/my/visits").json()
        assert sorted(one["checkpoint_code"] for one in mine) == [place["code"] for place in places]
        assert all(one["late"] and one["chain"] in ("next", "joined") for one in mine[1:]), "the last one came in time"
        assert mine[-1]["late_s"] > 200 * 60, "the first one is hours late, and says so"
        assert all(600 <= one["dwell_s"] < 1_000 for one in mine)
        lines = [{part["code"] for part in one["parts"]} for one in mine]
        assert all({"code_static", "gps", "dwell"} <= one for one in lines)
        assert not any({"outside_duty", "clock_off", "clock_changed", "speed_impossible"} & one for one in lines)
        assert sum("photo" in one for one in lines) == 2
        assert {one["state"] for one in mine} == {"proven"}
        (found,) = (one for one in chief.get("/api/patrol/findings").json() if one["by_th"] == mine[0]["by_th"])
        assert (found["what"], found["text"], len(found["photos"])) == ("light_out", "ไฟดับสามดวงหน้าซอย", 1)
        assert chief.get(f"/api/patrol/photos/{found['photos'][0]}").content == picture(9)
        assert chief.get("/api/patrol/phones").json()[0]["head_seq"] == POINTS + 1
        assert officer.post("/api/officer/duty", json={"on": False}).status_code == 200
    put_away(centre, places)


@pytest.mark.parametrize("who", ["v51", "v61", "v71"])
def test_a_volunteer_at_the_officers_page_is_shown_and_answered_no_more_than_is_a_volunteers(
    centre: Centre, browser: Browser, who: str
) -> None:
    hers = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="th-TH")
    said = {"username": who, "password": centre.password(who)}
    assert hers.request.post(f"{centre.url}/api/session", data=said).ok
    page = hers.new_page()
    page.goto(f"{centre.url}/officer")
    expect(page.get_by_test_id("officer-page")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator('a[href^="/console"], a[href^="/manage"]')).to_have_count(0)
    for path in ("devices", "accounts", "persons", "patrol/visits", "audit", "incidents/statistics"):
        answer = hers.request.get(f"{centre.url}/api/{path}")
        assert answer.status in {403, 404}, (path, answer.status)
        assert "title_th" not in answer.text()
    refused = hers.request.post(f"{centre.url}/api/calls", data={"code": "NOI", "text": "x"}, headers={"X-Unjai": "1"})
    assert refused.status in {400, 403, 422}
    hers.close()


def test_the_small_map_comes_when_the_line_does(centre: Centre, browser: Browser) -> None:
    with centre.client("operator") as operator:
        pole = next(one for one in operator.get("/api/devices").json() if one["key"] == "pole-03")
    with centre.client(WHO) as officer:
        assert officer.post("/api/officer/duty", json={"on": True}).status_code == 200
        phone = browser.new_context(
            viewport={"width": 360, "height": 740},
            locale="th-TH",
            permissions=["geolocation"],
            geolocation={"longitude": pole["lon"], "latitude": pole["lat"], "accuracy": 8},
            service_workers="block",
        )
        said = {"username": WHO, "password": centre.password(WHO)}
        assert phone.request.post(f"{centre.url}/api/session", data=said).ok
        page = phone.new_page()
        page.route("**/api/streets", lambda route: route.abort())
        page.goto(f"{centre.url}/officer")
        expect(page.locator("circle.me")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("path.street")).to_have_count(0)
        phone.set_offline(True)
        expect(page.get_by_test_id("line-cut")).to_be_visible(timeout=PATIENCE_MS)
        page.unroute("**/api/streets")
        phone.set_offline(False)
        expect(page.locator("path.street").first).to_be_attached(timeout=PATIENCE_MS)
        phone.close()
        assert officer.post("/api/officer/duty", json={"on": False}).status_code == 200
