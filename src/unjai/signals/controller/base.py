"""What every controller is: asked with a picture, it answers with a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from unjai.signals.junction import Decision, Junction, Picture


class Controller(Protocol):
    """Decides for one junction."""

    def decide(self, picture: Picture) -> Decision:
        """Return what shall come next; the phase that shows means: stay."""
        ...


Make = Callable[[Junction], Controller]
