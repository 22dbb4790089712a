"""The officer's page: what its first load weighs, when it can be used over a slow line, when an offer rings.

Everything is measured at a whole centre (`unjai up`) with the demo zone, in Debian's Chromium and over its own doors.
Slow 3G is 400 kbit/s down and up with 400 ms added to each request, as Chromium's own throttling does it; a page can be
used when the sign-in takes letters. An offer rings when the officer's page, told over its WebSocket, has the answer of
`GET /api/officer` with the offer in it: from the moment the operator's request is sent, while phones tell positions.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Browser, async_playwright
from websockets.asyncio.client import ClientConnection, connect

from bench.centre import Centre, a_folder, running
from bench.fleet import make_fleet, sign_in
from bench.picture.crowd import Crowd
from bench.picture.way import quantile
from unjai.model.ids import StationId

CHROMIUM = "/usr/bin/chromium"
SLOW_BIT_PER_S, SLOW_MS = 400_000, 400
FULL, QUICK = (5, 100), (1, 12)
"""How often the page is opened each way, and how many offers are made."""
BACKGROUND_PER_S, PHONES = 200.0, 200
OFFICERS = ("w11", "w12", "w21", "w22")
RING_MOST_S = 30.0


async def measured(quick: bool) -> dict[str, Any]:
    """Return the figures of the officer's page."""
    loads, offers = QUICK if quick else FULL
    with a_folder() as folder, running(folder / "data") as centre:
        page = await _pages(centre, loads)
        return page | await _offers(centre, offers)


