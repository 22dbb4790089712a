"""What the matching rule did at a station: reads, hits, verdicts, each share with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.plate import LOOKALIKES
from unjai.plates.above import above
from unjai.plates.flows.hits import SEE
from unjai.plates.rules.hits import ALARM_LAPSES, FORGOTTEN, LATE, Limits, wilson
from unjai.plates.rules.matching import THRESHOLDS
from unjai.plates.schemas.hits import (
    HitDayOut,
    LikenessOut,
    PlateFiguresOut,
    PlateMeasuredOut,
    PlateRuleOut,
    PlateShareOut,
)
from unjai.plates.store import hits as store
from unjai.platform.database import Tx

MEASURED: Final = ((10_000, 11 / 400_000), (100_000, 88 / 400_000), (1_000_000, 792 / 400_000))
"""Entries, and the share of innocent reads that hit: `python -m bench.watchlist`, as docs/plates.md gives it."""


async def figures(tx: Tx, actor: Actor, clock: Clock, *, days: int) -> PlateFiguresOut:
    """Return the last `days` Bangkok days, today last."""
    actor.must(SEE)
    today = clock.now().astimezone(BANGKOK).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), BANGKOK)
    rows = await store.hits_by_day(tx, actor.station, since)
    reads = {row["day"]: row for row in await store.reads_by_day(tx, actor.station, first)}
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    by_how: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for row in rows:
        for name in (row["grade"], row["state"]):
            by_day[row["day"]][name] += row["hits"]
        by_how[row["how"]][row["state"]] += row["hits"]
        total[row["state"]] += row["hits"]
    return PlateFiguresOut(
        rule=_rule(above().limits),
        measured=[PlateMeasuredOut(entries=entries, share=share) for entries, share in MEASURED],
        days=[_day(first + timedelta(days=n), by_day, reads) for n in range(days)],
        rejected=share_of(total["rejected"], total["rejected"] + total["confirmed"]),
        lapsed=share_of(total["lapsed"], total["lapsed"] + total["rejected"] + total["confirmed"]),
        by_likeness=[
            LikenessOut(
                how=how,  # type: ignore[arg-type]
                hits=sum(counts.values()),
                rejected=share_of(counts["rejected"], counts["rejected"] + counts["confirmed"]),
            )
            for how, counts in sorted(by_how.items())
        ],
        failing=await store.failing(tx, actor.station),
    )


def share_of(count: int, of: int) -> PlateShareOut:
    """Return a share with its interval."""
    between = wilson(count, of)
    low, high = between or (None, None)
    return PlateShareOut(count=count, of=of, share=count / of if of else None, low=low, high=high)


def _day(day: date, hits: dict[date, Counter[str]], reads: dict[date, dict[str, Any]]) -> HitDayOut:
    counts, read = hits[day], reads.get(day, {"reads": 0, "unreadable": 0})
    names = ("alarm", "probable", "confirmed", "rejected", "lapsed", "waiting")
    told = {name: counts[name] for name in names}
    return HitDayOut(day=day, reads=read["reads"], unreadable=read["unreadable"], **told)


def _rule(limits: Limits) -> PlateRuleOut:
    return PlateRuleOut(
        alarm_confidence=THRESHOLDS.alarm_confidence,
        alarm_frames=THRESHOLDS.alarm_frames,
        probable_confidence=THRESHOLDS.probable_confidence,
        probable_frames=THRESHOLDS.probable_frames,
        province_confidence=THRESHOLDS.province_confidence,
        late_s=LATE.total_seconds(),
        window_s=limits.window.total_seconds(),
        lapse_s=limits.lapse.total_seconds(),
        alarm_lapse_s=ALARM_LAPSES.total_seconds(),
        forgotten_s=FORGOTTEN.total_seconds(),
        lookalikes_source=LOOKALIKES.source,
        lookalikes_version=LOOKALIKES.version,
        lookalikes=["/".join(pair) for pair in sorted(LOOKALIKES.rates) if pair[0] < pair[1]],
    )
