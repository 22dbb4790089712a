"""Whatever a command writes into the audit log has words on the page of oversight, in Thai and in English."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path

SOURCE = Path(str(files("unjai")))
PAGE = Path(__file__).resolve().parents[1] / "frontend" / "src" / "manage" / "oversight"
SQL = re.compile(r"INSERT INTO audit \(id, station_id, at, actor, actor_name, action,.*?VALUES \((.*?)\);", re.DOTALL)
NOTED = re.compile(r":= note_\w+\([^;]*'([a-z_]+\.[a-z_.]+)'\);")
"""A function of SQL that writes the row is told the action last."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """An expression's surroundings: its module, and the function and class that it stands in."""

    file: Path
    module: ast.Module
    function: Function | None = None
    owner: ast.ClassDef | None = None


class UntoldError(Exception):
    """An action whose name cannot be told by reading: spell it out, or teach this test."""


@cache
def _modules() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


def _walk(node: ast.AST, place: Place) -> Iterator[tuple[ast.Call, Place]]:
    for child in ast.iter_child_nodes(node):
        inside = place
        if isinstance(child, Function):
            inside = Place(file=place.file, module=place.module, function=child, owner=place.owner)
        elif isinstance(child, ast.ClassDef):
            inside = Place(file=place.file, module=place.module, owner=child)
        elif isinstance(child, ast.Call):
            yield child, place
        yield from _walk(child, inside)


@cache
def _calls() -> dict[str, list[tuple[ast.Call, Place]]]:
    """Every call of the program by the last word of what is called."""
    found: dict[str, list[tuple[ast.Call, Place]]] = {}
    for file, module in _modules().items():
        for call, place in _walk(module, Place(file=file, module=module)):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            found.setdefault(name, []).append((call, place))
    return found


def _told(node: ast.expr, place: Place, depth: int = 0) -> set[str]:
    """Return every text that an expression may be; raise `UntoldError`."""
    if depth > 8:
        raise UntoldError(ast.unparse(node))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _told(node.body, place, depth + 1) | _told(node.orelse, place, depth + 1)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return {"".join(one) for one in product(*(_told(part, place, depth + 1) for part in parts))}
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        return set().union(*(_told(value, place, depth + 1) for value in node.value.values))
    if isinstance(node, ast.Name) and place.function is not None:
        return _named(node.id, place, depth)
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self" and place.owner is not None:
        return _given(place.owner.name, node.attr, None, place, depth)
    raise UntoldError(f"{place.file.name}:{node.lineno} {ast.unparse(node)}")


def _named(name: str, place: Place, depth: int) -> set[str]:
    assert place.function is not None
    found: set[str] = set()
    for node in ast.walk(place.function):
        if isinstance(node, ast.Assign):
            for target, value in zip(*_sides(node), strict=True):
                if isinstance(target, ast.Name) and target.id == name:
                    found |= _told(value, place, depth + 1)
    if found:
        return found
    arguments = [*place.function.args.posonlyargs, *place.function.args.args]
    names = [one.arg for one in arguments]
    every = {one.arg: one for one in (*arguments, *place.function.args.kwonlyargs)}
    if name not in every:
        raise UntoldError(f"{place.file.name} {place.function.name}: {name}")
    if literal := _literal(every[name].annotation, place.module):
        return literal
    at = names.index(name) - (names[0] in {"self", "cls"}) if name in names else None
    return _given(place.function.name, name, at, place, depth)


def _sides(node: ast.Assign) -> tuple[list[ast.expr], list[ast.expr]]:
    (target,) = node.targets
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        return target.elts, node.value.elts
    return [target], [node.value]


def _literal(annotation: ast.expr | None, module: ast.Module) -> set[str]:
    """Return the texts of a `Literal[…]`, or of a name that this module or the one it comes from gives to one."""
    if isinstance(annotation, ast.Name):
        named = annotation.id
        home = _imported(module).get(named, "").removeprefix("unjai.").rpartition(".")[0].replace(".", "/")
        for file in (SOURCE / f"{home}.py", SOURCE / home / "__init__.py") if home else ():
            module = _modules().get(file, module)
        for node in module.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == named:
                annotation = node.value
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Literal":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return set()


@cache
def _imported(module: ast.Module) -> dict[str, str]:
    """Return what a module's imported names stand for, as dotted paths."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _means(call: ast.Call, there: Place, place: Place) -> bool:
    """Tell whether a call of that name may be of the function at `place`: by its import, a method by its capability."""
    if there.file == place.file:
        return True
    root = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    path = _imported(there.module).get(root.id, "") if isinstance(root, ast.Name) else ""
    if isinstance(call.func, ast.Attribute) and place.owner is not None:
        return not path and there.file.relative_to(SOURCE).parts[0] == place.file.relative_to(SOURCE).parts[0]
    own = ".".join(("unjai", *place.file.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    package = path if isinstance(call.func, ast.Attribute) else path.rpartition(".")[0]
    return bool(package) and (own + ".").startswith(package + ".")


def _given(called: str, name: str, at: int | None, place: Place, depth: int) -> set[str]:
    """Return what callers give for a parameter of a function or class of the module at `place`."""
    calls = [(call, there) for call, there in _calls().get(called, []) if _means(call, there, place)]
    found: set[str] = set()
    for call, there in calls:
        by_name = [word.value for word in call.keywords if word.arg == name]
        by_place = [call.args[at]] if at is not None and at < len(call.args) else []
        for value in by_name or by_place:
            found |= _told(value, there, depth + 1)
    if calls and not found:
        raise UntoldError(f"{place.file.name}: nobody gives {name} to {called}")
    return found


def _actions() -> set[str]:
    """Every action that the program or its SQL functions write into the log."""
    found: set[str] = set()
    for call, place in _calls()["audit"]:
        (action,) = [word.value for word in call.keywords if word.arg == "action"]
        found |= _told(action, place)
    for file in sorted((SOURCE / "platform" / "migrations" / "versions").glob("*.sql")):
        found |= set(NOTED.findall(file.read_text("utf-8")))
        for values in SQL.findall(file.read_text("utf-8")):
            found |= set(re.findall(r"'([a-z_]+\.[a-z_.]+)'", values))
    return found


def _words(language: str) -> dict[str, str]:
    texts = json.loads((PAGE / f"{language}.json").read_text("utf-8"))
    return {key.removeprefix("action."): text for key, text in texts.items() if key.startswith("action.")}


def test_the_collector_reads_names_that_are_put_together():
    actions = _actions()
    assert {"session.open", "incident.merge", "rule.off", "approval.refuse", "zone.remove"} <= actions
    assert {"breakglass.take", "territory.import.streets", "territory.import.boundaries", "incident.search"} <= actions
    assert len(actions) > 90
    assert not [action for action in actions if not re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", action)]


def test_each_action_has_words_in_both_languages():
    """Words stand in `frontend/src/manage/oversight/th.json` and `en.json`, as `action.<name>`."""
    actions = _actions()
    assert {language: sorted(actions - set(_words(language))) for language in ("th", "en")} == {"th": [], "en": []}


def test_no_words_lie_unused():
    assert sorted(set(_words("th")) - _actions()) == []


def test_words_are_in_their_language():
    thai = re.compile(r"[\u0e01-\u0e5b]")
    assert [key for key, text in _words("th").items() if not thai.search(text)] == []
    assert [key for key, text in _words("en").items() if thai.search(text)] == []
