# ruff: noqa: INP001  (a program, not a package)
"""Write every file that the program itself states: `make client`. With --check, compare and name what differs.

The screens' API types, the table of rights and the table of settings are never edited by hand.
"""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- settings: written by `make client` -->", "<!-- settings: end -->"


def api_types() -> str:
    """Return TypeScript types for the whole HTTP API, made of its OpenAPI description."""
    from unjai.roles.web import documented  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        described, typed = Path(folder) / "openapi.json", Path(folder) / "api.d.ts"
        described.write_text(json.dumps(documented().openapi()), "utf-8")
        program = ROOT / "frontend" / "node_modules" / ".bin" / "openapi-typescript"
        asked = [ROOT / "tools" / "with-node", program, described, "--output", typed]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise SystemExit(f"openapi-typescript failed (is `make install` done?):\n{done.stdout}{done.stderr}")
        return typed.read_text("utf-8")


def rights() -> str:
    """Return the page of who may do what."""
    from unjai.people.page import rights_page  # noqa: PLC0415
    from unjai.roles.web import documented  # noqa: PLC0415

    return rights_page(documented().routes)


def settings_table() -> str:
    """Return the settings as a table: key, variable, default, what it is in Thai and English."""
    from unjai.platform.config import Settings  # noqa: PLC0415

    lines = ["| `unjai.toml` | environment | default | ไทย | English |", "|---|---|---|---|---|"]
    for item in dataclasses.fields(Settings):
        default = f"`{item.default}`" if str(item.default) else "—"
        th, en = item.metadata["th"], item.metadata["en"]
        lines.append(f"| `{item.name}` | `UNJAI_{item.name.upper()}` | {default} | {th} | {en} |")
    return "\n".join(lines)


def operations() -> str:
    """Return `docs/operations.md` with its table of settings written anew."""
    before, begin, rest = (ROOT / "docs" / "operations.md").read_text("utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"docs/operations.md lacks its markers: {BEGIN} … {END}")
    return f"{before}{begin}\n\n{settings_table()}\n\n{end}{after}"


FILES: dict[str, Callable[[], str]] = {
    "docs/operations.md": operations,
    "docs/rights.md": rights,
    "frontend/src/lib/api.d.ts": api_types,
}


def differing(names: list[str]) -> dict[str, str]:
    """Return the files whose content is not what the program states, with the content they should have."""
    found = {}
    for name in names:
        file, wanted = ROOT / name, FILES[name]()
        if not file.is_file() or file.read_text("utf-8") != wanted:
            found[name] = wanted
    return found


def main() -> int:
    """Write the files, or with --check say which are old; status 1 then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is old")
    asked = parser.parse_args()
    old = differing(list(FILES))
    for name, wanted in old.items():
        file = ROOT / name
        if not asked.check:
            file.write_text(wanted, "utf-8")
            sys.stdout.write(f"wrote {name}\n")
            continue
        there = file.read_text("utf-8").splitlines() if file.is_file() else []
        changes = difflib.unified_diff(there, wanted.splitlines(), name, "what the program states", lineterm="", n=1)
        sys.stderr.write("\n".join(list(changes)[:30]) + "\n")
    if asked.check and old:
        sys.stderr.write(f"\nout of date: {', '.join(old)}. `make client` writes them.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
