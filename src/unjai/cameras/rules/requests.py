"""The life of a camera-angle request — คำขอปรับมุมกล้อง: asked, agreed or refused, turned, checked by picture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from unjai.model.errors import UnjaiError

State = Literal["asked", "agreed", "refused", "turned", "checked", "withdrawn"]
MOVES: Mapping[State, tuple[State, ...]] = MappingProxyType(
    {
        "asked": ("agreed", "refused", "withdrawn"),
        "agreed": ("turned", "refused", "withdrawn"),
        "turned": ("checked", "agreed", "withdrawn"),
        "refused": ("asked",),
        "checked": (),
        "withdrawn": ("asked",),
    }
)
"""What may follow what: a picture may show that a camera was turned wrongly (back to agreed), an owner may be asked
again."""
OPEN = frozenset({"asked", "agreed", "turned"})
"""Requests that wait for somebody."""
PICTURES: Mapping[str, frozenset[str]] = MappingProxyType(
    {"before": frozenset({"asked", "agreed"}), "after": frozenset({"turned"})}
)
"""When which picture may be added."""


def move(state: State, to: State, *, pictures: frozenset[str]) -> None:
    """Raise `camera_request_move` (409) where `to` may not follow; `camera_request_picture` (409) where one lacks.

    Who says "checked" has a picture of before and one of after before their eyes.
    """
    if to not in MOVES[state]:
        raise UnjaiError("camera_request_move", 409, state=state, to=to)
    if to == "checked" and not {"before", "after"} <= pictures:
        raise UnjaiError("camera_request_picture", 409)
