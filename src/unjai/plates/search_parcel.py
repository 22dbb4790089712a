"""The file of found reads, sealed as evidence is (`platform.sealed`): an unnamed file, gone with its reader."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from unjai.model.errors import UnjaiError
from unjai.plates.rules import search_export as rules
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed.archive import Archive, chunks
from unjai.platform.sealed.keys import key_of, print_of, public_of
from unjai.platform.sealed.parcel import EVIDENCE, PLATES, line_of, seals_of

_FLOOR_BYTES = 1_000_000_000
"""So much stays free on the disc whatever is asked for: the database's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A sealed file, open at its beginning, with what the log says of it."""

    file: IO[bytes]
    digest: str
    size: int
    key_print: str


class Parcel:
    """Writes one file: pictures first, then the rows about them, then the seals. Every method is for a thread."""

    def __init__(self, data: Path) -> None:
        """Begin an unnamed file under the data folder; raise `evidence_no_room` (507), `secrets_unreadable` (500)."""
        free = shutil.disk_usage(data).free
        if free < _FLOOR_BYTES:
            raise UnjaiError("evidence_no_room", 507, needed_mb=_FLOOR_BYTES // 1_000_000, free_mb=free // 1_000_000)
        self._key = key_of(data)
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=data)  # noqa: SIM115  whoever sends it closes it
        self._archive = Archive(self.file)
        self._files: list[dict[str, Any]] = []

    def add(self, name: str, body: bytes, about: Mapping[str, Any]) -> None:
        """Write an entry."""
        self._files.append({**about, **line_of(self._archive.add(name, len(body), [body]))})

    def seal(self, about: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], proof: bytes) -> Sealed:
        """Write rows, page, sums and seals; return the file."""
        own = print_of(public_of(self._key))
        told = {"format": PLATES, **about, "key_print": own}
        papers = {
            rules.PROOF: proof,
            rules.ROWS_JSON: canonical(list(rows)) + b"\n",
            rules.ROWS_CSV: rules.as_csv(rows),
            rules.README: rules.page(told, rows),
        }
        for name, body in papers.items():
            self.add(name, body, {"sort": "document"})
        sums = "".join(f"{one['sha256']}  {one['name']}\n" for one in self._files).encode()
        self.add(rules.SUMS, sums, {"sort": "document"})
        manifest = canonical({**told, EVIDENCE.listing: self._files})
        for name, body in seals_of(EVIDENCE, manifest, self._key).items():
            self._archive.add(name, len(body), [body])
        self._archive.end()
        self.file.flush()
        size = self.file.tell()
        self.file.seek(0)
        digest = hashlib.sha256()
        for chunk in chunks(self.file):
            digest.update(chunk)
        self.file.seek(0)
        return Sealed(file=self.file, digest=digest.hexdigest(), size=size, key_print=own)
