"""Reads the junctions with signals out of a SUMO network: lanes, ways over the junction, who yields to whom, phases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction, JunctionId, Lane, Link, Phase

SIGHT_M = 200.0
"""How far before the stop line vehicles are seen, as RESCO's agents see."""
_GREEN = frozenset("Gg")
_ACROSS_M = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A lane further up the road whose vehicles reach lanes of the junction with no other signal between."""

    lane: str
    length_m: float
    behind_m: float
    """From its end to the stop line."""
    into: tuple[int, ...]
    """Lanes of the junction that can be reached from it."""
    edge: str
    """The edge of these lanes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A junction with the names that the simulation knows it by."""

    junction: Junction
    before: tuple[Before, ...]
    nodes: tuple[str, ...]
    """The simulation's junctions that the signals stand at."""
    inner: dict[str, int]
    """Lane inside the junction → number of the link in `Junction.links`."""
    across_m: dict[str, float]
    """Lane inside the junction → from its beginning to the end of the way."""
    where: dict[str, tuple[str, int]]
    """Lane → `lane`, `before` or `out`, and its number among these."""
    lane_numbers: dict[str, int]
    ways: dict[tuple[str, str], tuple[int, ...]]
    """Edge that comes in, and edge or lane that goes out → numbers of the links."""
    beyond: dict[str, str]
    """Edge → the edge that goes out by which alone it is soon reached."""


@dataclass(kw_only=True)
class _Net:
    lanes: dict[str, tuple[float, float]] = field(default_factory=dict)
    ways: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    into: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    after: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    inner: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_node: dict[str, str] = field(default_factory=dict)
    requests: dict[str, dict[int, tuple[str, str]]] = field(default_factory=lambda: defaultdict(dict))
    programs: dict[str, list[str]] = field(default_factory=dict)
    walking: set[str] = field(default_factory=set)
    inside: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Lane inside a junction → the junction and its number there; pedestrians' crossings are in its table by it."""


def read(path: Path, *, yellow_s: float = 3.0, red_clear_s: float = 0.0, min_green_s: float = 0.0) -> list[Place]:
    """Return every junction of `path` that has a choice between phases. Phases are the net's own that show a green.

    Raises `signals_net_broken`, `signals_net_empty` or what `Junction` refuses.
    """
    net = _Net()
    try:
        for _, element in iterparse(path, events=("end",)):  # noqa: S314  the operator's own file
            _take(net, element)
    except (ParseError, KeyError, ValueError, OSError) as error:
        raise UnjaiError("signals_net_broken", file=path.name, why=str(error)) from error
    like = Phase(state="", yellow_s=yellow_s, red_clear_s=red_clear_s, min_green_s=min_green_s)
    places = [_place(net, key, like) for key in net.programs if net.ways.get(key)]
    if not places:
        raise UnjaiError("signals_net_empty", file=path.name)
    return places


def _take(net: _Net, element: Element) -> None:
    match element.tag:
        case "edge":
            if element.get("function") == "walkingarea":
                net.walking.add(element.attrib["id"])
            if "to" in element.attrib:
                net.to_node[element.attrib["id"]] = element.attrib["to"]
            for lane in element.iter("lane"):
                net.lanes[lane.attrib["id"]] = (float(lane.attrib["length"]), float(lane.attrib["speed"]))
            element.clear()
        case "connection":
            _take_way(net, dict(element.attrib))
        case "junction":
            for index, inner in enumerate(element.attrib.get("intLanes", "").split()):
                net.inside.setdefault(inner, (element.attrib["id"], index))  # internal junctions repeat it, later
            for request in element.iter("request"):
                net.requests[element.attrib["id"]][int(request.attrib["index"])] = (
                    request.attrib["response"],
                    request.attrib["foes"],
                )
            element.clear()
        case "tlLogic":
            states = [phase.attrib["state"] for phase in element.iter("phase")]
            if any(float(phase.attrib["duration"]) < 0 for phase in element.iter("phase")):
                raise UnjaiError("signals_negative_time", junction=element.attrib["id"], phase=1)
            net.programs[element.attrib["id"]] = states  # the last one is the one that runs
        case _:
            pass


def _take_way(net: _Net, way: dict[str, str]) -> None:
    if way["from"].startswith(":") and way.get("via"):
        net.inner[f"{way['from']}_{way['fromLane']}"].append(way["via"])
    if not way["from"].startswith(":"):
        net.after[way["from"]].add(way["to"])
    net.into[f"{way['to']}_{way['toLane']}"].append((f"{way['from']}_{way['fromLane']}", way.get("tl", "")))
    if "tl" in way:
        net.ways[way["tl"]].append(way)


