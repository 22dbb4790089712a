"""How old a live picture is when a browser shows it: camera → cameras' process → bus → web → Chromium.

`live_p50_s`, `live_p95_s`: from the time burnt into a picture as it is made to the moment Chromium says that it will
show it, read from the video element's own pixels, on the console's large view of one camera of 640×360, 25 pictures a
second. It runs in a whole centre (`unjai up`), so all of its processes share the machine. `live_first_p50_s`: from
asking for the view to its first picture. Without Chromium all are null, and `live_to` says so.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from typing import Any

import httpx

from bench.centre import Centre, a_folder, running
from bench.video._street import BITS, BLOCK
from bench.video.streams import street

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_PATIENCE_S = 60.0

_READ = """
async ({ id, opens, watch_ms, bits, block }) => {
  const columns = bits / 2;
  const page = new OffscreenCanvas(columns * block, 2 * block);
  const pen = page.getContext('2d', { willReadFrequently: true });
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const shown = (video) => new Promise((done) => video.requestVideoFrameCallback((now, told) => done({ now, told })));
  const burnt = (video) => {
    pen.drawImage(video, 0, 0, page.width, page.height, 0, 0, page.width, page.height);
    const { data } = pen.getImageData(0, 0, page.width, page.height);
    let value = 0;
    for (let bit = 0; bit < bits; bit += 1) {
      const x = (bit % columns) * block + block / 2;
      const y = Math.floor(bit / columns) * block + block / 2;
      if (data[(y * page.width + x) * 4 + 1] > 128) value += 2 ** bit;
    }
    return value;
  };
  const opened = async () => {
    for (;;) {
      const video = document.querySelector('[data-phase] video');
      if (video) return video;
      await new Promise(requestAnimationFrame);
    }
  };
  const firsts = [];
  let video = null;
  for (let n = 0; n < opens; n += 1) {
    location.hash = '#cameras';
    await pause(700);
    const asked = performance.now();
    location.hash = `#cameras/${id}`;
    video = await opened();
    await shown(video);
    firsts.push((performance.now() - asked) / 1000);
  }
  await pause(2000);
  const ages = [];
  const until = performance.now() + watch_ms;
  while (performance.now() < until) {
    const { now, told } = await shown(video);
    const at = performance.timeOrigin + Math.max(now, told.expectedDisplayTime);
    const span = 2 ** bits;
    const made = Math.floor(at / span) * span + burnt(video);
    ages.push((at - (made > at + span / 2 ? made - span : made)) / 1000);
  }
  return { firsts, ages };
}
"""


def _join(centre: Centre, url: str) -> str:
    """Put the stamped camera into the register; return its id once it sends."""
    with centre.client("administrator") as administrator:
        row = administrator.get("/api/cameras").json()[0]
        said = {"kind": "rtsp", "main_url": url, "record": True}
        administrator.patch(f"/api/cameras/{row['id']}", json=said).raise_for_status()
    until = time.monotonic() + _PATIENCE_S
    with centre.client("operator") as operator:
        while time.monotonic() < until:
            told = operator.get("/api/camera-states").json()["cameras"]
            if any(one["camera_id"] == row["id"] and one["signal"] == "live" for one in told):
                return str(row["id"])
            time.sleep(0.2)
    raise RuntimeError(f"the camera never sent: {centre.logs()}")


async def _watched(program: str, centre: Centre, camera_id: str, opens: int, watch_s: float) -> dict[str, list[float]]:
    """Open the camera in a browser and return how long first pictures took and how old each later one was."""
    from playwright.async_api import async_playwright  # noqa: PLC0415

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = await chromium.new_context(viewport={"width": 1024, "height": 640})
        said = {"username": "operator", "password": centre.password("operator")}
        answer = await context.request.post(f"{centre.url}/api/session", data=said)
        if not answer.ok:
            raise RuntimeError(f"the operator was not let in: {answer.status}")
        page = await context.new_page()
        await page.goto(f"{centre.url}/console/cameras")
        await page.locator(f'[data-camera="{camera_id}"]').wait_for(timeout=30_000)
        asked = {"id": camera_id, "opens": opens, "watch_ms": watch_s * 1000, "bits": BITS, "block": BLOCK}
        found: dict[str, list[float]] = await page.evaluate(_READ, asked)
        await chromium.close()
    return found


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Measure the age of live pictures in a browser."""
    nothing: dict[str, Any] = {"live_p50_s": None, "live_p95_s": None, "live_first_p50_s": None}
    program = shutil.which("chromium")
    if program is None:
        return {**nothing, "live_to": "nobody: Debian's chromium is not there"}
    with a_folder() as folder, street(0, "stamped") as port, running(folder / "data") as centre:
        try:
            camera_id = await asyncio.to_thread(_join, centre, f"rtsp://127.0.0.1:{port}/stamped")
        except httpx.HTTPError as error:
            raise RuntimeError(centre.logs()) from error
        found = await _watched(program, centre, camera_id, 3 if quick else 7, 6.0 if quick else 30.0)
    return {
        "live_p50_s": round(statistics.median(found["ages"]), 3),
        "live_p95_s": round(statistics.quantiles(found["ages"], n=20)[-1], 3),
        "live_pictures": len(found["ages"]),
        "live_first_p50_s": round(statistics.median(found["firsts"]), 3),
        "live_to": "a browser",
    }
