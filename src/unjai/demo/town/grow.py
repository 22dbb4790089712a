"""How sois grow: off a road at irregular spacing, beside their neighbours, until they meet a street or end blind."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace
from random import Random

from shapely import LineString, Point, Polygon, prepare
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from unjai.demo.town import plan
from unjai.demo.town.plan import StreetClass
from unjai.demo.town.shapes import XY, at_line, coords, smooth, turned

SEED = "wiang-unjai-2569"
STEP_M = 8.0
CELL_M = 20.0


@dataclass(kw_only=True)
class Street:
    """A named line before it is cut into edges. `parent` is the index of the street it branches off."""

    th: str
    en: str
    kind: StreetClass
    line: LineString
    oneway: bool = False
    parent: int | None = None
    along_m: float = 0.0
    side: int = 0
    """+1 = left of the parent, −1 = right."""
    level: int = 0
    density: tuple[float, float] = (0.0, 0.0)
    estate: str | None = None


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How a quarter builds: spacing of sois, their length, the gap kept to the next one, how often they go through."""

    spacing_m: tuple[float, float]
    length_m: tuple[float, float]
    gap_m: float
    through: float
    hook: float
    deeper: int


OLD = Habit(spacing_m=(44, 78), length_m=(50, 190), gap_m=27, through=0.85, hook=0.2, deeper=2)
URBAN = Habit(spacing_m=(46, 84), length_m=(60, 230), gap_m=29, through=0.7, hook=0.25, deeper=3)
SUBURB = Habit(spacing_m=(58, 118), length_m=(90, 300), gap_m=33, through=0.5, hook=0.35, deeper=3)
RURAL = Habit(spacing_m=(120, 230), length_m=(80, 260), gap_m=60, through=0.25, hook=0.3, deeper=1)


@dataclass
class Canvas:
    """The streets drawn so far, with a coarse grid of sample points for nearness."""

    streets: list[Street] = field(default_factory=list)
    cells: dict[tuple[int, int], list[tuple[float, float, int, XY]]] = field(default_factory=dict)

    def draw(self, street: Street) -> int:
        """Add a street and return its index."""
        index = len(self.streets)
        self.streets.append(street)
        line = street.line
        count = max(1, math.ceil(line.length / 6.0))
        for i in range(count + 1):
            at, way = at_line(line, line.length * i / count)
            self.cells.setdefault(_cell(at), []).append((at[0], at[1], index, way))
        return index

    def near(self, at: XY, radius_m: float) -> list[tuple[float, int, XY]]:
        """Return (distance, street, direction) of the sample points within `radius_m`, nearest first."""
        reach = math.ceil(radius_m / CELL_M)
        cx, cy = _cell(at)
        out = []
        for ix in range(cx - reach, cx + reach + 1):
            for iy in range(cy - reach, cy + reach + 1):
                for x, y, index, way in self.cells.get((ix, iy), ()):
                    far = math.hypot(x - at[0], y - at[1])
                    if far <= radius_m:
                        out.append((far, index, way))
        out.sort(key=lambda hit: (hit[0], hit[1]))
        return out


def _cell(at: XY) -> tuple[int, int]:
    return math.floor(at[0] / CELL_M), math.floor(at[1] / CELL_M)


def grown() -> list[Street]:
    """Return all streets of the town, named for the laid-out ones; sois still without number."""
    canvas = Canvas()
    _lay_roads(canvas)
    _lay_estates(canvas)
    _grow_sois(canvas)
    return canvas.streets


def _lay_roads(canvas: Canvas) -> None:
    roads, waters = plan.roads(), plan.waters()
    ring = roads[plan.BYPASS]
    # Thailand drives on the left: each carriageway runs so that the other one lies to its right.
    near, far = ring.line.offset_curve(plan.BYPASS_HALF_M), ring.line.offset_curve(-plan.BYPASS_HALF_M).reverse()
    for line, density in ((near, ring.density[0]), (far, ring.density[1])):
        canvas.draw(Street(th=ring.th, en=ring.en, kind="main", line=line, oneway=True, density=(density, 0)))
    bank = waters["river"].line.offset_curve(plan.RIVER_HALF_M + 20.0)
    moat = waters["moat"].line
    outer, inner = _landward(moat.offset_curve(20.0), bank), _landward(moat.offset_curve(-20.0), bank).reverse()
    for th, en, line in (
        ("ถนนคูเมืองนอก", "Khu Mueang Nok Road", outer),
        ("ถนนคูเมืองใน", "Khu Mueang Nai Road", inner),
    ):
        canvas.draw(Street(th=th, en=en, kind="main", line=line, oneway=True, density=(0.9, 0)))
    canvas.draw(Street(th="ถนนริมน้ำอุ่น", en="Rim Nam Un Road", kind="collector", line=bank, density=(1.0, 0)))
    for road in roads.values():
        if road.en != plan.BYPASS:
            canvas.draw(Street(th=road.th, en=road.en, kind=road.kind, line=road.line, density=road.density))


