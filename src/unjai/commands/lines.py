"""The command lines that check or read something and start no process: the log, sealed files, films, plates.

As in `__main__`, nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings, load

audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)
case = typer.Typer(help="Sealed files for the inquiry officer.", no_args_is_help=True)
vision = typer.Typer(help="The analysis of pictures.", no_args_is_help=True)
plates = typer.Typer(help="Licence plates.", no_args_is_help=True)
signals = typer.Typer(help="Traffic signals — สัญญาณไฟจราจร.", no_args_is_help=True)
evaluate = typer.Typer(help="Honest figures — ตัวเลขประจำเดือน.", no_args_is_help=True)
forecast = typer.Typer(help="Risk of places — ความเสี่ยงของพื้นที่.", no_args_is_help=True)
evidence = typer.Typer(help="Sealed pictures of cameras.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help="Folder that holds everything the centre keeps.")]


def running(settings: Settings) -> Settings:
    """Return the settings with the running engines' addresses, as `unjai up` wrote them down."""
    if settings.database_url:
        return settings
    file = settings.data / "run" / "state.json"
    try:
        state = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnjaiError("centre_not_running", 500, data=str(settings.data)) from error
    url = f"postgresql+psycopg://unjai_worker@/unjai?host={quote(state['sockets'], safe='/')}"
    return dataclasses.replace(settings, database_url=url)


@audit.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="Where to write the copy; - is the terminal.")],
    *,
    since: Annotated[str | None, typer.Option("--from", help="First Bangkok day, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last Bangkok day, such as 2026-11-30.")] = None,
    data: Data = None,
) -> None:
    """Write a copy of the log that `unjai audit verify FILE` checks anywhere, without this centre."""
    from unjai.commands import audit as work  # noqa: PLC0415

    work.export_to(running(load(data=data)), file, since, until)


@audit.command("verify")
def audit_verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported copy or a proof file; without it the running centre's log.")
    ] = None,
    *,
    roots: Annotated[
        Path | None, typer.Option(help="Signed roots kept elsewhere (/api/public/roots, /api/ledger/roots).")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="For a proof: the key that must have signed, a PEM file or its name.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a proof: one line of JSON.")] = False,
    data: Data = None,
) -> None:
    """Recompute the tree over the log and compare it with the signed roots; or check a proof file."""
    from unjai.commands import audit as work  # noqa: PLC0415

    if file is not None:
        status = work.verify_proof(file, roots, key, as_json=as_json)
        if status is not None:
            raise typer.Exit(status)
        sys.stdout.write(work.verify_copy(file, roots))
    else:
        sys.stdout.write(work.verify_centre(running(load(data=data)), roots))


@case.command("verify")
def case_verify(
    file: Annotated[Path, typer.Argument(help="The sealed file (.zip).")],
    *,
    key: Annotated[
        str | None, typer.Option("--key", help="The key's print, as the sheet or the station says it.")
    ] = None,
) -> None:
    """Check a sealed file on any machine: every entry, the list, the signature, every byte of the archive."""
    from unjai.respond.sealed import verified  # noqa: PLC0415

    found = verified(file.read_bytes(), key_print=key)
    sys.stdout.write(
        f"ครบถ้วน ไม่มีการแก้ไข · whole and unchanged\n"
        f"{found.station} {found.number} · {found.entries} รายการ · entries\n"
        f"ผนึกเมื่อ · sealed {found.sealed_at} {found.sealed_by}\n"
        f"SHA-256 {found.digest}\n"
        f"กุญแจ · key {found.key_print}\n"
    )
    if key is None:
        sys.stdout.write("เทียบกุญแจกับใบสรุปเหตุที่พิมพ์ · compare the key with the printed sheet, or give --key\n")


