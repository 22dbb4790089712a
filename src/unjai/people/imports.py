"""Persons from a sheet: rank and name, post, phone, call sign, user name; and the sheet of all who are there.

A row finds its person by first and last name within the station. No password is ever in a file: accounts made here
have none that anybody knows, until one-time passwords are handed out (`POST /api/account-slips`).
"""

# ruff: noqa: E501  a column a line in the table below

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId
from unjai.people import flows
from unjai.people.passwords import hash_password
from unjai.people.rights import ROLES
from unjai.people.rules import normal_name, posts, ranks
from unjai.people.rules.persons import PERSON_KIND_WORDS, PERSON_KINDS
from unjai.people.rules.positions import POSITIONS
from unjai.people.store import accounts as account_store
from unjai.people.store import persons as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note
from unjai.territory.rules.sheet import ImportReport, Row, read_rows
from unjai.territory.store import org_unit_by_code, version_of

_POST_WORDS = {word: kind for kind, word in posts.KIND_TH.items() if word} | {
    "ดำรงตำแหน่ง": "substantive",
    "รักษาการ": "acting",
    "ช่วยราชการ": "attached",
}
_POSITION_WORDS = {said: one.key for one in POSITIONS.values() for said in (one.abbr_th, one.th, one.en)}

FIELDS = (
    Field(name="rank", th="ยศหรือคำนำหน้า", en="Rank or prefix", also=("ยศ", "คำนำหน้า", "rank"), example="ร.ต.อ.หญิง"),
    Field(name="first_th", th="ชื่อ", en="First name", also=("ชื่อจริง", "ชื่อ-สกุล", "ชื่อ สกุล", "ยศ ชื่อ สกุล"), example="สมมุติ", needed=True),
    Field(name="last_th", th="นามสกุล", en="Last name", also=("สกุล",), example="ดูแลทั่ว"),
    Field(name="first_en", th="ชื่อภาษาอังกฤษ", en="First name (English)", example="Sommut"),
    Field(name="last_en", th="นามสกุลภาษาอังกฤษ", en="Last name (English)", example="Dulaethua"),
    Field(name="kind", th="ประเภท", en="Kind", words={word.th: kind for kind, word in PERSON_KIND_WORDS.items()} | {"ตำรวจ": "police"}, example="ข้าราชการตำรวจ"),
    Field(name="phone", th="โทรศัพท์", en="Telephone", also=("เบอร์โทร", "โทร", "เบอร์โทรศัพท์", "phone"), example="081-234-5678"),
    Field(name="call_sign", th="นามเรียกขาน", en="Call sign", example="เวียง 20"),
    Field(name="position", th="ตำแหน่ง", en="Post", words=_POSITION_WORDS, example="รอง สวป."),
    Field(name="unit", th="หน่วย", en="Unit", also=("สังกัด", "สถานี"), example="สภ.ช้างเผือก"),
    Field(name="post_kind", th="ลักษณะการดำรงตำแหน่ง", en="How held", words=_POST_WORDS, example="ดำรงตำแหน่ง"),
    Field(name="grade", th="ระดับ (สบ)", en="Grade", also=("สบ", "ระดับ"), example="1"),
    Field(name="from_on", th="ตั้งแต่วันที่", en="From", example="1 ต.ค. 2569"),
    Field(name="until_on", th="ถึงวันที่", en="Last day", example="30 ก.ย. 2570"),
    Field(name="order_ref", th="อ้างคำสั่ง", en="Order", also=("คำสั่ง",), example="คำสั่งที่ 12/2569"),
    Field(name="reason", th="เหตุ", en="Reason", example=""),
    Field(name="username", th="ชื่อผู้ใช้", en="User name", also=("username", "บัญชี"), example="sommut.d"),
    Field(name="role", th="บทบาท", en="Role", words={said: key for key, role in ROLES.items() for said in (role.th, role.en)}, example="สายตรวจ"),
)  # fmt: skip

_PERSON = ("first_th", "last_th", "first_en", "last_en", "call_sign", "phone")


