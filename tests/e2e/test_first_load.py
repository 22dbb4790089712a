"""The officer's page over a slow line: few bytes, few files, nothing waited for that is not needed; by structure."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bench.centre import Centre

FIRST_LOAD_BYTES, BEGIN_BYTES = 250_000, 90_000
"""All of the first load with its fonts, as it goes over the line; and what is needed before somebody can type."""
FILES_AT_ONCE = 9
"""A browser asks six at a time over HTTP/1.1: more than this would be a third round trip."""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="th-TH", service_workers="block")
    yield context.new_page()
    context.close()


def _linked(html: str) -> set[str]:
    return set(re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', html))


def test_who_opens_it_first_can_type_after_the_page_and_the_files_it_names(centre: Centre, phone: Page) -> None:
    """Two round trips: the page, then all its files at once. Nothing in them waits for the centre's answers or fonts."""
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url.removeprefix(centre.url)))
    phone.route(re.compile(r"/api/|\.woff2$"), lambda _route: None)  # never answered
    page = phone.goto(f"{centre.url}/officer", wait_until="commit")
    assert page is not None
    phone.get_by_label(re.compile("^ชื่อผู้ใช้|^Username")).fill("w21")
    linked = _linked(page.text())
    assert len(linked) <= FILES_AT_ONCE
    beside = {
        one
        for one in asked
        if "/api/" not in one and ".woff2" not in one and not one.endswith((".svg", ".webmanifest"))
    }
    assert beside <= linked | {"/officer"}


def test_the_first_load_is_small_and_comes_pressed(centre: Centre, phone: Page) -> None:
    line = phone.context.new_cdp_session(phone)
    line.send("Network.enable")
    urls: dict[str, str] = {}
    bytes_of: dict[str, int] = {}
    line.on("Network.requestWillBeSent", lambda said: urls.__setitem__(said["requestId"], said["request"]["url"]))
    line.on("Network.loadingFinished", lambda said: bytes_of.__setitem__(said["requestId"], said["encodedDataLength"]))
    phone.goto(f"{centre.url}/officer", wait_until="networkidle")
    phone.wait_for_function("() => performance.getEntriesByType('resource').some((one) => one.name.includes('/Duty-'))")
    phone.wait_for_load_state("networkidle")
    weight = {urls[key]: size for key, size in bytes_of.items()}
    assert any(name.endswith(".woff2") for name in weight)
    assert sum(weight.values()) <= FIRST_LOAD_BYTES, weight
    begin = _linked(phone.request.get(f"{centre.url}/officer").text())
    assert (
        sum(size for name, size in weight.items() if name.removeprefix(centre.url) in begin | {"/officer"})
        <= BEGIN_BYTES
    )
