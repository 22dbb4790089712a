"""Cameras push a plate with its pictures: hit, verdict by keys, event with its way; then a search proven outside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.centre import Centre
from tests.e2e.axe import faults_in_both_themes
from tests.e2e.plate_camera import PLATE_PX, SCENE, push
from tests.e2e.test_duty_stories import PATIENCE_MS, sign_in

pytestmark = pytest.mark.e2e
NUMBER = str(1_000 + uuid4().int % 8_999)
PLATE, PLACE = f"8ฎฮ {NUMBER}", "เชียงใหม่"
DRAWN = PLATE.replace(" ", "")
CASE = f"คดีอาญา {uuid4().int % 90_000}/2569"
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def _done(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def pushed(centre: Centre) -> Iterator[None]:
    """A listed plate, a case, and the plate passing two cameras, pushed as Hikvision does: without a province."""
    until = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    words = {
        "reason": "รถถูกลักจากหน้าตลาด",
        "legal_basis": "ป.วิ.อาญา ม. 92",
        "case_number": CASE,
        "requested_by": "งานสืบสวน",
    }
    with centre.client("administrator") as administrator:
        cameras = [one for one in administrator.get("/api/devices").json() if one["kind"] == "camera"]
        secrets = {
            one["key"]: _done(administrator.post(f"/api/devices/{one['id']}/credential", json={}))["secret"]
            for one in (cameras[0], cameras[-1])
        }
    with centre.client("operator") as operator, centre.client("supervisor") as supervisor:
        _done(supervisor.post("/api/plates/cases", json={"number": CASE, "about": "ลักรถ", "until": until}))
        entry = {"plate": PLATE, "province": PLACE, "valid_until": until, **words}
        _done(operator.post("/api/plates/watch-list", json=entry))
        (asked,) = [
            one
            for one in supervisor.get("/api/approvals").json()
            if PLATE in one["about_th"] and one["state"] == "pending"
        ]
        _done(supervisor.post(f"/api/approvals/{asked['id']}/approve", json={"digest": asked["digest"]}), 200)
    for (key, secret), sure in zip(
        secrets.items(), (90, 97), strict=True
    ):  # an entry counts from now on: they pass now
        answer = push(centre.url, key, secret, plate=PLATE, place=PLACE, sure=sure)
        assert answer.status_code == 200, answer.text
    yield


def _search(page: Page) -> None:
    page.keyboard.press("f")
    form = page.locator("#plate-form")
    form.locator("[name=plate]").fill(PLATE.translate(THAI))
    expect(form.get_by_role("img", name=DRAWN)).to_be_visible(timeout=PATIENCE_MS)
    form.locator("[name=reason]").select_option("stolen")
    form.locator("[name=case]").select_option(CASE)
    form.locator("[name=said]").fill("รถหายหน้าตลาด แจ้งความไว้แล้ว")
    page.get_by_test_id("search").click()
    expect(page.get_by_test_id("read")).to_have_count(2, timeout=PATIENCE_MS)


@pytest.mark.usefixtures("pushed")
def test_a_push_is_compared_by_keys_and_a_search_is_proven_outside(
    centre: Centre, context: BrowserContext, page: Page, tmp_path: Path
) -> None:
    sign_in(centre, context, "operator")
    page.goto(f"{centre.url}/console")
    expect(page.get_by_test_id("hit").filter(has_text=PLATE).first).to_be_visible(timeout=PATIENCE_MS)
    usual = page.viewport_size
    page.set_viewport_size({"width": 1024, "height": 600})  # hits, queue, units and devices share the least height
    assert faults_in_both_themes(page) == {}
    assert page.locator("section.left").evaluate("(left) => left.scrollHeight - left.clientHeight") == 0
    assert usual
    page.set_viewport_size(usual)
    page.get_by_test_id("hit").filter(has_text=PLATE).click(timeout=PATIENCE_MS)  # `P` opens whichever waits longest
    panel = page.get_by_test_id("hit-panel")
    expect(panel.get_by_test_id("confirm")).to_be_visible(timeout=PATIENCE_MS)
    for name, wide in (("hit-crop", PLATE_PX[0]), ("hit-still", SCENE[0])):
        picture = panel.get_by_test_id(name)
        picture.scroll_into_view_if_needed(timeout=PATIENCE_MS)  # the scene is asked for when it comes into view
        expect(picture).to_have_js_property("naturalWidth", wide, timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}
    with page.expect_response(lambda answer: answer.url.endswith("/confirm"), timeout=PATIENCE_MS):
        page.keyboard.press("y")
    told = page.get_by_test_id("incident-hit")
    expect(told.locator("ol.seen li")).to_have_count(2, timeout=PATIENCE_MS)

    _search(page)
    page.get_by_test_id("receipt").click()
    leaf = page.get_by_test_id("leaf").text_content(timeout=PATIENCE_MS)
    with page.expect_download() as sent:
        page.get_by_test_id("proof").click()
    file = tmp_path / "proof.json"
    sent.value.save_as(file)

    with centre.client() as anyone:
        key = anyone.get("/api/public/roots").json()["keys"][0]["name"]
        assert anyone.get("/ledger").status_code == 200  # where the day's searches are counted once the day is over
    verify = [sys.executable, "-m", "unjai", "audit", "verify", str(file), "--key", key, "--json"]
    done = subprocess.run(verify, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["leaf"] == leaf
    file.write_bytes(file.read_bytes().replace(leaf[:8].encode(), b"00000000", 1))
    assert subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False).returncode == 1


@pytest.mark.timeout(300)
@pytest.mark.refusals("status of 404")
@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize(("language", "change"), [("th", "แก้คำค้น"), ("en", "Change")])
def test_what_was_found_is_whole_and_the_chosen_pass_in_sight(
    centre: Centre, context: BrowserContext, page: Page, language: str, change: str
) -> None:
    sign_in(centre, context, "supervisor")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{centre.url}/favicon.svg")
    page.evaluate("(said) => localStorage.setItem('unjai.locale', said)", language)
    page.goto(f"{centre.url}/console")
    expect(page.locator("#search")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Shift+F")
    expect(page.get_by_test_id("live-reads")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("f")
    expect(page.locator("#plate-form")).to_be_visible(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}
    page.keyboard.press("Escape")  # out of the field
    page.keyboard.press("Escape")
    _search(page)
    for read in (1, 0):
        page.get_by_test_id("read").nth(read).click()
        chosen = page.locator(".pass[aria-current=true]")
        expect(chosen).to_contain_text(str(2 - read), timeout=PATIENCE_MS)
        expect(chosen).to_be_in_viewport(ratio=1, timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}

    page.get_by_test_id("receipt").click()
    expect(page.get_by_test_id("leaf")).not_to_be_empty(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("receipt-sheet")).to_have_count(0)
    page.get_by_role("button", name=change).click(timeout=PATIENCE_MS)
    expect(page.locator("#plate-form [name=said]")).not_to_be_empty(timeout=PATIENCE_MS)

    page.goto(f"{centre.url}/ledger#check")
    page.locator("details:has(form) > summary").click(timeout=PATIENCE_MS)
    page.locator("[name=entry]").fill("0" * 64)
    page.locator("form [type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("ledger_entry_missing", timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}
