"""The net's numbers into registrations with their probabilities. Pure arithmetic, no picture.

Two heads read the same plate in two ways (CTC over columns, fixed slots). Candidates come from both, each is weighed by
both and by the grammar of plates; a calibration that was fitted on plates of a known truth turns the weight into the
probability that the whole registration is right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.model.plate import CHARACTERS, GRAMMAR, LONGEST, NUMBER, classes_of
from unjai.vision.plates.heads import BLANK, GLYPHS, HEAD_SLOTS, NUMBER_SLOTS, SLOTS, slotted

Floats = NDArray[np.float32]

BEAM: Final = 10
SHARES_KEPT: Final = 6
"""Registrations told of one plate: the best and its next alternatives."""
FEATURES: Final = ("offset", "shares", "steps", "slots", "agreement", "legible", "gap", "grammar")

_QUIET = 1e-4
"""A step whose glyphs are all rarer than this says nothing."""
_FAINT = 4e-3
_SLOT_CHOICES = 4
_FLOOR = -30.0
_FAR = 20.0
_NEVER = -1e9
_LOST = -40.0
"""A probability smaller than another by this (natural logarithm) adds nothing to it."""
_OUTSIDE = -7.0
"""What a text outside the grammar is held back by (natural logarithm)."""
_LEAST_SHARE = 1e-6
_RARE: Final[Mapping[str, float]] = {"high": 0.0, "medium": -1.2, "low": -3.0}
_NUMBER = re.compile(r"(.*?)([0-9]*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Weights of `FEATURES` whose sum is the log-odds that the best registration is right; the place's temperature.

    `views` tempers what the views of one place say together: the log-odds' factor, and what is added. The surest of
    several is surer than it should be.
    """

    weights: tuple[float, ...] = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    place_temperature: float = 1.0
    views: tuple[float, float] = (1.0, 0.0)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Calibration:
        """Read it from a model's own words. Raises `plate_model_unknown` where they are not as they must be."""
        try:
            weights = tuple(float(one) for one in given["weights"])
            factor, added = (float(one) for one in given.get("views", (1.0, 0.0)))
            found = cls(weights=weights, place_temperature=float(given["place_temperature"]), views=(factor, added))
        except (KeyError, TypeError, ValueError) as error:
            raise UnjaiError("plate_model_unknown", 422, why="calibration") from error
        sound = np.isfinite((*weights, *found.views)).all() and found.place_temperature > 0 and factor > 0
        if len(weights) != len(FEATURES) or not sound:
            raise UnjaiError("plate_model_unknown", 422, why="calibration")
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one crop says."""

    shares: tuple[tuple[str, float], ...]
    """Registrations and the probability that each is the whole truth, best first; the rest to 1 is none of them."""
    glyphs: tuple[float, ...]
    """The probability of each glyph of the best registration."""
    places: Floats
    """The probability of each of PLACES, and last that none is named."""

    @property
    def best(self) -> tuple[str, float]:
        """Return the likeliest registration and its probability; an empty text where nothing is written."""
        return self.shares[0] if self.shares else ("", 0.0)


def tempered(reading: Reading, calibration: Calibration) -> Reading:
    """Return what several views say together with an honest certainty; the order of its registrations stays."""
    best, share = reading.best
    if not best or calibration.views == (1.0, 0.0):
        return reading
    factor, added = calibration.views
    share = min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE)
    honest = 1 / (1 + math.exp(-(factor * math.log(share / (1 - share)) + added)))
    scale = min(honest / share, 1 / sum(one for _, one in reading.shares))
    return replace(reading, shares=tuple((name, one * scale) for name, one in reading.shares))


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """The candidates of one crop, the likeliest first, their shares before calibration, and the calibration's facts."""

    candidates: tuple[str, ...]
    shares: NDArray[np.float64]
    facts: NDArray[np.float64]


def decoded(steps: Floats, slots: Floats, place: Floats, legible: float, calibration: Calibration) -> Reading:
    """Return the reading of one crop from the logits of the heads: (steps, marks), (SLOTS, marks), (places,), one."""
    places = np.exp(_logs(place / np.float32(calibration.place_temperature)))
    found = weighed(steps, slots, legible)
    if found is None:
        return Reading(shares=(), glyphs=(), places=places)
    odds = float(found.facts @ np.asarray(calibration.weights))
    sure = float(1 / (1 + np.exp(-min(max(odds, -30.0), 30.0))))
    rest = (1 - sure) * found.shares / max(1e-9, 1 - float(found.shares[0]))
    told = [(found.candidates[0], sure)]
    told += [(one, float(min(rest[n], sure, 0.5))) for n, one in enumerate(found.candidates[:SHARES_KEPT]) if n]
    return Reading(shares=tuple(told), glyphs=_glyphs(found, sure), places=places)


