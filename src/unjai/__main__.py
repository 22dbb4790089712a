"""The command line. Nothing heavy is imported until a command needs it: the supervisor lives long and small."""

from __future__ import annotations

import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unjai.commands.lines import Data, audit, case, evaluate, evidence, forecast, plates, running, signals, vision
from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings, load

if TYPE_CHECKING:
    from unjai.platform.database import Database

cli = typer.Typer(
    name="unjai",
    help="Unjai (อุ่นใจ): the operations centre of a Smart Safety Zone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a log takes plain lines, and no frame's contents
)
run = typer.Typer(help="Start one process of the centre; `unjai up` starts them all.", no_args_is_help=True)
tls = typer.Typer(help="The doors' certificate, by an authority of the station's own.", no_args_is_help=True)
account = typer.Typer(help="Accounts, from the centre's own machine.", no_args_is_help=True)
cli.add_typer(case, name="case")
cli.add_typer(run, name="run")
cli.add_typer(audit, name="audit")
cli.add_typer(account, name="account")
cli.add_typer(tls, name="tls")
cli.add_typer(vision, name="vision")
cli.add_typer(plates, name="plates")
cli.add_typer(evidence, name="evidence")
patrol = typer.Typer(help="Patrol — สายตรวจ.", no_args_is_help=True)
cli.add_typer(patrol, name="patrol")
cli.add_typer(signals, name="signals")
cli.add_typer(forecast, name="forecast")
cli.add_typer(evaluate, name="evaluate")


def main() -> None:
    """Run the command line; an error that has words ends with them and with status 1."""
    try:
        cli()
    except UnjaiError as error:
        _say(error)
        raise SystemExit(1) from None


def _say(error: UnjaiError) -> None:
    from unjai.platform.i18n import render  # noqa: PLC0415

    words = render(error.code, error.facts)
    sys.stderr.write(f"{words['th']}\n{words['en']}\n[{error.code}]\n")


def _logging(settings: Settings) -> None:
    from unjai.platform.logs import begin  # noqa: PLC0415

    begin(settings)


def _loop(job: Coroutine[Any, Any, Any]) -> Any:
    import uvloop  # noqa: PLC0415

    return uvloop.run(job)


@cli.command()
def up(
    *,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address of the web door; 0.0.0.0 opens it to the network.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the web door.")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port of the devices' MQTT door.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Bring the fictional demo zone and play its night.")] = False,
) -> None:
    """Run the whole centre on this machine until it is told to stop."""
    from unjai.platform.supervisor import up as start  # noqa: PLC0415

    settings = load(data=data, host=host, port=port, mqtt_port=mqtt_port)
    raise SystemExit(start(settings, demo=demo))


@run.command("migrate")
def run_migrate() -> None:
    """Bring the database to the newest schema and make the first administrator."""
    settings = load()
    _logging(settings)
    from unjai.platform.database import url_of  # noqa: PLC0415
    from unjai.platform.engines.secrets import database_password  # noqa: PLC0415
    from unjai.platform.migrate import migrate  # noqa: PLC0415

    migrate(url_of(settings.database_url, "unjai_owner", database_password(settings.data, "unjai_owner")))
    from unjai.commands.accounts import first_steps  # noqa: PLC0415

    first_steps(settings)


def _database(settings: Settings) -> Database:
    from unjai.platform.database import Database, url_of  # noqa: PLC0415
    from unjai.platform.engines.secrets import database_password  # noqa: PLC0415

    password = database_password(settings.data, "unjai_worker")
    return Database(url_of(settings.database_url, "unjai_worker", password), connections=2)


@run.command("web")
def run_web() -> None:
    """Serve HTTP, WebSocket and the HTTP sensors."""
    settings = load()
    _logging(settings)
    from unjai.roles.web import web  # noqa: PLC0415

    _loop(web(settings))


@run.command("core")
def run_core() -> None:
    """Hold the picture, record, and serve the devices' MQTT door."""
    settings = load()
    _logging(settings)
    from unjai.roles.core import core  # noqa: PLC0415

    _loop(core(settings))


@run.command("nursery", hidden=True)
def run_nursery(door: Annotated[int, typer.Argument(help="The number of the socket on which it is asked.")]) -> None:
    """Read the code of web and core and fork them when `unjai up` asks."""
    import unjai.roles.core  # noqa: PLC0415
    import unjai.roles.web  # noqa: F401, PLC0415
    from unjai.platform.engines.nursery import serve  # noqa: PLC0415

    serve(door, {"web": run_web, "core": run_core})


