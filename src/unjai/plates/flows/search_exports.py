"""Sealing found reads as evidence: the reads are kept for the case, and leave the centre as one signed file."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import unjai
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.plates.flows import searches
from unjai.plates.rules import search_export as rules
from unjai.plates.rules.searching import REASONS
from unjai.plates.search_parcel import Parcel, Sealed
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.dated import DatedMedia
from unjai.platform.ledger.receipts import Sign, receipt_of
from unjai.territory.view import territory_of

PARTS = ("crop", "still")


async def export(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    search_id: UUID,
    read_ids: Collection[UUID],
    pictures: DatedMedia,
    sign: Sign | None,
) -> tuple[str, Sealed]:
    """Seal reads that a search of one's own finds; return the package's number and file. All of it is in the log.

    The reads and pictures are kept for the case too. Raises as `searches.look` does, `proof_later` (409) while the
    search's row in the log stands under no signed root, `plates_export_empty` (422) where none of the reads is found.
    """
    actor.must(searches.HOLD)
    answer = await searches.look(tx, actor, clock, search_id=search_id)
    search = answer.search
    if search["asked"]["kind"] in ("convoy", "together"):
        raise UnjaiError("plates_export_kind", 422)
    found = [row for row in answer.found if row["id"] in set(read_ids)]
    missing_ids = set(read_ids) - {row["id"] for row in found}
    while missing_ids and answer.more:  # further pages: each is a look of its own
        answer = await searches.look(tx, actor, clock, search_id=search_id, before=answer.found[-1]["id"])
        found += [row for row in answer.found if row["id"] in missing_ids]
        missing_ids -= {row["id"] for row in answer.found}
    if not found:
        raise UnjaiError("plates_export_empty", 422)
    receipt = await receipt_of(tx, StationId(search["station_id"]), search["note"], sign)
    if receipt is None:
        raise UnjaiError("proof_later", 409)
    await searches.hold(tx, actor, clock, search_id=search_id, read_ids=[row["id"] for row in found], pictures=pictures)
    about = await _about(tx, actor, clock, search)
    parcel = await asyncio.to_thread(Parcel, pictures.root.parent)
    try:
        names, missing = await _pictures(parcel, found, pictures)
        view = await territory_of(tx, actor.station)
        cameras = {one.key: (one.name_th, one.name_en or one.name_th) for one in view.devices}
        rows = rules.told_rows(found, cameras, names)
        told = {**about, "ledger": {"leaf": receipt.leaf, "seq": receipt.seq}, "reads": len(rows), "missing": missing}
        sealed = await asyncio.to_thread(parcel.seal, told, rows, receipt.proof)
        facts = {
            "case": search["case_number"],
            "number": about["number"],
            "reads": len(rows),
            "pictures": len(names),
            "sha256": sealed.digest,
            "key": sealed.key_print,
        }
        await audit(tx, actor, clock, action="plates.export", subject=f"plate_search:{search_id}", facts=facts)
    except BaseException:
        parcel.file.close()
        raise
    return str(about["number"]), sealed


async def _pictures(
    parcel: Parcel, found: list[dict[str, Any]], pictures: DatedMedia
) -> tuple[dict[tuple[int, str], str], list[dict[str, Any]]]:
    names: dict[tuple[int, str], str] = {}
    missing: list[dict[str, Any]] = []
    for number, row in enumerate(found, 1):
        for part in PARTS:
            if row[part] is None:
                continue
            try:
                body = await pictures.read(bytes(row[part]).hex(), row["received_at"])
            except UnjaiError:
                missing.append({"read": str(row["id"]), "part": part, "sha256": bytes(row[part]).hex()})
                continue
            name = rules.picture_name(number, row, part)
            told = {"sort": part, "read": str(row["id"]), "at": row["at"].isoformat(timespec="milliseconds")}
            await asyncio.to_thread(parcel.add, name, body, told)
            names[number, part] = name
    return names, missing


async def _about(tx: Tx, actor: Actor, clock: Clock, search: Mapping[str, Any]) -> dict[str, Any]:
    station = (await territory_of(tx, actor.station)).station
    why = REASONS[search["reason"]]
    return {
        "id": str(search["id"]),
        "number": rules.number_of(search["id"]),
        "station": {"code": station.code, "name_th": station.name_th, "name_en": station.name_en},
        "search": {
            "id": str(search["id"]),
            "asked": search["asked"].get("told", {}),
            "reason": search["reason"],
            "reason_th": why.th,
            "reason_en": why.en,
            "said": search["said"],
            "wide": search["wide"],
            "opened_at": search["opened_at"].isoformat(timespec="milliseconds"),
            "log_row": str(search["note"]),
        },
        "case_number": search["case_number"],
        "asked_by": search["asked_name"],
        "sealed_by": actor.name,
        "sealed_at": clock.now().isoformat(timespec="milliseconds"),
        "software": f"Unjai {unjai.__version__}",
    }
