"""Ways on foot as they are told: times, ease, and street by street what speaks for it and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from unjai.respond.escort.rules.ease import Ease, Factor, State, ease_of
from unjai.respond.escort.rules.ease_words import Words, explained
from unjai.respond.escort.rules.foot import Hour, Piece
from unjai.respond.escort.rules.ways import FootWay

_KINDS = {
    "quickest": Words(th="เร็วที่สุด", en="quickest"),
    "easiest": Words(th="อุ่นใจที่สุด", en="most at ease"),
    "other": Words(th="อีกทางหนึ่ง", en="another way"),
}


def told_way(hour: Hour, way: FootWay) -> dict[str, Any]:
    """Return one way for a page or the terminal."""
    street_m = sum(piece.length_m for piece in way.pieces)
    return {
        "kinds": list(way.kinds),
        "words": _both(*(_KINDS[kind] for kind in way.kinds)),
        "metres": round(way.metres),
        "seconds": round(way.seconds),
        "minutes": max(1, round(way.seconds / 60)),
        "ease": round(way.ease, 3),
        "at_most": round(way.at_most, 3),
        "unlit_m": round(way.unlit_m),
        "unlit_share": round(way.unlit_m / street_m, 3) if street_m else 0.0,
        "streets": _streets(hour, way.pieces),
        "points": [list(pair) for pair in way.points],
    }


def _both(*words: Words) -> dict[str, str]:
    return {"th": " · ".join(one.th for one in words), "en": " · ".join(one.en for one in words)}


def _ease(hour: Hour, row: int) -> Ease:
    return ease_of(hour.facts.at(row, dark=hour.dark), dark=hour.dark)


def _runs(hour: Hour, pieces: Sequence[Piece]) -> Iterator[list[tuple[Piece, Ease]]]:
    """Yield pieces one after the other that are of one street and alike in every factor."""
    held: list[tuple[Piece, Ease]] = []
    last: tuple[str, str, tuple[tuple[Factor, State], ...]] | None = None
    for piece in pieces:
        edge, ease = hour.graph.edges[piece.row], _ease(hour, piece.row)
        mark = (edge.name_th, edge.name_en, tuple(ease.states.items()))
        if held and mark != last:
            yield held
            held = []
        held.append((piece, ease))
        last = mark
    if held:
        yield held


def _streets(hour: Hour, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return the streets one after the other; `until` is the number of the way's point where each ends."""
    told, until = [], 0
    for run in _runs(hour, pieces):
        until += sum(len(hour.graph.line([piece])) - 1 for piece, _ in run)
        told.append(_street(hour, run) | {"until": until})
    return told


def _street(hour: Hour, run: Sequence[tuple[Piece, Ease]]) -> dict[str, Any]:
    edge = hour.graph.edges[run[0][0].row]
    metres = sum(piece.length_m for piece, _ in run)
    parts = explained(run[0][1], dark=hour.dark)
    return {
        "name_th": edge.name_th,
        "name_en": edge.name_en,
        "metres": round(metres),
        "ease": round(sum(ease.value * piece.length_m for piece, ease in run) / metres, 3),
        "at_most": round(sum(ease.at_most * piece.length_m for piece, ease in run) / metres, 3),
        **{part: [{"code": one.code, "th": one.th, "en": one.en} for one in words] for part, words in parts.items()},
    }
