"""Rosters from a sheet, as stations keep them: a row a unit in a shift of a day, with its crew; and the sheet of them."""

# ruff: noqa: E501  a column a line in the table below

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people.flows.roster import FIELDS as SAID
from unjai.people.flows.roster import Hand, hands
from unjai.people.rules import normal_name
from unjai.people.rules.crew import Line
from unjai.people.rules.ranks import read_title
from unjai.people.rules.roster import CREW_MOST
from unjai.people.store import roster as store
from unjai.people.store import units as unit_store
from unjai.people.store.units import ShiftRow, UnitRow
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows

PLAN, READ = "unit.admin", "unit.read"
AHEAD = timedelta(days=400)
"""Further ahead nobody plans: the year was mistyped."""
LISTED = timedelta(days=31)
_LIMITS = {"call_sign": 40, "vehicle": 200, "registration": 40, "beat": 40, "note": 300}
_HANDS = ("crew", "crew_2", "crew_3", "crew_4")

COLUMNS = (
    Field(name="day", th="วันที่", en="Day", also=("วัน", "date", "วันเดือนปี"), example="1 ธ.ค. 2569", needed=True),
    Field(name="shift", th="ผลัด", en="Shift", also=("เวร", "ผลัดที่", "เวลา"), example="ผลัดเช้า", needed=True),
    Field(name="unit", th="สายตรวจ", en="Unit", also=("ชุด", "หน่วย", "สาย", "สายตรวจที่", "unit"), example="เวียง 11", needed=True),
    Field(name="crew", th="ผู้ปฏิบัติ", en="Crew", also=("ชุดปฏิบัติ", "รายชื่อ", "เจ้าหน้าที่", "ผู้ปฏิบัติ 1", "ยศ ชื่อ สกุล", "crew"), example="ร.ต.อ. สมมุติ ดูแลทั่ว, somchai.j"),
    *(Field(name=f"crew_{n}", th=f"ผู้ปฏิบัติ {n}", en=f"Crew {n}") for n in (2, 3, 4)),
    Field(name="call_sign", th="นามเรียกขานของผลัด", en="Call sign of the shift", also=("นามเรียกขาน",), example=""),
    Field(name="vehicle", th="ยานพาหนะ", en="Vehicle", also=("รถ", "พาหนะ"), example="กระบะ"),
    Field(name="registration", th="ทะเบียนรถ", en="Registration", also=("ทะเบียน", "เลขทะเบียน"), example=""),
    Field(name="beat", th="เขตตรวจ", en="Beat", also=("เขต",), example="1"),
    Field(name="note", th="หมายเหตุ", en="Note", also=("บันทึก",), example=""),
)  # fmt: skip


def read_planned(feature: Feature, note: Note) -> Row:
    """Read one row; what it says nothing of is None, so that it stays."""
    del note
    said = feature.properties
    day = fields.day(said, "day")
    shift, unit = fields.text(said, "shift"), fields.text(said, "unit")
    if day is None or not shift or not unit:
        raise UnjaiError("row_roster_key", 422)
    names = [part for name in _HANDS for part in split(fields.text(said, name, limit=1000))]
    values: dict[str, Any] = {"day": day, "shift": shift, "unit": unit, "crew": tuple(dict.fromkeys(names)) or None}
    values |= {name: fields.text(said, name, limit=limit) or None for name, limit in _LIMITS.items()}
    return Row(row=feature.row, key=f"{day.isoformat()} {shift} {unit}", values=values)


def split(text: str) -> list[str]:
    """Return the names in a cell: parted by commas, semicolons, slashes, lines, or numbers before them."""
    parted = re.sub(r"(^|[\s,;/])[0-9๐-๙]{1,2}[.)]\s+", r"\1,", text)
    return [" ".join(part.split()) for part in re.split(r"[,;/\n\r]+", parted) if part.strip()]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _hours(text: str) -> str:
    """Return ``08.00-16.00 น.`` as ``0800-1600``; anything else as it is."""
    found = re.fullmatch(r"(\d{1,2})[.:](\d{2})\s*[-–—ถึง]+\s*(\d{1,2})[.:](\d{2})\s*(?:น\.?)?", text.strip())
    return "{:0>2}{}-{:0>2}{}".format(*found.groups()) if found else _plain(text)


