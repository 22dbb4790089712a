"""The presence score: how sure it is that somebody was at a checkpoint, 0–100, from evidence that is independent.

Each piece of evidence has a weight: the chance that it alone could not be there without a person on the spot. Pieces
are joined as independent chances, ``1 − Π(1 − weight)``, so that more evidence never lowers the score and its order is
nothing. A doubt (`rules.spoof`) multiplies what is left; one that refuses leaves nothing. What each piece gave is told
in points that add up: its share of ``−ln(1 − weight)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Proof = Literal["qr", "qr_rotating", "gps", "nfc", "photo"]
PROOFS: tuple[Proof, ...] = ("qr", "qr_rotating", "gps", "nfc", "photo")

ROTATING, STATIC, NFC, GPS_MOST, PHOTO, DWELL_MOST, TRACK_MOST, STEADY = 0.72, 0.40, 0.50, 0.50, 0.15, 0.15, 0.45, 0.05
SHARP_M = 12.0
"""A position claimed to be better than this counts fully; a vaguer one in proportion."""
UNCLAIMED_M = 60.0
"""What a position without a claim of accuracy is taken for."""
SLACK_MOST_M = 50.0
"""Accuracy widens the circle of a checkpoint by at most this."""
DWELL_LEAST_S, DWELL_FULL_S = 30.0, 600.0
TRACK_FULL = 3
"""So many of the unit's own positions near the place, from another way than the scan, count fully."""
PROVEN, PARTLY = 60, 30

State = Literal["proven", "doubted", "refused"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What speaks for a visit. Distances are from the checkpoint; `code` was a good one, `photo` is a fresh one."""

    code: Literal["none", "static", "rotating"] = "none"
    nfc: bool = False
    distance_m: float | None = None
    accuracy_m: float | None = None
    radius_m: float = 40.0
    photo: bool = False
    dwell_s: float = 0.0
    track_near: int = 0
    steady: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Something that speaks against a visit: it leaves `keeps` of the score; `refuses` leaves nothing."""

    code: str
    keeps: float
    refuses: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One line of the explanation: its words are in the catalogue `presence` under `code`; `points` may be negative."""

    code: str
    points: int
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """The judgement of a visit."""

    score: int
    state: State
    parts: tuple[Part, ...]


def near(evidence: Evidence) -> bool:
    """Tell whether the position lies in the checkpoint's circle, as well as its accuracy lets one say."""
    if evidence.distance_m is None:
        return False
    slack = min(evidence.accuracy_m if evidence.accuracy_m is not None else UNCLAIMED_M, SLACK_MOST_M)
    return evidence.distance_m <= evidence.radius_m + slack


def weights(evidence: Evidence) -> dict[str, tuple[float, dict[str, object]]]:
    """Return the weight (0 ≤ w < 1) and the facts of each piece of evidence that is there."""
    found: dict[str, tuple[float, dict[str, object]]] = {}
    if evidence.code != "none":
        found[f"code_{evidence.code}"] = (ROTATING if evidence.code == "rotating" else STATIC, {})
    if evidence.nfc:
        found["nfc"] = (NFC, {})
    if evidence.distance_m is not None and near(evidence):
        accuracy = max(evidence.accuracy_m if evidence.accuracy_m is not None else UNCLAIMED_M, 1.0)
        facts: dict[str, object] = {"distance_m": round(evidence.distance_m), "accuracy_m": round(accuracy)}
        found["gps"] = (GPS_MOST * min(1.0, SHARP_M / accuracy), facts)
    if evidence.photo:
        found["photo"] = (PHOTO, {})
    if evidence.dwell_s >= DWELL_LEAST_S:
        share = min(1.0, evidence.dwell_s / DWELL_FULL_S)
        found["dwell"] = (DWELL_MOST * share, {"minutes": round(evidence.dwell_s / 60, 1)})
    if evidence.track_near > 0:
        share = min(1.0, evidence.track_near / TRACK_FULL)
        found["track"] = (TRACK_MOST * share, {"positions": evidence.track_near})
    if evidence.steady:
        found["steady"] = (STEADY, {})
    return found


def missing(evidence: Evidence, required: Iterable[str]) -> tuple[str, ...]:
    """Return the proof kinds that a checkpoint asks for and that are not there."""
    there = {
        "qr": evidence.code != "none",
        "qr_rotating": evidence.code == "rotating",
        "gps": near(evidence),
        "nfc": evidence.nfc,
        "photo": evidence.photo,
    }
    return tuple(proof for proof in PROOFS if proof in set(required) and not there[proof])


def judge(evidence: Evidence, doubts: Iterable[Doubt] = (), required: Iterable[str] = ()) -> Presence:
    """Return score, state and explanation of a visit.

    Proven is a visit of `PROVEN` points or more with every proof that its checkpoint asks for; a doubt that refuses
    makes it refused; anything else is doubted, and shown so.
    """
    found = weights(evidence)
    strength = {code: -math.log1p(-weight) for code, (weight, _) in found.items()}
    total = math.fsum(strength.values())
    whole = 100.0 * -math.expm1(-total)
    against = sorted(set_of(doubts), key=lambda doubt: doubt.code)
    refused = any(doubt.refuses for doubt in against)
    kept = 0.0 if refused else math.prod(min(1.0, max(0.0, doubt.keeps)) for doubt in against)
    score = min(100, max(0, math.floor(whole * kept + 0.5)))
    parts = [
        Part(code=code, points=round(whole * strength[code] / total), facts=found[code][1])
        for code in sorted(found, key=lambda code: (-strength[code], code))
    ]
    lost = whole - whole * kept
    shares = {doubt.code: 1.0 if doubt.refuses else 1.0 - doubt.keeps for doubt in against}
    every = math.fsum(shares.values())
    for doubt in against:
        share = shares[doubt.code] / every if every else 0.0
        parts.append(Part(code=doubt.code, points=-round(lost * share), facts=doubt.facts))
    lacks = missing(evidence, required)
    parts += [Part(code=f"lacks_{proof}", points=0) for proof in lacks]
    state: State = "refused" if refused else "proven" if score >= PROVEN and not lacks else "doubted"
    return Presence(score=score, state=state, parts=tuple(parts))


def set_of(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Return each doubt once, in its strictest form: the same doubt told twice counts once."""
    found: dict[str, Doubt] = {}
    for doubt in doubts:
        held = found.get(doubt.code)
        if held is None or (doubt.refuses, -doubt.keeps) > (held.refuses, -held.keeps):
            found[doubt.code] = doubt
    return list(found.values())
