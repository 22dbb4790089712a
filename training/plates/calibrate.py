"""Fit what turns the heads' weights into an honest probability, on plates that were never taught.

Half of the plates are of unseen faces, a fifth of the pictures are no plates: real ones are stranger still.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.plates.samples import sample
from unjai.vision.plates import decode
from unjai.vision.plates.net import PlateNet
from unjai.vision.plates.sheet import sheet

PLATES = 4000
SEEDS = 800_000_000
_STEPS, _RIDGE = 60, 1e-3


def fitted(model: Path, plates: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the calibration and how well it does on a third of the plates that it was not fitted on."""
    net = PlateNet(model)
    rows, right, logits, truths = [], [], [], []
    for begin in range(0, plates, 64):
        seeds = range(SEEDS + begin, SEEDS + min(begin + 64, plates))
        drawn = [sample(seed, 0.0, 1.0, held_out=seed % 2 == 0) for seed in seeds]
        drawn = [one for one in drawn if one.text.kind != "special"]
        for one, *heads in zip(drawn, *net.logits([sheet(one.crop) for one in drawn]), strict=True):
            found = decode.weighed(heads[0], heads[1], float(heads[3]))
            if found is not None:
                rows.append(found.facts)
                right.append(found.candidates[0] == one.text.registration)
            if one.text.registration:
                logits.append(heads[2])
                truths.append(one.text.place)
    x, y = np.array(rows), np.array(right, float)
    test = np.arange(len(x)) % 3 == 0
    weights = _logistic(x[~test], y[~test])
    shares = 1 / (1 + np.exp(-x[test] @ weights))
    temperature = _temperature(np.array(logits), np.array(truths))
    told = {"right": float(y[test].mean()), "ece": ece(shares, y[test])}
    calibration = {
        "weights": [round(float(one), 5) for one in weights],
        "place_temperature": round(temperature, 4),
    }
    return calibration, told


def ece(shares: NDArray[np.float64], right: NDArray[np.float64], bins: int = 10) -> float:
    """Return how far confidence and truth lie apart, over bins of equal width (expected calibration error)."""
    which = np.minimum((shares * bins).astype(int), bins - 1)
    gaps = [abs(shares[which == one].mean() - right[which == one].mean()) * (which == one).mean() for one in set(which)]
    return float(sum(gaps))


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression (Newton's steps, slightly held back)."""
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        shares = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        bend = (x * (shares * (1 - shares))[:, None]).T @ x + _RIDGE * len(x) * np.eye(x.shape[1])
        weights += np.linalg.solve(bend, x.T @ (y - shares) - _RIDGE * len(x) * weights)
    return weights


def _temperature(logits: NDArray[np.float32], truths: NDArray[np.int64]) -> float:
    """Return by what the places' logits must be divided to be honest."""
    rows, best = np.arange(len(truths)), (np.inf, 1.0)
    for temperature in np.geomspace(0.5, 4, 43):
        flat = logits / temperature
        flat = flat - flat.max(1, keepdims=True)
        wrong = float((np.log(np.exp(flat).sum(1)) - flat[rows, truths]).mean())
        best = min(best, (wrong, float(temperature)))
    return best[1]
