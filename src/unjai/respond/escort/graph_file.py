"""A file of streets for walks without a centre: the road graph of coordinates and edges, with what is known of each.

``{"coords": [lon, lat, …], "edges": [u, v, metres, …], "facts": {"lit": [1, 0, null, …], …}}``; the names of the facts
are those of `rules.ease.Facts`, one value an edge, null where it is not known. Without `facts` nothing is known.
"""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from unjai.model.errors import UnjaiError
from unjai.respond.escort.rules.ease import Facts
from unjai.respond.escort.rules.foot import FootGraph
from unjai.territory.streets import StreetGraph

MOST_BYTES = 256_000_000
_FACTS = tuple(one.name for one in fields(Facts))
_DEGREES, _EDGE = 2, 3


def read_graph(file: Path) -> tuple[FootGraph, Facts]:
    """Read streets from a file; raises `escort_graph_unreadable` or `escort_graph_wrong` (422): what and where."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _wrong("file", f"> {MOST_BYTES // 1_000_000} MB")
        said = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise UnjaiError("escort_graph_unreadable", 422, file=str(file), why=error.strerror or "") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnjaiError("escort_graph_unreadable", 422, file=str(file), why=str(error)[:200]) from error
    if not isinstance(said, dict):
        raise _wrong("file", "JSON object")
    return graph_of(said)


def graph_of(said: dict[str, Any]) -> tuple[FootGraph, Facts]:
    """Return the graph and what is known of its edges; raises `escort_graph_wrong` (422)."""
    coords, edges = _numbers(said, "coords", _DEGREES), _numbers(said, "edges", _EDGE)
    places, triples = coords.reshape(-1, _DEGREES), edges.reshape(-1, _EDGE)
    if not len(triples):
        raise _wrong("edges", "0")
    if bool((np.abs(places) > (180.0, 90.0)).any()):
        raise _wrong("coords", "lon, lat")
    ends = triples[:, :2]
    if bool((ends != np.floor(ends)).any() or (ends < 0).any() or (ends >= len(places)).any()):
        raise _wrong("edges", f"0…{len(places) - 1}")
    if bool((triples[:, 2] <= 0).any()):
        raise _wrong("edges", "metres > 0")
    known = _facts(said.get("facts"), len(triples))
    nodes = ends.astype(np.int64)
    real = (places[nodes[:, 0]] != places[nodes[:, 1]]).any(axis=1)  # a street without length is none
    if not real.any():
        raise _wrong("edges", "0")
    streets = StreetGraph.of_road_graph({"coords": coords, "edges": edges})
    kept = {name: values[real] for name, values in known.items()}
    return FootGraph(streets), Facts.of(int(real.sum()), **kept)


def _numbers(said: dict[str, Any], name: str, step: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = said.get(name)
    if not isinstance(values, list) or len(values) % step:
        raise _wrong(name, f"[{step} × n]")
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in values):
        raise _wrong(name, "number")
    found = np.asarray(values, dtype=np.float64)
    if not bool(np.isfinite(found).all()):
        raise _wrong(name, "number")
    return found


def _facts(said: object, count: int) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise _wrong("facts", "JSON object")
    found = {}
    for name, values in said.items():
        if name not in _FACTS:
            raise _wrong(f"facts.{str(name)[:40]}", ", ".join(_FACTS))
        if not isinstance(values, list) or len(values) != count:
            raise _wrong(f"facts.{name}", f"[{count}]")
        numbers = [math.nan if one is None else one for one in values]
        if any(not isinstance(one, int | float) or math.isinf(one) for one in numbers):
            raise _wrong(f"facts.{name}", "number | null")
        found[name] = np.asarray(numbers, dtype=np.float64)
    return found


def _wrong(where: str, wanted: str) -> UnjaiError:
    return UnjaiError("escort_graph_wrong", 422, where=where, wanted=wanted)
