"""A controller on the street that speaks NTCIP 1202, as the process drives it: read, wish, let go, once a second.

What is wished in a second is commanded with the next second's reading, so nothing is commanded on what was read before
it. A wish lapses with that second. All guards are those of `signals.ntcip.plant`.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from unjai.model.errors import UnjaiError
from unjai.signals.ntcip.client import Client, Wire
from unjai.signals.ntcip.plant import Plant as Street
from unjai.signals.ntcip.plant import Rung, Told, Watch
from unjai.signals.ntcip.street import Status as Shows
from unjai.signals.ntcip.street import read_shares
from unjai.signals.plants.base import Colour, PlantSpec, Status

ANSWERS_S = 0.35
"""How long one message may take; it is sent twice."""
PATTERNS = range(1, 17)
"""Patterns of the controller among which is chosen."""
LOOKS_BACK = 300
"""Seconds of wishes of which a pattern's greens are chosen."""
_RUNGS = {"shadow": Rung.SHADOW, "pattern": Rung.PATTERN, "control": Rung.PHASES}


class Ntcip:
    """One controller at an address. It is opened with the first reading; a line that is slow delays no second."""

    def __init__(
        self,
        spec: PlantSpec,
        *,
        clock: Callable[[], float] = time.monotonic,
        wire: Wire | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Ask nothing yet. `wire` takes the place of SNMP at the address."""
        self._spec, self._clock, self._watch = spec, clock, watch
        self._client = Client(spec.host, spec.port, community=spec.community, timeout_s=ANSWERS_S)
        self._wire: Wire = wire or self._client
        self._dialled = False
        self._street: Street | None = None
        self._shares: dict[int, list[float]] = {}
        self._wishes: deque[int] = deque(maxlen=LOOKS_BACK)
        self._wish: int | None = None
        self._going: asyncio.Task[Told] | None = None
        self._shown: tuple[int, Colour, float] | None = None

    async def read(self) -> Status | None:
        """Return what it shows, having commanded what was wished; None where that is no phase of the junction.

        Raises what keeps it from being driven. Who stops waiting stops nothing: the next call goes on where it is.
        """
        if self._going is None:
            self._going = asyncio.create_task(self._step())
        try:
            told = await asyncio.shield(self._going)
        finally:
            if self._going is not None and self._going.done():
                self._going = None
        if told.status is None or told.doubt:
            raise UnjaiError(told.doubt, 502, **_facts(told))
        return self._status(told)

    async def wish(self, phase: int) -> None:
        """Wish a phase for the next second."""
        self._wish = phase
        self._wishes.append(phase)

    async def release(self) -> None:
        """Clear every command at once. Where that is not heard, its backup time ends them.

        A step that is under way is broken off first: it would command after the clearing.
        """
        self._wish = None
        self._wishes.clear()
        await self._break_off()
        if self._street is not None:
            await self._street.stop()

    async def close(self) -> None:
        """Give the socket back."""
        await self._break_off()
        if self._dialled:
            await self._client.__aexit__()
            self._dialled = False

    async def _break_off(self) -> None:
        if self._going is not None:
            going, self._going = self._going, None
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)

    async def _step(self) -> Told:
        street = self._street or await self._open()
        wish, self._wish = self._wish, None
        street.rung = Rung.SHADOW if wish is None else _RUNGS[self._spec.level]
        pattern = self._pattern() if wish is not None and street.rung is Rung.PATTERN else None
        return await street.step(self._clock(), wish, pattern)

    async def _open(self) -> Street:
        if self._wire is self._client and not self._dialled:
            await self._client.__aenter__()
            self._dialled = True
        junction, rung = self._spec.junction, _RUNGS[self._spec.level]
        stages = [phase.together for phase in junction.phases]
        street = await Street.open(self._wire, junction, stages, rung=rung, watch=self._watch)
        if rung is Rung.PATTERN:
            self._shares = await read_shares(self._wire, PATTERNS, stages, street.times)
        self._street = street
        return street

    def _pattern(self) -> int | None:
        """Return the pattern whose greens are nearest to how often each phase was wished; None where there is none."""
        asked = [self._wishes.count(phase) / len(self._wishes) for phase in range(len(self._spec.junction.phases))]

        def far(number: int) -> float:
            return sum(abs(a - b) for a, b in zip(asked, self._shares[number], strict=True))

        return min(self._shares, key=far, default=None)

    def _status(self, told: Told) -> Status | None:
        assert told.status is not None
        if told.phase is not None:
            shown: tuple[int, Colour, float] = (told.phase, "green", told.at_s - told.green_s)
        elif self._shown is None or (told.status.greens and not told.status.yellows):
            return None
        else:
            phase, before, since_s = self._shown
            colour: Colour = "yellow" if told.status.yellows else "red"
            shown = (phase, colour, since_s if colour == before else told.at_s)
        self._shown = shown
        for_s = max(told.at_s - shown[2], 0.0)
        return Status(phase=shown[0], colour=shown[1], for_s=for_s, next=self._next(told.status))

    def _next(self, status: Shows) -> int | None:
        """Return the phase whose parts the controller has chosen to come, beside those that stay green."""
        parts = [phase.together for phase in self._spec.junction.phases]
        coming = (status.nexts, status.nexts | status.greens)
        return next((n for n, part in enumerate(parts) if status.nexts and part in coming), None)


def _facts(told: Told) -> dict[str, object]:
    return dict(told.alerts[-1].facts) if told.alerts else {}
