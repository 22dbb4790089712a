"""A call from the page of an SOS box to the console: two pages of a real browser, packets of sound, a siren that answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults_in_both_themes
from tests.e2e.conftest import CHROMIUM, FLAGS

MEDIA = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
BOX = "pole-07"
PATIENCE_MS = 60_000
pytestmark = pytest.mark.e2e


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """A page at the box and one at the desk, in a browser whose microphone beeps: its flags count at its start."""
    talking = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *MEDIA])
    made = []
    for width, height in ((1024, 600), (1280, 720)):
        context = talking.new_context(
            viewport={"width": width, "height": height}, locale="th-TH", reduced_motion="reduce"
        )
        made.append(context.new_page())
        made[-1].set_default_timeout(PATIENCE_MS)
    yield made[0], made[1]
    talking.close()


def operator_of(centre: Centre) -> str:
    return next(name for name, account in centre.secrets["accounts"].items() if account["role"] == "operator")


def test_pressed_spoken_with_and_sounded(centre: Centre, pages: tuple[Page, Page]) -> None:
    box, desk = pages
    expect.set_options(timeout=PATIENCE_MS)
    box.goto(f"{centre.url}/pole#key={BOX}&secret={centre.secret(BOX)}")
    expect(box.locator("[data-line=live]")).to_be_visible()
    assert "secret" not in box.url
    desk.goto(f"{centre.url}/console")
    name = operator_of(centre)
    desk.fill("input[autocomplete=username]", name)
    desk.fill("input[type=password]", centre.password(name))
    desk.keyboard.press("Enter")
    expect(desk.locator("#search")).to_be_visible()

    box.click("[data-testid=help]")
    expect(box.locator("[data-testid=status]")).to_have_attribute("data-status", "received")
    expect(desk.locator("[data-testid=ringing]")).to_be_visible()
    assert faults_in_both_themes(desk) == {}, "a call that rings"
    desk.locator("body").press("v")
    for page, mark in ((desk, "talking"), (box, "call")):
        expect(page.locator(f"[data-testid={mark}][data-heard=true]")).to_be_visible()
    heard = "Number(document.querySelector('[data-testid=talking]').dataset.packets)"
    before = desk.evaluate(f"() => {heard}")
    desk.wait_for_function(
        f"(least) => {heard} > least", arg=before + 20
    )  # by getStats: the box's sound keeps coming in

    desk.locator("[data-testid=talking]").get_by_role("button", name="เปิดเหตุ").click()
    desk.locator("[data-testid=ask-siren]").click()
    expect(desk.locator("[data-testid=state-siren][data-state=on]")).to_be_visible()
    desk.locator("[data-testid=stop-siren]").click()
    expect(desk.locator("[data-testid=state-siren][data-state=done]")).to_be_visible()
    assert faults_in_both_themes(desk) == {}, "the desk in a call, the incident open"
    assert faults_in_both_themes(box) == {}, "the box in a call"

    box.reload()  # a box that starts anew goes on with its call
    expect(box.locator("[data-testid=call][data-heard=true]")).to_be_visible()
    expect(desk.locator("[data-testid=talking][data-heard=true]")).to_be_visible()
    desk.locator("[data-testid=end-call]").click()
    expect(box.locator("[data-testid=call][data-state=ended]")).to_be_visible()
    expect(desk.locator("[data-testid=talking]")).to_have_count(0)
