"""A walk at ease on phones: the way, a question, a word that looks like fine, a friend's link; told on the console."""

import asyncio
import json
import math
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults
from tests.e2e.test_duty_stories import on_duty, pole_place
from unjai.model.clock import MovedClock
from unjai.model.ids import StationId
from unjai.platform.database import Database
from unjai.respond.escort.flows.following import Watch
from unjai.respond.escort.rules.walk import ANSWER_S

pytestmark = pytest.mark.e2e
PATIENCE_MS = 60_000
WORD = "ดอกไม้"
ASIDE = [(0.004, 0.0), (-0.004, 0.0), (0.0, 0.004), (0.0, -0.004)]
"""Some 440 m to each side, in degrees."""


@pytest.fixture
def phones(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Two small phones that give their position."""
    made = [
        browser.new_context(
            viewport={"width": 360, "height": 740},
            has_touch=True,
            locale="th-TH",
            timezone_id="Asia/Bangkok",
            reduced_motion="reduce",
            permissions=["geolocation"],
        )
        for _ in range(2)
    ]
    yield made
    for one in made:
        one.close()


def begun(centre: Centre, phone: BrowserContext, start: tuple[float, float], word: str) -> tuple[Page, dict[str, Any]]:
    """Walk from a pole to the street of the last name, watched; return the page and what the phone keeps."""
    phone.set_geolocation({"longitude": start[0], "latitude": start[1], "accuracy": 8})
    page = phone.new_page()
    page.goto(f"{centre.url}/#walk")
    streets = phone.request.get(f"{centre.url}/api/streets").json()["features"]
    names = sorted({one["properties"]["name_th"] for one in streets if one["properties"]["name_th"]})
    page.get_by_test_id("walk-search").fill(names[-1])
    page.get_by_test_id("goal").first.click()
    page.get_by_test_id("way-0").check()
    page.get_by_test_id("walk-go").click()
    page.get_by_test_id("walk-word").fill(word)
    page.get_by_test_id("walk-start").click()
    expect(page.locator("[data-state=walking]")).to_be_visible()
    return page, json.loads(page.evaluate("() => localStorage.getItem('unjai.walk')"))


def off_the_way(kept: dict[str, Any], start: tuple[float, float]) -> tuple[float, float]:
    """Return the place 440 m from her start that is farthest from her way."""
    places = [(start[0] + lon, start[1] + lat) for lon, lat in ASIDE]
    return max(places, key=lambda one: min(math.dist(one, point) for point in kept["way"]["points"]))


def stray(page: Page, centre: Centre, kept: dict[str, Any], start: tuple[float, float]) -> tuple[float, float]:
    """Let her phone tell half a minute off the way, as one list: what it held while there was no line. Return where."""
    page.wait_for_function("(began) => Date.now() > began + 35_000", arg=kept["beganAt"], timeout=PATIENCE_MS)
    now = time.time()
    place = off_the_way(kept, start)
    fixes = [{"no": 100_000 + n, "lon": place[0], "lat": place[1], "acc": 8, "tst": now - 30 + n * 5} for n in range(7)]
    with centre.client() as phone:
        path, token = f"/api/escort/walks/{kept['id']}/positions", {"x-unjai-walk": kept["token"]}
        assert phone.post(path, headers=token, json={"fixes": fixes, "sent": now}).status_code == 200
    return place


def alert_of(centre: Centre, walk_id: str) -> dict[str, Any]:
    """Return the step that an alert wrote on its incident, once it is there."""
    until = time.monotonic() + PATIENCE_MS / 1000
    with centre.client("operator") as operator:
        while time.monotonic() < until:
            for row in operator.get("/api/incidents").json():
                steps = operator.get(f"/api/incidents/{row['id']}").json()["timeline"]
                for step in steps:
                    if step["kind"] == "escort_alerted" and step["facts"]["walk_id"] == walk_id:
                        return {**step["facts"], "incident": row}
            time.sleep(0.3)
    pytest.fail(f"no alert came of the walk: {centre.logs()}")


def seen(page: Page) -> str:
    """Return what the walk's page shows, without its figures."""
    return re.sub(r"\d+", "#", page.get_by_test_id("walk-page").inner_text())


@pytest.mark.timeout(400)
def test_a_word_that_looks_like_fine_calls_silently_and_a_friends_link_dies(
    centre: Centre, browser: Browser, phones: list[BrowserContext]
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    start = pole_place(centre, "pole-02")
    on_duty(centre, "w21", start)
    walks = [begun(centre, phone, start, WORD) for phone in phones]
    duress, kept = walks[1]
    duress.get_by_test_id("walk-friends").click()
    duress.get_by_test_id("link-make").click()
    expect(duress.get_by_test_id("link")).to_be_visible()
    assert faults(duress) == []
    link = json.loads(duress.evaluate("() => localStorage.getItem('unjai.walk')"))["links"][0]["token"]
    stranger = browser.new_context(viewport={"width": 360, "height": 740}, locale="th-TH", timezone_id="Asia/Bangkok")
    friend = stranger.new_page()
    asked: list[str] = []
    friend.on("request", lambda one: asked.append(one.url))
    friend.goto(f"{centre.url}/#friend/{link}")
    expect(friend.get_by_test_id("friend-seen")).to_be_visible()
    assert faults(friend) == []
    assert not any(link in one.partition("#")[0] or not one.startswith(centre.url) for one in asked)
    told = stranger.request.get(f"{centre.url}/api/escort/friend", headers={"x-unjai-link": link})
    assert set(told.json()) == {"expected_at", "points", "position"}

    sent: list[list[Any]] = []
    shown: list[str] = []
    for (page, mine), word in zip(walks, ("สบายดี", WORD), strict=True):
        stray(page, centre, mine, start)
        expect(page.get_by_test_id("walk-check")).to_be_visible()
        assert faults(page) == []
        with page.expect_request(re.compile(r"/answer$")) as request:
            page.get_by_test_id("answer").fill(word)
            page.get_by_test_id("answer-send").click()
        expect(page.locator("[data-state=walking]")).to_be_visible()
        said = request.value
        body = said.post_data_buffer or b""
        sent.append([said.method, re.sub(r"walks/[^/]+", "walks/", said.url), sorted(said.headers), len(body)])
        page.evaluate("() => { location.hash = 'walk/end' }")
        expect(page.get_by_test_id("walk-ending")).to_be_visible()
        shown.append(seen(page))
    assert sent[0] == sent[1]
    assert shown[0] == shown[1]
    facts = alert_of(centre, kept["id"])
    assert facts["alert"] == "duress"
    assert facts["unit"]
    assert duress.get_by_test_id("walk-check").count() == 0
    assert WORD not in duress.evaluate("() => JSON.stringify(localStorage)")

    for page, _mine in walks:
        page.get_by_test_id("fine").click()
        expect(page.get_by_test_id("walk-over")).to_be_visible()
        assert faults(page) == []
    friend.reload()
    expect(friend.get_by_test_id("friend-over")).to_be_visible()
    assert faults(friend) == []
    stranger.close()


async def _as_core(centre: Centre, station: int) -> None:
    """Look at the open walks as core does, by a clock that is past the time to answer."""
    db = Database(centre.database_url())
    try:
        late = MovedClock(datetime.now(UTC) + timedelta(seconds=ANSWER_S + 1))
        await Watch().once(db, late, [StationId(station)])
    finally:
        await db.close()


@pytest.mark.timeout(300)
def test_a_walk_that_strays_and_does_not_answer_stands_on_the_console(
    centre: Centre, phones: list[BrowserContext], context: BrowserContext, page: Page
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    start = pole_place(centre, "pole-03")
    walker, kept = begun(centre, phones[0], start, "")
    place = stray(walker, centre, kept, start)
    expect(walker.get_by_test_id("walk-check")).to_be_visible()
    station = walker.request.get(f"{centre.url}/api/info").json()["station"]["id"]
    with ThreadPoolExecutor(1) as aside:  # Playwright's own loop runs in this thread
        aside.submit(asyncio.run, _as_core(centre, station)).result()
    facts = alert_of(centre, kept["id"])
    assert facts["alert"] == "strayed"
    assert (facts["lon"], facts["lat"]) == pytest.approx(place, abs=1e-4)
    with centre.client("operator") as operator:
        cameras = {one["id"] for one in operator.get("/api/devices").json() if one["kind"] == "camera"}
    assert {one["device_id"] for one in facts["ahead"] + facts["behind"]} <= cameras
    assert facts["ahead"] + facts["behind"], "cameras stand along every way of the town"
    expect(walker.get_by_test_id("walk-check")).to_be_visible()
    context.request.post(
        f"{centre.url}/api/session", data={"username": "operator", "password": centre.password("operator")}
    )
    page.goto(f"{centre.url}/console")
    expect(page.locator("#queue").get_by_text("เดินอุ่นใจ").first).to_be_visible()
