"""What the kernel says of processes: CPU seconds and memory of a whole tree, and how busy the machine is."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_s(pid: int) -> float:
    """Return the CPU seconds (user and system) a process has used."""
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += parents.get(one, [])


def tree_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and its living descendants."""
    return sum(_or_zero(one) for one in tree(pid))


def _or_zero(pid: int) -> float:
    try:
        return cpu_s(pid)
    except OSError:
        return 0.0


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process and all its descendants, in MB (10^6 bytes)."""
    total_kb = 0
    for one in tree(pid):
        try:
            lines = (_PROC / str(one) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb * 1024 / 1e6


def pace_ms() -> float:
    """Return the CPU milliseconds of a small fixed piece of Python: how much the neighbours slow a core down."""
    began, held = time.process_time(), {}
    for number in range(2_000):
        held[number % 997] = (number, str(number))
    return (time.process_time() - began) * 1000


class Pace:
    """Takes the pace four times a second beside a run, at about 0.5 % of a core."""

    def __init__(self) -> None:
        """Take nothing yet."""
        self._taken: list[float] = []

    async def keep(self) -> None:
        """Take it until cancelled."""
        while True:
            self._taken.append(min(pace_ms() for _ in range(3)))  # the first finds cold caches
            await asyncio.sleep(0.25)

    @property
    def mean_ms(self) -> float:
        """Return the mean of what was taken."""
        return round(statistics.mean(self._taken), 3)


def load_average() -> list[float]:
    """Return how many processes wanted a core in the last 1, 5 and 15 minutes; the machine is not ours alone."""
    return [round(load, 1) for load in os.getloadavg()]
