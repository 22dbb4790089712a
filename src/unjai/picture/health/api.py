"""The routes of device health: the board of a month, the last days of one device."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId
from unjai.people.flows import list_units, refusals_of
from unjai.people.store.devices import refusals_of as all_refusals
from unjai.people.store.devices import registered
from unjai.picture import store as live_store
from unjai.picture.alerts.rules.facts import QUIET_KINDS
from unjai.picture.health import store
from unjai.picture.health.rules import Span, clipped, uptime
from unjai.picture.health.schemas import HealthOut, HealthRow, HistoryOut, LevelOut, OutageOut
from unjai.picture.schemas import RefusalOut
from unjai.platform.http import Ask, allowed
from unjai.territory.records import Device
from unjai.territory.schemas.devices import ContactOut
from unjai.territory.store import device_of
from unjai.territory.store.contacts import contacts
from unjai.territory.view import territory_of

router = APIRouter(tags=["device health"])
Reader = Annotated[Ask, allowed("device.read")]
_HISTORY = timedelta(days=31)
_BATTERY = timedelta(days=7)


def month_of(text: str, now: datetime) -> Span:
    """Return the Bangkok month named ``2026-11`` (empty: this one); a month to come is `request_invalid`."""
    here = now.astimezone(BANGKOK)
    year, month = (here.year, here.month) if not text else (int(text[:4]), int(text[5:]))
    start = datetime(year, month, 1, tzinfo=BANGKOK)
    if start > now:
        raise UnjaiError("request_invalid", 422, where="month")
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=BANGKOK)
    return start, end


@router.get("/device-health")
async def board(
    ask: Reader, month: Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$", max_length=7)] = ""
) -> HealthOut:
    """Return every device with its state, its uptime in a month, and whom to call (for who may know)."""
    now = ask.clock.now()
    span = month_of(month, now)
    until = min(span[1], now)
    listened = await store.listened(ask.tx, span[0])
    heard = clipped(listened, span[0], until)
    away: dict[UUID, list[Span]] = {}
    for row in await store.outages(ask.tx, span[0]):
        away.setdefault(row["device_id"], []).append((row["from_at"], row["to_at"] or until))
    made = _Board(
        seen={row["device_id"]: row for row in await live_store.all_last_seen(ask.tx)},
        contacts=await contacts(ask.tx),
        secrets={row["id"] for row in await registered(ask.tx) if row["secret_hash"] is not None},
        refusals=_counted(await all_refusals(ask.tx)),
        units={row.id: row.call_sign for row in await list_units(ask.tx, ask.actor, ask.clock)}
        if ask.actor.may("unit.read")
        else {},
    )
    territory = await territory_of(ask.tx, ask.actor.station)
    rows = []
    for device in territory.devices:
        outages = clipped(away.get(device.id, []), span[0], until)
        first = (made.seen.get(device.id) or {}).get("first_heard_at")
        up = uptime(month=span, now=now, first_heard_at=first, listened=heard, outages=outages)
        quiet = device.kind in QUIET_KINDS or device.unit_id is not None or device.silent_after_s == 0
        share = None if quiet else up.share
        rows.append(made.row(device, territory.devices, quiet=quiet, uptime=share, measured=up, outages=outages))
    whole = max((until - span[0]).total_seconds(), 1.0)
    return HealthOut(
        month=f"{span[0]:%Y-%m}",
        since=span[0],
        until=until,
        listened=min(1.0, sum((high - low).total_seconds() for low, high in heard) / whole),
        contacts_hidden=not ask.actor.may("device.contact"),
        devices=rows,
    )


def _counted(rows: list[dict[str, Any]]) -> dict[UUID, int]:
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["device_id"]] = counts.get(row["device_id"], 0) + int(row["count"])
    return counts


class _Board:
    """What is known of all devices, looked up row by row."""

    def __init__(
        self,
        *,
        seen: dict[UUID, dict[str, Any]],
        contacts: dict[DeviceId, dict[str, Any]],
        secrets: set[UUID],
        refusals: dict[UUID, int],
        units: dict[Any, str],
    ) -> None:
        self.seen, self.contacts, self.secrets, self.refusals, self.units = seen, contacts, secrets, refusals, units

    def contact(self, device: Device, all_devices: tuple[Device, ...]) -> ContactOut | None:
        """Return whom to call: the device's own contact, or that of another device of the same named owner."""
        row = self.contacts.get(device.id)
        borrowed = False
        if row is None and device.owner_name:
            own = (device.owner_kind, device.owner_name)
            row = next(
                (self.contacts[one.id] for one in all_devices if one.id in self.contacts and _owner(one) == own), None
            )
            borrowed = row is not None
        if row is None:
            return None
        return ContactOut(name=row["name"], phone=row["phone"], note=row["note"], borrowed=borrowed)

    def row(
        self,
        device: Device,
        all_devices: tuple[Device, ...],
        *,
        quiet: bool,
        uptime: float | None,
        measured: Any,
        outages: list[Span],
    ) -> HealthRow:
        """Return one device's row."""
        seen = self.seen.get(device.id) or {}
        state = "disabled" if device.disabled else seen.get("state", "unknown")
        return HealthRow(
            id=device.id,
            key=device.key,
            kind=device.kind,
            name_th=device.name_th,
            name_en=device.name_en,
            owner_kind=device.owner_kind,
            owner_name=device.owner_name,
            lon=device.lon,
            lat=device.lat,
            unit_id=device.unit_id,
            call_sign=None if device.unit_id is None else self.units.get(device.unit_id),
            installed_on=device.installed_on,
            quiet=quiet,
            disabled=device.disabled,
            has_secret=device.id in self.secrets,
            state=state,
            state_since=None if device.disabled else seen.get("state_since"),
            last_seen_at=seen.get("heard_at"),
            first_heard_at=seen.get("first_heard_at"),
            battery=seen.get("battery"),
            firmware=seen.get("firmware"),
            clock_off_s=seen.get("clock_off_s"),
            silent_after_s=device.silent_after_s,
            uptime=uptime,
            measured=0.0 if quiet or measured.month_s <= 0 else min(1.0, measured.measured_s / measured.month_s),
            outages=len(outages),
            longest_s=max(((high - low).total_seconds() for low, high in outages), default=0.0),
            refusals=self.refusals.get(device.id, 0),
            contact=self.contact(device, all_devices),
        )


