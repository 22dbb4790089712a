"""Measure which glyphs our reader takes for which: `python -m training.plates.confusions [--plates N] [--out FILE]`.

Reads new plates of known and unseen faces (seeds used nowhere else), counts glyphs said for others where the whole text
has the right length, and writes the table that `model.plate.lookalikes` takes: pairs both ways, as shares of a glyph's
appearances. Pairs rarer than `LEAST` are left out: they would make everything look like everything.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from training.plates.fonts import ROOT
from training.plates.samples import sample
from unjai.model.plate import CHARACTERS, DIGITS, HYPHEN
from unjai.vision.plates.net import PlateNet
from unjai.vision.plates.sheet import sheet

PLATES = 6000
SEEDS = 610_000_000
LEAST, LEAST_OF_DIGITS = 0.02, 0.01
"""From this rate on a pair counts: what is rarer would fold many plates for few errors. A digit stands four times."""
LARGEST_CLASS = 4
OUT = ROOT / "src" / "unjai" / "model" / "plate" / "lookalikes.json"


def counted(net: PlateNet, plates: int) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Return how often each glyph was said for another, and how often each stood there."""
    said: Counter[tuple[str, str]] = Counter()
    stood: Counter[str] = Counter()
    for begin in range(0, plates, 64):
        seeds = range(SEEDS + begin, SEEDS + min(begin + 64, plates))
        drawn = [sample(seed, 0.0, 1.0, held_out=seed % 4 == 0) for seed in seeds]
        drawn = [one for one in drawn if one.text.registration]
        for one, reading in zip(drawn, net.read([sheet(one.crop) for one in drawn]), strict=True):
            truth, best = one.text.registration, reading.best[0]
            if len(best) != len(truth):
                continue
            if sum(a != b for a, b in zip(truth, best, strict=True)) > 2:
                continue  # nothing was seen; what is said for what means nothing
            stood.update(truth)
            said.update((a, b) for a, b in zip(truth, best, strict=True) if a != b)
    return said, stood


def pairs(said: Counter[tuple[str, str]], stood: Counter[str]) -> list[tuple[str, str, float]]:
    """Return the pairs that count, the most frequent first; only glyphs of one sort can be mistaken by the grammar.

    A pair that would join two classes into one of more than `LARGEST_CLASS` glyphs is left out.
    """
    found = []
    for place, one in enumerate(CHARACTERS):
        for other in CHARACTERS[place + 1 :]:
            if HYPHEN in (one, other) or (one in DIGITS) != (other in DIGITS):
                continue
            times = said[one, other] + said[other, one]
            rate = times / max(1, stood[one] + stood[other])
            if times >= 3 and rate >= (LEAST_OF_DIGITS if one in DIGITS else LEAST):
                found.append((one, other, round(rate, 4)))
    kept: list[tuple[str, str, float]] = []
    classes = {glyph: {glyph} for glyph in CHARACTERS}
    for one, other, rate in sorted(found, key=lambda pair: -pair[2]):
        joined = classes[one] | classes[other]
        if len(joined) <= LARGEST_CLASS:
            kept.append((one, other, rate))
            classes.update(dict.fromkeys(joined, joined))
    return kept


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=PLATES)
    parser.add_argument("--version", required=True, help="name of the table, such as reader-1")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    said, stood = counted(PlateNet(), given.plates)
    rows = pairs(said, stood)
    source = (
        f"measured: our reader on {given.plates} new synthetic plates of taught and unseen faces; "
        f"{sum(stood.values())} glyphs, {sum(said.values())} taken for another"
    )
    lines = ",\n".join(f"    {json.dumps(list(row), ensure_ascii=False)}" for row in rows)
    head = json.dumps({"source": source, "version": given.version}, ensure_ascii=False, indent=2)[:-2]
    given.out.write_text(f'{head},\n  "pairs": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    sys.stdout.write(f"{len(rows)} pairs\n")


if __name__ == "__main__":
    main()