def weighed(steps: Floats, slots: Floats, legible: float) -> Weighed | None:
    """Return what both heads propose, weighed by both and by the grammar; None where nothing is written."""
    step_logs, slot_logs = _logs(steps), _logs(slots)
    candidates = sorted({*beam(step_logs), *_from_slots(slot_logs)} - {""})
    if not candidates:
        return None
    by_steps = step_scores(step_logs, candidates)
    by_slots = np.array([slot_score(slot_logs, one) for one in candidates])
    habits = np.array([prior(one) for one in candidates])
    weights = 0.5 * (by_steps + by_slots) + habits
    order = np.argsort(-weights, kind="stable")
    best = int(order[0])
    shares = np.exp(weights[order] - weights[best])
    shares /= shares.sum()
    facts = features(
        share=float(shares[0]),
        steps=float(by_steps[best]),
        slots=float(by_slots[best]),
        agreement=int(by_steps.argmax()) == int(by_slots.argmax()),
        legible=legible,
        gap=float(weights[best] - weights[int(order[1])]) if len(order) > 1 else _FAR,
        grammar=bool(habits[best] > _OUTSIDE),
    )
    return Weighed(candidates=tuple(candidates[int(one)] for one in order), shares=shares, facts=facts)


def features(
    *, share: float, steps: float, slots: float, agreement: bool, legible: float, gap: float, grammar: bool
) -> NDArray[np.float64]:
    """Return what the calibration weighs, each bounded so that no picture can leave what it was fitted on."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return np.array(
        [
            1.0,
            np.log(share / (1 - share)) / 4,
            max(steps, -20.0) / 4,
            max(slots, -20.0) / 4,
            float(agreement),
            min(max(legible, -8.0), 8.0) / 4,
            min(gap, 12.0) / 4,
            float(grammar),
        ]
    )


@lru_cache(8192)
def prior(registration: str) -> float:
    """Return how a text's form speaks for it (natural logarithm): usual classes 0, rare ones less, others least."""
    if GRAMMAR.fullmatch(registration) is None:
        return _OUTSIDE
    return max((_RARE[one.confidence] for one in classes_of(registration)), default=_OUTSIDE)


def parted(registration: str) -> tuple[str, str] | None:
    """Return head and number as the slots hold them; None where they do not fit."""
    found = _NUMBER.fullmatch(registration)
    head, number = (found[1], found[2]) if found else (registration, "")
    return (head, number) if len(head) <= HEAD_SLOTS and len(number) <= NUMBER_SLOTS else None


def slot_score(logs: Floats, registration: str) -> float:
    """Return the logarithm of a registration's probability in the slots' eyes."""
    parts = parted(registration)
    if parts is None:
        return _FLOOR
    marks = [BLANK if one is None else NUMBER[one] for one in slotted(*parts)]
    return max(_FLOOR, float(logs[np.arange(SLOTS), marks].sum()))


def step_scores(logs: Floats, registrations: Sequence[str]) -> NDArray[np.float64]:
    """Return the logarithm of each registration's probability over all alignments (CTC's forward sum)."""
    heard = logs[_heard(logs)].astype(np.float64)
    longest = 2 * max(len(one) for one in registrations) + 1
    marks = np.full((len(registrations), longest), BLANK)
    for row, one in enumerate(registrations):
        marks[row, 1 : 2 * len(one) + 1 : 2] = [NUMBER[glyph] for glyph in one]
    barred = np.full(marks.shape, -np.inf)
    barred[:, 2:][(marks[:, 2:] != BLANK) & (marks[:, 2:] != marks[:, :-2])] = 0.0
    padded = np.full((len(registrations), longest + 2), -np.inf)  # two states that are never reached, then the real
    sums = padded[:, 2:]
    if not len(heard):
        heard = logs[:1].astype(np.float64)
    sums[:, :2] = heard[0][marks[:, :2]]
    for step in heard[1:]:
        moved = np.logaddexp(sums, padded[:, 1:-1])
        sums[:] = np.logaddexp(moved, padded[:, :-2] + barred) + step[marks]
    rows, ends = np.arange(len(registrations)), np.array([2 * len(one) for one in registrations])
    found = np.logaddexp(sums[rows, ends], sums[rows, np.maximum(ends - 1, 0)])
    return np.asarray(np.maximum(np.nan_to_num(found, nan=_FLOOR, neginf=_FLOOR), _FLOOR))


