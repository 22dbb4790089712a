"""Draw, read, mark, print."""

from __future__ import annotations

import csv
import time
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import bench.plates
from bench.command import command
from bench.plates import peers
from bench.plates.scenes import scenes
from bench.plates.score import Marked, alike, marks
from bench.plates.tracks import tracks
from training.plates import fonts
from training.plates.samples import Sample, sample
from unjai.model.errors import UnjaiError
from unjai.model.plate import PLACES, place_of
from unjai.vision.plates import EdgeFinder, PlateNet, PlateRead, PlateReader, TextFinder, read_of

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "plates-th"
SEEDS = 700_000_000
PLATES, QUICK = 2000, 300
PEER_PLATES = 60
SCENES, QUICK_SCENES = 60, 10
TRACKS, QUICK_TRACKS = 500, 60
CLIP = REAL.parent / "video" / "car-detection.mp4"
WIDTHS = ((0, 60), (60, 90), (90, 120), (120, 999))


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Return every figure."""
    cv2.setNumThreads(1)
    reader = PlateReader()
    found: dict[str, Any] = {}
    try:
        fonts.fetch()
    except SystemExit:
        warnings.warn("SKIPPED LOUDLY: the faces of plates cannot be fetched here", stacklevel=2)
    else:
        found |= _synthetic(reader, QUICK if quick else PLATES, beside=0 if quick else PEER_PLATES)
        found |= _in_tracks(reader, QUICK_TRACKS if quick else TRACKS)
        found |= _found_in_scenes(QUICK_SCENES if quick else SCENES)
    found |= _real()
    return found | _pace(reader)


def drawn(count: int) -> list[Sample]:
    """Return the bench's own plates, every fifth of faces that were never taught."""
    return [sample(SEEDS + n, 0.0, 1.0, held_out=n % 5 == 4) for n in range(count)]


def _synthetic(reader: PlateReader, count: int, *, beside: int) -> dict[str, Any]:
    plates = [one for one in drawn(count) if one.text.kind != "special"]
    told = [_marked(one, read_of([reader.crop(_rgb(one.crop))])) for one in plates]
    pairs = list(zip(plates, told, strict=True))
    found: dict[str, Any] = {f"synthetic_{name}": value for name, value in marks(told).items()}
    wide = [mark for one, mark in pairs if one.width_px >= 90 and mark.truth]
    found |= {f"synthetic_90px_{name}": value for name, value in marks(wide).items()}
    for kind in sorted({one.text.kind for one in plates} - {"none"}):
        of_kind = marks([mark for one, mark in pairs if one.text.kind == kind])
        found[f"kind_{kind}"] = {name: of_kind[name] for name in ("plates", "exact", "best_exact", "province")}
    for low, high in WIDTHS:
        of_width = marks([mark for one, mark in pairs if low <= one.width_px < high and mark.truth])
        names = ("plates", "exact", "best_exact", "province", "unreadable", "false_read")
        found[f"width_{low}_{high}"] = {name: of_width[name] for name in names}
    found["errors"] = [f"{a}→{b} ×{n}" for (a, b), n in confusions(told).most_common(15)]
    if beside:
        some = [one for one in plates if one.text.registration and one.width_px >= 90][:beside]
        crops, truths = [one.crop for one in some], [one.text.registration for one in some]
        found |= _beside(crops, truths, "synthetic")
        ours = [_marked(one, read_of([reader.crop(_rgb(one.crop))])) for one in some]
        found["ours_synthetic_best_exact"] = marks(ours)["best_exact"]
    return found


def _in_tracks(reader: PlateReader, count: int) -> dict[str, Any]:
    """Return how honest the vote over the frames of one track is, and how often it is told."""
    told = []
    for one in tracks(count):
        if one.first.text.kind != "special":
            seen = [replace(reader.crop(_rgb(crop)), width_px=width) for crop, width in one.crops]
            told.append(_marked(one.first, read_of(seen)))
    names = ("exact", "unreadable", "wrong_of_told", "alarm_share", "wrong_at_alarm", "ece")
    return {f"tracks_{name}": value for name, value in marks(told).items() if name in names}


def confusions(told: list[Marked]) -> Counter[tuple[str, str]]:
    """Count glyphs taken for others, where only single glyphs differ."""
    found: Counter[tuple[str, str]] = Counter()
    for one in told:
        if one.truth and len(one.truth) == len(one.best):
            found.update((a, b) for a, b in zip(one.truth, one.best, strict=True) if a != b)
    return found


