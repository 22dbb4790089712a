"""The help button on a phone, from the offline queue to the patrol's arrival, with an officer's phone beside it."""

import re
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults
from tests.e2e.test_duty_stories import PATIENCE_MS, on_duty, sign_in

pytestmark = pytest.mark.e2e
PHONE = {"width": 360, "height": 740}
HERE = (100.2585, 16.8215)
"""Away from where other stories call for help: this is a happening of its own."""


@pytest.fixture
def caller(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        permissions=["geolocation"],
        geolocation={"longitude": HERE[0], "latitude": HERE[1], "accuracy": 15},
        reduced_motion="reduce",
    )
    yield made
    made.close()


def png(width: int, height: int) -> bytes:
    """Return a plain photograph."""
    rows = zlib.compress((b"\0" + bytes([120, 80, 60]) * width) * height)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def fair(page: Page) -> None:
    """What stands on the phone now can be used by everybody."""
    assert faults(page) == []


def incident_of(operator: httpx.Client, said: str) -> dict[str, Any]:
    """Return the open incident in which a caller wrote this, with her call."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for row in operator.get("/api/incidents?state=open").json():
            calls = operator.get(f"/api/incidents/{row['id']}/help-calls").json() if row["channel"] == "citizen" else []
            if any(word["text"] == said for call in calls for word in call["words"]):
                return {**row, "call": calls[0]}
        time.sleep(0.3)
    pytest.fail("the words never reached the operator")


@pytest.mark.parametrize("tongue", ["th", "en"])
def test_each_page_before_and_behind_the_press_is_fair(centre: Centre, caller: BrowserContext, tongue: str) -> None:
    caller.add_init_script(f"localStorage.setItem('unjai.tongue', '{tongue}')")
    page = caller.new_page()
    page.goto(centre.url)
    expect(page.get_by_test_id("help")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)
    page.get_by_test_id("quiet").click()
    expect(page.get_by_test_id("quiet-page")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)
    page.goto(centre.url)
    page.route("**/api/citizen/**", lambda route: route.abort())
    page.get_by_test_id("help").click(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("take-back")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)
    expect(page.get_by_test_id("unsent")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("ask-what")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("call")).to_be_visible()
    fair(page)
    page.get_by_test_id("hide").click()
    fair(page)
    page.get_by_test_id("quiet-calculator").click()
    expect(page.get_by_test_id("calculator")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)
    page.keyboard.type("191=")
    page.get_by_test_id("hide").click(timeout=PATIENCE_MS)
    page.get_by_test_id("quiet-dark").click()
    expect(page.get_by_test_id("dark")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)
    for _ in range(3):
        page.get_by_test_id("dark").get_by_role("button").press("Enter")
    page.get_by_test_id("take-back").click(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("taken-back")).to_be_visible(timeout=PATIENCE_MS)
    fair(page)


def test_help_from_the_offline_queue_to_the_patrol_that_arrives(
    centre: Centre, browser: Browser, caller: BrowserContext
) -> None:
    on_duty(centre, "w21", HERE)
    page = caller.new_page()
    page.goto(centre.url)
    expect(page.get_by_test_id("help")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")

    caller.set_offline(True)
    page.get_by_test_id("help").click()
    expect(page.get_by_test_id("unsent")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("sms")).to_have_attribute("href", re.compile(r"16\.82"))
    mark = f"เสื้อแดง {uuid.uuid4().hex[:8]}"
    page.get_by_test_id("write").click(timeout=PATIENCE_MS)
    page.get_by_test_id("word").fill(mark)
    page.get_by_test_id("word-send").click()
    page.get_by_test_id("photo").set_input_files({"name": "p.png", "mimeType": "image/png", "buffer": png(2400, 1800)})
    page.get_by_test_id("told-followed").click()
    page.get_by_test_id("skip").click()
    page.get_by_test_id("told-no").click()
    expect(page.get_by_test_id("told")).to_be_visible()
    caller.set_offline(False)

    with centre.client("operator") as operator:
        status = page.get_by_test_id("status")
        expect(status).to_have_attribute("data-status", "received", timeout=PATIENCE_MS)
        found = incident_of(operator, mark)
        path = f"/api/incidents/{found['id']}"
        until = time.monotonic() + 30
        while "followed" not in (title := operator.get(path).json()["title_en"]) and time.monotonic() < until:
            time.sleep(0.3)
        assert title.startswith("Being followed")
        assert operator.post(f"{path}/acknowledge", json={}).status_code == 200
        said = f"กำลังไป {uuid.uuid4().hex[:6]}"
        words = f"{path}/help-calls/{found['call']['report_id']}/words"
        assert operator.post(words, json={"text": said}, headers={"Idempotency-Key": said[-6:]}).status_code == 200
        expect(page.get_by_test_id("words")).to_contain_text(said, timeout=PATIENCE_MS)
        until = time.monotonic() + 30
        sorts: list[str] = []
        while "photo" not in sorts and time.monotonic() < until:
            call = operator.get(f"{path}/help-calls").json()[0]
            sorts = [word["sort"] for word in call["words"]]
            time.sleep(0.3)
        photo = next(word for word in call["words"] if word["sort"] == "photo")
        picture = operator.get(f"/api/attachments/{photo['attachment_id']}")
        assert picture.headers["content-type"] == "image/jpeg", "the phone made it smaller before it went"
        assert not call["quiet"]

        page.get_by_test_id("hide").click()
        page.get_by_test_id("quiet-calculator").click()
        expect(page.get_by_test_id("calculator")).to_be_visible(timeout=PATIENCE_MS)
        page.keyboard.type("12*7=")
        expect(page.get_by_test_id("calculator-shown")).to_have_text("84")
        assert page.title() == "เครื่องคิดเลข"
        page.reload()
        expect(page.get_by_test_id("calculator")).to_be_visible(timeout=PATIENCE_MS)
        assert operator.get(path).json()["silent"], "the centre does not ring back"

        phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="th-TH", timezone_id="Asia/Bangkok")
        sign_in(centre, phone, "w21")
        officer = phone.new_page()
        officer.goto(f"{centre.url}/officer")
        expect(officer.get_by_test_id("officer-page")).to_be_visible(timeout=PATIENCE_MS)
        assert operator.post(f"{path}/offer", json={"unit_id": unit_of(centre, "w21")}).status_code == 200
        accept = officer.get_by_test_id("accept")
        expect(accept).not_to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        accept.click(timeout=PATIENCE_MS)
        officer.get_by_test_id("en-route").click(timeout=PATIENCE_MS)
        page.keyboard.type("191=")
        expect(status).to_have_attribute("data-status", "on_the_way", timeout=PATIENCE_MS)
        fair(page)
        page.get_by_test_id("no-longer").click()
        page.get_by_test_id("cancel-safe").click()
        expect(page.get_by_test_id("no-longer")).to_have_count(0)
        expect(page.get_by_test_id("call")).to_be_visible()
        officer.get_by_test_id("on-scene").click(timeout=PATIENCE_MS)
        expect(status).to_have_attribute("data-status", "arrived", timeout=PATIENCE_MS)
        call = operator.get(f"{path}/help-calls").json()[0]
        assert call["cancel_reason"] == "ปลอดภัยแล้ว"
        assert operator.get(path).json()["state"] == "on_scene", "a cancel ends nothing by itself"
        officer.get_by_test_id("close").click(timeout=PATIENCE_MS)
        officer.get_by_test_id("outcome-resolved").check(force=True)
        officer.get_by_test_id("close-send").click()
        expect(status).to_have_attribute("data-status", "closed", timeout=PATIENCE_MS)
        fair(page)
        phone.close()


def unit_of(centre: Centre, username: str) -> str:
    with centre.client(username) as officer:
        return str(officer.get("/api/officer").json()["unit"]["id"])