def read_person(feature: Feature, note: Note) -> Row:
    """Read one row; a whole name in one column (``ร.ต.อ.หญิง สมมุติ ดูแลทั่ว``) is taken apart."""
    del note
    said = feature.properties
    values: dict[str, Any] = {name: fields.text(said, name) for name in (*_PERSON, "order_ref", "reason", "username")}
    found = ranks.read_title(values["first_th"])
    rank = fields.text(said, "rank")
    title = ranks.title_of(rank) if rank else found
    values["first_th"] = found.rest if not rank or (found.rank or found.prefix) else values["first_th"]
    if not values["last_th"] and " " in values["first_th"]:
        values["first_th"], _, values["last_th"] = values["first_th"].partition(" ")
    if not values["first_th"]:
        raise UnjaiError("row_name_missing", 422)
    values |= {"rank": title.rank, "prefix": title.prefix, "female": title.female}
    values |= {"acting_rank": title.acting, "doctor": title.doctor}
    usual = "police" if title.rank else "civilian"
    values["kind"] = fields.choice(said, "kind", dict.fromkeys(PERSON_KINDS), usual)
    values["position"] = fields.choice(said, "position", POSITIONS, "")
    values["post_kind"] = fields.choice(said, "post_kind", dict.fromkeys(posts.POST_KINDS), "substantive")
    values["role"] = fields.choice(said, "role", ROLES, "")
    values["unit"] = fields.text(said, "unit")
    values["grade"] = fields.whole(said, "grade", 1, 10)
    values["from_on"], values["until_on"] = fields.day(said, "from_on"), fields.day(said, "until_on")
    key = f"{values['first_th']} {values['last_th']}".strip()
    return Row(row=feature.row, key=key, values=values)


@dataclass(kw_only=True)
class _Taking:
    """One sheet on its way into the tables."""

    tx: Tx
    actor: Actor
    clock: Clock
    station_id: StationId
    known: dict[str, list[Mapping[str, Any]]]
    nobody: str
    done: dict[str, list[str]] = field(default_factory=lambda: {"added": [], "updated": [], "unchanged": []})

    async def row(self, row: Row) -> None:
        """Take one row: the person, then the post, then the account."""
        values = row.values
        there = self.known.get(row.key, [])
        if len(there) > 1:
            raise UnjaiError("row_person_ambiguous", 409, name=row.key)
        given = {name: values[name] for name in (*_PERSON, "rank", "prefix", "female", "acting_rank", "doctor", "kind")}
        said = {name: value for name, value in given.items() if value != ""}
        if there:
            person_id = UUID(str(there[0]["id"]))
            after = flows.checked_person(said, there[0])
            changed = any(there[0][name] != value for name, value in after.items())
            if changed:
                await flows.change_person(self.tx, self.actor, self.clock, person_id=person_id, **said)
        else:
            person_id, changed = await self._new(said), True
        changed |= await self._post(person_id, values)
        changed |= await self._account(person_id, values)
        self.done["added" if not there else "updated" if changed else "unchanged"].append(row.key)

    async def _new(self, said: Mapping[str, Any]) -> UUID:
        return await flows.add_person(self.tx, self.actor, self.clock, station_id=self.station_id, **said)

    async def _post(self, person_id: UUID, values: Mapping[str, Any]) -> bool:
        if not values["position"]:
            return False
        unit_id = int(self.station_id)
        if values["unit"]:
            unit = await org_unit_by_code(self.tx, values["unit"])
            if unit is None:
                raise UnjaiError("row_unit_unknown", 422, code=values["unit"])
            unit_id = unit.id
        held = (await store.posts_of(self.tx, [person_id])).get(person_id, [])
        same = [
            one
            for one in held
            if (one["position"], one["org_unit_id"], one["kind"]) == (values["position"], unit_id, values["post_kind"])
            and (values["from_on"] is None or one["from_on"] == values["from_on"])
        ]
        more = {name: values[name] for name in ("grade", "until_on") if values[name] is not None}
        more |= {name: values[name] for name in ("order_ref", "reason") if values[name]}
        if same:
            if all(same[0][name] == value for name, value in more.items()):
                return False
            await flows.change_post(self.tx, self.actor, self.clock, post_id=same[0]["id"], **more)
            return True
        await flows.add_post(
            self.tx,
            self.actor,
            self.clock,
            person_id=person_id,
            end_previous=True,
            position=values["position"],
            org_unit_id=unit_id,
            kind=values["post_kind"],
            from_on=values["from_on"] or posts.today(self.clock.now()),
            **more,
        )
        return True

    async def _account(self, person_id: UUID, values: Mapping[str, Any]) -> bool:
        if not values["username"]:
            return False
        changed = False
        own = await store.account_of_person(self.tx, person_id)
        name = normal_name(values["username"])
        if own is not None and own["username"] != name:
            raise UnjaiError("account_linked", 409, username=own["username"])
        found = own or await account_store.account_named(self.tx, name)
        if found is None:
            made = await flows.create_account(
                self.tx,
                self.actor,
                self.clock,
                username=name,
                name_th=ranks.name_text(_title(values), values["first_th"], values["last_th"], "th"),
                name_en=f"{values['first_en']} {values['last_en']}".strip(),
                home_id=self.station_id,
                password_hash=self.nobody,
            )
            account_id, changed = made.account_id, True
        else:
            account_id = AccountId(found["id"])
        if own is None:
            await flows.link_account(self.tx, self.actor, self.clock, person_id=person_id, account_id=account_id)
            changed = True
        roles = (await account_store.roles_of(self.tx, [account_id])).get(account_id, [])
        if values["role"] and not any(at["role"] == values["role"] and not at["source"] for at in roles):
            await flows.grant_role(
                self.tx,
                self.actor,
                self.clock,
                account_id=account_id,
                role=values["role"],
                org_unit_id=self.station_id,
            )
            changed = True
        return changed


