"""Fits a station's surface in a process of its own, at the lowest priority."""

from __future__ import annotations

import os
import sys

import msgspec

from unjai.evaluate.rules.risk.facts import RiskFacts, RiskPicture
from unjai.evaluate.worker import answered, limited

LASTS_S = 900.0
"""A box whose two cores are busy with cameras may take long; patrols go by the surface of the day before meanwhile."""


async def pictured(facts: RiskFacts) -> RiskPicture:
    """Return the surface that follows from facts; raise `figures_failed` (500)."""
    made = await answered("unjai.evaluate.risk_worker", msgspec.json.encode(facts), lasts_s=LASTS_S)
    return msgspec.json.decode(made, type=RiskPicture)


def main() -> None:
    """Fit one surface and end."""
    from unjai.evaluate.rules.risk.picture import picture  # noqa: PLC0415  scipy, in the worker alone

    os.nice(15)
    limited()
    facts = msgspec.json.decode(sys.stdin.buffer.read(), type=RiskFacts)
    sys.stdout.buffer.write(msgspec.json.encode(picture(facts)))


if __name__ == "__main__":
    main()