class People:
    """Who may be planned, by user name, by whole name, and by the name without its rank."""

    def __init__(self, known: Sequence[Hand]) -> None:
        """Lay out the names."""
        self._of: dict[str, set[AccountId]] = {}
        self.line: dict[AccountId, Line] = {}
        for one in known:
            self.line[one.account_id] = one.line
            names = (one.name_th, one.name_en, read_title(one.name_th).rest, read_title(one.name_en).rest)
            for name in (normal_name(one.username), *map(_plain, names)):
                if name:
                    self._of.setdefault(name, set()).add(one.account_id)

    def named(self, name: str) -> AccountId:
        """Return who is meant; raise `row_roster_nobody` or `row_roster_two` (422)."""
        found: set[AccountId] = set()
        for said in (normal_name(name), _plain(name), _plain(read_title(name).rest)):
            found = found or self._of.get(said, set())
        if not found:
            raise UnjaiError("row_roster_nobody", 422, name=name[:60])
        if len(found) > 1:
            raise UnjaiError("row_roster_two", 422, name=name[:60])
        return next(iter(found))


@dataclass(kw_only=True)
class _Taking:
    """One sheet on its way into the roster."""

    tx: Tx
    actor: Actor
    clock: Clock
    station_id: StationId
    units: Mapping[str, UnitRow]
    shifts: Mapping[str, ShiftRow]
    people: People
    seen: dict[tuple[date, UUID, UUID], int] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=lambda: {"added": [], "updated": [], "unchanged": []})
    undo: dict[str, Any] = field(default_factory=lambda: {"fresh": [], "stood": []})

    async def row(self, row: Row) -> None:
        """Take one row; raise for what cannot be planned."""
        said = row.values
        today = self.clock.now().astimezone(BANGKOK).date()
        if not today <= said["day"] <= today + AHEAD:
            raise UnjaiError("row_roster_day", 422, day=said["day"].isoformat())
        shift, unit = self.shifts.get(_hours(said["shift"])), self.units.get(_plain(said["unit"]))
        if shift is None:
            raise UnjaiError("row_roster_shift", 422, name=said["shift"][:60])
        if unit is None:
            raise UnjaiError("row_roster_unit", 422, name=said["unit"][:60])
        crew = None if said["crew"] is None else list(dict.fromkeys(self.people.named(name) for name in said["crew"]))
        if crew is not None and len(crew) > CREW_MOST:
            raise UnjaiError("row_roster_many", 422, most=CREW_MOST)
        first = self.seen.setdefault((said["day"], shift.id, unit.id), row.row)
        if first != row.row:
            raise UnjaiError("row_key_repeated", 422, key=row.key, first_row=first)
        self.done[await self._write(said, shift, unit, crew)].append(row.key)

    async def _write(
        self, said: Mapping[str, Any], shift: ShiftRow, unit: UnitRow, crew: list[AccountId] | None
    ) -> str:
        tx, told = self.tx, {name: said[name] for name in SAID if said[name] is not None}
        stood = await store.locked(tx, day=said["day"], shift_id=shift.id, unit_id=unit.id)
        times = {"changed_at": self.clock.now(), "changed_by": self.actor.name}
        members = [] if crew is None else [(one, self.people.line[one]) for one in crew]
        if stood is None:
            key = new_id(self.clock.now())
            fresh = {"id": key, "station_id": self.station_id, "day": said["day"], "shift_id": shift.id}
            await store.add(tx, {**fresh, "unit_id": unit.id, "version": 1, **dict.fromkeys(SAID, ""), **told, **times})
            await store.set_crew(tx, key, self.station_id, members)
            self.undo["fresh"].append(str(key))
            return "added"
        before = (await store.crews_of(tx, [stood["id"]])).get(stood["id"], [])
        lines = {AccountId(one["account_id"]): one["line"] for one in before}
        changes = {name: value for name, value in told.items() if stood[name] != value}
        other = crew is not None and set(crew) != set(lines)
        if not changes and not other:
            return "unchanged"
        number = stood["version"] + 1
        await store.change(tx, stood["id"], {**changes, **times, "version": number})
        if other:
            kept = [(one, lines.get(one, line)) for one, line in members]
            await store.set_crew(tx, stood["id"], self.station_id, kept)
        was = {"said": {name: stood[name] for name in SAID}, "crew": [[str(one), line] for one, line in lines.items()]}
        self.undo["stood"].append({"id": str(stood["id"]), "version": number, **was})
        return "updated"


