"""From lines to a graph: clip, cut at every meeting, keep what hangs together, number the sois, make the edges."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random

import rustworkx
from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from unjai.demo.town import plan, tables
from unjai.demo.town.grow import SEED, Street, grown
from unjai.demo.town.plan import StreetClass
from unjai.demo.town.shapes import XY, at_line

SNAP_M = 5.0
"""Meetings closer than this are one junction."""
STUB_M = 14.0
ROUNDABOUT: XY = (170.0, 0.0)
ROUNDABOUT_RADIUS_M = 17.0


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A piece of street between two junctions (or a junction and a dead end), in the plane, drawn from `a` to `b`."""

    id: int
    a: int
    b: int
    th: str
    en: str
    kind: StreetClass
    oneway: bool
    lit: bool | None
    length_m: float
    points: tuple[XY, ...]


@cache
def edges() -> tuple[Edge, ...]:
    """Return the town's street graph; every node reaches every other along the one-ways."""
    streets = _fitted(grown())
    pieces = _joined(_reachable(streets, _trimmed(_connected(_cut(streets)))))
    names = _names(streets, {piece.street for piece in pieces})
    return _edges(streets, pieces, names)


def _fitted(streets: list[Street]) -> list[Street]:
    """Clip to the extent, open the roundabout, link the carriageways, drop sois that fell out."""
    circle = Point(ROUNDABOUT).buffer(ROUNDABOUT_RADIUS_M, quad_segs=8)
    ground = plan.extent()
    out = list(streets)  # in their order: `parent` is an index into it
    for street in streets:
        line: BaseGeometry = street.line.intersection(ground)
        if line.intersects(circle):
            line = line.difference(circle)
        parts = [part for part in getattr(line, "geoms", [line]) if isinstance(part, LineString) and part.length > 12]
        street.line = max(parts, key=lambda part: part.length) if parts else LineString()
        out.extend(
            Street(th=street.th, en=street.en, kind=street.kind, line=part, oneway=street.oneway, level=0)
            for part in parts
            if part is not street.line and street.th
        )
    ring = LineString(list(circle.exterior.coords))  # shapely draws it clockwise: as Thai traffic goes round
    out.append(Street(th="วงเวียนหอนาฬิกา", en="Clock Tower Circle", kind="main", line=ring, oneway=True))
    out.extend(_links())
    out.extend(_paths())
    return out


def _links() -> list[Street]:
    """Return the U-turn gaps of the bypass and the small bridges over the moat."""
    out = []
    ring = plan.roads()[plan.BYPASS].line
    for along in range(140, int(ring.length), 290):
        at, way = at_line(ring, along)
        ends = [(at[0] - way[1] * r, at[1] + way[0] * r) for r in (-plan.BYPASS_HALF_M, plan.BYPASS_HALF_M)]
        out.append(Street(th="ถนนเลี่ยงเมืองเวียงอุ่นใจ", en="Wiang Unjai Bypass", kind="main", line=LineString(ends)))
    moat = plan.waters()["moat"].line
    bridges = (
        (330, "สะพานสุขใจ", "Suk Chai Bridge"),
        (705, "สะพานช้างคู่", "Chang Khu Bridge"),
        (870, "สะพานศาลเจ้า", "San Chao Bridge"),
        (1130, "สะพานแก้ว", "Kaeo Bridge"),
        (1640, "สะพานท่าใต้", "Tha Tai Bridge"),
    )
    for along, th, en in bridges:
        at, way = at_line(moat, along)
        line = LineString([(at[0] - way[1] * r, at[1] + way[0] * r) for r in (-20, 20)])
        out.append(Street(th=th, en=en, kind="soi", line=line))
    return out


