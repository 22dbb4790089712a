"""Write the model's card from what was measured: `python -m training.plates.card RUN [--bench FILE]`.

The learning curve comes from the run, the marks from `python -m bench.plates --json`, which is run where no file is
given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from training.plates import fonts, texts
from training.plates.fonts import ROOT
from unjai.vision.plates.net import FILE, PlateNet

OUT = ROOT / "docs" / "plates-reader-card.md"
_ROWS = 14
_EXAMINATION = (
    "`ctc`, `slots`: each head's share of exact registrations on 1,200 hard plates of taught faces (difficulty 0.2 to "
    "1; no views, no vote); `unseen`: the CTC head on 400 of unseen faces."
)


def card(curve: list[dict[str, Any]], note: dict[str, Any], marks: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    kinds = [(name.removeprefix("kind_"), given) for name, given in marks.items() if name.startswith("kind_")]
    widths = [(name.removeprefix("width_"), given) for name, given in marks.items() if name.startswith("width_")]
    taught, kept = fonts.faces(held_out=False), fonts.faces(held_out=True)
    facts = "\n".join(
        (
            "| | |\n|---|---|",
            f"| file | `src/unjai/vision/plates/plates.onnx`, {FILE.stat().st_size / 1e6:.1f} MB, Apache-2.0 |",
            "| what it does | a grey crop of a Thai plate, 64 × 160, to the registration and the place named on it |",
            f"| taught with | {note.get('samples', 0):,} synthetic samples, {note.get('cpu_min', 0)} CPU minutes |",
            "| photographs | none of any plate was used to teach or to calibrate it |",
            f"| faces | {len(taught)} Thai ones from packages, others for digits; {len(kept)} kept for examination |",
            f"| kinds drawn | {', '.join(f'{name} {share:.1%}' for name, share in texts.SHARES.items())} |",
            "| not for | other countries' plates, free-text plates (always unreadable), deciding anything alone |",
        )
    )
    parts = [
        "# The plate reader's card — บัตรข้อมูลแบบจำลองอ่านทะเบียนรถ",
        "Written by `training/plates/card.py`; how it is used and taught stands in [plates-reader](plates-reader.md).",
        facts,
        "## Synthetic plates never taught\n\n" + _marks(marks, "synthetic_"),
        "### At least 90 px wide\n\n" + _marks(marks, "synthetic_90px_"),
        _table("By width in pixels", widths, ("plates", "exact", "best_exact", "province", "unreadable", "false_read")),
        _table("By kind", kinds, ("plates", "exact", "best_exact", "province")),
        "Glyphs most often taken for others: " + ", ".join(marks.get("errors", [])) + ".",
        "## Real crops\n\n"
        + (
            "Eight labelled crops, for evaluation only, never looked at in the training; ฎ and ฏ count as one.\n\n"
            + _marks(marks, "real_")
            if "real_plates" in marks
            else "Not there when the card was written."
        ),
        _beside(marks),
        "## Learning curve\n\n" + _curve(curve),
        _EXAMINATION,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _marks(marks: dict[str, Any], head: str) -> str:
    names = [name for name in marks if name.startswith(head) and not isinstance(marks[name], dict)]
    if head == "synthetic_":
        names = [name for name in names if not name.startswith("synthetic_90px_")]
    rows = "\n".join(f"| {name.removeprefix(head)} | {_shown(marks[name])} |" for name in names)
    return f"| mark | |\n|---|---|\n{rows}"


def _table(title: str, rows: list[tuple[str, dict[str, Any]]], columns: tuple[str, ...]) -> str:
    head = f"### {title}\n\n| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    return head + "\n".join(f"| {name} | {' | '.join(_shown(given[one]) for one in columns)} |" for name, given in rows)


def _beside(marks: dict[str, Any]) -> str:
    rows = []
    for where in ("real", "synthetic"):
        for peer in ("tesseract", "rapidocr"):
            if f"{peer}_{where}_exact" in marks:
                said = [_shown(marks[f"{peer}_{where}_{one}"]) for one in ("exact", "cer", "digits")]
                rows.append(f"| {peer}, {where} | {' | '.join(said)} |")
    head = "### Readers that know no plates, on the same crops\n\n| | exact | cer | digits |\n|---|---|---|---|\n"
    return head + "\n".join(rows) if rows else ""


def _curve(curve: list[dict[str, Any]]) -> str:
    """Write the curve that led to the model: what a run did that was taken up again from before is left out."""
    curve = [
        one for place, one in enumerate(curve) if all(one["samples"] < later["samples"] for later in curve[place + 1 :])
    ]
    step = max(1, len(curve) // _ROWS)
    chosen = [one for place, one in enumerate(curve) if place % step == 0 or place == len(curve) - 1]
    columns = ("samples", "cpu_min", "ctc", "slots", "ctc_90px", "place", "place_90px", "unseen_ctc", "legible")
    rows = "\n".join(f"| {' | '.join(_shown(one[name]) for name in columns)} |" for one in chosen)
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n{rows}"


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Gather and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--bench", type=Path)
    given = parser.parse_args()
    if given.bench:
        told = given.bench.read_text("utf-8")
    else:
        command = [ROOT / ".venv" / "bin" / "python", "-m", "bench.plates", "--json"]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    curve = [json.loads(line) for line in (given.run / "curve.jsonl").read_text("utf-8").splitlines()]
    OUT.write_text(card(curve, PlateNet().note, json.loads(told.splitlines()[-1])), encoding="utf-8")


if __name__ == "__main__":
    main()
