"""Street files to edges: lines are cut where they meet, nodes and edges keep their numbers from import to import."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import rustworkx as rx

from unjai.model.errors import UnjaiError
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import MAX_FEATURES, Broken, Feature, Note, features_of, line_of
from unjai.territory.rules.shapes import GEOD
from unjai.territory.rules.sheet import Row, Sheet, read_rows

Position = tuple[float, float]

_CLASSES = {
    **{name: name for name in ("main", "collector", "soi", "footpath", "unclassified")},
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary", "ถนนหลัก"), "main"),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary_link"), "main"),
    **dict.fromkeys(("tertiary", "tertiary_link", "ถนนรอง"), "collector"),
    **dict.fromkeys(("residential", "living_street", "service", "track", "ซอย"), "soi"),
    **dict.fromkeys(("footway", "path", "pedestrian", "steps", "cycleway", "corridor", "ทางเท้า", "ตรอก"), "footpath"),
}
"""Our classes, OpenStreetMap's `highway` values and Thai words; OSM's own `unclassified` stays unclassified."""

_LARGEST = 2_147_483_647
_LEAST_M = 0.05
_SHORTER, _LONGER = 0.95, 5.0
_NODE_APART_M = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownEdge:
    """An edge that the station's table holds already."""

    id: int
    node_a: int
    node_b: int
    first: Position
    last: Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A line cut into edges: `row` of the file, stable `key`, and the values of `street_edge` but ids and nodes."""

    row: int
    key: str
    own_id: int | None
    label_a: str
    label_b: str
    coordinates: tuple[Position, ...]
    values: Mapping[str, Any]


def is_road_graph(document: object) -> bool:
    """Tell whether a document is a road graph ``{"coords", "edges"}``."""
    return isinstance(document, Mapping) and "coords" in document and "edges" in document


def read_streets(document: object, known: Mapping[str, KnownEdge], *, replace: bool = False) -> tuple[Sheet, list[Row]]:
    """Read GeoJSON lines, or a road graph ``{"coords", "edges"}``; return the sheet and the edges to store."""
    if isinstance(document, Mapping) and is_road_graph(document):
        return read_street_rows(road_graph_features(document), known, replace=replace)
    return read_street_rows(features_of(document), known, replace=replace)


def read_street_rows(
    features: Sequence[Feature | Broken], known: Mapping[str, KnownEdge], *, replace: bool = False
) -> tuple[Sheet, list[Row]]:
    """Read lines; return the sheet and the edges to store.

    `known` are the stored edges by key; with `replace` those that the file does not name will go.
    Streets that fall into unconnected pieces are noted.
    """
    sheet = read_rows(features, _read_line)
    _check_nodes(sheet)
    edges = _number(_cut(sheet.rows), known, replace=replace)
    kept = {} if replace else {key: (edge.node_a, edge.node_b) for key, edge in known.items()}
    pieces = pieces_of([*{**kept, **{row.key: (row.values["node_a"], row.values["node_b"]) for row in edges}}.values()])
    if len(pieces) > 1:
        share = round(100 * pieces[0] / sum(pieces), 1)
        sheet.warn(0, "", "note_streets_apart", pieces=len(pieces), percent=share)
    return sheet, edges


def pieces_of(edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return into what connected pieces edges fall, as counts of nodes, the largest first."""
    nodes = {node: row for row, node in enumerate(sorted({node for edge in edges for node in edge}))}
    graph = rx.PyGraph()
    graph.add_nodes_from([None] * len(nodes))
    graph.add_edges_from_no_data([(nodes[a], nodes[b]) for a, b in edges])
    return sorted((len(piece) for piece in rx.connected_components(graph)), reverse=True)


def _read_line(feature: Feature, note: Note) -> Row:
    properties = feature.properties
    line = line_of(feature)
    u, v = fields.text(properties, "u", "node_a"), fields.text(properties, "v", "node_b")
    oneway, backward = _oneway(properties)
    if backward:
        line.reverse()
        u, v = v, u
    measured = length_of(line)
    if measured < _LEAST_M:
        raise UnjaiError("row_line_too_short", 422)
    thai = fields.text(properties, "name_th", "name:th", "name")
    values = {
        "line": tuple(line),
        "u": u,
        "v": v,
        "own_id": _own_id(properties.get("id", feature.id)),
        "name_th": thai,
        "name_en": fields.text(properties, "name_en", "name:en"),
        "class": _class_of(properties),
        "oneway": oneway,
        "lit": fields.flag(properties, "lit"),
        "length_m": _length(properties, measured, note),
    }
    key = fields.text(properties, "code", "id", limit=60) or (feature.id or "")[:60] or _drawn_key(line)
    return Row(row=feature.row, key=key, values=values)


