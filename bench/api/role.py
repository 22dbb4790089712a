"""One role in a process of its own: schemathesis's cases use the processor more than the centre does."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import httpx
from schemathesis.core.result import Ok

from bench.api import doors, strange
from bench.api.known import Known
from bench.api.odd import Odd
from bench.api.tally import Tally


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one process asks; `looks` are paths without parameters, at which it learns what there is."""

    url: str
    role: str
    cookies: list[str]
    ours: list[str]
    labels: list[str]
    looks: list[str]
    seed: int
    examples: int
    odd: int
    borders: bool
    devices: dict[str, str]
    doors: int
    until: float
    """The monotonic moment after which nothing new is begun; `--quick` on a slow machine asks less, and says so."""


_AT_ONCE = 12


def asked_by(task: Task) -> Tally:
    """Ask, what removes things last."""
    tally, known = Tally(), Known(task.ours, random.Random(task.seed))
    with httpx.Client(base_url=task.url, headers={"Cookie": task.cookies[0]}, timeout=60) as client:
        for path in task.looks:
            answer = client.get(path)
            if answer.status_code == 200 and "json" in answer.headers.get("content-type", ""):
                known.hear(path, answer.json())
        described = client.get("/api/openapi.json").json()
    if task.devices:
        doors.ask(task.url, task.devices, task.cookies, tally, seed=task.seed, each=task.doors)
    schema = strange.schema_of(described, task.url, task.seed, examples=task.examples, borders=task.borders)
    every = {one.ok().label: one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)}
    labels = sorted(task.labels, key=lambda label: label.startswith("DELETE"))  # stable: the order of paths stays
    odd = Odd(task.url, task.cookies, known, tally, seed=task.seed, most=task.odd)
    while labels and time.monotonic() < task.until:
        now, labels = labels[:_AT_ONCE], labels[_AT_ONCE:]
        strange.ask(schema, now, task.cookies, known, tally)
        odd.ask(every[label] for label in now if label in every)
    odd.close()
    return tally
