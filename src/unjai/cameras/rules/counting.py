"""Counting lines and areas: what may be drawn, and minutes put together to hours without taking unknown for zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

import shapely

from unjai.model.errors import UnjaiError

CounterKind = Literal["line", "area"]
COUNTERS_MOST = 8
CORNERS_MOST = 60
_ENDS = 2
_CORNERS_LEAST = 3
_LEAST_LINE = 0.01
_LEAST_AREA = 1e-4


def corners_of(kind: CounterKind, said: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return a line's two ends or an area's corners, fractions of the picture, as they are kept.

    Raises `counter_line_wrong` or `counter_area_wrong` (422) for what lies outside the picture or has no extent.
    """
    wrong = UnjaiError("counter_line_wrong" if kind == "line" else "counter_area_wrong", 422)
    at = [(float(x), float(y)) for x, y in said]
    if any(not (math.isfinite(part) and 0 <= part <= 1) for corner in at for part in corner):
        raise wrong
    if kind == "line":
        if len(at) != _ENDS or math.dist(*at) < _LEAST_LINE:
            raise wrong
    elif not _CORNERS_LEAST <= len(at) <= CORNERS_MOST:
        raise wrong
    else:
        shape = shapely.Polygon(at)
        if not shape.is_valid or shape.area < _LEAST_AREA:
            raise wrong
    return [[round(x, 5), round(y, 5)] for x, y in at]


class Told(Protocol):
    """One count of a minute (`store.counts.Count`)."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def way(self) -> str: ...  # noqa: D102
    @property
    def count(self) -> int: ...  # noqa: D102
    @property
    def mean(self) -> float | None: ...  # noqa: D102


class Looked(Protocol):
    """One minute of one counter (`store.counts.Minute`)."""

    @property
    def counter_id(self) -> UUID: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def counts(self) -> Sequence[Told]: ...  # noqa: D102


@dataclass(kw_only=True, slots=True)
class Series:
    """One counter's figures of one kind and way, a value a bucket; None where nobody looked.

    Of a line the value is how many crossed; of an area the most at once, and `mean` the mean of the minutes looked at.
    """

    counter_id: UUID
    kind: str
    way: str
    values: list[int | None]
    mean: list[float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Buckets:
    """Figures by bucket: `looked[counter]` is how many minutes of each bucket were looked at."""

    begins: datetime
    step: timedelta
    looked: dict[UUID, list[int]]
    series: list[Series] = field(default_factory=list)


def buckets(minutes: Iterable[Looked], *, begins: datetime, step: timedelta, count: int) -> Buckets:
    """Put minutes together to `count` buckets of `step` from `begins` on.

    A bucket of which no minute was looked at is None in every series of that counter; one that was looked at without
    seeing a kind is 0 in that kind's series. Minutes outside are left out.
    """
    found = Buckets(begins=begins, step=step, looked={})
    sums: dict[tuple[UUID, str, str], list[tuple[int, float, bool]]] = {}
    for minute in minutes:
        at = (minute.at - begins) // step
        if not 0 <= at < count:
            continue
        found.looked.setdefault(minute.counter_id, [0] * count)[at] += 1
        for one in minute.counts:
            own = sums.setdefault((minute.counter_id, one.kind, one.way), [(0, 0.0, False)] * count)
            before, mean, flat = own[at]
            if one.mean is None:
                own[at] = before + one.count, mean, flat
            else:
                own[at] = max(before, one.count), mean + one.mean, True
    for (counter_id, kind, way), own in sorted(sums.items(), key=lambda one: (str(one[0][0]), *one[0][1:])):
        looked = found.looked[counter_id]
        areas = any(flat for _count, _mean, flat in own)
        found.series.append(
            Series(
                counter_id=counter_id,
                kind=kind,
                way=way,
                values=[one[0] if some else None for one, some in zip(own, looked, strict=True)],
                mean=[
                    round(one[1] / some, 2) if some and areas else None for one, some in zip(own, looked, strict=True)
                ],
            )
        )
    return found
