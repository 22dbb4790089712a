"""`unjai plates read`: one line a picture, whatever the file is."""

import json
import warnings

import cv2
import numpy as np
import pytest

from unjai.commands.plates import picture_of, read
from unjai.model.errors import UnjaiError
from unjai.vision.plates.lines import FILE as FINDER
from unjai.vision.plates.net import FILE

KEYS = {"file", "registration", "province", "confidence", "alternatives", "box"}


def there():
    if not FILE.exists() or not FINDER.exists():
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: the plate reader's models are not there"), stacklevel=2)
        pytest.skip("the plate reader's models are not there")


def written(folder, name, picture):
    file = folder / name
    assert cv2.imwrite(str(file), picture)
    return file


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_junk_is_told_apart_and_stops_nothing(tmp_path, capsys):
    there()
    noise = np.random.default_rng(3).integers(0, 255, (90, 200, 3), np.uint8)
    body = written(tmp_path, "whole.jpg", noise).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(body[: len(body) // 8])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("กข 1234 กรุงเทพมหานคร")
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x00\x0f\xff\xff\x00\x0f\xff\xff\x08\x02\0\0\0")
    files = [
        tmp_path / "nothing.png",
        tmp_path,
        tmp_path / "empty.png",
        tmp_path / "text.png",
        tmp_path / "bomb.png",
        written(tmp_path, "noise.png", noise),
        written(tmp_path, "black.png", np.zeros((60, 140, 3), np.uint8)),
        written(tmp_path, "dot.png", np.full((1, 1, 3), 200, np.uint8)),
        written(tmp_path, "line.png", np.full((2, 900), 90, np.uint8)),
    ]
    assert read(files, as_json=True, model=None, finder=None) == 1
    told = lines(capsys)
    assert [one["file"] for one in told] == [str(file) for file in files]
    assert all(set(one) >= KEYS for one in told)
    assert all(one["registration"] is None and one["province"] is None for one in told)
    assert [one["error"]["code"] for one in told if "error" in one] == [
        "plate_picture_missing",
        "plate_picture_missing",
        "plate_picture_unreadable",
        "plate_picture_unreadable",
        "plate_picture_unreadable",
    ]
    assert all(one["error"]["th"] and one["error"]["en"] for one in told if "error" in one)
    assert read([tmp_path / "cut.jpg"], as_json=True, model=None, finder=None) in (0, 1)
    assert lines(capsys)[0]["registration"] is None


def test_a_picture_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("unjai.commands.plates._MOST_MPX", 0.01)
    with pytest.raises(UnjaiError, match="plate_picture_large"):
        picture_of(written(tmp_path, "large.png", np.zeros((200, 200, 3), np.uint8)))


def test_in_words(tmp_path, capsys):
    there()
    read([written(tmp_path, "grey.png", np.full((80, 180), 120, np.uint8))], as_json=False, model=None, finder=None)
    assert "อ่านไม่ได้" in capsys.readouterr().out


def test_a_model_that_is_none_is_told(tmp_path):
    (tmp_path / "mine.onnx").write_bytes(b"no model")
    with pytest.raises(UnjaiError, match="plate_model_unknown"):
        read([], as_json=True, model=tmp_path / "mine.onnx", finder=None)
    with pytest.raises(UnjaiError, match="plate_model_missing"):
        read([], as_json=True, model=tmp_path / "none.onnx", finder=None)
