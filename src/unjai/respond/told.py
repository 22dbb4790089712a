"""What the picture tells upward, as reports and notes on incidents: direct calls, in the picture's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock, SystemClock
from unjai.model.ids import DeviceId, StationId
from unjai.people.flows import list_units
from unjai.picture.health.silences import Recovery
from unjai.picture.live import LiveUnit
from unjai.picture.rules import Alarm
from unjai.platform.database import Tx
from unjai.respond import flows as respond
from unjai.respond import view
from unjai.respond.flows import NewReport
from unjai.respond.store import reports

CHANNELS = {
    "sos_press": "pole",
    "pole_tamper": "pole",
    "unit_distress": "unit",
    "device_silent": "device",
    "devices_silent": "device",
    "alert_rule": "rule",
}


class ToRespond:
    """What the picture tells upward: a direct call into `respond`, in the picture's transaction."""

    async def tell(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Make or join an incident, or follow one up."""
        source = _source(alarm)
        if alarm.kind == "citizen_position":
            if alarm.point is not None:
                await respond.source_moved(
                    tx, actor, clock, source=source, point=alarm.point, observed_at=alarm.happened_at
                )
            return
        if alarm.kind == "citizen_cancel":
            await respond.citizen_cancelled(
                tx,
                actor,
                clock,
                source=source,
                observed_at=alarm.happened_at,
                reason=str(alarm.payload.get("reason") or ""),
            )
            return
        await respond.take_report(tx, actor, clock, report=_report(alarm, source))

    async def back(self, tx: Tx, actor: Actor, clock: Clock, device_id: DeviceId) -> None:
        """Note that a silent device is back."""
        await respond.device_back(tx, actor, clock, device_id=device_id)

    async def more_silent(self, tx: Tx, actor: Actor, clock: Clock, alarm: Alarm) -> None:
        """Write on the incident of many silent devices that more have joined."""
        await respond.more_silent(tx, actor, clock, observation_id=alarm.id, names=_names(alarm))

    async def recovered(self, tx: Tx, actor: Actor, clock: Clock, recovery: Recovery) -> None:
        """Take back what nobody took up of a silence that is over."""
        await respond.recovered(
            tx,
            actor,
            clock,
            device_id=None if recovery.group_id else recovery.device_ids[0],
            observation_id=recovery.group_id,
            count=len(recovery.device_ids),
            times=recovery.times,
        )

    async def board(self, tx: Tx, station_id: StationId) -> list[LiveUnit]:
        """Return the unit board."""
        rows = await list_units(tx, system(station_id), SystemClock())
        return [
            LiveUnit(row.id, row.mark, row.call_sign, row.kind, row.state, row.incident_id, row.device_id)
            for row in rows
        ]

    async def open_incidents(self, tx: Tx) -> dict[str, dict[str, Any]]:
        """Return the open incidents' rows."""
        return {str(row.id): view.wire(row) for row in await view.open_rows(tx)}

    async def incidents(self, tx: Tx, incident_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
        """Return incidents' rows."""
        return {row.id: view.wire(row) for row in await view.rows(tx, incident_ids)}

    async def pressed_of_closed(self, tx: Tx, incident_ids: set[UUID]) -> dict[DeviceId, datetime]:
        """Return when points were last pressed whose incidents are closed now."""
        found = await reports.pressed_of_closed(tx, list(incident_ids))
        return {DeviceId(key): at for key, at in found.items()}

    async def strip(self, tx: Tx, since: datetime, known: set[int]) -> dict[int, dict[str, Any]]:
        """Return the strip's lines by their step's number."""
        fresh = await view.strip_since(tx, since, known)
        return {number: item.model_dump(mode="json") for number, item in fresh.items()}


def _source(alarm: Alarm) -> str:
    if alarm.kind.startswith("citizen_"):
        return f"citizen:{alarm.payload.get('help_id') or alarm.id}"
    return f"unit:{alarm.unit_id}" if alarm.kind == "unit_distress" and alarm.unit_id else alarm.source


def _names(alarm: Alarm) -> tuple[str, str]:
    return str(alarm.payload.get("names_th", "")), str(alarm.payload.get("names_en", ""))


def _about(alarm: Alarm) -> tuple[str, str]:
    """Return what an incident is about where that is no one device."""
    count = alarm.payload.get("count")
    return (f"{count} จุดพร้อมกัน", f"{count} at once") if alarm.kind == "devices_silent" else ("", "")


def _code(alarm: Alarm) -> object:
    said = alarm.payload
    if alarm.kind == "citizen_report":
        return said.get("kind")
    return "DSL" if alarm.kind == "devices_silent" else said.get("code") if alarm.kind == "alert_rule" else None


def _report(alarm: Alarm, source: str) -> NewReport:
    said = alarm.payload
    code = _code(alarm)
    priority = said.get("priority") if alarm.kind == "alert_rule" else None
    return NewReport(
        observation_id=alarm.id,
        digest=alarm.digest,
        channel=CHANNELS.get(alarm.kind, "citizen"),  # type: ignore[arg-type]
        kind=alarm.kind,
        observed_at=alarm.happened_at,
        received_at=alarm.received_at,
        source=source,
        code=str(code) if code else None,
        point=alarm.point,
        device_id=alarm.device_id,
        device_key=(str(said["key"]) if said.get("key") else None) if alarm.kind == "alert_rule" else alarm.source,
        unit_id=alarm.unit_id,
        text=str(said.get("text") or said.get("names_th") or ""),
        about=_about(alarm),
        priority=priority if isinstance(priority, int) else None,
        silent=said.get("silent") is True,
        crowd=str(said.get("crowd") or ""),
        caller_name=str(said["name"]) if said.get("name") else None,
        caller_phone=str(said["phone"]) if said.get("phone") else None,
    )