@evidence.command("verify")
def evidence_verify(
    file: Annotated[Path, typer.Argument(help="The sealed package (.zip).")],
    *,
    key: Annotated[
        str | None, typer.Option("--key", help="The station's public key (PEM file), or the print of it.")
    ] = None,
    stamp: Annotated[Path | None, typer.Option("--stamp", help="A time stamp that came beside it (.tsr).")] = None,
    tsa_ca: Annotated[
        Path | None, typer.Option("--tsa-ca", help="Certificates that a time stamp must lead to (PEM).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a package on any machine: every byte, list, signature and the log's proof. Status 1: do not trust it."""
    from unjai.commands import evidence as work  # noqa: PLC0415

    raise SystemExit(work.verify(file, key=key, as_json=as_json, stamp=stamp, ca=tsa_ca))


@vision.command("run")
def vision_run(
    video: Annotated[Path, typer.Argument(help="Any video file.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, a summary last.")] = False,
    fps: Annotated[float, typer.Option(help="Pictures looked at in a second of the video, 0.1 to 60.")] = 5.0,
    rules: Annotated[Path | None, typer.Option(help="Scene rules, masks and calibration (docs/vision.md).")] = None,
    model: Annotated[Path | None, typer.Option(help="An ONNX model of your own, or: accurate.")] = None,
    model_config: Annotated[Path | None, typer.Option(help="Settings of your own model (docs/vision.md).")] = None,
) -> None:
    """Find and follow persons and vehicles in a video, and say what the scene rules mean by it."""
    from unjai.commands import vision as work  # noqa: PLC0415

    work.run(video, as_json=as_json, fps=fps, rules=rules, model=model, model_config=model_config)


@plates.command("read")
def plates_read(
    images: Annotated[list[Path], typer.Argument(help="Pictures: crops of plates, vehicles or whole scenes.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, one line an image.")] = False,
    model: Annotated[Path | None, typer.Option(help="A reader's ONNX of your own (docs/plates-reader.md).")] = None,
    finder: Annotated[Path | None, typer.Option(help="A text finder's ONNX of your own.")] = None,
) -> None:
    """Read the surest plate of each picture; what cannot be read is said to be unreadable, not guessed."""
    from unjai.commands import plates as work  # noqa: PLC0415

    settings = load()
    model = model or (Path(settings.plate_model) if settings.plate_model else None)
    finder = finder or (Path(settings.plate_finder) if settings.plate_finder else None)
    raise SystemExit(work.read(images, as_json=as_json, model=model, finder=finder))


@signals.command("virtual")
def signals_virtual(
    scenario: Annotated[
        Path, typer.Option("--scenario", help="Folder with a .sumocfg, or with .net.xml and .rou.xml.")
    ],
    *,
    junction: Annotated[str, typer.Option(help="Which junction; not needed where there is one.")] = "",
    port: Annotated[int, typer.Option(help="Where it answers to SNMP on loopback; 0 is any free port.")] = 0,
    controller: Annotated[str, typer.Option(help="unjai commands it, or none: its own plan, by detectors.")] = "unjai",
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Put a virtual NTCIP controller at a junction of a SUMO scenario and command it over SNMP, as on the street."""
    from unjai.commands import signals_virtual as work  # noqa: PLC0415

    raise typer.Exit(
        work.virtual(scenario, junction=junction, port=port, controller=controller, seed=seed, as_json=as_json)
    )


@signals.command("run")
def signals_run(
    scenario: Annotated[
        Path, typer.Option("--scenario", help="Folder with a .sumocfg, or with .net.xml and .rou.xml.")
    ],
    *,
    controller: Annotated[
        str,
        typer.Option(help="unjai, fixed, actuated, webster, max-pressure, cyclic-max-pressure or max-wave."),
    ] = "unjai",
    sumo: Annotated[str, typer.Option(help="1.9.1, in which the published figures were made, or current.")] = "current",
    decision: Annotated[int, typer.Option(help="Seconds between decisions.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 1,
    missed: Annotated[float, typer.Option(help="Share of vehicles that the cameras do not see.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Drive a SUMO scenario with a controller and say how long people waited."""
    from unjai.commands import signals as work  # noqa: PLC0415

    if sumo not in {"1.9.1", "current"}:
        raise UnjaiError("signals_sumo_version", sumo=sumo)
    raise typer.Exit(
        work.run(
            scenario,
            controller=controller,
            version="1.9.1" if sumo == "1.9.1" else "current",
            decision_s=decision,
            seed=seed,
            missed=missed,
            as_json=as_json,
        )
    )


@forecast.command("score")
def forecast_score(
    file: Annotated[Path, typer.Argument(help="A CSV (gz too) with time and lon, lat (degrees) or x, y (metres).")],
    *,
    weeks: Annotated[int, typer.Option(help="How long each forecast holds: 1 or 4.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")] = False,
) -> None:
    """Walk through the file's last year and score the risk surface beside the simple maps, on the same cells."""
    from unjai.commands import forecast as work  # noqa: PLC0415

    raise typer.Exit(work.score(file, weeks=weeks, as_json=as_json))


@evaluate.command("month")
def evaluate_month(
    station: Annotated[str, typer.Option(help="Code of the station.")],
    month: Annotated[str, typer.Option(help="Year and month, B.E. or C.E.: 2569-10, 2026-10.")],
    out: Annotated[Path, typer.Option(help="Where the report is written (PDF).")],
    *,
    lang: Annotated[str, typer.Option(help="th or en.")] = "th",
    data: Data = None,
) -> None:
    """Write the month's report of a station of the running centre: as it was closed, or as it stands."""
    from unjai.commands import evaluate as work  # noqa: PLC0415

    work.month(running(load(data=data)), station=station, month=month, out=out, lang=lang)
