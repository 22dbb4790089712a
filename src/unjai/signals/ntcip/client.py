"""SNMP to one controller: get and set with time limits, and every failure by a name.

A wrong community, a wrong version of SNMP and a dead line look the same from outside: no answer (`signals_no_answer`).
A set is read back: what a controller acknowledges and does not do is `signals_set_ignored`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, Self

from unjai.model.errors import UnjaiError
from unjai.signals.ntcip.oids import COMMANDS, FLASH, SYSTEM_PATTERN_CONTROL

Value = int | bytes
_NO_SUCH_V1 = 2
_BYTE = 255
_AT_ONCE = 16
"""Objects asked for in one message: more would not fit into the 484 bytes that every agent must take."""


class Wire(Protocol):
    """What a plant needs of a controller."""

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """Return the values. Raises `signals_no_answer`, `signals_no_such_object`, `signals_refused`."""
        ...

    async def set(self, values: Mapping[str, int]) -> None:
        """Set command objects. Raises the same; and `signals_never_set` for anything that is no command."""
        ...


class Client:
    """One controller at an address. Open it with `async with`."""

    def __init__(
        self,
        host: str,
        port: int = 161,
        *,
        community: str = "public",
        commands: str | None = None,
        version: str = "2c",
        timeout_s: float = 0.5,
        retries: int = 1,
    ) -> None:
        """Say where and how: `community` reads, `commands` sets; many controllers answer to version 1 alone."""
        self.host, self.port = host, port
        self._communities = (community, commands or community)
        self._model = {"1": 0, "2c": 1}[version]
        self._patience = (timeout_s, retries)
        self._open: Any = None

    async def __aenter__(self) -> Self:
        """Make the socket."""
        from pysnmp.hlapi.v3arch.asyncio import (  # noqa: PLC0415 — half a second, for those alone who have controllers
            CommunityData,
            ContextData,
            SnmpEngine,
            UdpTransportTarget,
        )

        timeout_s, retries = self._patience
        with self._named():
            target = await UdpTransportTarget.create((self.host, self.port), timeout=timeout_s, retries=retries)
        reads, sets = (CommunityData(name, mpModel=self._model) for name in self._communities)
        self._open = (SnmpEngine(), target, ContextData(), reads, sets)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the socket."""
        engine, self._open = self._open[0], None
        engine.close_dispatcher()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """Read objects, a few in a message."""
        from pysnmp.hlapi.v3arch.asyncio import ObjectIdentity, ObjectType, get_cmd  # noqa: PLC0415

        engine, target, room, reads, _ = self._open
        found: dict[str, Value] = {}
        for at in range(0, len(oids), _AT_ONCE):
            part = oids[at : at + _AT_ONCE]
            asked = [ObjectType(ObjectIdentity(oid)) for oid in part]
            with self._named():
                answer = await get_cmd(engine, reads, target, room, *asked, lookupMib=False)
            for oid, value in zip(part, self._bound(answer, part), strict=True):
                found[oid] = self._value(oid, value)
        return found

    async def set(self, values: Mapping[str, int]) -> None:
        """Set command objects in one message: all or none."""
        from pysnmp.hlapi.v3arch.asyncio import ObjectIdentity, ObjectType, set_cmd  # noqa: PLC0415
        from pysnmp.proto.rfc1902 import Integer32  # noqa: PLC0415

        check_commands(values)
        engine, target, room, _, sets = self._open
        asked = [ObjectType(ObjectIdentity(oid), Integer32(value)) for oid, value in values.items()]
        with self._named():
            answer = await set_cmd(engine, sets, target, room, *asked, lookupMib=False)
        self._bound(answer, list(values))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Call no answer what the library and the system raise: no route, no such name."""
        from pysnmp.error import PySnmpError  # noqa: PLC0415

        try:
            yield
        except (OSError, PySnmpError) as failed:
            raise UnjaiError("signals_no_answer", 504, host=self.host, port=self.port) from failed

    def _bound(self, answer: Any, asked: Sequence[str]) -> list[Any]:
        silent, status, index, bound = answer
        if silent:
            raise UnjaiError("signals_no_answer", 504, host=self.host, port=self.port)
        if int(status):
            oid = asked[int(index) - 1] if 0 < int(index) <= len(asked) else asked[0]
            code = "signals_no_such_object" if int(status) == _NO_SUCH_V1 else "signals_refused"
            raise UnjaiError(code, 502, host=self.host, oid=oid, answer=status.prettyPrint())
        return [value for _, value in bound]

    def _value(self, oid: str, value: Any) -> Value:
        kind = type(value).__name__
        if kind in {"NoSuchInstance", "NoSuchObject", "EndOfMibView"}:
            raise UnjaiError("signals_no_such_object", 502, host=self.host, oid=oid, answer=kind)
        if kind == "OctetString":
            return bytes(value)
        try:
            return int(value)
        except (TypeError, ValueError) as strange:
            raise UnjaiError("signals_refused", 502, host=self.host, oid=oid, answer=kind) from strange


def check_commands(values: Mapping[str, int]) -> None:
    """Raise `signals_never_set` where anything but a command would be set: lamps, timings, a flash."""
    for oid, value in values.items():
        flash = oid == SYSTEM_PATTERN_CONTROL and value == FLASH
        if oid not in COMMANDS or flash or not 0 <= value <= _BYTE:
            raise UnjaiError("signals_never_set", 500, oid=oid, value=value)


async def set_and_compare(wire: Wire, values: Mapping[str, int], clears: Sequence[str] = ()) -> None:
    """Set, read back, and raise `signals_set_ignored` where something else stands there.

    `clears` are objects whose bits a controller clears by itself: force-offs end with their green.
    """
    await wire.set(values)
    stands = await wire.get(list(values))
    for oid, value in values.items():
        now = stands[oid]
        if not isinstance(now, int) or (now & ~value if oid in clears else now != value):
            raise UnjaiError("signals_set_ignored", 502, oid=oid, asked=value, stands=str(now))