def _found_in_scenes(count: int) -> dict[str, Any]:
    """Return how many plates of whole pictures each finder brings to be read, and at what cost."""
    if not CLIP.is_file():
        warnings.warn("SKIPPED LOUDLY: no street to put plates into (shared/data/video)", stacklevel=2)
        return {}
    given, net = scenes(CLIP, count), PlateNet()
    found: dict[str, Any] = {"scenes": len(given)}
    for name, finders in (
        ("text", (TextFinder(),)),
        ("edges", (EdgeFinder(),)),
        ("both", (EdgeFinder(), TextFinder())),
    ):
        reader, began = PlateReader(net=net, finders=finders), time.process_time()
        seen = [reader.picture(one.picture) for one in given]
        found[f"scene_{name}_ms"] = round(1000 * (time.process_time() - began) / len(given), 1)
        hits = [
            [one for one in all_ if one.box.common(scene.plate) > 0.5 * scene.plate.area]
            for all_, scene in zip(seen, given, strict=True)
        ]
        reads = [read_of(hit[:1]).registration if hit else None for hit in hits]
        found[f"scene_{name}_found"] = round(float(np.mean([bool(hit) for hit in hits])), 4)
        found[f"scene_{name}_exact"] = round(
            float(np.mean([read == one.text.registration for read, one in zip(reads, given, strict=True)])), 4
        )
        others = [
            read_of([one]).registration for all_, hit in zip(seen, hits, strict=True) for one in all_ if one not in hit
        ]
        found[f"scene_{name}_false_reads"] = sum(one is not None for one in others)
    return found


def _real() -> dict[str, Any]:
    if not (REAL / "labels.csv").is_file():
        warnings.warn("SKIPPED LOUDLY: no real crops (shared/data/plates-th)", stacklevel=2)
        return {}
    with (REAL / "labels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["quality"] == "readable"]
    reader = PlateReader(finders=(EdgeFinder(), TextFinder()))
    crops = [cv2.cvtColor(cv2.imread(str(REAL / row["file"])), cv2.COLOR_BGR2RGB) for row in rows]
    told = []
    for row, crop in zip(rows, crops, strict=True):
        seen = reader.picture(crop)
        told.append(_mark(alike(row["registration"]), place_of(row["province"]).code, read_of(seen[:1])))
    truths = [row["registration"] for row in rows]
    return {f"real_{name}": value for name, value in marks(told).items()} | _beside(crops, truths, "real")


def _beside(crops: list[NDArray[np.uint8]], truths: list[str], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, ask in (("tesseract", peers.tesseract), ("rapidocr", peers.rapidocr)):
        said = ask(crops)
        if said is not None:
            told = [
                Marked(
                    truth=alike(truth),
                    place=None,
                    told=alike(one),
                    best=alike(one) or "",
                    confidence=1,
                    told_place=None,
                )
                for truth, one in zip(truths, said, strict=True)
            ]
            shares = marks(told)
            found |= {f"{name}_{where}_{mark}": shares[mark] for mark in ("exact", "cer", "digits")}
    return found


def _pace(reader: PlateReader) -> dict[str, Any]:
    """Return CPU milliseconds: of one plate's crop (all its views), of a vehicle and a scene with the finder."""
    noise = np.random.default_rng(1)
    plate = noise.integers(0, 255, (60, 140, 3), np.uint8)
    found = {"ms_plate": _ms(lambda: reader.crop(plate), 20)}
    try:
        whole = PlateReader(finders=(EdgeFinder(), TextFinder()))
    except UnjaiError:
        warnings.warn("SKIPPED LOUDLY: no finder (make models)", stacklevel=2)
        return found
    for name, size in (("vehicle", (420, 520)), ("frame", (720, 1280))):
        scene = cv2.resize(noise.integers(60, 200, (size[0] // 20, size[1] // 20, 3), np.uint8), (size[1], size[0]))
        found[f"ms_{name}"] = _ms(lambda scene=scene: whole.picture(scene), 3)
    return found


def _ms(work: Any, times: int) -> float:
    work()
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - began))
    return round(float(np.median(spent)), 2)


def _marked(one: Sample, read: PlateRead) -> Marked:
    named = one.text.place < len(PLACES) and bool(one.text.registration)
    return _mark(one.text.registration or None, PLACES[one.text.place].code if named else None, read, fold=False)


def _mark(truth: str | None, place: str | None, read: PlateRead, *, fold: bool = True) -> Marked:
    best = read.alternatives[0][0] if read.alternatives else ""
    return Marked(
        truth=truth,
        place=place,
        told=alike(read.registration) if fold else read.registration,
        best=(alike(best) or "") if fold else best,
        confidence=read.confidence,
        told_place=read.province,
    )


def _rgb(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(crop[:, :, None], 3, 2)


if __name__ == "__main__":
    command(bench.plates.__doc__, measure)
