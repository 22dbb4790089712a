"""A clip of a real RTSP camera, sealed from its replay in a real browser, and judged by openssl."""

import subprocess
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.centre import Centre
from tests.cameras.films import clip
from tests.cameras.rtsp import Mount, RtspServer
from tests.e2e.test_duty_stories import PATIENCE_MS, sign_in

pytestmark = pytest.mark.e2e
RECORDED = timedelta(seconds=6)
VERIFY = "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig"


@pytest.fixture(scope="module")
def recorded(centre: Centre) -> Iterator[str]:
    """A public body's camera that sends and is recorded: the last of the register, nobody else's in this run."""
    with RtspServer() as street:
        street.mounts["/evidence"] = Mount(clip("libx264", 320, 180))
        with centre.client("administrator") as administrator:
            public = [one for one in administrator.get("/api/cameras").json() if one["paper"] == "not_needed"]
            key = str(public[-1]["id"])
            said = {"kind": "rtsp", "main_url": f"rtsp://127.0.0.1:{street.port}/evidence", "record": True}
            answer = administrator.patch(f"/api/cameras/{key}", json=said)
            assert answer.status_code == 200, answer.text
        until = time.monotonic() + 90
        with centre.client("operator") as operator:
            while time.monotonic() < until:
                own = [one for one in operator.get("/api/camera-states").json()["cameras"] if one["camera_id"] == key]
                if own and own[0]["recording"] == "on":
                    break
                time.sleep(0.3)
            else:
                pytest.fail(f"the camera never sent: {centre.logs()}")
            while not _recorded(operator, key):
                assert time.monotonic() < until, centre.logs()
                time.sleep(0.5)
        yield key


def _recorded(operator: httpx.Client, key: str) -> bool:
    """Tell whether enough of it lies on the disc."""
    now = datetime.now(UTC)
    asked = {"since": (now - timedelta(minutes=5)).isoformat(), "until": now.isoformat()}
    present = operator.get(f"/api/cameras/{key}/recordings", params=asked).json()["present"]
    lengths = [datetime.fromisoformat(one["until"]) - datetime.fromisoformat(one["since"]) for one in present]
    return bool(lengths) and lengths[-1] > RECORDED


@pytest.mark.timeout(400)
def test_a_clip_is_sealed_and_openssl_agrees(
    centre: Centre, recorded: str, context: BrowserContext, page: Page, tmp_path: Path
) -> None:
    sign_in(centre, context, "operator")
    page.goto(f"{centre.url}/console/cameras#cameras/{recorded}/replay")
    page.get_by_role("button", name="ผนึกเป็นพยานหลักฐาน").click(timeout=PATIENCE_MS)
    form = page.get_by_role("dialog", name="ผนึกภาพเป็นพยานหลักฐาน")
    form.locator("[name=reason]").fill("ทดสอบสายการครอบครอง")
    form.locator("[name=case]").fill("77/2569")
    expect(form.locator(".looks li")).to_be_visible(timeout=PATIENCE_MS)
    form.get_by_role("button", name="ผนึก", exact=True).click()
    expect(form.get_by_text("ผนึกเสร็จ")).to_be_visible(timeout=PATIENCE_MS)

    page.goto(f"{centre.url}/manage/evidence")
    page.locator("button.open").first.click(timeout=PATIENCE_MS)
    page.get_by_role("button", name="ดาวน์โหลด").click(timeout=PATIENCE_MS)
    asked = page.get_by_role("dialog").last
    asked.locator("[name=reason]").fill("ส่งพนักงานสอบสวน")
    with page.expect_download() as sent:
        asked.get_by_role("button", name="ดาวน์โหลด").click()
    file = tmp_path / "package.zip"
    sent.value.save_as(file)
    expect(page.get_by_text("ส่งพนักงานสอบสวน")).to_be_visible(timeout=PATIENCE_MS)

    where = tmp_path / "out"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(where)
    done = subprocess.run(VERIFY.split(), cwd=where, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully"), done.stderr
    sums = subprocess.run(["sha256sum", "-c", "SHA256SUMS.txt"], cwd=where, capture_output=True, check=False)
    assert sums.returncode == 0, sums.stdout
    with centre.client() as anyone:
        assert anyone.get("/api/public/keys").json()["pem"] == (where / "public_key.pem").read_text()
    manifest = where / "manifest.json"
    body = manifest.read_bytes()
    manifest.write_bytes(body.replace(b"77/2569", b"78/2569"))
    changed = subprocess.run(VERIFY.split(), cwd=where, capture_output=True, check=False)
    assert changed.returncode != 0
    (film,) = where.glob("*.mp4")
    with av.open(str(film)) as source:
        assert sum(1 for _ in source.decode(video=0)) > 10
