"""The kinds of things that a camera of a zone tells apart, by the names of COCO."""

from __future__ import annotations

from typing import Final

from unjai.model.errors import UnjaiError

PERSON: Final = "person"
VEHICLES: Final = frozenset({"bicycle", "car", "motorcycle", "bus", "truck"})
THINGS: Final = frozenset({"backpack", "handbag", "suitcase"})
ANIMALS: Final = frozenset({"dog"})
KINDS: Final = frozenset({PERSON}) | VEHICLES | THINGS | ANIMALS
"""All else that a model knows is not looked for: no attributes, no faces, no furniture."""

HEIGHT_M: Final = {
    "person": 1.65,
    "bicycle": 1.5,
    "motorcycle": 1.5,
    "car": 1.5,
    "truck": 2.8,
    "bus": 3.1,
    "dog": 0.6,
    "backpack": 0.5,
    "handbag": 0.3,
    "suitcase": 0.6,
}
"""How high a thing of a kind stands, with its rider: the ruler of a camera that is not calibrated."""

_COCO = """
person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light
fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow
elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee
skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle
wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange
broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed
dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven
toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush
"""
COCO_80: Final = tuple(name for line in _COCO.strip().splitlines() for name in line.split(","))
_UNUSED_IDS = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})
"""Of COCO's 90 ids, those that name nothing."""


def _with_gaps() -> tuple[str, ...]:
    names = iter(COCO_80)
    return tuple("" if number in _UNUSED_IDS else next(names) for number in range(1, 91))


COCO_90: Final = _with_gaps()
"""By COCO id minus one."""


def family(kind: str) -> str:
    """Return what a kind may be mistaken for: a van is now a car, now a truck, and stays one vehicle."""
    if kind in ("car", "bus", "truck"):
        return "car"
    if kind in ("motorcycle", "bicycle"):
        return "cycle"
    return "thing" if kind in THINGS else kind


def names_for(count: int) -> tuple[str, ...]:
    """Return the names of a model of COCO with `count` outputs. Raises `model_names_missing` for any other."""
    for names in (COCO_80, COCO_90, ("", *COCO_90)):
        if len(names) == count:
            return names
    raise UnjaiError("model_names_missing", 422, count=count)
