"""`unjai up`: PostgreSQL, NATS and the roles as children, kept alive; imports nothing heavy, for it lives for years."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings
from unjai.platform.engines import postgres, process
from unjai.platform.engines.chores import Chores
from unjai.platform.engines.disc import DiscWatch
from unjai.platform.engines.folders import alone_in, disc_full, writing
from unjai.platform.engines.greeting import greeting
from unjai.platform.engines.nursery import Nursery
from unjai.platform.engines.parts import CAMERAS_WANTED, SIGNALS_WANTED, BackOff, Child, Log, Part
from unjai.platform.engines.ports import assert_free
from unjai.platform.engines.roster import Roster
from unjai.platform.engines.secrets import keep
from unjai.platform.engines.terminal import both, notify_systemd, say, tell_error, warn
from unjai.platform.tls import assert_safe, chosen, warnings_of

_Answer = TypeVar("_Answer")
_OURSELVES = (sys.executable, "-m", "unjai")
_STOP_S = 1.2
"""Seconds the roles have to end in order; all is gone within 3 s."""
_ENGINE_STOP_S = 0.8
_SLOW_S = 60
_TRIES_AT_START = 5
_SAME_ERROR_S = 60.0
_DISC_LOOK_S = 5.0
_CHORES_LOOK_S = 30.0
_WISHES_LOOK_S = 2.0


def up(settings: Settings, *, demo: bool, program: Sequence[str] = _OURSELVES) -> int:
    """Run the centre until SIGTERM or SIGINT; return the exit code. Messages go to the terminal in Thai and English.

    `program` is the command that runs a role when `run ROLE` follows it.
    """
    settings = dataclasses.replace(settings, data=settings.data.expanduser().absolute())
    try:
        with alone_in(settings.data):
            return asyncio.run(_Centre(settings, demo=demo, program=program).run())
    except UnjaiError as error:
        tell_error(error)
        return 1


class _Stopped(Exception):  # noqa: N818  not an error
    """The wish to end, while starting."""


class _Centre:
    """All children of one data folder."""

    def __init__(self, settings: Settings, *, demo: bool, program: Sequence[str]) -> None:
        self._settings = settings
        self._roster = Roster(settings, program)
        self._demo = demo
        self._run = settings.data / "run"
        self._logs = settings.data / "log"
        self._children: dict[str, Child] = {}
        self._nursery: Nursery | None = None
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._open_logs: dict[str, Log] = {}
        self._stopping = asyncio.Event()
        self._usable = False
        self._failed: UnjaiError | None = None
        self._told: dict[str, float] = {}

    async def run(self) -> int:
        """Start all, wait for the wish to end, stop all."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._look)
        ends = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            ends.append(signal.SIGHUP)
        for number in ends:
            loop.add_signal_handler(number, self._wish_to_stop)
        try:
            await self._start()
            await self._stopping.wait()
        except _Stopped:
            pass
        except UnjaiError as error:
            self._failed = error
        finally:
            await self._stop()
        if self._failed is not None:
            tell_error(self._failed)
            return 1
        return 0

    def _wish_to_stop(self) -> None:
        if self._stopping.is_set():
            for child in self._children.values():
                child.send(child.part.harsh)
        self._stopping.set()

    def _look(self) -> None:
        for child in list(self._children.values()):
            child.look()

    # -- start ---------------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        settings = self._settings
        say(both("starting"))
        with writing(settings.data):
            for folder in (self._run, self._logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(self._stop_orphans)
        assert_safe(settings)
        for code in warnings_of(settings):
            warn(both(code))
        assert_free(settings.host, settings.port, option="--port / UNJAI_PORT")
        if settings.http_port:
            assert_free(settings.host, settings.http_port, option="UNJAI_HTTP_PORT")
        if not settings.nats_url:
            assert_free(settings.mqtt_listen, settings.mqtt_port, option="--mqtt-port / UNJAI_MQTT_PORT")
        self._begin_nursery()  # reads its code while the engines start
        engines = []
        if not settings.database_url:
            if not (settings.data / "pg").exists():
                say(both("first_start", folder=settings.data / "pg"))
            engines.append(self._keep(await self._sooner(asyncio.to_thread(self._roster.prepare_postgres))))
        if not settings.nats_url:
            engines.append(self._keep(await asyncio.to_thread(self._roster.prepare_nats)))
        for ready in engines:
            await self._sooner(ready.wait())
        await self._once("migrate", "unjai_owner")
        if self._demo:
            say(both("demo_zone"))
            await self._once("demo-zone", "unjai_owner")
        await self._sooner(self._grown(), slow=True)
        web = self._keep(self._roster.role("web", "unjai_app", ready=self._roster.healthy, forked=True))
        core = self._keep(self._roster.role("core", "unjai_worker", forked=True))
        await self._sooner(core.wait(), slow=True)
        await self._sooner(web.wait(), slow=True)
        self._keepers["disc"] = asyncio.create_task(self._watch_disc())
        self._keepers["chores"] = asyncio.create_task(self._do_chores())
        self._keepers["wishes"] = asyncio.create_task(self._follow_wishes())
        self._usable = True
        self._write_state()
        if self._demo and chosen(settings) is not None:
            warn(both("demo_silent"))  # the play speaks in clear only
        elif self._demo:
            self._keep(self._roster.role("demo", "", words=("demo", "--loop")))
        self._tell_ready()
        notify_systemd("READY=1")

    def _stop_orphans(self) -> None:
        """Stop what a killed supervisor left; the kernel has told them to end, this makes sure of it."""
        patience = {"nats": [(signal.SIGTERM, 1.0)], "postgres": [(signal.SIGINT, 2.0), (signal.SIGQUIT, 1.0)]}
        for file in sorted(self._run.glob("*.pid"), key=lambda item: item.stem in patience):
            if (pid := process.noted_pid(file)) is not None:
                waves = [*patience.get(file.stem, [(signal.SIGTERM, 1.0)]), (signal.SIGKILL, 2.0)]
                process.stop([pid], waves)
            file.unlink(missing_ok=True)

    async def _sooner(self, wanted: Coroutine[Any, Any, _Answer], *, slow: bool = False) -> _Answer:
        """Return what `wanted` brings, or raise if the wish to end or a failure comes first; say when it takes long."""
        task = asyncio.ensure_future(wanted)
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            waiting = {task, stop}
            done, _ = await asyncio.wait(
                waiting, timeout=_SLOW_S if slow else None, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                warn(both("slow", seconds=_SLOW_S, folder=self._logs))
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
        if self._stopping.is_set():
            raise _Stopped
        return task.result()

    # -- keeping alive -------------------------------------------------------------------------------------------

    def _log(self, name: str) -> Log:
        if name not in self._open_logs:
            file = self._logs / ("nats.out.log" if name == "nats" else f"{name}.log")
            self._open_logs[name] = Log(file, lambda line: warn(f"[{name}] {line}"))
        return self._open_logs[name]

    async def _spawn(self, part: Part) -> Child:
        command = await asyncio.to_thread(part.command)
        if self._stopping.is_set():
            raise _Stopped
        if part.forked and self._nursery is not None and self._nursery.gone:
            self._begin_nursery()  # this start goes the plain way
        pid_file = self._run / f"{part.name}.pid"
        child = Child(part, command, self._log(part.name), pid_file, nursery=self._nursery)
        self._children[part.name] = child
        self._write_state()
        child.look()  # it may have ended before it was on the list
        return child

    def _begin_nursery(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
        self._nursery = self._roster.nursery(self._logs / "nursery.log", self._run / "nursery.pid", self._look)

    async def _grown(self) -> None:
        if self._nursery is not None:
            await self._nursery.until_ready()

    def _keep(self, part: Part) -> asyncio.Event:
        """Keep `part` alive from now on; the event is set when it was ready for the first time."""
        ready = asyncio.Event()
        self._keepers[part.name] = asyncio.create_task(self._keep_alive(part, ready))
        return ready

    async def _keep_alive(self, part: Part, ready: asyncio.Event) -> None:
        wait, tries = BackOff(), 0
        while not self._stopping.is_set():
            began, how = time.monotonic(), ""
            try:
                child = await self._spawn(part)
            except UnjaiError as error:
                self._tell_once(error)
                how = error.code
            except OSError as error:
                how = str(error)
            except _Stopped:
                return
            else:
                if await child.until_ready() and not self._stopping.is_set():
                    if tries and ready.is_set():
                        say(both("part_back", name=part.name))
                    ready.set()
                await child.ended.wait()
                how = _how(child.code)
            if self._stopping.is_set():
                return
            tries += 1
            if not self._usable and not ready.is_set() and tries >= _TRIES_AT_START:
                self._tell_tail(part.name)
                log = self._logs / ("nats.log" if part.name == "nats" else f"{part.name}.log")
                self._failed = UnjaiError("part_keeps_ending", 500, name=part.name, log=str(log))
                self._stopping.set()
                return
            delay = wait.after(time.monotonic() - began)
            warn(both("part_ended", name=part.name, how=how, delay_s=f"{delay:g}"))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def _watch_disc(self) -> None:
        watch = DiscWatch(self._settings.data, self._logs / "nats.log")
        while True:
            await asyncio.sleep(_DISC_LOOK_S)
            found = watch.look()
            if found == "full":
                self._tell_once(disc_full(self._settings.data, watch.free_bytes()))
            elif found == "mended" and "nats" in self._children:
                self._children["nats"].send(signal.SIGTERM)

    async def _follow_wishes(self) -> None:
        """Run the processes of cameras and signals while core says that they are wanted (marks in `DATA/run`)."""
        share = self._settings.cameras
        wishes = {SIGNALS_WANTED: self._roster.role("signals", "unjai_worker")}
        if share:
            words = ("run", "cameras", "--shard", share)
            wishes[CAMERAS_WANTED] = self._roster.role("cameras", "unjai_worker", words=words)
        while True:
            for mark, part in wishes.items():
                wanted = (self._run / mark).exists()
                if wanted and part.name not in self._keepers:
                    self._keep(part)
                elif not wanted and (keeper := self._keepers.pop(part.name, None)) is not None:
                    keeper.cancel()
                    if (child := self._children.pop(part.name, None)) is not None:
                        await child.stop(_STOP_S)
            await asyncio.sleep(_WISHES_LOOK_S)

    async def _do_chores(self) -> None:
        """Begin what is due, each in a process of its own; a failure is told and tried again later."""
        chores, clock = Chores(self._settings), SystemClock()
        roles = {
            "backup": self._roster.role("backup", "unjai_owner"),
            "renew": self._roster.role("renew", "", words=("tls", "renew")),
        }
        while True:
            for name in chores.due(clock.now()):
                try:
                    child = await self._spawn(roles[name])
                except (UnjaiError, OSError, _Stopped):
                    break
                await child.ended.wait()
                del self._children[name]
                if child.code != 0 and not self._stopping.is_set():
                    warn(both("chore_failed", name=name, log=self._logs / f"{name}.log"))
            with contextlib.suppress(UnjaiError):
                if chores.certificate_changed() and "nats" in self._children:
                    self._children["nats"].send(signal.SIGTERM)
            await asyncio.sleep(_CHORES_LOOK_S)

    async def _once(self, name: str, database_role: str) -> None:
        """Run a role to its end; raise `role_not_finished` if it fails."""
        child = await self._spawn(self._roster.role(name, database_role))
        await self._sooner(child.ended.wait())
        del self._children[name]
        if child.code != 0:
            self._tell_tail(name)
            log = str(self._logs / f"{name}.log")
            raise UnjaiError("role_not_finished", 500, role=name, exit_code=_how(child.code), log=log)

    # -- end -----------------------------------------------------------------------------------------------------

    async def _stop(self) -> None:
        self._stopping.set()
        notify_systemd("STOPPING=1")
        if self._failed is None:
            say(both("stopping"))
        engines = {name: child for name, child in self._children.items() if name in {"postgres", "nats"}}
        roles = [child for name, child in self._children.items() if name not in engines]
        await asyncio.gather(*(child.stop(_STOP_S) for child in roles))
        if self._nursery is not None:
            self._nursery.close()
        await asyncio.gather(*(child.stop(_ENGINE_STOP_S) for child in engines.values()))
        if not self._settings.database_url:  # an initdb that was interrupted; the next start makes all anew
            process.stop(postgres.at_work_in(self._settings.data / "pg"), [(signal.SIGKILL, 1.0)])
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        for log in self._open_logs.values():
            log.close()
        with contextlib.suppress(OSError):
            (self._run / "state.json").unlink(missing_ok=True)
        if self._roster.cluster is not None:
            self._roster.cluster.forget_sockets()
        if self._failed is None:
            say(both("stopped"))

    # -- telling -------------------------------------------------------------------------------------------------

    def _write_state(self) -> None:
        """Write down who runs where, for tools and tests; no secret is in it."""
        settings = self._settings
        cluster, server = self._roster.cluster, self._roster.server
        state = {
            "supervisor": os.getpid(),
            "pids": {name: child.pid for name, child in self._children.items() if child.code is None},
            "usable": self._usable,
            "sockets": None if cluster is None else str(cluster.sockets),
            "nats_url": None if server is None else server.url(),
            "mqtt_host": settings.mqtt_listen,
            "mqtt_port": settings.mqtt_port,
            "http_host": settings.host,
            "tls": chosen(settings) is not None,
            "http_port": settings.port,
        }
        with contextlib.suppress(OSError):
            keep(self._run / "state.json", json.dumps(state, indent=1))

    def _tell_once(self, error: UnjaiError) -> None:
        now = time.monotonic()
        if now - self._told.get(error.code, -_SAME_ERROR_S) >= _SAME_ERROR_S:
            self._told[error.code] = now
            tell_error(error)

    def _tell_tail(self, name: str) -> None:
        file = self._logs / f"{name}.log"
        tail = self._log(name).tail()
        warn(f"{both('part_failed', name=name, log=file)}\n{tail}")

    def _tell_ready(self) -> None:
        password = self._run / "first-password"
        say(greeting(self._settings, demo=self._demo, password=password, logs=self._logs))
        password.unlink(missing_ok=True)


def _how(code: int | None) -> str:
    if code is None:
        return "?"
    return signal.Signals(-code).name if code < 0 else str(code)
