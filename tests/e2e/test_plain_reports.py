"""A plain report: told without a line, with a photograph; answered by the station, not mended, answered again, closed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults
from tests.e2e.test_duty_stories import PATIENCE_MS, sign_in
from tests.e2e.test_help import png

pytestmark = pytest.mark.e2e
SAID = "ไฟหน้าศาลาซอย 3 ดับสองดวง"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A small phone that gives its position."""
    made = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        permissions=["geolocation"],
        geolocation={"longitude": 100.2585, "latitude": 16.8215, "accuracy": 15},
        reduced_motion="reduce",
    )
    yield made
    made.close()


def again(told: Page) -> None:
    """Look anew at what became of one's reports."""
    told.reload()
    expect(told.get_by_test_id("my-report")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.timeout(300)
def test_a_lamp_is_told_answered_not_mended_and_closed(
    centre: Centre, phone: BrowserContext, context: BrowserContext, page: Page
) -> None:
    told = phone.new_page()
    told.goto(f"{centre.url}/#report")
    expect(told.get_by_test_id("kind-LGT")).to_be_visible(timeout=PATIENCE_MS)
    assert faults(told) == []
    told.get_by_test_id("kind-LGT").click()
    phone.set_offline(True)
    told.get_by_test_id("report-text").fill(SAID)
    told.get_by_test_id("report-photo").set_input_files(
        {"name": "lamp.png", "mimeType": "image/png", "buffer": png(640, 480)}
    )
    told.get_by_test_id("report-place").check()
    assert faults(told) == []
    told.get_by_test_id("report-send").click()
    expect(told.get_by_test_id("my-report")).to_be_visible(timeout=PATIENCE_MS)
    phone.set_offline(False)
    expect(told.get_by_test_id("receipt")).to_have_text(re.compile(r"^R-\w{4}$"), timeout=PATIENCE_MS)
    number = told.get_by_test_id("receipt").inner_text()
    assert faults(told) == []

    sign_in(centre, context, "supervisor")
    page.goto(f"{centre.url}/manage/reports")
    page.get_by_test_id("report-row").filter(has_text=number).click(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("report-detail")).to_contain_text(SAID, timeout=PATIENCE_MS)
    expect(page.locator("[data-testid=report-detail] .photos img")).to_have_count(1, timeout=PATIENCE_MS)
    assert faults(page) == []
    page.get_by_test_id("take").click()
    page.get_by_test_id("answer-th").fill("แจ้งเทศบาลแล้ว จะซ่อมภายในสามวัน")
    page.get_by_test_id("answer-send").click()
    state = page.get_by_test_id("report-state")
    answered = state.inner_text()

    again(told)
    expect(told.get_by_text("จะซ่อมภายในสามวัน")).to_be_visible(timeout=PATIENCE_MS)
    told.get_by_test_id("not-fixed").click()
    told.get_by_test_id("not-fixed-text").fill("ผ่านมาแล้วสี่วัน ยังมืดอยู่")
    told.get_by_test_id("not-fixed-send").click()
    page.reload()
    expect(page.get_by_test_id("report-detail")).to_contain_text("ยังมืดอยู่", timeout=PATIENCE_MS)
    assert state.inner_text() != answered
    page.get_by_test_id("answer-th").fill("ซ่อมเสร็จแล้วเมื่อคืน")
    page.get_by_test_id("answer-send").click()
    again(told)
    told.get_by_test_id("fixed").click(timeout=PATIENCE_MS)
    expect(told.get_by_test_id("fixed")).to_have_count(0, timeout=PATIENCE_MS)
    told.evaluate("() => localStorage.setItem('unjai.tongue', 'en')")
    again(told)
    assert faults(told) == []
