"""The citizen's page in seven languages: chosen, kept, there without a line; whole and accessible in three of them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults

KEEP = "(tongue) => localStorage.setItem('unjai.tongue', tongue)"
KEPT_WHOLE = """async () => {
  await navigator.serviceWorker.ready;
  const list = await (await fetch('/precache-citizen.json')).json();
  const names = (await caches.keys()).filter((name) => name.startsWith('unjai-citizen-'));
  for (const name of names) if (await (await caches.open(name)).match('/precache-citizen.json')) return list.files.length;
  return 0;
}"""
HEARD = "async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && !!navigator.serviceWorker.controller"

TOO_NARROW = """() => [...document.querySelectorAll('button, a.button')].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && (one.scrollWidth > one.clientWidth + 1 || box.width < 44 || box.height < 44 || box.right > innerWidth);
}).map((one) => one.innerText || one.getAttribute('aria-label'))"""
"""What is pressed: its words do not run over its edge, and a thumb's tip finds it."""


@pytest.fixture
def abroad(browser: Browser) -> Iterator[BrowserContext]:
    """The phone of a visitor from Japan."""
    made = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="ja-JP", timezone_id="Asia/Bangkok", reduced_motion="reduce"
    )
    yield made
    made.close()


def test_a_visitor_reads_her_own_language_and_keeps_it_without_a_line(centre: Centre, abroad: BrowserContext) -> None:
    page = abroad.new_page()
    page.goto(f"{centre.url}/")
    expect(page.locator("html")).to_have_attribute("lang", "ja", timeout=30_000)
    expect(page.get_by_test_id("help")).to_contain_text("助けを呼ぶ")
    expect(page.get_by_test_id("tourist")).to_have_attribute("href", "tel:1155")
    page.get_by_test_id("language").press("Enter")
    expect(page.get_by_test_id("language-ja")).to_be_focused()
    page.get_by_test_id("language-ko").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.get_by_test_id("language").click()
    page.get_by_test_id("language-ja").click()
    expect(page.get_by_test_id("help")).to_contain_text("助けを呼ぶ")
    page.wait_for_function(KEPT_WHOLE, timeout=60_000)
    page.wait_for_function(HEARD, timeout=60_000)
    abroad.set_offline(True)
    page.reload()
    expect(page.get_by_test_id("help")).to_contain_text("助けを呼ぶ", timeout=30_000)
    page.get_by_test_id("show").click()
    expect(page.get_by_test_id("show-thai")).to_contain_text("191")
    expect(page.get_by_test_id("show-thai")).to_have_attribute("lang", "th")
    page.keyboard.press("Escape")
    page.get_by_test_id("help").click()
    expect(page.get_by_test_id("status")).to_have_text(re.compile("送れていません|送っています"))
    page.get_by_test_id("take-back").click()
    expect(page.get_by_test_id("taken-back")).to_contain_text("取り消しました")
    abroad.set_offline(False)


@pytest.mark.parametrize("tongue", ["th", "en", "ru"])
def test_the_citizens_pages_are_accessible_and_whole(centre: Centre, abroad: BrowserContext, tongue: str) -> None:
    page = abroad.new_page()
    page.goto(f"{centre.url}/favicon.svg")
    page.evaluate(KEEP, tongue)
    wrong: dict[str, list[str]] = {}
    for name in ("", "#report", "#walk", "#kept"):
        _open(page, centre, name)
        expect(page.locator("html")).to_have_attribute("lang", tongue)
        wrong[name] = faults(page)
    _open(page, centre, "")
    page.get_by_test_id("language").click()
    wrong["languages"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_test_id("show").click()
    expect(page.get_by_test_id("show-card")).to_be_visible()
    wrong["card"] = faults(page)
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("tongue", ["th", "en", "zh", "ja", "ko", "ru", "ms"])
def test_every_button_holds_its_words_before_and_after_the_press(
    centre: Centre, abroad: BrowserContext, tongue: str
) -> None:
    page = abroad.new_page()
    page.goto(f"{centre.url}/favicon.svg")
    page.evaluate(KEEP, tongue)
    _open(page, centre, "")
    home = page.evaluate(TOO_NARROW)
    page.route("**/api/citizen/**", lambda route: route.abort())
    page.get_by_test_id("help").click()
    expect(page.get_by_test_id("unsent")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("sms")).to_be_visible()
    expect(page.get_by_test_id("ask-what")).to_be_visible(timeout=30_000)
    assert (home, page.evaluate(TOO_NARROW)) == ([], [])


def _open(page: Page, centre: Centre, name: str) -> None:
    page.goto("about:blank")
    page.goto(f"{centre.url}/{name}")
    expect(page.get_by_test_id("citizen-page")).to_be_visible(timeout=30_000)
    expect(page.locator("main h1").first).to_be_visible(timeout=30_000)
    if name == "#kept":
        expect(page.get_by_test_id("kept-rows")).to_have_count(3)
