"""Requests by schemathesis: each operation at the borders of its description, then at random."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from bench.api.known import Known
from bench.api.tally import Tally

_OURS = ("negative_data_rejection", "positive_data_acceptance", "unsupported_method", "use_after_free")
"""Checks that are not about errors of ours: what a rule refuses beyond its schema is refused by its own code."""


def schema_of(described: dict[str, Any], url: str, seed: int, *, examples: int, borders: bool) -> Any:
    """Return the description as schemathesis reads it."""
    off = {"enabled": False}
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": url,
            "continue-on-failure": True,
            "request-timeout": 60,
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            "phases": {
                "examples": off,
                "stateful": off,
                "coverage": {"enabled": borders, "unexpected-methods": []},
                "fuzzing": {"enabled": True},
            },
            "checks": dict.fromkeys(_OURS, off),
        }
    )
    return schemathesis.openapi.from_dict(described, config=config)


def ask(schema: Any, labels: Iterable[str], cookies: list[str], known: Known, tally: Tally) -> None:
    """Ask the operations named "METHOD /path" in turn by the accounts whose cookies are given."""
    wanted, turn = frozenset(labels), itertools.cycle(cookies)
    schema = schema.include(func=lambda context: context.operation.label in wanted)

    @schemathesis.hook
    def before_call(_context: Any, case: Any, **_more: Any) -> None:
        case.headers = {"Idempotency-Key": case.id, **(case.headers or {}), "Cookie": next(turn), "X-Unjai": "1"}
        case.path_parameters = known.into_path(dict(case.path_parameters or {}))
        if isinstance(case.body, dict):
            case.body = known.into_body(case.body)

    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _count(event, known, tally)
            elif isinstance(event, events.FatalError):
                raise event.exception
            elif isinstance(event, events.NonFatalError):
                tally.unanswered(event.label, repr(event.value)[:300], "schemathesis")
    finally:
        schemathesis.hooks.unregister(before_call)


def _count(event: events.ScenarioFinished, known: Known, tally: Tally) -> None:
    label, recorder = str(event.label), event.recorder
    for key, one in recorder.interactions.items():
        asked = f"{one.request.method} {one.request.uri} {bytes(one.request.body or b'')[:500]!r}"
        if one.response is None:
            tally.unanswered(label, "none", asked)
            continue
        answer = one.response
        headers = {name.lower(): value[0] for name, value in answer.headers.items()}
        tally.answered(label, answer.status_code, headers, answer.content, asked)
        if answer.status_code < 300 and "json" in headers.get("content-type", ""):
            with contextlib.suppress(ValueError):  # what is kept of a long answer is cut; an empty one is not JSON
                known.hear(label.partition(" ")[2], json.loads(answer.content))
        for check in recorder.checks.get(key, []):
            info = check.failure_info
            if info is not None and check.name != "not_a_server_error":
                tally.wrong(f"{label}: {check.name}", f"{answer.status_code} {info.failure} | {asked}"[:700])
