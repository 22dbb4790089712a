"""Two versions of SUMO: the current one in this process, and 1.9.1, in which the published figures were made.

1.9.1 has no library for this Python: its program and its own `traci` are put into a folder of their own when they are
first asked for, from the package index.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from unjai.model.errors import UnjaiError

Version = Literal["1.9.1", "current"]
OLD = "1.9.1"


def api(version: Version) -> Any:
    """Return the interface of a version; one process can have only one of them.

    Raises `signals_sumo_missing`.
    """
    with _quiet():
        if version == "current":
            try:
                found: Any = importlib.import_module("libsumo")
            except ImportError as error:
                raise UnjaiError("signals_sumo_missing", 500, version="libsumo") from error
            found.unjai_binary = "sumo"
            return found
        folder = _old()
        os.environ["SUMO_HOME"] = str(folder / "sumo")
        sys.path.insert(0, str(folder))
        found = importlib.import_module("traci")
        found.unjai_binary = str(folder / "sumo" / "bin" / "sumo")
        return found


def _old() -> Path:
    folder = Path(sys.prefix) / "share" / f"sumo-{OLD}"
    if not (folder / "traci").is_dir():
        sys.stderr.write(f"SUMO {OLD}: pip install eclipse-sumo=={OLD} → {folder}\n")
        asked = [f"{name}=={OLD}" for name in ("eclipse-sumo", "traci", "sumolib")]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
        done = subprocess.run(  # noqa: S603
            [*pip, "--target", str(folder), *asked], check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise UnjaiError("signals_sumo_missing", 500, version=OLD, why=done.stderr.strip()[-400:])
    return folder


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libraries print at their import (libsumo, of pyarrow) off the output, which is for the answer."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
