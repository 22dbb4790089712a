"""The first run: whose station this is, and what is still missing before it can work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId
from unjai.people import rules
from unjai.people.flows.accounts import grant_role, revoke_role
from unjai.people.rules.setup import Counted, Step, steps_of
from unjai.people.store import accounts
from unjai.people.store import setup as store
from unjai.people.store import units as unit_store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import flows as territory
from unjai.territory.facts import FIRST_ADDED_ID
from unjai.territory.flows.checklists import checklist_items, room_of
from unjai.territory.flows.scope import changed
from unjai.territory.records import OrgUnit
from unjai.territory.store import org_unit_by_code, org_unit_of
from unjai.territory.store.writes import hold
from unjai.territory.words import loose_key, search_key, tidy

ROLE = "administrator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """How far a station is. `may_choose`: this account may say now whose station it is, for the first time or anew."""

    station: OrgUnit | None
    chosen: bool
    may_choose: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewStation:
    """A station that the built-in list lacks, below the unit it belongs to."""

    code: str
    name_th: str
    name_en: str
    parent_id: int
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeHit:
    """A unit of the police tree found by name; `known` ones came with the programs."""

    id: int
    code: str
    level: str
    name_th: str
    name_en: str
    parent_th: str
    parent_en: str
    placed: bool
    known: bool


async def setup_of(tx: Tx, actor: Actor, clock: Clock) -> Setup:
    """Return what is there and what is missing, counted now."""
    actor.must("zone.admin")
    chosen = await _chosen(tx, actor)
    may_choose = await _may_choose(tx, actor, chosen=chosen)
    if not chosen:
        return Setup(station=None, chosen=False, may_choose=may_choose, steps=steps_of(Counted(chosen=False)))
    station_id = actor.station
    now = clock.now()
    counts = await store.counts_of(tx, station_id)
    items = [item for item in await checklist_items(tx, actor, clock, station_id=station_id) if not item.removed]
    room = await room_of(tx, actor, clock, station_id=station_id)
    shifts = [rules.ShiftTime(starts=row.starts, ends=row.ends) for row in await unit_store.shifts(tx, station_id)]
    lists = {
        f"{name}_{what}": sum(1 for item in items if item.checklist == name and (what == "total" or item.done_on))
        for name in ("readiness", "room")
        for what in ("done", "total")
    }
    counted = Counted(
        chosen=True,
        **counts,
        roles=await store.roles_at(tx, station_id, now),
        shifts=tuple(shifts),
        readiness_done=lists["readiness_done"],
        readiness_total=lists["readiness_total"],
        room_done=lists["room_done"],
        room_total=lists["room_total"],
        room_named=bool(room.name_th),
    )
    return Setup(station=await org_unit_of(tx, station_id), chosen=True, may_choose=may_choose, steps=steps_of(counted))


async def _chosen(tx: Tx, actor: Actor) -> bool:
    """A station is chosen once this centre serves it, or once the account's home is a station."""
    if not actor.stations:
        return False
    if await store.is_served(tx, actor.station):
        return True
    row = None if actor.account_id is None else await accounts.account_of(tx, actor.account_id)
    home = None if row is None else await org_unit_of(tx, row["home_id"])
    return home is not None and home.level == "station"


async def _administers(tx: Tx, account_id: AccountId) -> list[int]:
    held = (await accounts.roles_of(tx, [account_id])).get(account_id, [])
    return [at["id"] for at in held if at["role"] == ROLE]


async def _may_choose(tx: Tx, actor: Actor, *, chosen: bool) -> bool:
    """Say whether the account may choose: it administers above stations; or it chose, and nothing came of it yet."""
    if actor.account_id is None or not actor.may("account.admin"):
        return False
    if not chosen and await _above(tx, actor.account_id):
        return True
    return await _untouched(tx, actor)


async def _above(tx: Tx, account_id: AccountId) -> list[OrgUnit]:
    """Return the units above stations at which an account is administrator."""
    found = [await org_unit_of(tx, key) for key in await _administers(tx, account_id)]
    return [unit for unit in found if unit is not None and unit.level != "station"]


async def _untouched(tx: Tx, actor: Actor) -> bool:
    """Say whether nothing is on any station's map here and nobody but this account exists."""
    if actor.account_id is None or not await store.is_alone(tx, actor.account_id):
        return False
    tree = await store.police_tree(tx)
    await accounts.take_scope(tx, [StationId(row["id"]) for row in tree if row["level"] == "station"])
    empty = await store.is_empty(tx)
    await accounts.take_scope(tx, actor.stations)
    return empty


async def find_units(
    tx: Tx, actor: Actor, clock: Clock, *, text: str, what: Literal["station", "parent"], limit: int = 20
) -> list[TreeHit]:
    """Return stations, or the units that stations belong to, by name or abbreviation; best match first."""
    del clock
    actor.must("zone.admin")
    sought = search_key(text)[:80]
    loose = loose_key(sought)
    levels = {"station"} if what == "station" else {"division", "provincial"}
    found = []
    for row in await store.police_tree(tx):
        if row["level"] not in levels:
            continue
        names = [search_key(row[name] or "") for name in ("code", "name_th", "name_en", "parent_th")]
        ranks = [_rank(name, sought, loose) + (2 if number == 3 else 0) for number, name in enumerate(names)]  # noqa: PLR2004
        if min(ranks) < _NEVER:
            found.append((min(ranks), row["id"], row))
    return [_hit(row) for _, _, row in sorted(found, key=lambda item: item[:2])[:limit]]