def _paths() -> list[Street]:
    """Return the footpaths that were laid out: along the canal, through the market, round the pond, over the river."""
    canal = plan.waters()["canal"].line
    lines = [
        ("ทางเดินเลียบคลองบัวขาว", "Bua Khao Canal Walk", canal.offset_curve(11)),
        ("ตรอกตลาดสด 1", "Trok Talat Sot 1", LineString([(-44, 126), (158, 110)])),
        ("ตรอกตลาดสด 2", "Trok Talat Sot 2", LineString([(-42, 90), (158, 76)])),
        ("ตรอกตลาดสด 3", "Trok Talat Sot 3", LineString([(24, 214), (10, 10)])),
        ("ตรอกตลาดสด 4", "Trok Talat Sot 4", LineString([(84, 206), (72, 6)])),
        ("ทางเดินรอบหนองบัวขาว", "Nong Bua Khao Walk", plan.water()["pond"].buffer(12).exterior),
        ("ทางเดินเข้าสวนหนองบัวขาว", "Nong Bua Khao Gate", LineString([(-48, 600), (-46, 540)])),
        ("ทางเดินสวนหนองบัวขาวฝั่งใต้", "Nong Bua Khao South Gate", LineString([(-40, 425), (-44, 490)])),
        ("ทางเดินริมน้ำ", "Riverside Walk", plan.waters()["river"].line.offset_curve(plan.RIVER_HALF_M + 5)),
        ("ท่าน้ำวัดหลวง", "Wat Luang Pier", LineString([(-765, 150), (-733, 150)])),
        ("ท่าน้ำตลาดเก่า", "Talat Kao Pier", LineString([(-716, -130), (-686, -120)])),
        ("สะพานแขวนริมน้ำ", "Riverside Hanging Bridge", LineString([(-668, -180), (-935, -170)])),
    ]
    kept = plan.zone().buffer(40)
    out = []
    for th, en, line in lines:
        part = line.intersection(kept) if line.length > 300 and "คลอง" not in th else line
        part = max(getattr(part, "geoms", [part]), key=lambda piece: piece.length)
        out.append(Street(th=th, en=en, kind="footpath", line=LineString(part.coords)))
    return out


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    street: int
    a: int
    b: int
    line: LineString


def _cut(streets: list[Street]) -> list[_Piece]:
    """Cut every street at its meetings with others; meetings nearer than `SNAP_M` become one node."""
    lines = [street.line for street in streets]
    tree = STRtree(lines)
    cuts: dict[int, set[float]] = {i: {0.0, line.length} for i, line in enumerate(lines) if not line.is_empty}
    for i, line in enumerate(lines):
        if line.is_empty:
            continue
        for j in tree.query(line, predicate="dwithin", distance=1.5).tolist():
            if j == i or lines[j].is_empty:
                continue
            for at in _meetings(line, lines[j]):
                cuts[i].add(min(line.length, max(0.0, line.project(at))))
    nodes = _Nodes()
    out = []
    for i in sorted(cuts):
        line, closed = lines[i], lines[i].is_closed
        stops = sorted(cuts[i])
        if closed and len(stops) > 2:  # a ring begins at a meeting, not at its seam
            line = LineString(
                [*substring(line, stops[1], line.length).coords, *substring(line, 0, stops[1]).coords[1:]]
            )
            stops = sorted({(stop - stops[1]) % line.length for stop in stops[1:-1]} | {line.length})
        for start, end in pairwise(stops):
            piece = substring(line, start, end)
            if not isinstance(piece, LineString) or piece.length < 0.05:
                continue
            a, b = nodes.at(piece.coords[0]), nodes.at(piece.coords[-1])
            if a != b or piece.length > 3 * SNAP_M:
                out.append(_Piece(street=i, a=a, b=b, line=piece))
    return [_snapped(piece, nodes) for piece in out]


def _meetings(line: LineString, other: LineString) -> list[Point]:
    met: BaseGeometry = line.intersection(other)
    out = [part for part in getattr(met, "geoms", [met]) if isinstance(part, Point) and not part.is_empty]
    out += [Point(end) for end in (other.coords[0], other.coords[-1]) if line.distance(Point(end)) < 1.5]
    out += [Point(end) for end in (line.coords[0], line.coords[-1]) if other.distance(Point(end)) < 1.5]
    return out


