"""Bring the fictional town into a centre through the flows everyone uses; run twice it changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from unjai.demo import credentials
from unjai.demo.cases import demo_cases
from unjai.demo.credentials import Credentials, Login
from unjai.demo.town import PARENT_CODE, STATION_CODE, STATION_EN, STATION_TH, Town, geojson, town
from unjai.demo.town.crossing import BOX, demo_crossing
from unjai.demo.town.shapes import to_lonlat
from unjai.evaluate.store.cases import add_cases, count_cases
from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId
from unjai.patrol.flows.checkpoints import add_checkpoint, set_beat
from unjai.patrol.store.checkpoints import beats
from unjai.people import flows as people
from unjai.people.flows import roster
from unjai.people.passwords import one_time_password
from unjai.people.rules import ShiftTime, shift_at
from unjai.picture.alerts.flows import make_rule
from unjai.picture.alerts.kinds.signals import SignalTrouble
from unjai.picture.alerts.schemas import FollowIn, RuleBody
from unjai.platform.database import Database
from unjai.signals.flows import junctions
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.store.junctions import junction_coded
from unjai.territory import flows as territory
from unjai.territory.flows.new_device import add_device
from unjai.territory.store import device_by_key

log = logging.getLogger(__name__)

BEATS = (("1", "เขตตรวจที่ 1 ฝั่งแม่น้ำ", "Beat 1, river side"), ("2", "เขตตรวจที่ 2 ฝั่งตะวันออก", "Beat 2, east side"))
CHECKED = ("gold_shop", "bank", "mall", "market", "school", "nightlife", "youth_spot", "convenience_store")
"""Kinds of places with a checkpoint, the most wanted first."""
A_BEAT = 11


async def seed_demo(db: Database, clock: Clock, *, data_dir: Path) -> StationId:
    """Load the town, its people and devices; return its station. Credentials go to `DATA/demo.json`.

    What is there already stays, and keeps its password or secret as long as the file knows it.
    Raises `demo_zone_refused` (500) when an import refuses a row.
    """
    here, setup = town(), system(name="demo")
    async with db.tx(setup) as tx:
        await territory.seed_org_units(tx, setup, clock)
        lon, lat = to_lonlat(next(place.at for place in here.places if place.th == STATION_TH))
        station = await territory.add_station(
            tx,
            setup,
            clock,
            code=STATION_CODE,
            name_th=STATION_TH,
            name_en=STATION_EN,
            parent_code=PARENT_CODE,
            lon=lon,
            lat=lat,
            fictional=True,
        )
    station_id = StationId(station.id)
    known = credentials.load(data_dir) if (data_dir / credentials.FILE).is_file() else Credentials()
    known.station_id = station_id
    bringing = _Bringing(db=db, actor=system(station_id, name="demo"), clock=clock, here=here, known=known)
    await bringing.territory()
    await bringing.accounts(data_dir)
    await bringing.signals()
    await bringing.rules()
    await bringing.secrets()
    known.save(data_dir)
    await bringing.units()
    await bringing.roster()
    await bringing.checkpoints()
    await bringing.cases()
    log.info("the demo zone is in; accounts and passwords: %s", data_dir / credentials.FILE)
    return station_id


@dataclass(frozen=True, kw_only=True)
class _Bringing:
    """One run of the loader: where to, as whom, and what is known from before."""

    db: Database
    actor: Actor
    clock: Clock
    here: Town
    known: Credentials

    async def territory(self) -> None:
        """Import zone, communities, places, devices, streets and land in one transaction."""
        sheets = geojson.collections(self.here)
        imports: dict[str, Callable[..., Awaitable[Any]]] = {
            "zones": territory.import_zones,
            "communities": territory.import_communities,
            "places": territory.import_places,
            "devices": territory.import_devices,
            "streets": territory.import_streets,
            "land": territory.import_land,
        }
        async with self.db.tx(self.actor) as tx:
            for what, bring in imports.items():
                report = await bring(tx, self.actor, self.clock, station_id=self.actor.station, body=sheets[what])
                if report.refused:
                    first = report.refused[0]
                    raise UnjaiError(
                        "demo_zone_refused",
                        500,
                        what=what,
                        count=len(report.refused),
                        row=first.row,
                        reason=first.code,
                    )

    async def accounts(self, data: Path) -> None:
        """Make the accounts that are missing. An account whose password no file knows any more gets a new one."""
        wanted = {one.username: Login(password="", role=one.role) for one in self.here.accounts}
        names = {one.username: (one.th, one.en) for one in self.here.accounts}
        for unit in self.here.units:
            wanted[unit.username] = Login(password="", role=unit.role, unit=unit.call_sign)
            names[unit.username] = (unit.person_th, unit.person_en)
            if unit.officer:
                wanted[unit.officer] = Login(password="", role="officer", unit=unit.call_sign)
                names[unit.officer] = (unit.officer_th, unit.officer_en)
        lost = wanted.keys() - self.known.accounts.keys()
        for username in lost:
            self.known.accounts[username] = replace(wanted[username], password=one_time_password())
        self.known.save(data)  # before the accounts are made: a password that no file knows would be lost
        async with self.db.tx(self.actor) as tx:
            there = {row.username: row.id for row in await people.list_accounts(tx, self.actor, self.clock)}
        for username in wanted:
            if username not in there:
                await self._make(username, *names[username])
            elif username in lost:
                await self._renew(username, there[username])

    async def _make(self, username: str, th: str, en: str) -> None:
        login = self.known.accounts[username]
        async with self.db.tx(self.actor) as tx:
            await people.create_account(
                tx,
                self.actor,
                self.clock,
                username=username,
                name_th=th,
                name_en=en,
                home_id=self.actor.station,
                roles=[(login.role, self.actor.station)],
                password=login.password,
                must_change=False,
            )

    async def _renew(self, username: str, account_id: AccountId) -> None:
        """Set an account to the password in the file, the way a person does after a reset."""
        actor, clock, fresh = self.actor, self.clock, self.known.accounts[username].password
        async with self.db.tx(actor) as tx:
            once = await people.reset_password(tx, actor, clock, account_id=account_id)
        async with self.db.tx(actor) as tx:
            signed = await people.sign_in(
                tx, actor, clock, username=username, password=once, ip="127.0.0.1", agent="demo-zone"
            )
        if isinstance(signed, people.Refused):
            raise signed.error
        async with self.db.tx(actor) as tx:
            changed = await people.change_password(
                tx, signed.actor, clock, token=str(signed.token), old=once, new=fresh
            )
            if isinstance(changed, people.Refused):
                raise changed.error
            await people.sign_out(tx, actor, clock, token=str(changed.token))

    async def secrets(self) -> None:
        """Give every pole, phone and box a secret unless the file knows the one it has."""
        for key in (*(one.key for one in (*self.here.poles, *self.here.phones)), BOX):
            async with self.db.tx(self.actor) as tx:
                row = await device_by_key(tx, key)
                assert row is not None, key
                secret = self.known.devices.get(key)
                if secret is None or not await people.verify_credential(tx, key=key, secret=secret):
                    fresh = await people.issue_credential(tx, self.actor, self.clock, device_id=row.id)
                    self.known.devices[key] = fresh

    async def signals(self) -> None:
        """Register the crossing that the play drives, watched in shadow, and its box; what is there stays."""
        actor, clock, file = self.actor, self.clock, JunctionFile.model_validate(demo_crossing())
        async with self.db.tx(actor) as tx:
            if await junction_coded(tx, actor.station, file.code) is None:
                row = await junctions.register(tx, actor, clock, file=file, plant=junctions.PlantWish())
                await junctions.watch(tx, actor, clock, junction_id=row["id"], on=True)
            if await device_by_key(tx, BOX) is None:
                await add_device(
                    tx,
                    actor,
                    clock,
                    key=BOX,
                    kind="signal_box",
                    name_th=f"กล่องตรวจนับรถ {file.name_th}",
                    name_en=f"Traffic detector, {file.name_en}",
                    lon=file.lon,
                    lat=file.lat,
                    settings={"junction": file.code},
                )

    async def rules(self) -> None:
        """Have trouble at the crossing told on the console; a rule that was changed or removed stays so."""
        usual = SignalTrouble.usual
        body = RuleBody(
            kind=SignalTrouble.key,
            follow=FollowIn(do=usual.do, code=usual.code, priority=usual.priority),
            lasts_s=usual.lasts_s,
            clear_s=usual.clear_s,
            holdoff_s=usual.holdoff_s,
        )
        own = uuid5(NAMESPACE_URL, f"unjai demo {self.actor.station} {body.kind}")
        async with self.db.tx(self.actor) as tx:
            await make_rule(tx, self.actor, self.clock, body=body, rule_id=own)

    async def units(self) -> None:
        """Make units and shifts that are missing."""
        actor, clock = self.actor, self.clock
        async with self.db.tx(actor) as tx:
            there = {unit.call_sign: unit for unit in await people.list_units(tx, actor, clock)}
            accounts = {row.username: row.id for row in await people.list_accounts(tx, actor, clock)}
            shifts = {shift.name_th for shift in await people.list_shifts(tx, actor, clock)}
            for unit in self.here.units:
                account_id = accounts[unit.signs_on]
                known = there.get(unit.call_sign)
                if known is not None and known.account_id != account_id:
                    await people.change_unit(tx, actor, clock, unit_id=known.id, account_id=account_id)
                if known is not None:
                    continue
                phone = await device_by_key(tx, unit.device_key)
                assert phone is not None, unit.device_key
                await people.create_unit(
                    tx,
                    actor,
                    clock,
                    call_sign=unit.call_sign,
                    kind=unit.kind,
                    name_th=unit.th,
                    name_en=unit.en,
                    capabilities=unit.capabilities,
                    account_id=account_id,
                    device_id=phone.id,
                )
            for shift in self.here.shifts:
                if shift.th not in shifts:
                    starts, ends = time.fromisoformat(shift.starts), time.fromisoformat(shift.ends)
                    await people.create_shift(
                        tx, actor, clock, name_th=shift.th, name_en=shift.en, starts=starts, ends=ends
                    )

    async def roster(self) -> None:
        """Plan a week from today where nothing is planned: volunteers with their officer in the shift of this hour."""
        actor, clock = self.actor, self.clock
        now = clock.now()
        today = now.astimezone(BANGKOK).date()
        async with self.db.tx(actor) as tx:
            if await roster.read_roster(tx, actor, clock, since=today, days=7):
                return
            units = {unit.call_sign: unit.id for unit in await people.list_units(tx, actor, clock)}
            accounts = {row.username: row.id for row in await people.list_accounts(tx, actor, clock)}
            shifts = {shift.name_th: shift.id for shift in await people.list_shifts(tx, actor, clock)}
            mine = [shift for shift in self.here.shifts if shift.th in shifts]
            hours = [
                ShiftTime(starts=time.fromisoformat(one.starts), ends=time.fromisoformat(one.ends)) for one in mine
            ]
            here = shift_at(hours, now) or 0
            for unit in self.here.units if mine else ():
                crew = dict.fromkeys((unit.signs_on, unit.username))
                for step in range(7):
                    shift = mine[here if unit.officer else unit.shift % len(mine)]
                    await roster.plan_unit(
                        tx,
                        actor,
                        clock,
                        day=today + timedelta(days=step),
                        shift_id=shifts[shift.th],
                        unit_id=units[unit.call_sign],
                        crew=[(accounts[name], None) for name in crew],
                    )

    async def checkpoints(self) -> None:
        """Make two beats from west to east with their checkpoints, where the station has none."""
        actor, clock = self.actor, self.clock
        wanted = sorted(
            (place for place in self.here.places if place.kind in CHECKED), key=lambda one: CHECKED.index(one.kind)
        )
        places = sorted(wanted[: A_BEAT * len(BEATS)], key=lambda one: one.at[0])
        async with self.db.tx(actor) as tx:
            if await beats(tx, actor.station):
                return
            for number, (code, name_th, name_en) in enumerate(BEATS):
                beat_id = await set_beat(tx, actor, clock, beat_id=None, code=code, name_th=name_th, name_en=name_en)
                for n, place in enumerate(places[number * A_BEAT : (number + 1) * A_BEAT], 1):
                    lon, lat = to_lonlat(place.at)
                    said = {
                        "code": f"{code}-{n:02}",
                        "name_th": place.th,
                        "name_en": place.en,
                        "kind": place.kind,
                        "lon": lon,
                        "lat": lat,
                        "beat_id": beat_id,
                        "proofs": ["qr", "gps", "photo"] if place.kind == "gold_shop" else ["qr", "gps"],
                    }
                    await add_checkpoint(tx, actor, clock, said=said)

    async def cases(self) -> None:
        """Add made-up cases, marked as such, where the station has none."""
        async with self.db.tx(self.actor) as tx:
            if not await count_cases(tx, self.actor.station):
                rows = demo_cases(self.here.places, station_id=self.actor.station, now=self.clock.now())
                await add_cases(tx, rows)
