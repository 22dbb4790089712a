"""The stories of territory: seed the police tree, import what is where, change a device."""

from unjai.territory.flows.devices import change_device, disable_device, hold_device, remove_device
from unjai.territory.flows.edges import note_edge, note_edges
from unjai.territory.flows.imports import (
    ImportReport,
    import_communities,
    import_devices,
    import_land,
    import_places,
    import_streets,
    import_zones,
)
from unjai.territory.flows.org import add_station, seed_org_units
from unjai.territory.flows.things import remove_thing

__all__ = [
    "ImportReport",
    "add_station",
    "change_device",
    "disable_device",
    "hold_device",
    "import_communities",
    "import_devices",
    "import_land",
    "import_places",
    "import_streets",
    "import_zones",
    "note_edge",
    "note_edges",
    "remove_device",
    "remove_thing",
    "seed_org_units",
]
