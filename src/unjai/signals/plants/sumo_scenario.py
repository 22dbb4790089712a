"""Finds what a folder holds for SUMO: a configuration, or a network and routes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, parse

from unjai.model.errors import UnjaiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Files and times of one scenario; `end_s` is None where it runs until nobody drives."""

    name: str
    net: Path
    routes: tuple[Path, ...]
    additional: tuple[Path, ...]
    begin_s: float
    end_s: float | None

    def arguments(self, extra: tuple[Path, ...] = ()) -> list[str]:
        """Return SUMO's arguments; the configuration's other wishes (outputs, windows) are left out."""
        found = ["-n", str(self.net), "-r", ",".join(map(str, self.routes)), "-b", str(self.begin_s)]
        if self.end_s is not None:
            found += ["-e", str(self.end_s)]
        if added := (*self.additional, *extra):
            found += ["-a", ",".join(map(str, added))]
        return found


def find(where: Path) -> Scenario:
    """Return the scenario in a folder (or that a `.sumocfg` names).

    Raises `signals_scenario_none`, `signals_scenario_broken` or `signals_scenario_file`.
    """
    if where.is_file():
        return _configured(where)
    configs = sorted(where.glob("*.sumocfg")) + sorted(where.glob("*.sumo.cfg"))
    if configs:
        return _configured(configs[0])
    nets, routes = sorted(where.glob("*.net.xml")), sorted(where.glob("*.rou.xml"))
    if not nets or not routes:
        raise UnjaiError("signals_scenario_none", 404, folder=where.name)
    return Scenario(name=where.name, net=nets[0], routes=tuple(routes), additional=(), begin_s=0.0, end_s=None)


def _configured(file: Path) -> Scenario:
    try:
        root = parse(file).getroot()  # noqa: S314  the operator's own file
        begin, end = float(_value(root, "begin") or 0), float(_value(root, "end") or -1)
    except (ParseError, ValueError, OSError) as error:
        raise UnjaiError("signals_scenario_broken", file=file.name, why=str(error)) from error
    if 0 <= end <= begin:
        raise UnjaiError("signals_scenario_broken", file=file.name, why=f"end {end} <= begin {begin}")
    nets = _files(file, root, "net-file")
    routes = _files(file, root, "route-files")
    if not nets or not routes:
        raise UnjaiError("signals_scenario_broken", file=file.name, why="net-file, route-files")
    return Scenario(
        name=file.parent.name,
        net=nets[0],
        routes=routes,
        additional=_files(file, root, "additional-files"),
        begin_s=begin,
        end_s=end if end > 0 else None,
    )


def _value(root: Element, name: str) -> str:
    found = root.find(f".//{name}")
    return "" if found is None else found.attrib.get("value", found.attrib.get("v", ""))


def _files(config: Path, root: Element, name: str) -> tuple[Path, ...]:
    files = tuple(config.parent / part.strip() for part in _value(root, name).split(",") if part.strip())
    for file in files:
        if not file.is_file():
            raise UnjaiError("signals_scenario_file", 404, file=file.name)
    return files
