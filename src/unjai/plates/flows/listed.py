"""The watch list as the matching reads it: what changed since a version, and entries in words for a hit."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from unjai.model.actor import Actor
from unjai.model.ids import StationId
from unjai.model.plate import Plate, shown
from unjai.plates.index import Change, WatchIndex, as_changes
from unjai.plates.store import watch_list as store
from unjai.platform.database import Tx

LOAD_MOST = 5_000


async def entries_since(
    tx: Tx, actor: Actor, *, version: int, number: int = 0, limit: int = LOAD_MOST
) -> tuple[list[Change], tuple[int, int]]:
    """Return what changed in the list after (version, number), in order, and the place to go on from.

    Begin at (0, 0) and ask until nothing comes; then again whenever `WatchListChanged` is heard. A version is whole
    only when its last number was seen, so both are kept. Ended entries come with `listed` False; those whose time is
    up do not come: their times stand in the index.
    """
    actor.must(store.READ)
    rows = await store.since(tx, actor.station, version, number, limit)
    place = (rows[-1]["version"], rows[-1]["number"]) if rows else (version, number)
    return list(as_changes(rows)), place


class StationLists:
    """The lists of stations as `plates.watching` asks for them; the transaction's scope says which may be read."""

    async def versions(self, tx: Tx, stations: Collection[StationId]) -> Mapping[StationId, int]:
        """Return the version of each station's list; a station without one is absent."""
        return await store.versions(tx, stations)

    async def refresh(self, tx: Tx, station_id: StationId, index: WatchIndex) -> None:
        """Bring an index to the version that stands, a page at a time; pages are read and sorted in a thread."""
        version = (await store.versions(tx, [station_id])).get(station_id, 0)
        place = (index.version, 0 if index.version == 0 else store.WHOLE)
        while found := await store.page_since(tx, station_id, *place, LOAD_MOST, upto=version):
            body, *last = found
            await asyncio.to_thread(_take, index, body)
            place = last[0], last[1]
        index.version = version

    async def listed(self, tx: Tx, station_id: StationId, numbers: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return entries in words, as JSON, by their numbers."""
        rows = await store.numbered(tx, station_id, numbers)
        return {row["number"]: _in_words(row) for row in rows}


def _take(index: WatchIndex, body: str) -> None:
    index.apply(as_changes(map(store.unpacked, body.split("\n"))))


def _in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    plate = Plate(registration=row["registration"], province=row["province"])
    names = ("number", "registration", "province", "partial", *store.SAID, "approver_name", "proposer_name")
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in names},
        "notify_accounts": [str(one) for one in row["notify_accounts"]],
        "notify_probable": row["notify_probable"],
        "plate_th": shown(plate),
        "plate_en": shown(plate, "en"),
        "valid_from": row["valid_from"].isoformat(),
        "valid_until": row["valid_until"].isoformat(),
    }