def _owner(device: Device) -> tuple[str, str]:
    return device.owner_kind, device.owner_name


@router.get("/devices/{device_id}/history")
async def history(device_id: UUID, ask: Reader) -> HistoryOut:
    """Return a device's battery of the last seven days and its silences of the last month."""
    if await device_of(ask.tx, DeviceId(device_id)) is None:
        raise not_found("device", device_id)
    now = ask.clock.now()
    since = now - _HISTORY
    curve = await store.battery_curve(ask.tx, device_id, now - _BATTERY, now)
    outages = await store.outages(ask.tx, since, device_id=device_id, limit=200)
    heard = clipped(await store.listened(ask.tx, since), since, now)
    refused = await refusals_of(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id))
    return HistoryOut(
        device_id=device_id,
        since=since,
        until=now,
        battery=[LevelOut(**row) for row in curve],
        outages=[
            OutageOut(
                from_at=row["from_at"],
                noticed_at=row["noticed_at"],
                to_at=row["to_at"],
                with_others=row["group_id"] is not None,
            )
            for row in outages
        ],
        deaf=_between(heard, since, now),
        refusals=[RefusalOut(code=one.code, count=one.count, last_at=one.last_at) for one in refused],
    )


def _between(spans: list[Span], low: datetime, high: datetime) -> list[Span]:
    """Return the gaps between ordered spans inside a window."""
    edges = [low, *(edge for span in spans for edge in span), high]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]
