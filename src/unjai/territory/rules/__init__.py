"""Pure decisions of territory: what a map file says, row by row, and what of it may be taken."""

from unjai.territory.rules.geojson import Feature, features_of, line_of, point_of, polygon_of
from unjai.territory.rules.shapes import area_m2, outside_share, shape_of
from unjai.territory.rules.sheet import Row, RowNote, Sheet

__all__ = [
    "Feature",
    "Row",
    "RowNote",
    "Sheet",
    "area_m2",
    "features_of",
    "line_of",
    "outside_share",
    "point_of",
    "polygon_of",
    "shape_of",
]
