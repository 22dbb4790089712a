"""What a unit finds on its way: kept as told; what wants somebody at once becomes a report, the rest a candidate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId, UnitId, named_id
from unjai.patrol.rules.items import CANDIDATES, CODES, LIVE_FINDING_S
from unjai.patrol.store import visits as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.flows import NewReport
from unjai.respond.flows.taking import taken
from unjai.respond.plain.flows.desk import handed_over, works_told

READ = "patrol.read"
NAMES: dict[str, tuple[str, str]] = {
    "light_out": ("ไฟดับ", "Light out"),
    "camera_turned": ("กล้องถูกหันหรือบัง", "Camera turned or covered"),
    "gathering": ("มีการรวมกลุ่ม", "Gathering"),
    "vehicle": ("รถต้องสงสัย", "Suspicious vehicle"),
    "other": ("อื่น ๆ", "Other"),
}


async def take_finding(
    tx: Tx, actor: Actor, clock: Clock, *, row: dict[str, Any], place: dict[str, Any] | None
) -> UUID | None:
    """Keep a finding; return the incident that it opened or joined, if any.

    A gathering or a suspicious vehicle that was seen just now is reported like any other telling of a unit, so it
    stands in the operator's queue and on the map. One that comes late is kept and shown as late, and opens nothing.
    """
    what = row["what"]
    incident: UUID | None = None
    if what in CODES and row["late_s"] <= LIVE_FINDING_S and row["chain"] != "fork":
        point = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
        if point is None and place is not None:
            point = Point(lon=place["lon"], lat=place["lat"])
        report = NewReport(
            observation_id=named_id("patrol_finding", str(row["id"]), row["happened_at"]),
            digest=row["item_digest"],
            channel="unit",
            kind="patrol_finding",
            code=CODES[what],
            observed_at=row["happened_at"],
            received_at=row["received_at"],
            source=f"finding:{row['id']}",  # two things one unit finds are two happenings
            point=point,
            unit_id=None if row["unit_id"] is None else UnitId(row["unit_id"]),
            text=" · ".join(part for part in (NAMES[what][0], row["text"]) if part),
            place_text="" if place is None else place["name_th"],
            priority=3,
            about=NAMES[what],
        )
        incident = (await taken(tx, actor, clock, report)).incident_id
    await store.add_finding(tx, {**row, "candidate": CANDIDATES.get(what, "none"), "incident_id": incident})
    return incident


async def find_of_report(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID) -> UUID:
    """Make a finding of a citizen's plain report, a candidate for works; a second time returns the first.

    Raises `account_needed` (403) and what `handed_over` does.
    """
    if actor.account_id is None:
        raise UnjaiError("account_needed", 403)
    finding_id = named_id("plain_finding", str(report_id))
    row = await handed_over(tx, actor, clock, report_id=report_id, finding_id=finding_id)
    if row["finding_id"] is not None:
        return UUID(str(row["finding_id"]))
    now = clock.now()
    text = " · ".join(part for part in (row["number"], row["place_text"], row["text"]) if part)
    finding = {
        "id": finding_id,
        "station_id": row["station_id"],
        "phone_id": None,
        "item_digest": row["digest"],
        "account_id": actor.account_id,
        "what": "light_out" if row["kind"] == "light" else "other",
        "text": text,
        "lon": row["lon"],
        "lat": row["lat"],
        "accuracy_m": row["accuracy_m"],
        "photos": [],
        "observed_at": row["observed_at"],
        "happened_at": row["observed_at"],
        "received_at": now,
        "late_s": 0,
        "chain": "none",
        "candidate": "works",
    }
    await store.add_finding(tx, finding)
    return finding_id


async def settle_finding(
    tx: Tx, actor: Actor, clock: Clock, *, finding_id: UUID, settled: bool, note: str = ""
) -> None:
    """Say that a finding was seen to (with what was done), or that it is open again. Raises `not_found` (404)."""
    actor.must("patrol.manage")
    row = await store.finding_of(tx, finding_id)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("finding", finding_id)
    by = actor.name if settled else ""
    values = {"settled_at": clock.now() if settled else None, "settled_by": by, "settled_note": note if settled else ""}
    await store.set_finding(tx, finding_id, **values)
    if row["phone_id"] is None:
        await works_told(tx, actor, clock, finding_id=finding_id, settled=settled, note=note)
    action = "patrol.finding.settle" if settled else "patrol.finding.reopen"
    facts = {"what": row["what"], "note": note}
    subject = f"finding:{finding_id}"
    station_id = StationId(row["station_id"])
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=station_id)


async def message_sent(tx: Tx, actor: Actor, clock: Clock, *, message_id: UUID, sent: bool) -> None:
    """Say that an owner was told by the station's own channel, or that it was not after all. Raises `not_found`."""
    actor.must("patrol.manage")
    row = await store.owner_message_of(tx, message_id)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("owner_message", message_id)
    values = {"sent_at": clock.now() if sent else None, "sent_by": actor.name if sent else ""}
    values["channel"] = "hand" if sent else ""
    await store.set_owner_message(tx, message_id, **values)
    action = "patrol.owner.told" if sent else "patrol.owner.untold"
    station_id = StationId(row["station_id"])
    subject = f"owner_message:{message_id}"
    await audit(tx, actor, clock, action=action, subject=subject, station_id=station_id)
