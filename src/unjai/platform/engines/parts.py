"""One child process kept alive: started, watched, written down, restarted with back-off, and ended in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unjai.platform.engines import process
from unjai.platform.engines.nursery import Forked, Nursery
from unjai.platform.engines.process import Account

_FIRST_DELAY_S, _LONGEST_DELAY_S, _STEADY_S = 0.2, 5.0, 10.0
_LOG_BYTES, _LOG_FILES = 10_000_000, 5
_BAD = re.compile(rb"\b(ERROR|CRITICAL|FATAL|PANIC)\b|^Traceback |^\w*(Error|Exception)\b")
_SHOWN_PER_MINUTE = 20
CAMERAS_WANTED = "cameras.wanted"
"""A file in `DATA/run`: core makes it while any camera has an address and is in use."""
SIGNALS_WANTED = "signals.wanted"
"""The same for junctions: while any is registered and not off."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What to run: `command` is asked anew for each start, since an engine clears up after its own crash there."""

    name: str
    command: Callable[[], list[str]]
    cwd: Callable[[], Path]
    environment: Mapping[str, str]
    account: Callable[[], Account | None] = field(default=lambda: None)
    ready: Callable[[int], bool] = field(default=lambda _pid: True)
    gentle: int = signal.SIGTERM
    """The signal by which it ends in order; also what the kernel sends when the supervisor dies."""
    harsh: int = signal.SIGKILL
    """The signal sent when its patience is over; SIGKILL follows in any case."""
    forked: str = ""
    """What it is called in the nursery, which forks it where there is one."""


class Log:
    """A child's log file: kept to a size, older ones renamed `.1` to `.4`; errors are shown to `show` too."""

    def __init__(self, file: Path, show: Callable[[str], None]) -> None:
        """Append to `file`."""
        self._file = file
        self._show = show
        self._out = file.open("ab")
        self._rest = b""
        self._minute = 0
        self._shown = 0

    def write(self, data: bytes) -> None:
        """Keep what the child printed; a disc that is full must not stop the supervisor."""
        with contextlib.suppress(OSError):
            self._out.write(data)
            self._out.flush()
            if self._out.tell() > _LOG_BYTES:
                self._rotate()
        *lines, self._rest = (self._rest[-65536:] + data).split(b"\n")
        for line in lines:
            if _BAD.search(line):
                self._tell(line)

    def tail(self, count: int = 12) -> str:
        """Return the last lines."""
        with contextlib.suppress(OSError):
            size = self._file.stat().st_size
            with self._file.open("rb") as text:
                text.seek(max(0, size - 16_384))
                return "\n".join(text.read().decode("utf-8", "replace").splitlines()[-count:])
        return ""

    def close(self) -> None:
        """Close the file."""
        self._out.close()

    def _tell(self, line: bytes) -> None:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._shown = minute, 0
        self._shown += 1
        if self._shown <= _SHOWN_PER_MINUTE:
            self._show(line.decode("utf-8", "replace")[:500])

    def _rotate(self) -> None:
        self._out.close()
        for number in range(_LOG_FILES - 2, 0, -1):
            older = self._file.with_name(f"{self._file.name}.{number}")
            if older.exists():
                older.replace(self._file.with_name(f"{self._file.name}.{number + 1}"))
        self._file.replace(self._file.with_name(f"{self._file.name}.1"))
        self._out = self._file.open("ab")


class Child:
    """A running `Part`."""

    def __init__(
        self, part: Part, command: list[str], log: Log, pid_file: Path, *, nursery: Nursery | None = None
    ) -> None:
        """Start `command`, or have the nursery fork the part; raises `OSError`."""
        self.part = part
        self._log = log
        self._pid_file = pid_file
        reader, writer = os.pipe()
        try:
            forked = nursery.fork(part.forked, part.environment, writer) if nursery and part.forked else None
            self._popen: subprocess.Popen[bytes] | Forked = forked or process.spawn(
                command,
                cwd=part.cwd(),
                output=writer,
                account=part.account(),
                environment=part.environment,
                death=part.gentle,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self.pid = self._popen.pid
        self.began = time.monotonic()
        self.ended = asyncio.Event()
        self.code: int | None = None
        os.set_blocking(reader, False)
        self._reader = reader
        asyncio.get_running_loop().add_reader(reader, self._read)
        process.note_pid(pid_file, self.pid)

    def look(self) -> None:
        """See whether it has ended; called on each SIGCHLD."""
        if self.code is None and (code := self._popen.poll()) is not None:
            self.code = code
            self._read()
            self._close()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)  # what it may have started itself
            with contextlib.suppress(OSError):
                self._pid_file.unlink(missing_ok=True)
            self.ended.set()

    def send(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.code is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)

    async def until_ready(self) -> bool:
        """Wait until it is usable; False if it ended instead."""
        while self.code is None:
            if await asyncio.to_thread(self.part.ready, self.pid):
                return True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), 0.03)
        return False

    async def stop(self, patience_s: float) -> None:
        """End it gently, and by force after `patience_s`."""
        for number, wait_s in ((self.part.gentle, patience_s), (self.part.harsh, 0.3)):
            self.send(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), wait_s)
            if self.code is not None:
                return
        self.send(signal.SIGKILL)
        await self.ended.wait()

    def _read(self) -> None:
        while self._reader >= 0:
            try:
                data = os.read(self._reader, 65536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._close()
                return
            self._log.write(data)

    def _close(self) -> None:
        if self._reader >= 0:
            asyncio.get_running_loop().remove_reader(self._reader)
            os.close(self._reader)
            self._reader = -1


class BackOff:
    """How long to wait before a restart: doubling from 0.2 s to 5 s, forgotten after 10 s of life."""

    def __init__(self) -> None:
        """Begin with the shortest."""
        self._next = _FIRST_DELAY_S

    def after(self, lived_s: float) -> float:
        """Return the seconds to wait after a life of `lived_s`."""
        if lived_s >= _STEADY_S:
            self._next = _FIRST_DELAY_S
        delay, self._next = self._next, min(_LONGEST_DELAY_S, self._next * 2)
        return delay
