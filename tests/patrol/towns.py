"""A small town for the tests of plans."""

from typing import Any

from unjai.patrol.rules.plan_town import Prepared, prepared
from unjai.patrol.schemas.plan_file import Town

HOUR_S = 3600


def small(**changes: Any) -> dict[str, Any]:
    """Return a grid of places a few hundred metres apart, three units, one break, two requests."""
    places = [
        {
            "id": f"p{row}{column}",
            "lon": 100.5 + column * 0.003,
            "lat": 13.75 + row * 0.003,
            "kind": ("bank", "nightlife", "residence", "school")[(row + column) % 4],
            "area": f"A{row % 2}",
            "reports": (row * 5 + column * 3) % 11,
        }
        for row in range(4)
        for column in range(5)
    ]
    return {
        "shift": {"date": "2026-11-23", "from": "16:00", "to": "24:00"},
        "depot": {"lon": 100.506, "lat": 13.7545},
        "units": [
            {"id": "u1", "breaks": [{"from": "19:00", "to": "21:00", "minutes": 30}]},
            {"id": "u2", "kind": "car"},
            {"id": "u3", "kind": "foot", "from": "18:00", "areas": ["A1"]},
        ],
        "places": places,
        "requests": [
            {"id": "gold", "place": "p00", "from": "17:00", "to": "17:40"},
            {"id": "home", "place": "p34", "from": "20:00", "to": "22:00", "kind": "house_watch"},
        ],
    } | changes


def ready(**changes: Any) -> Prepared:
    """Return the small town prepared."""
    return prepared(Town.model_validate(small(**changes)))
