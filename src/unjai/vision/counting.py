"""Counts by hour and by minute: who crossed a line, how many were in an area. Numbers only, nobody in particular."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon, within
from unjai.vision.scene.crossing import Crossings, Ends, Way


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossed:
    """So many of a kind went to one side of a line within a bucket of time."""

    begin_s: float
    end_s: float
    kind: str
    way: Way
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """How many of a kind were in an area within a bucket of time."""

    begin_s: float
    end_s: float
    kind: str
    mean: float
    most: int
    looks: int
    """Pictures it rests on; without one there is no bucket, and no zero that nobody saw."""


class LineCount:
    """Counts crossings of one line. A camera's flow: vehicles for signals, people for crowding."""

    def __init__(self, ends: Ends, *, bucket_s: float = 60.0) -> None:
        """Take the line's two points in fractions of the picture, and the length of a bucket."""
        self._crossings = Crossings(ends)
        self._bucket_s = bucket_s
        self._bucket: int | None = None
        self._counts: Counter[tuple[str, Way]] = Counter()

    def look(self, look: Look) -> Iterator[Crossed]:
        """Take what is seen now; yield the counts of the bucket that ended, those above nothing."""
        bucket = int(look.t // self._bucket_s)
        if self._bucket is not None and bucket != self._bucket:
            yield from self.rest()
        self._bucket = bucket
        for one, way in self._crossings.look(look):
            self._counts[one.kind, way] += 1

    def rest(self) -> Iterator[Crossed]:
        """Yield what the bucket at hand has counted so far, and begin it anew."""
        begin = (self._bucket or 0) * self._bucket_s
        for (kind, way), count in sorted(self._counts.items()):
            yield Crossed(begin_s=begin, end_s=begin + self._bucket_s, kind=kind, way=way, count=count)
        self._counts.clear()


class AreaCount:
    """Counts who is in an area, by bucket of time."""

    def __init__(self, area: Polygon | None = None, *, bucket_s: float = 60.0) -> None:
        """Take the area, the whole picture without one."""
        self._area, self._bucket_s = area, bucket_s
        self._bucket: int | None = None
        self._looks = 0
        self._sums: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    def look(self, look: Look) -> Iterator[Presence]:
        """Take what is seen now; yield the bucket that ended, a row a kind that was there at all."""
        bucket = int(look.t // self._bucket_s)
        if self._bucket is not None and bucket != self._bucket:
            yield from self.rest()
        self._bucket = bucket
        there = Counter(
            one.kind for one in look.seen if self._area is None or within(one.x, min(one.y, 0.999), self._area)
        )
        self._looks += 1
        self._sums.update(there)
        for kind, count in there.items():
            self._most[kind] = max(self._most[kind], count)

    def rest(self) -> Iterator[Presence]:
        """Yield what the bucket at hand has counted so far, and begin it anew."""
        begin = (self._bucket or 0) * self._bucket_s
        for kind, total in sorted(self._sums.items()):
            yield Presence(
                begin_s=begin,
                end_s=begin + self._bucket_s,
                kind=kind,
                mean=total / self._looks,
                most=self._most[kind],
                looks=self._looks,
            )
        self._looks = 0
        self._sums.clear()
        self._most.clear()