def _place(net: _Net, key: str, like: Phase) -> Place:
    ways = sorted(net.ways[key], key=lambda way: int(way["linkIndex"]))
    lanes = list(dict.fromkeys(f"{way['from']}_{way['fromLane']}" for way in ways))
    outs = list(dict.fromkeys(f"{way['to']}_{way['toLane']}" for way in ways))
    order = {_request(net, way): int(way["linkIndex"]) for way in ways}
    links = []
    inner: dict[str, int] = {}
    nodes: dict[str, None] = {}
    for number, way in enumerate(ways):
        node, index = _request(net, way)
        response, foes = net.requests.get(node, {}).get(index, ("", ""))
        walks = any(way[end] in net.walking for end in ("from", "to"))
        links.append(
            Link(
                signal=int(way["linkIndex"]),
                from_lane=lanes.index(f"{way['from']}_{way['fromLane']}"),
                to_lane=outs.index(f"{way['to']}_{way['toLane']}"),
                turn=way.get("dir", "s").lower(),
                speed_mps=net.lanes.get(way.get("via", ""), (0.0, 100.0))[1],
                length_m=_across(net, way.get("via", "")),
                yields_to=_bits(response, node, order),
                crosses=frozenset(
                    int(other["linkIndex"])
                    for other in ways
                    if other["from"] != way["from"]
                    and other["to"] != way["to"]
                    and int(other["linkIndex"]) in _bits(foes, node, order)
                ),
                pedestrian=walks,
            )
        )
        inner[way.get("via", "")] = number
        inner |= dict.fromkeys(net.inner.get(way.get("via", ""), ()), number)
        nodes[node] = None
    phases = tuple(
        replace(like, state=state, name=str(number + 1))
        for number, state in enumerate(dict.fromkeys(net.programs[key]))
        if _GREEN & set(state) and "y" not in state and "u" not in state
    )
    if not phases:
        raise UnjaiError("signals_no_phase", junction=key)
    junction = Junction(
        key=JunctionId(key),
        lanes=tuple(_lane(net, lane) for lane in lanes),
        outs=tuple(_lane(net, lane) for lane in outs),
        links=tuple(links),
        phases=phases,
    )
    before = tuple(_before(net, lanes))
    return Place(
        junction=junction,
        before=before,
        nodes=tuple(nodes),
        inner=inner,
        across_m={lane: _across(net, lane) for lane in inner},
        where={lane: ("before", number) for number, one in enumerate(before) for lane in [one.lane]}
        | {lane: ("lane", number) for number, lane in enumerate(lanes)}
        | {lane: ("out", number) for number, lane in enumerate(outs)},
        lane_numbers={lane: number for number, lane in enumerate(lanes)},
        ways=_by_edges(links, lanes, outs),
        beyond=_beyond(net, {edge_of(lane) for lane in outs}),
    )


def edge_of(lane: str) -> str:
    """Return the edge of a lane."""
    return lane.rpartition("_")[0]


def _by_edges(links: list[Link], lanes: list[str], outs: list[str]) -> dict[tuple[str, str], tuple[int, ...]]:
    ways: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        for end in (edge_of(outs[link.to_lane]), outs[link.to_lane]):
            ways[edge_of(lanes[link.from_lane]), end].append(number)
    return {ends: tuple(found) for ends, found in ways.items()}


def _beyond(net: _Net, outs: set[str]) -> dict[str, str]:
    """Walk on from each edge that goes out, as far as a vehicle gets between two pictures.

    In a fixed order: where two ways lead to an edge, the first one walked decides how far it goes on.
    """
    reached: dict[str, set[str]] = defaultdict(set)
    for out in sorted(outs):
        ends = [(out, 0.0)]
        while ends:
            edge, metres = ends.pop()
            if out in reached[edge]:
                continue
            reached[edge].add(out)
            if metres < SIGHT_M:
                ends += [(after, metres + net.lanes[f"{edge}_0"][0]) for after in sorted(net.after.get(edge, ()))]
    return {
        edge: edge if edge in outs else next(iter(out))
        for edge, out in reached.items()
        if len(out) == 1 or edge in outs
    }


def _across(net: _Net, inner: str) -> float:
    """Return the length of a way over the junction: its inner lane, and the one behind the place where turners wait."""
    parts = [inner, *net.inner.get(inner, ())]
    return sum(net.lanes.get(part, (0.0, 0.0))[0] for part in parts) or _ACROSS_M


def _lane(net: _Net, key: str) -> Lane:
    length, speed = net.lanes[key]
    return Lane(key=key, length_m=length, speed_mps=speed, approach=edge_of(key))


def _request(net: _Net, way: dict[str, str]) -> tuple[str, int]:
    """Return the junction of a way and its number in that junction's table: both stand in its inner lane's name.

    A crossing has no inner lane: it is one.
    """
    via = way.get("via", "")
    if not via:
        return net.inside.get(f"{way['to']}_{way['toLane']}", (net.to_node.get(way["from"], ""), -1))
    edge, _, lane = via[1:].rpartition("_")
    node, _, first = edge.rpartition("_")
    return node, int(first) + int(lane)


def _bits(bits: str, node: str, order: dict[tuple[str, int], int]) -> frozenset[int]:
    return frozenset(
        order[node, number] for number, bit in enumerate(reversed(bits)) if bit == "1" and (node, number) in order
    )


def _before(net: _Net, lanes: list[str]) -> list[Before]:
    """Walk up the road from each lane as far as is seen, up to the next signal."""
    found: dict[str, tuple[float, set[int]]] = {}
    for number, lane in enumerate(lanes):
        ends = [(lane, net.lanes[lane][0])]
        while ends:
            here, metres = ends.pop()
            if metres >= SIGHT_M:
                continue
            for above, signal in net.into.get(here, ()):
                if signal or above.startswith(":") or above in lanes:
                    continue
                known = found.get(above)
                if known is None or metres < known[0]:
                    found[above] = (metres, (known[1] if known else set()) | {number})
                    ends.append((above, metres + net.lanes[above][0]))
                else:
                    known[1].add(number)
    return [
        Before(
            lane=key,
            length_m=net.lanes[key][0],
            behind_m=metres,
            into=tuple(sorted(into)),
            edge=edge_of(lanes[min(into)]),
        )
        for key, (metres, into) in found.items()
    ]
