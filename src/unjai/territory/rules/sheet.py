"""A file read row by row: what may be taken, what is refused and why, what was mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from unjai.model.errors import UnjaiError
from unjai.territory.rules.geojson import Broken, Feature, Note


@dataclass(frozen=True, kw_only=True, slots=True)
class RowNote:
    """A remark on a row: `row` counts from 1, 0 is the whole file; `code` names the text in the catalogue."""

    row: int
    key: str
    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row that may be taken: its stable key and the values of its table's columns."""

    row: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What became of a file. `accepted` rows stand in the tables (or would, in a dry run): new, changed or the same.

    `outcome` is a digest of what was (or would be) written, so that a preview and its import can be compared. `undo` is
    JSON from which the import can be taken back; None where it cannot, or nothing was written.
    """

    total: int
    accepted: int
    added: int
    updated: int
    unchanged: int
    removed: int
    refused: tuple[RowNote, ...]
    warnings: tuple[RowNote, ...]
    version: int
    dry_run: bool
    outcome: str = ""
    undo: Mapping[str, Any] | None = None


@dataclass(kw_only=True, slots=True)
class Sheet:
    """All rows of a file."""

    total: int = 0
    rows: list[Row] = field(default_factory=list)
    refused: list[RowNote] = field(default_factory=list)
    warnings: list[RowNote] = field(default_factory=list)

    def refuse(self, row: int, key: str, error: UnjaiError) -> None:
        """Note why a row is not taken."""
        self.refused.append(RowNote(row=row, key=key, code=error.code, facts=error.facts))

    def warn(self, row: int, key: str, code: str, **facts: object) -> None:
        """Note what was mended or looks odd in a row that is taken."""
        self.warnings.append(RowNote(row=row, key=key, code=code, facts=facts))


def key_shown(feature: Feature) -> str:
    """Return what a person can find a row by, even where the row is wrong."""
    for name in ("key", "code", "id", "name_th", "name"):
        value = feature.properties.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)[:80]
    return feature.id[:80] if feature.id else ""


def read_rows(
    features: Iterable[Feature | Broken], read: Callable[[Feature, Note], Row], sheet: Sheet | None = None
) -> Sheet:
    """Read every feature with `read`, which raises `UnjaiError` for a row that may not be taken.

    A key that comes again with the same values is noted and passed over; with others it is `row_key_repeated`.
    """
    sheet = Sheet() if sheet is None else sheet
    first: dict[str, Row] = {row.key: row for row in sheet.rows}
    for feature in features:
        sheet.total += 1
        if isinstance(feature, Broken):
            sheet.refuse(feature.row, feature.key, feature.error)
            continue
        notes: list[tuple[str, dict[str, object]]] = []

        def note(code: str, _notes: list[tuple[str, dict[str, object]]] = notes, **facts: object) -> None:
            _notes.append((code, facts))

        try:
            found = read(feature, note)
        except UnjaiError as error:
            sheet.refuse(feature.row, key_shown(feature), error)
            continue
        before = first.get(found.key)
        if before is None:
            first[found.key] = found
            sheet.rows.append(found)
            for code, facts in notes:
                sheet.warn(feature.row, found.key, code, **facts)
        elif before.values == found.values:
            sheet.warn(feature.row, found.key, "note_repeated", first_row=before.row)
        else:
            repeated = UnjaiError("row_key_repeated", 422, key=found.key, first_row=before.row)
            sheet.refuse(feature.row, found.key, repeated)
    return sheet