class _Nodes:
    """Numbers points; a point within `SNAP_M` of an earlier one is that one."""

    def __init__(self) -> None:
        self.points: list[XY] = []
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)

    def at(self, point: tuple[float, ...]) -> int:
        x, y = point[0], point[1]
        cx, cy = math.floor(x / SNAP_M), math.floor(y / SNAP_M)
        best: tuple[float, int] | None = None
        for ix in (cx - 1, cx, cx + 1):
            for iy in (cy - 1, cy, cy + 1):
                for index in self._cells.get((ix, iy), ()):
                    far = math.dist(self.points[index], (x, y))
                    if far <= SNAP_M and (best is None or far < best[0]):
                        best = (far, index)
        if best is not None:
            return best[1]
        self.points.append((x, y))
        self._cells[(cx, cy)].append(len(self.points) - 1)
        return len(self.points) - 1


def _snapped(piece: _Piece, nodes: _Nodes) -> _Piece:
    inner = list(piece.line.coords)[1:-1]
    first, last = nodes.points[piece.a], nodes.points[piece.b]
    inner = [at for at in inner if math.dist(at, first) > 2 and math.dist(at, last) > 2]
    return _Piece(street=piece.street, a=piece.a, b=piece.b, line=LineString([first, *inner, last]))


def _connected(pieces: list[_Piece]) -> list[_Piece]:
    """Keep one of parallel twins, then the largest connected part."""
    seen: set[tuple[int, int, int]] = set()
    kept: list[_Piece] = []
    for piece in pieces:
        key = (min(piece.a, piece.b), max(piece.a, piece.b), round(piece.line.length / 8))
        if key not in seen and piece.line.length > 1:
            seen.add(key)
            kept.append(piece)
    graph = rustworkx.PyGraph(multigraph=True)
    index = {node: graph.add_node(node) for node in sorted({n for piece in kept for n in (piece.a, piece.b)})}
    for piece in kept:
        graph.add_edge(index[piece.a], index[piece.b], None)
    largest = max(rustworkx.connected_components(graph), key=len)
    inside = {graph[i] for i in largest}
    return [piece for piece in kept if piece.a in inside]


