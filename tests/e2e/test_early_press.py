"""The help button before its program is there: a slow line brings the page sooner than the rest."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from bench.centre import Centre
from tests.e2e.axe import faults
from tests.e2e.test_duty_stories import PATIENCE_MS
from tests.e2e.test_help import incident_of

pytestmark = pytest.mark.e2e
WORDS = {"th-TH": "ขอความช่วยเหลือ", "en-GB": "Get help", "ko-KR": "도움 요청", "fr-FR": "Get help"}


class Held:
    """A phone whose programs wait until they are let go."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.waiting: list[Route] = []
        self.calls: list[dict[str, Any]] = []
        self.free = False
        self.page.route(re.compile(r"/assets/[^/]+\.js$"), self._program)
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/citizen/help"):
            self.calls.append(json.loads(request.post_data or "null"))

    def opened(self, centre: Centre) -> Page:
        """Open the page as far as it comes without its programs."""
        self.page.goto(centre.url, wait_until="commit")
        return self.page

    def let_go(self) -> None:
        """Let the programs come."""
        self.free = True
        for one in self.waiting:
            one.continue_()

    def _program(self, route: Route) -> None:
        if self.free:
            route.continue_()
        else:
            self.waiting.append(route)


@pytest.fixture
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale=getattr(request, "param", "th-TH"),
        color_scheme="dark",
        reduced_motion="reduce",
        service_workers="block",
    )
    yield made
    made.close()


def test_a_press_before_the_program_is_one_call_that_goes_on(centre: Centre, phone: BrowserContext) -> None:
    held = Held(phone)
    page = held.opened(centre)
    button = page.get_by_test_id("help")
    expect(button).to_contain_text("ขอความช่วยเหลือ", timeout=PATIENCE_MS)
    assert faults(page) == []
    button.click()
    button.click()  # out of fear
    expect(button).to_contain_text("ส่งถึงศูนย์แล้ว", timeout=PATIENCE_MS)
    assert faults(page) == []
    held.let_go()
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "received", timeout=PATIENCE_MS)
    mark = f"เสื้อเขียว {uuid.uuid4().hex[:8]}"
    page.get_by_test_id("write").click(timeout=PATIENCE_MS)
    page.get_by_test_id("word").fill(mark)
    page.get_by_test_id("word-send").click()
    with centre.client("operator") as operator:
        found = incident_of(operator, mark)
        assert len(operator.get(f"/api/incidents/{found['id']}/help-calls").json()) == 1
    assert {one["id"] for one in held.calls} == {held.calls[0]["id"]}


def test_a_press_without_a_line_goes_out_when_there_is_one(centre: Centre, phone: BrowserContext) -> None:
    held = Held(phone)
    page = held.opened(centre)
    page.route("**/api/citizen/**", lambda route: route.abort())
    page.get_by_test_id("help").click(timeout=PATIENCE_MS)
    held.let_go()
    expect(page.get_by_test_id("unsent")).to_be_visible(timeout=PATIENCE_MS)
    page.unroute("**/api/citizen/**")
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "received", timeout=PATIENCE_MS)


def test_a_press_taken_back_after_it_may_have_gone_out_is_told(centre: Centre, phone: BrowserContext) -> None:
    held = Held(phone)
    page = held.opened(centre)
    cancelled = re.compile(r"/api/citizen/help/[^/]+/cancel$")
    with page.expect_request(cancelled):
        page.get_by_test_id("help").click(timeout=PATIENCE_MS)
        page.route(re.compile(r"/api/citizen/help$"), lambda route: route.abort())  # no second word of the press
        held.let_go()
        page.get_by_test_id("take-back").click(timeout=PATIENCE_MS)


def test_who_is_in_a_call_or_on_another_page_sees_no_first_button(centre: Centre, phone: BrowserContext) -> None:
    phone.add_init_script("if (location.search === '?call') localStorage.setItem('unjai.help', '{}')")
    for where in ("/?call", "/#walk"):
        held = Held(phone)
        held.page.goto(f"{centre.url}{where}", wait_until="commit")
        expect(held.page.locator("#begin")).to_have_count(0, timeout=PATIENCE_MS)
        held.page.close()


@pytest.mark.parametrize("phone", list(WORDS), indirect=True)
def test_the_first_button_speaks_the_phones_language(centre: Centre, phone: BrowserContext) -> None:
    held = Held(phone)
    page = held.opened(centre)
    language = page.evaluate("() => navigator.language")
    expect(page.get_by_test_id("help")).to_contain_text(WORDS[language], timeout=PATIENCE_MS)