@run.command("cameras")
def run_cameras(
    *, shard: Annotated[str, typer.Option(help="Which share of the cameras, such as 1/2.")] = "1/1", data: Data = None
) -> None:
    """Receive, record and show the cameras; with --shard a share of them, on this or another host."""
    settings = load(data=data)
    _logging(settings)
    from unjai.roles.cameras import cameras  # noqa: PLC0415

    _loop(cameras(settings, shard=shard))


@run.command("signals")
def run_signals(data: Data = None) -> None:
    """Watch the registered junctions, and drive those that it may."""
    settings = load(data=data)
    _logging(settings)
    from unjai.roles.signals import signals  # noqa: PLC0415

    _loop(signals(settings))


@run.command("demo-zone")
def run_demo_zone() -> None:
    """Bring the fictional demo zone into this centre; what is there already stays."""
    settings = load()
    _logging(settings)
    from unjai.demo.seed import seed_demo  # noqa: PLC0415
    from unjai.model.clock import SystemClock  # noqa: PLC0415

    _loop(seed_demo(_database(settings), SystemClock(), data_dir=settings.data))


@cli.command()
def demo(
    *,
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port of the centre's web door.")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port of the centre's MQTT door.")] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=60, help="How many times faster than life.")] = 6.0,
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes of the play.")] = None,
    operator: Annotated[bool, typer.Option(help="Let the play answer what no human takes up.")] = True,
    loop: Annotated[bool, typer.Option("--loop", help="Begin again when the night is over.")] = False,
) -> None:
    """Play a night in the demo zone from outside, through the centre's public doors only."""
    from unjai.demo.night import run_demo  # noqa: PLC0415

    settings = load(data=data, port=port, mqtt_port=mqtt_port)
    _logging(settings)
    host = "127.0.0.1" if settings.host in ("", "0.0.0.0", "::") else settings.host  # noqa: S104
    play = run_demo(
        f"http://{host}:{settings.port}",
        settings.data,
        mqtt_host=host,
        mqtt_port=settings.mqtt_port,
        speed=speed,
        operator=operator,
        minutes=minutes,
        loop=loop,
    )
    raise SystemExit(_loop(play))


@cli.command()
def pole(
    centre: Annotated[str, typer.Argument(help="The centre's address, such as https://192.168.1.10:8400.")],
    key: Annotated[str, typer.Argument(help="The point's device key.")],
    *,
    secret_file: Annotated[Path, typer.Option(help="File with the point's secret.")],
    microphone: Annotated[str, typer.Option(help="alsa:DEVICE, file:PATH or tone:HERTZ.")] = "alsa:default",
    loudspeaker: Annotated[str, typer.Option(help="alsa:DEVICE, file:PATH.wav or none.")] = "alsa:default",
    siren: Annotated[str, typer.Option(help="Program that works the siren; it is run with on or off.")] = "",
    light: Annotated[str, typer.Option(help="Program that works the light; it is run with on or off.")] = "",
    ca: Annotated[Path | None, typer.Option(help="Certificate of the station's own authority.")] = None,
) -> None:
    """Be an SOS point without a browser: a line on the input, or SIGUSR1, is a press."""
    from unjai.commands.pole import program  # noqa: PLC0415

    program.run(
        program.Asked(
            centre=centre,
            key=key,
            secret=secret_file.read_text("utf-8").strip(),
            microphone=microphone,
            loudspeaker=loudspeaker,
            siren=siren,
            light=light,
            ca=ca,
        )
    )


@cli.command()
def decode(
    sensor: Annotated[str, typer.Argument(help="sos_pole, gps or citizen.")],
    files: Annotated[list[Path], typer.Argument(help="Captured messages: raw bytes, or a JSON list of requests.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a message.")] = False,
) -> None:
    """Decode captured messages with a sensor's own decoder."""
    from unjai.sense.decode import decode_files  # noqa: PLC0415

    for line in decode_files(sensor, files):
        sys.stdout.write(json.dumps(line, ensure_ascii=not as_json, indent=None if as_json else 2) + "\n")


