"""The nursery: a process that has read the code of the roles and forks them when asked.

Reading the code takes seconds of a small machine; a fork takes hundredths. The roles share the memory of what was
read, and a role that was killed is back before anyone waits for it. What it runs is told by whoever serves
(`serve`, in the nursery); the supervisor asks (`Nursery`) and starts a role the plain way where there is no answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from unjai.platform.engines import process

_BYTES = 262_144
_ANSWER_S = 2.0


class Forked:
    """A role that the nursery forked: what `subprocess.Popen` would be for it."""

    def __init__(self, pid: int, life: int, look: Callable[[], None], lost: Callable[[], bool]) -> None:
        """Hold its process; `look` is called when it ends, `lost` tells whether nobody can say how it ended."""
        self.pid = pid
        self.code: int | None = None
        self._lost = lost
        self._life = life
        self._handle = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._handle, look)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs; killed where the one who knew is gone too."""
        if self.code is None and self._lost() and process.birth(self.pid) is None:
            self.code = -signal.SIGKILL
        if self.code is not None and self._handle >= 0:
            asyncio.get_running_loop().remove_reader(self._handle)
            os.close(self._handle)
            os.close(self._life)
            self._handle = -1
        return self.code


class Nursery:
    """The supervisor's side. Without a nursery that is ready `fork` returns None."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log_file: Path,
        pid_file: Path,
        look: Callable[[], None],
    ) -> None:
        """Start `command` followed by the number of its socket; `look` is called when a role of it ended."""
        self._look = look
        self._pid_file = pid_file
        self._forked: dict[int, Forked] = {}
        self._ready = False
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log_file.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603  our own program
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                preexec_fn=process.dies_with_parent(),  # noqa: PLW1509  only a system call
            )
        process.note_pid(pid_file, self._popen.pid)
        self._door.settimeout(_ANSWER_S)
        asyncio.get_running_loop().add_reader(self._door, self._read)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._popen.pid

    @property
    def gone(self) -> bool:
        """Whether it ended."""
        return self._popen.poll() is not None

    def fork(self, role: str, environment: Mapping[str, str], output: int) -> Forked | None:
        """Have it run `role`, printing to `output`; None where it cannot now."""
        if not self._ready or self.gone:
            return None
        theirs, life = os.pipe()
        try:
            said = json.dumps({"role": role, "environment": dict(environment)}).encode()
            socket.send_fds(self._door, [said], [output, theirs])
            pid = self._answer()
        except (OSError, ValueError):
            os.close(life)
            return None
        finally:
            os.close(theirs)
        self._forked[pid] = found = Forked(pid, life, self._look, lambda: self.gone)
        return found

    async def until_ready(self) -> None:
        """Wait until it can fork, or has ended."""
        while not self._ready and not self.gone:  # noqa: ASYNC110  its end rings no bell
            await asyncio.sleep(0.02)

    def close(self) -> None:
        """End it; what it forked goes on, and is no longer told of."""
        self._hang_up()
        with contextlib.suppress(ProcessLookupError):
            self._popen.terminate()
        self._popen.wait()
        self._pid_file.unlink(missing_ok=True)

    def _answer(self) -> int:
        while True:
            heard = self._hear()
            if "pid" in heard:
                return int(heard["pid"])

    def _hear(self) -> dict[str, Any]:
        data = self._door.recv(_BYTES)
        if not data:
            raise OSError("the nursery is gone")
        heard: dict[str, Any] = json.loads(data)
        if heard.get("ready"):
            self._ready = True
        elif "ended" in heard and (forked := self._forked.pop(heard["ended"], None)) is not None:
            forked.code = heard["code"]
            asyncio.get_running_loop().call_soon(self._look)
        return heard

    def _read(self) -> None:
        try:
            self._hear()
        except (OSError, ValueError):
            self._hang_up()
            self._look()

    def _hang_up(self) -> None:
        if self._door.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._door)
            self._door.close()


def serve(number: int, roles: Mapping[str, Callable[[], None]]) -> None:
    """Be the nursery: fork each role that is asked for on socket `number`, say how each ends, until nobody asks."""
    door = socket.socket(fileno=number)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()
    _say(door, ready=True)
    while True:
        ready, _, _ = select.select([door.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _reap(door)
        if door.fileno() in ready:
            said, handles, _, _ = socket.recv_fds(door, _BYTES, 2)
            if not said:
                return
            asked = json.loads(said)
            pid = os.fork()
            if pid == 0:
                door.close()
                os.close(woken)
                os.close(wakes)
                _be(roles[asked["role"]], asked["environment"], *handles)
            for handle in handles:
                os.close(handle)
            _say(door, pid=pid)


def _say(door: socket.socket, **said: object) -> None:
    with contextlib.suppress(OSError):
        door.send(json.dumps(said).encode())


def _reap(door: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            _say(door, ended=found[0], code=os.waitstatus_to_exitcode(found[1]))


def _be(role: Callable[[], None], environment: Mapping[str, str], output: int, life: int) -> None:
    """Become a role; never return."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for target in (1, 2):
            os.dup2(output, target)
        os.close(output)
        os.environ.clear()
        os.environ.update(environment)
        threading.Thread(target=_die_with, args=(life,), name="life", daemon=True).start()
        role()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
    except BaseException:  # noqa: BLE001  whatever it was, it is said and the process ends
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _die_with(life: int) -> None:
    """End in order when the supervisor is gone: it alone holds the other end."""
    while True:
        with contextlib.suppress(InterruptedError):
            if not os.read(life, 1):
                os.kill(os.getpid(), signal.SIGTERM)
                return