def _landward(line: LineString, bank: LineString) -> LineString:
    """Return the part of a moat road between its two meetings with the river road."""
    ends = sorted(line.project(at) for at in getattr(line.intersection(bank), "geoms", []))
    return substring(line, ends[0], ends[-1]) if len(ends) > 1 else line


def _lay_estates(canvas: Canvas) -> None:
    dice = Random(f"{SEED}:estates")
    for estate in plan.estates():
        width, height = estate.size
        east, north = turned((1, 0), estate.turn_deg), turned((0, 1), estate.turn_deg)

        def at(u: float, v: float, e: XY = east, n: XY = north, c: XY = estate.centre) -> XY:
            return c[0] + u * e[0] + v * n[0], c[1] + u * e[1] + v * n[1]

        lanes = max(2, round(height / 36))
        ends = [at(-width / 2, 0), at(width / 2, 0)]
        first = min(ends, key=lambda end: math.dist(end, estate.gate))
        spine_u = -width / 2 if first == ends[0] else width / 2
        rows = [-height / 2 + height * i / (lanes - 1) for i in range(lanes)]
        spine = [at(spine_u, rows[0]), at(spine_u, rows[-1])]
        canvas.draw(Street(th=estate.th, en=estate.en, kind="soi", line=LineString(spine), level=1, estate=estate.th))
        far = -spine_u
        for row in rows:
            reach = far if dice.random() < 0.7 else far * dice.uniform(0.4, 0.8)
            lane = LineString([at(spine_u, row), at(reach, row)])
            canvas.draw(Street(th=estate.th, en=estate.en, kind="soi", line=lane, level=2, estate=estate.th))
        if dice.random() < 0.75:
            cross = far * dice.uniform(0.1, 0.35)
            line = LineString([at(cross, rows[0]), at(cross, rows[-1])])
            canvas.draw(Street(th=estate.th, en=estate.en, kind="soi", line=line, level=2, estate=estate.th))
        _lay_gate(canvas, estate, spine)


def _lay_gate(canvas: Canvas, estate: plan.Estate, spine: list[XY]) -> None:
    """Lead the estate's spine out to the nearest laid-out road in the direction of its gate."""
    inside = LineString(spine)
    start = inside.interpolate(inside.project(Point(estate.gate)))
    roads = [street for street in canvas.streets if street.estate is None]
    target = min(roads, key=lambda street: street.line.distance(Point(estate.gate)))
    end = target.line.interpolate(target.line.project(Point(estate.gate)))
    line = smooth(((start.x, start.y), ((start.x + end.x) / 2 + 4, (start.y + end.y) / 2 - 4), (end.x, end.y)))
    canvas.draw(Street(th=estate.th, en=estate.en, kind="soi", line=line, level=1, estate=estate.th))


def _habit(at: XY) -> Habit:
    spot = Point(at)
    if plan.old_town().contains(spot):
        return OLD
    if at[0] > 985 or at[0] < -985 or at[1] > 1175 or at[1] < -1080:
        return RURAL
    if -120 < at[0] < 610 and -420 < at[1] < 470:
        return URBAN
    return SUBURB


