"""Reckons a month's figures in a process of its own: scipy stays out of web and core. JSON in, JSON out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unjai.evaluate.rules.figure import Figure
from unjai.evaluate.rules.month.chart import Bar, bars_of
from unjai.evaluate.rules.month.facts import MonthFacts, decoded, encoded
from unjai.evaluate.rules.month.figures import figures_of
from unjai.evaluate.rules.month.wire import bar_of, figure_of, plain, plain_bar
from unjai.evaluate.worker import answered, limited

LASTS_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoned:
    """What follows from a month's facts: its figures and its chart."""

    figures: Sequence[Figure]
    bars: Sequence[Bar]

    def plain(self) -> dict[str, Any]:
        """Return both as plain values, as they are kept."""
        return {"figures": [plain(one) for one in self.figures], "bars": [plain_bar(one) for one in self.bars]}


async def reckoned(facts: MonthFacts) -> Reckoned:
    """Return what follows from facts; raise `figures_failed` (500)."""
    told = json.loads(await answered("unjai.evaluate.month_worker", encoded(facts), lasts_s=LASTS_S))
    return Reckoned(figures=[figure_of(one) for one in told["figures"]], bars=[bar_of(one) for one in told["bars"]])


def main() -> None:
    """Reckon one month and end."""
    limited()
    facts = decoded(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(Reckoned(figures=figures_of(facts), bars=bars_of(facts)).plain()))


if __name__ == "__main__":
    main()