def _title(values: Mapping[str, Any]) -> ranks.Titled:
    return ranks.Titled(
        rank=values["rank"],
        prefix=values["prefix"],
        female=values["female"],
        acting=values["acting_rank"],
        doctor=values["doctor"],
    )


async def take_persons(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a sheet of persons; each row is taken whole or refused whole. Nobody is removed."""
    del replace
    actor.must("person.admin")
    sheet = read_rows(features, read_person)
    known: dict[str, list[Mapping[str, Any]]] = {}
    for there in await store.persons(tx, station_id=station_id):
        known.setdefault(f"{there['first_th']} {there['last_th']}".strip(), []).append(there)
    nobody = await hash_password(secrets.token_urlsafe(32))
    taking = _Taking(tx=tx, actor=actor, clock=clock, station_id=station_id, known=known, nobody=nobody)
    told = len(tx.emitted)
    whole = await tx.conn.begin_nested()
    for row in sheet.rows:
        mark = len(tx.emitted)
        point = await tx.conn.begin_nested()
        try:
            await taking.row(row)
        except UnjaiError as error:
            await point.rollback()
            del tx.emitted[mark:]
            sheet.refuse(row.row, row.key, error)
        else:
            await point.commit()
    counts = {name: len(keys) for name, keys in taking.done.items()}
    if dry_run:
        await whole.rollback()
        del tx.emitted[told:]
    else:
        await whole.commit()
        facts: dict[str, object] = {**counts, "refused": len(sheet.refused)}
        await audit(
            tx, actor, clock, action="person.import", subject=f"org:{station_id}", facts=facts, station_id=station_id
        )
    outcome = hashlib.sha256(repr(sorted(taking.done.items())).encode()).hexdigest()
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(sheet.refused),
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        removed=0,
        refused=tuple(sorted(sheet.refused, key=lambda item: item.row)),
        warnings=tuple(sorted(sheet.warnings, key=lambda item: item.row)),
        version=await version_of(tx, station_id),
        dry_run=dry_run,
        outcome=outcome,
    )


async def list_persons(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List everybody with their latest post; no password and no secret is in it."""
    actor.must("person.read")
    rows = [row for row in await store.persons(tx, station_id=station_id) if row["left_on"] is None]
    held = await store.posts_of(tx, [row["id"] for row in rows])
    listed = []
    for number, row in enumerate(rows, 1):
        told: dict[str, Any] = {name: row[name] for name in (*_PERSON, "kind")}
        told["rank"] = ranks.title_text(flows.titled(row), "th")
        told["username"] = row["username"] or ""
        latest = next(iter(held.get(row["id"], ())), None)
        if latest is not None:
            told |= {name: latest[name] for name in ("position", "grade", "order_ref", "reason")}
            told |= {"unit": latest["unit_code"], "post_kind": latest["kind"]}
            told |= {name: latest[name] and latest[name].isoformat() for name in ("from_on", "until_on")}
        properties = {name: value for name, value in told.items() if value not in (None, "")}
        listed.append(Feature(row=number, properties=properties, geometry=None))
    return listed


PERSONS = ImportKind(
    key="persons",
    th="บุคคล",
    en="Persons",
    right="person.admin",
    read_right="person.read",
    fields=FIELDS,
    take=take_persons,
    listing=list_persons,
)

IMPORT_KINDS = (PERSONS,)
"""What people bring to `IMPORT_KINDS` of `roles/web.py`."""
