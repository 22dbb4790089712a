"""The wall of cameras in a real browser: live pictures of real RTSP cameras, their recordings, and who may not look."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as NothingCame

from bench.centre import Centre
from tests.cameras.films import clip
from tests.cameras.rtsp import Mount, RtspServer
from tests.e2e.axe import faults_in_both_themes
from tests.e2e.test_duty_stories import PATIENCE_MS, press, sign_in

pytestmark = pytest.mark.e2e
PLAYING = "[data-phase=playing]"
PLAYS_H265 = """() => MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"')"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
MOVED = """() => [...document.querySelectorAll('video')].map((one) => one.currentTime)"""


@pytest.fixture(scope="module")
def street() -> Iterator[RtspServer]:
    """Four cameras that play, one that refuses the password, one that sends H.265 alone."""
    with RtspServer() as made:
        for number in range(4):
            made.mounts[f"/{number}"] = Mount(clip("libx264", 320, 180))
        made.mounts["/locked"] = Mount(clip("libx264", 320, 180), user="admin", password="another")
        made.mounts["/h265"] = Mount(clip("libx265", 320, 180))
        yield made


@pytest.fixture(scope="module")
def watched(centre: Centre, street: RtspServer) -> list[str]:
    """Put the street's cameras into the register, nearest to pole-06 first, and wait until they send."""
    with centre.client("operator") as operator:
        devices = {one["key"]: one for one in operator.get("/api/devices").json()}
    pole = devices["pole-06"]
    with centre.client("administrator") as administrator:
        rows = administrator.get("/api/cameras").json()
        rows.sort(key=lambda one: (one["lon"] - pole["lon"]) ** 2 + (one["lat"] - pole["lat"]) ** 2)
        for row, mount in zip(rows, street.mounts, strict=False):
            said = {"kind": "rtsp", "main_url": f"rtsp://127.0.0.1:{street.port}{mount}", "record": True}
            said |= {"username": "admin", "password": "wrong"} if mount == "/locked" else {}
            answer = administrator.patch(f"/api/cameras/{row['id']}", json=said)
            assert answer.status_code == 200, answer.text
    until = time.monotonic() + 60
    with centre.client("operator") as operator:
        while time.monotonic() < until:
            told = operator.get("/api/camera-states").json()["cameras"]
            if sum(one["signal"] == "live" and one["recording"] == "on" for one in told) >= 5:
                return [row["id"] for row in rows[: len(street.mounts)]]
            time.sleep(0.3)
    pytest.fail(f"the cameras never sent: {centre.logs()}")


@pytest.mark.timeout(300)
def test_four_cameras_are_live_and_one_is_played_back(
    centre: Centre, watched: list[str], context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "operator")
    page.goto(f"{centre.url}/console/cameras")
    for camera in watched[:4]:
        page.locator(f'.grid [data-camera="{camera}"] [data-tile]').click(timeout=PATIENCE_MS)
    expect(page.locator(f".grid {PLAYING}")).to_have_count(4, timeout=PATIENCE_MS)
    before = page.evaluate(MOVED)
    page.wait_for_function(f"(before) => ({MOVED})().every((at, n) => at !== before[n])", arg=before)

    locked, h265 = (page.locator(f'.grid [data-camera="{camera}"]') for camera in watched[4:6])
    locked.locator("[data-tile]").click()
    expect(locked.get_by_text("รหัสผ่านกล้องไม่ถูก").first).to_be_visible(timeout=PATIENCE_MS)
    h265.locator("[data-tile]").click()
    if page.evaluate(PLAYS_H265):
        expect(h265.locator(PLAYING)).to_be_visible(timeout=PATIENCE_MS)
    else:
        expect(h265.get_by_text("H.265 ดูสดไม่ได้")).to_be_visible(timeout=PATIENCE_MS)
        expect(h265.locator("img")).to_be_visible()  # its still stands all the same

    page.evaluate(HIDE, True)
    expect(page.locator(".grid [data-phase=hidden]").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(f".grid {PLAYING}")).to_have_count(0)
    with pytest.raises(NothingCame), page.expect_request("**/api/cameras/**/still", timeout=3000):
        pass  # nobody looks: no still is asked for either
    page.evaluate(HIDE, False)
    expect(page.locator(f'.grid [data-camera="{watched[0]}"] {PLAYING}')).to_be_visible(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}, "the filled wall"
    page.locator(f'.grid [data-camera="{watched[0]}"]').get_by_role("button", name="ขยาย").click()
    expect(page.locator(f"#large {PLAYING}")).to_be_visible(timeout=PATIENCE_MS)
    assert faults_in_both_themes(page, phone=True) == {}, "one camera large"
    page.get_by_role("button", name="ย้อนหลัง").click()
    expect(page.get_by_role("slider")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function(
        "() => { const one = document.querySelector('#large video'); return one && one.readyState >= 3 && one.videoWidth === 320 }"
    )
    shown_s = page.evaluate("() => document.querySelector('#large video').currentTime")
    page.wait_for_function("(before) => document.querySelector('#large video').currentTime > before + 0.5", arg=shown_s)
    assert faults_in_both_themes(page, phone=True) == {}, "the replay"
    page.keyboard.press("Escape")
    expect(page.locator(f'.grid [data-camera="{watched[0]}"] [data-tile]')).to_be_focused(timeout=PATIENCE_MS)
    with centre.client("oversight") as oversight:
        rows = oversight.get("/api/audit?action=camera.watch&limit=100").json()["rows"]
    ways = {one["facts"]["way"] for one in rows if one["subject"] == f"camera:{watched[0]}"}
    assert {"live", "replay"} <= ways, "each watching stands in the log"


@pytest.mark.timeout(300)
def test_a_pressed_pole_opens_its_cameras(
    centre: Centre, watched: list[str], context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "operator2")
    page.goto(f"{centre.url}/console/cameras")
    expect(page.locator("[data-tile]").first).to_be_visible(timeout=PATIENCE_MS)
    press(centre, "pole-06")
    opened = page.get_by_test_id("pressed")
    expect(opened.locator(PLAYING).first).to_be_visible(timeout=PATIENCE_MS)
    assert opened.locator(f'[data-camera="{watched[0]}"]').count() == 1, "the nearest one is among them"


@pytest.mark.timeout(300)
def test_a_camera_that_is_gone_looks_so(
    centre: Centre, watched: list[str], street: RtspServer, context: BrowserContext, page: Page
) -> None:
    sign_in(centre, context, "operator")
    page.goto(f"{centre.url}/console/cameras")
    tile = page.locator(f'.grid [data-camera="{watched[3]}"]')
    expect(tile.locator(".still.fresh img")).to_be_visible(timeout=PATIENCE_MS)
    street.mounts["/3"].manner = "missing"
    street.close_all("/3")
    expect(tile.locator(".still.fading img")).to_be_visible(timeout=PATIENCE_MS)
    expect(tile.get_by_text("ไม่พบสัญญาณภาพ")).to_be_visible(timeout=PATIENCE_MS)
    street.mounts["/3"].manner = "fine"
    expect(tile.locator(".still.fresh img")).to_be_visible(timeout=PATIENCE_MS)


def test_who_may_not_watch_is_told_so(centre: Centre, context: BrowserContext, page: Page) -> None:
    sign_in(centre, context, "administrator")
    page.goto(f"{centre.url}/console/cameras")
    expect(page.get_by_text("บัญชีนี้ไม่มีสิทธิ์ดูภาพกล้อง")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("video, [data-tile]").count() == 0
