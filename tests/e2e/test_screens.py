"""Every screen in both languages and both themes: accessible by axe (WCAG 2.2 AA), nothing cut off, nothing from afar."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from bench.centre import Centre

pytestmark = pytest.mark.e2e
AXE = (Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ROUTES = {
    "sign-in": ("/console", None, (1024, 640), "form"),
    "console": ("/console", "operator", (1024, 600), "section.left h2"),
    "officer": ("/officer", "w31", (390, 844), "[data-testid=officer-page]"),
    "citizen": ("/", None, (390, 844), "[data-testid=help]"),
}
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
    themes = {f"unjai.theme.{app}": theme for app in ("console", "officer", "citizen")}
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
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} {language} {theme} is wider than its window by {wide} px"
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    wrong = [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]]
    assert wrong == [], f"{name} {language} {theme}"