async def _taking(tx: Tx, actor: Actor, clock: Clock, station_id: StationId) -> _Taking:
    own = [one for one in await unit_store.units(tx, clock.now()) if one.station_id == station_id]
    shifts: dict[str, ShiftRow] = {}
    for one in await unit_store.shifts(tx, station_id):
        hours = f"{one.starts:%H%M}-{one.ends:%H%M}"
        for name in (one.name_th, one.name_en, hours, hours.replace("-0000", "-2400")):
            if name:
                shifts.setdefault(_plain(name), one)
    return _Taking(
        tx=tx,
        actor=actor,
        clock=clock,
        station_id=station_id,
        units={_plain(one.call_sign): one for one in own},
        shifts=shifts,
        people=People(await hands(tx, clock, station_id)),
    )


async def take_roster(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a sheet of the roster; each row is taken whole or refused whole, and nothing is taken out of the roster."""
    del replace
    actor.must(PLAN)
    sheet = read_rows(features, read_planned)
    whole = await tx.conn.begin_nested()
    taking = await _taking(tx, actor, clock, station_id)
    await _rows(taking, sheet)
    counts = {name: len(keys) for name, keys in taking.done.items()}
    if dry_run:
        await whole.rollback()
    else:
        await whole.commit()
        facts: dict[str, object] = {**counts, "refused": len(sheet.refused)}
        subject = f"org:{station_id}"
        await audit(tx, actor, clock, action="roster.import", subject=subject, facts=facts, station_id=station_id)
    outcome = repr(
        (sorted(taking.done.items()), [(row.key, sorted(row.values.items(), key=str)) for row in sheet.rows])
    )
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(sheet.refused),
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        removed=0,
        refused=tuple(sorted(sheet.refused, key=lambda item: item.row)),
        warnings=tuple(sheet.warnings),
        version=0,
        dry_run=dry_run,
        outcome=hashlib.sha256(outcome.encode()).hexdigest(),
        undo=None if dry_run else taking.undo,
    )


async def _rows(taking: _Taking, sheet: Sheet) -> None:
    for row in list(sheet.rows):
        try:
            await taking.row(row)
        except UnjaiError as error:
            sheet.refuse(row.row, row.key, error)
            sheet.rows.remove(row)


async def undo_roster(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]) -> int:
    """Take an import back, if nothing of it was changed or taken out since; else `import_undo_late` (409)."""
    actor.must(PLAN)
    wanted = {UUID(key): 1 for key in undo["fresh"]} | {UUID(one["id"]): one["version"] for one in undo["stood"]}
    there = {row["id"]: row["version"] for row in await store.locked_by(tx, wanted)}
    if there != wanted:
        raise UnjaiError("import_undo_late", 409)
    await store.drop(tx, [UUID(key) for key in undo["fresh"]])
    times = {"changed_at": clock.now(), "changed_by": actor.name}
    for one in undo["stood"]:
        key = UUID(one["id"])
        await store.change(tx, key, {**one["said"], **times, "version": one["version"] + 1})
        await store.set_crew(tx, key, station_id, [(AccountId(UUID(who)), line) for who, line in one["crew"]])
    subject, facts = f"org:{station_id}", {"rows": len(wanted)}
    await audit(tx, actor, clock, action="roster.import.undo", subject=subject, facts=facts, station_id=station_id)
    return len(wanted)


async def list_roster(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List the newest planned month as a sheet that an import would leave unchanged."""
    actor.must(READ)
    last = await store.last_day(tx, station_id)
    rows = [] if last is None else await store.planned(tx, last - LISTED, last, station_id=station_id)
    rows.sort(key=lambda row: (row["day"], row["starts"], row["shift_th"], row["unit_sign"]))
    listed: list[Feature] = []
    for number, row in enumerate(rows, 1):
        told = {"day": row["day"].isoformat(), "shift": row["shift_th"], "unit": row["unit_sign"]}
        told |= {"crew": ", ".join(one["username"] for one in row["crew"]), **{name: row[name] for name in SAID}}
        listed.append(Feature(row=number, properties={key: said for key, said in told.items() if said}, geometry=None))
    return listed


ROSTER = ImportKind(
    key="roster",
    th="ตารางเวร",
    en="Duty roster",
    right=PLAN,
    read_right=READ,
    fields=COLUMNS,
    take=take_roster,
    listing=list_roster,
    undo=undo_roster,
)

IMPORT_KINDS = (ROSTER,)
"""What rosters bring to `IMPORT_KINDS` of `roles/web.py`."""