def beam(logs: Floats, width: int = BEAM) -> list[str]:
    """Return the likeliest texts of the CTC head, best first (prefix beam search over the steps that say something)."""
    heard = logs[_heard(logs)]
    order = np.argsort(-heard[:, :GLYPHS], axis=1)[:, :_SLOT_CHOICES].tolist()
    faint = math.log(_FAINT)
    kept: list[tuple[str, float, float]] = [("", 0.0, _NEVER)]
    for step, choices in zip(heard.tolist(), order, strict=True):
        loud = [(CHARACTERS[one], step[one]) for one in choices if step[one] > faint]
        blank = step[BLANK]
        new: dict[str, tuple[float, float]] = {}
        for text, ends, runs in kept:
            whole = _added(ends, runs)
            old = new.get(text)
            stays = whole + blank, runs + step[NUMBER[text[-1]]] if text else _NEVER
            new[text] = stays if old is None else (_added(old[0], stays[0]), _added(old[1], stays[1]))
            if len(text) >= LONGEST:
                continue
            last = text[-1:]
            for glyph, log in loud:
                longer, comes = text + glyph, (ends if glyph == last else whole) + log
                old = new.get(longer)
                new[longer] = (_NEVER, comes) if old is None else (old[0], _added(old[1], comes))
        if len(new) > width or loud:
            ranked = sorted(new.items(), key=_weight, reverse=True)[:width]
            kept = [(text, ends, runs) for text, (ends, runs) in ranked]
        else:
            kept = [(text, ends, runs) for text, (ends, runs) in new.items()]
    return [text for text, _ends, _runs in kept]


def _weight(pair: tuple[str, tuple[float, float]]) -> float:
    return _added(*pair[1])


def _added(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities."""
    if one < other:
        one, other = other, one
    gap = other - one
    return one if gap < _LOST else one + math.log1p(math.exp(gap))


def _from_slots(logs: Floats, count: int = BEAM) -> list[str]:
    """Return the likeliest texts of the slots, best first."""
    texts: list[tuple[float, str]] = [(0.0, "")]
    order = np.argsort(-logs, axis=1)[:, :_SLOT_CHOICES].tolist()
    for slot, choices in zip(logs.tolist(), order, strict=True):
        told = [(slot[one], "" if one == BLANK else CHARACTERS[one]) for one in choices]
        longer = [(score + log, text + glyph) for score, text in texts for log, glyph in told]
        longer.sort(reverse=True)
        texts = longer[:count]
    return [text for _, text in texts if 0 < len(text) <= LONGEST]


def _glyphs(found: Weighed, sure: float) -> tuple[float, ...]:
    """Return how sure each glyph of the best text is: never less than the whole text, split by the rivals' glyphs."""
    text = found.candidates[0]
    rivals = [(one, float(share)) for one, share in zip(found.candidates, found.shares, strict=True)]
    rivals = [(one, share) for one, share in rivals if len(one) == len(text)]
    whole = sum(share for _, share in rivals)
    told = []
    for place, glyph in enumerate(text):
        agreed = sum(share for one, share in rivals if one[place] == glyph) / max(1e-9, whole)
        told.append(max(sure, agreed * (1 - (1 - sure) / len(text))))
    return tuple(told)


def _heard(logs: Floats) -> NDArray[np.bool_]:
    """Return the steps that count: those that say something, and one after each run of them, to part doubled glyphs."""
    loud = np.asarray(logs[:, :GLYPHS].max(1) > math.log(_QUIET))
    heard = loud.copy()
    heard[1:] |= loud[:-1]
    return heard


def _logs(logits: Floats) -> Floats:
    highest = logits.max(-1, keepdims=True)
    flat = np.asarray(logits - highest, np.float32)
    return np.asarray(flat - np.log(np.exp(flat).sum(-1, keepdims=True)), np.float32)
