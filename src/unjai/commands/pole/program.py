"""`unjai pole` on the command line: what is asked becomes an agent, a line on the input or SIGUSR1 becomes a press."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from unjai.model.errors import UnjaiError


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The words of the command line."""

    centre: str
    key: str
    secret: str
    microphone: str
    loudspeaker: str
    siren: str
    light: str
    ca: Path | None


def run(asked: Asked) -> None:
    """Run until told to stop. Raises `agent_needs_extra` (500) where aiortc is not installed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(asked))


async def _run(asked: Asked) -> None:
    try:
        from unjai.commands.pole import sound  # noqa: PLC0415  aiortc is an extra
        from unjai.commands.pole.agent import Agent, Fitted  # noqa: PLC0415
    except ImportError as error:
        raise UnjaiError("agent_needs_extra", 500) from error
    tls = None
    if asked.centre.startswith("https"):
        tls = ssl.create_default_context(cafile=None if asked.ca is None else str(asked.ca))
    fitted = Fitted(
        microphone=lambda: sound.microphone(asked.microphone),
        loudspeaker=lambda: sound.loudspeaker(asked.loudspeaker),
        siren=asked.siren,
        light=asked.light,
    )
    agent = Agent(asked.centre, asked.key, asked.secret, fitted, tls)
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, pressed.set)
    running = asyncio.create_task(agent.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(ValueError, OSError):  # an input that cannot be waited for: SIGUSR1 remains
        loop.add_reader(sys.stdin, lambda: pressed.set() if sys.stdin.readline() else loop.remove_reader(sys.stdin))
    pressing = asyncio.create_task(_presses(agent.press, pressed))
    try:
        await running
    except asyncio.CancelledError:
        pass
    finally:
        pressing.cancel()


async def _presses(press: Callable[[], Awaitable[None]], pressed: asyncio.Event) -> None:
    while True:
        await pressed.wait()
        pressed.clear()
        await press()