@cli.command("walk")
def walk_command(
    *,
    graph: Annotated[Path, typer.Option("--graph", help="A file of streets (docs/ease.md).")],
    origin: Annotated[str, typer.Option("--from", help="lon,lat")],
    target: Annotated[str, typer.Option("--to", help="lon,lat")],
    at: Annotated[str, typer.Option("--at", help="HH:MM, Bangkok: when it is walked.")] = "22:00",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find two or three ways on foot with time and ease each. No centre is needed."""
    from unjai.commands import walk as work  # noqa: PLC0415

    raise typer.Exit(work.walk(graph, origin, target, at, as_json=as_json))


@cli.command("night-ease")
def night_ease_command(
    graph: Annotated[Path, typer.Option("--graph", help="JSON: streets and what is known of them.")],
    at: Annotated[str, typer.Option("--at", help="HH:MM, Bangkok.")] = "22:00",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Tell which streets fail at an hour, and which single work would lift most walking minutes."""
    from unjai.commands import night_ease as work  # noqa: PLC0415

    raise typer.Exit(work.night_ease(graph, at, as_json=as_json))


@patrol.command("plan")
def patrol_plan(
    file: Annotated[Path, typer.Argument(help="A town: places, units, shift (docs/patrol-plan.md).")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    seed: Annotated[str | None, typer.Option(help="What the day's chance is drawn from; kept secret.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long to look for better rounds.")] = 12.0,
    effort: Annotated[str | None, typer.Option(help="Repeat a plan: its seed and the effort it told.")] = None,
) -> None:
    """Plan rounds for the units of a shift: where the risk is, at its hours, in an order nobody can foresee."""
    from unjai.commands import patrol as work  # noqa: PLC0415

    raise SystemExit(work.plan(file, as_json=as_json, seed=seed, seconds=seconds, effort=effort))


@cli.command("setup-external")
def setup_external(
    *,
    data: Data = None,
    show: Annotated[bool, typer.Option("--print", help="Print instead of writing files.")] = False,
) -> None:
    """Write what an outside PostgreSQL and an outside NATS need: roles, users, passwords."""
    from unjai.commands import external as work  # noqa: PLC0415

    work.setup(load(data=data), show=show)


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the backup.")],
    *,
    passphrase_file: Annotated[Path | None, typer.Option(help="Encrypt with the passphrase in this file.")] = None,
    data: Data = None,
) -> None:
    """Back the running centre up into one file."""
    from unjai.commands import backup as work  # noqa: PLC0415

    work.backup_to(work.running(load(data=data)), file, passphrase_file)


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    data: Annotated[Path, typer.Option("--data", help="A new or empty folder.")],
    passphrase_file: Annotated[Path | None, typer.Option(help="File with the backup's passphrase.")] = None,
) -> None:
    """Make a new data folder from a backup and prove that it is the same."""
    from unjai.commands import backup as work  # noqa: PLC0415

    work.restore_from(file, data, passphrase_file)


@run.command("backup")
def run_backup() -> None:
    """Make the daily backup once, into the folder of the settings; the supervisor does it each night."""
    settings = load()
    _logging(settings)
    from unjai.commands import backup as work  # noqa: PLC0415

    work.daily(work.running(settings))


@tls.command("init")
def tls_init(
    *,
    name: Annotated[list[str] | None, typer.Option(help="A name by which phones reach this machine.")] = None,
    ip: Annotated[list[str] | None, typer.Option(help="An address by which phones reach this machine.")] = None,
    data: Data = None,
) -> None:
    """Make the station's own certificate authority and the certificate of the doors."""
    from unjai.commands import tls as work  # noqa: PLC0415

    work.init(load(data=data), name or [], ip or [])


@tls.command("renew")
def tls_renew(
    *, data: Data = None, force: Annotated[bool, typer.Option("--force", help="Even if it is not time.")] = False
) -> None:
    """Issue the doors' certificate anew if it ends within 30 days; the supervisor does it each day."""
    from unjai.commands import tls as work  # noqa: PLC0415

    work.renew(load(data=data), force=force)


@cli.command()
def station(
    code: Annotated[str, typer.Argument(help="The station's abbreviation, such as สภ.แม่ริม.")],
    name_th: Annotated[str, typer.Argument(help="Its full Thai name.")],
    *,
    parent: Annotated[str, typer.Option(help="Abbreviation of what it belongs to, such as ภ.จว.เชียงใหม่.")],
    name_en: Annotated[str, typer.Option(help="Its English name.")] = "",
    data: Data = None,
) -> None:
    """Add a station that the built-in list lacks; the same code again changes its names."""
    from unjai.commands import station as work  # noqa: PLC0415

    found = work.add(running(load(data=data)), code=code, name_th=name_th, name_en=name_en, parent=parent)
    sys.stdout.write(f"{found}\n")


@account.command("reset-password")
def account_reset(username: str, *, data: Data = None) -> None:
    """Give an account a new one-time password and print it once."""
    from unjai.commands import accounts as work  # noqa: PLC0415

    sys.stdout.write(f"{work.reset_password(running(load(data=data)), username)}\n")


@account.command("reset-second-factor")
def account_reset_factor(username: str, *, data: Data = None) -> None:
    """Take an account's second factor away, where phone and recovery codes are lost; its sessions end at once."""
    from unjai.commands import accounts as work  # noqa: PLC0415

    had = work.reset_second_factor(running(load(data=data)), username)
    said = "ยกเลิกการยืนยันตัวตนสองขั้นแล้ว · the second factor is gone" if had else "บัญชีนี้ไม่ได้ตั้งไว้ · there was none"
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main()