def _class_of(properties: Mapping[str, Any]) -> str:
    for name in ("class", "street_class", "highway"):
        said = fields.text(properties, name).casefold()
        if said:
            if said not in _CLASSES:
                allowed = "main, collector, soi, footpath, unclassified"
                raise UnjaiError("row_kind_unknown", 422, field=name, kind=said[:40], allowed=allowed)
            return _CLASSES[said]
    return "unclassified"


def _oneway(properties: Mapping[str, Any]) -> tuple[bool, bool]:
    """Return whether a street is one-way, and whether against its drawn direction."""
    said = fields.text(properties, "oneway").casefold() if not isinstance(properties.get("oneway"), bool) else ""
    if said in {"-1", "reverse"}:
        return True, True
    return bool(fields.flag(properties, "oneway")), False


def _own_id(value: object) -> int | None:
    try:
        number = int(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else -1
    except ValueError:
        return None
    return number if 0 <= number <= _LARGEST else None


def _length(properties: Mapping[str, Any], measured: float, note: Note) -> float:
    """Return the length the file gives, unless it cannot be right: shorter than drawn or five times as long."""
    given = fields.real(properties, "length_m", 0.0, 1e6)
    if given is None:
        return round(measured, 2)
    if not measured * _SHORTER - 1.0 <= given <= measured * _LONGER + 1.0 or given < _LEAST_M:
        note("note_length_differs", given_m=round(given, 1), measured_m=round(measured, 1))
        return round(measured, 2)
    return given


def length_of(line: Sequence[Position]) -> float:
    """Return the metres of a line on the ellipsoid."""
    return float(GEOD.line_length([at[0] for at in line], [at[1] for at in line]))


def _drawn_key(line: Sequence[Position]) -> str:
    """Return a key made of the drawing, the same in either direction."""
    drawn = min(tuple(line), tuple(reversed(line)))
    return f"g-{hashlib.sha256(repr(drawn).encode()).hexdigest()[:20]}"


def road_graph_features(document: Mapping[str, Any]) -> list[Feature | Broken]:
    """Return the edges of a road graph as features; edge i is row i + 1 and keeps i as its id."""
    coordinates, edges = document["coords"], document["edges"]
    if not (isinstance(coordinates, list) and isinstance(edges, list)):
        raise UnjaiError("import_road_graph", 422, problem="coords, edges")
    if len(coordinates) % 2 or len(edges) % 3 or not edges:
        raise UnjaiError("import_road_graph", 422, problem=f"{len(coordinates)} coords, {len(edges)} edges")
    if len(edges) > 3 * MAX_FEATURES:
        raise UnjaiError("import_too_many", 422, count=len(edges) // 3, most=MAX_FEATURES)
    nodes = len(coordinates) // 2

    def is_node(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < nodes

    found: list[Feature | Broken] = []
    for number in range(len(edges) // 3):
        u, v, metres = edges[3 * number : 3 * number + 3]
        if not (is_node(u) and is_node(v)):
            found.append(Broken(row=number + 1, error=UnjaiError("row_node_unknown", 422, nodes=nodes)))
            continue
        properties = {"id": number, "u": u, "v": v, "length_m": metres}
        line = [coordinates[2 * u : 2 * u + 2], coordinates[2 * v : 2 * v + 2]]
        geometry = {"type": "LineString", "coordinates": line}
        found.append(Feature(row=number + 1, properties=properties, geometry=geometry))
    return found


def _check_nodes(sheet: Sheet) -> None:
    """Refuse rows whose declared node lies elsewhere than in an earlier row."""
    at: dict[str, Position] = {}
    kept: list[Row] = []
    for row in sheet.rows:
        line = row.values["line"]
        for label, here in ((row.values["u"], line[0]), (row.values["v"], line[-1])):
            if not label or at.setdefault(label, here) == here:
                continue
            if (metres := length_of((at[label], here))) > _NODE_APART_M:
                sheet.refuse(row.row, row.key, UnjaiError("row_node_apart", 422, node=label, metres=round(metres)))
                break
        else:
            kept.append(row)
    sheet.rows = kept


def _cut(rows: Iterable[Row]) -> list[Cut]:
    """Cut lines without declared nodes wherever they meet another line or themselves."""
    rows = list(rows)
    met: Counter[Position] = Counter()
    ends: set[Position] = set()
    for row in rows:
        line = row.values["line"]
        ends.update((line[0], line[-1]))
        if not (row.values["u"] and row.values["v"]):
            met.update(line)
    cuts: list[Cut] = []
    for row in rows:
        line = row.values["line"]
        if row.values["u"] and row.values["v"]:
            cuts.append(_edge(row, row.key, line, row.values["u"], row.values["v"]))
            continue
        inner = range(1, len(line) - 1)
        stops = [0, *(i for i in inner if met[line[i]] > 1 or line[i] in ends), len(line) - 1]
        pieces = [line[a : b + 1] for a, b in pairwise(stops)]
        if len(pieces) == 1:
            cuts.append(_edge(row, row.key, line, "", ""))
            continue
        whole = sum(length_of(piece) for piece in pieces)
        for number, piece in enumerate(pieces):
            share = length_of(piece) / whole
            cuts.append(_edge(row, f"{row.key}/{number}", piece, "", "", share=share))
    return cuts


def _edge(
    row: Row, key: str, line: Sequence[Position], label_a: str, label_b: str, *, share: float | None = None
) -> Cut:
    values = {name: row.values[name] for name in ("name_th", "name_en", "class", "oneway", "lit")}
    length = row.values["length_m"] if share is None else round(row.values["length_m"] * share, 2)
    return Cut(
        row=row.row,
        key=key,
        own_id=row.values["own_id"] if share is None else None,
        label_a=label_a,
        label_b=label_b,
        coordinates=tuple(line),
        values={**values, "length_m": max(length, _LEAST_M)},
    )


class _Nodes:
    """Numbers nodes: a label of the file first, else the position; what the table holds already keeps its number.

    A number that edges which stay have elsewhere is not given to a label.
    """

    def __init__(self, known: Iterable[KnownEdge], staying: Iterable[KnownEdge]) -> None:
        self._by_position: dict[Position, int] = {}
        self._taken: set[int] = set()
        for edge in known:
            for node, at in ((edge.node_a, edge.first), (edge.node_b, edge.last)):
                self._by_position.setdefault(at, node)
                self._taken.add(node)
        self._staying: dict[int, Position] = {}
        for edge in staying:
            self._staying |= {edge.node_a: edge.first, edge.node_b: edge.last}
        self._by_label: dict[str, int] = {}
        self._next = max(self._taken, default=0) + 1

    def reserve(self, labels: Iterable[str]) -> None:
        """Keep the numbers that labels will want from being given to positions."""
        numbers = {number for number in map(_own_id, labels) if number is not None}
        self._taken |= numbers
        self._next = max(self._next, max(numbers, default=0) + 1)

    def take(self, label: str, at: Position) -> int:
        """Return the number of the node with a label, or without one of the node at a position."""
        if label and label in self._by_label:
            return self._by_label[label]
        number = _own_id(label) if label else None
        if number is None or _apart(self._staying.get(number, at), at):
            number = self._by_position.get(at)
        if number is None:
            number = self._free()
        if label:
            self._by_label[label] = number
        self._by_position[at] = number
        return number

    def _free(self) -> int:
        if self._next > _LARGEST:
            self._next = 1
        while self._next in self._taken:
            self._next += 1
        self._taken.add(self._next)
        return self._next


def _apart(one: Position, other: Position) -> bool:
    return one != other and length_of((one, other)) > 1.0


def _number(cuts: Sequence[Cut], known: Mapping[str, KnownEdge], *, replace: bool) -> list[Row]:
    """Give every edge its id and its nodes."""
    own = {cut.key for cut in cuts}
    staying = [] if replace else [edge for key, edge in known.items() if key not in own]
    nodes = _Nodes(known.values(), staying)
    nodes.reserve(label for cut in cuts for label in (cut.label_a, cut.label_b) if label)
    taken = {edge.id for edge in known.values()}
    fresh = max([0, *taken, *(cut.own_id for cut in cuts if cut.own_id is not None)]) + 1
    keys: set[str] = set()
    rows: list[Row] = []
    for cut in cuts:
        key = cut.key
        while key in keys:  # a piece of one line may be called as another line is
            key += "~"
        keys.add(key)
        number = known[key].id if key in known else cut.own_id
        if key not in known and (number is None or number in taken):
            number, fresh = fresh, fresh + 1
        taken.add(number or 0)
        values = {
            "id": number,
            "key": key,
            "node_a": nodes.take(cut.label_a, cut.coordinates[0]),
            "node_b": nodes.take(cut.label_b, cut.coordinates[-1]),
            "geometry": {"type": "LineString", "coordinates": [list(at) for at in cut.coordinates]},
            **cut.values,
        }
        rows.append(Row(row=cut.row, key=key, values=values))
    return rows
