"""Match reads against a list of a million plates: cost, memory, innocent hits, recall; beside a rapidfuzz scan.

No real plates: list and traffic are drawn from `plates.rules.population` (Bangkok 28 %, the other provinces by their
districts, motorcycles half, series as they cluster), all distinct, so that no innocent read is on the list. A reader's
errors are drawn from the look-alike table in force and from what `assumed` says; each read is taken as sure enough and
seen in enough frames, so the figures are of the matching alone.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from bench import machine
from bench.command import command
from unjai.model.plate import CHARACTERS, LOOKALIKES, PLACES, Plate
from unjai.plates.index import Change, WatchIndex
from unjai.plates.rules.matching import Seen, verdict
from unjai.plates.rules.population import Population, plates

AT = datetime(2026, 11, 22, tzinfo=UTC)
LIST, SIZES = 1_000_000, {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
ASSUMED = {"glyph_other": 0.003, "glyph_lost": 0.003, "province_unread": 0.05, "province_wrong": 0.01}
"""What a reader does beside taking look-alikes for one another; until ours is measured."""
GOAL = 50_000
BATCH = 100
HOME = "65"
"""Phitsanulok, which runs such a program."""


def misread(plate: Plate, dice: random.Random) -> Plate:
    """Return what a reader makes of a plate."""
    said = []
    for glyph in plate.registration:
        roll = dice.random()
        for other in LOOKALIKES.partners[glyph]:
            roll -= LOOKALIKES.rates[glyph, other]
            if roll < 0:
                said.append(other)
                break
        else:
            roll -= ASSUMED["glyph_other"]
            if roll < 0:
                said.append(dice.choice(CHARACTERS[:-1]))
            elif roll >= ASSUMED["glyph_lost"]:
                said.append(glyph)
    roll = dice.random()
    province = plate.province
    if roll < ASSUMED["province_unread"]:
        province = None
    elif roll < ASSUMED["province_unread"] + ASSUMED["province_wrong"]:
        province = dice.choice(PLACES).code
    return Plate(registration="".join(said), province=province)


def resident_mb() -> float:
    """Return the resident memory of this process in MB (10^6 bytes)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def filled(listed: Sequence[Plate]) -> WatchIndex:
    """Return an index with these plates, filled as the loader does, in pages."""
    index, numbered = WatchIndex(), enumerate(listed, 1)
    while page := [
        Change(number, one.registration, one.province) for number, one in itertools.islice(numbered, 50_000)
    ]:
        index.apply(page)
    return index


def judged(index: WatchIndex, reads: Sequence[Plate], batch: int = BATCH) -> Counter[str]:
    """Put reads through index and rule; count those with an alarm, else probable ones, else none."""
    found: Counter[str] = Counter()
    sure = Seen(registration="", province=None, confidence=0.99, province_confidence=0.99, frames=5)
    for begin in range(0, len(reads), batch):
        part = reads[begin : begin + batch]
        for plate, near in zip(
            part, index.near_each([(one.registration, one.province) for one in part], AT), strict=True
        ):
            if not near:
                continue
            seen = replace(sure, registration=plate.registration, province=plate.province)
            worth = {verdict(seen, one.how) for one in near}
            found["alarm" if "alarm" in worth else "probable"] += 1
    return found


def pace(index: WatchIndex, reads: Sequence[Plate], batch: int) -> float:
    """Return reads a CPU second through index and rule; the middle of five."""
    taken = []
    for _ in range(5):
        began = time.process_time()
        judged(index, reads, batch)
        taken.append(len(reads) / (time.process_time() - began))
    return round(statistics.median(taken))


def drawn(population: Population, count: int, seed: int, but: set[tuple[str, str | None]]) -> list[Plate]:
    """Return distinct plates that are not among others, and add them there."""
    found = []
    for one in plates(population, seed):
        if (key := (one.registration, one.province)) not in but:
            but.add(key)
            found.append(one)
            if len(found) == count:
                return found
    return found


def scanned(listed: Sequence[Plate], innocent: Sequence[Plate], meant: Sequence[Plate]) -> dict[str, Any]:
    """Measure a scan of the whole list by edit distance, as matching is often done: one edit, province ignored."""
    texts = [one.registration for one in listed]
    began = time.process_time()
    hits = sum(_scan(texts, one.registration) for one in innocent)
    per_cpu_s = len(innocent) / (time.process_time() - began)
    return {
        "reads_per_cpu_s_1m": round(per_cpu_s, 1),
        "innocent_hit_share_1m": round(hits / len(innocent), 3),
        "recall": round(sum(_scan(texts, one.registration) for one in meant) / len(meant), 3),
        "reads": len(innocent),
    }


def _scan(texts: Sequence[str], registration: str) -> bool:
    found = process.extractOne(registration, texts, scorer=Levenshtein.distance, processor=None, score_cutoff=1)
    return found is not None


def shares(
    listed: Sequence[Plate], whole: WatchIndex, innocent: Sequence[Plate], dice: random.Random
) -> dict[str, Any]:
    """Return the share of innocent reads that hit, for each size of list: as read by our reader, and read perfectly."""
    noisy = [misread(one, dice) for one in innocent]
    said: dict[str, Any] = {}
    for name, size in SIZES.items():
        index = whole if size == len(listed) else filled(listed[:size])
        found, clean = judged(index, noisy), judged(index, innocent)
        hits = found["alarm"] + found["probable"]
        said |= {
            f"innocent_hit_share_{name}": hits / len(noisy),
            f"innocent_alarm_share_{name}": found["alarm"] / len(noisy),
            f"innocent_hit_share_read_right_{name}": (clean["alarm"] + clean["probable"]) / len(innocent),
            f"innocent_hits_{name}": hits,
        }
    return said


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Measure all."""
    del began
    taken: set[tuple[str, str | None]] = set()
    listed = drawn(Population(), LIST, 1, taken)
    innocent = drawn(Population(), 60_000 if quick else 400_000, 2, taken)
    local = drawn(Population(home=HOME), 30_000 if quick else 200_000, 3, taken)
    del taken
    before = resident_mb()
    index = filled(listed)
    grown = resident_mb() - before
    dice = random.Random(7)
    meant = [misread(one, dice) for one in listed[:: 50 if quick else 10]]
    found = judged(index, meant)
    local_hits = judged(index, [misread(one, dice) for one in local])
    speed = pace(index, innocent[:20_000], BATCH)
    return {
        "bench": "watchlist",
        "quick": quick,
        "entries": LIST,
        "reads_per_cpu_s_1m": speed,
        "one_by_one_per_cpu_s_1m": pace(index, innocent[:3_000], 1),
        "goal_reads_per_cpu_s": GOAL,
        "within_goal": speed >= GOAL,
        "mb_1m": round(grown, 1),
        "arrays_mb_1m": round(index.array_bytes / 1e6, 1),
        **shares(listed, index, innocent, dice),
        f"innocent_hit_share_1m_home_{HOME}": sum(local_hits.values()) / len(local),
        "innocent_reads": len(innocent),
        "recall": round(sum(found.values()) / len(meant), 4),
        "recall_alarm": round(found["alarm"] / len(meant), 4),
        "lookalikes": {"source": LOOKALIKES.source, "version": LOOKALIKES.version},
        "assumed": ASSUMED,
        "plates": "drawn from plates.rules.population; no real ones",
        "rapidfuzz_edit_1": scanned(listed, innocent[: 40 if quick else 300], meant[: 20 if quick else 100]),
        "load": machine.load_average(),
    }


if __name__ == "__main__":
    command(__doc__, measure)
