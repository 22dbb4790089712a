"""Folders we write to: a clear word when they cannot be written, are full, or belong to another `unjai up`."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from unjai.model.errors import UnjaiError

NEEDED_BYTES = 100_000_000
_REFUSALS = (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system says into `data_not_writable` or `disc_full`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disc_full(folder, 0) from error
        if error.errno in _REFUSALS:
            place = str(error.filename or folder)
            raise UnjaiError("data_not_writable", 500, folder=place, user=our_name()) from error
        raise


def assert_room(folder: Path) -> None:
    """Raise `disc_full` if an engine could not even start here."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise disc_full(folder, free)


def disc_full(folder: Path, free_bytes: int) -> UnjaiError:
    """Return the error that says how much room is left and how much is needed."""
    free_mb, needed_mb = free_bytes // 1_000_000, NEEDED_BYTES // 1_000_000
    return UnjaiError("disc_full", 507, folder=str(folder), free_mb=free_mb, needed_mb=needed_mb)


def our_name() -> str:
    """Return the system user we run as, or its number if it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


@contextlib.contextmanager
def alone_in(data: Path) -> Iterator[None]:
    """Hold the data folder for this process; raise `already_running` (with its pid) if another one holds it."""
    with writing(data):
        (data / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(data / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 20).decode("ascii", "replace").strip()
            raise UnjaiError("already_running", 500, folder=str(data), pid=holder) from error
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
