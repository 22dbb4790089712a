"""`unjai plates read`: plates of picture files, one line a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.model.plate import BY_CODE, spaced
from unjai.platform.i18n import render
from unjai.vision.plates import EdgeFinder, PlateNet, PlateRead, PlateReader, TextFinder, plates_of

_MOST_MB, _MOST_MPX = 64, 80


def read(images: Sequence[Path], *, as_json: bool, model: Path | None, finder: Path | None) -> int:
    """Write a line for each file; return 1 if any of them could not be opened, else 0.

    Raises `plate_model_missing`, `plate_model_unknown`. Without the text finder plates are found by their edges alone:
    said once.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a broken picture is told in our words
    reader = _reader(model, finder)
    status = 0
    for image in images:
        try:
            picture = picture_of(image)
            line = _line(image, plates_of(reader, picture), picture.shape[1], picture.shape[0])
        except UnjaiError as error:
            status = 1
            words = render(error.code, error.facts)
            line = _nothing(image) | {"error": {"code": error.code, "th": words["th"], "en": words["en"]}}
        _write(line, as_json=as_json)
    return status


def picture_of(file: Path) -> NDArray[np.uint8]:
    """Return a file's picture as RGB.

    Raises `plate_picture_missing`, `plate_picture_unreadable`, `plate_picture_large`.
    """
    try:
        if not file.is_file():
            raise UnjaiError("plate_picture_missing", 404, file=file.name)
        if os.path.getsize(file) > _MOST_MB * 1_000_000:  # noqa: PTH202  beside is_file, by the same look
            raise UnjaiError("plate_picture_large", 413, file=file.name, most_mb=_MOST_MB, most_mpx=_MOST_MPX)
        body = np.frombuffer(file.read_bytes(), np.uint8)
    except (OSError, ValueError) as error:
        raise UnjaiError("plate_picture_missing", 404, file=file.name) from error
    try:
        decoded: Any = cv2.imdecode(body, cv2.IMREAD_COLOR_RGB) if body.size else None
    except cv2.error as error:
        raise UnjaiError("plate_picture_unreadable", 422, file=file.name) from error
    if decoded is None or min(decoded.shape[:2]) < 1:
        raise UnjaiError("plate_picture_unreadable", 422, file=file.name)
    if decoded.shape[0] * decoded.shape[1] > _MOST_MPX * 1_000_000:
        raise UnjaiError("plate_picture_large", 413, file=file.name, most_mb=_MOST_MB, most_mpx=_MOST_MPX)
    return np.asarray(decoded, np.uint8)


def _reader(model: Path | None, finder: Path | None) -> PlateReader:
    net = PlateNet(model)
    try:
        return PlateReader(net=net, finders=(EdgeFinder(), TextFinder(finder)))
    except UnjaiError as error:
        if error.code != "plate_finder_missing" or finder is not None:
            raise
        words = render(error.code, error.facts)
        sys.stderr.write(f"{words['th']}\n{words['en']}\n[{error.code}]\n")
        return PlateReader(net=net, finders=(EdgeFinder(),))


def _line(file: Path, plates: Sequence[PlateRead], width: int, height: int) -> dict[str, Any]:
    if not plates:
        return _nothing(file)
    best, others = plates[0], plates[1:]
    line = {"file": str(file)} | _told(best, width, height)
    told = [_told(one, width, height) for one in others if one.registration is not None]
    return line | ({"others": told} if told else {})


def _told(plate: PlateRead, width: int, height: int) -> dict[str, Any]:
    place = BY_CODE.get(plate.province or "")
    return {
        "registration": plate.registration,
        "province": None if place is None else place.th,
        "confidence": round(plate.confidence, 4),
        "province_confidence": round(plate.province_confidence, 4),
        "alternatives": [
            {"registration": name, "confidence": round(share, 4)}
            for name, share in plate.alternatives
            if name != plate.registration
        ],
        "box": [round(edge, 1) for edge in plate.box.clipped(width, height)],
    }


def _nothing(file: Path) -> dict[str, Any]:
    return {
        "file": str(file),
        "registration": None,
        "province": None,
        "confidence": 0.0,
        "province_confidence": 0.0,
        "alternatives": [],
        "box": None,
    }


def _write(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    elif "error" in line:
        error = line["error"]
        sys.stdout.write(f"{line['file']}: {error['th']} · {error['en']} [{error['code']}]\n")
    elif line["registration"] is None:
        sys.stdout.write(f"{line['file']}: อ่านไม่ได้ · unreadable ({line['confidence']:.2f})\n")
    else:
        name = f"{spaced(line['registration'])} {line['province'] or '—'}"
        sys.stdout.write(f"{line['file']}: {name} ({line['confidence']:.2f})\n")
    sys.stdout.flush()
