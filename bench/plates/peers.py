"""Two readers that know no plates: Debian's tesseract with Thai, and rapidocr as its wheel comes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.model.plate import CHARACTERS, GRAMMAR

ROOT = Path(__file__).resolve().parents[2]
_HOME = ROOT / ".cache" / "peers" / "rapidocr"
_PACKAGES = ("rapidocr==3.10.0", "onnxruntime", "opencv-python-headless", "numpy", "pyclipper", "shapely", "omegaconf")
_MORE = ("six", "pyyaml", "tqdm", "requests", "colorlog", "pillow")
_ASK = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from rapidocr import RapidOCR
ask = RapidOCR()
for file in sys.argv[1:]:
    found = ask(file)
    print(json.dumps(" ".join(found.txts or ())))
"""
_TALL = 3
"""Both like larger letters: pictures are enlarged so many times."""


def registration_in(text: str) -> str:
    """Return the likeliest registration in a text: the longest run of plates' glyphs, one of the grammar if any."""
    runs = ["".join(glyph for glyph in line if glyph in CHARACTERS) for line in (*text.splitlines(), text)]
    found = [hit[0] for run in runs for hit in re.finditer(GRAMMAR, run)]
    return max(found or runs or [""], key=len)


def tesseract(crops: Sequence[NDArray[np.uint8]]) -> list[str] | None:
    """Return what tesseract reads on each crop; None, loudly, where it cannot be installed."""
    install = [ROOT / "tools" / "debian-packages", "tesseract-ocr", "tesseract-ocr-tha"]
    if subprocess.run(install, check=False, stdout=subprocess.DEVNULL).returncode:
        warnings.warn("SKIPPED LOUDLY: tesseract cannot be installed here", stacklevel=2)
        return None
    with tempfile.TemporaryDirectory() as folder:
        told = [
            subprocess.run(
                ["tesseract", file, "-", "-l", "tha", "--psm", "6"], capture_output=True, text=True, check=False
            ).stdout
            for file in _written(crops, Path(folder))
        ]
    return [registration_in(one) for one in told]


def rapidocr(crops: Sequence[NDArray[np.uint8]]) -> list[str] | None:
    """Return what rapidocr reads on each crop; None, loudly, where it cannot be fetched."""
    python = _HOME / "bin" / "python"
    if not (_HOME / ".made").exists():
        venv.create(_HOME, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        if (
            subprocess.run([*pip, _PACKAGES[0]], check=False).returncode
            or subprocess.run([*pip[:-1], *_PACKAGES[1:], *_MORE], check=False).returncode
        ):
            warnings.warn("SKIPPED LOUDLY: rapidocr cannot be fetched here", stacklevel=2)
            return None
        (_HOME / ".made").touch()
    with tempfile.TemporaryDirectory() as folder:
        files = _written(crops, Path(folder))
        done = subprocess.run([python, "-c", _ASK, *files], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith('"')]
    if done.returncode or len(lines) != len(crops):
        sys.stderr.write(done.stderr[-600:])
        warnings.warn("SKIPPED LOUDLY: rapidocr does not run here", stacklevel=2)
        return None
    return [registration_in(json.loads(line)) for line in lines]


def _written(crops: Sequence[NDArray[np.uint8]], folder: Path) -> list[Path]:
    files = []
    for number, crop in enumerate(crops):
        file = folder / f"{number:05}.png"
        large = cv2.resize(crop, None, fx=_TALL, fy=_TALL, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(file), large)
        files.append(file)
    return files
