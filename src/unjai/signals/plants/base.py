"""What the process needs of a controller: read what shows, wish a phase, let go. Who keeps it safe stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction

Colour = Literal["green", "yellow", "red"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a controller shows: the phase (its place in the junction), its colour, and for how long already."""

    phase: int
    colour: Colour
    for_s: float
    next: int | None = None
    """The phase that comes after the yellow, where the controller has said it."""


class Plant(Protocol):
    """One junction's controller. Every call raises `UnjaiError` or `TimeoutError` where it does not answer."""

    async def read(self) -> Status | None:
        """Return what it shows now; None where that is no phase of the junction."""
        ...

    async def wish(self, phase: int) -> None:
        """Ask for a phase; said again each second, for a wish that is not repeated lapses by itself."""
        ...

    async def release(self) -> None:
        """Let it go back to its own plan at once; said again it changes nothing."""
        ...

    async def close(self) -> None:
        """Give the connection back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantSpec:
    """How a junction's controller is reached, and how far it may be driven."""

    junction: Junction
    kind: str
    host: str
    port: int
    level: Literal["shadow", "pattern", "control"]
    community: str = field(repr=False)


Opens = Callable[[PlantSpec], Plant]
PLANTS: dict[str, Opens] = {}
"""Kinds of controllers by name; filled where the process is put together (`roles.signals`)."""


def opened(spec: PlantSpec) -> Plant:
    """Return the controller of a junction, not yet asked anything; raise `signals_plant_unknown`."""
    opens = PLANTS.get(spec.kind)
    if opens is None:
        raise UnjaiError("signals_plant_unknown", 500, kind=spec.kind)
    return opens(spec)
