"""The help button over a whole centre's doors: from the press to the operator's screen, and when it can be pressed.

`press_to_operator_*`: while phones tell 200 positions a second over HTTP, calls for help come in over
`POST /api/citizen/help`, each from an address of its own (127.0.0.0/8) and from a place of its own; time runs from just
before the request to the moment the operator's `/api/live` has the delta with the new incident.

`help_usable_s`: a phone that was never here opens `/` at Slow 3G (400 kbit/s, 400 ms added to each request, by
Chromium's own throttling), until the help button takes a touch; `help_usable_installed_s` is the second opening at the
same line, with the service worker's copy.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import BrowserContext, async_playwright

from bench.centre import Centre, a_folder, running
from bench.fleet import make_fleet, sign_in
from bench.patrol.officer import CHROMIUM, SLOW_BIT_PER_S, SLOW_MS
from bench.picture.crowd import Crowd
from bench.picture.screens import Look, Screens
from bench.picture.way import quantile
from unjai.model.ids import StationId

FULL, QUICK = (60, 5), (10, 1)
"""How many presses, and how often the page is opened each way."""
BACKGROUND_PER_S, PHONES = 200.0, 200
WEST, SOUTH, STEP, ROW = 100.2450, 16.8020, 2.5e-3, 10
"""Places some 270 m apart: no two calls are one happening."""
NEAR = 1e-4
LAST_S = 2.0


async def measured(quick: bool) -> dict[str, Any]:
    """Return the figures of the help button."""
    presses, loads = QUICK if quick else FULL
    with a_folder() as folder, running(folder / "data") as centre:
        page = await _pages(centre, loads)
        return page | await _presses(centre, presses)


def _place(number: int) -> tuple[float, float]:
    return WEST + number % ROW * STEP, SOUTH + number // ROW * STEP


async def _press(centre: Centre, number: int) -> float:
    """Press from an address of its own; return the moment just before."""
    lon, lat = _place(number)
    way = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number + 1}")
    async with httpx.AsyncClient(transport=way, base_url=centre.url) as phone:
        began = time.monotonic()
        said = await phone.post("/api/citizen/help", json={"id": str(uuid4()), "lon": lon, "lat": lat, "acc": 10})
        said.raise_for_status()
    return began


async def _presses(centre: Centre, presses: int) -> dict[str, Any]:
    station = StationId(int(centre.secrets["station_id"]))
    fleet = await make_fleet(centre, station, PHONES)
    tokens = await sign_in(centre, station, ["operator"])
    chance = random.Random(2569)
    with (
        Screens(centre.port, [("operator", token) for token in tokens]) as screens,
        Crowd(centre.port, fleet, per_s=BACKGROUND_PER_S, seconds=presses * 0.8 + 6.0) as crowd,
    ):
        await asyncio.sleep(1.5)
        screens.look()
        made: dict[int, float] = {}
        for number in range(presses):
            await asyncio.sleep(chance.uniform(0.3, 0.9))
            made[number] = await _press(centre, number)
        await asyncio.sleep(LAST_S)
        look, walked = screens.look(), await asyncio.to_thread(crowd.result)
    took = [at - made[number] for number, at in _seen(look, presses).items()]
    return {
        "press_to_operator_p50_s": round(quantile(took, 0.5), 4) if took else None,
        "press_to_operator_p99_s": round(quantile(took, 0.99), 4) if took else None,
        "press_to_operator_max_s": round(max(took), 4) if took else None,
        "presses": presses,
        "presses_unseen": presses - len(took),
        "press_background_per_s": round(walked.per_s, 1),
    }


def _seen(look: Look, presses: int) -> dict[int, float]:
    """Return of each press the moment at which the operator's screen had its incident."""
    found: dict[int, float] = {}
    for at, _reader, index in sorted(look.receipts):
        for row in look.deltas[index]["incidents"]:
            for number in range(presses):
                lon, lat = _place(number)
                near = row["lon"] is not None and abs(row["lon"] - lon) < NEAR and abs(row["lat"] - lat) < NEAR
                if near and row["channel"] == "citizen":
                    found.setdefault(number, at)
    return found


async def _pages(centre: Centre, loads: int) -> dict[str, Any]:
    flags = ["--no-sandbox", "--disable-gpu"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            new: list[float] = []
            again: list[float] = []
            for _ in range(loads):
                for took, installed in ((new, False), (again, True)):
                    context = await browser.new_context(viewport={"width": 360, "height": 740})
                    if installed:
                        await _kept(context, centre)
                    took.append(await _usable(context, centre))
                    await context.close()
        finally:
            await browser.close()
    return {
        "help_usable_s": round(statistics.median(new), 2),
        "help_usable_worst_s": round(max(new), 2),
        "help_usable_installed_s": round(statistics.median(again), 2),
        "help_line": f"{SLOW_BIT_PER_S // 1000} kbit/s, {SLOW_MS} ms",
    }


async def _usable(context: BrowserContext, centre: Centre) -> float:
    """Open the page over the slow line; return after how long the button takes a touch that the centre then has."""
    page = await context.new_page()
    line = await context.new_cdp_session(page)
    await line.send("Network.enable")
    rate = SLOW_BIT_PER_S / 8
    told = {"offline": False, "latency": SLOW_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    await line.send("Network.emulateNetworkConditions", told)
    began = time.monotonic()
    await page.goto(centre.url, wait_until="commit")
    await page.get_by_test_id("help").click(trial=True, timeout=60_000)
    usable_s = time.monotonic() - began
    async with page.expect_response(lambda answer: answer.url.endswith("/api/citizen/help") and answer.ok):
        await page.get_by_test_id("help").click()
    await page.close()
    return usable_s


async def _kept(context: BrowserContext, centre: Centre) -> None:
    """Open the page with no brake until its service worker holds all that it needs."""
    page = await context.new_page()
    await page.goto(centre.url, wait_until="networkidle")
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await page.close()
