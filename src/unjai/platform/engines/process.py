"""Child processes on Linux: they die with their parent, and those an earlier parent left behind are found again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The operating system's user that a process runs as."""

    name: str
    uid: int
    gid: int


def dies_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """Return a `preexec_fn`: when the parent is gone, however it went, the kernel sends `number` to the child.

    The kernel forgets this at a change of user, so it is said after it: `subprocess` changes the user first.
    """
    parent = os.getpid()

    def tell_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tell_kernel


def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    output: IO[bytes] | int,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    death: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own process group, as `account` if given; all it prints goes to `output`.

    Call it from the main thread: `death` is sent when the thread that called is gone.
    """
    return subprocess.Popen(  # noqa: S603  our own engines
        list(command),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        start_new_session=True,
        preexec_fn=dies_with_parent(death),  # noqa: PLW1509  only a system call
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )


def birth(pid: int) -> str | None:
    """Return what tells this process from any other with its number (boot and start tick); None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def note_pid(file: Path, pid: int) -> None:
    """Write down who runs, so that a later supervisor finds it."""
    file.write_text(f"{pid} {birth(pid)}\n", "ascii")


def noted_pid(file: Path) -> int | None:
    """Return the process of a pid file if that very process still runs."""
    try:
        number, _, born = file.read_text("ascii").strip().partition(" ")
        pid = int(number)
    except (OSError, ValueError):
        return None
    return pid if born == birth(pid) else None


def in_folder(folder: Path, program: str) -> list[int]:
    """Return the processes called `program` that work in `folder`, such as a postmaster's orphaned backends."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it may have ended, or belong to someone else
                if (entry / "comm").read_text().strip() == program and (entry / "cwd").samefile(folder):
                    found.append(int(entry.name))
    return found


def stop(pids: Iterable[int], signals: Sequence[tuple[int, float]], *, group: bool = False) -> list[int]:
    """Send each signal in turn and wait its seconds for all to go; return those that stayed."""
    births = {pid: birth(pid) for pid in pids}

    def left() -> list[int]:
        return [pid for pid, born in births.items() if born is not None and birth(pid) == born]

    for number, wait_s in signals:
        for pid in left():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number) if group and os.getpgid(pid) == pid else os.kill(pid, number)
        until = time.monotonic() + wait_s
        while left() and time.monotonic() < until:
            time.sleep(0.02)
        if not left():
            break
    return left()
