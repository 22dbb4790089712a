"""What OpenStreetMap's tags are to us: street classes, kinds of places, kinds of land (wiki.openstreetmap.org)."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIGHWAYS: Mapping[str, str] = {
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary"), "main"),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary_link"), "main"),
    **dict.fromkeys(("tertiary", "tertiary_link"), "collector"),
    **dict.fromkeys(("residential", "living_street", "service", "track"), "soi"),
    **dict.fromkeys(("footway", "path", "pedestrian", "steps", "cycleway", "corridor", "bridleway"), "footpath"),
    **dict.fromkeys(("unclassified", "road", "busway", "bus_guideway"), "unclassified"),
}
"""`highway` to our class; what is not here (proposed, construction, platform …) is no street."""

PLACE_KEYS = (
    "amenity",
    "shop",
    "tourism",
    "office",
    "building",
    "historic",
    "leisure",
    "healthcare",
    "railway",
    "public_transport",
    "landuse",
    "man_made",
    "government",
    "abandoned",
)
_ANY = "*"
_PLACES: Mapping[tuple[str, str], str] = {
    ("amenity", "police"): "police",
    ("amenity", "community_centre"): "community_centre",
    ("amenity", "social_centre"): "community_centre",
    **{("amenity", said): "government" for said in ("townhall", "courthouse", "post_office", "fire_station", "prison")},
    **{("office", said): "government" for said in ("government", "administrative", "diplomatic")},
    **{("amenity", said): "hospital" for said in ("hospital", "clinic", "doctors", "dentist")},
    ("healthcare", _ANY): "hospital",
    **{("amenity", said): "school" for said in ("school", "kindergarten", "language_school")},
    **{("amenity", said): "university" for said in ("university", "college")},
    ("amenity", "bank"): "bank",
    ("amenity", "bureau_de_change"): "bank",
    ("amenity", "atm"): "atm",
    ("shop", "gold"): "gold_shop",
    **{("shop", said): "mall" for said in ("mall", "department_store")},
    **{("shop", said): "convenience_store" for said in ("convenience", "supermarket")},
    ("amenity", "marketplace"): "market",
    **{("amenity", said): "restaurant" for said in ("restaurant", "fast_food", "cafe", "food_court", "ice_cream")},
    **{("amenity", said): "nightlife" for said in ("bar", "pub", "nightclub", "stripclub", "casino", "biergarten")},
    ("amenity", "karaoke_box"): "nightlife",
    ("leisure", "adult_gaming_centre"): "nightlife",
    **{("tourism", said): "hotel" for said in ("hotel", "motel", "hostel", "guest_house", "apartment", "chalet")},
    ("amenity", "fuel"): "fuel",
    ("amenity", "bus_station"): "bus_station",
    ("public_transport", "station"): "bus_station",
    **{("railway", said): "railway_station" for said in ("station", "halt")},
    ("amenity", "ferry_terminal"): "pier",
    ("man_made", "pier"): "pier",
    ("amenity", "parking"): "parking",
    **{("leisure", said): "park" for said in ("park", "garden", "nature_reserve", "playground")},
    **{("leisure", said): "sports_ground" for said in ("pitch", "stadium", "sports_centre", "track")},
    ("historic", "monument"): "monument",
    ("historic", "memorial"): "monument",
    **{("tourism", said): "landmark" for said in ("attraction", "museum", "viewpoint", "gallery", "zoo", "theme_park")},
    ("historic", _ANY): "landmark",
    **{("building", said): "residence" for said in ("apartments", "dormitory", "residential")},
    ("building", "hotel"): "hotel",
    ("building", "school"): "school",
    ("building", "university"): "university",
    ("building", "hospital"): "hospital",
    ("building", "temple"): "temple",
    ("building", "mosque"): "mosque",
    ("building", "church"): "church",
    ("abandoned", "yes"): "abandoned",
    ("building", "ruins"): "abandoned",
    ("office", _ANY): "office",
    ("shop", _ANY): "shop",
}
"""Looked up key by key in the order of `PLACE_KEYS`, the value first, then any value."""

_WORSHIP = {"buddhist": "temple", "muslim": "mosque", "christian": "church"}
_SHRINES = frozenset({"taoist", "chinese_folk", "confucian", "hindu", "shinto", "spiritualist"})
_NAMELESS = frozenset({"atm", "bank", "fuel", "convenience_store"})
"""Kinds that are called by their operator or brand where they have no name of their own."""

LAND_KEYS = ("natural", "landuse", "leisure", "amenity", "water", "waterway")
_LAND: Mapping[tuple[str, str], str] = {
    ("natural", "water"): "water",
    ("waterway", "riverbank"): "water",
    **{("landuse", said): "water" for said in ("reservoir", "basin")},
    **{("leisure", said): "park" for said in ("park", "garden", "nature_reserve", "golf_course")},
    ("landuse", "recreation_ground"): "park",
    ("amenity", "marketplace"): "market",
    **{("amenity", said): "compound" for said in ("university", "college", "school", "hospital", "place_of_worship")},
    **{("landuse", said): "compound" for said in ("military", "education", "religious", "institutional", "railway")},
    **{("landuse", said): "field" for said in ("farmland", "grass", "meadow", "orchard", "village_green", "forest")},
    **{("leisure", said): "field" for said in ("pitch", "stadium", "track")},
    **{("natural", said): "field" for said in ("grassland", "scrub", "wood")},
}
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_LATIN = re.compile(r"[A-Za-z]")
_GOLD = re.compile(r"ทอง|gold|เยาวราช", re.IGNORECASE)
_DARK = frozenset({"no", "disused"})
_PLAIN = frozenset({"yes", "true", "1"})
_AROUND = frozenset({"roundabout", "circular"})


def names_of(tags: Mapping[str, str]) -> tuple[str, str]:
    """Return the Thai and the English name: `name` counts as whichever language it is written in."""
    name, thai, english = tags.get("name", ""), tags.get("name:th", ""), tags.get("name:en", "")
    if not thai and _THAI.search(name):
        thai = name
    if not english and name and not _THAI.search(name) and _LATIN.search(name):
        english = name
    return (thai or name or english)[:200], english[:200]


def lit_of(tags: Mapping[str, str]) -> bool | None:
    """Return whether a street is lit; None where nobody said."""
    said = tags.get("lit", "").strip().casefold()
    return None if not said else said not in _DARK


def oneway_of(tags: Mapping[str, str]) -> str:
    """Return ``yes``, ``-1`` (against the drawn direction) or ``no``; roundabouts and motorways are one-way unsaid."""
    said = tags.get("oneway", "").strip().casefold()
    if said in {"-1", "reverse"}:
        return "-1"
    if said in _PLAIN:
        return "yes"
    around = tags.get("junction", "") in _AROUND or tags.get("highway", "") in {"motorway", "motorway_link"}
    return "yes" if around and said != "no" else "no"


def layer_of(tags: Mapping[str, str]) -> int:
    """Return on which level a way lies: 0 is the ground; a bridge is above and a tunnel below even where unsaid."""
    try:
        said = int(tags.get("layer", ""))
    except ValueError:
        said = 0
    if said:
        return said
    if tags.get("bridge", "no") != "no":
        return 1
    return -1 if tags.get("tunnel", "no") != "no" else 0


def place_kind_of(tags: Mapping[str, str]) -> str:
    """Return the kind of place that tags speak of; empty for what is none."""
    if tags.get("amenity") == "place_of_worship":
        religion = tags.get("religion", "")
        return _WORSHIP.get(religion, "shrine" if religion in _SHRINES else "other")
    if tags.get("shop") == "jewelry" and _GOLD.search(tags.get("name", "") + tags.get("name:en", "")):
        return "gold_shop"
    for key in PLACE_KEYS:
        said = tags.get(key, "")
        if said and said != "no" and (kind := _PLACES.get((key, said)) or _PLACES.get((key, _ANY))):
            return kind
    return ""


def place_name_of(tags: Mapping[str, str], kind: str) -> tuple[str, str]:
    """Return the names of a place; cash machines and the like are called by their operator or brand."""
    thai, english = names_of(tags)
    if thai or kind not in _NAMELESS:
        return thai, english
    for key in ("operator", "brand"):
        own = {"name": tags.get(key, ""), "name:th": tags.get(f"{key}:th", ""), "name:en": tags.get(f"{key}:en", "")}
        thai, english = names_of(own)
        if thai:
            return thai, english
    return "", ""


def land_kind_of(tags: Mapping[str, str]) -> str:
    """Return the kind of land; empty for what is not drawn."""
    for key in LAND_KEYS:
        if kind := _LAND.get((key, tags.get(key, ""))):
            return kind
    return ""
