"""Every screen in both languages and both themes: accessible by axe (WCAG 2.2 AA), nothing cut off, nothing from afar."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from bench.centre import Centre
from tests.e2e.axe import faults

pytestmark = pytest.mark.e2e
ROUTES = {
    "sign-in": ("/console", None, (1024, 640), "form"),
    "console": ("/console", "operator", (1024, 600), "section.left h2"),
    "cameras": ("/console/cameras", "operator", (1024, 640), "[data-tile], .none"),
    "officer": ("/officer", "w31", (390, 844), "[data-testid=officer-page]"),
    "citizen": ("/", None, (390, 844), "[data-testid=help]"),
    "ledger": ("/ledger", None, (390, 844), "h1"),
}
PAGES = sorted(
    file.parent.name for file in (Path(__file__).parents[2] / "frontend/src/manage").glob("*/page.ts") if file.is_file()
)
"""Every page of the management, found as the screens find them."""
KEEP = "(kept) => Object.entries(kept).forEach(([name, value]) => localStorage.setItem(name, value))"


@pytest.fixture(params=["th", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(ROUTES))
def screen(
    request: pytest.FixtureRequest, centre: Centre, browser: Browser, language: str, theme: str
) -> Iterator[tuple[str, BrowserContext, Page]]:
    path, username, (width, height), awaited = ROUTES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="th-TH" if language == "th" else "en-GB",
        timezone_id="Asia/Bangkok",
        color_scheme=theme,
        reduced_motion="reduce",
    )
    if username is not None:
        said = {"username": username, "password": centre.password(username)}
        assert context.request.post(f"{centre.url}/api/session", data=said).ok
    page = context.new_page()
    page.goto(f"{centre.url}/favicon.svg")
    themes = {f"unjai.theme.{app}": theme for app in ("console", "officer", "citizen", "manage", "open")}
    page.evaluate(KEEP, {"unjai.locale": language, **themes})
    foreign: list[str] = []
    page.on("request", lambda one: _note_foreign(one, centre, foreign))
    page.goto(f"{centre.url}{path}")
    expect(page.locator(awaited).first).to_be_visible(timeout=60_000)
    yield str(request.param), context, page
    context.close()
    assert foreign == [], "a screen asked another machine for something"


def _note_foreign(one: Request, centre: Centre, foreign: list[str]) -> None:
    if not one.url.startswith((centre.url, "data:", "blob:")):
        foreign.append(one.url)


def test_a_screen_is_accessible_and_whole(screen: tuple[str, BrowserContext, Page], language: str, theme: str) -> None:
    name, _context, page = screen
    assert page.evaluate("() => document.documentElement.lang") == language
    assert page.evaluate("() => document.documentElement.dataset.theme") == theme
    assert faults(page) == [], f"{name} {language} {theme}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("said_in", "shade"), [("th", "light"), ("en", "dark")])
def test_every_page_of_the_management_is_accessible_and_whole(
    centre: Centre, browser: Browser, said_in: str, shade: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1024, "height": 640},
        locale="th-TH" if said_in == "th" else "en-GB",
        timezone_id="Asia/Bangkok",
        color_scheme=shade,
        reduced_motion="reduce",
    )
    said = {"username": "administrator", "password": centre.password("administrator")}
    assert context.request.post(f"{centre.url}/api/session", data=said).ok
    page = context.new_page()
    page.goto(f"{centre.url}/favicon.svg")
    page.evaluate(KEEP, {"unjai.locale": said_in, "unjai.theme.manage": shade})
    foreign: list[str] = []
    page.on("request", lambda one: _note_foreign(one, centre, foreign))
    wrong: dict[str, list[str]] = {}
    for name in PAGES:
        page.goto(f"{centre.url}/manage/{name}")
        expect(page.locator("#pages li a").first).to_be_visible(timeout=60_000)
        if page.locator(f'nav a[href="/manage/{name}"]').count() == 0:
            continue  # not this role's page
        expect(page.locator("main h1").first).to_be_visible(timeout=60_000)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("() => document.documentElement.lang") == said_in
        assert page.evaluate("() => document.documentElement.dataset.theme") == shade
        wrong[name] = faults(page)
    context.close()
    assert foreign == []
    assert len(wrong) > len(PAGES) / 2
    assert {name: all_ for name, all_ in wrong.items() if all_} == {}