_NEVER = 9


def _rank(name: str, sought: str, loose: str) -> int:
    if not sought:
        return 4
    if name == sought:
        return 0
    if name.startswith(sought):
        return 1
    if sought in name:
        return 2
    return 3 if loose and loose in loose_key(name) else _NEVER


def _hit(row: dict[str, object]) -> TreeHit:
    names = ("code", "level", "name_th", "name_en")
    return TreeHit(
        id=int(str(row["id"])),
        **{name: str(row[name]) for name in names},
        parent_th=str(row["parent_th"] or ""),
        parent_en=str(row["parent_en"] or ""),
        placed=row["lon"] is not None,
        known=int(str(row["id"])) < FIRST_ADDED_ID,
    )


async def choose_station(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId | None = None, new: NewStation | None = None
) -> OrgUnit:
    """Say whose station this is: the account becomes administrator there and nowhere else, and the centre serves it.

    Either `station_id` or a station that the list lacks. Allowed once, and again while nothing was set up.
    Raises `setup_station_chosen` (409), `setup_beyond_reach` (403), `not_found` (404), and for a new station
    `setup_station_nameless` (422), `org_code_taken` (409), `org_parent_wrong` (422).
    """
    actor.must("zone.admin")
    actor.must("account.admin")
    if actor.account_id is None:
        raise UnjaiError("sign_in_needed", 401)
    await accounts.lock_administrators(tx)
    places = await _administers(tx, actor.account_id)
    above = await _above(tx, actor.account_id)
    anew = await _untouched(tx, actor)
    if not anew and (not above or await _chosen(tx, actor)):
        here = await org_unit_of(tx, actor.station)
        raise UnjaiError("setup_station_chosen", 409, name=here.name_th if here else "–")
    reach: Sequence[OrgUnit] = above if not anew else ()
    chosen = await _added(tx, actor, clock, new, reach) if new is not None else await _listed(tx, station_id, reach)
    here_id = StationId(chosen.id)
    await accounts.take_scope(tx, {*actor.stations, here_id})
    there = replace(actor, stations=actor.stations | {here_id}, works_at=here_id)
    await grant_role(tx, there, clock, account_id=actor.account_id, role=ROLE, org_unit_id=chosen.id)
    for place in places:
        if place != chosen.id:
            # As the system: an account that gave up the whole country could no longer decide over itself there.
            await revoke_role(
                tx, system(here_id, name=actor.key), clock, account_id=actor.account_id, role=ROLE, org_unit_id=place
            )
            if anew:
                await store.stop_serving(tx, StationId(place))
    await accounts.set_account(tx, actor.account_id, home_id=chosen.id)
    await hold(tx, here_id)
    if not await store.is_served(tx, here_id):
        await changed(tx, clock, here_id, "station")
    facts = {"code": chosen.code, "name_th": chosen.name_th, "before": places}
    await audit(tx, there, clock, action="setup.station", subject=f"org:{chosen.id}", facts=facts, station_id=here_id)
    return chosen


def _within(unit: OrgUnit, reach: Sequence[OrgUnit]) -> bool:
    """Say whether a unit lies at or below one of `reach`; everything does where nothing limits it."""
    return not reach or any(f"{unit.path}.".startswith(f"{top.path}.") for top in reach)


async def _listed(tx: Tx, station_id: StationId | None, reach: Sequence[OrgUnit]) -> OrgUnit:
    found = None if station_id is None else await org_unit_of(tx, station_id)
    if found is None or found.level != "station":
        raise not_found("station", station_id)
    if not _within(found, reach):
        raise UnjaiError("setup_beyond_reach", 403, name=found.name_th)
    return found


async def _added(tx: Tx, actor: Actor, clock: Clock, new: NewStation, reach: Sequence[OrgUnit]) -> OrgUnit:
    parent = await org_unit_of(tx, new.parent_id)
    if parent is None:
        raise not_found("org_unit", new.parent_id)
    if not _within(parent, reach):
        raise UnjaiError("setup_beyond_reach", 403, name=parent.name_th)
    if not (tidy(new.code) and tidy(new.name_th)):
        raise UnjaiError("setup_station_nameless", 422)
    there = await org_unit_by_code(tx, tidy(new.code))
    if there is not None:
        raise UnjaiError("org_code_taken", 409, code=tidy(new.code), name=there.name_th)
    return await territory.add_station(
        tx,
        actor,
        clock,
        code=new.code,
        name_th=new.name_th,
        name_en=tidy(new.name_en) or new.name_th,
        parent_code=parent.code,
        lon=new.lon,
        lat=new.lat,
    )


async def open_citizen_door(tx: Tx, actor: Actor, clock: Clock) -> bool:
    """Let citizens of this station call for help on their page; False when they could already.

    Calls reach the console at once: open it when somebody sits there.
    """
    actor.must("device.admin")
    station_id = actor.station
    counts = await store.counts_of(tx, station_id)
    if counts["citizen_doors"]:
        return False
    feature = {
        "type": "Feature",
        "geometry": None,
        "properties": {
            "key": f"citizen-{station_id}",
            "kind": "citizen_door",
            "name_th": "ประชาชนขอความช่วยเหลือ",
            "name_en": "Citizens' calls for help",
            "owner_kind": "police",
        },
    }
    body = {"type": "FeatureCollection", "features": [feature]}
    report = await territory.import_devices(tx, actor, clock, station_id=station_id, body=body)
    if report.refused:
        first = report.refused[0]
        raise UnjaiError(first.code, 409, **first.facts)
    return True
