"""The demo town เวียงอุ่นใจ (Wiang Unjai): fictional, made here, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shapely import Polygon

from unjai.demo.town import force, plan
from unjai.demo.town.graph import Edge, edges
from unjai.demo.town.places import Community, Land, Place, SubZone, communities, land, places, subzones

STATION_CODE = "สภ.เวียงอุ่นใจ"
STATION_TH, STATION_EN = "สภ.เวียงอุ่นใจ (สมมุติ)", "Wiang Unjai Provincial Police Station (fictional)"
PARENT_CODE = "ภ.จว.พิษณุโลก"
ZONE_CODE = "wiang-unjai"
ZONE_TH, ZONE_EN = "เวียงอุ่นใจ Smart Safety Zone (เมืองสมมุติ)", "Wiang Unjai Smart Safety Zone (fictional town)"


@dataclass(frozen=True, kw_only=True)
class Town:
    """The whole town in plane metres; `geojson` turns it into the forms that the imports take."""

    zone: Polygon
    edges: tuple[Edge, ...]
    subzones: tuple[SubZone, ...]
    communities: tuple[Community, ...]
    places: tuple[Place, ...]
    land: tuple[Land, ...]
    cameras: tuple[force.Device, ...]
    poles: tuple[force.Device, ...]
    phones: tuple[force.Device, ...]
    door: force.Device
    units: tuple[force.Unit, ...]
    shifts: tuple[force.Shift, ...]
    accounts: tuple[force.Account, ...]


@cache
def town() -> Town:
    """Build the town (about two seconds, once a process)."""
    streets = edges()
    spots = places(streets)
    return Town(
        zone=plan.zone(),
        edges=streets,
        subzones=subzones(),
        communities=communities(),
        places=spots,
        land=land(streets),
        cameras=tuple(force.cameras(streets, spots)),
        poles=tuple(force.poles(streets)),
        phones=tuple(force.phones()),
        door=force.citizen_door(),
        units=force.units(),
        shifts=force.SHIFTS,
        accounts=force.accounts(),
    )
