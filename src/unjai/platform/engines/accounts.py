"""The operating system's user that PostgreSQL runs as, and which paths that user reaches."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from unjai.model.errors import UnjaiError
from unjai.platform.engines.folders import our_name
from unjai.platform.engines.process import Account, dies_with_parent

SYSTEM_USER = "unjai-postgres"


def server_account(folder: Path) -> Account | None:
    """Return whom a server on `folder` runs as: ourselves (None), or as root the folder's owner or our system user.

    PostgreSQL refuses to run as root. Raises `system_user_missing` or `os_user_nameless`.
    """
    if os.geteuid() != 0:
        if our_name().isdigit():
            raise UnjaiError("os_user_nameless", 500, uid=os.geteuid())
        return None
    owner = folder.stat()
    if owner.st_uid != 0:
        with contextlib.suppress(KeyError):
            return Account(name=pwd.getpwuid(owner.st_uid).pw_name, uid=owner.st_uid, gid=owner.st_gid)
    return _system_user()


def run_as(
    account: Account | None, command: Sequence[str], *, cwd: Path, said: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a short command as `account` with a plain environment and return what it printed; raises `OSError`."""
    clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(  # noqa: S603  our own programs
        list(command),
        cwd=cwd,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        env=clean,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )


def reaches(account: Account | None, path: Path) -> bool:
    """Say whether `account` can go to `path` by its name (a parent such as /root may be closed to it)."""
    if account is None:
        return True
    try:
        return run_as(account, ["/bin/sh", "-c", 'cd -- "$0"', str(path)], cwd=Path("/")).returncode == 0
    except OSError:
        return False


def _system_user() -> Account:
    home = ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    makers = (
        ["useradd", "--system", "--user-group", "--no-create-home", *home, SYSTEM_USER],
        ["adduser", "-S", "-H", "-D", "-s", "/sbin/nologin", SYSTEM_USER],
    )
    said = ""
    for maker in ((), *makers):
        if maker:
            tool = shutil.which(maker[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
            if tool is None:
                continue
            done = subprocess.run([tool, *maker[1:]], capture_output=True, text=True, check=False)  # noqa: S603
            said = done.stderr.strip() or said
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(SYSTEM_USER)
            return Account(name=SYSTEM_USER, uid=entry.pw_uid, gid=entry.pw_gid)
    raise UnjaiError("system_user_missing", 500, user=SYSTEM_USER, said=said)
