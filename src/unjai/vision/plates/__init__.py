"""Thai plates in pictures: where one is, what stands on it, how sure that is. Pure."""

from unjai.vision.plates.decode import Reading
from unjai.vision.plates.net import PlateNet
from unjai.vision.plates.reader import EdgeFinder, Finder, PlateReader, TextFinder, plates_of
from unjai.vision.plates.vote import PlateRead, Quad, Sighting, Vote, read_of

__all__ = [
    "EdgeFinder",
    "Finder",
    "PlateNet",
    "PlateRead",
    "PlateReader",
    "Quad",
    "Reading",
    "Sighting",
    "TextFinder",
    "Vote",
    "plates_of",
    "read_of",
]
