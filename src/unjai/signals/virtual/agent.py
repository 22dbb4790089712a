"""The virtual controller's SNMP door: v1 and v2c on loopback, with a community for reading and one for commands.

A wrong community is not answered at all, as controllers do.
"""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto.rfc1902 import Integer32, ObjectName, OctetString
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance
from pysnmp.smi import error
from pysnmp.smi.instrum import AbstractMibInstrumController

from unjai.signals.virtual.core import Core
from unjai.signals.virtual.objects import BadValueError, NoSuchObjectError, NotWritableError, Objects

_TICK_S = 0.1


class Agent:
    """An open door. `objects` is what it answers with; `close` ends it."""

    def __init__(self, objects: Objects, port: int, engine: SnmpEngine, ticking: asyncio.Task[None]) -> None:
        """Hold what was opened."""
        self.objects = objects
        self.port = port
        self._engine = engine
        self._ticking = ticking

    async def close(self) -> None:
        """Close the door; what is asked from now on is not answered."""
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        self._engine.close_dispatcher()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn


async def serve(
    core: Core,
    port: int,
    community: str,
    clock: Callable[[], float],
    *,
    commands: str | None = None,
) -> Agent:
    """Open the door on 127.0.0.1 (port 0: any free one) and keep the core moving with the clock.

    `community` may read; `commands`, or the same where none is given, may set as well.
    """
    engine = SnmpEngine()
    transport = udp.UdpAsyncioTransport().open_server_mode(("127.0.0.1", port))
    config.add_transport(engine, udp.DOMAIN_NAME, transport)
    reading, writing = community, commands or community
    for name in {reading, writing}:
        config.add_v1_system(engine, name, name, securityName=name)
    objects = Objects(core)
    room = context.SnmpContext(engine)
    room.unregister_context_name(b"")
    room.register_context_name(b"", _Instrument(objects, clock, writing))
    for responder in (cmdrsp.GetCommandResponder, cmdrsp.NextCommandResponder, cmdrsp.SetCommandResponder):
        responder(engine, room)
    await transport._lport  # noqa: SLF001 — the library tells in no other way when the socket is open
    opened = int(transport.transport.get_extra_info("sockname")[1])
    return Agent(objects, opened, engine, asyncio.create_task(_tick(core, clock)))


async def _tick(core: Core, clock: Callable[[], float]) -> None:
    while True:
        core.step(clock())
        await asyncio.sleep(_TICK_S)


class _Instrument(AbstractMibInstrumController):  # type: ignore[misc]
    """What the library asks for values."""

    def __init__(self, objects: Objects, clock: Callable[[], float], writing: str) -> None:
        self.objects = objects
        self.clock = clock
        self.writing = writing

    def read_variables(self, *asked: Any, **_: Any) -> list[Any]:
        """Answer a get."""
        self.objects.core.step(self.clock())
        return [(name, self._value(str(name))) for name, _ in asked]

    def read_next_variables(self, *asked: Any, **_: Any) -> list[Any]:
        """Answer a get-next: the walk of snmpwalk."""
        self.objects.core.step(self.clock())
        order = [tuple(map(int, oid.split("."))) for oid in self.objects.order]
        found = []
        for name, _ in asked:
            at = bisect_right(order, tuple(name))
            if at == len(order):
                found.append((name, EndOfMibView()))
            else:
                found.append((ObjectName(order[at]), self._value(self.objects.order[at])))
        return found

    def write_variables(self, *asked: Any, **told: Any) -> list[Any]:
        """Answer a set: all of it or nothing."""
        asker = told["snmpEngine"].observer.get_execution_context("rfc3412.receiveMessage:request")["securityName"]
        if str(asker) != self.writing:
            raise error.NoAccessError(idx=0)
        for at, (name, value) in enumerate(asked):
            try:
                self.objects.check(str(name), int(value) if isinstance(value, Integer32) else None)
            except NoSuchObjectError as missing:
                raise error.NoCreationError(idx=at) from missing
            except NotWritableError as fixed:
                raise error.NotWritableError(idx=at) from fixed
            except BadValueError as wrong:
                raise error.WrongValueError(idx=at) from wrong
        self.objects.core.step(self.clock())
        for name, value in asked:
            self.objects.write(str(name), int(value))
        return list(asked)

    def _value(self, oid: str) -> Any:
        try:
            value = self.objects.read(oid)
        except NoSuchObjectError:
            return NoSuchInstance()
        return Integer32(value) if isinstance(value, int) else OctetString(value)
