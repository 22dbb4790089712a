"""Fit what turns the heads' weights into an honest probability, on plates that were never taught.

Half of the plates are of unseen faces, a fifth of the pictures are no plates: real ones are stranger still.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.plates.samples import sample
from unjai.vision.plates import decode
from unjai.vision.plates.net import PlateNet
from unjai.vision.plates.reader import PlateReader
from unjai.vision.plates.sheet import sheet
from unjai.vision.plates.vote import read_of

PLATES = 4000
SEEDS = 800_000_000
VIEWS_FROM = 1_000_000
ALARM_WRONG = 0.01
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


def fitted_views(model: Path, plates: int) -> tuple[list[float], dict[str, float]]:
    """Return what tempers the views of one place together, and how well it does on a third that it was not fitted on.

    `alarm` is the least certainty from which at most one read in a hundred is wrong, of all of them.
    """
    reader, sure, right, told = PlateReader(net=PlateNet(model)), [], [], []
    for seed in range(SEEDS + VIEWS_FROM, SEEDS + VIEWS_FROM + plates):
        one = sample(seed, 0.0, 1.0, held_out=seed % 2 == 0)
        if one.text.kind == "special":
            continue
        read = read_of([reader.crop(cv2.merge([one.crop] * 3))])
        if read.alternatives:
            sure.append(read.confidence)
            right.append(read.alternatives[0][0] == one.text.registration)
            told.append(read.registration is not None)
    p, y = np.clip(np.array(sure), 1e-6, 1 - 1e-6), np.array(right, float)
    x = np.stack([np.log(p / (1 - p)), np.ones(len(p))], 1)
    test = np.arange(len(x)) % 3 == 0
    factor, added = _logistic(x[~test], y[~test])
    honest = 1 / (1 + np.exp(-(x @ np.array([factor, added]))))
    loud = [level for level in np.arange(0.6, 0.999, 0.005) if _wrong(honest, y, np.array(told), level) <= ALARM_WRONG]
    found = {"views_ece_before": ece(p[test], y[test]), "views_ece": ece(honest[test], y[test])}
    return [round(float(factor), 4), round(float(added), 4)], found | {"alarm": round(float(min(loud, default=1)), 3)}


def _wrong(sure: NDArray[np.float64], right: NDArray[np.float64], told: NDArray[np.bool_], level: float) -> float:
    loud = told & (sure >= level)
    return float(1 - right[loud].mean()) if loud.any() else 0.0


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