def _grow_sois(canvas: Canvas) -> None:
    dice = Random(f"{SEED}:sois")
    ground = plan.extent()
    prepare(ground)
    wet, shut = plan.wet(), plan.closed()
    prepare(wet)
    prepare(shut)
    queue: deque[int] = deque(range(len(canvas.streets)))
    grower = _Grower(canvas=canvas, dice=dice, ground=ground, wet=wet, shut=shut)
    while queue:
        index = queue.popleft()
        queue.extend(grower.branch(index))


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Where a soi leaves its parent, and in which direction."""

    parent: int
    along_m: float
    side: int
    at: XY
    heading: XY


@dataclass(kw_only=True)
class _Grower:
    canvas: Canvas
    dice: Random
    ground: Polygon
    wet: BaseGeometry
    shut: BaseGeometry

    def branch(self, index: int) -> list[int]:
        """Grow the sois of one street on both its sides; return those that stand."""
        street = self.canvas.streets[index]
        out: list[int] = []
        for side, density in ((1, street.density[0]), (-1, street.density[1])):
            if density > 0:
                out.extend(self._side(index, side, density))
        return out

    def _side(self, index: int, side: int, density: float) -> list[int]:
        street, dice = self.canvas.streets[index], self.dice
        out = []
        along = dice.uniform(18, 50)
        skew = dice.uniform(-9, 9)
        while along < street.line.length - 14:
            at, way = at_line(street.line, along)
            habit = _habit(at)
            if dice.random() < 0.12:
                skew = dice.uniform(-9, 9)
            heading = turned(way, side * 90 + skew + dice.uniform(-1.5, 1.5))
            if self.ground.contains(Point(at)):
                made = self._soi(_Start(parent=index, along_m=along, side=side, at=at, heading=heading), habit)
                if made is not None:
                    out.append(made)
            along += dice.uniform(*habit.spacing_m) / density
        return out

    def _soi(self, start: _Start, habit: Habit) -> int | None:
        dice = self.dice
        level = self.canvas.streets[start.parent].level + 1
        low, high = habit.length_m
        limit = dice.uniform(low, high) * (1.0, 1.0, 0.62, 0.45)[min(level, 3)]
        points, joined = self._walk(start, habit, limit, apart_m=habit.gap_m + 10)
        if not joined and len(points) > 3 and dice.random() < habit.hook:
            turn = dice.choice((-1, 1)) * dice.uniform(78, 100)
            last = points[-1]
            way = (last[0] - points[-2][0], last[1] - points[-2][1])
            size = math.hypot(*way) or 1.0
            bent = replace(start, at=last, heading=turned((way[0] / size, way[1] / size), turn))
            more, joined = self._walk(bent, habit, dice.uniform(24, 80), apart_m=20)
            points += more[1:]
        line = LineString(coords(points)) if len(points) > 1 else None
        if line is None or line.length < (22 if joined else 30):
            return None
        kind: StreetClass = "soi"
        if level >= 2 and habit is OLD and dice.random() < 0.45:
            kind = "footpath"
        deeper = level < habit.deeper
        thick = dice.uniform(0.75, 1.15) if deeper else 0.0
        street = Street(
            th="",
            en="",
            kind=kind,
            line=line.simplify(0.6),
            parent=start.parent,
            along_m=start.along_m,
            side=start.side,
            level=level,
            density=(thick, thick),
        )
        return self.canvas.draw(street)

    def _walk(self, start: _Start, habit: Habit, limit: float, *, apart_m: float) -> tuple[list[XY], bool]:
        """Walk until something is met; return the points and whether a street was joined.

        The parent does not count as something on the first `apart_m` metres.
        """
        dice, heading = self.dice, start.heading
        points = [start.at]
        gone = 0.0
        bend = dice.uniform(-0.5, 0.5)
        while gone < limit:
            heading = turned(heading, bend + dice.uniform(-0.8, 0.8))
            if dice.random() < 0.03:
                heading = turned(heading, dice.uniform(-16, 16))
            here = points[-1]
            ahead = (here[0] + heading[0] * STEP_M, here[1] + heading[1] * STEP_M)
            spot = Point(ahead)
            if not self.ground.contains(spot) or self.wet.intersects(spot) or self.shut.intersects(spot):
                return _trim(points, 1), False
            for far, index, way in self.canvas.near(ahead, habit.gap_m):
                if index == start.parent and gone < apart_m:
                    continue
                across = abs(heading[0] * way[1] - heading[1] * way[0])
                if far < 13 and across > 0.5:
                    if dice.random() < habit.through:
                        line = self.canvas.streets[index].line
                        end = line.interpolate(line.project(spot))
                        if math.dist((end.x, end.y), here) > 4:
                            points.append((end.x, end.y))
                        else:
                            points[-1] = (end.x, end.y)
                        return points, True
                    return _trim(points, 2), False
                if across < 0.55 and far < habit.gap_m:
                    return _trim(points, 1), False
            points.append(ahead)
            gone += STEP_M
        return points, False


def _trim(points: list[XY], count: int) -> list[XY]:
    return points[: max(1, len(points) - count)]
