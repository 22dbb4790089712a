"""The default detector in whole numbers: what it takes, that it sees what the other sees, and when it is chosen."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.vision.conftest import ROOT, _made, frames
from unjai.vision import models
from unjai.vision.box import overlap
from unjai.vision.detector import Detector
from unjai.vision.detector.detector import folded
from unjai.vision.models import default_model, street_model


@pytest.fixture(scope="module")
def quick(model: Path) -> Path:
    file = model.with_name("coco_ssd_quick.onnx")
    if not file.exists():
        _made([sys.executable, ROOT / "tools" / "make_quick_model.py"], "the quick form of the default model")
    return file


def test_squares_of_pixels_become_channels():
    rgb = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    cells = folded(rgb, 2)
    assert cells.shape == (1, 2, 3, 12)
    assert cells[0, 1, 2].tolist() == [*rgb[2, 4], *rgb[2, 5], *rgb[3, 4], *rgb[3, 5]]
    assert (folded(rgb[:, ::-1], 2) == folded(np.ascontiguousarray(rgb[:, ::-1]), 2)).all()
    assert (folded(rgb, 1)[0] == rgb).all()


def test_the_quick_model_is_what_it_should_be(quick):
    loaded = onnx.load(quick)
    assert quick.stat().st_size < 4e6
    assert [one.name for one in loaded.graph.output] == ["boxes", "scores"]
    detector = Detector(quick)
    assert (detector.style, detector.side) == ("ssd", (300, 300))
    assert detector.shares == Detector(default_model()).shares
    assert detector.look(np.full((240, 320, 3), 127, np.uint8)) == []


def test_the_table_of_ranges_names_what_the_model_has():
    ranges = json.loads((ROOT / "tools" / "coco_ssd_ranges.json").read_text())
    assert len(ranges) == 27
    assert all(low < 0 < high for low, high in ranges.values())


def test_it_sees_what_the_other_sees(quick, model, street):
    if not models.whole_numbers():
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: this processor has no VNNI"), stacklevel=2)
        pytest.skip("this processor has no VNNI")
    exact, rounded = Detector(model), Detector(quick)
    sure = found = 0
    for whole in frames(street, every=60, until=500):
        for part in (whole[:432], whole[:300, 200:500], whole[200:500, 400:700], whole[100:336, 100:400]):
            both = exact.look(part), rounded.look(part)
            for ours, theirs in (both, both[::-1]):
                for one in ours:
                    if one.score > 0.6:
                        sure += 1
                        found += any(
                            other.kind == one.kind
                            and overlap(one.box, other.box) > 0.7
                            and abs(other.score - one.score) < 0.2
                            for other in theirs
                        )
    assert sure > 100
    assert found / sure > 0.96


def test_the_quick_one_is_chosen_where_the_processor_gains_by_it(quick, model, monkeypatch):
    monkeypatch.setattr(models, "whole_numbers", lambda: True)
    assert street_model() == quick
    monkeypatch.setattr(models, "whole_numbers", lambda: False)
    assert street_model() == model
    monkeypatch.setattr(models, "whole_numbers", lambda: True)
    monkeypatch.setattr(models, "_QUICK", quick.with_name("absent.onnx"))
    assert street_model() == model
