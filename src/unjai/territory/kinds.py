"""What can be imported and exported: one `ImportKind` a sort of thing, offered by the capability that owns the thing.

The readers of files, the mapping of columns, the preview, the staged file, the row report, the export and the screen
are the same for all kinds. A capability brings an `ImportKind`; `roles/web.py` lists them (`IMPORT_KINDS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.rules.geojson import Broken, Feature
from unjai.territory.rules.mapping import Field, Shape
from unjai.territory.rules.sheet import ImportReport

__all__ = ["Field", "ImportKind", "Listing", "Shape", "Take", "Undo"]


class Take(Protocol):
    """Imports rows in the transaction it is given, all or (in a dry run) as if: both must tell the same."""

    async def __call__(
        self,
        tx: Tx,
        actor: Actor,
        clock: Clock,
        *,
        station_id: StationId,
        features: Sequence[Feature | Broken],
        dry_run: bool,
        replace: bool,
    ) -> ImportReport:
        """Take what may be taken (`rules.sheet.read_rows` reads row by row); never raise for one bad row.

        A sheet's row comes as a `Feature` without geometry (or with one, for kinds that have `shapes`), its cells as
        `properties` by `Field.name`: text mostly, sometimes numbers. `Feature.row` is the row a person sees in the
        file. `replace` comes only to kinds with `replaces`. The flow must assert the right itself and audit.
        """


class Listing(Protocol):
    """Lists everything of a kind as features: what an export writes, and what an import of it would leave unchanged."""

    async def __call__(self, tx: Tx, actor: Actor, *, station_id: StationId) -> Sequence[Feature]:
        """Return rows from 1 up; leave out (or empty) what this actor may not read. No secrets ever."""


class Undo(Protocol):
    """Takes an import back."""

    async def __call__(
        self, tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]
    ) -> int:
        """Undo what `ImportReport.undo` noted, or raise `import_undo_late` where something changed since.

        Returns how many rows were changed back.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportKind:
    """A sort of thing that comes from files — ชนิดข้อมูลนำเข้า. `key` is its name in addresses: ``/api/import/<key>``."""

    key: str
    th: str
    en: str
    right: str
    """The right to import, undo and see one's staged files."""
    read_right: str
    """The right to export."""
    fields: tuple[Field, ...]
    take: Take
    listing: Listing
    shapes: frozenset[Shape] = frozenset()
    """The geometries its rows may have; empty for what is nowhere (persons)."""
    undo: Undo | None = None
    replaces: bool = False
    """Whether "remove what the file does not name" may be asked for."""
    osm: Literal["", "streets", "places", "land", "boundaries"] = ""
    """What of an OpenStreetMap file it takes; empty: such files are refused."""
    refuses: Callable[[Sequence[str], Sequence[Sequence[str]]], None] | None = None
    """Looks at a table's headers and rows before anything is kept; raises for a file that may not come in."""