def _trimmed(pieces: list[_Piece]) -> list[_Piece]:
    """Cut off the ends that overshoot their last junction by a few metres."""
    while True:
        ways = Counter(node for piece in pieces for node in (piece.a, piece.b))
        kept = [p for p in pieces if p.line.length >= STUB_M or min(ways[p.a], ways[p.b]) > 1]
        if len(kept) == len(pieces):
            return kept
        pieces = kept


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join pieces of one street that meet where nothing else does: an edge runs from junction to junction."""
    around: dict[int, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        around[piece.a].append(piece)
        around[piece.b].append(piece)
    standing = dict.fromkeys(pieces)
    for node in sorted(around):
        meet = around[node]
        if len(meet) != 2 or meet[0] is meet[1] or meet[0].street != meet[1].street:
            continue
        first, second = meet if meet[0].b == node and meet[1].a == node else meet[::-1]
        if first.b != node or second.a != node or first.a == second.b:
            continue  # drawn towards each other, or a loop that needs its two halves
        whole = _Piece(
            street=first.street, a=first.a, b=second.b, line=LineString([*first.line.coords, *second.line.coords[1:]])
        )
        del standing[first], standing[second]
        standing[whole] = None
        for end, old in ((first.a, first), (second.b, second)):
            around[end] = [whole if piece is old else piece for piece in around[end]]
        around[node] = []
    return list(standing)


def _reachable(streets: list[Street], pieces: list[_Piece]) -> list[_Piece]:
    """Drop what a driver cannot both reach and leave along the one-ways: stubs of a carriageway beyond its last gap."""
    graph = rustworkx.PyDiGraph(multigraph=True)
    index = {node: graph.add_node(node) for node in sorted({n for piece in pieces for n in (piece.a, piece.b)})}
    for piece in pieces:
        graph.add_edge(index[piece.a], index[piece.b], None)
        if not streets[piece.street].oneway:
            graph.add_edge(index[piece.b], index[piece.a], None)
    largest = max(rustworkx.strongly_connected_components(graph), key=len)
    inside = {graph[i] for i in largest}
    return [piece for piece in pieces if piece.a in inside and piece.b in inside]


def _names(streets: list[Street], used: set[int]) -> dict[int, tuple[str, str]]:
    """Number the sois from their road's start, odd on its left, even on its right; deeper ones are แยก of theirs."""
    names: dict[int, tuple[str, str]] = {i: (s.th, s.en) for i, s in enumerate(streets) if s.th and s.estate is None}
    children: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_parent: dict[int, list[int]] = defaultdict(list)
    for i, street in enumerate(streets):
        if street.parent is not None and not street.line.is_empty:
            by_parent[street.parent].append(i)
    for i, street in enumerate(streets):
        if street.level == 0 and street.th:
            children[street.th, street.en] += by_parent.get(i, [])
    trok = iter([(row["th"], row["en"]) for row in tables.rows("lanes")])
    for (th, en), sois in children.items():
        counts = {1: -1, -1: 0}
        for i in sorted(sois, key=lambda i: streets[i].along_m):
            side = streets[i].side
            counts[side] += 2
            stem_th, stem_en = th.removeprefix("ถนน"), en.removesuffix(" Road")
            names[i] = (f"ซอย{stem_th} {counts[side]}", f"Soi {stem_en} {counts[side]}")
            _name_deeper(i, names, by_parent, streets, trok)
    estates: dict[str, int] = defaultdict(int)
    for i, street in enumerate(streets):
        if street.estate is not None and i in used:
            estates[street.estate] += 1
            stem_en = street.en.removesuffix(" Village")
            names[i] = (f"ซอย{street.estate} {estates[street.estate]}", f"Soi {stem_en} {estates[street.estate]}")
    return names


def _name_deeper(
    parent: int,
    names: dict[int, tuple[str, str]],
    by_parent: dict[int, list[int]],
    streets: list[Street],
    trok: Iterator[tuple[str, str]],
) -> None:
    number = 0
    for i in sorted(by_parent.get(parent, []), key=lambda i: streets[i].along_m):
        lane = next(trok, None) if streets[i].kind == "footpath" else None
        if lane is None:
            number += 1
            names[i] = (f"{names[parent][0]} แยก {number}", f"{names[parent][1]} Yaek {number}")
        else:
            names[i] = (f"ตรอก{lane[0]}", f"Trok {lane[1]}")
        _name_deeper(i, names, by_parent, streets, trok)


def _edges(streets: list[Street], pieces: list[_Piece], names: dict[int, tuple[str, str]]) -> tuple[Edge, ...]:
    dice = Random(f"{SEED}:lamps")
    order = sorted({node for piece in pieces for node in (piece.a, piece.b)})
    number = {node: i + 1 for i, node in enumerate(order)}
    out = []
    for i, piece in enumerate(pieces):
        street = streets[piece.street]
        th, en = names[piece.street]
        points = tuple((round(x, 1), round(y, 1)) for x, y in piece.line.simplify(0.4).coords)
        out.append(
            Edge(
                id=i + 1,
                a=number[piece.a],
                b=number[piece.b],
                th=th,
                en=en,
                kind=street.kind,
                oneway=street.oneway,
                lit=_lit(street, dice),
                length_m=round(LineString(points).length, 1),
                points=points,
            )
        )
    return tuple(out)


def _lit(street: Street, dice: Random) -> bool | None:
    """Main roads are lit, sois mostly, paths seldom; of one in ten sois nobody has looked."""
    roll = dice.random()
    if street.kind == "main":
        return True
    if street.kind == "collector":
        return roll < 0.94
    if roll > 0.9:
        return None
    return roll < (0.62 if street.kind == "soi" else 0.35)
