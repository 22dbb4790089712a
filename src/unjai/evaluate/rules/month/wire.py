"""Figures as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from unjai.evaluate.rules.change.verdict import Judged
from unjai.evaluate.rules.figure import Figure
from unjai.evaluate.rules.month.chart import Bar


def plain(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain values."""
    made = {name: getattr(figure, name) for name in Figure.__slots__ if name != "judged"}
    judged = figure.judged
    if judged is None:
        return {**made, "judged": None}
    told = {name: value for name, value in vars(judged).items() if name != "facts"}
    return {**made, "judged": {**told, "facts": dict(judged.facts)}}


def plain_bar(bar: Bar) -> dict[str, Any]:
    """Return a month of the chart as plain values."""
    return {"month": bar.month.isoformat(), "cases": bar.cases, "low": bar.low, "high": bar.high}


def bar_of(told: Mapping[str, Any]) -> Bar:
    """Return the month of the chart that `plain_bar` wrote."""
    return Bar(**{**told, "month": date.fromisoformat(told["month"])})


def figure_of(told: Mapping[str, Any]) -> Figure:
    """Return the figure that `plain` wrote."""
    judged = told["judged"]
    whole = None if judged is None else Judged(**{**judged, "facts": MappingProxyType(dict(judged["facts"]))})
    return Figure(**{**told, "judged": whole})
