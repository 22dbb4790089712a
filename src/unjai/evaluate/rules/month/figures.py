"""The figures of a month, from its facts alone: the same facts give the same figures for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import ceil, floor

from unjai.evaluate.rules.cases.case import GROUPS4
from unjai.evaluate.rules.change.intervals import poisson, wilson
from unjai.evaluate.rules.change.verdict import judge_count, judge_share
from unjai.evaluate.rules.figure import Figure, indicators
from unjai.evaluate.rules.month.facts import MonthFacts, Patrols, Response

HISTORY = 24
"""A month is judged by so many before it, at most."""
WITHIN_MIN = 10.0
_LEAST = 5
"""Fewer incidents have no percentile worth telling."""
_UP = frozenset({"K3", "K4", "K5", "K6"})


def months_before(month: date, many: int) -> list[date]:
    """Return the first days of the months before one, oldest first."""
    whole = month.year * 12 + month.month - 1
    return [date((whole - back) // 12, (whole - back) % 12 + 1, 1) for back in range(many, 0, -1)]


def figures_of(facts: MonthFacts) -> tuple[Figure, ...]:
    """Return every indicator's figure, in the order of the report."""
    made = {one.code: one for one in (*_cases(facts), *_cameras(facts), *_patrols(facts), *_responses(facts))}
    made |= {one.code: one for one in (*_technology(facts), *_entered(facts))}
    return tuple(made.get(code) or Figure(code=code, complete=0.0, lack="not_kept") for code in indicators())


def _cases(facts: MonthFacts) -> list[Figure]:
    listed = 1.0 if facts.listed is None else facts.listed
    if facts.kept_since is None or listed <= 0:
        return []  # no list reaches into the month: none known is not none
    groups: dict[str, Callable[[str], bool]] = {"K1": lambda _: True}
    groups |= {f"K1.{group}": (lambda one, group=group: one == group) for group in GROUPS4}  # type: ignore[misc]
    made = []
    for code, takes in groups.items():
        seen, history = counts(facts, takes)
        judged = judge_count(observed=seen, history=history)
        whole = judged if listed >= 1 else None
        made.append(
            Figure(code=code, value=seen, low=judged.low, high=judged.high, n=seen, complete=listed, judged=whole)
        )
    total = made[0]
    if facts.residents:
        share = 1000 / facts.residents
        assert total.value is not None
        assert total.low is not None
        assert total.high is not None
        low, high = total.low * share, total.high * share
        made.append(Figure(code="K1.rate", value=total.value * share, low=low, high=high, n=total.n, complete=listed))
    else:
        made.append(Figure(code="K1.rate", lack="unknown_base", complete=0.0))
    found = sum(one.cases for one in facts.cases if one.month == facts.month and one.found_by != "reported")
    band = poisson(found)
    made.append(Figure(code="K1.found", value=found, low=band.low, high=band.high, n=found, complete=listed))
    return made


def counts(facts: MonthFacts, takes: Callable[[str], bool]) -> tuple[int, list[int]]:
    """Return reported cases of the month, and of each month before it from which cases are kept."""
    by_month: dict[date, int] = {}
    for one in facts.cases:
        if one.found_by == "reported" and takes(one.group4):
            by_month[one.month] = by_month.get(one.month, 0) + one.cases
    assert facts.kept_since is not None
    before = [month for month in months_before(facts.month, HISTORY) if month >= facts.kept_since]
    return by_month.get(facts.month, 0), [by_month.get(month, 0) for month in before]


def _cameras(facts: MonthFacts) -> list[Figure]:
    told = facts.cameras
    if told is None or told.registered == 0:
        return []
    count = float(told.registered)
    made = [Figure(code="K7.count", value=count, low=count, high=count, n=told.registered)]
    if told.all_s > 0:
        share = 1 - told.dark_s / told.all_s
        band = wilson(share * told.registered, told.registered)
        made.append(Figure(code="K7.online", value=share, low=band.low, high=band.high, n=told.registered))
    return made


