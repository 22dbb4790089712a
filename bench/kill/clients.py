"""The clients: each sends one message until it is acknowledged, writes that down, and goes on to the next."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import multiprocessing
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiomqtt
import httpx

from bench.load import answer_status, authorization, encode, position, post
from unjai.model.clock import SystemClock
from unjai.model.ids import EPOCH

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE_S = 10.0
_AGAIN_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who sends what, how often, and where the acknowledged are written."""

    port: int
    mqtt_port: int
    ledger: Path
    phones: dict[str, str]
    poles: dict[str, str]
    cookies: dict[str, str]
    start_s: int
    positions_per_s: float
    presses_per_s: float
    calls_per_s: float
    box: tuple[float, float, float, float]


@dataclass
class _Work:
    plan: Plan
    stop: Any
    clock: SystemClock = field(default_factory=SystemClock)
    strange: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file = self.plan.ledger.open("a", encoding="utf-8", buffering=1)

    def acknowledged(self, kind: str, key: str, at_ms: int, began: float, **facts: object) -> None:
        """Write one line; `began` and `acked` are moments of the machine's monotonic clock."""
        said = {"kind": kind, "key": key, "at_ms": at_ms, "began": began, "acked": time.monotonic(), **facts}
        self.file.write(json.dumps(said, separators=(",", ":")) + "\n")

    def refused(self, what: str) -> None:
        self.file.write(json.dumps({"kind": "strange", "what": what[:300]}) + "\n")


def _beat(every_s: float, late_s: float) -> Iterator[float]:
    """Give how long to wait before each message; whoever is late sends at once and does not make up for it."""
    due = time.monotonic() + late_s
    while True:
        wait = due - time.monotonic()
        due = max(due, time.monotonic()) + every_s
        yield max(0.0, wait)


async def _phone(work: _Work, key: str, secret: str, every_s: float, late_s: float) -> None:
    head = authorization(key, secret)
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    beat = _beat(every_s, late_s)
    for at_s in itertools.count(work.plan.start_s):
        await asyncio.sleep(next(beat))
        wire, began = post("/gps/owntracks", head, encode(position(at_s))), time.monotonic()
        while True:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    line = line or await asyncio.open_connection("127.0.0.1", work.plan.port)
                    line[1].write(wire)
                    status = await answer_status(line[0])
            except (OSError, TimeoutError, EOFError, ValueError, asyncio.IncompleteReadError):
                status = 0
            if 200 <= status < 300:
                break
            if 400 <= status < 500 and status != 429:
                work.refused(f"{key}: {status}")
            if line is not None and status == 0:
                line[1].close()
                line = None
            await asyncio.sleep(_AGAIN_S)
        work.acknowledged("position", key, at_s * 1000, began)


async def _pole(work: _Work, key: str, secret: str, every_s: float, late_s: float) -> None:
    beat, boot, numbers = _beat(every_s, late_s), secrets.token_hex(4), itertools.count(1)
    waiting: tuple[bytes, int, float] | None = None
    while True:
        client = aiomqtt.Client(
            "127.0.0.1", work.plan.mqtt_port, username=key, password=secret, identifier=key, timeout=_PATIENCE_S
        )
        try:
            async with client:
                while True:
                    if waiting is None:
                        await asyncio.sleep(next(beat))
                        at = work.clock.now()
                        said = {"seq": next(numbers), "boot": boot, "at": at.isoformat(timespec="milliseconds")}
                        waiting = (encode(said), _ms(at), time.monotonic())
                    await client.publish(f"sos/{key}/press", waiting[0], qos=1)
                    work.acknowledged("press", key, waiting[1], waiting[2])
                    waiting = None
        except (aiomqtt.MqttError, OSError, TimeoutError):
            await asyncio.sleep(_AGAIN_S)


async def _caller(work: _Work, every_s: float) -> None:
    beat, dice = _beat(every_s, 0.5), random.Random(1)
    west, south, east, north = work.plan.box
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{work.plan.port}", headers={"X-Unjai": "1"}, timeout=_PATIENCE_S
    ) as client:
        client.cookies.update(work.plan.cookies)
        while True:
            await asyncio.sleep(next(beat))
            key, at, began = secrets.token_hex(12), work.clock.now(), time.monotonic()
            body = {"code": "NOI", "lon": dice.uniform(west, east), "lat": dice.uniform(south, north), "text": key}
            while True:
                status, incident = 0, None
                with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
                    answer = await client.post("/api/calls", json=body, headers={"Idempotency-Key": key})
                    status = answer.status_code
                    incident = answer.json()["id"] if status < 300 else None
                if incident is not None:
                    break
                if 400 <= status < 500 and status != 429:
                    work.refused(f"call: {status} {answer.text[:200]}")
                await asyncio.sleep(_AGAIN_S)
            work.acknowledged("call", key, _ms(at), began, incident=incident)


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)  # cut off, as the message writes it


async def _all(plan: Plan, stop: Any) -> None:
    work = _Work(plan, stop)
    phone_s, pole_s = len(plan.phones) / plan.positions_per_s, len(plan.poles) / plan.presses_per_s
    tasks = [
        asyncio.create_task(_phone(work, key, secret, phone_s, phone_s * number / len(plan.phones)))
        for number, (key, secret) in enumerate(plan.phones.items())
    ]
    tasks += [
        asyncio.create_task(_pole(work, key, secret, pole_s, pole_s * number / len(plan.poles)))
        for number, (key, secret) in enumerate(plan.poles.items())
    ]
    tasks.append(asyncio.create_task(_caller(work, 1 / plan.calls_per_s)))
    told = asyncio.create_task(asyncio.to_thread(stop.wait))
    await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            work.refused(f"a client ended: {found!r}")


def _run(plan: Plan, stop: Any) -> None:
    asyncio.run(_all(plan, stop))


class Clients:
    """All clients in a process of their own, for the length of a block."""

    def __init__(self, plan: Plan) -> None:
        """Start nothing yet."""
        self._stop = _SPAWN.Event()
        self._process = _SPAWN.Process(target=_run, args=(plan, self._stop), daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let what is under way be dropped: it was not acknowledged."""
        self._stop.set()
        self._process.join(timeout=15)
        if self._process.is_alive():
            self._process.kill()


PHONES_DUTY = timedelta(seconds=6_900)
"""How far back the first position lies: within the duty that the fleet is given."""
