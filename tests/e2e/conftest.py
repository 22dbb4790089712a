"""A whole centre with the demo zone, started by `unjai up` as a station would, and a real browser before it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from bench.centre import Centre, start

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
APART = {"test_outside", "test_setup", "test_upgrade", "test_voice"}
"""Journeys through a centre of their own, or (the voice) through the town as it begins: a second worker walks them."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Part the journeys in two, always the same: what one leaves in the town is what the next one finds."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("apart" if item.path.stem in APART else "town"))


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    data = tmp_path_factory.mktemp("centre") / "data"
    data.parent.chmod(0o755)
    running = start(data)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail("Debian's chromium is needed: `make test` installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport={"width": 1024, "height": 600},  # a small map: it is drawn in software here
        locale="th-TH",
        timezone_id="Asia/Bangkok",
        reduced_motion="reduce",
    )
    yield made
    made.close()


def _told(said: ConsoleMessage) -> str:
    """Return what the console said, and of which address."""
    return f"{said.text} {said.location.get('url', '')}"


@pytest.fixture
def page(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain of anything but a cut line, no session, and the test's own `refusals`."""
    made = context.new_page()
    troubles: list[str] = []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on("console", lambda said: troubles.append(_told(said)) if said.type == "error" else None)
    yield made
    marker = request.node.get_closest_marker("refusals")
    answered = ["net::ERR", "status of 401", *(marker.args if marker else ())]  # what is told and shown in words
    ours = [one for one in troubles if not any(re.search(word, one) for word in answered)]
    assert not ours, f"the page complained: {ours}"
