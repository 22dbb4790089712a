"""The documents against the program: what exists is written down, what is written down exists."""

import dataclasses
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import typer.main

from unjai.__main__ import cli
from unjai.platform.config import Settings
from unjai.platform.i18n import catalogue

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _read(*names: str) -> str:
    return "\n".join((ROOT / name).read_text("utf-8") for name in names)


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _commands() -> list[str]:
    found = []

    def walk(command: object, path: str) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append(path)
            return
        for name, one in inner.items():
            walk(one, f"{path} {name}".strip())

    walk(typer.main.get_command(cli), "")
    return sorted(found)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where the page is shown."""
    headings = re.findall(r"^#{1,6} (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_setting_is_documented():
    page = _read("docs/operations.md")
    assert [
        item.name
        for item in dataclasses.fields(Settings)
        if f"| `{item.name}` | `UNJAI_{item.name.upper()}` |" not in page or item.metadata["th"] not in page
    ] == []


def test_no_setting_is_documented_that_does_not_exist():
    known = {f"UNJAI_{item.name.upper()}" for item in dataclasses.fields(Settings)} | {"UNJAI_CONFIG", "UNJAI_URL"}
    said = {word.rstrip("_") for page in PAGES for word in re.findall(r"\bUNJAI_[A-Z_]+", page.read_text("utf-8"))}
    assert said - known == set()


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_documented(command):
    page = _read("README.md", "docs/operations.md")
    group, _, last = command.rpartition(" ")
    told = re.search(rf"`unjai {re.escape(group)} [^\n]*?`{re.escape(last)}`", page) if group else None
    assert f"unjai {command}" in page or told


def test_the_readme_names_the_two_commands():
    page = _read("README.md")
    assert re.search(r"^make up\b", page, re.MULTILINE)
    assert re.search(r"^make test\b", page, re.MULTILINE)


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.MULTILINE))
    said = {word for page in PAGES for word in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))}
    assert {"up", "test", "check", "client"} <= targets
    assert said - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page):
    wrong = []
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        found = (page.parent / place).resolve() if place else page
        if not found.exists() or (anchor and anchor not in _anchors(found)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_path_of_one_machine_stands_in_a_document(page):
    assert re.findall(r"(?<![\w.])/(?:work|root|home|tmp|Users)/\S*", page.read_text("utf-8")) == []


def test_every_error_code_that_operations_names_exists():
    rows = re.findall(
        r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", _read("docs/operations.md").partition("## What to do when")[2], re.MULTILINE
    )
    said = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}
    assert len(said) > 20
    assert said - set(catalogue()) == set()


def test_every_error_of_the_start_is_in_operations():
    page = _read("docs/operations.md")
    engines = (Path(str(files("unjai.platform.i18n"))) / "errors.engines.json").read_text("utf-8")
    told = {"postgres_not_made", "engine_missing", "engine_not_started", "url_unreadable"}  # their own words say all
    assert [
        code
        for code in re.findall(r'^  "([a-z_]+)":', engines, re.MULTILINE)
        if code not in told and f"`{code}`" not in page
    ] == []


def test_decisions_are_numbered_and_tell_context_decision_and_consequence():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        for part in ("**Context.**", "**Decision.**", "**Consequence.**"):
            assert part in text, page.name


def test_modules_that_documents_name_exist():
    """`people/callout.py`, `platform/streams.py: CLASSES` and their like."""
    said = {
        word
        for page in PAGES
        for word in re.findall(r"`([a-z_]+(?:/[a-z_]+)+\.py)\b", FENCE.sub("", page.read_text("utf-8")))
        if "NAME" not in word
    }
    assert [
        word for word in sorted(said) if not any((ROOT / base / word).is_file() for base in (".", "src/unjai"))
    ] == []


@pytest.mark.parametrize("name", ["docs/operations.md", "docs/rights.md"])
def test_what_the_program_writes_is_up_to_date(name):
    """The cheap ones; `make check` compares them all."""
    program = (
        f"import sys; sys.path.insert(0, 'tools'); import generated; sys.exit(bool(generated.differing([{name!r}])))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
