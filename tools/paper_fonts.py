# ruff: noqa: INP001  (a program, not a package)
"""Make the fonts of the paper sheets out of those of the screens: WOFF (zlib inside) back to TrueType.

`python tools/paper_fonts.py` after a new version of @fontsource/sarabun. The Latin and the Thai half get names of
their own, so that the typesetter takes each for its script.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FROM = HERE / "frontend" / "node_modules" / "@fontsource" / "sarabun"
TO = HERE / "src" / "unjai" / "platform" / "paper" / "fonts"
HALVES = {"thai": "Sarabun Thai", "latin": "Sarabun Latin"}
WEIGHTS = {400: "Regular", 700: "Bold"}


def tables_of(woff: bytes) -> tuple[int, dict[bytes, bytes]]:
    """Return the flavour and the tables of a WOFF 1.0 file."""
    signature, flavour, _length, count = struct.unpack_from(">4sIIH", woff)
    assert signature == b"wOFF", signature
    found = {}
    for n in range(count):
        tag, at, packed, size, _sum = struct.unpack_from(">4sIIII", woff, 44 + 20 * n)
        body = woff[at : at + packed]
        found[tag] = body if packed == size else zlib.decompress(body)
        assert len(found[tag]) == size
    return flavour, found


def named(family: str, weight: str) -> bytes:
    """Return a `name` table."""
    words = {
        0: "Copyright 2018 The Sarabun Project Authors (https://github.com/cadsondemak/Sarabun)",
        1: family,
        2: weight,
        3: f"{family} {weight} (unjai)",
        4: f"{family} {weight}",
        6: f"{family}-{weight}".replace(" ", ""),
        13: "SIL Open Font License, Version 1.1",
        14: "https://openfontlicense.org",
    }
    records, text = b"", b""
    for key, said in words.items():
        raw = said.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, key, len(raw), len(text))
        text += raw
    return struct.pack(">HHH", 0, len(words), 6 + 12 * len(words)) + records + text


def truetype(flavour: int, tables: dict[bytes, bytes]) -> bytes:
    """Return a TrueType file of the tables."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", flavour, count, power * 16, power.bit_length() - 1, count * 16 - power * 16)
    at = 12 + 16 * count
    records, body = b"", b""
    for tag, table in sorted(tables.items()):
        padded = table + b"\0" * (-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        records += struct.pack(">4sIII", tag, total, at + len(body), len(table))
        body += padded
    return head + records + body


def main() -> None:
    """Write the four fonts and their licence."""
    TO.mkdir(parents=True, exist_ok=True)
    for half, family in HALVES.items():
        for weight, word in WEIGHTS.items():
            flavour, tables = tables_of((FROM / "files" / f"sarabun-{half}-{weight}-normal.woff").read_bytes())
            tables[b"name"] = named(family, word)
            (TO / f"{family.replace(' ', '')}-{word}.ttf").write_bytes(truetype(flavour, tables))
    (TO / "OFL.txt").write_bytes((FROM / "LICENSE").read_bytes())


if __name__ == "__main__":
    main()