def _patrols(facts: MonthFacts) -> list[Figure]:
    told = facts.patrols
    if told is None:
        return []
    made = []
    if told.planned:
        before = facts.patrols_before or Patrols(planned=0, made=0, risk=0.0, risk_covered=0.0)
        judged = judge_share(
            hits=told.made, n=told.planned, hits_before=before.made, n_before=before.planned, up_is_better=True
        )
        made.append(
            Figure(code="K8", value=judged.value, low=judged.low, high=judged.high, n=told.planned, judged=judged)
        )
    if told.risk > 0:
        share = told.risk_covered / told.risk
        made.append(Figure(code="K8.risk", value=share, low=share, high=share, n=told.planned))
    return made


def _technology(facts: MonthFacts) -> list[Figure]:
    told = facts.technology
    if told is None:
        return []
    counts = {"T.use": told.in_use, "T.new": told.new}
    made = [Figure(code=code, value=float(n), low=float(n), high=float(n), n=n) for code, n in counts.items()]
    if told.counted:
        share = told.used / told.counted
        complete = told.counted / told.in_use
        made.append(Figure(code="T.used", value=share, low=share, high=share, n=told.counted, complete=complete))
    return made


def _responses(facts: MonthFacts) -> list[Figure]:
    if not facts.responses:
        return [Figure(code=code, lack="none") for code in indicators() if code.startswith("K9")]
    steps: dict[str, Callable[[Response], float | None]] = {
        "K9.ack": lambda one: one.ack_min,
        "K9.assign": lambda one: one.assign_min,
        "K9.arrive": lambda one: one.arrive_min,
    }
    made = []
    for code, step in steps.items():
        minutes = [value for one in facts.responses if (value := step(one)) is not None]
        made.append(quantile(code, minutes, 0.5, of=len(facts.responses)))
        made.append(quantile(f"{code}90", minutes, 0.9, of=len(facts.responses)))
    arrived = [one.arrive_min for one in facts.responses if one.arrive_min is not None]
    made.append(
        _within(arrived, [one.arrive_min for one in facts.responses_before if one.arrive_min is not None], facts)
    )
    return made


def quantile(code: str, minutes: Sequence[float], share: float, *, of: int) -> Figure:
    """Return a quantile with the interval of order statistics, which needs no shape of the times (David 1981)."""
    from scipy.stats import binom  # noqa: PLC0415

    n = len(minutes)
    if n < _LEAST:
        return Figure(code=code, n=n, complete=n / of if of else 0.0, lack="too_few")
    inorder = sorted(minutes)
    below, above = int(binom.ppf(0.025, n, share)), int(binom.ppf(0.975, n, share)) + 1
    at = share * (n - 1)
    value = inorder[floor(at)] + (inorder[ceil(at)] - inorder[floor(at)]) * (at - floor(at))
    low, high = inorder[max(below - 1, 0)], inorder[min(above - 1, n - 1)]
    return Figure(code=code, value=value, low=min(low, value), high=max(high, value), n=n, complete=n / of)


def _within(arrived: Sequence[float], before: Sequence[float], facts: MonthFacts) -> Figure:
    if not arrived:
        return Figure(code="K9.ten", lack="too_few", complete=0.0)
    judged = judge_share(
        hits=sum(one <= WITHIN_MIN for one in arrived),
        n=len(arrived),
        hits_before=sum(one <= WITHIN_MIN for one in before),
        n_before=len(before),
        up_is_better=True,
    )
    complete = len(arrived) / len(facts.responses)
    return Figure(
        code="K9.ten",
        value=judged.value,
        low=judged.low,
        high=judged.high,
        n=len(arrived),
        complete=complete,
        judged=judged,
    )


def _entered(facts: MonthFacts) -> list[Figure]:
    made = []
    before = {one.code: one for one in facts.entered_before}
    for one in facts.entered:
        if indicators()[one.code].unit == "share":
            last = before.get(one.code)
            judged = judge_share(
                hits=one.value * one.n,
                n=one.n,
                hits_before=0 if last is None else last.value * last.n,
                n_before=0 if last is None else last.n,
                up_is_better=one.code in _UP,
            )
            band = (judged.low, judged.high)
            made.append(
                Figure(
                    code=one.code,
                    value=one.value,
                    low=band[0],
                    high=band[1],
                    n=one.n,
                    judged=judged,
                    entered=one.source,
                )
            )
        else:
            made.append(
                Figure(code=one.code, value=one.value, low=one.value, high=one.value, n=one.n, entered=one.source)
            )
    return made
