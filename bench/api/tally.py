"""What became of the requests of one process, and what is wrong with an answer whoever asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

EXAMPLES = 10
UNSERVED = ('"camera_unserved"',)
"""Codes of a 503 that is the true answer here: the centre runs without the process that would have to answer."""


@dataclass
class Tally:
    """Counts that can be sent from process to process and added up."""

    requests: int = 0
    operations: set[str] = field(default_factory=set)
    status: Counter[int] = field(default_factory=Counter)
    server_errors: Counter[str] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    limited: Counter[str] = field(default_factory=Counter)
    unserved: Counter[str] = field(default_factory=Counter)

    def answered(self, label: str, status: int, headers: Mapping[str, Any], body: bytes, asked: str) -> None:
        """Count one answer; a refusal must say what it is in both languages."""
        self.requests += 1
        self.operations.add(label)
        self.status[status] += 1
        if status == 503 and any(code.encode() in body for code in UNSERVED):
            self.unserved[label] += 1
        elif status >= 500:
            self.server_errors[f"{label}: {status}"] += 1
            self._example(
                f"{label}: {status} {body[:300]!r} to {asked[:600]}", self.server_errors[f"{label}: {status}"]
            )
        elif status == 429:
            self.limited[label] += 1
        if status >= 400 and not _told(headers, body):
            self.wrong(f"{label}: {status} without its words", f"{body[:200]!r} to {asked[:300]}")

    def unanswered(self, label: str, why: str, asked: str) -> None:
        """Count a request to which no answer came: as bad as a 5xx."""
        self.requests += 1
        self.operations.add(label)
        self.server_errors[f"{label}: no answer"] += 1
        self._example(f"{label}: no answer ({why}) to {asked[:600]}", self.server_errors[f"{label}: no answer"])

    def wrong(self, what: str, example: str) -> None:
        """Count an answer that the description does not promise."""
        self.unexpected[what] += 1
        self._example(f"{what}: {example}", self.unexpected[what])

    def _example(self, text: str, times: int) -> None:
        if times == 1:
            self.examples.append(text)

    def __iadd__(self, other: Tally) -> Self:
        """Add another process's counts."""
        self.requests += other.requests
        self.operations |= other.operations
        for mine, theirs in (
            (self.status, other.status),
            (self.server_errors, other.server_errors),
            (self.unexpected, other.unexpected),
            (self.limited, other.limited),
            (self.unserved, other.unserved),
        ):
            mine.update(theirs)
        self.examples += other.examples
        return self

    def between(self, low: int, high: int) -> int:
        """Return how many answers had a status from `low` up to `high`."""
        return sum(count for status, count in self.status.items() if low <= status < high)


def _told(headers: Mapping[str, Any], body: bytes) -> bool:
    if "json" not in str(headers.get("content-type", "")):
        return False
    try:
        error = json.loads(body)["error"]
        return all(isinstance(error[name], str) and error[name] for name in ("code", "th", "en"))
    except (ValueError, KeyError, TypeError):
        return False
