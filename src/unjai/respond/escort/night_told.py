"""A zone at an hour as it is kept and told: plain JSON, street edges by their ids."""

from __future__ import annotations

from typing import Any

from unjai.respond.escort.rules.assumed import WALKS, Walked
from unjai.respond.escort.rules.foot import FootGraph
from unjai.respond.escort.rules.night import CLASSES, FAILS_BELOW, Night, Street, Work
from unjai.respond.escort.rules.night_works import totals


def told(night: Night, graph: FootGraph, walked: Walked) -> dict[str, Any]:
    """Return a night for the page, the terminal and the table: minutes are of a thousand assumed walks."""
    columns = zip(night.class_index, night.ease, night.at_most, night.minutes, graph.edges, strict=True)
    return {
        "dark": night.dark,
        "fails_below": FAILS_BELOW,
        "walks": {"count": int(WALKS), "model": walked.model, "origins": walked.origins},
        "totals": {
            name: {what: round(value, 2) for what, value in parts.items()}
            for name, parts in totals(night, graph).items()
        },
        "edges": [
            [edge.id, int(index), round(float(ease), 3), round(float(most), 3), round(float(minutes), 3)]
            for index, ease, most, minutes, edge in columns
        ],
        "streets": [_street(one, graph) for one in night.streets],
        "works": [_work(one, graph) for one in night.works],
    }


def _street(street: Street, graph: FootGraph) -> dict[str, Any]:
    return {
        "class": CLASSES[street.class_index],
        "name_th": street.name_th,
        "name_en": street.name_en,
        "near_th": "",
        "near_en": "",
        "metres": round(street.metres),
        "minutes": round(street.minutes, 2),
        "ease": round(street.ease, 3),
        "at_most": round(street.at_most, 3),
        "bad": list(street.bad),
        "unknown": list(street.unknown),
        "edges": [graph.edges[row].id for row in street.rows],
        "lon": round(street.at[0], 6),
        "lat": round(street.at[1], 6),
    }


def _work(work: Work, graph: FootGraph) -> dict[str, Any]:
    return {
        "kind": work.kind,
        "key": work.key,
        "lifted_min": round(work.lifted_min, 3),
        "gain": round(work.gain, 4),
        "waits_min": round(work.waits_min, 3),
        "metres": round(work.metres),
        "lamps": work.lamps,
        "lon": round(work.at[0], 6),
        "lat": round(work.at[1], 6),
        "device_id": work.device_id,
        "bearing_deg": None if work.bearing_deg is None else round(work.bearing_deg),
        "name_th": work.name_th,
        "name_en": work.name_en,
        "near_th": "",
        "near_en": "",
        "edges": [graph.edges[row].id for row in work.rows],
        "lifted": [graph.edges[row].id for row in work.lifted_rows],
    }
