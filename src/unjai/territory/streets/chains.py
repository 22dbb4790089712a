"""Streets contracted to what a route can choose between: runs of like edges without a junction become one chain.

Two thirds of the nodes of a mapped town only bend a street. Routing over chains needs a third of the work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chains:
    """Chains and where edges and nodes lie on them; all arrays, indexes not ids.

    A chain is of one class, and one-way chains run forward, from `start` to `end`.
    An edge lies on `edge_chain` from `edge_offset` metres on, turned round where `edge_turned`.
    A node lies on `node_chain` at `node_at` metres. `members[c]` are the edges of a chain in order.
    """

    start: Ints
    end: Ints
    length_m: Floats
    class_index: Ints
    oneway: Flags
    junctions: int
    edge_chain: Ints
    edge_offset: Floats
    edge_turned: Flags
    node_chain: Ints
    node_at: Floats
    members: tuple[tuple[int, ...], ...]


class _Walk:
    """The contraction at work; `contract` is its only use."""

    def __init__(self, ends: Ints, length_m: Floats, class_index: Ints, oneway: Flags) -> None:
        self.a: list[int] = ends[:, 0].tolist()
        self.b: list[int] = ends[:, 1].tolist()
        self.length_m: list[float] = length_m.tolist()
        self.classes: list[int] = class_index.tolist()
        self.oneway: list[bool] = oneway.tolist()
        nodes = int(ends.max(initial=-1)) + 1
        self.around: list[list[int]] = [[] for _ in range(nodes)]
        for edge, (u, v) in enumerate(zip(self.a, self.b, strict=True)):
            self.around[u].append(edge)
            self.around[v].append(edge)

    def is_junction(self, node: int) -> bool:
        """Tell whether a route may choose at `node`, or the street changes its kind there."""
        if len(self.around[node]) != 2:  # noqa: PLR2004
            return True
        one, other = self.around[node]
        if one == other or self.classes[one] != self.classes[other] or self.oneway[one] != self.oneway[other]:
            return True
        enters = (self.b[one] == node) + (self.b[other] == node)
        return self.oneway[one] and enters != 1

    def run(self, node: int, edge: int, junction: list[bool]) -> tuple[list[int], int]:
        """Follow like edges from `node` over `edge` to the next junction; return them and that junction."""
        members = [edge]
        while True:
            node = self.b[edge] if self.a[edge] == node else self.a[edge]
            if junction[node]:
                return members, node
            one, other = self.around[node]
            edge = other if one == edge else one
            members.append(edge)


def contract(ends: Ints, length_m: Floats, class_index: Ints, oneway: Flags) -> Chains:
    """Return the chains of a graph; `ends` are (n, 2) indexes of the nodes that edges run between, without gaps."""
    walk = _Walk(ends, length_m, class_index, oneway)
    nodes = len(walk.around)
    junction = [walk.is_junction(node) for node in range(nodes)]
    edges = len(walk.a)
    edge_chain, edge_offset, edge_turned = [-1] * edges, [0.0] * edges, [False] * edges
    node_chain, node_at = [-1] * nodes, [0.0] * nodes
    chain_ends: list[tuple[int, int]] = []
    lengths: list[float] = []
    members: list[tuple[int, ...]] = []

    def lay(node: int, first: int) -> None:
        run, last = walk.run(node, first, junction)
        at, number = node, len(members)
        if walk.oneway[first] and walk.a[first] != node:
            run.reverse()
            at, last = last, node
        start, offset = at, 0.0
        for edge in run:
            edge_chain[edge], edge_offset[edge] = number, offset
            edge_turned[edge] = walk.a[edge] != at
            node_chain[at], node_at[at] = number, offset
            at = walk.b[edge] if walk.a[edge] == at else walk.a[edge]
            offset += walk.length_m[edge]
        node_chain[last], node_at[last] = number, offset
        chain_ends.append((start, last))
        lengths.append(offset)
        members.append(tuple(run))

    def lay_around(node: int) -> None:
        for edge in walk.around[node]:
            if edge_chain[edge] < 0:
                lay(node, edge)

    for node in range(nodes):
        if junction[node]:
            lay_around(node)
    for edge in range(edges):  # what is left are rings without a junction: one of their nodes becomes one
        if edge_chain[edge] < 0:
            junction[walk.a[edge]] = True
            lay_around(walk.a[edge])

    index = np.cumsum(np.asarray(junction, dtype=np.int64)) - 1
    pairs = np.asarray(chain_ends, dtype=np.int64).reshape(-1, 2)
    first_edges = np.asarray([run[0] for run in members], dtype=np.int64)
    return Chains(
        start=index[pairs[:, 0]],
        end=index[pairs[:, 1]],
        length_m=np.asarray(lengths, dtype=np.float64),
        class_index=class_index[first_edges],
        oneway=oneway[first_edges],
        junctions=int(sum(junction)),
        edge_chain=np.asarray(edge_chain, dtype=np.int64),
        edge_offset=np.asarray(edge_offset, dtype=np.float64),
        edge_turned=np.asarray(edge_turned, dtype=np.bool_),
        node_chain=np.asarray(node_chain, dtype=np.int64),
        node_at=np.asarray(node_at, dtype=np.float64),
        members=tuple(members),
    )