async def _pages(centre: Centre, loads: int) -> dict[str, Any]:
    flags = ["--no-sandbox", "--disable-gpu"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            plain = [await _load(browser, centre, slow=False) for _ in range(loads)]
            slow = [await _load(browser, centre, slow=True) for _ in range(loads)]
        finally:
            await browser.close()
    return {
        "officer_first_load_kb": round(max(one["bytes"] for one in plain) / 1000, 1),
        "officer_begin_kb": round(max(one["begin_bytes"] for one in slow) / 1000, 1),
        "officer_files": max(one["files"] for one in plain),
        "officer_interactive_s": _middle([one["usable_s"] for one in slow]),
        "officer_interactive_worst_s": round(max(one["usable_s"] for one in slow), 2),
        "officer_interactive_unthrottled_s": _middle([one["usable_s"] for one in plain]),
        "officer_line": f"{SLOW_BIT_PER_S // 1000} kbit/s, {SLOW_MS} ms",
    }


def _middle(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 2)


async def _load(browser: Browser, centre: Centre, *, slow: bool) -> dict[str, Any]:
    """Open the page as a phone that was never here, without its service worker, and wait until it can be used."""
    context = await browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    try:
        page = await context.new_page()
        line = await context.new_cdp_session(page)
        await line.send("Network.enable")
        if slow:
            rate = SLOW_BIT_PER_S / 8
            told = {"offline": False, "latency": SLOW_MS, "downloadThroughput": rate, "uploadThroughput": rate}
            await line.send("Network.emulateNetworkConditions", told)
        weights: list[int] = []
        line.on("Network.loadingFinished", lambda said: weights.append(int(said["encodedDataLength"])))
        began = time.monotonic()
        await page.goto(f"{centre.url}/officer", wait_until="commit")
        await page.locator("input[type=password]").fill("x")
        usable_s, begin_bytes = time.monotonic() - began, sum(weights)
        if not slow:
            duty = "() => performance.getEntriesByType('resource').some((one) => one.name.includes('/Duty-'))"
            await page.wait_for_function(duty)
            await page.wait_for_load_state("networkidle")
        return {"usable_s": usable_s, "bytes": sum(weights), "begin_bytes": begin_bytes, "files": len(weights)}
    finally:
        await context.close()


class _Phone:
    """An officer's page without its screen: it is told, asks, and would ring."""

    def __init__(self, centre: Centre, name: str, token: str) -> None:
        self.centre, self.name, self.token = centre, name, token
        self.http = _client(centre, token)
        self.unit_id = ""
        self.rang: dict[str, float] = {}
        self.woken = asyncio.Event()

    async def begin(self) -> ClientConnection:
        said = await self.http.post("/api/officer/duty", json={"on": True})
        said.raise_for_status()
        self.unit_id = str((await self.http.get("/api/officer")).raise_for_status().json()["unit"]["id"])
        url = f"{self.centre.url.replace('http', 'ws', 1)}/api/officer/live"
        return await connect(url, additional_headers={"Cookie": f"unjai_session={self.token}"})

    async def listen(self, line: ClientConnection) -> None:
        async for said in line:
            if json.loads(said)["type"] != "officer":
                continue
            task = (await self.http.get("/api/officer")).raise_for_status().json()["assignment"]
            if task is not None and task["state"] == "offered":
                self.rang.setdefault(task["id"], time.monotonic())
                self.woken.set()


def _client(centre: Centre, token: str) -> httpx.AsyncClient:
    cookies = {"unjai_session": token}
    return httpx.AsyncClient(base_url=centre.url, cookies=cookies, headers={"X-Unjai": "1"}, timeout=60)


async def _offers(centre: Centre, offers: int) -> dict[str, Any]:
    station = StationId(int(centre.secrets["station_id"]))
    fleet = await make_fleet(centre, station, PHONES)
    operator, *tokens = await sign_in(centre, station, ["operator", *OFFICERS])
    phones = [_Phone(centre, name, token) for name, token in zip(OFFICERS, tokens, strict=True)]
    lines = [await one.begin() for one in phones]
    ears = [asyncio.create_task(one.listen(line)) for one, line in zip(phones, lines, strict=True)]
    desk = _client(centre, operator)
    took_s: list[float] = []
    lost = 0
    try:
        seconds = offers * 0.4 + 4
        with Crowd(centre.port, fleet, per_s=BACKGROUND_PER_S, seconds=seconds) as crowd:
            until = time.monotonic() + seconds - 1
            await asyncio.sleep(2.0)
            for number, phone in zip(range(offers), itertools.cycle(phones), strict=False):
                if time.monotonic() > until:
                    break
                after_s = await _ring(desk, phone, number)
                if after_s is None:
                    lost += 1
                else:
                    took_s.append(after_s)
            walked = await asyncio.to_thread(crowd.result)
    finally:
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)
        for line in lines:
            await line.close()
        for client in (desk, *(one.http for one in phones)):
            await client.aclose()
    return {
        "offers": len(took_s) + lost,
        "offer_to_officer_p50_s": round(quantile(took_s, 0.5), 3) if took_s else None,
        "offer_to_officer_p99_s": round(quantile(took_s, 0.99), 3) if took_s else None,
        "offers_not_rung": lost,
        "offer_background_per_s": round(walked.per_s, 1),
    }


async def _ring(desk: httpx.AsyncClient, phone: _Phone, number: int) -> float | None:
    """Offer a new incident to a phone's unit; return after how long it rang, None where it never did."""
    place = {"lon": 100.2620 + number % 10 * 1e-3, "lat": 16.8180 + number // 10 * 1e-3}
    call = {"code": "131", **place, "text": "bench"}
    opened = await desk.post("/api/calls", json=call, headers={"Idempotency-Key": str(uuid4())})
    incident = opened.raise_for_status().json()["id"]
    phone.woken.clear()
    began = time.monotonic()
    asked = await desk.post(f"/api/incidents/{incident}/offer", json={"unit_id": phone.unit_id})
    rows = asked.raise_for_status().json()["assignments"]
    offer = next(row["id"] for row in rows if row["state"] == "offered")
    try:
        async with asyncio.timeout(RING_MOST_S):
            while offer not in phone.rang:
                await phone.woken.wait()
                phone.woken.clear()
    except TimeoutError:
        pass
    # Whoever was asked stays free for the next one, and the incident does not take the next call in.
    await desk.post(f"/api/assignments/{offer}/withdraw")
    closed = await desk.post(f"/api/incidents/{incident}/close", json={"outcome": "resolved"})
    closed.raise_for_status()
    return phone.rang[offer] - began if offer in phone.rang else None
