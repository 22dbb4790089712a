"""GeoJSON and the road graph: JSON with features in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from unjai.model.errors import UnjaiError
from unjai.territory.readers.source import Source
from unjai.territory.rules.geojson import features_of
from unjai.territory.rules.lines import is_road_graph, road_graph_features


def document_of(body: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body as JSON; `import_unreadable` for anything else."""
    if isinstance(body, Mapping):
        return body
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnjaiError("import_unreadable", 400, problem=str(error)[:160]) from error
    if not isinstance(found, dict):
        raise UnjaiError("import_not_features", 422, found=type(found).__name__)
    return found


def read_map(body: bytes | Mapping[str, Any]) -> Source:
    """Read GeoJSON, or a road graph ``{"coords", "edges"}``. Raises what `features_of` raises."""
    document = document_of(body)
    if is_road_graph(document):
        return Source(form="graph", features=tuple(road_graph_features(document)))
    return Source(form="geojson", features=tuple(features_of(document)))
