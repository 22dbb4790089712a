"""What right and wrong answers teach of a rule's thresholds. Pure: answers in, a proposal or a reason for none out.

1. Only answers to what the rule **as it is now** would tell count: one whose happening measured less than the present
   threshold, or whose trouble is switched off by now, says nothing of it any more.
2. Fewer than `ANSWERS_LEAST` answers, or fewer than `WRONG_LEAST` wrong ones, propose nothing.
3. A proposal only ever makes a rule quieter. What was not told was judged by nobody, so nothing can be said for a lower
   threshold.
4. A wrong alert counts as **spared** by a higher threshold only where it is known what it measured in the end, and that
   is less. A right one counts as **lost** wherever it is not known to have measured as much.
5. A proposal spares at least `SPARED_LEAST` wrong ones and half of them, and loses at most a fifth of the right ones;
   of a rule of priority 1 none. Of all round values that do, the one with the most spared counts, where a lost one
   weighs as much as `LOST_WEIGHT` spared; of equals the smallest change.
6. A switch (which troubles of a camera count) is proposed off where at least `WRONG_LEAST` alerts told of nothing else
   and all of them were wrong.
7. What was declined is not proposed again before `ANEW_AFTER` more answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

ANSWERS_LEAST: Final = 10
WRONG_LEAST: Final = 5
SPARED_LEAST: Final = 3
LOST_SHARE: Final = 0.2
LOST_WEIGHT: Final = 3
ANEW_AFTER: Final = 10
_Z: Final = 1.96
"""Of 95 %."""
_STEPS: Final = ((60.0, 5.0), (300.0, 15.0), (1800.0, 60.0), (7200.0, 300.0), (math.inf, 3600.0))
"""Of seconds: below each, round values are so far apart."""

Why = Literal["few", "few_wrong", "no_threshold", "no_gain", "declined"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a person said of an alert, and what its happening measured.

    `measured` by parameter; `final` says whether it was over when that was measured, else it measured at least so much.
    `parts` are the switches that it told of (the troubles of a camera).
    """

    right: bool
    measured: Mapping[str, float] = field(default_factory=dict)
    final: bool = True
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """A parameter above which a rule tells: as it is now, and the most that the form takes."""

    param: str
    now: float
    most: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """How often a rule was right, with the 95 % interval of Wilson; no share where nothing was answered."""

    right: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A threshold that would have spared wrong alerts. `to` 0 of a switch: off."""

    param: str
    now: float
    to: float
    right: int
    wrong: int
    spared: int
    lost: int

    @property
    def worth(self) -> int:
        """Return how good it is."""
        return self.spared - LOST_WEIGHT * self.lost


@dataclass(frozen=True, kw_only=True, slots=True)
class Declined:
    """A proposal that a person did not want, when there were so many answers."""

    param: str
    answers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What the answers teach: a proposal, or why there is none."""

    precision: Precision
    proposal: Proposal | None
    why: Why | None


def precision(right: int, wrong: int) -> Precision:
    """Return the share of right alerts with its interval (E. B. Wilson, 1927): honest for few answers too."""
    total = right + wrong
    if total == 0:
        return Precision(right=0, wrong=0, share=None, low=None, high=None)
    share = right / total
    middle = share + _Z**2 / (2 * total)
    half = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    whole = 1 + _Z**2 / total
    low, high = max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
    return Precision(right=right, wrong=wrong, share=share, low=low, high=high)


def still_told(
    answers: Iterable[Answer], thresholds: Sequence[Threshold], switches: Mapping[str, bool]
) -> list[Answer]:
    """Return the answers to what the rule as it is now would tell (rule 1)."""
    off = {name for name, on in switches.items() if not on}
    found = []
    for one in answers:
        below = any(one.final and one.measured.get(bar.param, math.inf) < bar.now for bar in thresholds)
        if not below and not (one.parts and one.parts <= off):
            found.append(one)
    return found


def learn(
    answers: Sequence[Answer],
    thresholds: Sequence[Threshold],
    *,
    switches: Mapping[str, bool] | None = None,
    priority: int = 3,
    declined: Iterable[Declined] = (),
) -> Lesson:
    """Return what the answers teach of a rule with these thresholds and switches; see the rules above."""
    chosen = dict(switches or {})
    known = still_told(answers, thresholds, chosen)
    right = sum(one.right for one in known)
    found = precision(right, len(known) - right)

    def none(why: Why) -> Lesson:
        return Lesson(precision=found, proposal=None, why=why)

    if not thresholds and not chosen:
        return none("no_threshold")
    if len(known) < ANSWERS_LEAST:
        return none("few")
    if found.wrong < WRONG_LEAST:
        return none("few_wrong")
    options = [*_bars(known, thresholds, priority), *_switches(known, chosen)]
    if not options:
        return none("no_gain")
    waits = {one.param for one in declined if len(known) - one.answers < ANEW_AFTER}
    open_ones = [one for one in options if one.param not in waits]
    if not open_ones:
        return none("declined")
    best = min(open_ones, key=lambda one: (-one.worth, one.param, one.to))
    return Lesson(precision=found, proposal=best, why=None)


def outcome(known: Sequence[Answer], param: str, to: float) -> tuple[int, int]:
    """Return how many wrong alerts a threshold would have spared, how many right ones it would have lost (rule 4)."""
    spared = sum(not one.right and one.final and one.measured.get(param, math.inf) < to for one in known)
    lost = sum(one.right and one.measured.get(param, -math.inf) < to for one in known)
    return spared, lost


def round_values(param: str, now: float, most: float) -> Iterator[float]:
    """Yield the round values of a parameter above `now`, up to `most`: what a person would set."""
    value = now
    while value < most:
        if param.endswith(("seconds", "_s")):
            step = next(step for below, step in _STEPS if value < below)
        else:
            step = 0.5 if param.endswith("_mps") else 1.0
        value = (math.floor(value / step + 1e-9) + 1) * step
        if value <= most:
            yield value


def _bars(known: Sequence[Answer], thresholds: Sequence[Threshold], priority: int) -> Iterator[Proposal]:
    right = sum(one.right for one in known)
    wrong = len(known) - right
    may_lose = 0 if priority == 1 else math.floor(LOST_SHARE * right)
    for bar in thresholds:
        measures = [one.measured[bar.param] for one in known if not one.right and bar.param in one.measured]
        if not measures:
            continue
        # One round value above the greatest that was wrong is as far as answers reach.
        for to in round_values(bar.param, bar.now, bar.most):
            spared, lost = outcome(known, bar.param, to)
            if spared >= max(SPARED_LEAST, wrong / 2) and lost <= may_lose and spared > LOST_WEIGHT * lost:
                yield Proposal(param=bar.param, now=bar.now, to=to, right=right, wrong=wrong, spared=spared, lost=lost)
            if to > max(measures):
                break


def _switches(known: Sequence[Answer], switches: Mapping[str, bool]) -> Iterator[Proposal]:
    if sum(switches.values()) < 2:  # noqa: PLR2004  the last one is switched off with the rule itself
        return
    right = sum(one.right for one in known)
    for name, on in switches.items():
        alone = [one for one in known if one.parts == {name}]
        if on and len(alone) >= WRONG_LEAST and not any(one.right for one in alone):
            yield Proposal(
                param=name, now=1.0, to=0.0, right=right, wrong=len(known) - right, spared=len(alone), lost=0
            )
