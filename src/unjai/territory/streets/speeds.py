"""How fast each kind of unit goes on each class of street: a night patrol in a Thai town without lights and siren.

Estimates of the project, to be replaced by measured travel times once there are any. An unclassified street
(the imported road graphs know no classes) has one speed a kind, as their source advises.
"""

from __future__ import annotations

from typing import Literal, get_args

StreetClass = Literal["main", "collector", "soi", "footpath", "unclassified"]
UnitKind = Literal["car", "motorcycle", "foot", "volunteer"]

CLASSES: tuple[StreetClass, ...] = get_args(StreetClass)
UNIT_KINDS: tuple[UnitKind, ...] = get_args(UnitKind)

_KM_H = 1000 / 3600
_SPEEDS_KM_H: dict[UnitKind, dict[StreetClass, float]] = {
    "car": {"main": 40, "collector": 32, "soi": 18, "footpath": 0, "unclassified": 25},
    "motorcycle": {"main": 42, "collector": 36, "soi": 24, "footpath": 8, "unclassified": 30},
    "foot": dict.fromkeys(CLASSES, 5),
    "volunteer": {"main": 25, "collector": 25, "soi": 18, "footpath": 6, "unclassified": 20},
}
ACCESS_MPS: dict[UnitKind, float] = {"car": 3.0, "motorcycle": 3.0, "foot": 1.4, "volunteer": 3.0}
"""Speed from where a unit stands to the street, and from the street to the door."""


def speed_mps(kind: UnitKind, street_class: StreetClass) -> float:
    """Return the usual speed in m/s; 0 where the kind may not go (a car on a footpath)."""
    return _SPEEDS_KM_H[kind][street_class] * _KM_H


def keeps_oneway(kind: UnitKind) -> bool:
    """Tell whether one-way streets bind the kind; they bind all but those on foot."""
    return kind != "foot"
