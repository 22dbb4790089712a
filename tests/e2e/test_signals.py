"""A junction: registered, watched live in shadow, asked for by one and approved by another, taken away with one key."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults_in_both_themes
from tests.e2e.test_duty_stories import PATIENCE_MS, sign_in
from unjai.demo.night.crossing import Traffic
from unjai.demo.town.crossing import BOX

pytestmark = pytest.mark.e2e


def _done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def _junction(centre: Centre, code: str) -> dict[str, Any]:
    with centre.client("supervisor") as supervisor:
        found: dict[str, Any] = next(one for one in _done(supervisor.get("/api/signals")) if one["code"] == code)
        return found


@pytest.mark.refusals("status of 400", "status of 409")  # a broken file; what two people must do, asked for by one
def test_a_junction_from_its_file_to_control_and_back_with_one_key(
    centre: Centre, context: BrowserContext, page: Page, browser: Browser
) -> None:
    code = f"J-{uuid4().hex[:6]}"
    file = {**_junction(centre, "J-01")["file"], "code": code, "name_th": "แยกทดสอบ", "name_en": "Trial Crossing"}
    sign_in(centre, context, "supervisor")
    page.goto(f"{centre.url}/manage/signals")

    page.get_by_role("button", name="ลงทะเบียนทางแยก").click()
    text = page.get_by_test_id("junction-file")
    text.fill(json.dumps({**file, "phases": [{**one, "yellow_s": -1} for one in file["phases"]]}))
    page.get_by_role("button", name="ตรวจไฟล์").click()
    expect(page.get_by_role("alert")).to_contain_text("เวลาติดลบ")
    text.fill(json.dumps(file))
    page.get_by_role("button", name="ตรวจไฟล์").click()
    expect(page.get_by_role("status").filter(has_text="ใช้ได้")).to_contain_text("8 ช่องทาง 4 จังหวะ")
    page.locator("dialog select").select_option("ntcip")
    page.get_by_label("ที่อยู่ (IP)").fill("127.0.0.1")
    page.get_by_label("พอร์ต").fill("9")
    page.get_by_label("รหัส community").fill("trial-secret")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    mode = page.get_by_test_id("junction-mode")
    expect(mode).to_contain_text("ปิด", timeout=PATIENCE_MS)
    assert "trial-secret" not in page.content()

    page.get_by_role("button", name="เฝ้าดู", exact=True).click()
    expect(mode).to_contain_text("เฝ้าดู")
    page.get_by_role("button", name="ขอให้ระบบคุม").click()
    page.locator("textarea[name=reason]").fill("ลองคุมทางแยกนี้หน้าตลาดเย็นวันศุกร์")
    page.get_by_role("button", name="ส่งคำขออนุมัติ").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(mode).to_contain_text("เฝ้าดู")

    with centre.client("superintendent") as second:
        (asked,) = [one for one in _done(second.get("/api/approvals")) if code in one["about_th"]]
        _done(second.post(f"/api/approvals/{asked['id']}/approve", json={"digest": asked["digest"]}))
    page.reload()
    expect(mode).to_contain_text("ระบบคุมทีละจังหวะ", timeout=PATIENCE_MS)

    other = browser.new_context(viewport={"width": 1024, "height": 600}, locale="th-TH", reduced_motion="reduce")
    try:
        sign_in(centre, other, "operator")
        hands = other.new_page()
        hands.goto(page.url)
        shown = hands.get_by_test_id("junction-mode")
        expect(shown).to_contain_text("ระบบคุมทีละจังหวะ", timeout=PATIENCE_MS)
        hands.keyboard.press("l")
        expect(shown).to_contain_text("ตู้ควบคุมเดินเอง")
        expect(hands.get_by_role("button", name="ขอให้ระบบคุม")).to_have_count(0)
    finally:
        other.close()
    found = _junction(centre, code)
    assert found["mode"] == "local"
    with centre.client("supervisor") as supervisor:
        gone = supervisor.post(f"/api/signals/{found['id']}/remove", json={"version": found["version"]})
        assert gone.status_code == 204, gone.text


@pytest.fixture
def box(centre: Centre) -> Iterator[None]:
    """The demo's box at the crossing, telling what it sees twice a second until the test is over."""
    traffic, over = Traffic(Random(1)), threading.Event()

    def tell() -> None:
        with httpx.Client(base_url=centre.url, auth=(BOX, centre.secret(BOX)), timeout=20) as client:
            while not over.wait(0.5):
                traffic.second()
                at = datetime.now(UTC).isoformat()
                lanes = [one.key for one in traffic.lanes]
                for event, body in (
                    ("seen", {"lanes": lanes, "vehicles": traffic.seen()}),
                    ("state", {"phase": traffic.number, "colour": traffic.colour, "for_s": traffic.for_s}),
                ):
                    assert client.post(f"/signal/{event}", json={"at": at, **body}).status_code == 202

    player = threading.Thread(target=tell)
    player.start()
    yield
    over.set()
    player.join()


@pytest.mark.usefixtures("box")
def test_the_demo_crossing_lives_in_shadow(centre: Centre, context: BrowserContext, page: Page) -> None:
    sign_in(centre, context, "operator")
    page.goto(f"{centre.url}/manage/signals/{_junction(centre, 'J-01')['id']}")
    expect(page.get_by_test_id("junction-mode")).to_contain_text("เฝ้าดู", timeout=PATIENCE_MS)
    expect(page.get_by_text("ข้อมูลสด", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".phase strong")).to_contain_text("ปล่อยด้าน", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("comparison")).to_be_visible()
    assert faults_in_both_themes(page, phone=True) == {}
    context.set_offline(True)
    expect(page.get_by_text("ข้อมูลเก่า")).to_be_visible(timeout=PATIENCE_MS)
    context.set_offline(False)
